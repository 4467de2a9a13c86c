"""What people edit from forms in the reform year: how each part is read, saved and refused when stale.

A save puts one more than the number that was read, and the words of this editor where there is room for them.
Parts that stand on the same ground are made together, by the actions people use; a run may choose among them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from trust.edited import Family, Page, Part, number_of
from trust.edited_delivery import evaluation_family, figure_family, index_family, mapping_family
from trust.edited_findings import finding_family
from trust.edited_inspections import conclusion_family, inspection_family
from trust.edited_plans import meeting_family, plan_family
from trust.edited_procedures import catalogue_family, publishing_family
from trust.edited_reviews import review_family


def families() -> Mapping[str, Callable[[], Family]]:
    """Every family by its name; whoever calls one makes its ground, in a transaction."""
    return {
        "reports": _reports,
        "inspections": inspection_family,
        "conclusions": conclusion_family,
        "findings": finding_family,
        "plans": plan_family,
        "meetings": meeting_family,
        "initiatives": _initiatives,
        "registers": _registers,
        "figures": figure_family,
        "evaluations": evaluation_family,
        "service quality": index_family,
        "mappings": mapping_family,
        "publishing": publishing_family,
        "catalogue": catalogue_family,
        "reviews": review_family,
    }


def _reports() -> Family:
    from openpar.engine.report_lines import Value
    from openpar.reports.periodic.actions.computing import Entry, save_values
    from openpar.reports.periodic.actions.opening import change_cut_off_day
    from openpar.reports.periodic.actions.submitting import explain_difference
    from openpar.reports.periodic.actions.writing import save_section
    from openpar.reports.periodic.errors import StaleReport
    from openpar.reports.periodic.models import (
        ReportExplanation,
        ReportRevision,
        ReportSection,
        ReportValue,
    )
    from tests.reports.periodic import made

    who = made.province().health
    report = made.begun(who)
    draft, line = made.newest(report).pk, "1.4.1"
    made.written(who.officer, report, "F3", "0 lúc đầu")
    made.typed(who, report, {line: made.number(0)})

    def read_text() -> tuple[int, int]:
        rows = ReportSection.objects.filter(revision=draft, key="F3").values_list("version", "text")
        [(version, text)] = rows
        return version, number_of(text)

    def save_text(version: int, number: int, words: str) -> object:
        return save_section(
            by=who.officer,
            at=made.ON_TIME,
            revision_id=draft,
            key="F3",
            expected_version=version,
            text=f"{number} {words}",
        )

    def read_figure() -> tuple[int, int]:
        version = ReportRevision.objects.values_list("figures_version", flat=True).get(pk=draft)
        value = ReportValue.objects.get(revision=draft, line=line).first
        return version, int(value or 0)

    def save_figure(version: int, number: int, _words: str) -> object:
        entries = {line: Entry(Value(Decimal(number)))}
        return save_values(
            by=who.officer, at=made.ON_TIME, revision_id=draft, expected_figures=version, entries=entries
        )

    # More was done than planned: a difference that is explained again and again.
    made.typed(who, report, {"1.1.1": made.number(50), "1.1.2": made.number(53)})
    gap = "plan"
    until = ReportRevision.objects.get(pk=draft).until_on

    def read_explained() -> tuple[int, int]:
        version = ReportRevision.objects.values_list("version", flat=True).get(pk=draft)
        row = ReportExplanation.objects.filter(revision=draft, identity=gap).first()
        return version, number_of(row.text) if row else 0

    def save_explained(version: int, number: int, words: str) -> object:
        return explain_difference(
            by=who.officer,
            at=made.ON_TIME,
            revision_id=draft,
            expected_version=version,
            identity=gap,
            text=f"{number} {words}",
        )

    def read_day() -> tuple[int, int]:
        version, day = ReportRevision.objects.values_list("version", "until_on").get(pk=draft)
        return version, (until - day).days

    def save_day(version: int, number: int, _words: str) -> object:
        return change_cut_off_day(
            by=who.officer,
            at=made.ON_TIME,
            revision_id=draft,
            expected_version=version,
            until_on=until - timedelta(days=number),
        )

    actions = "openpar.reports.periodic.actions"
    parts = (
        Part(
            "the text of a report",
            read_text,
            save_text,
            StaleReport,
            (f"{actions}.writing:save_section", "section.version != expected_version"),
            page=Page(
                f"/reports/{report.pk}/text/F3/",
                who.officer,
                made.ON_TIME,
                lambda version, number, words: {"version": str(version), "text": f"{number} {words}"},
            ),
        ),
        Part(
            "the figures of a report",
            read_figure,
            save_figure,
            StaleReport,
            (f"{actions}.computing:save_values", "revision.figures_version != expected_figures"),
            page=Page(
                f"/reports/{report.pk}/figures/",
                who.officer,
                made.ON_TIME,
                lambda version, number, _words: {
                    "figures_version": str(version),
                    f"v-{line}": str(number),
                },
            ),
        ),
        Part(
            "an explanation in a report",
            read_explained,
            save_explained,
            StaleReport,
            (f"{actions}.submitting:explain_difference", "revision.version != expected_version"),
            page=Page(
                f"/reports/{report.pk}/figures/explain/",
                who.officer,
                made.ON_TIME,
                lambda version, number, words: {
                    "version": str(version),
                    "identity": gap,
                    "text": f"{number} {words}",
                },
            ),
        ),
        Part(
            "the day until which a report counts",
            read_day,
            save_day,
            StaleReport,
            (f"{actions}.opening:change_cut_off_day", "revision.version != expected_version"),
            most=20,
        ),
    )
    return Family(parts)


def _initiatives() -> Family:
    from openpar.reform.initiatives.models import Evaluation, Initiative
    from tests.reform.initiatives import stories

    place = stories.story()
    running = place.running("Trả kết quả tại nhà").pk
    return Family(
        (
            _words_of(place, place.proposed().pk),
            _award(place),
            _evaluation(place, Initiative.objects.get(pk=running), Evaluation),
            _target(place),
        )
    )


def _words_of(place: Any, initiative: int) -> Part:
    from openpar.reform.initiatives.actions.proposing import change
    from openpar.reform.initiatives.errors import StaleInitiative
    from openpar.reform.initiatives.models import Initiative
    from tests.reform.initiatives import stories

    def read() -> tuple[int, int]:
        version, content = Initiative.objects.values_list("version", "content").get(pk=initiative)
        return version, number_of(content)

    def save(version: int, number: int, words: str) -> object:
        return change(
            initiative_id=initiative,
            proposal=replace(stories.proposal(), content=f"{number} {words}"),
            expected_version=version,
            by=place.officer,
            at=stories.AT,
        )

    save(1, 0, "lúc đầu")
    actions = "openpar.reform.initiatives.actions"
    return Part(
        "the words of an initiative",
        read,
        save,
        StaleInitiative,
        (f"{actions}.shared:refuse_if_stale", "initiative.version != expected_version"),
        page=Page(
            f"/initiatives/{initiative}/edit/",
            place.officer,
            stories.AT,
            lambda version, number, words: {
                "kind": "MODEL",
                "name": "Ngày thứ Năm không hẹn",
                "level": "BASE",
                "field": "F2",
                "content": f"{number} {words}",
                "version": str(version),
            },
        ),
    )


def _award(place: Any) -> Part:
    from openpar.reform.initiatives.actions.spreading import award, enter_contest
    from openpar.reform.initiatives.errors import StaleInitiative
    from openpar.reform.initiatives.models import ContestEntry
    from tests.reform.initiatives import stories

    known = place.recognised()
    entry = enter_contest(
        initiative_id=known.pk,
        contest="Hội thi sáng kiến",
        entered_on=stories.AT.date(),
        by=place.officer,
        at=stories.AT,
    ).pk

    def read() -> tuple[int, int]:
        version, points = ContestEntry.objects.values_list("version", "points").get(pk=entry)
        return version, int(points or 0)

    def save(version: int, number: int, _words: str) -> object:
        return award(
            entry_id=entry,
            expected_version=version,
            points=Decimal(number),
            award="",
            decision_id=None,
            by=place.officer,
            at=stories.AT,
        )

    return Part(
        "the points of a contest",
        read,
        save,
        StaleInitiative,
        ("openpar.reform.initiatives.actions.spreading:award", "entry.version != expected_version"),
        page=Page(
            f"/initiatives/{known.pk}/contest/{entry}/",
            place.officer,
            stories.AT,
            lambda version, number, _words: {"points": str(number), "award": "", "version": str(version)},
        ),
    )


def _evaluation(place: Any, running: Any, rows: Any) -> Part:
    from openpar.reform.initiatives.actions.evaluating import evaluate
    from openpar.reform.initiatives.errors import StaleInitiative
    from tests.reform.initiatives import stories

    def read() -> tuple[int, int]:
        newest = rows.objects.filter(initiative=running.pk).order_by("-revision").first()
        return (newest.revision, number_of(newest.text)) if newest else (0, 0)

    def save(revision: int, number: int, words: str) -> object:
        said = stories.said(running, f"{number} {words}", seen=revision)
        return evaluate(asked=stories.HALF, said=[said], by=place.officer, at=stories.AT)

    prefix = f"m{running.pk}"
    return Part(
        "the evaluation of a model",
        read,
        save,
        StaleInitiative,
        (
            "openpar.reform.initiatives.actions.evaluating:evaluate",
            "_revision(newest.get(one.initiative_id)) != one.expected_revision",
        ),
        page=Page(
            "/initiatives/evaluations/",
            place.officer,
            stories.AT,
            lambda revision, number, words: {
                "kind": stories.HALF.kind.value,
                "year": str(stories.HALF.year),
                "number": str(stories.HALF.number),
                f"{prefix}-verdict": rows.Verdict.EFFECTIVE.value,
                f"{prefix}-advice": rows.Advice.CONTINUE.value,
                f"{prefix}-text": f"{number} {words}",
                f"{prefix}-seen": str(revision),
            },
        ),
    )


def _target(place: Any) -> Part:
    from openpar.reform.initiatives.actions.targets import set_target
    from openpar.reform.initiatives.errors import StaleInitiative
    from openpar.reform.initiatives.models import InitiativeTarget
    from tests.reform.initiatives import stories

    def read() -> tuple[int, int]:
        rows = InitiativeTarget.objects.filter(organisation=place.agency, year=2026)
        newest = rows.order_by("-revision").first()
        return (newest.revision, newest.planned) if newest else (0, 0)

    def save(revision: int, number: int, _words: str) -> object:
        return set_target(
            organisation_id=place.agency.pk,
            year=2026,
            planned=number,
            document_id=place.decision,
            expected_revision=revision,
            by=place.manager,
            at=stories.AT,
        )

    return Part(
        "how many initiatives an agency owes",
        read,
        save,
        StaleInitiative,
        (
            "openpar.reform.initiatives.actions.targets:set_target",
            "(newest.revision if newest else 0) != expected_revision",
        ),
        page=Page(
            "/initiatives/targets/",
            place.manager,
            stories.AT,
            lambda revision, number, _words: {
                "year": "2026",
                "organisation": str(place.agency.pk),
                "planned": str(number),
                "document": str(place.decision),
                "seen": str(revision),
            },
        ),
    )


def _registers() -> Family:
    from openpar.reform.monitors.actions.entering import save_entry
    from openpar.reform.monitors.errors import StaleEntry
    from openpar.reform.monitors.models import TrainingPlan
    from tests.reform.initiatives import stories

    place = stories.story()
    entries = TrainingPlan.objects.filter(organisation=place.agency, is_current=True)

    def read_entry() -> tuple[int, int]:
        row = entries.values_list("revision", "leaders_planned").first()
        return (row[0], row[1] or 0) if row else (0, 0)

    def save_training(revision: int, number: int, words: str) -> object:
        return save_entry(
            register="training",
            organisation_id=place.agency.pk,
            values={"year": 2026, "leaders_planned": number},
            expected_revision=revision,
            note=words,
            by=place.officer,
            at=stories.AT,
        )

    save_training(0, 0, "lúc đầu")
    entry = Part(
        "an entry of a register",
        read_entry,
        save_training,
        StaleEntry,
        (
            "openpar.reform.monitors.actions.entering:_refuse_if_stale",
            "(newest.revision if newest else 0) != expected_revision",
        ),
        page=Page(
            f"/monitors/training/entries/{entries.get().pk}/",
            place.officer,
            stories.AT,
            lambda revision, number, words: {
                "leaders_planned": str(number),
                "note": words,
                "seen": str(revision),
            },
        ),
    )
    return Family((entry,))

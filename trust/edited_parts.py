"""What people edit from forms in the reform year: how each part is read, saved and refused when stale.

A save puts one more than the number that was read, and the words of this editor where there is room for them.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from trust.edited import Added, Page, Part, number_of
from trust.edited_plans import plan_parts


def parts_of_the_year() -> tuple[tuple[Part, ...], tuple[Added, ...]]:
    """Each of them once, made by the actions people use."""
    from openpar.common.db import write_transaction

    with write_transaction():
        reports = _reports()
        inspections, findings = _checklist(), _remedy()
        plans, added = plan_parts()
        return (*reports, inspections, findings, *plans, *_registers()), added


def _reports() -> tuple[Part, ...]:
    from openpar.engine.report_lines import Value
    from openpar.reports.periodic.actions.computing import Entry, save_values
    from openpar.reports.periodic.actions.writing import save_section
    from openpar.reports.periodic.errors import StaleReport
    from openpar.reports.periodic.models import ReportRevision, ReportSection, ReportValue
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

    actions = "openpar.reports.periodic.actions"
    return (
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
    )


def _checklist() -> Part:
    from openpar.reform.inspections.actions.answers import save_answer
    from openpar.reform.inspections.errors import StaleInspection
    from openpar.reform.inspections.models import ChecklistAnswer, Side
    from tests.reform.inspections import cases

    who = cases.province()
    unit = cases.unit_of(cases.working(who, [who.health]), who.health).pk
    answers = ChecklistAnswer.objects.filter(unit=unit, side=Side.TEAM, item="0.1")

    def read() -> tuple[int, int]:
        row = answers.values_list("version", "text").first()
        return (row[0], number_of(row[1])) if row else (0, 0)

    def save(version: int, number: int, words: str) -> object:
        return save_answer(
            by=who.member,
            at=cases.VISIT,
            unit_id=unit,
            side=Side.TEAM,
            item="0.1",
            result="PARTLY",
            text=f"{number} {words}",
            expected_version=version,
        )

    return Part(
        "an answer of a checklist",
        read,
        save,
        StaleInspection,
        (
            "openpar.reform.inspections.actions.answers:save_answer",
            "refuse_if_stale(stored.version if stored else 0, expected_version)",
        ),
        page=Page(
            f"/inspections/units/{unit}/checklist/",
            who.member,
            cases.VISIT,
            lambda version, number, words: {
                "item": "0.1",
                "result": "PARTLY",
                "text": f"{number} {words}",
                "version": str(version),
            },
        ),
    )


def _remedy() -> Part:
    from openpar.reform.findings.actions.remedying import plan_remedy
    from openpar.reform.findings.errors import StaleFinding
    from openpar.reform.findings.models import Finding
    from tests.reform.findings import found

    place = found.province()
    finding = found.opened(place).pk

    def save(version: int, number: int, words: str) -> object:
        plan = replace(found.REMEDY, remedy=f"{number} {words}")
        return plan_remedy(
            finding_id=finding, plan=plan, expected_version=version, by=place.focal, at=found.PLANNED
        )

    def read() -> tuple[int, int]:
        version, remedy = Finding.objects.values_list("version", "remedy").get(pk=finding)
        return version, number_of(remedy or "0")

    return Part(
        "the plan of a remedy",
        read,
        save,
        StaleFinding,
        (
            "openpar.reform.findings.actions.shared:take_finding",
            "expected_version is not None and finding.version != expected_version",
        ),
        page=Page(
            f"/findings/{finding}/plan/",
            place.focal,
            found.PLANNED,
            lambda version, number, words: {
                "version": str(version),
                "remedy": f"{number} {words}",
                "cause": "SUBJECTIVE",
            },
        ),
    )


def _registers() -> tuple[Part, ...]:
    from openpar.reform.initiatives.actions.proposing import change
    from openpar.reform.initiatives.errors import StaleInitiative
    from openpar.reform.initiatives.models import Initiative
    from openpar.reform.monitors.actions.entering import save_entry
    from openpar.reform.monitors.errors import StaleEntry
    from openpar.reform.monitors.models import TrainingPlan
    from tests.reform.initiatives import stories

    place = stories.story()
    initiative = place.proposed().pk
    entries = TrainingPlan.objects.filter(organisation=place.agency, is_current=True)

    def read_words() -> tuple[int, int]:
        version, content = Initiative.objects.values_list("version", "content").get(pk=initiative)
        return version, number_of(content)

    def save_words(version: int, number: int, words: str) -> object:
        return change(
            initiative_id=initiative,
            proposal=replace(stories.proposal(), content=f"{number} {words}"),
            expected_version=version,
            by=place.officer,
            at=stories.AT,
        )

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

    save_words(1, 0, "lúc đầu")
    save_training(0, 0, "lúc đầu")
    return (
        Part(
            "the words of an initiative",
            read_words,
            save_words,
            StaleInitiative,
            (
                "openpar.reform.initiatives.actions.shared:refuse_if_stale",
                "initiative.version != expected_version",
            ),
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
        ),
        Part(
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
        ),
    )

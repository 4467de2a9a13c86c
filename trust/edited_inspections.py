"""What people edit of inspections: plans, checklists, conclusions and their limitations (edited.py)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from trust.edited import Added, Family, Page, Part, number_of

_GUARD = ("openpar.reform.inspections.actions.shared:refuse_if_stale", "stored != expected")


def inspection_family() -> Family:
    from tests.reform.inspections import cases

    who = cases.province()
    return Family((_plan(who), _checklist(who)))


def conclusion_family() -> Family:
    from tests.reform.inspections import cases

    who = cases.province()
    case = cases.reported(who, [who.health])
    return Family((_words(who, case), _limitation(who, case)), (_limitations(who, case),))


def _plan(who: Any) -> Part:
    """The head of a plan that is not issued yet."""
    from openpar.reform.inspections.actions.campaigns import CampaignDraft, change_campaign, open_campaign
    from openpar.reform.inspections.errors import StaleInspection
    from openpar.reform.inspections.models import Campaign, Scope
    from tests.reform.inspections import cases

    draft = CampaignDraft("Kế hoạch kiểm tra CCHC năm 2027", *cases.COVERS, "0 lúc đầu")
    plan = open_campaign(
        by=who.manager,
        at=cases.AT,
        organisation_id=who.home.pk,
        scope=Scope.PROVINCE,
        year=2027,
        draft=draft,
    ).pk

    def read() -> tuple[int, int]:
        version, outline = Campaign.objects.values_list("version", "outline").get(pk=plan)
        return version, number_of(outline)

    def save(version: int, number: int, words: str) -> object:
        return change_campaign(
            by=who.manager,
            at=cases.AT,
            campaign_id=plan,
            expected_version=version,
            draft=replace(draft, outline=f"{number} {words}"),
        )

    return Part(
        "a plan of inspections",
        read,
        save,
        StaleInspection,
        _GUARD,
        page=Page(
            f"/inspections/plans/{plan}/",
            who.manager,
            cases.AT,
            lambda version, number, words: {
                "title": draft.title,
                "covers_from": f"{draft.covers_from:%d/%m/%Y}",
                "covers_until": f"{draft.covers_until:%d/%m/%Y}",
                "outline": f"{number} {words}",
                "version": str(version),
            },
        ),
    )


def _checklist(who: Any) -> Part:
    from openpar.reform.inspections.actions.answers import save_answer
    from openpar.reform.inspections.errors import StaleInspection
    from openpar.reform.inspections.models import ChecklistAnswer, Side
    from tests.reform.inspections import cases

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


def _words(who: Any, case: Any) -> Part:
    """The words of a conclusion; the page names every unit, too."""
    from openpar.reform.inspections.actions.concluding import Words, write_conclusion
    from openpar.reform.inspections.errors import StaleInspection
    from openpar.reform.inspections.models import Inspection
    from tests.reform.inspections import cases

    unit = case.units.get().pk

    def read() -> tuple[int, int]:
        version, strengths = Inspection.objects.values_list("version", "strengths").get(pk=case.pk)
        return version, number_of(strengths or "0")

    def save(version: int, number: int, words: str) -> object:
        return write_conclusion(
            by=who.team_head,
            at=cases.CONCLUSION,
            inspection_id=case.pk,
            expected_version=version,
            words=Words(f"{number} {words}"),
            of_units={unit: Words(words)},
        )

    return Part(
        "the words of a conclusion",
        read,
        save,
        StaleInspection,
        _GUARD,
        page=Page(
            f"/inspections/{case.pk}/conclusion/",
            who.team_head,
            cases.CONCLUSION,
            lambda version, number, words: {
                "strengths": f"{number} {words}",
                f"strengths-{unit}": words,
                "version": str(version),
            },
        ),
    )


def _limitation(who: Any, case: Any) -> Part:
    from openpar.reform.inspections.actions.concluding import NewLimitation, change_limitation
    from openpar.reform.inspections.errors import StaleInspection
    from openpar.reform.inspections.models import Limitation
    from tests.reform.inspections import cases

    unit = case.units.get()
    limitation = cases.limited(who, unit, text="0 lúc đầu").pk

    def read() -> tuple[int, int]:
        version, text = Limitation.objects.values_list("version", "text").get(pk=limitation)
        return version, number_of(text)

    def save(version: int, number: int, words: str) -> object:
        return change_limitation(
            by=who.team_head,
            at=cases.CONCLUSION,
            limitation_id=limitation,
            expected_version=version,
            limitation=NewLimitation(field="F0", code="F0-05", text=f"{number} {words}"),
        )

    return Part(
        "a limitation in a conclusion",
        read,
        save,
        StaleInspection,
        _GUARD,
        page=Page(
            f"/inspections/units/{unit.pk}/limitations/",
            who.team_head,
            cases.CONCLUSION,
            lambda version, number, words: {
                "limitation": str(limitation),
                "code": "F0-05",
                "text": f"{number} {words}",
                "version": str(version),
            },
        ),
    )


def _limitations(who: Any, case: Any) -> Added:
    from openpar.reform.inspections.models import Limitation
    from tests.reform.inspections import cases

    unit = case.units.get()
    rows = Limitation.objects.filter(unit=unit, code="F0-02")

    def add(words: str) -> object:
        return cases.limited(who, unit, "F0-02", words, at=cases.CONCLUSION)

    return Added("limitations of a conclusion", add, lambda: list(rows.values_list("text", flat=True)))

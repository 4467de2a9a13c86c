"""axe finds nothing wrong (WCAG 2.2 A and AA) with the pages of any role, on the desk and on the phone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from io import StringIO
from itertools import groupby

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Page

from openpar.base.accounts.models import Role
from openpar.base.documents.actions import add_document
from openpar.parindex.assessments.actions.adjustments import record_penalty
from openpar.parindex.assessments.models import RoundStage
from openpar.parindex.criteria.actions import copy_set
from openpar.parindex.criteria.models import Criterion
from tests import factories
from tests.delivery.dossiers.pages import dossier_things
from tests.delivery.figures.pages import figure_things
from tests.delivery.procedures.pages import procedure_things
from tests.journeys.browser import Visitors, axe_at_widths, bring_axe_along
from tests.journeys.looks import STRANGER, VISITS, Look, Visit
from tests.journeys.rounds_now import RoundNow, bring_in_outside, conclude, round_now, score, submit
from tests.parindex.indicators.pages import indicator_things
from tests.reform.findings.pages import finding_things
from tests.reform.inspections.pages import inspection_things
from tests.reform.monitors.pages import register_things
from tests.reform.plans.pages import plan_things
from tests.reports.periodic.pages import report_things
from tests.web.addresses import Things

_TOGETHER = 4


def _things(found: RoundNow) -> Things:
    manager = factories.actor(found.person(Role.ROUND_MANAGER, found.home))
    focal = factories.actor(found.person(Role.FOCAL_OFFICER, found.health))
    at = timezone.now()
    draft = copy_set(
        set_id=found.block.criteria_set_id, year=at.year + 1, title="Bộ năm sau", by=manager, at=at
    )
    call_command("load_calendars", stdout=StringIO())
    document = add_document(
        by=focal, at=at, owner_id=found.health.pk, title="Kế hoạch", upload=b"%PDF-1.7", file_name="kh.pdf"
    )
    return Things(
        round=found.round.pk,
        sheet=found.sheet(found.health).pk,
        round_block=found.block.pk,
        criteria_set=found.block.criteria_set_id,
        draft=draft.pk,
        line=Criterion.objects.get(set=draft, code="1.1.2").pk,
        organisation=found.health.pk,
        person=focal.person_id,
        document=document.pk,
        procedures=procedure_things(manager, found.home),
        indicators=indicator_things(manager, found.home, at=at),
        figures=figure_things(found.home),
        dossiers=dossier_things(manager, found.home, at=at),
        findings=finding_things(found.health, found.home, at=at),
        inspections=inspection_things(manager, found.home),
        reports=report_things(found.home, at=at),
        registers=register_things(found.health),
        plans=plan_things(found.health),
    )


def _record_penalty(found: RoundNow) -> None:
    """Something that waits for a decision of the manager."""
    record_penalty(
        assessment_id=found.sheet(found.health).pk,
        ground="Kết luận thanh tra số 12/KL-TTr",
        points=Decimal("0.25"),
        document_id=None,
        by=factories.actor(found.person(Role.APPRAISER, found.home)),
        at=timezone.now(),
    )


def _wrong(page: Page, things: Things, looks: Iterable[Look]) -> list[str]:
    found: list[str] = []
    bring_axe_along(page)
    for number, look in enumerate(looks):
        answer = page.goto(f"{things.address(look.name, **look.chosen)}?{look.query}")
        if answer is None or not answer.ok:
            found.append(f"{look.name}: not found")
        # The bar at the top is the same on every page of a person.
        found += axe_at_widths(page, but=".topbar" if number else "")
    return found


def _state_of(visit: Visit) -> tuple[RoundStage, bool]:
    """In which round the visit is: its phase, and whether the unit has handed in."""
    return visit.stage, visit.role == Role.AGENCY_HEAD


def _tours() -> Iterator[list[str]]:
    """Visits to the same round, a few together: to bring a round to its phase takes longer than a page."""
    for _state, names in groupby(sorted(VISITS, key=lambda name: str(_state_of(VISITS[name]))), _state_at):
        together = list(names)
        for first in range(0, len(together), _TOGETHER):
            yield together[first : first + _TOGETHER]


def _state_at(name: str) -> tuple[RoundStage, bool]:
    return _state_of(VISITS[name])


@pytest.mark.parametrize("names", list(_tours()), ids=", ".join)
def test_pages_of(names: list[str], visitors: Visitors) -> None:
    stage, has_handed_in = _state_at(names[0])
    found = round_now(stage)
    if stage == RoundStage.SELF_SCORING:
        score(found, found.health, leaving_out=() if has_handed_in else ("2.1.1",))
    if has_handed_in:
        submit(found, found.health)
    if stage == RoundStage.DECISION:
        bring_in_outside(found)
        conclude(found)
        _record_penalty(found)
    things, wrong = _things(found), []
    for visit in map(VISITS.__getitem__, names):
        page = visitors.as_person(found.person(visit.role, getattr(found, visit.where)))
        wrong += _wrong(page, things, visit.looks)
    assert wrong == []


def test_pages_of_nobody(visitors: Visitors) -> None:
    assert _wrong(visitors.open(), _things(round_now()), STRANGER) == []

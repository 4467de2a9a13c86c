"""What is out of the register counts nowhere; today has come; a lapse is found as it stands today."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest

from openpar.base.accounts.models import Role
from openpar.base.organisations.actions import dissolve
from openpar.common.errors import Refused
from openpar.engine.periods import Calendar, PeriodKind, period
from openpar.reform.findings.actions.closing import close_finding
from openpar.reform.findings.actions.remedying import RemedyPlan, plan_remedy, report_remedy
from openpar.reform.findings.models import Cause
from openpar.reform.monitors.actions.entering import withdraw_entry
from openpar.reform.monitors.actions.lapses import find_lapses
from openpar.reform.monitors.queries.boards import Asked, agencies_watched
from openpar.reform.monitors.queries.figures import figures_by_agency
from openpar.reform.monitors.reminding import due_things
from tests import factories
from tests.reform.monitors import entries
from tests.reform.monitors.entries import AT, TODAY, Watched
from tests.worlds import world

pytestmark = pytest.mark.django_db
ONE_DAY = timedelta(days=1)
NOW = Asked(TODAY, 2026, 2)


@world
def watched_days() -> Watched:
    return entries.watched()


def refusal(act: Callable[[], object]) -> list[str]:
    with pytest.raises(Refused) as refused:
        act()
    return factories.codes_of(refused.value)


def test_what_was_taken_out_is_taken_out_once_and_reminded_of_no_more(watched_days: Watched) -> None:
    watched = watched_days
    entry = watched.entered("training", issued_on=None, plan=None)
    take_out = partial(
        withdraw_entry, register="training", entry_id=entry.pk, reason="Nhập nhầm", by=watched.officer, at=AT
    )
    assert [one.object.partition("/")[0] for one in due_things(TODAY)] == ["monitor:training"]
    take_out(expected_revision=1)
    assert refusal(partial(take_out, expected_revision=2)) == ["withdrawn"]
    assert list(due_things(TODAY)) == []


def test_posts_that_were_taken_out_of_the_register_are_in_no_figure_since_they_were_counted(
    watched_days: Watched,
) -> None:
    watched = watched_days
    watched.entered("leadership_posts", counted_on=date(2026, 3, 1), filled=7)
    posts = watched.entered("leadership_posts", counted_on=date(2026, 6, 1), seen=1)
    unit = watched.agency.pk

    def filled(number: int) -> tuple[int | None, int | None]:
        quarter = period(Calendar.REFORM, PeriodKind.QUARTER, 2026, number)
        (figure,) = figures_by_agency([unit], quarter, "posts.filled")[unit]
        return figure.numerator, figure.denominator

    assert (filled(1), filled(2)) == ((7, 10), (10, 10))
    withdraw_entry(
        register="leadership_posts",
        entry_id=posts.pk,
        expected_revision=2,
        reason="Nhập nhầm đơn vị",
        by=watched.officer,
        at=AT,
    )
    # What was counted before still tells how it was then; since, nobody knows: that is not 0.
    assert (filled(1), filled(2)) == ((7, 10), (None, None))


def test_today_has_come_and_one_day_may_hold_two_steps(watched_days: Watched) -> None:
    watched = watched_days
    assert watched.entered("quality_system", internal_audit_on=TODAY).pk
    same: dict[str, Any] = {"submitted_on": TODAY, "approved_on": TODAY, "staffed_on": TODAY}
    assert watched.entered("job_positions", **same).pk


def test_an_agency_that_has_ended_enters_nothing_any_more(watched_days: Watched) -> None:
    watched = watched_days
    dissolve(
        by=factories.registrar(),
        at=AT,
        organisation_id=watched.agency.pk,
        on=TODAY - ONE_DAY,
        legal_basis="NQ 1/NQ-HĐND",
    )
    assert "no-agency" in refusal(partial(watched.entered, "leadership_posts"))


def test_only_agencies_that_are_assessed_are_watched(watched_days: Watched) -> None:
    watched = watched_days
    idle = factories.organisation("Trung tâm Hội nghị", assessed=False)
    assert set(agencies_watched(TODAY)) == {watched.agency.pk, watched.home.pk}
    assert set(agencies_watched(TODAY, [idle.pk])) == {idle.pk}


def test_where_nobody_is_wanted_no_recruitment_is_reminded_of(watched_days: Watched) -> None:
    watched = watched_days
    plan: dict[str, Any] = {"issued_on": None, "plan": None}
    watched.entered("recruitment", vacancies=0, planned=None, by_examination=None, **plan)
    watched.entered("recruitment", staff_group="TEACHERS", **plan)
    assert [one.object.rpartition("/")[2] for one in due_things(TODAY)] == ["TEACHERS"]


def test_a_lapse_that_comes_back_after_it_was_closed_is_found_anew(watched_days: Watched) -> None:
    watched = watched_days
    watched.entered("leadership_posts", filled=8)
    find = partial(find_lapses, register="leadership_posts", asked=NOW, by=watched.manager)
    (first,) = find(at=AT)
    remedy = RemedyPlan("Kiện toàn", TODAY, Cause.OBJECTIVE)
    plan_remedy(finding_id=first.pk, plan=remedy, by=watched.officer, at=AT)
    report_remedy(
        finding_id=first.pk, text="Xong", document_ids=[watched.document], by=watched.officer, at=AT
    )
    assert find(at=AT) == []
    close_finding(finding_id=first.pk, by=watched.manager, at=AT)
    (second,) = find(at=AT + ONE_DAY)
    assert (second.code, second.pk != first.pk) == (first.code, True)


def test_lapses_are_judged_by_today_whatever_day_is_asked_for(watched_days: Watched) -> None:
    watched = watched_days
    # A plan that is due next month has not lapsed, though a page may look ahead.
    watched.entered("training", issued_on=None, plan=None, due_on=TODAY + 30 * ONE_DAY)
    ahead = Asked(TODAY + 60 * ONE_DAY, 2026, 2)
    assert find_lapses(register="training", asked=ahead, by=watched.manager, at=AT) == []
    found = find_lapses(register="training", asked=NOW, by=watched.manager, at=AT + 31 * ONE_DAY)
    assert [one.code for one in found] == ["F4-03"]


def test_notices_become_no_findings(watched_days: Watched) -> None:
    watched = watched_days
    # Approved and not yet carried out is shown, and no lapse.
    watched.entered("job_positions", staffed_on=None)
    assert find_lapses(register="job_positions", asked=NOW, by=watched.manager, at=AT) == []


def test_of_registers_the_administrator_sees_and_enters_nothing(watched_days: Watched) -> None:
    watched = watched_days
    keeper = factories.actor_as(Role.ADMINISTRATOR, watched.agency)
    act = partial(
        watched.entered_as, keeper, watched.agency, "leadership_posts", watched.said("leadership_posts")
    )
    assert refusal(act) == ["not-allowed"]

"""How procedures are offered, posted and kept: online levels by date, postings by agency, quality systems."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from openpar.base.accounts.models import Role
from openpar.base.organisations.actions import merge
from openpar.base.organisations.models import Organisation
from openpar.delivery.procedures.actions.lines import NewLine
from openpar.delivery.procedures.actions.postings import posting_facts, record_posting
from openpar.delivery.procedures.actions.quality import record_quality
from openpar.delivery.procedures.actions.shared import mark_of
from openpar.delivery.procedures.contents import Agency
from openpar.delivery.procedures.errors import ProceduresRefused, StaleProcedures
from openpar.delivery.procedures.levels import counts_as, level_of_exchange, online_levels_on
from openpar.delivery.procedures.models import Posting, Provision, PublishingDecision
from openpar.delivery.procedures.queries.duties import (
    DecisionDuties,
    duties_of,
    late_postings,
    postings_of,
    work_calendar,
)
from openpar.delivery.procedures.queries.offering import partial_without_reason, quality_on
from openpar.delivery.procedures.words import Level, LineChange, OnlineLevel, PostedAt, QualityState
from tests import factories
from tests.delivery.procedures.catalogue import (
    AT,
    BIRTH,
    MARRIAGE,
    TODAY,
    bring_in,
    calendar,
    communes,
    contents,
    decision,
    new,
    offer,
    procedure,
    row,
)
from tests.factories import codes_of

pytestmark = pytest.mark.django_db
EFFECT = date(2026, 7, 1)
BOTH = (PostedAt.BOARD, PostedAt.WEBSITE)


# Online levels


@pytest.mark.parametrize(
    ("day", "levels"),
    [
        (
            date(2022, 8, 14),
            [OnlineLevel.LEVEL_1, OnlineLevel.LEVEL_2, OnlineLevel.LEVEL_3, OnlineLevel.LEVEL_4],
        ),
        (date(2022, 8, 15), [OnlineLevel.INFORMATION, OnlineLevel.PARTIAL, OnlineLevel.FULL]),
    ],
)
def test_the_levels_are_those_of_the_day(day: date, levels: list[OnlineLevel]) -> None:
    assert list(online_levels_on(day)) == levels


def test_old_levels_count_with_those_of_today_and_exchange_codes_are_known() -> None:
    assert [counts_as(level) for level in ("LEVEL_1", "LEVEL_2", "LEVEL_3", "LEVEL_4")] == [
        OnlineLevel.INFORMATION,
        OnlineLevel.INFORMATION,
        OnlineLevel.PARTIAL,
        OnlineLevel.FULL,
    ]
    assert [level_of_exchange(code) for code in (1, 2, 3, 4)] == [
        None,
        OnlineLevel.INFORMATION,
        OnlineLevel.PARTIAL,
        OnlineLevel.FULL,
    ]


def test_partial_needs_a_published_reason_from_july_2026() -> None:
    made = procedure(effective_on=date(2026, 6, 1))
    offer(made, OnlineLevel.PARTIAL, on=date(2026, 6, 30))
    with pytest.raises(ProceduresRefused) as found:
        offer(made, OnlineLevel.PARTIAL, on=EFFECT, partial_reason="Phải kiểm tra thực tế")
    assert codes_of(found.value) == ["reason-missing"]
    offer(
        made, OnlineLevel.PARTIAL, on=EFFECT, partial_reason="Kiểm tra thực tế", reason_published="Cổng tỉnh"
    )


def test_a_partial_offer_of_before_is_listed_until_its_reason_is_published() -> None:
    made = procedure(effective_on=date(2026, 6, 1))
    offer(made, OnlineLevel.PARTIAL, on=date(2026, 6, 1))
    assert partial_without_reason(date(2026, 6, 30)) == ()
    line = partial_without_reason(date(2026, 7, 11))[0]
    assert (line.name, line.days) == ("Đăng ký khai sinh", 10)
    offer(made, OnlineLevel.FULL, on=date(2026, 7, 5))
    assert partial_without_reason(date(2026, 7, 11)) == ()


def test_an_offer_ends_where_the_next_begins_and_the_same_day_is_corrected() -> None:
    made = procedure()
    offer(made, OnlineLevel.FULL, on=EFFECT)
    offer(made, OnlineLevel.FULL, on=EFFECT, any_place=True)
    offer(made, OnlineLevel.INFORMATION, on=date(2026, 8, 1))
    found = Provision.objects.order_by("valid_from").values_list("valid_from", "valid_until", "any_place")
    assert list(found) == [(EFFECT, date(2026, 8, 1), True), (date(2026, 8, 1), None, False)]
    with pytest.raises(ProceduresRefused) as refused:
        offer(made, on=date(2026, 7, 15))
    assert codes_of(refused.value) == ["later-provision"]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"on": date(2026, 6, 30)}, "not-in-force"),
        ({"level": OnlineLevel.LEVEL_4}, "level-not-of-the-day"),
        ({"workflow_basis": "1/QĐ"}, "workflow-unfit"),
        ({"legal_basis": "x" * 301}, "too-long"),
    ],
)
def test_an_offer_that_cannot_be_is_refused(given: dict[str, object], code: str) -> None:
    made = procedure()
    with pytest.raises(ProceduresRefused) as found:
        offer(made, **given)  # type: ignore[arg-type]  # the names of the parameters
    assert code in codes_of(found.value)


# Postings


def post(
    made: PublishingDecision,
    where: Organisation,
    day: date = TODAY,
    *,
    codes: Sequence[str] = (BIRTH,),
    places: Sequence[PostedAt] = BOTH,
    is_seen: bool = True,
) -> int:
    lines = made.lines.filter(code__in=codes).values_list("pk", flat=True)
    return record_posting(
        by=factories.actor_as(Role.FOCAL_OFFICER, where),
        at=AT,
        decision_id=made.pk,
        organisation_id=where.pk,
        line_ids=list(lines),
        places=places,
        posted_on=day,
        seen=mark_of(posting_facts(made, where.pk)) if is_seen else "",
    )


def late(today: date) -> list[tuple[str, int, int, int]]:
    found = late_postings(today, since=date(2026, 1, 1))
    return [(one.name, one.done, one.total, one.days_late(today)) for one in found]


def test_every_agency_of_a_kind_must_post_within_five_working_days_of_signing() -> None:
    calendar()
    communes(2)
    # Signed on Friday 26/06/2026: the fifth working day is Friday 03/07.
    decision(new(), new(MARRIAGE, contents("Kết hôn")), signed_on=date(2026, 6, 26))
    assert late(date(2026, 7, 3)) == []
    assert late(date(2026, 7, 4)) == [("Xã Số 1", 0, 2, 1), ("Xã Số 2", 0, 2, 1)]


def test_posted_at_every_place_in_time_is_not_late_afterwards() -> None:
    calendar()
    first, second = communes(2)
    made = decision(new(), signed_on=date(2026, 6, 26))
    assert post(made, first, date(2026, 7, 3)) == 2
    post(made, second, date(2026, 7, 3), places=(PostedAt.BOARD,))
    assert late(date(2026, 7, 20)) == [("Xã Số 2", 0, 1, 17)]
    post(made, second, TODAY, places=(PostedAt.WEBSITE,))
    # Done now, three days after the last day; it stays on the list of what was late.
    assert late(date(2026, 7, 20)) == [("Xã Số 2", 1, 1, 3)]


def test_the_same_posting_once_more_changes_nothing_and_another_day_corrects_it() -> None:
    where = communes(1)[0]
    made = decision(new(), signed_on=date(2026, 6, 26))
    assert [post(made, where), post(made, where), post(made, where, date(2026, 7, 1))] == [2, 0, 2]
    assert set(Posting.objects.values_list("posted_on", flat=True)) == {date(2026, 7, 1)}


def test_a_day_that_somebody_else_recorded_meanwhile_is_not_overwritten() -> None:
    where = communes(1)[0]
    made = decision(new(), signed_on=date(2026, 6, 26))
    post(made, where)
    with pytest.raises(StaleProcedures) as found:
        post(made, where, date(2026, 7, 1), is_seen=False)
    assert codes_of(found.value) == ["stale"]
    assert set(found.value.there.values()) == {TODAY}
    assert set(Posting.objects.values_list("posted_on", flat=True)) == {TODAY}


def test_what_was_abolished_is_to_be_taken_down_by_those_who_handled_it() -> None:
    calendar()
    communes(1)
    procedure(effective_on=date(2026, 1, 5), signed_on=date(2026, 1, 5))
    made = decision(NewLine(BIRTH, LineChange.ABOLISHED), signed_on=date(2026, 6, 26))
    found = [one for one in postings_of([made], work_calendar()) if one.decision == made]
    assert [(one.name, one.total) for one in found] == [("Xã Số 1", 1)]


def test_a_named_agency_that_was_merged_leaves_the_duty_to_its_successor() -> None:
    calendar()
    old = factories.organisation("Sở Lao động", key="so-lao-dong")
    heir = factories.organisation("Sở Nội vụ", key="so-noi-vu")
    merge(
        by=factories.registrar(),
        at=AT,
        on=date(2026, 6, 1),
        organisation_ids=[old.pk],
        into=heir.pk,
        legal_basis="NQ 1",
    )
    what = contents(levels=(Level.PROVINCE,), agencies=(Agency(key="so-lao-dong"),))
    made = decision(new(what=what), signed_on=date(2026, 6, 26))
    assert [one.name for one in postings_of([made], work_calendar())] == ["Sở Nội vụ"]


def test_a_decision_that_came_with_a_file_is_not_called_late() -> None:
    calendar()
    communes(1)
    named = {"decision_number": "5/QĐ", "decision_signed_on": "2026-01-05", "decision_issuer": "UBND"}
    bring_in(row(valid_from="2026-02-01", **named))
    assert PublishingDecision.objects.get().issued_at is not None
    assert late(TODAY) == []


def test_without_a_calendar_and_beyond_its_years_nothing_is_called_late() -> None:
    communes(1)
    decision(new(), signed_on=date(2026, 6, 26))
    assert late(TODAY) == []
    calendar()
    assert len(late(TODAY)) == 1
    made = PublishingDecision.objects.get()
    made.signed_on = date(2099, 6, 26)
    assert duties_of(made, work_calendar()) == DecisionDuties(None, None, None)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"day": TODAY + timedelta(days=1)}, "not-yet"),
        ({"day": date(2026, 6, 25)}, "before-signing"),
        ({"codes": ("9.999999",)}, "no-lines"),
        ({"places": ()}, "no-places"),
    ],
)
def test_a_posting_that_cannot_be_is_refused(given: dict[str, object], code: str) -> None:
    where = communes(1)[0]
    made = decision(new(), signed_on=date(2026, 6, 26))
    with pytest.raises(ProceduresRefused) as found:
        post(made, where, **given)  # type: ignore[arg-type]  # the names of the parameters
    assert codes_of(found.value) == [code]


def test_only_those_who_handle_a_procedure_post_it_and_only_for_themselves() -> None:
    where = communes(1)[0]
    department = factories.organisation("Sở Y tế")
    made = decision(new(), signed_on=date(2026, 6, 26))
    with pytest.raises(ProceduresRefused) as found:
        post(made, department)
    assert codes_of(found.value) == ["not-handled-here"]
    with pytest.raises(ProceduresRefused) as refused:
        record_posting(
            by=factories.actor_as(Role.AGENCY_HEAD, department),
            at=AT,
            decision_id=made.pk,
            organisation_id=where.pk,
            line_ids=[made.lines.get().pk],
            places=BOTH,
            posted_on=TODAY,
        )
    assert codes_of(refused.value) == ["not-allowed"]


# Quality systems


def keep(where: Organisation, on: date, state: QualityState, by: Role = Role.FOCAL_OFFICER) -> None:
    record_quality(
        by=factories.actor_as(by, where),
        at=AT,
        organisation_id=where.pk,
        on=on,
        state=state,
        standard="TCVN ISO 9001:2015",
        legal_basis="12/QĐ-SYT",
    )


def test_the_latest_state_by_a_day_counts_on_it() -> None:
    where = factories.organisation("Sở Y tế")
    keep(where, date(2024, 3, 1), QualityState.ANNOUNCED)
    keep(where, date(2025, 12, 1), QualityState.MAINTAINED)
    assert quality_on(date(2024, 2, 29)) == ()
    assert quality_on(date(2025, 11, 30))[0].latest.state == QualityState.ANNOUNCED
    line = quality_on(TODAY)[0]
    assert (line.name, line.latest.state, len(line.earlier)) == ("Sở Y tế", QualityState.MAINTAINED, 1)


def test_what_was_never_announced_is_not_maintained() -> None:
    where = factories.organisation("Sở Y tế")
    with pytest.raises(ProceduresRefused) as found:
        keep(where, date(2025, 12, 1), QualityState.MAINTAINED)
    assert codes_of(found.value) == ["not-announced"]
    with pytest.raises(ProceduresRefused) as refused:
        keep(where, date(2025, 12, 1), QualityState.ANNOUNCED, by=Role.AUDITOR)
    assert codes_of(refused.value) == ["not-allowed"]

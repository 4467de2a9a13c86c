"""Units for unannounced inspections: committed first, drawn on a later day, the same for everybody."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from openpar.base.audit.models import Entry
from openpar.base.organisations.models import Organisation
from openpar.engine.picking import combined_seed, commitment, pick
from openpar.reform.inspections.actions.campaigns import (
    CampaignDraft,
    drop_unit,
    open_campaign,
    plan_units,
)
from openpar.reform.inspections.actions.cases import NewCase, open_case
from openpar.reform.inspections.actions.draws import commit_draw, draw_units
from openpar.reform.inspections.actions.steps import begin_checks
from openpar.reform.inspections.errors import InspectionRefused
from openpar.reform.inspections.models import Draw, Mode, Scope
from openpar.reform.inspections.queries.draws import draw_view, public_draw, public_draws, years_of_draws
from tests.reform.inspections.cases import AT, COVERS, Province, document, opened, planned, province
from tests.worlds import world

pytestmark = pytest.mark.django_db
SEED, SOURCE = "hat-giong-bi-mat-2026", "Giải đặc biệt xổ số ngày 06/03/2026"
TOMORROW = AT + timedelta(days=1)


@world
def province_that_draws() -> Province:
    return province()


@pytest.fixture
def who(province_that_draws: Province) -> Province:
    return province_that_draws


def committed(who: Province, *, count: int = 2, source: str = SOURCE) -> Draw:
    campaign = planned(who, [who.health])
    return commit_draw(
        by=who.manager,
        at=AT,
        campaign_id=campaign.pk,
        organisation_ids=[unit.agency.pk for unit in who.units],
        count=count,
        seed_digest=commitment(SEED),
        public_source=source,
    )


def refusal(who: Province, draw: Draw, **given: object) -> list[str]:
    asked = {"by": who.manager, "at": TOMORROW, "seed": SEED, "public_value": "48213", **given}
    with pytest.raises(InspectionRefused) as refused:
        draw_units(draw_id=draw.pk, **asked)  # type: ignore[arg-type]  # the arguments of the action
    return [gap.code for gap in refused.value.gaps]


def test_anybody_draws_the_same_units_from_what_is_published(who: Province) -> None:
    draw = committed(who)
    assert draw.seed == ""
    drawn = draw_units(by=who.manager, at=TOMORROW, draw_id=draw.pk, seed=SEED, public_value="48213")
    draw.refresh_from_db()
    assert commitment(draw.seed) == draw.seed_digest
    assert draw.picked == list(pick(draw.units, combined_seed(draw.seed, draw.public_value), draw.count))
    keys = dict(Organisation.objects.values_list("pk", "key"))
    assert [keys[one.organisation_id] for one in drawn] == draw.picked
    assert {(one.mode, one.draw_id) for one in drawn} == {(Mode.UNANNOUNCED, draw.pk)}


def test_a_draw_is_logged_with_list_method_seed_and_moment(who: Province) -> None:
    draw = committed(who)
    draw_units(by=who.manager, at=TOMORROW, draw_id=draw.pk, seed=SEED, public_value="48213")
    before, after = Entry.objects.filter(verb__startswith="inspection.draw").order_by("id")
    assert (before.at, after.at) == (AT, TOMORROW)
    assert before.after is not None
    assert after.after is not None
    assert SEED not in str(before.after)
    assert (after.after["seed"], after.after["draw_list"]) == (SEED, draw.units)
    assert after.after["draw_method"] == "sha256-fisher-yates-1"


def test_another_seed_the_same_day_and_a_second_time_are_refused(who: Province) -> None:
    draw = committed(who)
    assert refusal(who, draw, seed="mot-chuoi-khac-han-2026") == ["other-seed"]
    assert refusal(who, draw, at=AT + timedelta(hours=2)) == ["too-early"]
    assert refusal(who, draw, public_value="") == ["public-value"]
    assert refusal(who, draw, by=who.team_head) == ["not-allowed"]
    draw_units(by=who.manager, at=TOMORROW, draw_id=draw.pk, seed=SEED, public_value="48213")
    assert refusal(who, draw) == ["drawn"]


@pytest.mark.parametrize("is_planned_before", [False, True])
def test_a_unit_that_was_drawn_does_not_leave_the_draft(who: Province, *, is_planned_before: bool) -> None:
    campaign = open_campaign(
        by=who.manager,
        at=AT,
        organisation_id=who.home.pk,
        scope=Scope.PROVINCE,
        year=2026,
        draft=CampaignDraft("Kế hoạch kiểm tra", *COVERS),
    )
    wanted = [who.health.agency.pk]
    given: dict[str, Any] = {"by": who.manager, "campaign_id": campaign.pk, "organisation_ids": wanted}
    if is_planned_before:
        plan_units(**given, at=AT, mode=Mode.UNANNOUNCED)
    plan_units(**given, at=AT, mode=Mode.ON_SITE)
    draw = commit_draw(**given, at=AT, count=1, seed_digest=commitment(SEED))
    (drawn,) = draw_units(by=who.manager, at=TOMORROW, draw_id=draw.pk, seed=SEED)
    with pytest.raises(InspectionRefused) as refused:
        drop_unit(by=who.manager, at=TOMORROW, planned_id=drawn.pk)
    assert [gap.code for gap in refused.value.gaps] == ["drawn"]
    drop_unit(by=who.manager, at=TOMORROW, planned_id=campaign.units.get(mode=Mode.ON_SITE).pk)


def test_a_commitment_that_makes_no_sense_is_refused_with_everything(who: Province) -> None:
    campaign = planned(who, [who.health])
    with pytest.raises(InspectionRefused) as refused:
        commit_draw(
            by=who.manager,
            at=AT,
            campaign_id=campaign.pk,
            organisation_ids=[who.health.agency.pk, who.home.pk],
            count=3,
            seed_digest=SEED,
        )
    assert [gap.code for gap in refused.value.gaps] == ["bad-count", "bad-digest", "strange-unit"]


def test_units_learn_of_the_picks_once_all_of_them_have_begun(who: Province) -> None:
    draw = committed(who, count=1)
    reader = who.health.head
    shown = draw_view(reader, draw.pk, TOMORROW.date())
    assert shown is not None
    assert (shown.tells_picks, len(shown.units)) == (False, 4)
    (drawn,) = draw_units(by=who.manager, at=TOMORROW, draw_id=draw.pk, seed=SEED, public_value="48213")
    shown = draw_view(reader, draw.pk, TOMORROW.date())
    assert shown is not None
    assert (shown.tells_picks, shown.picked) == (False, ())
    manager = draw_view(who.manager, draw.pk, TOMORROW.date())
    assert manager is not None
    assert manager.tells_picks
    unit = next(unit for unit in who.units if unit.agency.pk == drawn.organisation_id)
    case = opened(who, [unit], campaign=draw.campaign, mode=Mode.UNANNOUNCED)
    begin_checks(by=who.team_head, at=TOMORROW, inspection_id=case.pk)
    shown = draw_view(reader, draw.pk, TOMORROW.date())
    assert shown is not None
    assert [key for key, _name in shown.picked] == Draw.objects.get(pk=draw.pk).picked


def test_a_draw_counts_as_a_way_into_an_issued_plan(who: Province) -> None:
    draw = committed(who)
    draw_units(by=who.manager, at=TOMORROW, draw_id=draw.pk, seed=SEED, public_value="48213")
    assert draw.campaign.units.filter(mode=Mode.UNANNOUNCED).count() == 2
    decision = document(who.manager, who.home, "1300/QĐ-UBND")
    unit = draw.campaign.units.filter(mode=Mode.UNANNOUNCED).first()
    assert unit is not None
    case = open_case(
        by=who.manager,
        at=TOMORROW,
        campaign_id=draw.campaign_id,
        case=NewCase([unit.organisation_id], Mode.UNANNOUNCED, decision.pk),
    )
    assert case.units.count() == 1


def test_everybody_sees_the_commitment_at_once_and_the_picks_with_those_who_were_picked(
    who: Province,
) -> None:
    draw = committed(who, count=1)
    shown = public_draw(draw.pk, AT.date())
    assert shown is not None
    assert (len(shown.units), shown.picked, shown.organisation) == (4, (), "Sở Nội vụ")
    (drawn,) = draw_units(by=who.manager, at=TOMORROW, draw_id=draw.pk, seed=SEED, public_value="48213")
    shown = public_draw(draw.pk, TOMORROW.date())
    assert shown is not None
    assert (shown.tells_picks, shown.picked) == (False, ())
    unit = next(unit for unit in who.units if unit.agency.pk == drawn.organisation_id)
    case = opened(who, [unit], campaign=draw.campaign, mode=Mode.UNANNOUNCED)
    begin_checks(by=who.team_head, at=TOMORROW, inspection_id=case.pk)
    shown = public_draw(draw.pk, TOMORROW.date())
    assert shown is not None
    assert [key for key, _name in shown.picked] == Draw.objects.get(pk=draw.pk).picked
    assert public_draw(draw.pk + 1, TOMORROW.date()) is None


def test_units_that_were_never_visited_do_not_keep_a_draw_secret_beyond_its_year(who: Province) -> None:
    draw = committed(who)
    draw_units(by=who.manager, at=TOMORROW, draw_id=draw.pk, seed=SEED, public_value="48213")
    year = draw.campaign.year
    told = [public_draw(draw.pk, day) for day in (date(year, 12, 31), date(year + 1, 1, 1))]
    assert [one is not None and one.tells_picks for one in told] == [False, True]


def test_the_list_of_draws_is_of_a_year_and_asks_no_more_for_many(
    who: Province, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first, second = committed(who), committed(who, count=1)
    year = first.campaign.year
    assert years_of_draws() == [year]
    with django_assert_num_queries(3):
        lines = public_draws(year, TOMORROW.date())
    assert [(line.draw, line.organisation) for line in lines] == [
        (second, "Sở Nội vụ"),
        (first, "Sở Nội vụ"),
    ]
    assert public_draws(year - 1, TOMORROW.date()) == ()

"""Figures typed with a document: who may, what is refused, what was known when; nothing is overwritten."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from openpar.base.audit.models import Entry
from openpar.base.organisations.actions import dissolve
from openpar.delivery.service_quality.actions.entering import state_inputs
from openpar.delivery.service_quality.errors import InputsRefused
from openpar.delivery.service_quality.models import IndicatorInput, Origin, Saying
from openpar.delivery.service_quality.periods import IndexPeriod, IndexPeriodKind
from openpar.delivery.service_quality.queries.boards import agency_index, board, history
from openpar.delivery.service_quality.queries.inputs import figures_known, story_of
from tests import factories
from tests.delivery.service_quality.province import (
    AT,
    EXAMPLE,
    JUNE,
    Province,
    both,
    entries,
    province,
    stated,
)
from tests.factories import codes_of
from tests.worlds import world

pytestmark = pytest.mark.django_db


@world
def index_province() -> Province:
    return province()


def test_the_worked_example_gives_the_points_of_the_book(index_province: Province) -> None:
    place = index_province
    assert stated(place, place.department, EXAMPLE) == 4
    found = agency_index(place.department.pk, JUNE)
    assert found is not None
    points = {line.score.indicator.id: line.score.points for line in found.lines}
    assert (points["2.1"], points["3.1"], points["3.2"], points["3.3"]) == (
        Decimal("17.60"),
        Decimal("2.00"),
        Decimal("1.80"),
        Decimal("5.16"),
    )
    groups = {group.group.id: group.points for group in found.index.groups}
    assert (groups["progress"], groups["online"]) == (Decimal("17.60"), Decimal("8.96"))


def test_lines_that_lose_most_come_first_and_what_is_only_shown_last(index_province: Province) -> None:
    place = index_province
    stated(place, place.department, {**EXAMPLE, "5.2": ("0", "0"), "4.6": None})
    found = agency_index(place.department.pk, JUNE)
    assert found is not None
    lost = [line.lost for line in found.lost_first]
    known = [each for each in lost if each is not None]
    assert known == sorted(known, reverse=True)
    assert lost[len(known) :] == [None] * (len(lost) - len(known))
    by_id = {line.score.indicator.id: line.lost for line in found.lines}
    assert (by_id["2.1"], by_id["5.2"]) == (Decimal("2.40"), Decimal(0))
    assert (by_id["4.6"], by_id["5.1"]) == (None, None)
    # Nothing is known of it: all its points are still to be earned.
    assert by_id["1.1"] == 6


def test_the_same_once_more_adds_nothing_and_another_figure_leaves_the_old_one(
    index_province: Province,
) -> None:
    place = index_province
    stated(place, place.department, EXAMPLE)
    assert stated(place, place.department, EXAMPLE) == 0
    assert stated(place, place.department, {"2.1": ("881", "1000")}, at=AT + timedelta(days=1)) == 1
    story = story_of(JUNE, place.department.pk, "2.1")
    assert [one.given.numerator for one in story] == [Decimal(881), Decimal(880)]
    assert story[0].by == "Trần Thị Bình"
    assert story[0].document == "Báo cáo số liệu tháng 6"
    assert story[0].origin is Origin.TYPED


def test_as_of_a_day_only_what_was_known_then_counts(index_province: Province) -> None:
    place = index_province
    stated(place, place.department, {"2.1": ("880", "1000")})
    stated(place, place.department, {"2.1": ("1000", "1000")}, at=AT + timedelta(days=3))
    now = board(JUNE)
    then = board(JUNE, known_on=AT.date())
    before = board(JUNE, known_on=AT.date() - timedelta(days=1))
    points = [
        next(row for row in one.agencies if row.name == "Sở Tư pháp").index.points
        for one in (now, then, before)
    ]
    assert points == [Decimal("20.00"), Decimal("17.60"), None]


def test_the_department_is_judged_with_what_is_below_it(index_province: Province) -> None:
    place = index_province
    stated(place, place.department, {"2.1": ("80", "100")})
    stated(place, place.division, {"2.1": ("100", "100")})
    found = board(JUNE)
    row = next(row for row in found.agencies if row.organisation_id == place.department.pk)
    assert row.rolled.sums["2.1"].pair == (Decimal(180), Decimal(200))
    assert row.index.line("2.1").points == Decimal("18.00")


def test_the_province_is_the_sum_of_all_and_names_who_is_missing(index_province: Province) -> None:
    place = index_province
    stated(place, place.department, {"2.1": ("80", "100")})
    stated(place, place.communes[0], {"2.1": ("10", "20")})
    found = board(JUNE)
    top = next(row for row in found.above if row.organisation_id == place.top.pk)
    assert top.rolled.sums["2.1"].pair == (Decimal(90), Decimal(120))
    assert top.rolled.sums["2.1"].missing == (place.communes[1].pk,)
    assert top.rolled.is_provisional


def test_agencies_are_ranked_within_their_block(index_province: Province) -> None:
    place = index_province
    stated(place, place.department, {"2.1": ("50", "100")})
    stated(place, place.communes[0], {"2.1": ("60", "100")})
    stated(place, place.communes[1], {"2.1": ("70", "100")})
    places = {row.name: row.place for row in board(JUNE).agencies}
    assert {name: (each.rank, each.of) for name, each in places.items() if each} == {
        "Sở Tư pháp": (1, 1),
        "Xã Hoà Bắc": (2, 2),
        "Xã Hoà Ninh": (1, 2),
    }


def test_the_history_has_every_month_and_holes_where_nothing_is_known(index_province: Province) -> None:
    place = index_province
    may = IndexPeriod(IndexPeriodKind.MONTH, 2026, 5)
    stated(place, place.department, {"2.1": ("50", "100")}, period=may)
    stated(place, place.department, {"2.1": ("60", "100")})
    found = history(place.department.pk, JUNE)
    assert len(found) == 12
    assert [each.index.points if each.index else None for each in found[-3:]] == [
        None,
        Decimal("10.00"),
        Decimal("12.00"),
    ]


@pytest.mark.parametrize(
    ("figures", "code"),
    [
        ({"2.1": ("1001", "1000")}, "contradiction"),
        ({"2.1": ("-1", "1000")}, "contradiction"),
        ({"9.9": ("1", "2")}, "indicator-unknown"),
        ({"4.6": ("101", None)}, "contradiction"),
    ],
)
def test_figures_that_cannot_be_right_are_refused_and_nothing_is_added(
    index_province: Province, figures: dict[str, tuple[str, str | None]], code: str
) -> None:
    place = index_province
    with pytest.raises(InputsRefused) as refused:
        stated(place, place.department, {"3.1": ("1", "2"), **figures})
    assert codes_of(refused.value) == [code]
    assert not IndicatorInput.objects.exists()


def test_more_may_be_synchronised_than_reported(index_province: Province) -> None:
    assert stated(index_province, index_province.department, {"1.4": ("1200", "1000")}) == 1


def test_everything_wrong_is_told_at_once(index_province: Province) -> None:
    place = index_province
    with pytest.raises(InputsRefused) as refused:
        state_inputs(
            by=place.officer,
            at=AT,
            organisation_id=place.department.pk,
            period=IndexPeriod(IndexPeriodKind.MONTH, 2026, 8),
            entries=entries({"2.1": ("2", "1"), "x": ("1", "1")}),
            document_id=None,
        )
    assert codes_of(refused.value) == [
        "period-ahead",
        "contradiction",
        "indicator-unknown",
        "document-missing",
    ]


def test_a_document_of_somebody_else_is_no_document(index_province: Province) -> None:
    place = index_province
    with pytest.raises(InputsRefused) as refused:
        state_inputs(
            by=place.manager,
            at=AT,
            organisation_id=place.communes[0].pk,
            period=JUNE,
            entries=entries({"2.1": ("1", "2")}),
            document_id=place.document.pk,
        )
    assert codes_of(refused.value) == ["document-unknown"]


def test_taking_figures_back_needs_a_reason_and_leaves_no_data_not_zero(index_province: Province) -> None:
    place = index_province
    stated(place, place.department, {"2.1": ("1", "2")})

    def withdrawn(remark: str) -> int:
        return state_inputs(
            by=place.officer,
            at=AT + timedelta(hours=1),
            organisation_id=place.department.pk,
            period=JUNE,
            entries=entries({"2.1": (None, None)}),
            document_id=None,
            remark=remark,
        )

    with pytest.raises(InputsRefused) as refused:
        withdrawn(" ")
    assert codes_of(refused.value) == ["reason-missing"]
    assert withdrawn("Nhập nhầm tháng") == 1
    known = figures_known(JUNE)[place.department.pk]["2.1"]
    assert (known.saying, known.numerator) == (Saying.NO_DATA, None)
    entry = Entry.objects.filter(verb="index.stated").latest("id")
    assert (entry.before, entry.after, entry.reason) == (
        {"2.1": "1 / 2"},
        {"2.1": "—"},
        "Nhập nhầm tháng",
    )


def test_who_may_enter(index_province: Province) -> None:
    place = index_province
    for by, where, is_allowed in (
        (place.officer, place.department, True),
        (place.officer, place.communes[0], False),
        (both(place), place.communes[0], True),
        (place.leader, place.department, False),
    ):
        if is_allowed:
            assert stated(place, where, {"2.1": ("1", "2")}, by=by) == 1
            continue
        with pytest.raises(InputsRefused) as refused:
            stated(place, where, {"2.1": ("1", "2")}, by=by)
        assert codes_of(refused.value)[0] == "not-allowed"


def test_the_database_itself_keeps_what_was_said(index_province: Province) -> None:
    place = index_province
    stated(place, place.department, {"2.1": ("1", "2")})
    for change in (
        lambda: IndicatorInput.objects.update(numerator=Decimal(2)),
        lambda: IndicatorInput.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    assert IndicatorInput.objects.get().numerator == 1


def test_a_period_without_a_set_has_a_board_without_rows(index_province: Province) -> None:
    found = board(IndexPeriod(IndexPeriodKind.MONTH, 2024, 3))
    assert (found.indicators, found.agencies) == (None, ())
    assert agency_index(index_province.department.pk, IndexPeriod(IndexPeriodKind.MONTH, 2024, 3)) is None


def test_an_agency_that_has_gone_is_named_and_added_to_nobody(index_province: Province) -> None:
    place = index_province
    stated(place, place.communes[1], {"2.1": ("1", "2")})
    dissolve(
        by=factories.registrar(),
        at=AT,
        organisation_id=place.communes[1].pk,
        on=date(2026, 6, 15),
        legal_basis="NQ 1",
    )
    found = board(JUNE)
    assert found.outside == ("Xã Hoà Ninh",)
    assert all(row.organisation_id != place.communes[1].pk for row in found.agencies)

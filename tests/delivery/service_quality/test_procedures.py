"""Indicators counted of procedures: full contents, online services in use, payment; the lists behind them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from openpar.base.facts.declarations import month_number
from openpar.base.facts.duck import fetched
from openpar.base.organisations.models import Organisation
from openpar.base.organisations.roles import Actor, Role
from openpar.delivery.dossiers.queries.measures import whole_facts
from openpar.delivery.dossiers.queries.met import procedures_met
from openpar.delivery.procedures.actions.decisions import record_upload
from openpar.delivery.procedures.actions.lines import NewLine
from openpar.delivery.procedures.contents import Term
from openpar.delivery.procedures.models import Procedure
from openpar.delivery.procedures.words import FeeKind, LineChange, OnlineLevel
from openpar.delivery.service_quality.actions.counting import count_inputs
from openpar.delivery.service_quality.counted import (
    OF_PROCEDURES,
    around_procedures,
    procedure_parts,
    procedures_behind,
)
from openpar.delivery.service_quality.models import Origin
from openpar.delivery.service_quality.periods import IndexPeriod, IndexPeriodKind
from openpar.delivery.service_quality.queries.inputs import figures_known, known_inputs
from tests import factories
from tests.delivery.dossiers import lists
from tests.delivery.procedures import catalogue
from tests.delivery.procedures.catalogue import (
    communes,
    contents,
    decision,
    from_file,
    new,
    offer,
    working_days,
)
from tests.delivery.service_quality.province import AT, JUNE
from tests.worlds import world

pytestmark = pytest.mark.django_db
PAID = (Term(limit=working_days(3), fee_kind=FeeKind.FIXED, fee=8000),)
HEADER = "Đơn vị,Mã hồ sơ,Mã thủ tục,Trạng thái,Ngày nhận,Ngày hẹn trả,Kênh tiếp nhận,Thanh toán trực tuyến"
OBLIGATION = ",Có nghĩa vụ tài chính"
SINCE = date(2026, 6, 1)


@world
def used_and_unused() -> Actor:
    """Two communes and five procedures since June; the first commune has dossiers of three of them."""
    catalogue.calendar()
    communes(2)
    for number, what in enumerate(
        (
            contents("Trực tuyến, có hồ sơ", terms=PAID),
            contents("Trực tuyến, không hồ sơ", terms=PAID),
            contents("Trực tuyến, hồ sơ trực tiếp", steps=""),
            contents("Chỉ thông tin, có hồ sơ trực tuyến"),
            contents("Không nêu mức độ", steps="", manner="", papers=(), sets=None),
        ),
        1,
    ):
        from_file(f"1.00000{number}", what, since=SINCE)
    for number, level in enumerate((OnlineLevel.FULL,) * 3 + (OnlineLevel.INFORMATION,), 1):
        offer(Procedure.objects.get(code=f"1.00000{number}"), level, on=SINCE, pays_online=number == 1)
    rows = [
        dossier(1, "1.000001", "Trực tuyến", "Có"),
        dossier(2, "1.000001", "Trực tuyến", "Chưa"),
        dossier(3, "1.000003", "Trực tiếp", "Chưa"),
        dossier(4, "1.000004", "Trực tuyến", "Chưa"),
        dossier(5, "9.999999", "Trực tuyến", "Có"),
        # Of the month before, and paid online: not of this period.
        "Xã Số 1,H36.1-260529-0001,1.000002,Đang xử lý,29/05/2026,05/06/2026,Trực tuyến,Có,Có",
    ]
    lists.brought("\n".join([HEADER + OBLIGATION, *rows]).encode(), lists.moment(date(2026, 7, 1)))
    office = factories.organisation("Văn phòng UBND tỉnh", assessed=False)
    return factories.actor_as(Role.PROCEDURE_CONTROLLER, office)


def dossier(number: int, code: str, channel: str, paid: str) -> str:
    day = f"{number + 1:02}/06/2026"
    return (
        f"Xã Số 1,H36.1-2606{number + 1:02}-000{number},{code},Đang xử lý,{day},30/06/2026,{channel},{paid},"
    )


def agency(name: str = "Xã Số 1") -> int:
    return Organisation.objects.get(versions__name=name).pk


def pairs(name: str = "Xã Số 1") -> dict[str, tuple[Decimal | None, Decimal | None]]:
    figures = figures_known(JUNE).get(agency(name), {})
    return {indicator: said.pair for indicator, said in figures.items() if indicator in OF_PROCEDURES}


def codes(ids: frozenset[int]) -> set[str]:
    return set(Procedure.objects.filter(pk__in=ids).values_list("code", flat=True))


def test_what_is_used_is_counted_of_what_is_offered(used_and_unused: Actor) -> None:
    count_inputs(by=used_and_unused, at=AT, period=JUNE)
    three, five = Decimal(3), Decimal(5)
    assert pairs() == {
        # Steps are missing of one, everything of another.
        "1.3": (three, five),
        "3.1": (three, five),
        # One in person and one that is only information do not count; nor what the catalogue does not know.
        "3.2": (Decimal(1), three),
        "3.4": (Decimal(1), Decimal(2)),
        "3.5": (Decimal(1), Decimal(2)),
    }
    known = known_inputs(JUNE, agency())
    assert known["1.3"].remark == "1 thủ tục chưa nhập nội dung"
    assert known["3.2"].remark == "1 thủ tục chưa ghi mức cung cấp trực tuyến"
    assert (known["1.3"].origin, known["3.2"].origin) == (Origin.PROCEDURES, Origin.DOSSIERS)


def test_whose_dossiers_nobody_told_of_is_not_said_to_have_none(used_and_unused: Actor) -> None:
    count_inputs(by=used_and_unused, at=AT, period=JUNE)
    assert set(pairs("Xã Số 2")) == {"1.3", "3.1", "3.4"}


def test_another_period_has_its_own_dossiers(used_and_unused: Actor) -> None:
    may = IndexPeriod(IndexPeriodKind.MONTH, 2026, 5)
    met = procedures_met(may.days)[agency()]
    assert (codes(met.online), codes(met.paid)) == ({"1.000002"}, {"1.000002"})
    whole = procedures_met(IndexPeriod(IndexPeriodKind.YEAR_TO_DATE, 2026, 6).days)[agency()]
    assert codes(whole.paid) == {"1.000001", "1.000002"}
    assert procedures_met(IndexPeriod(IndexPeriodKind.MONTH, 2026, 4).days) == {}


def test_procedures_met_are_those_of_a_count_row_by_row(used_and_unused: Actor) -> None:
    with whole_facts() as duck:
        assert duck is not None
        month = month_number(2026, 6)
        rows = fetched(duck, f"SELECT key, channel FROM facts WHERE month_received = {month:d}")  # a number
    online = [key for key, channel in zip(rows["key"], rows["channel"], strict=True) if channel == 2]
    assert len(rows["key"]) == 5
    assert len(online) == 4
    assert codes(procedures_met(JUNE.days)[agency()].online) == {"1.000001", "1.000004"}


def test_every_figure_is_the_number_of_procedures_on_its_list(used_and_unused: Actor) -> None:
    count_inputs(by=used_and_unused, at=AT, period=JUNE)
    for indicator, pair in pairs().items():
        listed = procedures_behind(indicator, JUNE, agency(), AT.date())
        assert listed is not None
        assert [sum(one.is_above for one in listed), len(listed)] == [int(each or 0) for each in pair], (
            indicator
        )
        assert [one.is_above for one in listed] == sorted(one.is_above for one in listed)
    names = [one.name for one in procedures_behind("3.2", JUNE, agency(), AT.date()) or ()]
    assert names == ["Trực tuyến, hồ sơ trực tiếp", "Trực tuyến, không hồ sơ", "Trực tuyến, có hồ sơ"]


def test_what_is_not_counted_of_procedures_has_no_list(used_and_unused: Actor) -> None:
    assert procedures_behind("2.1", JUNE, agency(), AT.date()) is None
    assert procedures_behind("3.2", JUNE, agency("Xã Số 2"), AT.date()) is None


def test_a_catalogue_of_names_alone_says_nothing_of_contents() -> None:
    communes(1)
    blank = contents("Chỉ có tên", steps="", manner="", papers=(), sets=None)
    from_file("1.000001", blank, since=SINCE)
    assert procedure_parts(agency(), around_procedures(JUNE, AT.date())) == {}


@pytest.fixture
def decided() -> Actor:
    """Four procedures of communes in five decisions about June; of a sixth that came with a file, nothing."""
    catalogue.calendar()
    communes(1)
    first, changed = date(2026, 6, 1), LineChange.AMENDED
    made = decision(new("1.000001"), new("1.000003"), number="A", signed_on=first)
    decision(
        new("1.000002"),
        NewLine("1.000001", changed, contents("Đổi")),
        number="B",
        signed_on=date(2026, 6, 26),
        effective_on=date(2026, 7, 2),
    )
    decision(new("1.000004"), number="C", signed_on=date(2026, 6, 2))
    decision(new("1.000005"), number="D", signed_on=date(2026, 7, 2), effective_on=date(2026, 8, 3))
    record_upload(by=catalogue.controller(), at=AT, decision_id=made.pk, uploaded_on=date(2026, 6, 8))
    from_file("1.000006", contents(), since=first)
    return catalogue.controller()


def test_a_procedure_is_published_in_time_when_no_decision_of_the_period_was_late(decided: Actor) -> None:
    """26/06 is later than five working days before 02/07; C was to be uploaded by 09/06, and was not; of B
    the upload fell due in July.
    """
    count_inputs(by=decided, at=AT, period=JUNE)
    two = Decimal(2)
    assert {name: pairs()[name] for name in ("1.1", "1.2")} == {
        "1.1": (two, Decimal(4)),
        "1.2": (two, Decimal(3)),
    }
    late = {
        name: {
            one.code for one in procedures_behind(name, JUNE, agency(), AT.date()) or () if not one.is_above
        }
        for name in ("1.1", "1.2")
    }
    assert late == {"1.1": {"1.000001", "1.000002"}, "1.2": {"1.000004"}}


def test_an_upload_whose_last_day_is_not_over_is_not_judged(decided: Actor) -> None:
    """B was to be uploaded by 03/07, D by 09/07: on 06/07 only B is late."""
    july = IndexPeriod(IndexPeriodKind.MONTH, 2026, 7)
    parts = procedure_parts(agency(), around_procedures(july, AT.date()))
    assert (codes(parts["1.2"].below), parts["1.2"].above) == ({"1.000001", "1.000002"}, frozenset())
    assert codes(parts["1.1"].below) == codes(parts["1.1"].above) == {"1.000005"}


def test_where_no_decision_is_followed_nothing_is_said_of_publishing() -> None:
    communes(1)
    from_file("1.000001", contents(), since=SINCE)
    assert not {"1.1", "1.2"} & set(procedure_parts(agency(), around_procedures(JUNE, AT.date())))

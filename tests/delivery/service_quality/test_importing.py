"""Files of figures and of the portal's points: whole or not at all, every fault told, differences listed."""

from __future__ import annotations

from decimal import Decimal
from io import StringIO

import pytest

from openpar.base.intake.models import Batch
from openpar.base.organisations.roles import Actor
from openpar.common.errors import FileRefused
from openpar.delivery.service_quality.actions.importing import (
    BATCH_KIND,
    PORTAL_KIND,
    Changes,
    bring_in_inputs,
    bring_in_portal_points,
    changes_of_file,
)
from openpar.delivery.service_quality.models import IndicatorInput, PortalPoints, Saying
from openpar.delivery.service_quality.queries.boards import board, compared_with_portal
from openpar.delivery.service_quality.queries.inputs import figures_known, known_inputs
from tests.delivery.service_quality.province import (
    AT,
    EXAMPLE,
    JUNE,
    Province,
    province,
    stated,
    table,
)
from tests.factories import codes_of
from tests.worlds import world

pytestmark = pytest.mark.django_db
HEAD = "unit,indicator,numerator,denominator"


@world
def importing_province() -> Province:
    return province()


def brought(place: Province, *lines: str, by: Actor | None = None) -> Changes:
    return bring_in_inputs(by=by or place.manager, at=AT, period=JUNE, file=table(HEAD, *lines))


def test_a_file_is_taken_in_by_key_code_or_name_and_once_more_changes_nothing(
    importing_province: Province,
) -> None:
    place = importing_province
    lines = ("68-stp,2.1,880,1000", "xã hoà bắc,4.6,75.5,", "Xã Hòa Ninh,5.2,0,0", "68-hn,5.3,,")
    assert len(brought(place, *lines).changed) == 3
    known = figures_known(JUNE)
    assert known[place.department.pk]["2.1"].pair == (Decimal(880), Decimal(1000))
    assert known[place.communes[0].pk]["4.6"].pair == (Decimal("75.5"), None)
    # Nothing was known and nothing is: no row; 0 of 0 is a figure.
    assert known[place.communes[1].pk].keys() == {"5.2"}
    again = brought(place, *lines)
    assert (again.changed, again.unchanged) == ((), 4)
    assert IndicatorInput.objects.count() == 3
    assert Batch.objects.filter(kind=BATCH_KIND, outcome=Batch.Outcome.ACCEPTED).count() == 2
    assert known_inputs(JUNE, place.department.pk)["2.1"].file_name == "so-lieu.csv"


def test_a_blank_takes_known_figures_back_and_the_preview_says_so(importing_province: Province) -> None:
    place = importing_province
    stated(place, place.department, {"2.1": ("880", "1000")})
    file = table(HEAD, "68-stp,2.1,,")
    preview = changes_of_file(by=place.manager, at=AT, period=JUNE, file=file)
    assert [each.withdraws for each in preview.changed] == [True]
    assert IndicatorInput.objects.count() == 1
    brought(place, "68-stp,2.1,,")
    assert figures_known(JUNE)[place.department.pk]["2.1"].saying is Saying.NO_DATA


def test_every_fault_of_a_file_is_told_and_nothing_is_taken_in(importing_province: Province) -> None:
    place = importing_province
    with pytest.raises(FileRefused) as refused:
        brought(
            place,
            "68-stp,2.1,880,1000",
            "Sở Lạ,2.1,1,2",
            "68-hb,9.9,1,2",
            "68-hb,2.1,12,10",
            "68-hb,3.3,1.234,5000",
            "68-hb,3.2,nhiều,5",
            "68-stp,2.1,881,1000",
            ",3.1,1,2",
        )
    assert codes_of(refused.value) == [
        "unit-unknown",
        "indicator-unknown",
        "contradiction",
        "number-ambiguous",
        "number-not-understood",
        "row-twice",
        "unit-missing",
    ]
    assert refused.value.gaps[0].where == "ô A3 (unit)"
    assert not IndicatorInput.objects.exists()
    kept = Batch.objects.get(kind=BATCH_KIND)
    assert (kept.outcome, len(kept.refusals)) == (Batch.Outcome.REFUSED, 7)


def test_an_officer_brings_in_the_own_agency_only(importing_province: Province) -> None:
    place = importing_province
    assert len(brought(place, "68-stp,5.2,1,2", by=place.officer).changed) == 1
    with pytest.raises(FileRefused) as refused:
        brought(place, "68-hb,5.2,1,2", by=place.officer)
    assert codes_of(refused.value) == ["not-allowed"]
    with pytest.raises(FileRefused):
        brought(place, "68-stp,5.2,1,2", by=place.leader)


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (("unit,indicator,numerator", "68-stp,2.1,1"), "columns"),
        (("unit,indicator,numerator,denominator,note", "68-stp,2.1,1,2,x"), "columns"),
        ((HEAD,), "empty"),
    ],
)
def test_another_table_is_refused(importing_province: Province, lines: tuple[str, ...], code: str) -> None:
    with pytest.raises(FileRefused) as refused:
        bring_in_inputs(by=importing_province.manager, at=AT, period=JUNE, file=table(*lines))
    assert codes_of(refused.value) == [code]


def portal(place: Province, *lines: str, head: str = "unit,indicator,points") -> int:
    return bring_in_portal_points(by=place.manager, at=AT, period=JUNE, file=table(head, *lines))


def test_differences_beyond_the_tolerance_are_listed_with_our_figures(importing_province: Province) -> None:
    place = importing_province
    stated(place, place.department, EXAMPLE)
    assert (
        portal(
            place,
            "68-stp,2.1,17.59",  # 0,01 off: within the tolerance
            "68-stp,3.3,5.10",
            "68-stp,online,8.90",
            "68-stp,,26.56",
            "68-stp,5.2,6",  # we know nothing of petitions
            "68-hb,2.1,",  # neither of us has any
        )
        == 6
    )
    found = compared_with_portal(JUNE, board(JUNE))
    assert (found.compared, found.agencies) == (6, 2)
    assert [(one.code, one.portal, one.ours, one.by) for one in found.differences] == [
        ("5.2", Decimal(6), None, None),
        ("3.3", Decimal("5.10"), Decimal("5.16"), Decimal("-0.06")),
        ("online", Decimal("8.90"), Decimal("8.96"), Decimal("-0.06")),
    ]
    second = found.differences[1]
    assert second.line is not None
    assert (second.line.numerator, second.line.denominator) == (Decimal(430), Decimal(1000))


@pytest.mark.parametrize(("theirs", "count"), [("17.585", 0), ("17.615", 0), ("17.584", 1), ("17.616", 1)])
def test_the_tolerance_itself_is_no_difference(importing_province: Province, theirs: str, count: int) -> None:
    place = importing_province
    stated(place, place.department, EXAMPLE)
    portal(place, f"68-stp,2.1,{theirs}")
    assert len(compared_with_portal(JUNE, board(JUNE)).differences) == count


def test_what_our_own_command_writes_is_read_as_points_of_the_portal(importing_province: Province) -> None:
    place = importing_province
    stated(place, place.department, EXAMPLE)
    lines = StringIO()
    index = next(row for row in board(JUNE).agencies if row.name == "Sở Tư pháp").index
    for group in index.groups:
        for line in group.lines:
            lines.write(f"68-stp,{group.group.id},{line.indicator.id},{line.points or ''}\n")
        lines.write(f"68-stp,{group.group.id},,{group.points or ''}\n")
    lines.write(f"68-stp,,,{index.points}\n")
    assert portal(place, *lines.getvalue().splitlines(), head="unit,group,indicator,points") == 30
    assert compared_with_portal(JUNE, board(JUNE)).differences == ()


def test_the_newest_points_of_the_portal_count_and_the_old_ones_stay(importing_province: Province) -> None:
    place = importing_province
    stated(place, place.department, EXAMPLE)
    portal(place, "68-stp,2.1,10")
    assert portal(place, "68-stp,2.1,17.6") == 1
    assert portal(place, "68-stp,2.1,17.60") == 0
    assert PortalPoints.objects.count() == 2
    assert compared_with_portal(JUNE, board(JUNE)).differences == ()


def test_points_that_nobody_can_have_are_refused(importing_province: Province) -> None:
    with pytest.raises(FileRefused) as refused:
        portal(importing_province, "68-stp,2.1,20.01", "68-stp,x,1", "68-stp,online,-1")
    assert codes_of(refused.value) == ["points-outside", "indicator-unknown", "points-outside"]
    assert Batch.objects.get(kind=PORTAL_KIND).outcome == Batch.Outcome.REFUSED

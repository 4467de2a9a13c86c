"""The figures of a province: sums of signed sheets, with who is missing named and never counted as zero."""

from __future__ import annotations

from io import BytesIO

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from openpar.base.organisations.models import Kind
from openpar.delivery.figures.forms import form_valid_on
from openpar.delivery.figures.queries.listing import agencies_of_period
from openpar.delivery.figures.queries.rollup import RollUp, roll_up
from openpar.reports.figure_forms import rollup_workbook
from tests import factories
from tests.delivery.figures.sheets import FORM_06, II_06A, counts, line, office, opened, quarter, saved, sent

pytestmark = pytest.mark.django_db


def rolled(form: str = II_06A, under: int | None = None) -> RollUp:
    found = roll_up(form, quarter().period(), under=under)
    assert found is not None
    return found


def test_the_sum_is_of_those_who_signed_and_the_others_are_named() -> None:
    sent(office("Sở Y tế"), quarter(), line())
    sent(office("Sở Xây dựng"), quarter(), line(online=160, early=150), line("Đất đai"))
    saved(late := office("Sở Tư pháp"), opened(late), line())
    office("Sở Nội vụ")
    found = rolled()
    assert [row.label for row in found.agencies] == ["Sở Xây dựng", "Sở Y tế"]
    assert found.missing == ("Sở Nội vụ", "Sở Tư pháp")
    assert found.total.value("received") == 400
    assert [(row.label, row.value("received")) for row in found.fields] == [
        ("Đất đai", 100),
        ("Hộ tịch", 300),
    ]
    assert sum(row.value("received") or 0 for row in found.fields) == found.total.value("received")


def test_a_blank_cell_is_named_and_not_counted_as_zero() -> None:
    given = counts()
    del given["late"]
    sent(office("Sở Y tế"), quarter(), line(given=given))
    sent(office("Sở Xây dựng"), quarter(), line())
    total = rolled().total.sums["late"]
    assert (total.value, total.blank) == (5, ("Sở Y tế",))
    assert rolled().agencies[1].value("late") is None


def test_nothing_sent_is_no_sum_of_zero() -> None:
    office("Sở Y tế")
    assert rolled().total.value("received") is None
    assert rolled().missing == ("Sở Y tế",)
    assert form_valid_on(II_06A, quarter(1, 2017).period().until_on) is None


def test_levels_are_added_each_for_itself() -> None:
    sent(office("Sở Y tế"), quarter(), line(block="province"), form=FORM_06)
    for number in (1, 2):
        commune = office(f"Xã Số {number}", kind=Kind.COMMUNE)
        sent(commune, quarter(), line(block="commune"), form=FORM_06)
    found = rolled(FORM_06)
    assert [(row.block, row.value("received")) for row in found.fields] == [
        ("province", 100),
        ("commune", 200),
    ]


def test_columns_of_their_own_stay_apart_and_who_places_otherwise_is_named() -> None:
    own = {**counts(), "returned": 3, "received": 103, "online": 63}
    sent(office("Sở Y tế"), quarter(), line(given=own), placement="own_columns")
    sent(office("Sở Xây dựng"), quarter(), line())
    sent(office("Sở Tư pháp"), quarter(), line())
    found = rolled()
    assert found.unlike == ("Sở Y tế",)
    assert found.total.sums["returned"].value == 3
    assert found.total.sums["returned"].blank == ()


def test_explained_gaps_go_along_with_the_sum() -> None:
    sent(office("Sở Y tế"), quarter(), line(given={**counts(), "received": 104}))
    found = rolled()
    assert {(gap.agency, gap.identity, gap.gap) for gap in found.explained} == {
        ("Sở Y tế", "E1", 4),
        ("Sở Y tế", "E4", 4),
    }
    book = openpyxl.load_workbook(BytesIO(rollup_workbook(found)))
    assert book.sheetnames == ["Theo đơn vị", "Theo lĩnh vực"]
    text = "\n".join(str(row[0]) for row in book.worksheets[0].iter_rows(values_only=True) if row[0])
    assert "Sở Y tế, E4: lệch 4. Giải trình: Do nhập thiếu (Trần Thị Lan)." in text


def test_a_roll_up_can_be_of_one_branch() -> None:
    parent = factories.organisation("Sở Y tế")
    child = factories.organisation("Chi cục Dân số", parent=parent)
    office("Sở Xây dựng")
    assert rolled(under=parent.pk).missing == ("Chi cục Dân số", "Sở Y tế")
    assert rolled(under=child.pk).missing == ("Chi cục Dân số",)


def test_who_has_not_sent_is_seen_in_the_list_of_the_period() -> None:
    sent(office("Sở Y tế"), quarter(), line())
    opened(office("Sở Xây dựng"))
    office("Sở Nội vụ")
    states = {one.name: (one.state, one.is_signed) for one in agencies_of_period(II_06A, quarter().period())}
    assert states == {
        "Sở Nội vụ": (None, False),
        "Sở Xây dựng": ("DRAFT", False),
        "Sở Y tế": ("SIGNED", True),
    }


def test_a_roll_up_costs_the_same_queries_however_many_agencies_there_are() -> None:
    costs = []
    for number in range(6):
        sent(office(f"Sở số {number}"), quarter(), line())
        with CaptureQueriesContext(connection) as found:
            rolled()
        costs.append(len(found))
    assert costs[1] == costs[-1] <= 6

"""Lists and counts: what is searched for, the state of a day, form II.07b, how much is online."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from openpar.base.organisations.models import Organisation
from openpar.delivery.procedures.actions.lines import NewLine
from openpar.delivery.procedures.contents import Agency, Term
from openpar.delivery.procedures.exports import form_07b_workbook
from openpar.delivery.procedures.models import Procedure
from openpar.delivery.procedures.queries.counting import form_07b, online_counts
from openpar.delivery.procedures.queries.listing import Asked, State, lines_of, versions_asked
from openpar.delivery.procedures.words import AgencyKind, FeeKind, Level, LineChange, OnlineLevel
from tests import factories
from tests.delivery.procedures.catalogue import (
    BIRTH,
    MARRIAGE,
    SAME_DAY,
    TODAY,
    bring_in,
    communes,
    contents,
    decision,
    new,
    offer,
    procedure,
    row,
)

pytestmark = pytest.mark.django_db
HEALTH = "2.000001"


@pytest.fixture
def three() -> None:
    """Two of communes, one of a department that communes handle too; the third ends in August."""
    factories.organisation("Sở Y tế", key="so-y-te")
    communes(1)
    paid = (Term(limit=SAME_DAY, fee_kind=FeeKind.FIXED, fee=8000),)
    clinic = contents(
        "Ấp phép phòng khám",
        sector="Y tế",
        levels=(Level.PROVINCE, Level.COMMUNE),
        agencies=(Agency(key="so-y-te"), Agency(AgencyKind.COMMUNE)),
    )
    decision(new(), new(MARRIAGE, contents("Đăng ký kết hôn", terms=paid)), new(HEALTH, clinic), number="1")
    decision(NewLine(HEALTH, LineChange.ABOLISHED), number="2", effective_on=date(2026, 8, 1))


def names(**asked: object) -> list[str]:
    given: dict[str, object] = {"day": TODAY, **asked}
    return [version.name for version in versions_asked(Asked(**given))]  # type: ignore[arg-type]  # field names


def test_the_list_is_in_vietnamese_order(three: None) -> None:
    assert names() == ["Ấp phép phòng khám", "Đăng ký kết hôn", "Đăng ký khai sinh"]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("ket hon", ["Đăng ký kết hôn"]),
        ("ĐĂNG KÝ", ["Đăng ký kết hôn", "Đăng ký khai sinh"]),
        (BIRTH, ["Đăng ký khai sinh"]),
        (f"{BIRTH}.000.00.00.H41", ["Đăng ký khai sinh"]),
        ("1.00", ["Đăng ký kết hôn", "Đăng ký khai sinh"]),
        ("không có", []),
    ],
)
def test_search_looks_at_names_without_marks_and_at_codes(three: None, search: str, found: list[str]) -> None:
    assert names(search=search) == found


def test_filters_narrow_by_sector_level_agency_and_online_level(three: None) -> None:
    health, commune = (Organisation.objects.get(key=key) for key in ("so-y-te", _commune_key()))
    assert names(level=Level.PROVINCE) == ["Ấp phép phòng khám"]
    assert names(organisation_id=health.pk) == ["Ấp phép phòng khám"]
    assert len(names(organisation_id=commune.pk)) == 3
    assert names(sector_id=Procedure.objects.get(code=HEALTH).versions.get().sector_id) == [
        "Ấp phép phòng khám"
    ]
    offer(Procedure.objects.get(code=BIRTH), OnlineLevel.FULL)
    offer(Procedure.objects.get(code=BIRTH), OnlineLevel.INFORMATION, organisation=commune)
    assert names(online=OnlineLevel.FULL) == ["Đăng ký khai sinh"]
    assert names(online=OnlineLevel.FULL, organisation_id=commune.pk) == []
    assert names(online=OnlineLevel.INFORMATION, organisation_id=commune.pk) == ["Đăng ký khai sinh"]


def _commune_key() -> str:
    return Organisation.objects.get(versions__kind="COMMUNE").key


def test_an_old_level_is_found_under_the_one_it_counts_with() -> None:
    bring_in(
        row(valid_from="2021-01-01"),
        provisions=[{"code": BIRTH, "valid_from": "2021-01-01", "online_level": "mức độ 4"}],
    )
    assert names(day=date(2022, 1, 1), online=OnlineLevel.FULL) == ["Đăng ký khai sinh"]


def test_the_state_is_that_of_the_day(three: None) -> None:
    june, september = date(2026, 6, 30), date(2026, 9, 1)
    assert names(day=june) == []
    assert len(names(day=june, state=State.UPCOMING)) == 3
    assert names(day=september) == ["Đăng ký kết hôn", "Đăng ký khai sinh"]
    assert names(day=september, state=State.ENDED) == ["Ấp phép phòng khám"]
    assert names(state=State.ENDED) == names(state=State.UPCOMING) == []


def test_one_version_a_procedure_whatever_the_state() -> None:
    procedure(effective_on=date(2026, 1, 5), signed_on=date(2026, 1, 5))
    decision(NewLine(BIRTH, LineChange.AMENDED), number="2")
    decision(NewLine(BIRTH, LineChange.ABOLISHED), number="3", effective_on=date(2026, 8, 1))
    for day, state in (
        (date(2025, 1, 1), State.UPCOMING),
        (date(2026, 7, 15), State.IN_FORCE),
        (date(2026, 9, 1), State.ENDED),
    ):
        assert len(names(day=day, state=state)) == 1


def test_the_lines_of_a_page_cost_four_queries_for_one_or_many(three: None) -> None:
    every = list(versions_asked(Asked(TODAY)))
    costs = []
    for versions in (every[:1], every):
        with CaptureQueriesContext(connection) as found:
            lines = lines_of(versions, TODAY)
        costs.append(len(found))
        assert len(lines) == len(versions)
    assert costs == [4, 4]
    assert [agency.name for agency in lines[0].agencies] == ["Sở Y tế", "UBND cấp xã"]


def test_form_07b_adds_up_and_tells_what_does_not(three: None) -> None:
    offer(Procedure.objects.get(code=BIRTH), at_one_stop=True, has_internal_workflow=True)
    offer(Procedure.objects.get(code=HEALTH), at_one_stop=True)
    form = form_07b(TODAY)
    found = {
        one.label: [
            (each.total, each.province, each.district, each.commune)
            for each in (one.total, one.one_stop, one.workflow)
        ]
        for one in (*form.rows, form.total)
    }
    assert found == {
        "Sở Y tế": [(2, 1, 0, 1), (2, 1, 0, 1), (0, 0, 0, 0)],
        "UBND cấp xã": [(2, 0, 0, 2), (1, 0, 0, 1), (1, 0, 0, 1)],
        "Tổng số": [(4, 1, 0, 3), (3, 1, 0, 2), (1, 0, 0, 1)],
    }
    assert (form.procedures, form.at_two_levels) == (3, 1)
    assert {gap.code for gap in form.gaps} == {"workflow-differs"}
    assert form_07b(date(2026, 6, 30)).total.total.total == 0


def test_form_07b_goes_out_as_a_sheet(three: None) -> None:
    book = openpyxl.load_workbook(BytesIO(form_07b_workbook(form_07b(TODAY), is_sample=True)))
    texts = [[cell.value for cell in line] for line in book.worksheets[0].iter_rows()]
    assert "danh mục mẫu" in str(texts[1][0])
    assert texts[-3][:6] == [None, "Tổng số", 4, 1, 0, 3] or any(
        line[:6] == [None, "Tổng số", 4, 1, 0, 3] for line in texts
    )


def test_online_counts_keep_unknown_apart_from_information(three: None) -> None:
    offer(
        Procedure.objects.get(code=MARRIAGE),
        OnlineLevel.FULL,
        pays_online=True,
        any_place=True,
        on_national_portal_since=date(2026, 7, 1),
    )
    offer(Procedure.objects.get(code=BIRTH), OnlineLevel.INFORMATION, pays_online=True)
    found = online_counts(TODAY)
    assert (found.total, found.full, found.partial, found.information, found.unknown) == (3, 1, 0, 1, 1)
    assert (found.on_national_portal, found.any_place) == (1, 1)
    # Of the one for which something is to be paid; that another could be paid too does not count.
    assert (found.with_fee, found.paid_online) == (1, 1)

"""Each of the twelve rules finds what is planted, and nothing in a list that is right."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import date, datetime, timedelta

import pytest

from openpar.common.formats import VIETNAM
from openpar.delivery.dossiers.models import QualityHit
from openpar.delivery.procedures.models import Procedure
from openpar.delivery.procedures.words import OnlineLevel
from openpar.demo.dossiers_made import FULL, as_csv, with_defects
from tests.delivery.dossiers import lists
from tests.delivery.procedures import catalogue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("dossier_province")]
AT = datetime(2026, 6, 17, 17, 0, tzinfo=VIETNAM)
RIGHT = {
    "Mã hồ sơ": "H36.1-260601-0001",
    "Đơn vị": "Xã Số 1",
    "Mã thủ tục": "1.000894",
    "Kênh tiếp nhận": "Trực tiếp",
    "Trạng thái": "Đã trả kết quả",
    "Ngày nhận": "01/06/2026 08:00:00",
    "Ngày hẹn trả": "08/06/2026",
    "Ngày kết thúc xử lý": "05/06/2026 09:00:00",
    "Ngày yêu cầu bổ sung": "",
    "Ngày bổ sung xong": "",
    "Số lần bổ sung": "",
    "Ngày xin lỗi": "",
    "Số lần hẹn lại": "",
    "Trạng thái đồng bộ": "",
}


def listed(*rows: Mapping[str, str]) -> bytes:
    output = io.StringIO()
    writer = csv.DictWriter(output, list(RIGHT))
    writer.writeheader()
    writer.writerows({**RIGHT, **row} for row in rows)
    return output.getvalue().encode()


def hits(dossier: str = RIGHT["Mã hồ sơ"]) -> dict[str, str]:
    """Open hits of a dossier, with what stands in them."""
    found = QualityHit.objects.filter(dossier=dossier, gone_in=None).order_by("rule")
    return dict(found.values_list("rule", "said"))


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        ({}, {}),
        ({"Ngày nhận": ""}, {"Q1": ""}),
        ({"Ngày kết thúc xử lý": ""}, {"Q2": "", "Q10": ""}),
        ({"Ngày kết thúc xử lý": "05/07/2026 09:00:00"}, {"Q3": "05/07/2026", "Q10": ""}),
        ({"Ngày kết thúc xử lý": "29/05/2026"}, {"Q4": "01/06/2026 08:00 → 29/05/2026 00:00"}),
        ({"Ngày hẹn trả": "", "Mã thủ tục": "9.999999"}, {"Q5": ""}),
        ({"Kênh tiếp nhận": "Trực tuyến"}, {"Q6": ""}),
        ({"Ngày yêu cầu bổ sung": "02/06/2026", "Số lần bổ sung": "2"}, {"Q9": ""}),
        ({"Ngày kết thúc xử lý": "10/06/2026", "Ngày xin lỗi": "05/06/2026"}, {}),
        ({"Ngày kết thúc xử lý": "10/06/2026", "Ngày xin lỗi": "08/06/2026"}, {"Q10": ""}),
        ({"Ngày xin lỗi": "05/06/2026", "Số lần hẹn lại": "2"}, {"Q9": ""}),
        ({"Ngày nhận": "02/06/2026 08:00:00"}, {"Q11": "01/06/2026 → 02/06/2026"}),
        ({"Trạng thái đồng bộ": "9"}, {"Q12": "10 → 9"}),
    ],
)  # fmt: skip
def test_a_rule_finds_what_breaks_it(told: dict[str, str], wanted: dict[str, str]) -> None:
    found = Procedure.objects.get(code="1.000894")
    catalogue.offer(found, OnlineLevel.INFORMATION, on=date(2026, 1, 1))
    lists.brought(listed(told), AT)
    assert hits() == wanted


@pytest.mark.parametrize(
    ("first", "then", "wanted"),
    [
        ({}, {}, {}),
        ({}, {"Ngày kết thúc xử lý": "05/06/2026"}, {}),
        ({}, {"Ngày kết thúc xử lý": "04/06/2026 09:00:00"}, {"Q8": "05/06/2026 09:00 → 04/06/2026 09:00"}),
        (
            {},
            {"Ngày kết thúc xử lý": "", "Trạng thái": "Đang xử lý"},
            {"Q8": "05/06/2026 09:00 → –", "Q10": ""},
        ),
        ({}, {"Ngày hẹn trả": "12/06/2026"}, {"Q7": "08/06/2026 → 12/06/2026"}),
        ({}, {"Ngày hẹn trả": "12/06/2026", "Ngày xin lỗi": "04/06/2026"}, {}),
        (
            {"Trạng thái": "Đang xử lý", "Ngày kết thúc xử lý": ""},
            {"Ngày kết thúc xử lý": "08/06/2026 10:00:00"},
            {"Q8": "17/06/2026 00:00 → 08/06/2026 10:00"},
        ),
        (
            {"Trạng thái": "Đang xử lý", "Ngày kết thúc xử lý": ""},
            {"Ngày kết thúc xử lý": "18/06/2026 10:00:00"},
            {"Q10": ""},
        ),
    ],
)
def test_what_was_told_before_stays_in_sight(
    first: dict[str, str], then: dict[str, str], wanted: dict[str, str]
) -> None:
    lists.brought(listed(first), AT)
    lists.brought(listed(then), AT + timedelta(days=7))
    assert hits() == wanted
    # A rewritten date does not become right by being told once more.
    lists.brought(listed(then), AT + timedelta(days=14))
    assert {rule: said for rule, said in hits().items() if rule in ("Q7", "Q8")} == {
        rule: said for rule, said in wanted.items() if rule in ("Q7", "Q8")
    }


def test_the_defects_planted_into_a_year_are_found_and_few_others() -> None:
    made = with_defects(lists.year(2_000), 3, 0.04)
    lists.brought(as_csv(made, lists.moment(date(2026, 6, 30)), FULL), lists.moment(date(2026, 6, 30)))
    for rule in ("Q1", "Q2", "Q4", "Q11"):
        found = set(QualityHit.objects.filter(rule=rule).values_list("dossier", flat=True))
        assert made.planted[rule] <= found, rule
        assert len(found - made.planted[rule]) <= len(made.planted["Q1"]), rule

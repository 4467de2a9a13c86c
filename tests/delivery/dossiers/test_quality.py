"""Each of the twelve rules finds what is planted, and nothing in a list that is right."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import date, datetime, timedelta

import pytest

from openpar.base.facts import counting
from openpar.common.formats import VIETNAM
from openpar.delivery.dossiers.actions.refreshing import judge_open_dossiers
from openpar.delivery.dossiers.models import OpenDossier, QualityHit
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
    "Ngày hẹn trả mới": "",
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
        ({"Ngày hẹn trả": ""}, {"Q5": ""}),
        ({"Ngày hẹn trả": "", "Mã thủ tục": "9.999999"}, {"Q5": ""}),
        ({"Ngày hẹn trả": "", "Trạng thái": "Rút hồ sơ", "Ngày kết thúc xử lý": ""}, {}),
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
            {"Q8": "05/06/2026 09:00 → Đang xử lý", "Q10": ""},
        ),
        ({}, {"Trạng thái": "Đang xử lý"}, {"Q8": "05/06/2026 09:00 → Đang xử lý", "Q10": ""}),
        (
            {},
            {"Trạng thái": "Mới đăng ký", "Ngày nhận": "", "Ngày kết thúc xử lý": ""},
            {"Q8": "05/06/2026 09:00 → Mới đăng ký"},
        ),
        ({"Trạng thái": "Đã xử lý xong"}, {}, {}),
        ({}, {"Trạng thái": "Rút hồ sơ"}, {}),
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


# Received on 01/06, due on 08/06; complete again on 05/06, so that the limit of five days ends on 12/06.
SUPPLEMENT = {"Ngày yêu cầu bổ sung": "03/06/2026", "Ngày bổ sung xong": "05/06/2026"}
OPEN = {"Trạng thái": "Đang xử lý", "Ngày kết thúc xử lý": ""}


@pytest.mark.parametrize(
    ("due", "told", "is_excused"),
    [
        ("15/06/2026", {"Ngày xin lỗi": "08/06/2026", "Ngày hẹn trả mới": "15/06/2026"}, True),
        ("15/06/2026", {"Ngày xin lỗi": "08/06/2026"}, True),
        ("15/06/2026", {"Ngày xin lỗi": "09/06/2026", "Ngày hẹn trả mới": "15/06/2026"}, False),
        ("15/06/2026", {"Ngày xin lỗi": "09/06/2026"}, False),
        ("15/06/2026", {"Ngày xin lỗi": "05/06/2026", "Ngày hẹn trả mới": "12/06/2026"}, False),
        ("15/06/2026", {"Ngày hẹn trả mới": "15/06/2026"}, False),
        ("12/06/2026", SUPPLEMENT, True),
        ("10/06/2026", SUPPLEMENT, True),
        ("15/06/2026", SUPPLEMENT, False),
        ("05/06/2026", SUPPLEMENT, False),
        ("12/06/2026", {"Ngày yêu cầu bổ sung": "03/06/2026"}, False),
        ("12/06/2026", {"Ngày bổ sung xong": "05/06/2026"}, False),
        ("16/06/2026", {"Ngày yêu cầu bổ sung": "09/06/2026", "Ngày bổ sung xong": "10/06/2026"}, False),
        # The new date of an apology after a supplement holds against the day to which that led.
        (
            "19/06/2026",
            {**SUPPLEMENT, "Ngày xin lỗi": "11/06/2026", "Ngày hẹn trả mới": "19/06/2026"},
            True,
        ),
    ],
)
def test_a_due_day_is_moved_rightly_only_by_an_apology_in_time_or_a_supplement(
    due: str, told: dict[str, str], is_excused: bool
) -> None:
    lists.brought(listed(OPEN), AT - timedelta(days=13))
    lists.brought(listed({"Ngày hẹn trả": due, **told}), AT)
    said = hits()
    assert ("Q7" not in said) == is_excused
    assert is_excused or said["Q7"] == f"08/06/2026 → {due}"


def test_a_limit_of_the_same_day_needs_no_due_day() -> None:
    catalogue.bring_in(
        catalogue.row("1.009999", "2025-01-01", name="Chứng thực"),
        terms=[{"code": "1.009999", "valid_from": "2025-01-01", "limit": "", "unit": "trong ngày"}],
    )
    told = {"Ngày hẹn trả": "", "Mã thủ tục": "1.009999", "Ngày kết thúc xử lý": "01/06/2026 10:00:00"}
    lists.brought(listed(told), AT)
    assert "Q5" not in hits()


def test_a_due_day_that_an_earlier_list_told_is_not_missing() -> None:
    lists.brought(listed(OPEN), AT - timedelta(days=13))
    lists.brought(listed({"Ngày hẹn trả": ""}), AT)
    assert hits() == {}


# What is told in several lists


def three_new_dates() -> None:
    for day, apologised, new in ((5, "05", "10"), (9, "09", "15"), (12, "12", "25")):
        told = {"Ngày xin lỗi": f"{apologised}/06/2026", "Ngày hẹn trả mới": f"{new}/06/2026"}
        lists.brought(listed({**OPEN, **told}), AT.replace(day=day))


def test_new_dates_told_in_several_lists_are_several_and_the_first_apology_stays_in_time() -> None:
    three_new_dates()
    assert hits() == {"Q9": ""}
    one = OpenDossier.objects.get()
    assert (one.apologised_on, one.new_due_on) == (date(2026, 6, 5), date(2026, 6, 25))
    # Also when it is judged from the store, by the night and by a list that arrives late.
    judge_open_dossiers(by=lists.HOUSE, at=AT, since=date(2026, 6, 1))
    assert hits() == {"Q9": ""}
    lists.brought(listed(OPEN), AT.replace(day=4), at=AT, name="muon.csv")
    assert hits() == {"Q9": ""}


def test_an_apology_that_was_told_late_is_not_made_earlier_by_telling_it_anew() -> None:
    lists.brought(listed({**OPEN, "Ngày xin lỗi": "10/06/2026"}), AT.replace(day=11))
    lists.brought(listed({**OPEN, "Ngày xin lỗi": "05/06/2026"}), AT)
    assert set(hits()) == {"Q9", "Q10"}


def test_supplements_told_in_several_lists_are_several_and_the_first_starts_the_limit_anew() -> None:
    for day, asked, answered in ((3, "02", "03"), (9, "05", "09")):
        told = {"Ngày yêu cầu bổ sung": f"{asked}/06/2026", "Ngày bổ sung xong": f"{answered}/06/2026"}
        lists.brought(listed({**OPEN, **told}), AT.replace(day=day))
    assert "Q9" in hits()
    assert OpenDossier.objects.get().due_on == date(2026, 6, 10)
    judge_open_dossiers(by=lists.HOUSE, at=AT, since=date(2026, 6, 1))
    counters = counting.kept_counters("dossiers", basis="received")
    assert (counters.total("on_time_766"), counters.total("overdue")) == (0, 1)


def test_a_second_request_ends_the_first_whose_answer_no_list_told() -> None:
    waiting = {"Trạng thái": "Yêu cầu bổ sung", "Ngày kết thúc xử lý": ""}
    lists.brought(listed({**waiting, "Ngày yêu cầu bổ sung": "02/06/2026"}), AT.replace(day=3))
    told = {"Ngày yêu cầu bổ sung": "04/06/2026", "Ngày bổ sung xong": "09/06/2026"}
    lists.brought(listed({**OPEN, **told}), AT.replace(day=10))
    assert "Q9" in hits()
    assert OpenDossier.objects.get().due_on == date(2026, 6, 11)


def test_the_same_request_told_again_with_its_hour_and_its_answer_is_one() -> None:
    lists.brought(listed({**OPEN, "Ngày yêu cầu bổ sung": "03/06/2026"}), AT.replace(day=3))
    told = {"Ngày yêu cầu bổ sung": "03/06/2026 09:00:00", "Ngày bổ sung xong": "05/06/2026"}
    lists.brought(listed({**OPEN, **told}), AT.replace(day=9))
    assert "Q9" not in hits()
    assert OpenDossier.objects.get().due_on == date(2026, 6, 12)


def test_the_defects_planted_into_a_year_are_found_and_few_others() -> None:
    made = with_defects(lists.year(2_000), 3, 0.04)
    lists.brought(as_csv(made, lists.moment(date(2026, 6, 30)), FULL), lists.moment(date(2026, 6, 30)))
    for rule in ("Q1", "Q2", "Q4", "Q11"):
        found = set(QualityHit.objects.filter(rule=rule).values_list("dossier", flat=True))
        assert made.planted[rule] <= found, rule
        assert len(found - made.planted[rule]) <= len(made.planted["Q1"]), rule

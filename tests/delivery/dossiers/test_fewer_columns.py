"""Lists with fewer columns: what a list does not speak of stays as an earlier one told it."""

from __future__ import annotations

from datetime import date

import pytest

from openpar.base.facts.actions.recounting import recount
from openpar.base.facts.current import current
from openpar.delivery.dossiers.errors import DossierFileRefused
from openpar.delivery.dossiers.models import OpenDossier, QualityHit
from openpar.delivery.dossiers.queries.one import one_dossier
from openpar.delivery.dossiers.queries.people import people_of_dossier
from openpar.demo.dossiers_made import FULL, USUAL, as_csv
from tests.delivery.dossiers import lists
from tests.delivery.dossiers.test_importing import state, undone, written

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("dossier_province")]
CODE = "H68.01-260601-0001"
JUNE_5, JUNE_8, JUNE_10 = date(2026, 6, 5), date(2026, 6, 8), date(2026, 6, 10)
WIDE = {
    "Mã hồ sơ": CODE,
    "Đơn vị tiếp nhận": "Xã Số 1",
    "Mã thủ tục": "1.001193",
    "Ngày nhận": "01/06/2026 09:00:00",
    "Ngày hẹn trả": "04/06/2026",
    "Trạng thái": "Đang xử lý",
    "Hình thức nộp": "Trực tuyến",
    "Ngày yêu cầu bổ sung": "02/06/2026",
    "Ngày bổ sung xong": "03/06/2026",
    "Chủ hồ sơ": "Nguyễn Văn A",
    "Số điện thoại": "0912345678",
}


def told(day: date, **cells: str | None) -> None:
    """The usual row as a list of some day tells it; None: the list has no such column."""
    row = {header: text for header, text in (WIDE | cells).items() if text is not None}
    lists.brought(written([list(row), list(row.values())]), lists.moment(day), at=lists.AT)


def without(*headers: str, **cells: str) -> dict[str, str | None]:
    return {**dict.fromkeys(headers), **cells}


def test_a_list_without_a_column_leaves_what_was_told_and_an_empty_cell_takes_it_away() -> None:
    told(JUNE_5)
    told(JUNE_8, **without("Hình thức nộp", "Ngày bổ sung xong", "Ngày yêu cầu bổ sung", "Mã thủ tục"))
    found = current("dossiers").plain()[0]
    assert (found["channel"], found["procedure"]) == (2, "1.001193")
    assert found["supplement_asked_at"] is not None
    told(JUNE_10, **{"Hình thức nộp": "", "Ngày bổ sung xong": "", "Ngày yêu cầu bổ sung": ""})
    found = current("dossiers").plain()[0]
    assert (found["channel"], found["supplement_asked_at"]) == (None, None)


def test_the_dossier_is_judged_by_everything_that_is_known_of_it() -> None:
    """The limit of three working days starts anew when the papers came in, on the third of June."""
    told(JUNE_5)
    wide = OpenDossier.objects.get().due_on
    told(JUNE_8, **without("Ngày bổ sung xong", "Ngày yêu cầu bổ sung", "Ngày hẹn trả"))
    assert OpenDossier.objects.get().due_on == wide == date(2026, 6, 8)
    assert not QualityHit.objects.filter(rule="Q5", gone_in=None).exists()
    assert recount(by=lists.HOUSE, at=lists.AT, dataset="dossiers") == []


def test_a_list_of_results_without_status_or_finish_opens_nothing_again() -> None:
    told(JUNE_5, **{"Trạng thái": "Đã xử lý xong", "Ngày kết thúc xử lý": "04/06/2026 10:00:00"})
    told(JUNE_8, **without("Trạng thái"), **{"Ngày trả kết quả": ""})
    found = current("dossiers").plain()[0]
    assert found["status"] == 9
    assert found["finished_at"] is not None
    assert not OpenDossier.objects.exists()
    assert not QualityHit.objects.filter(rule="Q8").exists()
    told(JUNE_10, **without("Trạng thái"), **{"Ngày trả kết quả": "09/06/2026"})
    assert current("dossiers").plain()[0]["status"] == 10


def test_people_stay_as_they_were_told_where_a_list_has_no_column_for_them() -> None:
    told(JUNE_5)
    told(JUNE_8, **without("Số điện thoại"), **{"Chủ hồ sơ": "Nguyễn Văn B"})
    assert [text for _title, text in people_of_dossier(CODE)] == ["Nguyễn Văn B", "0912345678"]


def test_lists_of_different_columns_leave_the_same_in_whatever_order_they_come() -> None:
    made = lists.year(120)
    days = (date(2026, 3, 31), date(2026, 5, 15), date(2026, 6, 30))
    columns = (FULL, USUAL, tuple(name for name in USUAL if name != "status"))
    content = [(as_csv(made, lists.moment(day), some), day) for day, some in zip(days, columns, strict=True)]
    wanted = undone(content)
    for order in ((2, 1, 0), (1, 2, 0), (2, 0, 1)):
        assert undone([content[number] for number in order]) == wanted
    assert undone(content[:2]) != undone([content[1]])


def test_the_page_of_a_dossier_shows_what_the_lists_told_together() -> None:
    told(JUNE_5)
    told(JUNE_8, **without("Ngày bổ sung xong", "Ngày yêu cầu bổ sung"))
    found = one_dossier(CODE, date(2026, 6, 8))
    assert found is not None
    assert {"supplement_asked_at", "supplement_answered_at"} <= {name for name, _at in found.moments}
    assert state()[1]


def test_the_number_of_the_apology_is_the_one_that_was_told_first_and_stays_when_a_list_has_no_column() -> (
    None
):
    told(JUNE_5, **{"Ngày xin lỗi": "03/06/2026", "Số văn bản xin lỗi": "12/TB-UBND"})
    told(JUNE_8, **{"Ngày xin lỗi": "03/06/2026"})
    found = one_dossier(CODE, date(2026, 6, 8))
    assert found is not None
    assert (found.apology.issued_on, found.apology.number) == (date(2026, 6, 3), "12/TB-UBND")
    told(JUNE_10, **{"Ngày xin lỗi": "03/06/2026", "Số văn bản xin lỗi": "99/TB-UBND"})
    later = one_dossier(CODE, date(2026, 6, 10))
    assert later is not None
    assert later.apology.number == "12/TB-UBND"
    assert [one.column for one in later.rewritten] == ["apology_number"]


def test_a_sentence_is_no_number_of_an_apology() -> None:
    told(JUNE_5)
    row = {**WIDE, "Số văn bản xin lỗi": "Xin lỗi ông bà vì sự chậm trễ này, hẹn lại ngày mười lăm tháng sáu"}
    with pytest.raises(DossierFileRefused) as refused:
        lists.brought(written([list(row), list(row.values())]), lists.moment(JUNE_8), at=lists.AT)
    assert [gap.code for gap in refused.value.gaps] == ["apology-number-long"]

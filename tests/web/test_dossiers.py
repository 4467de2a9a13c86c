"""The pages of dossiers: boards whose numbers lead to their lists, one dossier, data quality, imports."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO

import openpyxl
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from openpar.base.accounts.models import Role
from openpar.base.organisations.models import Organisation
from openpar.delivery.dossiers.actions import waiting as waiting_actions
from openpar.delivery.dossiers.models import DossierImport, OpenDossier, QualityHit, SavedMapping
from openpar.delivery.dossiers.queries.lists import codes_behind, days_late, reckoned_of_codes
from openpar.delivery.dossiers.queries.measures import Asked, Measure, total_of
from openpar.delivery.dossiers.waiting import WaitingList, WaitingState, waiting_lists, write_state
from openpar.demo.dossiers_made import FULL, as_csv, as_rows
from openpar.engine.periods import Calendar, PeriodKind, period
from openpar.jobs.tasks import import_lists, lists_wait
from openpar.web.dossiers import importing
from tests import factories
from tests.delivery.dossiers import lists
from tests.delivery.dossiers.test_importing import written
from tests.web.conftest import LogIn
from tests.web.reading import text_of, visible
from tests.worlds import world

pytestmark = pytest.mark.django_db
CONTROLLER = Role.PROCEDURE_CONTROLLER
JUNE = lists.AT.date().replace(month=6, day=30)
QUARTER = "calendar=CIVIL&kind=QUARTER&year=2026&number=2"


@pytest.fixture(autouse=True)
def _july() -> Iterator[None]:
    with time_machine.travel(lists.AT, tick=True):
        yield


@world
def a_year_of_lists() -> list[str]:
    """Half a year of four communes; five late dossiers are still open, one of them without any apology."""
    lists.province()
    made = lists.year(300, seed=3)
    rows = as_rows(made, lists.moment(JUNE), FULL)
    place = {name: at for at, name in enumerate(rows[0])}
    is_late = made.finished.astype("datetime64[D]") > made.due_on.astype("datetime64[D]")
    late = made.codes[is_late][:5].tolist()
    for row in rows[1:]:
        if row[place["Mã hồ sơ"]] in late:
            row[place["Trạng thái"]] = "Đang xử lý"
            row[place["Ngày kết thúc xử lý"]] = row[place["Ngày trả kết quả"]] = ""
    lists.brought(written(rows), lists.moment(JUNE))
    return [str(code) for code in late]


def total_on(html: str) -> int:
    """How many dossiers the list says it has."""
    found = re.search(r"(\d+) hồ sơ", visible(html))
    assert found is not None
    return int(found[1])


def links_of(html: str, prefix: str) -> list[tuple[str, str]]:
    """The numbers of a table that lead to an address, with it."""
    found = re.findall(rf'<td class="num[^"]*"[^>]*><a href="({re.escape(prefix)}[^"]*)">(\d+)</a>', html)
    return [(link.replace("&amp;", "&"), count) for link, count in found]


# Boards


def test_every_count_of_the_live_board_leads_to_as_many_dossiers(
    a_year_of_lists: list[str], logged_in: LogIn
) -> None:
    browser = logged_in(CONTROLLER)
    html = text_of(browser, "/dossiers/")
    found = re.findall(r'href="(/dossiers/work/[a-z_]+/)"><span class="dossier-figure">(\d+)<', html)
    assert len(found) == 6
    for link, count in found:
        assert total_on(text_of(browser, link)) == int(count), link
    counts = dict(found)
    assert int(counts["/dossiers/work/overdue/"]) >= 5
    assert set(a_year_of_lists) <= set(
        re.findall(r"H36\.\d+-\d{6}-\d{4}", text_of(browser, "/dossiers/work/overdue/"))
    )


def test_every_count_of_the_boards_leads_to_as_many_dossiers(
    a_year_of_lists: list[str], logged_in: LogIn
) -> None:
    browser = logged_in(CONTROLLER)
    for page in ("agencies/", "procedures/", "procedures/?by=procedure", "procedures/?by=channel"):
        html = text_of(browser, f"/dossiers/{page}{'&' if '?' in page else '?'}{QUARTER}")
        found = re.findall(r'<td class="num"[^>]*><a href="(/dossiers/list/[^"]+)">(\d+)</a>', html)
        assert len(found) > 10, page
        for link, count in found[:8] + found[-8:]:
            assert total_on(text_of(browser, link.replace("&amp;", "&"))) == int(count), link


def test_the_ratios_name_what_they_are_of_and_show_what_they_are_made_of(
    a_year_of_lists: list[str], logged_in: LogIn
) -> None:
    html = text_of(logged_in(CONTROLLER), f"/dossiers/agencies/?{QUARTER}")
    words = visible(html)
    for name in ("trên đã giải quyết", "trên đến hạn", "trên tiếp nhận (QĐ 766)"):
        assert name in words
    total = total_of(Asked(period(Calendar.CIVIL, PeriodKind.QUARTER, 2026, 2), lists.AT.date()))
    assert f"{total['due_in_time']}/{total['due']}" in words


def test_agencies_are_sorted_by_name_in_vietnamese_order_or_by_a_figure(
    a_year_of_lists: list[str], logged_in: LogIn
) -> None:
    browser = logged_in(CONTROLLER)

    def names(sort: str) -> list[str]:
        html = text_of(browser, f"/dossiers/agencies/?{QUARTER}&sort={sort}")
        return re.findall(r'<th scope="row" class="card-title-cell dossier-depth-0">([^<]+)</th>', html)

    assert names("") == ["Phường Số 4", "Xã Số 1", "Xã Số 2", "Xã Số 3"]
    assert names("received")[0] == "Xã Số 1"
    assert sorted(names("rate1")) == sorted(names(""))


def test_with_those_below_a_superior_has_their_dossiers(a_year_of_lists: list[str], logged_in: LogIn) -> None:
    html = text_of(logged_in(CONTROLLER), f"/dossiers/agencies/?{QUARTER}&below=1")
    assert "không cộng các dòng với nhau" in visible(html)


def test_without_a_calendar_the_board_says_what_is_missing(logged_in: LogIn) -> None:
    html = text_of(logged_in(CONTROLLER), "/dossiers/", 422)
    assert "chưa có lịch nào có hiệu lực" in visible(html)


def test_the_first_page_tells_an_agency_what_is_due_of_its_own_dossiers(a_year_of_lists: list[str]) -> None:
    with_overdue = Organisation.objects.get(
        pk=OpenDossier.objects.get(dossier=a_year_of_lists[0]).organisation_id
    )
    browser = Client()
    browser.force_login(factories.person_as(Role.FOCAL_OFFICER, with_overdue))
    html = text_of(browser, "/")
    (count,) = re.findall(r'href="/dossiers/work/overdue/">(\d+) hồ sơ<', html)
    assert total_on(text_of(browser, "/dossiers/work/overdue/")) == int(count) > 0
    hits = QualityHit.objects.filter(gone_in__isnull=True, organisation=with_overdue).count()
    assert (f"{hits} lỗi dữ liệu chưa sửa" in visible(html)) == bool(hits)


def test_the_first_page_tells_nothing_of_dossiers_to_an_appraiser(
    a_year_of_lists: list[str], logged_in: LogIn
) -> None:
    assert "Hồ sơ một cửa" not in visible(text_of(logged_in(Role.APPRAISER), "/"))


def test_a_message_leads_to_the_list_of_its_day(a_year_of_lists: list[str], logged_in: LogIn) -> None:
    browser = logged_in(CONTROLLER)
    waiting = OpenDossier.objects.filter(
        apologise_by__isnull=False, apologised_on__isnull=True, is_waiting=False
    )
    one = waiting.exclude(apologise_by=lists.AT.date()).order_by("dossier")[0]
    assert one.apologise_by is not None
    html = text_of(browser, f"/dossiers/work/last_day_to_apologise/?on={one.apologise_by}")
    assert one.dossier in visible(html)
    assert one.dossier not in visible(text_of(browser, "/dossiers/work/last_day_to_apologise/"))
    text_of(browser, "/dossiers/work/last_day_to_apologise/?on=1800-01-01", 422)


def test_late_dossiers_are_narrowed_to_what_is_often_late(
    a_year_of_lists: list[str], logged_in: LogIn
) -> None:
    browser = logged_in(CONTROLLER)
    html = text_of(browser, f"/dossiers/late/?{QUARTER}")
    cells = r'<th scope="row"><a href="([^"]+)">[^<]+</a></th><td class="num">(\d+)</td>'
    found = re.findall(cells, html)
    assert any("procedure=" in link for link, _count in found)
    assert any("agency=" in link for link, _count in found)
    for link, count in found:
        narrowed = text_of(browser, "/dossiers/late/" + link.replace("&amp;", "&"))
        assert re.search(rf"Hồ sơ trễ {count}\b|{count} Hồ sơ trễ", visible(narrowed)), link


# Who sees what


def test_an_agency_sees_its_own_dossiers_and_nobody_elses(a_year_of_lists: list[str]) -> None:
    own, other = (Organisation.objects.get(versions__name=name) for name in ("Xã Số 2", "Xã Số 1"))
    browser = Client()
    browser.force_login(factories.person_as(Role.AGENCY_HEAD, own))
    whole = Asked(period(Calendar.CIVIL, PeriodKind.QUARTER, 2026, 2), lists.AT.date())
    mine = codes_behind(Asked(whole.period, whole.on, frozenset({own.pk})), Measure.RECEIVED)
    theirs = codes_behind(Asked(whole.period, whole.on, frozenset({other.pk})), Measure.RECEIVED)
    assert total_on(text_of(browser, f"/dossiers/list/?{QUARTER}&measure=received")) == len(mine)
    text_of(browser, f"/dossiers/one/{mine[0]}/")
    text_of(browser, f"/dossiers/one/{theirs[0]}/", 404)
    text_of(browser, f"/dossiers/list/?agency={other.pk}", 404)
    batch = DossierImport.objects.get().batch_id
    text_of(browser, f"/dossiers/imports/{batch}/", 404)


@pytest.mark.parametrize("role", [None, Role.APPRAISER, Role.COUNCIL_CHAIR])
def test_a_stranger_finds_no_page(a_year_of_lists: list[str], logged_in: LogIn, role: Role | None) -> None:
    browser = logged_in(role)
    for page in ("", "agencies/", "procedures/", "list/", "late/", "quality/", "imports/", "imports/new/"):
        text_of(browser, f"/dossiers/{page}", 404)
    text_of(browser, f"/dossiers/one/{a_year_of_lists[0]}/", 404)


def test_the_head_of_a_superior_sees_those_below(a_year_of_lists: list[str]) -> None:
    own = Organisation.objects.get(versions__name="Xã Số 2")
    unit = factories.organisation("Trạm Mẫu", parent=own)
    browser = Client()
    browser.force_login(factories.person_as(Role.AGENCY_HEAD, unit))
    assert "0 hồ sơ" in visible(text_of(browser, f"/dossiers/list/?{QUARTER}"))


# Lists


def test_a_list_shows_no_people_and_can_be_sorted_by_delay(
    a_year_of_lists: list[str], logged_in: LogIn
) -> None:
    browser = logged_in(CONTROLLER)
    html = text_of(browser, f"/dossiers/list/?{QUARTER}&measure=late&sort=late")
    assert "Mẫu An" not in html
    shown = list(dict.fromkeys(re.findall(r"H36\.\d+-\d{6}-\d{4}", visible(html))))
    asked = Asked(period(Calendar.CIVIL, PeriodKind.QUARTER, 2026, 2), lists.AT.date())
    reckoned = reckoned_of_codes(codes_behind(asked, Measure.LATE), lists.AT.date())
    late = dict(
        zip(
            reckoned.rows.codes.tolist(),
            days_late(reckoned, lists.AT.date()).tolist(),
            strict=True,
        )
    )
    assert [late[code] for code in shown] == sorted((late[code] for code in shown), reverse=True)
    assert min(late.values()) > 0


def test_the_workbook_has_the_rows_of_the_list_and_no_formulas(
    a_year_of_lists: list[str], logged_in: LogIn
) -> None:
    browser = logged_in(CONTROLLER)
    answer = browser.get(f"/dossiers/list/export/?{QUARTER}&measure=late")
    sheet = openpyxl.load_workbook(BytesIO(answer.content)).active
    assert sheet is not None
    cells = [str(row[1]) for row in sheet.iter_rows(values_only=True) if str(row[1]).startswith("H36")]
    asked = Asked(period(Calendar.CIVIL, PeriodKind.QUARTER, 2026, 2), lists.AT.date())
    assert cells == codes_behind(asked, Measure.LATE)
    assert "Mẫu" not in " ".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row)


def test_a_period_that_does_not_exist_is_refused_and_the_usual_one_shown(
    a_year_of_lists: list[str], logged_in: LogIn
) -> None:
    html = text_of(logged_in(CONTROLLER), "/dossiers/list/?kind=QUARTER&number=7&year=2026", 422)
    assert "Không có kỳ số 7" in visible(html)


# One dossier


def test_one_late_dossier_says_why_and_shows_both_verdicts(
    a_year_of_lists: list[str], logged_in: LogIn
) -> None:
    words = visible(text_of(logged_in(CONTROLLER), f"/dossiers/one/{a_year_of_lists[0]}/"))
    assert "Vì sao trễ" in words
    assert re.search(r"Quá hạn \d+ ngày làm việc; lâu nhất:", words)
    for part in ("Theo NĐ 61/2018", "Theo QĐ 766", "Cách tính hạn", "Các danh sách đã báo", "Q10"):
        assert part in words
    assert "Mẫu An" not in words


def test_a_finish_that_was_rewritten_shows_what_was_told_first(
    a_year_of_lists: list[str], logged_in: LogIn
) -> None:
    rows = as_rows(lists.year(300, seed=3), lists.moment(JUNE), FULL)
    place = {name: at for at, name in enumerate(rows[0])}
    done = next(row for row in rows[1:] if row[place["Trạng thái"]] == "Đã trả kết quả")
    code, was = done[place["Mã hồ sơ"]], done[place["Ngày kết thúc xử lý"]]
    done[place["Ngày kết thúc xử lý"]] = done[place["Ngày nhận"]]
    lists.brought(written([rows[0], done]), lists.moment(JUNE.replace(month=7, day=1)))
    words = visible(text_of(logged_in(CONTROLLER), f"/dossiers/one/{code}/"))
    assert "Số liệu bị ghi lại" in words
    assert was[:5] in words
    assert "Q8" in words


def test_a_code_that_nobody_told_is_not_found(a_year_of_lists: list[str], logged_in: LogIn) -> None:
    text_of(logged_in(CONTROLLER), "/dossiers/one/H36.9-260101-9999/", 404)


# Late, quality


def test_late_dossiers_are_explained_the_latest_first(a_year_of_lists: list[str], logged_in: LogIn) -> None:
    browser = logged_in(CONTROLLER)
    words = visible(text_of(browser, f"/dossiers/late/?{QUARTER}"))
    assert "Thủ tục hay trễ" in words
    assert re.search(r"lâu nhất: \S+", words)
    open_ones = visible(text_of(browser, "/dossiers/late/?calendar=CIVIL&kind=YEAR&year=2026&open=1"))
    assert all(code in open_ones for code in a_year_of_lists)


def test_every_count_of_the_quality_page_leads_to_as_many_hits(
    a_year_of_lists: list[str], logged_in: LogIn
) -> None:
    browser = logged_in(CONTROLLER)
    html = text_of(browser, "/dossiers/quality/")
    found = links_of(html, "/dossiers/quality/Q")
    assert found
    for link, count in found:
        assert total_on(text_of(browser, link)) == int(count), link
    assert sum(int(count) for link, count in found if "agency" not in link) == QualityHit.objects.count()
    text_of(browser, "/dossiers/quality/Q99/", 404)


# Imports


def upload(browser: Client, content: bytes, source: str = "igate", as_of: str = "30/06/2026") -> str:
    file = SimpleUploadedFile("thang-6.csv", content)
    answer = browser.post("/dossiers/imports/new/", {"file": file, "source": source, "as_of": as_of})
    assert answer.status_code == 302, visible(answer.content.decode())
    return answer.headers["Location"]


def form_of(html: str) -> dict[str, str]:
    """What the screen of columns would send as it stands."""
    selects = re.findall(r'<select class="form-select"[^>]* name="([^"]+)"[^>]*>(.*?)</select>', html, re.S)
    chosen = {name: re.search(r'<option value="([^"]*)" selected>', options) for name, options in selects}
    said = re.findall(r'<input type="hidden" name="(said-[^"]+)" value="([^"]*)"', html)
    return {name: found[1] if found else "" for name, found in chosen.items()} | dict(said)


@pytest.mark.usefixtures("dossier_province")
def test_a_list_goes_from_upload_over_its_columns_to_the_page_of_what_became_of_it(logged_in: LogIn) -> None:
    browser, content = logged_in(CONTROLLER), as_csv(lists.year(40), lists.moment(JUNE))
    address = upload(browser, content)
    html = text_of(browser, address)
    assert DossierImport.objects.count() == OpenDossier.objects.count() == 0
    assert form_of(html)["column-4"] == "dossier"
    assert "Mẫu" not in visible(html)
    answer = browser.post(address, {**form_of(html), "step": "run"})
    batch = DossierImport.objects.get()
    assert answer.headers["Location"] == f"/dossiers/imports/{batch.batch_id}/"
    words = visible(text_of(browser, answer.headers["Location"]))
    assert "Đã nạp 40 hồ sơ; 0 dòng bị từ chối" in words
    assert [one.state for one in waiting_lists()] == [WaitingState.DONE]
    # Once more: said, and nothing changed.
    again = upload(browser, content)
    assert "Đúng tệp này đã được nạp" in visible(text_of(browser, again))
    done = browser.post(again, {**form_of(text_of(browser, again)), "step": "run"})
    assert "không có gì thay đổi" in visible(text_of(browser, done.headers["Location"]))
    assert DossierImport.objects.count() == 1


@pytest.mark.usefixtures("dossier_province")
def test_a_word_that_nobody_knows_is_explained_on_the_screen_and_kept_with_the_mapping(
    logged_in: LogIn,
) -> None:
    rows = as_rows(lists.year(20), lists.moment(JUNE))
    place = {name: at for at, name in enumerate(rows[0])}
    rows[3][place["Đơn vị tiếp nhận"]] = "UBND xã Một cũ"
    browser = logged_in(CONTROLLER)
    address = upload(browser, written(rows))
    html = text_of(browser, address)
    assert "UBND xã Một cũ" in html
    form = form_of(html)
    word = next(name for name in form if name.startswith("word-agency"))
    key = Organisation.objects.get(versions__name="Xã Số 1").key
    shown = browser.post(address, {**form, word: key, "step": "save"})
    assert shown.status_code == 200
    assert SavedMapping.objects.get().mapping["words"] == {"agency": {"UBND xã Một cũ": key}}
    browser.post(address, {**form, word: key, "step": "run"})
    assert (DossierImport.objects.get().accepted, DossierImport.objects.get().refused) == (20, 0)


@pytest.mark.usefixtures("dossier_province")
def test_a_mapping_without_what_is_needed_is_refused_with_every_gap_and_nothing_is_taken_in(
    logged_in: LogIn,
) -> None:
    browser = logged_in(CONTROLLER)
    address = upload(browser, as_csv(lists.year(20), lists.moment(JUNE)))
    form = dict.fromkeys(form_of(text_of(browser, address)), "")
    answer = browser.post(address, {**form, "step": "run"})
    words = visible(answer.content.decode())
    assert answer.status_code == 422
    assert words.count("chưa ghép với cột nào") >= 3
    assert not DossierImport.objects.exists()


@pytest.mark.usefixtures("dossier_province")
def test_a_large_list_is_left_to_the_job_and_found_again(
    logged_in: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "AT_ONCE_BYTES", 100)
    browser = logged_in(CONTROLLER)
    address = upload(browser, as_csv(lists.year(30), lists.moment(JUNE)))
    answer = browser.post(address, {**form_of(text_of(browser, address)), "step": "run"})
    assert answer.headers["Location"] == address
    assert "đang chờ đến lượt" in visible(text_of(browser, address))
    assert "đang nạp" in visible(text_of(browser, "/dossiers/imports/"))
    assert lists_wait()
    assert "1 danh sách hồ sơ đã nạp" in import_lists(lists.AT)
    assert not lists_wait()
    done = browser.get(address)
    assert done.headers["Location"] == f"/dossiers/imports/{DossierImport.objects.get().batch_id}/"
    assert DossierImport.objects.get().batch.brought_by is not None


@pytest.mark.usefixtures("dossier_province")
def test_the_page_of_a_dossier_names_the_document_of_its_apology(logged_in: LogIn) -> None:
    head = (
        "Đơn vị,Mã hồ sơ,Trạng thái,Ngày nhận,Ngày hẹn trả,Ngày xin lỗi,Ngày hẹn trả mới,Số văn bản xin lỗi"
    )
    rows = [
        "Xã Số 1,H1-260601-0001,Đang xử lý,01/06/2026,15/06/2026,08/06/2026,19/06/2026,12/TB-UBND",
        "Xã Số 1,H1-260601-0002,Đang xử lý,01/06/2026,15/06/2026,08/06/2026,19/06/2026,",
    ]
    lists.brought("\n".join([head, *rows]).encode(), lists.moment(JUNE))
    browser = logged_in(CONTROLLER)
    assert "Văn bản 12/TB-UBND" in visible(text_of(browser, "/dossiers/one/H1-260601-0001/"))
    assert "Văn bản chưa báo số" in visible(text_of(browser, "/dossiers/one/H1-260601-0002/"))


@pytest.mark.usefixtures("dossier_province")
def test_every_count_of_a_list_by_rule_opens_the_dossiers_that_it_counts(logged_in: LogIn) -> None:
    """Of three dossiers finished without a date the second list mends one and tells a new one."""
    head = "Đơn vị,Mã hồ sơ,Trạng thái,Ngày nhận,Ngày hẹn trả,Ngày kết thúc xử lý"

    def row(number: int, finished: str = "") -> str:
        return f"Xã Số 1,H1-260601-000{number},Đã xử lý xong,01/06/2026,15/06/2026,{finished}"

    first = lists.brought("\n".join([head, row(1), row(2), row(3)]).encode(), lists.moment(JUNE))
    content = "\n".join([head, row(1), row(2, "12/06/2026"), row(4)]).encode()
    second = lists.brought(content, lists.moment(JUNE.replace(month=7, day=1)))
    browser = logged_in(CONTROLLER)
    for batch, wanted in ((first, {1, 2, 3}), (second, {1, 4})):
        html = text_of(browser, f"/dossiers/imports/{batch.batch_id}/")
        found = re.findall(r'<a href="(/dossiers/quality/[^"]+)">(\d+)</a>', html)
        counts = {link: int(count) for link, count in found}
        assert counts[f"/dossiers/quality/Q2/?told_in={batch.batch_id}"] == len(wanted)
        for link, count in counts.items():
            page = text_of(browser, link)
            assert f"{count} hồ sơ" in visible(page)
            if "/Q2/" in link:
                assert set(re.findall(r">H1-260601-000(\d)<", page)) == set(map(str, wanted))
    text_of(browser, "/dossiers/quality/Q2/?told_in=999999", 404)


@pytest.mark.usefixtures("dossier_province")
def test_the_page_of_a_list_that_runs_says_how_far_it_is(
    logged_in: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "AT_ONCE_BYTES", 100)
    browser = logged_in(CONTROLLER)
    address = upload(browser, as_csv(lists.year(30), lists.moment(JUNE)))
    browser.post(address, {**form_of(text_of(browser, address)), "step": "run"})
    seen: list[str] = []

    def kept(found: WaitingList) -> None:
        write_state(found)
        if found.stage is not None:
            words = visible(text_of(browser, address))
            seen.append(words[words.index("từ 06/07/2026") : words.index("Có thể rời")])

    monkeypatch.setattr(waiting_actions, "write_state", kept)
    import_lists(lists.AT)
    assert len(seen) == 5
    assert "0 trên 30 dòng đã đọc" in seen[0]
    assert "đọc các dòng đang làm" in seen[0]
    assert "30 trên 30 dòng đã đọc" in seen[-1]
    assert [words.count(" xong") for words in seen] == [0, 1, 2, 3, 4]
    assert all(words.count("đang làm") == 1 for words in seen)


@pytest.mark.usefixtures("dossier_province")
def test_what_somebody_uploaded_is_nobody_elses(logged_in: LogIn) -> None:
    address = upload(logged_in(CONTROLLER), as_csv(lists.year(10), lists.moment(JUNE)))
    text_of(logged_in(Role.ROUND_MANAGER, "Người khác"), address, 404)
    text_of(logged_in(CONTROLLER, "Người thứ ba"), "/dossiers/imports/waiting/khong-co/", 404)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"source": "igate"}, "chưa chọn tệp nào"),
        ({"file": b"", "source": "igate"}, "tệp rỗng"),
        ({"file": b"PK\x03\x04 no archive", "source": "igate"}, "hỏng"),
        ({"file": "Mã hồ sơ\n1\n".encode(), "source": " "}, "chưa ghi, hoặc quá dài"),
        ({"file": "Mã hồ sơ\n1\n".encode(), "source": "igate", "as_of": "31/12/2030"}, "trong tương lai"),
    ],
    ids=["no file", "empty", "no archive", "no source", "tomorrow"],
)
@pytest.mark.usefixtures("dossier_province")
def test_an_upload_that_is_no_list_is_refused(
    logged_in: LogIn, given: dict[str, str | bytes], said: str
) -> None:
    content = given.get("file")
    file = {"file": SimpleUploadedFile("thang-6.csv", content)} if isinstance(content, bytes) else {}
    answer = logged_in(CONTROLLER).post("/dossiers/imports/new/", {**given, **file})
    assert answer.status_code == 422
    assert said in visible(answer.content.decode())
    assert waiting_lists() == []


# Costs


def test_pages_cost_the_same_number_of_queries_for_few_and_many_agencies(
    a_year_of_lists: list[str], logged_in: LogIn
) -> None:
    browser = logged_in(CONTROLLER)
    pages = (
        "",
        f"agencies/?{QUARTER}",
        f"procedures/?by=procedure&{QUARTER}",
        f"list/?{QUARTER}",
        "quality/",
    )

    def counted(page: str) -> int:
        text_of(browser, f"/dossiers/{page}")
        with CaptureQueriesContext(connection) as found:
            text_of(browser, f"/dossiers/{page}")
        return len(found)

    few = {page: counted(page) for page in pages}
    lists.brought_year(lists.year(600, seed=9), JUNE.replace(month=7, day=2))
    for page in pages:
        assert counted(page) <= few[page] + 1, page
    assert max(few.values()) <= 30

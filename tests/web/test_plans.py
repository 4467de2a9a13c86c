"""The boards of plans: who sees what, and that every count opens a list of exactly so many."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from io import BytesIO

import openpyxl
import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from openpar.base.accounts.models import Role
from openpar.reform.plans.actions.requesting import approve_request, ask_objective
from openpar.reform.plans.actions.working import note_progress
from openpar.reform.plans.models import Assignment
from tests import factories
from tests.reform.plans import year
from tests.reform.plans.year import Province, moment
from tests.web.reading import browser_of, text_of, visible

pytestmark = pytest.mark.django_db
TODAY = moment(date(2026, 7, 12))


@pytest.fixture(autouse=True)
def _july() -> Iterator[None]:
    with time_machine.travel(TODAY, tick=True):
        yield


def listed(html: str) -> int:
    """How many obligations a list says it has."""
    found = re.search(r"([\d.]+) lượt giao</p>", html)
    return int(found[1].replace(".", "")) if found else 0


def board_rows(html: str) -> list[list[int]]:
    """The counts of a board, row by row, the sum last."""
    body = html.partition('<table class="table table-hover cards-on-phone plan-board">')[2]
    rows = re.findall(r"<tr[ >].*?</tr>", body.partition("</table>")[0], re.DOTALL)
    return [
        [
            int(re.sub(r"<[^>]+>|[.]", "", cell))
            for cell in re.findall(r'<td class="num"[^>]*>(.*?)</td>', row)
        ]
        for row in rows[1:]
    ]


def worked(who: Province) -> Province:
    """By 12/07: one obligation done in time, one late, one reported and waiting, one begun; no more."""
    year.done(who, who.home, year.duty_of(year.owed(who, "dated", who.home)), date(2026, 3, 20))
    year.done(who, who.health, year.duty_of(year.owed(who, "quarter", who.health)), date(2026, 7, 5))
    year.reported(
        who.communes[0], year.duty_of(year.owed(who, "communes", who.communes[0])), date(2026, 6, 29)
    )
    note_progress(
        by=who.finance.officer,
        at=moment(date(2026, 5, 5)),
        assignment_id=year.owed(who, "quarter", who.finance).pk,
        text="Đang rà soát",
        is_started=True,
    )
    return who


# Who sees what


def test_a_stranger_finds_no_plan_and_an_officer_counts_the_own_tasks_only(reform_year: Province) -> None:
    who = worked(reform_year)
    board = f"/plans/{who.issued().pk}/"
    stranger = browser_of(factories.actor_as(Role.APPRAISER, who.home.organisation))
    for address in ("/plans/", board, f"{board}export/", "/tasks/", "/plans/control/", "/meetings/"):
        assert stranger.get(address).status_code == 404
    assert Client().get(board).status_code == 302
    officer = browser_of(who.finance.officer)
    text = visible(text_of(officer, board))
    assert "chỉ gồm nhiệm vụ giao cho đơn vị của bạn" in text
    assert "Sở Y tế" not in visible(text_of(officer, f"{board}?view=list"))
    assert "Sở Y tế" in visible(text_of(browser_of(who.auditor), f"{board}?view=list"))
    assert officer.get("/plans/control/").status_code == 404
    assert officer.get(f"/tasks/{year.owed(who, 'quarter', who.health).pk}/").status_code == 404


def test_the_list_of_plans_tells_document_state_and_who_has_none(reform_year: Province) -> None:
    text = visible(text_of(browser_of(reform_year.manager), "/plans/?year=2026"))
    assert "UBND tỉnh Mẫu" in text
    assert "257/KH-UBND 22/12/2025 có hiệu lực" in text
    assert "5 đơn vị được giao nhiệm vụ chưa ban hành kế hoạch của mình" in text
    assert "Chưa có kế hoạch nào" in text_of(browser_of(reform_year.manager), "/plans/?year=2025")
    assert "UBND tỉnh Mẫu" in text_of(browser_of(reform_year.manager), "/plans/?q=ubnd+tinh")


# Counts and their lists


def test_both_readings_stand_beside_each_other_with_their_denominators(reform_year: Province) -> None:
    who = worked(reform_year)
    text = visible(text_of(browser_of(who.manager), f"/plans/{who.issued().pk}/"))
    assert "Đã triển khai 2/5 nhiệm vụ mọi đơn vị đã bắt đầu, trên số được giao" in text
    assert "Đã hoàn thành 1/5 nhiệm vụ mọi đơn vị đã được xác nhận, trên số được giao" in text
    assert "Lượt giao đã hoàn thành 2/8" in text
    assert "có đơn vị quá hạn" in text


def test_every_count_of_a_board_opens_a_list_of_so_many(reform_year: Province) -> None:
    who = worked(reform_year)
    browser = browser_of(who.manager)
    board = f"/plans/{who.issued().pk}/"
    opened = set()
    for view in ("fields", "agencies", "time", "tasks"):
        page = text_of(browser, f"{board}?view={view}")
        for link, count in re.findall(r'<a href="([^"]*view=list[^"]*)"[^>]*>([\d./]+)</a>', page):
            if link in opened:
                continue
            total = int(count.rpartition("/")[2].replace(".", ""))
            if "state=done" in link and "/" in count:
                total = int(count.partition("/")[0])
            assert listed(text_of(browser, link.replace("&amp;", "&"))) == total, (view, link, count)
            opened.add(link)
    assert len(opened) > 30


def test_the_four_end_states_add_up_to_what_was_assigned(reform_year: Province) -> None:
    who = worked(reform_year)
    rows = board_rows(text_of(browser_of(who.manager), f"/plans/{who.issued().pk}/?view=agencies"))
    for assigned, _implemented, done, on_time, late, overdue, in_time in rows:
        assert on_time + late == done
        assert done + overdue + in_time == assigned
    assert len(rows) == 6
    assert rows[-1] == [8, 4, 2, 1, 1, 3, 3]


def excused(task: Assignment, who: Province) -> None:
    """The reason of a late duty, asked for and approved."""
    head = next(one.head for one in who.agencies() if one.pk == task.organisation_id)
    asked = ask_objective(by=head, at=TODAY, duty_id=year.duty_of(task).pk, reason="Mưa lũ")
    approve_request(by=who.leader, at=TODAY, request_id=asked.pk)


def test_objective_reasons_stand_beside_what_is_overdue_and_what_was_done_late(
    reform_year: Province,
) -> None:
    who = worked(reform_year)
    board, manager = f"/plans/{who.issued().pk}/", browser_of(who.manager)
    addresses = (board, f"{board}?view=agencies", f"{board}?view=fields", "/plans/control/")
    assert not any("lý do khách quan" in visible(text_of(manager, one)) for one in addresses)
    before = board_rows(text_of(manager, f"{board}?view=agencies"))
    excused(year.owed(who, "quarter", who.finance), who)
    excused(year.owed(who, "quarter", who.health), who)
    for address in addresses:
        assert "trong đó 1 có lý do khách quan" in visible(text_of(manager, address)), address
    # The figure of the whole plan; of the overdue one and of what was done late one: its row, and the sum.
    after = text_of(manager, f"{board}?view=agencies")
    assert visible(after).count("trong đó 1 có lý do khách quan") == 5
    # They stay late: no count changes.
    assert board_rows(re.sub(r'<span class="plan-sub">[^<]*</span>', "", after)) == before


def test_what_is_late_is_told_in_days_and_what_waits_in_time_is_not_late(reform_year: Province) -> None:
    who = worked(reform_year)
    board = f"/plans/{who.issued().pk}/?view=list"
    late = visible(text_of(browser_of(who.manager), f"{board}&state=overdue"))
    assert "quá hạn 12 ngày" in late
    assert "Xã An Bình" not in late.partition("Bỏ lọc")[2]
    waiting = visible(text_of(browser_of(who.manager), f"{board}&state=reported"))
    assert "1 lượt giao" in waiting
    assert "chờ xác nhận" in waiting


def test_the_filter_reads_field_agency_state_month_and_words_and_passes_over_nonsense(
    reform_year: Province,
) -> None:
    who = worked(reform_year)
    browser = browser_of(who.manager)

    def total(query: str) -> int:
        return listed(text_of(browser, f"/plans/{who.issued().pk}/?view=list&{query}"))

    assert total("") == 8
    assert total("field=F2") == 4
    assert total(f"agency={who.finance.pk}") == 3
    assert total("month=2026-06") == 4
    assert total("q=niem+yet") == 2
    assert total("field=XX&agency=abc&state=khong&month=2026-13&task=x") == 8


def test_recurring_work_that_lapsed_once_is_overdue_on_the_year(reform_year: Province) -> None:
    page = text_of(browser_of(reform_year.manager), f"/plans/{reform_year.issued().pk}/?view=time")
    assert "Hằng tháng" in page
    assert re.search(r"plan-bar plan-from-1 plan-to-13 is-bad", page)


def test_the_export_holds_the_rows_of_the_filter(reform_year: Province) -> None:
    who = worked(reform_year)
    answer = browser_of(who.manager).get(f"/plans/{who.issued().pk}/export/?state=overdue")
    sheet = openpyxl.load_workbook(BytesIO(answer.content)).worksheets[0]
    rows = [row for row in sheet.iter_rows(values_only=True) if isinstance(row[11], int)]
    assert len(rows) == 3
    assert [row[10] for row in rows] == [f"quá hạn {row[11]} ngày" for row in rows]


# The control room and the first page


def test_the_control_room_tells_who_is_late_what_waits_and_who_has_no_plan(reform_year: Province) -> None:
    who = worked(reform_year)
    text = visible(text_of(browser_of(who.manager), "/plans/control/?year=2026"))
    assert "Quá hạn 3 trên 8 lượt giao" in text
    assert "1 báo cáo" in text
    without = text.partition("Đơn vị chưa ban hành kế hoạch của mình")[2]
    assert without.startswith(" 5 đơn vị Phường Hòa Bình Sở Nội vụ")
    assert "Xã An Bình" in text
    assert "Xác nhận các mục đã chọn" in text
    assert "Xác nhận các mục đã chọn" not in text_of(browser_of(who.auditor), "/plans/control/?year=2026")


def test_the_first_page_tells_what_presses_and_what_is_to_be_confirmed(reform_year: Province) -> None:
    who = worked(reform_year)
    finance = visible(text_of(browser_of(who.finance.officer), "/"))
    assert "Nhiệm vụ cải cách hành chính" in finance
    assert "Rà soát thủ tục hành chính Sở Tài chính quá hạn 12 ngày" in finance
    assert "1 báo cáo hoàn thành chờ xác nhận" in visible(text_of(browser_of(who.manager), "/"))


# Speed


def test_the_boards_cost_the_same_queries_for_ten_times_as_many_agencies(reform_year: Province) -> None:
    who = worked(reform_year)
    browser = browser_of(who.manager)
    plan = who.issued().pk
    addresses = [
        *(f"/plans/{plan}/?view={view}" for view in ("tasks", "time", "fields", "agencies", "list")),
        "/plans/control/?year=2026",
        "/plans/?year=2026",
        "/tasks/?view=all",
        "/",
    ]

    def counted(address: str) -> int:
        assert browser.get(address).status_code == 200
        with CaptureQueriesContext(connection) as found:
            browser.get(address)
        return len(found)

    before = [counted(address) for address in addresses]
    pattern = year.owed(who, "communes", who.communes[1])
    crowd = [factories.organisation(f"Xã thứ {number}", assessed=False) for number in range(40)]
    # Rows only, because the reading is counted.
    Assignment.objects.bulk_create(
        Assignment(
            task=pattern.task,
            line=pattern.line,
            organisation=one,
            assigned_on=pattern.assigned_on,
            due_on=pattern.due_on,
        )
        for one in crowd
    )
    assert [counted(address) for address in addresses] == before
    assert max(before) <= 40

"""A plan on an earlier day: its counts, its version and words, and what a replacement took away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from openpar.reform.plans.lines import Settlement, led_by
from openpar.reform.plans.models import Assignment, LineChange
from openpar.reform.plans.queries.counting import count_on
from openpar.reform.plans.queries.lists import assignments_seen_by
from tests.reform.plans.test_replacing import REPLACED, carried, half_way, replaced, settled, wording
from tests.reform.plans.test_scale import spread
from tests.reform.plans.year import Province, moment
from tests.web.reading import browser_of, text_of, visible

pytestmark = pytest.mark.django_db
BEFORE = date(2026, 8, 1)
TODAY = moment(date(2026, 9, 10))


@pytest.fixture(autouse=True)
def _september() -> Iterator[None]:
    with time_machine.travel(TODAY, tick=True):
        yield


def changed_in_august(who: Province) -> Province:
    """One task dropped, one worded anew, one given to another agency and worded anew, on 02/08/2026."""
    version = half_way(who)
    settled(version, who, "quarter", Settlement(LineChange.DROPPED, "Điều 5"))
    line = replace(wording(version, who, "dated"), text="Lời văn mới", leads=led_by(who.finance.pk))
    settled(version, who, "dated", Settlement(LineChange.REASSIGNED, "Điều 4", line))
    line = replace(wording(version, who, "communes"), text="Việc của xã, ghi lại")
    settled(version, who, "communes", Settlement(LineChange.CHANGED, "Điều 6", line))
    carried(version, who)
    replaced(version, who)
    return who


def page(who: Province, on: str, reader: object = None) -> str:
    address = f"/plans/{who.issued().pk}/day/?on={on}"
    return text_of(browser_of(reader or who.manager), address)  # type: ignore[arg-type]  # an actor


def test_an_earlier_day_shows_the_version_the_words_and_the_counts_of_that_day(reform_year: Province) -> None:
    who = changed_in_august(reform_year)
    old = who.issued().versions.get(number=1)
    worded = old.lines.get(task=who.tasks["dated"]).text
    before, after = page(who, "01/08/2026"), page(who, "02/08/2026")
    assert old.document_number in visible(before)
    assert "2649/QĐ-UBND" in visible(after)
    assert (worded in before, "Lời văn mới" in before) == (True, False)
    assert (worded in after.partition('id="left"')[0], "Lời văn mới" in after) == (False, True)
    # Who goes on with a task is told of it in the words of the day.
    goes_on = old.lines.get(task=who.tasks["communes"]).text
    assert (goes_on in before, "Việc của xã, ghi lại" in before) == (True, False)
    assert (goes_on in after, "Việc của xã, ghi lại" in after) == (False, True)
    plan = who.issued().pk
    for day, said in ((BEFORE, before), (REPLACED, after)):
        tally = count_on(plan, day).tally
        assert f"Lượt giao đã hoàn thành {tally.done}/{tally.assigned}" in visible(said)
    assert count_on(plan, BEFORE).tally.assigned != count_on(plan, REPLACED).tally.assigned


def test_what_a_replacement_took_away_stands_with_document_clause_and_agencies(reform_year: Province) -> None:
    who = changed_in_august(reform_year)
    assert 'id="left"' not in page(who, "01/08/2026")
    left = visible(page(who, "10/09/2026").partition('id="left"')[2])
    assert "Không thực hiện nữa 2649/QĐ-UBND, Điều 5" in left
    assert "Giao cơ quan khác 2649/QĐ-UBND, Điều 4" in left
    names = [one.organisation_id for one in Assignment.objects.filter(task=who.tasks["quarter"])]
    assert len(names) == 2
    assert "Sở Tài chính; Sở Y tế" in left


def test_an_agency_sees_of_the_day_what_it_owed_and_no_more(reform_year: Province) -> None:
    who = changed_in_august(reform_year)
    said = visible(page(who, "01/08/2026", who.health.officer))
    seen = assignments_seen_by(who.health.officer)
    count = count_on(who.issued().pk, BEFORE, among=seen)
    assert 0 < count.tally.assigned < count_on(who.issued().pk, BEFORE).tally.assigned
    assert f"Lượt giao đã hoàn thành {count.tally.done}/{count.tally.assigned}" in said
    assert "chỉ gồm nhiệm vụ giao cho đơn vị của bạn" in said
    # Of the task that was dropped its own part only; Sở Tài chính lost it too.
    left = count_on(who.issued().pk, REPLACED, among=seen).left_out
    dropped = [one.assignment for one in left if one.assignment.task_id == who.tasks["quarter"].pk]
    assert [one.organisation_id for one in dropped] == [who.health.pk]


def test_before_the_plan_there_is_nothing_and_after_today_it_is_today(reform_year: Province) -> None:
    who = reform_year
    assert "Ngày này kế hoạch chưa có hiệu lực" in visible(page(who, "01/01/2020"))
    later = visible(page(who, "01/01/2027"))
    assert "Ngày chưa đến: trang này tính đến hôm nay." in later
    assert "Kế hoạch tại ngày 10/09/2026" in later
    assert "Kế hoạch tại ngày 10/09/2026" in visible(page(who, "hôm qua"))


def asked(who: Province) -> int:
    browser = browser_of(who.manager)
    address = f"/plans/{who.issued().pk}/day/?on=01/06/2026"
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(address).status_code == 200
    return len(captured)


def test_many_agencies_ask_no_more_of_the_database_than_few() -> None:
    few = asked(spread(2, 3))
    assert asked(spread(30, 4)) == few

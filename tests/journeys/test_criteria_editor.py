"""The editor of criteria in a real browser: nothing typed gets lost, with two editors and without script."""

from __future__ import annotations

import time

from playwright.sync_api import Page, Route, expect

from openpar.base.accounts.models import Role, User
from openpar.parindex.criteria.actions import Line, bring_in, change_criterion, copy_set
from openpar.parindex.criteria.models import CriteriaSet, Criterion
from tests import factories
from tests.journeys.browser import Visitors, axe, press, says
from tests.parindex.rounds import BEFORE, SMALL_SET


def a_draft() -> tuple[CriteriaSet, User]:
    home = factories.organisation("Sở Nội vụ")
    user = factories.person_as(Role.ROUND_MANAGER, home, "Trần Thị Quản", password=factories.PASSWORD)
    by = factories.actor(user)
    return bring_in(mapping=SMALL_SET, title="Bộ nhỏ", is_sample=True, by=by, at=BEFORE), user


def address(draft: CriteriaSet, code: str) -> str:
    return f"/criteria/{draft.pk}/edit/{Criterion.objects.get(set=draft, code=code).pk}/"


def saved_by_somebody(draft: CriteriaSet, user: User, code: str, title: str) -> None:
    row = Criterion.objects.get(set=draft, code=code)
    change_criterion(
        set_id=draft.pk,
        criterion_id=row.pk,
        line=Line(code, title, row.most_points, row.rule),
        expected_version=row.version,
        by=factories.actor(user),
        at=BEFORE,
    )


def slow_rows(page: Page) -> None:
    """The answer with more rows takes its time."""

    def answer(route: Route) -> None:
        time.sleep(1)
        route.continue_()

    page.route("**/edit/check/?part=rows", answer)


def test_what_is_typed_while_rows_are_fetched_stays(visitors: Visitors) -> None:
    draft, user = a_draft()
    page = visitors.as_person(user)
    page.goto(address(draft, "2.1.1"))
    slow_rows(page)
    rows = page.locator("#rule_steps-rows tr")
    before = rows.count()
    page.get_by_role("button", name="Thêm dòng trống").click()
    page.locator("[name='rule_steps-3-points']").fill("0,25")
    expect(rows).to_have_count(before + 3)
    expect(page.locator("[name='rule_steps-3-points']")).to_have_value("0,25")
    page.locator(f"[name='rule_steps-{before}-points']").fill("0,1")
    page.get_by_role("button", name="Thêm dòng trống").click()
    expect(rows).to_have_count(before + 6)
    expect(page.locator(f"[name='rule_steps-{before}-points']")).to_have_value("0,1")


def test_both_versions_of_a_line_stand_beside_each_other_and_one_is_chosen(visitors: Visitors) -> None:
    draft, user = a_draft()
    page = visitors.as_person(user)
    page.goto(address(draft, "1.1.1"))
    saved_by_somebody(draft, user, "1.1.1", "Của người kia")
    page.get_by_label("Tên", exact=True).fill("Của tôi")
    press(page, "Lưu dòng này")
    conflict = page.locator("#conflict")
    expect(conflict.locator("del").first).to_have_text("Của người kia")
    expect(conflict.locator("ins").first).to_have_text("Của tôi")
    assert axe(page) == []
    press(page, "Lưu bản của tôi thay cho bản đã lưu")
    says(page, "Đã lưu")
    expect(conflict.locator("del")).to_have_count(0)
    assert Criterion.objects.get(set=draft, code="1.1.1").title == "Của tôi"


def test_both_versions_and_sets_are_compared_without_javascript(visitors: Visitors) -> None:
    draft, user = a_draft()
    page = visitors.as_person(user, javascript=False)
    page.goto(address(draft, "1.1.1"))
    saved_by_somebody(draft, user, "1.1.1", "Của người kia")
    page.get_by_label("Tên", exact=True).fill("Của tôi")
    press(page, "Lưu dòng này")
    expect(page.locator("#conflict del").first).to_have_text("Của người kia")
    press(page, "Lưu bản của tôi thay cho bản đã lưu")
    says(page, "Đã lưu")
    assert Criterion.objects.get(set=draft, code="1.1.1").title == "Của tôi"
    copy = copy_set(set_id=draft.pk, year=2027, title="Bộ 2027", by=factories.actor(user), at=BEFORE)
    saved_by_somebody(copy, user, "1.1.1", "Kế hoạch năm 2027")
    page.goto(f"/criteria/{draft.pk}/compare/")
    page.get_by_label("So với bộ").select_option(str(copy.pk))
    press(page, "So sánh")
    expect(page.locator(".compare-table del").first).to_have_text("Kế hoạch năm 2027")
    expect(page.locator(".compare-table ins").first).to_have_text("Của tôi")

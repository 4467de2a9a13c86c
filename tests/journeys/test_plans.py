"""The province's plan is issued, an agency reports a task done, Sở Nội vụ confirms it; each in a browser."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from openpar.base.accounts.models import Role
from openpar.base.organisations.models import Kind
from openpar.common.formats import format_date
from openpar.reform.plans.actions.planning import create_plan
from openpar.reform.plans.models import Duty, DutyState, PlanLevel
from openpar.web.plans.common import reform_year
from tests import factories
from tests.journeys.browser import PHONE, Visitors, is_wider_than_the_window, press, says

_TASK = "Rà soát, cắt giảm thủ tục nội bộ"


@pytest.mark.django_db(transaction=True)
def test_a_plan_is_issued_a_task_reported_on_a_phone_and_confirmed(visitors: Visitors) -> None:
    now = timezone.now()
    day = timezone.localdate(now)
    committee = factories.organisation("UBND tỉnh", kind=Kind.PEOPLES_COMMITTEE, assessed=False)
    home, health = (factories.organisation(name, parent=committee) for name in ("Sở Nội vụ", "Sở Y tế"))
    steering = factories.person_as(
        Role.ROUND_MANAGER, home, "Trần Quang Minh", username="minh.tq", password=factories.PASSWORD
    )
    director = factories.person_as(
        Role.AGENCY_HEAD, health, "Lê Thị Mai", username="mai.lt", password=factories.PASSWORD
    )
    plan = create_plan(
        by=factories.actor(steering, at=now),
        at=now,
        organisation_id=committee.pk,
        year=reform_year(day),
        level=PlanLevel.PROVINCE,
        title="Kế hoạch CCHC của tỉnh",
    )

    manager = visitors.as_person(steering)
    manager.goto(f"/plans/{plan.pk}/draft/")
    manager.keyboard.press("n")
    manager.get_by_label("Nhiệm vụ", exact=True).fill(_TASK)
    manager.get_by_label("Chủ trì").fill("Sở Y tế")
    manager.get_by_label("Thời hạn").fill(format_date(day + timedelta(days=20)))
    manager.keyboard.press("Control+s")
    says(manager, "Đã thêm nhiệm vụ")
    manager.get_by_role("link", name="Về dự thảo").click()
    manager.get_by_role("link", name="Ban hành", exact=True).click()
    if manager.get_by_label("Số, ký hiệu").is_hidden():
        manager.locator(".plan-evidence summary").click()
    manager.get_by_label("Số, ký hiệu").fill("257/KH-UBND")
    manager.get_by_label("Ngày ban hành").fill(format_date(day))
    manager.get_by_label("Trích yếu").fill("Kế hoạch CCHC")
    press(manager, "Ban hành")
    says(manager, "Kế hoạch có hiệu lực")

    head = visitors.as_person(director, width=PHONE)
    head.goto("/tasks/")
    assert not is_wider_than_the_window(head)
    head.get_by_text("Ghi tiến độ").click()
    head.get_by_label(f"Tiến độ: {_TASK}").fill("Đã rà soát 120 thủ tục")
    press(head, "Ghi")
    expect(head.locator(".plan-work-state")).to_contain_text("đã triển khai")
    head.get_by_role("link", name=_TASK).click()
    head.get_by_label("Ngày hoàn thành").fill(format_date(day))
    if head.get_by_label("Số, ký hiệu").is_hidden():
        head.locator(".plan-evidence summary").click()
    head.get_by_label("Số, ký hiệu").fill("15/BC-SYT")
    head.get_by_label("Trích yếu").fill("Báo cáo rà soát")
    press(head, "Báo cáo hoàn thành")
    says(head, "chờ nơi giao xác nhận")
    assert not is_wider_than_the_window(head)

    manager.goto("/plans/control/")
    manager.get_by_label(f"Xác nhận: Sở Y tế, {_TASK}").check()
    press(manager, "Xác nhận các mục đã chọn")
    says(manager, "Đã xác nhận 1 nhiệm vụ")
    manager.goto(f"/plans/{plan.pk}/")
    expect(manager.locator(".plan-figures")).to_contain_text("1/1")
    assert Duty.objects.get().state == DutyState.DONE

"""In a meeting room without a connection: nothing that was typed into the checklist is lost."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Error, expect

from openpar.base.accounts.models import User
from openpar.base.organisations.roles import Actor
from openpar.reform.inspections.models import ChecklistAnswer, Inspection
from tests import factories
from tests.journeys.browser import PHONE, Visitors, is_wider_than_the_window, press
from tests.reform.inspections.cases import Province, province, reported, unit_of, working


def _person(actor: Actor) -> User:
    user = User.objects.get(pk=actor.person_id)
    user.set_password(factories.PASSWORD)
    user.save(update_fields=["password"])
    return user


def _begun() -> tuple[Province, Inspection, str]:
    who = province()
    case = working(who, [who.health])
    return who, case, f"/inspections/units/{unit_of(case, who.health).pk}/checklist/"


def test_what_was_typed_without_a_connection_is_sent_when_there_is_one(visitors: Visitors) -> None:
    who, _case, address = _begun()
    page = visitors.as_person(_person(who.member), width=PHONE)
    room: BrowserContext = page.context
    page.goto(address)
    assert not is_wider_than_the_window(page)
    line = page.locator("[id='item-0.1']")
    line.get_by_label("Đạt một phần").check()
    expect(line.locator(".inspection-state")).to_contain_text("đã lưu lúc")
    # The connection goes; what is typed is kept and said to be kept.
    room.set_offline(True)
    line.get_by_role("textbox").fill("Kế hoạch ban hành chậm 12 ngày")
    expect(line.locator(".inspection-state")).to_contain_text("chưa gửi")
    expect(page.locator("[data-line]")).to_contain_text("Mất mạng")
    with pytest.raises(Error, match="ERR_INTERNET_DISCONNECTED"):
        page.reload()
    # It comes back, on the page that was lost; nothing is typed again.
    room.set_offline(False)
    page.goto(address)
    line = page.locator("[id='item-0.1']")
    expect(line.locator(".inspection-state")).to_contain_text("đã lưu lúc")
    expect(line.get_by_role("textbox")).to_have_value("Kế hoạch ban hành chậm 12 ngày")
    stored = ChecklistAnswer.objects.get()
    assert (stored.result, stored.text) == ("PARTLY", "Kế hoạch ban hành chậm 12 ngày")
    # Without leaving the page it is sent by itself too; what another member saved is not written over.
    room.set_offline(True)
    line.get_by_role("textbox").fill("Chậm 14 ngày")
    stored.text, stored.version, stored.saved_by_id = "Chậm 13 ngày", 3, who.team_head.person_id
    stored.save()
    room.set_offline(False)
    expect(line).to_contain_text("Phó Giám đốc Sở Nội vụ")
    expect(line).to_contain_text("Chậm 13 ngày")
    press(line, "Giữ bản của tôi")
    expect(line.locator(".inspection-state")).to_contain_text("đã lưu lúc")
    stored.refresh_from_db()
    assert (stored.text, stored.version) == ("Chậm 14 ngày", 4)
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('openpar'))") == []


def test_the_conclusion_typed_without_a_connection_is_given_back_until_it_is_saved(
    visitors: Visitors,
) -> None:
    who = province()
    case = reported(who, [who.health])
    address, unit = f"/inspections/{case.pk}/conclusion/", unit_of(case, who.health)
    page = visitors.as_person(_person(who.team_head), width=PHONE)
    room: BrowserContext = page.context
    kept = "Object.keys(localStorage).filter((key) => key.startsWith('openpar')).length"
    page.goto(address)
    assert not is_wider_than_the_window(page)
    room.set_offline(True)
    page.locator("#id_strengths").fill("Quan tâm chỉ đạo")
    expect(page.locator("[data-line]")).to_contain_text("Mất mạng")
    page.locator("summary", has_text="Thêm hạn chế").click()
    page.locator(f"#text-{unit.pk}").fill("Chưa có sáng kiến")
    page.locator(f"#field-{unit.pk}").select_option("F0")
    press(page, "Lưu dự thảo")
    expect(page.get_by_text("chưa lưu, đang giữ trên máy này")).to_have_count(2)
    # The page is lost, the texts are not.
    room.set_offline(False)
    page.evaluate("window.onbeforeunload = null")
    page.goto("about:blank")
    page.goto(address)
    expect(page.locator("#id_strengths")).to_have_value("Quan tâm chỉ đạo")
    expect(page.locator(f"#text-{unit.pk}")).to_have_value("Chưa có sáng kiến")
    expect(page.locator(f"#field-{unit.pk}")).to_have_value("F0")
    press(page, "Lưu dự thảo")
    expect(page.get_by_text("Đã lưu dự thảo kết luận.")).to_be_visible()
    assert page.evaluate(kept) == 1
    page.locator("button", has_text="Thêm hạn chế").click()
    expect(page.get_by_text("Đã thêm hạn chế.")).to_be_visible()
    # What the server has is kept here no more.
    assert page.evaluate(kept) == 0
    case.refresh_from_db()
    assert case.strengths == "Quan tâm chỉ đạo"
    assert unit.limitations.get().text == "Chưa có sáng kiến"

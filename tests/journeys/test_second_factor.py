"""Second factors in a real browser: an app, recovery codes, passkeys (Chromium's virtual authenticator)."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import CDPSession, Page, expect

from openpar.base.access.models import Passkey
from openpar.base.access.totp import code_of_step, step_at
from openpar.base.accounts.models import Role, User
from tests import factories
from tests.journeys.browser import Visitors, axe, press, says

pytestmark = pytest.mark.usefixtures("demands_second_factor")
SET_UP = "**/account/second-factor/"


@pytest.fixture
def appraiser(transactional_db: None) -> User:
    department = factories.organisation()
    return factories.person_as(
        Role.APPRAISER, department, "Phạm Văn Tú", username="tu.pv", password=factories.PASSWORD
    )


def type_password(page: Page, user: User) -> None:
    page.goto("/login/")
    page.get_by_label("Tên đăng nhập").fill(user.username)
    page.get_by_label("Mật khẩu").fill(factories.PASSWORD)
    press(page, "Đăng nhập")


def with_authenticator(page: Page, *, verifies: bool = True) -> tuple[CDPSession, str]:
    """Plugs a virtual authenticator into the window."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": verifies,
        "isUserVerified": verifies,
        "automaticPresenceSimulation": True,
    }
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session, made["authenticatorId"]


def add_passkey(page: Page, name: str) -> None:
    page.get_by_label("Tên để nhận ra khóa này").fill(name)
    press(page, "Thêm khóa truy cập")
    says(page, "Đã thêm khóa truy cập")


def log_out(page: Page) -> None:
    page.locator(".person-menu summary").click()
    press(page, "Đăng xuất")


def is_at_work(page: Page) -> None:
    expect(page.get_by_role("heading", name="Việc của tôi")).to_be_visible()


def test_an_app_is_set_up_on_the_first_log_in_and_asked_for_on_the_next(
    visitors: Visitors, appraiser: User
) -> None:
    page = visitors.open()
    type_password(page, appraiser)
    page.wait_for_url(SET_UP)
    wrong = axe(page)
    page.get_by_role("link", name="Thêm ứng dụng tạo mã").click()
    wrong += axe(page)
    page.get_by_text("Không quét được?").click()
    secret = page.locator(".app-secret").inner_text().replace(" ", "")
    page.get_by_label("Mã xác thực").fill(code_of_step(secret, step_at(timezone.now())))
    press(page, "Xác nhận và bật")
    expect(page.get_by_role("heading", name="Mã khôi phục", exact=True)).to_be_visible()
    wrong += axe(page)
    codes = page.locator(".codes li").all_inner_texts()
    page.get_by_role("link", name="Đã cất mã").click()
    is_at_work(page)
    page.goto("/account/second-factor/")
    wrong += axe(page)
    for address in ("/account/sessions/", "/account/data/", "/account/confirm/"):
        page.goto(address)
        wrong += axe(page)
    log_out(page)
    type_password(page, appraiser)
    wrong += axe(page)
    page.get_by_label("Mã xác thực").fill("000000")
    press(page, "Tiếp tục")
    expect(page.locator("#refusal")).to_contain_text("chưa đúng")
    page.get_by_label("Mã xác thực").fill(codes[0])
    press(page, "Tiếp tục")
    is_at_work(page)
    assert wrong == []


def test_a_passkey_is_set_up_asked_for_after_the_password_and_used_alone(
    visitors: Visitors, appraiser: User
) -> None:
    page = visitors.open()
    with_authenticator(page)
    type_password(page, appraiser)
    page.wait_for_url(SET_UP)
    add_passkey(page, "Máy ở cơ quan")
    press(page, "Tạo mã khôi phục")
    expect(page.locator(".codes li")).to_have_count(10)
    log_out(page)
    type_password(page, appraiser)
    press(page, "Dùng khóa truy cập")
    is_at_work(page)
    log_out(page)
    page.goto("/login/?next=/messages/")
    press(page, "Đăng nhập bằng khóa truy cập")
    expect(page.get_by_role("heading", name="Thông báo của tôi")).to_be_visible()
    page.goto("/account/confirm/?next=/messages/")
    press(page, "Dùng khóa truy cập")
    page.wait_for_url("**/messages/")
    assert Passkey.objects.get().uses_counted > 2


def test_a_key_that_does_not_verify_its_holder_is_a_second_factor_but_not_enough_alone(
    visitors: Visitors, appraiser: User
) -> None:
    page = visitors.open()
    session, authenticator = with_authenticator(page)
    type_password(page, appraiser)
    add_passkey(page, "Khóa USB")
    log_out(page)
    session.send("WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": False})
    page.goto("/login/")
    press(page, "Đăng nhập bằng khóa truy cập")
    expect(page.locator("[data-says]")).to_contain_text("Chưa xác nhận được")


def test_a_key_whose_count_went_back_is_taken_for_a_copy(visitors: Visitors, appraiser: User) -> None:
    page = visitors.open()
    with_authenticator(page)
    type_password(page, appraiser)
    add_passkey(page, "Máy ở cơ quan")
    log_out(page)
    # As if the same key had been used elsewhere a hundred times.
    key = Passkey.objects.get()
    key.uses_counted = 100
    key.save(update_fields=["uses_counted"])
    type_password(page, appraiser)
    press(page, "Dùng khóa truy cập")
    expect(page.locator("[data-says]")).to_contain_text("chưa xác nhận được")


def test_without_javascript_the_app_is_enough_and_the_passkey_is_not_offered(
    visitors: Visitors, appraiser: User
) -> None:
    page = visitors.open(javascript=False)
    type_password(page, appraiser)
    expect(page.get_by_role("link", name="Thêm ứng dụng tạo mã")).to_be_visible()
    expect(page.get_by_role("button", name="Thêm khóa truy cập")).to_be_hidden()

"""Pages: who gets in, by which methods, how a refusal looks, what is said afterwards."""

from __future__ import annotations

import json

import pytest
from django.forms import CharField, Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.test import Client, RequestFactory
from django.urls import include, path
from django.utils.translation import get_language

from openpar.base.accounts.models import User
from openpar.common.db import WritingForbidden, write_transaction
from openpar.common.errors import Gap, Refused
from openpar.web.http import AuthenticatedRequest, form_refused, open_page, page, refused, say
from openpar.web.middleware import ChosenLanguage
from tests.web.conftest import LogIn

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]

GAPS = (
    Gap("1.1.3", "chưa có tài liệu kiểm chứng", "Thêm một tài liệu", link="/mend/"),
    Gap("2.1", "chưa có điểm"),
)


@page("GET")
def writes_on_get(request: AuthenticatedRequest) -> HttpResponse:
    with write_transaction():
        User.objects.filter(pk=request.user.pk).update(position="đã ghi")
    return HttpResponse("")


@page("POST")
def refuses(request: AuthenticatedRequest) -> HttpResponse:
    return refused(request, Refused(GAPS))


@page("POST")
def was_slower(request: AuthenticatedRequest) -> HttpResponse:
    return refused(request, Refused(GAPS), status=409)


@page("POST")
def says(request: AuthenticatedRequest) -> HttpResponse:
    say(request, "Đã lưu lúc 14:05.")
    return HttpResponse("") if "stay" in request.POST else redirect("home")


@open_page("GET")
def language(request: HttpRequest) -> HttpResponse:
    return HttpResponse(get_language() or "")


@open_page("GET")
def forgets_a_name(request: HttpRequest) -> HttpResponse:
    return render(request, "components/refusal.html")


urlpatterns = [
    path("writes/", writes_on_get),
    path("refuses/", refuses),
    path("slower/", was_slower),
    path("says/", says),
    path("speaks/", language),
    path("forgets/", forgets_a_name),
    path("", include("openpar.config.urls")),
]


def test_a_page_that_writes_on_get_is_an_error_and_writes_nothing(logged_in: LogIn) -> None:
    client = logged_in()
    with pytest.raises(WritingForbidden):
        client.get("/writes/")
    client.raise_request_exception = False
    assert client.get("/writes/").status_code == 500
    assert not User.objects.filter(position="đã ghi").exists()


def test_the_error_page_needs_nothing_that_could_be_broken(logged_in: LogIn) -> None:
    client = logged_in()
    client.raise_request_exception = False
    assert "Lỗi đã được ghi lại" in client.get("/writes/").content.decode()


def test_anonymous_people_go_to_the_log_in_page_and_come_back(client: Client) -> None:
    assert client.get("/people/?q=an").headers["Location"] == "/login/?next=/people/%3Fq%3Dan"


def test_an_exchanged_part_sends_anonymous_people_to_the_log_in_page_whole(client: Client) -> None:
    answer = client.get("/people/", headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == "/login/"


def test_another_method_is_refused(logged_in: LogIn) -> None:
    assert logged_in().get("/refuses/").status_code == 405


def test_a_refusal_shows_every_gap_with_its_remedy_and_its_link(logged_in: LogIn) -> None:
    answer = logged_in().post("/refuses/")
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "2 điều cần xem lại" in text
    assert 'href="/mend/"' in text
    assert "Thêm một tài liệu" in text
    assert "chưa có điểm" in text


def test_htmx_gets_only_the_summary_of_a_refusal(logged_in: LogIn) -> None:
    answer = logged_in().post("/refuses/", headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert answer.headers["HX-Retarget"] == "#refusal"
    assert "<html" not in answer.content.decode()
    assert "chưa có điểm" in answer.content.decode()


def test_a_form_of_which_nothing_was_sent_is_refused_in_words() -> None:
    class Any(Form):
        name = CharField()

    [gap] = form_refused(Any(None)).gaps
    assert str(gap) == "chưa ghi gì. Điền các ô rồi gửi lại"
    # One that was sent says what is wrong with its fields.
    assert [one.link for one in form_refused(Any({})).gaps] == ["#id_name"]


def test_who_was_slower_gets_409(logged_in: LogIn) -> None:
    assert logged_in().post("/slower/").status_code == 409


def test_something_said_is_shown_on_the_next_page_once(logged_in: LogIn) -> None:
    client = logged_in()
    client.post("/says/")
    assert "Đã lưu lúc 14:05." in client.get("/").content.decode()
    assert "Đã lưu lúc 14:05." not in client.get("/").content.decode()


def test_something_said_to_htmx_comes_along_as_an_event(logged_in: LogIn) -> None:
    answer = logged_in().post("/says/", {"stay": "1"}, headers={"HX-Request": "true"})
    assert json.loads(answer.headers["HX-Trigger"]) == {"said": {"texts": ["Đã lưu lúc 14:05."]}}


def test_a_forged_text_is_not_shown(logged_in: LogIn) -> None:
    client = logged_in()
    client.cookies["said"] = '["Gui mat khau cho toi"]:x:y'
    answer = client.get("/")
    assert answer.status_code == 200
    assert "Gui mat khau" not in answer.content.decode()


@pytest.mark.parametrize("address", ["/", "/login/", "/people/", "/khong-co/"])
def test_the_content_security_policy_allows_nothing_inline_and_nothing_foreign(
    logged_in: LogIn, address: str
) -> None:
    policy = dict(
        part.strip().split(" ", 1)
        for part in logged_in().get(address).headers["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in " ".join(policy.values())


def test_a_name_that_the_view_forgot_is_an_error(client: Client) -> None:
    with pytest.raises(Exception, match="refused_gaps"):
        client.get("/forgets/")


@pytest.mark.parametrize(("chosen", "spoken"), [({}, b"vi"), ({"language": "en"}, b"en")])
def test_the_language_is_the_chosen_one_whatever_the_browser_asks_for(
    chosen: dict[str, str], spoken: bytes
) -> None:
    request = RequestFactory().get("/", headers={"Accept-Language": "en-US"})
    request.COOKIES.update(chosen)
    answer = ChosenLanguage(lambda _: HttpResponse(get_language() or ""))(request)
    assert isinstance(answer, HttpResponse)
    assert answer.content == spoken


def test_a_person_may_choose_english(client: Client) -> None:
    client.post("/language/", {"language": "en", "next": "/login/"})
    assert client.get("/speaks/").content == b"en"
    assert '<html lang="en">' in client.get("/login/").content.decode()


def test_a_page_that_was_open_too_long_says_how_to_send_again() -> None:
    careful = Client(enforce_csrf_checks=True)
    answer = careful.post("/login/", {"username": "hoa", "password": "x"})
    assert answer.status_code == 403
    assert "tải lại trang rồi gửi lần nữa" in answer.content.decode()


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("403.html", "đề nghị quản trị hệ thống giao vai trò"),
        ("404.html", "Kiểm tra lại đường dẫn"),
        ("409.html", "tải lại trang để xem bản mới nhất"),
        ("refused.html", "Bổ sung những điều nêu trên rồi mở lại"),
    ],
)
def test_pages_of_refusals_say_what_to_do_even_to_nobody(name: str, advice: str) -> None:
    assert advice in render(RequestFactory().get("/"), name).content.decode()


def test_who_sent_a_form_that_was_refused_is_sent_back_to_it() -> None:
    page = render(RequestFactory().post("/"), "refused.html").content.decode()
    assert "Quay lại trang trước" in page
    assert "rồi mở lại" not in page

"""The trace: who reads which part of it, how it is narrowed, paged and taken along."""

from __future__ import annotations

import ast
import csv
import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

import openpar
from openpar.base.accounts.actions import set_password
from openpar.base.accounts.models import Role, User
from openpar.base.accounts.queries import Actor
from openpar.base.audit.actions import record
from openpar.base.audit.models import Entry
from openpar.base.organisations.models import Organisation
from openpar.base.organisations.roles import operator
from openpar.common.db import write_transaction
from openpar.common.formats import VIETNAM
from openpar.common.spreadsheets import read_csv
from openpar.web.audit import views
from openpar.web.trace.groups import VERBS
from openpar.web.trace.words import value_words
from tests import factories
from tests.parindex import rounds
from tests.web.conftest import LogIn

pytestmark = pytest.mark.django_db
READERS = (Role.AUDITOR, Role.ROUND_MANAGER, Role.ADMINISTRATOR)
SOURCE = Path(openpar.__file__).parent


def text_of(client: Client, query: str = "") -> str:
    answer = client.get(f"/audit/?{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def numbers(text: str) -> list[int]:
    """The entries on the page, in its order."""
    return [int(part.partition('"')[0]) for part in text.split('id="entry-')[1:]]


def said(
    by: Actor,
    label: str,
    *,
    verb: str = "score.self_saved",
    at: datetime = factories.MOMENT,
    about: str = "",
    reason: str = "",
) -> Entry:
    with write_transaction():
        record(
            by=by,
            at=at,
            verb=verb,
            object="score:1",
            about=about,
            label=label,
            before={"points": "1", "state": "DRAFTING"},
            after={"points": "0.50", "state": "LOCKED"},
            reason=reason,
        )
    return Entry.objects.latest("id")


@pytest.fixture
def officer(department: Organisation) -> Actor:
    return factories.actor_as(Role.FOCAL_OFFICER, department, "Lê Thị Đầu Mối")


# ---- who reads


@pytest.mark.parametrize("role", [None, *Role])
def test_the_trace_is_for_those_who_check_run_rounds_or_keep_accounts(
    logged_in: LogIn, role: Role | None
) -> None:
    client = logged_in(role)
    status = 200 if role in READERS else 404
    assert [client.get(page).status_code for page in ("/audit/", "/audit/export.csv")] == [status] * 2
    assert ('href="/audit/"' in client.get("/").content.decode()) is (role in READERS)


@pytest.mark.parametrize("page", ["/audit/", "/audit/export.csv"])
def test_without_logging_in_the_trace_leads_to_the_log_in_page(client: Client, page: str) -> None:
    assert client.get(page).headers["Location"] == f"/login/?next={page}"


def test_administrators_read_of_accounts_and_the_register_and_of_nothing_else(
    opened: rounds.SmallRound, logged_in: LogIn
) -> None:
    rounds.score_unit(opened, opened.health)
    client = logged_in(Role.ADMINISTRATOR)
    whole = set(Entry.objects.values_list("verb", flat=True))
    assert {"score.self_saved", "add_document", "give_role", "found_organisation"} <= whole
    sheet = opened.sheet()
    for query in ("", f"about=assessment:{sheet.pk}", "group=scores", "unit=y te", "q=1.1.1"):
        text = text_of(client, query)
        file = client.get(f"/audit/export.csv?{query}").content.decode()
        shown = set(Entry.objects.filter(pk__in=numbers(text)).values_list("verb", flat=True))
        assert not {verb for verb in shown if "." in verb or "document" in verb}
        assert "Lưu điểm tự chấm" not in file
        assert "Kế hoạch cải cách hành chính" not in file
    assert "Giao vai trò" in text_of(client)
    assert numbers(text_of(client, "group=accounts")) != []


def test_a_password_leaves_no_trace_of_itself(logged_in: LogIn) -> None:
    user = factories.person("Lê Văn Tú")
    secret = "Mot-bi-mat-rat-dai-9"
    set_password(by=factories.registrar(), at=factories.MOMENT, user_id=user.pk, password=secret)
    file = logged_in(Role.ADMINISTRATOR).get("/audit/export.csv").content.decode()
    assert "Đặt mật khẩu" in file
    assert secret not in file


# ---- what it says


def test_an_entry_is_told_in_words_with_before_and_after(logged_in: LogIn, officer: Actor) -> None:
    said(officer, "1.1.1 Kế hoạch", reason="Nhập nhầm")
    text = text_of(logged_in(Role.AUDITOR), "group=scores")
    for words in (
        "Lưu điểm tự chấm",
        "Lê Thị Đầu Mối",
        "05/01/2026 08:00",
        "<del>1</del>",
        "<ins>0,5</ins>",
        "<del>Đang tự chấm</del>",
        "<ins>Đã chốt</ins>",
        "Nhập nhầm",
    ):
        assert words in text
    assert "score.self_saved" not in text


def test_a_share_with_no_end_is_cut_and_says_so() -> None:
    told = {"65.203242424242424242": "≈ 65,2032", "0.125": "0,125", "1.50000000": "1,5", "-2.4": "−2,4"}
    assert {stored: value_words("points", stored) for stored in told} == told


def test_what_was_typed_is_shown_as_text(logged_in: LogIn, officer: Actor) -> None:
    said(officer, "<script>alert(1)</script>", reason="<b>đậm</b>")
    text = text_of(logged_in(Role.AUDITOR))
    assert "<script>alert(1)" not in text
    assert "<b>đậm" not in text


def verbs_in_source() -> Iterator[str]:
    """Every text that an action passes as a verb: `verb="…"`, or a word with a point in front of traces."""
    for file in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            given = [keyword.value for keyword in node.keywords if keyword.arg == "verb"]
            if "trace" in ast.unparse(node.func) or ast.unparse(node.func) == "_changed":
                given += node.args
            for value in given:
                for part in ast.walk(value):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str):
                        yield part.value


def test_every_verb_of_the_actions_has_words() -> None:
    verbs = {verb for verb in verbs_in_source() if verb}
    assert {"score.self_saved", "give_role", "round.created", "criterion.added"} <= verbs
    assert verbs - set(VERBS) == set()


# ---- narrowing


@pytest.fixture
def several(officer: Actor) -> dict[str, int]:
    other = factories.actor(factories.person("Trần Văn Khác"))
    late = datetime(2026, 2, 1, 0, 0, tzinfo=VIETNAM)
    return {
        "first": said(officer, "1.1.1 Kế hoạch", about="assessment:3").pk,
        "second": said(other, "2.2.2 Báo cáo", verb="sheet.locked", at=late, reason="Hết hạn").pk,
        "third": said(officer, "Văn bản", verb="add_document", at=late + timedelta(hours=23)).pk,
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("person=dau+moi", ["third", "first"]),
        ("person=Khác", ["second"]),
        ("group=sheets", ["second"]),
        ("group=documents", ["third"]),
        ("group=scores&person=tran", []),
        ("about=assessment:3", ["first"]),
        ("about=score:1", ["third", "second", "first"]),
        ("since=01/02/2026&until=01/02/2026", ["third", "second"]),
        ("until=31/01/2026&group=scores", ["first"]),
        ("q=Báo+cáo", ["second"]),
        ("q=Hết+hạn", ["second"]),
    ],
)
def test_the_trace_is_narrowed(
    logged_in: LogIn, several: dict[str, int], query: str, found: list[str]
) -> None:
    client = logged_in(Role.AUDITOR)
    assert numbers(text_of(client, query)) == [several[name] for name in found]
    file = read_csv(client.get(f"/audit/export.csv?{query}").content)
    assert [row[0] for row in file.rows[1:]] == [str(several[name]) for name in found]


@pytest.mark.parametrize("words", ["q=khóa", "q=khoá", "q=số+hóa", "q=số+hoá", "person=Hòa", "person=Hoà"])
def test_the_place_of_a_tone_hides_no_entry(logged_in: LogIn, officer: Actor, words: str) -> None:
    said(officer, "Kế hoạch")
    wanted = said(operator("Máy chủ Hoà Bắc"), "Phiếu đã khóa", reason="Số hoá, số hoá lại")
    assert numbers(text_of(logged_in(Role.AUDITOR), words)) == [wanted.pk]


def test_entries_of_a_unit_are_those_of_its_sheets_its_documents_and_its_register(
    opened: rounds.SmallRound, logged_in: LogIn
) -> None:
    rounds.score_unit(opened, opened.health)
    rounds.score_unit(opened, opened.justice)
    client = logged_in(Role.AUDITOR)
    shown = Entry.objects.filter(pk__in=numbers(text_of(client, "unit=so+y+te")))
    sheet = opened.sheet(opened.health)
    assert set(shown.values_list("about", flat=True)) == {
        f"assessment:{sheet.pk}",
        f"organisation:{opened.health.pk}",
        "organisations",
    }
    assert set(shown.filter(about="organisations").values_list("object", flat=True)) == {
        f"organisation:{opened.health.pk}"
    }


@pytest.mark.parametrize("page", ["/audit/", "/audit/export.csv"])
def test_a_day_that_cannot_be_read_is_said(logged_in: LogIn, page: str) -> None:
    answer = logged_in(Role.AUDITOR).get(f"{page}?since=31/02/2026")
    assert answer.status_code == 422
    assert "Từ ngày" in answer.content.decode()


# ---- page by page


def test_the_pages_cover_every_entry_once_both_ways(logged_in: LogIn, officer: Actor) -> None:
    made = [said(officer, f"Việc {number}").pk for number in range(120)]
    client = logged_in(Role.AUDITOR)
    first = numbers(text_of(client, "group=scores"))
    second = numbers(text_of(client, f"group=scores&before={first[-1]}"))
    third = numbers(text_of(client, f"group=scores&before={second[-1]}"))
    assert first + second + third == made[::-1]
    assert numbers(text_of(client, f"group=scores&after={third[0]}")) == second
    assert numbers(text_of(client, f"group=scores&after={second[0]}")) == first


def test_links_lead_to_older_and_newer_entries_and_keep_the_filters(logged_in: LogIn, officer: Actor) -> None:
    made = [said(officer, f"Việc {number}").pk for number in range(60)]
    client = logged_in(Role.AUDITOR)
    newest = text_of(client, "group=scores")
    assert f'rel="next" href="?group=scores&amp;before={made[10]}"' in newest
    assert 'rel="prev"' not in newest
    oldest = text_of(client, f"group=scores&before={made[10]}")
    assert f'rel="prev" href="?group=scores&amp;after={made[9]}"' in oldest
    assert 'rel="next"' not in oldest


def test_an_entry_added_meanwhile_moves_no_page(logged_in: LogIn, officer: Actor) -> None:
    made = [said(officer, f"Việc {number}").pk for number in range(60)]
    client = logged_in(Role.AUDITOR)
    before = numbers(text_of(client, f"group=scores&before={made[10]}"))
    said(officer, "Việc mới")
    assert numbers(text_of(client, f"group=scores&before={made[10]}")) == before


def test_a_page_costs_the_same_for_few_and_for_many_things(
    opened: rounds.SmallRound, logged_in: LogIn, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = logged_in(Role.AUDITOR)

    def asked() -> int:
        with django_assert_num_queries(_PAGE_QUERIES):
            return len(numbers(text_of(client, "group=scores")))

    rounds.score_unit(opened, opened.health)
    text_of(client)
    few = asked()
    for unit in (opened.home_affairs, opened.justice):
        rounds.score_unit(opened, unit)
    many = asked()
    assert (few, many) == (4, 12)


# Session, person, roles; entries, names of sheets; two for the top bar.
_PAGE_QUERIES = 7


# ---- as a file


@pytest.mark.parametrize(
    "payload", ['=HYPERLINK("http://x";"y")', "+cmd|' /C calc'!A0", "-2+3+cmd", "@SUM(1)", "\t=1+1"]
)
def test_a_formula_in_the_trace_is_harmless_in_the_file(
    logged_in: LogIn, officer: Actor, payload: str
) -> None:
    said(officer, payload, reason=payload)
    content = logged_in(Role.AUDITOR).get("/audit/export.csv?group=scores").content
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert rows[1][4] == rows[1][7]
    assert rows[1][4].lstrip() == f"'{payload.lstrip()}"
    assert not any(cell.lstrip().startswith(("=", "+", "-", "@")) for row in rows for cell in row)


def test_the_file_is_saved_and_read_by_excel(logged_in: LogIn, officer: Actor) -> None:
    said(officer, "1.1.1 Kế hoạch", reason="Nhập nhầm")
    answer = logged_in(Role.AUDITOR).get("/audit/export.csv?group=scores")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    row = read_csv(answer.content).rows[1]
    assert row[1:4] == ["05/01/2026 08:00:00", "Lê Thị Đầu Mối", "Lưu điểm tự chấm"]
    assert row[6] == "Điểm: 1 → 0,5; Trạng thái: Đang tự chấm → Đã chốt"


@pytest.mark.parametrize(("entries", "is_cut"), [(5, False), (6, True)])
def test_a_file_that_was_cut_says_so(
    logged_in: LogIn, officer: Actor, monkeypatch: pytest.MonkeyPatch, entries: int, is_cut: bool
) -> None:
    monkeypatch.setattr(views, "EXPORT_MOST", 5)
    for number in range(entries):
        said(officer, f"Việc {number}")
    rows = read_csv(logged_in(Role.AUDITOR).get("/audit/export.csv?group=scores").content).rows[1:]
    assert [row[4] for row in rows[:5]] == [f"Việc {number}" for number in range(entries)][::-1][:5]
    assert len(rows) == 5 + is_cut
    assert not is_cut or "Chỉ có 5 mục mới nhất" in str(rows[5][0])


def test_links_lead_only_where_the_reader_may_go(opened: rounds.SmallRound, logged_in: LogIn) -> None:
    rounds.score_unit(opened, opened.health)
    person = User.objects.get(full_name="Bùi Văn Trưởng")
    for role, may in ((Role.AUDITOR, True), (Role.ROUND_MANAGER, False)):
        client = logged_in(role)
        text = text_of(client, f"about=user:{person.pk}")
        assert (f'href="/people/{person.pk}/"' in text) is may
        sheet = opened.sheet()
        link = f"/assessments/{sheet.pk}/history/"
        assert f'href="{link}"' in text_of(client, f"about=assessment:{sheet.pk}")
        assert client.get(link).status_code == 200

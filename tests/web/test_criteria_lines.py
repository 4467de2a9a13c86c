"""The editor of one line: what stands beside the rule, two people at the same line, more empty rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from time_machine import Traveller

from openpar.base.accounts.models import Role
from openpar.base.accounts.queries import Actor
from openpar.parindex.criteria.actions import Line, bring_in, change_criterion, copy_set
from openpar.parindex.criteria.models import CriteriaSet, Criterion
from tests import factories
from tests.parindex import rounds
from tests.parindex.rounds import BEFORE, SMALL_SET
from tests.web.criteria_pages import browser, line, text_of
from tests.web.test_criteria_import import confirmed, uploaded

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
FIRST_LEAF: dict[str, Any] = SMALL_SET["fields"][0]["criteria"][0]["sub"][0]
BESIDE = {"owner": "Văn phòng UBND tỉnh", "article": "khoản 2 Điều 7", "note": "Tính đến 31/12"}


@pytest.fixture(autouse=True)
def clock() -> Iterator[Traveller]:
    with time_machine.travel(BEFORE, tick=False) as coordinates:
        yield coordinates


@pytest.fixture
def manager() -> Actor:
    return factories.actor_as(Role.ROUND_MANAGER, factories.organisation("Sở Nội vụ"), "Trần Thị Quản")


@pytest.fixture
def draft(manager: Actor) -> CriteriaSet:
    return bring_in(mapping=SMALL_SET, title="Bộ nhỏ", is_sample=True, by=manager, at=BEFORE)


@pytest.fixture
def office(manager: Actor) -> Client:
    return browser(manager)


def address(draft: CriteriaSet, code: str = "1.1.1") -> str:
    return f"/criteria/{draft.pk}/edit/{line(draft, code).pk}/"


def form(**changes: str) -> dict[str, str]:
    """The form of 1.1.1 as it is sent."""
    return {
        "version": "1",
        "step": "save",
        "code": "1.1.1",
        "title": "Ban hành kế hoạch",
        "most_points": "1",
        "rule_type": "boolean",
        "rule_yes": "1",
        "rule_no": "0",
        "scored_by": "SELF",
        "evidence_wanted": "Kế hoạch",
        **changes,
    }


# ---- beside the rule ----


def test_what_stands_beside_the_rule_is_typed_and_shown(draft: CriteriaSet, office: Client) -> None:
    assert office.post(address(draft), form(**BESIDE)).status_code == 302
    found = line(draft, "1.1.1")
    assert {key: getattr(found, key) for key in BESIDE} == BESIDE
    editor = office.get(address(draft)).content.decode()
    assert [text in editor for text in BESIDE.values()] == [True] * 3
    shown = text_of(office.get(f"/criteria/{draft.pk}/"))
    for words in ("Theo dõi: Văn phòng UBND tỉnh", "Căn cứ: khoản 2 Điều 7", "Ghi chú: Tính đến 31/12"):
        assert words in shown


@pytest.mark.parametrize("kind", ["xlsx", "docx", "yaml"])
def test_a_downloaded_set_brings_back_what_stands_beside_its_rules(
    draft: CriteriaSet, office: Client, kind: str
) -> None:
    office.post(address(draft), form(**BESIDE, may_be_not_applicable="on"))
    content = office.get(f"/criteria/{draft.pk}/criteria.{kind}").content
    shown = uploaded(office, SimpleUploadedFile(f"bo.{kind}", content))
    assert "Theo dõi: Văn phòng UBND tỉnh" in text_of(shown)
    assert "có thể không áp dụng" in text_of(shown)
    assert confirmed(office, shown).status_code == 302
    made = CriteriaSet.objects.exclude(pk=draft.pk).get()
    kept = ("code", *BESIDE, "may_be_not_applicable", "not_applicable_note")
    assert list(Criterion.objects.filter(set=made).values_list(*kept)) == list(
        Criterion.objects.filter(set=draft).values_list(*kept)
    )


@pytest.fixture
def with_beside(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sample set of the rounds says it too."""
    for key, text in BESIDE.items():
        monkeypatch.setitem(FIRST_LEAF, key, text)


def test_the_agency_reads_it_where_it_scores(with_beside: None, clock: Traveller) -> None:
    small = rounds.opened_round()
    clock.move_to(rounds.DURING_SELF)
    text = text_of(browser(small.focal).get(f"/assessments/{small.sheet().pk}/1.1.1/"))
    assert "Theo dõi Văn phòng UBND tỉnh Căn cứ khoản 2 Điều 7 Ghi chú Tính đến 31/12" in text
    other = text_of(browser(small.focal).get(f"/assessments/{small.sheet().pk}/1.1.2/"))
    assert "Theo dõi" not in other


def test_the_appraiser_reads_it_where_points_are_decided(with_beside: None, clock: Traveller) -> None:
    small = rounds.round_in_appraisal()
    clock.move_to(rounds.APPRAISAL)
    client = browser(small.manager)
    desk = client.get(f"/appraisals/{small.round.pk}/").content.decode()
    [place] = set(re.findall(rf'href="(/appraisals/{small.round.pk}/[^"#?]*1\.1\.1/)', desk)) or [""]
    text = text_of(client.get(place))
    assert "Căn cứ: khoản 2 Điều 7 Theo dõi: Văn phòng UBND tỉnh Ghi chú: Tính đến 31/12" in text


# ---- two people ----


def changed_by(by: Actor, draft: CriteriaSet, code: str, title: str) -> None:
    found = line(draft, code)
    change_criterion(
        set_id=draft.pk,
        criterion_id=found.pk,
        line=Line(code, title, found.most_points, found.rule),
        expected_version=found.version,
        by=by,
        at=BEFORE,
    )


def test_a_save_of_another_line_does_not_stand_in_the_way(
    draft: CriteriaSet, office: Client, manager: Actor
) -> None:
    changed_by(manager, draft, "2.1.2", "Không vi phạm")
    assert office.post(address(draft), form(title="Kế hoạch năm")).status_code == 302
    assert line(draft, "1.1.1").title == "Kế hoạch năm"


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_the_same_line_shows_both_versions_and_lets_one_choose(
    draft: CriteriaSet, office: Client, manager: Actor, headers: dict[str, str]
) -> None:
    changed_by(manager, draft, "1.1.1", "Của người kia")
    answer = office.post(address(draft), form(title="Của tôi", article="Điều 9"), headers=headers)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "<del>Của người kia</del>" in page
    assert "<ins>Của tôi</ins>" in page
    assert "<ins>Điều 9</ins>" in page
    assert "Trần Thị Quản" in page
    # What both agree on is not repeated.
    assert "<del>1.1.1</del>" not in page
    assert f'<a class="btn" href="{address(draft)}" data-drops-changes>' in page
    again = office.post(address(draft), form(title="Của tôi"), headers=headers)
    assert again.status_code == 409
    [over] = re.findall(r'name="over_version" value="(\d+)"', page)
    chosen = office.post(address(draft), form(title="Của tôi", over_version=over), headers=headers)
    assert chosen.status_code in (200, 302)
    assert line(draft, "1.1.1").title == "Của tôi"


def test_without_javascript_the_form_below_both_versions_keeps_what_was_typed(
    draft: CriteriaSet, office: Client, manager: Actor
) -> None:
    changed_by(manager, draft, "1.1.1", "Của người kia")
    page = office.post(address(draft), form(title="Của tôi", rule_yes="0,75")).content.decode()
    assert '<button class="btn btn-primary" form="line-form"' in page
    assert re.search(r'<textarea name="title"[^>]*>\s*Của tôi</textarea>', page)
    assert 'name="rule_yes" value="0,75"' in page


def test_asking_for_other_parameters_does_not_hide_that_somebody_saved(
    draft: CriteriaSet, office: Client, manager: Actor
) -> None:
    changed_by(manager, draft, "1.1.1", "Của người kia")
    page = office.post(address(draft), form(step="type")).content.decode()
    assert 'id="line-version" name="version" value="1"' in page


def test_a_line_is_added_at_the_second_try_after_the_tree_was_changed(
    draft: CriteriaSet, office: Client, manager: Actor
) -> None:
    changed_by(manager, draft, "2.1.2", "Không vi phạm")
    parent = str(line(draft, "1.1").pk)
    new = form(code="1.1.3", parent=parent)
    answer = office.post(f"/criteria/{draft.pk}/edit/add/", new, headers=HTMX)
    assert answer.status_code == 409
    assert "Xem lại cây rồi lưu lần nữa" in text_of(answer)
    [version] = re.findall(r'name="version" value="(\d+)" hx-swap-oob="true"', answer.content.decode())
    second = office.post(f"/criteria/{draft.pk}/edit/add/", {**new, "version": version}, headers=HTMX)
    assert second.status_code == 200
    assert line(draft, "1.1.3").title == "Ban hành kế hoạch"


# ---- more empty rows ----


def rows_form(**values: str) -> dict[str, str]:
    rows = {f"rule_options-{place}-{name}": "" for place in range(4) for name in ("label", "points")}
    return form(rule_type="choice", **{**rows, **values})


def test_more_rows_come_alone_so_that_nothing_typed_meanwhile_is_exchanged(
    draft: CriteriaSet, office: Client
) -> None:
    typed = rows_form(**{"rule_options-0-label": "kịp thời"})
    answer = office.post(f"/criteria/{draft.pk}/edit/check/?part=rows", typed, headers=HTMX)
    page = answer.content.decode()
    assert 'hx-swap-oob="beforeend:#rule_options-rows"' in page
    assert re.findall(r'name="rule_options-(\d+)-label"', page) == ["4", "5", "6"]
    assert "kịp thời" not in page
    assert "Dòng 5, Nội dung" in page
    editor = office.post(address(draft), {**typed, "step": "type"}).content.decode()
    assert 'id="rule_options-rows"' in editor
    assert 'hx-swap="none"' in editor


def test_more_rows_without_javascript_keep_what_was_typed(draft: CriteriaSet, office: Client) -> None:
    typed = rows_form(**{"rule_options-1-label": "chậm", "rule_options-1-points": "0,5"})
    page = office.post(address(draft), {**typed, "step": "rows"}).content.decode()
    assert 'name="rule_options-1-label" value="chậm"' in page
    assert 'name="rule_options-6-label"' in page


# ---- versions of a set ----


def test_two_sets_are_compared_by_a_plain_link_and_a_plain_form(
    draft: CriteriaSet, office: Client, manager: Actor
) -> None:
    copy = copy_set(set_id=draft.pk, year=2027, title="Bộ 2027", by=manager, at=BEFORE)
    office.post(address(copy), form(title="Kế hoạch năm", owner="Sở Nội vụ", scale_text="Có: 1 điểm"))
    start = f"/criteria/{copy.pk}/compare/"
    for page in (office.get(start), office.get(start, {"with": str(draft.pk)})):
        text = text_of(page)
        assert "Tên Ban hành kế hoạch Kế hoạch năm" in text
        assert "Đơn vị chủ trì theo dõi — Sở Nội vụ" in text
        assert "Lời trong quyết định — Có: 1 điểm" in text
    shown = office.get(start).content.decode()
    chooser = re.search(r'<form class="filter-bar" method="get">.*?</form>', shown, re.DOTALL)
    assert chooser is not None
    assert '<select class="form-select" id="id_with" name="with"' in chooser[0]
    assert '<button class="btn">' in chooser[0]

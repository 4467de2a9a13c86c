"""Pages of criteria sets, and of an agency's sheet in Excel, as people of every role meet them."""

from __future__ import annotations

import pytest
import yaml
from django.test import Client
from pytest_django.fixtures import Settings

from openpar.base.accounts.models import Role
from openpar.base.accounts.queries import Actor
from openpar.parindex.criteria.actions import bring_in, copy_set
from openpar.parindex.criteria.models import CriteriaSet, Criterion
from tests import factories
from tests.parindex import rounds
from tests.parindex.rounds import BEFORE, SMALL_SET
from tests.web.criteria_pages import browser, line, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> Actor:
    return factories.actor_as(Role.ROUND_MANAGER, factories.organisation("Sở Nội vụ"), "Trần Thị Quản")


@pytest.fixture
def draft(manager: Actor) -> CriteriaSet:
    return bring_in(mapping=SMALL_SET, title="Bộ nhỏ", is_sample=True, by=manager, at=BEFORE)


@pytest.fixture
def office(manager: Actor) -> Client:
    return browser(manager)


# ---- reading ----


def test_the_list_says_what_is_a_sample_and_where_a_set_is_used(prepared: rounds.SmallRound) -> None:
    outsider = factories.actor_as(Role.FOCAL_OFFICER, factories.organisation("Ban quản lý", assessed=False))
    for who, sees_round, may_import in (
        (prepared.manager, True, True),
        (prepared.focal, True, False),
        (outsider, False, False),
    ):
        text = text_of(browser(who).get("/criteria/"))
        assert "bộ tiêu chí mẫu" in text
        assert ("Chỉ số CCHC năm 2026" in text) is sees_round
        assert ("Nhập từ tệp" in text) is may_import


def test_a_draft_is_seen_by_its_editors_and_leaders_only(draft: CriteriaSet, office: Client) -> None:
    unit = factories.organisation("Sở Y tế")
    address = f"/criteria/{draft.pk}/"
    assert office.get(address).status_code == 200
    assert browser(factories.actor_as(Role.LEADER, unit)).get(address).status_code == 200
    focal = browser(factories.actor_as(Role.FOCAL_OFFICER, unit))
    assert focal.get(address).status_code == 404
    assert focal.get(f"{address}edit/").status_code == 404
    assert focal.get("/criteria/import/").status_code == 404
    nobody = browser(factories.actor(factories.person()))
    assert nobody.get(address).status_code == 404
    assert "Chưa có bộ tiêu chí" in text_of(nobody.get("/criteria/"))
    assert Client().get(address).status_code == 302


def test_the_table_shows_every_line_with_its_rule_in_words(draft: CriteriaSet, office: Client) -> None:
    text = text_of(office.get(f"/criteria/{draft.pk}/"))
    for words in (
        "2.1.1 Hồ sơ đúng hạn 2 Tỷ lệ = đúng hạn / đã giải quyết Trên 90%: 2 Từ 70% trở lên: 1 Dưới 70%: 0",
        "Đây là bộ tiêu chí mẫu",
        "Tổng cộng 10",
        "thưởng tối đa 1, phạt tối đa 2; tổng không quá 10",
        "Xuất sắc từ 90 trở lên",
    ):
        assert words in text


def test_a_large_set_costs_as_many_queries_as_a_small_one(
    office: Client,
    manager: Actor,
    draft: CriteriaSet,
    settings: Settings,
    django_assert_max_num_queries: object,
) -> None:
    assert callable(django_assert_max_num_queries)
    path = settings.OPENPAR_DATA_DIR / "criteria" / "SYNTHETIC_so_2026.yaml"
    mapping = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    large = bring_in(mapping=mapping, title="Lớn", is_sample=True, by=manager, at=BEFORE)
    for each in (draft, large):
        for page in ("", "edit/"):
            with django_assert_max_num_queries(13):
                office.get(f"/criteria/{each.pk}/{page}")
    for _place in range(5):
        copy_set(set_id=draft.pk, year=2027, title="", by=manager, at=BEFORE)
    with django_assert_max_num_queries(9):
        office.get("/criteria/")


# ---- editing ----


def leaf_form(criteria_set: CriteriaSet, **changes: str) -> dict[str, str]:
    form = {
        "version": str(criteria_set.version),
        "step": "save",
        "code": "2.1.1",
        "title": "Hồ sơ đúng hạn",
        "most_points": "2",
        "rule_type": "step_on_ratio",
        "scored_by": "SELF",
        "rule_num": "đúng hạn",
        "rule_den": "đã giải quyết",
        "rule_steps-0-low_kind": "ge",
        "rule_steps-0-low": "95",
        "rule_steps-0-points": "2",
        "rule_steps-1-low_kind": "gt",
        "rule_steps-1-low": "50,5",
        "rule_steps-1-high_kind": "lt",
        "rule_steps-1-high": "95",
        "rule_steps-1-points": "0,5",
        "rule_steps-2-high_kind": "le",
        "rule_steps-2-high": "50.5",
        "rule_steps-2-points": "0",
    }
    return {**form, **changes}


def test_a_rule_is_typed_in_the_words_of_decisions(draft: CriteriaSet, office: Client) -> None:
    row = line(draft, "2.1.1")
    address = f"/criteria/{draft.pk}/edit/{row.pk}/"
    page = office.get(address).content.decode()
    assert 'name="rule_steps-0-low" value="90"' in page
    assert office.post(address, leaf_form(draft)).status_code == 302
    assert line(draft, "2.1.1").rule["steps"] == [
        {"ge": "0.95", "points": "2"},
        {"gt": "0.505", "lt": "0.95", "points": "0.5"},
        {"le": "0.505", "points": "0"},
    ]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"rule_steps-0-low": ""}, "chưa ghi số của giới hạn"),
        ({"rule_steps-1-points": "nửa"}, "không phải là số"),
        ({"rule_steps-1-low_kind": ""}, "chưa chọn trên, từ"),
        ({"rule_num": ""}, "Tử số là"),
        ({"code": "1.1.1"}, "mã đã có trong bộ này"),
        ({"most_points": "1.500"}, "có thể là 1500 hoặc 1,5"),
    ],
)
def test_what_cannot_be_read_comes_back_with_what_was_typed(
    draft: CriteriaSet, office: Client, changes: dict[str, str], words: str
) -> None:
    row = line(draft, "2.1.1")
    answer = office.post(f"/criteria/{draft.pk}/edit/{row.pk}/", leaf_form(draft, **changes))
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert 'value="50,5"' in answer.content.decode()
    assert line(draft, "2.1.1").rule == row.rule


def test_somebody_elses_change_is_not_overwritten(draft: CriteriaSet, office: Client) -> None:
    address = f"/criteria/{draft.pk}/edit/{line(draft, '2.1.1').pk}/"
    form = leaf_form(draft)
    office.post(address, form)
    answer = office.post(address, {**form, "title": "Khác"})
    assert answer.status_code == 409
    assert "người khác vừa sửa" in text_of(answer)
    # The form keeps the version it was opened with: pressing save again changes nothing.
    assert 'name="version" value="1"' in answer.content.decode()
    assert line(draft, "2.1.1").title == "Hồ sơ đúng hạn"


def test_the_check_tells_at_once_what_a_rule_leaves_uncovered(draft: CriteriaSet, office: Client) -> None:
    form = leaf_form(draft, **{"rule_steps-2-high": "40"})
    htmx = {"HX-Request": "true"}
    text = text_of(office.post(f"/criteria/{draft.pk}/edit/check/", form, headers=htmx))
    assert "Không bước nào áp dụng" in text
    right = text_of(office.post(f"/criteria/{draft.pk}/edit/check/", leaf_form(draft), headers=htmx))
    assert "Quy tắc dùng được; nhiều nhất 2 điểm" in right
    fields = office.post(
        f"/criteria/{draft.pk}/edit/check/?part=rule", {"rule_type": "boolean"}, headers=htmx
    ).content.decode()
    assert 'name="rule_yes"' in fields
    assert line(draft, "2.1.1").set.version == draft.version


def test_htmx_gets_the_editor_back_and_both_versions_above_it(draft: CriteriaSet, office: Client) -> None:
    address = f"/criteria/{draft.pk}/edit/{line(draft, '2.1.1').pk}/"
    htmx = {"HX-Request": "true"}
    saved = office.post(address, leaf_form(draft), headers=htmx)
    assert saved.status_code == 200
    assert 'name="version" value="2"' in saved.content.decode()
    assert "<html" not in saved.content.decode()
    stale = office.post(address, leaf_form(draft), headers=htmx)
    assert (stale.status_code, stale["HX-Retarget"]) == (409, "#conflict")


ADDRESSES = [
    "boolean",
    "choice",
    "deadline",
    "formula_with_variables_and_conditions",
    "survey_weighted_answers",
]


@pytest.mark.parametrize("kind", ADDRESSES)
def test_another_rule_type_is_offered_without_javascript(
    draft: CriteriaSet, office: Client, kind: str
) -> None:
    address = f"/criteria/{draft.pk}/edit/{line(draft, '2.1.1').pk}/"
    answer = office.post(address, leaf_form(draft, rule_type=kind, step="type"))
    assert answer.status_code == 200
    assert f'<option value="{kind}" selected>' in answer.content.decode()
    assert line(draft, "2.1.1").rule["type"] == "step_on_ratio"


def test_lines_are_added_moved_and_removed(draft: CriteriaSet, office: Client) -> None:
    parent = line(draft, "1.1")
    start = f"/criteria/{draft.pk}/edit/"
    form = {
        "version": "1",
        "step": "save",
        "parent": str(parent.pk),
        "code": "1.1.3",
        "title": "Báo cáo",
        "most_points": "0,5",
        "rule_type": "boolean",
        "rule_yes": "0,5",
        "scored_by": "SELF",
    }
    assert 'value="1.1.3"' in office.get(f"{start}add/?parent={parent.pk}").content.decode()
    assert office.post(f"{start}add/", form).status_code == 302
    added = line(draft, "1.1.3")
    assert "1.1: Điểm tối đa khai 4, các mục con cộng lại 4,5" in text_of(office.get(start))
    office.post(f"{start}{added.pk}/move/", {"version": "2", "to": "up"})
    assert line(draft, "1.1.2").title == "Báo cáo"
    office.post(f"{start}{added.pk}/remove/", {"version": "3"})
    assert not Criterion.objects.filter(pk=added.pk).exists()


def settings_form(criteria_set: CriteriaSet, **changes: str) -> dict[str, str]:
    form = {
        "version": str(criteria_set.version),
        "step": "save",
        "title": "Bộ nhỏ",
        "year": "2026",
        "level": "department",
        "total": "10",
        "is_sample": "on",
        "na_policy": "full_marks",
        "na_scope": "whole",
        "digits": "3",
        "rounding": "down",
        "ties": "ordinal",
        "tie_breakers": "appraised, 2",
        "rank_on": "exact",
        "bonus_max": "2",
        "penalty_max": "",
        "total_cap": "",
        "rule_band0-0-name": "Đạt",
        "rule_band0-0-low_kind": "gt",
        "rule_band0-0-low": "49,5",
        "rule_band0-1-name": "Chưa đạt",
        "rule_band0-1-high_kind": "le",
        "rule_band0-1-high": "49,5",
    }
    return {**form, **changes}


def test_settings_and_classes_are_saved_with_their_bounds(draft: CriteriaSet, office: Client) -> None:
    address = f"/criteria/{draft.pk}/edit/settings/"
    assert 'value="Xuất sắc"' in office.get(address).content.decode()
    assert office.post(address, settings_form(draft)).status_code == 302
    draft.refresh_from_db()
    assert draft.settings["bands"] == [{"name": "Đạt", "gt": "49.5"}, {"name": "Chưa đạt", "le": "49.5"}]
    assert draft.settings["tie_breakers"] == ["appraised", "2"]
    assert draft.settings["rounding"] == {"display": "3", "mode": "down"}
    text = text_of(office.get(f"/criteria/{draft.pk}/"))
    assert "Đạt trên 49,5 Chưa đạt đến 49,5" in text
    refusal = office.post(address, settings_form(draft, **{"rule_band0-0-low": "nhiều", "year": "2"}))
    assert refusal.status_code == 422
    assert "2 điều cần xem lại" in text_of(refusal)


# ---- its life ----


def test_a_set_is_issued_taken_back_and_copied_from_its_page(draft: CriteriaSet, office: Client) -> None:
    address = f"/criteria/{draft.pk}/"
    refusal = office.post(f"{address}issue/", {"number": "", "signed_on": "31/02/2026", "issuer": ""})
    assert (refusal.status_code, "3 điều cần xem lại" in text_of(refusal)) == (422, True)
    issuing = {"number": "2/QĐ-UBND", "signed_on": "01/10/2026", "issuer": "UBND tỉnh"}
    assert office.post(f"{address}issue/", issuing).status_code == 302
    assert "2/QĐ-UBND, 01/10/2026" in text_of(office.get(address))
    assert office.get(f"{address}edit/").status_code == 404
    assert "không chuyển được" in text_of(office.get(f"{address}retire/"))
    assert office.post(f"{address}take-back/", {"reason": ""}).status_code == 422
    assert office.post(f"{address}take-back/", {"reason": "Sửa"}).status_code == 302
    copied = office.post(f"{address}copy/", {"title": "Bộ 2027", "year": "2027", "replaces": "on"})
    made = CriteriaSet.objects.get(title="Bộ 2027")
    assert (copied["Location"], made.replaces) == (f"/criteria/{made.pk}/", draft)
    found = text_of(office.get(f"/criteria/{made.pk}/compare/"))
    assert "Giữ nguyên 10" in found

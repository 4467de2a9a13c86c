"""Pages of criteria sets, and of an agency's sheet in Excel, as people of every role meet them."""

from __future__ import annotations

import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import time_machine
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django.fixtures import Settings

from openpar.base.accounts.models import Role, User
from openpar.base.accounts.queries import Actor
from openpar.base.intake.models import Batch
from openpar.engine.rules import RULE_TYPES, rule_from_mapping
from openpar.parindex.assessments.actions.scores import Entry
from openpar.parindex.assessments.actions.self_scoring import save_self_score
from openpar.parindex.assessments.models import Score
from openpar.parindex.assessments.sheet_layout import SHEET_NAME
from openpar.parindex.criteria.actions import bring_in, copy_set
from openpar.parindex.criteria.models import CriteriaSet, Criterion
from openpar.web.criteria.rule_forms import BY_TYPE
from openpar.web.criteria.rule_values import rule_of_values, values_of_rule
from tests import factories
from tests.parindex import rounds
from tests.parindex.criteria.tables import HEADER, save_docx, save_xlsx
from tests.parindex.rounds import BEFORE, DURING_SELF, SMALL_SET, SmallRound

pytestmark = pytest.mark.django_db


def browser(who: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=who.person_id))
    return client


@pytest.fixture
def manager() -> Actor:
    return factories.actor_as(Role.ROUND_MANAGER, factories.organisation("Sở Nội vụ"), "Trần Thị Quản")


@pytest.fixture
def draft(manager: Actor) -> CriteriaSet:
    return bring_in(mapping=SMALL_SET, title="Bộ nhỏ", is_sample=True, by=manager, at=BEFORE)


@pytest.fixture
def office(manager: Actor) -> Client:
    return browser(manager)


def text_of(answer: Any) -> str:
    """What an answer of the test client says, without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def line(criteria_set: CriteriaSet, code: str) -> Criterion:
    return Criterion.objects.get(set=criteria_set, code=code)


# ---- reading ----


def test_the_list_says_what_is_a_sample_and_where_a_set_is_used() -> None:
    small = rounds.prepared_round()
    outsider = factories.actor_as(Role.FOCAL_OFFICER, factories.organisation("Ban quản lý", assessed=False))
    for who, sees_round, may_import in (
        (small.manager, True, True),
        (small.focal, True, False),
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


@pytest.mark.parametrize("kind", ["xlsx", "docx", "yaml"])
def test_what_is_downloaded_can_be_brought_in_again(draft: CriteriaSet, office: Client, kind: str) -> None:
    content = office.get(f"/criteria/{draft.pk}/criteria.{kind}").content
    shown = uploaded(office, SimpleUploadedFile(f"bo.{kind}", content))
    assert "tổng" in text_of(shown).lower()
    answer = confirmed(office, shown)
    assert answer.status_code == 302
    made = CriteriaSet.objects.exclude(pk=draft.pk).get()
    kept = ("code", "title", "most_points", "is_leaf", "scored_by", "evidence_wanted")
    assert list(Criterion.objects.filter(set=made).values_list(*kept)) == list(
        Criterion.objects.filter(set=draft).values_list(*kept)
    )
    assert made.is_sample


# ---- bringing in ----


def uploaded(client: Client, file: SimpleUploadedFile) -> Any:
    """The page after an upload: the preview, or the refusal."""
    answer = client.post("/criteria/import/", {"file": file})
    return client.get(answer["Location"]) if answer.status_code == 302 else answer


def confirmed(client: Client, shown: Any, **changes: str) -> Any:
    """Presses “Tạo bộ tiêu chí” on a preview."""
    page = shown.content.decode()
    fields = dict(re.findall(r'<input[^>]*name="(\w+)"[^>]*value="([^"]*)"', page))
    form = {
        "title": fields.get("title", ""),
        "year": fields.get("year", "") or "2026",
        "level": "department",
        "total": fields.get("total", ""),
        "survey": fields.get("survey", ""),
        "appraisal": fields.get("appraisal", ""),
        "place": "1",
    }
    if 'name="is_sample"' in page and "checked" in page.split('name="is_sample"')[1][:120]:
        form["is_sample"] = "on"
    address = shown.request["PATH_INFO"]
    return client.post(address, {**form, **changes})


ROWS = (
    HEADER,
    ("1", "Chỉ đạo, điều hành", 4),
    ("1.1", "Ban hành kế hoạch", 1, "Đạt: 1\nKhông đạt: 0", "Kế hoạch"),
    ("1.2", "Mức độ hoàn thành\nTrên 90%: 3\nTừ 70% đến 90%: 1\nDưới 70%: 0", 3),
    ("2", "Cải cách thể chế", Decimal("95.55")),
    ("2.1", "Chất lượng tham mưu", Decimal("95.55"), "Theo đánh giá chung của Hội đồng"),
)


@pytest.fixture(params=["xlsx", "docx"])
def table_file(request: pytest.FixtureRequest, tmp_path: Path) -> SimpleUploadedFile:
    path = tmp_path / f"quyết định.{request.param}"
    (save_xlsx if request.param == "xlsx" else save_docx)(path, *ROWS)
    return SimpleUploadedFile(path.name, path.read_bytes())


def test_nothing_is_saved_before_every_line_was_shown(office: Client, table_file: SimpleUploadedFile) -> None:
    shown = uploaded(office, table_file)
    text = text_of(shown)
    assert shown.status_code == 200
    for words in ("1.2 Mức độ hoàn thành 3", "Từ 70%", "chưa hiểu", "99,55", "chênh lệch −0,45"):
        assert words in text
    assert not CriteriaSet.objects.exists()
    assert not Batch.objects.exists()
    answer = confirmed(office, shown, title="Bộ tiêu chí theo quyết định")
    made = CriteriaSet.objects.get()
    assert answer["Location"] == f"/criteria/{made.pk}/"
    batch = Batch.objects.get()
    assert (batch.outcome, batch.accepted_rows, len(batch.sha256)) == ("ACCEPTED", 5, 64)
    after = text_of(office.get(answer["Location"]))
    assert "các mục con cộng lại 99,55" in after
    assert "Chưa có quy tắc tính điểm" in after


def test_decomposed_letters_become_the_one_spelling(office: Client, tmp_path: Path) -> None:
    rows = [tuple(unicodedata.normalize("NFD", c) if isinstance(c, str) else c for c in row) for row in ROWS]
    path = save_xlsx(tmp_path / "nfd.xlsx", *rows)
    confirmed(office, uploaded(office, SimpleUploadedFile("nfd.xlsx", path.read_bytes())), title="Huế")
    assert Criterion.objects.get(code="1").title == "Chỉ đạo, điều hành"


def _bad_yaml(_path: Path) -> bytes:
    return b"set: x\nfields: [&a 1]"


def _latin(_path: Path) -> bytes:
    return "set: Bộ tiêu chí\n".encode("utf-16")


def _no_columns(path: Path) -> bytes:
    return save_xlsx(path / "a.xlsx", ("Họ tên", "Lương"), ("An", 5)).read_bytes()


def _bomb(path: Path) -> bytes:
    target = BytesIO(_no_columns(path))
    with zipfile.ZipFile(target, "a") as bomb:
        bomb.writestr("xl/more.xml", b"0" * 100_000_000, zipfile.ZIP_DEFLATED)
    return target.getvalue()


BAD_FILES: list[tuple[str, Callable[[Path], bytes], str]] = [
    ("a.yaml", _bad_yaml, "neo"),
    ("a.yaml", _latin, "không phải văn bản UTF-8"),
    ("a.xlsx", _no_columns, "cột"),
    ("a.xlsx", _bomb, "nén quá chặt"),
    ("a.docx", lambda path: b"%PDF-1.7 ...", "PDF"),
    ("a.exe", lambda path: b"MZ", "không nhận loại tệp"),
    ("a.xlsx", lambda path: b"", "0 byte"),
]


@pytest.mark.parametrize(("name", "make", "words"), BAD_FILES, ids=[f"{n}-{w}" for n, _m, w in BAD_FILES])
def test_a_bad_file_is_refused_with_its_reason_and_changes_nothing(
    office: Client, draft: CriteriaSet, tmp_path: Path, name: str, make: Callable[[Path], bytes], words: str
) -> None:
    before = (CriteriaSet.objects.count(), Criterion.objects.count())
    answer = uploaded(office, SimpleUploadedFile(name, make(tmp_path)))
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert (CriteriaSet.objects.count(), Criterion.objects.count()) == before
    assert not Batch.objects.filter(outcome="ACCEPTED").exists()


def test_a_file_is_confirmed_only_by_the_person_who_brought_it(
    office: Client, table_file: SimpleUploadedFile
) -> None:
    answer = office.post("/criteria/import/", {"file": table_file})
    other = browser(factories.actor_as(Role.ROUND_MANAGER, factories.organisation("Sở khác"), "Khác"))
    assert other.get(answer["Location"]).status_code == 404
    assert office.get(answer["Location"][:-2] + "x/").status_code == 404


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
    assert 'name="version" value="2"' in answer.content.decode()


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


def test_htmx_gets_the_editor_back_and_a_refusal_above_it(draft: CriteriaSet, office: Client) -> None:
    address = f"/criteria/{draft.pk}/edit/{line(draft, '2.1.1').pk}/"
    htmx = {"HX-Request": "true"}
    saved = office.post(address, leaf_form(draft), headers=htmx)
    assert saved.status_code == 200
    assert 'name="version" value="2"' in saved.content.decode()
    assert "<html" not in saved.content.decode()
    stale = office.post(address, leaf_form(draft), headers=htmx)
    assert (stale.status_code, stale["HX-Retarget"]) == (409, "#refusal")


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


RULES: list[dict[str, Any]] = [
    {"type": "boolean", "yes": "1", "no": "0.25"},
    {"type": "choice", "options": {"kịp": "1", "chậm, nhưng có": "0.125"}},
    {"type": "checklist", "items": {"a": "0.3", "b": "0.7"}},
    {"type": "count", "per": "0.5", "cap": "2", "count": "sáng kiến"},
    {"type": "step", "num": "a", "den": "b", "steps": [{"gt": "0.905", "points": "1"}, {"points": "0"}]},
    {"type": "step_on_count", "count": "cuộc họp", "steps": [{"eq": "4", "points": "1"}, {"points": "0"}]},
    {"type": "ratio", "num": "a", "den": "b", "excused": "c", "cap_ratio": True},
    {"type": "ratio", "num": "a", "den": "b", "zero_below": "0.8", "open_floor": True},
    {
        "type": "formula",
        "variables": [{"name": "p", "question": "Kế hoạch", "unit": "việc", "whole": True}, {"name": "q"}],
        "branches": [
            {"if": "p = 0", "points": "not_applicable"},
            {"points": "q / p", "zero_division": "not_applicable"},
        ],
        "cap": True,
    },
    {
        "type": "deadline",
        "year": "2026",
        "options": [
            {"until": "1", "points": "1"},
            {"until": "03-31", "points": "0.5", "label": "quý I"},
            {"until": "2026-12-14", "points": "0.25"},
            {"points": "0"},
        ],
        "counts": "document_date",
    },
    {"type": "deduct", "per_violation": "0.5", "floor": "0"},
    {"type": "deduct", "per_violation": {"nhẹ": "0.5", "nặng": "1"}, "floor": "0.5"},
    {"type": "quality_grade", "grades": {"tốt": "100"}, "minor_violation": "50", "deduct_of": "maximum"},
    {"type": "cohort", "direction": "lower_is_better", "value": "số ngày"},
    {"type": "survey", "weights": {"A": "1", "B": "0.6"}, "group": "dân", "blank": "zero"},
    {"type": "survey", "weights": {"A": "1"}, "groups": {"x": "2"}, "combine": "weighted"},
    {"type": "external_pct", "not_surveyed": "not_applicable"},
    {"type": "leadership", "combine": "chair_weight", "chair_weight": "0.5"},
    {"type": "not_applicable", "reason": "chưa thí điểm"},
    {"type": "unstated", "text": "theo hướng dẫn"},
]


@pytest.mark.parametrize("mapping", RULES, ids=[each["type"] for each in RULES])
def test_a_rule_shown_in_its_form_and_sent_back_is_the_same_rule(mapping: dict[str, Any]) -> None:
    full = rule_from_mapping(mapping).as_mapping()
    typed, gaps = rule_of_values(str(full["type"]), values_of_rule(full), year=2026)
    assert not gaps
    assert rule_from_mapping(typed).as_mapping() == full


def test_every_rule_type_that_may_stand_in_a_set_has_its_form() -> None:
    outside_the_points = {"bonus_capped", "penalty_capped"}
    assert {kind.type for kind in RULE_TYPES} - outside_the_points == set(BY_TYPE) - {"unstated"}


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


# ---- the sheet of an agency ----


@pytest.fixture
def small() -> Iterator[SmallRound]:
    made = rounds.opened_round()
    with time_machine.travel(DURING_SELF, tick=False):
        yield made


def sheet_file(client: Client, pk: int, cells: dict[str, object]) -> SimpleUploadedFile:
    answer = client.get(f"/assessments/{pk}/sheet.xlsx")
    assert "phieu-tu-cham-so-y-te.xlsx" in answer["Content-Disposition"]
    book = openpyxl.load_workbook(BytesIO(answer.content))
    for address, value in cells.items():
        book[SHEET_NAME][address].value = value
    target = BytesIO()
    book.save(target)
    return SimpleUploadedFile("phiếu.xlsx", target.getvalue())


def test_a_sheet_goes_out_comes_back_and_is_saved_after_a_look(small: SmallRound) -> None:
    pk, client = small.sheet().pk, browser(small.focal)
    file = sheet_file(client, pk, {"F8": "Có", "G9": 40, "H9": 50})
    sent = client.post(f"/assessments/{pk}/upload/", {"file": file})
    assert not Score.objects.exists()
    text = text_of(client.get(sent["Location"]))
    assert "1.1.2 Tỷ lệ hoàn thành để trống" in text
    assert "40 / 50 2,40 / 3" in text
    saved = client.post(sent["Location"])
    assert saved["Location"] == f"/assessments/{pk}/"
    assert Score.objects.count() == 2
    assert "Tệp không thay đổi gì" in text_of(client.get(sent["Location"]))


def test_both_versions_are_offered_where_the_system_was_faster(small: SmallRound) -> None:
    pk, client = small.sheet().pk, browser(small.focal)
    file = sheet_file(client, pk, {"G9": 40, "H9": 50})
    save_self_score(
        assessment_id=pk,
        code="1.1.2",
        entry=Entry(rounds.ratio(30, 50)),
        expected_version=0,
        by=small.head,
        at=DURING_SELF,
    )
    sent = client.post(f"/assessments/{pk}/upload/", {"file": file})["Location"]
    page = client.get(sent).content.decode()
    assert "Bùi Văn Trưởng" in page
    assert 'name="version_1.1.2" value="1"' in page
    client.post(sent, {"keep_1.1.2": "system", "version_1.1.2": "1"})
    assert Score.objects.get().answer["numerator"] == "30"
    stale = client.post(sent, {"keep_1.1.2": "file", "version_1.1.2": "0"})
    assert stale.status_code == 409
    client.post(sent, {"keep_1.1.2": "file", "version_1.1.2": "1"})
    assert Score.objects.get().answer["numerator"] == "40"


def test_a_bad_sheet_names_its_cells_and_changes_nothing(small: SmallRound) -> None:
    pk, client = small.sheet().pk, browser(small.focal)
    file = sheet_file(client, pk, {"F8": "Có lẽ", "G9": "=1+1", "H9": 50})
    answer = client.post(f"/assessments/{pk}/upload/", {"file": file})
    assert answer.status_code == 422
    text = text_of(answer)
    assert "ô F8" in text
    assert "ô G9" in text
    assert not Score.objects.exists()
    assert Batch.objects.get().outcome == "REFUSED"


def test_strangers_do_not_find_a_sheet_and_overseers_cannot_upload(small: SmallRound) -> None:
    pk = small.sheet().pk
    stranger = browser(factories.actor_as(Role.FOCAL_OFFICER, small.justice))
    for page in ("sheet.xlsx", "upload/"):
        assert stranger.get(f"/assessments/{pk}/{page}").status_code == 404
        assert Client().get(f"/assessments/{pk}/{page}").status_code == 302
    manager = browser(small.manager)
    assert manager.get(f"/assessments/{pk}/sheet.xlsx").status_code == 200
    assert "Chỉ người của đơn vị" in text_of(manager.get(f"/assessments/{pk}/upload/"))
    file = SimpleUploadedFile("a.xlsx", b"PK")
    assert manager.post(f"/assessments/{pk}/upload/", {"file": file}).status_code == 422


def test_the_upload_of_one_unit_is_not_confirmed_for_another(small: SmallRound) -> None:
    pk, client = small.sheet().pk, browser(small.focal)
    sent = client.post(f"/assessments/{pk}/upload/", {"file": sheet_file(client, pk, {"F8": "Có"})})[
        "Location"
    ]
    other = small.sheet(small.justice).pk
    both = factories.person("Người của hai sở")
    factories.give(both, Role.FOCAL_OFFICER, small.justice)
    factories.give(both, Role.FOCAL_OFFICER, small.health)
    second = browser(factories.actor(both))
    assert second.get(sent).status_code == 404
    assert second.get(sent.replace(f"/{pk}/", f"/{other}/", 1)).status_code == 404

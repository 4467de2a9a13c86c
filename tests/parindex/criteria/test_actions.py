"""Criteria sets: brought in, edited, issued, taken back, copied; what is refused changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from openpar.base.accounts.models import Role
from openpar.base.accounts.queries import Actor
from openpar.base.audit.models import Entry as Trace
from openpar.parindex.criteria.actions import (
    CriteriaRefused,
    Issuing,
    Line,
    SetHead,
    StaleSet,
    add_criterion,
    bring_in,
    change_criterion,
    change_settings,
    copy_set,
    issue_set,
    move_criterion,
    problems_of,
    remove_criterion,
    retire_set,
    take_back,
)
from openpar.parindex.criteria.compare import compare_sets
from openpar.parindex.criteria.models import CriteriaSet, Criterion, SetStage
from openpar.parindex.criteria.queries import loaded_set
from openpar.parindex.criteria.table import set_table
from tests import factories
from tests.parindex import rounds
from tests.parindex.rounds import BEFORE, SMALL_SET

pytestmark = pytest.mark.django_db

ISSUING = Issuing("02/QĐ-UBND", date(2026, 10, 2), "UBND tỉnh")


@pytest.fixture
def manager() -> Actor:
    return factories.actor_as(Role.ROUND_MANAGER, factories.organisation("Sở Nội vụ"), "Trần Thị Quản")


@pytest.fixture
def draft(manager: Actor) -> CriteriaSet:
    return bring_in(mapping=SMALL_SET, title="", is_sample=True, by=manager, at=BEFORE)


def line(draft: CriteriaSet, code: str) -> Criterion:
    return Criterion.objects.get(set=draft, code=code)


def codes(draft: CriteriaSet) -> list[str]:
    return list(Criterion.objects.filter(set=draft).order_by("position").values_list("code", flat=True))


def version(draft: CriteriaSet) -> int:
    return CriteriaSet.objects.get(pk=draft.pk).version


YES_NO = {"type": "boolean", "yes": "1"}


def change(draft: CriteriaSet, code: str, stated: Line, by: Actor) -> Criterion:
    return change_criterion(
        set_id=draft.pk,
        criterion_id=line(draft, code).pk,
        line=stated,
        expected_version=line(draft, code).version,
        by=by,
        at=BEFORE,
    )


# ---- bringing in ----


def test_a_set_comes_in_with_its_tree_rules_and_settings(draft: CriteriaSet) -> None:
    assert codes(draft) == ["1", "1.1", "1.1.1", "1.1.2", "2", "2.1", "2.1.1", "2.1.2", "2.2", "2.2.1"]
    assert problems_of(draft.pk, draft.version) == ()
    # Lists are stored as lists: PostgreSQL would shuffle the keys of a mapping.
    assert line(draft, "2.1.1").rule["steps"][0] == {"gt": "0.9", "points": "2"}
    assert loaded_set(draft.pk, draft.version).engine.settings.bonus_max == Decimal(1)


def test_options_keep_their_order_whatever_the_database_does_with_keys(manager: Actor) -> None:
    options = {"trong tháng 1": "1", "sau đó": "0.5", "bỏ": "0"}
    leaf = {"code": "1.1", "title": "A", "max": "1", "rule": {"type": "choice", "options": options}}
    mapping = {"set": "x", "year": "2026", "total": "1", "fields": [_field("1", leaf)]}
    made = bring_in(mapping=mapping, title="", is_sample=False, by=manager, at=BEFORE)
    assert [row["label"] for row in line(made, "1.1").rule["options"]] == list(options)


def test_wrong_sums_come_in_and_are_shown_but_do_not_pass(manager: Actor) -> None:
    mapping = {**SMALL_SET, "total": "100", "survey_points": None, "appraisal_points": None}
    made = bring_in(mapping=mapping, title="", is_sample=True, by=manager, at=BEFORE)
    [problem] = problems_of(made.pk, made.version)
    assert "chênh lệch −90" in problem.what
    with pytest.raises(CriteriaRefused) as refused:
        issue_set(set_id=made.pk, issuing=ISSUING, by=manager, at=BEFORE)
    assert factories.codes_of(refused.value) == ["sum"]
    issued = issue_set(
        set_id=made.pk, issuing=ISSUING, accepted_differences="In sai, theo 12/CV", by=manager, at=BEFORE
    )
    assert issued.stage == SetStage.ISSUED
    assert Trace.objects.get(verb="criteria.moved").reason == "In sai, theo 12/CV"


def _field(code: str, *below: Mapping[str, Any]) -> dict[str, Any]:
    return {"code": code, "title": f"Lĩnh vực {code}", "criteria": list(below)}


def _leaf(code: str, title: str = "Có kế hoạch") -> dict[str, Any]:
    return {"code": code, "title": title, "max": "1", "rule": YES_NO}


BAD_SETS: list[tuple[list[dict[str, Any]], set[str]]] = [
    ([_field("1", _leaf("1.1"), _leaf("1.1"))], {"code"}),
    ([_field("1", _leaf("1.1", "x" * 501))], {"title_too_long"}),
    ([_field("1", {**_leaf("1.1"), "rule": {"type": "gì đó"}})], {"unreadable"}),
    ([_field("1", {**_leaf("1.1"), "max": "nhiều"})], {"unreadable"}),
    (
        [_field("1", {"code": "1.1", "title": "a", "sub": [{"code": "1.1.1", "title": "b", "sub": [
            {"code": "1.1.1.1", "title": "c", "sub": [{"code": "1.1.1.1.1", "title": "d", "sub": [
                _leaf("1.1.1.1.1.1")]}]}]}]})],
        {"too_deep"},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "reasons"), BAD_SETS)
def test_what_cannot_be_kept_is_refused_and_nothing_is_stored(
    manager: Actor, fields: list[dict[str, Any]], reasons: set[str]
) -> None:
    mapping = {"set": "x", "year": "2026", "total": "1", "fields": fields}
    with pytest.raises(CriteriaRefused) as refused:
        bring_in(mapping=mapping, title="", is_sample=False, by=manager, at=BEFORE)
    assert reasons <= set(factories.codes_of(refused.value))
    assert not CriteriaSet.objects.exists()
    assert not Criterion.objects.exists()


def test_only_the_round_manager_works_on_sets(draft: CriteriaSet) -> None:
    head = factories.actor_as(Role.AGENCY_HEAD, factories.organisation("Sở Y tế"))
    with pytest.raises(CriteriaRefused) as refused:
        bring_in(mapping=SMALL_SET, title="", is_sample=True, by=head, at=BEFORE)
    assert factories.codes_of(refused.value) == ["not_manager"]
    with pytest.raises(CriteriaRefused):
        remove_criterion(
            set_id=draft.pk,
            criterion_id=line(draft, "1").pk,
            expected_version=draft.version,
            by=head,
            at=BEFORE,
        )
    assert len(codes(draft)) == 10


# ---- editing ----


def test_a_line_is_added_below_its_parent_in_its_place(draft: CriteriaSet, manager: Actor) -> None:
    added = add_criterion(
        set_id=draft.pk,
        parent_id=line(draft, "1.1").pk,
        line=Line("1.1.3", "Báo cáo", Decimal(1), YES_NO, evidence_wanted="Báo cáo"),
        expected_version=draft.version,
        by=manager,
        at=BEFORE,
    )
    assert codes(draft)[:6] == ["1", "1.1", "1.1.1", "1.1.2", "1.1.3", "2"]
    assert (added.depth, added.field_code) == (3, "1")
    assert version(draft) == draft.version + 1
    kinds = [problem.where for problem in problems_of(draft.pk, version(draft))]
    assert kinds == ["1.1", ""]
    assert Trace.objects.get(verb="criterion.added").object == f"criterion:{added.pk}"


def test_an_empty_heading_is_kept_and_shown_as_a_problem(draft: CriteriaSet, manager: Actor) -> None:
    add_criterion(
        set_id=draft.pk,
        parent_id=None,
        line=Line("3", "Tổ chức bộ máy"),
        expected_version=draft.version,
        by=manager,
        at=BEFORE,
    )
    table = set_table(CriteriaSet.objects.get(pk=draft.pk))
    assert [row.is_leaf for row in table.rows if row.code == "3"] == [False]
    assert [problem.where for problem in table.problems] == ["3"]


def test_changing_a_code_changes_the_codes_below(draft: CriteriaSet, manager: Actor) -> None:
    change(draft, "2", Line("5", "Thủ tục hành chính", Decimal(6)), manager)
    assert codes(draft)[4:] == ["5", "5.1", "5.1.1", "5.1.2", "5.2", "5.2.1"]
    assert line(draft, "5.1.1").field_code == "5"
    assert problems_of(draft.pk, version(draft)) == ()


def test_moving_exchanges_places_and_codes_of_neighbours(draft: CriteriaSet, manager: Actor) -> None:
    move_criterion(
        set_id=draft.pk,
        criterion_id=line(draft, "2").pk,
        up=True,
        expected_version=draft.version,
        by=manager,
        at=BEFORE,
    )
    assert codes(draft) == ["1", "1.1", "1.1.1", "1.1.2", "1.2", "1.2.1", "2", "2.1", "2.1.1", "2.1.2"]
    assert line(draft, "1").title == "Thủ tục hành chính"
    assert line(draft, "2.1.1").field_code == "2"
    assert problems_of(draft.pk, version(draft)) == ()
    with pytest.raises(CriteriaRefused) as refused:
        move_criterion(
            set_id=draft.pk,
            criterion_id=line(draft, "1").pk,
            up=True,
            expected_version=version(draft),
            by=manager,
            at=BEFORE,
        )
    assert factories.codes_of(refused.value) == ["at_the_edge"]


def test_removing_a_heading_takes_everything_below(draft: CriteriaSet, manager: Actor) -> None:
    gone = remove_criterion(
        set_id=draft.pk,
        criterion_id=line(draft, "2.1").pk,
        expected_version=draft.version,
        by=manager,
        at=BEFORE,
    )
    assert gone == 3
    assert codes(draft) == ["1", "1.1", "1.1.1", "1.1.2", "2", "2.2", "2.2.1"]
    told = Trace.objects.get(verb="criterion.removed").before
    assert told is not None
    assert [each["code"] for each in told["lines"]] == ["2.1", "2.1.1", "2.1.2"]


BAD_LINES = [
    ("1.1.1", Line("1.1.2", "Trùng", Decimal(1), YES_NO), "code_taken"),
    ("1.1.1", Line("", "", Decimal(1), YES_NO), "no_code"),
    ("1.1.1", Line("1.1.1", "Âm", Decimal(-1), YES_NO), "negative"),
    ("1.1.1", Line("1.1.1", "Không điểm", None, YES_NO), "no_maximum"),
    ("1.1.1", Line("1.1.1", "Quy tắc lạ", Decimal(1), {"type": "boolean"}), "rule"),
    ("1.1", Line("1.1", "Có dòng con", Decimal(1), YES_NO), "has_children"),
    ("2", Line("1.1", "Đổi mã trùng", Decimal(1)), "code_taken"),
]


@pytest.mark.parametrize(("code", "stated", "reason"), BAD_LINES)
def test_a_line_that_cannot_be_is_refused_and_the_set_stays(
    draft: CriteriaSet, manager: Actor, code: str, stated: Line, reason: str
) -> None:
    before = list(Criterion.objects.filter(set=draft).order_by("pk").values())
    with pytest.raises(CriteriaRefused) as refused:
        change(draft, code, stated, manager)
    assert reason in factories.codes_of(refused.value)
    assert list(Criterion.objects.filter(set=draft).order_by("pk").values()) == before
    assert version(draft) == draft.version


def test_a_stale_change_is_refused(draft: CriteriaSet, manager: Actor) -> None:
    change(draft, "1.1.1", Line("1.1.1", "Một", Decimal(1), YES_NO), manager)
    with pytest.raises(StaleSet):
        change_criterion(
            set_id=draft.pk,
            criterion_id=line(draft, "1.1.1").pk,
            line=Line("1.1.1", "Hai", Decimal(1), YES_NO),
            expected_version=1,
            by=manager,
            at=BEFORE,
        )
    assert line(draft, "1.1.1").title == "Một"


def test_settings_are_read_by_the_engine_before_they_are_kept(draft: CriteriaSet, manager: Actor) -> None:
    head = SetHead("Bộ 2027", "department", 2027, is_sample=True, declared_total=Decimal(10))
    change_settings(
        set_id=draft.pk,
        head=head,
        settings={"ties": "dense", "bands": [{"name": "Đạt", "ge": "50"}, {"name": "Chưa", "lt": "50"}]},
        expected_version=draft.version,
        by=manager,
        at=BEFORE,
    )
    found = loaded_set(draft.pk, version(draft)).engine
    assert (found.year, found.settings.ties, len(found.settings.bands)) == (2027, "dense", 2)
    with pytest.raises(CriteriaRefused) as refused:
        change_settings(
            set_id=draft.pk,
            head=head,
            settings={"ties": "sideways", "na_policy": "mystery"},
            expected_version=version(draft),
            by=manager,
            at=BEFORE,
        )
    assert len(refused.value.gaps) == 2
    assert loaded_set(draft.pk, version(draft)).engine.settings.ties == "dense"


# ---- its life ----


def test_an_issued_set_is_not_edited_until_it_is_taken_back(draft: CriteriaSet, manager: Actor) -> None:
    issue_set(set_id=draft.pk, issuing=ISSUING, by=manager, at=BEFORE)
    stated = Line("1.1.1", "Khác", Decimal(1), YES_NO)
    with pytest.raises(CriteriaRefused) as refused:
        change(draft, "1.1.1", stated, manager)
    assert factories.codes_of(refused.value) == ["not_draft"]
    take_back(set_id=draft.pk, reason="Sửa tên", by=manager, at=BEFORE)
    change(draft, "1.1.1", stated, manager)
    assert loaded_set(draft.pk, version(draft)).titles["1.1.1"] == "Khác"


def test_a_set_in_use_is_frozen_and_can_only_be_retired(opened: rounds.SmallRound) -> None:
    pk = opened.criteria_set.pk
    with pytest.raises(CriteriaRefused) as refused:
        take_back(set_id=pk, reason="Sửa", by=opened.manager, at=BEFORE)
    assert factories.codes_of(refused.value) == ["not_next"]
    retire_set(set_id=pk, reason="Thay bằng bộ 2027", by=opened.manager, at=BEFORE)
    assert CriteriaSet.objects.get(pk=pk).stage == SetStage.RETIRED


def test_steps_of_the_life_need_a_reason_and_a_decision(draft: CriteriaSet, manager: Actor) -> None:
    with pytest.raises(CriteriaRefused) as refused:
        issue_set(set_id=draft.pk, issuing=Issuing(" ", date(2026, 1, 1), ""), by=manager, at=BEFORE)
    assert factories.codes_of(refused.value) == ["no_number", "no_issuer"]
    with pytest.raises(CriteriaRefused) as refused:
        retire_set(set_id=draft.pk, reason=" ", by=manager, at=BEFORE)
    assert factories.codes_of(refused.value) == ["no_reason"]


def test_a_copy_moves_days_without_a_year_and_remembers_its_origin(manager: Actor) -> None:
    rule = {
        "type": "deadline",
        "options": [{"until": "1", "points": "1"}, {"until": "2026-03-31", "points": "0.5"}, {"points": "0"}],
    }
    mapping = {
        "set": "x",
        "year": "2026",
        "total": "1",
        "fields": [_field("1", {**_leaf("1.1"), "rule": rule})],
    }
    source = bring_in(mapping=mapping, title="", is_sample=False, by=manager, at=BEFORE)
    copy = copy_set(set_id=source.pk, year=2027, title="", replaces=True, by=manager, at=BEFORE)
    assert line(copy, "1.1").rule["year"] == "2027"
    assert line(copy, "1.1").same_as == line(source, "1.1")
    assert (copy.replaces, copy.copied_from, copy.stage) == (source, source, SetStage.DRAFT)


def test_sets_are_compared_by_identity_first_and_by_code_for_the_rest(
    draft: CriteriaSet, manager: Actor
) -> None:
    between = copy_set(set_id=draft.pk, year=2027, title="", by=manager, at=BEFORE)
    copy = copy_set(set_id=between.pk, year=2028, title="", by=manager, at=BEFORE)
    change(copy, "2", Line("4", "Thủ tục hành chính", Decimal(6)), manager)
    change(copy, "1.1.1", Line("1.1.1", "Ban hành kế hoạch năm", Decimal(2), {**YES_NO, "yes": "2"}), manager)
    remove_criterion(
        set_id=copy.pk,
        criterion_id=line(copy, "4.1.2").pk,
        expected_version=version(copy),
        by=manager,
        at=BEFORE,
    )
    add_criterion(
        set_id=copy.pk,
        parent_id=line(copy, "4.1").pk,
        line=Line("4.1.2", "Trả kết quả", Decimal(1), YES_NO),
        expected_version=version(copy),
        by=manager,
        at=BEFORE,
    )
    found = compare_sets(draft, CriteriaSet.objects.get(pk=copy.pk))
    assert [row.code for row in found.added] == ["4.1.2"]
    assert [row.code for row in found.removed] == ["2.1.2"]
    changes = {pair.after.code: {change.aspect for change in pair.changes} for pair in found.changed}
    assert changes["1.1.1"] == {"title", "maximum", "scale", "evidence"}
    assert changes["4.1.1"] == {"code"}
    assert found.same == 3

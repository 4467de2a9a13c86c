"""One line of a draft: what stands beside its rule, and its own version when several people edit."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from openpar.base.accounts.models import Role
from openpar.base.accounts.queries import Actor
from openpar.base.audit.models import Entry as Trace
from openpar.engine.criteria import set_to_mapping
from openpar.parindex.criteria.actions import (
    Line,
    SetHead,
    StaleLine,
    StaleSet,
    add_criterion,
    bring_in,
    change_criterion,
    change_settings,
    copy_set,
    move_criterion,
)
from openpar.parindex.criteria.compare import compare_sets
from openpar.parindex.criteria.models import CriteriaSet, Criterion
from openpar.parindex.criteria.queries import loaded_set
from openpar.parindex.criteria.table import set_table
from openpar.parindex.criteria.yaml_files import criteria_set_as_yaml, mapping_of
from tests import factories
from tests.parindex.rounds import BEFORE, SMALL_SET

pytestmark = pytest.mark.django_db

BESIDE = {
    "owner": "Văn phòng UBND tỉnh\nSở Nội vụ",
    "article": "khoản 2 Điều 7 Nghị quyết 76/NQ-CP",
    "note": "Tính đến 31/12",
}
YES_NO = {"type": "boolean", "yes": "1"}


@pytest.fixture
def manager() -> Actor:
    return factories.actor_as(Role.ROUND_MANAGER, factories.organisation("Sở Nội vụ"), "Trần Thị Quản")


def with_beside() -> dict[str, Any]:
    mapping = deepcopy(dict(SMALL_SET))
    mapping["fields"][0]["criteria"][0]["sub"][0].update(BESIDE)
    return mapping


@pytest.fixture
def draft(manager: Actor) -> CriteriaSet:
    return bring_in(mapping=with_beside(), title="", is_sample=True, by=manager, at=BEFORE)


def row(criteria_set: CriteriaSet, code: str) -> Criterion:
    return Criterion.objects.get(set=criteria_set, code=code)


def stated(title: str, code: str = "1.1.1", **changes: Any) -> Line:
    owner, article, note = BESIDE.values()
    line = Line(code, title, Decimal(1), YES_NO, evidence_wanted="Kế hoạch")
    return replace(line, **{"owner": owner, "article": article, "note": note, **changes})


def save(found: Criterion, line: Line, by: Actor) -> Criterion:
    """Saves a line over the version in which `found` was read."""
    return change_criterion(
        set_id=found.set_id,
        criterion_id=found.pk,
        line=line,
        expected_version=found.version,
        by=by,
        at=BEFORE,
    )


# ---- what stands beside the rule ----


def test_what_stands_beside_the_rule_of_a_leaf_is_kept_from_file_to_file(draft: CriteriaSet) -> None:
    found = row(draft, "1.1.1")
    assert {key: getattr(found, key) for key in BESIDE} == BESIDE
    leaf = loaded_set(draft.pk, draft.version).leaves["1.1.1"]
    assert (leaf.owner, leaf.article, leaf.note) == (*BESIDE.values(),)
    written = criteria_set_as_yaml(set_table(draft).tree)
    [again] = [
        leaf
        for leaf in mapping_of(written.encode())["fields"][0]["criteria"][0]["sub"]
        if leaf["code"] == "1.1.1"
    ]
    assert {key: again.get(key) for key in BESIDE} == BESIDE


def test_a_file_written_from_a_stored_set_brings_in_the_same_set(draft: CriteriaSet, manager: Actor) -> None:
    written = criteria_set_as_yaml(set_table(draft).tree)
    again = bring_in(mapping=mapping_of(written.encode()), title="", is_sample=True, by=manager, at=BEFORE)
    fields = without(set_to_mapping(set_table(again).tree))
    assert fields == without(set_to_mapping(set_table(draft).tree))


def without(mapping: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in mapping.items() if key not in ("set", "title")}


def test_a_change_beside_the_rule_is_traced_and_told_between_versions(
    draft: CriteriaSet, manager: Actor
) -> None:
    copy = copy_set(set_id=draft.pk, year=2026, title="", by=manager, at=BEFORE)
    save(row(copy, "1.1.1"), stated("Ban hành kế hoạch", owner="Sở Nội vụ", note=""), manager)
    before = Trace.objects.get(verb="criterion.changed").before
    assert before is not None
    assert before["owner"] == BESIDE["owner"]
    [pair] = compare_sets(draft, CriteriaSet.objects.get(pk=copy.pk)).changed
    assert [(change.aspect, change.after) for change in pair.changes] == [
        ("owner", "Sở Nội vụ"),
        ("note", ""),
    ]


# ---- two people at work ----


def test_two_people_save_different_lines_and_neither_is_refused(draft: CriteriaSet, manager: Actor) -> None:
    mine, theirs = row(draft, "1.1.1"), row(draft, "2.1.2")
    deduct = {"type": "deduct", "per_violation": "0.5", "floor": "0"}
    save(theirs, Line("2.1.2", "Không có vi phạm nào", Decimal(1), deduct), manager)
    save(mine, stated("Kế hoạch năm"), manager)
    assert (row(draft, "1.1.1").title, row(draft, "2.1.2").title) == ("Kế hoạch năm", "Không có vi phạm nào")
    assert CriteriaSet.objects.get(pk=draft.pk).version == draft.version + 2


def test_the_second_save_of_the_same_line_is_refused(draft: CriteriaSet, manager: Actor) -> None:
    mine = row(draft, "1.1.1")
    save(row(draft, "1.1.1"), stated("Của người kia"), manager)
    with pytest.raises(StaleLine) as refused:
        save(mine, stated("Của tôi"), manager)
    assert factories.codes_of(refused.value) == ["stale"]
    assert row(draft, "1.1.1").title == "Của người kia"


def test_a_form_opened_before_its_line_was_moved_is_refused(draft: CriteriaSet, manager: Actor) -> None:
    mine, untouched = row(draft, "2.1.1"), row(draft, "1.1.1")
    move_criterion(
        set_id=draft.pk,
        criterion_id=row(draft, "2.1").pk,
        up=False,
        expected_version=draft.version,
        by=manager,
        at=BEFORE,
    )
    with pytest.raises(StaleLine):
        save(mine, stated("Vẫn mã cũ", code="2.1.1"), manager)
    save(untouched, stated("Mã không đổi"), manager)


def test_a_new_code_of_a_heading_refuses_forms_of_the_lines_below(draft: CriteriaSet, manager: Actor) -> None:
    mine = row(draft, "2.1.1")
    save(row(draft, "2"), Line("5", "Thủ tục hành chính", Decimal(6)), manager)
    with pytest.raises(StaleLine):
        save(mine, stated("Vẫn mã cũ", code="2.1.1"), manager)


def test_a_new_title_of_a_heading_leaves_the_lines_below_alone(draft: CriteriaSet, manager: Actor) -> None:
    mine = row(draft, "1.1.1")
    save(row(draft, "1"), Line("1", "Chỉ đạo, điều hành CCHC", Decimal(4)), manager)
    assert save(mine, stated("Kế hoạch năm"), manager).title == "Kế hoạch năm"


def test_what_changes_the_tree_asks_for_the_version_of_the_set(draft: CriteriaSet, manager: Actor) -> None:
    save(row(draft, "1.1.1"), stated("Kế hoạch năm"), manager)
    with pytest.raises(StaleSet):
        add_criterion(
            set_id=draft.pk,
            parent_id=None,
            line=Line("3", "Tổ chức bộ máy"),
            expected_version=draft.version,
            by=manager,
            at=BEFORE,
        )


def test_days_moved_to_another_year_refuse_a_form_that_shows_the_old_ones(manager: Actor) -> None:
    rule = {"type": "deadline", "options": [{"until": "1", "points": "1"}, {"points": "0"}]}
    leaf = {"code": "1.1", "title": "Báo cáo", "max": "1", "rule": rule}
    fields = [{"code": "1", "title": "Lĩnh vực", "criteria": [leaf]}]
    mapping = {"set": "x", "year": "2026", "total": "1", "fields": fields}
    draft = bring_in(mapping=mapping, title="", is_sample=False, by=manager, at=BEFORE)
    mine = row(draft, "1.1")
    change_settings(
        set_id=draft.pk,
        head=SetHead("x", "", 2027, is_sample=False, declared_total=Decimal(1)),
        settings={},
        expected_version=draft.version,
        by=manager,
        at=BEFORE,
    )
    with pytest.raises(StaleLine):
        save(mine, Line("1.1", "Báo cáo năm", Decimal(1), {**rule, "year": "2026"}), manager)


def test_a_copy_begins_with_the_first_version_of_every_line(draft: CriteriaSet, manager: Actor) -> None:
    save(row(draft, "1.1.1"), stated("Kế hoạch năm"), manager)
    copy = copy_set(set_id=draft.pk, year=2027, title="", by=manager, at=BEFORE)
    assert set(Criterion.objects.filter(set=copy).values_list("version", flat=True)) == {1}

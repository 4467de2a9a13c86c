"""Changing the lines of a draft: add, change, remove, move. Every change counts the version of the set up.

What one line says has a version of its own, so that people at different lines do not stand in each other's
way; what changes the tree asks for the version of the set.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from openpar.base.accounts.queries import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.engine.errors import InvalidSet
from openpar.engine.rules import rule_from_mapping
from openpar.parindex.criteria.actions.bringing_in import MOST_DEPTH, as_text, gaps_of_texts
from openpar.parindex.criteria.actions.shared import (
    CriteriaRefused,
    StaleLine,
    count_up,
    refuse_unreadable,
    rows_of,
    take_draft,
    trace,
)
from openpar.parindex.criteria.models import CriteriaSet, Criterion, ScoredBy


@dataclass(frozen=True)
class Line:
    """What a person states of one line; `rule` None: a heading with lines below it.

    `most_points` None is possible for headings only: nothing is printed there.
    """

    code: str
    title: str
    most_points: Decimal | None = None
    rule: Mapping[str, Any] | None = None
    scored_by: ScoredBy = ScoredBy.SELF
    scale_text: str = ""
    evidence_wanted: str = ""
    indicator: str = ""
    may_be_not_applicable: bool = False
    not_applicable_note: str = ""
    owner: str = ""
    article: str = ""
    note: str = ""

    @property
    def is_leaf(self) -> bool:
        return self.rule is not None


def add_criterion(
    *, set_id: int, parent_id: int | None, line: Line, expected_version: int, by: Actor, at: datetime
) -> Criterion:
    """A new line, the last below its parent (None: a new field). Raises CriteriaRefused with all gaps."""
    with write_transaction():
        criteria_set = take_draft(set_id, expected_version, by)
        rows = rows_of(criteria_set)
        parent = None if parent_id is None else _row(rows, parent_id)
        gaps = [*_gaps_of_line(line, rows, own=None)]
        if parent is not None and parent.is_leaf:
            gaps.append(
                Gap(
                    parent.code,
                    _("là tiêu chí thành phần có quy tắc, không thêm dòng con được."),
                    _("Đổi dòng này thành mục có dòng con trước."),
                    code="parent_is_leaf",
                )
            )
        if parent is not None and parent.depth >= MOST_DEPTH:
            gaps.append(Gap(parent.code, _("đã ở cấp thứ 5, cấp sâu nhất."), code="too_deep"))
        if gaps:
            raise CriteriaRefused(gaps)
        row = Criterion(
            set=criteria_set,
            parent=parent,
            depth=1 if parent is None else parent.depth + 1,
            field_code=line.code if parent is None else parent.field_code,
            position=len(rows) + 1,
        )
        _fill(row, line)
        row.save(force_insert=True)
        _renumber_positions(criteria_set)
        _changed(criteria_set, row, "criterion.added", by=by, at=at, after=told(row))
        return row


def change_criterion(
    *, set_id: int, criterion_id: int, line: Line, expected_version: int, by: Actor, at: datetime
) -> Criterion:
    """What one line says. With its code, the codes below it change too (1.2 → 1.3: 1.2.1 → 1.3.1).

    `expected_version` is that of the line, whatever happened to others. Raises StaleLine when the line was
    changed since, CriteriaRefused with all gaps.
    """
    with write_transaction():
        criteria_set = take_draft(set_id, None, by)
        rows = rows_of(criteria_set)
        row = _row(rows, criterion_id)
        _refuse_stale(row, expected_version)
        gaps = [*_gaps_of_line(line, rows, own=row)]
        below = _below(row, rows)
        if line.is_leaf and below:
            gaps.append(
                Gap(
                    row.code,
                    _("có %d dòng con nên không có quy tắc tính điểm riêng.") % len(below),
                    _("Xóa hoặc chuyển các dòng con trước."),
                    code="has_children",
                )
            )
        if gaps:
            raise CriteriaRefused(gaps)
        before = told(row)
        old_code = row.code
        _fill(row, line)
        row.version += 1
        _recode(row, below, old_code)
        _changed(criteria_set, row, "criterion.changed", by=by, at=at, before=before, after=told(row))
        return row


def remove_criterion(
    *, set_id: int, criterion_id: int, expected_version: int, by: Actor, at: datetime
) -> int:
    """Takes a line out with everything below it; returns how many lines went. Raises CriteriaRefused."""
    with write_transaction():
        criteria_set = take_draft(set_id, expected_version, by)
        rows = rows_of(criteria_set)
        row = _row(rows, criterion_id)
        gone = [row, *_below(row, rows)]
        before = {"lines": [told(each) for each in gone]}
        pk = row.pk
        Criterion.objects.filter(pk__in=[each.pk for each in gone]).delete()
        _renumber_positions(criteria_set)
        row.pk = pk
        _changed(criteria_set, row, "criterion.removed", by=by, at=at, before=before)
        return len(gone)


def move_criterion(
    *, set_id: int, criterion_id: int, up: bool, expected_version: int, by: Actor, at: datetime
) -> None:
    """Exchanges a line with its neighbour under the same parent, and their codes, which are their places.

    Raises CriteriaRefused when there is no neighbour on that side.
    """
    with write_transaction():
        criteria_set = take_draft(set_id, expected_version, by)
        rows = rows_of(criteria_set)
        row = _row(rows, criterion_id)
        siblings = [each for each in rows if each.parent_id == row.parent_id]
        at_place = siblings.index(row) + (-1 if up else 1)
        if not 0 <= at_place < len(siblings):
            raise CriteriaRefused(
                Gap(row.code, _("đã ở đầu nhóm.") if up else _("đã ở cuối nhóm."), code="at_the_edge")
            )
        other = siblings[at_place]
        before = {"order": [row.code, other.code]}
        _exchange(row, other, rows)
        _renumber_positions(criteria_set)
        after = {"order": [row.code, other.code]}
        _changed(criteria_set, row, "criterion.moved", by=by, at=at, before=before, after=after)


def told(row: Criterion) -> dict[str, object]:
    """A line as the trace tells it."""
    found: dict[str, object] = {
        "code": row.code,
        "title": row.title,
        "most_points": None if row.most_points is None else format(row.most_points, "f"),
    }
    if not row.is_leaf:
        return found
    return found | {
        "rule": row.rule,
        "scored_by": str(row.scored_by),
        "scale_text": row.scale_text,
        "evidence_wanted": row.evidence_wanted,
        "may_be_not_applicable": row.may_be_not_applicable,
        "not_applicable_note": row.not_applicable_note,
        "owner": row.owner,
        "article": row.article,
        "note": row.note,
        "indicator": row.indicator,
    }


def _row(rows: Iterable[Criterion], criterion_id: int) -> Criterion:
    for row in rows:
        if row.pk == criterion_id:
            return row
    raise CriteriaRefused(
        Gap("", _("dòng này không còn trong bộ tiêu chí."), _("Tải lại trang rồi sửa tiếp."), code="gone")
    )


def _refuse_stale(row: Criterion, expected_version: int) -> None:
    if row.version != expected_version:
        gap = Gap(
            row.code,
            _("người khác vừa sửa dòng này."),
            _("Xem hai bản cạnh nhau rồi chọn một."),
            code="stale",
        )
        raise StaleLine(gap)


def _below(row: Criterion, rows: Iterable[Criterion]) -> list[Criterion]:
    """Everything under a line, in the order of the table."""
    family = {row.pk}
    found = []
    for each in rows:
        if each.parent_id in family:
            family.add(each.pk)
            found.append(each)
    return found


def _gaps_of_line(line: Line, rows: Iterable[Criterion], *, own: Criterion | None) -> Iterable[Gap]:
    yield from gaps_of_texts(line.code.strip(), line.title.strip())
    if any(row.code == line.code.strip() and row != own for row in rows):
        yield Gap(
            line.code, _("mã đã có trong bộ này."), _("Mỗi tiêu chí phải có mã riêng."), code="code_taken"
        )
    if line.most_points is not None and line.most_points < 0:
        yield Gap(line.code, _("điểm tối đa âm."), _("Ghi số không âm."), code="negative")
    if line.rule is None:
        return
    if line.most_points is None:
        yield Gap(line.code, _("chưa có điểm tối đa."), code="no_maximum")
    try:
        rule_from_mapping(line.rule, line.code)
    except InvalidSet as invalid:
        for problem in invalid.problems:
            yield Gap(problem.where, problem.what, problem.remedy, code="rule")


def _fill(row: Criterion, line: Line) -> None:
    row.code = line.code.strip()
    row.title = line.title.strip()
    row.most_points = line.most_points
    row.is_leaf = line.is_leaf
    row.rule = as_text(rule_from_mapping(line.rule).as_mapping()) if line.rule is not None else None
    row.scored_by = line.scored_by
    row.scale_text = line.scale_text.strip()
    row.evidence_wanted = line.evidence_wanted.strip()
    row.indicator = line.indicator.strip()[:60]
    row.may_be_not_applicable = line.may_be_not_applicable
    row.not_applicable_note = line.not_applicable_note.strip()[:300] if line.may_be_not_applicable else ""
    row.owner, row.article, row.note = line.owner.strip(), line.article.strip(), line.note.strip()


def _recode(row: Criterion, below: list[Criterion], old_code: str) -> None:
    """Saves a line with its new code, and gives the lines below it the codes that follow from it."""
    moved = [row]
    for each in below:
        if row.code != old_code and each.code.startswith(f"{old_code}."):
            each.code = row.code + each.code[len(old_code) :]
            each.version += 1
        if row.depth == 1:
            each.field_code = row.code
        moved.append(each)
    if row.depth == 1:
        row.field_code = row.code
    row.save()
    taken = set(
        Criterion.objects.filter(set_id=row.set_id)
        .exclude(pk__in=[each.pk for each in moved])
        .values_list("code", flat=True)
    )
    clashes = sorted(taken & {each.code for each in moved})
    if clashes:
        raise CriteriaRefused(
            Gap(code, _("mã đã có trong bộ này, không đổi theo mã mục cha được."), code="code_taken")
            for code in clashes
        )
    # First out of each other's way: the database holds every code once at every moment.
    for each in below:
        Criterion.objects.filter(pk=each.pk).update(code=f"~{each.pk}")
    for each in below:
        each.save()


def _exchange(row: Criterion, other: Criterion, rows: list[Criterion]) -> None:
    """Two neighbours exchange their places and codes, with everything below them."""
    row.code, other.code = other.code, row.code
    row.position, other.position = other.position, row.position
    families = []
    for each, old_code in ((row, other.code), (other, row.code)):
        below = _below(each, rows)
        for child in below:
            if child.code.startswith(f"{old_code}."):
                child.code = each.code + child.code[len(old_code) :]
        for member in (each, *below):
            if each.depth == 1:
                member.field_code = each.code
            # A form opened before still shows the old code: saved now, it would take it from its new owner.
            member.version += 1
            families.append(member)
    for member in families:
        Criterion.objects.filter(pk=member.pk).update(code=f"~{member.pk}")
    for member in families:
        member.save()


def _renumber_positions(criteria_set: CriteriaSet) -> None:
    """Parents before children, children in the order of their places."""
    rows = rows_of(criteria_set)
    children: dict[int | None, list[Criterion]] = {}
    for row in rows:
        children.setdefault(row.parent_id, []).append(row)
    ordered: list[Criterion] = []

    def walk(parent_id: int | None) -> None:
        for row in children.get(parent_id, ()):
            ordered.append(row)
            walk(row.pk)

    walk(None)
    changed = []
    for position, row in enumerate(ordered, start=1):
        if row.position != position:
            row.position = position
            changed.append(row)
    Criterion.objects.bulk_update(changed, ["position"])


def _changed(
    criteria_set: CriteriaSet,
    row: Criterion,
    verb: str,
    *,
    by: Actor,
    at: datetime,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> None:
    """What every edit ends with: the set must still be readable, its version goes up, a trace is left."""
    refuse_unreadable(criteria_set)
    count_up(criteria_set)
    trace(
        criteria_set,
        verb,
        by=by,
        at=at,
        before=before,
        after=after,
        object=f"criterion:{row.pk}",
        label=f"{row.code} {row.title} · {criteria_set.title}",
    )

"""Two people saved the same line: what is stored and what was typed, beside each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from openpar.base.audit.models import Entry
from openpar.common.formats import format_maximum
from openpar.engine.errors import InvalidSet
from openpar.engine.rules import rule_from_mapping
from openpar.parindex.criteria.actions import Line
from openpar.parindex.criteria.models import CriteriaSet, Criterion, ScoredBy
from openpar.parindex.criteria.table import scale_lines


@dataclass(frozen=True)
class Difference:
    """One aspect of the line in both versions."""

    aspect: str
    stored: str
    typed: str


@dataclass(frozen=True)
class Conflict:
    """Both versions of a line; `version` is what a save over the stored one has to name."""

    code: str
    differences: tuple[Difference, ...]
    saved_by: str
    saved_at: datetime | None
    version: int
    keep_link: str
    action: str


def conflict_of(criteria_set: CriteriaSet, row: Criterion, line: Line) -> Conflict:
    """What differs between the stored line and the one that was typed, and who saved last."""
    stored, typed = _words(line_of_row(row)), _words(line)
    address = reverse("criteria-line", args=[criteria_set.pk, row.pk])
    last = Entry.objects.filter(object=f"criterion:{row.pk}").order_by("-at", "-pk").first()
    return Conflict(
        code=row.code,
        differences=tuple(
            Difference(aspect, text or "—", typed[aspect] or "—")
            for aspect, text in stored.items()
            if text != typed[aspect]
        ),
        saved_by=last.actor_name if last else "",
        saved_at=last.at if last else None,
        version=row.version,
        keep_link=address,
        action=address,
    )


def line_of_row(row: Criterion) -> Line:
    """A stored line as a person would state it."""
    return Line(
        code=row.code,
        title=row.title,
        most_points=row.most_points,
        rule=row.rule if row.is_leaf else None,
        scored_by=ScoredBy(row.scored_by),
        scale_text=row.scale_text,
        evidence_wanted=row.evidence_wanted,
        indicator=row.indicator,
        may_be_not_applicable=row.may_be_not_applicable,
        not_applicable_note=row.not_applicable_note,
        owner=row.owner,
        article=row.article,
        note=row.note,
    )


def _words(line: Line) -> dict[str, str]:
    not_applicable = ""
    if line.may_be_not_applicable:
        not_applicable = line.not_applicable_note or _("có thể không áp dụng")
    return {
        _("Mã"): line.code,
        _("Tên"): line.title,
        _("Điểm tối đa"): "" if line.most_points is None else format_maximum(line.most_points),
        _("Cách tính điểm"): _rule_words(line.rule, line.most_points),
        _("Người chấm"): str(line.scored_by.label) if line.is_leaf else "",
        _("Tài liệu kiểm chứng"): line.evidence_wanted,
        _("Lời trong quyết định"): line.scale_text,
        _("Đơn vị chủ trì theo dõi"): line.owner,
        _("Căn cứ, điều khoản"): line.article,
        _("Ghi chú"): line.note,
        _("Không áp dụng"): not_applicable,
        _("Chỉ tiêu số liệu tự động"): line.indicator,
    }


def _rule_words(rule: Mapping[str, Any] | None, maximum: Decimal | None) -> str:
    if rule is None:
        return _("Mục có dòng con, không chấm trực tiếp")
    try:
        return "\n".join(scale_lines(rule_from_mapping(rule), maximum or Decimal(0)))
    except InvalidSet as invalid:
        return "\n".join(str(problem) for problem in invalid.problems)

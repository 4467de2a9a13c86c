"""Criteria sets: brought in, edited as draft, issued by decision, pinned by rounds, copied to next year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from openpar.base.accounts.queries import Actor
from openpar.base.audit.actions import record
from openpar.common.db import write_transaction
from openpar.common.errors import Gap, Refused
from openpar.engine import criteria as engine
from openpar.engine.errors import InvalidSet, SetProblem
from openpar.parindex.criteria.models import CriteriaSet, Criterion, ScoredBy, SetStage
from openpar.parindex.criteria.permissions import may_edit_criteria
from openpar.parindex.criteria.queries import loaded_set
from openpar.parindex.criteria.stages import MAY_FOLLOW


class CriteriaRefused(Refused):
    """A set cannot be brought in, changed or issued; every reason is listed."""


def _refuse_unless_editor(by: Actor) -> None:
    if not may_edit_criteria(by):
        raise CriteriaRefused(Gap("", _("chỉ cơ quan quản lý kỳ soạn bộ tiêu chí."), code="not_manager"))


def _take_draft(set_id: int, expected_version: int | None, by: Actor) -> CriteriaSet:
    criteria_set = CriteriaSet.objects.select_for_update().get(pk=set_id)
    _refuse_unless_editor(by)
    if criteria_set.stage != SetStage.DRAFT:
        raise CriteriaRefused(
            Gap(
                "",
                _("bộ tiêu chí đã ban hành, không sửa được."),
                _("Sao chép thành bộ mới để điều chỉnh."),
                code="not_draft",
            )
        )
    if expected_version is not None and criteria_set.version != expected_version:
        raise CriteriaRefused(
            Gap("", _("người khác vừa sửa bộ tiêu chí này."), _("Tải lại trang rồi sửa tiếp."), code="stale")
        )
    return criteria_set


def _trace(
    criteria_set: CriteriaSet,
    verb: str,
    *,
    by: Actor,
    at: datetime,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    reason: str = "",
) -> None:
    about = f"criteria_set:{criteria_set.pk}"
    record(
        by=by,
        at=at,
        verb=verb,
        object=about,
        about=about,
        label=criteria_set.title,
        before=before,
        after=after,
        reason=reason,
    )


SETTING_KEYS = (
    *("na_policy", "na_scope", "rounding", "ties", "tie_breakers", "rank_on"),
    *("bands", "bands_by_block", "bonus_penalty"),
)


def bring_in(
    *,
    mapping: Mapping[str, Any],
    title: str,
    is_sample: bool,
    replaces_id: int | None = None,
    by: Actor,
    at: datetime,
) -> CriteriaSet:
    """A new draft from a mapping in the layout of the .yaml files (whatever file it was read from).

    A set whose sums are wrong comes in as a draft and shows its problems; one that cannot be read raises
    CriteriaRefused with all of them.
    """
    with write_transaction():
        _refuse_unless_editor(by)
        try:
            tree = engine.set_from_mapping(mapping)
        except InvalidSet as invalid:
            raise CriteriaRefused(
                Gap(problem.where, problem.what, problem.remedy, code="unreadable")
                for problem in invalid.problems
            ) from invalid
        duplicates = [problem for problem in engine.check(tree) if problem.kind == "CODE"]
        if duplicates:
            raise CriteriaRefused(
                Gap(problem.where, problem.what, problem.remedy, code="code") for problem in duplicates
            )
        criteria_set = CriteriaSet.objects.create(
            title=title.strip() or tree.title or tree.name,
            level=tree.level or "",
            year=tree.year or at.year,
            is_sample=is_sample,
            declared_total=tree.declared_total if tree.declared_total is not None else Decimal(100),
            declared_survey=tree.declared_survey,
            declared_appraisal=tree.declared_appraisal,
            settings={key: mapping[key] for key in SETTING_KEYS if mapping.get(key) is not None},
            replaces_id=replaces_id,
        )
        _write_tree(criteria_set, mapping["fields"])
        _trace(criteria_set, "criteria.brought_in", by=by, at=at, after={"title": criteria_set.title})
        return criteria_set


@dataclass
class _Place:
    """Where the writing of a tree stands."""

    position: int = 0


def _write_tree(criteria_set: CriteriaSet, fields: list[Mapping[str, Any]]) -> None:
    place = _Place()
    for field in fields:
        _write_node(criteria_set, field, None, 1, str(field["code"]), place)


def _write_node(
    criteria_set: CriteriaSet,
    node: Mapping[str, Any],
    parent: Criterion | None,
    depth: int,
    field_code: str,
    place: _Place,
) -> None:
    children = node.get("criteria") or node.get("sub") or []
    rule = node.get("rule")
    place.position += 1
    na = str(node.get("na") or "").strip()
    allowed = na.lower() not in {"", "no", "false", "none", "null"}
    most = node.get("max")
    row = Criterion.objects.create(
        set=criteria_set,
        parent=parent,
        code=str(node["code"]),
        title=str(node["title"]),
        position=place.position,
        depth=depth,
        field_code=field_code,
        most_points=None if most is None else Decimal(str(most)),
        is_leaf=rule is not None,
        rule=_as_text(rule) if rule is not None else None,
        scale_text=str(node.get("scale_text") or ""),
        scored_by=_SCORED_BY.get(str(node.get("by") or ""), ScoredBy.SELF),
        evidence_wanted=str(node.get("evidence") or ""),
        indicator=str(node.get("auto") or ""),
        may_be_not_applicable=allowed,
        not_applicable_note=na[:300] if allowed and na.lower() not in {"yes", "true"} else "",
    )
    for child in children:
        _write_node(criteria_set, child, row, depth + 1, field_code, place)


_SCORED_BY = {
    "self+appraisal": ScoredBy.SELF,
    "self": ScoredBy.SELF,
    "survey": ScoredBy.SURVEY,
    "external": ScoredBy.EXTERNAL,
    "leadership": ScoredBy.LEADERSHIP,
    "appraiser": ScoredBy.APPRAISER,
}


def _as_text(value: Any) -> Any:
    """A rule as JSON with its decimals as text: a JSON number would come back as a float."""
    if isinstance(value, Mapping):
        return {str(key): _as_text(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_as_text(item) for item in value]
    if isinstance(value, Decimal):
        return format(value, "f")
    return value


def problems_of(set_id: int, version: int) -> tuple[SetProblem, ...]:
    """Everything `check` finds in a stored set."""
    return engine.check(loaded_set(set_id, version).engine)


@dataclass(frozen=True)
class Issuing:
    """The decision that issues a set."""

    number: str
    signed_on: date
    issuer: str


def issue_set(
    *, set_id: int, issuing: Issuing, accepted_differences: str = "", by: Actor, at: datetime
) -> CriteriaSet:
    """Issues a checked draft under its decision.

    Differences between printed sums may be accepted by a named person with a reason (real tables are
    printed so); a rule that cannot work may not. Raises CriteriaRefused with everything that is wrong.
    """
    with write_transaction():
        criteria_set = _take_draft(set_id, None, by)
        gaps = []
        if not issuing.number.strip():
            gaps.append(Gap(_("Số quyết định"), _("chưa nhập."), code="no_number"))
        if not issuing.issuer.strip():
            gaps.append(Gap(_("Cơ quan ban hành"), _("chưa nhập."), code="no_issuer"))
        for problem in problems_of(criteria_set.pk, criteria_set.version):
            acceptable = problem.kind in {"SUM", "COUNT"}
            if acceptable and accepted_differences.strip():
                continue
            remedy = problem.remedy
            if acceptable:
                remedy = f"{remedy} {_('Hoặc nêu lý do chấp nhận chênh lệch.')}".strip()
            gaps.append(Gap(problem.where, problem.what, remedy, code=problem.kind.lower()))
        if gaps:
            raise CriteriaRefused(gaps)
        criteria_set.number = issuing.number.strip()
        criteria_set.signed_on = issuing.signed_on
        criteria_set.issuer = issuing.issuer.strip()
        _move(criteria_set, SetStage.ISSUED, by=by, at=at, reason=accepted_differences)
        return criteria_set


def _move(criteria_set: CriteriaSet, to: SetStage, *, by: Actor, at: datetime, reason: str = "") -> None:
    before = SetStage(criteria_set.stage)
    if to not in MAY_FOLLOW[before]:
        raise CriteriaRefused(
            Gap(
                criteria_set.title,
                _("không chuyển được từ “%(before)s” sang “%(to)s”.")
                % {"before": before.label, "to": to.label},
                code="not_next",
            )
        )
    criteria_set.stage = to
    criteria_set.save()
    _trace(
        criteria_set,
        "criteria.moved",
        by=by,
        at=at,
        before={"stage": before},
        after={"stage": to, "number": criteria_set.number},
        reason=reason,
    )


def put_in_use(criteria_set: CriteriaSet, *, by: Actor, at: datetime) -> None:
    """Freezes a set because a round opens with it; called by the action that opens the round."""
    if criteria_set.stage != SetStage.IN_USE:
        _move(criteria_set, SetStage.IN_USE, by=by, at=at)


def take_back(*, set_id: int, reason: str, by: Actor, at: datetime) -> None:
    """An issued set that no round has opened with becomes a draft again. Raises CriteriaRefused."""
    with write_transaction():
        criteria_set = CriteriaSet.objects.select_for_update().get(pk=set_id)
        _refuse_unless_editor(by)
        if not reason.strip():
            raise CriteriaRefused(Gap("", _("Nêu lý do thu hồi về bản soạn."), code="no_reason"))
        _move(criteria_set, SetStage.DRAFT, by=by, at=at, reason=reason)


def retire_set(*, set_id: int, reason: str, by: Actor, at: datetime) -> None:
    """Takes a set out of force; rounds that used it keep it. Raises CriteriaRefused."""
    with write_transaction():
        criteria_set = CriteriaSet.objects.select_for_update().get(pk=set_id)
        _refuse_unless_editor(by)
        _move(criteria_set, SetStage.RETIRED, by=by, at=at, reason=reason)


def copy_set(*, set_id: int, year: int, title: str, by: Actor, at: datetime) -> CriteriaSet:
    """A new draft with the same tree; each criterion knows which one it continues. Raises CriteriaRefused."""
    with write_transaction():
        _refuse_unless_editor(by)
        source = CriteriaSet.objects.get(pk=set_id)
        rows = list(Criterion.objects.filter(set=source).order_by("position"))
        copy = CriteriaSet.objects.create(
            title=title.strip() or source.title,
            level=source.level,
            year=year,
            is_sample=source.is_sample,
            copied_from=source,
            declared_total=source.declared_total,
            declared_survey=source.declared_survey,
            declared_appraisal=source.declared_appraisal,
            settings=source.settings,
        )
        made: dict[int, Criterion] = {}
        for row in rows:
            old_id, old_parent = row.pk, row.parent_id
            row.pk = None
            row._state.adding = True
            row.set = copy
            row.same_as_id = old_id
            row.parent = made[old_parent] if old_parent is not None else None
            row.save(force_insert=True)
            made[old_id] = row
        _trace(copy, "criteria.copied", by=by, at=at, after={"from": source.pk, "year": year})
        return copy

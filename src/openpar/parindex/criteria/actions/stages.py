"""The life of a set: issued by a decision, put in use by a round, taken back, taken out of force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from openpar.base.accounts.queries import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.engine import criteria as engine
from openpar.engine.errors import SetProblem
from openpar.parindex.criteria.actions.shared import CriteriaRefused, locked_set, take_draft, trace
from openpar.parindex.criteria.models import CriteriaSet, SetStage
from openpar.parindex.criteria.queries import loaded_set
from openpar.parindex.criteria.stages import MAY_FOLLOW

# A named person may accept these with a reason: real tables are printed so (parindex.md 2.3).
ACCEPTABLE = frozenset({"SUM", "COUNT"})


def problems_of(set_id: int, version: int) -> tuple[SetProblem, ...]:
    """Everything `check` finds in a stored set."""
    return engine.check(loaded_set(set_id, version).engine)


@dataclass(frozen=True)
class Issuing:
    """The decision that issues a set."""

    number: str
    signed_on: date
    issuer: str


def issuing_gaps(problems: tuple[SetProblem, ...], *, accepted_differences: str) -> list[Gap]:
    """Why a draft cannot be issued as it is; sums that differ need a reason, the rest has to be repaired."""
    gaps = []
    for problem in problems:
        acceptable = problem.kind in ACCEPTABLE
        if acceptable and accepted_differences.strip():
            continue
        remedy = problem.remedy
        if acceptable:
            remedy = (remedy + " " + _("Hoặc nêu lý do chấp nhận chênh lệch.")).strip()
        gaps.append(Gap(problem.where, problem.what, remedy, code=problem.kind.lower()))
    return gaps


def issue_set(
    *, set_id: int, issuing: Issuing, accepted_differences: str = "", by: Actor, at: datetime
) -> CriteriaSet:
    """Issues a checked draft under its decision.

    Differences between printed sums may be accepted by a named person with a reason (real tables are
    printed so); a rule that cannot work may not. Raises CriteriaRefused with everything that is wrong.
    """
    with write_transaction():
        criteria_set = take_draft(set_id, None, by)
        gaps = []
        if not issuing.number.strip():
            gaps.append(Gap(_("Số quyết định"), _("chưa nhập."), code="no_number"))
        if not issuing.issuer.strip():
            gaps.append(Gap(_("Cơ quan ban hành"), _("chưa nhập."), code="no_issuer"))
        problems = problems_of(criteria_set.pk, criteria_set.version)
        gaps += issuing_gaps(problems, accepted_differences=accepted_differences)
        if gaps:
            raise CriteriaRefused(gaps)
        criteria_set.number = issuing.number.strip()
        criteria_set.signed_on = issuing.signed_on
        criteria_set.issuer = issuing.issuer.strip()
        _move(criteria_set, SetStage.ISSUED, by=by, at=at, reason=accepted_differences)
        return criteria_set


def stage_gap(criteria_set: CriteriaSet, to: SetStage) -> Gap | None:
    """Why the set cannot go to this stage; None if it can."""
    before = SetStage(criteria_set.stage)
    if to in MAY_FOLLOW[before]:
        return None
    return Gap(
        criteria_set.title,
        _("không chuyển được từ “%(before)s” sang “%(to)s”.") % {"before": before.label, "to": to.label},
        code="not_next",
    )


def _move(criteria_set: CriteriaSet, to: SetStage, *, by: Actor, at: datetime, reason: str = "") -> None:
    gap = stage_gap(criteria_set, to)
    if gap is not None:
        raise CriteriaRefused(gap)
    before = SetStage(criteria_set.stage)
    criteria_set.stage = to
    criteria_set.save()
    trace(
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
        criteria_set = locked_set(set_id, by)
        if not reason.strip():
            raise CriteriaRefused(Gap("", _("Nêu lý do thu hồi về bản soạn."), code="no_reason"))
        _move(criteria_set, SetStage.DRAFT, by=by, at=at, reason=reason)


def retire_set(*, set_id: int, reason: str, by: Actor, at: datetime) -> None:
    """Takes a set out of force; rounds that used it keep it. Raises CriteriaRefused."""
    with write_transaction():
        criteria_set = locked_set(set_id, by)
        if not reason.strip():
            raise CriteriaRefused(Gap("", _("Nêu lý do hết hiệu lực."), code="no_reason"))
        _move(criteria_set, SetStage.RETIRED, by=by, at=at, reason=reason)

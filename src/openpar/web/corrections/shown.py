"""A correction made ready for drawing."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from openpar.base.accounts.queries import Actor
from openpar.common.errors import Gap
from openpar.common.formats import format_decimal
from openpar.parindex.assessments.actions.corrections import why_not_decided_by
from openpar.parindex.assessments.models import Correction
from openpar.parindex.assessments.permissions import may_see_leadership
from openpar.parindex.assessments.queries.corrections import CorrectionLine, Said
from openpar.web.assessments.facts import Facts, facts_of
from openpar.web.jinja import NOTHING

_PILLS = {
    Correction.State.PROPOSED: "waiting",
    Correction.State.CONFIRMED: "done",
    Correction.State.REFUSED: "bad",
    Correction.State.WITHDRAWN: "ended",
}


@dataclass(frozen=True)
class ShownSide:
    """Points before or after, with the figures they come from."""

    points: str
    facts: Facts
    sentence: str


@dataclass(frozen=True)
class ShownCorrection:
    """One correction; `barred` says why the reader does not decide it, `change` is that of the total.

    The totals are empty for an open correction whose reader may not know what the leaders gave.
    """

    row: Correction
    unit_name: str
    code: str
    title: str
    maximum: Decimal
    before: ShownSide
    after: ShownSide
    total_before: str
    total_after: str
    change: Decimal | None
    pill: str
    barred: Gap | None
    is_mine: bool


def shown_correction(line: CorrectionLine, who: Actor) -> ShownCorrection:
    """The correction as `who` reads it."""
    totals = (line.total_before, line.total_after)
    if not may_see_leadership(who, line.sheet.round.stage):
        totals = (None, None)
    known = None if totals[0] is None or totals[1] is None else totals[1] - totals[0]
    return ShownCorrection(
        row=line.row,
        unit_name=line.sheet.unit_name,
        code=line.leaf.code,
        title=line.leaf.title,
        maximum=line.leaf.maximum,
        before=_side(line, line.before),
        after=_side(line, line.after),
        total_before=_points(totals[0]),
        total_after=_points(totals[1]),
        change=known,
        pill=_PILLS[Correction.State(line.row.state)],
        barred=why_not_decided_by(line.row, line.sheet, line.leaf, who) if line.is_open else None,
        is_mine=line.row.proposed_by_id == who.id,
    )


def _side(line: CorrectionLine, said: Said | None) -> ShownSide:
    if said is None:
        return ShownSide(NOTHING, (), "")
    points = _points(said.points)
    if said.points is None:
        points = _("không áp dụng") if said.outcome == "NOT_APPLICABLE" else _("chờ tính theo khối")
    return ShownSide(points, facts_of(line.leaf, said.answer), said.sentence)


def _points(value: Decimal | None) -> str:
    return NOTHING if value is None else format_decimal(value, 2)

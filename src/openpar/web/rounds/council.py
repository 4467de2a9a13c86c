"""The sheet that the council meets over, its conclusion, the decision and the publication."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from openpar.common.errors import Gap, Refused
from openpar.common.formats import format_decimal
from openpar.common.text import sort_key
from openpar.engine.numbers import round_for_show
from openpar.parindex.assessments.actions.publication import (
    Decision,
    conclude_council,
    publication_gaps,
    publish_round,
)
from openpar.parindex.assessments.models import Layer, RoundStage
from openpar.parindex.assessments.permissions import may_chair_council
from openpar.parindex.assessments.results import BlockResults, LineResult, UnitResult, results_of_round
from openpar.parindex.assessments.rules import why_not_alone
from openpar.parindex.criteria.queries import LoadedSet
from openpar.web.account.stamps import recent_factor_gaps, requires_recent_factor
from openpar.web.http import AuthenticatedRequest, form_refused, page, refused, say, today
from openpar.web.jinja import NOTHING
from openpar.web.rounds.forms import CouncilForm, DecisionForm
from openpar.web.rounds.frame import Standpoint, managed, overseen, tabs_of


@dataclass(frozen=True)
class CouncilRow:
    """One unit: `own`, `appraised` and `outside` are the points of those parts as they stand."""

    unit: UnitResult
    own: Decimal | None
    appraised: Decimal | None
    outside: Decimal | None
    # Decided minus self over the leaves that have both: a leaf not appraised yet is no difference.
    difference: Decimal | None

    @property
    def is_provisional(self) -> bool:
        return bool(self.unit.waiting or self.unit.gaps)


@dataclass(frozen=True)
class CouncilBlock:
    """One block with its rows, and how its figures are shown."""

    code: str
    name: str
    criteria: LoadedSet
    rows: tuple[CouncilRow, ...]
    shows_ranks: bool

    def shown(self, value: Decimal | None) -> str:
        """A figure as the set has it printed: digits and rounding are its own."""
        if value is None:
            return NOTHING
        settings = self.criteria.engine.settings
        return format_decimal(round_for_show(value, settings.digits, settings.rounding_mode))

    @property
    def provisional(self) -> int:
        return sum(row.is_provisional for row in self.rows)


def council_blocks(
    blocks: Iterable[BlockResults], *, by_difference: bool, manages: bool
) -> list[CouncilBlock]:
    """The computed results as the council reads them: by rank, or the largest differences first.

    Ranks over provisional totals are for the round manager only (parindex.md 8); others read by name.
    """
    found = []
    for block in blocks:
        rows = [_council_row(unit, block.criteria) for unit in block.units]
        if by_difference:
            rows.sort(key=lambda row: -abs(row.difference) if row.difference is not None else Decimal(1))
        shows_ranks = manages or not any(row.is_provisional for row in rows)
        if not shows_ranks and not by_difference:
            rows.sort(key=lambda row: sort_key(row.unit.name))
        found.append(
            CouncilBlock(block.block_code, block.block_name, block.criteria, tuple(rows), shows_ranks)
        )
    return found


def _council_row(unit: UnitResult, criteria: LoadedSet) -> CouncilRow:
    inside = [line for line in unit.lines if not criteria.leaves[line.code].is_outside]
    outside = [line for line in unit.lines if criteria.leaves[line.code].is_outside]
    own = [line.points[Layer.SELF] for line in inside if Layer.SELF in line.points]
    lost = [None if line.lost is None else -line.lost for line in inside]
    return CouncilRow(unit, _sum(own), _sum(_decided(inside)), _sum(_decided(outside)), _sum(lost))


def _decided(lines: Iterable[LineResult]) -> list[Decimal | None]:
    return [line.decided_points for line in lines]


def _sum(points: Iterable[Decimal | None]) -> Decimal | None:
    """None when not one of them is known: not scored is not 0."""
    known = [value for value in points if value is not None]
    return sum(known, Decimal(0)) if known else None


def _context(
    request: AuthenticatedRequest, here: Standpoint, form: CouncilForm | None = None
) -> dict[str, object]:
    by_difference = request.GET.get("order") == "difference"
    results = results_of_round(here.round.pk)
    in_decision = here.stage == RoundStage.DECISION
    chairs = may_chair_council(here.actor)
    return {
        "here": here,
        "round": here.round,
        "tabs": tabs_of(here, "round-council"),
        "blocks": council_blocks(results, by_difference=by_difference, manages=here.manages),
        "by_difference": by_difference,
        "gaps": publication_gaps(here.round, results) if in_decision else [],
        "in_decision": in_decision,
        "chairs": chairs,
        "form": form or CouncilForm(initial={"met_on": today()}),
        "can_publish": here.manages and in_decision,
        "alone": _why_not_alone(here),
        "concluded": here.round.council_met_on is not None,
        # In the decision the units lead to their leaves, where a correction is proposed.
        "unit_prefix": f"{reverse('appraisal-desk', args=[here.round.pk])}unit/" if in_decision else "",
    }


def _why_not_alone(here: Standpoint) -> Gap | None:
    """Why this person does not publish what they concluded; the same rule as the action's."""
    return why_not_alone(here.round.council_chair_id, here.actor.person_id)


@page("GET")
def sheet(request: AuthenticatedRequest, round_id: int) -> HttpResponse:
    here = overseen(request, round_id)
    return render(request, "rounds/council.html", _context(request, here))


@page("POST")
def conclude(request: AuthenticatedRequest, round_id: int) -> HttpResponse:
    here = overseen(request, round_id)
    form = CouncilForm(request.POST)
    try:
        if not form.is_valid():
            raise form_refused(form)
        conclude_council(
            round_id=round_id,
            met_on=form.cleaned_data["met_on"],
            conclusion=form.cleaned_data["conclusion"],
            by=here.actor,
            at=here.at,
        )
    except Refused as error:
        context = _context(request, here, form)
        return refused(request, error, template="rounds/council.html", context=context)
    say(request, _("Đã ghi kết luận của Hội đồng."))
    return redirect("round-council", round_id)


@page("GET", "POST")
def publish(request: AuthenticatedRequest, round_id: int) -> HttpResponse:
    """The decision is entered, read once more, and only then published."""
    here = managed(request, round_id)
    form = DecisionForm(request.POST or None)
    results = results_of_round(round_id)
    context = {
        "here": here,
        "round": here.round,
        "form": form,
        "gaps": _publishing_gaps(here, results),
        "blocks": council_blocks(results, by_difference=False, manages=True),
        "confirming": False,
    }
    if request.method == "GET":
        # Said before anything is typed; what was typed all the same stays on the page.
        waiting = [*_publishing_gaps(here, results), *recent_factor_gaps(request)]
        return render(request, "rounds/publish.html", context | {"gaps": waiting})
    try:
        if not form.is_valid():
            raise form_refused(form)
        if "edit" in request.POST:
            return render(request, "rounds/publish.html", context)
        requires_recent_factor(request)
        if "confirmed" not in request.POST:
            return render(request, "rounds/publish.html", context | {"confirming": True})
        decision = Decision(**form.cleaned_data)
        publish_round(round_id=round_id, decision=decision, by=here.actor, at=here.at)
    except Refused as error:
        return refused(request, error, template="rounds/publish.html", context=context)
    say(request, _("Đã công bố kết quả. Các đơn vị nhận thông báo."))
    return redirect("round", round_id)


def _publishing_gaps(here: Standpoint, results: tuple[BlockResults, ...]) -> list[Gap]:
    """What stands in the way before a decision is typed; the rest the action says."""
    if here.stage != RoundStage.DECISION:
        return [Gap("", _("Kỳ chưa ở giai đoạn chờ công nhận."), code="other_stage")]
    gaps = publication_gaps(here.round, results)
    alone = _why_not_alone(here)
    if alone is not None:
        gaps.insert(0, alone)
    if here.round.council_met_on is None:
        gaps.append(
            Gap(_("Hội đồng thẩm định"), _("chưa họp, chưa kết luận."), code="no_council", link="../council/")
        )
    return gaps

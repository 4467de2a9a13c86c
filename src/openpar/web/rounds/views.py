"""The list of rounds, a new one, the control room of one, and the steps from phase to phase."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from openpar.common.errors import Refused
from openpar.parindex.assessments.actions.reminders import STAGES as REMINDED_IN
from openpar.parindex.assessments.actions.reminders import remind_units
from openpar.parindex.assessments.actions.reopenings import grant_reopening, refuse_reopening
from openpar.parindex.assessments.actions.rounds import advance_round, create_round, open_round
from openpar.parindex.assessments.models import Reopening, RoundStage, SheetState
from openpar.parindex.assessments.permissions import may_manage_rounds, oversees
from openpar.parindex.assessments.queries.control import (
    BlockLine,
    UnitLine,
    block_lines,
    managed_by,
    next_steps,
    open_reopenings,
    phase_lines,
)
from openpar.parindex.assessments.queries.visibility import visible_rounds
from openpar.web.account.stamps import recent_factor_gaps, requires_recent_factor
from openpar.web.http import (
    AuthenticatedRequest,
    actor,
    form_refused,
    now,
    page,
    refused,
    say,
    today,
)
from openpar.web.rounds.forms import ReopeningForm, RoundForm
from openpar.web.rounds.frame import Standpoint, managed, standpoint, tabs_of
from openpar.web.rounds.moving import consequences

LATE, UNLOCKED, SILENT, NO_EVIDENCE = "late", "unlocked", "silent", "evidence"


@page("GET")
def rounds(request: AuthenticatedRequest) -> HttpResponse:
    who = actor(request)
    found = visible_rounds(request.user.pk, now())
    context = {"rounds": found, "may_create": may_manage_rounds(who), "oversees": oversees(who)}
    return render(request, "rounds/rounds.html", context)


@page("GET", "POST")
def new_round(request: AuthenticatedRequest) -> HttpResponse:
    who, at = actor(request), now()
    if not may_manage_rounds(who):
        raise Http404
    form = RoundForm(
        request.POST or None,
        managers=managed_by(who, today()),
        initial={"year": today().year, "title": _("Chỉ số cải cách hành chính năm %d") % today().year},
    )
    if request.method == "POST":
        try:
            if not form.is_valid():
                raise form_refused(form)
            made = create_round(
                title=form.cleaned_data["title"],
                year=form.cleaned_data["year"],
                assessed_from=form.cleaned_data["assessed_from"],
                assessed_until=form.cleaned_data["assessed_until"],
                manager_id=form.cleaned_data["manager"],
                guide=form.cleaned_data["guide"],
                by=who,
                at=at,
            )
        except Refused as error:
            return refused(request, error, template="rounds/new.html", context={"form": form})
        say(request, _("Đã lập kỳ đánh giá. Tiếp theo: thêm khối, đơn vị, lịch và người thẩm định."))
        return redirect("round-setup", made.pk)
    return render(request, "rounds/new.html", {"form": form})


@page("GET")
def control_room(request: AuthenticatedRequest, round_id: int) -> HttpResponse:
    here = standpoint(request, round_id)
    if not (here.manages or here.oversees):
        # Units and appraisers see the calendar and the guide: messages lead them here.
        context = {"round": here.round, "phases": phase_lines(here.round), "today": today()}
        return render(request, "rounds/calendar.html", context)
    return render(request, "rounds/round.html", control_context(request, here))


def control_context(request: AuthenticatedRequest, here: Standpoint) -> dict[str, object]:
    """Everything the control room shows."""
    phases = phase_lines(here.round)
    closes_at = next((line.closes_at for line in phases if line.stage == RoundStage.SELF_SCORING), None)
    blocks = block_lines(here.round, closes_at, here.at)
    show = request.GET.get("show", "")
    units = [unit for block in blocks for unit in block.units]
    steps = next_steps(here.round, here.at) if here.manages else ()
    reopenings = list(open_reopenings(here.round))
    locked = sum(block.locked for block in blocks)
    return {
        "here": here,
        "round": here.round,
        "tabs": tabs_of(here, "round"),
        "phases": phases,
        "blocks": blocks,
        "shown": {block.round_block_id: _shown(block, show) for block in blocks},
        "filters": _filters(units),
        "show": show,
        "locked": locked,
        "units": len(units),
        "late": sum(block.late for block in blocks),
        "steps": steps,
        "consequences": {
            step.stage: consequences(step, here.at, unlocked=len(units) - locked) for step in steps
        },
        "blocked": [step for step in steps if not (step.is_free or step.needs_reason)],
        "reopenings": reopenings,
        "confirm_gaps": recent_factor_gaps(request) if reopenings and here.manages else [],
        # What a refused form held: the request it answers, the reason, the text of a reminder.
        "answered": None,
        "typed": request.POST,
        "may_remind": here.manages and here.stage in REMINDED_IN,
        "reminder": _reminder_text(here, closes_at),
        "today": today(),
    }


_TESTS: Mapping[str, Callable[[UnitLine], bool]] = {
    LATE: lambda unit: unit.late_days is not None,
    UNLOCKED: lambda unit: unit.state != SheetState.LOCKED,
    SILENT: lambda unit: unit.is_silent,
    NO_EVIDENCE: lambda unit: unit.without_evidence > 0,
}


def _shown(block: BlockLine, show: str) -> list[UnitLine]:
    test = _TESTS.get(show)
    return [unit for unit in block.units if test is None or test(unit)]


def _filters(units: list[UnitLine]) -> list[tuple[str, str, int]]:
    labels = [
        ("", _("Tất cả")),
        (LATE, _("Chậm")),
        (UNLOCKED, _("Chưa chốt")),
        (SILENT, _("Chưa chấm gì")),
        (NO_EVIDENCE, _("Thiếu tài liệu")),
    ]
    return [
        (key, label, sum(_TESTS[key](unit) for unit in units) if key else len(units)) for key, label in labels
    ]


def _reminder_text(here: Standpoint, closes_at: datetime | None) -> str:
    if here.stage == RoundStage.SELF_SCORING:
        return _("Đề nghị hoàn thành tự chấm và chốt phiếu đúng hạn.")
    return _("Đề nghị gửi giải trình đúng hạn.")


def _back(
    request: AuthenticatedRequest, here: Standpoint, error: Refused, *, answered: int | None = None
) -> HttpResponse:
    """The control room as it is, with what stands in the way above it and what was typed where it was."""
    context = control_context(request, here) | {"answered": answered}
    return refused(request, error, template="rounds/round.html", context=context)


@page("POST")
def advance(request: AuthenticatedRequest, round_id: int) -> HttpResponse:
    here = managed(request, round_id)
    wanted = request.POST.get("to", "")
    if wanted not in RoundStage.values:
        raise Http404
    to = RoundStage(wanted)
    reason = request.POST.get("reason", "").strip()
    try:
        if to == RoundStage.SELF_SCORING:
            open_round(round_id=round_id, by=here.actor, at=here.at)
        else:
            advance_round(round_id=round_id, to=to, reason=reason, by=here.actor, at=here.at)
    except Refused as error:
        return _back(request, here, error)
    say(request, _("Kỳ đã chuyển sang giai đoạn “%s”.") % to.label)
    return redirect("round", round_id)


@page("POST")
def remind(request: AuthenticatedRequest, round_id: int) -> HttpResponse:
    here = managed(request, round_id)
    chosen = [int(text) for text in request.POST.getlist("unit") if text.isdecimal()]
    text = request.POST.get("text", "")
    try:
        without = remind_units(round_id=round_id, assessment_ids=chosen, text=text, by=here.actor, at=here.at)
    except Refused as error:
        return _back(request, here, error)
    said = _("Đã gửi nhắc tới %d đơn vị.") % (len(chosen) - len(without))
    if without:
        said += " " + _("Chưa có ai để nhắc ở: %s.") % ", ".join(without)
    say(request, said)
    return redirect("round", round_id)


@page("POST")
def answer_reopening(request: AuthenticatedRequest, round_id: int, reopening_id: int) -> HttpResponse:
    """Grants a request until a moment, or refuses it with a reason."""
    here = managed(request, round_id)
    get_object_or_404(Reopening, pk=reopening_id, assessment__round_block__round_id=round_id)
    try:
        if request.POST.get("answer") == "refuse":
            reason = request.POST.get("reason", "")
            refuse_reopening(reopening_id=reopening_id, reason=reason, by=here.actor, at=here.at)
            say(request, _("Đã trả lời không chấp thuận."))
        else:
            form = ReopeningForm(request.POST, auto_id=f"id_%s-{reopening_id}")
            if not form.is_valid():
                raise form_refused(form)
            requires_recent_factor(request)
            until = form.cleaned_data["open_until"]
            grant_reopening(reopening_id=reopening_id, open_until=until, by=here.actor, at=here.at)
            say(request, _("Đã mở lại phiếu; đến hạn phiếu tự chốt."))
    except Refused as error:
        return _back(request, here, error, answered=reopening_id)
    return redirect("round", round_id)

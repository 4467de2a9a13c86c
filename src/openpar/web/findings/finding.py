"""One finding with its whole story: source → criterion → remedy → task → evidence → closing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from openpar.base.documents.permissions import owners_seen_by
from openpar.base.organisations.roles import Actor
from openpar.common.errors import Gap
from openpar.common.formats import format_date
from openpar.reform.fields import field_name
from openpar.reform.findings.actions.adding import leaf_of
from openpar.reform.findings.actions.closing import closing_gaps
from openpar.reform.findings.actions.extending import deciding_gaps, extension_gaps
from openpar.reform.findings.lateness import was_remedied_in_time
from openpar.reform.findings.models import Cause, Extension, Finding, FindingState, FoundBy, Severity
from openpar.reform.findings.permissions import may_judge, may_remedy
from openpar.reform.findings.queries.story import Leader, Story
from openpar.reform.findings.taxonomy import entry
from openpar.reform.plans.models import Assignment
from openpar.web.components.documents import stored_file_answer
from openpar.web.findings.common import (
    Pill,
    code_choices,
    frame,
    gaps_to_plan,
    gaps_to_report,
    late_pill,
    seen_story,
    side,
    state_pill,
)
from openpar.web.findings.leaf_field import labels_of, leaf_label, leaf_link, offers_of, this_year
from openpar.web.http import AuthenticatedRequest, actor, page, today


@dataclass(frozen=True)
class Doings:
    """What this person may do now, each with what stands in the way (none: it is possible).

    None: it is not for this person at all, and not shown.
    """

    plan: list[Gap] | None
    report: list[Gap] | None
    extension: list[Gap] | None
    judge: list[Gap] | None
    may_classify: bool


@dataclass(frozen=True)
class ExtensionLine:
    """A request for more time, with what keeps this person from deciding (None: not theirs to decide)."""

    found: Extension
    pill: Pill
    gaps: list[Gap] | None


@dataclass(frozen=True)
class TaskLine:
    """The remedy task as the page shows it."""

    link: str
    text: str
    pill: Pill
    due_on: date | None


_EXTENSION_PILLS = {
    Extension.State.ASKED: "waiting",
    Extension.State.GRANTED: "done",
    Extension.State.REFUSED: "bad",
}


@page("GET")
def finding(request: AuthenticatedRequest, finding_id: int) -> HttpResponse:
    story = seen_story(request, finding_id)
    return render(request, "findings/finding.html", page_context(request, story))


@page("GET")
def evidence(request: AuthenticatedRequest, finding_id: int, evidence_id: int) -> HttpResponse:
    """The file of a document that shows something in a step, for everybody who may see the finding."""
    story = seen_story(request, finding_id)
    found = next((one for step in story.steps for one in step.evidence if one.pk == evidence_id), None)
    if found is None:
        raise Http404
    return stored_file_answer(found.document)


def page_context(request: AuthenticatedRequest, story: Story) -> dict[str, object]:
    """Everything the page shows; also when an action on it was refused."""
    who, day, one = side(request), today(), story.finding
    doings = doings_of(one, who)
    running = this_year(who, [one]).get(one.pk, "")
    return {
        **frame(request, "findings"),
        "story": story,
        "finding": one,
        "pill": state_pill(one),
        "late": late_pill(one, day),
        "facts": _facts(story),
        "remedy_facts": _remedy_facts(story),
        "doings": doings,
        "leaf_link": leaf_link(one, running),
        "this_year": running,
        "leaf": leaf_label(leaf_of(one)),
        "typed": {},
        "leaves": labels_of(offers_of(story.unit_now_id)) if doings.may_classify else [],
        "task": _task(story.assignment, one, day),
        "extensions": [_extension_line(row, one, who) for row in story.extensions],
        "earlier": [(row, state_pill(row)) for row in story.earlier],
        "codes": code_choices(one.period_until, one.field),
        "owners": owners_seen_by(actor(request)),
        "is_late_closed": one.state == FindingState.CLOSED and not was_remedied_in_time(one),
    }


def doings_of(one: Finding, who: Actor) -> Doings:
    """What this person may do with the finding, by the same rules as the actions."""
    is_unit, is_finder = may_remedy(who, one), may_judge(who, one)
    is_over = one.state == FindingState.CLOSED
    return Doings(
        plan=gaps_to_plan(one, who) if is_unit and not is_over else None,
        report=gaps_to_report(one, who) if is_unit and not is_over else None,
        extension=extension_gaps(one, who) if is_unit and not is_over else None,
        judge=closing_gaps(one, who) if is_finder and not is_over else None,
        may_classify=is_finder and not is_over,
    )


def _facts(story: Story) -> list[tuple[str, str]]:
    one = story.finding
    known = entry(one.code, one.period_until) if one.code else None
    code = f"{one.code}. {known.name}" if known else one.code
    rows = [
        (_("Lĩnh vực"), field_name(one.field, one.period_until)),
        (_("Mã tồn tại"), code),
        (_("Mức độ"), str(Severity(one.severity).label)),
        (_("Số liệu"), one.metric),
        (
            _("Thời kỳ"),
            _("%(first)s đến hết %(last)s")
            % {"first": format_date(one.period_from), "last": format_date(one.period_until)},
        ),
        (_("Yêu cầu"), one.request),
        (_("Bên phát hiện"), f"{story.finder}, {format_date(one.found_on)}"),
        (_("Bên phát hiện nay là"), story.finder_now),
        (_("Đơn vị nay là"), story.unit_now),
        (_("Lãnh đạo đương nhiệm trong thời kỳ"), "; ".join(map(_leader_words, story.leaders))),
    ]
    return [(label, value) for label, value in rows if value]


def _leader_words(one: Leader) -> str:
    if one.held_until is None:
        return _("%(name)s (từ %(day)s)") % {"name": one.name, "day": format_date(one.held_from)}
    days = f"{format_date(one.held_from)} – {format_date(one.held_until)}"
    return f"{one.name} ({days})"


def _remedy_facts(story: Story) -> list[tuple[str, str]]:
    one = story.finding
    cause = str(Cause(one.cause).label) if one.cause else ""
    rows = [
        (_("Biện pháp"), one.remedy),
        (_("Nguyên nhân"), f"{cause}. {one.cause_text}".strip(". ") if cause else ""),
        (_("Phòng chịu trách nhiệm"), story.division),
        (_("Lãnh đạo chịu trách nhiệm"), one.head.full_name if one.head else ""),
    ]
    return [(label, value) for label, value in rows if value]


def _extension_line(row: Extension, one: Finding, who: Actor) -> ExtensionLine:
    state = Extension.State(row.state)
    is_open = state == Extension.State.ASKED
    gaps = deciding_gaps(one, row, who) if is_open and may_judge(who, one) else None
    return ExtensionLine(row, (_EXTENSION_PILLS[state], str(state.label)), gaps)


def _task(assignment: Assignment | None, one: Finding, day: date) -> TaskLine | None:
    """The task, with a link once its page exists."""
    if one.remedy_task_id is None:
        return None
    if assignment is None:
        return TaskLine("", one.remedy, ("draft", _("trong dự thảo kế hoạch")), one.deadline)
    try:
        link = reverse("task", args=[assignment.pk])
    except NoReverseMatch:
        link = ""
    if assignment.done_on is not None:
        pill: Pill = ("done", _("đã hoàn thành"))
    elif assignment.due_on is not None and assignment.due_on < day:
        pill = ("bad", _("quá hạn"))
    else:
        pill = ("active", _("đang thực hiện"))
    return TaskLine(link, one.remedy, pill, assignment.due_on)


def source_words(one: Finding) -> str:
    """“Kiểm tra: Thông báo kết luận 45/TB-SNV”."""
    label = str(FoundBy(one.found_by).label)
    return f"{label}: {one.source_text}" if one.source_text else label

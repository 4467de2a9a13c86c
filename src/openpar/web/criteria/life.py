"""The life of a set: issue it, take it back, take it out of force, copy it to another year."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from openpar.common.errors import Gap, Refused
from openpar.parindex.criteria.actions import Issuing, copy_set, issue_set, retire_set, take_back
from openpar.parindex.criteria.actions.stages import issuing_gaps, stage_gap
from openpar.parindex.criteria.models import CriteriaSet, SetStage
from openpar.parindex.criteria.table import set_table
from openpar.web.criteria.common import problem_gaps, state_of, the_set_to_edit
from openpar.web.criteria.forms import CopyForm, IssueForm, ReasonForm
from openpar.web.http import AuthenticatedRequest, actor, form_refused, now, page, refused, say

_TEMPLATE = "criteria/step.html"


@page("GET", "POST")
def issue(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Issues a draft under its decision; differing sums need a reason, other defects have to be mended."""
    criteria_set = the_set_to_edit(request, pk)
    table = set_table(criteria_set)
    form = IssueForm(request.POST if request.method == "POST" else None)
    gap = stage_gap(criteria_set, SetStage.ISSUED)
    context = {
        "set": criteria_set,
        "state": state_of(criteria_set),
        "form": form,
        "problems": problem_gaps(table, in_editor=True),
        "must_mend": bool(issuing_gaps(table.problems, accepted_differences="x")),
        "gap": gap,
    }
    if request.method == "GET":
        return render(request, "criteria/issue.html", context)
    try:
        if not form.is_valid():
            raise form_refused(form)
        stated = form.cleaned_data
        issuing = Issuing(stated["number"], stated["signed_on"], stated["issuer"])
        issue_set(
            set_id=pk,
            issuing=issuing,
            accepted_differences=stated["accepted_differences"],
            by=actor(request),
            at=now(),
        )
    except Refused as error:
        return refused(request, error, template="criteria/issue.html", context=context)
    say(request, _("Đã ban hành bộ tiêu chí theo %s.") % issuing.number)
    return redirect("criteria-set", pk)


@page("GET", "POST")
def give_back(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """An issued set that no round has opened with becomes a draft again."""
    return _with_reason(
        request,
        pk,
        to=SetStage.DRAFT,
        title=_("Thu hồi về bản soạn"),
        text=_("Bộ tiêu chí chưa có kỳ nào mở với nó thì thu hồi được để sửa, rồi ban hành lại."),
        action=take_back,
        done=_("Đã thu hồi về bản soạn."),
    )


@page("GET", "POST")
def retire(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Takes a set out of force; the rounds that used it keep it."""
    return _with_reason(
        request,
        pk,
        to=SetStage.RETIRED,
        title=_("Cho hết hiệu lực"),
        text=_("Kỳ mới không chọn được bộ tiêu chí này nữa; các kỳ đã dùng vẫn giữ nguyên."),
        action=retire_set,
        done=_("Bộ tiêu chí đã hết hiệu lực."),
    )


def _with_reason(
    request: AuthenticatedRequest,
    pk: int,
    *,
    to: SetStage,
    title: str,
    text: str,
    action: Callable[..., None],
    done: str,
) -> HttpResponse:
    criteria_set = the_set_to_edit(request, pk)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    context = _context(criteria_set, form, title, text, stage_gap(criteria_set, to))
    if request.method == "GET":
        return render(request, _TEMPLATE, context)
    try:
        if not form.is_valid():
            raise form_refused(form)
        action(set_id=pk, reason=form.cleaned_data["reason"], by=actor(request), at=now())
    except Refused as error:
        return refused(request, error, template=_TEMPLATE, context=context)
    say(request, done)
    return redirect("criteria-set", pk)


@page("GET", "POST")
def copy(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """A new draft with the same tree, for another year or as an amendment."""
    source = the_set_to_edit(request, pk)
    initial = {"title": source.title.replace(str(source.year), str(source.year + 1)), "year": source.year + 1}
    form = CopyForm(request.POST if request.method == "POST" else None, initial=initial)
    text = _(
        "Bộ mới là bản soạn, giữ cây tiêu chí và các thiết lập; "
        "mỗi tiêu chí nhớ tiêu chí gốc để so sánh các năm."
    )
    context = _context(source, form, _("Sao chép bộ tiêu chí"), text, None)
    if request.method == "GET":
        return render(request, _TEMPLATE, context)
    try:
        if not form.is_valid():
            raise form_refused(form)
        made = copy_set(
            set_id=pk,
            year=form.cleaned_data["year"],
            title=form.cleaned_data["title"],
            replaces=form.cleaned_data["replaces"],
            by=actor(request),
            at=now(),
        )
    except Refused as error:
        return refused(request, error, template=_TEMPLATE, context=context)
    say(request, _("Đã sao chép; đây là bản soạn mới."))
    return redirect("criteria-set", made.pk)


def _context(
    criteria_set: CriteriaSet, form: ReasonForm | CopyForm, title: str, text: str, gap: Gap | None
) -> dict[str, object]:
    return {
        "set": criteria_set,
        "state": state_of(criteria_set),
        "form": form,
        "title": title,
        "text": text,
        "gap": gap,
    }

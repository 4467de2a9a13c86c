"""Changes of the register: fill in, read in one sentence what will follow, then record it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from openpar.base.accounts.models import RoleHeld
from openpar.base.accounts.queries import Actor
from openpar.base.organisations.models import OrganisationVersion
from openpar.base.organisations.permissions import may_manage_organisations
from openpar.base.organisations.queries import organisations_as_of
from openpar.common.db import taken_back
from openpar.common.errors import Refused
from openpar.common.formats import format_date
from openpar.web.http import AuthenticatedRequest, form_refused, now, only, page, refused, say, today
from openpar.web.organisations.forms import ChangeForm, name_of
from openpar.web.organisations.joining import FIRST_ROWS, OF_NONE, OF_ONE
from openpar.web.people.forms import choice_of

_MORE_ROWS = 3
_MOST_ROWS = 30
_TEMPLATE = "organisations/change.html"


def registrar(request: AuthenticatedRequest) -> Actor:
    """Who may change the register; 404 for everybody else."""
    return only(request, may_manage_organisations)


@page("GET", "POST")
def found(request: AuthenticatedRequest) -> HttpResponse:
    return _change(request, "found", None)


@page("GET", "POST")
def merge(request: AuthenticatedRequest) -> HttpResponse:
    return _change(request, "merge", None)


@page("GET", "POST")
def change(request: AuthenticatedRequest, pk: int, change: str) -> HttpResponse:
    versions = OrganisationVersion.objects.select_related("organisation", "block").filter(organisation_id=pk)
    subject = versions.order_by("valid_from").last()
    if subject is None or change not in OF_ONE:
        raise Http404
    return _change(request, change, subject)


def _change(request: AuthenticatedRequest, word: str, subject: OrganisationVersion | None) -> HttpResponse:
    """GET: the form. POST by its `step`: preview, confirm; more rows or back to the form, nothing lost."""
    who, at = registrar(request), now()
    form_class = (OF_ONE if subject else OF_NONE)[word]
    rows = _rows(request, word)
    step = request.POST.get("step", "preview") if request.method == "POST" else "begin"
    if step in {"begin", "more", "edit"}:
        initial = form_class.prefilled(subject) if step == "begin" else request.POST.dict()
        form = form_class(initial=initial, subject=subject, rows=rows)
        return render(request, _TEMPLATE, _context(form))
    form = form_class(request.POST, subject=subject, rows=rows)
    try:
        if not form.is_valid():
            raise form_refused(form)
        if step == "confirm":
            sentence = form.sentence()  # with the names as they were before
            seen = form.carry_out(by=who, at=at)
            say(request, _("Đã ghi: %s") % sentence)
            return redirect(f"{reverse('organisation', args=[seen])}?on={form.day}")
        _would_work(form, by=who, at=at)
    except Refused as error:
        return refused(request, error, template=_TEMPLATE, context=_context(form))
    return render(request, "organisations/change_preview.html", _preview(request, form))


def _rows(request: AuthenticatedRequest, word: str) -> int:
    """How many rows the form has: as many as it had, and more of them when that was asked for."""
    first = FIRST_ROWS.get(word, 0)
    text = request.POST.get("rows", "")
    rows = min(int(text), _MOST_ROWS) if text.isascii() and text.isdecimal() and len(text) < 4 else first
    more = _MORE_ROWS if first and request.POST.get("step") == "more" else 0
    return min(max(rows, first) + more, _MOST_ROWS) if first else 0


def _would_work(form: ChangeForm, *, by: Actor, at: datetime) -> None:
    """Carries the change out and takes it back: the preview asks the very rules of the action."""
    with taken_back():
        form.carry_out(by=by, at=at)


def _context(form: ChangeForm) -> dict[str, object]:
    uses_list = any("list" in field.widget.attrs for field in form.fields.values())
    choices = [choice_of(version) for version in organisations_as_of(today())] if uses_list else []
    first = [name for name in ("on", "legal_basis") if name in form.fields]
    numbered: dict[str, list[str]] = {}
    for name in form.fields:
        number = name.rpartition("_")[2]
        if number.isdecimal():
            numbered.setdefault(number, []).append(name)
    rest = [name for name in form.fields if not name.rpartition("_")[2].isdecimal() and name not in first]
    return {
        "form": form,
        "subject": form.subject,
        "first": first,
        "numbered": list(numbered.values()),
        "rest": rest,
        "choices": choices,
        "can_grow": bool(numbered) and form.rows < _MOST_ROWS,
    }


def _preview(request: AuthenticatedRequest, form: ChangeForm) -> dict[str, object]:
    typed = [(name, value) for name, value in request.POST.items() if name in form.fields]
    return {
        "form": form,
        "subject": form.subject,
        "sentence": form.sentence(),
        "follows": _follows(form.ending(), form.cleaned_data["on"]),
        "typed": typed,
    }


def _follows(ending: list[int], on: date) -> list[str]:
    """What else the reader must know: last days, and people who lose the place of their role."""
    if not ending:
        return []
    held = RoleHeld.objects.as_of(on).filter(organisation_id__in=ending, user__is_active=True)
    counts: dict[int, int] = {}
    for organisation_id in held.values_list("organisation_id", flat=True):
        counts[organisation_id] = counts.get(organisation_id, 0) + 1
    last_day = format_date(on - timedelta(days=1))
    lines = []
    for organisation_id in ending:
        name = name_of(organisation_id)
        lines.append(_("Ngày cuối của %(name)s: %(day)s.") % {"name": name, "day": last_day})
        if count := counts.get(organisation_id):
            lines.append(
                ngettext(
                    "%(count)d vai trò ở %(name)s cần giao lại ở trang Người dùng.",
                    "%(count)d vai trò ở %(name)s cần giao lại ở trang Người dùng.",
                    count,
                )
                % {"count": count, "name": name}
            )
    lines.append(_("Phiếu của các kỳ đã lập giữ nguyên đơn vị và tên như khi ghi danh."))
    return lines

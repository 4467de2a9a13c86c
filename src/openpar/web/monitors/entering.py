"""The entries of one agency, a new one, and one with its history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from openpar.base.organisations.queries import names_on
from openpar.base.organisations.roles import Actor
from openpar.common.errors import Refused
from openpar.reform.heirs import standing_in
from openpar.reform.monitors.actions.entering import save_entry, withdraw_entry
from openpar.reform.monitors.errors import StaleEntry
from openpar.reform.monitors.models import Entry
from openpar.reform.monitors.permissions import may_enter_monitors
from openpar.reform.monitors.queries.boards import board, judged, revisions_of
from openpar.reform.monitors.registers import PeriodOf, Register
from openpar.web.http import AuthenticatedRequest, form_refused, now, page, refused, say, today
from openpar.web.monitors.common import (
    Told,
    asked_of,
    document_choices,
    only_readers,
    period_query,
    period_words,
    register_named,
    seen_by,
    told,
    words_of,
    years,
)
from openpar.web.monitors.forms import EntryForm, initial_of
from openpar.web.monitors.rows import row_of

_TEMPLATE = "monitors/entry.html"


@dataclass(frozen=True)
class Revision:
    """One revision and what it says otherwise than the one before."""

    entry: Entry
    changes: tuple[tuple[str, str, str], ...]


def _agency(request: AuthenticatedRequest, organisation_id: int) -> tuple[Actor, str]:
    """The person and the name of the agency; 404 for who may not see it, or no agency."""
    who = only_readers(request)
    # What an agency that ended left in its registers is read by the people of whoever carries it on.
    seen = seen_by(standing_in(who, today()))
    names = names_on([organisation_id], today())
    if (seen is not None and organisation_id not in seen) or not names:
        raise Http404
    return who, names[organisation_id]


@page("GET")
def agency(request: AuthenticatedRequest, register: str, organisation_id: int) -> HttpResponse:
    """What one agency says in a register, for the period of the address."""
    who, name = _agency(request, organisation_id)
    found = register_named(register)
    asked = asked_of(found, request.GET, today())
    lines = board(found, asked, [organisation_id])
    context = {
        "register": found,
        "name": name,
        "address": reverse("monitor", args=[found.key]),
        "prefix": reverse("monitor-agency", args=[found.key, organisation_id]),
        "asked": asked,
        "period": period_words(found, asked),
        "period_query": period_query(found, asked),
        "has_year": found.period is not PeriodOf.NONE,
        "has_quarter": found.period is PeriodOf.QUARTER,
        "years": years(today()),
        "quarters": [(str(one), _("Quý %s") % word) for one, word in enumerate(("I", "II", "III", "IV"), 1)],
        "rows": [row_of(found, line) for line in lines if line.entry],
        "inherits": any(line.origin for line in lines),
        "may_enter": may_enter_monitors(who, organisation_id),
        "may_add": bool(found.words_of_subject) or all(one.origin or one.entry is None for one in lines),
        "source": found.law(asked.on).source,
    }
    return render(request, "monitors/agency.html", context)


@page("GET", "POST")
def new(request: AuthenticatedRequest, register: str, organisation_id: int) -> HttpResponse:
    who, name = _agency(request, organisation_id)
    if not may_enter_monitors(who, organisation_id):
        raise Http404
    found = register_named(register)
    asked = asked_of(found, request.GET, today())
    initial = {"year": asked.year, "quarter": asked.quarter}
    form = EntryForm(
        request.POST if request.method == "POST" else None,
        register=found,
        documents=document_choices([organisation_id]),
        initial=initial,
        is_new=True,
    )
    context: dict[str, Any] = {
        "register": found,
        "name": name,
        "organisation_id": organisation_id,
        "form": form,
        "entry": None,
        "may_enter": True,
        "source": found.law(today()).source,
    }
    if request.method == "GET":
        return render(request, _TEMPLATE, context)
    try:
        if not form.is_valid():
            raise form_refused(form)
        made = save_entry(
            register=found.key,
            organisation_id=organisation_id,
            values=form.values(),
            expected_revision=_taken_out(found, organisation_id, form.values()),
            note=form.cleaned_data["note"],
            by=who,
            at=now(),
        )
    except Refused as error:
        status = 409 if isinstance(error, StaleEntry) else 422
        return refused(request, error, template=_TEMPLATE, context=context, status=status)
    say(request, _("Đã lưu."))
    return redirect("monitor-entry", found.key, made.pk)


def _taken_out(register: Register, organisation_id: int, values: dict[str, Any]) -> int:
    """The revision of a subject that was taken out of the register and may be entered again; else 0."""
    subject = {name: values[name] for name in register.subject}
    row = register.model._default_manager.filter(
        organisation_id=organisation_id, is_current=True, is_withdrawn=True, **subject
    ).first()
    return row.revision if row else 0


def _entry(request: AuthenticatedRequest, register: str, entry_id: int) -> tuple[Actor, Register, Entry, str]:
    """One entry that the person may see, in its newest revision."""
    found = register_named(register)
    there = get_object_or_404(found.model._default_manager.all(), pk=entry_id)
    who, name = _agency(request, there.organisation_id)
    return who, found, revisions_of(found, there)[0], name


@page("GET", "POST")
def entry(request: AuthenticatedRequest, register: str, entry_id: int) -> HttpResponse:
    who, found, there, name = _entry(request, register, entry_id)
    may_enter = may_enter_monitors(who, there.organisation_id) and not there.is_withdrawn
    if request.method == "POST" and not may_enter:
        raise Http404
    form = _form(found, there, request.POST if request.method == "POST" else None) if may_enter else None
    context = _context(found, there, name, form)
    if form is None or request.method == "GET":
        return render(request, _TEMPLATE, context)
    text = request.POST.get("seen", "")
    try:
        if not form.is_valid():
            raise form_refused(form)
        subject = {name: getattr(there, name) for name in found.subject}
        made = save_entry(
            register=found.key,
            organisation_id=there.organisation_id,
            values={**form.values(), **subject},
            expected_revision=int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0,
            note=form.cleaned_data["note"],
            by=who,
            at=now(),
        )
    except StaleEntry as error:
        # What is stored now stands beside what was typed; saved once more, the typed words replace it.
        context["newer"] = told(found, there)
        return refused(request, error, template=_TEMPLATE, context=context, status=409)
    except Refused as error:
        context["seen"] = text
        return refused(request, error, template=_TEMPLATE, context=context)
    say(request, _("Đã lưu.") if made.pk != there.pk else _("Không có gì thay đổi."))
    return redirect("monitor-entry", found.key, made.pk)


def _form(register: Register, there: Entry, data: QueryDict | None) -> EntryForm:
    return EntryForm(
        data,
        register=register,
        documents=document_choices([there.organisation_id]),
        initial=initial_of(register, there),
        is_new=False,
    )


def _context(register: Register, there: Entry, name: str, form: EntryForm | None) -> dict[str, Any]:
    revisions = revisions_of(register, there)
    return {
        "register": register,
        "name": name,
        "organisation_id": there.organisation_id,
        "form": form,
        "entry": there,
        "seen": there.revision,
        "standing": None if there.is_withdrawn else judged(register, [there], today())[there.pk],
        "told": told(register, there),
        "revisions": [
            Revision(one, _changes(register, before, one))
            for one, before in zip(revisions, [*revisions[1:], None], strict=True)
        ],
        "may_enter": form is not None,
        "source": register.law(today()).source,
        "newer": list[Told](),
    }


def _changes(register: Register, before: Entry | None, after: Entry) -> tuple[tuple[str, str, str], ...]:
    """Column, what it was, what it is; nothing for the first revision. Documents are named by their turn."""
    if before is None:
        return ()
    was, now_is = initial_of(register, before), initial_of(register, after)
    return tuple(
        (register.label(name), _short(register, name, was[name]), _short(register, name, now_is[name]))
        for name in register.fields
        if was[name] != now_is[name]
    )


def _short(register: Register, name: str, value: object) -> str:
    is_document = hasattr(register.model, f"{name}_id")
    if is_document and value is not None:
        return _("văn bản số %s trong kho") % value
    return words_of(register, name, value)


@page("POST")
def withdraw(request: AuthenticatedRequest, register: str, entry_id: int) -> HttpResponse:
    who, found, there, name = _entry(request, register, entry_id)
    if not may_enter_monitors(who, there.organisation_id):
        raise Http404
    text = request.POST.get("seen", "")
    try:
        withdraw_entry(
            register=found.key,
            entry_id=there.pk,
            expected_revision=int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0,
            reason=request.POST.get("reason", ""),
            by=who,
            at=now(),
        )
    except Refused as error:
        form = None if there.is_withdrawn else _form(found, there, None)
        status = 409 if isinstance(error, StaleEntry) else 422
        context = _context(found, there, name, form)
        return refused(request, error, template=_TEMPLATE, context=context, status=status)
    say(request, _("Đã bỏ khỏi sổ."))
    return redirect("monitor-agency", found.key, there.organisation_id)

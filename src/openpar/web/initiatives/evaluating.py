"""All running models of a report period on one page: what was said, and fields for what is owed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from openpar.base.organisations.queries import names_on
from openpar.base.organisations.roles import Actor
from openpar.common.errors import Gap, Refused
from openpar.common.text import sort_key
from openpar.reform.initiatives.actions.evaluating import evaluate
from openpar.reform.initiatives.actions.lapses import find_missing_evaluations
from openpar.reform.initiatives.duty import duty_on
from openpar.reform.initiatives.errors import StaleInitiative
from openpar.reform.initiatives.models import Evaluation
from openpar.reform.initiatives.permissions import (
    agencies_entered_by,
    agencies_seen_by,
    may_find_lapses,
    sees_all_initiatives,
)
from openpar.reform.initiatives.queries.evaluating import Owed, owed_in
from openpar.web.http import AuthenticatedRequest, now, only, page, refused, say, today
from openpar.web.initiatives.common import (
    VERDICT_PILLS,
    Asked,
    asked_of,
    document_choices,
    only_readers,
    period_choices,
    period_word,
    tabs,
    with_period,
)
from openpar.web.initiatives.forms import EvaluationForm

HERE = "initiative-evaluations"
_TEMPLATE = "initiatives/evaluations.html"


@dataclass(frozen=True)
class Line:
    """One model of the period: its form for the own agency, None for others."""

    owed: Owed
    agency: str
    pill: tuple[str, str]
    form: EvaluationForm | None


@page("GET", "POST")
def evaluations(request: AuthenticatedRequest) -> HttpResponse:
    who = only_readers(request)
    asked = asked_of(request.POST if request.method == "POST" else with_period(request.GET), today())
    if request.method == "POST":
        return _saved(request, who, asked)
    context = _context(who, asked, _owed(who, asked))
    if asked.gaps:
        context["refused_gaps"] = asked.gaps
    return render(request, _TEMPLATE, context, status=422 if asked.gaps else 200)


def _owed(who: Actor, asked: Asked) -> tuple[Owed, ...]:
    return owed_in(asked.key, agencies_seen_by(who))


def _saved(request: AuthenticatedRequest, who: Actor, asked: Asked) -> HttpResponse:
    own = agencies_entered_by(who)
    if not own:
        raise Http404
    owed = owed_in(asked.key, own)
    forms = _forms(owed, request.POST)
    try:
        if asked.gaps:
            raise Refused(asked.gaps)
        wrong = [
            Gap(one.initiative.name, " ".join(map(str, texts)), code="form")
            for one in owed
            if not (form := forms[one.initiative.pk]).is_valid()
            for texts in form.errors.values()
        ]
        if wrong:
            raise Refused(wrong)
        said = [form.evaluated(pk) for pk, form in forms.items() if not form.is_empty]
        made = evaluate(asked=asked.key, said=said, by=who, at=now())
    except Refused as error:
        if isinstance(error, StaleInitiative):
            # What somebody else said meanwhile is shown, and counts as seen from now on.
            owed = owed_in(asked.key, own)
            forms = _forms(owed, _seen(request.POST, owed))
            context = _context(who, asked, owed, forms)
            return refused(request, error, template=_TEMPLATE, context=context, status=409)
        return refused(request, error, template=_TEMPLATE, context=_context(who, asked, owed, forms))
    words = ngettext("Đã lưu %d đánh giá.", "Đã lưu %d đánh giá.", len(made)) % len(made)
    say(request, words if made else _("Không có gì thay đổi."))
    return redirect(f"{reverse(HERE)}?{asked.query}")


def _seen(given: QueryDict, owed: Sequence[Owed]) -> QueryDict:
    """What was typed, with the newest revisions as those that were seen."""
    typed = given.copy()
    for one in owed:
        typed[f"{_prefix(one)}-seen"] = str(one.evaluation.revision if one.evaluation else 0)
    return typed


def _prefix(one: Owed) -> str:
    return f"m{one.initiative.pk}"


def _forms(owed: Sequence[Owed], typed: QueryDict | None = None) -> dict[int, EvaluationForm]:
    """A form for each model, by its id; one query for each agency."""
    agencies = {one.initiative.organisation_id for one in owed}
    documents = {agency: document_choices([agency]) for agency in agencies}
    return {
        one.initiative.pk: EvaluationForm(
            typed,
            prefix=_prefix(one),
            initial=_initial(one.evaluation),
            documents=documents[one.initiative.organisation_id],
        )
        for one in owed
    }


def _initial(row: Evaluation | None) -> dict[str, object]:
    if row is None:
        return {"seen": 0}
    said = {"verdict": row.verdict, "advice": row.advice, "text": row.text, "document": row.document_id}
    return {**said, "seen": row.revision}


def _context(
    who: Actor, asked: Asked, owed: Sequence[Owed], typed: dict[int, EvaluationForm] | None = None
) -> dict[str, object]:
    own = agencies_entered_by(who)
    names = names_on({one.initiative.organisation_id for one in owed}, today())
    forms = typed or _forms([one for one in owed if one.initiative.organisation_id in own])
    lines = [
        Line(
            owed=one,
            agency=names.get(one.initiative.organisation_id, ""),
            pill=_pill(one),
            form=forms.get(one.initiative.pk),
        )
        for one in owed
    ]
    lines.sort(key=lambda line: (sort_key(line.agency), sort_key(line.owed.initiative.name)))
    lacking = sum(one.is_lacking for one in owed)
    duty, during = duty_on(asked.key.days.until_on), asked.key.days
    is_late = today() > duty.due_on(during)
    return {
        "tabs": tabs(HERE),
        "address": reverse(HERE),
        "asked": asked,
        "word": period_word(asked.key),
        "periods": period_choices(asked, today()),
        "lines": lines,
        "lacking": lacking,
        "total": len(owed),
        "due_on": duty.due_on(during),
        "is_late": is_late,
        "source": duty.source,
        "sees_all": sees_all_initiatives(who),
        "may_save": any(line.form for line in lines),
        "may_find": may_find_lapses(who) and bool(lacking) and is_late,
    }


def _pill(one: Owed) -> tuple[str, str]:
    if one.evaluation is None:
        return ("bad", _("Chưa đánh giá"))
    return (VERDICT_PILLS[one.evaluation.verdict], one.evaluation.get_verdict_display())


@page("POST")
def find(request: AuthenticatedRequest) -> HttpResponse:
    """Missing evaluations of an overdue period become findings."""
    who = only(request, may_find_lapses)
    asked = asked_of(request.POST, today())
    try:
        made = find_missing_evaluations(asked=asked.key, by=who, at=now())
    except Refused as error:
        context = _context(who, asked, _owed(who, asked))
        return refused(request, error, template=_TEMPLATE, context=context)
    words = ngettext("Đã lập tồn tại của %d đơn vị.", "Đã lập tồn tại của %d đơn vị.", len(made))
    say(request, words % len(made) if made else _("Không có đơn vị nào cần lập thêm."))
    return redirect(f"{reverse(HERE)}?{asked.query}")

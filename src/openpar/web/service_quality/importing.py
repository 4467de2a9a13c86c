"""Files of figures: upload, look at what would change, save; counting; an empty table to be filled in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from openpar.base.intake.queries import batches, refusals_of
from openpar.base.organisations.models import OrganisationVersion
from openpar.common.errors import Refused
from openpar.delivery.service_quality.actions.counting import count_inputs
from openpar.delivery.service_quality.actions.importing import (
    BATCH_KIND,
    Change,
    Changes,
    File,
    bring_in_inputs,
    changes_of_file,
)
from openpar.delivery.service_quality.exports import inputs_template
from openpar.delivery.service_quality.permissions import (
    agencies_entered_by,
    may_bring_in_inputs,
    may_manage_index,
)
from openpar.delivery.service_quality.sets import set_of
from openpar.web.components.uploads import keep_upload, upload_of
from openpar.web.http import AuthenticatedRequest, actor, now, only, page, refused, say, today
from openpar.web.procedures.listing import workbook_answer
from openpar.web.service_quality.agency import said_words
from openpar.web.service_quality.common import Asked, asked_of, frame

HERE = "service-quality-import"
_PAGE, _PREVIEW = "service_quality/import.html", "service_quality/preview.html"
_RECENT = 10
_MOST_SHOWN = 400


@dataclass(frozen=True)
class ShownChange:
    """One row of a file, its values prepared."""

    where: str
    name: str
    indicator: str
    before: str
    after: str
    withdraws: bool


def _shown(change: Change) -> ShownChange:
    row = change.row
    before = "—" if change.before is None else said_words(change.before)
    return ShownChange(row.where, row.name, row.indicator, before, said_words(row.given), change.withdraws)


def _about(asked: Asked) -> str:
    period = asked.period
    return f"service_quality:{period.kind.value}:{period.year}:{period.number}"


def _context(request: AuthenticatedRequest, asked: Asked) -> dict[str, object]:
    recent = batches(kind=BATCH_KIND)
    if not may_manage_index(actor(request)):
        # Files of other agencies name them and their figures.
        recent = recent.filter(brought_by=request.user)
    return {
        **frame(request, HERE, asked),
        "recent": [(batch, refusals_of(batch)) for batch in recent[:_RECENT]],
        "has_set": set_of(asked.period.until_on) is not None,
    }


@page("GET", "POST")
def upload(request: AuthenticatedRequest) -> HttpResponse:
    by = only(request, may_bring_in_inputs)
    asked = asked_of(request.GET, today())
    context = _context(request, asked)
    if request.method == "GET":
        if asked.gaps:
            context["refused_gaps"] = asked.gaps
        return render(request, _PAGE, context, status=422 if asked.gaps else 200)

    def check(path: Path, name: str) -> Changes:
        return changes_of_file(by=by, at=now(), period=asked.period, file=File(name, path, ""))

    try:
        if asked.gaps:
            raise Refused(asked.gaps)
        token, _changes = keep_upload(
            request.FILES.get("file"), check=check, kind=BATCH_KIND, about=_about(asked), by=by, at=now()
        )
    except Refused as error:
        return refused(request, error, template=_PAGE, context=context)
    return redirect(f"{reverse('service-quality-import-preview', args=[token])}?{asked.query}")


@page("GET", "POST")
def preview(request: AuthenticatedRequest, token: str) -> HttpResponse:
    """Row by row what the file would change; saves it when confirmed."""
    by = only(request, may_bring_in_inputs)
    asked = asked_of(request.GET, today())
    kept = upload_of(token, about=_about(asked), by=by)
    file = File(kept.file_name, kept.path, kept.sha256)
    try:
        if request.method == "POST":
            done = bring_in_inputs(by=by, at=now(), period=asked.period, file=file)
            say(request, _("Đã nhận %d chỉ số từ tệp.") % len(done.changed))
            return redirect(f"{reverse('service-quality')}?{asked.query}")
        changes = changes_of_file(by=by, at=now(), period=asked.period, file=file)
    except Refused as error:
        return refused(request, error, template=_PAGE, context=_context(request, asked))
    context = {
        **frame(request, HERE, asked),
        "file_name": kept.file_name,
        "changes": [_shown(change) for change in changes.changed[:_MOST_SHOWN]],
        "count": len(changes.changed),
        "withdrawn": sum(change.withdraws for change in changes.changed),
        "unchanged": changes.unchanged,
        "back": f"{reverse(HERE)}?{asked.query}",
    }
    return render(request, _PREVIEW, context)


@page("POST")
def count(request: AuthenticatedRequest) -> HttpResponse:
    """Counts what can be counted from the dossiers and the catalogue."""
    by = only(request, may_manage_index)
    asked = asked_of(request.POST, today())
    try:
        if asked.gaps:
            raise Refused(asked.gaps)
        done = count_inputs(
            by=by, at=now(), period=asked.period, replace_stated=bool(request.POST.get("replace"))
        )
    except Refused as error:
        return refused(request, error, template=_PAGE, context=_context(request, asked))
    texts = {"added": done.added, "unchanged": done.unchanged, "withdrawn": done.withdrawn}
    text = _("Đã đếm: %(added)d số mới, %(unchanged)d số như trước, %(withdrawn)d số không còn.") % texts
    if done.kept:
        text += " " + _("%d số người nhập khác số đếm, giữ nguyên.") % done.kept
    say(request, text)
    return redirect(f"{reverse('service-quality')}?{asked.query}")


@page("GET")
def template(request: AuthenticatedRequest) -> HttpResponse:
    """A row for every indicator of every agency whose figures the person may bring in."""
    by = only(request, may_bring_in_inputs)
    asked = asked_of(request.GET, today())
    indicators = set_of(asked.period.until_on)
    if indicators is None:
        raise Http404
    versions = OrganisationVersion.objects.as_of(asked.period.until_on).order_by("name_sort")
    entered = agencies_entered_by(by)
    versions = (
        versions.filter(is_scored=True) if entered is None else versions.filter(organisation__in=entered)
    )
    keys = list(versions.values_list("organisation__key", flat=True))
    return workbook_answer(inputs_template(indicators, keys), f"so-lieu-766-{asked.period.until_on}.xlsx")

"""What changes indicators and values: a new version, an end, counting, a report, a file of values."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from openpar.base.documents.models import Document
from openpar.base.intake.queries import batches, refusals_of
from openpar.base.organisations.roles import Actor
from openpar.common.errors import FileRefused, Gap, Refused
from openpar.common.text import nfc
from openpar.parindex.indicators.actions.definitions import end_indicator, issue_version
from openpar.parindex.indicators.actions.importing import BATCH_KIND, import_values, plan_import
from openpar.parindex.indicators.actions.values import Reported, compute_values, report_value
from openpar.parindex.indicators.models import Indicator
from openpar.parindex.indicators.permissions import may_manage_indicators, may_report_for
from openpar.parindex.indicators.queries import definition_of, versions_of
from openpar.parindex.indicators.value_files import COLUMNS
from openpar.web.http import AuthenticatedRequest, actor, form_refused, now, only, page, refused, say, today
from openpar.web.indicators.forms import EndForm, ReportForm, VersionForm, initial_of, year_of
from openpar.web.indicators.shown import shown
from openpar.web.indicators.views import indicator_context

_RECENT = 10
_MOST_DOCUMENTS = 200
# The content of a file goes along with the preview, so that nothing is kept before somebody has agreed.
MOST_BYTES = 1_000_000


@page("GET", "POST")
def new_indicator(request: AuthenticatedRequest) -> HttpResponse:
    only(request, may_manage_indicators)
    return _version(request, VersionForm(request.POST if request.method == "POST" else None), {})


@page("GET", "POST")
def new_version(request: AuthenticatedRequest, code: str) -> HttpResponse:
    only(request, may_manage_indicators)
    found = get_object_or_404(Indicator, code=code)
    newest = versions_of(found)[-1]
    if request.method == "POST":
        form = VersionForm({**request.POST.dict(), "code": code})
    else:
        form = VersionForm(initial=initial_of(definition_of(newest, code)))
    return _version(request, form, {"indicator": found, "newest": newest})


def _version(request: AuthenticatedRequest, form: VersionForm, more: dict[str, Any]) -> HttpResponse:
    context = {"form": form, "indicator": None, **more}
    template = "indicators/version.html"
    if request.method == "GET":
        return render(request, template, context)
    try:
        if not form.is_valid():
            raise form_refused(form)
        issued = issue_version(definition=form.definition(), by=actor(request), at=now())
    except Refused as error:
        return refused(request, error, template=template, context=context)
    say(request, _("Đã ban hành phiên bản %(number)d của chỉ tiêu.") % {"number": issued.number})
    return redirect("indicator", issued.indicator.code)


@page("POST")
def end(request: AuthenticatedRequest, code: str) -> HttpResponse:
    who = only(request, may_manage_indicators)
    found = get_object_or_404(Indicator, code=code)
    form = EndForm(request.POST)
    try:
        if not form.is_valid():
            raise form_refused(form)
        end_indicator(code=code, by=who, at=now(), **form.cleaned_data)
    except Refused as error:
        context = indicator_context(request, found, who, end_form=form)
        return refused(request, error, template="indicators/indicator.html", context=context)
    say(request, _("Đã kết thúc hiệu lực của chỉ tiêu."))
    return redirect("indicator", code)


@page("POST")
def compute(request: AuthenticatedRequest, code: str) -> HttpResponse:
    who = only(request, may_manage_indicators)
    found = get_object_or_404(Indicator, code=code)
    year = year_of(request.POST.get("year", ""), today())
    text = request.POST.get("number", "1")
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 3 else 1
    try:
        values = compute_values(code=code, year=year, number=number, by=who, at=now())
    except Refused as error:
        context = indicator_context(request, found, who)
        return refused(request, error, template="indicators/indicator.html", context=context)
    said = ngettext(
        "Đã tính và lưu số liệu của %d đơn vị.", "Đã tính và lưu số liệu của %d đơn vị.", len(values)
    )
    say(request, said % len(values))
    return redirect(f"{reverse('indicator', args=[code])}?year={year}&number={number}")


@page("GET", "POST")
def report(request: AuthenticatedRequest, code: str) -> HttpResponse:
    who = actor(request)
    mine = [one for one in who.organisations() if may_report_for(who, one)]
    if not mine:
        raise Http404
    found = get_object_or_404(Indicator, code=code)
    documents = _documents(mine)
    choices = [(one.pk, _title(one)) for one in documents.values()]
    initial = {"year": today().year, "number": 1}
    form = ReportForm(request.POST if request.method == "POST" else None, documents=choices, initial=initial)
    newest = versions_of(found)[-1]
    form.fields["numerator"].label = newest.numerator_label
    form.fields["denominator"].label = newest.denominator_label
    context = {"form": form, "indicator": found, "newest": newest, "has_documents": bool(choices)}
    template = "indicators/report.html"
    if request.method == "GET":
        return render(request, template, context)
    try:
        if not form.is_valid():
            raise form_refused(form)
        _report(form, documents, code, who)
    except Refused as error:
        return refused(request, error, template=template, context=context)
    say(request, _("Đã lưu số liệu báo cáo."))
    return redirect(f"{reverse('indicator', args=[code])}?year={form.cleaned_data['year']}")


def _documents(owners: list[int]) -> dict[int, Document]:
    rows = Document.objects.filter(owner_id__in=owners, superseded_by__isnull=True).order_by("-pk")
    return {one.pk: one for one in rows[:_MOST_DOCUMENTS]}


def _title(document: Document) -> str:
    return f"{document.number} {document.title}".strip()


def _report(form: ReportForm, documents: dict[int, Document], code: str, who: Actor) -> None:
    given = form.cleaned_data
    document = documents[given["document"]]
    report_value(
        code=code,
        organisation_id=document.owner_id,
        year=given["year"],
        number=given["number"],
        reported=Reported(given["numerator"], given["denominator"], given["not_applicable"], given["note"]),
        document_id=document.pk,
        by=who,
        at=now(),
    )


# --- a file of values ---------------------------------------------------------------------------------------


def _import_context(**more: object) -> dict[str, object]:
    recent = [(batch, refusals_of(batch)) for batch in batches(kind=BATCH_KIND)[:_RECENT]]
    return {"columns": ", ".join(COLUMNS), "recent": recent, "rows": None, **more}


@page("GET", "POST")
def bring_in(request: AuthenticatedRequest) -> HttpResponse:
    """Shows what a file would do; the same page takes it in when somebody has seen that."""
    who = only(request, may_manage_indicators)
    template = "indicators/import.html"
    if request.method == "GET":
        return render(request, template, _import_context())
    try:
        name, content = _file(request)
        if request.POST.get("step") == "confirm":
            return _taken_in(request, name, content, who)
        rows = plan_import(content=content, by=who, at=now())
    except Refused as error:
        return refused(request, error, template=template, context=_import_context())
    context = _import_context(
        rows=[(row, shown(row.before) if row.before else None, shown(row.after)) for row in rows],
        new_count=sum(not row.is_unchanged for row in rows),
        content=content.decode("utf-8-sig"),
        file_name=name,
    )
    return render(request, template, context)


def _file(request: AuthenticatedRequest) -> tuple[str, bytes]:
    """The file that was chosen, or the one whose preview was agreed to."""
    if request.POST.get("step") == "confirm":
        # A browser sends every line of a field with CRLF; the file that was shown is what is taken in.
        text = request.POST.get("content", "").replace("\r\n", "\n")
        return nfc(request.POST.get("file_name", ""))[:250], text.encode()
    upload = request.FILES.get("values")
    if not isinstance(upload, UploadedFile):
        raise Refused(Gap(_("Tệp"), _("chưa chọn tệp nào."), code="no-file", link="#id_values"))
    most = min(MOST_BYTES, settings.OPENPAR_MAX_UPLOAD_BYTES)
    if (upload.size or 0) > most:
        what = _("tệp lớn hơn %d KB") % (most // 1000)
        raise FileRefused.because(nfc(upload.name or ""), what, _("Chia nhỏ tệp."), code="too-large")
    content = upload.read().replace(b"\r\n", b"\n").removeprefix(b"\xef\xbb\xbf")
    return nfc(upload.name or ""), content


def _taken_in(request: AuthenticatedRequest, name: str, content: bytes, who: Actor) -> HttpResponse:
    done = import_values(content=content, file_name=name, by=who, at=now())
    if done.is_replay:
        say(request, _("Tệp này đã được nhập trước đây; không có gì thay đổi."))
    else:
        counts = {"added": done.added, "unchanged": done.unchanged}
        say(request, _("Đã nhập %(added)d số liệu mới; %(unchanged)d dòng không đổi.") % counts)
    return redirect("indicators-import")

"""Lists brought in: the upload, its columns as understood, the run, and what became of every row."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from openpar.base.accounts.queries import Actor
from openpar.base.facts.models import Batch
from openpar.common.errors import FileRefused, Gap, Refused
from openpar.common.formats import VIETNAM, parse_date
from openpar.common.text import nfc
from openpar.delivery.dossiers.actions.mappings import save_mapping
from openpar.delivery.dossiers.actions.waiting import queue_list, take_in
from openpar.delivery.dossiers.errors import DossiersRefused, StaleMapping
from openpar.delivery.dossiers.layouts import vocabulary
from openpar.delivery.dossiers.mappings import ColumnMapping, gaps_of
from openpar.delivery.dossiers.models import DossierImport, SavedMapping
from openpar.delivery.dossiers.permissions import may_import_dossiers, may_keep_mappings
from openpar.delivery.dossiers.quality import Rule
from openpar.delivery.dossiers.queries.mappings import (
    kept_versions,
    mapping_as,
    mapping_for,
    mapping_like,
    saved_mapping,
)
from openpar.delivery.dossiers.queries.quality import hits_told_in, imports
from openpar.delivery.dossiers.reading.tables import DossierFile, table_of
from openpar.delivery.dossiers.stages import ImportStage
from openpar.delivery.dossiers.waiting import (
    WaitingList,
    WaitingState,
    keep_list,
    waiting_list,
    waiting_lists,
)
from openpar.web.components.paging import slice_of
from openpar.web.dossiers.common import frame, seen_agencies
from openpar.web.dossiers.mappings import fields_told
from openpar.web.dossiers.preview import Preview, preview_of
from openpar.web.dossiers.quality import told_in_link
from openpar.web.dossiers.words import RULES
from openpar.web.http import AuthenticatedRequest, actor, now, only, page, refused, say, today

# A larger file is left to the job: nobody waits before an open page.
AT_ONCE_BYTES = 2 * 2**20
# Somebody who began so long ago and has not said how it ended is not at it any more.
_PATIENCE = timedelta(minutes=30)
_LONGEST_SOURCE = 120


@dataclass(frozen=True)
class ImportLine:
    """One list that came in."""

    batch: Batch
    accepted: int
    refused: int
    hits: int


@page("GET")
def imports_page(request: AuthenticatedRequest) -> HttpResponse:
    """All lists, for those who see all or bring some in; an agency sees its own uploads."""
    seen, who = seen_agencies(request), actor(request)
    rows = imports() if seen is None else imports().filter(batch__brought_by=who.id)
    found = slice_of(request, rows)
    context = {
        **frame(request, "dossiers-imports"),
        "slice": found,
        "rows": [
            ImportLine(one.batch, one.accepted, one.refused, sum(one.hits.values())) for one in found.items
        ],
        "waiting": _unfinished(who),
    }
    return render(request, "dossiers/imports.html", context)


def _line(one: DossierImport) -> ImportLine:
    return ImportLine(one.batch, one.accepted, one.refused, sum(one.hits.values()))


def _unfinished(who: Actor) -> list[WaitingList]:
    """What the person uploaded and has not come to its end yet."""
    ended = (WaitingState.DONE, WaitingState.REFUSED)
    return [one for one in waiting_lists(user_id=who.person_id) if one.state not in ended]


@page("GET")
def batch_page(request: AuthenticatedRequest, batch_id: int) -> HttpResponse:
    """Accepted, refused and why, what is wrong; 404 for those who neither see all nor brought it."""
    seen = seen_agencies(request)
    found = (
        DossierImport.objects.select_related("batch__brought_by", "batch__dataset")
        .filter(batch_id=batch_id)
        .first()
    )
    if found is None or (seen is not None and found.batch.brought_by_id != actor(request).id):
        raise Http404
    gaps = [Gap(**refusal) for refusal in found.refusals]
    wrong = Counter(hit.rule for hit in hits_told_in(found.batch, organisations=seen))
    context = {
        **frame(request, "dossiers-imports"),
        "found": found,
        "batch": found.batch,
        "slice": slice_of(request, gaps),
        "told": len(gaps),
        "hits": [
            (rule.value, rule.label, RULES[rule], wrong[rule.value], told_in_link(rule, batch_id))
            for rule in Rule
            if wrong[rule.value]
        ],
        "hits_then": sum(found.hits.values()),
        "columns": sorted(found.mapping["columns"].items()),
    }
    return render(request, "dossiers/batch.html", context)


@page("GET", "POST")
def upload(request: AuthenticatedRequest) -> HttpResponse:
    """Takes a file and leads to the page of its columns."""
    who = only(request, may_import_dossiers)
    context: dict[str, object] = {
        **frame(request, "dossiers-imports"),
        "sources": list(SavedMapping.objects.values_list("source", flat=True)),
        "source": request.POST.get("source", ""),
        "as_of": request.POST.get("as_of", ""),
        "day": today(),
    }
    if request.method == "GET":
        return render(request, "dossiers/import.html", context)
    try:
        kept = _kept(request, who)
    except Refused as error:
        return refused(request, error, template="dossiers/import.html", context=context)
    return redirect("dossiers-import-waiting", kept.token)


def _kept(request: AuthenticatedRequest, who: Actor) -> WaitingList:
    """The file put down, once a table is found in it."""
    given = request.FILES.get("file")
    if not isinstance(given, UploadedFile):
        raise FileRefused.because(_("Tệp"), _("chưa chọn tệp nào."), code="no-file", link="#id_file")
    name, limit = nfc(given.name or "")[-200:], settings.OPENPAR_MAX_UPLOAD_BYTES
    if (given.size or 0) > limit:
        what = _("tệp lớn hơn %d MB") % (limit // 2**20)
        raise FileRefused.because(name, what, code="too-large", link="#id_file")
    source = " ".join(nfc(request.POST.get("source", "")).split())
    if not source or len(source) > _LONGEST_SOURCE:
        what, remedy = _("chưa ghi, hoặc quá dài"), _("Ghi tên hệ thống hoặc đơn vị gửi, ví dụ iGate")
        raise DossiersRefused.because(_("Nguồn"), what, remedy, code="source-unfit", link="#id_source")
    as_of, content = _as_of(request.POST), given.read()
    table_of(DossierFile(name, content))
    return keep_list(user_id=who.person_id, name=name, source=source, as_of=as_of, content=content, at=now())


def _as_of(given: QueryDict) -> datetime:
    """The end of the day that the list speaks of; this moment for today. Raises Refused."""
    text = given.get("as_of", "").strip()
    day = parse_date(text, where=_("Số liệu đến ngày")) if text else today()
    if day == today():
        return now()
    if day > today():
        what = _("là ngày trong tương lai")
        raise DossiersRefused.because(_("Số liệu đến ngày"), what, code="future", link="#id_as_of")
    return datetime.combine(day, time(23, 59), tzinfo=VIETNAM)


@page("GET", "POST")
def waiting(request: AuthenticatedRequest, token: str) -> HttpResponse:
    """The columns of a list until it runs; then how far it is, for whoever comes back."""
    who = only(request, may_import_dossiers)
    found = waiting_list(token)
    if found is None or found.user_id != who.id:
        raise Http404
    if found.state is WaitingState.DONE:
        return redirect("dossiers-batch", found.batch_id or 0)
    if found.state is not WaitingState.MAPPING and not _is_stuck(found):
        context = {**frame(request, "dossiers-imports"), "found": found, "stages": _stages(found)}
        return render(request, "dossiers/running.html", context)
    if request.method == "GET":
        example = mapping_like(request.GET.get("like", ""))
        if example is not None:
            headers = table_of(DossierFile(found.name, found.content)).headers
            return _mapping_page(request, found, mapping_as(example, headers), ())
        return _mapping_page(request, found, found.mapping or _suggested(found), found.gaps)
    return _decided(request, who, found)


def _stages(found: WaitingList) -> list[tuple[str, str]]:
    """Every stage of an import that runs: done, now, or still to come."""
    if found.stage is None:
        return []
    here = list(ImportStage).index(found.stage)
    states = ["done"] * here + ["now"] + [""] * len(ImportStage)
    return [(str(stage.label), state) for stage, state in zip(ImportStage, states, strict=False)]


def _is_stuck(found: WaitingList) -> bool:
    began = found.changed_at or found.kept_at
    return found.state is WaitingState.RUNNING and now() - began > _PATIENCE


def _decided(request: AuthenticatedRequest, who: Actor, found: WaitingList) -> HttpResponse:
    mapping = mapping_of_form(request.POST, table_of(DossierFile(found.name, found.content)).headers)
    step = request.POST.get("step", "preview")
    try:
        if step in ("run", "save") and (gaps := gaps_of(mapping)):
            raise DossiersRefused(gaps)
        if step == "save":
            seen = request.POST.get("mapping_version", "")
            expected = int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 10 else 0
            save_mapping(by=who, at=now(), source=found.source, mapping=mapping, expected_version=expected)
            say(request, _("Đã lưu cách ghép cột của nguồn %s.") % found.source)
        elif step == "run" and found.size > AT_ONCE_BYTES:
            queue_list(by=who, at=now(), waiting=found, mapping=mapping)
            return redirect("dossiers-import-waiting", found.token)
        elif step == "run":
            return _ran(request, who, found, mapping)
    except StaleMapping as error:
        return _mapping_page(request, found, mapping, error.gaps, status=409)
    except Refused as error:
        return _mapping_page(request, found, mapping, error.gaps, status=422)
    return _mapping_page(request, found, mapping, ())


def _ran(
    request: AuthenticatedRequest, who: Actor, found: WaitingList, mapping: ColumnMapping
) -> HttpResponse:
    done = take_in(by=who, at=now(), waiting=found, mapping=mapping)
    if done.is_new:
        said = _("Đã nạp %(accepted)d hồ sơ; %(refused)d dòng bị từ chối.")
        say(request, said % {"accepted": done.accepted, "refused": done.refused})
    else:
        say(request, _("Danh sách này đã được nạp trước đây: không có gì thay đổi."))
    return redirect("dossiers-batch", done.batch_id)


def _suggested(found: WaitingList) -> ColumnMapping:
    return mapping_for(found.source, table_of(DossierFile(found.name, found.content)).headers)


def mapping_of_form(given: QueryDict, headers: tuple[str, ...]) -> ColumnMapping:
    """The mapping that the screen says: column by column, word by word."""
    columns = {
        header: to for at, header in enumerate(headers) if header and (to := given.get(f"column-{at}", ""))
    }
    words: dict[str, dict[str, str]] = {}
    for name in given:
        if name.startswith("word-") and (meant := given.get(name, "").strip()):
            _mark, field, place = name.split("-", 2)
            said = given.get(f"said-{field}-{place}", "")
            if said:
                words.setdefault(field, {})[said] = meant
    return ColumnMapping(columns, words, given.get("agency", ""))


def _mapping_page(
    request: AuthenticatedRequest,
    found: WaitingList,
    mapping: ColumnMapping,
    gaps: tuple[Gap, ...],
    status: int = 200,
) -> HttpResponse:
    preview: Preview = preview_of(found, mapping, actor(request), today())
    context: dict[str, object] = {
        **frame(request, "dossiers-imports"),
        "found": replace(found, gaps=()),
        "mapping": mapping,
        "preview": preview,
        "may_save": may_keep_mappings(actor(request)),
        "mapping_version": kept_versions().get(found.source, 0),
        "examples": _examples(found.source),
        "example": request.GET.get("like", ""),
        "repeats": _repeats(found),
        "is_large": found.size > AT_ONCE_BYTES,
    }
    if gaps:
        context["refused_gaps"] = gaps
    if status == 409 and (kept := saved_mapping(found.source)) is not None:
        # Saved once more, the mapping chosen here replaces what is stored now, which stands beside it.
        context["newer"] = fields_told(kept)
    return render(request, "dossiers/mapping.html", context, status=status)


def _examples(source: str) -> list[tuple[str, str]]:
    """What a list may be read like: shipped layouts of dossiers, and the mappings of other sources."""
    layouts = [(f"layout:{one.code}", one.title) for one in vocabulary().layouts if one.is_of_dossiers]
    others = SavedMapping.objects.exclude(source=source)
    return [*layouts, *((f"saved:{one.pk}", _("Nguồn %s") % one.source) for one in others)]


def _repeats(found: WaitingList) -> Batch | None:
    """The batch that was made of exactly these bytes before."""
    rows = Batch.objects.filter(dataset__name="dossiers", source_sha256=found.sha256).order_by("id")
    return rows.first()

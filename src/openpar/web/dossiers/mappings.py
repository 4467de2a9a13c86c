"""Mappings kept by source: seen, handed on as a file, taken in from one, forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from openpar.common.errors import FileRefused, Refused
from openpar.common.text import nfc
from openpar.delivery.dossiers.actions.mappings import forget_mapping, save_mapping
from openpar.delivery.dossiers.errors import StaleMapping
from openpar.delivery.dossiers.layouts import vocabulary
from openpar.delivery.dossiers.mappings import ColumnMapping, from_json, from_mapping, to_json
from openpar.delivery.dossiers.models import SavedMapping
from openpar.delivery.dossiers.permissions import may_import_dossiers, may_keep_mappings
from openpar.web.components.files import file_answer
from openpar.web.dossiers.common import frame
from openpar.web.http import AuthenticatedRequest, actor, now, only, page, refused, say

_PAGE = "dossiers/mappings.html"
# Many times what the widest list needs.
_MOST_BYTES = 500_000


@dataclass(frozen=True)
class MappingLine:
    """One source; `fields`: header → the field that it is read as, in the order of the headers."""

    id: int
    version: int
    source: str
    fields: tuple[tuple[str, str], ...]
    words: int
    saved_by: str
    saved_at: datetime


@page("GET", "POST")
def mappings(request: AuthenticatedRequest) -> HttpResponse:
    """For those who bring lists in; who keeps mappings takes one in from a file, instead of what there is."""
    only(request, may_import_dossiers)
    if request.method == "POST":
        only(request, may_keep_mappings)
        try:
            source, mapping = from_json(_text(request))
            save_mapping(
                by=actor(request),
                at=now(),
                source=source,
                mapping=mapping,
                expected_version=_seen(request, source),
            )
        except StaleMapping as error:
            # The page now knows what is stored: the file chosen once more replaces it.
            context = {**_context(request), "typed": fields_told(mapping)}
            return refused(request, error, template=_PAGE, context=context, status=409)
        except Refused as error:
            return refused(request, error, template=_PAGE, context=_context(request))
        say(request, _("Đã lưu cách ghép cột của nguồn %s.") % source)
        return redirect("dossiers-mappings")
    return render(request, _PAGE, _context(request))


@page("GET")
def mapping_file(request: AuthenticatedRequest, mapping_id: int) -> HttpResponse:
    """The mapping as a file that another province can take in."""
    only(request, may_import_dossiers)
    found = SavedMapping.objects.filter(pk=mapping_id).first()
    if found is None:
        raise Http404
    content = to_json(from_mapping(found.mapping), source=found.source).encode()
    return file_answer(content, f"Ghép cột {found.source}", "json")


@page("POST")
def forget(request: AuthenticatedRequest, mapping_id: int) -> HttpResponse:
    """The next list of the source is read by its headers again."""
    who = only(request, may_keep_mappings)
    version = _version(request.POST.get("version", ""))
    try:
        source = forget_mapping(by=who, at=now(), mapping_id=mapping_id, expected_version=version)
    except SavedMapping.DoesNotExist:
        raise Http404 from None
    except StaleMapping as error:
        return refused(request, error, template=_PAGE, context=_context(request), status=409)
    say(request, _("Đã bỏ cách ghép cột của nguồn %s; số liệu đã nạp không thay đổi.") % source)
    return redirect("dossiers-mappings")


def _seen(request: AuthenticatedRequest, source: str) -> int:
    """The version that the page showed of this source, 0 for none."""
    kept = " ".join(nfc(source).split())
    found = [text for text in request.POST.getlist("seen") if text.partition(":")[2] == kept]
    return _version(found[0].partition(":")[0]) if found else 0


def _version(text: str) -> int:
    """A version that cannot be read fits none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def fields_told(mapping: ColumnMapping) -> tuple[tuple[str, str], ...]:
    """Header → the field that it is read as, in words."""
    titles = vocabulary().titles
    return tuple((header, titles.get(to, to)) for header, to in mapping.columns.items())


def _context(request: AuthenticatedRequest) -> dict[str, object]:
    rows = SavedMapping.objects.select_related("saved_by")
    return {
        **frame(request, "dossiers-imports"),
        "rows": [_line(one) for one in rows],
        "seen": [f"{one.version}:{one.source}" for one in rows],
        "typed": (),
        "may_keep": may_keep_mappings(actor(request)),
    }


def _line(one: SavedMapping) -> MappingLine:
    mapping = from_mapping(one.mapping)
    return MappingLine(
        id=one.pk,
        version=one.version,
        source=one.source,
        fields=fields_told(mapping),
        words=sum(map(len, mapping.words.values())),
        saved_by=one.saved_by.full_name if one.saved_by else "—",
        saved_at=one.saved_at,
    )


def _text(request: AuthenticatedRequest) -> str:
    given = request.FILES.get("file")
    if not isinstance(given, UploadedFile):
        raise FileRefused.because(_("Tệp"), _("chưa chọn tệp nào."), code="no-file", link="#id_file")
    if (given.size or 0) > _MOST_BYTES:
        what = _("tệp lớn hơn %d KB") % (_MOST_BYTES // 1000)
        raise FileRefused.because(given.name or "", what, code="too-large", link="#id_file")
    content: bytes = given.read()
    return content.decode("utf-8", errors="replace")

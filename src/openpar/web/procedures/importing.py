"""The catalogue from files: taken in as a whole, or refused with every cell that cannot be."""

from __future__ import annotations

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from openpar.base.intake.queries import batches, refusals_of
from openpar.common.errors import FileRefused, Gap, Refused
from openpar.common.text import nfc
from openpar.delivery.procedures.actions.importing import BATCH_KIND, bring_in_procedures
from openpar.delivery.procedures.columns import LAYOUTS
from openpar.delivery.procedures.files import ProcedureFile
from openpar.web.http import AuthenticatedRequest, now, page, refused, say
from openpar.web.procedures.common import frame, manager

_RECENT = 10


def _context(request: AuthenticatedRequest) -> dict[str, object]:
    return {
        **frame(request, "procedures"),
        "recent": [(batch, refusals_of(batch)) for batch in batches(kind=BATCH_KIND)[:_RECENT]],
        "layouts": [
            (layout.word, layout.title, ", ".join(column.title for column in layout.columns))
            for layout in LAYOUTS.values()
        ],
    }


def _file(request: AuthenticatedRequest, word: str) -> ProcedureFile | None:
    upload = request.FILES.get(word)
    if not isinstance(upload, UploadedFile):
        return None
    name, limit = nfc(upload.name or ""), settings.OPENPAR_MAX_UPLOAD_BYTES
    if (upload.size or 0) > limit:
        what = _("tệp lớn hơn %d MB") % (limit // 2**20)
        raise FileRefused.because(name, what, code="too-large", link=f"#id_{word}")
    return ProcedureFile(name, upload.read(), word)


@page("GET", "POST")
def upload(request: AuthenticatedRequest) -> HttpResponse:
    who = manager(request)
    if request.method == "GET":
        return render(request, "procedures/import.html", _context(request))
    try:
        files = [file for word in LAYOUTS if (file := _file(request, word))]
        if not files:
            raise Refused(Gap(_("Tệp"), _("chưa chọn tệp nào."), code="no-file", link="#id_procedures"))
        loaded = bring_in_procedures(by=who, at=now(), files=files)
    except Refused as error:
        return refused(request, error, template="procedures/import.html", context=_context(request))
    counts = {
        "added": loaded.added,
        "changed": loaded.changed,
        "unchanged": loaded.unchanged,
    }
    say(
        request,
        _("Đã nhận: thêm %(added)d, sửa %(changed)d, giữ nguyên %(unchanged)d phiên bản và cung cấp.")
        % counts,
    )
    return redirect("procedures-import")

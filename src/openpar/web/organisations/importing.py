"""The register from files: taken in as a whole, or refused with every row that cannot be."""

from __future__ import annotations

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from openpar.base.intake.organisation_files import BATCH_KIND, OrganisationFile, bring_in_organisations
from openpar.base.intake.queries import batches, refusals_of
from openpar.base.organisations import files as layouts
from openpar.common.errors import FileRefused, Gap, Refused
from openpar.common.text import nfc
from openpar.web.http import AuthenticatedRequest, now, page, refused, say
from openpar.web.organisations.changes import registrar

_RECENT = 10


def _context() -> dict[str, object]:
    return {
        "recent": [(batch, refusals_of(batch)) for batch in batches(kind=BATCH_KIND)[:_RECENT]],
        "columns": {
            "organisations": ", ".join(layouts.ORGANISATION_COLUMNS),
            "successions": ", ".join(layouts.SUCCESSION_COLUMNS),
            "blocks": ", ".join(layouts.BLOCK_COLUMNS),
        },
    }


def _file(request: AuthenticatedRequest, name: str) -> OrganisationFile | None:
    upload = request.FILES.get(name)
    if not isinstance(upload, UploadedFile):
        return None
    limit = settings.OPENPAR_MAX_UPLOAD_BYTES
    if (upload.size or 0) > limit:
        what = _("tệp lớn hơn %d MB") % (limit // 2**20)
        raise FileRefused.because(nfc(upload.name or ""), what, code="too-large", link=f"#id_{name}")
    return OrganisationFile(nfc(upload.name or ""), upload.read())


@page("GET", "POST")
def upload(request: AuthenticatedRequest) -> HttpResponse:
    who = registrar(request)
    if request.method == "GET":
        return render(request, "organisations/import.html", _context())
    try:
        given = {name: _file(request, name) for name in ("organisations", "successions", "blocks")}
        if not any(given.values()):
            raise Refused(Gap(_("Tệp"), _("chưa chọn tệp nào."), code="no-file", link="#id_organisations"))
        loaded = bring_in_organisations(by=who, at=now(), **given)
    except Refused as error:
        return refused(request, error, template="organisations/import.html", context=_context())
    counts = {"touched": loaded.touched, "added": loaded.added, "changed": loaded.changed}
    counts["unchanged"] = loaded.unchanged
    say(
        request,
        _("%(touched)d thay đổi: thêm %(added)d, sửa %(changed)d; giữ nguyên %(unchanged)d dòng.") % counts,
    )
    return redirect("organisations-import")

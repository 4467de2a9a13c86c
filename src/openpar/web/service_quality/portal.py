"""Our points beside those of the national portal: upload, and what differs beyond the tolerance."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from openpar.base.intake.queries import batches, refusals_of
from openpar.common.errors import FileRefused, Gap, Refused
from openpar.common.formats import format_decimal
from openpar.common.text import nfc
from openpar.delivery.service_quality.actions.importing import PORTAL_KIND, File, bring_in_portal_points
from openpar.delivery.service_quality.permissions import may_manage_index
from openpar.delivery.service_quality.queries.boards import Difference, board, compared_with_portal
from openpar.web.http import AuthenticatedRequest, now, only, page, refused, say, today
from openpar.web.service_quality.common import Asked, asked_of, frame

HERE = "service-quality-portal"
_PAGE = "service_quality/portal.html"
_RECENT = 5


@dataclass(frozen=True)
class ShownDifference:
    """One difference, its values prepared."""

    organisation_id: int
    name: str
    what: str
    portal: Decimal | None
    ours: Decimal | None
    by: Decimal | None
    figures: str
    sentence: str


def _shown(one: Difference) -> ShownDifference:
    figures = ""
    if one.line is not None:
        pair = (one.line.numerator, one.line.denominator)
        figures = " / ".join("—" if each is None else format_decimal(each) for each in pair)
    return ShownDifference(
        organisation_id=one.organisation_id,
        name=one.name,
        what=f"{one.code} {one.title}" if one.line else one.title or _("Tổng điểm"),
        portal=one.portal,
        ours=one.ours,
        by=one.by,
        figures=figures,
        sentence=one.line.sentence if one.line else "",
    )


def _context(request: AuthenticatedRequest, asked: Asked) -> dict[str, object]:
    found = board(asked.period)
    compared = compared_with_portal(asked.period, found)
    return {
        **frame(request, HERE, asked),
        "found": found,
        "compared": compared,
        "differences": [_shown(one) for one in compared.differences],
        "address": reverse("service-quality"),
        "recent": [(batch, refusals_of(batch)) for batch in batches(kind=PORTAL_KIND)[:_RECENT]],
    }


@page("GET", "POST")
def compare(request: AuthenticatedRequest) -> HttpResponse:
    by = only(request, may_manage_index)
    asked = asked_of(request.GET, today())
    if request.method == "GET":
        context = _context(request, asked)
        if asked.gaps:
            context["refused_gaps"] = asked.gaps
        return render(request, _PAGE, context, status=422 if asked.gaps else 200)
    try:
        if asked.gaps:
            raise Refused(asked.gaps)
        file = _uploaded(request)
        count = bring_in_portal_points(by=by, at=now(), period=asked.period, file=file)
    except Refused as error:
        return refused(request, error, template=_PAGE, context=_context(request, asked))
    say(request, _("Đã nhận %d điểm của Cổng.") % count)
    return redirect(f"{reverse(HERE)}?{asked.query}")


def _uploaded(request: AuthenticatedRequest) -> File:
    upload = request.FILES.get("file")
    if not isinstance(upload, UploadedFile):
        raise Refused(Gap(_("Tệp"), _("chưa chọn tệp."), code="no-file", link="#id_file"))
    name, limit = nfc(upload.name or "")[-200:], settings.OPENPAR_MAX_UPLOAD_BYTES
    if (upload.size or 0) > limit:
        what = _("tệp lớn hơn %d MB") % (limit // 2**20)
        raise FileRefused.because(name, what, code="too-large", link="#id_file")
    content = upload.read()
    return File(name, content, hashlib.sha256(content).hexdigest())

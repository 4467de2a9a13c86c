"""What anybody may see of the log: that it only grows. Rows are not shown here, only their hashes."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path
from xml.sax.saxutils import escape

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from openpar.base.audit.exports import NoSuchTile, checkpoints_text, keys_text, tile_at
from openpar.base.audit.models import Checkpoint, VerifierKey
from openpar.base.audit.queries import sealed_until
from openpar.base.notifications.models import CHECKPOINTS
from openpar.web.http import now, open_page

_SHOWN, _IN_FEED = 50, 50
_TEXT = "text/plain; charset=utf-8"
# A tile that is full never changes any more.
_FOR_EVER = "public, max-age=31536000, immutable"


def _newest() -> Checkpoint:
    newest = Checkpoint.objects.order_by("-size").first()
    if newest is None:
        raise Http404
    return newest


@open_page("GET")
def seals(request: HttpRequest) -> HttpResponse:
    checkpoints = list(Checkpoint.objects.order_by("-size")[:_SHOWN])
    until = sealed_until()
    address = request.build_absolute_uri(reverse("seals"))
    program = "python3 openpar_verify.py" + (" --vi" if get_language() == "vi" else "")
    name = _file_name(checkpoints[0].size) if checkpoints else ""
    context = {
        "newest": checkpoints[0] if checkpoints else None,
        "checkpoints": checkpoints,
        "sealed_until": until,
        "is_late": until is not None and now() - until > settings.OPENPAR_STOP_WITHOUT_SEAL,
        "keys": list(VerifierKey.objects.all()),
        # One prefix for all the rows instead of an address looked up for each.
        "prefix": CHECKPOINTS,
        "commands": {
            "log": f"{program} log {address} --checkpoint {name}",
            "receipt": f"{program} receipt bien-nhan.json",
        },
    }
    return render(request, "seals/seals.html", context)


@open_page("GET")
def newest_checkpoint(request: HttpRequest) -> HttpResponse:
    return _plain(_newest().note)


@open_page("GET")
def one_checkpoint(request: HttpRequest, size: int) -> HttpResponse:
    found = Checkpoint.objects.filter(size=size).first()
    if found is None:
        raise Http404
    answer = _plain(found.note)
    # Officials click it to keep it; a program that asks for the address reads the same text.
    answer["Content-Disposition"] = f'attachment; filename="{_file_name(size)}"'
    return answer


@open_page("GET")
def all_checkpoints(request: HttpRequest) -> HttpResponse:
    return _plain(checkpoints_text(_newest().size))


@open_page("GET")
def keys(request: HttpRequest) -> HttpResponse:
    return _plain(keys_text())


@open_page("GET")
def verifier(request: HttpRequest) -> HttpResponse:
    """The program that checks, as this installation would run it; the published one is the one to compare."""
    return _plain(Path(settings.OPENPAR_VERIFIER).read_text(encoding="utf-8"))


@open_page("GET")
def tile(request: HttpRequest, place: str) -> HttpResponse:
    try:
        content = tile_at(place, _newest().size)
    except NoSuchTile:
        raise Http404 from None
    answer = HttpResponse(content, content_type="application/octet-stream")
    answer["Cache-Control"] = _FOR_EVER
    return answer


@open_page("GET")
def feed(request: HttpRequest) -> HttpResponse:
    """Atom: a reader that fetches it now and then keeps checkpoints which this house cannot take back."""
    entries = []
    for found in Checkpoint.objects.order_by("-size")[:_IN_FEED]:
        link = request.build_absolute_uri(reverse("seals-one-checkpoint", args=[found.size]))
        moment = found.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        title = _("Mốc niêm phong %d") % found.size
        entries.append(
            f"<entry><id>{escape(link)}</id><title>{escape(title)}</title><updated>{moment}</updated>"
            f'<link href="{escape(link)}"/><content type="text">{escape(found.note)}</content></entry>'
        )
    newest = Checkpoint.objects.order_by("-size").first()
    updated = (newest.at if newest else now()).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    address = escape(request.build_absolute_uri(reverse("seals-feed")))
    origin = escape(settings.OPENPAR_LOG_ORIGIN)
    content = (
        '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom">'
        f"<id>{address}</id><title>{origin}</title><updated>{updated}</updated>"
        f'<link rel="self" href="{address}"/><author><name>{origin}</name></author>'
        f"{''.join(entries)}</feed>"
    )
    return HttpResponse(content, content_type="application/atom+xml; charset=utf-8")


def _file_name(size: int) -> str:
    return f"moc-{size}.txt"


def _plain(text: str) -> HttpResponse:
    answer = HttpResponse(text, content_type=_TEXT)
    answer["Cache-Control"] = "no-cache"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer

"""Where a weakness is reported (RFC 9116): `/.well-known/security.txt`, with OPENPAR_SECURITY_CONTACT."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse

from openpar.web.http import now, open_page

# The standard asks for less than a year; an installation that nobody looks after any more stops saying so.
_GOOD_FOR: Final = timedelta(days=180)


@open_page("GET")
def security_txt(request: HttpRequest) -> HttpResponse:
    contact = settings.OPENPAR_SECURITY_CONTACT
    if not contact:
        raise Http404
    expires = (now() + _GOOD_FOR).astimezone(UTC)
    lines = (
        f"Contact: {contact}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: vi, en",
        f"Canonical: {request.build_absolute_uri(request.path)}",
    )
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")

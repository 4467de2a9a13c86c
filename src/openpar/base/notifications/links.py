"""The address of a page as somebody outside of the program needs it."""

from __future__ import annotations

from django.conf import settings


def outside_address(link: str) -> str:
    """`link` below the address of the site; empty without a link, or where the site has no address set."""
    site: str = settings.OPENPAR_SITE
    return f"{site.rstrip('/')}{link}" if site and link.startswith("/") else ""

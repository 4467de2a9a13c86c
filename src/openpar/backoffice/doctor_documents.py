"""What `openpar doctor` looks at for official documents: the fonts that a PDF must carry."""

from __future__ import annotations

from collections.abc import Iterator

from openpar.backoffice.findings import Finding, Mark, check
from openpar.reports.documents.fonts import FontsMissing, folders, font_in
from openpar.reports.documents.layouts import layout_on


@check
def document_fonts() -> Iterator[Finding]:
    """Without them only PDF is missing; files for the word processor are made all the same."""
    subject = "phông chữ văn bản PDF"
    try:
        found = font_in(folders(), layout_on(None).embedded_fonts)
    except FontsMissing as missing:
        (gap,) = missing.gaps
        yield Finding(Mark.WARNING, subject, gap.what, f"{gap.remedy}.")
    else:
        yield Finding(Mark.OK, subject, f"{found.family} trong {found.folder}")

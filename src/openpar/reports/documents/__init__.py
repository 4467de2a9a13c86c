"""Official documents in the layout of NĐ 30/2020/NĐ-CP: a value that knows no format, and what writes it.

    document = OfficialDocument(...)          # or a builder of kinds.py
    gaps_of(document)                         # what it still lacks, all at once
    docx_bytes(document); pdf_bytes(document) # a file to edit; PDF/A-2a and PDF/UA-1
    preview_pages(document)                   # its pages as SVG

Nothing here stores anything: what was signed is a Document of base/documents and stays as it is.
"""

from __future__ import annotations

from openpar.reports.documents.checks import DocumentRefused, gaps_of, require_complete
from openpar.reports.documents.composing import compose
from openpar.reports.documents.model import OfficialDocument

__all__ = [
    "DocumentRefused",
    "OfficialDocument",
    "docx_bytes",
    "draft_docx_bytes",
    "gaps_of",
    "pdf_bytes",
    "preview_pages",
]


def docx_bytes(document: OfficialDocument) -> bytes:
    """A file for the word processor. Raises DocumentRefused with every gap."""
    # What writes files is loaded when the first one is written: most processes never do.
    from openpar.reports.documents.word import write_docx

    require_complete(document)
    return write_docx(compose(document))


def draft_docx_bytes(document: OfficialDocument) -> bytes:
    """The same for a draft that the program fills and somebody completes in the word processor: nothing is
    refused, what the decree would not have is written as it is, but for invisible signs.
    """
    from openpar.reports.documents.word import write_docx

    return write_docx(compose(document))


def pdf_bytes(document: OfficialDocument) -> bytes:
    """PDF/A-2a and PDF/UA-1, fonts embedded. Raises DocumentRefused, FontsMissing, NotPrintable."""
    from openpar.reports.documents.pdf import write_pdf

    require_complete(document)
    return write_pdf(compose(document))


def preview_pages(document: OfficialDocument) -> list[bytes]:
    """The pages as SVG without scripts, as they will be in the PDF. Raises the same."""
    from openpar.reports.documents.pdf import draw_pages

    require_complete(document)
    return draw_pages(compose(document))

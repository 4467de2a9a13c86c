"""The number that the registry gave a document, on the document itself."""

from __future__ import annotations

from dataclasses import replace

from openpar.reports.documents.layouts import document_type
from openpar.reports.documents.model import OfficialDocument
from openpar.reports.documents.wording import split_number


def numbered(document: OfficialDocument, written: str) -> OfficialDocument:
    """With number and symbol as the registry gave them.

    One in another form than the decree's, of another kind of document or without a day is told above a blank
    number. Nothing changes where none was given.
    """
    if not written.strip():
        return document
    found = split_number(written)
    begins = document_type(document.type_code).abbreviation
    if found is None or document.day is None or not found[1].startswith(f"{begins}-"):
        return replace(document, marks=(*document.marks, f"Số đã ghi: {written}"))
    return replace(document, number=found[0], symbol=found[1])

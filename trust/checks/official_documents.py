"""Whatever an official document says stands in both its files where the decree puts it, and the PDF keeps its
standards.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from trust.check import Check, Found, Scale

if TYPE_CHECKING:
    from openpar.reports.documents.composing import Composition


def run(scale: Scale) -> Found:
    from openpar.reports.documents import gaps_of
    from openpar.reports.documents.composing import compose
    from openpar.reports.documents.pdf import write_pdf
    from openpar.reports.documents.word import write_docx
    from tests.reports.documents.chance import chosen_document, lost_in_pdf, lost_in_word

    documents = scale.of(200, short=6)
    violations: list[str] = []
    printed: list[bytes] = []
    for number in range(documents):
        document = chosen_document(scale.random("document", number))
        made = compose(document)
        word, pdf = write_docx(made), write_pdf(made)
        faults = [str(gap) for gap in gaps_of(document)]
        faults += [f"docx: {text}" for text in lost_in_word(made, word)]
        faults += [f"pdf: {text}" for text in lost_in_pdf(made, pdf)]
        if write_docx(compose(document)) != word or write_pdf(compose(document)) != pdf:
            faults.append("made again, it is another file")
        violations += [f"document {number}: {fault}" for fault in faults[:3]]
        printed.append(pdf)
    # The short form leaves it to tests/reports/documents/test_verapdf.py.
    validated = {} if scale.short else _validated(printed)
    violations += [f"{name}: {fault}" for name, faults in validated.items() for fault in faults[:3]]
    figures = {"documents": documents, "files read back": 2 * documents, "validated": len(validated)}
    return Found(figures, tuple(violations), _planted(scale))


def _validated(printed: list[bytes]) -> dict[str, list[str]]:
    """What veraPDF says of each; empty where there is no Java to ask it."""
    from tests.reports.documents.verapdf import faults_of, why_left_out

    if why_left_out():
        return {}
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"document {number}" for number in range(len(printed))]
        for file, content in zip(files, printed, strict=True):
            file.write_bytes(content)
        return faults_of(files)


def _planted(scale: Scale) -> dict[str, bool]:
    """Writers that lose something, and a layout that the decree does not have."""
    from openpar.reports.documents.composing import compose
    from openpar.reports.documents.layouts import layout_on
    from openpar.reports.documents.pdf import write_pdf
    from openpar.reports.documents.word import write_docx
    from tests.reports.documents import cells
    from tests.reports.documents.chance import lost_in_pdf, lost_in_word
    from tests.reports.documents.reading import read_pdf
    from tests.reports.documents.specimen import LETTER, REPORT

    made = compose(REPORT)
    layout = layout_on(REPORT.day)
    wrong = replace(layout, page=replace(layout.page, left=layout.page.left - 10))
    altered = [read_pdf(write_pdf(compose(document, wrong))) for document in (REPORT, LETTER)]
    return {
        "recipients left out of the word file": bool(
            lost_in_word(made, write_docx(_without(made, "recipients")))
        ),
        "a paragraph left out of the PDF": bool(lost_in_pdf(made, write_pdf(_without(made, "parts")))),
        "a left margin of 20 mm": any(
            fault.startswith("page Lề: trái") for fault in cells.pdf_faults(*altered)
        ),
    }


def _without(made: Composition, field: str) -> Composition:
    """The composition less the last of a field."""
    return replace(made, **{field: getattr(made, field)[:-1]})


CHECK = Check(
    name="official_documents",
    property="what an official document says stands in its files as the decree asks",
    run=run,
)

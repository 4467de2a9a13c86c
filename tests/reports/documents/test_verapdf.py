"""Every type of document is valid PDF/A-2a and PDF/UA-1 for veraPDF, which finds what is planted in one.

Left out with the reason where there is no Java.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from openpar.reports.documents import pdf_bytes
from tests.reports.documents.specimen import LETTER, REPORT
from tests.reports.documents.test_kinds import KINDS
from tests.reports.documents.test_standards import (
    changed,
    font_out,
    no_part,
    script_in,
    skipped,
    stray,
    text_out,
    unmarked,
    widened,
    without,
)
from tests.reports.documents.verapdf import faults_of, why_left_out

pytestmark = pytest.mark.skipif(bool(why_left_out()), reason=f"veraPDF is left out: {why_left_out()}")

# What is done to a valid report, and the rule that it breaks. Without its output intent it would still be
# valid: no colour in it depends on the device.
PLANTED = {
    "no metadata": (without("/Metadata"), "PDFA-2A 6.6.2.1"),
    "no structure": (without("/StructTreeRoot"), "PDFA-2A 6.7.3.3"),
    "no language": (without("/Lang"), "PDFUA-1 7.2"),
    "title not shown": (without("/ViewerPreferences"), "PDFUA-1 7.1"),
    "another part": (no_part, "PDFA-2A 6.6.4"),
    "not marked": (unmarked, "PDFA-2A 6.7.2.2"),
    "font left out": (font_out, "PDFA-2A 6.2.11.4.1"),
    "other widths": (widened, "PDFA-2A 6.2.11.5"),
    "letters without text": (text_out, "PDFA-2A 6.2.11.7"),
    "a script": (script_in, "PDFA-2A 6.5"),
    "a stray line": (stray, "PDFUA-1 7.1"),
    "a skipped heading": (skipped, "PDFUA-1 7.4.2"),
}
DOCUMENTS = {"report": lambda: REPORT, "letter": lambda: LETTER, **{name: KINDS[name][0] for name in KINDS}}


@pytest.fixture(scope="module")
def faults(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """All of them at one go: what takes long is to start Java."""
    folder = tmp_path_factory.mktemp("pdf")
    report = pdf_bytes(REPORT)
    contents = {f"valid {name}": pdf_bytes(make()) for name, make in DOCUMENTS.items()}
    contents |= {f"planted {name}": changed(report, change) for name, (change, _rule) in PLANTED.items()}
    files: list[Path] = []
    for name, content in contents.items():
        files.append(folder / name)
        files[-1].write_bytes(content)
    return faults_of(files)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_is_valid(faults: dict[str, list[str]], name: str) -> None:
    assert faults[f"valid {name}"] == []


@pytest.mark.parametrize("name", PLANTED)
def test_what_is_planted_is_found(faults: dict[str, list[str]], name: str) -> None:
    found = faults[f"planted {name}"]
    assert any(fault.startswith(PLANTED[name][1]) for fault in found), found

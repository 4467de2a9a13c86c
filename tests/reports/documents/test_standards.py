"""PDF/A-2a and PDF/UA-1: by what writes the file, and by an independent look that finds what is planted."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pikepdf
import pytest

from openpar.reports.documents import pdf_bytes
from openpar.reports.documents.typesetting import STANDARDS
from tests.reports.documents.specimen import LETTER, REPORT
from tests.reports.documents.standards import standard_faults, walk


@pytest.fixture(scope="module")
def content() -> bytes:
    return pdf_bytes(REPORT)


def changed(
    content: bytes, change: Callable[[pikepdf.Pdf], None], encryption: pikepdf.Encryption | None = None
) -> bytes:
    output = BytesIO()
    with pikepdf.open(BytesIO(content)) as pdf:
        change(pdf)
        pdf.save(output, encryption=encryption)
    return output.getvalue()


def test_the_writer_is_asked_to_refuse_what_is_not_archivable_and_accessible() -> None:
    assert STANDARDS == ["a-2a", "ua-1"]


def test_a_report_is_pdf_a_and_pdf_ua(content: bytes) -> None:
    assert standard_faults(content) == []


def test_a_letter_without_number_and_day_is_pdf_a_and_pdf_ua() -> None:
    assert standard_faults(pdf_bytes(LETTER)) == []


def without(key: str) -> Callable[[pikepdf.Pdf], None]:
    def change(pdf: pikepdf.Pdf) -> None:
        del pdf.Root[key]

    return change


def first_font(pdf: pikepdf.Pdf, subtype: str) -> pikepdf.Dictionary:
    return next(
        item
        for item in pdf.objects
        if isinstance(item, pikepdf.Dictionary) and item.get("/Subtype") == subtype
    )


def font_out(pdf: pikepdf.Pdf) -> None:
    descriptor = first_font(pdf, "/CIDFontType2")["/FontDescriptor"]
    del descriptor["/FontFile2"]


def widened(pdf: pikepdf.Pdf) -> None:
    first_font(pdf, "/CIDFontType2")["/W"] = pikepdf.Array([1, 2, 333])


def another_profile(pdf: pikepdf.Pdf) -> None:
    pdf.Root["/OutputIntents"][0]["/DestOutputProfile"]["/N"] = 1


def text_out(pdf: pikepdf.Pdf) -> None:
    del first_font(pdf, "/Type0")["/ToUnicode"]


def script_in(pdf: pikepdf.Pdf) -> None:
    pdf.Root["/OpenAction"] = pdf.make_indirect(
        pikepdf.Dictionary(S=pikepdf.Name("/JavaScript"), JS=pikepdf.String("app.alert(1)"))
    )


def no_part(pdf: pikepdf.Pdf) -> None:
    with pdf.open_metadata() as meta:
        del meta["pdfaid:part"]


def unmarked(pdf: pikepdf.Pdf) -> None:
    pdf.Root["/MarkInfo"]["/Marked"] = False


def stray(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].contents_add(b"0 0 m 10 10 l S", prepend=True)


def skipped(pdf: pikepdf.Pdf) -> None:
    headings = [element for _above, element in walk(pdf.Root["/StructTreeRoot"]) if element["/S"] == "/H2"]
    headings[0]["/S"] = pikepdf.Name("/H4")


PLANTED: dict[str, tuple[Callable[[pikepdf.Pdf], None], str]] = {
    "no output intent": (without("/OutputIntents"), "A 6.2.3"),
    "no metadata": (without("/Metadata"), "A 6.6.2"),
    "no structure": (without("/StructTreeRoot"), "A 6.7.3"),
    "no language": (without("/Lang"), "UA 7.2"),
    "title not shown": (without("/ViewerPreferences"), "UA 7.1: title"),
    "another part": (no_part, "A 6.6.4"),
    "not marked": (unmarked, "A 6.7.2"),
    "font left out": (font_out, "A 6.2.11.4"),
    "other widths": (widened, "A 6.2.11.5"),
    "another profile": (another_profile, "A 6.2.3: another number"),
    "letters without text": (text_out, "A 6.2.11.7"),
    "a script": (script_in, "A 6.5"),
    "a stray line": (stray, "UA 7.1: 1 marks on page 1"),
    "a skipped heading": (skipped, "UA 7.4.2"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_what_is_planted_in_a_file_is_found(content: bytes, name: str) -> None:
    change, said = PLANTED[name]
    faults = standard_faults(changed(content, change))
    assert any(fault.startswith(said) for fault in faults), faults


def test_an_encrypted_file_is_found(content: bytes) -> None:
    closed = changed(content, lambda pdf: None, encryption=pikepdf.Encryption(owner="a", user=""))
    assert "A 6.1.3: encrypted" in standard_faults(closed)


def test_titles_of_tables_are_heading_cells_and_headings_are_headings(content: bytes) -> None:
    with pikepdf.open(BytesIO(content)) as pdf:
        kinds = [str(element["/S"]) for _above, element in walk(pdf.Root["/StructTreeRoot"])]
    # Three titles in each of two tables; the head and the foot of the page are no tables.
    assert kinds.count("/TH") == 6
    assert kinds.count("/Table") == 2
    assert kinds.count("/H1") == 3  # Phần I and two appendices

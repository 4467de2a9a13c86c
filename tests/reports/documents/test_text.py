"""What is written can be read again: every Vietnamese letter, no programs, the same bytes."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from zipfile import ZipFile

import docx
import pikepdf
import pypdfium2
import pytest

from openpar.reports.documents import (
    OfficialDocument,
    docx_bytes,
    draft_docx_bytes,
    pdf_bytes,
    preview_pages,
)
from openpar.reports.documents.model import Appendix, Column, Heading, Paragraph, Signature, Table
from openpar.reports.documents.pdf import NotPrintable
from tests.reports.documents.reading import read_pdf
from tests.reports.documents.specimen import LETTER, REPORT, TASKS

TONES = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
VOWELS = "aăâeêioôơuưy"
CONSONANTS = "bcdđghklmnpqrstvx"
SIGNS = "0123456789.,;:-–/()“”’…%&+=≥≤×°§•"


def alphabet() -> str:
    """Every letter of Vietnamese in both cases, NFC."""
    lower = [unicodedata.normalize("NFC", vowel + tone) for vowel in VOWELS for tone in TONES]
    return "".join([*lower, *CONSONANTS, *(letter.upper() for letter in (*lower, *CONSONANTS))])


def spelled() -> OfficialDocument:
    """The alphabet in all four faces: upright, bold, italic, and both."""
    words = " ".join([*alphabet(), *SIGNS])
    body = (
        Heading(words),
        Paragraph(words),
        Paragraph(words, italic=True),
        Paragraph(words, italic=True, bold=True),
        Paragraph("Hết"),
    )
    return replace(LETTER, body=body)


def pdf_text(content: bytes) -> str:
    pdf = pypdfium2.PdfDocument(content)
    text = "".join(page.get_textpage().get_text_bounded() for page in pdf)
    pdf.close()
    return text


def test_the_alphabet_has_134_letters_without_f_j_w_z() -> None:
    letters = alphabet()
    assert len(letters) == len(set(letters)) == 2 * (12 * 6 + 17)


def test_every_vietnamese_letter_can_be_read_out_of_the_pdf_in_every_face() -> None:
    text = pdf_text(pdf_bytes(spelled()))
    for letter in alphabet() + SIGNS:
        assert text.count(letter) >= 4, letter


def test_letters_are_embedded_in_the_fonts_and_none_comes_from_the_machine() -> None:
    with pikepdf.open(BytesIO(pdf_bytes(spelled()))) as pdf:
        fonts = [item for item in pdf.objects if isinstance(item, pikepdf.Dictionary)]
        named = {
            str(item["/BaseFont"]).partition("+")[2] for item in fonts if item.get("/Subtype") == "/Type0"
        }
        embedded = [item for item in fonts if "/FontFile2" in item]
    assert {name.partition("-")[2] for name in named} == {"Regular", "Bold", "Italic", "BoldItalic"}
    assert len(embedded) == 4


def test_every_vietnamese_letter_stands_in_the_word_file() -> None:
    document = docx.Document(BytesIO(docx_bytes(spelled())))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    for letter in alphabet():
        assert text.count(letter) >= 4, letter


def test_decomposed_letters_are_written_as_one() -> None:
    apart = replace(LETTER, body=(Paragraph(unicodedata.normalize("NFD", "Cải cách hành chính")),))
    assert "Cải cách hành chính./." in pdf_text(pdf_bytes(apart))


def test_long_cells_go_over_pages_and_long_words_are_broken_and_none_is_lost() -> None:
    long = " ".join(f"từ{number}" for number in range(900))
    code = "0123456789abcdef" * 12
    columns = (Column("Hẹp", Decimal(12)), Column("Rộng", Decimal(90)), Column("Mã", Decimal(25)))
    table = Table(columns, (("a b " * 200, long, code),))
    document = replace(LETTER, body=(Paragraph(code), table, Paragraph(f"Mã {code}{code}.")))
    pages = read_pdf(pdf_bytes(document))
    assert all(line.right <= 195.5 for line in pages.lines)
    assert all(line.top <= 277.5 for line in pages.lines)
    words = {word for line in pages.lines for word in line.text.split()}
    assert {f"từ{number}" for number in range(900)} <= words
    digits = "".join(line.text for line in pages.lines)
    assert digits.count("0") >= 4 * 12
    assert "\u200b" not in digits


def test_rows_of_word_tables_are_not_split_and_titles_repeat() -> None:
    xml = docx.Document(BytesIO(docx_bytes(REPORT))).element.xml
    rows = sum(len(block.rows) for block in (*REPORT.body, TASKS) if isinstance(block, Table))
    # Head and foot of the page are three rows more; every table has its titles.
    assert xml.count("<w:cantSplit/>") == rows + 2 + 3
    assert xml.count("<w:tblHeader/>") == 2
    assert xml.count('<w:outlineLvl w:val="0"/>') == 3


def test_a_draft_is_written_whatever_it_lacks_without_invisible_signs() -> None:
    draft = replace(LETTER, abstract="a\x00b\u202ec", symbol="x y", addressees=(), secret_level="")
    document = docx.Document(BytesIO(draft_docx_bytes(draft)))
    assert "V/v abc" in document.tables[0].rows[1].cells[0].text


def test_a_sign_that_no_font_has_is_refused_and_named() -> None:
    with pytest.raises(NotPrintable, match="☃"):
        pdf_bytes(replace(LETTER, body=(Paragraph("Người tuyết ☃ ở đây."),)))


CODE = '#panic("đã chạy") #read("/etc/passwd") $x$ *đậm* _nghiêng_ `mã` \\ <nhãn> @nguồn // bỏ'


def test_what_looks_like_a_program_stays_text_everywhere() -> None:
    table = Table((Column(CODE, REPORT_WIDTH),), ((CODE,),))
    document = replace(
        REPORT,
        abstract=CODE,
        place=CODE,
        addressees=(CODE, CODE),
        grounds=(CODE,),
        body=(Heading(CODE), Paragraph(CODE, lead=CODE), table, Paragraph(CODE)),
        signatures=(Signature((CODE,), CODE),),
        recipients=(CODE,),
        appendices=(Appendix(CODE, (table,)),),
    )
    text = "".join(pdf_text(pdf_bytes(document)).split())
    assert text.count('#panic("đãchạy")#read("/etc/passwd")$x$*đậm*_nghiêng_`mã`\\<nhãn>@nguồn//bỏ') >= 10


REPORT_WIDTH = REPORT.appendices[0].blocks[0].columns[1].width  # type: ignore[union-attr]  # a table


def test_the_same_document_gives_the_same_bytes() -> None:
    for document in (REPORT, LETTER):
        assert docx_bytes(document) == docx_bytes(replace(document))
        assert pdf_bytes(document) == pdf_bytes(replace(document))


def test_files_carry_the_day_of_the_document_not_of_the_clock() -> None:
    with pikepdf.open(BytesIO(pdf_bytes(REPORT))) as pdf:
        assert str(pdf.docinfo["/CreationDate"]).startswith("D:20260206")
    properties = docx.Document(BytesIO(docx_bytes(REPORT))).core_properties
    assert f"{properties.created:%d/%m/%Y}" == "06/02/2026"
    with ZipFile(BytesIO(docx_bytes(REPORT))) as archive:
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}


def test_files_say_their_title_agency_and_language() -> None:
    properties = docx.Document(BytesIO(docx_bytes(REPORT))).core_properties
    assert properties.title == "Báo cáo: Công tác cải cách hành chính quý I năm 2026"
    assert (properties.author, properties.language) == ("VĂN PHÒNG", "vi-VN")
    with pikepdf.open(BytesIO(pdf_bytes(REPORT))) as pdf:
        assert str(pdf.docinfo["/Title"]) == properties.title


def test_a_preview_has_a_picture_of_every_page_and_no_scripts() -> None:
    pages = preview_pages(REPORT)
    pdf = pypdfium2.PdfDocument(pdf_bytes(REPORT))
    assert len(pages) == len(pdf)
    pdf.close()
    for page in pages:
        assert page.startswith(b"<svg")
        assert b"<script" not in page
        assert b'href="http' not in page

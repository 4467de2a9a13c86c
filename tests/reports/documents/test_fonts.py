"""The fonts of a PDF: found where set-up put them, refused where they lack letters, said when missing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from openpar.backoffice.doctor_documents import document_fonts
from openpar.backoffice.findings import Mark
from openpar.reports.documents import fonts, pdf_bytes
from openpar.reports.documents.fonts import INSTALLED, FontFolder, FontsMissing, folders, font_in
from openpar.reports.documents.layouts import layout_on
from openpar.reports.documents.widths import bold_width, widest
from tests.reports.documents.reading import read_pdf
from tests.reports.documents.specimen import LETTER, REPORT

FAMILIES = layout_on(None).embedded_fonts


def document_font() -> FontFolder:
    return font_in(folders(), FAMILIES)


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without fonts: neither installed nor Debian's."""
    monkeypatch.setattr(fonts, "INSTALLED", tmp_path / "installed")
    monkeypatch.setattr(fonts, "DEBIAN", tmp_path / "debian")
    return tmp_path


def test_set_up_has_installed_the_fonts() -> None:
    found = document_font()
    assert (found.family, found.folder) == ("Tinos", INSTALLED)


def test_without_fonts_no_pdf_is_made_and_it_says_what_to_install(nowhere: Path) -> None:
    with pytest.raises(FontsMissing, match=r"fonts-liberation2.*OPENPAR_DOCUMENT_FONTS"):
        pdf_bytes(LETTER)


def test_fonts_of_the_office_come_first(nowhere: Path, settings: Settings) -> None:
    own = nowhere / "own"
    shutil.copytree(INSTALLED, own)
    settings.OPENPAR_DOCUMENT_FONTS = str(own)
    assert document_font().folder == own


def test_a_family_without_italic_is_not_taken(nowhere: Path, settings: Settings) -> None:
    own = nowhere / "own"
    own.mkdir()
    for name in ("Tinos-Regular.ttf", "Tinos-Bold.ttf"):
        shutil.copy(INSTALLED / name, own / name)
    settings.OPENPAR_DOCUMENT_FONTS = str(own)
    with pytest.raises(FontsMissing):
        document_font()


def test_the_doctor_says_where_the_fonts_are_or_how_to_get_them(nowhere: Path, settings: Settings) -> None:
    (missing,) = document_fonts()
    assert missing.mark == Mark.WARNING
    assert "fonts-liberation2" in missing.remedy
    settings.OPENPAR_DOCUMENT_FONTS = str(INSTALLED)
    (found,) = document_fonts()
    assert (found.mark, "Tinos" in found.what) == (Mark.OK, True)


def test_the_widths_for_word_processors_are_those_of_the_font() -> None:
    pages = read_pdf(pdf_bytes(REPORT))
    for text, size in (
        ("Độc lập - Tự do - Hạnh phúc", 14),
        ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 13),
        ("Công tác cải cách hành chính quý I năm 2026", 14),
        ("KT. CHÁNH VĂN PHÒNG", 14),
    ):
        line = pages.line(text)
        assert float(bold_width(text, size)) == pytest.approx(line.right - line.left, abs=0.1)


def test_the_longest_of_broken_lines_counts() -> None:
    room = bold_width("ỦY BAN NHÂN DÂN", 13)
    assert widest("ỦY BAN NHÂN DÂN TỈNH", 13, room) == room
    assert widest("TỈNH", 13, room) == bold_width("TỈNH", 13)

"""What a file is and what is inside it, told by its content."""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path

import pytest

from openpar.base.documents.kinds import EXTERNAL_LINKS, inspect_file
from openpar.base.documents.pdf_contents import warnings_of_pdf
from openpar.common.errors import FileRefused
from tests.base.documents.signed import plain_pdf, sign, with_script
from tests.hostile import document

HEAD = b"%PDF-1.7\n"


def packed(content: bytes) -> bytes:
    return b"<</Type/ObjStm/N 1/Filter/FlateDecode>>stream\n" + zlib.compress(content) + b"\nendstream"


@pytest.mark.parametrize(
    ("body", "warnings"),
    [
        (b"<</S/JavaScript/JS(app.alert(1))>>", ("javascript",)),
        (b"<</S/J#61vaScript>>", ("javascript",)),
        (b"<</S /Rendition /JS 5 0 R>>", ("javascript", "rich-media")),
        (b"<</S/Launch/F(cmd.exe)>>", ("launch",)),
        (b"<</Names<</EmbeddedFiles 2 0 R>>>>", ("embedded-files",)),
        (b"<</Type/Filespec/F(a.exe)/EF<</F 3 0 R>>>>", ("embedded-files",)),
        (b"trailer<</Encrypt 4 0 R>>", ("encrypted",)),
        (packed(b"<</S/JavaScript/JS(1)>>"), ("javascript",)),
        (packed(b"<</S/Launch>>"), ("launch",)),
        # Words in a text, a longer name, and two letters by chance inside a picture are none.
        (b"(JavaScript) Tj /JavaScripts /Launcher", ()),
        (b"<<>>stream\n\x00/JS \xff\nendstream", ()),
    ],
)
def test_what_a_pdf_brings_along_is_told(body: bytes, warnings: tuple[str, ...]) -> None:
    assert warnings_of_pdf(HEAD + body) == warnings


def test_whole_pdfs_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "a"
    for content, warnings, has_signature in (
        (plain_pdf(), (), False),
        (sign(plain_pdf()), (), True),
        (with_script(plain_pdf()), ("javascript",), False),
    ):
        path.write_bytes(content)
        found = inspect_file(path, "a.pdf")
        assert (found.warnings, found.has_signature) == (warnings, has_signature)


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("a.docm", "không macro"),
        ("a.XLSM", "không macro"),
        ("a.html", "in trang ra PDF"),
        ("a.svg", ".png"),
        ("a.js", "không bao giờ là tài liệu"),
        ("a.pdf.exe", "không bao giờ là tài liệu"),
        ("a.doc", "PDF, .docx"),
        ("a.zip", "Giải nén"),
        ("a.xyz", ".pdf, .docx"),
    ],
)
def test_a_kind_that_is_not_accepted_says_what_would_be_right(tmp_path: Path, name: str, remedy: str) -> None:
    path = tmp_path / "a"
    path.write_bytes(plain_pdf())
    with pytest.raises(FileRefused, match=remedy) as refusal:
        inspect_file(path, name)
    assert refusal.value.gaps[0].code == "file-kind"


@pytest.mark.parametrize(
    "content",
    [
        b"<script>alert(1)</script>",
        b"\xef\xbb\xbf \n<!DOCTYPE html>",
        b"<?xml version='1.0'?><svg/>",
        b"#!/bin/sh\n",
        b"{\\rtf1}",
    ],
)
def test_a_page_or_a_script_is_no_table(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a"
    path.write_bytes(content)
    with pytest.raises(FileRefused) as refusal:
        inspect_file(path, "a.csv")
    assert refusal.value.gaps[0].code == "file-not-what-it-says"


def with_member(content: bytes, name: str, text: str) -> bytes:
    changed = io.BytesIO(content)
    with zipfile.ZipFile(changed, "a") as archive:
        archive.writestr(name, text)
    return changed.getvalue()


def test_an_office_file_may_point_elsewhere_but_not_carry_objects(tmp_path: Path) -> None:
    path = tmp_path / "a"
    relation = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship '
        'Id="r1" Type="http://x/attachedTemplate" Target="http://x.vn/a.dotm" TargetMode="External"/>'
        "</Relationships>"
    )
    path.write_bytes(with_member(document(), "word/_rels/settings.xml.rels", relation))
    assert inspect_file(path, "a.docx").warnings == (EXTERNAL_LINKS,)
    path.write_bytes(with_member(document(), "word/embeddings/oleObject1.bin", "x"))
    with pytest.raises(FileRefused) as refusal:
        inspect_file(path, "a.docx")
    assert refusal.value.gaps[0].code == "archive-active"

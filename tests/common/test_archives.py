from __future__ import annotations

import io
import random
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from openpar.common.archives import ArchiveLimits, check_archive
from openpar.common.errors import FileRefused
from openpar.common.spreadsheets import Sheet, read_sheet
from tests.common.crafted import archive, row, text_cell, workbook

BOMB = workbook(extra={"xl/media/image1.bin": b"\0" * 50_000_000})
LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><worksheet><sheetData>&b;</sheetData></worksheet>'
)
EXTERNAL = (
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    b'<Relationship Id="rId9" Type="http://x/image" Target="http://example.org/x.png" TargetMode="External"/>'
    b"</Relationships>"
)
HYPERLINK = EXTERNAL.replace(b"http://x/image", b"http://x/relationships/hyperlink")


def code_of(content: bytes | Path, limits: ArchiveLimits | None = None) -> str:
    with pytest.raises(FileRefused) as refused:
        check_archive(content, limits or ArchiveLimits())
    assert all(gap.what and gap.remedy for gap in refused.value.gaps)
    return refused.value.gaps[0].code


def test_an_honest_workbook_passes() -> None:
    check_archive(workbook(row(1, text_cell("A1", "Sở Nội vụ"))))


def test_a_link_that_somebody_may_click_passes() -> None:
    check_archive(workbook(extra={"xl/worksheets/_rels/sheet1.xml.rels": HYPERLINK}))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file-kind"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "file-kind"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100, "file-kind"),
        (workbook()[:400], "archive-damaged"),
        (workbook()[:-30], "archive-damaged"),
        (BOMB, "archive-ratio"),
        (workbook(extra={"../evil.xml": b"<a/>"}), "archive-name"),
        (workbook(extra={"/etc/passwd": b"x"}), "archive-name"),
        (workbook(extra={"xl\\evil.xml": b"<a/>"}), "archive-name"),
        (workbook(extra={"xl/vbaProject.bin": b"x"}), "archive-macro"),
        (workbook(content_type="application/vnd.ms-excel.sheet.macroEnabled.main+xml"), "archive-macro"),
        (workbook(extra={"xl/activeX/activeX1.bin": b"x"}), "archive-active"),
        (workbook(extra={"xl/externalLinks/externalLink1.xml": b"<a/>"}), "archive-external"),
        (workbook(extra={"xl/worksheets/_rels/sheet1.xml.rels": EXTERNAL}), "archive-external"),
        (workbook(sheet=LAUGHS.encode()), "archive-dtd"),
        (workbook(sheet=LAUGHS.encode("utf-16")), "archive-dtd"),
        (workbook(extra={"xl/strange.bin": LAUGHS.encode()}), "archive-dtd"),
        (workbook(extra={"xl/drawings/vmlDrawing1.vml": LAUGHS.encode()}), "archive-dtd"),
        (workbook(sheet=b"<worksheet><sheetData></worksheet>"), "archive-xml"),
        (archive({f"xl/{number}.xml": b"<a/>" for number in range(2_001)}), "archive-members"),
    ],
)
def test_a_hostile_or_broken_file_is_refused(content: bytes, code: str) -> None:
    assert code_of(content) == code


def test_a_drawing_of_comments_need_not_be_well_formed() -> None:
    check_archive(workbook(extra={"xl/drawings/vmlDrawing1.vml": b"<xml><br></xml>"}))


def test_too_large_files_are_refused_unread(tmp_path: Path) -> None:
    big = tmp_path / "big.xlsx"
    big.write_bytes(b"PK" + b"\0" * 2_000_000)
    assert code_of(big, ArchiveLimits(file_bytes=1_000_000)) == "file-too-big"
    assert code_of(
        workbook(extra={"a.bin": random.Random(1).randbytes(3_000)}), ArchiveLimits(unpacked_bytes=3_000)
    ) == ("archive-unpacked")


def test_two_members_of_one_name_are_refused() -> None:
    buffer = io.BytesIO(workbook())
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(buffer, "a") as written:
        written.writestr("xl/workbook.xml", b"<workbook/>")
    assert code_of(buffer.getvalue()) == "archive-duplicate"


def test_all_faults_of_the_list_are_named_at_once() -> None:
    with pytest.raises(FileRefused) as refused:
        check_archive(
            workbook(extra={"xl/vbaProject.bin": b"x", "../a": b"x", "xl/externalLinks/a.xml": b"<a/>"})
        )
    assert {gap.code for gap in refused.value.gaps} == {"archive-macro", "archive-name", "archive-external"}


@pytest.mark.parametrize(
    "content",
    [
        BOMB,
        workbook(dimension="A1:XFD1048576"),
        workbook(row(1_048_576, text_cell("XFD1048576", "x"))),
        workbook(sheet=LAUGHS.encode()),
        workbook("<a/>" * 2_500_000),
        workbook(strings="<si><t>abc</t></si>" * 600_000),
    ],
)
def test_refusing_costs_no_memory(content: bytes) -> None:
    tracemalloc.start()
    with pytest.raises(FileRefused):
        read_sheet(content)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8_000_000


def test_a_file_with_any_byte_changed_is_read_or_refused_and_nothing_else() -> None:
    sound = workbook("".join(row(n, text_cell(f"A{n}", f"Phường {n}")) for n in range(1, 30)))
    chance = random.Random(20261121)
    outcomes = {"read": 0, "refused": 0}
    for _ in range(400):
        content = bytearray(sound)
        for _ in range(chance.choice((1, 1, 1, 5))):
            content[chance.randrange(len(content))] = chance.randrange(256)
        if chance.random() < 0.1:
            del content[chance.randrange(len(content)) :]
        try:
            assert isinstance(read_sheet(bytes(content)), Sheet)
            outcomes["read"] += 1
        except FileRefused:
            outcomes["refused"] += 1
    assert outcomes["refused"] > 100

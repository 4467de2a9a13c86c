"""Files that nobody should send: made by hand, and changed by chance. Each has the name it comes under."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Iterator

from tests.common.crafted import archive, number_cell, row, text_cell, workbook

NAMES = ("a.xlsx", "a.docx", "a.csv", "a.yaml", "a.pdf")
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_DOCTYPE = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
_PAGES = (
    b"<!DOCTYPE html><script>alert(1)</script>",
    b"<html><body onload=alert(1)>",
    b"  \n<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    b"<?xml version='1.0'?><?xml-stylesheet href='javascript:alert(1)'?><x/>",
    b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff" + b"\x00" * 100,
    b"\x7fELF\x02\x01\x01" + b"\x00" * 100,
    b"#!/bin/sh\nrm -rf /\n",
    b"{\\rtf1{\\object\\objdata 0105}}",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600,
    b"Rar!\x1a\x07\x00",
    b"",
    b"\x00" * 5000,
    b"\xff\xfe" + "a;b\n".encode("utf-16-le") * 50,
)


def document(body: str = "<w:p/>", extra: dict[str, bytes] | None = None) -> bytes:
    """A .docx with this body."""
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    members = {
        "[Content_Types].xml": (
            b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            b'<Default Extension="xml" ContentType="application/xml"/>'
            b'<Default Extension="rels" '
            b'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            b'<Override PartName="/word/document.xml" ContentType="application/'
            b'vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
        ),
        "_rels/.rels": (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="r1" Type="{office}/officeDocument" Target="word/document.xml"/>'
            "</Relationships>"
        ).encode(),
        "word/document.xml": (f'<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>').encode(),
    }
    return archive({**members, **(extra or {})})


def crafted() -> Iterator[tuple[str, bytes]]:
    """More than two hundred files, always the same."""
    yield from _workbooks()
    yield from _archives()
    yield from _documents()
    yield from _texts()
    yield from _pdfs()
    for content in _PAGES:
        for name in (*NAMES, "a.png", "a.html", "a.svg", "a.exe", "a.xlsm"):
            yield name, content


def _workbooks() -> Iterator[tuple[str, bytes]]:
    for dimension in ("A1:XFD1048576", "A1:A1048576", "A1:XFD1", "A1:ZZZ9999999", "x", "A0", ""):
        yield "a.xlsx", workbook(row(1, text_cell("A1", "x")), dimension=dimension)
    for address in ("XFD1", "A1048576", "ZZZ1", "A99999999", "B1", "1A", "", "$A$1"):
        yield "a.xlsx", workbook(row(1, text_cell(address, "x"), text_cell("A1", "y")))
    for merge in ("A1:XFD1048576", "A1", "B2:A1", "A1:A1:A1"):
        after = f'<mergeCells><mergeCell ref="{merge}"/></mergeCells>'
        yield "a.xlsx", workbook(row(1, text_cell("A1", "x")), after=after)
    for number in ("1e400", "NaN", "inf", "0x10", "1_000", "9" * 100_000, "1e-400", "--1"):
        yield "a.xlsx", workbook(row(1, number_cell("A1", number)))
    for formula in ('t="array" ref="A1:XFD1048576"', 't="shared" ref="A1:A9" si="0"'):
        yield "a.xlsx", workbook(row(1, f'<c r="A1"><f {formula}>1</f><v>1</v></c>'))
    cells = "".join(row(number, number_cell(f"A{number}", "1")) for number in range(1, 60_000))
    yield "a.xlsx", workbook(cells)
    yield "a.xlsx", workbook("<row>" * 200_000)
    yield "a.xlsx", workbook(row(1, text_cell("A1", "x" * 40_000)))
    yield "a.xlsx", workbook(row(1, '<c r="A1" t="s"><v>999999</v></c>'))
    yield (
        "a.xlsx",
        workbook(row(1, '<c r="A1" t="s"><v>0</v></c>'), strings="<si><t>" + "x" * 9_000_000 + "</t></si>"),
    )
    yield "a.xlsx", workbook(strings="<si><t>x</t></si>" * 600_000)
    yield "a.xlsx", workbook(styles="<cellXfs>" + '<xf numFmtId="14"/>' * 200_000 + "</cellXfs>")
    yield "a.xlsx", workbook(row(5, text_cell("A5", "x")) + row(1, text_cell("A1", "x")))


def _archives() -> Iterator[tuple[str, bytes]]:
    for name in ("a.xlsx", "a.docx"):
        base = {"xl/x.bin": b"\x00" * 80_000_000} if name == "a.docx" else {"xl/x.bin": b"\x00" * 60_000_000}
        yield name, workbook(extra=base)
        yield name, workbook(extra={f"xl/{number}.xml": b"<x/>" for number in range(3_000)})
    for member in ("../../etc/passwd", "/etc/passwd", "C:\\x", "xl\\..\\x", "xl/a\x00b", "xl/vbaProject.bin"):
        yield "a.xlsx", workbook(extra={member: b"x"})
    for member in (
        "xl/activeX/activeX1.bin",
        "xl/embeddings/oleObject1.bin",
        "xl/macrosheets/sheet1.xml",
        "xl/externalLinks/externalLink1.xml",
        "xl/connections.xml",
        "xl/run.exe",
    ):
        yield "a.xlsx", workbook(extra={member: b"<x/>"})
    for member in ("xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml", "xl/worksheets/sheet1.xml"):
        yield "a.xlsx", workbook(extra={member: f"<?xml version='1.0'?>{_DOCTYPE}<x>&b;</x>".encode()})
        yield "a.xlsx", workbook(extra={member: b"<x" * 100_000})
        yield "a.xlsx", workbook(extra={member: b"<x>" * 300_000})
        yield "a.xlsx", workbook(extra={member: b"<x a='" + b"y" * 5_000_000 + b"'/>"})
        yield "a.xlsx", workbook(extra={member: b"\xff\xfe<\x00x\x00"})
    whole = workbook(row(1, text_cell("A1", "Huế")))
    for part in range(1, 12):
        yield "a.xlsx", whole[: len(whole) * part // 12]
    for place in (6, 8, 10, 14, 18, 22, 26, 28):  # fields of the first local header
        changed = bytearray(whole)
        changed[place : place + 2] = b"\xff\xff"
        yield "a.xlsx", bytes(changed)
    central = whole.index(b"PK\x01\x02")
    for place in (8, 10, 16, 20, 24, 28, 30, 42):  # and of the first entry of the directory
        changed = bytearray(whole)
        changed[central + place : central + place + 4] = struct.pack("<I", 0xFFFFFFF0)
        yield "a.xlsx", bytes(changed)
    twice = io.BytesIO(whole)
    with zipfile.ZipFile(twice, "a") as written:
        written.writestr("xl/extra.xml", "<x/>")
        written.writestr("xl/Extra.xml", "<x/>")
    yield "a.xlsx", twice.getvalue()
    yield "a.xlsx", whole + whole
    yield "a.xlsx", b"MZ" + whole


def _documents() -> Iterator[tuple[str, bytes]]:
    cell = "<w:tc><w:p><w:r><w:t>1</w:t></w:r></w:p></w:tc>"
    yield "a.docx", document("<w:tbl>" + f"<w:tr>{cell}</w:tr>" * 20_000 + "</w:tbl>")
    yield "a.docx", document(f"<w:tbl><w:tr>{cell * 5_000}</w:tr></w:tbl>")
    for span in ("1000000000", "-1", "x", "0"):
        properties = f'<w:tcPr><w:gridSpan w:val="{span}"/></w:tcPr><w:p/>'
        yield "a.docx", document(f"<w:tbl><w:tr><w:tc>{properties}</w:tc></w:tr></w:tbl>")
    yield "a.docx", document("<w:tbl><w:tr><w:tc>" * 5_000)
    nested = "<w:tbl><w:tr><w:tc>" * 400 + "<w:p/>" + "</w:tc></w:tr></w:tbl>" * 400
    yield "a.docx", document(nested)
    yield "a.docx", document("<w:p><w:r><w:t>" + "x" * 10_000_000 + "</w:t></w:r></w:p>")
    yield "a.docx", document("<w:p/>" * 1_000_000)
    yield "a.docx", document(extra={"word/vbaProject.bin": b"x"})
    yield "a.docx", document(extra={"word/document.xml": b"\x00" * 1000})


def _texts() -> Iterator[tuple[str, bytes]]:
    yield "a.csv", b"a," * 1_000_000
    yield "a.csv", b"a\n" * 1_000_000
    yield "a.csv", b'"' + b"a\n" * 500_000
    yield "a.csv", b"x" * 15_000_000
    yield "a.csv", b'a,b\n"x' + b'""' * 200_000
    yield "a.csv", b"a,b\n1,\xff\n"
    yield "a.csv", ("\ufeff" * 1000 + "a,b\n").encode()
    yield "a.csv", b"sep=;\r\n" * 1000
    yield "a.yaml", b"a: &a [x]\nb: *a\n"
    yield "a.yaml", b"a: " + b"[" * 20_000
    yield "a.yaml", b"{" * 5_000
    yield "a.yaml", b"- " * 10_000 + b"x"
    yield "a.yaml", b"!!python/object/apply:os.system ['id']"
    yield "a.yaml", b"a: !!python/name:os.system\n"
    yield "a.yaml", b"x: " + b"y" * 4_000_000
    yield "a.yaml", b"".join(b"k%d: 1\n" % number for number in range(100_000))
    yield "a.yaml", b"fields: " + b"[" + b"{code: '1'}," * 50_000 + b"]"
    yield "a.yaml", b"? " * 3_000
    yield "a.yaml", b"total: 1e999999999\nset: x\n"


def _pdfs() -> Iterator[tuple[str, bytes]]:
    head = b"%PDF-1.7\n"
    for body in (
        b"1 0 obj<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n",
        b"1 0 obj<</S/J#61vaScript/J#53(1)>>endobj\n",
        b"1 0 obj<</S/Launch/F(cmd.exe)>>endobj\n",
        b"1 0 obj<</Names<</EmbeddedFiles 2 0 R>>>>endobj\n",
        b"<<" * 200_000,
        b"[" * 200_000,
        b"/" + b"#41" * 2_000_000,
        b"xref\n0 1\ntrailer<</Prev 9/Size 1>>startxref\n9\n%%EOF",
        b"/ByteRange[0 1 2 3]/Contents<00>",
        b"/ByteRange" + b"[0 99999999999999999999 1 1]" * 100,
        b"stream\n" * 300_000,
        b"/ObjStm stream\n" * 50_000,
    ):
        yield "a.pdf", head + body
    packed = zlib.compress(b"\x00" * 60_000_000, 9)
    for count in (1, 40):
        one = b"<</Type/ObjStm/Filter/FlateDecode>>stream\n" + packed + b"\nendstream\n"
        yield "a.pdf", head + one * count


def mutated(chance: random.Random, content: bytes) -> bytes:
    """The file with some bytes changed, cut out, doubled or cut off."""
    changed = bytearray(content)
    for _time in range(chance.choice((1, 1, 2, 5, 20))):
        if not changed:
            break
        place, way = chance.randrange(len(changed)), chance.randrange(6)
        if way < 3:
            changed[place] ^= 1 << chance.randrange(8)
        elif way == 3:
            del changed[place : place + chance.randrange(1, 40)]
        elif way == 4:
            changed[place:place] = changed[place : place + chance.randrange(1, 200)]
        else:
            changed[place] = chance.choice(b"<>&\"';,:[]{}\x00\xff=0A\n")
    if chance.random() < 0.05:
        del changed[chance.randrange(len(changed) + 1) :]
    return bytes(changed)


def mutated_inside(chance: random.Random, content: bytes) -> bytes:
    """A zip archive whose members were changed and packed again: what no checksum refuses."""
    members: dict[str, bytes] = {}
    with zipfile.ZipFile(io.BytesIO(content)) as read:
        for name in read.namelist():
            members[name] = read.read(name)
    name = chance.choice(sorted(members))
    members[name] = mutated(chance, members[name])
    return archive(members)

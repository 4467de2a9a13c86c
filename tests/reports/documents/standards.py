"""An independent look at PDF/A-2a (ISO 19005-2) and PDF/UA-1 (ISO 14289-1): what can be read off a file.

Reads with pikepdf, which has nothing to do with what wrote the file; numbers are clauses of the standards.
Not looked at: outlines in the font programs, contrast, and whether the reading order makes sense
(docs/documents.md).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pikepdf

_TEXT_TYPES = (
    "Document Part Art Sect Div BlockQuote Caption TOC TOCI Index NonStruct Private P H H1 H2 H3 H4 H5 H6"
)
_OTHER_TYPES = (
    "L LI Lbl LBody Table TR TH TD THead TBody TFoot Span Quote Note Reference BibEntry Code Link Annot Ruby "
    "Warichu Figure Formula Form"
)
_STANDARD_TYPES = frozenset(f"{_TEXT_TYPES} {_OTHER_TYPES}".split(" "))
_SHOWING = frozenset(["Tj", "TJ", "'", '"', "S", "s", "f", "F", "f*", "B", "B*", "b", "b*", "sh", "Do"])
_FORBIDDEN_ACTIONS = (
    "/JavaScript",
    "/Launch",
    "/Sound",
    "/Movie",
    "/ResetForm",
    "/ImportData",
    "/Hide",
    "/Named",
)


def standard_faults(content: bytes) -> list[str]:
    """Everything that keeps the file from being PDF/A-2a and PDF/UA-1, as far as it is looked at."""
    head = content[:40].split(b"\n")
    faults = []
    if not content.startswith(b"%PDF-1.") or head[0][7:8] not in b"4567":
        faults.append("A 6.1.2: version")
    if len(head) < 2 or not head[1].startswith(b"%") or sum(byte > 127 for byte in head[1]) < 4:
        faults.append("A 6.1.2: no binary comment after the header")
    with pikepdf.open(BytesIO(content)) as pdf:
        faults += _file(pdf)
        faults += _metadata(pdf)
        faults += _colours(pdf)
        faults += _fonts(pdf)
        faults += _structure(pdf)
        for number, page in enumerate(pdf.pages, start=1):
            faults += _page(page, number)
    return faults


def _of(item: Any, key: str, otherwise: Any) -> Any:
    """What a dictionary of the file has under a key."""
    return item.get(key, otherwise)


def _file(pdf: pikepdf.Pdf) -> Iterator[str]:
    if pdf.is_encrypted:
        yield "A 6.1.3: encrypted"
    if "/ID" not in pdf.trailer:
        yield "A 6.1.3: no ID in the trailer"
    for key in ("/AA", "/OpenAction", "/AcroForm"):
        if key in pdf.Root:
            yield f"A 6.5/6.4: {key} in the catalogue"
    names = _of(pdf.Root, "/Names", {})
    for key in ("/JavaScript", "/EmbeddedFiles"):
        if key in names:
            yield f"A 6.5/6.8: {key}"
    for item in pdf.objects:
        if isinstance(item, pikepdf.Dictionary | pikepdf.Stream) and item.get("/S") in _FORBIDDEN_ACTIONS:
            yield f"A 6.5.1: action {item['/S']}"
        if isinstance(item, pikepdf.Stream):
            if "/F" in item:
                yield "A 6.1.7: contents outside the file"
            if "LZW" in str(item.get("/Filter", "")):
                yield "A 6.1.7: LZW"


def _metadata(pdf: pikepdf.Pdf) -> Iterator[str]:
    if "/Metadata" not in pdf.Root:
        yield "A 6.6.2: no XMP"
        return
    with pdf.open_metadata() as meta:
        wanted = {"pdfaid:part": "2", "pdfaid:conformance": "A", "pdfuaid:part": "1"}
        for key, value in wanted.items():
            if meta.get(key) != value:
                yield f"A 6.6.4 / UA 5: {key} is {meta.get(key)}"
        if not meta.get("dc:title"):
            yield "UA 7.1: no title"
        if "vi" not in str(meta.get("dc:language")):
            yield "UA 7.2: no language in XMP"
        info = pdf.docinfo
        if str(info.get("/Title", "")) not in ("", str(meta.get("dc:title"))):
            yield "A 6.6.3: title in Info and XMP differ"
    if not _of(_of(pdf.Root, "/ViewerPreferences", {}), "/DisplayDocTitle", False):
        yield "UA 7.1: title not shown"
    if str(pdf.Root.get("/Lang", "")) != "vi-VN":
        yield "UA 7.2: no language"


def _colours(pdf: pikepdf.Pdf) -> Iterator[str]:
    intents = [one for one in pdf.Root.get("/OutputIntents", []) if one.get("/S") == "/GTS_PDFA1"]
    if len(intents) != 1 or "/DestOutputProfile" not in intents[0]:
        yield "A 6.2.3: no output intent"
        return
    profile = intents[0]["/DestOutputProfile"]
    header = profile.read_bytes()[:128]
    spaces = {b"GRAY": 1, b"RGB ": 3, b"CMYK": 4}
    if header[36:40] != b"acsp" or header[12:16] not in (b"mntr", b"prtr") or header[8] > 4:
        yield "A 6.2.3: no ICC profile of a screen or printer, version 4 or older"
    if spaces.get(header[16:20]) != int(profile["/N"]):
        yield "A 6.2.3: another number of colours than the profile has"


def _fonts(pdf: pikepdf.Pdf) -> Iterator[str]:
    found = 0
    for item in pdf.objects:
        if not isinstance(item, pikepdf.Dictionary) or item.get("/Type") != "/Font":
            continue
        found += 1
        name = str(item.get("/BaseFont"))
        if item.get("/Subtype") == "/Type0":
            if "/ToUnicode" not in item:
                yield f"A 6.2.11.7 / UA 7.21.7: {name} cannot be read as text"
            if item["/Encoding"] != "/Identity-H":
                yield f"A 6.2.11.3: {name} encoding"
        else:
            described = _of(item, "/FontDescriptor", {})
            if not any(key in described for key in ("/FontFile", "/FontFile2", "/FontFile3")):
                yield f"A 6.2.11.4 / UA 7.21.4: {name} not embedded"
            if item.get("/Subtype") == "/CIDFontType2" and item.get("/CIDToGIDMap") is None:
                yield f"A 6.2.11.3: {name} without CIDToGIDMap"
            elif "/FontFile2" in described and _widths(item) - _widths_of_program(described["/FontFile2"]):
                yield f"A 6.2.11.5 / UA 7.21.5: {name} has other widths than its font program"
        if name.rpartition("+")[0] == "":
            yield f"A 6.2.11.4: {name} is not marked as a subset"
    if not found:
        yield "no fonts"


def _widths(font: pikepdf.Dictionary) -> set[tuple[int, int]]:
    """Glyphs and their widths in thousandths, as the file states them: `first [w w …]` or `first last w`."""
    found: set[tuple[int, int]] = set()
    stated = [part if isinstance(part, pikepdf.Array) else float(part) for part in _of(font, "/W", [])]
    place = 0
    while place < len(stated):
        first, second = int(stated[place]), stated[place + 1]
        if isinstance(second, pikepdf.Array):
            found |= {(first + step, round(float(width))) for step, width in enumerate(second)}
            place += 2
        else:
            found |= {(glyph, round(stated[place + 2])) for glyph in range(first, int(second) + 1)}
            place += 3
    return found


def _widths_of_program(program: pikepdf.Stream) -> set[tuple[int, int]]:
    """The same as the TrueType font has them (tables head, hhea, hmtx)."""
    content = program.read_bytes()
    tables = {}
    for number in range(int.from_bytes(content[4:6])):
        name, _sum, start, length = struct.unpack_from(">4s3I", content, 12 + 16 * number)
        tables[name] = content[start : start + length]
    units = int.from_bytes(tables[b"head"][18:20])
    long = int.from_bytes(tables[b"hhea"][34:36])
    advances = [int.from_bytes(tables[b"hmtx"][4 * glyph : 4 * glyph + 2]) for glyph in range(long)]
    glyphs = int.from_bytes(tables[b"maxp"][4:6])
    advances += [advances[-1]] * (glyphs - long)
    return {(glyph, round(width * 1000 / units)) for glyph, width in enumerate(advances)}


def _structure(pdf: pikepdf.Pdf) -> Iterator[str]:
    if not _of(_of(pdf.Root, "/MarkInfo", {}), "/Marked", False):
        yield "A 6.7.2 / UA 7.1: not marked as tagged"
    if _of(_of(pdf.Root, "/MarkInfo", {}), "/Suspects", False):
        yield "UA 7.1: suspects"
    tree = pdf.Root.get("/StructTreeRoot")
    if tree is None:
        yield "A 6.7.3 / UA 7.1: no structure"
        return
    if "/ParentTree" not in tree:
        yield "UA 7.1: no parent tree"
    roles = {str(name): str(kind) for name, kind in tree.get("/RoleMap", {}).items()}
    kinds = []
    for parent, element in walk(tree):
        kind = str(element["/S"])
        kinds.append(roles.get(kind, kind).lstrip("/"))
        yield from _element(parent, element, kinds[-1])
    yield from _headings(kinds)


def walk(element: pikepdf.Object, above: str = "") -> Iterator[tuple[str, pikepdf.Dictionary]]:
    """Every element of the structure, with the kind of the one above, in reading order."""
    children = _of(element, "/K", [])
    for child in children if isinstance(children, pikepdf.Array) else [children]:
        if isinstance(child, pikepdf.Dictionary) and "/S" in child:
            yield above, child
            yield from walk(child, str(child["/S"]).lstrip("/"))


def _element(parent: str, element: pikepdf.Dictionary, kind: str) -> Iterator[str]:
    if kind not in _STANDARD_TYPES:
        yield f"A 6.7.3.4: {kind} is no standard type"
    if kind == "TR" and parent not in ("Table", "THead", "TBody", "TFoot"):
        yield "UA 7.5: a row outside a table"
    if kind in ("TH", "TD") and parent != "TR":
        yield "UA 7.5: a cell outside a row"
    if kind == "TH" and "/Scope" not in str(element.get("/A", "")):
        yield "UA 7.5: a heading cell without scope"
    if kind in ("Figure", "Formula") and not ("/Alt" in element or "/ActualText" in element):
        yield f"UA 7.3: {kind} without words"


def _headings(kinds: list[str]) -> Iterator[str]:
    levels = [int(kind[1]) for kind in kinds if len(kind) == 2 and kind[0] == "H" and kind[1].isdigit()]
    before = 0
    for level in levels:
        if level > before + 1:
            yield f"UA 7.4.2: H{level} after H{before}"
        before = level


def _page(page: pikepdf.Page, number: int) -> Iterator[str]:
    if "/Annots" in page:
        yield f"page {number}: annotations are not looked at"
    if "/StructParents" not in page:
        yield f"UA 7.1: page {number} has no place in the structure"
    depth: list[bool] = []
    outside = 0
    for instruction in pikepdf.parse_content_stream(page):
        operands, name = instruction.operands, str(instruction.operator)
        if name in ("BDC", "BMC"):
            known = str(operands[0]) == "/Artifact" or (len(operands) > 1 and "/MCID" in operands[1])
            depth.append(known)
        elif name == "EMC":
            depth.pop()
        elif name in _SHOWING and not any(depth):
            outside += 1
        if name == "BI":
            yield f"page {number}: a picture in the text"
    if outside:
        yield f"UA 7.1: {outside} marks on page {number} are neither content nor artifact"

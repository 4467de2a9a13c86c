"""Workbooks made by hand, so that tests can write what no honest program would."""

from __future__ import annotations

import io
import zipfile

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def workbook(
    rows: str = "",
    *,
    dimension: str = "A1",
    after: str = "",
    strings: str = "",
    styles: str = "",
    extra: dict[str, bytes] | None = None,
    sheet: bytes | None = None,
    content_type: str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
    date1904: bool = False,
) -> bytes:
    """An .xlsx with one sheet "Trang 1" of these rows; `extra` adds or replaces members."""
    members = {
        "[Content_Types].xml": (
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            f'<Override PartName="/xl/workbook.xml" ContentType="{content_type}"/></Types>'
        ).encode(),
        "_rels/.rels": _relations([("rId1", "officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": (
            f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><workbookPr date1904="{int(date1904)}"/>'
            '<sheets><sheet name="Trang 1" sheetId="1" r:id="rId1"/></sheets></workbook>'
        ).encode(),
        "xl/_rels/workbook.xml.rels": _relations(
            [
                ("rId1", "worksheet", "worksheets/sheet1.xml"),
                ("rId2", "sharedStrings", "sharedStrings.xml"),
                ("rId3", "styles", "styles.xml"),
            ]
        ),
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{strings}</sst>'.encode(),
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}">{styles}</styleSheet>'.encode(),
        "xl/worksheets/sheet1.xml": sheet
        or (
            f'<worksheet xmlns="{MAIN}"><dimension ref="{dimension}"/>'
            f"<sheetData>{rows}</sheetData>{after}</worksheet>"
        ).encode(),
    }
    return archive({**members, **(extra or {})})


def archive(members: dict[str, bytes]) -> bytes:
    """A zip file with these members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as written:
        for name, content in members.items():
            written.writestr(name, content)
    return buffer.getvalue()


def row(number: int, *cells: str) -> str:
    """A row element with cells as they are given."""
    return f'<row r="{number}">{"".join(cells)}</row>'


def text_cell(address: str, text: str) -> str:
    """A cell with its text inside."""
    return f'<c r="{address}" t="inlineStr"><is><t>{text}</t></is></c>'


def number_cell(address: str, number: str, style: int | None = None) -> str:
    """A cell with a number as it is written."""
    shown = "" if style is None else f' s="{style}"'
    return f'<c r="{address}"{shown}><v>{number}</v></c>'


def _relations(entries: list[tuple[str, str, str]]) -> bytes:
    lines = "".join(
        f'<Relationship Id="{key}" Type="{OFFICE}/{kind}" Target="{path}"/>' for key, kind, path in entries
    )
    return f'<Relationships xmlns="{RELATIONS}">{lines}</Relationships>'.encode()

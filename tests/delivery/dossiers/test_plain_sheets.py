"""The quick reader of sheets says what the reader of all sheets says, or nothing at all."""

from __future__ import annotations

import csv
import io
import random
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time

import openpyxl
import pytest
import xlsxwriter
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from openpar.common.errors import FileRefused
from openpar.delivery.dossiers.reading import workbooks
from openpar.delivery.dossiers.reading.plain import markup
from openpar.delivery.dossiers.reading.plain.markup import NotPlain
from openpar.delivery.dossiers.reading.plain.sheets import csv_of_plain
from openpar.delivery.dossiers.reading.workbooks import LIMITS, csv_of_workbook
from tests.common.crafted import archive, number_cell, row, text_cell, workbook

Cell = str | int | float | bool | date | None
TEXTS = (
    "Hồ sơ",
    "007",
    "Đúng hạn",
    " có dấu cách ",
    'Xã "Lạ"',
    "hai\ndòng",
    "a\tb",
    "<&>'",
    "",
    "H36-1",
    "é",
)
NUMBERS = (0, 1, 5, 0.5, -7.25, 123456789012345, 1e15, 1e-7, 0.1 + 0.2, 12345678, 1e20)
SHARED = "".join(f"<si><t>{text}</t></si>" for text in ("Mã", "Ngày", "x"))
STYLES = (
    '<numFmts><numFmt numFmtId="164" formatCode="dd/mm/yyyy hh:mm;@"/>'
    '<numFmt numFmtId="165" formatCode="[h]:mm"/><numFmt numFmtId="166" formatCode="#,##0.0"/></numFmts>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/>'
    '<xf numFmtId="166"/></cellXfs>'
)


def grid(content: bytes) -> list[list[str]]:
    """Rows of the CSV; those above the first that is filled only as so many."""
    text = content.decode().removeprefix("sep=\t\n")
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter="\t"))
    above = next((place for place, cells in enumerate(rows) if any(cells)), len(rows))
    return [[] for _ in range(above)] + rows[above:]


def quickly(content: bytes) -> list[list[str]]:
    return grid(csv_of_plain(content, LIMITS))


@pytest.fixture
def slowly(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], list[list[str]]]:
    """What the reader of all sheets says."""

    def read(content: bytes) -> list[list[str]]:
        with monkeypatch.context() as patch:
            patch.setattr(workbooks, "csv_of_plain", _refusing)
            return grid(csv_of_workbook(content))

    return read


def _refusing(_content: bytes, _limits: object) -> bytes:
    raise NotPlain


def cell(chance: random.Random) -> Cell:
    kind = chance.choices(("text", "number", "moment", "day", "truth", "none"), (8, 4, 3, 2, 1, 3))[0]
    day = date(chance.randrange(1970, 2090), chance.randrange(1, 13), chance.randrange(1, 28))
    of_kind: dict[str, Cell] = {
        "text": chance.choice(TEXTS),
        "number": chance.choice(NUMBERS),
        "moment": datetime.combine(day, time(chance.randrange(24), chance.randrange(60))),
        "day": day,
        "truth": chance.random() < 0.5,
        "none": None,
    }
    return of_kind[kind]


def cells(chance: random.Random) -> list[list[Cell]]:
    width = chance.choice((2, 5, 13, 30))
    return [[cell(chance) for _ in range(width)] for _ in range(chance.choice((1, 5, 60)))]


def by_openpyxl(chance: random.Random) -> bytes:
    book = openpyxl.Workbook()
    if chance.random() < 0.3:
        book.epoch = CALENDAR_MAC_1904
    assert book.active is not None
    for values in cells(chance):
        book.active.append(values)
    output = io.BytesIO()
    book.save(output)
    return output.getvalue()


def by_xlsxwriter(chance: random.Random) -> bytes:
    output = io.BytesIO()
    options = {
        "constant_memory": chance.random() < 0.5,
        "date_1904": chance.random() < 0.3,
        "default_date_format": chance.choice(("dd/mm/yyyy", "yyyy-mm-dd hh:mm:ss", "d-mmm-yy")),
    }
    top, left = chance.choice((0, 3)), chance.choice((0, 2))
    with xlsxwriter.Workbook(output, options) as book:
        sheet = book.add_worksheet()
        formats = [None, *(book.add_format({"num_format": code}) for code in ("0.00", "#,##0", "dd/mm/yyyy"))]
        for number, values in enumerate(cells(chance)):
            for place, value in enumerate(values):
                if isinstance(value, str):
                    sheet.write_string(top + number, left + place, value)
                elif isinstance(value, (int, float)) and not isinstance(value, bool):
                    style = chance.choice(formats if 1 <= value < 60_000 else formats[:3])
                    sheet.write_number(top + number, left + place, value, style)
                else:
                    sheet.write(top + number, left + place, value)
    return output.getvalue()


@pytest.mark.parametrize("piece", [200, 1 << 18], ids=["small pieces", "large pieces"])
@pytest.mark.parametrize("program", [by_openpyxl, by_xlsxwriter], ids=["openpyxl", "XlsxWriter"])
def test_workbooks_of_programs_are_read_alike_cell_by_cell(
    program: Callable[[random.Random], bytes],
    piece: int,
    slowly: Callable[[bytes], list[list[str]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(markup, "_PIECE", piece)
    plain = 0
    for seed in range(40):
        content = program(random.Random(seed))
        try:
            found = quickly(content)
        except NotPlain:
            continue
        plain += 1
        assert found == slowly(content), seed
    assert plain >= 20


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('<c r="B1" t="s"><v>2</v></c>', "x"),
        ('<c r="B1" t="inlineStr"><is><t> a &amp; &#66; </t></is></c>', "a & B"),
        ('<c r="B1" t="inlineStr"><is><t xml:space="preserve"> a </t></is></c>', " a "),
        ('<c r="B1" t="str"><v> 007 </v></c>', " 007 "),
        ('<c r="B1" t="str"><v>a_x000D_b_x005F_x0041__xD83D_</v></c>', "a\rb_x0041__xD83D_"),
        ('<c r="B1" t="str"><v>a\r\nb\r</v></c>', "a\nb\n"),
        ('<c r="B1" t="b"><v>1</v></c>', "1"),
        ('<c r="B1" t="n"><v>1e3</v></c>', "1000"),
        ('<c r="B1"><v>007.50</v></c>', "7.5"),
        ('<c r="B1"><v>123456789012345678</v></c>', "123456789012345680"),
        ('<c r="B1" s="4"><v>46000.5</v></c>', "46000.5"),
        ('<c r="B1" s="1"><v>46000</v></c>', "2025-12-09"),
        ('<c r="B1" s="2"><v>46000.75</v></c>', "2025-12-09 18:00:00"),
        ('<c r="B1" s="2"><v>46000.999999999</v></c>', "2025-12-10 00:00:00"),
        ('<c r="B1" s="1"><v>59</v></c>', "1900-02-28"),
        ('<c r="B1" s="1"><v>60</v></c>', "1900-02-28"),
    ],
)
def test_cells_mean_what_they_say(
    written: str, expected: str, slowly: Callable[[bytes], list[list[str]]]
) -> None:
    content = workbook(row(1, text_cell("A1", "Mã"), written), strings=SHARED, styles=STYLES)
    assert quickly(content) == [["Mã", expected]] == slowly(content)


def test_days_of_a_workbook_that_counts_from_1904_are_those_it_shows() -> None:
    cells = number_cell("A1", "1", 1), number_cell("B1", "44538.25", 2)
    assert quickly(workbook(row(1, *cells), styles=STYLES, date1904=True)) == [
        ["1904-01-02", "2025-12-09 06:00:00"]
    ]


def test_moments_are_rounded_as_by_the_reader_of_all_sheets(
    slowly: Callable[[bytes], list[list[str]]],
) -> None:
    chance = random.Random(766)
    rows = [
        row(
            number, *(number_cell(f"{column}{number}", repr(chance.uniform(1, 90_000)), 2) for column in "AB")
        )
        for number in range(1, 500)
    ]
    for starts_1904 in (False, True):
        content = workbook("".join(rows), styles=STYLES, date1904=starts_1904)
        assert quickly(content) == slowly(content)


def test_rows_and_columns_without_cells_keep_their_places(
    slowly: Callable[[bytes], list[list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(markup, "_PIECE", 100)
    content = workbook(
        '<row r="1"/>'
        + row(3, text_cell("C3", "Mã"), '<c r="D3" s="1"/>', text_cell("E3", "Ngày"))
        + "\n"
        + row(4, '<c r="A4"></c>', text_cell("D4", "x"))
        + row(6, number_cell("B6", "5"), text_cell("AB6", "rộng hơn các dòng trước"))
        + row(9, '<c r="ZZ9"/>')
    )
    assert quickly(content) == slowly(content)
    assert [len(cells) for cells in quickly(content)] == [0, 0, 27, 27, 27, 27]


@pytest.mark.parametrize(
    "sheet",
    [
        row(1, '<c r="A1"><f>1+1</f><v>2</v></c>', text_cell("B1", "x")),
        row(1, '<c r="A1" t="e"><v>#N/A</v></c>', text_cell("B1", "x")),
        row(1, '<c r="A1" t="inlineStr"><is><r><t>a</t></r></is></c>', text_cell("B1", "x")),
        row(1, text_cell("B1", "x"), text_cell("A1", "y")),
        row(1, text_cell("A1", "x"), text_cell("B2", "y")),
        row(1, text_cell("A1", "x"), text_cell("B1", "y")) + row(1, text_cell("A1", "x")),
        row(1, text_cell("A1", "x"), text_cell("AAA1", "y")),
        row(1, text_cell("A1", "x"), "<c><v>1</v></c>"),
        row(1, text_cell("A1", "x"), number_cell("B1", "1", 3)),
        row(1, text_cell("A1", "x"), number_cell("B1", "0.5", 1)),
        row(1, text_cell("A1", "x"), number_cell("B1", "9" * 400)),
        row(1, text_cell("A1", "x"), '<c r="B1" t="s"><v>3</v></c>'),
        row(1, text_cell("A1", "x"), text_cell("B1", "<!-- -->y")),
        row(1, text_cell("A1", "x"), text_cell("B1", "y")) + row(9_999_999, text_cell("B9999999", "z")),
        "<row r='1'>" + text_cell("A1", "x") + text_cell("B1", "y") + "</row>",
        row(1, text_cell("A1", "một cột")),
        "",
    ],
)
def test_what_is_written_otherwise_is_left_to_the_reader_of_all_sheets(sheet: str) -> None:
    with pytest.raises(NotPlain):
        csv_of_plain(workbook(sheet, strings=SHARED, styles=STYLES), LIMITS)


@pytest.mark.parametrize(
    "strings",
    [
        "<si><r><t>a</t></r><r><t>b</t></r></si>",
        '<si><t>a</t><rPh sb="0" eb="1"><t>b</t></rPh></si>',
        "<si><t>a&unknown;</t></si>",
        "<si><t>a</t></si></sst><sst><si><t>b</t></si>",
        "<!-- --><si><t>a</t></si>",
    ],
)
def test_texts_that_are_written_otherwise_are_too(strings: str) -> None:
    sheet = row(1, text_cell("A1", "x"), '<c r="B1" t="s"><v>0</v></c>')
    assert quickly(workbook(sheet, strings="<si><t/></si>")) == [["x", ""]]
    with pytest.raises(NotPlain):
        csv_of_plain(workbook(sheet, strings=strings), LIMITS)


def test_a_document_type_anywhere_is_left_to_the_reader_of_all_sheets() -> None:
    plain = workbook(row(1, text_cell("A1", "x"), '<c r="B1" t="s"><v>0</v></c>'), strings=SHARED)
    assert quickly(plain)
    with zipfile.ZipFile(io.BytesIO(plain)) as opened:
        members = {name: opened.read(name) for name in opened.namelist()}
    for name in ("xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml", "xl/worksheets/sheet1.xml"):
        with pytest.raises(NotPlain):
            csv_of_plain(
                archive({**members, name: b"<!DOCTYPE x [<!ENTITY b 'x'>]>" + members[name]}), LIMITS
            )


def test_a_few_bytes_do_not_become_many() -> None:
    long = "<si><t>" + "x" * 1_000_000 + "</t></si>"
    both = '<c r="A{0}" t="s"><v>0</v></c><c r="B{0}" t="s"><v>0</v></c>'
    many = "".join(row(number, both.format(number)) for number in range(1, 100))
    for content in (
        workbook(many, strings=long),
        workbook(row(1, text_cell("A1", "x"), text_cell("ZZ1", "y")) + row(90_000, text_cell("A90000", "z"))),
    ):
        with pytest.raises(NotPlain):
            csv_of_plain(content, LIMITS)


def test_broken_by_chance_a_sheet_is_never_read_otherwise(
    slowly: Callable[[bytes], list[list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 2,000 changed sheets, in pieces of several sizes; a reference to cells may be refused or not."""
    chance = random.Random(2026)
    pieces = (
        *("<", ">", '"', "/", " ", "&", "\n", "0", "9", "A", "Z", "\x00", "&amp;", "&#0;", "_x0041_"),
        *("<!-- -->", "</row>", "</c>", "<v>", "</v>", '<c r="A1">', "<f>1</f>", "<si>", "</si>", "<t>"),
        *("<t/>", "<is>", "</sheetData>", "<x/>"),
    )
    plain = 0
    for turn in range(2_000):
        monkeypatch.setattr(markup, "_PIECE", chance.choice((90, 1 << 18)))
        if turn % 50 == 0:
            sheet = _sheet_of(by_xlsxwriter(random.Random(turn)))
        name = chance.choice(("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"))
        text = sheet.get(name, b"").decode()
        tags = [found.start() for found in re.finditer('[<>"]', text)]
        if not tags:
            continue
        place = chance.choice(tags) + chance.randrange(2)
        changed = text[:place] + chance.choice(pieces) + text[place + chance.choice((0, 0, 1, 4)) :]
        content = archive({**sheet, name: changed.encode()})
        try:
            found = quickly(content)
        except NotPlain:
            continue
        plain += 1
        try:
            wanted = slowly(content)
        except FileRefused:
            assert "<dimension" in changed[max(place - 60, 0) : place], changed[place - 60 : place + 60]
            continue
        assert found == wanted, changed[max(place - 60, 0) : place + 60]
    assert plain >= 20


def _sheet_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}

"""The rows of data/decree30_layout.csv as demands on a generated document, and what differs from them.

The numbers are read from the table of the decree (ranges, fractions, words such as “nghiêng”), not from the
program's own layout data: were both wrong alike, nothing would be found.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from tests.reports.documents.reading import PdfPages, Rule, Seen, WordFile, millimetres

TABLE = Path(__file__).resolve().parents[3] / "data" / "decree30_layout.csv"
POINT = 25.4 / 72
_NEAR = 0.6  # millimetres
WHOLE, LEFT_HALF, RIGHT_HALF = "whole", "left half", "right half"
_MARGIN = re.compile(r"(trên|dưới|trái|phải) (\d+)-(\d+)")


@dataclass(frozen=True)
class Demand:
    """A row of the table: where its line is in the specimen (`text`), in which part of the page."""

    cell: str
    element: str
    text: str
    half: str = WHOLE
    begins: bool = False
    in_letter: bool = False


# What the specimen (specimen.py) has for every row that describes a line.
DEMANDS = (
    Demand("1", "Quốc hiệu", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", RIGHT_HALF),
    Demand("1", "Tiêu ngữ", "Độc lập - Tự do - Hạnh phúc", RIGHT_HALF),
    Demand("2", "Cơ quan chủ quản", "TỈNH LÂM ĐỒNG", LEFT_HALF),
    Demand("2", "Cơ quan ban hành", "VĂN PHÒNG", LEFT_HALF),
    Demand("3", "Số, ký hiệu", "Số: 02/BC-VPUB", LEFT_HALF),
    Demand("4", "Địa danh, thời gian", "Lâm Đồng, ngày 06 tháng 02 năm 2026", RIGHT_HALF),
    Demand("5a", "Tên loại", "BÁO CÁO"),
    Demand("5a", "Trích yếu", "Công tác cải cách hành chính quý I năm 2026"),
    Demand("5b", "Trích yếu công văn", "V/v xin lỗi về việc trễ hẹn", LEFT_HALF, in_letter=True),
    Demand("6", "Căn cứ", "Căn cứ Nghị quyết số 76/NQ-CP;"),
    Demand("6", "Nội dung", "Các cơ quan, đơn vị đã triển khai", begins=True),
    Demand("6", "Phần/Chương", "Phần I", begins=True),
    Demand("6", "Mục/Tiểu mục", "Mục 1", begins=True),
    Demand("6", "Điều", "Điều 1. Các cơ quan báo cáo theo mẫu sau"),
    Demand("6", "Khoản", "1. Báo cáo quý gửi trước ngày 20"),
    Demand("6", "Điểm", "b) Giao nhiệm vụ"),
    Demand("7a", "Quyền hạn, chức vụ", "KT. CHÁNH VĂN PHÒNG", RIGHT_HALF),
    Demand("7b", "Họ tên", "Nguyễn Thị Ánh", RIGHT_HALF),
    Demand("9a", "Kính gửi", "Kính gửi:"),
    Demand("9b", "Nơi nhận", "Nơi nhận:", LEFT_HALF),
    Demand("9b", "Danh sách", "- Lãnh đạo UBND tỉnh;", LEFT_HALF),
    Demand("10b", "Mức khẩn", "KHẨN", LEFT_HALF),
    Demand("PL", "Phụ lục - số", "Phụ lục I"),
    Demand("PL", "Phụ lục - tên", "DANH MỤC NHIỆM VỤ"),
    Demand("PL", "Chỉ dẫn kèm theo", "(Kèm theo Báo cáo số 02/BC-VPUB", begins=True),
)
# Rows that are about the whole page, or that this program leaves to those who sign, with why.
OF_THE_PAGE = {("page", element) for element in ("Khổ giấy", "Lề", "Phông", "Số trang")}
LEFT_TO_OTHERS = {
    ("7c", "Chữ ký số người có thẩm quyền"): "set by the signing program; room is kept for it",
    ("8", "Dấu/chữ ký số cơ quan"): "set by the signing program",
    ("10a", "Độ mật"): "secret documents are refused",
}


def table() -> dict[tuple[str, str], dict[str, str]]:
    with TABLE.open(encoding="utf-8") as file:
        return {(row["cell"], row["element"]): row for row in csv.DictReader(file)}


def size_range(row: dict[str, str]) -> tuple[int, int]:
    """“13-14” or “12”, in points; both ends allowed."""
    low, _hyphen, high = row["font_pt"].partition("-")
    return int(low), int(high or low)


def margins_allowed() -> dict[str, tuple[int, int]]:
    found = _MARGIN.findall(table()[("page", "Lề")]["content"])
    return {edge: (int(low), int(high)) for edge, low, high in found}


def look_faults(demand: Demand, seen: Seen) -> Iterator[str]:
    """Size, weight, slant and capitals of a line against its row."""
    row = table()[(demand.cell, demand.element)]
    low, high = size_range(row)
    name = f"{demand.cell} {demand.element}"
    if not low <= round(seen.size, 2) <= high:
        yield f"{name}: size {seen.size:g}, not {low}-{high}"
    if seen.bold != ("đậm" in row["style"] and "tiêu đề đậm" not in row["style"]):
        yield f"{name}: bold {seen.bold}"
    if seen.italic != ("nghiêng" in row["style"]):
        yield f"{name}: italic {seen.italic}"
    if row["case"] == "IN HOA" and seen.text != seen.text.upper():
        yield f"{name}: not in capitals"
    if row["case"].startswith("thường") and seen.text == seen.text.upper():
        yield f"{name}: in capitals"


def rule_share(row: dict[str, str]) -> tuple[Fraction, Fraction]:
    """“1/3-1/2” of the width of the text, or all of it."""
    if "= text width" in row["rules"]:
        return Fraction(1), Fraction(1)
    low, high = re.findall(r"\d/\d", row["rules"])
    return Fraction(low), Fraction(high)


RULED = (("1", "Tiêu ngữ"), ("2", "Cơ quan ban hành"), ("5a", "Trích yếu"))


def pdf_faults(report: PdfPages, letter: PdfPages) -> list[str]:
    """Everything in two PDFs of the specimens that differs from the table."""
    faults = []
    for demand in DEMANDS:
        pages = letter if demand.in_letter else report
        found = [line for line in pages.lines if _fits(demand, line)]
        if not found:
            faults.append(f"{demand.cell} {demand.element}: missing")
            continue
        faults += look_faults(demand, found[0])
        faults += _place_faults(demand, found[0], pages)
    faults += [*_order_faults(report), *_letter_faults(letter), *_body_faults(report), *_page_faults(report)]
    for cell, element in RULED:
        faults += _rule_faults(cell, element, report)
    return faults


def _fits(demand: Demand, line: Seen) -> bool:
    text, wanted = line.text.upper(), demand.text.upper()
    return text.startswith(wanted) if demand.begins else text == wanted


def _place_faults(demand: Demand, seen: Seen, pages: PdfPages) -> Iterator[str]:
    row, name = table()[(demand.cell, demand.element)], f"{demand.cell} {demand.element}"
    width, _height = pages.sizes[seen.page - 1]
    if demand.half == LEFT_HALF and not seen.centre < width / 2:
        yield f"{name}: not in the left half"
    if demand.half == RIGHT_HALF and not seen.centre > width / 2:
        yield f"{name}: not in the right half"
    if demand.half == WHOLE and row["align"] == "giữa":
        left, right = text_edges(pages, seen.page)
        if abs(seen.centre - (left + right) / 2) > _NEAR:
            yield f"{name}: not in the middle ({seen.centre:.1f} mm)"
    if row["align"].startswith(("đều", "trái, lùi")) and not 10 - _NEAR <= seen.left - 30 <= 12.7 + _NEAR:
        yield f"{name}: first line not 1-1.27 cm in ({seen.left:.1f} mm)"
    if row["align"] == "đều 2 lề" and abs(seen.right - 195) > _NEAR:
        yield f"{name}: not justified ({seen.right:.1f} mm)"
    if row["align"] == "trái" and abs(seen.left - 30) > _NEAR:
        yield f"{name}: not at the left edge ({seen.left:.1f} mm)"


# What stands under what on the first page (column “position” of the table).
ORDER = (
    ("Quốc hiệu", "Tiêu ngữ"),
    ("Tiêu ngữ", "Địa danh, thời gian"),
    ("Cơ quan chủ quản", "Cơ quan ban hành"),
    ("Cơ quan ban hành", "Số, ký hiệu"),
    ("Số, ký hiệu", "Mức khẩn"),
    ("Mức khẩn", "Tên loại"),
    ("Tên loại", "Trích yếu"),
    ("Trích yếu", "Kính gửi"),
    ("Kính gửi", "Căn cứ"),
    ("Căn cứ", "Nội dung"),
    ("Quyền hạn, chức vụ", "Họ tên"),
    ("Nơi nhận", "Danh sách"),
    ("Phụ lục - số", "Phụ lục - tên"),
    ("Phụ lục - tên", "Chỉ dẫn kèm theo"),
)


def _order_faults(pages: PdfPages | WordFile) -> Iterator[str]:
    places = {}
    for demand in DEMANDS:
        found = [line for line in pages.lines if _fits(demand, line)]
        if found:
            places[demand.element] = (found[0].page, found[0].top)
    for upper, lower in ORDER:
        if upper in places and lower in places and not places[upper] < places[lower]:
            yield f"{lower}: not under {upper}"
    first, second = places.get("Số, ký hiệu"), places.get("Địa danh, thời gian")
    if isinstance(pages, PdfPages) and first and second and abs(first[1] - second[1]) > 1.5:
        yield "4 Địa danh, thời gian: not in the row of the number"


def _letter_faults(letter: PdfPages) -> Iterator[str]:
    """“V/v” stands 6 pt below the number; there is no heading."""
    number, abstract = letter.starting("Số:"), letter.starting("V/v")
    gap = (abstract.top - number.top) / POINT - number.size * 1.15
    if not 5.5 <= gap <= 9:
        yield f"5b Trích yếu công văn: {gap:.1f} pt below the number, not 6"
    if any(line.text.startswith("CÔNG VĂN") for line in letter.lines):
        yield "5b Trích yếu công văn: has a heading"


def _body_faults(pages: PdfPages) -> Iterator[str]:
    """Between the lines once to one and a half times a line, between paragraphs at least 6 pt more."""
    demand = next(one for one in DEMANDS if one.element == "Nội dung")
    start = next(place for place, line in enumerate(pages.lines) if _fits(demand, line))
    first, second = pages.lines[start], pages.lines[start + 1]
    step = (second.top - first.top) / POINT / first.size
    if not 1.1 <= step <= 1.5 * 1.15:
        yield f"6 Nội dung: lines {step:.2f} sizes apart"
    points = [line for line in pages.lines if line.text.startswith(("a) ", "b) "))]
    gap = (points[1].top - points[0].top) / POINT - first.size * step
    if gap < 6 - 0.1:
        yield f"6 Nội dung: paragraphs {gap:.1f} pt apart"
    if not any(line.text.endswith("./.") for line in pages.lines):
        yield "6 Nội dung: does not end with ./."


def text_edges(pages: PdfPages, page: int) -> tuple[float, float]:
    """The margins as the decree's rule chooses them: 30 and 15 mm, turned 20 and 20."""
    width, height = pages.sizes[page - 1]
    return (20, width - 20) if width > height else (30, width - 15)


def _page_faults(pages: PdfPages) -> Iterator[str]:
    allowed = margins_allowed()
    for number, (width, height) in enumerate(pages.sizes, start=1):
        if {round(width), round(height)} != {210, 297}:
            yield f"page {number}: {width:.0f}x{height:.0f}, not A4"
        numbers = [
            line for line in pages.lines if line.page == number and line.top < 20 and line.text.isdigit()
        ]
        text = [line for line in pages.lines if line.page == number and line not in numbers]
        if width < height:
            yield from _margin_faults(number, width, height, text, allowed)
        yield from _number_faults(number, pages, numbers)
    if any(line.font not in ("Tinos", "LiberationSerif", "TimesNewRoman") for line in pages.lines):
        yield "page Phông: another font"


def _margin_faults(
    number: int, width: float, height: float, text: list[Seen], allowed: dict[str, tuple[int, int]]
) -> Iterator[str]:
    # Letters rise less than a size over the base line, and fall a quarter of it below.
    free = {
        "trên": min(line.top - line.size * 0.891 * POINT for line in text),
        "dưới": height - max(line.top + line.size * 0.216 * POINT for line in text),
        "trái": min(line.left for line in text),
        "phải": width - max(line.right for line in text),
    }
    for edge, distance in free.items():
        low, high = allowed[edge]
        full = edge in ("trên", "trái") and number == 1
        if distance < low - _NEAR or (full and distance > high + _NEAR):
            yield f"page Lề: {edge} {distance:.1f} mm on page {number}"


def _number_faults(number: int, pages: PdfPages, numbers: list[Seen]) -> Iterator[str]:
    low, high = size_range(table()[("page", "Số trang")])
    starts = {line.page for line in pages.lines if line.text.startswith("Phụ lục ")} | {1}
    if number in starts:
        if numbers:
            yield f"page Số trang: shown on the first page ({number})"
        return
    wanted = number - max(start for start in starts if start < number) + 1
    if [line.text for line in numbers] != [str(wanted)]:
        yield f"page Số trang: page {number} shows {[line.text for line in numbers]}, not {wanted}"
        return
    left, right = text_edges(pages, number)
    if not low <= numbers[0].size <= high or numbers[0].bold or numbers[0].italic:
        yield "page Số trang: another look"
    if not 8 <= numbers[0].top - numbers[0].size * 0.33 * POINT <= 12:
        yield "page Số trang: not in the middle of the upper margin"
    if abs(numbers[0].centre - (left + right) / 2) > _NEAR:
        yield "page Số trang: not in the middle"


def _rule_faults(cell: str, element: str, pages: PdfPages) -> Iterator[str]:
    demand = next(one for one in DEMANDS if (one.cell, one.element) == (cell, element))
    found = [line for line in pages.lines if line.text.upper() == demand.text.upper()]
    if not found:
        return
    line = found[0]
    below = [
        rule
        for rule in pages.rules
        if rule.page == line.page and 0 < rule.top - line.top < 4 and abs(_centre(rule) - line.centre) < _NEAR
    ]
    name = f"{cell} {element}"
    if len(below) != 1:
        yield f"{name}: {len(below)} rules below"
        return
    low, high = rule_share(table()[(cell, element)])
    width = line.right - line.left
    if not float(low) * width - _NEAR <= below[0].width <= float(high) * width + _NEAR:
        yield f"{name}: rule {below[0].width:.1f} mm under {width:.1f} mm of text"


def _centre(rule: Rule) -> float:
    return (rule.left + rule.right) / 2


_ALIGNED = {
    "giữa": "center",
    "đều": "justify",
    "đều 2 lề": "justify",
    "trái": "left",
    "trái, lùi 1-1.27cm": "justify",
}


def word_faults(report: WordFile, letter: WordFile) -> list[str]:
    """Everything in two word-processor files of the specimens that differs from the table."""
    faults = []
    for demand in DEMANDS:
        found = [line for line in (letter if demand.in_letter else report).lines if _fits(demand, line)]
        if not found:
            faults.append(f"{demand.cell} {demand.element}: missing")
            continue
        seen, row = found[0], table()[(demand.cell, demand.element)]
        faults += look_faults(demand, seen)
        name = f"{demand.cell} {demand.element}"
        if row["align"] and seen.align != _ALIGNED[row["align"]]:
            faults.append(f"{name}: aligned {seen.align}")
        if demand.half != WHOLE and (seen.centre < 105) != (demand.half == LEFT_HALF):
            faults.append(f"{name}: not in the {demand.half}")
        if seen.font != "Times New Roman":
            faults.append(f"{name}: font {seen.font}")
    faults += [*_order_faults(report), *_word_body_faults(report), *_word_page_faults(report)]
    for cell, element in RULED:
        faults += _word_rule_faults(cell, element, report)
    return faults


def _word_body_faults(report: WordFile) -> Iterator[str]:
    demand = next(one for one in DEMANDS if one.element == "Nội dung")
    body = next(one for one in report.document.paragraphs if one.text.startswith(demand.text))
    shape, normal = body.paragraph_format, report.document.styles["Normal"].paragraph_format
    indent = shape.first_line_indent
    if indent is None or not 10 - 0.1 <= indent.mm <= 12.7 + 0.1:
        yield "6 Nội dung: first line not 1-1.27 cm in"
    if shape.space_after is None or shape.space_after.pt < 6:
        yield "6 Nội dung: less than 6 pt between paragraphs"
    if not 1 <= (shape.line_spacing or normal.line_spacing or 0) <= 1.5:
        yield "6 Nội dung: line spacing"


def _word_page_faults(report: WordFile) -> Iterator[str]:
    allowed = margins_allowed()
    for section in report.document.sections:
        width, height = millimetres(section.page_width), millimetres(section.page_height)
        if {round(width), round(height)} != {210, 297}:
            yield "page Khổ giấy: not A4"
        if width < height:
            edges = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
            for (edge, (low, high)), length in zip(allowed.items(), edges, strict=True):
                if not low <= round(millimetres(length), 1) <= high:
                    yield f"page Lề: {edge} {millimetres(length):.1f} mm"
        header = section.header.paragraphs[0]
        low, high = size_range(table()[("page", "Số trang")])
        if not section.different_first_page_header_footer or "PAGE" in section.first_page_header._element.xml:
            yield "page Số trang: shown on the first page"
        if "PAGE" not in section.header._element.xml or header.alignment != 1:
            yield "page Số trang: not in the middle of the header"
        if not low <= millimetres(header.runs[0].font.size) / POINT <= high:
            yield "page Số trang: another size"
    for number, section in enumerate(report.document.sections):
        if number and 'w:start="1"' not in section._sectPr.xml:
            yield "page Số trang: an appendix goes on counting"


def _word_rule_faults(cell: str, element: str, report: WordFile) -> Iterator[str]:
    from openpar.reports.documents.widths import bold_width

    demand = next(one for one in DEMANDS if (one.cell, one.element) == (cell, element))
    line = next(line for line in report.lines if line.text.upper() == demand.text.upper())
    below = [rule for rule in report.rules if rule.top == line.top + 1 and rule.left >= line.left]
    name = f"{cell} {element}"
    if not below:
        yield f"{name}: no rule below"
        return
    width = float(bold_width(line.text, round(line.size)))
    low, high = rule_share(table()[(cell, element)])
    if not float(low) * width - _NEAR <= below[0].width <= float(high) * width + _NEAR:
        yield f"{name}: rule {below[0].width:.1f} mm under {width:.1f} mm of text"

"""An agency's sheet as an .xlsx file: cells are open where the rule wants figures, the rest is locked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

from openpar.common.errors import FileRefused
from openpar.common.formats import VIETNAM, format_maximum
from openpar.common.sheets import cell_address, column_letters
from openpar.common.text import nfc
from openpar.engine import criteria as engine
from openpar.engine import rules
from openpar.parindex.assessments.answer_texts import NO, NOT_APPLICABLE, YES, columns_used, labels_of
from openpar.parindex.assessments.sheet_layout import (
    ANSWER,
    CODE,
    COLUMN_OF_CELL,
    DENOMINATOR,
    ENTRY_COLUMNS,
    FIRST_ROW,
    GIVEN,
    GUIDE_NAME,
    HEADER_ROW,
    HOW,
    MARK_ROW,
    MAXIMUM,
    NOTE,
    NUMERATOR,
    POINTS,
    REASON,
    SCALE,
    SEAL,
    SHEET_NAME,
    TITLE,
    TITLES,
    SheetHead,
    StoredScore,
    cells_of,
    how_to_fill,
    mark_of,
    seal_of,
    stored_entries,
)
from openpar.parindex.criteria.queries import LoadedLeaf, LoadedSet
from openpar.parindex.criteria.scale_text import describe_rule

_WIDTHS = (8, 42, 8, 38, 34, 26, 11, 11, 22, 10, 40, 10, 6)
_LISTS_NAME = "Danh mục chọn"
_EXACT_DIGITS = 15
_LINE_HEIGHT = 15
_MOST_LINES = 25  # Excel keeps no row higher than 409 points
# A workbook says when it was made; were it the clock, two equal downloads would differ.
_CREATED = datetime(2000, 1, 1, tzinfo=VIETNAM).replace(tzinfo=None)
_GUIDE = (
    "HƯỚNG DẪN ĐIỀN PHIẾU TỰ CHẤM",
    "1. Chỉ điền vào các ô nền vàng ở trang “Phiếu tự chấm”. Cột “Cách điền” nói rõ từng tiêu chí cần gì.",
    "2. Số ghi với dấu phẩy thập phân (57,52); không ghi đơn vị, không dùng công thức, không gộp ô.",
    "3. Tiêu chí không phát sinh: ghi lý do ở cột “Không áp dụng”, để trống các ô số liệu.",
    "4. “Điểm đơn vị cho” chỉ ghi khi khác điểm tính theo số liệu, và phải nêu lý do ở cột “Giải trình”.",
    "5. Tài liệu kiểm chứng gắn trên hệ thống, không gửi kèm tệp này.",
    "6. Không thêm, xóa, đổi chỗ dòng và cột. Dòng để nguyên như lúc tải về thì hệ thống giữ nguyên.",
    "7. Lưu thành .xlsx rồi tải lên; hệ thống cho xem các thay đổi trước khi lưu.",
)


def write_sheet(
    target: BytesIO, head: SheetHead, criteria: LoadedSet, stored: Mapping[str, StoredScore]
) -> None:
    """Writes the workbook. Equal content gives equal bytes. Raises FileRefused for a text beyond a cell."""
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    # Loaded when the first workbook is written: many processes never do.
    import xlsxwriter

    with xlsxwriter.Workbook(target, options) as workbook:
        workbook.set_properties({"created": _CREATED})
        writer = _Writer(workbook)
        writer.write_head(head, criteria)
        writer.write_rows(criteria, stored)
        writer.write_guide(head)
        writer.write_lists()


def _height(texts: Iterable[tuple[int, str]]) -> float:
    """Room for the longest of the wrapped texts: office programs do not measure a file that others wrote."""
    lines = 1
    for column, text in texts:
        width = _WIDTHS[column]
        lines = max(lines, sum(1 + len(line) // width for line in text.split("\n")))
    return float(min(lines, _MOST_LINES) * _LINE_HEIGHT)


class _Writer:
    """The three pages of the workbook; formats are made once."""

    def __init__(self, workbook: Any) -> None:
        self.workbook = workbook
        self.sheet = workbook.add_worksheet(SHEET_NAME)
        self.guide = workbook.add_worksheet(GUIDE_NAME)
        self.lists = workbook.add_worksheet(_LISTS_NAME)
        self.long_lists: list[tuple[str, ...]] = []
        self.formats: dict[tuple[tuple[str, Any], ...], Any] = {}

    def style(self, **properties: Any) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self.formats:
            base = {"font_name": "Times New Roman", "valign": "top"}
            self.formats[key] = self.workbook.add_format({**base, **properties})
        return self.formats[key]

    def text(self, sheet: Any, row: int, column: int, text: str, style: Any) -> None:
        if sheet.write_string(row, column, nfc(text), style) != 0:
            raise FileRefused.because(
                f"ô {cell_address(row, column)}",
                "nội dung dài hơn một ô bảng tính chứa được (32.767 ký tự)",
                "Rút ngắn nội dung trên hệ thống rồi tải lại.",
                code="cell-too-long",
            )

    def write_head(self, head: SheetHead, criteria: LoadedSet) -> None:
        sheet = self.sheet
        sample = " (bộ tiêu chí mẫu)" if head.is_sample else ""
        self.text(sheet, 0, 0, f"PHIẾU TỰ CHẤM ĐIỂM: {head.unit}", self.style(bold=True, font_size=14))
        self.text(sheet, 1, 0, f"{head.round}. Bộ tiêu chí: {head.set_title}{sample}", self.style())
        hint = "Điền các ô nền vàng, lưu rồi tải lên hệ thống; xem trang “Hướng dẫn”."
        self.text(sheet, 2, 0, hint, self.style(italic=True))
        self.text(sheet, MARK_ROW, 0, mark_of(head, criteria), self.style(font_color="#808080", font_size=8))
        header = self.style(
            bold=True, text_wrap=True, align="center", valign="vcenter", border=1, bg_color="#DCE6F1"
        )
        sheet.set_row(HEADER_ROW, 2 * _LINE_HEIGHT)
        for column, (title, width) in enumerate(zip(TITLES, _WIDTHS, strict=True)):
            sheet.set_column(column, column, width, None, {"hidden": column == SEAL})
            self.text(sheet, HEADER_ROW, column, title, header)
        sheet.freeze_panes(FIRST_ROW, TITLE + 1)
        sheet.set_paper(9)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(HEADER_ROW)
        sheet.set_footer("&CTrang &P/&N")
        sheet.protect("", {"format_columns": True, "format_rows": True})

    def write_rows(self, criteria: LoadedSet, stored: Mapping[str, StoredScore]) -> None:
        for row, node in enumerate(criteria.engine.nodes(), start=FIRST_ROW):
            if isinstance(node, engine.Node):
                self.write_heading(row, node)
            else:
                leaf = criteria.leaves[node.code]
                self.write_leaf(row, leaf, stored_entries(stored, leaf.code))

    def write_heading(self, row: int, node: engine.Node) -> None:
        style = self.style(bold=True, text_wrap=True, border=1, bg_color="#F2F2F2")
        texts = {CODE: node.code, TITLE: node.title, MAXIMUM: format_maximum(node.stated_maximum)}
        for column in range(len(TITLES)):
            self.text(self.sheet, row, column, texts.get(column, ""), style)

    def write_leaf(self, row: int, leaf: LoadedLeaf, stored: StoredScore) -> None:
        rule = leaf.engine.rule
        plain = self.style(text_wrap=True, border=1)
        scale = describe_rule(rule.as_mapping(), leaf.maximum) or leaf.scale_text
        how = how_to_fill(rule) if leaf.is_self_scored else "Đơn vị không cần tự đánh giá."
        told = ((TITLE, leaf.title), (SCALE, scale), (HOW, how), (NOTE, stored.entry.note))
        self.sheet.set_row(row, _height(told))
        for column, text in ((CODE, leaf.code), (TITLE, leaf.title), (SCALE, scale), (HOW, how)):
            self.text(self.sheet, row, column, text, plain)
        self.number(row, MAXIMUM, str(leaf.maximum), self.style(border=1, align="center"))
        if not leaf.is_self_scored:
            for column in (*ENTRY_COLUMNS, POINTS, SEAL):
                self.text(self.sheet, row, column, "", plain)
            return
        used = {COLUMN_OF_CELL[name] for name in columns_used(rule)} | {REASON, GIVEN, NOTE}
        values = dict(zip(ENTRY_COLUMNS, cells_of(rule, stored.entry), strict=True))
        for column in ENTRY_COLUMNS:
            self.write_entry_cell(row, column, values[column], is_open=column in used)
        points = "" if stored.points is None else str(stored.points)
        self.number(row, POINTS, points, self.style(border=1, font_color="#595959"))
        self.text(self.sheet, row, SEAL, seal_of(rule, stored), plain)
        self.offer_choices(row, rule, may_be_not_applicable=leaf.may_be_not_applicable)

    def write_entry_cell(self, row: int, column: int, text: str, *, is_open: bool) -> None:
        properties: dict[str, Any] = {"border": 1, "text_wrap": True}
        if is_open:
            properties |= {"locked": False, "bg_color": "#FFFBE6"}
        if column in (NUMERATOR, DENOMINATOR, GIVEN):
            self.number(row, column, text, self.style(**properties))
        else:
            # As text: a day or "1|2" typed here must not be turned into something else.
            self.text(self.sheet, row, column, text, self.style(**properties, num_format="@"))

    def number(self, row: int, column: int, text: str, style: Any) -> None:
        """Exact, or as text if a spreadsheet would not keep all digits."""
        if text and len(Decimal(text).as_tuple().digits) <= _EXACT_DIGITS:
            self.sheet.write_number(row, column, Decimal(text), style)
        else:
            self.text(self.sheet, row, column, text.replace(".", ","), style)

    def offer_choices(self, row: int, rule: rules.Rule, *, may_be_not_applicable: bool) -> None:
        if isinstance(rule, rules.Boolean):
            choices: tuple[str, ...] = (YES, NO, NOT_APPLICABLE) if may_be_not_applicable else (YES, NO)
        elif isinstance(rule, rules.Choice | rules.QualityGradePercent):
            choices = labels_of(rule)
        else:
            return
        source: list[str] | str = list(choices)
        if len(",".join(choices)) > 255 or any("," in choice for choice in choices):
            if choices not in self.long_lists:
                self.long_lists.append(choices)
            letters = column_letters(self.long_lists.index(choices))
            source = f"='{_LISTS_NAME}'!${letters}$1:${letters}${len(choices)}"
        self.sheet.data_validation(
            row,
            ANSWER,
            row,
            ANSWER,
            {
                "validate": "list",
                "source": source,
                "error_title": "Chưa đúng",
                "error_message": "Hãy chọn một giá trị trong danh sách.",
            },
        )

    def write_guide(self, head: SheetHead) -> None:
        self.guide.set_column(0, 0, 110)
        for row, line in enumerate(_GUIDE):
            self.text(self.guide, row, 0, line, self.style(text_wrap=True, bold=row == 0))
        if head.is_sample:
            note = "Bộ tiêu chí mẫu: do chương trình đặt ra để dùng thử, không phải văn bản của cơ quan nào."
            self.text(self.guide, len(_GUIDE), 0, note, self.style(text_wrap=True, italic=True))
        self.guide.protect("")

    def write_lists(self) -> None:
        self.lists.hide()
        for column, choices in enumerate(self.long_lists):
            for row, choice in enumerate(choices):
                self.text(self.lists, row, column, choice, self.style())

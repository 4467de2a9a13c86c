"""Reading a filled sheet: everything that does not fit is refused by its cell, all of it at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from openpar.common.errors import FileRefused, Gap
from openpar.common.formats import NumberNotUnderstood
from openpar.common.limited import run_limited
from openpar.common.sheets import Sheet, SheetCaps, StoredNumber, cell_address, parse_address, parse_range
from openpar.common.spreadsheets import cell_decimal
from openpar.common.text import nfc
from openpar.common.xlsx_reader import read_xlsx
from openpar.engine.answers import Answer
from openpar.engine.rules.lists import NOT_APPLICABLE_CHOICE
from openpar.parindex.assessments.actions.scores import Entry
from openpar.parindex.assessments.answer_texts import (
    NOT_APPLICABLE,
    AnswerCells,
    AnswerNotUnderstood,
    answer_from_cells,
    columns_used,
)
from openpar.parindex.assessments.sheet_layout import (
    ANSWER,
    CODE,
    COLUMN_OF_CELL,
    DENOMINATOR,
    ENTRY_COLUMNS,
    FIRST_ROW,
    GIVEN,
    HEADER_ROW,
    MARK_ROW,
    MARK_START,
    NOTE,
    NUMERATOR,
    REASON,
    SEAL,
    SHEET_NAME,
    TITLES,
    SheetHead,
    digest_of_entry,
    mark_of,
)
from openpar.parindex.criteria.queries import LoadedLeaf, LoadedSet

CAPS = SheetCaps(rows=2_000, columns=60, cells=60_000)
_DOWNLOAD_AGAIN = "Tải phiếu mới từ hệ thống rồi điền lại."


@dataclass(frozen=True)
class FilledRow:
    """One leaf as the file has it; `version` is the one in the system when the sheet was downloaded."""

    code: str
    row: int
    entry: Entry
    version: int
    is_touched: bool

    def address(self, column: int) -> str:
        """The cell of this row in a column, as people name it."""
        return f"ô {cell_address(self.row, column)}"


def read_grid(path: Path) -> Sheet:
    """The page of the sheet as text in a grid, read in a process of its own. Raises FileRefused."""
    return run_limited(read_xlsx, path, sheet=SHEET_NAME, caps=CAPS)


def rows_of_grid(grid: Sheet, head: SheetHead, criteria: LoadedSet) -> tuple[FilledRow, ...]:
    """The self-scored leaves in the file. Raises FileRefused with every cell that is not as it should be."""
    _refuse_another_sheet(grid, head, criteria)
    gaps = [*_header_gaps(grid)]
    if gaps:
        raise FileRefused(gaps)
    gaps = [*_form_gaps(grid), *_beyond_gaps(grid)]
    rows: list[FilledRow] = []
    seen: dict[str, int] = {}
    for row in range(FIRST_ROW, len(grid.rows)):
        found = _read_row(grid, row, criteria, seen)
        if isinstance(found, FilledRow):
            rows.append(found)
        else:
            # A formula without result also looks empty: one reason for a cell is enough.
            named = {gap.where for gap in gaps}
            gaps += [gap for gap in found if gap.where not in named]
    if not rows and not gaps:
        gaps.append(Gap("Tệp", "không có dòng tiêu chí nào", _DOWNLOAD_AGAIN, code="sheet-empty"))
    if gaps:
        raise FileRefused(gaps)
    return tuple(rows)


def _refuse_another_sheet(grid: Sheet, head: SheetHead, criteria: LoadedSet) -> None:
    """The mark says of which assessment and state of the criteria set the file is."""
    mark, wanted = grid.value(MARK_ROW, 0) or "", mark_of(head, criteria)
    if mark == wanted:
        return
    if not mark.startswith(MARK_START):
        what, code = "không phải phiếu tự chấm tải về từ hệ thống", "sheet-no-mark"
    elif mark.split(" | ")[1:2] != wanted.split(" | ")[1:2]:
        what, code = "là phiếu của đơn vị hoặc kỳ đánh giá khác", "sheet-other"
    else:
        what, code = "là phiếu của bộ tiêu chí đã thay đổi", "sheet-other-set"
    where = f"ô {cell_address(MARK_ROW, 0)}"
    raise FileRefused.because(where, what, f"Phiếu này là của {head.unit}. {_DOWNLOAD_AGAIN}", code=code)


def _header_gaps(grid: Sheet) -> Iterator[Gap]:
    for column, title in enumerate(TITLES):
        found = grid.value(HEADER_ROW, column)
        if found != title:
            what = f"phải là cột “{title}”" + (f", không phải “{found[:40]}”" if found else "")
            where = f"ô {cell_address(HEADER_ROW, column)}"
            yield Gap(where, what, "Không thêm, xóa, đổi chỗ cột. " + _DOWNLOAD_AGAIN, code="sheet-header")


def _form_gaps(grid: Sheet) -> Iterator[Gap]:
    """Merged cells, formulas and errors where answers stand."""
    read = (CODE, *ENTRY_COLUMNS, SEAL)
    for reference in grid.merged:
        _top, left, bottom, right = parse_range(reference)
        if bottom >= HEADER_ROW and any(left <= column <= right for column in read):
            yield Gap(f"ô {reference}", "các ô bị gộp", "Bỏ gộp ô.", code="sheet-merged")
    for addresses, what, remedy, code in (
        (grid.formula_cells, "là công thức", "Ghi giá trị thay cho công thức.", "sheet-formula"),
        (grid.error_cells, "bị lỗi (như #REF!)", "Ghi lại giá trị.", "sheet-error"),
    ):
        for address in addresses:
            row, column = parse_address(address)
            if row >= FIRST_ROW and column in read:
                yield Gap(f"ô {address}", what, remedy, code=code)


def _beyond_gaps(grid: Sheet) -> Iterator[Gap]:
    """What stands outside the table would be lost without a word: in a column behind it, or in a row that
    is of no criterion.
    """
    for row in range(HEADER_ROW, len(grid.rows)):
        filled = [column for column, text in enumerate(grid.rows[row]) if text]
        is_in_table = row == HEADER_ROW or grid.value(row, CODE) is not None
        # Figures without a code have a sentence of their own (_read_row).
        if not is_in_table and not any(column in ENTRY_COLUMNS for column in filled):
            beyond = filled
        else:
            beyond = [column for column in filled if column >= len(TITLES)]
        if beyond:
            where = f"ô {cell_address(row, beyond[0])}"
            remedy = "Xóa ô này; điều cần nói với người thẩm định ghi ở cột “Giải trình”."
            yield Gap(where, "nằm ngoài bảng nên không được đọc", remedy, code="sheet-beyond")


def _read_row(grid: Sheet, row: int, criteria: LoadedSet, seen: dict[str, int]) -> FilledRow | list[Gap]:
    code = grid.value(row, CODE)
    filled = [column for column in ENTRY_COLUMNS if grid.value(row, column)]
    where = f"ô {cell_address(row, CODE)}"
    if code is None:
        if not filled:
            return []
        return [Gap(where, "dòng có số liệu nhưng thiếu mã tiêu chí", _DOWNLOAD_AGAIN, code="sheet-no-code")]
    if code in seen:
        what = f"mã {code} đã có ở dòng {seen[code] + 1}"
        return [Gap(where, what, "Xóa dòng thừa.", code="sheet-code-twice")]
    seen[code] = row
    leaf = criteria.leaves.get(code)
    if leaf is None or not leaf.is_self_scored:
        if leaf is None and code not in criteria.titles:
            return [Gap(where, f"bộ tiêu chí không có mã “{code[:20]}”", _DOWNLOAD_AGAIN, code="sheet-code")]
        what = "đơn vị không tự chấm ở dòng này"
        return [
            Gap(f"ô {cell_address(row, column)}", what, "Để trống ô này.", code="sheet-not-self-scored")
            for column in filled
        ]
    return _read_leaf(grid, row, leaf)


def _read_leaf(grid: Sheet, row: int, leaf: LoadedLeaf) -> FilledRow | list[Gap]:
    gaps: list[Gap] = []
    rule = leaf.engine.rule
    cells = AnswerCells(grid.value(row, ANSWER), grid.value(row, NUMERATOR), grid.value(row, DENOMINATOR))
    reason = (grid.value(row, REASON) or "").strip()
    answer = Answer()
    if reason and not cells.is_blank and cells.answer != NOT_APPLICABLE:
        gaps.append(
            Gap(
                f"ô {cell_address(row, REASON)}",
                "ghi không áp dụng nhưng vẫn có số liệu",
                "Chỉ giữ một: lý do không áp dụng, hoặc số liệu.",
                code="sheet-both",
            )
        )
    elif reason and cells.answer == NOT_APPLICABLE:
        answer = Answer(choice=NOT_APPLICABLE_CHOICE, reason=reason)
    elif reason:
        answer = Answer(applicable=False, reason=reason)
    else:
        try:
            answer = answer_from_cells(rule, cells)
        except AnswerNotUnderstood as error:
            gaps += [
                Gap(f"ô {cell_address(row, COLUMN_OF_CELL[gap.where])}", gap.what, gap.remedy, gap.code)
                for gap in error.gaps
            ]
    gaps += _half_a_ratio(row, leaf, cells)
    given = _read_given(grid, row, gaps)
    version, digest = _read_seal(grid.value(row, SEAL), row, gaps)
    if gaps:
        return gaps
    entry = Entry(answer, nfc(grid.value(row, NOTE) or ""), given)
    return FilledRow(leaf.code, row, entry, version, digest_of_entry(rule, entry) != digest)


def _half_a_ratio(row: int, leaf: LoadedLeaf, cells: AnswerCells) -> Iterator[Gap]:
    """One figure of two: in a form one would come back to it, in a file it is forgotten."""
    if not {"numerator", "denominator"} <= columns_used(leaf.engine.rule):
        return
    for column, own, other in (
        (NUMERATOR, cells.numerator, cells.denominator),
        (DENOMINATOR, cells.denominator, cells.numerator),
    ):
        if other and not own:
            where = f"ô {cell_address(row, column)}"
            what = "thiếu một trong hai số của tỷ lệ"
            yield Gap(where, what, "Ghi cả tử số và mẫu số.", code="sheet-half")


def _read_given(grid: Sheet, row: int, gaps: list[Gap]) -> Decimal | None:
    text = grid.value(row, GIVEN)
    if text is None:
        return None
    where = f"ô {cell_address(row, GIVEN)}"
    try:
        # Points have few decimals and stay far below a thousand: "1,500" can only be one and a half.
        return cell_decimal(text, ambiguous="decimal", where=where)
    except NumberNotUnderstood as error:
        gaps += error.gaps
        return None


def _read_seal(text: str | None, row: int, gaps: list[Gap]) -> tuple[int, str]:
    version, _, digest = (text or "").partition(":")
    if isinstance(text, StoredNumber) or not version.isdecimal() or not digest or len(version) > 9:
        where = f"ô {cell_address(row, SEAL)}"
        gaps.append(Gap(where, "cột phiên bản (ẩn) bị sửa", _DOWNLOAD_AGAIN, code="sheet-seal"))
        return 0, ""
    return int(version), digest

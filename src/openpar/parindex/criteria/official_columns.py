"""Which column of an official table is what: read from the words of its header, in any order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from openpar.common.errors import FileRefused, Gap
from openpar.common.text import fold
from openpar.common.wording import gettext as _
from openpar.common.wording import gettext_noop
from openpar.parindex.criteria.official_grid import GridRow

_HEADER_WITHIN = 60  # rows; before the table stand the heading of the decision and its grounds
_HEADER_ROWS = 3

# In this order: "Điểm tự đánh giá" is not a maximum, "Thang điểm chi tiết" not either. Words are folded.
_ROLES: tuple[tuple[str, str], ...] = (
    ("code", r"(s?tt|so tt|so thu tu|ma|ma so|ma (tieu chi|tc|chi so|muc)|muc)\.?"),
    ("indicator", r"(ma )?chi tieu so lieu.*|indicator"),
    ("owner", r".*(chu tri|phu trach|theo doi).*"),
    ("scored_by", r".*(hinh thuc|phuong thuc|ben|nguoi) (danh gia|cham).*"),
    ("survey", r".*(dieu tra|dtxhh|xhh|khao sat).*"),
    (
        "ignored",
        r".*(tu (danh gia|cham)|tham dinh|diem dat|dat duoc|bi tru|so noi vu|giai trinh|chi so \(?%).*",
    ),
    ("evidence", r".*(kiem chung|minh chung|tai lieu chung minh).*"),
    ("scale", r".*(cach (tinh|cham)|chi tiet|huong dan|phuong phap|cong thuc|dien giai|cach danh gia).*"),
    ("maximum", r"(diem|so diem|muc diem|thang diem)|.*(diem (toi da|chuan)|toi da|thang diem).*"),
    ("article", r"can cu( phap ly| quy dinh| van ban)?(, dieu,? khoan)?|co so phap ly|dieu,? khoan.*"),
    ("note", r".*ghi chu.*"),
    ("title", r".*(tieu chi|linh vuc|noi dung|chi so thanh phan|ten chi so|chi tieu).*"),
)
_NAMES = {
    "code": gettext_noop("“STT” hoặc “Mã số”"),
    "title": gettext_noop("“Lĩnh vực/Tiêu chí/Tiêu chí thành phần” hoặc “Nội dung”"),
    "maximum": gettext_noop("“Điểm tối đa” hoặc “Điểm chuẩn”"),
}


@dataclass(frozen=True)
class Columns:
    """Where the header ends, and the columns by what they hold, counted from 0."""

    first_row: int
    titles: tuple[int, ...]
    maxima: tuple[int, ...]
    maximum_names: tuple[str, ...]
    code: int | None = None
    scale: int | None = None
    evidence: int | None = None
    survey: int | None = None
    scored_by: int | None = None
    note: int | None = None
    owner: int | None = None
    article: int | None = None
    indicator: int | None = None
    header: tuple[str, ...] = ()


def role_of(text: str) -> str | None:
    """What a column with this header holds; None if the words are unknown."""
    said = fold(text)
    if len(said) > 120:
        return None
    return next((role for role, words in _ROLES if re.fullmatch(words, said)), None)


def find_columns(rows: Sequence[GridRow]) -> Columns | None:
    """The columns of the first row that names a title and a maximum; None if no row does."""
    for place, row in enumerate(rows[:_HEADER_WITHIN]):
        headers = _joined_headers(rows, place)
        roles = {role_of(text) for text in headers.values()}
        own = {role_of(cell) for cell in row.cells if cell}
        if {"title", "maximum"} <= roles and "title" in own:
            return _columns(rows, place, headers)
    return None


def missing_columns(rows: Sequence[GridRow]) -> FileRefused:
    """Says which columns were found in the most header-like row, and which are missing."""
    best: set[str] = set()
    where = ""
    for row in rows[:_HEADER_WITHIN]:
        found = {role for cell in row.cells if cell and (role := role_of(cell))}
        if len(found) > len(best):
            best, where = found, row.where
    gaps = [
        Gap(
            where or _("Tệp"),
            _("không thấy cột %(names)s", names=_(name)),
            _("Thêm dòng tiêu đề cột như bảng trong quyết định."),
            "table-columns",
        )
        for role, name in _NAMES.items()
        if role not in best and role != "code"
    ]
    nothing = Gap(where, _("không thấy bảng tiêu chí"), _("Kiểm tra dòng tiêu đề."), "table-columns")
    return FileRefused(gaps or [nothing])


def _joined_headers(rows: Sequence[GridRow], place: int) -> dict[int, str]:
    """The words over every column: those of the header row, and of the rows below that still belong to it.

    A heading over several columns passes to those without words of their own, up to the next heading.
    """
    headers = {column: cell for column, cell in enumerate(rows[place].cells) if cell}
    for row in rows[place + 1 : place + _header_height(rows, place)]:
        for column, cell in enumerate(row.cells):
            if cell:
                over = max(
                    (left for left in headers if left <= column and left not in row.inherited), default=column
                )
                headers[column] = cell if role_of(cell) else f"{headers.get(over, '')} {cell}".strip()
    return headers


def _header_height(rows: Sequence[GridRow], place: int) -> int:
    """How many rows the header has: those below it whose first columns are merged from it, or that only
    name columns.
    """
    height = 1
    while height < _HEADER_ROWS and place + height < len(rows):
        row = rows[place + height]
        words = [cell for cell in row.cells if cell]
        is_continued = bool(row.inherited) and any(
            rows[place].text(column) == text for column, text in row.inherited.items()
        )
        if not words or not is_continued or any(re.fullmatch(r"[\d.,()]+", word) for word in words):
            break
        height += 1
    return height


def _columns(rows: Sequence[GridRow], place: int, headers: dict[int, str]) -> Columns:
    by_role: dict[str, list[int]] = {}
    for column in sorted(headers):
        by_role.setdefault(role_of(headers[column]) or "", []).append(column)

    def first(role: str) -> int | None:
        return by_role[role][0] if role in by_role else None

    scale, maxima = first("scale"), by_role["maximum"]
    if scale is None and len(maxima) > 1 and fold(headers[maxima[1]]) == "thang diem":
        # "Điểm tối đa" beside "Thang điểm": the second is the scale.
        scale, maxima = maxima[1], [maxima[0]]
    first_row = place + _header_height(rows, place)
    while first_row < len(rows) and _numbers_columns(rows[first_row]):
        first_row += 1
    return Columns(
        first_row=first_row,
        titles=tuple(by_role["title"]),
        maxima=tuple(maxima),
        maximum_names=tuple(headers[column] for column in maxima),
        code=first("code"),
        scale=scale,
        evidence=first("evidence"),
        survey=first("survey"),
        scored_by=first("scored_by"),
        note=first("note"),
        owner=first("owner"),
        article=first("article"),
        indicator=first("indicator"),
        header=tuple(fold(cell or "") for cell in rows[place].cells),
    )


def _numbers_columns(row: GridRow) -> bool:
    """Is it the row (1) (2) (3) or A B 1 2 that numbers the columns?"""
    words = [cell.strip("() ") for cell in row.cells if cell]
    if len(words) < 3 or not all(re.fullmatch(r"\d{1,2}|[A-Z]", word) for word in words):
        return False
    numbers = [int(word) for word in words if word.isdigit()]
    return numbers == [*range(numbers[0], numbers[0] + len(numbers))] if numbers else True

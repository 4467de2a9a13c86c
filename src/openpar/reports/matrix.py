"""The result matrix as a workbook (parindex.md 14): ranking, fields, removed leaves, how it was computed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from io import BytesIO

from django.utils.translation import override

from openpar.common.formats import format_date, format_maximum
from openpar.common.spreadsheets import CellValue, Column, SheetSpec, write_workbook
from openpar.reports.figures import Printed, settings_lines
from openpar.reports.round_data import BlockReport, RoundReport, UnitFigures

NOT_SCORED = "Chưa chấm điểm"


def matrix_workbook(report: RoundReport) -> bytes:
    """The workbook; its numbers are numbers, rounded as the set says and formatted so."""
    output = BytesIO()
    with override("vi"):
        write_workbook(output, [sheet for block in report.blocks for sheet in _sheets(report, block)])
    return output.getvalue()


def _sheets(report: RoundReport, block: BlockReport) -> Iterator[SheetSpec]:
    name = block.block.name
    yield _ranking(report, block, f"Xếp hạng {name}")
    yield _fields(report, block, f"Lĩnh vực {name}")
    yield _removed(report, block, f"Không áp dụng {name}")


def _heading(report: RoundReport, block: BlockReport, title: str) -> tuple[str, ...]:
    """Title, block and decision, and the marks of drafts and samples."""
    round = report.round
    lines = [title.upper(), f"{round.title} – Khối {block.block.name} ({len(block.units)} đơn vị)"]
    if round.decision_number:
        day = format_date(round.decision_on) if round.decision_on else ""
        lines.append(f"Kèm theo Quyết định số {round.decision_number} ngày {day}")
    return (*lines, *report.marks)


def _footing(block: BlockReport) -> tuple[str, ...]:
    settings = block.block.criteria.engine.settings
    lines = settings_lines(settings, block.block.code, is_sample=block.block.criteria.is_sample)
    head = f"Bộ tiêu chí: {block.criteria_set.title}"
    if block.criteria_set.number:
        head += f" (Quyết định số {block.criteria_set.number})"
    return (
        head,
        *(f"{name}: {text}" for name, text in lines),
        "Số hiển thị đã làm tròn: tổng các số hiển thị có thể khác tổng hiển thị 0,01–0,02 điểm.",
    )


class _Figures:
    """Columns and cells of figures, rounded as one set prints them."""

    def __init__(self, block: BlockReport) -> None:
        settings = block.block.criteria.engine.settings
        self.printed = Printed.of(settings)
        self.format = "0." + "0" * settings.digits if settings.digits else "0"

    def column(self, title: str, width: float = 11) -> Column:
        return Column(title, width=width, number_format=self.format, align="right")

    def cell(self, value: Decimal | None) -> Decimal | None:
        return self.printed.rounded(value)


def _ranking(report: RoundReport, block: BlockReport, name: str) -> SheetSpec:
    figures = _Figures(block)
    columns = [
        Column("Hạng", width=8, align="center"),
        Column("Đơn vị", width=38),
        figures.column("Điểm tự chấm"),
        figures.column("Điểm thẩm định"),
        *(
            figures.column(f"{leaf.code} {leaf.title} (tối đa {format_maximum(leaf.maximum)})", width=15)
            for leaf in block.outside_leaves
        ),
        figures.column("Điểm thưởng"),
        figures.column("Điểm trừ"),
        figures.column("Tổng điểm"),
        figures.column("Chỉ số (%)"),
        Column("Xếp loại", width=14),
        Column("Ghi chú", width=18),
    ]
    return SheetSpec(
        name=name,
        columns=tuple(columns),
        rows=[_ranking_row(unit, figures) for unit in block.units],
        heading=_heading(report, block, "Kết quả xếp hạng Chỉ số cải cách hành chính"),
        footing=(
            *_footing(block),
            "Điểm thẩm định chưa quy đổi; đơn vị có tiêu chí không áp dụng xem danh sách kèm theo.",
        ),
        frozen_columns=2,
    )


def _ranking_row(unit: UnitFigures, figures: _Figures) -> Sequence[CellValue]:
    row = unit.row
    return [
        row.rank,
        row.name,
        figures.cell(row.self_total),
        figures.cell(unit.appraised),
        *(figures.cell(points) for points in unit.outside),
        figures.cell(row.bonus),
        figures.cell(row.penalty),
        figures.cell(row.total),
        figures.cell(row.index),
        row.grade,
        note_of(unit),
    ]


def note_of(unit: UnitFigures) -> str:
    """What explains a figure that would surprise."""
    notes = []
    if not unit.row.submitted:
        notes.append(NOT_SCORED)
    if not unit.row.is_ranked:
        notes.append("Không xếp hạng")
    if not unit.row.is_published:
        notes.append("Không công bố")
    if unit.row.waiting:
        notes.append(f"Còn chờ: {', '.join(unit.row.waiting)}")
    return "; ".join(notes)


def _fields(report: RoundReport, block: BlockReport, name: str) -> SheetSpec:
    figures = _Figures(block)
    titles = block.block.criteria.titles
    columns = [
        Column("Hạng", width=8, align="center"),
        Column("Đơn vị", width=34),
        *_four_columns("Tổng", figures),
        *(
            column
            for code in block.block.field_codes
            for column in _four_columns(f"{code}. {titles[code]}", figures)
        ),
    ]
    return SheetSpec(
        name=name,
        columns=tuple(columns),
        rows=[_fields_row(unit, figures) for unit in block.units],
        heading=_heading(report, block, "Kết quả theo lĩnh vực"),
        footing=_footing(block),
        frozen_columns=2,
    )


def _four_columns(title: str, figures: _Figures) -> Sequence[Column]:
    parts = ("Đánh giá qua điều tra, từ bên ngoài", "Thẩm định", "Tổng điểm", "Chỉ số (%)")
    return [figures.column(f"{title} – {part}", width=13) for part in parts]


def _fields_row(unit: UnitFigures, figures: _Figures) -> Sequence[CellValue]:
    known = [points for points in unit.outside if points is not None]
    cells: list[CellValue] = [
        unit.row.rank,
        unit.row.name,
        figures.cell(sum(known, Decimal(0))) if known else None,
        figures.cell(unit.appraised),
        figures.cell(unit.row.total),
        figures.cell(unit.row.index),
    ]
    for field in unit.fields:
        cells += [figures.cell(part) for part in (field.outside, field.appraised, field.total, field.index)]
    return cells


def _removed(report: RoundReport, block: BlockReport, name: str) -> SheetSpec:
    return SheetSpec(
        name=name,
        columns=(
            Column("TT", width=6, align="center"),
            Column("Đơn vị", width=34),
            Column("Mã", width=10),
            Column("Tiêu chí không áp dụng", width=46),
            Column("Điểm tối đa", width=11, align="right"),
            Column("Lý do", width=50),
        ),
        rows=[
            (number, leaf.unit, leaf.code, leaf.title, leaf.maximum, leaf.reason)
            for number, leaf in enumerate(block.removed, start=1)
        ],
        heading=_heading(report, block, "Danh sách tiêu chí không áp dụng"),
        footing=_footing(block),
    )

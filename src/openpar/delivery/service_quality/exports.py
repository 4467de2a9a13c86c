"""The board of a period as a workbook, in Vietnamese whatever language the reader has chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from io import BytesIO

from openpar.common.formats import format_date
from openpar.common.workbooks import CellValue, Column, SheetSpec, write_workbook
from openpar.delivery.service_quality.files import INPUT_COLUMNS
from openpar.delivery.service_quality.queries.boards import Board, BoardRow
from openpar.engine.qd766 import IndicatorSet

_POINTS = "0.00"


def board_workbook(found: Board, rows: Sequence[BoardRow], *, known_on: date | None) -> bytes:
    """The rows chosen: points by group and in all; on a second sheet every indicator with its figures."""
    if found.indicators is None:
        raise ValueError("a board without a set has nothing to be written")
    heading = (
        "Bộ chỉ số phục vụ người dân, doanh nghiệp (QĐ 766/QĐ-TTg)",
        f"{found.period.words}; bộ {found.indicators.version}"
        + (f"; theo số liệu biết đến hết {format_date(known_on)}" if known_on else ""),
    )
    output = BytesIO()
    write_workbook(
        output,
        [_groups(found.indicators, rows, heading), _indicators(rows, found.names, heading)],
    )
    return output.getvalue()


def _groups(indicators: IndicatorSet, rows: Sequence[BoardRow], heading: tuple[str, ...]) -> SheetSpec:
    return SheetSpec(
        name="Điểm theo nhóm",
        columns=(
            Column("Đơn vị", 40),
            *(Column(f"{group.name} ({group.maximum})", 14, _POINTS) for group in indicators.groups),
            Column(f"Tổng ({indicators.maximum})", 12, _POINTS),
            Column("Xếp hạng trong khối", 12, "0"),
            Column("Xếp loại", 14),
        ),
        rows=[
            [
                row.name,
                *(group.points for group in row.index.groups),
                row.index.points,
                row.place.rank if row.place else None,
                row.index.label if not row.rolled.is_provisional else "tạm tính",
            ]
            for row in rows
        ],
        heading=heading,
        footing=("Ô trống là chưa có dữ liệu, không phải 0.",),
        frozen_columns=1,
    )


def _indicators(rows: Sequence[BoardRow], names: Mapping[int, str], heading: tuple[str, ...]) -> SheetSpec:
    cells: list[list[CellValue]] = []
    for row in rows:
        for group in row.index.groups:
            for line in group.lines:
                lacking = row.rolled.sums[line.indicator.id].missing
                cells.append(
                    [
                        row.name,
                        line.indicator.id,
                        line.indicator.name,
                        line.numerator,
                        line.denominator,
                        line.points,
                        line.indicator.maximum,
                        line.sentence,
                        "; ".join(names.get(one, "") for one in lacking) if row.has_others else "",
                    ]
                )
    return SheetSpec(
        name="Chỉ số và số liệu",
        columns=(
            Column("Đơn vị", 36),
            Column("Mã", 7),
            Column("Chỉ số", 44),
            Column("Tử số", 12),
            Column("Mẫu số", 12),
            Column("Điểm", 9, _POINTS),
            Column("Tối đa", 9),
            Column("Cách tính", 60),
            Column("Chưa có dữ liệu của", 30),
        ),
        rows=cells,
        heading=heading,
        frozen_columns=3,
    )


def inputs_template(indicators: IndicatorSet, units: Sequence[str]) -> bytes:
    """A table of figures to be filled in: a row for every indicator of every agency."""
    spec = SheetSpec(
        name="Số liệu",
        columns=tuple(
            Column(name, width) for name, width in zip(INPUT_COLUMNS, (40, 12, 16, 16), strict=True)
        ),
        rows=[[unit, one.id, None, None] for unit in units for one in indicators.indicators()],
    )
    output = BytesIO()
    write_workbook(output, [spec])
    return output.getvalue()

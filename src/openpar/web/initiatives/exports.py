"""The register as a workbook, in the language that is active: the page makes it Vietnamese."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from openpar.common.workbooks import Column, SheetSpec, write_workbook
from openpar.engine.periods import Period
from openpar.web.initiatives.rows import Row


def register_workbook(rows: Sequence[Row], during: Period) -> bytes:
    """One line for each model or initiative, with its evaluation of the period."""
    spec = SheetSpec(
        name="Mô hình, sáng kiến",
        columns=(
            Column("Đơn vị", 32),
            Column("Tên", 44),
            Column("Loại", 12),
            Column("Lĩnh vực", 18),
            Column("Trạng thái", 18),
            Column("Bắt đầu", 12, "dd/mm/yyyy"),
            Column("Dừng", 12, "dd/mm/yyyy"),
            Column("Công nhận", 22),
            Column("Số đơn vị nhân rộng", 12, "0"),
            Column("Kết quả đánh giá trong kỳ", 24),
            Column("Đánh giá", 60),
        ),
        rows=[
            [
                row.listed.agency,
                row.listed.initiative.name,
                row.listed.initiative.get_kind_display(),
                row.field,
                row.pill[1],
                row.listed.initiative.started_on,
                row.listed.initiative.stopped_on,
                row.recognised,
                row.listed.replications,
                row.evaluated[1],
                row.listed.evaluation.text if row.listed.evaluation else None,
            ]
            for row in rows
        ],
        heading=("Mô hình, sáng kiến cải cách hành chính", f"Đánh giá của {during.words}"),
        frozen_columns=2,
    )
    output = BytesIO()
    write_workbook(output, [spec])
    return output.getvalue()

"""Lists of tasks as workbooks, in Vietnamese whatever language the reader has chosen."""

from __future__ import annotations

from datetime import date, datetime
from io import BytesIO

from django.db.models import QuerySet
from django.utils.translation import override

from openpar.common.formats import format_moment
from openpar.common.spreadsheets import CellValue, Column, SheetSpec, write_workbook
from openpar.reform.fields import field_name
from openpar.reform.plans.models import Assignment, Plan
from openpar.reform.plans.queries.pages_board import ListRow, list_rows
from openpar.reform.plans.words import MILLION, deadline_words
from openpar.web.plans.common import assignment_pill

_COLUMNS = (
    Column("TT", width=6),
    Column("Lĩnh vực", width=24),
    Column("Nhiệm vụ", width=60),
    Column("Sản phẩm", width=30),
    Column("Đơn vị chủ trì", width=30),
    Column("Thời hạn theo kế hoạch", width=18),
    Column("Đến hạn", width=12),
    Column("Số lần gia hạn", width=10),
    Column("Bắt đầu triển khai", width=12),
    Column("Hoàn thành", width=12),
    Column("Tình trạng", width=26),
    Column("Số ngày quá hạn", width=10),
    Column("Kinh phí cả nhiệm vụ (triệu đồng)", width=16, number_format="#,##0.######"),
    Column("Nguồn kinh phí", width=24),
)
_MOST_ROWS = 50_000


def tasks_workbook(plan: Plan, found: QuerySet[Assignment], day: date, at: datetime) -> bytes:
    """The obligations of a list, one row each."""
    with override("vi"):
        rows = [
            _cells(number, row, day) for number, row in enumerate(list_rows(found[:_MOST_ROWS], day), start=1)
        ]
        spec = SheetSpec(
            name="Nhiệm vụ",
            columns=_COLUMNS,
            rows=rows,
            heading=(plan.title, f"Tình hình đến {format_moment(at)}, {len(rows)} dòng"),
            footing=(
                "Đã triển khai là đã bắt đầu làm; đã hoàn thành là đã được nơi giao xác nhận.",
                "Kinh phí là của cả nhiệm vụ: giao nhiều đơn vị thì ghi lại ở mỗi đơn vị, không cộng.",
            ),
            frozen_columns=3,
        )
        output = BytesIO()
        write_workbook(output, [spec])
        return output.getvalue()


def _cells(number: int, row: ListRow, day: date) -> list[CellValue]:
    one, line = row.assignment, row.assignment.line
    return [
        line.number or number,
        field_name(line.field, day),
        line.text,
        line.product,
        row.agency,
        deadline_words(line),
        one.due_on,
        one.extensions or None,
        one.started_on,
        one.done_on,
        assignment_pill(one, day)[1],
        row.days_overdue or None,
        None if line.budget is None else line.budget / MILLION,
        line.budget_source,
    ]

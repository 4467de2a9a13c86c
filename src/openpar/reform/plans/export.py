"""The table of tasks of a plan as a workbook: the appendix of the decision, which can be read in again."""

from __future__ import annotations

from datetime import date
from io import BytesIO

from django.utils.translation import override

from openpar.base.organisations.queries import names_on
from openpar.common.formats import format_date
from openpar.common.spreadsheets import CellValue, Column, SheetSpec, write_workbook
from openpar.reform.fields import field_name
from openpar.reform.plans.classes import class_names
from openpar.reform.plans.models import LineAgency, LineChange, PlanVersion, TaskLine
from openpar.reform.plans.words import agencies_words, deadline_words

# Documents are Vietnamese, whatever the language of the page; the headings stand in data/plans/table.yaml.
_COLUMNS = (
    Column("STT", width=6),
    Column("Lĩnh vực", width=18),
    Column("Nhiệm vụ", width=60),
    Column("Sản phẩm", width=30),
    Column("Cơ quan chủ trì", width=30),
    Column("Cơ quan phối hợp", width=30),
    Column("Thời hạn hoàn thành", width=20),
    Column("Kinh phí", width=16),
    Column("Nguồn kinh phí", width=20),
    Column("Ghi chú", width=24),
)


def plan_table(version: PlanVersion, on: date) -> bytes:
    """The lines of a version that ask for something, chapter by chapter; names as of a day. Four queries."""
    rows = version.lines.exclude(change=LineChange.DROPPED).prefetch_related("agencies")
    lines = list(rows.order_by("field", "position", "id"))
    ids = {one.organisation_id for line in lines for one in line.agencies.all() if one.organisation_id}
    names, classes = names_on(ids, on), class_names()
    with override("vi"):
        cells = [_cells(line, names, classes, on) for line in lines]
    spec = SheetSpec(
        name="Nhiệm vụ",
        columns=_COLUMNS,
        rows=cells,
        heading=(version.plan.title, _head(version)),
        frozen_columns=3,
    )
    output = BytesIO()
    write_workbook(output, [spec])
    return output.getvalue()


def _head(version: PlanVersion) -> str:
    if version.issued_on is None:
        return "Dự thảo"
    return f"Kèm theo {version.document_number} ngày {format_date(version.issued_on)}"


def _cells(line: TaskLine, names: dict[int, str], classes: dict[str, str], on: date) -> list[CellValue]:
    agencies = list(line.agencies.all())
    return [
        line.number,
        field_name(line.field, on),
        line.text,
        line.product,
        agencies_words(agencies, LineAgency.Part.LEAD, names, classes),
        agencies_words(agencies, LineAgency.Part.COOPERATING, names, classes),
        deadline_words(line),
        line.budget,
        line.budget_source,
        line.note,
    ]

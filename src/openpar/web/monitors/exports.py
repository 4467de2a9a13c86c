"""The board of a register as a workbook, in the language that is active: the page makes it Vietnamese."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO

from django.db import models

from openpar.base.documents.models import Document
from openpar.common.formats import format_date
from openpar.common.workbooks import CellValue, Column, SheetSpec, write_workbook
from openpar.reform.monitors.registers import Register
from openpar.web.monitors.rows import Row


def board_workbook(register: Register, rows: Sequence[Row], period: str) -> bytes:
    """One line for each entry: how it stands, what is wrong since when, and everything it says."""
    columns = register.fields
    labels = [register.label(name) for name in columns]
    documents = _documents(register, rows)
    cells = [[*_standing(row), *_said(row, register, documents)] for row in rows]
    spec = SheetSpec(
        name="Theo dõi",
        columns=(
            Column("Đơn vị", 36),
            Column("Tình trạng", 26),
            Column("Vướng mắc", 60),
            Column("Từ ngày", 12, "dd/mm/yyyy"),
            *(Column(label, 20) for label in labels),
        ),
        rows=cells,
        heading=(str(register.title), period),
        footing=("Ô trống là chưa có số liệu, không phải 0.",),
        frozen_columns=1,
    )
    output = BytesIO()
    write_workbook(output, [spec])
    return output.getvalue()


def _standing(row: Row) -> list[CellValue]:
    standing = row.line.standing
    name = f"{row.line.name} ({row.origin})" if row.origin else row.line.name
    if standing is None:
        return [name, row.pill[1], None, None]
    wrong = "\n".join(
        f"{one.text} (từ {format_date(one.since)})" if one.since else one.text for one in standing.alarms
    )
    return [name, standing.label, wrong or None, standing.since]


def _documents(register: Register, rows: Sequence[Row]) -> dict[int, str]:
    """Number and title of every document that is named, by its id; one query."""
    names = [one for one in register.fields if _is_document(register, one)]
    entries = [row.line.entry for row in rows if row.line.entry is not None]
    ids = {getattr(entry, f"{name}_id") for entry in entries for name in names} - {None}
    found = Document.objects.filter(pk__in=ids).values_list("pk", "number", "title")
    return {pk: f"{number} {title}".strip() for pk, number, title in found}


def _is_document(register: Register, name: str) -> bool:
    return isinstance(register.model._meta.get_field(name), models.ForeignKey)


def _said(row: Row, register: Register, documents: Mapping[int, str]) -> list[CellValue]:
    entry = row.line.entry
    if entry is None:
        return [None] * len(register.fields)
    found: list[CellValue] = []
    for name in register.fields:
        field = register.model._meta.get_field(name)
        if _is_document(register, name):
            found.append(documents.get(getattr(entry, f"{name}_id")))
            continue
        value: CellValue = getattr(entry, name)
        choices = dict(getattr(field, "choices", None) or ())
        found.append(str(choices[value]) if value in choices else value)
    return found

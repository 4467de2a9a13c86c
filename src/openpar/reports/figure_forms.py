"""Forms II.06a, 06 and II.07b as workbooks: a sheet of one agency, and the roll-up of a province.

A sheet reads back as the same figures (`delivery/figures/files.py`). Whatever language the reader has chosen,
forms are written in Vietnamese.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from io import BytesIO

from django.utils.translation import override

from openpar.common.formats import format_date, format_moment
from openpar.common.spreadsheets import CellValue, Column, SheetSpec, write_workbook
from openpar.delivery.figures.forms import block_label, counts_dossiers, total_label
from openpar.delivery.figures.layout import number_cell
from openpar.delivery.figures.models import Filling, RevisionState
from openpar.delivery.figures.queries.rollup import RollUp, RollUpRow
from openpar.delivery.figures.queries.sheets import Origin, SheetView
from openpar.delivery.figures.rows import shown_total
from openpar.delivery.figures.rules import Judged
from openpar.engine.forms import ColumnKind, Form
from openpar.engine.periods import Period
from openpar.engine.rules.base import capital

_ROMAN = ("I", "II", "III", "IV", "V")
_WIDTHS = {ColumnKind.ORDINAL: 6.0, ColumnKind.TEXT: 36.0, ColumnKind.COUNT: 10.5}
Row = Sequence[CellValue]


def sheet_workbook(view: SheetView) -> bytes:
    """One sheet as its form prints it: gaps, explanations and sources below the table."""
    with override("vi"):
        rows, bold = _rows(view)
        heading = [
            *_heading(view.base, view.period),
            f"Đơn vị báo cáo: {view.agency}",
            f"Đơn vị tính: {_unit(view.base)}",
        ]
        if view.revision.state != RevisionState.SIGNED:
            heading.append(f"BẢN {view.revision.get_state_display().upper()}, KHÔNG DÙNG ĐỂ BÁO CÁO")
        return _written(_spec(view.figures.form, rows, bold, heading, _footing(view)))


def rollup_workbook(roll: RollUp) -> bytes:
    """The figures of a province, a sheet by agency and one by field, with who is missing."""
    with override("vi"):
        heading = [*_heading(roll.form, roll.period), f"Đơn vị tính: {_unit(roll.form)}"]
        footing = tuple(rollup_remarks(roll))
        if roll.missing:
            footing = (f"Chưa có báo cáo đã ký, không tính là 0: {'; '.join(roll.missing)}.", *footing)
        agencies, fields = _agency_rows(roll), _field_rows(roll)
        title = "Tổng hợp theo đơn vị"
        specs = [_spec(form_by_agency(roll.form), *agencies, [*heading, title], footing, "Theo đơn vị")]
        if counts_dossiers(roll.form):
            specs.append(
                _spec(roll.form, *fields, [*heading, "Tổng hợp theo lĩnh vực"], footing, "Theo lĩnh vực")
            )
        return _written(*specs)


def rollup_remarks(roll: RollUp) -> Iterator[str]:
    """What a reader must know beside the sums, after who is missing."""
    for column, agencies in roll.blanks:
        yield f"Cột {number_cell(column.number)} chưa gồm số của: {'; '.join(agencies)} (để trống)."
    for row in roll.agencies:
        if row.other_days:
            yield f"{row.label} tính trong {row.other_days}."
    if roll.unlike:
        yield f"Đặt hồ sơ trả lại, rút, bổ sung vào cột khác các đơn vị còn lại: {'; '.join(roll.unlike)}."
    for gap in roll.explained:
        size = "không kiểm tra được" if gap.gap is None else f"lệch {gap.gap}"
        yield f"{gap.agency}, {gap.identity.partition(' ')[0]}: {size}. Giải trình: {gap.text} ({gap.by})."


def form_by_agency(form: Form) -> Form:
    """The form with agencies for its rows."""
    columns = tuple(
        replace(column, path=("Đơn vị",)) if column.kind is ColumnKind.TEXT else column
        for column in form.columns
    )
    return replace(form, columns=columns)


def gap_line(judged: Judged) -> str:
    """A gap with its explanation, in one line."""
    found, finding = judged.found, judged.found.finding
    said = f"{found.where}, {found.title}: "
    if finding.holds is None:
        said += f"{finding.reading}."
    else:
        said += f"{finding.equation}; lệch {finding.gap}. {capital(finding.reading)}."
    explanation = judged.explanation
    if explanation is None:
        return f"{said} Chưa giải trình."
    return f"{said} Giải trình: {explanation.text} ({explanation.by}, {explanation.at})."


def origin_line(origin: Origin) -> str:
    """Where figures come from, in one line."""
    who = f"{origin.by}, {format_moment(origin.at)}" if origin.by else format_moment(origin.at)
    if origin.origin is Filling.Origin.FILE:
        return f"Từ tệp {origin.file_name} (SHA-256 {origin.sha256[:16]}…): {who}"
    if origin.origin is Filling.Origin.COUNTED:
        return f"Đếm từ nguồn “{origin.source}”: {who}"
    return f"Nhập tay: {who}"


def used_origins(view: SheetView) -> tuple[Origin, ...]:
    """The acts that the figures of a revision come from, in their order."""
    lines = (*view.figures.lines, *view.figures.stated)
    used = sorted({filling for line in lines for filling in line.origins.values()})
    return tuple(view.origins[one] for one in used if one in view.origins)


def _written(*specs: SheetSpec) -> bytes:
    output = BytesIO()
    write_workbook(output, specs)
    return output.getvalue()


def _unit(form: Form) -> str:
    return "hồ sơ" if counts_dossiers(form) else "thủ tục"


def _heading(form: Form, period: Period) -> list[str]:
    lines = [form.title.upper(), f"Biểu số {form.code}", f"Kỳ báo cáo: {period.words}"]
    if period.ends_early:
        lines.append(f"Số liệu chốt sớm, kỳ kết thúc ngày {format_date(period.legal_until_on)}")
    return lines


def _spec(
    form: Form,
    rows: Sequence[Row],
    bold: frozenset[int],
    heading: Sequence[str],
    footing: tuple[str, ...],
    name: str = "",
) -> SheetSpec:
    columns = tuple(
        Column(
            column.path[-1],
            width=_WIDTHS[column.kind],
            number_format="#,##0" if column.kind is ColumnKind.COUNT else "",
            align="center" if column.kind is ColumnKind.ORDINAL else "",
            over=column.path[:-1],
        )
        for column in form.columns
    )
    return SheetSpec(
        name=name or form.code.replace("/", "-"),
        columns=columns,
        rows=rows,
        heading=tuple(heading),
        footing=footing,
        bold_rows=bold,
        frozen_columns=2,
        numbers=tuple(number_cell(column.number) for column in form.columns),
    )


def _rows(view: SheetView) -> tuple[list[Row], frozenset[int]]:
    """Level by level with its sum where rows stand under levels, and the sum of all at the end."""
    figures = view.figures
    rows: list[Row] = []
    bold = set()
    for place, block in enumerate(figures.blocks()):
        if block:
            bold.add(len(rows))
            sums = shown_total(figures, block)
            rows.append([_ROMAN[place], block_label(block), *_cells(sums, figures.keys)])
        for number, line in enumerate(figures.lines_of(block), start=1):
            rows.append([number, line.label, *_cells(line.counts, figures.keys)])
    if figures.lines:
        bold.add(len(rows))
        rows.append([None, total_label(), *_cells(shown_total(figures), figures.keys)])
    return rows, frozenset(bold)


def _cells(counts: Mapping[str, int | None], keys: Sequence[str]) -> list[CellValue]:
    return [counts.get(key) for key in keys]


def _footing(view: SheetView) -> tuple[str, ...]:
    lines = ["Ô để trống là chưa có số liệu, không phải 0."]
    if view.placement_name:
        lines.append(f"Cách đặt: {view.placement_name}.")
    lines += [f"Chỗ lệch: {gap_line(each)}" for each in view.judged]
    lines += [origin_line(origin) for origin in used_origins(view)]
    revision = view.revision
    if revision.reason:
        lines.append(f"Bản {revision.number}, lý do sửa: {revision.reason}")
    if revision.signed_at is not None and revision.signed_by is not None:
        lines.append(
            f"Đã ký trên hệ thống: {revision.signed_by.full_name}, {format_moment(revision.signed_at)}"
        )
    if revision.returned_at is not None:
        lines.append(f"Bị trả lại {format_moment(revision.returned_at)}: {revision.return_reason}")
    return tuple(lines)


def _agency_rows(roll: RollUp) -> tuple[list[Row], frozenset[int]]:
    rows: list[Row] = [
        [number, row.label, *_sums(row, roll)] for number, row in enumerate(roll.agencies, start=1)
    ]
    return [*rows, [None, total_label(), *_sums(roll.total, roll)]], frozenset({len(rows)})


def _field_rows(roll: RollUp) -> tuple[list[Row], frozenset[int]]:
    rows: list[Row] = []
    bold = set()
    block = ""
    number = 0
    for row in roll.fields:
        if row.block != block:
            block, number = row.block, 0
            bold.add(len(rows))
            rows.append([None, block_label(block), *([None] * len(roll.columns))])
        number += 1
        rows.append([number, row.label, *_sums(row, roll)])
    bold.add(len(rows))
    return [*rows, [None, total_label(), *_sums(roll.total, roll)]], frozenset(bold)


def _sums(row: RollUpRow, roll: RollUp) -> list[CellValue]:
    return [row.value(column.key) for column in roll.columns]

"""What is made of a report: the official document (number blank), and the appendix as a workbook.

Whatever language the reader has chosen, both are written in Vietnamese. A signed file is never made anew:
it is attached to the revision and only read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from io import BytesIO

from django.utils.translation import override

from openpar.common.formats import format_date, format_moment
from openpar.common.spreadsheets import CellValue, Column, SheetSpec, write_workbook
from openpar.engine.report_lines import Kind, Line, Value
from openpar.reform.fields import field_name
from openpar.reports.documents import OfficialDocument
from openpar.reports.documents.authorities import authority_of
from openpar.reports.documents.kinds import Frame, Signer
from openpar.reports.documents.kinds import report as official_report
from openpar.reports.documents.model import Appendix, Heading, Level, Note, Paragraph, Table
from openpar.reports.documents.model import Column as TableColumn
from openpar.reports.letterheads import Letterhead, letterhead_of, paper_marks
from openpar.reports.periodic.calendar import Asked
from openpar.reports.periodic.comparing import comparison, difference_words, reasons_not_compared
from openpar.reports.periodic.files import CODE, FIRST, SECOND
from openpar.reports.periodic.models import ReportValue, RevisionState
from openpar.reports.periodic.queries.rollup import RolledLine, RollUp
from openpar.reports.periodic.reading import LineView, ReportView, source_name
from openpar.reports.periodic.wording import (
    parts_words,
    tally_words,
    value_words,
)

_ROMAN = frozenset({"I", "II", "III", "IV", "V", "VI"})
_WIDTHS = tuple(Decimal(width) for width in ("14", "92", "26", "33"))
_NOT_KNOWN = "Ô ghi “—” là chưa có số liệu, không phải 0."
Block = Heading | Paragraph | Table | Note


def official_document(view: ReportView) -> OfficialDocument:
    """The report as a document of NĐ 30/2020: text by its outline, appendix 1 with the figures."""
    with override("vi"):
        letter = _letter(view)
        frame = Frame(
            agency=letter.agency,
            symbol=letter.symbol,
            place=letter.place,
            signer=Signer(letter.position, letter.head),
            superior=letter.superior,
            recipients=(*_recipients(view), "Lưu: VT"),
            marks=paper_marks(is_draft=view.is_draft),
        )
        return official_report(
            frame,
            abstract=_subject(view, letter.agency),
            body=tuple(_body(view, letter.agency)),
            appendices=(
                Appendix("Số liệu thống kê công tác cải cách hành chính", tuple(_table(view))),
                *_lists(view),
                *comparison(view),
            ),
        )


def appendix_workbook(view: ReportView) -> bytes:
    """The appendix; read back as the same figures (files.py). Where figures come from stands beside them."""
    with override("vi"):
        fields = _with_fields(view)
        rows: list[list[CellValue]] = []
        bold = set()
        for title, lines in fields:
            bold.add(len(rows))
            rows.append([None, title, *([None] * (6 + 2 * len(view.compared)))])
            rows += [_workbook_row(one) for one in lines]
        heading = [
            view.appendix.title.upper(),
            f"Đơn vị báo cáo: {view.agency}",
            f"Kỳ báo cáo: {view.asked.words}",
        ]
        if view.revision.state in (RevisionState.DRAFT, RevisionState.RETURNED):
            heading.append(f"BẢN {view.revision.get_state_display().upper()}, KHÔNG DÙNG ĐỂ BÁO CÁO")
        spec = _spec("Phụ lục 1", rows, frozenset(bold), heading, _footing(view))
        return _written(replace(spec, columns=(*spec.columns, *_columns_compared(view.compared))))


def rollup_workbook(found: RollUp, compared: Sequence[RollUp] = ()) -> bytes:
    """The province: a sheet of sums, beside those compared with, and one with every agency's figures."""
    with override("vi"):
        heading = [found.appendix.title.upper(), f"Kỳ báo cáo: {found.asked.words}"]
        if found.lock is not None:
            heading.append(f"Số liệu đã chốt {format_moment(found.lock.at)}")
        footing = [_NOT_KNOWN]
        if found.missing:
            footing.append(f"Chưa có báo cáo, không tính là 0: {'; '.join(found.missing)}.")
        sums = SheetSpec(
            name="Toàn tỉnh",
            columns=(
                Column(CODE, width=9),
                Column("Chỉ tiêu", width=60),
                Column("Số liệu", width=24, align="right"),
                Column("Gồm hai số", width=34),
                Column("Số đơn vị", width=11),
                Column("Đơn vị chưa có số", width=60),
                *_columns_compared(one.asked for one in compared),
            ),
            rows=[
                [
                    one.line.code,
                    one.line.name,
                    value_words(one.line, one.value) if one.is_added_up else "không cộng",
                    parts_words(one.line) or tally_words(one.line, one.put),
                    one.put.known,
                    "; ".join(one.put.missing),
                    *_rolled_compared(one, compared),
                ]
                for one in found.lines
            ],
            heading=tuple(heading),
            footing=tuple(footing),
            frozen_columns=2,
        )
        return _written(sums, _by_agency(found, heading))


def _by_agency(found: RollUp, heading: list[str]) -> SheetSpec:
    lines = [one.line for one in found.lines if not one.line.is_derived]
    return SheetSpec(
        name="Theo đơn vị",
        columns=(Column("Đơn vị", width=36), *(Column(line.code, width=14, align="right") for line in lines)),
        rows=[
            [
                one.name,
                *(
                    value_words(line, one.values[line.code]) if line.code in one.values else None
                    for line in lines
                ),
            ]
            for one in found.reporters
        ],
        heading=tuple(heading),
        frozen_columns=1,
    )


def _written(*specs: SheetSpec) -> bytes:
    output = BytesIO()
    write_workbook(output, specs)
    return output.getvalue()


# --- the document -------------------------------------------------------------------------------------------


def _subject(view: ReportView, agency: str) -> str:
    name = view.asked.name.removeprefix("Báo cáo").strip()
    return f"Công tác cải cách hành chính {name} của {agency}"


def _body(view: ReportView, agency: str) -> Iterator[Block]:
    first = f"{agency} báo cáo kết quả công tác cải cách hành chính "
    first += (
        f"từ ngày {format_date(view.period.from_on)} đến ngày {format_date(view.period.until_on)} như sau:"
    )
    yield Paragraph(first)
    for one in view.sections:
        if one.section.is_appendix:
            continue
        is_top = one.section.number in _ROMAN
        if not one.text.strip() and not one.section.is_required and not _has_below(view, one.section.id):
            continue
        yield Heading(one.section.title, *(() if is_top else (Level.ARABIC,)))
        for line in one.text.splitlines():
            if line.strip():
                yield Paragraph(line.strip())
    yield Paragraph(f"Trên đây là báo cáo công tác cải cách hành chính của {agency}")


def _lists(view: ReportView) -> Iterator[Appendix]:
    """Parts of the text that stand in appendices, where there is anything in them."""
    for one in view.sections:
        lines = tuple(Paragraph(line.strip()) for line in one.text.splitlines() if line.strip())
        if one.section.is_appendix and lines:
            yield Appendix(one.section.title, lines)


def _has_below(view: ReportView, id: str) -> bool:
    """Is the part a heading over others?"""
    ids = [one.section.id for one in view.sections]
    after = view.sections[ids.index(id) + 1 :]
    return bool(after) and not after[0].section.is_appendix and after[0].section.number not in _ROMAN


def _table(view: ReportView) -> Iterator[Block]:
    columns = (
        TableColumn("Mã số", _WIDTHS[0], "center"),
        TableColumn("Chỉ tiêu", _WIDTHS[1]),
        TableColumn("Số liệu", _WIDTHS[2], "right"),
        TableColumn("Ghi chú", _WIDTHS[3]),
    )
    rows: list[tuple[str, ...]] = []
    bold = set()
    for title, lines in _with_fields(view):
        bold.add(len(rows))
        rows.append(("", title, "", ""))
        for one in lines:
            parts = parts_words(one.line)
            name = f"{one.line.name} ({parts})" if parts else one.line.name
            rows.append((one.line.code, name, value_words(one.line, one.value), _remark(one)))
    yield Table(columns=columns, rows=tuple(rows), bold_rows=frozenset(bold))
    yield Note(_NOT_KNOWN)
    if not view.compared:
        yield from (Note(reason) for reason in reasons_not_compared(view))


def _remark(one: LineView) -> str:
    return one.row.reason if one.row is not None else ""


def _with_fields(view: ReportView) -> list[tuple[str, list[LineView]]]:
    """The lines under the names that fields bear on the last day."""
    found: dict[str, list[LineView]] = {}
    for one in view.lines:
        found.setdefault(one.line.field, []).append(one)
    return [(field_name(code, view.period.until_on), lines) for code, lines in found.items()]


def _letter(view: ReportView) -> Letterhead:
    """From the register on the last day; who sent the report signs it, in the position of the account."""
    found = letterhead_of(view.report.organisation_id, view.asked.period.until_on)
    if not found.is_known:
        found = replace(found, agency=view.agency, position=authority_of(view.agency).head)
    sender = view.revision.submitted_by
    return found if sender is None else found.signed_by(sender)


def _recipients(view: ReportView) -> tuple[str, ...]:
    return ("Bộ Nội vụ",) if view.report.level == "province" else ("Sở Nội vụ",)


# --- the workbook -------------------------------------------------------------------------------------------


def _workbook_row(one: LineView) -> list[CellValue]:
    value = one.value
    is_code = one.line.kind is Kind.CODE
    return [
        one.line.code,
        one.line.name,
        parts_words(one.line) or "; ".join(f"{code}: {said}" for code, said in one.line.meanings.items()),
        _cell(value.first),
        None if is_code else _cell(value.second),
        value_words(one.line, value) if one.line.kind is Kind.RATIO else None,
        _origin(one),
        one.row.reason if one.row else "",
        *_compared(one.line, value, one.before),
    ]


def _columns_compared(others: Iterable[Asked]) -> tuple[Column, ...]:
    """Two for each report compared with: what it was, and how much more it is now."""
    return tuple(
        column
        for other in others
        for column in (
            Column(other.name, width=24, align="right"),
            Column(f"Tăng, giảm so với {_lower_first(other.name)}", width=24, align="right"),
        )
    )


def _compared(line: Line, value: Value, before: Iterable[Value]) -> Iterator[CellValue]:
    for then in before:
        yield value_words(line, then)
        yield difference_words(line, value, then)


def _rolled_compared(one: RolledLine, compared: Iterable[RollUp]) -> Iterator[CellValue]:
    for other in compared:
        then = other.rolled(one.line.code)
        if then is None or not one.is_added_up:
            yield from (None, None)
        else:
            yield from _compared(one.line, one.value, [then.value])


def _lower_first(text: str) -> str:
    return f"{text[:1].lower()}{text[1:]}"


def _cell(figure: Decimal | None) -> CellValue:
    return None if figure is None else int(figure)


def _origin(one: LineView) -> str:
    row = one.row
    if row is None or not row.origin:
        return ""
    if row.origin == ReportValue.Origin.COMPUTED:
        return f"{source_name(row)}: {row.source_words}"
    who = f"{row.by.full_name}, {format_moment(row.at)}" if row.by and row.at else ""
    label = str(ReportValue.Origin(row.origin).label)
    document = f"; {row.document.number or row.document.title}" if row.document else ""
    return f"{label}: {who}{document}"


def _spec(
    name: str, rows: list[list[CellValue]], bold: frozenset[int], heading: list[str], footing: tuple[str, ...]
) -> SheetSpec:
    columns = (
        Column(CODE, width=9, align="center"),
        Column("Chỉ tiêu", width=56),
        Column("Hai số là", width=30),
        Column(FIRST, width=13, number_format="#,##0"),
        Column(SECOND, width=13, number_format="#,##0"),
        Column("Tỷ lệ", width=18, align="right"),
        Column("Nguồn số liệu", width=44),
        Column("Lý do, ghi chú", width=40),
    )
    return SheetSpec(
        name=name,
        columns=columns,
        rows=rows,
        heading=tuple(heading),
        footing=footing,
        bold_rows=bold,
        frozen_columns=2,
    )


def _footing(view: ReportView) -> tuple[str, ...]:
    lines = ["Ô để trống là chưa có số liệu, không phải 0."]
    for one in view.reconciled:
        if one.holds is False:
            said = f": {one.explanation.text}" if one.explanation else ", chưa giải trình"
            lines.append(f"{one.title}: {one.equation}{said}")
    counted = view.counted
    lines.append(
        f"{counted.typed} số nhập tay, {counted.computed} số hệ thống tính, {counted.imported} số từ tệp."
    )
    revision = view.revision
    if revision.reason:
        lines.append(f"Bản {revision.number}, lý do: {revision.reason}")
    if revision.submitted_at is not None and revision.submitted_by is not None:
        lines.append(f"Đã gửi: {revision.submitted_by.full_name}, {format_moment(revision.submitted_at)}")
    return tuple(lines)

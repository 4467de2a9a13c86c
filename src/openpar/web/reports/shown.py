"""The lines of a report prepared for tables: words, provenance, difference, what is still missing."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from openpar.common.formats import format_moment
from openpar.engine.report_lines import Kind
from openpar.reform.fields import field_name
from openpar.reports.periodic.completeness import figure_gap
from openpar.reports.periodic.models import ReportValue
from openpar.reports.periodic.reading import LineView, ReportView, source_name
from openpar.reports.periodic.wording import difference, line_words, value_words


@dataclass(frozen=True)
class ShownBefore:
    """What a line was in a report compared with, and how much more it is now, in which unit."""

    value: str
    change: Decimal | None
    change_unit: str


@dataclass(frozen=True)
class ShownLine:
    """One line as it is read. `link` leads to the page that the computed figure comes from."""

    code: str
    name: str
    parts: str
    value: str
    computed: str
    differs: bool
    origin: str
    origin_kind: str
    link: str
    reason: str
    before: tuple[ShownBefore, ...]
    gap: str
    document: str
    document_id: int | None
    is_derived: bool


@dataclass(frozen=True)
class ShownField:
    """The lines of one field, under its name on the last day."""

    code: str
    name: str
    lines: tuple[ShownLine, ...]


def shown_fields(view: ReportView) -> tuple[ShownField, ...]:
    """The lines by field, in the order of the appendix."""
    found: dict[str, list[ShownLine]] = {}
    for one in view.lines:
        found.setdefault(one.line.field, []).append(_shown(one))
    return tuple(
        ShownField(code, field_name(code, view.period.until_on), tuple(lines))
        for code, lines in found.items()
    )


def _shown(one: LineView) -> ShownLine:
    line, row = one.line, one.row
    missing = None if line.is_derived else figure_gap(line, row)
    unit = _("điểm %") if line.kind is Kind.RATIO else ""
    return ShownLine(
        code=line.code,
        name=line.name,
        parts=line_words(line),
        value=value_words(line, one.value),
        computed=value_words(line, one.computed) if row and row.source else "",
        differs=one.differs,
        origin=_("tính từ dòng %s") % ", ".join(line.ratio_of) if line.is_derived else origin_words(row),
        origin_kind="" if row is None else row.origin,
        link=row.source_link if row else "",
        reason=row.reason if row else "",
        before=tuple(
            ShownBefore(value_words(line, then), difference(line, one.value, then), unit)
            for then in one.before
        ),
        gap=missing[0] if missing else "",
        document=(row.document.number or row.document.title) if row and row.document else "",
        document_id=row.document_id if row else None,
        is_derived=line.is_derived,
    )


def origin_words(row: ReportValue | None) -> str:
    """Who said it and when, or from what it was computed."""
    if row is None or not row.origin:
        return ""
    if row.origin == ReportValue.Origin.COMPUTED:
        return f"{source_name(row)}: {row.source_words}"
    who = row.by.full_name if row.by else ""
    when = format_moment(row.at) if row.at else ""
    file_name = f" {row.batch.file_name}" if row.batch else ""
    return f"{row.get_origin_display()}{file_name}: {who}, {when}"


@dataclass(frozen=True)
class ComparedLine:
    """One line of which two revisions say different things."""

    code: str
    name: str
    before: str
    after: str
    reason: str


def comparison_rows(before: ReportView, after: ReportView) -> tuple[ComparedLine, ...]:
    """The lines that differ."""
    old = {one.line.code: one for one in before.lines}
    found = []
    for one in after.lines:
        then = old.get(one.line.code)
        if then is not None and then.value == one.value:
            continue
        said = value_words(then.line, then.value) if then else "—"
        reason = one.row.reason if one.row else ""
        found.append(
            ComparedLine(one.line.code, one.line.name, said, value_words(one.line, one.value), reason)
        )
    return tuple(found)

"""Figures come in: computed by sources, typed, or from a file. What nobody typed follows what is computed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from openpar.base.documents.models import Document
from openpar.base.intake.actions import keep_batch
from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import FileRefused, Gap
from openpar.common.text import nfc
from openpar.engine.report_lines import Kind, Line, Value
from openpar.reports.periodic.actions.shared import (
    grown,
    refuse_if,
    refuse_unless_writes,
    stale,
    take_draft,
    trace,
)
from openpar.reports.periodic.files import AppendixFile, read_appendix
from openpar.reports.periodic.models import LONGEST_REASON, ReportRevision, ReportValue
from openpar.reports.periodic.queries.loading import computed_of, lines_of, subject_of, value_of
from openpar.reports.periodic.sources import computed_values
from openpar.reports.periodic.told import Computed

BATCH_KIND = "report"
MOST = Decimal(10**15 - 1)
_ORIGIN = ReportValue.Origin
_STORED = (
    *("first", "second", "origin", "by", "at", "document", "batch", "reason", "computed_first"),
    *("computed_second", "source", "source_words", "source_link", "computed_at"),
)


@dataclass(frozen=True)
class Entry:
    """What somebody says of a line: its figures, why they are others than computed, and by which document."""

    value: Value
    reason: str = ""
    document_id: int | None = None


@dataclass(frozen=True)
class Saved:
    """How many figures came in otherwise than they were."""

    figures: int


def refresh_computed(*, by: Actor, at: datetime, revision_id: int, expected_figures: int) -> Saved:
    """Computes anew. What somebody entered stays, with the new figure beside it.

    Raises ReportRefused, StaleReport.
    """
    with write_transaction():
        revision = take_draft(revision_id, by)
        if revision.figures_version != expected_figures:
            raise stale()
        before = _told(revision)
        changed = compute(revision, at)
        if changed:
            grown(revision, figures=True)
            _trace_values(revision, "report.computed", before, by=by, at=at)
        return Saved(changed)


def save_values(
    *, by: Actor, at: datetime, revision_id: int, expected_figures: int, entries: Mapping[str, Entry]
) -> Saved:
    """The figures of the lines named, in place of those there are; what does not add up hinders nothing yet.

    A figure equal to the computed one counts as computed. Raises ReportRefused with every figure that cannot
    be, StaleReport.
    """
    with write_transaction():
        revision = take_draft(revision_id, by)
        if revision.figures_version != expected_figures:
            raise stale()
        lines = {line.code: line for line in lines_of(revision)}
        refuse_if(_entry_gaps(lines, entries))
        refuse_if(_document_gaps(revision, entries))
        before = _told(revision)
        changed = _write(revision, lines, entries, _ORIGIN.TYPED, by=by, at=at)
        if changed:
            grown(revision, figures=True)
            _trace_values(revision, "report.figures_saved", before, by=by, at=at)
        return Saved(changed)


def bring_in_values(
    *, by: Actor, at: datetime, revision_id: int, expected_figures: int, file: AppendixFile
) -> Saved:
    """A file in the layout of the appendix, whole or not at all; lines that it leaves blank stay as they are.

    Raises FileRefused with every cell (kept in a refused batch), ReportRefused, StaleReport.
    """
    revision = ReportRevision.objects.select_related("report").get(pk=revision_id)
    refuse_unless_writes(by, revision.report)
    about = f"report:{revision.report_id}"
    digest = hashlib.sha256(file.content).hexdigest()
    try:
        values = read_appendix(file, lines_of(revision))
        with write_transaction():
            revision = take_draft(revision_id, by)
            if revision.figures_version != expected_figures:
                raise stale()
            lines = {line.code: line for line in lines_of(revision)}
            there = {row.line: row.reason for row in revision.values.all()}
            entries = {code: Entry(value, there.get(code, "")) for code, value in values.items()}
            refuse_if(_entry_gaps(lines, entries))
            before = _told(revision)
            batch = keep_batch(
                by=by,
                at=at,
                kind=BATCH_KIND,
                file_name=file.name,
                sha256=digest,
                accepted_rows=len(entries),
                about=about,
            )
            changed = _write(revision, lines, entries, _ORIGIN.IMPORTED, by=by, at=at, batch_id=batch.pk)
            if changed:
                grown(revision, figures=True)
                _trace_values(revision, "report.figures_brought_in", before, by=by, at=at)
            return Saved(changed)
    except FileRefused as refused:
        keep_batch(
            by=by,
            at=at,
            kind=BATCH_KIND,
            file_name=file.name,
            sha256=digest,
            refusals=refused.gaps,
            about=about,
        )
        raise


def compute(revision: ReportRevision, at: datetime) -> int:
    """Asks every source; within the transaction of an action. Returns how many lines got other figures."""
    found = computed_values(subject_of(revision, at))
    rows = {row.line: row for row in revision.values.all()}
    changed = []
    for line in lines_of(revision):
        if line.is_derived:
            continue
        row = rows.get(line.code) or ReportValue(revision=revision, line=line.code)
        source, computed = found.get(line.code, ("", None))
        if _is_as_computed(row, source, computed):
            continue
        follows = row.by_id is None
        _put_computed(row, source, computed, at)
        if follows:
            _follow(row)
        changed.append(row)
    _store(changed)
    return len(changed)


def _store(rows: Sequence[ReportValue]) -> None:
    ReportValue.objects.bulk_create([row for row in rows if row.pk is None])
    ReportValue.objects.bulk_update([row for row in rows if row.pk is not None], _STORED)


def _is_as_computed(row: ReportValue, source: str, computed: Computed | None) -> bool:
    wanted = computed.value if computed else Value()
    words = computed.words if computed else ""
    return (computed_of(row), row.source, row.source_words) == (wanted, source, words)


def _put_computed(row: ReportValue, source: str, computed: Computed | None, at: datetime) -> None:
    value = computed.value if computed else Value()
    row.computed_first, row.computed_second = value.first, value.second
    row.source, row.source_words = source, computed.words if computed else ""
    row.source_link = computed.link if computed else ""
    row.computed_at = at if computed else None


def _follow(row: ReportValue) -> None:
    """What nobody entered is what was computed."""
    row.first, row.second = row.computed_first, row.computed_second
    row.origin = "" if value_of(row).is_blank else _ORIGIN.COMPUTED
    row.at, row.by_id = row.computed_at, None


def _write(
    revision: ReportRevision,
    lines: Mapping[str, Line],
    entries: Mapping[str, Entry],
    origin: str,
    *,
    by: Actor,
    at: datetime,
    batch_id: int | None = None,
) -> int:
    rows = {row.line: row for row in revision.values.all()}
    changed = []
    for code, entry in entries.items():
        if lines[code].is_derived:
            continue
        row = rows.get(code) or ReportValue(revision=revision, line=code)
        reason = nfc(entry.reason).strip()
        is_same = value_of(row) == entry.value
        if is_same and row.reason == reason and row.document_id == entry.document_id:
            continue
        row.reason, row.document_id = reason, entry.document_id
        if not is_same:
            _put_value(row, entry.value, origin, by=by, at=at, batch_id=batch_id)
        changed.append(row)
    _store(changed)
    return len(changed)


def _put_value(
    row: ReportValue, value: Value, origin: str, *, by: Actor, at: datetime, batch_id: int | None
) -> None:
    row.first, row.second = value.first, value.second
    row.by_id, row.at, row.batch_id = by.id, at, batch_id
    if row.source and value == computed_of(row):
        row.origin, row.batch_id = _ORIGIN.COMPUTED, None
    else:
        row.origin = origin if not value.is_blank or row.source else ""
    if row.origin != _ORIGIN.IMPORTED:
        row.batch_id = None


def _entry_gaps(lines: Mapping[str, Line], entries: Mapping[str, Entry]) -> list[Gap]:
    gaps = []
    for code, entry in entries.items():
        line = lines.get(code)
        if line is None or line.is_derived:
            gaps.append(Gap(code, _("không phải dòng đơn vị nhập"), code="line-unknown"))
            continue
        where = f"{code} {line.name}"
        figures = [figure for figure in (entry.value.first, entry.value.second) if figure is not None]
        if any(figure < 0 or figure > MOST or figure != int(figure) for figure in figures):
            what, remedy = (
                _("không phải số nguyên từ 0 trở lên"),
                _("Ghi số nguyên; chưa có số liệu thì để trống"),
            )
            gaps.append(Gap(where, what, remedy, code="figure-unfit", link=f"#v-{code}"))
        if line.kind is Kind.CODE and any(int(figure) not in line.meanings for figure in figures):
            known = "; ".join(f"{number}: {said}" for number, said in line.meanings.items())
            gaps.append(Gap(where, _("không có mã này"), known, code="code-unfit", link=f"#v-{code}"))
        if line.cells < 2 and entry.value.second is not None:
            gaps.append(Gap(where, _("dòng này chỉ có một số"), code="figure-unfit"))
        if len(entry.reason) > LONGEST_REASON:
            gaps.append(Gap(where, _("lý do dài quá %d ký tự") % LONGEST_REASON, code="too-long"))
    return gaps


def _document_gaps(revision: ReportRevision, entries: Mapping[str, Entry]) -> list[Gap]:
    """A source document is one of the organisation's own."""
    wanted = {entry.document_id for entry in entries.values() if entry.document_id}
    owned = Document.objects.filter(pk__in=wanted, owner=revision.report.organisation_id, is_secret=False)
    known = set(owned.values_list("pk", flat=True))
    return [
        Gap(
            code,
            _("tài liệu nguồn không có trong kho của đơn vị, hoặc là tài liệu mật"),
            _("Chọn tài liệu trong kho của đơn vị"),
            code="document-unfit",
        )
        for code, entry in entries.items()
        if entry.document_id and entry.document_id not in known
    ]


def _told(revision: ReportRevision) -> dict[str, str]:
    """Every line with a figure, as the trace tells it."""
    return {row.line: _words(value_of(row)) for row in ReportValue.objects.filter(revision=revision)}


def _words(value: Value) -> str:
    first = "—" if value.first is None else str(int(value.first))
    return first if value.second is None else f"{first} / {int(value.second)}"


def _trace_values(
    revision: ReportRevision, verb: str, before: Mapping[str, str], *, by: Actor, at: datetime
) -> None:
    after = _told(revision)
    changed = sorted(code for code in {*before, *after} if before.get(code) != after.get(code))
    trace(
        revision.report,
        verb,
        by=by,
        at=at,
        before={"cells": [f"{code}: {before.get(code, '—')}" for code in changed]},
        after={"cells": [f"{code}: {after.get(code, '—')}" for code in changed]},
    )

"""Figures come in: typed, from a file, or counted by a source. What does not change keeps its origin."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext as _

from openpar.base.intake.actions import keep_batch
from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import FileRefused, Gap
from openpar.common.text import nfc
from openpar.delivery.figures.actions.shared import (
    grown,
    plain,
    refuse_if,
    refuse_unless_enters,
    take_draft,
    trace,
)
from openpar.delivery.figures.errors import FiguresRefused
from openpar.delivery.figures.files import Expected, FigureFile, read_figures
from openpar.delivery.figures.forms import block_label, blocks_of, count_columns, with_placement
from openpar.delivery.figures.models import LONGEST_LABEL, FigureLine, FigureRevision, Filling
from openpar.delivery.figures.queries.loading import base_form, load_figures, period_of_revision
from openpar.delivery.figures.rows import MOST, MOST_LINES, Figures, Line, only_different_sums
from openpar.delivery.figures.sources import source_named
from openpar.engine.forms import row_of

BATCH_KIND = "figures"


@dataclass(frozen=True)
class Changed:
    """How many cells came in otherwise than they were."""

    cells: int


@dataclass(frozen=True)
class _From:
    """Where the figures come from."""

    origin: Filling.Origin
    verb: str
    source: str = ""
    label: str = ""


def save_figures(
    *, by: Actor, at: datetime, revision_id: int, expected_version: int, lines: Sequence[Line]
) -> Changed:
    """The rows as they were typed, sums among them, in place of those there are; gaps do not hinder saving.

    Raises FiguresRefused with every row that cannot stand in the form, StaleFigures.
    """
    with write_transaction():
        revision = take_draft(revision_id, expected_version, by)
        refuse_if(_row_gaps(revision, lines))
        given = _From(Filling.Origin.TYPED, "figures.saved")
        return _write(revision, lines, given, by=by, at=at)


def bring_in_figures(
    *, by: Actor, at: datetime, revision_id: int, expected_version: int, file: FigureFile
) -> Changed:
    """A file in the form's own layout, in place of the rows there are; whole or not at all.

    Raises FileRefused with every cell (kept in a refused batch), FiguresRefused, StaleFigures.
    """
    revision = FigureRevision.objects.select_related("sheet").get(pk=revision_id)
    refuse_unless_enters(by, revision.sheet.organisation_id)
    about = f"figure_sheet:{revision.sheet_id}"
    digest = hashlib.sha256(file.content).hexdigest()
    try:
        lines, stated = read_figures(file, expected_of(revision))
        with write_transaction():
            revision = take_draft(revision_id, expected_version, by)
            batch = keep_batch(
                by=by,
                at=at,
                kind=BATCH_KIND,
                file_name=file.name,
                sha256=digest,
                accepted_rows=len(lines),
                about=about,
            )
            given = _From(Filling.Origin.FILE, "figures.brought_in", label=file.name)
            return _write(revision, [*lines, *stated], given, by=by, at=at, batch_id=batch.pk)
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


def fill_from_source(
    *, by: Actor, at: datetime, revision_id: int, expected_version: int, source: str
) -> Changed:
    """What a source counts, put where the placement says. Raises FiguresRefused, StaleFigures."""
    with write_transaction():
        revision = take_draft(revision_id, expected_version, by)
        known = source_named(source)
        days = period_of_revision(revision)
        sheet = revision.sheet
        counted = known.counts(sheet.organisation_id, sheet.form_code, days) if known else None
        if known is None or not counted:
            what = _("nguồn này chưa có số liệu của đơn vị trong kỳ")
            raise FiguresRefused(
                Gap(_("Nguồn số liệu"), what, _("Nhập tay hoặc nạp tệp"), code="not-counted")
            )
        form = base_form(revision)
        lines = [
            Line(block, nfc(label), _placed(form_counts))
            for (block, label), counts in counted.items()
            for form_counts in [
                row_of(form, counts, form.placement(revision.placement))
                if revision.placement
                else {column.key: counts.get(column.key) for column in count_columns(form)}
            ]
        ]
        refuse_if(_row_gaps(revision, lines))
        given = _From(Filling.Origin.COUNTED, "figures.filled", known.name, str(known.label))
        return _write(revision, lines, given, by=by, at=at)


def expected_of(revision: FigureRevision) -> Expected:
    """What a file for this revision must be."""
    base, days = base_form(revision), period_of_revision(revision)
    return Expected(with_placement(base, revision.placement), base, blocks_of(base, days.until_on), days)


def _placed(counts: Mapping[str, int | None]) -> dict[str, int]:
    return {key: value for key, value in counts.items() if value is not None}


def _row_gaps(revision: FigureRevision, lines: Sequence[Line]) -> list[Gap]:
    """What keeps rows from standing in the form."""
    base = base_form(revision)
    blocks = blocks_of(base, revision.until_on)
    keys = {column.key for column in count_columns(with_placement(base, revision.placement))}
    rows = [line for line in lines if not line.is_total]
    gaps = []
    for line in lines:
        where = line.words or _("dòng không tên")
        if not line.is_total and not line.label.strip():
            gaps.append(Gap(where, _("chưa có tên"), _("Ghi lĩnh vực hoặc đơn vị"), code="label-missing"))
        if len(line.label) > LONGEST_LABEL:
            gaps.append(Gap(where[:60], _("tên dài quá %d ký tự") % LONGEST_LABEL, code="label-long"))
        if (line.block and line.block not in blocks) or (
            base.blocks and not line.is_total and not line.block
        ):
            known = ", ".join(map(block_label, blocks))
            gaps.append(
                Gap(where, _("chưa thuộc cấp nào của biểu"), _("Chọn: %s") % known, code="level-unfit")
            )
        if not set(line.counts) <= keys or any(not 0 <= value <= MOST for value in line.counts.values()):
            gaps.append(Gap(where, _("có số không đặt vào biểu được"), code="count-unfit"))
    names = [line.key for line in rows]
    gaps += [
        Gap(line.words, _("ghi hai lần trong một cấp"), _("Mỗi lĩnh vực, đơn vị một dòng"), code="line-twice")
        for place, line in enumerate(rows)
        if line.label.strip() and line.key in names[:place]
    ]
    if len(rows) > MOST_LINES:
        gaps.append(Gap("", _("quá %d dòng") % MOST_LINES, code="too-many-lines"))
    return gaps


def _write(
    revision: FigureRevision,
    given: Sequence[Line],
    source: _From,
    *,
    by: Actor,
    at: datetime,
    batch_id: int | None = None,
) -> Changed:
    """Replaces the rows; nothing is written when nothing is different."""
    there = load_figures([revision])[revision.pk]
    rows = tuple(replace(line, label=nfc(line.label).strip()) for line in given if not line.is_total)
    stated = only_different_sums(rows, [line for line in given if line.is_total], there.keys)
    wanted = Figures(there.form, rows, stated)
    before, after = _cells(there), _cells(wanted)
    changes = [
        (where, before.get(where), after.get(where))
        for where in dict.fromkeys((*before, *after))
        if before.get(where) != after.get(where)
    ]
    if not changes and _names(there) == _names(wanted):
        return Changed(0)
    filling = Filling.objects.create(
        sheet=revision.sheet,
        origin=source.origin,
        by_id=by.id,
        at=at,
        batch_id=batch_id,
        source=source.source,
    )
    _replace_rows(revision, there, wanted, filling.pk)
    grown(revision)
    trace(
        revision.sheet,
        source.verb,
        by=by,
        at=at,
        before={"cells": plain((where, old) for where, old, _new in changes)},
        after={"cells": plain((where, new) for where, _old, new in changes), "source": source.label},
    )
    return Changed(len(changes))


def _names(figures: Figures) -> list[tuple[str, str]]:
    return [(line.block, line.label) for line in figures.lines]


def _cells(figures: Figures) -> dict[str, int]:
    """Every figure by its place in words, as the trace tells it."""
    numbers = {column.key: column.number for column in figures.columns}
    return {
        _("%(row)s, cột %(column)d") % {"row": line.words, "column": numbers[key]}: value
        for line in (*figures.lines, *figures.stated)
        for key, value in line.counts.items()
        if key in numbers
    }


def _replace_rows(revision: FigureRevision, there: Figures, wanted: Figures, filling_id: int) -> None:
    old = {line.key: line for line in (*there.lines, *there.stated)}
    FigureLine.objects.filter(revision=revision).delete()
    FigureLine.objects.bulk_create(
        FigureLine(
            revision=revision,
            position=position,
            block=line.block,
            label=line.label,
            is_total=line.is_total,
            counts=dict(line.counts),
            origins=_origins(line, old.get(line.key), filling_id),
        )
        for position, line in enumerate((*wanted.lines, *wanted.stated))
    )


def _origins(line: Line, old: Line | None, filling_id: int) -> dict[str, int]:
    """A figure that is as it was keeps where it came from."""
    return {
        key: old.origins[key] if old and old.counts.get(key) == value and key in old.origins else filling_id
        for key, value in line.counts.items()
    }

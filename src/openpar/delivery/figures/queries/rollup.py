"""The figures of a province: the signed sheets of its agencies added up. Who has not sent is named, not 0."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from openpar.base.organisations.models import OrganisationVersion
from openpar.common.text import sort_key
from openpar.delivery.figures.forms import (
    blocks_of,
    count_columns,
    form_of_version,
    form_valid_on,
    with_placement,
)
from openpar.delivery.figures.models import Filling, GapExplanation
from openpar.delivery.figures.queries.listing import reporting_agencies, signed_revisions
from openpar.delivery.figures.queries.loading import load_figures, period_of_revision
from openpar.delivery.figures.rows import Figures, Line, key_of, shown_total
from openpar.engine.forms import Form, FormColumn
from openpar.engine.periods import Period


@dataclass(frozen=True)
class Sum:
    """What is known of a sum; `blank` are the agencies (or rows) of which this figure is not known."""

    value: int | None
    blank: tuple[str, ...] = ()


@dataclass(frozen=True)
class HowCounted:
    """The days and the placement that figures were counted by, and of each column that one source counted
    whole the name of the source.
    """

    days: Period
    placement: str
    sources: Mapping[str, str]


@dataclass(frozen=True)
class RollUpRow:
    """One row of the roll-up: an agency, a field within a level, or the sum of all.

    `counted`: how the figures were counted, where every sheet of the row counted alike.
    """

    block: str
    label: str
    sums: Mapping[str, Sum]
    organisation_id: int | None = None
    counted: HowCounted | None = None
    sheet_id: int | None = None
    # The days that were counted, if they are not those of the period.
    other_days: str = ""

    def value(self, key: str) -> int | None:
        return self.sums[key].value if key in self.sums else None


@dataclass(frozen=True)
class ExplainedGap:
    """A gap inside the sum, with the words of the agency that signed with it."""

    agency: str
    identity: str
    gap: int | None
    text: str
    by: str


@dataclass(frozen=True)
class RollUp:
    """By agency and by field, both with the same total; `missing` have not signed, `unlike` count otherwise.

    `unlike`: agencies whose choice for counts without a column is not the one of the others; they are in the
    sums, and named, because their columns do not mean quite the same.
    """

    form: Form
    period: Period
    agencies: tuple[RollUpRow, ...]
    fields: tuple[RollUpRow, ...]
    total: RollUpRow
    missing: tuple[str, ...]
    unlike: tuple[str, ...]
    explained: tuple[ExplainedGap, ...]

    @property
    def columns(self) -> tuple[FormColumn, ...]:
        return count_columns(self.form)

    @property
    def blanks(self) -> tuple[tuple[FormColumn, tuple[str, ...]], ...]:
        """The columns in which somebody has no figure, with their names."""
        return tuple(
            (column, self.total.sums[column.key].blank)
            for column in self.columns
            if column.key in self.total.sums and self.total.sums[column.key].blank
        )


def roll_up(form_code: str, period: Period, *, under: int | None = None) -> RollUp | None:
    """The roll-up of a period, of the agencies below `under` if one is named; None without a form that day.

    Some seven queries, however many agencies there are.
    """
    form = form_valid_on(form_code, period.until_on)
    if form is None:
        return None
    names = reporting_agencies(period.until_on, _below(under, period) if under else None)
    revisions = [one for one in signed_revisions(form_code, period) if one.sheet.organisation_id in names]
    figures = load_figures(revisions)
    placements = [one.placement for one in revisions]
    usual = max(sorted(set(placements)), key=placements.count, default="")
    columns = with_placement(form, _widest(form, placements))
    keys = [column.key for column in count_columns(columns)]
    rows = []
    sources = sources_of_fillings([one.sheet_id for one in revisions])
    how = {one.pk: (period_of_revision(one), one.placement) for one in revisions}
    for revision in revisions:
        days = how[revision.pk][0]
        rows.append(
            _agency_row(
                names[revision.sheet.organisation_id],
                figures[revision.pk],
                keys,
                organisation_id=revision.sheet.organisation_id,
                counted=HowCounted(*how[revision.pk], _sources_of_total(figures[revision.pk], keys, sources)),
                sheet_id=revision.sheet_id,
                other_days="" if days.has_same_days(period) else days.words,
            )
        )
    rows.sort(key=lambda row: sort_key(row.label))
    agency_of = {one.pk: names[one.sheet.organisation_id] for one in revisions}
    sent = {one.sheet.organisation_id for one in revisions}
    return RollUp(
        form=columns,
        period=period,
        agencies=tuple(rows),
        fields=_fields(
            form,
            period,
            [_Sheet(name, figures[pk], *how[pk]) for pk, name in agency_of.items()],
            keys,
            sources,
        ),
        total=RollUpRow(
            "",
            "",
            {key: _added([(row.label, row.sums[key]) for row in rows]) for key in keys},
            counted=_alike([row.counted for row in rows if row.counted], keys),
        ),
        missing=tuple(name for one, name in names.items() if one not in sent),
        unlike=tuple(
            sorted((agency_of[one.pk] for one in revisions if one.placement != usual), key=sort_key)
        ),
        explained=_explained(agency_of),
    )


def _explained(agency_of: Mapping[int, str]) -> tuple[ExplainedGap, ...]:
    rows = GapExplanation.objects.filter(revision__in=list(agency_of)).select_related("by").order_by("id")
    return tuple(
        ExplainedGap(
            agency_of[row.revision_id], row.identity, row.gap, row.text, row.by.full_name if row.by else ""
        )
        for row in rows
    )


def _below(root: int, period: Period) -> frozenset[int]:
    """The organisation and all that stand under it on the last day; one query."""
    parents = dict(
        OrganisationVersion.objects.as_of(period.until_on).values_list("organisation_id", "parent_id")
    )
    found = {root}
    grows = True
    while grows:
        more = {one for one, parent in parents.items() if parent in found} - found
        found |= more
        grows = bool(more)
    return frozenset(found)


def _widest(form: Form, placements: Iterable[str]) -> str:
    """A choice with columns of its own, if anybody made one: nobody's figures are left out."""
    return next((name for name in placements if name and form.placement(name).columns), "")


def agencies_signed(form_code: str, period: Period, block: str = "", label: str = "") -> frozenset[int]:
    """The agencies whose signed figures the roll-up of a period adds: all, or those with a row of this level
    and name.
    """
    names = reporting_agencies(period.legal_until_on)
    revisions = [one for one in signed_revisions(form_code, period) if one.sheet.organisation_id in names]
    if label:
        figures, key = load_figures(revisions), key_of(block, label)
        revisions = [one for one in revisions if key in {line.key for line in figures[one.pk].lines}]
    return frozenset(one.sheet.organisation_id for one in revisions)


def sources_of_fillings(sheet_ids: Iterable[int]) -> dict[int, str]:
    """Which source each filling of some sheets counted with; one query."""
    counted = Filling.objects.filter(sheet__in=list(sheet_ids), origin=Filling.Origin.COUNTED)
    return dict(counted.values_list("pk", "source"))


def source_of(lines: Sequence[Line], key: str, sources: Mapping[int, str]) -> str:
    """The one source that counted a column of every row; empty where there is none."""
    found = {sources.get(line.origins.get(key, 0), "") for line in lines}
    return found.pop() if len(found) == 1 else ""


def _sources_of_total(figures: Figures, keys: Sequence[str], sources: Mapping[int, str]) -> dict[str, str]:
    """A sum that was stated otherwise nobody counted."""
    stated = {key for line in figures.stated if not line.block for key in line.counts}
    return {key: "" if key in stated else source_of(figures.lines, key, sources) for key in keys}


def _alike(rows: Sequence[HowCounted], keys: Sequence[str]) -> HowCounted | None:
    """How all of them were counted; None where days or placement differ."""
    if not rows or any((one.days, one.placement) != (rows[0].days, rows[0].placement) for one in rows):
        return None
    found = {key: {one.sources.get(key, "") for one in rows} for key in keys}
    sources = {key: names.pop() if len(names) == 1 else "" for key, names in found.items()}
    return HowCounted(rows[0].days, rows[0].placement, sources)


def _agency_row(
    name: str,
    figures: Figures,
    keys: Sequence[str],
    *,
    organisation_id: int,
    counted: HowCounted,
    sheet_id: int,
    other_days: str,
) -> RollUpRow:
    total = shown_total(figures)
    own = set(figures.used_keys(form_of_version(figures.form.code, figures.form.version)))
    found = {}
    for key in keys:
        value = total.get(key)
        # A column that the agency does not use is not a figure that it lacks.
        found[key] = Sum(value, (name,) if value is None and key in own else ())
    return RollUpRow(
        "",
        name,
        found,
        organisation_id=organisation_id,
        counted=counted,
        sheet_id=sheet_id,
        other_days=other_days,
    )


@dataclass(frozen=True)
class _Sheet:
    """The figures of one agency, with the days and the placement they were counted by."""

    agency: str
    figures: Figures
    days: Period
    placement: str


def _fields(
    form: Form,
    period: Period,
    sheets: Sequence[_Sheet],
    keys: Sequence[str],
    sources: Mapping[int, str],
) -> tuple[RollUpRow, ...]:
    """Rows of the same level and name, added over the agencies that have them."""
    gathered: dict[str, list[tuple[_Sheet, Line, frozenset[str]]]] = {}
    for sheet in sheets:
        figures = sheet.figures
        own = frozenset(figures.used_keys(form_of_version(figures.form.code, figures.form.version)))
        for line in figures.lines:
            gathered.setdefault(line.key, []).append((sheet, line, own))
    rows = []
    for found in gathered.values():
        first = found[0][1]
        parts = {key: [_part(key, sheet.agency, line, own) for sheet, line, own in found] for key in keys}
        counted = [
            HowCounted(sheet.days, sheet.placement, {key: source_of([line], key, sources) for key in keys})
            for sheet, line, _own in found
        ]
        sums = {key: _added(of_key) for key, of_key in parts.items()}
        rows.append(RollUpRow(first.block, first.label, sums, counted=_alike(counted, keys)))
    order = {block: place for place, block in enumerate(("", *blocks_of(form, period.until_on), "district"))}
    return tuple(sorted(rows, key=lambda row: (order.get(row.block, len(order)), sort_key(row.label))))


def _part(key: str, agency: str, line: Line, own: frozenset[str]) -> tuple[str, Sum]:
    blank = (agency,) if key in own and key not in line.counts else ()
    return agency, Sum(line.counts.get(key), blank)


def _added(parts: Sequence[tuple[str, Sum]]) -> Sum:
    known = [part.value for _name, part in parts if part.value is not None]
    blank = dict.fromkeys(name for _name, part in parts for name in part.blank)
    return Sum(sum(known) if known else None, tuple(blank))

"""What does not add up in a sheet: E1–E4 in a row, E5 against the period before, E6 down a column, E7 over
the periods that make up this one. Looks at loaded figures, changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from openpar.delivery.figures.forms import counts_dossiers, dossier_identities, identities_of
from openpar.delivery.figures.rows import Figures, Line, Neighbour, sums, with_derived
from openpar.engine.balance import (
    Finding,
    check_following,
    check_row,
    check_total,
    check_year,
    cumulative,
)
from openpar.engine.forms import Form

# What the identities of dossiers say besides the equations of the forms follows from those.
_OF_FORMS = frozenset({"E1", "E2", "E3", "E4"})


@dataclass(frozen=True)
class Found:
    """One identity that was looked at, and where: the key of the row and how it is called."""

    place: str
    where: str
    finding: Finding
    # What an identity of one column is about.
    column: str = ""

    @property
    def title(self) -> str:
        """“E4”, “E6 tiếp nhận”: the identity as people read it."""
        return f"{self.finding.identity.partition(' ')[0]} {self.column}".strip()

    @property
    def id(self) -> tuple[str, str]:
        return self.place, self.finding.identity

    @property
    def holds(self) -> bool | None:
        return self.finding.holds


@dataclass(frozen=True)
class Explained:
    """An explanation: for which gap, its words, who and when (as printed)."""

    place: str
    identity: str
    gap: int | None
    text: str
    by: str
    at: str

    def fits(self, found: Found) -> bool:
        """Is it about exactly this gap? Of another size, it must be explained anew."""
        return (self.place, self.identity, self.gap) == (*found.id, found.finding.gap)


@dataclass(frozen=True)
class Judged:
    """What does not hold, or cannot be told for a blank cell, with its explanation if there is one."""

    found: Found
    explanation: Explained | None


def look_at(
    figures: Figures,
    base: Form,
    *,
    before: Neighbour | None = None,
    parts: Sequence[Neighbour] = (),
) -> tuple[Found, ...]:
    """Every identity of a sheet. `base` is the form without the columns of the placement.

    `before`: the signed figures that ended the day before this period; `parts`: those of the shorter periods
    that make up exactly this one.
    """
    keys = figures.used_keys(base)
    found = [each for line in figures.lines for each in _rows(line, figures.form, keys)]
    found += _totals(figures, keys)
    if counts_dossiers(base):
        if before is not None:
            found += _following(figures, before)
        if parts:
            found += _cumulative(figures, keys, parts)
    return tuple(found)


def judge(found: Iterable[Found], explanations: Iterable[Explained]) -> tuple[Judged, ...]:
    """Those that need an explanation before the sheet can be signed: they do not hold, or stay open."""
    by_id = {(each.place, each.identity): each for each in explanations}
    judged = []
    for each in found:
        if each.holds is True:
            continue
        explanation = by_id.get(each.id)
        judged.append(Judged(each, explanation if explanation and explanation.fits(each) else None))
    return tuple(judged)


def _rows(line: Line, form: Form, keys: Sequence[str]) -> list[Found]:
    counts = with_derived(form, {key: line.counts.get(key) for key in keys})
    return [
        Found(line.key, line.words, _worded(form, finding))
        for finding in check_row(identities_of(form), counts)
        if not counts_dossiers(form) or finding.identity in _OF_FORMS
    ]


def _worded(form: Form, finding: Finding) -> Finding:
    """The engine speaks of dossiers; forms of procedures count procedures."""
    if counts_dossiers(form):
        return finding
    return replace(finding, reading=finding.reading.replace("hồ sơ", "thủ tục"))


def _totals(figures: Figures, keys: Sequence[str]) -> list[Found]:
    identities = identities_of(figures.form)
    found = []
    for total in figures.stated:
        lines = figures.lines_of(total.block) if total.block else figures.lines
        rows = {line.words: {key: line.counts.get(key) for key in keys} for line in lines}
        stated = {key: value for key, value in total.counts.items() if key in keys}
        found += [
            Found(total.key, total.words, _worded(figures.form, finding), identities.label(name))
            for name, finding in zip(stated, check_total(identities, rows, stated), strict=True)
        ]
    return found


@dataclass(frozen=True)
class _Row:
    """A row, or the sums of a sheet, with a blank for what is not known."""

    key: str
    words: str
    counts: dict[str, int | None]


def _rows_of(figures: Figures, keys: Sequence[str]) -> list[_Row]:
    """The rows, and after them the sums of the whole sheet (of one row the sums are the row)."""
    rows = [_Row(line.key, line.words, _blank(line.counts, keys)) for line in figures.lines]
    total = Line("", "", {}, is_total=True)
    return [*rows, _Row(total.key, total.words, _blank(sums(figures.lines, figures.keys), keys))]


def _blank(counts: Mapping[str, int | None], keys: Sequence[str]) -> dict[str, int | None]:
    return {key: counts.get(key) for key in keys}


def _following(figures: Figures, before: Neighbour) -> list[Found]:
    """E5 row by row; of the whole sheet as well when the two sheets do not have the same rows."""
    identities = dossier_identities()
    earlier = {row.key: row for row in _rows_of(before.figures, ("in_process",))}
    later = _rows_of(figures, ("carried_over",))
    has_same_rows = {row.key for row in later} == set(earlier)
    asked = later[:-1] if has_same_rows else later
    return [
        Found(row.key, row.words, check_following(identities, earlier[row.key].counts, row.counts))
        for row in asked
        if row.key in earlier
    ]


def _cumulative(figures: Figures, keys: Sequence[str], parts: Sequence[Neighbour]) -> list[Found]:
    """E7 for every row that all the periods have, and for the whole sheet."""
    by_key = [{row.key: row for row in _rows_of(part.figures, keys)} for part in parts]
    rows = _rows_of(figures, keys)
    found = []
    for row in rows[-1:] if len(figures.lines) == 1 else rows:
        periods = [
            with_derived(figures.form, of_part[row.key].counts) for of_part in by_key if row.key in of_part
        ]
        if len(periods) == len(parts):
            found += _year(row, with_derived(figures.form, row.counts), periods)
    return found


def _year(row: _Row, year: Mapping[str, int | None], periods: Sequence[dict[str, int | None]]) -> list[Found]:
    identities = dossier_identities()
    expected = cumulative(identities, periods)
    names = [name for name in year if name in expected]
    findings = check_year(identities, periods, year)
    return [
        Found(
            row.key,
            row.words,
            replace(finding, identity=f"{finding.identity} {name}"),
            identities.label(name),
        )
        for name, finding in zip(names, findings, strict=True)
        if name != "received_new"
    ]

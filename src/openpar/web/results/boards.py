"""A block's results made ready for drawing: every figure rounded as the set says, every address built."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from markupsafe import Markup

from openpar.common.text import fold
from openpar.engine.numbers import divide, total_of
from openpar.parindex.assessments.queries.results import FieldShare, ResultBlock, UnitRow
from openpar.reports.figures import NOTHING, Printed
from openpar.web.components.charts import Spoke, bullet, dumbbell, heat_step
from openpar.web.results.asked import Asked

# A difference of a tenth of all points stands out.
_LARGE = Decimal("0.1")


@dataclass(frozen=True)
class RankingLine:
    """One unit of a ranking; `place` is “18/19”, `note` says why figures are missing or provisional."""

    place: str
    name: str
    link: str
    drawing: Markup
    self_points: str
    points: str
    difference: str
    is_large: bool
    index: str
    grade: str
    note: str
    is_own: bool


@dataclass(frozen=True)
class HeatCell:
    """A share in per cent of a field, as text, and its step of the heat map (0: no figure)."""

    text: str
    step: int


@dataclass(frozen=True)
class HeatLine:
    """One unit over all fields."""

    name: str
    link: str
    cells: tuple[HeatCell, ...]


@dataclass(frozen=True)
class FieldMean:
    """A field over the ranked units of a block, in per cent of its maximum."""

    number: str
    title: str
    self_share: str
    share: str


_SORT_VALUES: Mapping[str, Callable[[UnitRow], Decimal | int | str | None]] = {
    "rank": lambda row: row.rank,
    "name": lambda row: row.name_sort,
    "self": lambda row: row.self_total,
    "total": lambda row: row.total,
    "difference": lambda row: row.difference,
    # Classes are bands of the index: their order is its order.
    "grade": lambda row: row.index,
}


def in_order(rows: Sequence[UnitRow], asked: Asked) -> tuple[UnitRow, ...]:
    """Searched and sorted: what has no figure comes last either way, equals in the order of names."""
    wanted = fold(asked.search)
    found = [row for row in rows if wanted in row.name_folded]
    found.sort(key=lambda row: row.name_sort)
    value = _SORT_VALUES[asked.sort if asked.sort in _SORT_VALUES else "rank"]
    known = [row for row in found if value(row) is not None]
    known.sort(key=value, reverse=asked.is_descending)  # type: ignore[arg-type]  # None was left out
    return (*known, *(row for row in found if value(row) is None))


def ranking_lines(
    rows: Iterable[UnitRow], block: ResultBlock, prefix: str, *, own: frozenset[int], chart: str = ""
) -> tuple[RankingLine, ...]:
    """The lines of a ranking; `prefix` is the address of the round, to which the id of the sheet is added."""
    show = Printed.of(block.criteria.engine.settings)
    most = block.criteria.engine.maximum
    draw = dumbbell if chart == "way" else bullet
    large = _LARGE * most
    return tuple(
        RankingLine(
            place=place_text(row.rank, row.rank_of),
            name=row.name,
            link=f"{prefix}{row.assessment_id}/",
            drawing=draw(row.self_total if row.submitted else None, row.total, most),
            self_points=show.text(row.self_total),
            points=show.text(row.total),
            difference=show.signed(row.difference),
            is_large=row.difference is not None and abs(row.difference) >= large,
            index=show.text(row.index),
            grade=row.grade or NOTHING,
            note=_note(row),
            is_own=row.organisation_id in own,
        )
        for row in rows
    )


def place_text(rank: int | None, of: int | None) -> str:
    """A rank never stands without “of how many”."""
    return NOTHING if rank is None else f"{rank}/{of}"


def _note(row: UnitRow) -> str:
    notes = []
    if not row.submitted:
        notes.append(_("Chưa chấm điểm"))
    if not row.is_ranked:
        notes.append(_("Không xếp hạng"))
    if not row.is_published:
        notes.append(_("Không công bố"))
    if row.waiting:
        notes.append(_("còn chờ %s") % ", ".join(row.waiting))
    return " · ".join(notes)


def mean(values: Iterable[Decimal | None]) -> Decimal | None:
    """The mean of the known values, unrounded; None when there are none."""
    known = [value for value in values if value is not None]
    return divide(total_of(known), Decimal(len(known))) if known else None


def block_figures(rows: Sequence[UnitRow], block: ResultBlock) -> tuple[tuple[str, str, str], ...]:
    """The row of figures above a ranking: (label, value, note). Over the ranked units, whoever looks."""
    settings = block.criteria.engine.settings
    show = Printed.of(settings)
    ranked = [row for row in rows if row.is_ranked]
    count = len(ranked)
    figures = [
        (
            _("Chỉ số trung bình khối"),
            show.text(mean(row.index for row in ranked)),
            _("%d đơn vị xếp hạng") % count,
        ),
        (
            _("Cao nhất – thấp nhất"),
            _extremes([row.index for row in ranked if row.index is not None], show),
            _("chỉ số, phần trăm điểm tối đa"),
        ),
    ]
    bands = settings.bands_for(block.code)
    if bands:
        figures.append(
            _class_figure(ranked, bands[min(1, len(bands) - 1)].name, [band.name for band in bands])
        )
    if largest := _largest_difference(ranked, show):
        figures.append(largest)
    return tuple(figures)


def _largest_difference(ranked: Sequence[UnitRow], show: Printed) -> tuple[str, str, str] | None:
    apart = [(row.difference, row) for row in ranked if row.submitted and row.difference is not None]
    if not apart:
        return None
    difference, row = max(apart, key=lambda one: abs(one[0]))
    words = _("%(unit)s: %(own)s còn %(final)s") if difference < 0 else _("%(unit)s: %(own)s lên %(final)s")
    named = {"unit": row.name, "own": show.text(row.self_total), "final": show.text(row.total)}
    return _("Chênh lệch lớn nhất"), show.signed(difference), words % named


def _extremes(indices: list[Decimal], show: Printed) -> str:
    return f"{show.text(max(indices))} – {show.text(min(indices))}" if indices else NOTHING


def _class_figure(ranked: Sequence[UnitRow], from_name: str, names: Sequence[str]) -> tuple[str, str, str]:
    """How many units reached a class or a better one, and how many each class has."""
    counts = Counter(row.grade for row in ranked)
    reached = sum(counts[name] for name in names[: names.index(from_name) + 1])
    each = " · ".join(f"{name} {counts[name]}" for name in names)
    return _("Xếp loại %s trở lên") % from_name, f"{reached}/{len(ranked)}", each


def heat_lines(
    rows: Iterable[UnitRow], shares: Mapping[int, tuple[FieldShare, ...]], prefix: str
) -> tuple[HeatLine, ...]:
    """Units × fields: component indices with one decimal; the step belongs to the exact share."""
    one = Printed(1, "HALF_UP")
    return tuple(
        HeatLine(
            name=row.name,
            link=f"{prefix}{row.assessment_id}/",
            cells=tuple(
                HeatCell(one.text(share.index), heat_step(share.index)) for share in shares[row.assessment_id]
            ),
        )
        for row in rows
    )


def field_means(
    rows: Iterable[UnitRow], shares: Mapping[int, tuple[FieldShare, ...]], block: ResultBlock
) -> tuple[tuple[FieldMean, ...], tuple[Spoke, ...]]:
    """The fields of a block on average, for a table and for a radar (empty below three fields)."""
    one = Printed(1, "HALF_UP")
    ranked = [shares[row.assessment_id] for row in rows if row.is_ranked]
    means, spokes = [], []
    for place, code in enumerate(block.field_codes):
        title = block.criteria.titles[code]
        own = mean(fields[place].self_index for fields in ranked)
        final = mean(fields[place].index for fields in ranked)
        means.append(FieldMean(code, title, one.text(own), one.text(final)))
        spokes.append(Spoke(code, title, own, final))
    return tuple(means), tuple(spokes) if len(spokes) >= 3 else ()

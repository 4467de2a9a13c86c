"""Boards of agencies, procedures and fields: counts that lead to their lists, ratios with denominators."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from openpar.base.organisations.queries import TreeNode, tree_as_of
from openpar.common.formats import format_decimal
from openpar.common.text import sort_key
from openpar.delivery.dossiers.queries.lists import organisation_ids, procedure_names
from openpar.delivery.dossiers.queries.measures import (
    NOTHING,
    UNLISTED,
    Dimension,
    Figures,
    Measure,
    agency_figures,
    figures_by,
    rates_of,
    total_of,
    words_of,
)
from openpar.delivery.dossiers.queries.quality import hit_counts
from openpar.engine.rates import Rate
from openpar.web.dossiers.common import Filter, filter_choices, filter_of, frame, names_of
from openpar.web.dossiers.quality import hits_link
from openpar.web.dossiers.words import channel_word, denominators, fraction
from openpar.web.http import AuthenticatedRequest, page, today

SHOWN = (
    *(Measure.CARRIED_OVER, Measure.RECEIVED, Measure.RECEIVED_ONLINE, Measure.RESOLVED, Measure.EARLY),
    *(Measure.ON_TIME, Measure.LATE, Measure.REMAINING),
)
_LEFT = (Measure.RETURNED, Measure.WITHDRAWN, Measure.STOPPED, Measure.WAITING_SUPPLEMENT, Measure.PAUSED)


@dataclass(frozen=True)
class Share:
    """A ratio and what it is made of."""

    shown: str
    made_of: str


@dataclass(frozen=True)
class Row:
    """One line of a board: counts in the order of SHOWN, each with its list, and the three ratios; `hits` of
    data quality with theirs.
    """

    name: str
    depth: int
    cells: tuple[tuple[int, str], ...]
    shares: tuple[Share, ...]
    hits: tuple[int, str]
    figures: Figures
    rates: tuple[Rate, ...]


@page("GET")
def agencies(request: AuthenticatedRequest) -> HttpResponse:
    asked = filter_of(request)
    rolls_up = request.GET.get("below") == "1"
    tree = tree_as_of(min(asked.view.period.until_on, today()))
    counted = figures_by(Dimension.AGENCY, asked.asked)
    rolled = agency_figures(counted, tree)
    hits = {agency: sum(counts.values()) for agency, counts in hit_counts().items()}
    if rolls_up:
        rows = _tree_rows(asked, tree, rolled.by_organisation, hits)
    else:
        rows = _own_rows(asked, counted, hits)
    outside = sum(figures["received"] for figures in rolled.outside.values())
    context = {
        **_board(request, asked, "dossiers-agencies", _sorted(request, rows, keeps_tree=rolls_up)),
        "rolls_up": rolls_up,
        "outside": outside,
    }
    return render(request, "dossiers/agencies.html", context, status=422 if asked.view.gaps else 200)


def _tree_rows(
    asked: Filter, tree: tuple[TreeNode, ...], figures: Mapping[int, Figures], hits: Mapping[int, int]
) -> list[Row]:
    """Every agency with what lies below it, as the tree of the last day of the period stands; what is wrong
    with the data now as that of today does.
    """
    seen, now = asked.asked.organisations, tree_as_of(today())
    below = {node.organisation_id: node.all() for root in now for node in root.all()}
    return [
        _row(
            node.name,
            figures[node.organisation_id],
            f"{_without_agency(asked)}&agency={node.organisation_id}",
            depth=node.depth,
            hits=(
                sum(hits.get(one.organisation_id, 0) for one in below.get(node.organisation_id, (node,))),
                hits_link(node.organisation_id, own=False),
            ),
        )
        for root in tree
        for node in root.all()
        if any(figures[node.organisation_id].values()) and (seen is None or node.organisation_id in seen)
    ]


def _own_rows(asked: Filter, counted: Mapping[int, Figures], hits: Mapping[int, int]) -> list[Row]:
    """Every agency by itself."""
    keys = words_of(Dimension.AGENCY)
    ids = organisation_ids(list(keys.values()))
    names = names_of(ids.values())
    return [
        _row(
            names.get(ids.get(keys[number], 0), keys[number]),
            figures,
            f"{_without_agency(asked)}&agency={ids.get(keys[number], 0)}&own=1",
            hits=(
                hits.get(ids.get(keys[number], 0), 0),
                hits_link(ids.get(keys[number], 0), own=True),
            ),
        )
        for number, figures in counted.items()
    ]


def _without_agency(asked: Filter) -> str:
    more = {"sector": asked.sector, "procedure": asked.procedure, "channel": asked.channel or ""}
    chosen = urlencode({name: value for name, value in more.items() if value})
    return f"{asked.view.query}&{chosen}" if chosen else asked.view.query


@page("GET")
def procedures(request: AuthenticatedRequest) -> HttpResponse:
    asked = filter_of(request)
    by = request.GET.get("by", "")
    dimension = {"procedure": Dimension.PROCEDURE, "channel": Dimension.CHANNEL}.get(by, Dimension.SECTOR)
    rows = _sorted(request, _dimension_rows(asked, dimension))
    context = {
        **_board(request, asked, "dossiers-procedures", rows),
        "by": dimension.value,
        "ways": [
            (Dimension.SECTOR.value, _("Lĩnh vực")),
            (Dimension.PROCEDURE.value, _("Thủ tục")),
            (Dimension.CHANNEL.value, _("Kênh tiếp nhận")),
        ],
    }
    return render(request, "dossiers/procedures.html", context, status=422 if asked.view.gaps else 200)


def _dimension_rows(asked: Filter, dimension: Dimension) -> list[Row]:
    counted = figures_by(dimension, asked.asked)
    if dimension is Dimension.CHANNEL:
        return [
            _row(channel_word(number), figures, f"{asked.query}&channel={number}")
            for number, figures in counted.items()
        ]
    words = words_of(dimension)
    names = procedure_names(words.values()) if dimension is Dimension.PROCEDURE else {}
    found = []
    for number, figures in counted.items():
        word = words.get(number, "")
        name = names.get(word, word) or _("Thủ tục không có trong danh mục")
        found.append(_row(name, figures, f"{asked.query}&{urlencode({dimension.value: word or UNLISTED})}"))
    return found


def _row(name: str, figures: Figures, query: str, *, depth: int = 0, hits: tuple[int, str] = (0, "")) -> Row:
    address = f"{reverse('dossiers')}?{query}&measure="
    cells = tuple((figures[one], f"{address}{one.value}") for one in SHOWN)
    rates = rates_of(figures)
    return Row(name, depth, cells, tuple(map(share_of, rates)), hits, figures, rates)


def share_of(rate: Rate) -> Share:
    """A ratio in words; a dash where there is none."""
    percent = rate.percent()
    return Share("—" if percent is None else f"{format_decimal(percent, 2)} %", fraction(rate))


def _board(request: AuthenticatedRequest, asked: Filter, here: str, rows: list[Row]) -> dict[str, object]:
    whole, behind = total_of(asked.asked), reverse("dossiers")
    context: dict[str, object] = {
        **frame(request, here),
        **filter_choices(request, asked),
        "rows": rows,
        "total": _row(_("Tổng"), whole, asked.query),
        "apart": [(one.label, whole[one], f"{behind}?{asked.query}&measure={one}") for one in _LEFT],
        "heads": [(str(one.label), one.value) for one in SHOWN],
        "denominators": denominators(),
        "sort": request.GET.get("sort", ""),
        "sort_query": _sort_query(request),
        "is_empty": whole == NOTHING,
    }
    if asked.view.gaps:
        context["refused_gaps"] = asked.view.gaps
    return context


def _sort_query(request: AuthenticatedRequest) -> str:
    given = request.GET.copy()
    given.pop("sort", None)
    return given.urlencode()


def _sorted(request: AuthenticatedRequest, rows: list[Row], *, keeps_tree: bool = False) -> list[Row]:
    """By name in Vietnamese order, or by a figure, the largest first; ratios the lowest first."""
    sort = request.GET.get("sort", "")
    if keeps_tree and not sort:
        return rows
    keys = {one.value: _by_count(one) for one in SHOWN}
    keys |= {f"rate{place + 1}": _by_rate(place) for place in range(3)} | {"hits": _by_hits}
    by_name = sorted(rows, key=lambda row: sort_key(row.name))
    return sorted(by_name, key=keys[sort]) if sort in keys else by_name


Key = tuple[bool, Decimal]


def _by_hits(row: Row) -> Key:
    return (False, Decimal(-row.hits[0]))


def _by_count(measure: Measure) -> Callable[[Row], Key]:
    """The largest first."""

    def key(row: Row) -> Key:
        return (False, Decimal(-row.figures[measure]))

    return key


def _by_rate(place: int) -> Callable[[Row], Key]:
    """The lowest first; who has none stands last."""

    def key(row: Row) -> Key:
        percent = row.rates[place].percent(6)
        return (percent is None, percent or Decimal(0))

    return key

"""Small drawings in SVG. Floats are fine here: they place ink, they never become a figure that is read.

No attribute `style` anywhere (strict CSP): lengths are attributes, colours are classes of openpar.css.
Bars have no viewBox: their lengths are per cents of whatever width the table gives them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import cos, pi, sin

from markupsafe import Markup, escape

from openpar.common.formats import format_decimal

Figure = Decimal | int | None

HEAT_STEPS = ((Decimal(90), 1), (Decimal(80), 2), (Decimal(65), 3), (Decimal(50), 4))
_RADAR_SIZE = 280
_RADAR_RADIUS = 104
_RADAR_RINGS = 5
_MONTHS_WIDTH, _MONTHS_HEIGHT = 720, 180


@dataclass(frozen=True)
class Spoke:
    """One axis of a radar: its number, what it measures, and the two shares of the maximum in per cent."""

    number: str
    label: str
    self_share: Figure
    appraised_share: Figure


@dataclass(frozen=True)
class Month:
    """One month of a chart: its short name and its figure."""

    label: str
    value: Figure


def heat_step(share: Figure) -> int:
    """The step of a heat map for a share in per cent: 1 from 90, 2 from 80, 3 from 65, 4 from 50, 5 below;
    0 when there is no figure."""
    if share is None:
        return 0
    return next((step for least, step in HEAT_STEPS if share >= least), 5)


def bullet(self_points: Figure, appraised: Figure, most: Figure = 100, label: str = "") -> Markup:
    """A bar with two readings: pale what an agency gave itself, dark what appraisal gave."""
    bars = [Markup('<rect class="bullet-ground" width="100%" height="100%"></rect>')]
    if (width := _share(self_points, most)) is not None:
        bars.append(Markup('<rect class="bullet-self" width="{}%" height="100%"></rect>').format(width))
    if (width := _share(appraised, most)) is not None:
        bars.append(
            Markup('<rect class="bullet-appraised" y="25%" width="{}%" height="50%"></rect>').format(width)
        )
    return _svg("bullet", label, Markup("").join(bars))


def dumbbell(before: Figure, after: Figure, most: Figure = 100, label: str = "") -> Markup:
    """Two dots and the way between them: the open one is what was, the full one what is."""
    start, end = _share(before, most), _share(after, most)
    parts = [Markup('<line class="dumbbell-ground" x1="0" x2="100%" y1="50%" y2="50%"></line>')]
    if start is not None and end is not None:
        way = "dumbbell-up" if float(end) >= float(start) else "dumbbell-down"
        parts.append(
            Markup('<line class="dumbbell-way {}" x1="{}%" x2="{}%" y1="50%" y2="50%"></line>').format(
                way, start, end
            )
        )
    for name, place in (("before", start), ("after", end)):
        if place is not None:
            parts.append(
                Markup('<circle class="dumbbell-{}" cx="{}%" cy="50%" r="5"></circle>').format(name, place)
            )
    return _svg("dumbbell", label, Markup("").join(parts))


def radar(spokes: Sequence[Spoke], label: str) -> Markup:
    """Two outlines over numbered axes, clockwise from the top. The figures belong in a table beside it."""
    if len(spokes) < 3:
        raise ValueError(f"a radar needs at least three axes, not {len(spokes)}; use a table")
    parts = [
        _polygon("radar-ring", [100 * ring / _RADAR_RINGS] * len(spokes))
        for ring in range(1, _RADAR_RINGS + 1)
    ]
    parts += [_axis(place, len(spokes), spoke) for place, spoke in enumerate(spokes)]
    for name, shares in (
        ("self", [spoke.self_share for spoke in spokes]),
        ("appraised", [spoke.appraised_share for spoke in spokes]),
    ):
        parts.append(_outline(name, shares))
    size = _RADAR_SIZE
    return Markup('<svg class="radar" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        size, size, label, Markup("").join(parts)
    )


def months(marks: Sequence[Month], most: Figure, label: str) -> Markup:
    """One column a month, from 0 to `most`; a month without a figure leaves its place empty. The figures
    belong in a table beside it.
    """
    width, height, base = _MONTHS_WIDTH, _MONTHS_HEIGHT, _MONTHS_HEIGHT - 18
    place = width / max(len(marks), 1)
    parts = [
        Markup('<line class="months-line" x1="0" x2="{}" y1="{y:.1f}" y2="{y:.1f}"></line>').format(
            width, y=base - (base - 16) * quarter / 4
        )
        for quarter in range(5)
    ]
    for number, mark in enumerate(marks):
        middle = place * (number + 0.5)
        parts.append(
            Markup('<text class="months-name" x="{:.1f}" y="{}" text-anchor="middle">{}</text>').format(
                middle, height - 4, mark.label
            )
        )
        share = _share(mark.value, most)
        if share is None or mark.value is None:
            continue
        tall = (base - 16) * float(share) / 100
        parts.append(
            Markup(
                '<rect class="months-column" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"></rect>'
                '<text class="months-value" x="{:.1f}" y="{:.1f}" text-anchor="middle">{}</text>'
            ).format(
                middle - place * 0.3,
                base - tall,
                place * 0.6,
                tall,
                middle,
                base - tall - 4,
                format_decimal(mark.value, 1),
            )
        )
    return Markup('<svg class="months" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        width, height, label, Markup("").join(parts)
    )


def _share(value: Figure, most: Figure) -> str | None:
    """Per cent of the width with two decimals, kept within 0 and 100; None without a figure."""
    if value is None or not most:
        return None
    return f"{min(max(100 * float(value) / float(most), 0.0), 100.0):.2f}"


def _svg(name: str, label: str, content: Markup) -> Markup:
    speaks = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    return Markup('<svg class="{}" {}>{}</svg>').format(name, speaks, content)


def _point(place: int, count: int, share: float) -> tuple[float, float]:
    angle = 2 * pi * place / count
    reach = _RADAR_RADIUS * share / 100
    middle = _RADAR_SIZE / 2
    return middle + reach * sin(angle), middle - reach * cos(angle)


def _polygon(name: str, shares: Sequence[float]) -> Markup:
    corners = " ".join(
        f"{x:.1f},{y:.1f}"
        for x, y in (_point(place, len(shares), share) for place, share in enumerate(shares))
    )
    return Markup('<polygon class="{}" points="{}"></polygon>').format(name, corners)


def _axis(place: int, count: int, spoke: Spoke) -> Markup:
    x, y = _point(place, count, 100)
    label_x, label_y = _point(place, count, 116)
    middle = _RADAR_SIZE / 2
    return Markup(
        '<line class="radar-axis" x1="{m:.1f}" y1="{m:.1f}" x2="{x:.1f}" y2="{y:.1f}"></line>'
        '<text class="radar-number" x="{lx:.1f}" y="{ly:.1f}" text-anchor="middle"'
        ' dominant-baseline="central">{n}</text>'
    ).format(m=middle, x=x, y=y, lx=label_x, ly=label_y, n=escape(spoke.number))


def _outline(name: str, shares: Sequence[Figure]) -> Markup:
    """A closed outline when every share is known; otherwise only the dots of those that are."""
    known = [(place, float(share)) for place, share in enumerate(shares) if share is not None]
    parts = [
        Markup('<circle class="radar-{}-dot" cx="{:.1f}" cy="{:.1f}" r="3"></circle>').format(
            name, *_point(place, len(shares), share)
        )
        for place, share in known
    ]
    if len(known) == len(shares):
        parts.insert(0, _polygon(f"radar-{name}", [share for _place, share in known]))
    return Markup("").join(parts)

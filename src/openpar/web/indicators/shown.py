"""Figures in words, the same on every page."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from openpar.common.formats import format_decimal
from openpar.parindex.indicators.figures import Figure

_PERCENT_DIGITS = 2


@dataclass(frozen=True)
class ShownFigure:
    """A figure in words: the two numbers, the rate, or why there is nothing."""

    text: str
    percent: str
    state: str


def shown(figure: Figure) -> ShownFigure:
    """How a figure is written on every page."""
    percent = figure.percent
    written = "" if percent is None else _("%s %%") % format_decimal(percent, _PERCENT_DIGITS)
    return ShownFigure(figure.text, written, figure.state.value)

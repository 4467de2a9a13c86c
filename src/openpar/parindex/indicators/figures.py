"""One measured figure: a numerator over a denominator, or why there is none. Pure.

Nothing entered is not zero, and 0/0 is neither: nothing arose, so the indicator does not apply.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from openpar.common.errors import Gap
from openpar.common.formats import format_decimal
from openpar.common.wording import gettext as _
from openpar.engine.rates import PERCENT_DIGITS, Rate, RateKind

ZERO = Decimal(0)


class FigureState(StrEnum):
    """KNOWN: a rate can be told. NOT_APPLICABLE: nothing arose. NO_DATA: not known, which is not zero."""

    KNOWN = "KNOWN"
    NOT_APPLICABLE = "NOT_APPLICABLE"
    NO_DATA = "NO_DATA"


@dataclass(frozen=True)
class Figure:
    """What was measured; `why` says why there is nothing to tell."""

    state: FigureState
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    why: str = ""

    @property
    def is_known(self) -> bool:
        return self.state is FigureState.KNOWN

    @property
    def has_numbers(self) -> bool:
        """Can a numerator and a denominator be filled in from it? 0/0 can."""
        return self.numerator is not None and self.denominator is not None

    @property
    def percent(self) -> Decimal | None:
        """The rate in per cent, rounded half up to two decimals once; None where there is none."""
        if not self.is_known:
            return None
        return Rate(_ANY, self.numerator, self.denominator).percent(PERCENT_DIGITS)

    @property
    def text(self) -> str:
        """“46/50”, or why there is nothing."""
        if self.numerator is None or self.denominator is None:
            return self.why
        return f"{_number(self.numerator)}/{_number(self.denominator)}"

    def is_same(self, other: Figure) -> bool:
        """Do both say the same? 50/100 is not 46/92."""
        return (self.state, self.numerator, self.denominator) == (
            other.state,
            other.numerator,
            other.denominator,
        )


_ANY = RateKind("indicator", "", "", "")


def figure_of(numerator: Decimal | None, denominator: Decimal | None, why: str = "") -> Figure:
    """The figure that two numbers make; `gaps_of_numbers` must find nothing wrong with them."""
    if numerator is None or denominator is None:
        return Figure(FigureState.NO_DATA, why=why or _("chưa có dữ liệu"))
    if denominator == ZERO:
        return Figure(
            FigureState.NOT_APPLICABLE, numerator, denominator, why or _("không phát sinh trong kỳ")
        )
    return Figure(FigureState.KNOWN, numerator, denominator)


def not_applicable(reason: str) -> Figure:
    """A figure that somebody said does not apply, with the reason."""
    return Figure(FigureState.NOT_APPLICABLE, why=reason)


def gaps_of_numbers(where: str, numerator: Decimal | None, denominator: Decimal | None) -> Iterator[Gap]:
    """What is wrong with two numbers as a figure; half a figure is none."""
    if (numerator is None) != (denominator is None):
        what = _("có tử số mà không có mẫu số") if denominator is None else _("có mẫu số mà không có tử số")
        yield Gap(where, what, _("Nhập cả hai, hoặc bỏ trống cả hai"), code="half-figure")
    for number in (numerator, denominator):
        if number is not None and number < ZERO:
            what = _("số %(number)s là số âm", number=_number(number))
            yield Gap(where, what, _("Số liệu phải từ 0 trở lên"), code="negative")
    if numerator is not None and denominator is not None and numerator > denominator >= ZERO:
        what = _(
            "tử số %(top)s lớn hơn mẫu số %(bottom)s", top=_number(numerator), bottom=_number(denominator)
        )
        yield Gap(where, what, _("Kiểm tra lại hai số"), code="above-denominator")


def _number(value: Decimal) -> str:
    return format_decimal(value, trim=True)

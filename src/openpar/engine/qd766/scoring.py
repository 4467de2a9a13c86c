"""Figures of one unit → points, groups, total and class of the index 766 (dossiers.md 7).

Each indicator is rounded half up by itself, exactly, and only then added: rounding the sum gives other
figures. No data, nothing arose and 0 points are three things. Where an indicator has no points, its group and
the total are the sums of the others; nothing is scaled up to take its place.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from openpar.engine.errors import EngineError
from openpar.engine.grading import grade
from openpar.engine.numbers import HUNDRED, ONE, ZERO, divide, multiply, total_of
from openpar.engine.outcomes import Earned, Invalid, Missing, NotApplicable, Outcome
from openpar.engine.qd766.indicators import Group, Indicator, IndicatorSet, WhenZero
from openpar.engine.rates import round_half_up
from openpar.engine.wording import number, percent, ratio

Pair = tuple[Decimal | None, Decimal | None]
NO_DATA: Pair = (None, None)


class NoSuchIndicator(EngineError):
    """Figures were given for an id that the set does not have."""


@dataclass(frozen=True, slots=True)
class IndicatorScore:
    """One indicator of one unit, with the figures used; `points` is None unless points were earned."""

    indicator: Indicator
    numerator: Decimal | None
    denominator: Decimal | None
    outcome: Outcome

    @property
    def points(self) -> Decimal | None:
        """The rounded points."""
        return self.outcome.points if isinstance(self.outcome, Earned) else None

    @property
    def sentence(self) -> str:
        """Why."""
        return self.outcome.sentence

    @property
    def is_waiting(self) -> bool:
        """Are figures still to come, or to be corrected?"""
        return self.indicator.is_scored and isinstance(self.outcome, Missing | Invalid)


@dataclass(frozen=True, slots=True)
class GroupScore:
    """A group: None where not one of its indicators has points. `maximum` is of those that have."""

    group: Group
    points: Decimal | None
    maximum: Decimal
    lines: tuple[IndicatorScore, ...]


@dataclass(frozen=True, slots=True)
class ServiceIndex:
    """The index of one unit. `provisional`: figures of the indicators in `waiting` are still to come.

    `maximum` is what the indicators with points could have given. `label`, the class of the total, is None
    while the index is provisional.
    """

    groups: tuple[GroupScore, ...]
    points: Decimal | None
    maximum: Decimal
    label: str | None
    waiting: tuple[str, ...]
    sentence: str

    @property
    def provisional(self) -> bool:
        """Are figures missing?"""
        return bool(self.waiting)

    def line(self, indicator: str) -> IndicatorScore:
        """The line of one indicator. Raises NoSuchIndicator."""
        for group in self.groups:
            for line in group.lines:
                if line.indicator.id == indicator:
                    return line
        raise NoSuchIndicator(f"Không có chỉ số “{indicator}”.")


def score(
    indicators: IndicatorSet, figures: Mapping[str, Pair], *, not_applicable: Collection[str] = ()
) -> ServiceIndex:
    """The index of a unit from numerator and denominator by indicator id; an id left out has no data.

    `not_applicable` are the indicators that do not concern the unit: without points, and nothing is waited
    for. Raises NoSuchIndicator for ids that the set does not have.
    """
    unknown = {*figures, *not_applicable} - {each.id for each in indicators.indicators()}
    if unknown:
        raise NoSuchIndicator(f"Không có chỉ số {', '.join(sorted(unknown))}.")
    groups = tuple(_group(group, figures, not_applicable, indicators.digits) for group in indicators.groups)
    points = _sum(group.points for group in groups)
    maximum = total_of(group.maximum for group in groups)
    waiting = tuple(line.indicator.id for group in groups for line in group.lines if line.is_waiting)
    label = None if waiting else grade(points, indicators.bands)
    sentence = _total_sentence(points, maximum, waiting, label, indicators.digits)
    return ServiceIndex(groups, points, maximum, label, waiting, sentence)


def contradiction(indicator: Indicator, numerator: Decimal | None, denominator: Decimal | None) -> str:
    """Why two figures cannot both be right, in a few words; empty if they can."""
    for label, figure in ((indicator.numerator, numerator), (indicator.denominator, denominator)):
        if figure is not None and figure < ZERO:
            return f"{label} là {number(figure)}; không được âm"
    if numerator is None:
        return ""
    if denominator is None:
        if indicator.is_percent and numerator > HUNDRED:
            return f"{number(numerator)} % vượt 100 %"
        return ""
    if numerator > denominator and not indicator.numerator_may_exceed:
        return (
            f"{indicator.numerator} ({number(numerator)}) lớn hơn {indicator.denominator} "
            f"({number(denominator)})"
        )
    return ""


@dataclass(frozen=True, slots=True)
class SynchronisedOf:
    """The denominator of indicator 1.4: None if nobody knows one; provisional if taken from last year."""

    denominator: Decimal | None
    provisional: bool


def synchronised_of(
    *, reported: Decimal | None, on_portal: Decimal | None, last_year: Decimal | None, parts: int
) -> SynchronisedOf:
    """What the synchronised dossiers are measured against: the greater of two counts; failing both, last
    year's count over `parts`, the number of such periods in a year (12 for a month, 4 for a quarter).
    """
    known = [figure for figure in (reported, on_portal) if figure is not None]
    if known:
        return SynchronisedOf(max(known), provisional=False)
    if last_year is None:
        return SynchronisedOf(None, provisional=False)
    return SynchronisedOf(divide(last_year, Decimal(parts)), provisional=True)


def _group(
    group: Group, figures: Mapping[str, Pair], not_applicable: Collection[str], digits: int
) -> GroupScore:
    lines = tuple(
        IndicatorScore(each, None, None, NotApplicable("Không áp dụng với đơn vị."))
        if each.id in not_applicable
        else _line(each, figures.get(each.id, NO_DATA), digits)
        for each in group.indicators
    )
    maximum = total_of(line.indicator.maximum for line in lines if line.points is not None)
    return GroupScore(group, _sum(line.points for line in lines), maximum, lines)


def _line(indicator: Indicator, given: Pair, digits: int) -> IndicatorScore:
    numerator, denominator = given
    fault = contradiction(indicator, numerator, denominator)
    outcome: Outcome
    if fault:
        outcome = Invalid(f"Số liệu mâu thuẫn: {fault}.")
    elif not indicator.is_scored:
        outcome = NotApplicable("Chỉ theo dõi, không tính điểm.")
    elif numerator is None or (denominator is None and not indicator.is_percent):
        outcome = Missing(f"Chưa có dữ liệu: {_absent(indicator, numerator, denominator)}.")
    else:
        outcome = _judge(indicator, numerator, HUNDRED if denominator is None else denominator, digits)
    return IndicatorScore(indicator, numerator, denominator, outcome)


def _absent(indicator: Indicator, numerator: Decimal | None, denominator: Decimal | None) -> str:
    named = ((indicator.numerator, numerator), (indicator.denominator, denominator))
    return ", ".join(label for label, figure in named if figure is None)


def _judge(indicator: Indicator, numerator: Decimal, denominator: Decimal, digits: int) -> Outcome:
    maximum = indicator.maximum
    if denominator == ZERO:
        return _nothing_arose(indicator, digits)
    # Of a ratio above the threshold nothing more is earned; exact, so that 0,7999… is not yet 0,8.
    most = multiply(denominator, indicator.full_at)
    counted = min(numerator, most)
    points = round_half_up(multiply(counted, maximum), most, digits)
    reached = ratio(numerator, denominator)
    if counted == most and (indicator.full_at < ONE or numerator > denominator):
        why = f"đạt từ {percent(indicator.full_at)}, đủ điểm"
    elif indicator.full_at < ONE:
        why = f"đủ {number(maximum)} điểm từ {percent(indicator.full_at)}"
    else:
        why = f"nhân {number(maximum)}"
    return Earned(points, f"{reached}, {why}: {shown(points, digits)} điểm.")


def _nothing_arose(indicator: Indicator, digits: int) -> Outcome:
    nothing = f"Không phát sinh ({indicator.denominator}: 0)"
    if indicator.when_zero is WhenZero.FULL:
        points = round_half_up(indicator.maximum, ONE, digits)
        return Earned(points, f"{nothing}: đủ {shown(points, digits)} điểm.")
    if indicator.when_zero is WhenZero.ZERO:
        return Earned(round_half_up(ZERO, ONE, digits), f"{nothing}: {shown(ZERO, digits)} điểm.")
    return NotApplicable(f"{nothing}: không có điểm.")


def _sum(points: Iterable[Decimal | None]) -> Decimal | None:
    """The sum of the points there are; None if there are none at all."""
    known = [each for each in points if each is not None]
    return total_of(known) if known else None


def _total_sentence(
    points: Decimal | None, maximum: Decimal, waiting: tuple[str, ...], label: str | None, digits: int
) -> str:
    lacking = f" Chưa có số liệu của {', '.join(waiting)}: tạm tính, chưa xếp loại." if waiting else ""
    if points is None:
        return f"Chưa có điểm.{lacking}"
    graded = f", {label}" if label else ""
    return f"{shown(points, digits)} trên {number(maximum)} điểm có thể đạt{graded}.{lacking}"


def shown(points: Decimal, digits: int) -> str:
    """Points with all their decimals, decimal comma: 17,60."""
    return format(round_half_up(points, ONE, digits), "f").replace(".", ",")

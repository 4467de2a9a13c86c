"""The nine indicators of TT 01/2018/TT-VPCP Art. 13–15: points of 0, 1 or 2 per dossier or agency, and what
becomes of them (dossiers.md 8).

An indicator is the points of its ballots over their number, rounded half up once. An indicator without
ballots leaves the points and the maximum; it is never 0. The satisfaction that a citizen states after a
transaction is another instrument and does not come in here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from openpar.engine.errors import EngineError
from openpar.engine.grading import Band, grade
from openpar.engine.numbers import ONE, ZERO, compare_ratio, multiply, settle, share, total_of
from openpar.engine.rates import round_half_up
from openpar.engine.wording import number

MOST, SOME, NONE = 2, 1, 0


class BadPoints(EngineError):
    """Points that no ballot or agency can have, or for an indicator that the scheme does not have."""


class Per(StrEnum):
    """Who or what is scored: every dossier, the agency once a period, or either."""

    DOSSIER = "dossier"
    AGENCY = "agency"
    EITHER = "either"


class Order(StrEnum):
    """The time taken against the rule."""

    SHORTER = "shorter"
    EQUAL = "equal"
    LONGER = "longer"


@dataclass(frozen=True, slots=True)
class SchemeIndicator:
    """One of the nine; `rule` names the function that gives its points."""

    id: str
    name: str
    per: Per
    rule: str


@dataclass(frozen=True, slots=True)
class Shares:
    """From which shares (0–1) the agency's indicators 5, 8 and 9 earn their points."""

    handled_by_level: Mapping[str, Decimal]
    received: Decimal
    feedback_full: Decimal
    feedback_part: Decimal
    online_procedures: Decimal
    online_dossiers_full: Decimal
    online_dossiers_part: Decimal


@dataclass(frozen=True, slots=True)
class SchemeScore:
    """A score of several indicators: of the official or of the agency. `bands` hold for the whole maximum."""

    id: str
    name: str
    indicators: tuple[str, ...]
    maximum: Decimal
    bands: tuple[Band, ...]


@dataclass(frozen=True, slots=True)
class Scheme:
    """One version, in force on the days [valid_from, valid_until): None is open. `most` points a ballot."""

    version: str
    title: str
    document: str
    valid_from: date
    valid_until: date | None
    digits: int
    most: int
    indicators: tuple[SchemeIndicator, ...]
    shares: Shares
    scores: tuple[SchemeScore, ...]


@dataclass(frozen=True, slots=True)
class IndicatorValue:
    """One indicator: its ballots, their points, and the rounded value; None without ballots."""

    indicator: SchemeIndicator
    ballots: int
    points: int
    value: Decimal | None


@dataclass(frozen=True, slots=True)
class ScoreFound:
    """A score: points of the indicators there are, their maximum, the class, and what is missing."""

    score: SchemeScore
    points: Decimal | None
    maximum: Decimal
    label: str | None
    missing: tuple[str, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All values and scores of one agency (or official) in one period."""

    values: tuple[IndicatorValue, ...]
    scores: tuple[ScoreFound, ...]


def evaluate(scheme: Scheme, ballots: Mapping[str, Sequence[int]]) -> Evaluation:
    """Values and scores from the points given, by indicator id; an agency's indicator has one entry.

    An id left out, or without entries, is missing. Raises BadPoints.
    """
    known = {each.id: each for each in scheme.indicators}
    for name, points in ballots.items():
        _check(scheme, known.get(name), name, points)
    values = tuple(_value(scheme, each, ballots.get(each.id, ())) for each in scheme.indicators)
    by_id = {each.indicator.id: each for each in values}
    return Evaluation(values, tuple(_score(scheme, score, by_id) for score in scheme.scores))


def _check(scheme: Scheme, indicator: SchemeIndicator | None, name: str, points: Sequence[int]) -> None:
    if indicator is None:
        raise BadPoints(f"Không có chỉ số “{name}”.")
    if any(not NONE <= each <= scheme.most for each in points):
        raise BadPoints(f"Chỉ số {name}: mỗi phiếu được từ 0 đến {scheme.most} điểm.")
    if indicator.per is Per.AGENCY and len(points) > 1:
        raise BadPoints(f"Chỉ số {name} chấm một lần cho cơ quan, không phải {len(points)} lần.")


def _value(scheme: Scheme, indicator: SchemeIndicator, points: Sequence[int]) -> IndicatorValue:
    total = sum(points)
    value = round_half_up(Decimal(total), Decimal(len(points)), scheme.digits) if points else None
    return IndicatorValue(indicator, len(points), total, value)


def _score(scheme: Scheme, score: SchemeScore, values: Mapping[str, IndicatorValue]) -> ScoreFound:
    found = [values[name].value for name in score.indicators]
    there = [value for value in found if value is not None]
    missing = tuple(name for name, value in zip(score.indicators, found, strict=True) if value is None)
    maximum = multiply(Decimal(scheme.most), Decimal(len(there)))
    if not there:
        return ScoreFound(score, None, ZERO, None, missing, f"{score.name}: chưa có phiếu nào.")
    points = total_of(there)
    # The same share of what is left, settled, so that 12,5 of 15 is exactly 15 of 18.
    label = grade(settle(share(points, maximum, score.maximum)), score.bands)
    lacking = f"; thiếu chỉ số {', '.join(missing)}, không tính vào điểm tối đa" if missing else ""
    sentence = f"{score.name}: {number(points)}/{number(maximum)} điểm{lacking}. {label or 'Chưa xếp loại'}."
    return ScoreFound(score, points, maximum, label, missing, sentence)


# The points of one ballot or agency


def points_of_time(order: Order) -> int:
    """Indicator 1: the whole time against the rule."""
    return {Order.SHORTER: MOST, Order.EQUAL: SOME, Order.LONGER: NONE}[order]


def points_of_bodies(orders: Iterable[Order]) -> int | None:
    """Indicator 2: the time of each body that took part; the worst of them counts. None without bodies."""
    return min((points_of_time(order) for order in orders), default=None)


def points_of_contacts(times: int) -> int:
    """Indicators 3 and 4: how often somebody had to come, how many bodies he had to see."""
    return max(MOST - times, NONE)


def points_of_publicity(*, is_posted: bool, is_electronic: bool) -> int:
    """Indicator 6: posted at the office, and on the electronic page."""
    return int(is_posted) + int(is_electronic)


def points_of_attitude(order: Order, *, has_complaint: bool) -> int:
    """Indicator 7: a complaint that was found right takes all; without one the time decides."""
    return NONE if has_complaint else points_of_time(order)


def points_of_organisation(
    shares: Shares, level: str, *, procedures: int, handled_there: int, to_receive: int, received_there: int
) -> int | None:
    """Indicator 5: the share of procedures handled wholly at the one-stop, else whether all that are not
    exempt are received there. None without procedures.

    `level` is one of the scheme's: ministry, province, district, commune. Raises BadPoints for another.
    """
    if level not in shares.handled_by_level:
        raise BadPoints(f"Không có cấp “{level}”; chọn một trong: {', '.join(shares.handled_by_level)}.")
    if not procedures:
        return None
    if _reaches(handled_there, procedures, shares.handled_by_level[level]):
        return MOST
    return SOME if to_receive and _reaches(received_there, to_receive, shares.received) else NONE


def points_of_feedback(shares: Shares, *, received: int, answered_on_time: int) -> int:
    """Indicator 8: petitions answered in time; with none received nothing was left unanswered."""
    if not received or _reaches(answered_on_time, received, shares.feedback_full):
        return MOST
    return SOME if _reaches(answered_on_time, received, shares.feedback_part) else NONE


def points_of_online(
    shares: Shares, *, procedures: int, online: int, dossiers: int, online_dossiers: int, late: int
) -> int | None:
    """Indicator 9: procedures online, dossiers filed online, none of them late. None without procedures or
    dossiers.
    """
    if not procedures or not dossiers:
        return None
    enough = _reaches(online, procedures, shares.online_procedures)
    if enough and not late and _reaches(online_dossiers, dossiers, shares.online_dossiers_full):
        return MOST
    return SOME if enough and _reaches(online_dossiers, dossiers, shares.online_dossiers_part) else NONE


def _reaches(part: int, whole: int, bound: Decimal) -> bool:
    """Is part / whole the bound or more? Exact; the whole is above 0. Raises BadPoints for a greater part."""
    if not ZERO <= Decimal(part) <= Decimal(whole):
        raise BadPoints(f"{part} trên {whole}: phần phải từ 0 đến {whole}.")
    return compare_ratio(Decimal(part), Decimal(whole), min(bound, ONE)) >= 0

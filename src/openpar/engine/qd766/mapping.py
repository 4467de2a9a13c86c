"""A set of indicators as it stands in data/indicators: read with every problem at once, nothing guessed."""

from collections.abc import Mapping
from decimal import Decimal

from openpar.engine.errors import InvalidSet, SetProblem
from openpar.engine.grading import Band
from openpar.engine.numbers import ONE, ZERO, is_whole
from openpar.engine.parameters import Parameters
from openpar.engine.qd766.indicators import Group, Indicator, IndicatorSet, WhenZero, check

_MOST_PLACES = 6
CERTAINTIES = ("V", "S", "R")


def indicator_set_from_mapping(mapping: Mapping[str, object]) -> IndicatorSet:
    """The set that a mapping describes, numbers and days as text. Raises InvalidSet with every problem."""
    problems: list[SetProblem] = []
    given = Parameters(mapping, "", problems, "FORMAT")
    # What the head of the file says for people only.
    given.text("bands_certainty")
    found = IndicatorSet(
        name=given.text("set", None),
        version=given.text("version", None),
        title=given.text("title", None),
        document=given.text("document", None),
        source=given.text("source", None),
        valid_from=given.day("valid_from"),
        valid_until=given.optional_day("valid_until"),
        maximum=given.number("total_max"),
        digits=_digits(given),
        tolerance=given.number("tolerance", ZERO),
        bands=_bands(given),
        groups=tuple(_group(row) for row in given.rows("groups")),
    )
    given.finish()
    if not problems:
        problems += check(found)
    if problems:
        raise InvalidSet(tuple(problems))
    return found


def _group(given: Parameters) -> Group:
    name = given.where = given.text("id", None)
    group = Group(
        id=name,
        name=given.text("name", None),
        maximum=given.number("max"),
        indicators=tuple(_indicator(row) for row in given.rows("indicators")),
        official_group=given.text("official_group"),
    )
    given.finish()
    return group


def _indicator(given: Parameters) -> Indicator:
    name = given.where = given.text("id", None)
    full_at = given.number("full_at", ONE)
    if not ZERO < full_at <= ONE:
        given.fault("“full_at” ngoài khoảng (0, 1].", "Ghi tỷ lệ đạt đủ điểm, ví dụ 0.80.")
    indicator = Indicator(
        id=name,
        name=given.text("name", None),
        maximum=_maximum(given),
        numerator=given.text("numerator", None),
        denominator=given.text("denominator", None),
        full_at=full_at,
        when_zero=WhenZero(given.one_of("zero_denominator", [each.value for each in WhenZero], "blank")),
        numerator_may_exceed=given.flag("numerator_may_exceed", default=False),
        is_percent=given.flag("percent", default=False),
        certainty=given.one_of("certainty", CERTAINTIES, None),
        note=given.text("note"),
    )
    given.finish()
    return indicator


def _maximum(given: Parameters) -> Decimal:
    maximum = given.number("max")
    if maximum < ZERO:
        given.fault("“max” âm.", "Ghi 0 nếu chỉ theo dõi.")
    return maximum


def _digits(given: Parameters) -> int:
    stated = given.found.get("rounding")
    if not given.has("rounding") or not isinstance(stated, Mapping):
        given.fault("Thiếu “rounding”.", "Ghi {digits: 2, mode: half_up}.")
        return 0
    rounding = Parameters(stated, "rounding", given.problems, "SETTING")
    rounding.one_of("mode", ("half_up",), None)
    digits = rounding.number("digits")
    rounding.finish()
    if not is_whole(digits) or not ZERO <= digits <= _MOST_PLACES:
        rounding.fault("“digits” không phải số chữ số thập phân.", f"Ghi một số từ 0 đến {_MOST_PLACES}.")
        return 0
    return int(digits)


def _bands(given: Parameters) -> tuple[Band, ...]:
    bands = []
    for row in given.rows("bands"):
        bands.append(Band(row.text("name", None), row.interval()))
        row.finish()
    return tuple(bands)

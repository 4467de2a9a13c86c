"""Lines of a statistical appendix and how they are put together (governance.md 5.2). Pure.

A figure of None is not known, which is not 0. Over agencies counts and stocks are added, ratios are computed
from the added numerators and denominators and never averaged, codes are counted and judged at the end: so it
does not matter in which groups a province is put together. Over periods a stock is its latest value.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as made
from decimal import Decimal
from enum import StrEnum

from openpar.engine.errors import EngineError
from openpar.engine.numbers import HUNDRED, ZERO, multiply, total_of
from openpar.engine.rates import PERCENT_DIGITS, round_half_up


class BadLine(EngineError):
    """A line that cannot be: a ratio without its parts, a code without meanings, an unknown line."""


class Kind(StrEnum):
    """INT, STOCK: one number. PAIR, RATIO: two. CODE: one of the meanings of the line."""

    INT = "int"
    PAIR = "pair"
    RATIO = "ratio"
    CODE = "code"
    STOCK = "stock"


class OverTime(StrEnum):
    """How the values of several periods become one."""

    SUM = "sum"
    LATEST = "latest"
    ANY = "any"
    MODE = "mode"


class OverAgencies(StrEnum):
    """How the values of several agencies become one; OWN: not at all (the same procedure in many places)."""

    SUM = "sum"
    ANY = "any"
    MODE = "mode"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an appendix. `parts` names the two figures of a pair or ratio, `ratio_of` the lines that a
    ratio is computed from (it has no figures of its own then), `meanings` what each code stands for.
    """

    code: str
    field: str
    name: str
    kind: Kind
    over_time: OverTime
    over_agencies: OverAgencies
    parts: tuple[str, ...] = ()
    ratio_of: tuple[str, ...] = ()
    meanings: Mapping[int, str] = made(default_factory=dict)
    # Who reports it: kinds of reporters of the calendar.
    of: frozenset[str] = frozenset()
    unit: str = ""
    certainty: str = "R"

    def __post_init__(self) -> None:
        wanted = 2 if self.kind in (Kind.PAIR, Kind.RATIO) else 0
        if self.ratio_of:
            if self.kind is not Kind.RATIO or len(self.ratio_of) != 2:
                raise BadLine(f"Dòng {self.code}: tỷ lệ tính từ hai dòng khác.")
        elif len(self.parts) != wanted:
            raise BadLine(f"Dòng {self.code}: cần tên của {wanted} số, có {len(self.parts)}.")
        if (self.kind is Kind.CODE) != bool(self.meanings):
            raise BadLine(f"Dòng {self.code}: chỉ dòng mã có danh sách mã, và phải có.")

    @property
    def is_derived(self) -> bool:
        """Is it computed from other lines, so that nobody enters it?"""
        return bool(self.ratio_of)

    @property
    def cells(self) -> int:
        """How many figures are entered in it."""
        return 0 if self.is_derived else 2 if self.kind in (Kind.PAIR, Kind.RATIO) else 1


@dataclass(frozen=True, slots=True)
class Value:
    """The figures of a line: one number or code, or two parts. None is not known."""

    first: Decimal | None = None
    second: Decimal | None = None

    @property
    def is_blank(self) -> bool:
        return self.first is None and self.second is None


BLANK = Value()


@dataclass(frozen=True, slots=True)
class Put:
    """A line put together over some agencies: sums, how often each code was given, who is missing in it.

    Two of them are put together into one, in whatever order and groups, with the same end.
    """

    first: Decimal | None = None
    second: Decimal | None = None
    codes: tuple[tuple[int, int], ...] = ()
    known: int = 0
    missing: tuple[str, ...] = ()


def is_complete(line: Line, value: Value) -> bool:
    """Are all figures of the line there?"""
    if line.kind in (Kind.PAIR, Kind.RATIO):
        return value.first is not None and value.second is not None
    return value.first is not None


def own_value(line: Line, values: Mapping[str, Value]) -> Value:
    """The value of a line among the values of one reporter; a derived ratio from the lines it names."""
    if not line.is_derived:
        return values.get(line.code, BLANK)
    top, bottom = (values.get(code, BLANK).first for code in line.ratio_of)
    return Value(top, bottom)


def leaf(line: Line, name: str, value: Value) -> Put:
    """What one reporter adds to a line. Half a ratio is none: it would bend the ratio of all."""
    if not is_complete(line, value):
        kept = value if line.kind is Kind.PAIR else BLANK
        return Put(kept.first, kept.second, missing=(name,))
    if line.kind is Kind.CODE:
        return Put(codes=((_code(value), 1),), known=1)
    return Put(value.first, value.second, known=1)


def together(puts: Iterable[Put]) -> Put:
    """Several parts as one; nothing of nobody for none."""
    parts = tuple(puts)
    counted: Counter[int] = Counter()
    for part in parts:
        counted.update(dict(part.codes))
    return Put(
        first=_sum(part.first for part in parts),
        second=_sum(part.second for part in parts),
        codes=tuple(sorted(counted.items())),
        known=sum(part.known for part in parts),
        missing=tuple(sorted(name for part in parts for name in part.missing)),
    )


def shown(line: Line, put: Put) -> Value:
    """What a line says of all that were put together; blank where nothing is known, or is not added up."""
    if line.over_agencies is OverAgencies.OWN:
        return BLANK
    if line.kind is not Kind.CODE:
        return Value(put.first, put.second)
    return _judged(line.over_agencies is OverAgencies.ANY, put.codes)


def over_agencies(line: Line, reporters: Mapping[str, Mapping[str, Value]]) -> Put:
    """A line over reporters by name."""
    return together(leaf(line, name, own_value(line, values)) for name, values in reporters.items())


def over_time(line: Line, values: Sequence[Value]) -> Value:
    """A line over periods that follow one another without a gap, in their order. Raises ValueError for none.

    A flow that is blank in one period is not known for the whole; a stock is the last that is known.
    """
    if not values:
        raise ValueError("no periods to put together")
    if line.over_time is OverTime.LATEST:
        return next((value for value in reversed(values) if is_complete(line, value)), BLANK)
    if not all(is_complete(line, value) for value in values):
        return BLANK
    if line.kind is Kind.CODE:
        counted = Counter(_code(value) for value in values)
        return _judged(line.over_time is OverTime.ANY, tuple(sorted(counted.items())))
    return Value(_sum(value.first for value in values), _sum(value.second for value in values))


def percent(value: Value, digits: int = PERCENT_DIGITS) -> Decimal | None:
    """The ratio of the two figures in per cent, rounded half up once; None without figures or over 0."""
    if value.first is None or not value.second:
        return None
    return round_half_up(multiply(value.first, HUNDRED), value.second, digits)


def is_tied(put: Put) -> bool:
    """Are several codes equally frequent, so that the most frequent is none?"""
    counts = [count for _code_, count in put.codes]
    return bool(counts) and counts.count(max(counts)) > 1


def _judged(is_any: bool, codes: Sequence[tuple[int, int]]) -> Value:
    """ANY: the highest code that anybody gave. MODE: the most frequent, of several the lowest."""
    if not codes:
        return BLANK
    if is_any:
        return Value(Decimal(max(code for code, _count in codes)))
    most = max(count for _code_, count in codes)
    return Value(Decimal(min(code for code, count in codes if count == most)))


def _code(value: Value) -> int:
    assert value.first is not None
    return int(value.first)


def _sum(figures: Iterable[Decimal | None]) -> Decimal | None:
    known = [figure for figure in figures if figure is not None]
    return total_of(known) if known else None


def negative(value: Value) -> bool:
    """Is one of the figures below 0? None of an appendix may be."""
    return any(figure is not None and figure < ZERO for figure in (value.first, value.second))

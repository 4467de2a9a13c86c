"""Identities that counts of dossiers must satisfy, the gap where they do not, and how it is likeliest read
(dossiers.md 6.2, 6.3).

A count that is blank is not 0: an identity with a blank count is neither kept nor broken. A column that a
table does not have at all leaves out the identities that need it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from openpar.engine.errors import EngineError

Counts = Mapping[str, int | None]
ACROSS_PERIODS, ACROSS_ROWS, CUMULATIVE = "E5", "E6", "E7"
_MOST_NAMED = 3


class ColumnKind(StrEnum):
    """How a count behaves over several periods."""

    OPENING = "opening"
    FLOW = "flow"
    CLOSING = "closing"
    WHOLE = "whole"


class UnknownCount(EngineError):
    """A count that the identities do not know."""


@dataclass(frozen=True, slots=True)
class CountColumn:
    """A count, and what it is called."""

    name: str
    label: str
    kind: ColumnKind


@dataclass(frozen=True, slots=True)
class GapReading:
    """“The gap is exactly this”: counts with the sign +1 or -1, and what that would mean."""

    gap_is: tuple[tuple[str, int], ...]
    text: str

    def value(self, counts: Counts) -> int | None:
        """The gap that would be read so; None if a count is not there, blank, or all are 0."""
        values = [counts.get(name) for name, _sign in self.gap_is]
        known = [value for value in values if value is not None]
        if len(known) < len(values) or not any(known):
            return None
        return sum(sign * value for value, (_name, sign) in zip(known, self.gap_is, strict=True))


@dataclass(frozen=True, slots=True)
class Identity:
    """sum of `whole` = sum of `parts` + those of `if_there` that have a column.

    `remainder`: a part that, without a column, is whatever is left: then only a negative rest is a gap.
    `hint` is added to a gap that no reading explains, unless the column `hint_unless` is there.
    """

    id: str
    title: str
    whole: tuple[str, ...]
    parts: tuple[str, ...]
    if_there: tuple[str, ...] = ()
    remainder: str = ""
    readings: tuple[GapReading, ...] = ()
    hint: str = ""
    hint_unless: str = ""


@dataclass(frozen=True, slots=True)
class Identities:
    """One dated version of the columns and what must hold between them."""

    version: str
    source: str
    columns: tuple[CountColumn, ...]
    identities: tuple[Identity, ...]

    def label(self, name: str) -> str:
        """What a count is called. Raises UnknownCount."""
        return self.column(name).label

    def column(self, name: str) -> CountColumn:
        """The column of a count. Raises UnknownCount."""
        for column in self.columns:
            if column.name == name:
                return column
        raise UnknownCount(f"Không có số đếm “{name}”.")


@dataclass(frozen=True, slots=True)
class Tried:
    """A reading that was tried, and the gap that it would leave."""

    text: str
    gap: int


@dataclass(frozen=True, slots=True)
class Finding:
    """One identity looked at: `holds` and `gap` are None where a blank count leaves it open.

    `equation` shows the figures, `reading` the likeliest way to read the gap, `others` the further ones that
    give exactly the gap, `tried` those that do not, with what they would leave.
    """

    identity: str
    holds: bool | None
    gap: int | None
    equation: str
    reading: str
    others: tuple[str, ...] = ()
    tried: tuple[Tried, ...] = ()


def check_row(identities: Identities, counts: Counts) -> tuple[Finding, ...]:
    """Every identity whose columns are there, for the counts of one unit and period. Raises UnknownCount."""
    for name in counts:
        identities.column(name)
    return tuple(
        _look_at(identities, identity, counts)
        for identity in identities.identities
        if all(name in counts for name in (*identity.whole, *identity.parts))
    )


def check_total(identities: Identities, rows: Mapping[str, Counts], total: Counts) -> tuple[Finding, ...]:
    """E6: the total row against the sum of the rows, column by column."""
    return tuple(
        _compare_total(identities.column(name), {unit: row.get(name) for unit, row in rows.items()}, value)
        for name, value in total.items()
    )


def check_following(identities: Identities, before: Counts, after: Counts) -> Finding:
    """E5: what was carried over is what was in process at the end of the period before."""
    opening, closing = after.get("carried_over"), before.get("in_process")
    left, right = identities.label("carried_over"), identities.label("in_process")
    if opening is None or closing is None:
        return _open(
            ACROSS_PERIODS, [name for name, value in ((left, opening), (right, closing)) if value is None]
        )
    gap = opening - closing
    equation = f"{opening} {left} {_sign(gap)} {closing} {right} cuối kỳ trước"
    return Finding(ACROSS_PERIODS, gap == 0, gap, equation, _unexplained(gap) if gap else "")


def cumulative(identities: Identities, periods: Sequence[Counts]) -> dict[str, int | None]:
    """E7: the counts of several periods in a row as one. Nothing that was carried over is added twice.

    A count that is blank in a period it is needed from stays blank. Raises ValueError for no period.
    """
    if not periods:
        raise ValueError("no periods to put together")
    names = [column for column in identities.columns if all(column.name in period for period in periods)]
    found = {column.name: _over(column.kind, column.name, periods) for column in names}
    if "received" in found:
        found["received"] = _received_over(periods)
    return found


def check_year(identities: Identities, periods: Sequence[Counts], year: Counts) -> tuple[Finding, ...]:
    """E7: a cumulative row against its periods, count by count."""
    expected = cumulative(identities, periods)
    findings = []
    for name, value in year.items():
        if name not in expected:
            continue
        label, wanted = identities.label(name), expected[name]
        if value is None or wanted is None:
            findings.append(_open(CUMULATIVE, [label]))
            continue
        gap = value - wanted
        added = _plain_sum(name, periods)
        doubled = gap != 0 and value == added and identities.column(name).kind is not ColumnKind.FLOW
        reading = f"{_capital(label)} bị cộng dồn qua các kỳ: kỳ trước chuyển sang tính nhiều lần"
        equation = f"{label}: lũy kế {value} {_sign(gap)} {wanted} từ các kỳ"
        findings.append(
            Finding(
                CUMULATIVE,
                gap == 0,
                gap,
                equation,
                "" if not gap else reading if doubled else _unexplained(gap),
            )
        )
    return tuple(findings)


def _look_at(identities: Identities, identity: Identity, counts: Counts) -> Finding:
    parts = (*identity.parts, *(name for name in identity.if_there if name in counts))
    blank = [identities.label(name) for name in (*identity.whole, *parts) if counts[name] is None]
    if blank:
        return _open(identity.id, blank)
    whole, rest = _known(counts, identity.whole), _known(counts, parts)
    gap = sum(whole) - sum(rest)
    if identity.remainder and identity.remainder not in counts:
        gap = min(gap, 0)
        sign = "≥" if gap == 0 else "<"
    else:
        sign = _sign(gap)
    left = _terms(identities, identity.whole, whole)
    right = _terms(identities, parts, rest)
    equation = f"{left} {sign} {right}" + (f" = {sum(rest)}" if len(rest) > 1 else "")
    if gap == 0:
        return Finding(identity.id, True, 0, equation, "")
    return _read(identity, counts, gap, equation)


def _read(identity: Identity, counts: Counts, gap: int, equation: str) -> Finding:
    fitting, tried = [], []
    for reading in identity.readings:
        value = reading.value(counts)
        if value == gap:
            fitting.append(reading.text)
        elif value is not None:
            tried.append(Tried(reading.text, gap - value))
    if fitting:
        return Finding(identity.id, False, gap, equation, fitting[0], tuple(fitting[1:]), tuple(tried))
    hint = identity.hint if gap > 0 and identity.hint_unless not in counts else ""
    return Finding(identity.id, False, gap, equation, _unexplained(gap, hint), (), tuple(tried))


def _compare_total(column: CountColumn, values: Mapping[str, int | None], total: int | None) -> Finding:
    identity = f"{ACROSS_ROWS} {column.name}"
    blank = [unit for unit, value in values.items() if value is None]
    if total is None or blank:
        return _open(identity, ["dòng tổng"] if total is None else blank[:_MOST_NAMED])
    known = {unit: value for unit, value in values.items() if value}
    added = sum(known.values())
    gap = total - added
    equation = f"{total} {column.label} ở dòng tổng {_sign(gap)} {added} cộng các dòng"
    if gap == 0:
        return Finding(identity, True, 0, equation, "")
    same = [unit for unit, value in known.items() if value == max(gap, -gap)][:_MOST_NAMED]
    if not same:
        return Finding(identity, False, gap, equation, _unexplained(gap))
    what = "cộng hai lần" if gap > 0 else "bỏ sót"
    return Finding(
        identity, False, gap, equation, f"Dòng tổng {what} {' hoặc '.join(f'“{unit}”' for unit in same)}"
    )


def _open(identity: str, blank: Sequence[str]) -> Finding:
    return Finding(identity, None, None, "", f"Không kiểm tra được: để trống {', '.join(blank)}")


def _unexplained(gap: int, hint: str = "") -> str:
    if gap > 0:
        return f"{gap} hồ sơ chưa rõ" + (f": {hint}" if hint else "")
    return f"{-gap} hồ sơ tính thừa, chưa rõ ở đâu"


def _over(kind: ColumnKind, name: str, periods: Sequence[Counts]) -> int | None:
    if kind is ColumnKind.OPENING:
        return periods[0][name]
    if kind is ColumnKind.CLOSING:
        return periods[-1][name]
    return _plain_sum(name, periods)


def _received_over(periods: Sequence[Counts]) -> int | None:
    """What the first period received in all, and of the later ones only what was new."""
    total = periods[0]["received"]
    for period in periods[1:]:
        new, opening, received = period.get("received_new"), period.get("carried_over"), period["received"]
        if new is None and received is not None and opening is not None:
            new = received - opening
        if total is None or new is None:
            return None
        total += new
    return total


def _plain_sum(name: str, periods: Sequence[Counts]) -> int | None:
    values = [period[name] for period in periods]
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


def _known(counts: Counts, names: Sequence[str]) -> list[int]:
    return [value for name in names if (value := counts[name]) is not None]


def _terms(identities: Identities, names: Sequence[str], values: Sequence[int]) -> str:
    return " + ".join(f"{value} {identities.label(name)}" for name, value in zip(names, values, strict=True))


def _sign(gap: int) -> str:
    return "≠" if gap else "="


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]

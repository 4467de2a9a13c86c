"""Figures of reports in words: “675”, “30/50 (60 %)”, “có”; a figure that is not known is “—”, not 0."""

from __future__ import annotations

from decimal import Decimal

from openpar.common.formats import MINUS, format_decimal
from openpar.engine.report_lines import Kind, Line, Put, Value, percent

UNKNOWN = "—"


def figure_words(figure: Decimal | None) -> str:
    """One figure."""
    return UNKNOWN if figure is None else format_decimal(figure, trim=True)


def value_words(line: Line, value: Value) -> str:
    """The figures of a line, as a table prints them."""
    if value.is_blank:
        return UNKNOWN
    if line.kind is Kind.CODE:
        return code_words(line, value)
    if line.kind is Kind.RATIO:
        rate = percent(value)
        ratio = f"{figure_words(value.first)}/{figure_words(value.second)}"
        return f"{ratio} ({format_decimal(rate, trim=True)} %)" if rate is not None else ratio
    if line.kind is Kind.PAIR:
        return f"{figure_words(value.first)} / {figure_words(value.second)}"
    return figure_words(value.first)


def code_words(line: Line, value: Value) -> str:
    """The code with its meaning: “2 (kết hợp)”."""
    if value.first is None:
        return UNKNOWN
    code = int(value.first)
    return f"{code} ({line.meanings[code]})" if code in line.meanings else str(code)


def tally_words(line: Line, put: Put) -> str:
    """How many gave each code: “có: 3; không: 5”."""
    return "; ".join(f"{line.meanings.get(code, str(code))}: {count}" for code, count in put.codes)


def parts_words(line: Line) -> str:
    """What the two figures are: “phải xử lý / đã xử lý”."""
    return " / ".join(line.parts)


def difference(line: Line, value: Value, before: Value | None) -> Decimal | None:
    """How much more than before: of a ratio in percentage points, of others in their first figure."""
    if before is None or line.kind is Kind.CODE:
        return None
    if line.kind is Kind.RATIO:
        now, then = percent(value), percent(before)
    else:
        now, then = value.first, before.first
    return None if now is None or then is None else now - then


def signed_words(more: Decimal) -> str:
    """A difference with its sign: “+12”, “−3,5”, “0”."""
    sign = "+" if more > 0 else MINUS if more < 0 else ""
    return f"{sign}{format_decimal(abs(more), trim=True)}"


def line_words(line: Line) -> str:
    """What the figures of a line are: the two parts, the meanings of codes, the unit."""
    if line.kind is Kind.CODE:
        return "; ".join(f"{code}: {said}" for code, said in line.meanings.items())
    parts = parts_words(line)
    return f"{parts} ({line.unit})" if line.unit and parts else parts or line.unit

"""A rule's parameters as the flat values of a form, and back; all that does not fit is named at once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from openpar.common.errors import Gap
from openpar.common.formats import DateNotUnderstood, NumberNotUnderstood, parse_date, parse_decimal
from openpar.engine.numbers import HUNDRED, divide, multiply, plain
from openpar.web.criteria.rule_forms import BY_TYPE, LOWER, UPPER, Field, Rows

PREFIX = "rule_"
_SPARE_ROWS = 2
_MOST_ROWS = 60
_LOWER = frozenset({"gt", "ge", "eq"})
_UPPER = frozenset({"lt", "le"})
Values = Mapping[str, str]


# ---- from a rule to what stands in the form ----


def values_of_rule(rule: Mapping[str, Any]) -> dict[str, str]:
    """The flat values of a stored rule (in its full form, as `Rule.as_mapping` writes it)."""
    form = BY_TYPE.get(str(rule.get("type")))
    values: dict[str, str] = {}
    for part in form.parts if form else ():
        found = rule.get(part.name)
        if isinstance(part, Rows):
            for place, row in enumerate(rows_as_mappings(found)):
                values |= _values_of_row(part, f"{PREFIX}{part.name}-{place}-", row)
        elif found is not None:
            values[PREFIX + part.name] = shown_value(part, found)
    return values


def rows_as_mappings(found: Any) -> list[Mapping[str, Any]]:
    """Rows of parameters; a single number per violation stands for one unnamed kind."""
    if isinstance(found, str | int | Decimal):
        return [{"label": "vi phạm", "points": found}]
    return [row for row in found if isinstance(row, Mapping)] if isinstance(found, Sequence) else []


def _values_of_row(part: Rows, start: str, row: Mapping[str, Any]) -> dict[str, str]:
    values = {
        start + column.name: shown_value(column, row[column.name])
        for column in part.columns
        if row.get(column.name) is not None
    }
    if part.has_bounds:
        values |= values_of_bounds(start, row, percent=part.limit == "percent")
    return values


def values_of_bounds(start: str, row: Mapping[str, Any], *, percent: bool) -> dict[str, str]:
    """The bounds of a row: which kind, and the number."""
    bounds = {
        name: Decimal(str(row[name])) for name in ("gt", "ge", "lt", "le", "eq") if row.get(name) is not None
    }
    if "ge" in bounds and bounds.get("ge") == bounds.get("le"):
        bounds = {"eq": bounds["ge"]}
    values: dict[str, str] = {}
    for name, number in bounds.items():
        side = "low" if name in _LOWER else "high"
        values[f"{start}{side}_kind"] = name
        values[f"{start}{side}"] = number_text(multiply(number, HUNDRED) if percent else number)
    return values


def shown_value(field: Field, value: Any) -> str:
    """A stored parameter as it is typed."""
    if field.kind == "flag":
        return "on" if str(value).lower() in {"true", "yes"} else ""
    if field.kind == "percent":
        return number_text(multiply(Decimal(str(value)), HUNDRED))
    if field.kind == "number":
        return number_text(Decimal(str(value)))
    if field.kind == "day":
        return _shown_day(str(value))
    return str(value)


def number_text(number: Decimal) -> str:
    """As it is typed, in one reading only: 1,125 would be questioned, 1,1250 is not."""
    text = plain(number).replace(".", ",")
    return f"{text}0" if len(text.partition(",")[2]) == 3 else text


def _shown_day(until: str) -> str:
    if re.fullmatch(r"\d{1,2}", until):
        return _("tháng %s") % until
    if found := re.fullmatch(r"(\d{1,2})-(\d{1,2})", until):
        return f"{int(found[2]):02}/{int(found[1]):02}"
    if found := re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", until):
        return f"{found[3]}/{found[2]}/{found[1]}"
    return until


# ---- from what was typed to a rule ----


class RuleReader:
    """Reads typed values and keeps what is wrong with them."""

    def __init__(self, values: Values) -> None:
        self.values = values
        self.gaps: list[Gap] = []

    def fault(self, where: str, what: str, link: str) -> None:
        """Notes one thing that does not fit."""
        self.gaps.append(Gap(where, what, link=link))

    def text(self, key: str) -> str:
        """What was typed, without spaces around it."""
        return self.values.get(key, "").strip()

    def value(self, field: Field, key: str, where: str) -> Any:
        """The parameter, None if nothing was typed (a missing required one is noted)."""
        text = self.text(key)
        if field.kind == "flag":
            return True if text else None
        if not text:
            if field.is_required and not field.default:
                self.gaps.append(Gap(where, _("chưa nhập."), link=f"#{key}"))
            return field.default or None
        if field.kind in ("number", "percent"):
            return self.number(key, where, percent=field.kind == "percent")
        if field.kind == "day":
            return self._day(text, key, where)
        return text

    def number(self, key: str, where: str, *, percent: bool) -> str | None:
        """The typed number in the engine's notation; a percentage becomes a share of 1."""
        try:
            number = parse_decimal(self.text(key).removesuffix("%"), where=where)
        except NumberNotUnderstood as error:
            self.gaps += [Gap(gap.where, gap.what, gap.remedy, gap.code, f"#{key}") for gap in error.gaps]
            return None
        return str(plain(divide(number, HUNDRED) if percent else number))

    def bounds(self, start: str, where: str, *, percent: bool) -> dict[str, str]:
        """The stated bounds of a row; a kind without number, or a number without kind, is noted."""
        found: dict[str, str] = {}
        for side, known in (("low", _LOWER), ("high", _UPPER)):
            kind, text = self.text(f"{start}{side}_kind"), self.text(f"{start}{side}")
            if not kind and not text:
                continue
            if kind not in known or not text:
                what = _("chưa chọn trên, từ, dưới hay đến.") if text else _("chưa ghi số của giới hạn.")
                self.gaps.append(Gap(where, what, link=f"#{start}{side}"))
                continue
            number = self.number(f"{start}{side}", where, percent=percent)
            if number is not None:
                found[kind] = number
        return found

    def _day(self, text: str, key: str, where: str) -> str | None:
        if found := re.fullmatch(r"(?:tháng\s*)?(\d{1,2})", text, re.IGNORECASE):
            return found[1]
        if found := re.fullmatch(r"(\d{1,2})/(\d{1,2})", text):
            return f"{int(found[2]):02}-{int(found[1]):02}"
        try:
            return parse_date(text, where=where).isoformat()
        except DateNotUnderstood as error:
            self.gaps += [Gap(gap.where, gap.what, gap.remedy, gap.code, f"#{key}") for gap in error.gaps]
            return None


def rule_of_values(kind: str, values: Values, *, year: int) -> tuple[dict[str, Any], tuple[Gap, ...]]:
    """The rule that was typed, as the engine reads it, and everything that could not be read."""
    form = BY_TYPE.get(kind)
    if form is None:
        return {"type": "unstated"}, (Gap(_("Loại quy tắc"), _("chưa chọn."), link="#rule_type"),)
    reader = RuleReader(values)
    rule: dict[str, Any] = {"type": kind}
    for part in form.parts:
        if isinstance(part, Rows):
            rows = _rows(reader, part)
            if rows or part.is_required:
                rule[part.name] = rows
            if part.is_required and not rows:
                reader.gaps.append(Gap(str(part.label), _("chưa có dòng nào."), link=f"#{PREFIX}{part.name}"))
        elif (value := reader.value(part, PREFIX + part.name, str(part.label))) is not None:
            rule[part.name] = value
    if kind == "deadline":
        rule["year"] = str(year)
    return rule, tuple(reader.gaps)


def _rows(reader: RuleReader, part: Rows) -> list[dict[str, Any]]:
    rows = []
    for place in range(row_count(part, reader.values)):
        start = f"{PREFIX}{part.name}-{place}-"
        if _is_blank(part, start, reader.values):
            continue
        where = _("%(part)s, dòng %(place)d") % {"part": part.label, "place": place + 1}
        row: dict[str, Any] = {}
        if part.has_bounds:
            row |= reader.bounds(start, where, percent=part.limit == "percent")
        for column in part.columns:
            value = reader.value(column, start + column.name, f"{where}, {column.label}")
            if value is not None:
                row[column.name] = value
        rows.append(row)
    return rows


def _is_blank(part: Rows, start: str, values: Values) -> bool:
    """Nothing was typed in the row; lists that always have a value do not count."""
    names = [column.name for column in part.columns if column.kind not in ("choice", "flag")]
    names += ["low", "high"] if part.has_bounds else []
    return not any(values.get(start + name, "").strip() for name in names)


def row_count(part: Rows, values: Values) -> int:
    """How many rows were sent, empty ones included."""
    pattern = re.compile(rf"{PREFIX}{re.escape(part.name)}-(\d{{1,3}})-")
    places = [int(found[1]) for key in values if (found := pattern.match(key))]
    return min(max(places, default=-1) + 1, _MOST_ROWS)


# ---- what the template draws ----


@dataclass(frozen=True)
class ShownField:
    """One field ready to be drawn."""

    key: str
    label: str
    kind: str
    value: str
    options: tuple[tuple[str, str], ...]
    hint: str
    is_required: bool


@dataclass(frozen=True)
class ShownBounds:
    """The four fields of a row's bounds."""

    low_kind: ShownField
    low: ShownField
    high_kind: ShownField
    high: ShownField


@dataclass(frozen=True)
class ShownRow:
    """One row of a list: bounds if it has any, then its columns."""

    bounds: ShownBounds | None
    cells: tuple[ShownField, ...]


@dataclass(frozen=True)
class ShownRows:
    """A list with some spare rows; `headings` without those of the bounds."""

    key: str
    label: str
    headings: tuple[str, ...]
    has_bounds: bool
    rows: tuple[ShownRow, ...]
    # How many rows stand above these.
    first: int = 0


def shown_parts(kind: str, values: Values, *, more: int = 0) -> tuple[ShownField | ShownRows, ...]:
    """The form of a rule type filled with values; `more` adds spare rows to every list."""
    form = BY_TYPE.get(kind)
    return tuple(
        _shown_rows(part, values, more)
        if isinstance(part, Rows)
        else _shown(part, PREFIX + part.name, values)
        for part in (form.parts if form else ())
    )


def _shown(field: Field, key: str, values: Values) -> ShownField:
    return ShownField(
        key=key,
        label=str(field.label),
        kind=field.kind,
        value=values.get(key, field.default),
        options=tuple((value, str(label)) for value, label in field.options),
        hint=str(field.hint),
        is_required=field.is_required,
    )


def _shown_rows(part: Rows, values: Values, more: int) -> ShownRows:
    filled = [
        place
        for place in range(row_count(part, values))
        if not _is_blank(part, f"{PREFIX}{part.name}-{place}-", values)
    ]
    count = min((filled[-1] + 1 if filled else 0) + _SPARE_ROWS + more, _MOST_ROWS)
    return _rows_at(part, values, range(count))


def spare_rows(kind: str, values: Values, *, more: int) -> tuple[ShownRows, ...]:
    """Empty rows alone, `more` for every list of a rule type, numbered on from those that were sent."""
    form = BY_TYPE.get(kind)
    found = []
    for part in form.parts if form else ():
        if isinstance(part, Rows):
            first = row_count(part, values)
            found.append(_rows_at(part, {}, range(first, min(first + more, _MOST_ROWS))))
    return tuple(found)


def _rows_at(part: Rows, values: Values, places: range) -> ShownRows:
    rows = []
    for place in places:
        start = f"{PREFIX}{part.name}-{place}-"
        cells = tuple(_shown(column, start + column.name, values) for column in part.columns)
        rows.append(ShownRow(shown_bounds(start, values) if part.has_bounds else None, cells))
    headings = tuple(str(column.label) for column in part.columns)
    return ShownRows(
        PREFIX + part.name, str(part.label), headings, part.has_bounds, tuple(rows), first=places.start
    )


def shown_bounds(start: str, values: Values) -> ShownBounds:
    """The fields of the bounds of one row."""
    lower = Field("low_kind", _("Cận dưới"), "choice", LOWER)
    upper = Field("high_kind", _("Cận trên"), "choice", UPPER)
    return ShownBounds(
        low_kind=_shown(lower, f"{start}low_kind", values),
        low=_shown(Field("low", _("Số của cận dưới"), "number"), f"{start}low", values),
        high_kind=_shown(upper, f"{start}high_kind", values),
        high=_shown(Field("high", _("Số của cận trên"), "number"), f"{start}high", values),
    )

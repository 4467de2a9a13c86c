"""Entries of the trace in words: what was done, which value changed, from what to what."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from openpar.base.audit.queries import Difference
from openpar.common.formats import format_date, format_decimal, format_moment
from openpar.web.trace.groups import VERBS
from openpar.web.trace.names import KEYS, stored_words

_NUMBERS = frozenset(
    [
        "points",
        "given_points",
        "self_total",
        "total",
        "maximum",
        "survey_points",
        "appraisal_points",
        "numerator",
        "denominator",
    ]
)
_DECIMALS = 4
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*")


@dataclass(frozen=True)
class Change:
    """One value before and after, as people read it; "" where there was none."""

    label: str
    before: str
    after: str


def verb_words(verb: str) -> str:
    """What was done; a verb without a label stands as it is stored."""
    return str(VERBS.get(verb, verb))


def key_words(key: str) -> str:
    """The name of a value; stages of a round and days of a calendar, which are keys too, have theirs."""
    if _DAY.fullmatch(key):
        return format_date(date.fromisoformat(key))
    return str(KEYS.get(key) or stored_words("stage").get(key, key))


def change_of(difference: Difference) -> Change:
    return Change(
        label=key_words(difference.key),
        before=value_words(difference.key, difference.before),
        after=value_words(difference.key, difference.after),
    )


def value_words(key: str, value: Any) -> str:
    """A stored value as people read it: days, moments, figures, yes and no, lists; "" for none."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("có") if value else _("không")
    if isinstance(value, Mapping):
        lines = ((key_words(str(one)), value_words(str(one), value[one])) for one in value)
        return "; ".join(f"{label}: {words}" for label, words in lines if words)
    if isinstance(value, list):
        return ", ".join(value_words(key, one) for one in value)
    text = str(value)
    if key in _NUMBERS:
        return _figure(text)
    if _DAY.fullmatch(text):
        return format_date(date.fromisoformat(text))
    if _MOMENT.fullmatch(text):
        return _moment(text)
    return str(stored_words(key).get(text, text))


def _figure(text: str) -> str:
    """As it is stored; a share with no end (7/33 of 3 points) is cut to four decimals, and says so."""
    try:
        number = Decimal(text)
        shown = format_decimal(number, trim=True)
        rounded = format_decimal(number, _DECIMALS, trim=True)
    except (InvalidOperation, ValueError):
        return text
    return shown if len(shown) <= len(rounded) else f"≈ {rounded}"


def _moment(text: str) -> str:
    try:
        return format_moment(datetime.fromisoformat(text))
    except ValueError:
        return text

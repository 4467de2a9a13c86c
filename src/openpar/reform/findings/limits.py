"""The thresholds and time limits of findings as dated data (data/findings/rules.yaml)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from openpar.common.dated_data import rule_on
from openpar.engine.periods import Calendar, PeriodKind, period_of


@dataclass(frozen=True)
class LostPointsRule:
    """A line that lost more than `more_than` points counts; so does a self-score `self_above` too high."""

    more_than: Decimal
    self_above: Decimal
    certainty: str
    source: str


def lost_points_rule(on: date) -> LostPointsRule:
    """Which lost points become findings, for a round published on `on`. Raises NoSuchRule."""
    row = _rule("lost_points", on)
    return LostPointsRule(
        more_than=Decimal(row["more_than"]),
        self_above=Decimal(row["self_above"]),
        certainty=row["certainty"],
        source=row["source"],
    )


def leaf_fields(on: date) -> Mapping[str, str]:
    """Code of the top-level field of a criteria set → reform field. Raises NoSuchRule."""
    fields: Mapping[str, str] = _rule("leaf_fields", on)["fields"]
    return fields


def remedy_until(on: date) -> date:
    """The last day to remedy what was published on `on`: that of its reform year. Raises NoSuchRule."""
    _rule("remedy_until", on)
    return period_of(Calendar.REFORM, PeriodKind.YEAR, on).until_on


def plan_due(found_on: date) -> date:
    """The last day for a unit to plan the remedy of what was found on a day. Raises NoSuchRule."""
    return found_on + timedelta(days=_rule("plan_within", found_on)["days"])


def conference_due(published_on: date) -> date:
    """The last day to hold the review conference. Raises NoSuchRule."""
    return published_on + timedelta(days=_rule("conference_within", published_on)["days"])


def year_of(day: date) -> int:
    """The reform year (15/12–14/12) a day belongs to."""
    return period_of(Calendar.REFORM, PeriodKind.YEAR, day).year


def _rule(kind: str, on: date) -> dict[str, Any]:
    return rule_on("findings/rules.yaml", kind, on)

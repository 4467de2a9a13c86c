"""The time limits of plans as dated data (data/plans/rules.yaml)."""

from __future__ import annotations

from datetime import date, timedelta

from openpar.common.dated_data import rule_on


def silence_within(on: date) -> timedelta:
    """How near a deadline has to be for silence about a task to be told on a day. Raises NoSuchRule."""
    return timedelta(days=rule_on("plans/rules.yaml", "silence_within", on)["days"])

"""The worked examples of the verdicts, and what they are judged by: the shipped calendar, statuses, rules."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from openpar.base.calendars.files import shipped_calendar
from openpar.engine.verdicts import (
    BadEvents,
    Event,
    EventKind,
    Terms,
    VerdictRules,
    Verdicts,
    follow,
    judge,
    statuses_from_mapping,
    verdict_rules_from_mapping,
)
from openpar.engine.workdays import Limit, Unit
from openpar.parindex.criteria.yaml_files import read_mapping

ROOT = Path(__file__).parents[2]
FACTS = Path(__file__).parent / "facts"
CALENDAR = shipped_calendar(ROOT / "data").calendar()
STATUSES = statuses_from_mapping(read_mapping(ROOT / "data" / "dossier_statuses.yaml"))
RULES_FILE = ROOT / "data" / "dossier_verdicts.yaml"
(RULES,) = verdict_rules_from_mapping(read_mapping(RULES_FILE))


@dataclass(frozen=True)
class Case:
    """One worked example."""

    why: str
    row: dict[str, Any]
    terms: Terms
    rules: VerdictRules
    events: tuple[Event, ...]
    on: date

    def judged(self) -> Verdicts:
        """Both verdicts. Raises BadEvents."""
        return judge(CALENDAR, STATUSES, self.rules, self.terms, self.events, self.on)

    def path(self) -> tuple[int, ...]:
        """The statuses after the events known on the day."""
        return follow(STATUSES, [event for event in self.events if event.on <= self.on]).after_each

    def problems(self) -> list[str]:
        """The codes of what contradicts itself."""
        try:
            self.judged()
        except BadEvents as bad:
            return [problem.code for problem in bad.problems]
        return []


def cases(facts: Path = FACTS) -> list[Case]:
    """Every worked example."""
    worked = read_mapping(facts / "verdicts.yaml")
    return [_case(row, worked) for row in worked["cases"]]


def _case(row: dict[str, Any], worked: dict[str, Any]) -> Case:
    limit = row.get("limit", worked["limit"])
    due_on = row.get("due_on")
    return Case(
        why=row["why"],
        row=row,
        terms=Terms(
            None if limit is None else Limit(int(limit["amount"]), Unit(limit["unit"])),
            None if due_on is None else date.fromisoformat(due_on),
        ),
        rules=rules_with(row.get("rules", {})),
        events=tuple(event_of(text) for text in row["events"]),
        on=date.fromisoformat(row.get("on", worked["on"])),
    )


def rules_with(changes: dict[str, Any]) -> VerdictRules:
    """The shipped rules, changed as a row says."""
    mapping = read_mapping(RULES_FILE)
    mapping["settings"][0].update(changes)
    (rules,) = verdict_rules_from_mapping(mapping)
    return rules


def event_of(text: str) -> Event:
    """“DONE 2026-03-17” or with a moment."""
    kind, _, at = text.partition(" ")
    return Event(EventKind(kind), datetime.fromisoformat(at) if "T" in at else date.fromisoformat(at))


def index_word(is_on_time: bool | None) -> str | None:
    """How the tables call a verdict of QĐ 766."""
    return None if is_on_time is None else "on_time" if is_on_time else "late"


def day_text(day: date | None) -> str | None:
    """How the tables write a day."""
    return None if day is None else day.isoformat()

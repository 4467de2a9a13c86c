"""Early, on time, late: the legal verdict and that of QĐ 766 from the same events (dossiers.md 3, 5)."""

from openpar.engine.verdicts.case import Terms
from openpar.engine.verdicts.data import statuses_from_mapping, verdict_rules_from_mapping
from openpar.engine.verdicts.events import BadEvents, Event, EventKind, EventProblem, Status, Statuses, follow
from openpar.engine.verdicts.judging import judge, last_day_to_apologise
from openpar.engine.verdicts.results import Finding, IndexVerdict, LegalVerdict, Verdict, Verdicts
from openpar.engine.verdicts.rules import VerdictRules, WaitKind, rules_on

__all__ = [
    "BadEvents",
    "Event",
    "EventKind",
    "EventProblem",
    "Finding",
    "IndexVerdict",
    "LegalVerdict",
    "Status",
    "Statuses",
    "Terms",
    "Verdict",
    "VerdictRules",
    "Verdicts",
    "WaitKind",
    "follow",
    "judge",
    "last_day_to_apologise",
    "rules_on",
    "statuses_from_mapping",
    "verdict_rules_from_mapping",
]

"""A case of inspection keeps to its steps: random walks through the real actions beside a model."""

from __future__ import annotations

from typing import Any
from unittest import mock

from trust.check import BOTH, Check, Found, Scale

_ACTIONS = "openpar.reform.inspections.actions"
_PLANTED_SHORT = 2
# So many walks until a planted defect counts as missed.
_MOST_WALKS = 60


def _yes(*_given: Any, **_named: Any) -> bool:
    return True


def _no(*_given: Any, **_named: Any) -> bool:
    return False


def _none(*_given: Any, **_named: Any) -> list[Any]:
    return []


# What is patched, by what, and the move that a walk takes more often then, and by whom.
DEFECTS: tuple[tuple[str, str, Any, tuple[str, str]], ...] = (
    ("somebody inspects the own agency", f"{_ACTIONS}.cases.belongs_to", _no, ("take own", "manager")),
    ("anybody issues the conclusion", f"{_ACTIONS}.concluding.may_decide", _yes, ("conclude", "leader")),
    ("a report without minutes", f"{_ACTIONS}.steps.reporting_gaps", _none, ("report", "head")),
    ("minutes without an observation", f"{_ACTIONS}.steps.minutes_gaps", _none, ("minutes", "head")),
    ("a visit without notice", f"{_ACTIONS}.steps.beginning_gaps", _none, ("begin", "head")),
    ("a notice of a surprise", f"{_ACTIONS}.steps.notice_gaps", _none, ("notify", "manager")),
    (
        "a conclusion that says nothing",
        f"{_ACTIONS}.concluding.conclusion_gaps",
        _none,
        ("conclude", "manager"),
    ),
    (
        "a conclusion without its findings",
        f"{_ACTIONS}.concluding._into_findings",
        _none,
        ("conclude", "manager"),
    ),
    (
        "limitations behind the conclusion",
        f"{_ACTIONS}.concluding.refuse_unless_in",
        _none,
        ("limit", "head"),
    ),
    ("anybody answers for a unit", f"{_ACTIONS}.concluding.may_respond_for", _yes, ("respond", "officer 0")),
    ("a second answer of a unit", f"{_ACTIONS}.concluding._response_gaps", _none, ("respond", "head 0")),
    ("an end before the units have answered", f"{_ACTIONS}.steps.closing_gaps", _none, ("close", "manager")),
    ("anybody leads the team", f"{_ACTIONS}.steps.leads_team", _yes, ("begin", "stranger")),
    ("anybody observes", f"{_ACTIONS}.answers.is_in_team", _yes, ("observe", "stranger")),
    ("an unfinished report of a unit", f"{_ACTIONS}.answers.self_report_gaps", _none, ("send", "officer 0")),
)


def run(scale: Scale) -> Found:
    import logging

    from trust.walks import inspections as walks

    # Refusals by the hundred, on purpose.
    logging.disable(logging.WARNING)
    at_stage, seen = walks.stage(), walks.Seen()
    for number in range(scale.of(300, short=4)):
        walks.walk(
            at_stage, scale.random("walk", number), seen, f"seed {scale.seed}, walk {number}", moves=60
        )
    planted = {}
    for name, place, instead, favourite in _chosen(scale):
        found = walks.Seen()
        for number in range(_MOST_WALKS):
            with mock.patch(place, instead):
                chance = scale.random("defect", name, number)
                walks.walk(at_stage, chance, found, name, moves=60, favourite=favourite)
            if found.broken:
                break
        planted[name] = bool(found.broken)
    figures: dict[str, int | float | str] = {
        "moves": seen.moves,
        "accepted": seen.accepted,
        "states reached": ", ".join(sorted(seen.reached)),
    }
    return Found(figures, tuple(seen.broken[:20]), planted)


def _chosen(scale: Scale) -> tuple[tuple[str, str, Any, tuple[str, str]], ...]:
    """All defects, or a few that go round with the seed."""
    if not scale.short:
        return DEFECTS
    return tuple(scale.random("chosen").sample(DEFECTS, _PLANTED_SHORT))


CHECK = Check("inspection_walk", "an inspection keeps to its steps", run, BOTH)

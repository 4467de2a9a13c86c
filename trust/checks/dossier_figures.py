"""Figures of dossiers: the index 766 against exact fractions, and no gap between counts is overlooked."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from random import Random
from typing import Any
from unittest import mock

from trust.check import Check, Found, Scale

_PLANTED_UNITS = 400
_MOST_TOLD = 20
_FLOWS = ("early", "on_time", "late", "returned", "withdrawn", "in_time", "overdue")


def run(scale: Scale) -> Found:
    units, tables = scale.of(100_000, short=300), scale.of(100_000, short=1_000)
    violations: list[str] = []
    for number in range(units):
        found = _index(scale.random("unit", number))
        violations += [f"unit {number}: {what}" for what in found[: _MOST_TOLD - len(violations)]]
    for number in range(tables):
        found = _counts(scale.random("counts", number))
        violations += [f"counts {number}: {what}" for what in found[: _MOST_TOLD - len(violations)]]
    return Found(
        figures={"units": units, "tables of counts": tables, "disagreements": len(violations)},
        violations=tuple(violations),
        planted=_planted(scale),
    )


def _index(random: Random) -> list[str]:
    """Where the engine and the oracle differ on one unit."""
    from tests.engine.qd766_cases import differences, random_figures

    return differences(_sets()["766"], random_figures(random))


def _counts(random: Random) -> list[str]:
    """Balanced counts have no gap; a changed one leaves a gap of exactly the change, a blank one none."""
    from openpar.engine import balance

    identities = _sets()["identities"]
    counts: dict[str, int | None] = {name: random.randrange(10_000) for name in _FLOWS}
    counts |= _sums(counts)
    wrong = [
        f"{each.identity}: {each.gap}" for each in balance.check_row(identities, counts) if not each.holds
    ]
    name, change = random.choice(sorted(counts)), random.choice([-1, 1]) * random.randint(1, 50)
    changed = balance.check_row(identities, {**counts, name: (counts[name] or 0) + change})
    gaps = {each.gap for each in changed if each.holds is False}
    if not gaps or not gaps <= {change, -change}:
        wrong.append(f"{name} changed by {change}: {gaps}")
    blank = balance.check_row(identities, {**counts, name: None})
    return wrong + [f"{name} blank: {each.identity} {each.gap}" for each in blank if each.holds is False]


def _sums(counts: dict[str, int | None]) -> dict[str, int | None]:
    found = {name: value or 0 for name, value in counts.items()}
    resolved = found["early"] + found["on_time"] + found["late"]
    in_process = found["in_time"] + found["overdue"]
    received = resolved + in_process + found["returned"] + found["withdrawn"]
    carried_over = received // 5
    return {
        "resolved": resolved,
        "in_process": in_process,
        "received": received,
        "carried_over": carried_over,
        "received_new": received - carried_over,
    }


def _sets() -> dict[str, Any]:
    """The shipped set and identities, read once."""
    if not _READ:
        from openpar.engine.balance_data import identities_from_mapping
        from openpar.parindex.criteria.yaml_files import read_mapping
        from tests.engine.qd766_cases import ROOT, set_of_2026

        _READ["766"] = set_of_2026()
        _READ["identities"] = identities_from_mapping(read_mapping(ROOT / "data" / "dossier_identities.yaml"))
    return _READ


_READ: dict[str, Any] = {}


def _planted(scale: Scale) -> dict[str, bool]:
    from openpar.engine import balance
    from openpar.engine.qd766 import scoring
    from tests.engine.qd766_cases import DEFECTS

    caught = {
        name: _is_caught(scale, scoring, target, defect, _index) for name, (target, defect) in DEFECTS.items()
    }
    caught["a blank count as 0"] = _is_caught(
        scale, balance, "_look_at", _blank_is_zero(balance._look_at), _counts
    )
    caught["a gap of one is let pass"] = _is_caught(
        scale, balance, "_look_at", _lenient(balance._look_at), _counts
    )
    return caught


def _is_caught(
    scale: Scale, module: Any, target: str, defect: Any, differences: Callable[[Random], list[str]]
) -> bool:
    with mock.patch.object(module, target, defect):
        return any(differences(scale.random("planted", number)) for number in range(_PLANTED_UNITS))


def _blank_is_zero(look_at: Callable[..., Any]) -> Callable[..., Any]:
    def looks(identities: Any, identity: Any, counts: Any) -> Any:
        return look_at(identities, identity, {name: value or 0 for name, value in counts.items()})

    return looks


def _lenient(look_at: Callable[..., Any]) -> Callable[..., Any]:
    def looks(identities: Any, identity: Any, counts: Any) -> Any:
        found = look_at(identities, identity, counts)
        return dataclasses.replace(found, holds=True, gap=0) if found.gap in (-1, 1) else found

    return looks


CHECK = Check(
    "dossier_figures", "figures of dossiers are exact, and no gap between counts is overlooked", run
)

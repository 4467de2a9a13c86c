"""No lost update: many people edit the same leaves from forms that are often out of date.

Each save adds one to the number in the note it has read. When no update is lost, the number in the end is the
number of accepted saves, every version was given once, and every refused save got both versions. The same of
what is edited in the reform year (trust/edited_parts.py): reports, checklists, remedies, tasks, registers.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from trust.check import BOTH, Check, Found, Scale

_LEAVES = 8
_PAGES = 40
# Of each part of the reform year.
_PART_EDITS, _PART_CLIENTS = 400, 16
_PLANTED_EDITS = 30
# The short form races so many families, others with every seed.
_FAMILIES = 3


@dataclass
class Edits:
    """What all clients saw together."""

    accepted: dict[str, list[int]] = field(default_factory=dict)
    stale: int = 0
    wrong: list[str] = field(default_factory=list)
    guard: threading.Lock = field(default_factory=threading.Lock)

    @property
    def saves(self) -> int:
        return sum(map(len, self.accepted.values()))


def run(scale: Scale) -> Found:
    from trust.saving import seats

    clients = scale.of(64, short=8)
    [seat] = seats(1)
    sheet = seat.sheet
    codes = seat.codes[:_LEAVES]
    edits = _edited(sheet, codes, scale.of(10_000, short=50), clients, scale)
    violations = [*edits.wrong, *_lost(sheet, edits)]
    pages = _pages_with_both_versions(scale.of(_PAGES, short=2))
    violations += pages
    naive = _without_the_version(lambda: _naive_losses(scale, clients))
    figures: dict[str, int | float | str] = {
        "accepted edits": edits.saves,
        "stale edits refused with both versions": edits.stale,
        "clients": clients,
    }
    planted = {"a save that does not compare versions": bool(naive)}
    of_parts = _of_the_reform_year(scale)
    return Found(
        {**figures, **of_parts.figures},
        (*violations, *of_parts.violations),
        {**planted, **of_parts.planted},
    )


def _of_the_reform_year(scale: Scale) -> Found:
    """Each part raced, its page asked with a stale form, and raced again without its guard."""
    from openpar.common.db import write_transaction
    from trust.edited_parts import families
    from trust.part_races import added_together, done_once, raced, stale_pages

    chosen, every = [], families()
    for name in every if not scale.short else scale.random("families").sample(sorted(every), _FAMILIES):
        with write_transaction():
            chosen.append(every[name]())
    parts = [part for family in chosen for part in family.parts]
    added = [what for family in chosen for what in family.added]
    once = [what for family in chosen for what in family.once]
    saved = stale = 0
    violations = []
    for part in parts:
        race, lost = raced(
            part, _clients_of_parts(scale), scale.of(_PART_EDITS, short=5), _chances(scale, part)
        )
        saved, stale = saved + len(race.numbers), stale + race.stale
        violations += lost
    for what in added:
        violations += added_together(what, _clients_of_parts(scale), scale.of(25, short=3))
    for act in once:
        violations += done_once(act, _clients_of_parts(scale), scale.of(25, short=2))
    violations += stale_pages(parts)
    # All of them, or a few that go round with the seed.
    without = parts if not scale.short else scale.random("parts").sample(parts, min(2, len(parts)))
    return Found(
        {
            "parts of the reform year": len(parts),
            "their accepted edits": saved,
            "their stale edits": stale,
            "added together": len(added),
            "done once": len(once),
        },
        tuple(violations),
        {
            **{f"{part.name}: saved without its version": _loses(part, scale) for part in without},
            **{f"{act.name}: done again": _is_done_again(act) for act in once},
        },
    )


def _is_done_again(what: Any) -> bool:
    """Is it done by several once nothing keeps the second from doing it?"""
    from contextlib import ExitStack

    from trust.part_races import done_once
    from trust.planting import words_changed

    with ExitStack() as planted:
        for where, words in what.guards:
            planted.enter_context(words_changed(what.name, where, words, "False"))
        return bool(done_once(what, 4, 1))


def _loses(part: Any, scale: Scale) -> bool:
    """Is something lost once the part does not compare versions?"""
    from trust.part_races import raced
    from trust.planting import words_changed

    where, words = part.guard
    with words_changed(part.name, where, words, "False"):
        return bool(raced(part, 8, _PLANTED_EDITS, _chances(scale, part))[1])


def _clients_of_parts(scale: Scale) -> int:
    return scale.of(_PART_CLIENTS, short=4)


def _chances(scale: Scale, part: Any) -> Callable[[int], Random]:
    return lambda editor: scale.random(part.name, editor)


def _naive_losses(scale: Scale, clients: int) -> list[str]:
    from trust.saving import seats

    [seat] = seats(1)
    return _lost(seat.sheet, _edited(seat.sheet, seat.codes[:2], 100, min(clients, 16), scale))


def _edited(sheet: int, codes: tuple[str, ...], goal: int, clients: int, scale: Scale) -> Edits:
    """Clients save until so many edits were accepted together."""
    edits = Edits({code: [] for code in codes})
    threads = [
        threading.Thread(target=_edit, args=(edits, sheet, goal, scale, number)) for number in range(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return edits


def _edit(edits: Edits, sheet: int, goal: int, scale: Scale, number: int) -> None:
    from django.db import connection

    from openpar.parindex.assessments.models import Score

    random = scale.random("editor", number)
    read: dict[str, tuple[int, int]] = {}
    try:
        while edits.saves < goal and not edits.wrong:
            code = random.choice(list(edits.accepted))
            # Two forms of three are those of before: opened, left alone, and sent later.
            if code not in read or random.random() < 1 / 3:
                row = Score.objects.filter(assessment_id=sheet, criterion__code=code).values_list(
                    "version", "note"
                )
                version, note = row.first() or (0, "0")
                read[code] = version, int(note)
            read[code] = _one_edit(edits, sheet, code, *read[code])
    except Exception as failure:
        edits.wrong.append(f"editor {number}: {failure!r}")
    finally:
        connection.close()


def _one_edit(edits: Edits, sheet: int, code: str, version: int, count: int) -> tuple[int, int]:
    """Saves the number plus one from the form opened at `version`; what the person has read afterwards."""
    from openpar.engine.answers import Answer
    from openpar.parindex.assessments.actions import self_scoring
    from openpar.parindex.assessments.actions.scores import Entry
    from openpar.parindex.assessments.errors import StaleScore
    from tests.parindex import rounds

    typed = Entry(Answer(choice="yes"), note=str(count + 1))
    try:
        score, _sheet = self_scoring.save_self_score(
            assessment_id=sheet,
            code=code,
            entry=typed,
            expected_version=version,
            by=_editor(sheet),
            at=rounds.DURING_SELF,
        )
    except StaleScore as stale:
        with edits.guard:
            edits.stale += 1
            if stale.stored.version == version or (stale.typed, stale.typed_note) != (
                typed.answer,
                typed.note,
            ):
                edits.wrong.append(f"leaf {code}: refused at version {version} without both versions")
        return stale.stored.version, int(stale.stored.note)
    with edits.guard:
        edits.accepted[code].append(score.version)
        if version and score.version != version + 1:
            edits.wrong.append(f"leaf {code}: version {version} became {score.version}")
    return score.version, count + 1


_editors: dict[int, Any] = {}


def _editor(sheet: int) -> Any:
    """The person who may score this sheet; loaded once."""
    from openpar.parindex.assessments.models import Assessment
    from trust.saving import editor_of

    if sheet not in _editors:
        _editors[sheet] = editor_of(Assessment.objects.get(pk=sheet))
    return _editors[sheet]


def _lost(sheet: int, edits: Edits) -> list[str]:
    """Leaves on which an accepted edit left no mark."""
    from openpar.parindex.assessments.models import Score

    stored = {
        code: (version, int(note))
        for code, version, note in Score.objects.filter(assessment_id=sheet).values_list(
            "criterion__code", "version", "note"
        )
    }
    found = []
    for code, versions in edits.accepted.items():
        if not versions:
            continue
        version, count = stored[code]
        if sorted(versions) != list(range(1, len(versions) + 1)):
            found.append(f"leaf {code}: a version was given twice or never")
        if (version, count) != (len(versions), len(versions)):
            found.append(f"leaf {code}: {len(versions)} edits accepted, {count} kept, version {version}")
    return found


def _without_the_version(do: Callable[[], list[str]]) -> list[str]:
    """The planted defect: `refuse_stale` says nothing."""
    from unittest import mock

    with mock.patch("openpar.parindex.assessments.actions.self_scoring.refuse_stale", return_value=None):
        return do()


def _pages_with_both_versions(times: int) -> list[str]:
    """Over HTTP: a stale form is answered by 409 with the stored and the typed version on the page."""
    from tests.parindex import rounds
    from trust.saving import at_the_rounds_time, browser_at, seats

    [seat] = seats(1)
    wrong = []
    with at_the_rounds_time(rounds.DURING_SELF):
        client = browser_at(seat)
        address = f"/assessments/{seat.sheet}/{seat.codes[0]}/"
        for turn in range(times):
            form = {"choice": "yes", "expected_version": str(turn)}
            client.post(address, {**form, "note": f"stored-{turn}"})
            answer = client.post(address, {**form, "note": f"typed-{turn}"})
            text = answer.content.decode()
            if answer.status_code != 409 or f"stored-{turn}" not in text or f"typed-{turn}" not in text:
                wrong.append(f"stale form {turn}: answered {answer.status_code} without both versions")
    return wrong


CHECK = Check("lost_update", "no update is lost, and every stale save gets both versions", run, BOTH)

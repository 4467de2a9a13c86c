"""Many people edit the parts of the reform year from forms that are often out of date (edited_parts.py).

When no update is lost, the number in the end is the number of accepted saves, each number was given once, and
the version grew with each of them; what is added and never replaced is all there; what is done once is as the
only one said it who could do it.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from trust.edited import Added, Once, Part

# So many turns for each save that is wanted: whoever never saves anything comes to an end, too.
_MOST_TURNS = 400


@dataclass
class Race:
    """What all editors of one part saw together."""

    goal: int
    numbers: list[int] = field(default_factory=list)
    stale: int = 0
    wrong: list[str] = field(default_factory=list)
    guard: threading.Lock = field(default_factory=threading.Lock)

    @property
    def is_over(self) -> bool:
        return len(self.numbers) >= self.goal or bool(self.wrong)


def raced(part: Part, clients: int, goal: int, chance: Callable[[int], Random]) -> tuple[Race, list[str]]:
    """Clients save until so many saves were accepted; what they saw, and what was lost."""
    version, number = part.read()
    race = Race(min(goal, part.most))
    _together(clients, lambda one: _edit(race, part, one, chance(one)))
    return race, [f"{part.name}: {told}" for told in [*race.wrong, *_lost(race, part, version, number)]]


def _lost(race: Race, part: Part, version: Any, number: int) -> list[str]:
    saved, (now_version, now_number) = len(race.numbers), part.read()
    found = []
    if sorted(race.numbers) != list(range(number + 1, number + saved + 1)):
        found.append("a number was given twice or never")
    if now_number != number + saved:
        found.append(f"{saved} accepted saves, the number grew by {now_number - number}")
    if part.step is not None and now_version != version + saved * part.step:
        found.append(f"{saved} accepted saves, the version grew by {now_version - version}")
    if saved < race.goal and not race.wrong:
        found.append(f"{saved} saves were accepted, {race.goal} were wanted")
    return found


def _edit(race: Race, part: Part, editor: int, random: Random) -> None:
    """One editor; two forms of three are those of before: opened, left alone, and sent later."""
    from openpar.common.errors import Refused

    seen: tuple[Any, int] | None = None
    turn = 0
    try:
        while not race.is_over and turn < race.goal * _MOST_TURNS:
            turn += 1
            if seen is None or random.random() < 1 / 3:
                seen = part.read()
            version, number = seen
            try:
                part.save(version, number + 1, f"người {editor} lượt {turn}")
            except part.stale:
                with race.guard:
                    race.stale += 1
                # The page shows what is stored now; the other half sends the old form once more.
                seen = None if random.random() < 1 / 2 else seen
                continue
            except Refused:
                # Somebody is in the middle of what may be done once at a time only; it is tried again.
                seen = None if random.random() < 1 / 4 else seen
                continue
            with race.guard:
                race.numbers.append(number + 1)
    except Exception as failure:
        race.wrong.append(f"editor {editor}: {failure!r}")


def added_together(what: Added, clients: int, each: int) -> list[str]:
    """Everybody adds at once; what was accepted and is not there, or there twice."""
    words = [f"người {client} lượt {turn}" for client in range(clients) for turn in range(each)]
    words += what.kept()
    wrong: list[str] = []

    def add(client: int) -> None:
        try:
            for turn in range(each):
                what.add(f"người {client} lượt {turn}")
        except Exception as failure:
            wrong.append(f"{what.name}: {client}: {failure!r}")

    _together(clients, add)
    if sorted(what.kept()) != sorted(words):
        wrong.append(f"{what.name}: there should be {len(words)}, there are {len(what.kept())}")
    return wrong


def done_once(what: Once, clients: int, times: int) -> list[str]:
    """Everybody does it at once, time after time on a new one: one may, and what that one said stands."""
    from openpar.common.errors import Refused

    found = []
    for turn in range(times):
        do, kept = what.fresh()
        accepted: list[str] = []
        wrong: list[str] = []

        def act(client: int, *, do: Any = do, accepted: Any = accepted, wrong: Any = wrong) -> None:
            words = f"người {client}"
            try:
                do(words)
            except Refused:
                return
            except Exception as failure:
                wrong.append(f"{client}: {failure!r}")
                return
            accepted.append(words)

        _together(clients, act)
        if wrong or len(accepted) != 1 or kept() != accepted[0]:
            found.append(f"{what.name}, time {turn}: {len(accepted)} did it, {kept()!r} stands; {wrong}")
    return found


def stale_pages(parts: Sequence[Part]) -> list[str]:
    """Over HTTP: a stale form is answered by 409, and the page has the stored and the typed version."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    from openpar.web.account.stamps import SECOND_FACTOR, Passed
    from trust.saving import at_the_rounds_time

    found = []
    for part in parts:
        if part.page is None:
            continue
        with at_the_rounds_time(part.page.at):
            client = Client(raise_request_exception=False, SERVER_NAME="127.0.0.1")
            client.force_login(get_user_model().objects.get(pk=part.page.by.person_id))
            session = client.session
            session[SECOND_FACTOR] = str(Passed.SHOWN)
            session.save()
            version, _number = part.read()
            first = client.post(part.page.address, part.page.form(version, 571, "da luu"))
            answer = client.post(part.page.address, part.page.form(version, 823, "da go"))
        # Tokens and marks are left out: they may hold any three digits.
        text = re.sub(r"[0-9A-Za-z+/_-]{32,}", "", answer.content.decode().partition("<main")[2])
        shown = [part.page.shows(number) in text for number in (571, 823)]
        if first.status_code != 302:
            found.append(f"{part.name}: the first form was answered {first.status_code}")
        elif answer.status_code != 409 or not all(shown):
            found.append(f"{part.name}: a stale form was answered {answer.status_code} without both versions")
        elif part.read()[1] != 571:
            found.append(f"{part.name}: the stale form was stored")
    return found


def _together(clients: int, work: Callable[[int], None]) -> None:
    from django.db import connection

    def one(client: int) -> None:
        try:
            work(client)
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(client,)) for client in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

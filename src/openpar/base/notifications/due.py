"""What somebody has to be reminded of: the plain values that every package hands to the reminders.

A package says what is open and until when (`<package>/reminding.py: due_things`). On which days somebody is
told stands in data/reminders.yaml (rules.py); that nobody is told twice is the business of the ledger
(actions/reminding.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from openpar.base.accounts.models import RoleHeld
from openpar.base.organisations.roles import Role


@dataclass(frozen=True)
class Together:
    """What several things are called when one person hears of them at once (“Báo cáo quý III: 130 đơn vị”).

    what: without the agencies; link: the address of the page with all of them.
    """

    what: str
    link: str


@dataclass(frozen=True)
class DueThing:
    """One thing that is open on a day, with its deadline and the accounts that hear of it.

    kind: a kind of data/reminders.yaml (“plan.task”).
    object: which one it is, the same for ever, as the trace names it (“task:12”).
    due_on: the last day on which it is in time, the deadline in force; for kinds that count from a state
        (“no progress”), the day since when it is so. Another day is another thing: its steps begin anew.
    text: what it is, so that “Còn 7 ngày đến hạn 15/12/2026: …” can stand before it. It may leave the house
        by mail and gateways: no personal data, nothing secret.
    link: the address of its page inside the program, from “/”.
    responsible: accounts that have to do it; heads: who leads them; assigners: the side that assigned it.
    known_from: the first day on which it could be known (assigned, extended): steps before it are nobody's.
    together: whoever has to hear of this step of several such things, one an agency, gets one message.
    """

    kind: str
    object: str
    due_on: date
    text: str
    link: str
    responsible: tuple[int, ...]
    heads: tuple[int, ...] = ()
    assigners: tuple[int, ...] = ()
    known_from: date | None = None
    together: Together | None = None


# Everything of one package that is open on that day; a few queries, however many things there are.
DueThings = Callable[[date], Iterable[DueThing]]


def holders(organisation_ids: Iterable[int], *roles: Role, on: date) -> Mapping[int, tuple[int, ...]]:
    """The active accounts that hold one of `roles` on that day, by organisation, in one query.

    Organisations in which nobody holds one are left out: ask with `.get(organisation_id, ())`.
    """
    held = RoleHeld.objects.as_of(on).filter(
        organisation_id__in=sorted(set(organisation_ids)), role__in=roles, user__is_active=True
    )
    found: dict[int, set[int]] = {}
    for organisation_id, user_id in held.values_list("organisation_id", "user_id"):
        found.setdefault(organisation_id, set()).add(user_id)
    return {organisation_id: tuple(sorted(people)) for organisation_id, people in found.items()}

"""What an heir has in a register of those it carries on, until it says it itself.

A line of one that ended stands under its heir with its origin. Once the heir has an entry of the same subject
(and year or quarter), that one holds for all: nothing counts twice. The line stays readable where it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from openpar.base.organisations.queries import names_on
from openpar.common.formats import format_date
from openpar.reform.heirs import Forerunner
from openpar.reform.monitors.models import Entry
from openpar.reform.monitors.registers import Register


@dataclass(frozen=True)
class Origin:
    """Whose entry it was: its last name, and its first day no longer."""

    organisation_id: int
    name: str
    until: date

    @property
    def words(self) -> str:
        """“kế thừa từ Sở Tài chính (đến hết ngày 28/02/2025)”."""
        last = format_date(self.until - timedelta(days=1))
        return _("kế thừa từ %(name)s (đến hết ngày %(day)s)") % {"name": self.name, "day": last}


@dataclass(frozen=True)
class Held:
    """An entry that an organisation has: its own, or with the origin it comes from."""

    entry: Entry
    origin: Origin | None = None


def held_by(
    register: Register, entries: Iterable[Entry], before: Mapping[int, tuple[Forerunner, ...]], on: date
) -> dict[int, list[Held]]:
    """The entries by who has them; `before` as `forerunners_on` tells. One query where anything is inherited.

    The entries of a forerunner go to its heir; they are left out where the heir has said it itself.
    """
    rows: dict[int, list[Entry]] = {}
    for entry in entries:
        rows.setdefault(entry.organisation_id, []).append(entry)
    found = {one: [Held(entry) for entry in own] for one, own in rows.items()}
    gone = {each.organisation_id for known in before.values() for each in known} & rows.keys()
    names = names_on(gone, on) if gone else {}
    for one, known in before.items():
        told = {_subject(register, entry) for entry in rows.get(one, ())}
        for each in known:
            origin = Origin(each.organisation_id, names.get(each.organisation_id, ""), each.until)
            found.setdefault(one, []).extend(
                Held(entry, origin)
                for entry in rows.get(each.organisation_id, ())
                if _subject(register, entry) not in told
            )
    return {one: held for one, held in found.items() if held and one not in gone}


def _subject(register: Register, entry: Entry) -> tuple[object, ...]:
    return tuple(getattr(entry, name) for name in register.subject)

"""A register on a day: every agency, its entries, how each stands and since when something is wrong."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from openpar.base.organisations.models import OrganisationVersion, Succession
from openpar.base.organisations.queries import names_on
from openpar.common.text import sort_key
from openpar.reform.heirs import forerunners_on
from openpar.reform.monitors.models import Entry
from openpar.reform.monitors.queries.inherited import Origin, held_by
from openpar.reform.monitors.registers import Context, PeriodOf, Register
from openpar.reform.monitors.rules.base import Standing
from openpar.reform.monitors.rules.quality import Changed


@dataclass(frozen=True)
class Asked:
    """The day by which entries are judged, and the year and quarter of registers that have them."""

    on: date
    year: int
    quarter: int = 1


@dataclass(frozen=True)
class BoardLine:
    """One entry of one agency, or none: nobody has said anything, which is no lapse.

    `origin`: who said it, where the agency has it from one that it carries on.
    """

    organisation_id: int
    name: str
    entry: Entry | None
    standing: Standing | None
    origin: Origin | None = None

    @property
    def has_lapsed(self) -> bool:
        return self.standing is not None and self.standing.has_lapsed


def agencies_watched(on: date, only: Collection[int] | None = None) -> dict[int, str]:
    """The agencies that are assessed, or those asked for, with their names on a day; one query."""
    versions = OrganisationVersion.objects.as_of(on)
    versions = versions.filter(is_scored=True) if only is None else versions.filter(organisation__in=only)
    return dict(versions.order_by("name_sort", "id").values_list("organisation_id", "name"))


def board(register: Register, asked: Asked, only: Collection[int] | None = None) -> tuple[BoardLine, ...]:
    """Every agency in the order of names, its entries in that of their subjects; a fixed number of queries.

    What those said that an agency carries on stands among its entries (inherited.py). `only` narrows to some
    agencies, whether they are assessed or not.
    """
    names = agencies_watched(asked.on, only)
    before = forerunners_on(names, asked.on)
    gone = {each.organisation_id for known in before.values() for each in known}
    entries = entries_of(register, asked, only if only is None else {*only, *gone})
    by_agency = held_by(register, entries, before, asked.on)
    names |= names_on(by_agency.keys() - names.keys(), asked.on)
    standings = judged(register, entries, asked.on)
    lines = [BoardLine(agency, name, None, None) for agency, name in names.items() if agency not in by_agency]
    lines += [
        BoardLine(agency, names.get(agency, ""), held.entry, standings[held.entry.pk], held.origin)
        for agency, found in by_agency.items()
        for held in found
    ]
    return tuple(sorted(lines, key=lambda line: (sort_key(line.name), line.entry.pk if line.entry else 0)))


def entries_of(register: Register, asked: Asked, only: Collection[int] | None = None) -> list[Entry]:
    """The current entries, of the year or quarter where the register has them; one query."""
    narrowed: dict[str, object] = {}
    if register.period is not PeriodOf.NONE:
        narrowed["year"] = asked.year
    if register.period is PeriodOf.QUARTER:
        narrowed["quarter"] = asked.quarter
    if only is not None:
        narrowed["organisation_id__in"] = list(only)
    rows = register.current(**narrowed)
    return list(rows.order_by("organisation_id", *register.subject))


def judged(register: Register, entries: Iterable[Entry], on: date) -> dict[int, Standing]:
    """How each entry stands on a day, by its id; up to two queries more, whatever their number."""
    found = list(entries)
    law = register.law(on)
    changes = _changes(found) if law.reannounced_after else {}
    before = _year_before(register, found)
    return {
        one.pk: register.judge(
            one,
            Context(on, law, changes.get(one.organisation_id, ()), before.get(one.pk)),
        )
        for one in found
    }


def _changes(entries: list[Entry]) -> dict[int, tuple[Changed, ...]]:
    """What happened to these agencies, as heirs and as givers."""
    agencies = {one.organisation_id for one in entries}
    links = Succession.objects.filter(Q(successor_id__in=agencies) | Q(predecessor_id__in=agencies))
    found: dict[int, list[Changed]] = {}
    for link in links.order_by("on", "id"):
        words = str(Succession.Change(link.change).label)
        if link.legal_basis:
            words = f"{words} ({link.legal_basis})"
        for agency in agencies & {link.successor_id, link.predecessor_id}:
            found.setdefault(agency, []).append(Changed(link.change, link.on, words))
    return {agency: tuple(dict.fromkeys(changes)) for agency, changes in found.items()}


def _year_before(register: Register, entries: list[Entry]) -> dict[int, Entry]:
    """The entry of the same subject a year earlier, by the id of this year's."""
    if register.period is not PeriodOf.YEAR or not entries:
        return {}
    keys = {one.pk: _subject(register, one, back=1) for one in entries}
    rows = register.current(
        organisation_id__in={one.organisation_id for one in entries},
        year__in={key[1] for key in keys.values()},
    )
    by_subject = {_subject(register, row): row for row in rows}
    return {pk: by_subject[key] for pk, key in keys.items() if key in by_subject}


def _subject(register: Register, entry: Entry, back: int = 0) -> tuple[object, ...]:
    words = (getattr(entry, name) for name in register.words_of_subject)
    return (entry.organisation_id, getattr(entry, "year", 0) - back, *words)


def revisions_of(register: Register, entry: Entry) -> tuple[Entry, ...]:
    """Everything that was ever said of the subject of an entry, newest first; one query."""
    subject = {name: getattr(entry, name) for name in register.subject}
    rows = register.model._default_manager.filter(organisation_id=entry.organisation_id, **subject)
    return tuple(rows.select_related("entered_by").order_by("-revision"))

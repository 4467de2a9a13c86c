"""A list as it is understood so far: its columns, its first rows, and the words that nobody has explained."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from django.utils.translation import gettext as _

from openpar.base.accounts.queries import Actor
from openpar.base.calendars.queries import work_calendar
from openpar.base.organisations.models import OrganisationVersion
from openpar.common.errors import Gap, Refused
from openpar.common.formats import format_date
from openpar.delivery.dossiers import law
from openpar.delivery.dossiers.layouts import KINDS, RETURNED_WORD, VALUES, Kind, plain, vocabulary
from openpar.delivery.dossiers.mappings import ColumnMapping, recognised
from openpar.delivery.dossiers.permissions import agencies_brought_by
from openpar.delivery.dossiers.reading.rows import ReadRows, read_rows
from openpar.delivery.dossiers.reading.tables import DossierFile, Table, table_of
from openpar.delivery.dossiers.resolving import Register
from openpar.delivery.dossiers.understanding import Understood, Years, understand
from openpar.delivery.dossiers.waiting import WaitingList
from openpar.delivery.dossiers.words import CHANNELS
from openpar.web.dossiers.words import status_word

_SHOWN, _LOOKED_AT, _MOST_GAPS, _MOST_WORDS = 5, 1000, 12, 40


@dataclass(frozen=True)
class ShownColumn:
    """One column of the file: what stands in it, and the field it was taken for."""

    place: int
    header: str
    samples: tuple[str, ...]
    field: str


@dataclass(frozen=True)
class ShownWord:
    """A word of the list that is to be explained; `options`: what it may mean."""

    field: str
    place: int
    title: str
    word: str
    meant: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ShownRow:
    """One of the first rows as understood."""

    code: str
    agency: str
    procedure: str
    status: str
    received_on: str
    due_on: str
    finished_on: str


@dataclass(frozen=True)
class Preview:
    """What the screen of columns shows. Personal columns are named, never shown."""

    layout: str
    columns: tuple[ShownColumn, ...]
    fields: tuple[tuple[str, str], ...]
    words: tuple[ShownWord, ...]
    rows: tuple[ShownRow, ...]
    looked_at: int
    refused: int
    gaps: tuple[Gap, ...]
    agencies: tuple[tuple[str, str], ...]
    needs_agency: bool


def preview_of(waiting: WaitingList, mapping: ColumnMapping, by: Actor, day: date) -> Preview:
    """The first rows of a list, understood with a mapping; nothing is kept of it."""
    table = head_of(table_of(DossierFile(waiting.name, waiting.content)))
    agencies = _agencies(by, day)
    samples, gaps, read, understood = _samples(table), [], None, None
    try:
        read = read_rows(table, mapping)
        understood = understand(read, mapping, Register.load(), _years(), agencies_brought_by(by))
        gaps = list(understood.refusals)
    except Refused as refused:
        gaps = list(refused.gaps)
    layout = recognised(table.headers)
    known = vocabulary().titles
    return Preview(
        layout=layout.title if layout else "",
        columns=tuple(_columns(table, mapping, samples)),
        fields=tuple((field, known[field]) for field in KINDS if field in known),
        words=() if read is None else tuple(_words(read, mapping, agencies)),
        rows=() if understood is None else tuple(_rows(understood)),
        looked_at=0 if read is None else len(read),
        refused=0 if understood is None else understood.refused,
        gaps=tuple(gaps[:_MOST_GAPS]),
        agencies=agencies,
        needs_agency="agency" not in mapping.columns.values(),
    )


def head_of(table: Table) -> Table:
    """The first rows only, cut at the end of a line."""
    end = table.begins
    for _row in range(_LOOKED_AT):
        following = table.content.find(b"\n", end)
        if following < 0:
            return table
        end = following + 1
    return replace(table, content=table.content[:end])


def _years() -> Years:
    calendar = work_calendar()
    return Years(np.datetime64(calendar.day(0), "D"), np.datetime64(date(calendar.last_year, 12, 31), "D"))


def _samples(table: Table) -> list[list[str]]:
    """The first rows as they stand in the file."""
    text = bytes(table.body[: 256 * 1024]).decode("utf-8", "ignore")
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=table.delimiter)
    return [row for row, _place in zip(rows, range(_SHOWN), strict=False)]


def _columns(table: Table, mapping: ColumnMapping, samples: list[list[str]]) -> list[ShownColumn]:
    found, known = [], vocabulary().headers
    for place, header in enumerate(table.headers):
        if not header:
            continue
        field = mapping.field_of(header) or ""
        told = [row[place].strip()[:60] for row in samples if place < len(row) and row[place].strip()]
        # A second column of people that is not read is one of people all the same.
        meant = {field, known.get(plain(header), "")}
        hidden = any(KINDS.get(one) is Kind.PERSONAL for one in meant)
        shown = (_("(dữ liệu cá nhân, không hiện)"),) if hidden and told else tuple(dict.fromkeys(told))[:3]
        found.append(ShownColumn(place, header, shown, field))
    return found


def _words(read: ReadRows, mapping: ColumnMapping, agencies: tuple[tuple[str, str], ...]) -> list[ShownWord]:
    """Words of closed lists and names of agencies that are not understood, and those already explained."""
    register, known = Register.load(), vocabulary()
    found: list[ShownWord] = []
    for field, coded in read.words.items():
        own = mapping.words.get(field, {})
        if field == "agency":
            days = read.moments.get("received_at", np.full(len(read), np.datetime64("NaT", "us")))
            places = register.agencies(coded, {}, days).places
            unknown = {coded.words[at] for at in np.unique(coded.places[places < 0]).tolist() if at >= 0}
            options = agencies
        elif field in VALUES:
            values = known.values[VALUES[field]]
            unknown = {word for word in coded.words if plain(word) not in values}
            options = _options(field)
        else:
            continue
        for word in sorted(unknown | (set(own) & set(coded.words)))[:_MOST_WORDS]:
            meant = own.get(word, "")
            found.append(ShownWord(field, len(found), known.titles[field], word, meant, options))
    return found


def _options(field: str) -> tuple[tuple[str, str], ...]:
    if field == "channel":
        return tuple((str(number), str(channel.label)) for number, channel in CHANNELS.items())
    if field in ("status", "portal_status"):
        listed = [(str(one.code), status_word(one.code)) for one in law.statuses().statuses]
        return (*listed, (RETURNED_WORD, _("Trả lại hồ sơ")))
    words = vocabulary().values[VALUES[field]]
    numbers = sorted(set(words.values()))
    return tuple((str(one), next(word for word, at in words.items() if at == one)) for one in numbers)


def _agencies(by: Actor, day: date) -> tuple[tuple[str, str], ...]:
    """The agencies that a list of this person may be about, by key."""
    versions = OrganisationVersion.objects.as_of(day).order_by("name_sort")
    allowed = agencies_brought_by(by)
    if allowed is not None:
        versions = versions.filter(organisation__in=allowed)
    return tuple(versions.values_list("organisation__key", "name"))


def _rows(understood: Understood) -> list[ShownRow]:
    rows = understood.rows
    names = dict(OrganisationVersion.objects.order_by("valid_from").values_list("organisation__key", "name"))
    found = []
    for at in range(min(_SHOWN, len(rows))):

        def word(name: str, at: int = at) -> str:
            coded = rows.words[name]
            place = int(coded.places[at])
            return coded.words[place] if place >= 0 else ""

        def day(value: np.datetime64) -> str:
            return "—" if np.isnat(value) else format_date(value.astype("datetime64[D]").astype(object))

        found.append(
            ShownRow(
                code=str(rows.codes[at]),
                agency=names.get(word("agency"), word("agency")),
                procedure=word("procedure"),
                status=status_word(int(rows.numbers["status"][at])),
                received_on=day(rows.moments["received_at"][at]),
                due_on=day(rows.days["due_on"][at]),
                finished_on=day(rows.moments["finished_at"][at]),
            )
        )
    return found

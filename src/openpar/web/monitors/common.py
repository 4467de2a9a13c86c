"""What the pages of registers share: the register and period asked for, who sees what, values in words."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models
from django.http import Http404, QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from openpar.base.documents.models import Document
from openpar.base.organisations.roles import Actor
from openpar.common.formats import format_date, format_decimal
from openpar.engine.periods import Calendar, Period, PeriodKind, period, period_of
from openpar.reform.monitors.models import Entry
from openpar.reform.monitors.permissions import agencies_seen_by, may_see_monitors
from openpar.reform.monitors.queries.boards import Asked
from openpar.reform.monitors.registers import REGISTERS, PeriodOf, Register
from openpar.web.http import AuthenticatedRequest, actor

_MOST_DOCUMENTS = 200
_YEARS_BACK = 5


def only_readers(request: AuthenticatedRequest) -> Actor:
    """The person who asks; 404 for whoever has nothing to see here."""
    who = actor(request)
    if not may_see_monitors(who):
        raise Http404
    return who


def register_named(key: str) -> Register:
    """404 for a word that is no register."""
    found = REGISTERS.get(key)
    if found is None:
        raise Http404
    return found


def seen_by(who: Actor) -> Collection[int] | None:
    """The agencies on the boards of a person; None is all of them."""
    return agencies_seen_by(who)


def usual_quarter(day: date) -> Period:
    """The quarter of the reform year that a day lies in, once a month of it is over; else the one before."""
    now = period_of(Calendar.REFORM, PeriodKind.QUARTER, day)
    if (day - now.from_on).days >= 30:
        return now
    return period_of(Calendar.REFORM, PeriodKind.QUARTER, date.fromordinal(now.from_on.toordinal() - 1))


def asked_of(register: Register, given: QueryDict, day: date) -> Asked:
    """The year and quarter that an address or form asks for; the usual ones for anything else."""
    usual = usual_quarter(day)
    is_quarter = register.period is PeriodOf.QUARTER
    year = _whole(given.get("year", ""), range(2011, 2101)) or (usual.year if is_quarter else day.year)
    quarter = _whole(given.get("quarter", ""), range(1, 5)) or usual.number
    return Asked(day, year, quarter)


def _whole(text: str, allowed: range) -> int | None:
    if text.isascii() and text.isdecimal() and len(text) < 5 and int(text) in allowed:
        return int(text)
    return None


def period_query(register: Register, asked: Asked) -> str:
    """The period as the end of an address; nothing for a register without one."""
    if register.period is PeriodOf.NONE:
        return ""
    given = {"year": asked.year}
    if register.period is PeriodOf.QUARTER:
        given["quarter"] = asked.quarter
    return urlencode(given)


def period_words(register: Register, asked: Asked) -> str:
    """“Quý II/2026 (15/03/2026–14/06/2026)”, “Năm 2026”, “Tình hình ngày 16/06/2026”."""
    if register.period is PeriodOf.QUARTER:
        return during_of(register, asked).words
    if register.period is PeriodOf.YEAR:
        return _("Năm %d") % asked.year
    return _("Tình hình ngày %s") % format_date(asked.on)


def during_of(register: Register, asked: Asked) -> Period:
    """The period whose figures a board sums up: the quarter, or the reform year as far as it has come."""
    if register.period is PeriodOf.QUARTER:
        return period(Calendar.REFORM, PeriodKind.QUARTER, asked.year, asked.quarter)
    if register.period is PeriodOf.YEAR:
        return period(Calendar.REFORM, PeriodKind.YEAR, asked.year)
    return period_of(Calendar.REFORM, PeriodKind.YEAR, asked.on).cut_off(asked.on)


def years(day: date) -> list[tuple[str, str]]:
    return [(str(year), str(year)) for year in range(day.year + 1, day.year - _YEARS_BACK, -1)]


def tabs(here: str) -> list[tuple[str, str, bool, None]]:
    """The overview and every register."""
    entries = [("", _("Tổng quan"), reverse("monitors"))]
    entries += [(key, str(one.short), reverse("monitor", args=[key])) for key, one in REGISTERS.items()]
    return [(label, link, key == here, None) for key, label, link in entries]


def document_choices(owners: Collection[int]) -> list[tuple[int, str]]:
    """The documents of these stores as (id, number and title), newest first; one query."""
    rows = Document.objects.filter(owner_id__in=list(owners), superseded_by__isnull=True).order_by("-pk")
    return [(one.pk, f"{one.number} {one.title}".strip()) for one in rows[:_MOST_DOCUMENTS]]


@dataclass(frozen=True)
class Told:
    """One column of an entry in words; a document with its address."""

    label: str
    text: str
    document_id: int | None = None


def told(register: Register, entry: Entry) -> list[Told]:
    """What an entry says, column by column; “—” for what is not known. One query for its documents."""
    ids = {
        getattr(entry, f"{field.name}_id")
        for field in register.model._meta.get_fields()
        if isinstance(field, models.ForeignKey) and field.related_model is Document
    }
    documents = Document.objects.in_bulk([one for one in ids if one is not None])
    found = []
    for name in register.fields:
        field = register.model._meta.get_field(name)
        if isinstance(field, models.ForeignKey):
            pk = getattr(entry, f"{name}_id")
            document = documents.get(pk) if pk is not None else None
            words = f"{document.number} {document.title}".strip() if document else "—"
            found.append(Told(register.label(name), words, pk))
        else:
            found.append(Told(register.label(name), words_of(register, name, getattr(entry, name))))
    return found


def words_of(register: Register, name: str, value: Any) -> str:
    """A stored value as it is read."""
    if value in (None, ""):
        return "—"
    field = register.model._meta.get_field(name)
    choices = getattr(field, "choices", None)
    if choices:
        return str(dict(choices).get(value, value))
    if isinstance(value, date):
        return format_date(value)
    if name in ("year", "quarter"):
        return str(value)
    if isinstance(value, int | Decimal):
        return format_decimal(value)
    return str(value)

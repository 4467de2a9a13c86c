"""The trace as its readers ask for it: narrowed, newest first, page by page from a known entry on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import CharField, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse

from openpar.base.accounts.models import User
from openpar.base.audit.models import Entry
from openpar.base.audit.queries import Told, told
from openpar.base.documents.models import Document
from openpar.base.organisations.models import OrganisationVersion
from openpar.base.organisations.queries import names_on
from openpar.base.organisations.roles import Actor
from openpar.common.formats import VIETNAM
from openpar.common.text import fold, spellings
from openpar.parindex.assessments.models import Assessment, Round
from openpar.parindex.criteria.models import CriteriaSet
from openpar.web.audit.permissions import groups_read_by, may_read_whole_trace
from openpar.web.people.views import may_see_people

PAGE_SIZE = 50


@dataclass(frozen=True)
class Wanted:
    """What the trace is narrowed to; "" and None narrow nothing. Both days are included."""

    text: str = ""
    person: str = ""
    unit: str = ""
    group: str = ""
    about: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class TracePage:
    """Entries newest first; a number is None where there is nothing more on that side."""

    entries: tuple[Told, ...]
    older_before: int | None
    newer_after: int | None


@dataclass(frozen=True)
class Thing:
    """What an entry is about, by name; the link is "" when the reader has no page of it."""

    name: str
    link: str


def entries_wanted(actor: Actor, wanted: Wanted) -> QuerySet[Entry]:
    """The entries that `actor` may read and asks for."""
    groups = groups_read_by(actor)
    found = Entry.objects.all()
    if wanted.group or not may_read_whole_trace(actor):
        chosen = [group for group in groups if not wanted.group or group.key == wanted.group]
        found = found.filter(verb__in=[verb for group in chosen for verb in group.verbs])
    if wanted.about:
        found = found.filter(Q(about=wanted.about) | Q(object=wanted.about))
    if wanted.person:
        named = User.objects.filter(name_folded__contains=fold(wanted.person))
        # Jobs and operators on the server have no account; they are known by the name alone.
        found = found.filter(Q(actor_id__in=named.values("pk")) | _has("actor_name", wanted.person))
    if wanted.unit:
        found = found.filter(_of_unit(wanted.unit))
    if wanted.text:
        found = found.filter(_has("label", wanted.text) | _has("reason", wanted.text))
    if wanted.since:
        found = found.filter(at__gte=_midnight(wanted.since))
    if wanted.until:
        found = found.filter(at__lt=_midnight(wanted.until + timedelta(days=1)))
    return found.order_by("-pk")


def page_of(entries: QuerySet[Entry], *, before: int | None = None, after: int | None = None) -> TracePage:
    """The page of entries older than `before`, or next newer than `after`; the newest page without either.

    One query, two when the way to newer entries ends at the newest page.
    """
    if after is not None:
        rows = list(entries.filter(pk__gt=after).order_by("pk")[: PAGE_SIZE + 1])
        if len(rows) > PAGE_SIZE:
            shown = rows[:PAGE_SIZE][::-1]
            return TracePage(told(shown), shown[-1].pk, shown[0].pk)
    elif before is not None:
        entries = entries.filter(pk__lt=before)
    rows = list(entries[: PAGE_SIZE + 1])
    shown = rows[:PAGE_SIZE]
    older = shown[-1].pk if len(rows) > PAGE_SIZE else None
    newer = shown[0].pk if shown and before is not None else None
    return TracePage(told(shown), older, newer)


def things_of(actor: Actor, tokens: Iterable[str], day: date) -> Mapping[str, Thing]:
    """Names and links of "assessment:3", "user:7"…; one query for each kind of thing, however many."""
    ids: defaultdict[str, set[int]] = defaultdict(set)
    for token in tokens:
        kind, _colon, number = token.partition(":")
        if number.isdecimal():
            ids[kind].add(int(number))
    links = _links(actor)
    found: dict[str, Thing] = {}
    for kind, name_them in _NAMES.items():
        if not ids[kind] or (kind not in _OF_ACCOUNTS and not may_read_whole_trace(actor)):
            continue
        base, ending = links.get(kind, ("", ""))
        for pk, name in name_them(ids[kind], day).items():
            found[f"{kind}:{pk}"] = Thing(name, f"{base}{pk}/{ending}" if base else "")
    return found


def _has(column: str, text: str) -> Q:
    """Rows whose column has the text; it is stored as it was typed, with its tones at either place."""
    return Q(*((f"{column}__icontains", spelling) for spelling in spellings(text)), _connector=Q.OR)


def _of_unit(name: str) -> Q:
    """Entries of the sheets, the documents and the register of units whose name, at any time, has this."""
    units = OrganisationVersion.objects.filter(name_folded__contains=fold(name)).order_by()
    sheets = Assessment.objects.filter(organisation_id__in=units.values("organisation_id")).order_by()
    of_sheets = sheets.values_list(Concat(Value("assessment:"), Cast("pk", CharField())))
    of_units = units.values_list(Concat(Value("organisation:"), Cast("organisation_id", CharField())))
    return Q(about__in=of_sheets) | Q(about__in=of_units) | Q(object__in=of_units)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), VIETNAM)


def _links(actor: Actor) -> Mapping[str, tuple[str, str]]:
    """Where a kind of thing has its page, for those who may open it."""
    links = {"organisation": (reverse("organisations"), "")}
    if may_see_people(actor):
        links["user"] = (reverse("people"), "")
    if may_read_whole_trace(actor):
        links["assessment"] = (reverse("assessments"), "history/")
        links["round"] = (reverse("rounds"), "")
        links["criteria_set"] = (reverse("criteria"), "")
        links["document"] = (reverse("documents"), "")
    return links


def _sheet_names(ids: set[int], _day: date) -> dict[int, str]:
    rows = Assessment.objects.filter(pk__in=ids).values_list("pk", "unit__name", "round_block__round__year")
    return {pk: f"{unit}, {year}" for pk, unit, year in rows}


def _round_names(ids: set[int], _day: date) -> dict[int, str]:
    return dict(Round.objects.filter(pk__in=ids).values_list("pk", "title"))


def _set_names(ids: set[int], _day: date) -> dict[int, str]:
    return dict(CriteriaSet.objects.filter(pk__in=ids).values_list("pk", "title"))


def _person_names(ids: set[int], _day: date) -> dict[int, str]:
    return dict(User.objects.filter(pk__in=ids).values_list("pk", "full_name"))


def _document_names(ids: set[int], _day: date) -> dict[int, str]:
    return dict(Document.objects.filter(pk__in=ids).order_by().values_list("pk", "title"))


_NAMES: Mapping[str, Callable[[set[int], date], dict[int, str]]] = {
    "assessment": _sheet_names,
    "round": _round_names,
    "criteria_set": _set_names,
    "user": _person_names,
    "organisation": names_on,
    "document": _document_names,
}
# What those who keep accounts and the register may know by name.
_OF_ACCOUNTS = ("user", "organisation")

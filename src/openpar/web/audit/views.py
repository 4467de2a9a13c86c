"""The trace, newest first: read, narrowed, printed, taken along as a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from openpar.base.audit.queries import Told, told
from openpar.base.organisations.roles import Actor
from openpar.common.errors import Gap, Refused
from openpar.common.formats import VIETNAM, format_date
from openpar.common.spreadsheets import write_csv
from openpar.web.audit.permissions import groups_read_by, may_read_trace, may_read_whole_trace
from openpar.web.audit.queries import Thing, Wanted, entries_wanted, page_of, things_of
from openpar.web.components.given import Given
from openpar.web.http import AuthenticatedRequest, only, page, refused, today
from openpar.web.trace.groups import GROUPS
from openpar.web.trace.words import Change, change_of, verb_words

# The most entries of one file; who needs more narrows the days and takes several.
EXPORT_MOST = 10_000
_LONGEST_SHOWN = 300
_FILTERS = ("q", "person", "unit", "group", "about", "since", "until")


@dataclass(frozen=True)
class Line:
    """One entry as the page and the file show it."""

    id: int
    at: datetime
    who: str
    what: str
    label: str
    label_link: str
    about: str
    thing: Thing | None
    changes: tuple[Change, ...]
    reason: str


@page("GET")
def trace(request: AuthenticatedRequest) -> HttpResponse:
    who = only(request, may_read_trace)
    wanted, gaps = _wanted(request)
    found = page_of(
        entries_wanted(who, wanted), before=_number(request, "before"), after=_number(request, "after")
    )
    kept = {name: request.GET[name] for name in _FILTERS if request.GET.get(name)}
    context: dict[str, Any] = {
        "lines": [_shortened(line) for line in _lines(who, found.entries)],
        "older_link": _link(kept, before=found.older_before),
        "newer_link": _link(kept, after=found.newer_after),
        "newest_link": f"?{urlencode(kept)}",
        "wanted": wanted,
        "typed": {name: request.GET.get(name, "") for name in _FILTERS},
        "is_narrowed": bool(kept),
        "about": things_of(who, [wanted.about], today()).get(wanted.about) if wanted.about else None,
        "groups": [(group.key, group.label) for group in groups_read_by(who)],
        "is_whole": may_read_whole_trace(who),
        "export_query": urlencode(kept),
        "export_most": EXPORT_MOST,
    }
    if gaps:
        return refused(request, Refused(gaps), template="audit/trace.html", context=context)
    return render(request, "audit/trace.html", context)


@page("GET")
def export(request: AuthenticatedRequest) -> HttpResponse:
    """The entries asked for as CSV, at most EXPORT_MOST; a last line says when there are more."""
    who = only(request, may_read_trace)
    wanted, gaps = _wanted(request)
    if gaps:
        return refused(request, Refused(gaps))
    rows = list(entries_wanted(who, wanted)[: EXPORT_MOST + 1])
    text = StringIO(newline="")
    lines = _lines(who, told(rows[:EXPORT_MOST]))
    write_csv(text, _header(), _cells(lines, is_cut=len(rows) > EXPORT_MOST))
    answer = HttpResponse(text.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    name = _("Nhật ký đến %s.csv") % format_date(today()).replace("/", "-")
    answer["Content-Disposition"] = content_disposition_header(True, name) or ""
    return answer


def _wanted(request: AuthenticatedRequest) -> tuple[Wanted, tuple[Gap, ...]]:
    """What is asked for, and which days cannot be read."""
    given = Given(dict(request.GET.lists()))
    labels = {"since": _("Từ ngày"), "until": _("Đến ngày")}
    wanted = Wanted(
        text=given.text("q"),
        person=given.text("person"),
        unit=given.text("unit"),
        group=given.text("group") if given.text("group") in {group.key for group in GROUPS} else "",
        about=given.text("about"),
        since=given.day("since"),
        until=given.day("until"),
    )
    gaps = (
        Gap(labels[name], text, link=f"#id_{name}", code="unreadable") for name, text in given.errors.items()
    )
    return wanted, tuple(gaps)


def _number(request: AuthenticatedRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 18 else None


def _link(kept: Mapping[str, str], **more: int | None) -> str:
    (name, number) = next(iter(more.items()))
    return "" if number is None else f"?{urlencode({**kept, name: number})}"


def _lines(who: Actor, entries: Iterable[Told]) -> list[Line]:
    entries = list(entries)
    tokens = {token for entry in entries for token in (entry.about, entry.object)}
    things = things_of(who, tokens, today())
    return [_line(entry, things) for entry in entries]


def _line(entry: Told, things: Mapping[str, Thing]) -> Line:
    # An entry that carries its reason among its values tells it once.
    told_once = [one for one in entry.differences if not entry.reason or one.after != entry.reason]
    changes = [change_of(one) for one in told_once]
    itself = things.get(entry.object)
    return Line(
        id=entry.id,
        at=entry.at,
        who=entry.actor_name,
        what=verb_words(entry.verb),
        label=entry.label,
        label_link=itself.link if itself else "",
        about=entry.about,
        thing=things.get(entry.about),
        changes=tuple(change for change in changes if change.before or change.after),
        reason=entry.reason,
    )


def _shortened(line: Line) -> Line:
    """For the screen: the results of a whole round are one value; the file has it all."""
    changes = tuple(
        Change(change.label, _short(change.before), _short(change.after)) for change in line.changes
    )
    return Line(**{**vars(line), "changes": changes})


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def _header() -> list[str]:
    return [
        _("Số"),
        _("Thời điểm"),
        _("Người làm"),
        _("Việc"),
        _("Đối tượng"),
        _("Thuộc về"),
        _("Thay đổi"),
        _("Lý do"),
    ]


def _cells(lines: Iterable[Line], *, is_cut: bool) -> Iterator[list[str]]:
    for line in lines:
        yield [
            str(line.id),
            f"{format_date(line.at)} {line.at.astimezone(VIETNAM):%H:%M:%S}",
            line.who,
            line.what,
            line.label,
            line.thing.name if line.thing else line.about,
            "; ".join(_told_change(change) for change in line.changes),
            line.reason,
        ]
    if is_cut:
        note = _("Chỉ có %s mục mới nhất; còn mục cũ hơn. Chọn khoảng ngày hẹp hơn để lấy tiếp.")
        yield [note % EXPORT_MOST]


def _told_change(change: Change) -> str:
    if not change.before:
        return f"{change.label}: {change.after}"
    after = change.after or _("bỏ trống")
    return f"{change.label}: {change.before} → {after}"

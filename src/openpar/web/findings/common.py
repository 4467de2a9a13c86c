"""What the pages of findings share: who may come, what an address asks for, the words of states."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.http import Http404, QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from openpar.base.organisations.roles import Actor
from openpar.common.errors import Gap
from openpar.reform.fields import field_short_name, reform_fields
from openpar.reform.findings.actions.remedying import remedy_gaps
from openpar.reform.findings.actions.tasks import CONFERENCE_SOURCE, FINDING_SOURCE
from openpar.reform.findings.lateness import OWED, is_overdue, lateness_words, was_remedied_in_time
from openpar.reform.findings.models import Finding, FindingState, FoundBy
from openpar.reform.findings.permissions import (
    may_enter_any,
    sees_all_findings,
    sees_outside_findings,
    units_seen_by,
)
from openpar.reform.findings.queries.board import OVERDUE_WORD, OWED_WORD, Asked, last_year
from openpar.reform.findings.queries.story import Story, story_of
from openpar.reform.findings.queries.visibility import visible_conferences, visible_findings
from openpar.reform.findings.taxonomy import entries
from openpar.reform.heirs import standing_in
from openpar.web.http import AuthenticatedRequest, actor, today

Pill = tuple[str, str]
Choices = list[tuple[str, str]]

_PILLS: Mapping[FindingState, str] = {
    FindingState.OPEN: "empty",
    FindingState.REMEDIATING: "active",
    FindingState.REPORTED: "waiting",
    FindingState.SENT_BACK: "bad",
    FindingState.CLOSED: "done",
}
_EVERY_YEAR = "all"


def side(request: AuthenticatedRequest) -> Actor:
    """The person who asks, with their roles also for organisations that theirs carry on; once per request.

    For everything about findings that stand; what is begun anew is begun by `actor`.
    """
    known: Actor | None = getattr(request, "_side", None)
    if known is None:
        known = standing_in(actor(request), today())
        request._side = known  # type: ignore[attr-defined]  # kept on the request on purpose
    return known


def may_come(who: Actor) -> bool:
    """Has anything to look for here at all."""
    return sees_all_findings(who) or sees_outside_findings(who) or bool(units_seen_by(who))


def frame(request: AuthenticatedRequest, here: str) -> dict[str, object]:
    """The tabs of the subject. 404 for whoever has nothing to see here."""
    if not may_come(actor(request)):
        raise Http404
    pages = (
        ("findings", _("Tồn tại, hạn chế")),
        ("findings-conferences", _("Hội nghị rút kinh nghiệm")),
        ("findings-taxonomy", _("Danh mục mã")),
    )
    return {"tabs": [(label, reverse(name), name == here, None) for name, label in pages]}


def state_pill(finding: Finding) -> Pill:
    """How it stands, by icon and word."""
    state = FindingState(finding.state)
    return _PILLS[state], str(state.label)


def late_pill(finding: Finding, day: date) -> Pill | None:
    """Overdue or nearly so, in words; None where nothing is to say."""
    words = lateness_words(finding, day)
    if not words:
        return None
    if is_overdue(finding, day):
        return "bad", words
    if finding.reported_on is None or finding.state in OWED:
        return "info", words
    return ("done" if was_remedied_in_time(finding) else "warning"), words


def asked_of(given: QueryDict, who: Actor) -> Asked:
    """What an address asks for; words that are none of a list are passed over. Without a year: the newest."""
    states = {*FindingState.values, OWED_WORD, OVERDUE_WORD}
    fields = {field.code for field in reform_fields()}
    year = given.get("year", "")
    wanted = whole_number(year) or (None if year == _EVERY_YEAR else last_year(who))
    return Asked(
        year=wanted,
        field=_known(given, "field", fields),
        organisation_id=whole_number(given.get("organisation")),
        state=_known(given, "state", states),
        found_by=_known(given, "source", FoundBy.values),
        code=given.get("code", "")[:10],
        is_recurring=given.get("again") == "1",
        search=given.get("q", "")[:200],
    )


def _known(given: QueryDict, name: str, words: Collection[str]) -> str:
    word = str(given.get(name, ""))
    return word if word in words else ""


def whole_number(text: str | None) -> int | None:
    """A positive number of an address; None for anything else."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 16 else None


@dataclass(frozen=True)
class Links:
    """Addresses of the list behind a count: what is asked for already, with something more."""

    asked: Asked
    path: str

    def to(self, changes: Mapping[str, Any] | None = None, *, view: str = "list") -> str:
        """The board with `changes` of the fields of `Asked`."""
        asked = replace(self.asked, **(changes or {}))
        query = {
            "view": view,
            "year": asked.year or _EVERY_YEAR,
            "field": asked.field,
            "organisation": asked.organisation_id or "",
            "state": asked.state,
            "source": asked.found_by,
            "code": asked.code,
            "again": "1" if asked.is_recurring else "",
            "q": asked.search,
        }
        return f"{self.path}?{urlencode({name: value for name, value in query.items() if value != ''})}"


def state_choices() -> Choices:
    return [
        (OVERDUE_WORD, _("Quá hạn")),
        (OWED_WORD, _("Còn phải khắc phục")),
        *((str(state.value), str(state.label)) for state in FindingState),
    ]


def field_choices(day: date) -> Choices:
    return [(field.code, f"{field.code}. {field_short_name(field.code, day)}") for field in reform_fields()]


def code_choices(day: date, field: str = "") -> Choices:
    """The codes of the taxonomy, of one field or of all."""
    return [(one.code, f"{one.code}. {one.name}") for one in entries(day) if field in ("", one.field)]


def seen_story(request: AuthenticatedRequest, finding_id: int) -> Story:
    """The finding with its story; 404 for whoever may not see it."""
    story = story_of(side(request), finding_id, today())
    if story is None:
        raise Http404
    return story


def source_link(who: Actor, kind: str, source_id: int | None) -> str:
    """Where the task of a finding or conference came from; "" for others and for who may not see it."""
    if source_id is None or kind not in (FINDING_SOURCE, CONFERENCE_SOURCE):
        return ""
    who = standing_in(who, today())
    if kind == FINDING_SOURCE and visible_findings(who).filter(pk=source_id).exists():
        return reverse("finding", args=[source_id])
    if kind == CONFERENCE_SOURCE and visible_conferences(who).filter(pk=source_id).exists():
        return reverse("findings-conference", args=[source_id])
    return ""


def gaps_to_plan(finding: Finding, who: Actor) -> list[Gap]:
    return remedy_gaps(finding, who, FindingState.REMEDIATING)


def gaps_to_report(finding: Finding, who: Actor) -> list[Gap]:
    return remedy_gaps(finding, who, FindingState.REPORTED)


def may_enter(who: Actor) -> bool:
    return may_enter_any(who)

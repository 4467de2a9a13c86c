"""What the pages of initiatives share: the period asked for, the signs of states, the tabs, documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.http import Http404, QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from openpar.base.documents.models import Document
from openpar.base.organisations.roles import Actor
from openpar.common.errors import Gap, Refused
from openpar.engine.periods import PeriodKind
from openpar.reform.fields import field_codes, field_name, field_short_name
from openpar.reform.initiatives.duty import PeriodKey, duty_on
from openpar.reform.initiatives.models import Evaluation, ReportKind, State
from openpar.reform.initiatives.permissions import may_see_initiatives
from openpar.web.http import AuthenticatedRequest, actor, today

PILLS: Mapping[State, str] = {
    State.PROPOSED: "draft",
    State.RECOGNISED: "checked",
    State.RUNNING: "active",
    State.REPLICATED: "published",
    State.STOPPED: "ended",
}
VERDICT_PILLS: Mapping[str, str] = {
    Evaluation.Verdict.EFFECTIVE: "done",
    Evaluation.Verdict.PARTLY: "warning",
    Evaluation.Verdict.NOT_EFFECTIVE: "bad",
    Evaluation.Verdict.TOO_EARLY: "waiting",
}
_MOST_DOCUMENTS = 200
_YEARS_BACK = 5


@dataclass(frozen=True)
class Asked:
    """The report period of the address, with why it could not be had (then it is the usual one)."""

    key: PeriodKey
    gaps: tuple[Gap, ...] = ()

    @property
    def query(self) -> str:
        """The same as the end of an address."""
        return urlencode({"kind": self.key.kind.value, "year": self.key.year, "number": self.key.number})


def usual_period(day: date) -> PeriodKey:
    """The report period whose report is due next, or was due last: that of the nearest end."""
    duty = duty_on(day)
    keys = [key for year in (day.year - 1, day.year, day.year + 1) for key in duty.periods_of(year)]
    begun = [key for key in keys if key.days.from_on <= day]
    return min(begun, key=lambda key: abs((duty.due_on(key.days) - day).days))


def asked_of(given: QueryDict, day: date) -> Asked:
    """What an address or form asks for; words that are none of a list are passed over."""
    usual = usual_period(day)
    word = given.get("kind", "")
    if word not in PeriodKind.__members__:
        return Asked(usual)
    kind = PeriodKind(word)
    year, number = _whole(given.get("year")) or usual.year, _whole(given.get("number")) or 1
    key = PeriodKey(kind, year, number)
    try:
        _days = key.days
        if word not in ReportKind.values:
            raise Refused(Gap(_("Kỳ báo cáo"), _("không đánh giá mô hình theo tháng"), code="no-period"))
    except Refused as refused:
        return Asked(usual, refused.gaps)
    return Asked(key)


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 5 else None


def period_choices(asked: Asked, day: date) -> list[tuple[str, str]]:
    """The report periods of some years as (word, words), newest first, with the one asked for."""
    duty = duty_on(day)
    years = range(day.year + 1, day.year - _YEARS_BACK, -1)
    keys = [key for year in years for key in reversed(duty.periods_of(year)) if key.days.from_on <= day]
    if asked.key not in keys:
        keys.insert(0, asked.key)
    return [(period_word(key), key.days.words) for key in keys]


def period_word(key: PeriodKey) -> str:
    """“HALF-2026-1”: one value of a select."""
    return f"{key.kind.value}-{key.year}-{key.number}"


def with_period(given: QueryDict) -> QueryDict:
    """The query with the chosen period of one select spread over kind, year and number."""
    kind, _line, rest = given.get("period", "").partition("-")
    year, _line, number = rest.partition("-")
    if not (kind and year and number):
        return given
    spread = given.copy()
    spread["kind"], spread["year"], spread["number"] = kind, year, number
    return spread


def only_readers(request: AuthenticatedRequest) -> Actor:
    """The person who asks; 404 for whoever has nothing to see here."""
    who = actor(request)
    if not may_see_initiatives(who):
        raise Http404
    return who


def tabs(here: str) -> list[tuple[str, str, bool, None]]:
    """The pages of the subject."""
    entries = (
        ("initiatives", _("Mô hình, sáng kiến")),
        ("initiative-evaluations", _("Đánh giá theo kỳ")),
        ("initiative-targets", _("Chỉ tiêu sáng kiến")),
    )
    return [(label, reverse(name), name == here, None) for name, label in entries]


def field_choices() -> list[tuple[str, str]]:
    """The reform fields, named as today."""
    return [(code, field_name(code, today())) for code in field_codes()]


def short_field(code: str) -> str:
    """The short name of a field, as today."""
    return field_short_name(code, today())


def document_choices(owners: Iterable[int]) -> list[tuple[int, str]]:
    """The documents of these stores as (id, number and title), newest first; one query."""
    rows = Document.objects.filter(owner_id__in=list(owners), superseded_by__isnull=True).order_by("-pk")
    return [(one.pk, f"{one.number} {one.title}".strip()) for one in rows[:_MOST_DOCUMENTS]]

"""What the pages of the index share: the period and the day of knowledge asked for, the tabs, who may."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.http import Http404, QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from openpar.common.errors import Gap, Refused
from openpar.common.formats import format_date, parse_date
from openpar.delivery.service_quality.periods import IndexPeriod, IndexPeriodKind, last_finished
from openpar.delivery.service_quality.permissions import (
    agencies_seen_by,
    may_bring_in_inputs,
    may_manage_index,
    may_see_index,
)
from openpar.web.http import AuthenticatedRequest, actor, today

_YEARS_BACK = 5


@dataclass(frozen=True)
class Asked:
    """The period of the address, the day by whose end figures were known (None: now), and what could not be
    had of both (then it is the usual one).
    """

    period: IndexPeriod
    known_on: date | None = None
    gaps: tuple[Gap, ...] = ()

    @property
    def query(self) -> str:
        """The same as the end of an address."""
        asked: dict[str, str | int] = {
            "kind": self.period.kind.value,
            "year": self.period.year,
            "number": self.period.number,
        }
        if self.known_on is not None:
            asked["on"] = format_date(self.known_on)
        return urlencode(asked)


def asked_of(given: QueryDict, day: date) -> Asked:
    """What an address or a form asks for; words that are none of a list are passed over."""
    words = [one.value for one in IndexPeriodKind]
    word = given.get("kind", "")
    kind = IndexPeriodKind(word if word in words else words[0])
    usual = last_finished(kind, day)
    year, number = _whole(given.get("year")) or usual.year, _whole(given.get("number"))
    if number is None:
        number = usual.number
    period, gaps = IndexPeriod(kind, year, number), list[Gap]()
    if not 1 <= number <= len(numbers_of(kind)):
        # A quarter chosen while the field still offered months.
        period = IndexPeriod(kind, year, usual.number)
    try:
        _days = period.days
    except Refused as refused:
        period, gaps = usual, [*refused.gaps]
    known_on = None
    if text := given.get("on", "").strip():
        try:
            known_on = parse_date(text, where=_("Theo số liệu biết đến hết ngày"))
        except Refused as refused:
            gaps += refused.gaps
    return Asked(period, known_on, tuple(gaps))


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 6 else None


def choices(asked: Asked, day: date) -> dict[str, object]:
    """What the fields of the filter offer."""
    years = range(day.year, day.year - _YEARS_BACK, -1)
    return {
        "asked": asked,
        "kinds": IndexPeriodKind.choices,
        "years": [(year, str(year)) for year in sorted({*years, asked.period.year}, reverse=True)],
        "numbers": numbers_of(asked.period.kind),
    }


def numbers_of(kind: IndexPeriodKind) -> list[tuple[int, str]]:
    """The periods of a kind within a year."""
    if kind is IndexPeriodKind.QUARTER:
        return [(number, _("Quý %s") % word) for number, word in enumerate(("I", "II", "III", "IV"), start=1)]
    word = _("Tháng %d") if kind is IndexPeriodKind.MONTH else _("Đến hết tháng %d")
    return [(number, word % number) for number in range(1, 13)]


def frame(request: AuthenticatedRequest, here: str, asked: Asked) -> dict[str, object]:
    """The tabs of the subject, and what the person may do. 404 for whoever has nothing to see here."""
    who = actor(request)
    seen = agencies_seen_by(who)
    if seen is not None and not seen:
        raise Http404
    pages = [("service-quality", _("Bảng điểm"))]
    if may_bring_in_inputs(who):
        pages.append(("service-quality-import", _("Nạp số liệu")))
    if may_manage_index(who):
        pages.append(("service-quality-portal", _("Đối chiếu với Cổng")))
    return {
        "tabs": [(label, f"{reverse(name)}?{asked.query}", name == here, None) for name, label in pages],
        "may_manage": may_manage_index(who),
        "may_bring_in": may_bring_in_inputs(who),
        **choices(asked, today()),
    }


def visible(request: AuthenticatedRequest, organisation_id: int) -> None:
    """404 for whoever may not see the figures of the agency."""
    if not may_see_index(actor(request), organisation_id):
        raise Http404

"""What the pages of dossiers share: who sees whose, the period asked for, the tabs above, names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from django.http import Http404, QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from openpar.base.calendars.queries import CalendarMissing, work_calendar
from openpar.base.facts.queries import batches, received_counters, values_in
from openpar.base.organisations.models import Organisation, OrganisationVersion
from openpar.base.organisations.queries import names_on, tree_as_of
from openpar.common.errors import Gap
from openpar.delivery.dossiers.declarations import AGENCIES, DATASET, SECTORS
from openpar.delivery.dossiers.permissions import may_import_dossiers
from openpar.delivery.dossiers.queries.lists import agencies_seen_by, with_those_below
from openpar.delivery.dossiers.queries.live import Today, today_of
from openpar.delivery.dossiers.queries.measures import Asked
from openpar.delivery.figures.actions.opening import PeriodAsked
from openpar.delivery.figures.errors import FiguresRefused
from openpar.delivery.figures.models import CalendarChoice, KindChoice
from openpar.engine.periods import BadPeriod, Calendar, Period, PeriodKind, months_of, period_of
from openpar.web.dossier_links import period_words
from openpar.web.dossiers.words import channel_choices
from openpar.web.figures.common import numbers_of, usual_period
from openpar.web.http import AuthenticatedRequest, actor, today
from openpar.web.procedures.common import asked_number

_YEARS_BACK = 6
Word = TypeVar("Word", Calendar, PeriodKind)


@dataclass(frozen=True)
class PeriodView:
    """The period of an address, with why it could not be had (then it is the usual one)."""

    asked: PeriodAsked
    period: Period
    gaps: tuple[Gap, ...] = ()

    @property
    def query(self) -> str:
        """The same as the end of an address."""
        return urlencode(period_words(self.period))


@dataclass(frozen=True)
class Filter:
    """What a page is narrowed to. `agency` with everything below it unless `only_own`."""

    view: PeriodView
    agency: int | None
    only_own: bool
    sector: str
    procedure: str
    channel: int | None
    asked: Asked

    @property
    def query(self) -> str:
        """As the end of an address, for the lists behind its figures."""
        found = self.view.query
        if self.agency is not None:
            found += f"&agency={self.agency}"
        if self.only_own:
            found += "&own=1"
        more = {"sector": self.sector, "procedure": self.procedure, "channel": self.channel or ""}
        return f"{found}&{urlencode({name: value for name, value in more.items() if value})}".rstrip("&")


def seen_agencies(request: AuthenticatedRequest) -> frozenset[int] | None:
    """Whose dossiers the person sees, None for everybody's; 404 for whoever sees none."""
    found = agencies_seen_by(actor(request), today())
    if found is not None and not found:
        raise Http404
    return found


def narrowed(
    request: AuthenticatedRequest, *, only_own: bool = False, on: date | None = None
) -> frozenset[int] | None:
    """The agencies that the address asks for, among those that are seen; 404 for another's.

    `on`: the day whose tree says who stands below an agency, today without one.
    """
    seen, agency = seen_agencies(request), asked_number(request, "agency")
    if agency is None:
        return seen
    if seen is not None and agency not in seen:
        raise Http404
    found = frozenset({agency}) if only_own else with_those_below({agency}, tree_as_of(on or today()))
    return found if seen is None else found & seen


def filter_of(request: AuthenticatedRequest) -> Filter:
    """Everything the address asks for; what is none of a list asks for nothing."""
    given = request.GET
    view, only_own = period_of_address(given, today()), given.get("own") == "1"
    # Boards add up by the tree of the last day of the period: the lists behind them have the same agencies.
    organisations = narrowed(request, only_own=only_own, on=min(view.period.until_on, today()))
    channel = asked_number(request, "channel")
    channel = channel if channel in dict(channel_choices()) else None
    sector, procedure = given.get("sector", "")[:200], given.get("procedure", "")[:200]
    return Filter(
        view=view,
        agency=asked_number(request, "agency"),
        only_own=only_own,
        sector=sector,
        procedure=procedure,
        channel=channel,
        asked=Asked(view.period, today(), organisations, sector, procedure, channel),
    )


def period_of_address(given: QueryDict, day: date) -> PeriodView:
    """The period of an address: the month of the day when it asks for none."""
    calendar = _chosen(Calendar, given.get("calendar", ""), Calendar.CIVIL)
    kind = _chosen(PeriodKind, given.get("kind", ""), PeriodKind.MONTH)
    try:
        usual = period_of(calendar, kind, day)
    except BadPeriod:
        usual = usual_period(calendar, kind, day)
    year = _whole(given.get("year")) or usual.year
    number = _whole(given.get("number")) or (usual.number if year == usual.year else 1)
    asked = PeriodAsked(calendar, kind, year, number)
    try:
        return PeriodView(asked, _cut_off(asked.period(), given.get("until", "")))
    except FiguresRefused as refused:
        return PeriodView(PeriodAsked(calendar, kind, usual.year, usual.number), usual, refused.gaps)


def _cut_off(whole: Period, text: str) -> Period:
    """The period counted up to a day of the address, where that day ends one of its months: facts know no
    days. Any other asks for nothing.
    """
    ends = [month for month in months_of(whole) if month.until_on.isoformat() == text]
    return whole.cut_off(ends[0].until_on) if ends else whole


def _chosen(words: type[Word], text: str, usual: Word) -> Word:
    return words(text) if text in [one.value for one in words] else usual


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 6 else None


def period_choices(view: PeriodView) -> dict[str, object]:
    """What the fields of a period offer (figures/parts.html)."""
    year = today().year
    years = {*range(year + 1, year - _YEARS_BACK, -1), view.asked.year}
    return {
        "view": view,
        "calendars": CalendarChoice.choices,
        "kinds": KindChoice.choices,
        "years": [(one, str(one)) for one in sorted(years, reverse=True)],
        "numbers": numbers_of(view.asked.kind),
    }


def filter_choices(request: AuthenticatedRequest, asked: Filter) -> dict[str, object]:
    """What the filters offer beside the period: agencies that have dossiers, fields, channels."""
    return {
        **period_choices(asked.view),
        "asked": asked,
        "agencies": agency_choices(seen_agencies(request), asked.agency),
        "sectors": [(name, name) for name in sorted(values_in(SECTORS).values())],
        "channels": channel_choices(),
    }


def agency_choices(seen: frozenset[int] | None, chosen: int | None = None) -> list[tuple[int, str]]:
    """The agencies of whom dossiers were told, in Vietnamese order."""
    keys = list(values_in(AGENCIES).values())
    known = set(Organisation.objects.filter(key__in=keys).values_list("pk", flat=True))
    wanted = {one for one in known if seen is None or one in seen} | ({chosen} if chosen else set())
    versions = OrganisationVersion.objects.as_of(today()).filter(organisation__in=wanted)
    return list(versions.order_by("name_sort").values_list("organisation_id", "name"))


def frame(request: AuthenticatedRequest, here: str) -> dict[str, object]:
    """The tabs of the subject, and until when the data speak."""
    pages = [
        ("dossiers-board", _("Một cửa hôm nay")),
        ("dossiers-agencies", _("Theo đơn vị")),
        ("dossiers-procedures", _("Theo thủ tục, lĩnh vực")),
        ("dossiers", _("Danh sách")),
        ("dossiers-late", _("Vì sao trễ")),
        ("dossiers-quality", _("Chất lượng dữ liệu")),
        ("dossiers-imports", _("Nạp danh sách")),
    ]
    if agencies_seen_by(actor(request), today()) is None and received_counters(DATASET):
        pages.insert(3, ("dossiers-provinces", _("Theo tỉnh")))
    latest = batches(DATASET).order_by("-as_of").first()
    return {
        "tabs": [(label, reverse(page), page == here, None) for page, label in pages],
        "told_until": latest.as_of if latest else None,
        "may_import": may_import_dossiers(actor(request)),
        "today": today(),
    }


def work_days(day: date) -> Today:
    """A day and the next working days. Raises CalendarMissing, also for a day that no calendar has."""
    calendar = work_calendar()
    try:
        return today_of(calendar, day)
    except IndexError as error:
        what = _("chưa có lịch của ngày %s") % f"{day:%d/%m/%Y}"
        remedy = _("Nhập và công bố lịch của năm %d") % day.year
        raise CalendarMissing.because(_("Lịch làm việc"), what, remedy, code="no-calendar") from error


def names_of(organisation_ids: Iterable[int]) -> Mapping[int, str]:
    """The names of organisations today, else the last ones they had."""
    return names_on(organisation_ids, today())

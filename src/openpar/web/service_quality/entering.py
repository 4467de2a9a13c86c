"""The form in which figures are typed that nobody counts; every figure with the document it stands in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from openpar.base.documents.models import Document
from openpar.base.documents.permissions import owners_seen_by
from openpar.base.documents.queries import documents_of_owners
from openpar.base.organisations.queries import names_on
from openpar.common.errors import Gap, Refused
from openpar.common.formats import format_decimal, parse_decimal
from openpar.common.text import nfc
from openpar.delivery.service_quality.actions.entering import Entry, state_inputs
from openpar.delivery.service_quality.counted import COUNTED
from openpar.delivery.service_quality.errors import StaleInputs
from openpar.delivery.service_quality.models import Saying
from openpar.delivery.service_quality.permissions import may_enter_inputs
from openpar.delivery.service_quality.queries.inputs import Known, known_inputs
from openpar.delivery.service_quality.rows import NOT_APPLICABLE, Given, given
from openpar.delivery.service_quality.sets import set_of
from openpar.engine.qd766 import Indicator, IndicatorSet
from openpar.web.http import AuthenticatedRequest, actor, now, page, refused, say, today
from openpar.web.procedures.common import asked_number
from openpar.web.service_quality.agency import origin_words
from openpar.web.service_quality.common import Asked, asked_of, frame, visible

_PAGE = "service_quality/enter.html"
_MOST_DOCUMENTS = 100


@dataclass
class Typed:
    """What came with the form: what is said of each indicator, what the person saw, what is no number."""

    entries: list[Entry] = field(default_factory=list)
    seen: dict[str, Given] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)

    @property
    def wrong(self) -> frozenset[str]:
        return frozenset(gap.link.removeprefix("#") for gap in self.gaps)


@dataclass(frozen=True)
class FieldRow:
    """The fields of one indicator, with what stands in them."""

    indicator: Indicator
    numerator: str
    denominator: str
    is_excused: bool
    seen: str
    origin: str
    is_counted: bool
    wrong: tuple[bool, bool]


def typed_in(posted: Mapping[str, str], indicators: IndicatorSet) -> Typed:
    """The form as it was sent. Only indicators whose fields were there are spoken of."""
    typed = Typed(texts={name: nfc(str(value)).strip() for name, value in posted.items()})
    for indicator in indicators.indicators():
        name = indicator.id
        if f"n-{name}" not in typed.texts:
            continue
        typed.seen[name] = _seen(typed.texts.get(f"seen-{name}", ""))
        if typed.texts.get(f"na-{name}"):
            typed.entries.append(Entry(name, NOT_APPLICABLE))
            continue
        below = _number(typed, f"d-{name}", _("%s, mẫu số") % name)
        is_percent = indicator.is_percent and below is None
        above = _number(typed, f"n-{name}", _("%s, tử số") % name, is_percent=is_percent)
        typed.entries.append(Entry(name, given(above, below)))
    return typed


def _number(typed: Typed, name: str, where: str, *, is_percent: bool = False) -> Decimal | None:
    text = typed.texts.get(name, "")
    if not text:
        return None
    try:
        return parse_decimal(
            text, percent=is_percent, ambiguous="decimal" if is_percent else "refuse", where=where
        )
    except Refused as bad:
        typed.gaps += [Gap(gap.where, gap.what, gap.remedy, gap.code, f"#{name}") for gap in bad.gaps]
        return None


def _seen(text: str) -> Given:
    """What `_as_seen` wrote; anything else is as if nothing had been seen, and then told as stale."""
    try:
        saying, above, below = text.split("|")
        pair = (Decimal(each) if each else None for each in (above, below))
        return Given(Saying(saying), *pair)
    except (ValueError, ArithmeticError):
        return Given(Saying.NO_DATA)


def _as_seen(known: Known | None) -> str:
    if known is None:
        return f"{Saying.NO_DATA.value}||"
    above, below = ("" if each is None else format(each, "f") for each in known.given.pair)
    return f"{known.given.saying.value}|{above}|{below}"


def _rows(
    indicators: IndicatorSet, known: Mapping[str, Known], typed: Typed | None, *, every: bool
) -> Iterator[FieldRow]:
    for indicator in indicators.indicators():
        name = indicator.id
        if name in COUNTED and not every:
            continue
        here = known.get(name)
        above, below = (
            "" if here is None or each is None else format_decimal(each)
            for each in (here.given.pair if here else (None, None))
        )
        excused = here is not None and here.given.saying is Saying.NOT_APPLICABLE
        wrong = typed.wrong if typed else frozenset[str]()
        yield FieldRow(
            indicator=indicator,
            numerator=typed.texts.get(f"n-{name}", above) if typed else above,
            denominator=typed.texts.get(f"d-{name}", below) if typed else below,
            is_excused=bool(typed.texts.get(f"na-{name}")) if typed else excused,
            seen=_as_seen(here),
            origin=origin_words(here),
            is_counted=name in COUNTED,
            wrong=(f"n-{name}" in wrong, f"d-{name}" in wrong),
        )


@dataclass(frozen=True)
class _Place:
    organisation_id: int
    asked: Asked
    indicators: IndicatorSet
    every: bool


@page("GET", "POST")
def enter(request: AuthenticatedRequest, organisation_id: int) -> HttpResponse:
    visible(request, organisation_id)
    if not may_enter_inputs(actor(request), organisation_id):
        raise Http404
    asked = asked_of(request.GET, today())
    indicators = set_of(asked.period.until_on)
    if indicators is None:
        gap = Gap(_("Kỳ"), _("chưa có bộ chỉ số cho kỳ này"), _("Chọn kỳ khác"), code="no-set")
        return refused(request, Refused(gap))
    place = _Place(organisation_id, asked, indicators, asked_number(request, "all") == 1)
    if request.method == "GET":
        return render(request, _PAGE, _context(request, place))
    typed = typed_in(request.POST.dict(), indicators)
    try:
        if asked.gaps or typed.gaps:
            raise Refused([*asked.gaps, *typed.gaps])
        count = state_inputs(
            by=actor(request),
            at=now(),
            organisation_id=organisation_id,
            period=asked.period,
            entries=typed.entries,
            document_id=_document(typed.texts.get("document", "")),
            remark=typed.texts.get("remark", ""),
            seen=typed.seen,
        )
    except Refused as error:
        status = 409 if isinstance(error, StaleInputs) else 422
        context = _context(request, place, typed)
        return refused(request, error, template=_PAGE, context=context, status=status)
    say(request, ngettext("Đã lưu %d chỉ số.", "Đã lưu %d chỉ số.", count) % count)
    return redirect(f"{reverse('service-quality-agency', args=[organisation_id])}?{asked.query}")


def _document(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def _context(request: AuthenticatedRequest, place: _Place, typed: Typed | None = None) -> dict[str, object]:
    known = known_inputs(place.asked.period, place.organisation_id)
    rows = list(_rows(place.indicators, known, typed, every=place.every))
    return {
        **frame(request, "", place.asked),
        "organisation_id": place.organisation_id,
        "name": _agency(place),
        "rows": rows,
        "every": place.every,
        "prefix": reverse("service-quality-agency", args=[place.organisation_id]),
        "documents": [(one.pk, _document_words(one)) for one in _documents(request, place)],
        "document": typed.texts.get("document", "") if typed else "",
        "remark": typed.texts.get("remark", "") if typed else "",
    }


def _documents(request: AuthenticatedRequest, place: _Place) -> list[Document]:
    owners = owners_seen_by(actor(request))
    if owners is None:
        # Who sees every store is offered those that are near.
        owners = {place.organisation_id, *actor(request).organisations()}
    return list(documents_of_owners(owners)[:_MOST_DOCUMENTS])


def _document_words(one: Document) -> str:
    return f"{one.number} – {one.title}" if one.number else one.title


def _agency(place: _Place) -> str:
    names = names_on([place.organisation_id], place.asked.period.until_on)
    if place.organisation_id not in names:
        raise Http404
    return names[place.organisation_id]

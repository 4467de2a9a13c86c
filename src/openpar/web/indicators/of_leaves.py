"""The measured figure beside a leaf: for the unit that fills it in, for the appraiser who checks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from openpar.base.facts.owners import QualityWarning
from openpar.common.formats import format_decimal
from openpar.engine.numbers import plain
from openpar.parindex.assessments.queries.figures import LeafFigure
from openpar.parindex.indicators.offers import Offer
from openpar.parindex.indicators.registers import register_named
from openpar.web.indicators.lists import list_link
from openpar.web.indicators.shown import ShownFigure, shown


@dataclass(frozen=True)
class ShownLeafFigure:
    """What there is, what was filled in, what stands in the answer; `seen`: the numbers to be agreed to."""

    code: str
    name: str
    why_nothing: str
    period: str
    is_running: bool
    source: str
    offered: ShownFigure | None
    entered: str
    used: ShownFigure | None
    used_at: datetime | None
    used_link: str
    is_overwritten: bool
    has_changed: bool
    may_be_taken: bool
    seen: tuple[str, str]
    warnings: tuple[QualityWarning, ...]
    list_link: str


def shown_leaf_figure(
    figure: LeafFigure, organisation_id: int, today: date, *, with_warnings: bool = True
) -> ShownLeafFigure:
    """How a page shows the figure of a leaf; `with_warnings` asks the owner of the dataset."""
    offer, used = figure.offer, figure.used
    offered = shown(offer.figure) if offer else None
    numbers = offer.figure if offer else None
    seen = ("", "")
    if numbers is not None and numbers.numerator is not None and numbers.denominator is not None:
        seen = (str(plain(numbers.numerator)), str(plain(numbers.denominator)))
    return ShownLeafFigure(
        code=figure.code,
        name=offer.definition.name if offer else "",
        why_nothing="" if offer else _("Chỉ tiêu “%s” chưa có định nghĩa cho năm đánh giá.") % figure.code,
        period=offer.during.words if offer else "",
        is_running=offer is not None and today <= offer.during.until_on,
        source=_source(offer) if offer else "",
        offered=offered,
        entered=_entered(figure),
        used=None if figure.used_figure is None else shown(figure.used_figure),
        used_at=used.taken_at if used else None,
        used_link=f"/indicators/values/{used.pk}/" if used else "",
        is_overwritten=figure.is_overwritten,
        has_changed=figure.has_changed,
        may_be_taken=figure.may_be_taken,
        seen=seen,
        warnings=offer.warnings() if offer and with_warnings else (),
        list_link=_list_link(offer, organisation_id) if offer else "",
    )


def _entered(figure: LeafFigure) -> str:
    if figure.entered is None:
        return ""
    return "/".join(format_decimal(number, trim=True) for number in figure.entered)


def _source(offer: Offer) -> str:
    if offer.value is not None:
        return str(offer.value.get_origin_display())
    if not offer.definition.is_counted:
        return ""
    register = register_named(offer.definition.dataset)
    if register is not None:
        return _("đếm từ %s lúc này") % register.label
    return _("đếm từ dữ liệu “%s” lúc này") % offer.definition.dataset


def _list_link(offer: Offer, organisation_id: int) -> str:
    if offer.facts is None:
        return ""
    during = offer.during
    return list_link(offer.definition, during.year, during.number, organisation_id, offer.definition.counts)

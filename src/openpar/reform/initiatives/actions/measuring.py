"""What is compared before and after, and the figures with the documents that show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.common.formats import format_decimal
from openpar.common.text import nfc
from openpar.reform.initiatives.actions.shared import (
    day_gaps,
    document_gaps,
    grown,
    noted,
    refuse_if,
    refuse_if_stopped,
    refuse_unless_enters,
    take,
    text_gaps,
    trace,
)
from openpar.reform.initiatives.models import Measure, Measurement

MOST_MEASURES = 20


@dataclass(frozen=True)
class NewMeasure:
    """What is measured; a ratio has a numerator and a denominator, anything else one value."""

    name: str
    unit: str
    better: Measure.Better
    is_ratio: bool = False


@dataclass(frozen=True)
class Measured:
    """One figure: a value stands in `numerator`."""

    side: Measurement.Side
    measured_on: date | None
    numerator: Decimal | None
    denominator: Decimal | None
    document_id: int | None


def add_measure(*, initiative_id: int, measure: NewMeasure, by: Actor, at: datetime) -> Measure:
    """Something to be compared before and after. Raises InitiativeRefused with every gap."""
    with write_transaction():
        there = take(initiative_id)
        refuse_unless_enters(by, there.organisation_id)
        refuse_if_stopped(there)
        name = " ".join(nfc(measure.name).split())
        gaps = [
            *text_gaps(_("Chỉ số"), name, longest=200),
            *text_gaps(_("Đơn vị tính"), measure.unit, longest=60),
        ]
        if there.measures.filter(name=name).exists():
            gaps.append(Gap(_("Chỉ số"), _("“%s” đã có") % name, code="measure-twice"))
        if there.measures.count() >= MOST_MEASURES:
            gaps.append(Gap(_("Chỉ số"), _("quá %d chỉ số") % MOST_MEASURES, code="too-many"))
        refuse_if(gaps)
        made = Measure.objects.create(
            initiative=there,
            name=name,
            unit=nfc(measure.unit).strip(),
            is_ratio=measure.is_ratio,
            better=measure.better,
        )
        grown(there)
        trace(there, "initiative.measure_added", by=by, at=at, after={"measure": name, "unit": made.unit})
        return made


def measure(*, measure_id: int, measured: Measured, by: Actor, at: datetime) -> Measurement:
    """One figure of a measure; of each side the newest counts, older ones stay readable.

    Also after the end: what came of it may be counted later. Raises InitiativeRefused with every gap.
    """
    with write_transaction():
        what = Measure.objects.select_related("initiative").get(pk=measure_id)
        there = take(what.initiative_id)
        refuse_unless_enters(by, there.organisation_id)
        refuse_if(
            [
                *_figure_gaps(what, measured),
                *day_gaps(_("Số liệu đến ngày"), measured.measured_on, at),
                *document_gaps(_("Văn bản nguồn"), measured.document_id, by),
            ]
        )
        assert measured.measured_on is not None
        assert measured.document_id is not None
        made = Measurement.objects.create(
            measure=what,
            side=measured.side,
            measured_on=measured.measured_on,
            numerator=measured.numerator,
            denominator=measured.denominator,
            document_id=measured.document_id,
            by_id=by.person_id,
            at=at,
        )
        noted(there)
        figure = " / ".join(
            format_decimal(one) for one in (measured.numerator, measured.denominator) if one is not None
        )
        told = {"measure": what.name, "side": str(made.side), "measured_figure": figure}
        trace(there, "initiative.measured", by=by, at=at, after=told)
        return made


def _figure_gaps(what: Measure, measured: Measured) -> list[Gap]:
    above, below = measured.numerator, measured.denominator
    if above is None:
        return [Gap(what.name, _("chưa có số"), _("Không phát sinh thì ghi 0"), code="no-figure")]
    if not what.is_ratio:
        if below is None:
            return []
        said = _("không phải tỷ lệ, không có mẫu số")
        return [Gap(what.name, said, _("Bỏ trống mẫu số"), code="no-ratio")]
    if below is None:
        return [Gap(what.name, _("tỷ lệ thiếu mẫu số"), _("Ghi cả tử số và mẫu số"), code="no-denominator")]
    if above < 0 or below < 0:
        return [Gap(what.name, _("tử số và mẫu số không được âm"), code="negative")]
    if above > below:
        return [Gap(what.name, _("tử số lớn hơn mẫu số"), _("Xem lại hai số"), code="above-denominator")]
    return []

"""What the actions share: the right, the period, the rows to be added, the trace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.audit.actions import record
from openpar.base.organisations.models import Organisation
from openpar.base.organisations.permissions import not_allowed
from openpar.base.organisations.queries import names_on
from openpar.base.organisations.roles import Actor
from openpar.common.errors import Gap
from openpar.common.formats import format_decimal
from openpar.delivery.service_quality.errors import InputsRefused
from openpar.delivery.service_quality.models import IndicatorInput, Origin, Saying
from openpar.delivery.service_quality.periods import IndexPeriod
from openpar.delivery.service_quality.permissions import may_enter_inputs, may_manage_index
from openpar.delivery.service_quality.rows import Given


@dataclass(frozen=True)
class Source:
    """Where a row comes from."""

    origin: Origin
    document_id: int | None = None
    batch_id: int | None = None
    remark: str = ""


@dataclass(frozen=True)
class Row:
    """What is to be said of one indicator of one agency."""

    organisation_id: int
    indicator: str
    given: Given
    source: Source


def refuse_unless_manages(by: Actor) -> None:
    if not may_manage_index(by):
        raise InputsRefused(not_allowed(by, _("Cán bộ kiểm soát TTHC hoặc Sở Nội vụ làm việc này")))


def refuse_unless_enters(by: Actor, organisation_id: int) -> None:
    if not may_enter_inputs(by, organisation_id):
        raise InputsRefused(not_allowed(by, _("Người của chính đơn vị nhập số liệu của đơn vị")))


def period_gaps(period: IndexPeriod, at: datetime) -> list[Gap]:
    """Of a period that has not begun nothing can be said."""
    if period.from_on <= timezone.localdate(at):
        return []
    what = _("%s chưa bắt đầu") % period.words
    return [Gap(_("Kỳ"), what, _("Chọn kỳ đã hoặc đang diễn ra"), code="period-ahead")]


def lock_agencies(ids: Sequence[int]) -> None:
    """Two people who say something of one agency come one after the other; always in the same order."""
    list(Organisation.objects.select_for_update().filter(pk__in=sorted(ids)).order_by("pk"))


def add_rows(period: IndexPeriod, rows: Sequence[Row], *, by: Actor, at: datetime) -> None:
    """Adds the rows; who is allowed and what changes was asked before."""
    IndicatorInput.objects.bulk_create(
        IndicatorInput(
            organisation_id=row.organisation_id,
            kind=period.kind.value,
            year=period.year,
            number=period.number,
            indicator=row.indicator,
            saying=row.given.saying,
            numerator=row.given.numerator,
            denominator=row.given.denominator,
            origin=row.source.origin,
            document_id=row.source.document_id,
            batch_id=row.source.batch_id,
            remark=row.source.remark,
            by_id=by.id,
            at=at,
        )
        for row in rows
    )


def trace(
    verb: str,
    period: IndexPeriod,
    *,
    by: Actor,
    at: datetime,
    organisation_id: int | None = None,
    label: str = "",
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    reason: str = "",
) -> None:
    """One entry about an agency, or about the whole period."""
    name = label
    if organisation_id is not None:
        name = names_on([organisation_id], period.until_on).get(organisation_id, "")
    about = f"organisation:{organisation_id}" if organisation_id is not None else "service_quality"
    record(
        by=by,
        at=at,
        verb=verb,
        object=about,
        about=about,
        label=f"{name}, {period.words}" if name else period.words,
        before=before,
        after=after,
        reason=reason,
    )


def told(given: Given | None) -> str:
    """Figures as a line of the trace: “880 / 1.000”, “—” for nothing known."""
    if given is None or given.saying is Saying.NO_DATA:
        return "—"
    if given.saying is Saying.NOT_APPLICABLE:
        return str(Saying.NOT_APPLICABLE.label)
    figures = ("—" if each is None else format_decimal(each) for each in given.pair)
    return " / ".join(figures)

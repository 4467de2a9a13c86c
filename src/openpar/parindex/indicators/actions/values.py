"""Keeping values: counted from facts at this moment, or reported with a document. Nothing is overwritten."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.audit.actions import record
from openpar.base.documents.models import Document
from openpar.base.facts.datasets import locked
from openpar.base.organisations.models import OrganisationVersion
from openpar.base.organisations.queries import names_on
from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.engine.numbers import plain
from openpar.engine.periods import Period
from openpar.parindex.indicators.actions.shared import (
    about,
    refuse_unless,
    take_indicator,
    version_for,
)
from openpar.parindex.indicators.counting import board_of, facts_digest, refuse_without_facts, tree_day
from openpar.parindex.indicators.definitions import Definition
from openpar.parindex.indicators.errors import IndicatorRefused, NoFacts
from openpar.parindex.indicators.figures import Figure, figure_of, gaps_of_numbers, not_applicable
from openpar.parindex.indicators.models import Indicator, IndicatorValue, IndicatorVersion
from openpar.parindex.indicators.permissions import may_compute_for, may_manage_indicators, may_report_for
from openpar.parindex.indicators.registers import (
    Register,
    gaps_of_register,
    lines_as_stored,
    listed,
    register_named,
)


@dataclass(frozen=True)
class Reported:
    """What an agency says: two numbers, or why the indicator does not apply to it."""

    numerator: Decimal | None = None
    denominator: Decimal | None = None
    not_applicable: str = ""
    note: str = ""


def compute_value(
    *, code: str, organisation_id: int, year: int, number: int = 1, by: Actor, at: datetime
) -> IndicatorValue:
    """Counts one agency with all below it now and keeps the value with the digest of the facts.

    Raises IndicatorRefused; NoFacts where the dataset cannot answer.
    """
    with write_transaction():
        indicator = take_indicator(code)
        refuse_unless(
            may_compute_for(by, organisation_id),
            by,
            _("Mỗi đơn vị lấy số liệu của mình; Sở Nội vụ của mọi nơi"),
        )
        return _computed(indicator, [organisation_id], year, number, by=by, at=at)[0]


def compute_values(
    *, code: str, year: int, number: int = 1, by: Actor, at: datetime
) -> tuple[IndicatorValue, ...]:
    """The same for every agency that has facts, all of one moment. Raises IndicatorRefused, NoFacts."""
    with write_transaction():
        indicator = take_indicator(code)
        refuse_unless(
            may_manage_indicators(by), by, _("Việc này do người quản lý kỳ đánh giá (Sở Nội vụ) làm")
        )
        return tuple(_computed(indicator, None, year, number, by=by, at=at))


def report_value(
    *,
    code: str,
    organisation_id: int,
    year: int,
    number: int = 1,
    reported: Reported,
    document_id: int,
    by: Actor,
    at: datetime,
) -> IndicatorValue:
    """What an agency reports, proved by a document of its own store. Raises IndicatorRefused, all gaps."""
    with write_transaction():
        indicator = take_indicator(code)
        refuse_unless(
            may_report_for(by, organisation_id), by, _("Cán bộ đầu mối hoặc thủ trưởng của đơn vị báo cáo")
        )
        row, _definition, during = version_for(indicator, year, number)
        gaps = gaps_of_reported(code, reported)
        document = Document.objects.filter(pk=document_id, owner_id=organisation_id).first()
        if document is None:
            what = _("không có tài liệu này trong kho của đơn vị")
            gaps.append(Gap(code, what, _("Đưa văn bản báo cáo vào kho tài liệu trước"), code="no-document"))
        if gaps:
            raise IndicatorRefused(gaps)
        value = _unsaved(row, organisation_id, during, figure_of_reported(reported), by=by, at=at)
        value.origin = IndicatorValue.Origin.REPORTED
        value.document = document
        value.note = value.note or reported.note.strip()
        return keep_value(value, indicator, _name(organisation_id, during), by=by, at=at)


def gaps_of_reported(where: str, reported: Reported) -> list[Gap]:
    """What is wrong with what somebody reports; nothing at all is no report."""
    gaps = list(gaps_of_numbers(where, reported.numerator, reported.denominator))
    has_numbers = reported.numerator is not None or reported.denominator is not None
    if reported.not_applicable.strip() and has_numbers:
        what = _("vừa có số liệu vừa ghi không áp dụng")
        gaps.append(Gap(where, what, _("Bỏ một trong hai"), code="figure-and-na"))
    elif not reported.not_applicable.strip() and not has_numbers:
        what = _("chưa có số liệu")
        gaps.append(Gap(where, what, _("Nhập tử số và mẫu số, hoặc lý do không áp dụng"), code="no-figure"))
    return gaps


def figure_of_reported(reported: Reported) -> Figure:
    """The figure of a report in which nothing is wrong."""
    if reported.not_applicable.strip():
        return not_applicable(reported.not_applicable.strip())
    return figure_of(reported.numerator, reported.denominator)


def keep_value(
    value: IndicatorValue, indicator: Indicator, name: str, *, by: Actor, at: datetime
) -> IndicatorValue:
    """Adds a value and tells the trace of it; the caller has asked every question and holds the indicator."""
    value.save(force_insert=True)
    record(
        by=by,
        at=at,
        verb=_VERBS[IndicatorValue.Origin(value.origin)],
        object=f"indicator_value:{value.pk}",
        about=about(indicator),
        label=f"{indicator.code} · {name}",
        after=_told(value),
        reason=value.note,
    )
    return value


_VERBS = {
    IndicatorValue.Origin.COMPUTED: "indicator.value_computed",
    IndicatorValue.Origin.REPORTED: "indicator.value_reported",
    IndicatorValue.Origin.IMPORTED: "indicator.value_imported",
}


def _computed(
    indicator: Indicator,
    organisations: Iterable[int] | None,
    year: int,
    number: int,
    *,
    by: Actor,
    at: datetime,
) -> list[IndicatorValue]:
    row, definition, during = version_for(indicator, year, number)
    if not definition.is_counted:
        what = _("chỉ tiêu này không tính từ dữ liệu")
        raise IndicatorRefused.because(
            indicator.code, what, _("Báo cáo kèm tài liệu, hoặc nhập từ tệp"), code="not-counted"
        )
    register = register_named(definition.dataset)
    if register is not None:
        return _from_register(register, indicator, row, definition, during, organisations, by=by, at=at)
    refuse_without_facts(definition)
    # Alone with the dataset: the digest must be that of the very facts that were counted.
    to = locked(definition.dataset)
    tree_on = tree_day(during, timezone.localdate(at))
    board = board_of(definition, during, tree_on)
    digest = facts_digest(to)
    if organisations is None:
        organisations = [each for each in board.nodes if board.has_facts_of(each)]
    wanted = list(organisations)
    names = names_on(wanted, tree_on)
    found = []
    for organisation in wanted:
        figure = board.figure(definition, organisation)
        value = _unsaved(row, organisation, during, figure, by=by, at=at)
        value.origin = IndicatorValue.Origin.COMPUTED
        value.parts = board.parts(definition, organisation) if figure.has_numbers else {}
        value.tree_on, value.facts_sha256 = tree_on, digest
        found.append(keep_value(value, indicator, names.get(organisation, ""), by=by, at=at))
    return found


def _from_register(
    register: Register,
    indicator: Indicator,
    row: IndicatorVersion,
    definition: Definition,
    during: Period,
    organisations: Iterable[int] | None,
    *,
    by: Actor,
    at: datetime,
) -> list[IndicatorValue]:
    """Values with the lines they were counted from; of all agencies only those of which lines are known."""
    gaps = gaps_of_register(register, definition)
    if gaps:
        raise NoFacts.because(definition.code, "; ".join(gaps), code="no-facts")
    today = timezone.localdate(at)
    tree_on = tree_day(during, today)
    names = {version.organisation_id: version.name for version in OrganisationVersion.objects.as_of(tree_on)}
    wanted = list(names if organisations is None else organisations)
    found = []
    for organisation, one in listed(register, definition, during, wanted, today).items():
        if organisations is None and not one.figure.has_numbers:
            continue
        value = _unsaved(row, organisation, during, one.figure, by=by, at=at)
        value.origin = IndicatorValue.Origin.COMPUTED
        value.parts = dict(one.parts)
        value.lines = lines_as_stored(one.lines)
        value.tree_on, value.facts_sha256 = tree_on, one.sha256
        found.append(keep_value(value, indicator, names.get(organisation, ""), by=by, at=at))
    return found


def _unsaved(
    row: IndicatorVersion, organisation_id: int, during: Period, figure: Figure, *, by: Actor, at: datetime
) -> IndicatorValue:
    return IndicatorValue(
        version=row,
        organisation_id=organisation_id,
        year=during.year,
        number=during.number,
        from_on=during.from_on,
        until_on=during.until_on,
        state=figure.state.value,
        numerator=figure.numerator,
        denominator=figure.denominator,
        note=figure.why,
        taken_by_id=by.id,
        taken_at=at,
    )


def _name(organisation_id: int, during: Period) -> str:
    return names_on([organisation_id], during.legal_until_on).get(organisation_id, "")


def _told(value: IndicatorValue) -> dict[str, object]:
    return {
        "year": value.year,
        "period": value.number,
        "value_state": value.state,
        "numerator": None if value.numerator is None else str(plain(value.numerator)),
        "denominator": None if value.denominator is None else str(plain(value.denominator)),
        "facts_sha256": value.facts_sha256,
        "document": value.document_id,
        "batch": value.batch_id,
    }

"""Issuing versions of definitions, ending an indicator, taking a file of definitions in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.utils.translation import gettext as _

from openpar.base.audit.actions import record
from openpar.base.facts.datasets import registered
from openpar.base.facts.errors import UnknownDataset
from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.common.formats import format_date
from openpar.parindex.indicators.actions.shared import (
    about,
    label_of,
    refuse_unless,
    take_indicator,
    told_of_definition,
)
from openpar.parindex.indicators.counting import gaps_of_dataset
from openpar.parindex.indicators.definitions import Definition, gaps_of_chain, gaps_of_definition
from openpar.parindex.indicators.errors import IndicatorRefused
from openpar.parindex.indicators.files import DefinitionFile
from openpar.parindex.indicators.models import Indicator, IndicatorVersion
from openpar.parindex.indicators.permissions import may_load_indicators, may_manage_indicators
from openpar.parindex.indicators.queries import definition_of, versions_of
from openpar.parindex.indicators.registers import gaps_of_register, register_named


@dataclass(frozen=True)
class Loaded:
    """What a file did with definitions: versions issued, ended, and left as they are."""

    added: int
    ended: int
    unchanged: int


def issue_version(*, definition: Definition, by: Actor, at: datetime) -> IndicatorVersion:
    """A newer version of an indicator, or the first one of a new indicator; the version before ends on the
    day on which this one begins, so that no day is left out and none is doubled.

    Raises IndicatorRefused with all gaps.
    """
    with write_transaction():
        indicator = _indicator(definition.code, by, may_manage_indicators(by))
        versions = versions_of(indicator) if indicator else []
        gaps = [*gaps_of_definition(definition), *_gaps_against(versions, definition)]
        gaps += _gaps_of_counts(definition)
        if gaps:
            raise IndicatorRefused(gaps)
        return _issue(indicator, versions, definition, by=by, at=at)


def end_indicator(*, code: str, valid_until: date, reason: str, by: Actor, at: datetime) -> IndicatorVersion:
    """The newest version is no longer valid from a day on, and nothing follows. Raises IndicatorRefused."""
    with write_transaction():
        refuse_unless(may_manage_indicators(by), by, _managers())
        indicator = take_indicator(code)
        newest = versions_of(indicator)[-1]
        gaps = []
        if newest.valid_until is not None:
            what = _("đã hết hiệu lực từ %s") % format_date(newest.valid_until)
            gaps.append(Gap(code, what, code="ended-already"))
        elif valid_until <= newest.valid_from:
            what = _("ngày hết hiệu lực không sau ngày bắt đầu hiệu lực của phiên bản đang dùng")
            gaps.append(Gap(code, what, _("Chọn ngày muộn hơn"), code="ends-before"))
        if not reason.strip():
            gaps.append(Gap(code, _("chưa nêu lý do"), _("Ghi văn bản bãi bỏ chỉ tiêu"), code="no-reason"))
        if gaps:
            raise IndicatorRefused(gaps)
        _end(newest, code, valid_until, by=by, at=at, reason=reason)
        return newest


def load_definitions(*, file: DefinitionFile, by: Actor, at: datetime) -> Loaded:
    """Brings a file of definitions in, whole or not at all: versions that are not here yet are issued, ends
    that are new are set; the same file again changes nothing.

    Raises IndicatorRefused where the file contradicts what was issued.
    """
    with write_transaction():
        refuse_unless(may_load_indicators(by), by, _managers())
        added = ended = unchanged = 0
        gaps: list[Gap] = []
        for code, given in file.by_code.items():
            indicator = _indicator(code, by, may=True)
            versions = versions_of(indicator) if indicator else []
            known = {row.valid_from: row for row in versions}
            gaps += _gaps_of_loading(versions, given)
            if gaps:
                continue
            for definition in given:
                row = known.get(definition.valid_from)
                if row is None:
                    last = _issue(indicator, versions, definition, by=by, at=at, from_file=file.digest)
                    indicator, versions = last.indicator, [*versions, last]
                    added += 1
                elif definition.valid_until is not None and row.valid_until is None:
                    _end(row, code, definition.valid_until, by=by, at=at, reason=file.name)
                    ended += 1
                else:
                    unchanged += 1
        if gaps:
            raise IndicatorRefused(gaps)
        return Loaded(added, ended, unchanged)


def _managers() -> str:
    return _("Việc này do người quản lý kỳ đánh giá (Sở Nội vụ) làm")


def _indicator(code: str, by: Actor, may: bool) -> Indicator | None:
    """The indicator, locked; None for one that is to be made."""
    refuse_unless(may, by, _managers())
    return Indicator.objects.select_for_update().filter(code=code).first()


def _gaps_against(versions: Sequence[IndicatorVersion], definition: Definition) -> list[Gap]:
    if not versions:
        return []
    newest = versions[-1]
    if newest.valid_until is None:
        if definition.valid_from > newest.valid_from:
            return []
        what = _("phiên bản đang dùng bắt đầu từ %s") % format_date(newest.valid_from)
        remedy = _("Phiên bản mới phải bắt đầu muộn hơn")
        return [Gap(definition.code, what, remedy, code="overlap-in-time")]
    before = definition_of(newest, definition.code)
    return list(gaps_of_chain([before, definition]))


def _gaps_of_counts(definition: Definition) -> list[Gap]:
    """Names that the dataset does not know. One that is not kept here yet is asked when it is counted."""
    if not definition.is_counted:
        return []
    register = register_named(definition.dataset)
    if register is not None:
        remedy = _("Ghi tên như trong khai báo của sổ")
        gaps = gaps_of_register(register, definition)
        return [Gap(definition.code, what, remedy, code="no-facts") for what in gaps]
    try:
        registered(definition.dataset)
    except UnknownDataset:
        return []
    remedy = _("Ghi tên như trong khai báo của tập dữ liệu")
    return [Gap(definition.code, what, remedy, code="no-facts") for what in gaps_of_dataset(definition)]


def _gaps_of_loading(versions: Sequence[IndicatorVersion], given: Sequence[Definition]) -> list[Gap]:
    gaps: list[Gap] = []
    known = {row.valid_from: definition_of(row, given[0].code) for row in versions}
    for definition in given:
        there = known.get(definition.valid_from)
        if there is None:
            gaps += _gaps_of_counts(definition)
            continue
        differs = not there.has_same_content(definition)
        ends = there.valid_until is not None and definition.valid_until not in (None, there.valid_until)
        if differs or ends:
            what = _("phiên bản từ %s đã ban hành khác với tệp") % format_date(definition.valid_from)
            remedy = _("Phiên bản đã ban hành không sửa; thêm phiên bản mới bắt đầu muộn hơn")
            gaps.append(Gap(definition.code, what, remedy, code="issued-otherwise"))
    new = [definition for definition in given if definition.valid_from not in known]
    if versions and new:
        last = max(known.values(), key=lambda one: one.valid_from)
        if last.valid_until is None and new[0].valid_from > last.valid_from:
            last = replace(last, valid_until=new[0].valid_from)
        gaps += gaps_of_chain([last, new[0]])
    return gaps


def _issue(
    indicator: Indicator | None,
    versions: Sequence[IndicatorVersion],
    definition: Definition,
    *,
    by: Actor,
    at: datetime,
    from_file: str = "",
) -> IndicatorVersion:
    """Writes a version whose place in time was checked."""
    if indicator is None:
        indicator = Indicator.objects.create(code=definition.code)
    if versions and versions[-1].valid_until is None:
        _end(versions[-1], indicator.code, definition.valid_from, by=by, at=at, reason="")
    row = IndicatorVersion(
        indicator=indicator,
        number=len(versions) + 1,
        calendar=definition.calendar.value,
        period_kind=definition.period_kind.value,
        numerator=list(definition.numerator),
        denominator=list(definition.denominator),
        from_file=from_file,
        issued_by_id=by.id,
        issued_at=at,
        **{name: getattr(definition, name) for name in _PLAIN},
    )
    row.save(force_insert=True)
    record(
        by=by,
        at=at,
        verb="indicator.version_issued",
        object=f"indicator_version:{row.pk}",
        about=about(indicator),
        label=label_of(definition, row.number),
        after=told_of_definition(definition) | ({"sha256": from_file} if from_file else {}),
    )
    return row


_PLAIN = (
    *("name", "unit", "numerator_label", "denominator_label", "inclusion", "legal_source", "cut_off_month"),
    *("dataset", "basis", "certainty", "valid_from", "valid_until"),
)


def _end(
    row: IndicatorVersion, code: str, valid_until: date, *, by: Actor, at: datetime, reason: str
) -> None:
    row.valid_until = valid_until
    row.save(update_fields=["valid_until"])
    record(
        by=by,
        at=at,
        verb="indicator.version_ended",
        object=f"indicator_version:{row.pk}",
        about=f"indicator:{row.indicator_id}",
        label=label_of(definition_of(row, code), row.number),
        after={"valid_until": valid_until.isoformat()},
        reason=reason.strip(),
    )

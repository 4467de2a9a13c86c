"""Targets of a draft, and the values reached while the plan is carried out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Max
from django.utils.translation import gettext as _

from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.common.fields import ExactDecimalField
from openpar.common.text import nfc
from openpar.engine.numbers import HUNDRED, multiply
from openpar.engine.rates import round_half_up
from openpar.reform.fields import field_codes
from openpar.reform.plans.actions.shared import (
    evidence,
    grown,
    legal_day,
    refuse_if,
    refuse_unless,
    take_draft,
    trace_plan,
)
from openpar.reform.plans.classes import bound_by, is_class
from openpar.reform.plans.errors import PlansRefused
from openpar.reform.plans.models import (
    Operator,
    Plan,
    PlanLevel,
    PlanVersion,
    Target,
    TargetReading,
    VersionState,
)
from openpar.reform.plans.models.planning import LONGEST_TEXT
from openpar.reform.plans.permissions import may_read_target
from openpar.reform.plans.rules import known_organisations, text_gaps

_MOST_DIGITS = 20


@dataclass(frozen=True)
class NewTarget:
    """A target as a plan words it; neither agency nor class: the whole of the plan's organisation.

    `field` may be F7 (impact): satisfaction is a target of plans although no chapter of theirs.
    """

    field: str
    text: str
    level: str
    year: int
    operator: str
    value: Decimal
    unit: str = "%"
    organisation_id: int | None = None
    agency_class: str = ""
    indicator: str = ""
    legal_basis: str = ""


@dataclass(frozen=True)
class NewReading:
    """A value reached. Of a ratio in per cent, `numerator` and `denominator` may stand for the value.

    `replaces_id`: the reading that this one corrects, with the reason in `note`.
    """

    as_of_on: date
    value: Decimal | None = None
    organisation_id: int | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    document_id: int | None = None
    note: str = ""
    replaces_id: int | None = None


def add_target(
    *, by: Actor, at: datetime, version_id: int, expected_version: int, target: NewTarget
) -> Target:
    """A target of a draft. Raises PlansRefused, StalePlan."""
    with write_transaction():
        version = take_draft(version_id, expected_version, by)
        refuse_if(target_gaps(target, at))
        position = (version.targets.aggregate(last=Max("position"))["last"] or 0) + 1
        row = Target(version=version, position=position)
        _fill(row, target)
        row.save()
        grown(version)
        trace_plan(version.plan, "plan.target_added", by=by, at=at, after=_told(row))
        return row


def change_target(
    *, by: Actor, at: datetime, target_id: int, expected_version: int, target: NewTarget
) -> Target:
    """Another wording or value, in a draft. Raises PlansRefused, StalePlan."""
    with write_transaction():
        row = Target.objects.get(pk=target_id)
        version = take_draft(row.version_id, expected_version, by)
        refuse_if(target_gaps(target, at))
        before = _told(row)
        _fill(row, target)
        row.save()
        grown(version)
        trace_plan(version.plan, "plan.target_changed", by=by, at=at, before=before, after=_told(row))
        return row


def remove_target(*, by: Actor, at: datetime, target_id: int, expected_version: int) -> None:
    """Takes a target out of a draft; in the version before it stays. Raises PlansRefused, StalePlan."""
    with write_transaction():
        row = Target.objects.get(pk=target_id)
        version = take_draft(row.version_id, expected_version, by)
        trace_plan(version.plan, "plan.target_removed", by=by, at=at, before=_told(row))
        row.delete()
        grown(version)


def record_reading(*, by: Actor, at: datetime, target_id: int, reading: NewReading) -> TargetReading:
    """What was reached by a day, of a target in force; an earlier reading stays. Raises PlansRefused."""
    with write_transaction():
        target = Target.objects.select_related("version__plan").get(pk=target_id)
        # Values hang at the first of its versions: corrections of one value wait for each other there.
        root = Target.objects.select_for_update().get(pk=target.root_id or target.pk).pk
        version: PlanVersion = target.version
        plan = version.plan
        refuse_unless(
            may_read_target(by, plan, target, reading.organisation_id),
            by,
            _("Bên lập kế hoạch, hoặc đơn vị được giao chỉ tiêu, ghi kết quả"),
        )
        if version.state != VersionState.IN_FORCE:
            what, remedy = _("chỉ tiêu không thuộc bản đang có hiệu lực"), _("Mở bản đang có hiệu lực")
            raise PlansRefused(Gap("", what, remedy, code="not-in-force"))
        value = _value(reading, target.unit)
        replaced = (
            TargetReading.objects.filter(pk=reading.replaces_id).first() if reading.replaces_id else None
        )
        gaps = _reading_gaps(reading, value, legal_day(at))
        gaps += _binding_gaps(target, plan, reading.organisation_id, legal_day(at))
        if reading.replaces_id is not None:
            gaps += _correcting_gaps(reading, replaced, root)
        refuse_if(gaps)
        owners = {plan.organisation_id, *([reading.organisation_id] if reading.organisation_id else [])}
        document = evidence(reading.document_id, by, owners, _("Tài liệu")) if reading.document_id else None
        row = TargetReading.objects.create(
            target_id=root,
            organisation_id=reading.organisation_id,
            as_of_on=reading.as_of_on,
            value=value,
            numerator=reading.numerator,
            denominator=reading.denominator,
            document=document,
            note=nfc(reading.note).strip()[:300],
            replaces=replaced,
            by_id=by.id,
            at=at,
        )
        trace_plan(
            plan,
            "plan.target_corrected" if replaced else "plan.target_read",
            by=by,
            at=at,
            before=_read_words(target, replaced) if replaced else None,
            after=_read_words(target, row),
            reason=row.note if replaced else "",
        )
        return row


def target_gaps(target: NewTarget, at: datetime) -> list[Gap]:
    """What is wrong with a target by itself, all of it. Changes nothing."""
    gaps = text_gaps(_("Chỉ tiêu"), target.text, _("Ghi nội dung chỉ tiêu"))
    if target.field not in field_codes():
        gaps.append(
            Gap(_("Lĩnh vực"), _("không có lĩnh vực này"), _("Chọn trong danh sách"), code="no-field")
        )
    if target.operator not in Operator.values:
        gaps.append(
            Gap(_("So sánh"), _("không có phép so sánh này"), _("Chọn ≥, >, ≤, < hoặc ="), code="operator")
        )
    if target.level not in PlanLevel.values:
        gaps.append(Gap(_("Cấp"), _("không có cấp này"), _("Chọn trong danh sách"), code="no-level"))
    if abs(target.year - legal_day(at).year) > 10:
        gaps.append(Gap(_("Năm"), _("cách năm nay quá 10 năm"), _("Kiểm tra lại"), code="year-outside"))
    gaps += _number_gaps(_("Giá trị"), target.value)
    if target.organisation_id is not None and target.agency_class:
        what = _("ghi cả cơ quan và nhóm cơ quan")
        gaps.append(Gap(_("Đơn vị"), what, _("Chọn một trong hai"), code="agency-and-class"))
    elif target.organisation_id is not None:
        if not known_organisations([target.organisation_id], legal_day(at)):
            gaps.append(Gap(_("Đơn vị"), _("không có trong danh mục hôm nay"), code="no-agency"))
    elif target.agency_class and not is_class(target.agency_class):
        gaps.append(Gap(_("Đơn vị"), _("không có nhóm cơ quan này"), code="no-class"))
    for label, text, longest in (
        (_("Đơn vị tính"), target.unit, 40),
        (_("Mã chỉ số"), target.indicator, 80),
        (_("Căn cứ"), target.legal_basis, 300),
    ):
        if len(text) > longest:
            gaps.append(Gap(label, _("dài quá %d ký tự") % longest, _("Rút ngắn"), code="too-long"))
    return gaps


def _reading_gaps(reading: NewReading, value: Decimal | None, today: date) -> list[Gap]:
    gaps = []
    if reading.as_of_on > today:
        gaps.append(Gap(_("Tính đến ngày"), _("chưa đến ngày"), _("Ghi ngày đã qua"), code="in-future"))
    if (reading.numerator is None) != (reading.denominator is None):
        what = _("tử số và mẫu số phải cùng có hoặc cùng không")
        gaps.append(Gap(_("Kết quả"), what, _("Ghi đủ hai số"), code="half-a-ratio"))
    if value is None:
        what = _("chưa có kết quả")
        gaps.append(Gap(_("Kết quả"), what, _("Ghi giá trị, hoặc tử số và mẫu số khác 0"), code="no-value"))
    for number in (value, reading.numerator, reading.denominator):
        if number is not None:
            gaps += _number_gaps(_("Kết quả"), number)
    if len(reading.note) > LONGEST_TEXT:
        gaps += text_gaps(_("Ghi chú"), reading.note, "")
    return gaps


def _binding_gaps(target: Target, plan: Plan, organisation_id: int | None, on: date) -> list[Gap]:
    """A value of one agency is recorded of a target that binds the agency."""
    if organisation_id is None or organisation_id in bound_by(target, plan, on):
        return []
    what = _("chỉ tiêu không giao cho đơn vị này")
    return [Gap(_("Đơn vị"), what, _("Chọn đơn vị trong danh sách"), code="not-bound")]


def _correcting_gaps(reading: NewReading, replaced: TargetReading | None, root: int) -> list[Gap]:
    """A reading is corrected once, by one of the same agency, and the correction says why."""
    where = _("Sửa kết quả")
    if replaced is None or (replaced.target_id, replaced.organisation_id) != (root, reading.organisation_id):
        what = _("không phải kết quả của chỉ tiêu và đơn vị này")
        return [Gap(where, what, _("Tải lại trang"), code="no-reading")]
    if TargetReading.objects.filter(replaces=replaced).exists():
        return [Gap(where, _("kết quả này đã được sửa"), _("Sửa bản mới nhất"), code="stale")]
    return text_gaps(_("Ghi chú"), reading.note, _("Ghi vì sao sửa"))


def _read_words(target: Target, row: TargetReading) -> dict[str, object]:
    found: dict[str, object] = {
        "target": target.text,
        "value": _text(row.value),
        "as_of_on": row.as_of_on.isoformat(),
    }
    if row.organisation_id is not None:
        found["organisation"] = row.organisation_id
    if row.document_id is not None:
        found["document"] = row.document_id
    return found


def _number_gaps(where: str, value: Decimal) -> list[Gap]:
    if (
        not value.is_finite()
        or abs(value.adjusted()) > _MOST_DIGITS
        or len(value.as_tuple().digits) > _MOST_DIGITS
    ):
        return [Gap(where, _("không phải số dùng được"), _("Ghi số không quá 20 chữ số"), code="number")]
    return []


def _value(reading: NewReading, unit: str) -> Decimal | None:
    """As it was said; of numerator and denominator in per cent, their ratio to two decimals."""
    if reading.value is not None:
        return reading.value
    above, below = reading.numerator, reading.denominator
    if above is None or below is None or unit != "%" or above < 0 or below <= 0:
        return None
    return round_half_up(multiply(above, HUNDRED), below, 2)


def _fill(row: Target, target: NewTarget) -> None:
    row.field, row.text = target.field, nfc(target.text).strip()
    row.level, row.year = target.level, target.year
    row.operator, row.value, row.unit = target.operator, target.value, nfc(target.unit).strip()
    row.organisation_id, row.agency_class = target.organisation_id, target.agency_class
    row.indicator, row.legal_basis = target.indicator.strip(), nfc(target.legal_basis).strip()


def _told(row: Target) -> dict[str, object]:
    return {
        "field": row.field,
        "text": row.text,
        "year": row.year,
        "operator": row.operator,
        "value": _text(row.value),
        "unit": row.unit,
        "organisation": row.organisation_id,
        "agency_class": row.agency_class,
        "indicator": row.indicator,
        "legal_basis": row.legal_basis,
    }


def _text(value: Decimal | None) -> str | None:
    return ExactDecimalField().get_prep_value(value)

"""Targets of the made-up plans of the province, and the values recorded of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from openpar.base.accounts.queries import Actor
from openpar.demo.calendar import moment
from openpar.demo.offices import Office, document
from openpar.demo.rounds import Places
from openpar.reform.plans.actions.targets import NewReading, NewTarget, record_reading
from openpar.reform.plans.models import Operator, Plan, PlanLevel, Target, VersionState

ON_TIME = "Hồ sơ thủ tục hành chính giải quyết đúng hạn"
SATISFIED = "Người dân, tổ chức hài lòng về sự phục vụ"
PARALLEL = "Văn bản gửi song song bản giấy"
_NOTE = "Số liệu mẫu"


def targets(year: int) -> tuple[NewTarget, ...]:
    """One of every agency of a class, one of the whole province, one that must stay low."""
    said = (
        ("F2", ON_TIME, Operator.AT_LEAST, 98, "departments"),
        ("F7", SATISFIED, Operator.AT_LEAST, 90, ""),
        ("F6", PARALLEL, Operator.AT_MOST, 5, "departments"),
    )
    return tuple(
        NewTarget(
            field=field,
            text=text,
            level=PlanLevel.PROVINCE,
            year=year,
            operator=operator,
            value=Decimal(value),
            agency_class=agency_class,
            legal_basis="Chỉ tiêu mẫu",
        )
        for field, text, operator, value, agency_class in said
    )


def reached(plan: Plan, offices: Iterable[Office], places: Places, *, half: date, later: date) -> None:
    """What the agencies recorded at two days, and a slip of the pen that was corrected.

    Nobody has counted papers sent in parallel yet: no value is not a value of nought.
    """
    on_time, satisfied = (_target(plan, text) for text in (ON_TIME, SATISFIED))
    for place, each in enumerate(offices):
        resolved = Decimal(1_180 + 40 * place)
        _of_agency(on_time, each, half, resolved - 31, resolved)
        proof = document(each.officer, each.id, f"{40 + place}/BC", "Báo cáo số liệu hồ sơ (mẫu)", later)
        whole = resolved * 2
        if place:
            _of_agency(on_time, each, later, whole - 30, whole, document_id=proof)
            continue
        wrong = _of_agency(on_time, each, later, whole - 130, whole, document_id=proof)
        why = "Gõ nhầm số hồ sơ trễ hạn: 30, không phải 130"
        _of_agency(on_time, each, later, whole - 30, whole, document_id=proof, note=why, replaces_id=wrong)
    for on, value in ((half, Decimal("88.4")), (later, Decimal("91.2"))):
        _recorded(places.manager, satisfied, NewReading(on, value=value, note="Điều tra xã hội học (mẫu)"))


def _target(plan: Plan, text: str) -> Target:
    return Target.objects.get(version__plan=plan, version__state=VersionState.IN_FORCE, text=text)


def _of_agency(
    target: Target,
    each: Office,
    on: date,
    numerator: Decimal,
    denominator: Decimal,
    *,
    document_id: int | None = None,
    note: str = _NOTE,
    replaces_id: int | None = None,
) -> int:
    """The agency's own value, recorded by its officer; its id."""
    return _recorded(
        each.officer,
        target,
        NewReading(
            on,
            organisation_id=each.id,
            numerator=numerator,
            denominator=denominator,
            document_id=document_id,
            note=note,
            replaces_id=replaces_id,
        ),
    )


def _recorded(by: Actor, target: Target, reading: NewReading) -> int:
    return record_reading(by=by, at=moment(reading.as_of_on), target_id=target.pk, reading=reading).pk

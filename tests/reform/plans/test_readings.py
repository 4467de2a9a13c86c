"""Values reached of targets: whose they are, corrected without losing what was said, one at a time."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from openpar.base.audit.models import Entry
from openpar.engine.tasks import Side
from openpar.reform.plans.actions.targets import NewReading, NewTarget, add_target, record_reading
from openpar.reform.plans.classes import bound_by
from openpar.reform.plans.errors import PlansRefused
from openpar.reform.plans.lines import led_by
from openpar.reform.plans.models import PlanLevel, Target, TargetReading
from openpar.reform.plans.queries.targets import Together, readings_of, targets_of
from tests import factories
from tests.reform.plans.year import AT, Agency, Province, document, draft, issued, line, moment, province, put

pytestmark = pytest.mark.django_db
JUNE = date(2026, 6, 14)
LATER = date(2026, 6, 20)


def target_of(who: Province, **binds: object) -> Target:
    """The plan of the province in force with one target of 55 %."""
    version = draft(who)
    put(version, who.manager, line(leads=led_by(who.health.pk)))
    version.refresh_from_db()
    row = add_target(
        by=who.manager,
        at=AT,
        version_id=version.pk,
        expected_version=version.version,
        target=NewTarget(
            field="F2",
            text="Thanh toán trực tuyến",
            level=PlanLevel.PROVINCE,
            year=2026,
            operator=">=",
            value=Decimal(55),
            **binds,  # type: ignore[arg-type]  # whom it binds
        ),
    )
    issued(version, who.manager, who.home.organisation)
    return row


def said(
    who: Province,
    row: Target,
    value: int,
    *,
    on: date = JUNE,
    replaces: TargetReading | None = None,
    note: str = "",
    document_id: int | None = None,
) -> TargetReading:
    """Sở Y tế records its own value."""
    reading = NewReading(
        on,
        Decimal(value),
        organisation_id=who.health.pk,
        document_id=document_id,
        note=note,
        replaces_id=replaces.pk if replaces else None,
    )
    return record_reading(by=who.health.officer, at=moment(LATER), target_id=row.pk, reading=reading)


def test_a_correction_takes_the_place_of_what_was_recorded_by_mistake(who: Province) -> None:
    row = target_of(who, agency_class="departments")
    # Typed for a later day than meant: without a correction it would stay the last one for ever.
    wrong = said(who, row, 90, on=LATER)
    right = said(who, row, 50, replaces=wrong, note="Gõ nhầm ngày và số")
    [view] = targets_of(row.version_id, LATER)
    assert [(one.reading.pk, one.distance.side) for one in view.by_agency] == [(right.pk, Side.MISSED)]
    told = readings_of(row, LATER)
    assert [(one.reading.value, one.is_replaced) for one in told] == [
        (Decimal(50), False),
        (Decimal(90), True),
    ]
    assert {one.name for one in told} == {"Sở Y tế"}
    entry = Entry.objects.filter(verb="plan.target_corrected").get()
    assert (entry.before["value"], entry.after["value"], entry.reason) == ("90", "50", "Gõ nhầm ngày và số")


def ratio(who: Province, row: Target, agency: Agency, numerator: int, denominator: int) -> None:
    reading = NewReading(
        JUNE, None, agency.pk, numerator=Decimal(numerator), denominator=Decimal(denominator), note="mẫu"
    )
    record_reading(by=agency.officer, at=moment(LATER), target_id=row.pk, reading=reading)


def test_what_agencies_told_is_counted_and_their_parts_are_summed(who: Province) -> None:
    row = target_of(who, agency_class="departments")
    [view] = targets_of(row.version_id, LATER)
    bound = len(bound_by(row, row.version.plan, LATER))
    assert view.together == Together(bound, 0, 0, None, None)
    ratio(who, row, who.health, 30, 100)
    ratio(who, row, who.finance, 9, 10)
    [view] = targets_of(row.version_id, LATER)
    # 39 of 110, not the mean of 30 % and 90 %.
    assert view.together == Together(bound, 2, 1, Decimal(39), Decimal(110))
    assert [one.name for one in view.by_agency] == ["Sở Tài chính", "Sở Y tế"]


def test_parts_are_not_summed_where_one_agency_told_a_value_only(who: Province) -> None:
    row = target_of(who, agency_class="departments")
    ratio(who, row, who.finance, 9, 10)
    said(who, row, 60)
    [view] = targets_of(row.version_id, LATER)
    assert (view.together.told, view.together.met) == (2, 2)
    assert (view.together.numerator, view.together.denominator) == (None, None)


def test_who_left_the_class_is_told_but_not_counted(who: Province) -> None:
    row = target_of(who, agency_class="departments")
    said(who, row, 60)
    before = len(bound_by(row, row.version.plan, LATER))
    who.health.organisation.versions.update(valid_until=LATER)
    [view] = targets_of(row.version_id, date(2026, 6, 21))
    assert (view.together.bound, view.together.told, len(view.by_agency)) == (before - 1, 0, 1)


def test_a_value_is_corrected_once_with_a_reason_and_by_the_same_agency(who: Province) -> None:
    row = target_of(who, agency_class="departments")
    wrong = said(who, row, 90)
    with pytest.raises(PlansRefused) as refused:
        said(who, row, 50, replaces=wrong)
    assert factories.codes_of(refused.value) == ["text-missing"]
    said(who, row, 50, replaces=wrong, note="Nhầm")
    with pytest.raises(PlansRefused) as refused:
        said(who, row, 40, replaces=wrong, note="Nhầm nữa")
    assert factories.codes_of(refused.value) == ["stale"]
    other = NewReading(JUNE, Decimal(60), organisation_id=who.finance.pk, note="Sửa", replaces_id=wrong.pk)
    with pytest.raises(PlansRefused) as refused:
        record_reading(by=who.finance.officer, at=moment(LATER), target_id=row.pk, reading=other)
    assert factories.codes_of(refused.value) == ["no-reading"]
    assert TargetReading.objects.count() == 2


def test_the_database_keeps_what_was_recorded_and_corrects_it_once(who: Province) -> None:
    row = target_of(who, agency_class="departments")
    wrong = said(who, row, 90)
    said(who, row, 50, replaces=wrong, note="Nhầm")
    with pytest.raises(IntegrityError), transaction.atomic():
        TargetReading.objects.filter(pk=wrong.pk).update(value=Decimal(1))
    with pytest.raises(IntegrityError), transaction.atomic():
        TargetReading.objects.create(
            target=row, as_of_on=JUNE, value=Decimal(1), replaces=wrong, at=moment(LATER), by=None
        )


def test_a_value_of_an_agency_is_recorded_of_a_target_that_binds_it(who: Province) -> None:
    row = target_of(who, agency_class="communes")
    plan = row.version.plan
    assert set(bound_by(row, plan, JUNE)) == {one.pk for one in who.communes}
    with pytest.raises(PlansRefused) as refused:
        said(who, row, 60)
    assert factories.codes_of(refused.value) == ["not-bound"]
    whole = NewReading(JUNE, Decimal(60))
    assert record_reading(by=who.manager, at=moment(LATER), target_id=row.pk, reading=whole).value == 60


def test_of_a_target_for_one_agency_its_value_is_that_of_the_whole(who: Province) -> None:
    row = target_of(who, organisation_id=who.health.pk)
    said(who, row, 60)
    [view] = targets_of(row.version_id, LATER)
    assert (view.binds, view.distance.side, view.by_agency) == ("Sở Y tế", Side.MET, ())
    assert bound_by(row, row.version.plan, JUNE) == (who.health.pk,)


def test_evidence_is_a_document_of_the_agency(who: Province) -> None:
    row = target_of(who, organisation_id=who.health.pk)
    own = document(who.health.officer, who.health.organisation, "7/BC-SYT", JUNE)
    assert said(who, row, 60, document_id=own.pk).document == own
    foreign = document(who.finance.officer, who.finance.organisation, "8/BC-STC", JUNE)
    with pytest.raises(PlansRefused) as refused:
        said(who, row, 60, document_id=foreign.pk)
    assert factories.codes_of(refused.value) == ["no-document"]


@pytest.fixture
def who() -> Province:
    return province()

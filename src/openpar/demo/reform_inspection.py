"""Four agencies inspected by one team, one joint conclusion; what was found, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import cycle

from openpar.demo.calendar import moment
from openpar.demo.offices import Office, document
from openpar.demo.rounds import Places
from openpar.parindex.assessments.queries.leaves import leaves_offered, proposed_leaf
from openpar.reform.findings.actions.closing import close_finding
from openpar.reform.findings.actions.remedying import RemedyPlan, plan_remedy, report_remedy
from openpar.reform.findings.models import Cause, Finding, FoundBy
from openpar.reform.findings.taxonomy import entries
from openpar.reform.inspections.actions.answers import save_answer, send_self_report
from openpar.reform.inspections.actions.campaigns import (
    CampaignDraft,
    issue_campaign,
    open_campaign,
    plan_units,
)
from openpar.reform.inspections.actions.cases import NewCase, add_member, open_case
from openpar.reform.inspections.actions.concluding import (
    NewLimitation,
    Words,
    add_limitation,
    issue_conclusion,
    respond,
    write_conclusion,
)
from openpar.reform.inspections.actions.steps import begin_checks, record_minutes, report_case, send_notice
from openpar.reform.inspections.models import (
    InspectedUnit,
    Inspection,
    Mode,
    Scope,
    Side,
    TeamMember,
    UnitResponse,
)
from openpar.reform.inspections.words import items_of

_FIELDS = ("F0", "F2")


def inspection(places: Places, offices: Sequence[Office], year: int, home_id: int) -> Inspection:
    """From the plan of the year to the conclusion; then the units remedy."""
    manager, head, member = places.manager, places.inside, places.office
    decided = date(year, 8, 20)
    campaign = open_campaign(
        by=manager,
        at=moment(decided),
        organisation_id=home_id,
        scope=Scope.PROVINCE,
        year=year,
        draft=CampaignDraft(
            f"Kế hoạch kiểm tra cải cách hành chính năm {year} (mẫu)",
            # Longer than a year, as it happens.
            date(year - 1, 1, 1),
            date(year, 8, 31),
            "Công tác chỉ đạo, điều hành; cải cách thủ tục hành chính",
        ),
    )
    ids = [each.id for each in offices]
    plan_units(
        by=manager, at=moment(decided), campaign_id=campaign.pk, organisation_ids=ids, mode=Mode.ON_SITE
    )
    paper = document(manager, home_id, "77/KH-SNV", "Kế hoạch kiểm tra cải cách hành chính", decided)
    issue_campaign(by=manager, at=moment(decided), campaign_id=campaign.pk, document_id=paper)
    founded = decided + timedelta(days=6)
    decision = document(manager, home_id, "1228/QĐ-UBND", "Thành lập Đoàn kiểm tra", founded)
    case = open_case(
        by=manager,
        at=moment(founded),
        campaign_id=campaign.pk,
        case=NewCase(organisation_ids=ids, mode=Mode.ON_SITE, decision_id=decision, fields=_FIELDS),
    )
    for person, part in ((head, TeamMember.Part.HEAD), (member, TeamMember.Part.MEMBER)):
        add_member(by=manager, at=moment(founded), inspection_id=case.pk, user_id=person.person_id, part=part)
    visits = _notified(case, places, home_id, founded + timedelta(days=3))
    by_unit = {each.id: each for each in offices}
    for unit in case.units.all():
        _self_report(unit, by_unit[unit.organisation_id], founded + timedelta(days=8))
    begin_checks(by=head, at=moment(min(visits.values())), inspection_id=case.pk)
    for unit in case.units.order_by("id"):
        _visited(unit, places, home_id, visits[unit.pk])
    reported = max(visits.values()) + timedelta(days=4)
    report = document(head, home_id, "31/BC-ĐKT", "Báo cáo của Đoàn kiểm tra 1228", reported)
    report_case(by=head, at=moment(reported), inspection_id=case.pk, document_id=report)
    concluded = _concluded(case, places, home_id, reported + timedelta(days=6))
    for unit in case.units.all():
        respond(
            by=by_unit[unit.organisation_id].head,
            at=moment(concluded + timedelta(days=3)),
            unit_id=unit.pk,
            kind=UnitResponse.Kind.AGREES,
        )
    _remedied(case, by_unit, places, concluded)
    return case


def _notified(case: Inspection, places: Places, home_id: int, on: date) -> dict[int, date]:
    visits = {
        unit.pk: on + timedelta(days=12 + place) for place, unit in enumerate(case.units.order_by("id"))
    }
    send_notice(
        by=places.manager,
        at=moment(on),
        inspection_id=case.pk,
        document_id=document(places.manager, home_id, "205/TB-SNV", "Thông báo lịch kiểm tra", on),
        self_report_due=on + timedelta(days=8),
        visits=visits,
    )
    return visits


def _self_report(unit: InspectedUnit, each: Office, on: date) -> None:
    for item in items_of(unit.inspection):
        save_answer(
            by=each.officer,
            at=moment(on),
            unit_id=unit.pk,
            side=Side.UNIT,
            item=item.code,
            result="MET",
            text="",
            expected_version=0,
        )
    send_self_report(by=each.officer, at=moment(on), unit_id=unit.pk)


def _visited(unit: InspectedUnit, places: Places, home_id: int, on: date) -> None:
    for place, item in enumerate(items_of(unit.inspection)):
        is_short = place % 4 == unit.pk % 4
        save_answer(
            by=places.office,
            at=moment(on),
            unit_id=unit.pk,
            side=Side.TEAM,
            item=item.code,
            result="PARTLY" if is_short else "MET",
            text="Có tài liệu nhưng ban hành chậm, chưa đủ số liệu" if is_short else "",
            expected_version=0,
        )
    number = f"{unit.pk}/BB-ĐKT"
    record_minutes(
        by=places.inside,
        at=moment(on),
        unit_id=unit.pk,
        document_id=document(places.inside, home_id, number, "Biên bản làm việc của Đoàn kiểm tra", on),
        signed_on=on,
        signed_for_team=places.inside.full_name,
        signed_for_unit="Lãnh đạo đơn vị",
    )


def _concluded(case: Inspection, places: Places, home_id: int, on: date) -> date:
    """One conclusion for all; every shortcoming of the taxonomy is found somewhere."""
    units = list(case.units.order_by("id"))
    offers = leaves_offered([unit.organisation_id for unit in units], on)
    for entry, unit in zip(entries(on), cycle(units), strict=False):
        add_limitation(
            by=places.inside,
            at=moment(on),
            unit_id=unit.pk,
            limitation=NewLimitation(
                field=entry.field,
                code=entry.code,
                text=entry.name,
                request=entry.remedy or "Khắc phục",
                leaf=proposed_leaf(
                    offers.get(unit.organisation_id, ()),
                    field=entry.field,
                    words="",
                    code=entry.code,
                    on=on,
                ),
            ),
        )
    case.refresh_from_db()
    write_conclusion(
        by=places.inside,
        at=moment(on),
        inspection_id=case.pk,
        expected_version=case.version,
        words=Words("Bốn đơn vị đã ban hành đủ kế hoạch của năm.", "Khắc phục đúng hạn."),
        of_units={},
    )
    case.refresh_from_db()
    title = "Kết luận kiểm tra cải cách hành chính tại bốn đơn vị"
    issue_conclusion(
        by=places.manager,
        at=moment(on + timedelta(days=1)),
        inspection_id=case.pk,
        expected_version=case.version,
        document_id=document(places.manager, home_id, "88/TB-UBND", title, on + timedelta(days=1)),
        # Before the yearly report, and within the year that the next index looks at.
        remedy_due=date(on.year + 1, 1, 31),
        response_due=on + timedelta(days=11),
    )
    return on + timedelta(days=1)


def _remedied(case: Inspection, offices: dict[int, Office], places: Places, on: date) -> None:
    """Of each agency the first ones in time, one late, the last one still open."""
    for organisation_id, each in offices.items():
        rows = Finding.objects.filter(
            organisation=organisation_id, found_by=FoundBy.INSPECTION, source_id=case.pk
        )
        found = list(rows.order_by("id"))
        for place, finding in enumerate(found[:-1]):
            _remedy(finding, each, places, on, is_late=place == len(found) - 2)


def _remedy(finding: Finding, each: Office, places: Places, on: date, *, is_late: bool) -> None:
    plan_remedy(
        finding_id=finding.pk,
        plan=RemedyPlan(remedy="Phân công phòng chủ trì khắc phục", deadline=None, cause=Cause.SUBJECTIVE),
        by=each.officer,
        at=moment(on + timedelta(days=10)),
    )
    deadline = finding.deadline or on
    finished = deadline + timedelta(days=25) if is_late else deadline - timedelta(days=20)
    words = f"Báo cáo khắc phục: {finding.text}"[:200]
    proof = document(each.officer, each.id, f"{finding.pk}/BC-KP", words, finished)
    report_remedy(
        finding_id=finding.pk, text=words, document_ids=[proof], by=each.officer, at=moment(finished)
    )
    close_finding(
        finding_id=finding.pk,
        text="Đoàn kiểm tra đã đối chiếu tài liệu",
        by=places.manager,
        at=moment(finished + timedelta(days=4)),
    )

"""The steps of a case: notice, working days, minutes, report of the team, end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.organisations.queries import names_on
from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.common.formats import format_date
from openpar.common.text import nfc
from openpar.reform.inspections.actions.cases import conflict_gaps, may_prepare
from openpar.reform.inspections.actions.shared import (
    leads_team,
    official_document,
    refuse_if,
    refuse_unless,
    refuse_unless_follows,
    refuse_unless_in,
    take_case,
    take_unit,
    tell_units,
    text_gaps,
    trace_case,
)
from openpar.reform.inspections.models import (
    CaseState,
    InspectedUnit,
    Inspection,
    Mode,
    Side,
    TeamMember,
    UnitResponse,
)
from openpar.reform.inspections.permissions import may_decide
from openpar.reform.inspections.words import document_words, team_name

_LONGEST_SIGNER = 200


def send_notice(
    *,
    by: Actor,
    at: datetime,
    inspection_id: int,
    document_id: int | None,
    self_report_due: date,
    visits: Mapping[int, date] | None = None,
) -> Inspection:
    """The notice with the outline goes to the units, with the last day for their reports on themselves.

    `visits`: the working day of each unit, by the id of its row; none at the desk. Raises InspectionRefused.
    """
    with write_transaction():
        case = take_case(inspection_id)
        refuse_unless(may_prepare(by, case), by, _("Cơ quan kiểm tra hoặc trưởng đoàn gửi thông báo"))
        refuse_unless_follows(case, CaseState.NOTIFIED)
        units = list(case.units.select_for_update())
        gaps = notice_gaps(case)
        gaps += official_document(by, document_id, [case.campaign.organisation_id], _("Thông báo kiểm tra"))
        gaps += _day_gaps(units, visits or {}, self_report_due, timezone.localdate(at))
        refuse_if(gaps)
        case.notice_id, case.notified_at, case.self_report_due = document_id, at, self_report_due
        _go(case, CaseState.NOTIFIED, "notice", "notified_at", "self_report_due")
        for unit in units:
            if visits and unit.pk in visits:
                unit.visit_on = visits[unit.pk]
                unit.save(update_fields=["visit_on"])
        after = {
            "document": document_words(case.notice),
            "self_report_due": self_report_due.isoformat(),
            "visits": [unit.visit_on.isoformat() for unit in units if unit.visit_on],
        }
        trace_case(case, "inspection.notified", by=by, at=at, after=after)
        text = _("%(team)s kiểm tra đơn vị; báo cáo tự kiểm tra gửi đến hết ngày %(day)s") % {
            "team": team_name(case),
            "day": format_date(self_report_due),
        }
        tell_units(case, units, text, at)
        return case


def notice_gaps(case: Inspection) -> list[Gap]:
    """What keeps the notice back, whatever it says; the page asks the same."""
    if case.mode == Mode.UNANNOUNCED:
        remedy = _("Trưởng đoàn bắt đầu kiểm tra, không gửi thông báo")
        return [Gap("", _("kiểm tra đột xuất không báo trước"), remedy, code="unannounced")]
    return _team_gaps(case)


def begin_checks(*, by: Actor, at: datetime, inspection_id: int) -> Inspection:
    """The head begins: on the spot, or in the files. Unannounced, the units learn of it now."""
    with write_transaction():
        case = take_case(inspection_id)
        _refuse_unless_leads(by, case, at)
        refuse_unless_follows(case, CaseState.WORKING)
        refuse_if(beginning_gaps(case))
        case.begun_at = at
        _go(case, CaseState.WORKING, "begun_at")
        trace_case(case, "inspection.begun", by=by, at=at)
        if case.mode == Mode.UNANNOUNCED:
            text = _("%s kiểm tra đột xuất đơn vị") % team_name(case)
            tell_units(case, case.units.all(), text, at)
        return case


def beginning_gaps(case: Inspection) -> list[Gap]:
    """What keeps the team from beginning; the page asks the same."""
    if case.state == CaseState.PREPARING and case.mode != Mode.UNANNOUNCED:
        remedy = _("Gửi thông báo kèm đề cương trước")
        return [Gap("", _("đơn vị chưa được thông báo"), remedy, code="not-notified")]
    return _team_gaps(case)


def record_minutes(
    *,
    by: Actor,
    at: datetime,
    unit_id: int,
    document_id: int | None,
    signed_on: date,
    signed_for_team: str,
    signed_for_unit: str,
) -> InspectedUnit:
    """The minutes of a working day, signed by both sides; the observations of the unit stand from now on.

    The unit counts as inspected on this day. Raises InspectionRefused.
    """
    with write_transaction():
        unit = take_unit(unit_id)
        case = unit.inspection
        _refuse_unless_leads(by, case, at)
        refuse_unless_in(case, CaseState.WORKING)
        gaps = minutes_gaps(unit)
        gaps += official_document(by, document_id, [case.campaign.organisation_id], _("Biên bản"))
        gaps += _signing_gaps(case, signed_on, signed_for_team, signed_for_unit, timezone.localdate(at))
        refuse_if(gaps)
        unit.minutes_id, unit.minutes_on, unit.inspected_on = document_id, signed_on, signed_on
        unit.signed_for_team = nfc(signed_for_team).strip()
        unit.signed_for_unit = nfc(signed_for_unit).strip()
        fields = ["minutes", "minutes_on", "inspected_on", "signed_for_team", "signed_for_unit"]
        unit.save(update_fields=fields)
        after = {
            "document": document_words(unit.minutes),
            "signed_on": signed_on.isoformat(),
            "signed_for_team": unit.signed_for_team,
            "signed_for_unit": unit.signed_for_unit,
        }
        trace_case(case, "inspection.minutes", by=by, at=at, after=after, unit=unit)
        return unit


def minutes_gaps(unit: InspectedUnit) -> list[Gap]:
    """What keeps the minutes of a unit from being recorded; the page asks the same."""
    if unit.inspection.mode == Mode.DESK:
        remedy = _("Kiểm tra qua hồ sơ không lập biên bản")
        return [Gap("", _("không có buổi làm việc"), remedy, code="desk")]
    if unit.minutes_id is not None:
        return [Gap("", _("đã có biên bản hai bên ký"), code="signed")]
    if not unit.answers.filter(side=Side.TEAM).exclude(result="").exists():
        remedy = _("Ghi kết quả ít nhất một nội dung của đề cương")
        return [Gap(_("Nội dung kiểm tra"), _("đoàn chưa ghi nhận gì"), remedy, code="no-observation")]
    return []


def report_case(*, by: Actor, at: datetime, inspection_id: int, document_id: int | None) -> Inspection:
    """The report of the team. At the desk the units count as inspected from now. Raises InspectionRefused."""
    with write_transaction():
        case = take_case(inspection_id)
        _refuse_unless_leads(by, case, at)
        refuse_unless_follows(case, CaseState.REPORTED)
        gaps = reporting_gaps(case)
        gaps += official_document(by, document_id, [case.campaign.organisation_id], _("Báo cáo của đoàn"))
        refuse_if(gaps)
        if case.mode == Mode.DESK:
            case.units.filter(inspected_on__isnull=True).update(inspected_on=timezone.localdate(at))
        case.team_report_id, case.reported_at = document_id, at
        _go(case, CaseState.REPORTED, "team_report", "reported_at")
        after = {"document": document_words(case.team_report)}
        trace_case(case, "inspection.reported", by=by, at=at, after=after)
        return case


def reporting_gaps(case: Inspection) -> list[Gap]:
    """The units that lack minutes, or anything observed; the page asks the same."""
    units = list(case.units.all())
    observed = set(
        case.units.filter(answers__side=Side.TEAM).exclude(answers__result="").values_list("pk", flat=True)
    )
    names = names_on([unit.organisation_id for unit in units], case.covers_until)
    gaps = []
    for unit in units:
        where = names.get(unit.organisation_id, "")
        if unit.pk not in observed:
            remedy = _("Ghi kết quả ít nhất một nội dung của đề cương")
            gaps.append(Gap(where, _("đoàn chưa ghi nhận gì"), remedy, code="no-observation"))
        elif case.mode != Mode.DESK and unit.minutes_id is None:
            remedy = _("Ghi biên bản đã có hai bên ký")
            gaps.append(Gap(where, _("chưa có biên bản"), remedy, code="no-minutes"))
    return gaps


def close_case(*, by: Actor, at: datetime, inspection_id: int, document_id: int | None) -> Inspection:
    """The summary goes to the People's Committee and the case ends; findings live on by themselves."""
    with write_transaction():
        case = take_case(inspection_id)
        refuse_unless(may_decide(by, case.campaign), by, _("Cơ quan ban hành kết luận báo cáo tổng hợp"))
        refuse_unless_follows(case, CaseState.CLOSED)
        gaps = closing_gaps(case, timezone.localdate(at))
        gaps += official_document(by, document_id, [case.campaign.organisation_id], _("Báo cáo tổng hợp"))
        refuse_if(gaps)
        case.summary_id, case.closed_at = document_id, at
        _go(case, CaseState.CLOSED, "summary", "closed_at")
        after = {"document": document_words(case.summary)}
        trace_case(case, "inspection.closed", by=by, at=at, after=after)
        return case


def closing_gaps(case: Inspection, today: date) -> list[Gap]:
    """Units that may still answer the conclusion; the page asks the same."""
    if case.response_due is None or case.response_due < today:
        return []
    answered = set(UnitResponse.objects.filter(unit__inspection=case).values_list("unit_id", flat=True))
    waiting = [unit.organisation_id for unit in case.units.all() if unit.pk not in answered]
    what = _("chưa có ý kiến về kết luận")
    remedy = _("Chờ ý kiến, hoặc chờ hết ngày %s") % format_date(case.response_due)
    names = names_on(waiting, today)
    return [Gap(names.get(one, ""), what, remedy, code="no-response") for one in waiting]


def _go(case: Inspection, after: CaseState, *also: str) -> None:
    case.state = after
    case.version += 1
    case.save(update_fields=["state", "version", *also])


def _refuse_unless_leads(by: Actor, case: Inspection, at: datetime) -> None:
    refuse_unless(leads_team(by, case), by, _("Việc này do trưởng đoàn hoặc phó trưởng đoàn làm"))
    units = case.units.values_list("organisation_id", flat=True)
    refuse_if(conflict_gaps(units, by, timezone.localdate(at)))


def _team_gaps(case: Inspection) -> list[Gap]:
    if case.members.filter(part=TeamMember.Part.HEAD).exists():
        return []
    return [Gap(_("Đoàn kiểm tra"), _("chưa có trưởng đoàn"), _("Thêm trưởng đoàn"), code="no-head")]


def _day_gaps(
    units: Iterable[InspectedUnit], visits: Mapping[int, date], due: date, today: date
) -> list[Gap]:
    gaps = []
    if due < today:
        what = _("%s đã qua") % format_date(due)
        gaps.append(Gap(_("Hạn gửi báo cáo tự kiểm tra"), what, _("Chọn ngày sau này"), code="past"))
    known = {unit.pk for unit in units}
    for unit_id, day in visits.items():
        if unit_id not in known:
            gaps.append(Gap(_("Ngày làm việc"), _("đơn vị không thuộc vụ này"), code="strange-unit"))
        elif day < today:
            what = _("%s đã qua") % format_date(day)
            gaps.append(Gap(_("Ngày làm việc"), what, _("Chọn ngày sau này"), code="past"))
    return gaps


def _signing_gaps(case: Inspection, signed_on: date, team: str, unit: str, today: date) -> list[Gap]:
    gaps = []
    for where, name in ((_("Người ký phía đoàn"), team), (_("Người ký phía đơn vị"), unit)):
        gaps += text_gaps(where, name, _("Ghi họ tên, chức vụ"))
        if len(name) > _LONGEST_SIGNER:
            gaps.append(Gap(where, _("dài quá %d ký tự") % _LONGEST_SIGNER, _("Rút ngắn"), code="too-long"))
    begun = timezone.localdate(case.begun_at) if case.begun_at else today
    if not begun <= signed_on <= today:
        what = _("%s không nằm trong thời gian kiểm tra") % format_date(signed_on)
        remedy = _("Ghi ngày từ %(first)s đến %(last)s") % {
            "first": format_date(begun),
            "last": format_date(today),
        }
        gaps.append(Gap(_("Ngày lập biên bản"), what, remedy, code="day-outside"))
    return gaps

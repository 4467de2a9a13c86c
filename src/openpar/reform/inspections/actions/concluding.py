"""One conclusion for all units of a case: written, issued with its findings, answered by each unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.organisations.queries import names_on
from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.common.formats import format_date
from openpar.common.text import nfc
from openpar.reform.fields import field_codes
from openpar.reform.findings.actions.adding import Leaf, NewFinding, add_findings
from openpar.reform.findings.models import LONGEST_LINE, Finding, FoundBy
from openpar.reform.findings.taxonomy import entries
from openpar.reform.inspections.actions.cases import conflict_gaps
from openpar.reform.inspections.actions.shared import (
    leads_team,
    official_document,
    refuse_if,
    refuse_if_stale,
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
    Limitation,
    UnitResponse,
)
from openpar.reform.inspections.permissions import may_decide, may_respond_for
from openpar.reform.inspections.words import document_words, team_name


@dataclass(frozen=True)
class Words:
    """What a conclusion says beside its limitations: of all units together, or of one."""

    strengths: str = ""
    requests: str = ""

    def gaps(self, where: str) -> list[Gap]:
        """Texts that do not fit."""
        strengths, requests = _("Kết quả đạt được"), _("Kiến nghị")
        found = text_gaps(f"{where}, {strengths}", self.strengths, "", is_needed=False)
        return found + text_gaps(f"{where}, {requests}", self.requests, "", is_needed=False)


@dataclass(frozen=True)
class NewLimitation:
    """A shortcoming of one unit; `code` of the taxonomy of findings may be empty, `field` may not.

    `leaf`: the line of the criteria set that it costs points at, as far as known.
    """

    field: str
    text: str
    code: str = ""
    request: str = ""
    remedy_due: date | None = None
    item: str = ""
    leaf: Leaf | None = None


def write_conclusion(
    *,
    by: Actor,
    at: datetime,
    inspection_id: int,
    expected_version: int,
    words: Words,
    of_units: Mapping[int, Words],
) -> Inspection:
    """The words of the conclusion, while it is not issued. Raises InspectionRefused, StaleInspection."""
    with write_transaction():
        case = take_case(inspection_id)
        refuse_unless_writes(by, case, at)
        refuse_if_stale(case.version, expected_version)
        units = {unit.pk: unit for unit in case.units.select_for_update()}
        names = names_on([unit.organisation_id for unit in units.values()], timezone.localdate(at))
        gaps = words.gaps(_("Kết luận chung"))
        for unit_id, said in of_units.items():
            if unit_id not in units:
                gaps.append(Gap("", _("đơn vị không thuộc vụ này"), code="strange-unit"))
                continue
            gaps += said.gaps(names.get(units[unit_id].organisation_id, ""))
        refuse_if(gaps)
        for unit_id, said in of_units.items():
            unit = units[unit_id]
            unit.strengths, unit.requests = nfc(said.strengths).strip(), nfc(said.requests).strip()
            unit.save(update_fields=["strengths", "requests"])
        case.strengths, case.requests = nfc(words.strengths).strip(), nfc(words.requests).strip()
        case.version += 1
        case.save(update_fields=["strengths", "requests", "version"])
        after = {"strengths": case.strengths, "requests": case.requests, "inspected_units": len(of_units)}
        trace_case(case, "inspection.conclusion_written", by=by, at=at, after=after)
        return case


def add_limitation(*, by: Actor, at: datetime, unit_id: int, limitation: NewLimitation) -> Limitation:
    """A limitation of one unit comes into the conclusion. Raises InspectionRefused."""
    with write_transaction():
        unit = take_unit(unit_id)
        case = unit.inspection
        refuse_unless_writes(by, case, at)
        refuse_if(_limitation_gaps(limitation, timezone.localdate(at)))
        item = limitation.item[:20]
        added = Limitation(unit=unit, item=item, added_by_id=by.person_id, added_at=at)
        _say(added, limitation)
        added.save()
        trace_case(case, "inspection.limitation_added", by=by, at=at, after=_said(added), unit=unit)
        return added


def change_limitation(
    *, by: Actor, at: datetime, limitation_id: int, expected_version: int, limitation: NewLimitation
) -> Limitation:
    """A limitation is worded anew, while the conclusion is not issued; the line of the checklist that it came
    from stays. Raises InspectionRefused, StaleInspection.
    """
    with write_transaction():
        unit_id = Limitation.objects.values_list("unit_id", flat=True).get(pk=limitation_id)
        unit = take_unit(unit_id)
        refuse_unless_writes(by, unit.inspection, at)
        changed = Limitation.objects.get(pk=limitation_id)
        refuse_if_stale(changed.version, expected_version)
        # A deadline that was in time when it was set does not keep the words from being changed.
        is_kept = limitation.remedy_due == changed.remedy_due
        asked = replace(limitation, remedy_due=None) if is_kept else limitation
        refuse_if(_limitation_gaps(asked, timezone.localdate(at)))
        before = _said(changed)
        _say(changed, limitation)
        changed.version += 1
        changed.save()
        verb = "inspection.limitation_changed"
        trace_case(unit.inspection, verb, by=by, at=at, before=before, after=_said(changed), unit=unit)
        return changed


def leaf_of(limitation: Limitation) -> Leaf | None:
    """The line of the criteria set that a limitation names."""
    if not limitation.leaf_text:
        return None
    return Leaf(
        code=limitation.leaf_code,
        text=limitation.leaf_text,
        year=limitation.leaf_year or 0,
        key=limitation.leaf_key,
        maximum=limitation.points_at_stake,
    )


def _say(row: Limitation, said: NewLimitation) -> None:
    row.field, row.code = said.field, said.code
    row.text, row.request = nfc(said.text).strip(), nfc(said.request).strip()
    row.remedy_due = said.remedy_due
    leaf = said.leaf
    row.leaf_code, row.leaf_text = (leaf.code, leaf.text[:LONGEST_LINE]) if leaf else ("", "")
    row.leaf_year, row.leaf_key = (leaf.year, leaf.key) if leaf else (None, "")
    row.points_at_stake = leaf.maximum if leaf else None


def _said(row: Limitation) -> dict[str, object]:
    return {
        "field": row.field,
        "code": row.code,
        "text": row.text,
        "request": row.request,
        "leaf": f"{row.leaf_code} {row.leaf_text}".strip(),
        "remedy_due": row.remedy_due.isoformat() if row.remedy_due else None,
    }


def drop_limitation(*, by: Actor, at: datetime, limitation_id: int, expected_version: int) -> None:
    """A limitation leaves a conclusion that is not issued. Raises InspectionRefused, StaleInspection."""
    with write_transaction():
        unit_id = Limitation.objects.values_list("unit_id", flat=True).get(pk=limitation_id)
        unit = take_unit(unit_id)
        refuse_unless_writes(by, unit.inspection, at)
        limitation = Limitation.objects.get(pk=limitation_id)
        refuse_if_stale(limitation.version, expected_version)
        before = _said(limitation)
        limitation.delete()
        trace_case(unit.inspection, "inspection.limitation_dropped", by=by, at=at, before=before, unit=unit)


def issue_conclusion(
    *,
    by: Actor,
    at: datetime,
    inspection_id: int,
    expected_version: int,
    document_id: int | None,
    remedy_due: date,
    response_due: date,
) -> Inspection:
    """The conclusion is issued: nothing of the case changes any more, every limitation becomes a finding.

    `remedy_due` holds for limitations without a deadline of their own; until `response_due` a unit may agree
    or object. Raises InspectionRefused, StaleInspection, and what findings refuse.
    """
    with write_transaction():
        case = take_case(inspection_id)
        refuse_unless(may_decide(by, case.campaign), by, _("Cơ quan tổ chức kiểm tra ban hành kết luận"))
        refuse_unless_follows(case, CaseState.CONCLUDED)
        refuse_if_stale(case.version, expected_version)
        today = timezone.localdate(at)
        owners = [case.campaign.organisation_id]
        gaps = conclusion_gaps(by, case, today) + _deadline_gaps(remedy_due, response_due, today)
        refuse_if(gaps + official_document(by, document_id, owners, _("Thông báo kết luận")))
        case.conclusion_id, case.remedy_due, case.response_due = document_id, remedy_due, response_due
        found = _into_findings(case, by=by, at=at)
        case.state, case.concluded_at, case.concluded_by_id = CaseState.CONCLUDED, at, by.person_id
        case.version += 1
        written = ["conclusion", "remedy_due", "response_due", "state", "concluded_at", "concluded_by"]
        case.save(update_fields=[*written, "version"])
        after = {
            "document": document_words(case.conclusion),
            "remedy_due": remedy_due.isoformat(),
            "response_due": response_due.isoformat(),
            "findings": [finding.pk for finding in found],
        }
        trace_case(case, "inspection.concluded", by=by, at=at, after=after)
        text = _("%(team)s đã kết luận; đơn vị cho ý kiến đến hết ngày %(day)s") % {
            "team": team_name(case),
            "day": format_date(response_due),
        }
        tell_units(case, case.units.all(), text, at)
        return case


def respond(*, by: Actor, at: datetime, unit_id: int, kind: str, text: str = "") -> UnitResponse:
    """The unit agrees with the conclusion, or says what it objects to; once. Raises InspectionRefused."""
    with write_transaction():
        unit = take_unit(unit_id)
        case = unit.inspection
        scope = case.campaign.scope
        refuse_unless(
            may_respond_for(by, unit.organisation_id, scope), by, _("Thủ trưởng đơn vị có ý kiến về kết luận")
        )
        refuse_unless_in(case, CaseState.CONCLUDED)
        refuse_if(_response_gaps(unit, kind, text, timezone.localdate(at)))
        response = UnitResponse.objects.create(
            unit=unit, kind=kind, text=nfc(text).strip(), by_id=by.person_id, at=at
        )
        after = {"unit_response": kind, "text": response.text}
        trace_case(case, "inspection.responded", by=by, at=at, after=after, unit=unit)
        return response


def refuse_unless_writes(by: Actor, case: Inspection, at: datetime) -> None:
    """The lead of the team, and who issues the conclusion, write it; nobody about the own agency."""
    refuse_unless(
        leads_team(by, case) or may_decide(by, case.campaign),
        by,
        _("Trưởng đoàn hoặc cơ quan tổ chức kiểm tra soạn kết luận"),
    )
    refuse_unless_in(case, CaseState.WORKING, CaseState.REPORTED)
    units = case.units.values_list("organisation_id", flat=True)
    refuse_if(conflict_gaps(units, by, timezone.localdate(at)))


def conclusion_gaps(by: Actor, case: Inspection, today: date) -> list[Gap]:
    """What keeps the conclusion from being issued, whatever its document; the page asks the same."""
    units = list(case.units.all())
    gaps = conflict_gaps([unit.organisation_id for unit in units], by, today)
    limited = set(Limitation.objects.filter(unit__inspection=case).values_list("unit_id", flat=True))
    names = names_on([unit.organisation_id for unit in units], today)
    for unit in units:
        says_something = unit.pk in limited or unit.strengths or unit.requests
        if not says_something:
            remedy = _("Ghi kết quả đạt được, hạn chế hoặc kiến nghị của đơn vị")
            where = names.get(unit.organisation_id, "")
            gaps.append(Gap(where, _("kết luận chưa nói gì"), remedy, code="nothing-said"))
    return gaps


def _into_findings(case: Inspection, *, by: Actor, at: datetime) -> list[Finding]:
    """Every limitation becomes a finding of its unit, in the order of the conclusion."""
    limitations = list(
        Limitation.objects.filter(unit__inspection=case).select_related("unit").order_by("unit_id", "id")
    )
    if not limitations:
        return []
    found = add_findings(lines=[_finding(case, one, at) for one in limitations], by=by, at=at)
    for limitation, finding in zip(limitations, found, strict=True):
        limitation.finding = finding
        limitation.save(update_fields=["finding"])
    return found


def _finding(case: Inspection, limitation: Limitation, at: datetime) -> NewFinding:
    unit: InspectedUnit = limitation.unit
    return NewFinding(
        organisation_id=unit.organisation_id,
        field=limitation.field,
        code=limitation.code,
        text=limitation.text,
        found_by=FoundBy.INSPECTION,
        finder_id=case.campaign.organisation_id,
        found_on=unit.inspected_on or timezone.localdate(at),
        period_from=case.covers_from,
        period_until=case.covers_until,
        request=limitation.request,
        leaf=leaf_of(limitation),
        deadline=limitation.remedy_due or case.remedy_due,
        source_id=case.pk,
        source_text=_("%(team)s, thông báo kết luận %(document)s")
        % {"team": team_name(case), "document": document_words(case.conclusion)},
        source_link=f"/inspections/{case.pk}/",
    )


def _limitation_gaps(limitation: NewLimitation, today: date) -> list[Gap]:
    gaps = text_gaps(_("Hạn chế"), limitation.text, _("Ghi rõ hạn chế"))
    gaps += text_gaps(_("Yêu cầu khắc phục"), limitation.request, "", is_needed=False)
    if limitation.field not in field_codes():
        gaps.append(Gap(_("Lĩnh vực"), _("chưa chọn"), _("Chọn một lĩnh vực"), code="no-field"))
    known = {entry.code: entry.field for entry in entries(today)}
    if limitation.code and known.get(limitation.code) != limitation.field:
        what = _("%s không thuộc lĩnh vực này") % limitation.code[:10]
        gaps.append(Gap(_("Mã hạn chế"), what, _("Chọn mã của lĩnh vực"), code="no-code"))
    if limitation.remedy_due is not None and limitation.remedy_due < today:
        what = _("%s đã qua") % format_date(limitation.remedy_due)
        gaps.append(Gap(_("Hạn khắc phục"), what, _("Chọn ngày sau này"), code="past"))
    return gaps


def _deadline_gaps(remedy_due: date, response_due: date, today: date) -> list[Gap]:
    return [
        Gap(where, _("%s đã qua") % format_date(day), _("Chọn ngày sau này"), code="past")
        for where, day in ((_("Hạn khắc phục"), remedy_due), (_("Hạn đơn vị có ý kiến"), response_due))
        if day < today
    ]


def _response_gaps(unit: InspectedUnit, kind: str, text: str, today: date) -> list[Gap]:
    if UnitResponse.objects.filter(unit=unit).exists():
        return [Gap("", _("đơn vị đã có ý kiến"), code="responded")]
    due = unit.inspection.response_due
    if due is not None and due < today:
        what = _("hạn có ý kiến là hết ngày %s") % format_date(due)
        return [Gap("", what, _("Liên hệ cơ quan kiểm tra"), code="too-late")]
    if kind not in UnitResponse.Kind.values:
        return [Gap(_("Ý kiến"), _("chưa chọn"), _("Chọn thống nhất hoặc có ý kiến khác"), code="no-kind")]
    is_needed = kind == UnitResponse.Kind.OBJECTS
    return text_gaps(_("Ý kiến"), text, _("Ghi rõ điểm chưa thống nhất"), is_needed=is_needed)

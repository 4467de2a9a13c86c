"""What the actions share: the turn, the right, the step, the document, the trace, who is told."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from functools import partial

from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.accounts.queries import people_holding
from openpar.base.audit.actions import record
from openpar.base.audit.traced import Subject, traced
from openpar.base.documents.models import Document
from openpar.base.documents.permissions import owners_added_to_by
from openpar.base.notifications.actions import tell
from openpar.base.organisations.models import Organisation, OrganisationVersion
from openpar.base.organisations.permissions import not_allowed
from openpar.base.organisations.queries import names_on
from openpar.base.organisations.roles import Actor, Role
from openpar.common.errors import Gap
from openpar.common.formats import format_date
from openpar.common.typed import text_gaps as any_text_gaps
from openpar.reform.inspections.checklists import coverage_rules
from openpar.reform.inspections.errors import InspectionRefused, StaleInspection
from openpar.reform.inspections.models import Campaign, CaseState, InspectedUnit, Inspection, Scope
from openpar.reform.inspections.permissions import LEADS
from openpar.reform.inspections.stages import may_follow
from openpar.reform.inspections.words import team_name

LONGEST_TEXT = 8000
_OF_UNITS = (Role.FOCAL_OFFICER, Role.AGENCY_HEAD, Role.DIVISION_OFFICER)
refuse_if = InspectionRefused.if_any
text_gaps = partial(any_text_gaps, longest=LONGEST_TEXT)


def refuse_unless(is_allowed: bool, by: Actor, remedy: str) -> None:
    """Raises InspectionRefused; an operator without an account does nothing here either."""
    if not is_allowed or by.id is None:
        raise InspectionRefused(not_allowed(by, remedy))


def days_gaps(covers_from: date, covers_until: date) -> list[Gap]:
    """The period covered has at least one day; it may be longer than a year."""
    if covers_from <= covers_until:
        return []
    what = _("từ %(first)s đến %(last)s là ngược") % {
        "first": format_date(covers_from),
        "last": format_date(covers_until),
    }
    return [Gap(_("Thời kỳ kiểm tra"), what, _("Ghi ngày đầu trước ngày cuối"), code="days-reversed")]


def take_campaign(campaign_id: int) -> Campaign:
    """The plan, locked until the transaction ends."""
    return Campaign.objects.select_for_update().get(pk=campaign_id)


def take_case(inspection_id: int) -> Inspection:
    """The case with its plan, locked until the transaction ends."""
    locked = Inspection.objects.select_for_update(of=("self",))
    return locked.select_related("campaign", "decision").get(pk=inspection_id)


def take_unit(unit_id: int) -> InspectedUnit:
    """The unit; its case is locked first, so that steps and answers of one case wait for each other."""
    case_id = InspectedUnit.objects.values_list("inspection_id", flat=True).get(pk=unit_id)
    case = take_case(case_id)
    unit = InspectedUnit.objects.select_for_update().get(pk=unit_id)
    unit.inspection = case
    return unit


def refuse_if_stale(stored: int, expected: int) -> None:
    if stored != expected:
        what = _("người khác vừa sửa")
        raise StaleInspection(Gap("", what, _("Tải lại trang rồi làm tiếp"), code="stale"))


def refuse_unless_follows(case: Inspection, after: CaseState) -> None:
    """Raises InspectionRefused when the table of steps has no such step."""
    if not may_follow(case.state, after):
        what = _("vụ kiểm tra đang ở bước “%s”") % case.get_state_display()
        remedy = _("Bước “%s” không đi ngay sau bước này") % after.label
        raise InspectionRefused(Gap("", what, remedy, code="not-now"))


def refuse_unless_in(case: Inspection, *states: CaseState) -> None:
    if case.state not in states:
        what = _("vụ kiểm tra đang ở bước “%s”") % case.get_state_display()
        remedy = _("Việc này làm ở bước: %s") % ", ".join(str(state.label) for state in states)
        raise InspectionRefused(Gap("", what, remedy, code="not-now"))


def leads_team(by: Actor, case: Inspection) -> bool:
    """Is head or deputy of the team."""
    return by.id is not None and case.members.filter(user=by.id, part__in=LEADS).exists()


def is_in_team(by: Actor, case: Inspection) -> bool:
    return by.id is not None and case.members.filter(user=by.id).exists()


def official_document(by: Actor, document_id: int | None, owners: Collection[int], where: str) -> list[Gap]:
    """Gaps unless it is a document with number and date, of one of these stores or of a store of `by`."""
    document = Document.objects.filter(pk=document_id).first() if document_id else None
    if document is None or document.owner_id not in {*owners, *owners_added_to_by(by)}:
        what = _("chưa có văn bản")
        return [Gap(where, what, _("Chọn văn bản trong kho, hoặc thêm văn bản mới"), code="no-document")]
    if not document.number or document.issued_on is None:
        what = _("văn bản “%s” chưa có số, ký hiệu hoặc ngày ban hành") % document.title
        return [Gap(where, what, _("Chọn văn bản đã ban hành"), code="no-number")]
    return []


def eligible_units(campaign: Campaign, on: date) -> dict[int, str]:
    """The organisations that may be inspected by this plan on a day, with their names; one query.

    For the province: those of the strata of the rules, without the one that inspects. For an agency: those
    right below it.
    """
    rules = coverage_rules(campaign.scope, on)
    kinds = {kind for rule in rules for kind in rule.kinds}
    versions = OrganisationVersion.objects.as_of(on).filter(kind__in=kinds)
    versions = versions.exclude(organisation=campaign.organisation_id)
    if campaign.scope == Scope.OWN:
        versions = versions.filter(parent=campaign.organisation_id)
    return dict(versions.order_by("name_sort", "id").values_list("organisation_id", "name"))


def strange_units(campaign: Campaign, wanted: Iterable[int], on: date) -> list[Gap]:
    """Gaps for organisations that may not be inspected by this plan."""
    strangers = set(wanted) - eligible_units(campaign, on).keys()
    names = names_on(strangers, on)
    keys = dict(Organisation.objects.filter(pk__in=strangers).values_list("pk", "key"))
    what = _("không thuộc phạm vi của kế hoạch này vào ngày %s") % format_date(on)
    remedy = _("Chọn đơn vị trong danh sách của kế hoạch")
    return [
        Gap(names.get(one) or keys.get(one, str(one)), what, remedy, code="strange-unit")
        for one in sorted(strangers)
    ]


@traced
def trace_campaign(campaign: Campaign) -> Subject:
    """One entry about a plan of inspections."""
    return Subject(f"inspection_plan:{campaign.pk}", campaign.title)


def trace_case(
    case: Inspection,
    verb: str,
    *,
    by: Actor,
    at: datetime,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    reason: str = "",
    unit: InspectedUnit | None = None,
) -> None:
    """One entry about the case, or about one of its units."""
    about = f"inspection:{case.pk}"
    name = names_on([unit.organisation_id], timezone.localdate(at)) if unit else {}
    record(
        by=by,
        at=at,
        verb=verb,
        object=f"inspected_unit:{unit.pk}" if unit else about,
        about=about,
        label=", ".join([team_name(case), *name.values()]),
        before=before,
        after=after,
        reason=reason,
    )


def tell_units(case: Inspection, units: Iterable[InspectedUnit], text: str, at: datetime) -> None:
    """Whoever answers for these units learns of it, once, with the way to the case."""
    where = [unit.organisation_id for unit in units]
    recipients = people_holding(_OF_UNITS, where, timezone.localdate(at))
    tell(recipients=recipients, text=text, link=f"/inspections/{case.pk}/", at=at)

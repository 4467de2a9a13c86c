"""What waits on the first page: self-reports, conclusions to answer, cases of one's team."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.accounts.queries import Actor
from openpar.base.organisations.queries import names_on
from openpar.reform.inspections.models import CaseState, InspectedUnit, Inspection
from openpar.reform.inspections.permissions import LEADS, agencies_of, may_respond_for
from openpar.reform.inspections.words import team_name
from openpar.web.home.sections import Item, Section

_MOST = 6


def waiting(actor: Actor, at: datetime) -> tuple[Section, ...]:
    """One section: as a unit, and as a member of a team."""
    items = _as_unit(actor, at) + _as_team(actor, at)
    return (Section(_("Kiểm tra cải cách hành chính"), tuple(items[:_MOST]), more=reverse("inspections")),)


def _as_unit(actor: Actor, at: datetime) -> list[Item]:
    own = agencies_of(actor)
    if not own:
        return []
    units = InspectedUnit.objects.filter(organisation__in=own).select_related(
        "inspection__decision", "inspection__campaign"
    )
    items = []
    due = units.filter(
        inspection__state__in=[CaseState.NOTIFIED, CaseState.WORKING],
        self_report_sent_at__isnull=True,
        inspection__self_report_due__isnull=False,
    )
    for unit in due[:_MOST]:
        state = ("bad", _("bị trả lại")) if unit.return_reason else ("waiting", _("chờ gửi"))
        label = _("%s: báo cáo tự kiểm tra") % team_name(unit.inspection)
        link = reverse("inspection-self-report", args=[unit.pk])
        items.append(Item(label, link, "", *state, due=unit.inspection.self_report_due))
    open_ones = units.filter(
        inspection__state=CaseState.CONCLUDED,
        inspection__response_due__gte=timezone.localdate(at),
        response__isnull=True,
    )
    for unit in open_ones[:_MOST]:
        case = unit.inspection
        if may_respond_for(actor, unit.organisation_id, case.campaign.scope):
            label = _("%s: ý kiến về thông báo kết luận") % team_name(case)
            link = reverse("inspection", args=[case.pk])
            items.append(Item(label, link, "", "waiting", _("chờ ý kiến"), due=case.response_due))
    return items


def _as_team(actor: Actor, at: datetime) -> list[Item]:
    """Cases that the person checks now; those that lead also see which step waits for them."""
    cases = (
        Inspection.objects.filter(
            members__user=actor.id, state__in=[CaseState.PREPARING, CaseState.NOTIFIED, CaseState.WORKING]
        )
        .select_related("decision")
        .prefetch_related("units", "members")
        .order_by("id")[:_MOST]
    )
    found = list(cases)
    ids = {unit.organisation_id for case in found for unit in case.units.all()}
    names = names_on(ids, timezone.localdate(at))
    items = []
    for case in found:
        units = ", ".join(names.get(unit.organisation_id, "") for unit in case.units.all())
        leads = any(one.user_id == actor.id and one.part in LEADS for one in case.members.all())
        state = ("active", case.get_state_display())
        if leads and case.state != CaseState.WORKING:
            state = ("waiting", _("chờ trưởng đoàn"))
        visits = [unit.visit_on for unit in case.units.all() if unit.visit_on and not unit.minutes_id]
        link = reverse("inspection", args=[case.pk])
        items.append(Item(team_name(case), link, units, *state, due=min(visits, default=None)))
    return items

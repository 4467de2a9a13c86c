"""What inspections wait for by a day: self-reports of units, working days, answers to conclusions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.notifications.due import DueThing, holders
from openpar.base.organisations.queries import names_on
from openpar.base.organisations.roles import Role
from openpar.reform.inspections.models import CaseState, InspectedUnit, Inspection
from openpar.reform.inspections.words import team_name


def due_things(today: date) -> Iterable[DueThing]:
    """Everything open with a day, in a few queries."""
    units = list(
        InspectedUnit.objects.filter(inspection__state__in=[CaseState.NOTIFIED, CaseState.WORKING])
        .select_related("inspection__decision", "inspection__campaign")
        .prefetch_related("inspection__members")
    )
    concluded = list(
        InspectedUnit.objects.filter(inspection__state=CaseState.CONCLUDED, response__isnull=True)
        .select_related("inspection__decision", "inspection__campaign")
        .prefetch_related("inspection__members")
    )
    ids = {unit.organisation_id for unit in (*units, *concluded)}
    officers, heads = holders(ids, Role.FOCAL_OFFICER, on=today), holders(ids, Role.AGENCY_HEAD, on=today)
    names = names_on(ids, today)
    for unit in units:
        yield from _before(unit, officers, heads, names)
    for unit in concluded:
        case = unit.inspection
        if case.response_due is not None:
            yield DueThing(
                kind="inspection.conclusion",
                object=f"inspected_unit:{unit.pk}",
                due_on=case.response_due,
                text=_("%s: đơn vị cho ý kiến về thông báo kết luận") % team_name(case),
                link=f"/inspections/{case.pk}/",
                responsible=heads.get(unit.organisation_id, ()),
                heads=heads.get(unit.organisation_id, ()),
                assigners=_team(case),
                known_from=timezone.localdate(case.concluded_at) if case.concluded_at else None,
            )


def _before(
    unit: InspectedUnit,
    officers: Mapping[int, tuple[int, ...]],
    heads: Mapping[int, tuple[int, ...]],
    names: Mapping[int, str],
) -> Iterator[DueThing]:
    """The report of the unit on itself, and its working day, while they are open."""
    case, agency = unit.inspection, unit.organisation_id
    known_from = timezone.localdate(case.notified_at) if case.notified_at else None
    if case.self_report_due is not None and unit.self_report_sent_at is None:
        yield DueThing(
            kind="inspection.self_report",
            object=f"inspected_unit:{unit.pk}",
            due_on=case.self_report_due,
            text=_("%s: gửi báo cáo tự kiểm tra") % team_name(case),
            link=f"/inspections/units/{unit.pk}/self-report/",
            responsible=officers.get(agency, ()),
            heads=heads.get(agency, ()),
            assigners=_team(case),
            known_from=known_from,
        )
    if unit.visit_on is not None and unit.minutes_id is None:
        yield DueThing(
            kind="inspection.start",
            object=f"inspected_unit:{unit.pk}",
            due_on=unit.visit_on,
            text=_("%(team)s làm việc tại %(unit)s")
            % {
                "team": team_name(case),
                "unit": names.get(agency, ""),
            },
            link=f"/inspections/{case.pk}/",
            responsible=(*officers.get(agency, ()), *_team(case)),
            heads=heads.get(agency, ()),
            assigners=(),
            known_from=known_from,
        )


def _team(case: Inspection) -> tuple[int, ...]:
    return tuple(member.user_id for member in case.members.all())

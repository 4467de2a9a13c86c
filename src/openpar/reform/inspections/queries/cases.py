"""Cases as pages show them: where they stand, what waits, for whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from openpar.base.accounts.models import RoleHeld
from openpar.base.organisations.queries import names_on
from openpar.base.organisations.roles import Actor
from openpar.reform.inspections.models import (
    CaseState,
    ChecklistAnswer,
    InspectedUnit,
    Inspection,
    Limitation,
    Mode,
    Side,
    TeamMember,
    UnitResponse,
)
from openpar.reform.inspections.queries.visibility import sees_from_inside, visible_cases, visible_units
from openpar.reform.inspections.words import items_of, team_name


@dataclass(frozen=True)
class CaseLine:
    """One case of the list."""

    case: Inspection
    team: str
    organisation: str
    units: tuple[str, ...]
    due_on: date | None


@dataclass(frozen=True)
class UnitLine:
    """One unit of a case: its name, how many lines each side has answered, what it said in the end."""

    unit: InspectedUnit
    name: str
    answered_by_unit: int
    answered_by_team: int
    limitations: tuple[Limitation, ...]
    response: UnitResponse | None


@dataclass(frozen=True)
class MemberLine:
    """One member of the team with the agencies they come from."""

    member: TeamMember
    agencies: str


@dataclass(frozen=True)
class CaseView:
    """A case for one reader; `is_inside`: sees it as the inspecting side."""

    case: Inspection
    team: str
    organisation: str
    is_inside: bool
    items: int
    units: tuple[UnitLine, ...]
    all_units: tuple[str, ...]
    members: tuple[MemberLine, ...]
    next_step: str

    @property
    def is_concluded(self) -> bool:
        return self.case.state in (CaseState.CONCLUDED, CaseState.CLOSED)


def case_lines(actor: Actor, today: date, *, only_open: bool = False) -> tuple[CaseLine, ...]:
    """The cases somebody sees, newest first; four queries."""
    cases = visible_cases(actor)
    if only_open:
        cases = cases.exclude(state__in=[CaseState.CLOSED, CaseState.CANCELLED])
    found = list(cases.prefetch_related("units"))
    ids = {unit.organisation_id for case in found for unit in case.units.all()}
    names = names_on(ids | {case.campaign.organisation_id for case in found}, today)
    return tuple(
        CaseLine(
            case=case,
            team=team_name(case),
            organisation=names.get(case.campaign.organisation_id, ""),
            units=tuple(names.get(unit.organisation_id, "") for unit in case.units.all()),
            due_on=due_on(case),
        )
        for case in found
    )


def due_on(case: Inspection) -> date | None:
    """The day that the case waits for now, if it waits for one."""
    if case.state == CaseState.NOTIFIED:
        return case.self_report_due
    if case.state == CaseState.CONCLUDED:
        return case.response_due
    return None


def case_view(actor: Actor, inspection_id: int, today: date) -> CaseView | None:
    """One case as `actor` sees it; None for whoever does not."""
    related = ("notice", "team_report", "conclusion", "summary", "concluded_by", "campaign__document")
    case = visible_cases(actor).select_related(*related).filter(pk=inspection_id).first()
    if case is None:
        return None
    is_inside = sees_from_inside(actor, case)
    shown = visible_units(actor, case)
    organisations = [unit.organisation_id for unit in case.units.all()]
    names = names_on([*organisations, case.campaign.organisation_id], today)
    tells_limitations = is_inside or case.state in (CaseState.CONCLUDED, CaseState.CLOSED)
    return CaseView(
        case=case,
        team=team_name(case),
        organisation=names.get(case.campaign.organisation_id, ""),
        is_inside=is_inside,
        items=len(items_of(case)),
        units=unit_lines(shown, names, with_limitations=tells_limitations),
        all_units=tuple(names.get(one, "") for one in organisations),
        members=_members(case, today),
        next_step=next_step(case),
    )


def unit_lines(
    units: Iterable[InspectedUnit], names: dict[int, str], *, with_limitations: bool
) -> tuple[UnitLine, ...]:
    """The units with their counts; two queries."""
    found = list(units)
    counted = (
        ChecklistAnswer.objects.filter(unit__in=found)
        .exclude(result="")
        .values_list("unit_id", "side")
        .annotate(lines=Count("id"))
    )
    counts = {(unit_id, side): lines for unit_id, side, lines in counted}
    limitations: dict[int, list[Limitation]] = {}
    if with_limitations:
        for one in Limitation.objects.filter(unit__in=found).select_related("finding"):
            limitations.setdefault(one.unit_id, []).append(one)
    return tuple(
        UnitLine(
            unit=unit,
            name=names.get(unit.organisation_id, ""),
            answered_by_unit=counts.get((unit.pk, Side.UNIT), 0),
            answered_by_team=counts.get((unit.pk, Side.TEAM), 0),
            limitations=tuple(limitations.get(unit.pk, ())),
            response=getattr(unit, "response", None),
        )
        for unit in found
    )


def next_step(case: Inspection) -> str:
    """What comes next and whose turn it is, in words."""
    if case.state == CaseState.PREPARING and case.mode == Mode.UNANNOUNCED:
        return _("Trưởng đoàn bắt đầu kiểm tra, không báo trước")
    return {
        CaseState.PREPARING: _("Cơ quan kiểm tra lập đoàn và gửi thông báo kèm đề cương"),
        CaseState.NOTIFIED: _("Đơn vị gửi báo cáo tự kiểm tra; trưởng đoàn bắt đầu kiểm tra"),
        CaseState.WORKING: _("Đoàn ghi nhận theo đề cương, lập biên bản, rồi báo cáo"),
        CaseState.REPORTED: _("Cơ quan kiểm tra ban hành thông báo kết luận chung"),
        CaseState.CONCLUDED: _("Đơn vị có ý kiến; cơ quan kiểm tra báo cáo tổng hợp"),
        CaseState.CLOSED: _("Đã kết thúc; hạn chế được theo dõi đến khi khắc phục xong"),
        CaseState.CANCELLED: _("Không tiến hành"),
    }[CaseState(case.state)]


def candidates(case: Inspection, today: date, search: str = "") -> list[tuple[int, str]]:
    """People who may come into the team: with a role, active, of no inspected unit; at most fifty."""
    barred = case.units.values_list("organisation_id", flat=True)
    held = RoleHeld.objects.as_of(today).filter(user__is_active=True)
    own = held.filter(organisation__in=barred).values("user_id")
    found = held.exclude(user_id__in=own).exclude(user_id__in=case.members.values("user_id"))
    if search.strip():
        found = found.filter(
            Q(user__full_name__icontains=search.strip()) | Q(user__username__startswith=search.strip())
        )
    rows = found.order_by("user__full_name", "user_id").values_list(
        "user_id", "user__full_name", "organisation_id"
    )[:200]
    names = names_on({where for _user, _name, where in rows}, today)
    people: dict[int, str] = {}
    for user_id, name, where in rows:
        people.setdefault(user_id, f"{name} – {names.get(where, '')}")
    return list(people.items())[:50]


def _members(case: Inspection, today: date) -> tuple[MemberLine, ...]:
    members = list(case.members.select_related("user"))
    held = RoleHeld.objects.as_of(today).filter(user__in=[one.user_id for one in members])
    where: dict[int, set[int]] = {}
    for user_id, organisation_id in held.values_list("user_id", "organisation_id"):
        where.setdefault(user_id, set()).add(organisation_id)
    names = names_on({one for own in where.values() for one in own}, today)
    order = {part: place for place, part in enumerate(TeamMember.Part.values)}
    return tuple(
        MemberLine(one, ", ".join(sorted(names.get(each, "") for each in where.get(one.user_id, ()))))
        for one in sorted(members, key=lambda member: (order[member.part], member.pk))
    )

"""What of findings is due: plans, remedies, their confirmation, and review conferences.

What one publication found in a unit is one thing, not dozens: nobody is reminded of every line apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from openpar.base.accounts.queries import people_holding
from openpar.base.notifications.due import DueThing, Together, holders
from openpar.base.organisations.roles import Role
from openpar.reform.findings.lateness import OWED
from openpar.reform.findings.limits import plan_due
from openpar.reform.findings.models import Conference, Finding, FindingState, FoundBy
from openpar.reform.findings.permissions import FROM_INSIDE, JUDGES_DESK
from openpar.reform.heirs import heirs_on

PLAN, REMEDY, TO_CLOSE, CONFERENCE = (
    "finding.plan",
    "finding.remedy",
    "finding.to_close",
    "finding.conference",
)


@dataclass(frozen=True)
class _People:
    """Who hears of what, by organisation; of one that ended, the people of whoever carries it on."""

    heirs: Mapping[int, int]
    by_role: Mapping[Role, Mapping[int, tuple[int, ...]]]
    desks: Mapping[int, tuple[int, ...]]
    # Everybody who holds any role there: nobody judges for a unit they belong to.
    everybody: Mapping[int, tuple[int, ...]]
    leaders: tuple[int, ...]

    def of(self, organisation_id: int, role: Role) -> tuple[int, ...]:
        return self.by_role[role].get(self.heirs[organisation_id], ())

    def judges(self, row: Finding) -> tuple[int, ...]:
        """Who closes it: of what a unit found in itself, its heads; where finder and unit are one, the
        leaders; else those whose desk it is at the finder, and its heads where there is no such desk.
        """
        if row.found_by in FROM_INSIDE:
            return self.of(row.organisation_id, Role.AGENCY_HEAD)
        finder, own = self.heirs[row.finder_id], self.everybody.get(self.heirs[row.organisation_id], ())
        if finder == self.heirs[row.organisation_id]:
            return tuple(one for one in self.leaders if one not in own)
        desk = tuple(one for one in self.desks.get(finder, ()) if one not in own)
        return desk or tuple(one for one in self.of(row.finder_id, Role.AGENCY_HEAD) if one not in own)


def due_things(today: date) -> Iterable[DueThing]:
    """Everything of findings that somebody owes; a few queries for a whole province."""
    rows = list(Finding.objects.exclude(state=FindingState.CLOSED).order_by("id"))
    conferences = list(Conference.objects.filter(held_on__isnull=True))
    units = {row.organisation_id for row in rows} | {one.organisation_id for one in conferences}
    finders = {row.finder_id for row in rows} | {one.asked_by_id for one in conferences}
    heirs = heirs_on(units | finders, today)
    roles = (Role.FOCAL_OFFICER, Role.AGENCY_HEAD, Role.ROUND_MANAGER)
    acting = heirs.values()
    people = _People(
        heirs,
        {role: holders(acting, role, on=today) for role in roles},
        desks=holders(acting, *JUDGES_DESK, on=today),
        everybody=holders(acting, *Role, on=today),
        leaders=tuple(people_holding([Role.LEADER], None, today)),
    )
    owed = [row for row in rows if row.state in OWED and row.deadline is not None]
    for (due_on, _key), group in _grouped(owed, lambda row: row.deadline).items():
        yield _owed(REMEDY, _("Khắc phục"), due_on, group, people)
    unplanned = [row for row in rows if row.state == FindingState.OPEN]
    for (due_on, _key), group in _grouped(unplanned, lambda row: plan_due(row.found_on)).items():
        yield _owed(PLAN, _("Lập kế hoạch khắc phục"), due_on, group, people)
    yield from _to_close([row for row in rows if row.state == FindingState.REPORTED], people)
    yield from _conferences(conferences, people)


def _grouped(
    rows: Iterable[Finding], due_of: Callable[[Finding], date | None]
) -> dict[tuple[date, str], list[Finding]]:
    """By day and key: what an appraisal found in a unit together, everything else apart."""
    groups: defaultdict[tuple[date, str], list[Finding]] = defaultdict(list)
    for row in rows:
        due_on = due_of(row)
        assert due_on is not None
        is_together = row.found_by == FoundBy.APPRAISAL
        key = f"findings:{row.organisation_id}:{row.year}" if is_together else f"finding:{row.pk}"
        groups[due_on, key].append(row)
    return dict(groups)


def _owed(kind: str, what: str, due_on: date, group: Sequence[Finding], people: _People) -> DueThing:
    first = group[0]
    if first.found_by == FoundBy.APPRAISAL:
        text = _("%(what)s %(count)d tồn tại, hạn chế: %(source)s") % {
            "what": what,
            "count": len(group),
            "source": first.source_text,
        }
        thing = f"findings:{first.organisation_id}:{first.year}"
        link = f"/findings/?year={first.year}&organisation={first.organisation_id}&state=owed&view=list"
        # One publication costs every agency some points: for who judges them that is one thing.
        together = Together(
            f"{what} {first.source_text}", f"/findings/?year={first.year}&state=owed&view=list"
        )
    else:
        together = None
        text = f"{what}: {first.text}"
        thing, link = f"finding:{first.pk}", f"/findings/{first.pk}/"
    return DueThing(
        kind=kind,
        object=thing,
        due_on=due_on,
        text=text,
        link=link,
        responsible=people.of(first.organisation_id, Role.FOCAL_OFFICER),
        heads=people.of(first.organisation_id, Role.AGENCY_HEAD),
        assigners=people.judges(first),
        known_from=min(row.found_on for row in group),
        together=together,
    )


def _to_close(rows: Iterable[Finding], people: _People) -> Iterator[DueThing]:
    """Reports wait for the side that found it, since the day of the report."""
    for row in rows:
        assert row.reported_on is not None
        yield DueThing(
            kind=TO_CLOSE,
            object=f"finding:{row.pk}",
            due_on=row.reported_on,
            text=_("Xác nhận kết quả khắc phục: %s") % row.text,
            link=f"/findings/{row.pk}/",
            responsible=people.judges(row),
            known_from=row.reported_on,
        )


def _conferences(rows: Iterable[Conference], people: _People) -> Iterator[DueThing]:
    for row in rows:
        yield DueThing(
            kind=CONFERENCE,
            object=f"conference:{row.pk}",
            due_on=row.due_on,
            text=_("Tổ chức hội nghị rút kinh nghiệm sau công bố: %s") % row.round_title,
            link=f"/findings/conferences/{row.pk}/",
            responsible=people.of(row.organisation_id, Role.FOCAL_OFFICER),
            heads=people.of(row.organisation_id, Role.AGENCY_HEAD),
            assigners=people.of(row.asked_by_id, Role.ROUND_MANAGER),
            known_from=row.published_on,
        )

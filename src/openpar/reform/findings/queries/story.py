"""One finding with its story: source, criterion, task, evidence, time, closing, and the years before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from openpar.base.accounts.models import RoleHeld
from openpar.base.organisations.models import OrganisationVersion
from openpar.base.organisations.queries import names_on
from openpar.base.organisations.roles import Actor, Role
from openpar.reform.findings.models import Extension, Finding, FindingEvidence, FindingStep
from openpar.reform.findings.queries.lineage import forerunners
from openpar.reform.findings.queries.visibility import visible_findings
from openpar.reform.heirs import heirs_on
from openpar.reform.plans.models import Assignment, Plan


@dataclass(frozen=True)
class Step:
    """One thing done, with its documents."""

    kind: FindingStep.Kind
    text: str
    deadline: date | None
    who: str
    at: datetime
    evidence: tuple[FindingEvidence, ...]


@dataclass(frozen=True)
class Leader:
    """Who led the unit in the period concerned, with the days of office [held_from, held_until)."""

    user_id: int
    name: str
    held_from: date
    held_until: date | None


@dataclass(frozen=True)
class Story:
    """What the page of a finding tells."""

    finding: Finding
    finder: str
    # Whoever carries on what has ended; empty where finder and unit are there themselves.
    finder_now: str
    unit_now: str
    unit_now_id: int
    division: str
    steps: tuple[Step, ...]
    extensions: tuple[Extension, ...]
    leaders: tuple[Leader, ...]
    # Who owes the remedy task, if there is one.
    assignment: Assignment | None
    earlier: tuple[Finding, ...]


def story_of(actor: Actor, finding_id: int, today: date) -> Story | None:
    """The story, None where there is no such finding for this person. A fixed number of queries."""
    finding = (
        visible_findings(actor)
        .select_related("unit", "entered_by", "reported_by", "closed_by", "head")
        .filter(pk=finding_id)
        .first()
    )
    if finding is None:
        return None
    unit, finder = finding.organisation_id, finding.finder_id
    heir = heirs_on([unit, finder], today)
    named = (finder, heir[unit], heir[finder], finding.division_id)
    names = names_on({one for one in named if one is not None}, today)
    return Story(
        finding=finding,
        finder=names.get(finder, ""),
        finder_now=names.get(heir[finder], "") if heir[finder] != finder else "",
        unit_now=names.get(heir[unit], "") if heir[unit] != unit else "",
        unit_now_id=heir[unit],
        division=names.get(finding.division_id or 0, ""),
        steps=_steps(finding),
        extensions=tuple(finding.extensions.select_related("asked_by", "decided_by")),
        leaders=leaders_during(finding.organisation_id, finding.period_from, finding.period_until),
        assignment=_assignment(finding),
        earlier=_earlier(actor, finding),
    )


def _steps(finding: Finding) -> tuple[Step, ...]:
    rows = finding.steps.select_related("by").prefetch_related("evidence__document")
    return tuple(
        Step(
            kind=FindingStep.Kind(row.kind),
            text=row.text,
            deadline=row.deadline,
            who=row.by.full_name if row.by else "",
            at=row.at,
            evidence=tuple(row.evidence.all()),
        )
        for row in rows
    )


def _assignment(finding: Finding) -> Assignment | None:
    if finding.remedy_task_id is None:
        return None
    return Assignment.objects.filter(task_id=finding.remedy_task_id).order_by("-id").first()


def _earlier(actor: Actor, finding: Finding) -> tuple[Finding, ...]:
    """The findings behind “found again”, the newest first; no query where nothing recurs."""
    if not finding.earlier_years:
        return ()
    years = [int(year) for year in finding.earlier_years.split(", ")]
    units = forerunners([finding.organisation_id])[finding.organisation_id]
    same = Q(code=finding.code) & ~Q(code="")
    if finding.leaf_key:
        same |= Q(leaf_key=finding.leaf_key)
    if finding.leaf_text:
        same |= Q(leaf_text=finding.leaf_text)
    rows = visible_findings(actor).filter(same, organisation_id__in=sorted(units), year__in=years)
    return tuple(rows.select_related("unit").order_by("-year", "-id"))


def leaders_during(organisation_id: int, first: date, last: date) -> tuple[Leader, ...]:
    """The heads of an agency on any day of [first, last], both included, with their days of office."""
    held = RoleHeld.objects.filter(
        Q(held_until__isnull=True) | Q(held_until__gt=first),
        organisation_id=organisation_id,
        role=Role.AGENCY_HEAD,
        held_from__lte=last,
    )
    return tuple(
        Leader(row.user_id, row.user.full_name, row.held_from, row.held_until)
        for row in held.select_related("user").order_by("held_from", "id")
    )


def divisions_of(organisation_id: int, today: date) -> Sequence[tuple[int, str]]:
    """What lies directly below an agency today, in the order of names."""
    below = OrganisationVersion.objects.as_of(today).filter(parent_id=organisation_id)
    return tuple(below.order_by("name_sort").values_list("organisation_id", "name"))


def plans_for(organisation_id: int, year: int) -> Sequence[tuple[int, str]]:
    """The plans of a unit of this reform year or later, where a remedy may become a task."""
    plans = Plan.objects.filter(organisation_id=organisation_id, year__gte=year).order_by("year", "id")
    return tuple(plans.values_list("pk", "title"))

"""Meetings that a person may see, and one of them with its conclusions."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from openpar.base.organisations.queries import names_on
from openpar.base.organisations.roles import Actor, Role
from openpar.reform.plans.models import Meeting, MeetingOutcome, MeetingParticipant
from openpar.reform.plans.permissions import UNIT_ROLES, may_see_meeting, sees_all_plans


@dataclass(frozen=True)
class MeetingView:
    """`names`: of all organisations in it, on the day of the meeting."""

    meeting: Meeting
    organisation: str
    participants: tuple[MeetingParticipant, ...]
    outcomes: tuple[MeetingOutcome, ...]
    names: dict[int, str]


def meetings_seen_by(actor: Actor) -> QuerySet[Meeting]:
    """Newest first, with how many conclusions and orders (`outcome_count`, `order_count`)."""
    keeps = actor.organisations(Role.FOCAL_OFFICER, Role.AGENCY_HEAD, Role.ROUND_MANAGER)
    own = actor.organisations(*UNIT_ROLES)
    seen = Q(organisation__in=keeps)
    if sees_all_plans(actor):
        seen |= Q(state=Meeting.State.CONCLUDED)
    elif own:
        took_part = MeetingParticipant.objects.filter(organisation__in=own).values("meeting")
        seen |= Q(state=Meeting.State.CONCLUDED, pk__in=took_part)
    orders = Count("outcomes", filter=Q(outcomes__kind=MeetingOutcome.Kind.ORDER))
    return Meeting.objects.filter(seen).annotate(outcome_count=Count("outcomes"), order_count=orders)


def meeting_view(actor: Actor, meeting_id: int) -> MeetingView | None:
    """One meeting, or None for whoever may not see it; four queries."""
    meeting = Meeting.objects.select_related("document", "made_by").filter(pk=meeting_id).first()
    if meeting is None:
        return None
    participants = tuple(meeting.participants.order_by("id"))
    invited = frozenset(each.organisation_id for each in participants)
    if not may_see_meeting(actor, meeting, invited):
        return None
    outcomes = tuple(meeting.outcomes.select_related("task").order_by("position", "id"))
    ids = {
        meeting.organisation_id,
        *invited,
        *(one.organisation_id for one in outcomes if one.organisation_id),
    }
    names = names_on(ids, meeting.held_on)
    return MeetingView(meeting, names.get(meeting.organisation_id, ""), participants, outcomes, names)

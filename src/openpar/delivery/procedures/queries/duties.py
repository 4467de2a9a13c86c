"""What publishing decisions oblige to: published, uploaded in time, posted by every agency that handles."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q, QuerySet

from openpar.base.calendars import queries as calendars
from openpar.common.text import sort_key
from openpar.delivery.procedures.duties import POST, duty_rule
from openpar.delivery.procedures.models import DecisionLine, Posting, PublishingDecision, VersionAgency
from openpar.delivery.procedures.queries.agencies import Handling
from openpar.delivery.procedures.rules import (
    Duty,
    Published,
    Workdays,
    last_day_within,
    publish_duty,
    upload_duty,
)
from openpar.delivery.procedures.words import PostedAt, Tier

# Longer than any upload may take, in calendar days: what was signed before fell due before.
_LONGEST_UPLOAD = timedelta(days=60)


def work_calendar() -> Workdays | None:
    """The calendar in force, which duties are counted by; None before there is one: then none is computed."""
    try:
        return calendars.work_calendar()
    except calendars.CalendarMissing:
        return None


@dataclass(frozen=True)
class DecisionDuties:
    """The duties of one decision; None for one that no rule is known for, or that is not followed here."""

    publish: Duty | None
    upload: Duty | None
    # The last day for posting, and where; the same for every agency.
    post: Duty | None


def published_of(decision: PublishingDecision) -> Published:
    return Published(
        tier=Tier(decision.tier),
        signed_on=decision.signed_on,
        effective_on=decision.effective_on,
        bases_effective_on=decision.bases_effective_on,
        is_fast_track=decision.is_fast_track,
        basis_signed_on=decision.basis_signed_on,
        uploaded_on=decision.uploaded_on,
    )


def duties_of(decision: PublishingDecision, calendar: Workdays | None) -> DecisionDuties:
    """What a decision obliges to, counted over `calendar`; nothing in years that it does not know."""
    if not decision.is_followed or calendar is None:
        return DecisionDuties(None, None, None)
    facts = published_of(decision)
    try:
        return DecisionDuties(
            publish_duty(facts, calendar), upload_duty(facts, calendar), _post_duty(decision, calendar)
        )
    except IndexError:
        return DecisionDuties(None, None, None)


def _post_duty(decision: PublishingDecision, calendar: Workdays) -> Duty | None:
    rule = duty_rule(POST, day=decision.signed_on)
    if rule is None:
        return None
    return Duty(last_day_within(rule.limit, decision.signed_on, calendar), None, rule)


def decisions() -> QuerySet[PublishingDecision]:
    """All decisions, drafts first, then the newest; with the number of their lines."""
    return PublishingDecision.objects.annotate(
        line_count=Count("lines"), draft=Count("pk", filter=Q(issued_at__isnull=True), distinct=True)
    ).order_by("-draft", "-signed_on", "-pk")


def agencies_of_lines(
    lines: Iterable[DecisionLine], effective_on: Mapping[int, date]
) -> dict[int, dict[int, str]]:
    """Who posts each line, with names: those who handle the version that began on the day of effect of its
    decision, or else the one that ended.
    """
    listed = [line for line in lines if line.procedure_id is not None]
    procedures = {line.procedure_id for line in listed}
    rows = list(VersionAgency.objects.filter(version__procedure__in=procedures).select_related("version"))
    begun: defaultdict[tuple[int, date], list[VersionAgency]] = defaultdict(list)
    ended: defaultdict[tuple[int, date], list[VersionAgency]] = defaultdict(list)
    for row in rows:
        version = row.version
        begun[version.procedure_id, version.valid_from].append(row)
        if version.valid_until is not None:
            ended[version.procedure_id, version.valid_until].append(row)
    handling = Handling.load(rows)
    found = {}
    for line in listed:
        day = effective_on[line.decision_id]
        place = (line.procedure_id or 0, day)
        found[line.pk] = handling.of(begun[place] or ended[place], day)
    return found


@dataclass(frozen=True)
class AgencyPosting:
    """How one agency stands with one decision: procedures to post, posted everywhere, since when."""

    organisation_id: int
    name: str
    decision: PublishingDecision
    duty: Duty
    total: int
    done: int
    # Posted by the due day at every place.
    in_time: int
    # When the last of them was posted, once all are.
    posted_on: date | None

    @property
    def is_done(self) -> bool:
        return self.done == self.total

    def is_late(self, today: date) -> bool:
        """Something was posted after the due day, or is not posted and the due day is over."""
        if self.is_done:
            return self.in_time < self.total
        return today > self.duty.due_on

    def days_late(self, today: date) -> int:
        return max(((self.posted_on or today) - self.duty.due_on).days, 0)


def postings_of(
    decisions: Iterable[PublishingDecision], calendar: Workdays | None
) -> tuple[AgencyPosting, ...]:
    """Every agency of every decision that was issued and is followed here; a fixed number of queries."""
    followed = {one.pk: one for one in decisions if one.is_followed and one.issued_at is not None}
    lines = list(DecisionLine.objects.filter(decision__in=followed))
    posted: defaultdict[tuple[int, int], dict[str, date]] = defaultdict(dict)
    for row in Posting.objects.filter(line__decision__in=followed):
        posted[row.line_id, row.organisation_id][row.place] = row.posted_on
    agencies = agencies_of_lines(lines, {pk: one.effective_on for pk, one in followed.items()})
    names: dict[int, str] = {}
    to_post: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for line in lines:
        for organisation_id, name in agencies.get(line.pk, {}).items():
            names[organisation_id] = name
            to_post[line.decision_id, organisation_id].append(line.pk)
    duties = {pk: duties_of(one, calendar).post for pk, one in followed.items()}
    return tuple(
        _standing(organisation_id, names[organisation_id], followed[pk], duty, line_ids, posted)
        for (pk, organisation_id), line_ids in to_post.items()
        if (duty := duties[pk]) is not None
    )


def _standing(
    organisation_id: int,
    name: str,
    decision: PublishingDecision,
    duty: Duty,
    line_ids: Sequence[int],
    posted: Mapping[tuple[int, int], dict[str, date]],
) -> AgencyPosting:
    days = [_posted_everywhere(posted.get((one, organisation_id), {}), duty) for one in line_ids]
    known = [day for day in days if day is not None]
    return AgencyPosting(
        organisation_id=organisation_id,
        name=name,
        decision=decision,
        duty=duty,
        total=len(line_ids),
        done=len(known),
        in_time=sum(day <= duty.due_on for day in known),
        posted_on=max(known) if len(known) == len(line_ids) else None,
    )


def _posted_everywhere(places: dict[str, date], duty: Duty) -> date | None:
    """The day on which the last place that the duty names was reached; None while one is open."""
    needed = duty.rule.places or (PostedAt.BOARD,)
    if any(place not in places for place in needed):
        return None
    return max(places[place] for place in needed)


@dataclass(frozen=True)
class Publishing:
    """The procedures of one agency that were to be published in some days, and to be uploaded; which of them
    were in time. One that is late once is late, however often it was in time.
    """

    published: frozenset[int]
    published_late: frozenset[int]
    uploaded: frozenset[int]
    uploaded_late: frozenset[int]


def publishing_during(first: date, last: date, today: date) -> dict[int, Publishing]:
    """By agency that handles the procedures: of decisions signed from `first` to `last`, were they signed in
    time; of uploads that fell due in these days, were they done in time, as far as `today` knows.

    Decisions that are not followed here say nothing, and neither does a duty that no rule is known for.
    Six queries.
    """
    calendar = work_calendar()
    followed = PublishingDecision.objects.filter(
        is_followed=True,
        issued_at__isnull=False,
        signed_on__gte=first - _LONGEST_UPLOAD,
        signed_on__lte=min(last, today),
    )
    duties = {one: duties_of(one, calendar) for one in followed}
    published: dict[int, bool] = {}
    uploaded: dict[int, bool] = {}
    for decision, duty in duties.items():
        if duty.publish is not None and first <= decision.signed_on:
            published[decision.pk] = duty.publish.is_late(today)
        if duty.upload is not None and first <= duty.upload.due_on <= last:
            done_on = decision.uploaded_on
            if (done_on is not None and done_on <= today) or duty.upload.due_on < today:
                uploaded[decision.pk] = duty.upload.is_late(today)
    lines = list(DecisionLine.objects.filter(decision__in=published.keys() | uploaded.keys()))
    agencies = agencies_of_lines(lines, {one.pk: one.effective_on for one in duties})
    found: defaultdict[int, tuple[set[int], ...]] = defaultdict(lambda: (set(), set(), set(), set()))
    for line in lines:
        for organisation_id in agencies.get(line.pk, {}):
            sets = found[organisation_id]
            for place, late in ((0, published.get(line.decision_id)), (2, uploaded.get(line.decision_id))):
                if late is not None and line.procedure_id is not None:
                    sets[place].add(line.procedure_id)
                    if late:
                        sets[place + 1].add(line.procedure_id)
    return {one: Publishing(*map(frozenset, sets)) for one, sets in found.items()}


def late_postings(
    today: date, *, since: date, organisation_ids: Iterable[int] | None = None
) -> tuple[AgencyPosting, ...]:
    """Agencies that posted a decision signed from `since` on late, or have not posted it although the day is
    over; the open ones first, the longest late first.
    """
    wanted = None if organisation_ids is None else set(organisation_ids)
    followed = PublishingDecision.objects.filter(is_followed=True, signed_on__gte=since)
    late = [
        one
        for one in postings_of(followed, work_calendar())
        if one.is_late(today) and (wanted is None or one.organisation_id in wanted)
    ]
    return tuple(sorted(late, key=lambda one: (one.is_done, -one.days_late(today), sort_key(one.name))))

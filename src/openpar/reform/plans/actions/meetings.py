"""Management meetings are written down; what they order becomes tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db.models import Max
from django.utils.translation import gettext as _

from openpar.base.audit.actions import record
from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.common.formats import format_date
from openpar.common.text import nfc
from openpar.reform.plans.actions.adding import put_task
from openpar.reform.plans.actions.issuing import tell_agencies
from openpar.reform.plans.actions.shared import evidence, legal_day, refuse_if, refuse_unless, stale
from openpar.reform.plans.errors import PlansRefused
from openpar.reform.plans.lines import NewLine, Source
from openpar.reform.plans.models import Meeting, MeetingOutcome, MeetingParticipant, Plan, Task
from openpar.reform.plans.permissions import may_edit_plan, may_keep_meetings
from openpar.reform.plans.rules import known_organisations, text_gaps

MEETING_SOURCE = "meeting"
_MOST_OUTCOMES = 200


@dataclass(frozen=True)
class Participant:
    """An organisation that took part; `people` as the minutes word it."""

    organisation_id: int
    people: str = ""


@dataclass(frozen=True)
class NewMeeting:
    """A meeting as it is written down. `chair`: who led it, with the position."""

    organisation_id: int
    kind: str
    title: str
    held_on: date
    chair: str
    place: str = ""
    summary: str = ""
    document_id: int | None = None
    participants: tuple[Participant, ...] = ()


def record_meeting(*, by: Actor, at: datetime, meeting: NewMeeting) -> Meeting:
    """A meeting that was held, to be filled with its conclusions. Raises PlansRefused."""
    with write_transaction():
        _refuse_unless_keeps(by, meeting.organisation_id)
        refuse_if(_gaps(meeting, legal_day(at)))
        row = Meeting(made_by_id=by.id, made_at=at)
        _fill(row, meeting, by)
        row.save()
        _put_participants(row, meeting.participants)
        _trace(row, "meeting.recorded", by=by, at=at, after=_told(row, meeting.participants))
        return row


def change_meeting(
    *, by: Actor, at: datetime, meeting_id: int, expected_version: int, meeting: NewMeeting
) -> Meeting:
    """Other particulars, before it is concluded. Raises PlansRefused, StalePlan."""
    with write_transaction():
        row = _take(meeting_id, expected_version, by)
        if meeting.organisation_id != row.organisation_id:
            raise PlansRefused(
                Gap(_("Đơn vị"), _("không đổi được"), _("Ghi cuộc họp khác"), code="other-agency")
            )
        refuse_if(_gaps(meeting, legal_day(at)))
        before = _told(row, _participants(row))
        _fill(row, meeting, by)
        row.version += 1
        row.save()
        row.participants.all().delete()
        _put_participants(row, meeting.participants)
        _trace(row, "meeting.changed", by=by, at=at, before=before, after=_told(row, meeting.participants))
        return row


def add_outcome(
    *,
    by: Actor,
    at: datetime,
    meeting_id: int,
    expected_version: int,
    kind: str,
    text: str,
    organisation_id: int | None = None,
) -> MeetingOutcome:
    """A conclusion, praise, correction, reminder, reprimand or order, of one organisation or (None) all.

    Raises PlansRefused, StalePlan.
    """
    with write_transaction():
        meeting = _take(meeting_id, expected_version, by)
        gaps = text_gaps(_("Nội dung kết luận"), text, _("Ghi kết luận"))
        if kind not in MeetingOutcome.Kind.values:
            gaps.append(Gap(_("Loại"), _("không có loại này"), _("Chọn trong danh sách"), code="no-kind"))
        if organisation_id is not None and not known_organisations([organisation_id], meeting.held_on):
            gaps.append(Gap(_("Đơn vị"), _("không có vào ngày họp"), _("Chọn đơn vị khác"), code="no-agency"))
        if meeting.outcomes.count() >= _MOST_OUTCOMES:
            gaps.append(Gap("", _("quá %d kết luận") % _MOST_OUTCOMES, _("Gộp bớt"), code="too-many"))
        refuse_if(gaps)
        position = (meeting.outcomes.aggregate(last=Max("position"))["last"] or 0) + 1
        outcome = MeetingOutcome.objects.create(
            meeting=meeting,
            position=position,
            kind=kind,
            organisation_id=organisation_id,
            text=nfc(text).strip(),
        )
        _grown(meeting)
        after = {"outcome_kind": kind, "text": outcome.text, "organisation": organisation_id}
        _trace(meeting, "meeting.outcome_added", by=by, at=at, after=after)
        return outcome


def remove_outcome(*, by: Actor, at: datetime, outcome_id: int, expected_version: int) -> None:
    """Takes a conclusion out before the meeting is concluded; not an order that has become a task.

    Raises PlansRefused, StalePlan.
    """
    with write_transaction():
        meeting_id = MeetingOutcome.objects.values_list("meeting_id", flat=True).get(pk=outcome_id)
        meeting = _take(meeting_id, expected_version, by)
        # Read under its own lock: an order becomes a task without the turn of its meeting.
        outcome = MeetingOutcome.objects.select_for_update(of=("self",)).get(pk=outcome_id)
        if outcome.task_id is not None:
            what, remedy = _("đã giao thành nhiệm vụ"), _("Sửa nhiệm vụ trong kế hoạch")
            raise PlansRefused(Gap("", what, remedy, code="has-task"))
        before = {"outcome_kind": outcome.kind, "text": outcome.text, "organisation": outcome.organisation_id}
        _trace(meeting, "meeting.outcome_removed", by=by, at=at, before=before)
        outcome.delete()
        _grown(meeting)


def order_task(*, by: Actor, at: datetime, outcome_id: int, plan_id: int, line: NewLine) -> Task:
    """An order becomes a task of a plan that `by` may write, with the meeting as its source; once.

    Also after the meeting was concluded. Raises PlansRefused.
    """
    with write_transaction():
        outcome = (
            MeetingOutcome.objects.select_for_update(of=("self",))
            .select_related("meeting")
            .get(pk=outcome_id)
        )
        meeting = outcome.meeting
        _refuse_unless_keeps(by, meeting.organisation_id)
        plan = Plan.objects.select_for_update(of=("self",)).get(pk=plan_id)
        refuse_unless(may_edit_plan(by, plan), by, _("Chọn kế hoạch do mình lập"))
        if outcome.kind != MeetingOutcome.Kind.ORDER or outcome.task_id is not None:
            what = _("không phải ý kiến giao nhiệm vụ, hoặc đã giao thành nhiệm vụ")
            raise PlansRefused(Gap("", what, _("Mở nhiệm vụ đã giao"), code="not-an-order"))
        words = {"title": meeting.title, "day": format_date(meeting.held_on), "text": outcome.text}
        source = _("Kết luận %(title)s ngày %(day)s: %(text)s") % words
        given = replace(line, source=Source(MEETING_SOURCE, outcome.pk, source[:2000]))
        task = put_task(plan, given, by=by, at=at)
        outcome.task = task
        outcome.save(update_fields=["task"])
        _trace(meeting, "meeting.task_ordered", by=by, at=at, after={"text": outcome.text, "task": task.pk})
        return task


def conclude_meeting(*, by: Actor, at: datetime, meeting_id: int, expected_version: int) -> Meeting:
    """The conclusions stand; whoever they concern or took part is told. Raises PlansRefused, StalePlan."""
    with write_transaction():
        meeting = _take(meeting_id, expected_version, by)
        if not meeting.outcomes.exists():
            what = _("chưa có kết luận nào")
            raise PlansRefused(Gap("", what, _("Ghi ít nhất một kết luận"), code="no-outcome"))
        meeting.state = Meeting.State.CONCLUDED
        meeting.concluded_by_id, meeting.concluded_at = by.id, at
        meeting.version += 1
        meeting.save(update_fields=["state", "concluded_by", "concluded_at", "version"])
        _trace(meeting, "meeting.concluded", by=by, at=at, after={"outcomes": meeting.outcomes.count()})
        concerned = set(meeting.participants.values_list("organisation_id", flat=True))
        concerned |= {one for one in meeting.outcomes.values_list("organisation_id", flat=True) if one}
        text = _("Kết luận %(title)s ngày %(day)s") % {
            "title": meeting.title,
            "day": format_date(meeting.held_on),
        }
        tell_agencies(concerned, text, f"/meetings/{meeting.pk}/", at)
        return meeting


def _refuse_unless_keeps(by: Actor, organisation_id: int) -> None:
    refuse_unless(
        may_keep_meetings(by, organisation_id), by, _("Đầu mối hoặc thủ trưởng của đơn vị ghi cuộc họp")
    )


def _take(meeting_id: int, expected_version: int, by: Actor) -> Meeting:
    meeting = Meeting.objects.select_for_update(of=("self",)).get(pk=meeting_id)
    _refuse_unless_keeps(by, meeting.organisation_id)
    if meeting.state != Meeting.State.DRAFT:
        what, remedy = _("cuộc họp đã kết luận"), _("Ghi cuộc họp khác")
        raise PlansRefused(Gap("", what, remedy, code="concluded"))
    if meeting.version != expected_version:
        raise stale()
    return meeting


def _gaps(meeting: NewMeeting, today: date) -> list[Gap]:
    gaps = text_gaps(_("Nội dung"), meeting.title, _("Ghi nội dung cuộc họp"), longest=300)
    gaps += text_gaps(_("Chủ trì"), meeting.chair, _("Ghi người chủ trì, chức vụ"), longest=200)
    if meeting.kind not in Meeting.Kind.values:
        gaps.append(Gap(_("Loại"), _("không có loại này"), _("Chọn trong danh sách"), code="no-kind"))
    if meeting.held_on > today:
        gaps.append(Gap(_("Ngày họp"), _("chưa đến ngày"), _("Ghi sau khi họp"), code="in-future"))
    invited = [each.organisation_id for each in meeting.participants]
    if len(set(invited)) != len(invited):
        gaps.append(Gap(_("Thành phần"), _("có đơn vị ghi hai lần"), _("Bỏ bớt"), code="named-twice"))
    here = known_organisations([*invited, meeting.organisation_id], meeting.held_on)
    if {*invited, meeting.organisation_id} - here:
        what = _("có đơn vị không tồn tại vào ngày họp")
        gaps.append(Gap(_("Thành phần"), what, _("Chọn đơn vị khác"), code="no-agency"))
    for label, text, longest in (
        (_("Địa điểm, hình thức"), meeting.place, 200),
        (_("Tóm tắt"), meeting.summary, 20_000),
        *((_("Thành phần"), each.people, 300) for each in meeting.participants),
    ):
        if len(text) > longest:
            gaps.append(Gap(label, _("dài quá %d ký tự") % longest, _("Rút ngắn"), code="too-long"))
    return gaps


def _fill(row: Meeting, meeting: NewMeeting, by: Actor) -> None:
    if meeting.document_id is None:
        row.document = None
    elif meeting.document_id != row.document_id:
        row.document = evidence(meeting.document_id, by, {meeting.organisation_id}, _("Biên bản, thông báo"))
    row.organisation_id, row.kind = meeting.organisation_id, meeting.kind
    row.title, row.chair = nfc(meeting.title).strip(), nfc(meeting.chair).strip()
    row.held_on, row.place, row.summary = (
        meeting.held_on,
        nfc(meeting.place).strip(),
        nfc(meeting.summary).strip(),
    )


def _put_participants(row: Meeting, participants: Sequence[Participant]) -> None:
    MeetingParticipant.objects.bulk_create(
        MeetingParticipant(meeting=row, organisation_id=each.organisation_id, people=nfc(each.people).strip())
        for each in participants
    )


def _participants(row: Meeting) -> list[Participant]:
    return [Participant(each.organisation_id, each.people) for each in row.participants.all()]


def _grown(meeting: Meeting) -> None:
    meeting.version += 1
    meeting.save(update_fields=["version"])


def _told(row: Meeting, participants: Sequence[Participant]) -> dict[str, object]:
    return {
        "meeting_kind": row.kind,
        "title": row.title,
        "held_on": row.held_on.isoformat(),
        "chair": row.chair,
        "place": row.place,
        "participants": sorted(each.organisation_id for each in participants),
    }


def _trace(
    meeting: Meeting,
    verb: str,
    *,
    by: Actor,
    at: datetime,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> None:
    about = f"meeting:{meeting.pk}"
    label = f"{meeting.title}, {format_date(meeting.held_on)}"
    record(by=by, at=at, verb=verb, object=about, about=about, label=label, before=before, after=after)

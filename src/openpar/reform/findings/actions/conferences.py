"""The review conference after a publication: owed by every unit, recorded by it, reported when missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.audit.actions import record
from openpar.base.documents.models import Document
from openpar.base.organisations.permissions import not_allowed
from openpar.base.organisations.roles import Actor, Role
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.common.formats import format_date
from openpar.reform.fields import field_codes
from openpar.reform.findings.actions.adding import NewFinding, add_findings
from openpar.reform.findings.actions.shared import as_side, cleaned, refuse_if, text_gaps
from openpar.reform.findings.actions.tasks import task_of_order
from openpar.reform.findings.errors import FindingRefused, StaleFinding
from openpar.reform.findings.limits import conference_due
from openpar.reform.findings.models import LONGEST_LINE, Conference, ConferenceOrder, Finding, FoundBy
from openpar.reform.findings.permissions import may_hold_conference, may_report_missing
from openpar.reform.findings.queries.conferences import missing_conferences
from openpar.reform.heirs import heirs_on

NO_CONFERENCE = "F0-02"


@dataclass(frozen=True)
class OwedConference:
    """One unit of a published round; `unit_id` is the version of it that the round assessed."""

    organisation_id: int
    unit_id: int


@dataclass(frozen=True)
class PublishedRound:
    """The round whose publication obliges: named by id, title and year; `asked_by_id` is its manager."""

    id: int
    title: str
    year: int
    published_on: date
    asked_by_id: int


@dataclass(frozen=True)
class Held:
    """A conference as it took place; `minutes_id` is a document of the agency."""

    held_on: date
    attendance: str
    conclusions: str
    minutes_id: int | None


def owe_conferences(*, round: PublishedRound, owed: Sequence[OwedConference]) -> None:
    """Every unit owes a conference by the day of the data. Part of the publication: no right, no trace of
    its own; two inserts for hundreds of units.
    """
    due_on = conference_due(round.published_on)
    Conference.objects.bulk_create(
        (
            Conference(
                organisation_id=one.organisation_id,
                unit_id=one.unit_id,
                asked_by_id=round.asked_by_id,
                round_id=round.id,
                round_title=round.title,
                year=round.year,
                published_on=round.published_on,
                due_on=due_on,
            )
            for one in owed
        ),
        batch_size=400,
    )


def hold_conference(
    *, conference_id: int, held: Held, expected_version: int | None = None, by: Actor, at: datetime
) -> Conference:
    """The agency records its conference, once. Raises FindingRefused, StaleFinding."""
    with write_transaction():
        conference = _take(conference_id, as_side(by, at), expected_version)
        refuse_if(_holding_gaps(conference, held, timezone.localdate(at)))
        conference.held_on, conference.minutes_id = held.held_on, held.minutes_id
        conference.attendance = cleaned(held.attendance)[:LONGEST_LINE]
        conference.conclusions = cleaned(held.conclusions)
        conference.recorded_by_id, conference.recorded_at = by.id, at
        conference.version += 1
        conference.save()
        after = {"held_on": held.held_on.isoformat(), "minutes": held.minutes_id}
        _trace(conference, "conference.held", by=by, at=at, after=after)
        return conference


def add_order(
    *,
    conference_id: int,
    field: str,
    text: str,
    deadline: date,
    plan_id: int | None = None,
    by: Actor,
    at: datetime,
) -> ConferenceOrder:
    """A task that the conference concluded; with `plan_id` it is a line of that plan at once.

    Raises FindingRefused, and what the plan says against the line.
    """
    with write_transaction():
        conference = _take(conference_id, as_side(by, at))
        gaps = text_gaps(_("Nhiệm vụ"), text, _("Ghi rõ làm gì"))
        if len(text) > LONGEST_LINE:
            gaps.append(
                Gap(_("Nhiệm vụ"), _("dài quá %d ký tự") % LONGEST_LINE, _("Rút ngắn"), code="too-long")
            )
        if field not in field_codes():
            gaps.append(Gap(_("Lĩnh vực"), _("chưa chọn"), _("Chọn trong danh sách"), code="no-field"))
        if conference.held_on is None:
            what = _("hội nghị chưa tổ chức")
            gaps.append(Gap("", what, _("Ghi nhận hội nghị trước"), code="not-held"))
        elif deadline < conference.held_on:
            gaps.append(Gap(_("Hạn"), _("trước ngày tổ chức hội nghị"), code="deadline-before"))
        refuse_if(gaps)
        words = cleaned(text)
        task = None
        if plan_id is not None:
            task = task_of_order(
                conference, field=field, text=words, deadline=deadline, plan_id=plan_id, by=by, at=at
            )
        order = ConferenceOrder.objects.create(
            conference=conference,
            field=field,
            text=words,
            deadline=deadline,
            task=task,
            ordered_by_id=by.id,
            ordered_at=at,
        )
        after = {"text": words, "deadline": deadline.isoformat(), "task": task.pk if task else None}
        _trace(conference, "conference.ordered", by=by, at=at, after=after)
        return order


def name_shortcoming(
    *, conference_id: int, field: str, text: str, code: str = "", by: Actor, at: datetime
) -> Finding:
    """What the conference named as a shortcoming of the unit; the head of the unit closes it.

    Raises FindingRefused.
    """
    with write_transaction():
        conference = _take(conference_id, as_side(by, at))
        if conference.held_on is None:
            what = _("hội nghị chưa tổ chức")
            raise FindingRefused(Gap("", what, _("Ghi nhận hội nghị trước"), code="not-held"))
        line = NewFinding(
            organisation_id=conference.organisation_id,
            field=field,
            text=text,
            code=code,
            found_by=FoundBy.CONFERENCE,
            finder_id=conference.organisation_id,
            found_on=conference.held_on,
            period_from=date(conference.year, 1, 1),
            period_until=conference.held_on,
            source_id=conference.pk,
            source_text=conference.round_title,
            source_link=f"/findings/conferences/{conference.pk}/",
        )
        return add_findings(lines=[line], by=by, at=at)[0]


def report_missing_conferences(*, by: Actor, at: datetime) -> list[Finding]:
    """A finding F0-02 for every conference that was not held in time, each once.

    Only for rounds of the organisations where the person is a round manager, and never about their own unit.
    Raises FindingRefused for somebody who manages none.
    """
    with write_transaction():
        if not may_report_missing(by):
            raise FindingRefused(not_allowed(by, _("Sở Nội vụ ghi nhận việc này")))
        managed = as_side(by, at).organisations(Role.ROUND_MANAGER)
        today = timezone.localdate(at)
        missing = [
            one
            for one in missing_conferences(today)
            if one.asked_by_id in managed and one.organisation_id not in by.organisations()
        ]
        return add_findings(lines=[_line_of_missing(one, today) for one in missing], by=by, at=at)


def _line_of_missing(conference: Conference, today: date) -> NewFinding:
    text = _("Không tổ chức hội nghị quán triệt, rút kinh nghiệm sau công bố “%(round)s” (hạn %(due)s).") % {
        "round": conference.round_title,
        "due": format_date(conference.due_on),
    }
    return NewFinding(
        organisation_id=conference.organisation_id,
        field="F0",
        code=NO_CONFERENCE,
        text=text,
        found_by=FoundBy.DATA_CHECK,
        finder_id=conference.asked_by_id,
        found_on=today,
        period_from=conference.published_on,
        period_until=conference.due_on,
        source_id=conference.pk,
        source_text=conference.round_title,
        source_link=f"/findings/conferences/{conference.pk}/",
        request=_("Tổ chức hội nghị và gửi biên bản."),
    )


def _take(conference_id: int, by: Actor, expected_version: int | None = None) -> Conference:
    conference = (
        Conference.objects.select_for_update(of=("self",)).select_related("unit").get(pk=conference_id)
    )
    if not may_hold_conference(by, conference):
        raise FindingRefused(not_allowed(by, _("Đầu mối hoặc thủ trưởng đơn vị ghi nhận hội nghị")))
    if expected_version is not None and conference.version != expected_version:
        raise StaleFinding(
            Gap("", _("người khác vừa ghi nhận hội nghị này"), _("Tải lại trang"), code="stale")
        )
    return conference


def _holding_gaps(conference: Conference, held: Held, today: date) -> list[Gap]:
    if conference.held_on is not None:
        what = _("hội nghị đã được ghi nhận ngày %s") % format_date(conference.held_on)
        return [Gap("", what, _("Biên bản đã ghi nhận không sửa nữa"), code="held-already")]
    gaps = text_gaps(_("Kết luận"), held.conclusions, _("Ghi kết luận của hội nghị"))
    gaps += text_gaps(_("Thành phần"), held.attendance, _("Ghi những ai dự"))
    if held.held_on > today:
        gaps.append(Gap(_("Ngày tổ chức"), _("sau hôm nay"), code="future"))
    if held.held_on < conference.published_on:
        gaps.append(Gap(_("Ngày tổ chức"), _("trước ngày công bố Chỉ số"), code="before-publication"))
    unit = conference.organisation_id
    owned = Document.objects.filter(owner_id=heirs_on([unit], today)[unit])
    if held.minutes_id is None or not owned.filter(pk=held.minutes_id).exists():
        what, remedy = _("chưa có"), _("Chọn biên bản trong kho tài liệu của đơn vị")
        gaps.append(Gap(_("Biên bản"), what, remedy, code="no-minutes"))
    return gaps


def _trace(
    conference: Conference, verb: str, *, by: Actor, at: datetime, after: Mapping[str, object]
) -> None:
    about = f"conference:{conference.pk}"
    record(
        by=by,
        at=at,
        verb=verb,
        object=about,
        about=about,
        label=f"{conference.unit.name}: {conference.round_title}",
        after=after,
    )

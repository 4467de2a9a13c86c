"""Others take it over; it takes part in contests and is awarded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.organisations.models import OrganisationVersion
from openpar.base.organisations.permissions import not_allowed
from openpar.base.organisations.queries import names_on
from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.common.formats import format_date
from openpar.common.text import nfc
from openpar.reform.initiatives.actions.shared import (
    day_gaps,
    document_gaps,
    grown,
    noted,
    refuse_if,
    refuse_if_stopped,
    refuse_unless_enters,
    take,
    text_gaps,
    trace,
)
from openpar.reform.initiatives.duty import contest_level_on
from openpar.reform.initiatives.errors import StaleInitiative
from openpar.reform.initiatives.models import ContestEntry, Initiative, Level, Replication, State
from openpar.reform.initiatives.permissions import may_enter_initiatives, may_recognise_above
from openpar.reform.initiatives.stages import RUNS


@dataclass(frozen=True)
class TakenOver:
    """Which agency applies it too, since when, by which document."""

    organisation_id: int | None
    replicated_on: date | None
    document_id: int | None
    note: str = ""


def replicate(*, initiative_id: int, taken: TakenOver, by: Actor, at: datetime) -> Replication:
    """Another agency applies it; entered by its own agency or by Sở Nội vụ. The first makes it replicated.

    Raises InitiativeRefused with every gap.
    """
    with write_transaction():
        there = take(initiative_id)
        if not (may_enter_initiatives(by, there.organisation_id) or may_recognise_above(by)):
            refuse_if([not_allowed(by, _("Đơn vị có mô hình hoặc Sở Nội vụ ghi việc nhân rộng"))])
        refuse_if(
            [
                *why_not_replicate(there),
                *_agency_gaps(there, taken.organisation_id, at),
                *day_gaps(_("Áp dụng từ ngày"), taken.replicated_on, at),
                *_early_gaps(there, taken.replicated_on),
                *document_gaps(_("Văn bản nhân rộng"), taken.document_id, by),
                *text_gaps(_("Ghi chú"), taken.note, longest=500, is_needed=False),
            ]
        )
        assert taken.organisation_id is not None
        assert taken.replicated_on is not None
        assert taken.document_id is not None
        made = Replication.objects.create(
            initiative=there,
            organisation_id=taken.organisation_id,
            replicated_on=taken.replicated_on,
            document_id=taken.document_id,
            note=nfc(taken.note).strip(),
            by_id=by.person_id,
            at=at,
        )
        there.state = State.REPLICATED
        grown(there, "state")
        name = names_on([made.organisation_id], timezone.localdate(at)).get(made.organisation_id, "")
        after = {"agency": name, "replicated_on": made.replicated_on.isoformat()}
        trace(there, "initiative.replicated", by=by, at=at, after=after, reason=made.note)
        return made


def _early_gaps(initiative: Initiative, replicated_on: date | None) -> list[Gap]:
    """Nobody takes over what has not begun yet; on the same day it may be."""
    if replicated_on is None or initiative.started_on is None or replicated_on >= initiative.started_on:
        return []
    what = _("trước ngày bắt đầu %s") % format_date(initiative.started_on)
    remedy = _("Ghi ngày từ khi mô hình, sáng kiến đã được áp dụng")
    return [Gap(_("Áp dụng từ ngày"), what, remedy, code="replicated-before")]


def why_not_replicate(initiative: Initiative) -> tuple[Gap, ...]:
    """What keeps others from taking it over; nothing while it runs."""
    if State(initiative.state) in RUNS:
        return ()
    what = _("đang ở trạng thái “%s”") % State(initiative.state).label
    return (Gap("", what, _("Chỉ nhân rộng mô hình, sáng kiến đang triển khai"), code="wrong-state"),)


def enter_contest(
    *, initiative_id: int, contest: str, entered_on: date | None, by: Actor, at: datetime
) -> ContestEntry:
    """It takes part in a contest of the year of that day; only what its base recognised may.

    Raises InitiativeRefused with every gap.
    """
    with write_transaction():
        there = take(initiative_id)
        refuse_unless_enters(by, there.organisation_id)
        refuse_if_stopped(there)
        name = " ".join(nfc(contest).split())
        gaps = [
            *text_gaps(_("Hội thi"), name, longest=250),
            *day_gaps(_("Ngày dự thi"), entered_on, at),
            *why_not_contest(there, entered_on or timezone.localdate(at)),
        ]
        refuse_if(gaps)
        assert entered_on is not None
        if there.contests.filter(contest=name, year=entered_on.year).exists():
            refuse_if([Gap(_("Hội thi"), _("đã dự hội thi này trong năm"), code="contest-twice")])
        made = ContestEntry.objects.create(
            initiative=there,
            contest=name,
            year=entered_on.year,
            entered_on=entered_on,
            by_id=by.person_id,
            at=at,
        )
        grown(there)
        trace(there, "initiative.contest_entered", by=by, at=at, after={"contest": name, "year": made.year})
        return made


def why_not_contest(initiative: Initiative, on: date) -> tuple[Gap, ...]:
    """What keeps it out of contests on a day; nothing when it may take part. Up to one query."""
    needed = contest_level_on(on)
    if needed is None:
        return ()
    before = initiative.recognitions.filter(level=needed.value, recognised_on__lte=on)
    if before.exists():
        return ()
    what = _("chưa được công nhận ở %s trước ngày dự thi") % Level(needed).label.lower()
    return (Gap("", what, _("Hội đồng của đơn vị công nhận trước"), code="not-recognised"),)


def award(
    *,
    entry_id: int,
    expected_version: int,
    points: Decimal | None,
    award: str,
    decision_id: int | None,
    by: Actor,
    at: datetime,
) -> ContestEntry:
    """What the jury gave, also after the end: points, and a prize with its decision. A prize given stays.

    Raises InitiativeRefused with every gap, StaleInitiative.
    """
    with write_transaction():
        entry = ContestEntry.objects.select_for_update(of=("self",)).get(pk=entry_id)
        there = take(entry.initiative_id)
        refuse_unless_enters(by, there.organisation_id)
        if entry.award:
            refuse_if([Gap(entry.contest, _("đã ghi giải thưởng"), code="awarded-before")])
        if entry.version != expected_version:
            what = _("người khác vừa ghi kết quả hội thi này")
            raise StaleInitiative(Gap(entry.contest, what, _("Tải lại trang"), code="stale"))
        gaps = [
            *text_gaps(_("Giải thưởng"), award, longest=250, is_needed=points is None),
            *document_gaps(_("Quyết định"), decision_id, by, needed=bool(award.strip())),
        ]
        if points is not None and points < 0:
            gaps.append(Gap(_("Điểm"), _("không được âm"), code="negative"))
        refuse_if(gaps)
        entry.points, entry.award, entry.decision_id = points, nfc(award).strip(), decision_id
        entry.version += 1
        entry.save(update_fields=["points", "award", "decision", "version"])
        noted(there)
        after = {
            "contest": entry.contest,
            "points": None if points is None else str(points),
            "award": entry.award,
        }
        trace(there, "initiative.awarded", by=by, at=at, after=after)
        return entry


def _agency_gaps(initiative: Initiative, organisation_id: int | None, at: datetime) -> list[Gap]:
    where = _("Đơn vị nhân rộng")
    today = timezone.localdate(at)
    there = OrganisationVersion.objects.as_of(today)
    if organisation_id is None or not there.filter(organisation_id=organisation_id).exists():
        return [Gap(where, _("chưa chọn đơn vị đang hoạt động"), _("Chọn trong danh sách"), code="no-agency")]
    if organisation_id == initiative.organisation_id:
        return [Gap(where, _("là chính đơn vị có mô hình"), _("Chọn đơn vị khác"), code="own-agency")]
    if initiative.replications.filter(organisation_id=organisation_id).exists():
        return [Gap(where, _("đã có trong danh sách"), code="agency-twice")]
    return []

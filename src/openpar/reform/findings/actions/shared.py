"""What the actions share: the turn, the version seen, the documents, the trace."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import partial

from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.accounts.queries import people_holding
from openpar.base.audit.traced import Subject, traced
from openpar.base.documents.models import Document
from openpar.base.notifications.actions import tell
from openpar.base.organisations.roles import Actor, Role
from openpar.common.errors import Gap
from openpar.common.text import nfc
from openpar.common.typed import text_gaps as any_text_gaps
from openpar.reform.findings.errors import FindingRefused, StaleFinding
from openpar.reform.findings.models import (
    Finding,
    FindingEvidence,
    FindingState,
    FindingStep,
)
from openpar.reform.findings.permissions import FROM_INSIDE, JUDGES_DESK
from openpar.reform.findings.stages import FINDING
from openpar.reform.heirs import heirs_on, standing_in

LONGEST_TEXT = 4000
refuse_if = FindingRefused.if_any
text_gaps = partial(any_text_gaps, longest=LONGEST_TEXT)


def cleaned(text: str) -> str:
    return nfc(text).strip()


def take_finding(finding_id: int, expected_version: int | None = None) -> Finding:
    """The finding, locked until the transaction ends. Raises StaleFinding when it is not as it was seen."""
    finding = Finding.objects.select_for_update(of=("self",)).select_related("unit").get(pk=finding_id)
    if expected_version is not None and finding.version != expected_version:
        what = _("người khác vừa sửa tồn tại, hạn chế này")
        raise StaleFinding(Gap("", what, _("Tải lại trang rồi làm tiếp"), code="stale"))
    return finding


def state_gaps(finding: Finding, wanted: FindingState) -> list[Gap]:
    """Why the finding cannot come to the state; the page asks the same."""
    state = FindingState(finding.state)
    if wanted in FINDING[state]:
        return []
    what = _("tồn tại, hạn chế đang ở trạng thái “%s”") % state.label
    return [Gap(_("Trạng thái"), what, _what_now(state), code="other-state")]


def _what_now(state: FindingState) -> str:
    return {
        FindingState.OPEN: _("Lập kế hoạch khắc phục trước"),
        FindingState.REMEDIATING: _("Đơn vị báo cáo khắc phục trước"),
        FindingState.REPORTED: _("Chờ bên phát hiện xác nhận"),
        FindingState.SENT_BACK: _("Đơn vị báo cáo lại trước"),
        FindingState.CLOSED: _("Việc này đã xong, không thay đổi nữa"),
    }[state]


def moved(finding: Finding, *fields: str) -> None:
    """Stores the finding after a change."""
    finding.version += 1
    finding.save(update_fields=["version", *fields])


def add_step(
    finding: Finding,
    kind: FindingStep.Kind,
    *,
    text: str,
    by: Actor,
    at: datetime,
    documents: Sequence[Document] = (),
) -> FindingStep:
    step = FindingStep.objects.create(
        finding=finding, kind=kind, text=cleaned(text), deadline=finding.deadline, by_id=by.id, at=at
    )
    FindingEvidence.objects.bulk_create(FindingEvidence(step=step, document=one) for one in documents)
    return step


def as_side(by: Actor, at: datetime) -> Actor:
    """Who acts, with their roles also for the organisations that theirs carry on at the moment."""
    return standing_in(by, timezone.localdate(at))


def acting_for(organisation_ids: Collection[int], at: datetime) -> set[int]:
    """These organisations; in the place of one that ended, whoever carries it on."""
    return set(heirs_on(organisation_ids, timezone.localdate(at)).values())


def documents_of_sides(document_ids: Collection[int], owners: Collection[int]) -> list[Document]:
    """The documents, each owned by one of the organisations. Raises FindingRefused."""
    wanted = list(dict.fromkeys(document_ids))
    found = {one.pk: one for one in Document.objects.filter(pk__in=wanted, owner_id__in=list(owners))}
    missing = [pk for pk in wanted if pk not in found]
    if missing:
        what = _("%d tài liệu không có trong kho của đơn vị") % len(missing)
        raise FindingRefused(
            Gap(_("Tài liệu"), what, _("Chọn tài liệu trong kho của đơn vị"), code="no-document")
        )
    return [found[pk] for pk in wanted]


@traced
def trace(finding: Finding) -> Subject:
    """One entry about a finding."""
    return Subject(f"finding:{finding.pk}", f"{finding.unit.name}: {finding.text}")


def people_of(
    organisation_ids: Collection[int], roles: Sequence[Role], *, at: datetime, but: Actor | None = None
) -> list[int]:
    """Who holds one of the roles there on the day, without the one who acts; one query."""
    held = people_holding(roles, organisation_ids, timezone.localdate(at))
    return [user for user in held if but is None or user != but.id]


def tell_unit(finding: Finding, text: str, *, by: Actor, at: datetime) -> None:
    """The focal officer and the head of the unit, or of its heir, learn of what the finding side did."""
    units = acting_for([finding.organisation_id], at)
    recipients = people_of(units, [Role.FOCAL_OFFICER, Role.AGENCY_HEAD], at=at, but=by)
    tell(recipients=recipients, text=text, link=f"/findings/{finding.pk}/", at=at)


def tell_finder(finding: Finding, text: str, *, by: Actor, at: datetime) -> None:
    """Who may close it learns of what the unit did: those whose desk it is, else the head of the finder."""
    recipients = [one for one in _judges_of(finding, at) if one != by.id]
    tell(recipients=recipients, text=text, link=f"/findings/{finding.pk}/", at=at)


def _judges_of(finding: Finding, at: datetime) -> list[int]:
    """The same people as `reminding` names, who `may_judge`; the leaders where finder and unit are one."""
    units, finders = acting_for([finding.organisation_id], at), acting_for([finding.finder_id], at)
    if finding.found_by in FROM_INSIDE:
        return people_of(units, [Role.AGENCY_HEAD], at=at)
    # Nobody judges for a unit they belong to.
    own = set(people_of(units, list(Role), at=at))
    if units == finders:
        found = people_holding([Role.LEADER], None, timezone.localdate(at))
        return [one for one in found if one not in own]
    desk = [one for one in people_of(finders, JUDGES_DESK, at=at) if one not in own]
    return desk or [one for one in people_of(finders, [Role.AGENCY_HEAD], at=at) if one not in own]

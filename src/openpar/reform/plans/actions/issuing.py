"""A version comes into force by its document: obligations are given out, those before it end or go on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from openpar.base.documents.models import Document
from openpar.base.notifications.actions import tell
from openpar.base.notifications.due import holders
from openpar.base.organisations.roles import Actor, Role
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.common.formats import format_date
from openpar.reform.plans.actions.fanning import assign, cooperate, resolve, store, unjudgeable
from openpar.reform.plans.actions.shared import (
    evidence,
    legal_day,
    refuse_if,
    refuse_unless,
    stale,
    take_version,
    trace_plan,
)
from openpar.reform.plans.actions.taking_over import Succession
from openpar.reform.plans.errors import PlansRefused
from openpar.reform.plans.models import (
    Assignment,
    Cooperation,
    LineChange,
    PlanVersion,
    TaskLine,
    VersionState,
)
from openpar.reform.plans.permissions import may_issue_plan
from openpar.reform.plans.rules import replacing_gaps

ADDRESS = "/plans/%d/"


def issue_plan(
    *,
    by: Actor,
    at: datetime,
    version_id: int,
    expected_version: int,
    document_id: int,
    from_on: date | None = None,
) -> PlanVersion:
    """Brings a draft into force by the signed document, from its day unless `from_on` says otherwise.

    Every line becomes one obligation for each lead agency. A version that replaces another ends what it drops
    or gives to others from `from_on` on; what it carries over goes on as it is. Raises PlansRefused with
    every gap, StalePlan.
    """
    with write_transaction():
        version = take_version(version_id)
        plan = version.plan
        refuse_unless(may_issue_plan(by, plan), by, _("Kế hoạch do người có thẩm quyền ban hành"))
        if version.state != VersionState.DRAFT:
            raise PlansRefused(Gap("", _("bản này đã ban hành"), code="not-draft"))
        if version.version != expected_version:
            raise stale()
        document = evidence(document_id, by, {plan.organisation_id}, _("Văn bản ban hành"))
        lines = list(version.lines.order_by("position", "id"))
        on = from_on or document.issued_on
        refuse_if([*_document_gaps(version, document, on, legal_day(at)), *version_gaps(version, lines)])
        if on is None:
            raise AssertionError("a document without a day is a gap")
        _come_into_force(version, document, on, by=by, at=at)
        given = _give_out(version, lines, on, at)
        told = {"number": version.number, "document": document.number, "from_on": on.isoformat()}
        after = told | {"tasks": len(lines), "assignments": sum(given.values())}
        trace_plan(plan, "plan.issued", by=by, at=at, after=after)
        _tell(version, given, on, at)
        return version


def _document_gaps(version: PlanVersion, document: Document, on: date | None, today: date) -> list[Gap]:
    where = _("Văn bản ban hành")
    gaps = []
    if document.issued_on is None or not document.number:
        what, remedy = _("chưa ghi số, ký hiệu hoặc ngày ban hành"), _("Bổ sung ở tài liệu")
        gaps.append(Gap(where, what, remedy, code="document-bare"))
    if on is not None and on > today:
        what = _("chưa đến ngày có hiệu lực")
        gaps.append(Gap(_("Có hiệu lực từ"), what, _("Ban hành vào ngày đó"), code="not-yet"))
    if on is not None and document.issued_on is not None and on < document.issued_on:
        what = _("trước ngày ban hành văn bản")
        gaps.append(
            Gap(_("Có hiệu lực từ"), what, _("Ghi ngày ban hành hoặc sau đó"), code="before-document")
        )
    if on is not None and abs(on.year - version.plan.year) > 1:
        what = _("cách năm của kế hoạch quá một năm")
        gaps.append(Gap(_("Có hiệu lực từ"), what, _("Kiểm tra lại năm"), code="day-outside"))
    before = version.replaces
    if before is not None and on is not None and before.from_on is not None and on <= before.from_on:
        what = _("không sau ngày %s của bản được thay thế") % format_date(before.from_on)
        gaps.append(Gap(_("Có hiệu lực từ"), what, _("Ghi ngày sau đó"), code="before-replaced"))
    return gaps


def version_gaps(version: PlanVersion, lines: list[TaskLine] | None = None) -> list[Gap]:
    """What keeps a draft from being issued, whatever the document; `lines` when they are loaded already."""
    if lines is None:
        lines = list(version.lines.order_by("position", "id"))
    if not lines:
        return [Gap(_("Nhiệm vụ"), _("kế hoạch chưa có nhiệm vụ nào"), _("Thêm nhiệm vụ"), code="no-lines")]
    return list(replacing_gaps(version, lines)) if version.replaces_id else []


def _come_into_force(version: PlanVersion, document: Document, on: date, *, by: Actor, at: datetime) -> None:
    before = version.replaces
    if before is not None:
        before.state, before.until_on = VersionState.REPLACED, on
        before.save(update_fields=["state", "until_on"])
    version.state, version.from_on = VersionState.IN_FORCE, on
    version.document, version.document_number = document, document.number
    version.issued_on, version.issued_by_id, version.issued_at = document.issued_on, by.id, at
    version.version += 1
    version.save()


def _give_out(version: PlanVersion, lines: list[TaskLine], on: date, at: datetime) -> Counter[int]:
    """What is new to each agency, by agency."""
    plan = version.plan
    live = [line for line in lines if line.change != LineChange.DROPPED]
    resolved, gaps = resolve(
        [line for line in live if line.change != LineChange.CARRIED], plan.organisation_id, on
    )
    asks = [line for line in live if line.change in (LineChange.NEW, LineChange.REASSIGNED)]
    refuse_if([*gaps, *unjudgeable(asks, plan.year, on)])
    if version.replaces_id is not None:
        taking_over = Succession(version, on, at)
        given = taking_over.run(lines, resolved)
    else:
        given = Counter()
    assignments: list[Assignment] = []
    duties, cooperations = [], list[Cooperation]()
    for line in live:
        if line.change != LineChange.NEW:
            continue
        new, owed = assign(line, resolved[line.pk].leads, year=plan.year, on=on)
        assignments += new
        duties += owed
        cooperations += cooperate(line.task_id, resolved[line.pk].cooperating, on)
    store(assignments, duties)
    Cooperation.objects.bulk_create(cooperations, batch_size=1000)
    given.update(each.organisation_id for each in assignments)
    return given


def _tell(version: PlanVersion, given: Counter[int], on: date, at: datetime) -> None:
    """One message for each agency that was given something, to its head and focal officer."""
    people = holders(given, Role.AGENCY_HEAD, Role.FOCAL_OFFICER, on=legal_day(at))
    texts: dict[int, list[int]] = {}
    for organisation_id, count in given.items():
        texts.setdefault(count, []).extend(people.get(organisation_id, ()))
    for count, recipients in texts.items():
        words = ngettext("%d nhiệm vụ", "%d nhiệm vụ", count) % count
        text = _("%(title)s giao đơn vị %(tasks)s từ ngày %(day)s") % {
            "title": version.plan.title,
            "tasks": words,
            "day": format_date(on),
        }
        tell(recipients=recipients, text=text, link=ADDRESS % version.plan_id, at=at)


def tell_agencies(organisation_ids: Iterable[int], text: str, link: str, at: datetime) -> None:
    """To the heads and focal officers of these agencies."""
    people = holders(organisation_ids, Role.AGENCY_HEAD, Role.FOCAL_OFFICER, on=legal_day(at))
    tell(recipients={one for some in people.values() for one in some}, text=text, link=link, at=at)

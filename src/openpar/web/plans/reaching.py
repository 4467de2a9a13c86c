"""One target in force: how far it is, every value recorded of it with who and when; recorded, corrected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from openpar.base.accounts.queries import Actor
from openpar.base.organisations.queries import names_on
from openpar.base.organisations.roles import Role
from openpar.common.errors import Gap, Refused
from openpar.common.formats import format_date
from openpar.common.text import sort_key
from openpar.reform.plans.actions.targets import NewReading, record_reading
from openpar.reform.plans.classes import bound_by
from openpar.reform.plans.models import Plan, Target, TargetReading, VersionState
from openpar.reform.plans.permissions import may_read_target, sees_all_plans
from openpar.reform.plans.queries.targets import ReadingView, readings_of, targets_of
from openpar.web.components.documents import stored_file_answer
from openpar.web.components.given import Given
from openpar.web.http import AuthenticatedRequest, actor, now, page, today
from openpar.web.plans.common import (
    changed,
    document_given,
    frame,
    offered_documents,
    typed,
    visible_plan,
    whole_number,
)
from openpar.web.plans.targets import row_of, value_words

_PAGE = "plans/target.html"
_TYPED = (
    *("organisation", "as_of_on", "value", "numerator", "denominator", "note", "replaces"),
    *("document", "title", "number", "issued_on"),
)


@dataclass(frozen=True)
class ReadingRow:
    """One recorded value, prepared; `may_correct`: by the person who looks, while it counts."""

    reading: TargetReading
    name: str
    value: str
    made_of: str
    who: str
    document: str
    document_link: str
    is_replaced: bool
    corrects: str
    may_correct: bool


@page("GET")
def target(request: AuthenticatedRequest, plan_id: int, target_id: int) -> HttpResponse:
    """For everybody who sees the plan: what is reached; who reads it may record and correct."""
    plan = visible_plan(request, plan_id)
    return render(request, _PAGE, _context(request, plan, _target(plan, target_id)))


@page("POST")
def read(request: AuthenticatedRequest, plan_id: int, target_id: int) -> HttpResponse:
    """A value reached, as a figure or as numerator and denominator; of the whole or of an agency."""
    plan = visible_plan(request, plan_id)
    found = Target.objects.filter(pk=target_id, version__plan=plan).first()
    organisation_id = whole_number(request.POST.get("organisation"))
    if found is None or not may_read_target(actor(request), plan, found, organisation_id):
        raise Http404
    context = _context(request, plan, found) | {"typed": typed(request, *_TYPED)}

    def act() -> None:
        given = _given(request, plan, organisation_id)
        record_reading(by=actor(request), at=now(), target_id=target_id, reading=given)

    to = reverse("plan-target", args=[plan_id, target_id])
    return changed(request, act, _("Đã ghi kết quả."), context, _PAGE, to)


@page("GET")
def document(request: AuthenticatedRequest, plan_id: int, target_id: int, reading_id: int) -> HttpResponse:
    """The evidence of a value: for who oversees, who makes the plan, and the agency whose value it is."""
    plan = visible_plan(request, plan_id)
    found = _target(plan, target_id)
    rows = TargetReading.objects.filter(target=found.root_id or found.pk).select_related("document__file")
    row = rows.filter(pk=reading_id).first()
    if row is None or row.document is None or not _sees_evidence(actor(request), plan, found, row):
        raise Http404
    return stored_file_answer(row.document)


def _target(plan: Plan, target_id: int) -> Target:
    """A target of an issued version; drafts have theirs on the page of the draft."""
    found = Target.objects.select_related("version").filter(pk=target_id, version__plan=plan).first()
    if found is None or found.version.state == VersionState.DRAFT:
        raise Http404
    return found


def _context(request: AuthenticatedRequest, plan: Plan, found: Target) -> dict[str, object]:
    who, day = actor(request), today()
    version = found.version
    view = next(one for one in targets_of(version.pk, day) if one.target.pk == found.pk)
    shown = row_of(view, version.issued_on or day)
    for_whom = _recorded_for(who, plan, found, day) if version.state == VersionState.IN_FORCE else []
    stores = {plan.organisation_id if key == "" else int(key) for key, _name in for_whom}
    own = who.organisations()
    return {
        **frame(request, "plans"),
        "plan": plan,
        "version": version,
        "is_in_force": version.state == VersionState.IN_FORCE,
        "target": shown,
        "rows": [_row(who, plan, found, one, for_whom) for one in readings_of(found, day)],
        "for_whom": for_whom,
        "documents": offered_documents((stores & own) or own) if for_whom else [],
        "typed": dict.fromkeys(_TYPED, "") | {"as_of_on": format_date(day)},
        "prefix": reverse("plan-target", args=[plan.pk, found.pk]),
        "plan_link": reverse("plan", args=[plan.pk]),
    }


def _recorded_for(who: Actor, plan: Plan, found: Target, day: date) -> list[tuple[str, str]]:
    """Whose value this person may record: “” is that of the whole, which a target for one agency has not."""
    is_of_one = found.organisation_id is not None
    choices = [("", _("Toàn bộ"))] if not is_of_one and may_read_target(who, plan, found, None) else []
    bound = [one for one in bound_by(found, plan, day) if may_read_target(who, plan, found, one)]
    names = names_on(bound, day)
    agencies = sorted(((str(one), names.get(one, "")) for one in bound), key=lambda one: sort_key(one[1]))
    return [*choices, *agencies]


def _row(
    who: Actor, plan: Plan, found: Target, one: ReadingView, for_whom: list[tuple[str, str]]
) -> ReadingRow:
    row = one.reading
    document = row.document
    words = f"{document.number} {document.title}".strip() if document else ""
    has_file = document is not None and document.file_id is not None
    link = ""
    if has_file and _sees_evidence(who, plan, found, row):
        link = reverse("plan-target-document", args=[plan.pk, found.pk, row.pk])
    made_of = ""
    if row.denominator:
        made_of = f"{value_words(row.numerator, '')}/{value_words(row.denominator, '')}"
    key = "" if row.organisation_id is None else str(row.organisation_id)
    before = row.replaces
    return ReadingRow(
        reading=row,
        name=one.name,
        value=value_words(row.value, found.unit),
        made_of=made_of,
        who=row.by.full_name if row.by else "",
        document=words,
        document_link=link,
        is_replaced=one.is_replaced,
        corrects=f"{value_words(before.value, found.unit)}, {format_date(before.as_of_on)}" if before else "",
        may_correct=not one.is_replaced and key in {known for known, _name in for_whom},
    )


def _sees_evidence(who: Actor, plan: Plan, found: Target, row: TargetReading) -> bool:
    return sees_all_plans(who) or may_read_target(who, plan, found, row.organisation_id)


def _given(request: AuthenticatedRequest, plan: Plan, organisation_id: int | None) -> NewReading:
    """Raises Refused for what cannot be read."""
    given = Given(dict(request.POST.lists()))
    as_of_on, value = given.day("as_of_on"), given.number("value")
    numerator, denominator = given.number("numerator"), given.number("denominator")
    if given.errors:
        labels = {"as_of_on": _("Tính đến ngày"), "value": _("Kết quả")}
        raise Refused(Gap(labels.get(name, _("Kết quả")), text) for name, text in given.errors.items())
    if as_of_on is None:
        raise Refused(Gap(_("Tính đến ngày"), _("chưa ghi ngày"), code="no-day"))
    return NewReading(
        as_of_on=as_of_on,
        value=value,
        organisation_id=organisation_id,
        numerator=numerator,
        denominator=denominator,
        document_id=document_given(request, _store(actor(request), plan, organisation_id)),
        note=given.text("note"),
        replaces_id=whole_number(given.text("replaces")),
    )


def _store(who: Actor, plan: Plan, organisation_id: int | None) -> int:
    """Where a new document is kept: with the agency whose value it shows, else where the plan is made."""
    wanted = organisation_id or plan.organisation_id
    own = who.organisations(Role.FOCAL_OFFICER, Role.AGENCY_HEAD, Role.ROUND_MANAGER)
    return wanted if wanted in own else min(own, default=wanted)

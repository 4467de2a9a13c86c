"""The conclusion: written for all units together, with limitations; issued; answered by each unit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from openpar.base.organisations.roles import Actor
from openpar.common.errors import Refused
from openpar.common.formats import parse_date
from openpar.parindex.assessments.queries.leaves import leaves_offered, proposed_leaf
from openpar.reform.fields import field_codes, field_name
from openpar.reform.findings.actions.adding import Leaf
from openpar.reform.findings.taxonomy import entries
from openpar.reform.inspections.actions.concluding import (
    NewLimitation,
    Words,
    add_limitation,
    change_limitation,
    conclusion_gaps,
    drop_limitation,
    issue_conclusion,
    leaf_of,
    respond,
    write_conclusion,
)
from openpar.reform.inspections.actions.shared import leads_team
from openpar.reform.inspections.checklists import ChecklistItem
from openpar.reform.inspections.errors import StaleInspection
from openpar.reform.inspections.models import CaseState, InspectedUnit, Limitation, Result, Side
from openpar.reform.inspections.permissions import agencies_of, may_decide, may_respond_for
from openpar.reform.inspections.queries.cases import CaseView
from openpar.reform.inspections.words import items_of
from openpar.web.findings.leaf_field import Offers, labels_of, leaf_label, offers_of, read_leaf
from openpar.web.http import AuthenticatedRequest, actor, now, page, refused, say, today
from openpar.web.inspections.cases import Act, act_on_case
from openpar.web.inspections.common import (
    RESPONSE_PILLS,
    days_of,
    frame,
    link_of,
    papers_for,
    seen_case,
    whole_of,
    with_document,
)
from openpar.web.inspections.papers import has_conclusion

_PAGE = "inspections/conclusion.html"


@page("GET", "POST")
def conclusion(request: AuthenticatedRequest, inspection_id: int) -> HttpResponse:
    """The words of the conclusion; once issued, read by everybody who sees the case."""
    view = _seen(request, inspection_id)
    if request.method == "GET":
        return render(request, _PAGE, conclusion_context(request, view))
    if not _may_write(actor(request), view):
        raise Http404

    def act(who: Actor, at: datetime) -> None:
        write_conclusion(
            by=who,
            at=at,
            inspection_id=inspection_id,
            expected_version=whole_of(request, "version") or 0,
            words=Words(request.POST.get("strengths", ""), request.POST.get("requests", "")),
            of_units={
                line.unit.pk: Words(
                    request.POST.get(f"strengths-{line.unit.pk}", ""),
                    request.POST.get(f"requests-{line.unit.pk}", ""),
                )
                for line in view.units
            },
        )

    return _act(request, view, act, _("Đã lưu dự thảo kết luận."), form="words")


def _seen(request: AuthenticatedRequest, inspection_id: int) -> CaseView:
    """The case with its conclusion: a draft is for the inspecting side alone."""
    view = seen_case(request, inspection_id)
    if not (view.is_inside or view.is_concluded):
        raise Http404
    return view


def _may_write(who: Actor, view: CaseView) -> bool:
    return view.is_inside and (leads_team(who, view.case) or may_decide(who, view.case.campaign))


def conclusion_context(
    request: AuthenticatedRequest,
    view: CaseView,
    typed: Mapping[str, str] | None = None,
    typed_in: str = "",
) -> dict[str, object]:
    """What the page shows; `typed`: what was refused, in the form of the page that `typed_in` names."""
    who, case, day = actor(request), view.case, today()
    may_write = _may_write(who, view) and case.state in (CaseState.WORKING, CaseState.REPORTED)
    offers = leaves_offered([line.unit.organisation_id for line in view.units], day) if may_write else {}
    decides = view.is_inside and may_decide(who, case.campaign)
    may_issue = decides and case.state == CaseState.REPORTED
    return {
        **frame(request, "inspections"),
        "view": view,
        "case": case,
        "person_id": who.person_id,
        "document": link_of(case.pk, case.conclusion),
        "has_paper": has_conclusion(view),
        "may_write": may_write,
        "conclude": conclusion_gaps(who, case, day) if may_issue else None,
        "papers": papers_for(request, case.campaign.organisation_id) if may_issue else [],
        "units": [
            {
                "line": line,
                "unit": line.unit,
                "limitations": [
                    (one, field_name(one.field, day), leaf_label(leaf_of(one))) for one in line.limitations
                ],
                "failings": _failings(line.unit, view, offers, day) if may_write else [],
                "leaves": labels_of(offers.get(line.unit.organisation_id, ())),
                "added_here": sum(one.added_by_id == who.id for one in line.limitations),
            }
            for line in view.units
        ],
        "codes": _codes(day) if may_write else [],
        "fields": [(code, field_name(code, day)) for code in field_codes(only_in_plan=True)],
        "response_pills": RESPONSE_PILLS,
        "typed": typed or {},
        "typed_in": typed_in,
        "prefix": reverse("inspection", args=[case.pk]),
    }


def _codes(day: date) -> list[tuple[str, str]]:
    return [(entry.code, f"{entry.code} – {entry.name}") for entry in entries(day)]


def _failings(
    unit: InspectedUnit, view: CaseView, offers: Mapping[int, Offers], day: date
) -> list[dict[str, str]]:
    """Lines that the team found wanting, each as the beginning of a limitation."""
    among = offers.get(unit.organisation_id, ())
    items = {item.code: item for item in items_of(view.case)}
    wanting = unit.answers.filter(side=Side.TEAM, result__in=[Result.NOT_MET, Result.PARTLY])
    taken = set(unit.limitations.values_list("item", flat=True))
    return [
        {
            "item": answer.item,
            "field": items[answer.item].field,
            "code": items[answer.item].finding,
            "text": answer.text or items[answer.item].question,
            "leaf": leaf_label(_leaf_of_item(items[answer.item], among, day)),
            "result": str(Result(answer.result).label),
        }
        for answer in wanting.order_by("id")
        if answer.item in items and answer.item not in taken
    ]


def _leaf_of_item(item: ChecklistItem, offers: Offers, day: date) -> Leaf | None:
    """The criterion that a line of the checklist costs points at, where the data lead to one alone."""
    return proposed_leaf(offers, field=item.field, words=item.criterion, code=item.finding, on=day)


def _act(
    request: AuthenticatedRequest, view: CaseView, act: Act, told: str, *, form: str = ""
) -> HttpResponse:
    """One action on the conclusion, then its page again; a refusal is shown there with what was typed in
    `form`.
    """
    try:
        act(actor(request), now())
    except Refused as error:
        status = 409 if isinstance(error, StaleInspection) else 422
        typed = {name: str(value) for name, value in request.POST.items()}
        now_there = _seen(request, view.case.pk)
        context = conclusion_context(request, now_there, typed, form)
        if status == 409:
            # Saved once more, the words typed here replace what is stored now, which stands beside them.
            context["newer"] = _stored_words(now_there, typed)
        return refused(request, error, template=_PAGE, context=context, status=status)
    say(request, told)
    return redirect("inspection-conclusion", view.case.pk)


def _stored_words(view: CaseView, typed: Mapping[str, str]) -> list[tuple[str, str]]:
    """The words of the conclusion as they are stored, where others were typed."""
    strengths, requests = _("Kết quả đạt được"), _("Kiến nghị")
    stored = [
        ("strengths", _("Kết luận chung"), strengths, view.case.strengths),
        ("requests", _("Kết luận chung"), requests, view.case.requests),
    ]
    for line in view.units:
        pk = line.unit.pk
        stored += [
            (f"strengths-{pk}", line.name, strengths, line.unit.strengths),
            (f"requests-{pk}", line.name, requests, line.unit.requests),
        ]
    return [
        (f"{where}, {label}", text or "—")
        for name, where, label, text in stored
        if name in typed and typed[name] != text
    ]


def _unit_case(request: AuthenticatedRequest, unit_id: int) -> CaseView:
    unit = InspectedUnit.objects.filter(pk=unit_id).first()
    if unit is None:
        raise Http404
    return seen_case(request, unit.inspection_id)


@page("POST")
def limitation(request: AuthenticatedRequest, unit_id: int) -> HttpResponse:
    """A limitation of a unit is added, or one that stands in the draft is changed."""
    view = _unit_case(request, unit_id)
    if not _may_write(actor(request), view):
        raise Http404
    changed = None
    if "limitation" in request.POST:
        changed = get_object_or_404(Limitation, pk=whole_of(request, "limitation"), unit=unit_id)

    def act(who: Actor, at: datetime) -> None:
        given = _typed_limitation(request, unit_id, changed)
        if changed is None:
            add_limitation(by=who, at=at, unit_id=unit_id, limitation=given)
        else:
            change_limitation(
                by=who,
                at=at,
                limitation_id=changed.pk,
                expected_version=whole_of(request, "version") or 0,
                limitation=given,
            )

    if changed is None:
        return _act(request, view, act, _("Đã thêm hạn chế."), form=f"unit-{unit_id}")
    return _act(request, view, act, _("Đã sửa hạn chế."), form=f"limitation-{changed.pk}")


def _typed_limitation(
    request: AuthenticatedRequest, unit_id: int, changed: Limitation | None
) -> NewLimitation:
    """What the form says. Raises Refused."""
    code = request.POST.get("code", "")
    due = request.POST.get("remedy_due", "").strip()
    unit = InspectedUnit.objects.get(pk=unit_id)
    kept = leaf_of(changed) if changed is not None else None
    return NewLimitation(
        field=code[:2] if code else request.POST.get("field", ""),
        code=code,
        text=request.POST.get("text", ""),
        request=request.POST.get("request", ""),
        remedy_due=parse_date(due, where=_("Hạn khắc phục")) if due else None,
        item=request.POST.get("item", ""),
        leaf=read_leaf(request.POST.get("leaf", ""), offers_of(unit.organisation_id), kept),
    )


@page("POST")
def drop(request: AuthenticatedRequest, limitation_id: int) -> HttpResponse:
    found = Limitation.objects.select_related("unit").filter(pk=limitation_id).first()
    if found is None:
        raise Http404
    view = _unit_case(request, found.unit_id)
    if not _may_write(actor(request), view):
        raise Http404

    def act(who: Actor, at: datetime) -> None:
        drop_limitation(
            by=who,
            at=at,
            limitation_id=limitation_id,
            expected_version=whole_of(request, "version") or 0,
        )

    return _act(request, view, act, _("Đã bỏ hạn chế."))


@page("POST")
def conclude(request: AuthenticatedRequest, inspection_id: int) -> HttpResponse:
    """The conclusion is issued by its document; limitations become findings."""
    view = _seen(request, inspection_id)
    if not (view.is_inside and may_decide(actor(request), view.case.campaign)):
        raise Http404

    def act(who: Actor, at: datetime) -> None:
        labels = {"remedy_due": _("Hạn khắc phục"), "response_due": _("Hạn đơn vị có ý kiến")}
        days = days_of(request, labels)

        def step(document_id: int | None) -> object:
            return issue_conclusion(
                by=who,
                at=at,
                inspection_id=inspection_id,
                expected_version=whole_of(request, "version") or 0,
                document_id=document_id,
                remedy_due=days["remedy_due"],
                response_due=days["response_due"],
            )

        title = _("Thông báo kết luận kiểm tra CCHC")
        with_document(request, view.case.campaign.organisation_id, title, step)

    done = _("Đã ban hành kết luận; hạn chế đã chuyển sang theo dõi khắc phục.")
    return _act(request, view, act, done, form="conclude")


@page("POST")
def response(request: AuthenticatedRequest, unit_id: int) -> HttpResponse:
    """The head of a unit agrees with the conclusion or objects."""
    view = _unit_case(request, unit_id)
    who = actor(request)
    unit = InspectedUnit.objects.get(pk=unit_id)
    if unit.organisation_id not in agencies_of(who):
        raise Http404
    if not may_respond_for(who, unit.organisation_id, view.case.campaign.scope):
        raise Http404

    def act(by: Actor, at: datetime) -> None:
        respond(
            by=by,
            at=at,
            unit_id=unit_id,
            kind=request.POST.get("kind", ""),
            text=request.POST.get("text", ""),
        )

    return act_on_case(request, view, act, _("Đã ghi ý kiến của đơn vị."))

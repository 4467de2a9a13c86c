"""What one agency writes in the reform year stays with those whom it concerns: marked rows, and who reads.

Every text of every row about Sở Y tế is marked: plans and tasks, findings, inspections, initiatives,
registers, reports that were not sent. Other agencies, an agency that is inspected before the conclusion,
appraisers, controllers, administrators and strangers then ask for every address with these things in it.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

_APPS = ("plans", "findings", "inspections", "initiatives", "monitors", "periodic")
# Texts that somebody writes; fields with a meaning for the program keep it.
_WRITTEN = frozenset(
    [
        *("title", "text", "note", "summary", "place", "chair", "source_text", "product", "clause", "people"),
        *("budget_source", "legal_basis", "reason", "decision", "decision_reason", "metric", "request"),
        *("cause_text", "remedy", "attendance", "conclusions", "name", "content", "scope", "stop_reason"),
        *("council", "contest", "award", "committee", "review_basis", "system", "outline", "topic"),
        *("strengths", "requests", "return_reason", "signed_for_team", "signed_for_unit", "draft_text"),
    ]
)
# Who reads findings of others, if they were found from outside: for appraising, and for controlling.
_OF_FINDINGS = ("APPRAISER", "PROCEDURE_CONTROLLER")
_STARTS = (
    *("plan", "task", "meeting", "finding", "inspection", "initiative", "monitor", "report", "home", "notif"),
    *("document", "api-"),
)
INSPECTED = "the inspected agency"
_MARK = re.compile(r"dauvet\d{6}x")


@dataclass(frozen=True)
class Reader:
    """Somebody who asks; without an account `user` is None."""

    name: str
    user: Any


@dataclass(frozen=True)
class Place:
    """The things of Sở Y tế, who asks for them, and which row each mark stands in."""

    owner: Any
    finder: Any
    named: tuple[Callable[[str], Mapping[str, object]], ...]
    readers: tuple[Reader, ...]
    marks: dict[str, tuple[str, int, str]]
    # Rows that the inspected agency may read: its own, and the case that it was told of.
    told: frozenset[tuple[str, int]]
    # Findings from outside and what hangs on them, which appraisers and controllers read.
    outside: frozenset[tuple[str, int]]
    # The plan of inspection under which units were drawn: a draw is shown to everybody in office, named.
    drawn: tuple[str, int, str]

    def is_open_to(self, reader: str, mark: str) -> bool:
        model, pk, field = self.marks[mark]
        if self.marks[mark] == self.drawn:
            return reader not in ("anonymous", "nobody")
        if reader == INSPECTED:
            # What the case will conclude stands in the same row; it is told with the conclusion.
            return (model, pk) in self.told and field not in ("strengths", "requests")
        return reader in _OF_FINDINGS and (model, pk) in self.outside


def built() -> Place:
    """Sở Y tế with one of everything, all of it marked; Sở Tư pháp and the others, who have nothing."""
    from openpar.base.accounts.models import Role, User
    from openpar.common.triggers import drop_triggers
    from openpar.reform.findings.actions.adding import add_finding
    from openpar.reform.findings.models import FoundBy
    from openpar.reform.inspections.models import Inspection
    from tests import factories
    from tests.reform.findings import found
    from tests.reform.findings.pages import finding_things
    from tests.reform.inspections.pages import inspection_things
    from tests.reform.monitors.pages import register_things
    from tests.reform.plans.pages import plan_things
    from tests.reports.periodic.pages import report_things

    place = found.province()
    owner, stranger = place.health, place.justice
    manager = factories.actor_as(Role.ROUND_MANAGER, owner, "Quản lý kiểm tra của Sở Y tế")
    things = (
        plan_things(owner),
        finding_things(owner, place.home_affairs),
        inspection_things(manager, owner),
        # Before a model runs that a report has to tell of.
        report_things(owner),
        register_things(owner),
    )
    inside = add_finding(
        line=found.from_inside(place, found_by=FoundBy.SELF), by=place.head, at=found.FOUND
    ).pk
    case = Inspection.objects.get(pk=things[2].case)
    inspected = case.units.order_by("id")[0]
    unit_officer = User.objects.filter(
        roles__organisation=inspected.organisation_id, roles__role=Role.AGENCY_HEAD
    ).first()
    readers = [Reader("anonymous", None), Reader("nobody", factories.person("Không vai trò"))]
    roles = (
        *(Role.FOCAL_OFFICER, Role.DIVISION_OFFICER, Role.AGENCY_HEAD),
        *(Role.APPRAISER, Role.PROCEDURE_CONTROLLER, Role.ADMINISTRATOR),
    )
    readers += [Reader(str(role), factories.person_as(role, stranger, "Người khác")) for role in roles]
    readers.append(Reader(INSPECTED, unit_officer))
    drop_triggers()
    return Place(
        owner=owner,
        finder=place.home_affairs,
        named=tuple(each.named for each in things),
        readers=tuple(readers),
        marks=_marked(),
        told=frozenset(_told(case, inspected)),
        outside=frozenset(_outside(inside)),
        drawn=("inspections.Campaign", case.campaign_id, "title"),
    )


def _marked() -> dict[str, tuple[str, int, str]]:
    """A mark of its own in every written text of every row; by mark: the model, the row, the field."""
    from django.apps import apps
    from django.db import IntegrityError, transaction
    from django.db.models import CharField, TextField

    marks: dict[str, tuple[str, int, str]] = {}
    for model in apps.get_models():
        if model._meta.app_label not in _APPS:
            continue
        fields = [
            field.name
            for field in model._meta.get_fields()
            if isinstance(field, CharField | TextField) and field.name in _WRITTEN and not field.choices
        ]
        for pk in model._default_manager.values_list("pk", flat=True) if fields else ():
            for name in fields:
                mark = f"dauvet{len(marks):06d}x"
                try:
                    with transaction.atomic():
                        model._default_manager.filter(pk=pk).update(**{name: f"Chữ {mark}"})
                except IntegrityError:
                    # A text that belongs to another state of the row.
                    continue
                marks[mark] = (model._meta.label, pk, name)
    return marks


def _told(case: Any, unit: Any) -> Iterator[tuple[str, int]]:
    """What an agency knows of its own inspection: the case, its own answers and those about it, the plan."""
    yield "inspections.Inspection", case.pk
    yield "inspections.Campaign", case.campaign_id
    yield "inspections.InspectedUnit", unit.pk
    for answer in unit.answers.all():
        yield "inspections.ChecklistAnswer", answer.pk


def _outside(inside: int) -> Iterator[tuple[str, int]]:
    from openpar.reform.findings.models import Conference, Finding

    for finding in Finding.objects.exclude(pk=inside):
        yield "findings.Finding", finding.pk
        yield from (("findings.FindingStep", step.pk) for step in finding.steps.all())
        yield from (("findings.Extension", one.pk) for one in finding.extensions.all())
    for conference in Conference.objects.all():
        yield "findings.Conference", conference.pk
        yield from (("findings.ConferenceOrder", order.pk) for order in conference.orders.all())


def addresses(place: Place, *, only_of_the_year: bool) -> Iterator[str]:
    """Every address with the things of Sở Y tế in it; of files the one whose words can be read."""
    from django.urls import NoReverseMatch, reverse

    from trust.access import walked_urls

    fixed: dict[str, object] = {"code": "1.1.2", "block": "so", "kind": "xlsx", "change": "rename"}
    for name, (_route, arguments) in sorted(walked_urls().items()):
        if only_of_the_year and not name.startswith(_STARTS):
            continue
        values = {**fixed, "organisation_id": place.owner.pk}
        for named in place.named:
            values.update(named(name))
        try:
            yield reverse(name, kwargs={each: values.get(each, 1) for each in arguments})
        except NoReverseMatch:
            continue


def read_by(place: Place, reader: Reader, asked: list[str], at: datetime) -> Iterator[tuple[str, str]]:
    """Every answer that the reader gets, with the words of files."""
    import time_machine
    from django.test import Client

    from trust.asking import body_of

    with time_machine.travel(at, tick=False):
        client = Client(raise_request_exception=False)
        if reader.user is not None:
            client.force_login(reader.user)
            _show_second_factor(client)
        for address in asked:
            if address.startswith(("/logout", "/i18n")):
                continue
            answer = client.get(address)
            yield address, f"{_words(body_of(answer))} {dict(answer.headers)}"


def _words(body: bytes) -> str:
    """The words of an answer; of a workbook or a document all of its parts."""
    if not body.startswith(b"PK"):
        return body.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(body)) as file:
        return " ".join(file.read(part).decode("utf-8", "replace") for part in file.namelist())


def told_to(place: Place) -> list[str]:
    """Every reader to whom a message tells what is not for them."""
    from openpar.base.notifications.models import Message

    found = []
    for reader in place.readers:
        for text in Message.objects.filter(recipient=reader.user).values_list("text", flat=True):
            found += [
                f"{reader.name} is told: {text}"
                for mark in _MARK.findall(text)
                if reader.user is not None and not place.is_open_to(reader.name, mark)
            ]
    return found


def leaks(place: Place, reader: Reader, asked: list[str], at: datetime) -> tuple[int, list[str]]:
    """How many texts were read, and every mark in them that is not for the reader."""
    texts, found = 0, []
    for address, text in read_by(place, reader, asked, at):
        texts += 1
        for mark in sorted(set(_MARK.findall(text.lower()))):
            if not place.is_open_to(reader.name, mark):
                model, pk, field = place.marks[mark]
                found.append(f"{reader.name} reads {field} of {model} {pk} at {address}")
    return texts, found


def messages_sent(place: Place) -> None:
    """Steps that tell people something, in marked words; so that messages have something to keep quiet about.

    The report of the remedy, the return of the report, the progress of a task: each names what it is about.
    """
    from openpar.base.accounts.models import Role
    from openpar.reform.findings.actions.closing import send_back
    from openpar.reform.findings.models import Finding, FindingState
    from openpar.reform.plans.actions.working import note_progress
    from openpar.reports.periodic.actions.submitting import return_report
    from openpar.reports.periodic.models import ReportRevision, RevisionState
    from tests import factories

    manager = factories.actor_as(Role.ROUND_MANAGER, place.finder, "Người trả lại")
    officer = factories.actor_as(Role.FOCAL_OFFICER, place.owner, "Người ghi tiến độ")
    at = asked_at()
    finding = Finding.objects.get(state=FindingState.REPORTED)
    send_back(finding_id=finding.pk, reason=_next_mark(place), by=manager, at=at)
    waiting = ReportRevision.objects.get(state=RevisionState.SUBMITTED)
    return_report(by=manager, at=at, revision_id=waiting.pk, reason=_next_mark(place))
    assignment = place.named[0]("task")["assignment_id"]
    assert isinstance(assignment, int)
    note_progress(by=officer, at=at, assignment_id=assignment, text=_next_mark(place), is_ready=True)


def _next_mark(place: Place) -> str:
    """One more mark, of words that are told to nobody else."""
    mark = f"dauvet{len(place.marks):06d}x"
    place.marks[mark] = ("notifications.Message", 0, "text")
    return mark


def asked_at() -> datetime:
    """When everybody asks."""
    from openpar.common.formats import VIETNAM

    return datetime(2026, 7, 10, 9, 0, tzinfo=VIETNAM)


def _show_second_factor(client: Any) -> None:
    from openpar.web.account.stamps import SECOND_FACTOR, Passed

    session = client.session
    session[SECOND_FACTOR] = Passed.SHOWN
    session.save()


# Who then reads what is not theirs, where, and which words become which.
DEFECTS: Mapping[str, tuple[str, str, str, str]] = {
    "reports shown to whoever asks": (
        "AGENCY_HEAD",
        "openpar.reports.periodic.permissions:may_see_report",
        "sees_all_reports(actor) or",
        "True or",
    ),
    "findings shown to every agency": (
        "FOCAL_OFFICER",
        "openpar.reform.findings.queries.visibility:visible_findings",
        "if sees_all_findings(actor):",
        "if True:",
    ),
    "a case told before the conclusion": (
        INSPECTED,
        "openpar.reform.inspections.queries.visibility:sees_from_inside",
        "return False",
        "return True",
    ),
    "drafts of plans shown to whoever asks": (
        "AGENCY_HEAD",
        "openpar.reform.plans.permissions:may_see_plan",
        "sees_all_plans(actor) or",
        "True or",
    ),
    "initiatives of all in everybody's file": (
        "FOCAL_OFFICER",
        "openpar.reform.initiatives.queries.visibility:visible_initiatives",
        "if seen is None:",
        "if True:",
    ),
}
# Planted while messages are sent: not to the agency, but to whoever has the role anywhere.
TOLD_EVERYWHERE = (
    "openpar.reform.findings.actions.shared:people_of",
    "people_holding(roles, organisation_ids,",
    "people_holding(roles, None,",
)

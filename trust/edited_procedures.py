"""What people edit of the catalogue of procedures: decisions, offers, postings (edited.py).

Where nothing counts versions, a form names the mark of what was recorded when it was opened.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from trust.edited import Family, Guard, Page, Part, number_of

_ACTIONS = "openpar.delivery.procedures.actions"
_SEEN: Guard = (f"{_ACTIONS}.shared:refuse_unless_seen", "there and mark_of(there) != seen")
_FIRST = date(2026, 6, 1)
_EDITORS = 20


def _later() -> datetime:
    """So late that every day of a save is over."""
    from openpar.common.formats import VIETNAM

    return datetime(2099, 7, 1, 9, 0, tzinfo=VIETNAM)


def _day(number: int, words: str = "") -> date:
    """Another day for every number, and for every editor: two who say the same lose nothing of each other."""
    editor = int("".join(filter(str.isdigit, words.partition(" lượt ")[0])) or 0)
    return _FIRST + timedelta(days=number * _EDITORS + editor % _EDITORS)


def _number_of_day(day: date) -> int:
    return (day - _FIRST).days // _EDITORS


def _shown(number: int) -> str:
    return f"{_day(number):%d/%m/%Y}"


def marked(
    name: str,
    facts: Callable[[], Mapping[str, object] | None],
    number: Callable[[], int],
    save: Callable[[Any, int, str], object],
    page: Page,
) -> Part:
    """A part whose form names what was seen."""
    from openpar.delivery.procedures.actions.shared import mark_of
    from openpar.delivery.procedures.errors import StaleProcedures

    def read() -> tuple[str, int]:
        return mark_of(facts()), number()

    return Part(name, read, save, StaleProcedures, _SEEN, step=None, page=page)


def publishing_family() -> Family:
    """Drafts of decisions, and what is recorded after one was issued."""
    from openpar.base.accounts.models import Role
    from openpar.delivery.procedures.actions.decisions import prepare_decision
    from openpar.delivery.procedures.actions.lines import NewLine, add_line
    from openpar.delivery.procedures.contents import Agency
    from openpar.delivery.procedures.words import Level, LineChange
    from tests import factories
    from tests.delivery.procedures import catalogue

    manager = factories.actor_as(Role.ROUND_MANAGER, factories.organisation("Sở Nội vụ"))
    agency = factories.organisation("Sở Y tế")
    what = catalogue.contents(levels=(Level.PROVINCE,), agencies=(Agency(key=agency.key),))
    issued = catalogue.decision(catalogue.new("9.000077", what), by=manager, number="77/QĐ-UBND")
    draft = prepare_decision(by=manager, at=catalogue.AT, head=catalogue.head("78/QĐ-UBND"))
    amended = NewLine("9.000077", LineChange.AMENDED)
    line = add_line(by=manager, at=catalogue.AT, decision_id=draft.pk, line=amended).pk
    focal = factories.actor_as(Role.FOCAL_OFFICER, agency)
    return Family(
        (
            _head(draft.pk, manager),
            _contents(draft.pk, line, manager),
            _uploaded(issued.pk, manager),
            _posted(issued.pk, agency, focal),
        )
    )


def _head(draft: int, manager: Any) -> Part:
    from openpar.delivery.procedures.actions.decisions import change_decision, head_of
    from openpar.delivery.procedures.errors import StaleProcedures
    from openpar.delivery.procedures.models import PublishingDecision
    from tests.delivery.procedures.catalogue import AT

    head = head_of(PublishingDecision.objects.get(pk=draft))

    def read() -> tuple[int, int]:
        version, title = PublishingDecision.objects.values_list("version", "title").get(pk=draft)
        return version, number_of(title or "0")

    def save(version: int, number: int, words: str) -> object:
        meant = replace(head, title=f"{number} {words}")
        return change_decision(by=manager, at=AT, decision_id=draft, head=meant, expected_version=version)

    return Part(
        "the head of a publishing decision",
        read,
        save,
        StaleProcedures,
        (
            f"{_ACTIONS}.decisions:locked_draft",
            "expected_version is not None and decision.version != expected_version",
        ),
        page=Page(
            f"/procedures/decisions/{draft}/edit/",
            manager,
            AT,
            lambda version, number, words: {
                "number": head.number,
                "signed_on": f"{head.signed_on:%d/%m/%Y}",
                "issuer": head.issuer,
                "tier": head.tier.value,
                "effective_on": f"{head.effective_on:%d/%m/%Y}",
                "title": f"{number} {words}",
                "expected_version": str(version),
            },
        ),
    )


def _contents(draft: int, line_id: int, manager: Any) -> Part:
    """The contents of a procedure in a draft; its steps as they are worded."""
    from openpar.delivery.procedures.actions.lines import change_line, contents_of_line
    from openpar.delivery.procedures.errors import StaleProcedures
    from openpar.delivery.procedures.models import DecisionLine
    from tests.delivery.procedures.catalogue import AT

    def stored() -> tuple[int, Any]:
        line = DecisionLine.objects.get(pk=line_id)
        contents = contents_of_line(line)
        assert contents is not None
        return line.version, contents

    first = stored()[1]

    def save(version: int, number: int, words: str) -> object:
        meant = replace(first, steps=f"{number} {words}")
        return change_line(by=manager, at=AT, line_id=line_id, contents=meant, expected_version=version)

    def read() -> tuple[int, int]:
        version, contents = stored()
        return version, number_of(contents.steps)

    save(1, 0, "lúc đầu")
    return Part(
        "the contents of a procedure in a decision",
        read,
        save,
        StaleProcedures,
        (f"{_ACTIONS}.lines:_refuse_if_stale", "line.version != expected_version"),
        page=Page(
            f"/procedures/decisions/{draft}/lines/{line_id}/",
            manager,
            AT,
            lambda version, number, words: {
                "name": first.name,
                "sector": first.sector,
                "kind": first.kind.value,
                "levels": "PROVINCE",
                "steps": f"{number} {words}",
                "step": "save",
                "expected_version": str(version),
            },
        ),
    )


def _uploaded(issued: int, manager: Any) -> Part:
    from openpar.delivery.procedures.actions.decisions import record_upload, upload_facts
    from openpar.delivery.procedures.models import PublishingDecision

    def decision() -> Any:
        return PublishingDecision.objects.get(pk=issued)

    def save(seen: str, number: int, words: str) -> None:
        record_upload(by=manager, at=_later(), decision_id=issued, uploaded_on=_day(number, words), seen=seen)

    save("", 0, "")
    return marked(
        "the day a decision was uploaded",
        lambda: upload_facts(decision()),
        lambda: _number_of_day(decision().uploaded_on),
        save,
        Page(
            f"/procedures/decisions/{issued}/upload/",
            manager,
            _later(),
            lambda seen, number, _words: {"uploaded_on": _shown(number), "seen": seen},
            _shown,
        ),
    )


def _posted(issued: int, agency: Any, focal: Any) -> Part:
    from openpar.common.errors import Refused
    from openpar.delivery.procedures.actions.postings import posting_facts, record_posting
    from openpar.delivery.procedures.models import DecisionLine, Posting, PublishingDecision
    from openpar.delivery.procedures.words import PostedAt

    decision = PublishingDecision.objects.get(pk=issued)
    line = DecisionLine.objects.get(decision=issued).pk
    rows = Posting.objects.filter(line=line, organisation=agency)

    def save(seen: str, number: int, words: str) -> None:
        touched = record_posting(
            by=focal,
            at=_later(),
            decision_id=issued,
            organisation_id=agency.pk,
            line_ids=[line],
            places=[PostedAt.BOARD],
            posted_on=_day(number, words),
            seen=seen,
        )
        if not touched:
            raise Refused.because("", "this editor has recorded this day before")

    save("", 0, "")
    return marked(
        "the day something was posted",
        lambda: posting_facts(decision, agency.pk),
        lambda: _number_of_day(rows.get().posted_on),
        save,
        Page(
            f"/procedures/decisions/{issued}/posting/?agency={agency.pk}",
            focal,
            _later(),
            lambda seen, number, _words: {
                "line": str(line),
                "place": "BOARD",
                "posted_on": _shown(number),
                "seen": seen,
            },
            _shown,
        ),
    )


def catalogue_family() -> Family:
    """How procedures are offered, and the quality systems of agencies."""
    from openpar.base.accounts.models import Role
    from tests import factories
    from tests.delivery.procedures import catalogue

    manager = factories.actor_as(Role.ROUND_MANAGER, factories.organisation("Sở Nội vụ"))
    agency = factories.organisation("Sở Y tế")
    focal = factories.actor_as(Role.FOCAL_OFFICER, agency)
    return Family((_offered(catalogue.procedure(), manager), _quality(agency, focal)))


def _offered(procedure: Any, manager: Any) -> Part:
    from openpar.delivery.procedures.actions.provisions import (
        Offer,
        last_facts,
        last_provision,
        set_provision,
    )
    from openpar.delivery.procedures.words import OnlineLevel
    from tests.delivery.procedures.catalogue import AT, TODAY

    def save(seen: str, number: int, words: str) -> object:
        return set_provision(
            by=manager,
            at=AT,
            procedure_id=procedure.pk,
            organisation_id=None,
            on=TODAY,
            offer=Offer(OnlineLevel.FULL, legal_basis=f"{number} {words}"),
            seen=seen,
        )

    def last() -> Any:
        return last_provision(procedure, None)

    save("", 0, "lúc đầu")
    return marked(
        "how a procedure is offered",
        lambda: last_facts(last()),
        lambda: number_of(last().legal_basis),
        save,
        Page(
            f"/procedures/{procedure.pk}/offer/",
            manager,
            AT,
            lambda seen, number, words: {
                "on": f"{TODAY:%d/%m/%Y}",
                "online_level": "FULL",
                "legal_basis": f"{number} {words}",
                "seen": seen,
            },
        ),
    )


def _quality(agency: Any, focal: Any) -> Part:
    from openpar.delivery.procedures.actions.quality import quality_facts, record_quality
    from openpar.delivery.procedures.models import QualitySystem
    from openpar.delivery.procedures.words import QualityState
    from openpar.web.people.forms import choice_of
    from tests.delivery.procedures.catalogue import AT, TODAY

    standard = "TCVN ISO 9001:2015"

    def save(seen: str, number: int, words: str) -> object:
        return record_quality(
            by=focal,
            at=AT,
            organisation_id=agency.pk,
            on=TODAY,
            state=QualityState.ANNOUNCED,
            standard=standard,
            legal_basis=f"{number} {words}",
            seen=seen,
        )

    def row() -> Any:
        return QualitySystem.objects.get(organisation=agency, on=TODAY)

    save("", 0, "lúc đầu")
    return marked(
        "the quality system of an agency",
        lambda: quality_facts(row()),
        lambda: number_of(row().legal_basis),
        save,
        Page(
            "/procedures/quality/",
            focal,
            AT,
            lambda seen, number, words: {
                "organisation": choice_of(agency.versions.get()),
                "on": f"{TODAY:%d/%m/%Y}",
                "state": QualityState.ANNOUNCED.value,
                "standard": standard,
                "legal_basis": f"{number} {words}",
                "seen": seen,
            },
        ),
    )

"""Publishing decisions: a draft changes nothing, issuing changes all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from openpar.base.accounts.models import Role
from openpar.base.audit.models import Entry
from openpar.base.notifications.models import Message
from openpar.delivery.procedures.actions.decisions import (
    change_decision,
    discard_decision,
    head_of,
    prepare_decision,
    record_upload,
)
from openpar.delivery.procedures.actions.issuing import issue_decision, issue_gaps
from openpar.delivery.procedures.actions.lines import (
    NewLine,
    add_line,
    change_line,
    contents_of_line,
    remove_line,
)
from openpar.delivery.procedures.contents import Term
from openpar.delivery.procedures.errors import ProceduresRefused, StaleProcedures
from openpar.delivery.procedures.models import (
    DecisionLine,
    Procedure,
    ProcedureVersion,
    PublishingDecision,
)
from openpar.delivery.procedures.queries.detail import history_of, version_on
from openpar.delivery.procedures.words import LineChange
from tests import factories
from tests.delivery.procedures.catalogue import (
    AT,
    BIRTH,
    MARRIAGE,
    communes,
    contents,
    controller,
    decision,
    head,
    new,
    procedure,
    versions,
    working_days,
)
from tests.factories import codes_of

pytestmark = pytest.mark.django_db
Call = Callable[[], object]
EFFECT = date(2026, 7, 1)


def draft(number: str = "9/QĐ-UBND", **others: Any) -> PublishingDecision:
    return prepare_decision(by=controller(), at=AT, head=head(number, **others))


def add(made: PublishingDecision, line: NewLine) -> DecisionLine:
    return add_line(by=controller(), at=AT, decision_id=made.pk, line=line)


def issue(made: PublishingDecision) -> PublishingDecision:
    return issue_decision(by=controller(), at=AT, decision_id=made.pk, expected_version=made.version)


def refused_adding(made: PublishingDecision, line: NewLine) -> list[str]:
    with pytest.raises(ProceduresRefused) as found:
        add(made, line)
    return codes_of(found.value)


def test_a_draft_changes_nothing_in_the_catalogue() -> None:
    made = draft()
    add(made, new())
    assert not Procedure.objects.exists()
    assert made.issued_at is None


def test_issuing_begins_new_procedures_on_the_day_of_effect() -> None:
    made = draft()
    add(made, new(f"{BIRTH}.000.00.00.H36"))
    issue(made)
    found = Procedure.objects.get()
    assert (found.code, found.suffix, found.is_sample) == (BIRTH, "000.00.00.H36", False)
    assert versions() == [(EFFECT, None)]
    assert version_on(found, EFFECT - timedelta(days=1)) is None
    shown = version_on(found, EFFECT)
    assert shown is not None
    assert shown.contents == contents()
    assert shown.version.decision == made


def test_amending_abolishing_and_replacing_end_what_was_in_force() -> None:
    for code in (BIRTH, MARRIAGE, "2.000001"):
        procedure(code, effective_on=date(2026, 1, 5), signed_on=date(2026, 1, 5))
    made = draft()
    amended = add(made, NewLine(BIRTH, LineChange.AMENDED))
    assert contents_of_line(amended) == contents()
    change_line(by=controller(), at=AT, line_id=amended.pk, contents=contents("Tên mới"), expected_version=1)
    add(made, NewLine(MARRIAGE, LineChange.ABOLISHED))
    add(made, new("2.000002", contents("Thủ tục thay")))
    add(made, NewLine("2.000001", LineChange.REPLACED, successor_code="2.000002"))
    issue(made)
    assert versions() == [(date(2026, 1, 5), EFFECT), (EFFECT, None)]
    assert versions(MARRIAGE) == versions("2.000001") == [(date(2026, 1, 5), EFFECT)]
    steps = history_of(Procedure.objects.get(code=BIRTH))
    assert [(one.part, one.after) for one in steps[1].changes] == [("name", "Tên mới")]


def test_every_gap_of_every_line_is_told_at_once_and_nothing_is_issued() -> None:
    made = draft(signed_on=AT.date() + timedelta(days=1), effective_on=AT.date() + timedelta(days=5))
    add(made, new(BIRTH, contents(steps="", terms=())))
    add(made, new(MARRIAGE, contents("Kết hôn", agencies=())))
    with pytest.raises(ProceduresRefused) as found:
        issue(made)
    assert codes_of(found.value) == ["not-yet", "missing-agency", "missing-steps", "missing-limit"]
    assert codes_of(ProceduresRefused(issue_gaps(made, AT))) == codes_of(found.value)
    assert f"/procedures/decisions/{made.pk}/lines/" in found.value.gaps[-1].link
    assert not Procedure.objects.exists()
    assert PublishingDecision.objects.get(pk=made.pk).issued_at is None


def test_a_decision_without_lines_is_not_issued() -> None:
    with pytest.raises(ProceduresRefused) as found:
        issue(draft())
    assert codes_of(found.value) == ["no-lines"]


def test_a_change_before_a_later_version_is_refused() -> None:
    procedure(effective_on=date(2026, 7, 1))
    made = draft(effective_on=date(2026, 7, 1))
    add(made, NewLine(BIRTH, LineChange.ABOLISHED))
    with pytest.raises(ProceduresRefused) as found:
        issue(made)
    assert codes_of(found.value) == ["later-version"]


def test_what_a_line_needs_is_asked_when_it_is_added() -> None:
    procedure(effective_on=date(2026, 1, 5), signed_on=date(2026, 1, 5))
    made = draft()
    assert refused_adding(made, NewLine("abc", LineChange.NEW)) == ["procedure-code-unfit"]
    assert refused_adding(made, NewLine(MARRIAGE, LineChange.NEW)) == ["contents-missing"]
    assert refused_adding(made, new(BIRTH)) == ["procedure-taken"]
    assert refused_adding(made, NewLine(MARRIAGE, LineChange.ABOLISHED)) == ["procedure-unknown"]
    add(made, NewLine(BIRTH, LineChange.ABOLISHED))
    assert refused_adding(made, NewLine(BIRTH, LineChange.AMENDED)) == ["line-twice"]
    assert refused_adding(made, NewLine(BIRTH, LineChange.REPLACED, successor_code="x")) == [
        "procedure-code-unfit"
    ]


def test_a_successor_must_be_in_force_or_new_in_the_same_decision() -> None:
    procedure(effective_on=date(2026, 1, 5), signed_on=date(2026, 1, 5))
    made = draft()
    add(made, NewLine(BIRTH, LineChange.REPLACED, successor_code=MARRIAGE))
    with pytest.raises(ProceduresRefused) as found:
        issue(made)
    assert codes_of(found.value) == ["successor-unknown"]
    add(made, new(MARRIAGE, contents("Kết hôn")))
    issue(made)
    assert versions() == [(date(2026, 1, 5), EFFECT)]


def test_two_people_on_the_same_line_do_not_overwrite_each_other() -> None:
    made = draft()
    line = add(made, new())
    who = controller()
    change_line(by=who, at=AT, line_id=line.pk, contents=contents("Một"), expected_version=1)
    with pytest.raises(StaleProcedures):
        change_line(by=who, at=AT, line_id=line.pk, contents=contents("Hai"), expected_version=1)
    found = contents_of_line(DecisionLine.objects.get())
    assert found is not None
    assert found.name == "Một"


def test_a_head_changed_meanwhile_is_neither_overwritten_nor_issued() -> None:
    made = draft()
    add(made, new())
    who = controller()
    meant = replace(head_of(made), title="Trích yếu")
    change_decision(by=who, at=AT, decision_id=made.pk, head=meant, expected_version=1)
    calls: tuple[Call, ...] = (
        lambda: change_decision(by=who, at=AT, decision_id=made.pk, head=meant, expected_version=1),
        lambda: issue_decision(by=who, at=AT, decision_id=made.pk, expected_version=1),
    )
    for call in calls:
        with pytest.raises(StaleProcedures):
            call()
    assert PublishingDecision.objects.get().title == "Trích yếu"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"issuer": ""}, "issuer-missing"),
        ({"effective_on": date(2026, 5, 31)}, "effect-before-signing"),
        ({"is_fast_track": True}, "basis-missing"),
        ({"title": "x" * 501}, "too-long"),
    ],
)
def test_a_head_that_cannot_be_is_refused(changed: dict[str, Any], code: str) -> None:
    with pytest.raises(ProceduresRefused) as found:
        draft(**changed)
    assert codes_of(found.value) == [code]


def test_a_decision_is_there_once() -> None:
    draft()
    with pytest.raises(ProceduresRefused) as found:
        draft()
    assert codes_of(found.value) == ["decision-taken"]


def test_what_is_issued_stays_as_it_is() -> None:
    made = decision(new())
    line = made.lines.get()
    who = controller()
    calls: tuple[Call, ...] = (
        lambda: add(made, new(MARRIAGE)),
        lambda: remove_line(by=who, at=AT, line_id=line.pk, expected_version=1),
        lambda: change_line(by=who, at=AT, line_id=line.pk, contents=contents("X"), expected_version=1),
        lambda: discard_decision(by=who, at=AT, decision_id=made.pk, expected_version=1),
        lambda: issue(made),
    )
    for call in calls:
        with pytest.raises(ProceduresRefused) as found:
            call()
        assert codes_of(found.value) == ["issued"]
    assert version_on(Procedure.objects.get(), EFFECT) is not None


def test_a_draft_may_be_thinned_out_and_thrown_away() -> None:
    made = draft()
    line = add(made, new())
    remove_line(by=controller(), at=AT, line_id=line.pk, expected_version=1)
    add(made, new())
    discard_decision(by=controller(), at=AT, decision_id=made.pk, expected_version=made.version)
    assert not PublishingDecision.objects.exists()
    assert Entry.objects.get(verb="decision.discarded").before["codes"] == [BIRTH]


def test_a_procedure_that_is_abolished_has_no_contents_to_change() -> None:
    procedure(effective_on=date(2026, 1, 5), signed_on=date(2026, 1, 5))
    line = add(draft(), NewLine(BIRTH, LineChange.ABOLISHED))
    with pytest.raises(ProceduresRefused) as found:
        change_line(by=controller(), at=AT, line_id=line.pk, contents=contents(), expected_version=1)
    assert codes_of(found.value) == ["no-contents"]


def test_the_agencies_that_must_post_are_told() -> None:
    commune = communes(1)[0]
    focal = factories.actor_as(Role.FOCAL_OFFICER, commune, "Cán bộ xã")
    factories.actor_as(Role.FOCAL_OFFICER, factories.organisation("Sở Y tế"), "Cán bộ sở")
    made = decision(new())
    message = Message.objects.get()
    assert (message.recipient_id, message.link) == (focal.person_id, f"/procedures/decisions/{made.pk}/")
    assert "1/QĐ-UBND công bố 1 thủ tục, hiệu lực từ 01/07/2026" in message.text


def test_uploading_is_recorded_after_signing_and_not_ahead() -> None:
    made = decision(new())
    who = controller()
    for day, code in ((date(2026, 5, 31), "before-signing"), (AT.date() + timedelta(days=1), "not-yet")):
        with pytest.raises(ProceduresRefused) as found:
            record_upload(by=who, at=AT, decision_id=made.pk, uploaded_on=day)
        assert codes_of(found.value) == [code]
    record_upload(by=who, at=AT, decision_id=made.pk, uploaded_on=date(2026, 6, 5))
    assert PublishingDecision.objects.get().uploaded_on == date(2026, 6, 5)


def test_nobody_else_publishes() -> None:
    made = draft()
    line = add(made, new())
    other = factories.actor_as(Role.AGENCY_HEAD, factories.organisation("Sở Y tế"))
    calls: tuple[Call, ...] = (
        lambda: prepare_decision(by=other, at=AT, head=head("2")),
        lambda: change_decision(by=other, at=AT, decision_id=made.pk, head=head("3"), expected_version=1),
        lambda: add_line(by=other, at=AT, decision_id=made.pk, line=new(MARRIAGE)),
        lambda: change_line(by=other, at=AT, line_id=line.pk, contents=contents(), expected_version=1),
        lambda: remove_line(by=other, at=AT, line_id=line.pk, expected_version=1),
        lambda: issue_decision(by=other, at=AT, decision_id=made.pk, expected_version=1),
        lambda: discard_decision(by=other, at=AT, decision_id=made.pk, expected_version=1),
        lambda: record_upload(by=other, at=AT, decision_id=made.pk, uploaded_on=date(2026, 6, 5)),
    )
    for call in calls:
        with pytest.raises(ProceduresRefused) as found:
            call()
        assert codes_of(found.value) == ["not-allowed"]


def test_both_offices_may_publish() -> None:
    manager = factories.actor_as(Role.ROUND_MANAGER, factories.organisation("Sở Nội vụ"))
    decision(new(), by=manager)
    assert ProcedureVersion.objects.count() == 1


def test_the_table_itself_refuses_two_open_versions() -> None:
    found = procedure()
    version = ProcedureVersion.objects.get()
    version.pk, version.valid_from = None, date(2026, 8, 1)
    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError), transaction.atomic():
        version.save(force_insert=True)
    assert versions(found.code) == [(EFFECT, None)]


def test_a_term_of_a_channel_may_differ_from_the_others() -> None:
    terms = (Term(limit=working_days(3)), Term(None, "Khó", working_days(5)))
    made = procedure(what=contents(terms=terms))
    shown = version_on(made, EFFECT)
    assert shown is not None
    assert shown.contents.terms == terms
    assert shown.contents.cases == ("Khó",)

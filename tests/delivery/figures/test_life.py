"""From the draft to the signature, back with a reason, on to the next revision; nothing signed is lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from openpar.base.accounts.models import Role
from openpar.base.audit.models import Entry
from openpar.base.notifications.models import Message
from openpar.base.organisations.roles import Actor
from openpar.delivery.figures.actions.filling import save_figures
from openpar.delivery.figures.actions.opening import PeriodAsked, change_head, discard_draft, open_sheet
from openpar.delivery.figures.actions.signing import return_figures, revise_figures, sign_off
from openpar.delivery.figures.errors import FiguresRefused, StaleFigures
from openpar.delivery.figures.models import FigureLine, FigureRevision, FigureSheet, RevisionState
from openpar.delivery.figures.permissions import may_see_figures
from openpar.delivery.figures.queries.sheets import sheet_view
from openpar.engine.periods import Calendar, PeriodKind
from tests import factories
from tests.delivery.figures.sheets import (
    AT,
    II_06A,
    counts,
    line,
    newest,
    office,
    opened,
    quarter,
    saved,
    sent,
    signed,
    view_of,
)

pytestmark = pytest.mark.django_db


def controller() -> Actor:
    return factories.actor_as(Role.PROCEDURE_CONTROLLER, factories.organisation("Văn phòng UBND tỉnh"))


def returned(sheet: FigureSheet, by: Actor, reason: str = "Thiếu lĩnh vực Đất đai") -> FigureRevision:
    return return_figures(by=by, at=AT, revision_id=newest(sheet).pk, reason=reason)


def test_a_sheet_is_opened_once_for_an_agency_form_and_period() -> None:
    who = office()
    first = opened(who)
    assert opened(who) == first
    assert opened(who, quarter(2)) != first
    assert FigureSheet.objects.count() == 2
    assert newest(first).form_version == "2018"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (PeriodAsked(Calendar.CIVIL, PeriodKind.QUARTER, 2026, 5), "no-period"),
        (PeriodAsked(Calendar.CIVIL, PeriodKind.YEAR, 2017), "no-form"),
        (PeriodAsked(Calendar.CIVIL, PeriodKind.YEAR, 2019), "no-agency"),
    ],
)
def test_a_sheet_needs_a_period_a_form_and_an_agency_of_that_time(asked: PeriodAsked, code: str) -> None:
    with pytest.raises(FiguresRefused) as refused:
        opened(office(), asked)
    assert factories.codes_of(refused.value) == [code]


def test_only_the_agency_enters_and_only_its_head_signs() -> None:
    who, other = office(), office("Sở Xây dựng")
    sheet = opened(who)
    revision = newest(sheet)
    strangers = (other.officer, controller(), factories.actor_as(Role.ROUND_MANAGER, other.agency))
    for stranger in strangers:
        with pytest.raises(FiguresRefused) as refused:
            save_figures(by=stranger, at=AT, revision_id=revision.pk, expected_version=1, lines=[line()])
        assert factories.codes_of(refused.value) == ["not-allowed"]
    saved(who, sheet, line())
    for stranger in (who.officer, other.head):
        with pytest.raises(FiguresRefused) as refused:
            sign_off(by=stranger, at=AT, revision_id=revision.pk, expected_version=2)
        assert factories.codes_of(refused.value) == ["not-allowed"]
    assert signed(who, sheet).signed_by_id == who.head.id


def test_the_figures_of_an_agency_are_seen_by_itself_and_those_who_oversee() -> None:
    who, other = office(), office("Sở Xây dựng")
    seen_by = {role: may_see_figures(factories.actor_as(role, other.agency), who.agency.pk) for role in Role}
    assert {role for role, sees in seen_by.items() if sees} == {
        Role.PROCEDURE_CONTROLLER,
        Role.ROUND_MANAGER,
        Role.LEADER,
        Role.AUDITOR,
    }
    assert may_see_figures(who.officer, who.agency.pk)


def test_somebody_who_read_an_older_draft_is_refused() -> None:
    who = office()
    sheet = opened(who)
    revision = newest(sheet)
    saved(who, sheet, line())
    with pytest.raises(StaleFigures):
        save_figures(by=who.officer, at=AT, revision_id=revision.pk, expected_version=1, lines=[])
    with pytest.raises(StaleFigures):
        sign_off(by=who.head, at=AT, revision_id=revision.pk, expected_version=1)


def test_an_empty_sheet_and_one_of_a_period_that_goes_on_are_not_signed() -> None:
    who = office()
    empty = opened(who)
    with pytest.raises(FiguresRefused) as refused:
        signed(who, empty)
    assert factories.codes_of(refused.value) == ["empty"]
    early = opened(who, quarter(4))
    saved(who, early, line())
    with pytest.raises(FiguresRefused) as refused:
        signed(who, early)
    assert factories.codes_of(refused.value) == ["not-over"]
    change_head(
        by=who.officer,
        at=AT,
        revision_id=newest(early).pk,
        expected_version=newest(early).version,
        placement="inside",
        until_on=AT.date() - timedelta(days=1),
    )
    assert signed(who, early).state == RevisionState.SIGNED
    assert view_of(early).period.ends_early


def test_figures_that_were_signed_are_not_changed() -> None:
    who = office()
    sheet = sent(who, quarter(), line())
    with pytest.raises(FiguresRefused) as refused:
        saved(who, sheet, line(online=61))
    assert factories.codes_of(refused.value) == ["not-draft"]


def test_a_return_has_a_reason_and_opens_the_next_draft_with_the_figures() -> None:
    who, office_of_control = office(), controller()
    sheet = sent(who, quarter(), line())
    with pytest.raises(FiguresRefused) as refused:
        returned(sheet, office_of_control, " ")
    assert factories.codes_of(refused.value) == ["text-missing"]
    with pytest.raises(FiguresRefused) as refused:
        returned(sheet, who.head)
    assert factories.codes_of(refused.value) == ["not-allowed"]
    returned(sheet, office_of_control)
    draft = newest(sheet)
    assert (draft.number, draft.state, draft.reason) == (2, RevisionState.DRAFT, "Thiếu lĩnh vực Đất đai")
    told = Message.objects.get(recipient_id=who.head.person_id)
    assert (told.link, "Thiếu lĩnh vực Đất đai" in told.text) == (f"/figures/{sheet.pk}/", True)
    old = view_of(sheet, 1)
    assert old.revision.state == RevisionState.RETURNED
    assert old.figures.lines[0].counts == view_of(sheet).figures.lines[0].counts == counts()
    with pytest.raises(FiguresRefused):
        return_figures(by=office_of_control, at=AT, revision_id=old.revision.pk, reason="Nữa")


def test_a_revision_replaces_what_was_signed_only_when_it_is_signed_itself() -> None:
    who = office()
    sheet = sent(who, quarter(), line())
    with pytest.raises(FiguresRefused):
        revise_figures(by=who.officer, at=AT, sheet_id=sheet.pk, reason="")
    revise_figures(by=who.officer, at=AT, sheet_id=sheet.pk, reason="Sót 5 hồ sơ trực tuyến")
    with pytest.raises(FiguresRefused) as refused:
        revise_figures(by=who.officer, at=AT, sheet_id=sheet.pk, reason="Nữa")
    assert factories.codes_of(refused.value) == ["draft-there"]
    states = FigureRevision.objects.order_by("number").values_list("state", flat=True)
    assert list(states) == [RevisionState.SIGNED, RevisionState.DRAFT]
    saved(who, sheet, line(online=65, in_time=23))
    signed(who, sheet)
    assert list(states.all()) == [RevisionState.REPLACED, RevisionState.SIGNED]
    assert view_of(sheet, 1).figures.lines[0].counts["online"] == 60
    assert sheet_view(sheet.pk, 3) is None


def test_a_draft_beside_signed_figures_can_be_dropped_and_a_returned_one_cannot() -> None:
    who = office()

    def drop(sheet: FigureSheet) -> None:
        found = newest(sheet)
        discard_draft(by=who.officer, at=AT, revision_id=found.pk, expected_version=found.version)

    sheet = sent(who, quarter(), line())
    revise_figures(by=who.officer, at=AT, sheet_id=sheet.pk, reason="Nhầm")
    drop(sheet)
    assert newest(sheet).state == RevisionState.SIGNED
    drop(opened(who, quarter(2)))
    assert FigureSheet.objects.count() == 1
    returned(sheet, controller())
    with pytest.raises(FiguresRefused) as refused:
        drop(sheet)
    assert factories.codes_of(refused.value) == ["only-revision"]


def test_a_choice_without_columns_does_not_drop_figures_that_stand_in_them() -> None:
    who = office()
    sheet = opened(who, placement="own_columns")
    saved(who, sheet, line(given={**counts(), "returned": 3}))

    def choose(placement: str) -> None:
        found = newest(sheet)
        change_head(
            by=who.officer,
            at=AT,
            revision_id=found.pk,
            expected_version=found.version,
            placement=placement,
            until_on=None,
        )

    with pytest.raises(FiguresRefused) as refused:
        choose("inside")
    assert factories.codes_of(refused.value) == ["placement-filled"]
    saved(who, sheet, line())
    choose("inside")
    assert newest(sheet).placement == "inside"


def test_the_trace_tells_every_cell_before_and_after() -> None:
    who = office()
    sheet = opened(who)
    saved(who, sheet, line(given={"received": 10}))
    saved(who, sheet, line(given={"received": 12, "online": 0}))
    entry = Entry.objects.filter(verb="figures.saved").order_by("-pk")[0]
    assert entry.before == {"cells": ["Hộ tịch, cột 3: 10", "Hộ tịch, cột 4: —"]}
    assert entry.after == {"cells": ["Hộ tịch, cột 3: 12", "Hộ tịch, cột 4: 0"], "source": ""}
    assert "Sở Y tế" in entry.label


def changed_line(sheet: FigureSheet) -> None:
    FigureLine.objects.filter(revision__sheet=sheet).update(counts={})


def deleted_line(sheet: FigureSheet) -> None:
    FigureLine.objects.filter(revision__sheet=sheet).delete()


def moved_day(sheet: FigureSheet) -> None:
    FigureRevision.objects.filter(sheet=sheet).update(until_on=AT.date())


def reopened(sheet: FigureSheet) -> None:
    FigureRevision.objects.filter(sheet=sheet).update(state=RevisionState.DRAFT, signed_at=None)


@pytest.mark.parametrize("change", [changed_line, deleted_line, moved_day, reopened])
def test_the_database_refuses_to_change_what_was_signed(change: Callable[[FigureSheet], None]) -> None:
    sheet = sent(office(), quarter(), line())
    with pytest.raises(DatabaseError), transaction.atomic():
        change(sheet)
    assert view_of(sheet).figures.lines[0].counts == counts()


def test_two_agencies_have_sheets_of_their_own() -> None:
    first, second = office(), office("Sở Xây dựng")
    assert opened(first) != opened(second)
    with pytest.raises(FiguresRefused):
        open_sheet(
            by=first.officer, at=AT, organisation_id=second.agency.pk, form_code=II_06A, asked=quarter()
        )

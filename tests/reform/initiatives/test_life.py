"""What may be done with a model or initiative, by whom, and what is refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from openpar.base.accounts.models import Role
from openpar.base.audit.queries import history_about
from openpar.base.organisations.roles import Actor
from openpar.common.errors import Refused
from openpar.reform.initiatives.actions.measuring import Measured, NewMeasure, add_measure, measure
from openpar.reform.initiatives.actions.moving import Recognised, recognise, start, stop
from openpar.reform.initiatives.actions.proposing import Proposal, change, propose
from openpar.reform.initiatives.actions.spreading import TakenOver, award, enter_contest, replicate
from openpar.reform.initiatives.actions.targets import set_target
from openpar.reform.initiatives.errors import InitiativeRefused, StaleInitiative
from openpar.reform.initiatives.models import (
    ContestEntry,
    Initiative,
    Kind,
    Level,
    Measure,
    Measurement,
    State,
)
from openpar.reform.initiatives.queries.listing import Wanted, initiative_view, listed_initiatives
from openpar.reform.initiatives.queries.targets import target_lines
from openpar.reform.initiatives.queries.visibility import visible_initiatives
from openpar.reform.initiatives.stages import INITIATIVE
from tests import factories
from tests.factories import codes_of
from tests.reform.initiatives import stories
from tests.reform.initiatives.stories import AT, HALF, Story, proposal
from tests.worlds import world

pytestmark = pytest.mark.django_db
TODAY = AT.date()


@world
def initiative_story() -> Story:
    return stories.story()


def refusal(action: object, **given: object) -> list[str]:
    assert callable(action)
    with pytest.raises(Refused) as refused:
        action(**given, at=AT)
    return codes_of(refused.value)


def test_everything_missing_in_a_proposal_is_said_at_once(initiative_story: Story) -> None:
    said = Proposal(Kind.MODEL, " ", Level.BASE, "F9", "")
    given = {"organisation_id": initiative_story.agency.pk, "proposal": said}
    assert refusal(propose, **given, by=initiative_story.officer) == [
        "text-missing",
        "text-missing",
        "no-field",
    ]


def test_only_the_agency_itself_enters_its_models(initiative_story: Story) -> None:
    given = {"organisation_id": initiative_story.agency.pk, "proposal": proposal()}
    assert refusal(propose, **given, by=initiative_story.manager) == ["not-allowed"]


def test_a_change_made_on_an_old_reading_is_refused(initiative_story: Story) -> None:
    made = initiative_story.proposed()
    by = initiative_story.officer
    change(initiative_id=made.pk, proposal=proposal("Tên mới"), expected_version=1, by=by, at=AT)
    with pytest.raises(StaleInitiative):
        change(initiative_id=made.pk, proposal=proposal("Tên khác"), expected_version=1, by=by, at=AT)
    assert Initiative.objects.get(pk=made.pk).name == "Tên mới"


def test_nobody_recognises_what_they_proposed(initiative_story: Story) -> None:
    story = initiative_story
    made = propose(organisation_id=story.agency.pk, proposal=proposal(), by=story.head, at=AT)
    decided = Recognised(Level.BASE, "Hội đồng", date(2026, 3, 2), story.document)
    assert refusal(recognise, initiative_id=made.pk, decided=decided, by=story.head) == ["own-proposal"]


def test_a_council_above_comes_after_that_of_the_base(initiative_story: Story) -> None:
    story = initiative_story
    made = story.proposed(kind=Kind.INITIATIVE)
    above = Recognised(Level.PROVINCE, "Hội đồng sáng kiến tỉnh", date(2026, 4, 1), story.decision)
    given = {"initiative_id": made.pk, "decided": above}
    assert refusal(recognise, **given, by=story.manager) == ["no-base-recognition"]
    base = Recognised(Level.BASE, "Hội đồng sáng kiến Sở", date(2026, 3, 2), story.document)
    assert refusal(recognise, initiative_id=made.pk, decided=base, by=story.manager) == ["not-allowed"]
    recognise(initiative_id=made.pk, decided=base, by=story.head, at=AT)
    recognise(initiative_id=made.pk, decided=above, by=story.manager, at=AT)
    made.refresh_from_db()
    assert made.state == State.RECOGNISED
    assert refusal(recognise, **given, by=story.manager) == ["recognised-before"]


def test_a_recognition_needs_council_day_and_decision_of_ones_own_store(initiative_story: Story) -> None:
    made = initiative_story.proposed()
    decided = Recognised(Level.BASE, "", date(2027, 1, 1), initiative_story.decision)
    given = {"initiative_id": made.pk, "decided": decided, "by": initiative_story.head}
    assert refusal(recognise, **given) == ["text-missing", "day-in-future", "document-elsewhere"]


@pytest.mark.parametrize(
    ("kind", "document", "codes"),
    [
        (Kind.INITIATIVE, True, ["not-recognised"]),
        (Kind.MODEL, False, ["no-document"]),
        (Kind.MODEL, True, []),
    ],
)
def test_a_model_runs_by_its_plan_and_an_initiative_once_it_is_recognised(
    kind: Kind, document: bool, codes: list[str], initiative_story: Story
) -> None:
    story = initiative_story
    made = story.proposed(kind=kind)
    given = {
        "initiative_id": made.pk,
        "started_on": date(2026, 2, 2),
        "document_id": story.document if document else None,
        "expected_version": 1,
        "by": story.officer,
    }
    if codes:
        assert refusal(start, **given) == codes
    else:
        assert start(**given, at=AT).state == State.RUNNING  # type: ignore[arg-type]  # one table for three cases


def test_what_stopped_stays_as_it_is(initiative_story: Story) -> None:
    story = initiative_story
    made = story.running()
    given = {"initiative_id": made.pk, "reason": "Hết giai đoạn thí điểm", "by": story.officer}
    assert refusal(stop, **given, stopped_on=date(2026, 1, 1), expected_version=2) == ["stops-before"]
    stop(**given, stopped_on=date(2026, 5, 1), expected_version=2, at=AT)  # type: ignore[arg-type]  # one table for both
    added = {"initiative_id": made.pk, "measure": NewMeasure("Thời gian chờ", "phút", Measure.Better.LOWER)}
    assert refusal(add_measure, **added, by=story.officer) == ["stopped"]
    with pytest.raises(IntegrityError, match="initiative_ended"), transaction.atomic():
        Initiative.objects.filter(pk=made.pk).update(stop_reason="khác")


def test_what_came_of_it_is_measured_and_awarded_after_its_end_too(initiative_story: Story) -> None:
    story, day = initiative_story, date(2026, 5, 1)
    made = story.recognised()
    given = {"by": story.officer, "at": AT}
    compared = NewMeasure("Thời gian chờ", "phút", Measure.Better.LOWER)
    what = add_measure(initiative_id=made.pk, measure=compared, **given)  # type: ignore[arg-type]  # by and at
    entry = enter_contest(initiative_id=made.pk, contest="Hội thi", entered_on=day, **given)  # type: ignore[arg-type]  # as above
    made.refresh_from_db()
    end = {"stopped_on": day, "reason": "Hết thí điểm", "expected_version": made.version}
    ended = stop(initiative_id=made.pk, **end, **given)  # type: ignore[arg-type]  # as above
    figure = Measured(Measurement.Side.AFTER, day, Decimal(12), None, story.document)
    measure(measure_id=what.pk, measured=figure, **given)  # type: ignore[arg-type]  # as above
    award(entry_id=entry.pk, expected_version=1, points=Decimal(83), award="", decision_id=None, **given)  # type: ignore[arg-type]  # as above
    assert (what.measurements.count(), ContestEntry.objects.get().points) == (1, Decimal(83))
    made.refresh_from_db()
    assert made.version == ended.version


def test_the_first_agency_that_takes_it_over_makes_it_replicated(initiative_story: Story) -> None:
    story = initiative_story
    made = story.running()
    taken = TakenOver(story.home.pk, date(2026, 5, 4), story.document)
    replicate(initiative_id=made.pk, taken=taken, by=story.officer, at=AT)
    made.refresh_from_db()
    assert made.state == State.REPLICATED
    given = {"initiative_id": made.pk, "by": story.officer}
    assert refusal(replicate, **given, taken=taken) == ["agency-twice"]
    own = TakenOver(story.agency.pk, date(2026, 5, 4), story.document)
    assert refusal(replicate, **given, taken=own) == ["own-agency"]
    waiting = story.proposed("Chưa chạy")
    assert "wrong-state" in refusal(replicate, initiative_id=waiting.pk, taken=taken, by=story.officer)


def test_only_what_the_base_recognised_before_that_day_takes_part_in_a_contest(
    initiative_story: Story,
) -> None:
    story = initiative_story
    given = {"contest": "Hội thi Tìm kiếm sáng kiến CCHC", "by": story.officer}
    running = story.running()
    assert refusal(enter_contest, initiative_id=running.pk, entered_on=TODAY, **given) == ["not-recognised"]
    recognised = story.recognised(on=date(2026, 3, 2))
    early = {"initiative_id": recognised.pk, "entered_on": date(2026, 3, 1)}
    assert refusal(enter_contest, **early, **given) == ["not-recognised"]
    entry = enter_contest(initiative_id=recognised.pk, entered_on=TODAY, at=AT, **given)  # type: ignore[arg-type]  # as above
    result = {"entry_id": entry.pk, "points": Decimal("83"), "decision_id": None, "by": story.officer}
    assert refusal(award, **result, expected_version=1, award="Giải Nhất") == ["no-document"]
    award(**result, expected_version=1, award="", at=AT)  # type: ignore[arg-type]  # as above
    assert refusal(award, **result, expected_version=1, award="") == ["stale"]
    assert ContestEntry.objects.get(pk=entry.pk).points == Decimal("83")


@pytest.mark.parametrize(
    ("is_ratio", "numerator", "denominator", "codes"),
    [
        (True, "30", "50", []),
        (True, "51", "50", ["above-denominator"]),
        (True, "30", None, ["no-denominator"]),
        (False, "30", "50", ["no-ratio"]),
        (False, "12.5", None, []),
        (False, None, None, ["no-figure"]),
    ],
)
def test_a_ratio_has_two_figures_and_a_value_one(
    is_ratio: bool, numerator: str | None, denominator: str | None, codes: list[str], initiative_story: Story
) -> None:
    story = initiative_story
    made = story.running()
    what = NewMeasure("Hồ sơ trả trong ngày", "hồ sơ", Measure.Better.HIGHER, is_ratio)
    added = add_measure(initiative_id=made.pk, measure=what, by=story.officer, at=AT)
    figure = Measured(
        Measurement.Side.BEFORE,
        date(2026, 1, 31),
        Decimal(numerator) if numerator else None,
        Decimal(denominator) if denominator else None,
        story.document,
    )
    given = {"measure_id": added.pk, "measured": figure, "by": story.officer}
    if codes:
        assert refusal(measure, **given) == codes
    else:
        measure(**given, at=AT)  # type: ignore[arg-type]  # one table for all cases
        (shown,) = initiative_view(made, TODAY).measures
        assert shown.before is not None
        assert shown.after is None
        assert shown.before.numerator == Decimal(numerator or "")


def test_a_target_is_set_by_the_manager_with_the_document_that_assigns_it(initiative_story: Story) -> None:
    story = initiative_story
    story.recognised("Một", on=date(2025, 12, 15))
    story.recognised("Hai", on=date(2025, 12, 14))
    given = {"organisation_id": story.agency.pk, "year": 2026, "planned": 3, "document_id": story.decision}
    assert refusal(set_target, **given, expected_revision=0, by=story.officer) == ["not-allowed"]
    set_target(**given, expected_revision=0, by=story.manager, at=AT)
    assert refusal(set_target, **given, expected_revision=0, by=story.manager) == ["stale"]
    line = next(one for one in target_lines(2026, TODAY) if one.organisation_id == story.agency.pk)
    assert (line.target and line.target.planned, len(line.recognised), line.missing) == (3, 1, 2)


def test_an_agency_sees_its_own_and_whoever_oversees_sees_all(initiative_story: Story) -> None:
    story = initiative_story
    story.running()
    stranger = factories.actor_as(Role.FOCAL_OFFICER, story.home)
    keeper = factories.actor_as(Role.ADMINISTRATOR, story.home)

    def seen(actor: Actor) -> int:
        lines = listed_initiatives(actor, Wanted(), HALF, TODAY)
        assert len(lines) == visible_initiatives(actor).count()
        return len(lines)

    everybody = (story.officer, story.manager, stranger, keeper)
    assert [seen(one) for one in everybody] == [1, 1, 0, 0]


def test_the_story_tells_every_step(initiative_story: Story) -> None:
    made = initiative_story.running()
    initiative_story.evaluated(made)
    verbs = [one.verb for one in history_about(f"initiative:{made.pk}")]
    assert verbs == ["initiative.proposed", "initiative.started", "initiative.evaluated"]


def test_every_state_can_be_reached_and_nothing_follows_the_end() -> None:
    reached = {State.PROPOSED, *(to for follows in INITIATIVE.values() for to in follows)}
    assert reached == set(State) == set(INITIATIVE)
    assert INITIATIVE[State.STOPPED] == {}


def test_what_a_refusal_is_called(initiative_story: Story) -> None:
    with pytest.raises(InitiativeRefused, match="không có quyền"):
        propose(
            organisation_id=initiative_story.home.pk, proposal=proposal(), by=initiative_story.officer, at=AT
        )

"""The second line of defence: every guard stands, a guard that went is missed, a person gets 409, not 500."""

from __future__ import annotations

import logging
from collections.abc import Callable
from decimal import Decimal

import pytest
import time_machine
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.test import Client
from django.urls import reverse

from openpar.base.accounts.models import User
from openpar.base.audit.models import Entry
from openpar.common.triggers import (
    Guard,
    create_triggers,
    declared_guards,
    drop_triggers,
    guard_that_fired,
    missing_guards,
    without_triggers,
)
from openpar.parindex.assessments.actions import self_scoring
from openpar.parindex.assessments.models import Assessment, Result, Round, Score
from openpar.parindex.criteria.models import CriteriaSet, Criterion
from tests.guards import take_guard_away
from tests.parindex import rounds

pytestmark = pytest.mark.django_db

# Columns that may change whatever the state: they are counted in the lists, or say who moved the round on.
FREE = {
    "assessments_assessment": {"id"},
    "assessments_round": set[str](),
    "criteria_criteriaset": {"stage"},
}


def test_every_declared_guard_stands_in_the_database() -> None:
    assert len(declared_guards()) > 60
    assert missing_guards() == ()


def test_guards_have_names_of_their_own() -> None:
    names = [guard.name for guard in declared_guards()]
    assert len(set(names)) == len(names)


def test_a_guard_that_went_is_missed_and_put_back() -> None:
    with transaction.atomic():
        drop_triggers()
        assert "result_insert" in missing_guards()
        create_triggers()
    assert missing_guards() == ()


def test_a_guard_that_was_altered_is_missed() -> None:
    weak = Guard("score_update", "assessments_score", "UPDATE", "1 = 0")
    with transaction.atomic():
        take_guard_away("score_update")
        with connection.cursor() as cursor:
            for statement in weak.statements(connection.vendor):
                cursor.execute(statement)
        assert missing_guards() == ("score_update",)
        transaction.set_rollback(True)


@pytest.mark.parametrize("model", [Assessment, Round, CriteriaSet], ids=lambda model: model.__name__)
def test_a_new_column_of_a_guarded_row_forces_a_decision(model: type[models.Model]) -> None:
    table = model._meta.db_table
    texts = " ".join(guard.when for guard in declared_guards() if guard.table == table)
    columns = {field.column for field in model._meta.concrete_fields}
    assert {column for column in columns if f"NEW.{column} " not in texts} - FREE[table] == set()


def test_every_guarded_table_is_a_table_of_ours() -> None:
    tables = {model._meta.db_table for model in apps.get_models()}
    assert {guard.table for guard in declared_guards()} - tables == set()


def refused_by(write: Callable[[], object]) -> str | None:
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        write()
    return guard_that_fired(refusal.value)


def test_what_django_writes_past_the_actions_is_refused_too(published: rounds.SmallRound) -> None:
    score = Score.objects.filter(assessment=published.sheet(), layer="APPRAISED")
    assert refused_by(lambda: score.update(points="1")) == "score_update"
    assert refused_by(lambda: score.delete()) == "score_delete"
    assert refused_by(lambda: Result.objects.update(rank=1)) == "assessments_result_update"
    assert refused_by(lambda: Criterion.objects.filter(set=published.criteria_set).update(title="x"))
    assert refused_by(lambda: Entry.objects.all().delete()) == "audit_entry_delete"


def test_the_units_own_total_stays_when_outside_results_may_still_come_in(
    appraising: rounds.SmallRound,
) -> None:
    sheet = appraising.sheet()
    rows = Assessment.objects.filter(pk=sheet.pk)
    standings = sheet.standings | {"self": sheet.standings["self"] | {"own_total": "99"}}
    assert refused_by(lambda: rows.update(standings=standings)) == "sheet_locked"
    rows.update(self_total=Decimal("9.5"))


def test_saving_a_frozen_row_as_it_is_changes_nothing_and_is_no_attack(published: rounds.SmallRound) -> None:
    published.round.refresh_from_db()
    published.round.save()
    published.sheet().save()
    CriteriaSet.objects.get(pk=published.criteria_set.pk).save()


def test_an_error_of_another_kind_is_no_guard() -> None:
    assert guard_that_fired(IntegrityError("UNIQUE constraint failed: assessments_score.id")) is None
    assert guard_that_fired(ValueError("openpar guard: score_update")) is None


def test_a_draft_that_an_issued_set_continues_may_still_lose_a_line(prepared: rounds.SmallRound) -> None:
    with without_triggers():
        draft = CriteriaSet.objects.create(
            title="Bản soạn", year=2027, declared_total=Decimal(1), settings={}, stage="DRAFT"
        )
        kept = Criterion.objects.create(
            set=draft, code="1", title="Cũ", position=1, depth=1, field_code="1", is_leaf=False
        )
        line = Criterion.objects.filter(set=prepared.criteria_set, code="1")
        line.update(same_as=kept)
    kept.delete()
    assert line.get().same_as_id is None


def test_a_person_meets_409_with_the_number_of_an_incident(
    opened: rounds.SmallRound, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    rounds.score_unit(opened, opened.health)
    rounds.lock_unit(opened, opened.health)
    # The planted defect: nobody asks whether the sheet is locked.
    monkeypatch.setattr(self_scoring, "why_not_self_scoring", lambda *_, **__: None)
    client = Client(raise_request_exception=False)
    with time_machine.travel(rounds.DURING_SELF):
        client.force_login(User.objects.get(pk=opened.focal.person_id))
    sheet = opened.sheet()
    version = sheet.scores.get(criterion__code="1.1.2", layer="SELF").version
    before = (sheet.scores.count(), Entry.objects.count())
    with caplog.at_level(logging.ERROR), time_machine.travel(rounds.DURING_SELF):
        answer = client.post(
            reverse("assessment-leaf", args=[sheet.pk, "1.1.2"]),
            {"numerator": "50", "denominator": "50", "note": "x", "expected_version": str(version)},
        )
    assert answer.status_code == 409
    assert "đã khóa" in answer.content.decode()
    assert "guard score_update" in caplog.text
    incident = next(word for word in caplog.text.split() if len(word) == 9 and word.endswith(":"))[:-1]
    assert incident in answer.content.decode()
    assert (sheet.scores.count(), Entry.objects.count()) == before

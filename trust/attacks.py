"""Frozen rows of every kind, and the SQL of somebody who wants them otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.parindex.rounds import SmallRound

POSTGRESQL = "postgresql"


@dataclass(frozen=True)
class Attack:
    """What somebody tries; the last statement is the one that must not come through."""

    name: str
    statements: tuple[str, ...]


@dataclass(frozen=True)
class Frozen:
    """The ids of rows that nothing may change any more."""

    # A sheet locked in self-scoring, one still open, one locked when the outside parts are in.
    locked_sheet: int
    open_sheet: int
    late_sheet: int
    own_score: int
    free_score: int
    free_criterion: int
    evidence: int
    other_document: int
    closed_reopening: int
    running_round: int
    deciding_round: int
    decided_score: int
    published_round: int
    published_sheet: int
    published_scores: dict[str, int]
    published_adjustment: int
    result: int
    criteria_set: int
    criterion: int
    document: int
    stored_file: int
    entry: int


def frozen_rows() -> Frozen:
    """Rounds brought to where their rows are frozen, by the actions people use."""
    from openpar.base.audit.models import Entry as Trace
    from openpar.base.documents.actions import add_document
    from openpar.base.documents.models import Document
    from openpar.parindex.assessments.models import Adjustment, EvidenceUse, Reopening, Result, Score
    from openpar.parindex.criteria.models import Criterion
    from tests.parindex import rounds

    running, deciding = _running(), rounds.round_in_decision()
    published = _published()
    own = Score.objects.get(assessment=running.sheet(), layer="SELF", criterion__code="1.1.2")
    file = add_document(
        by=running.focal,
        at=rounds.DURING_SELF,
        owner_id=running.health.pk,
        title="Báo cáo",
        upload=b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n",
        file_name="bao-cao.pdf",
    )
    return Frozen(
        locked_sheet=running.sheet().pk,
        open_sheet=running.sheet(running.justice).pk,
        late_sheet=deciding.sheet().pk,
        own_score=own.pk,
        free_score=Score.objects.get(
            assessment=running.sheet(running.justice), layer="SELF", criterion__code="1.1.2"
        ).pk,
        free_criterion=Criterion.objects.get(set=running.criteria_set, code="2.2.1").pk,
        evidence=EvidenceUse.objects.get(score__assessment=running.sheet()).pk,
        other_document=file.pk,
        closed_reopening=Reopening.objects.get(assessment=running.sheet()).pk,
        running_round=running.round.pk,
        deciding_round=deciding.round.pk,
        decided_score=Score.objects.get(
            assessment=deciding.sheet(), layer="APPRAISED", criterion__code="1.1.2"
        ).pk,
        published_round=published.round.pk,
        published_sheet=published.sheet().pk,
        published_scores={
            score.layer: score.pk for score in Score.objects.filter(assessment=published.sheet())
        },
        published_adjustment=Adjustment.objects.get(assessment=published.sheet()).pk,
        result=Result.objects.get(assessment=published.sheet()).pk,
        criteria_set=running.criteria_set.pk,
        criterion=Criterion.objects.get(set=running.criteria_set, code="1.1.1").pk,
        document=Document.objects.filter(owner=running.health).order_by("pk")[0].pk,
        stored_file=file.file_id or 0,
        entry=Trace.objects.order_by("pk")[0].pk,
    )


def _running() -> SmallRound:
    """In self-scoring; one sheet locked, a reopening asked for and refused."""
    from openpar.parindex.assessments.actions.reopenings import ask_reopening, refuse_reopening
    from tests.parindex import rounds

    small = rounds.opened_round()
    rounds.score_unit(small, small.health)
    rounds.score_unit(small, small.justice)
    rounds.lock_unit(small, small.health)
    asked = ask_reopening(
        assessment_id=small.sheet().pk, reason="Bổ sung", by=small.focal, at=rounds.DURING_SELF
    )
    refuse_reopening(reopening_id=asked.pk, reason="Đã đủ", by=small.manager, at=rounds.DURING_SELF)
    return small


def _published() -> SmallRound:
    """Published, with a penalty that was accepted."""
    from decimal import Decimal

    from openpar.parindex.assessments.actions.adjustments import decide_adjustment, record_penalty
    from tests.parindex import rounds

    small = rounds.round_in_decision()
    penalty = record_penalty(
        assessment_id=small.sheet().pk,
        ground="Kết luận thanh tra",
        points=Decimal("0.5"),
        document_id=None,
        by=small.outside_appraiser,
        at=rounds.DECISION,
    )
    decide_adjustment(
        adjustment_id=penalty.pk, accept=True, reason="Đúng", by=small.manager, at=rounds.DECISION
    )
    rounds.recognise(small.round.pk, chair=small.chair, manager=small.manager)
    return small


def _copied(table: str, row: int, columns: dict[str, str]) -> str:
    """An INSERT … SELECT that copies a row with some columns otherwise."""
    from django.apps import apps

    model = next(model for model in apps.get_models() if model._meta.db_table == table)
    names = [field.column for field in model._meta.concrete_fields if field.column != "id"]
    values = [columns.get(str(name), f'"{name}"') for name in names]
    listed = ", ".join(f'"{name}"' for name in names)
    return f"INSERT INTO {table} ({listed}) SELECT {', '.join(values)} FROM {table} WHERE id = {row}"


def _replaced(table: str, row: int, column: str, value: str, vendor: str) -> str:
    """An insertion that writes over a row that is there."""
    from django.apps import apps

    model = next(model for model in apps.get_models() if model._meta.db_table == table)
    names = [field.column for field in model._meta.concrete_fields]
    values = ", ".join(value if name == column else f'"{name}"' for name in names)
    listed = ", ".join(f'"{name}"' for name in names)
    copied = f"INTO {table} ({listed}) SELECT {values} FROM {table} WHERE id = {row}"
    if vendor != POSTGRESQL:
        return f"REPLACE {copied}"
    return f"INSERT {copied} ON CONFLICT (id) DO UPDATE SET {column} = EXCLUDED.{column}"


def attacks(on: Frozen, vendor: str) -> Iterator[Attack]:
    """Every attack in the words of this database."""
    for name, statement in (
        *_on_scores(on, vendor),
        *_on_sheets(on, vendor),
        *_on_rounds(on, vendor),
        *_on_what_all_stands_on(on, vendor),
    ):
        yield Attack(name, (statement,))


def _on_scores(on: Frozen, vendor: str) -> Iterator[tuple[str, str]]:
    score, published = "assessments_score", on.published_scores
    yield "own points of a locked sheet", f"UPDATE {score} SET points = '3' WHERE id = {on.own_score}"
    yield "own note of a locked sheet", f"UPDATE {score} SET note = 'x' WHERE id = {on.own_score}"
    yield "own score taken out of a locked sheet", f"DELETE FROM {score} WHERE id = {on.own_score}"
    yield (
        "a score slipped into a locked sheet",
        _copied(score, on.own_score, {"criterion_id": str(on.free_criterion)}),
    )
    yield (
        "a score carried to another sheet",
        f"UPDATE {score} SET assessment_id = {on.late_sheet} WHERE id = {on.own_score}",
    )
    yield (
        "a score passed to another layer",
        f"UPDATE {score} SET layer = 'OUTSIDE' WHERE id = {on.own_score}",
    )
    yield "own points written over", _replaced(score, on.own_score, "points", "'3'", vendor)
    yield (
        "appraised points after the appraisal",
        f"UPDATE {score} SET points = '3' WHERE id = {on.decided_score}",
    )
    yield "corrected points that nobody confirmed", _copied(score, on.decided_score, {"layer": "'CORRECTED'"})
    for layer in ("SELF", "APPRAISED", "OUTSIDE"):
        yield (
            f"{layer} points after publication",
            f"UPDATE {score} SET points = '3' WHERE id = {published[layer]}",
        )
        yield f"{layer} score deleted after publication", f"DELETE FROM {score} WHERE id = {published[layer]}"
    yield (
        "a second appraisal after publication",
        _copied(score, published["APPRAISED"], {"layer": "'REAPPRAISED'"}),
    )
    use = "assessments_evidenceuse"
    yield "evidence loosened from a locked sheet", f"DELETE FROM {use} WHERE id = {on.evidence}"
    yield (
        "evidence of a locked sheet exchanged",
        f"UPDATE {use} SET document_id = {on.other_document} WHERE id = {on.evidence}",
    )
    yield (
        "evidence added to a locked sheet",
        _copied(use, on.evidence, {"document_id": str(on.other_document)}),
    )


def _on_sheets(on: Frozen, vendor: str) -> Iterator[tuple[str, str]]:
    sheet = "assessments_assessment"
    locked = f"WHERE id = {on.locked_sheet}"
    own_total = (
        "jsonb_set(standings, '{self,own_total}', '\"9\"')"
        if vendor == POSTGRESQL
        else "json_set(standings, '$.self.own_total', '9')"
    )
    yield "the frozen total", f"UPDATE {sheet} SET self_total = '9' {locked}"
    yield "the unit's own total", f"UPDATE {sheet} SET standings = {own_total} {locked}"
    yield (
        "the unit's own total once outside parts are in",
        f"UPDATE {sheet} SET standings = {own_total} WHERE id = {on.late_sheet}",
    )
    yield "the lock taken off", f"UPDATE {sheet} SET state = 'DRAFTING' {locked}"
    yield (
        "the lock taken off with a moment",
        f"UPDATE {sheet} SET state = 'DRAFTING', reopened_until = '2027-01-01 00:00:00' {locked}",
    )
    yield "the lock back-dated", f"UPDATE {sheet} SET locked_at = '2026-11-10 00:00:00' {locked}"
    yield "the lock by nobody", f"UPDATE {sheet} SET locked_by_id = NULL {locked}"
    yield "a unit taken out of the ranking", f"UPDATE {sheet} SET is_ranked = (1 = 0) {locked}"
    yield "a sheet deleted", f"DELETE FROM {sheet} WHERE id = {on.open_sheet}"
    yield (
        "a decided total after publication",
        f"UPDATE {sheet} SET decided_total = '9' WHERE id = {on.published_sheet}",
    )
    asked = "assessments_reopening"
    granted = {"granted_at": "asked_at", "open_until": "'2027-01-01 00:00:00'", "closed_at": "NULL"}
    yield "a reopening that nobody granted", _copied(asked, on.closed_reopening, granted)
    yield (
        "a refused reopening granted after all",
        f"UPDATE {asked} SET closed_at = NULL WHERE id = {on.closed_reopening}",
    )
    yield (
        "a refused reopening said to have lapsed",
        f"UPDATE {asked} SET has_lapsed = NOT has_lapsed WHERE id = {on.closed_reopening}",
    )
    yield "a reopening that never was", f"DELETE FROM {asked} WHERE id = {on.closed_reopening}"
    adjustment, row = "assessments_adjustment", on.published_adjustment
    yield "a penalty waived after publication", f"UPDATE {adjustment} SET state = 'REFUSED' WHERE id = {row}"
    yield "a penalty made small", f"UPDATE {adjustment} SET points = '0.1' WHERE id = {row}"
    yield "a penalty that never was", f"DELETE FROM {adjustment} WHERE id = {row}"
    yield "a bonus after publication", _copied(adjustment, row, {"kind": "'BONUS'"})


def _on_rounds(on: Frozen, vendor: str) -> Iterator[tuple[str, str]]:
    result, row = "assessments_result", on.result
    yield "a rank", f"UPDATE {result} SET rank = 1 WHERE id = {row}"
    yield "a grade", f"UPDATE {result} SET grade = 'Xuất sắc' WHERE id = {row}"
    yield "a result deleted", f"DELETE FROM {result} WHERE id = {row}"
    yield "a result written over", _replaced(result, row, "rank", "1", vendor)
    yield (
        "a result for a round that was not decided",
        _copied(result, row, {"assessment_id": str(on.open_sheet)}),
    )
    bundle = f"WHERE round_id = {on.published_round}"
    yield "the digest of the published data", f"UPDATE assessments_roundbundle SET digest = 'x' {bundle}"
    yield "the published data taken away", f"DELETE FROM assessments_roundbundle {bundle}"
    rounds, published = "assessments_round", f"WHERE id = {on.published_round}"
    yield "the number of the decision", f"UPDATE {rounds} SET decision_number = '1/QĐ' {published}"
    yield "the day of publication", f"UPDATE {rounds} SET published_at = '2026-12-01 00:00:00' {published}"
    yield "the conclusion of the council", f"UPDATE {rounds} SET council_conclusion = 'x' {published}"
    yield "a published round opened again", f"UPDATE {rounds} SET stage = 'DECISION' {published}"
    deciding = f"WHERE id = {on.deciding_round}"
    yield "a round set back", f"UPDATE {rounds} SET stage = 'APPRAISAL' {deciding}"
    yield (
        "published without a council",
        f"UPDATE {rounds} SET stage = 'PUBLISHED', decision_number = '1', "
        "published_at = window_opens_at, published_by_id = (SELECT MIN(id) FROM accounts_user), "
        f"council_chair_id = (SELECT MAX(id) FROM accounts_user) {deciding}",
    )
    yield "the assessed period", f"UPDATE {rounds} SET assessed_until = '2026-12-31' {deciding}"
    yield "a round deleted", f"DELETE FROM {rounds} {published}"
    yield (
        "the set of a running block",
        f"UPDATE assessments_roundblock SET criteria_set_id = criteria_set_id + 1 "
        f"WHERE round_id = {on.running_round}",
    )
    yield (
        "the phases of a published round",
        f"UPDATE assessments_phase SET closes_at = '2028-01-01 00:00:00' "
        f"WHERE round_id = {on.published_round}",
    )
    blocks = f"(SELECT id FROM assessments_roundblock WHERE round_id = {on.published_round})"
    handed = "assessments_appraiserassignment"
    yield (
        "another field for an appraiser of a published round",
        f"UPDATE {handed} SET field_code = '9' WHERE round_block_id IN {blocks} AND field_code = '1'",
    )
    yield "an appraiser who never was", f"DELETE FROM {handed} WHERE round_block_id IN {blocks}"


def _on_what_all_stands_on(on: Frozen, vendor: str) -> Iterator[tuple[str, str]]:
    line, set_row = "criteria_criterion", f"WHERE id = {on.criteria_set}"
    yield "the maximum of a criterion", f"UPDATE {line} SET most_points = '9' WHERE id = {on.criterion}"
    yield "the rule of a criterion", f"UPDATE {line} SET rule = '{{}}' WHERE id = {on.criterion}"
    yield "a criterion taken out", f"DELETE FROM {line} WHERE id = {on.criterion}"
    yield "a criterion slipped in", _copied(line, on.criterion, {"code": "'9.9.9'"})
    sets = "criteria_criteriaset"
    yield "the bands of a set", f"UPDATE {sets} SET settings = '{{}}' {set_row}"
    yield "the decision of a set", f"UPDATE {sets} SET number = '1' {set_row}"
    yield "a set in use made a draft again", f"UPDATE {sets} SET stage = 'DRAFT' {set_row}"
    document = "documents_document"
    yield "the number of a document", f"UPDATE {document} SET number = '1' WHERE id = {on.document}"
    yield (
        "the file of a document",
        f"UPDATE {document} SET file_id = {on.stored_file} WHERE id = {on.document}",
    )
    yield "a document deleted", f"DELETE FROM {document} WHERE id = {on.other_document}"
    yield "a document written over", _replaced(document, on.document, "title", "'x'", vendor)
    file = f"documents_storedfile WHERE id = {on.stored_file}"
    yield "the digest of a file", f"UPDATE documents_storedfile SET sha256 = 'x' WHERE id = {on.stored_file}"
    yield "a file deleted", f"DELETE FROM {file}"
    yield "a row of the log", f"UPDATE audit_entry SET actor_name = 'x' WHERE id = {on.entry}"
    yield "a row of the log deleted", f"DELETE FROM audit_entry WHERE id = {on.entry}"
    yield "a row of the log written over", _replaced("audit_entry", on.entry, "reason", "'x'", vendor)
    if vendor == POSTGRESQL:
        for table in ("audit_entry", "assessments_result", "assessments_score", "documents_document"):
            yield f"{table} emptied", f"TRUNCATE {table} CASCADE"


def attacks_on_the_guards(on: Frozen) -> Iterator[Attack]:
    """What the application's role could try against the guards themselves (PostgreSQL)."""
    frozen = f"UPDATE assessments_score SET points = '3' WHERE id = {on.own_score}"
    yield Attack("a guard dropped", ("DROP TRIGGER guard_score_update ON assessments_score",))
    yield Attack("guards switched off", ("ALTER TABLE assessments_score DISABLE TRIGGER ALL",))
    yield Attack("guards switched off for the session", ("SET session_replication_role = replica", frozen))
    yield Attack(
        "a table put before the real one",
        (
            "CREATE TEMPORARY TABLE assessments_round AS SELECT * FROM public.assessments_round",
            "UPDATE pg_temp.assessments_round SET stage = 'APPRAISAL'",
            f"UPDATE public.assessments_score SET points = '3' WHERE id = {on.decided_score}",
        ),
    )
    yield Attack("a table dropped", ("DROP TABLE assessments_result",))
    yield Attack("a column dropped", ("ALTER TABLE assessments_result DROP COLUMN rank",))
    yield Attack(
        "a right given to oneself",
        (
            "GRANT ALL ON assessments_result TO CURRENT_USER",
            "CREATE TRIGGER mine BEFORE UPDATE ON assessments_result "
            "FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        ),
    )
    yield Attack(
        "a function put in the place of a guard",
        (
            "CREATE OR REPLACE FUNCTION guard_score_update() RETURNS trigger LANGUAGE plpgsql "
            "AS $$ BEGIN RETURN NEW; END $$",
            frozen,
        ),
    )

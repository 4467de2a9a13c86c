"""The small world of the walk, and what stands in its tables at one moment.

Three units, eighteen people (three of them with two roles), five leaves, one block. It is brought forward by
the actions people use, from a round in preparation to a published one; a walk starts from any of these.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from openpar.base.accounts.models import Role
from openpar.base.accounts.queries import Actor
from openpar.base.audit.models import Entry as Trace
from openpar.base.documents.actions import add_document
from openpar.parindex.assessments import models
from openpar.parindex.assessments.actions import (
    appraisals,
    explanations,
    outside,
    publication,
    reopenings,
    rounds,
)
from openpar.parindex.assessments.actions.evidence import attach_evidence
from openpar.parindex.assessments.actions.scores import Entry
from openpar.parindex.assessments.actions.self_scoring import lock_sheet, save_self_score, submit_sheet
from openpar.parindex.assessments.models import Layer, RoundStage
from openpar.parindex.criteria.models import CriteriaSet
from tests import factories
from tests.parindex import rounds as small_rounds

UNITS = 3
REOPENED_UNTIL = small_rounds.SELF_CLOSES + timedelta(days=2)


@dataclass(frozen=True)
class World:
    """Who and what there is besides the rounds; made once, by real commits."""

    people: Mapping[str, Actor]
    units: tuple[int, ...]
    manager_id: int
    documents: tuple[int, ...]
    set_id: int
    block_id: int
    leaves: Mapping[int, str]


def build() -> World:
    """The people, the units, a document of each unit, an issued set."""
    office = factories.organisation("Văn phòng UBND tỉnh", assessed=False)
    units = [factories.organisation(name, block_code="so") for name in ("Sở Nội vụ", "Sở Y tế", "Sở Tư pháp")]
    home = units[0]
    people = {
        "manager": factories.actor_as(Role.ROUND_MANAGER, home, "Quản lý"),
        "manager elsewhere": factories.actor_as(Role.ROUND_MANAGER, office, "Quản lý nơi khác"),
        "appraiser": factories.actor_as(Role.APPRAISER, home, "Thẩm định nội vụ"),
        "appraiser outside": factories.actor_as(Role.APPRAISER, office, "Thẩm định ngoài"),
        "idle appraiser": factories.actor_as(Role.APPRAISER, office, "Thẩm định rỗi"),
        "chair": factories.actor_as(Role.COUNCIL_CHAIR, office, "Chủ tịch"),
        "leader": factories.actor_as(Role.LEADER, office, "Lãnh đạo"),
        "auditor": factories.actor_as(Role.AUDITOR, office, "Kiểm toán"),
        "administrator": factories.actor_as(Role.ADMINISTRATOR, office, "Quản trị"),
        "officer": factories.actor_as(Role.DIVISION_OFFICER, units[1], "Chuyên viên"),
        "nobody": factories.actor(factories.person("Không vai trò")),
        "manager and head": _two(Role.ROUND_MANAGER, home, Role.AGENCY_HEAD, home),
        "manager and chair": _two(Role.ROUND_MANAGER, home, Role.COUNCIL_CHAIR, home),
        "appraiser and focal": _two(Role.APPRAISER, units[2], Role.FOCAL_OFFICER, units[2]),
    }
    for place, unit in enumerate(units):
        people[f"focal {place}"] = factories.actor_as(Role.FOCAL_OFFICER, unit, f"Đầu mối {place}")
        people[f"head {place}"] = factories.actor_as(Role.AGENCY_HEAD, unit, f"Thủ trưởng {place}")
    documents = [
        add_document(
            by=people[f"focal {place}"],
            at=small_rounds.BEFORE,
            owner_id=unit.pk,
            title=f"Kế hoạch {place}",
            number=f"{place}/KH",
        ).pk
        for place, unit in enumerate(units)
    ]
    criteria_set = small_rounds.issued_set(people["manager"])
    return World(
        people=people,
        units=tuple(unit.pk for unit in units),
        manager_id=home.pk,
        documents=tuple(documents),
        set_id=criteria_set.pk,
        block_id=factories.block("so").pk,
        leaves=dict(criteria_set.criteria.filter(is_leaf=True).values_list("pk", "code")),
    )


def _two(first: Role, here: Any, second: Role, there: Any) -> Actor:
    person = factories.person_as(first, here, f"{first} và {second}")
    factories.give(person, second, there)
    return factories.actor(person)


@cache
def _row_type(model: Any) -> Any:
    return namedtuple(model.__name__, [field.attname for field in model._meta.concrete_fields])


# Everything an action of the index writes, apart from the trace and the messages, which only grow.
TABLES: tuple[Any, ...] = (
    CriteriaSet,
    models.Round,
    models.Phase,
    models.RoundBlock,
    models.Assessment,
    models.Score,
    models.EvidenceUse,
    models.LeafAssignment,
    models.AppraiserAssignment,
    models.Reopening,
    models.Adjustment,
    models.Correction,
    models.Result,
    models.RoundBundle,
)


@dataclass(frozen=True)
class Snapshot:
    """Every row of the domain as the database gives it; the trace and the messages by number and last row."""

    rows: Mapping[str, Mapping[int, Any]]
    traces: tuple[int, int]
    messages: tuple[int, int]

    def __getitem__(self, table: str) -> Mapping[int, Any]:
        return self.rows[table]

    def of(self, table: str, **wanted: object) -> list[Any]:
        """The rows with these values."""
        return [
            row
            for row in self.rows[table].values()
            if all(getattr(row, name) == value for name, value in wanted.items())
        ]

    def sheets_of(self, round_id: int) -> list[Any]:
        """The sheets of a round, oldest first."""
        blocks = {row.id for row in self.of("RoundBlock", round_id=round_id)}
        return [row for row in self["Assessment"].values() if row.round_block_id in blocks]

    def round_of(self, sheet: Any) -> Any:
        return self["Round"][self["RoundBlock"][sheet.round_block_id].round_id]


def snapshot() -> Snapshot:
    """Reads all of it, in words that both databases know."""
    from django.db import connection

    rows = {}
    with connection.cursor() as cursor:
        for model in TABLES:
            row_type, statement = _row_type(model), _statement(model)
            cursor.execute(statement)
            rows[model.__name__] = {row[0]: row_type._make(row) for row in cursor.fetchall()}
        counted = []
        for table in ("audit_entry", "notifications_message"):
            cursor.execute(f"SELECT COUNT(*), COALESCE(MAX(id), 0) FROM {table}")
            counted.append(tuple(cursor.fetchone()))
    return Snapshot(rows, counted[0], counted[1])


@cache
def _statement(model: Any) -> str:
    columns = ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields)
    return f'SELECT {columns} FROM "{model._meta.db_table}" ORDER BY id'


def moment(value: Any) -> datetime | None:
    """A stored moment: SQLite keeps text without a zone, in UTC."""
    if value is None:
        return None
    found: datetime = datetime.fromisoformat(value) if isinstance(value, str) else value
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def traces_after(last: int) -> list[tuple[int | None, datetime, str]]:
    """Who, when and what, of the entries that came since."""
    return list(Trace.objects.filter(pk__gt=last).values_list("actor_id", "at", "verb"))


# --- The way of a round, in stations; each begins where the one before ended. ---------------------------


@dataclass
class Way:
    """One round on its way; `at` is the clock of the station it has reached."""

    world: World
    round: int = 0
    block: int = 0
    at: datetime = small_rounds.BEFORE

    def by(self, name: str) -> Actor:
        return self.world.people[name]

    def sheets(self) -> list[Any]:
        """The sheets in the order of the units."""
        found = models.Assessment.objects.filter(round_block=self.block)
        return sorted(found, key=lambda sheet: self.world.units.index(sheet.organisation_id))

    def prepare(self) -> None:
        manager, at = self.by("manager"), self.at
        made = rounds.create_round(
            title="Chỉ số năm 2026",
            year=2026,
            assessed_from=date(2025, 12, 15),
            assessed_until=date(2026, 12, 14),
            manager_id=self.world.manager_id,
            by=manager,
            at=at,
        )
        self.round = made.pk
        rounds.set_phases(round_id=made.pk, phases=small_rounds.CALENDAR, reason="", by=manager, at=at)
        block = rounds.add_block(
            round_id=made.pk,
            block_id=self.world.block_id,
            criteria_set_id=self.world.set_id,
            by=manager,
            at=at,
        )
        self.block = block.pk
        rounds.enrol_units(round_block_id=block.pk, organisation_ids=self.world.units, by=manager, at=at)
        for name in ("appraiser", "appraiser outside", "appraiser and focal"):
            rounds.assign_appraiser(
                round_block_id=block.pk,
                field_codes=["1", "2"],
                appraiser_id=self.by(name).person_id,
                by=manager,
                at=at,
            )

    def open(self) -> None:
        self.at = small_rounds.SELF_OPENS
        rounds.open_round(round_id=self.round, by=self.by("manager"), at=self.at)

    def score(self) -> None:
        self.at = small_rounds.DURING_SELF
        for place, sheet in enumerate(self.sheets()):
            focal = self.by(f"focal {place}")
            for code, answer in small_rounds.FULL_ANSWERS.items():
                save_self_score(
                    assessment_id=sheet.pk,
                    code=code,
                    entry=Entry(answer, note="Theo báo cáo"),
                    expected_version=0,
                    by=focal,
                    at=self.at,
                )
            attach_evidence(
                assessment_id=sheet.pk,
                code="1.1.1",
                layer=Layer.SELF,
                document_id=self.world.documents[place],
                pointer="trang 1",
                by=focal,
                at=self.at,
            )

    def hand_in(self) -> None:
        """One sheet locked, one with its head, one being filled."""
        first, second, _third = self.sheets()
        for place, sheet in enumerate((first, second)):
            submit_sheet(assessment_id=sheet.pk, by=self.by(f"focal {place}"), at=self.at)
        lock_sheet(assessment_id=first.pk, by=self.by("head 0"), at=self.at)

    def appraise(self) -> None:
        """All locked; the appraisal begins."""
        _first, second, third = self.sheets()
        submit_sheet(assessment_id=third.pk, by=self.by("focal 2"), at=self.at)
        for place, sheet in ((1, second), (2, third)):
            lock_sheet(assessment_id=sheet.pk, by=self.by(f"head {place}"), at=self.at)
        self._advance(RoundStage.APPRAISAL, small_rounds.SELF_CLOSES)

    def reopen(self) -> None:
        """Two sheets opened again until a moment: one is with its head once more, one is being filled.

        The third was asked for, too, and nobody has answered.
        """
        first, second, third = self.sheets()
        reopenings.ask_reopening(
            assessment_id=first.pk, reason="Sai số liệu", by=self.by("focal 0"), at=self.at
        )
        for place, sheet in ((1, second), (2, third)):
            asked = reopenings.ask_reopening(
                assessment_id=sheet.pk, reason="Bổ sung số liệu", by=self.by(f"focal {place}"), at=self.at
            )
            reopenings.grant_reopening(
                reopening_id=asked.pk, open_until=REOPENED_UNTIL, by=self.by("manager"), at=self.at
            )
        submit_sheet(assessment_id=second.pk, by=self.by("focal 1"), at=self.at)

    def explain(self) -> None:
        """Two leaves reduced, the rest agreed with; the explanations begin."""
        outsider = self.by("appraiser outside")
        first, second, third = self.sheets()
        for sheet in (second, third):
            appraisals.save_appraisal(
                assessment_id=sheet.pk,
                code="1.1.2",
                entry=Entry(small_rounds.ratio(30, 50), note="Chỉ 30 nhiệm vụ", explanation_wanted=True),
                expected_version=0,
                by=outsider,
                at=self.at,
            )
        for sheet in (first, second, third):
            appraisals.agree_with_self(
                assessment_id=sheet.pk, codes=small_rounds.SELF_CODES, by=outsider, at=self.at
            )
        self._advance(RoundStage.EXPLANATION, small_rounds.EXPLANATION)

    def reappraise(self) -> None:
        explanations.save_explanation(
            assessment_id=self.sheets()[1].pk,
            code="1.1.2",
            entry=Entry(small_rounds.ratio(40, 50), note="Đủ 40 sản phẩm"),
            expected_version=0,
            by=self.by("focal 1"),
            at=self.at,
        )
        self._advance(RoundStage.REAPPRAISAL, small_rounds.REAPPRAISAL)

    def decide(self) -> None:
        appraisals.save_reappraisal(
            assessment_id=self.sheets()[1].pk,
            code="1.1.2",
            entry=Entry(small_rounds.ratio(35, 50), note="Chấp nhận 35"),
            expected_version=0,
            by=self.by("appraiser outside"),
            at=self.at,
        )
        self._advance(RoundStage.DECISION, small_rounds.DECISION)

    def complete(self) -> None:
        """The outside parts are in and the council has met."""
        values = [
            outside.OutsideValue(sheet.pk, "2.2.1", small_rounds.ratio(80 + place, 100))
            for place, sheet in enumerate(self.sheets())
        ]
        outside.record_outside_values(
            round_id=self.round, values=values, source="Báo cáo", by=self.by("manager"), at=self.at
        )
        publication.conclude_council(
            round_id=self.round,
            met_on=self.at.date(),
            conclusion="Nhất trí",
            by=self.by("chair"),
            at=self.at,
        )

    def publish(self) -> None:
        decision = publication.Decision("99/QĐ-UBND", self.at.date(), "Người ký", "Chủ tịch")
        publication.publish_round(round_id=self.round, decision=decision, by=self.by("manager"), at=self.at)

    def _advance(self, to: RoundStage, at: datetime) -> None:
        self.at = at
        rounds.advance_round(round_id=self.round, to=to, by=self.by("manager"), at=at)


# The stations in their order, by what a round is like there.
STATIONS: Mapping[str, Callable[[Way], None]] = {
    "preparation": Way.prepare,
    "opened": Way.open,
    "scored": Way.score,
    "handed in": Way.hand_in,
    "appraisal": Way.appraise,
    "reopened": Way.reopen,
    "explanation": Way.explain,
    "reappraisal": Way.reappraise,
    "decision": Way.decide,
    "council": Way.complete,
    "published": Way.publish,
}

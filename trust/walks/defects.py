"""Defects planted in the actions, the rules, the permissions and the stages; the walk has to find every one.

A defect changes a few words of one function, in the function itself, so that everybody who calls it meets it.
Where the database stops what the defect lets through, the walk sees an error that is no refusal: found, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from unittest import mock

from openpar.parindex.assessments import stages
from openpar.parindex.assessments.models import Correction, RoundStage, SheetState
from tests.parindex import rounds as small_rounds
from trust.planting import words_changed
from trust.walks.world import REOPENED_UNTIL

_INDEX = "openpar.parindex.assessments"


@dataclass(frozen=True)
class Defect:
    """`old` becomes `new` in the source of `where` ("module:function"); the walk begins at `station`.

    `favourites` are the moves it takes more often there, `crowd` the people it takes more often, `at` another
    moment than that of the station.
    """

    name: str
    where: str
    old: str
    new: str
    station: str
    favourites: tuple[str, ...]
    crowd: tuple[str, ...] = ()
    at: datetime | None = None


def planted(defect: Defect) -> AbstractContextManager[None]:
    """The program with the defect while it lasts. Raises CannotBePlanted."""
    return words_changed(defect.name, f"{_INDEX}.{defect.where}", defect.old, defect.new)


DEFECTS: tuple[Defect, ...] = (
    Defect(
        "anybody locks a sheet",
        "permissions:may_lock",
        "actor.has(Role.AGENCY_HEAD, assessment.organisation_id)",
        "True",
        "handed in",
        ("lock", "submit"),
        ("officer", "focal 1", "leader"),
    ),
    Defect(
        "the closing second is still open",
        "rules:Window.why_closed",
        "at >= self.closes_at",
        "at > self.closes_at",
        "scored",
        ("save_self", "save_whole"),
        at=small_rounds.SELF_CLOSES - timedelta(microseconds=1),
    ),
    Defect(
        "who asked for a reopening grants it",
        "actions.reopenings:grant_reopening",
        "reopening.asked_by_id == by.id",
        "False",
        "appraisal",
        ("ask", "grant"),
        ("manager and head",),
    ),
    Defect(
        "handed in and locked with gaps",
        "actions.self_scoring:submission_gaps",
        "return gaps_before_submission(",
        "return () and gaps_before_submission(",
        "opened",
        ("submit", "save_self", "lock"),
    ),
    Defect(
        "a stale version is accepted",
        "actions.scores:refuse_stale",
        "stored.version == expected_version",
        "stored",
        "scored",
        ("save_self",),
    ),
    Defect(
        "published without the council",
        "actions.publication:_decision_gaps",
        'gaps.append(Gap(_("Hội đồng thẩm định"), _("chưa họp, chưa kết luận."), code="no_council"))',
        "pass",
        "decision",
        ("record_outside", "publish"),
    ),
    Defect(
        "an appraiser of the own unit",
        "permissions:may_appraise",
        "and not belongs_to_unit(actor, assessment)",
        "",
        "appraisal",
        ("appraise", "agree"),
        ("appraiser", "appraiser and focal"),
    ),
    Defect(
        "the standings are not renewed",
        "sheets:renew_standings",
        "assessment.save(update_fields=_STANDING_FIELDS)",
        "return",
        "opened",
        ("save_self",),
    ),
    Defect(
        "a score without a trace",
        "actions.scores:keep_score",
        "    record(\n",
        "    dict(\n",
        "opened",
        ("save_self",),
    ),
    Defect(
        "a sheet reopened in the wrong phase",
        "actions.reopenings:ask_reopening",
        "or sheet.round.stage not in STAGES",
        "",
        "explanation",
        ("ask",),
    ),
    Defect(
        "sent back without being handed in",
        "actions.self_scoring:send_back",
        "sheet.assessment.state != SheetState.AWAITING_HEAD",
        "sheet.assessment.state == SheetState.LOCKED",
        "opened",
        ("send_back",),
    ),
    Defect(
        "a phase is stepped over",
        "queries.completeness:next_stages",
        "for stage in ROUND[RoundStage(round.stage)]",
        "for stage in RoundStage",
        "scored",
        ("advance",),
        ("manager",),
    ),
    Defect(
        "a refusal that keeps its first half",
        "actions.agreements:agree_across_units",
        "with write_transaction():",
        "if True:",
        "appraisal",
        ("agree_across",),
        ("appraiser and focal",),
    ),
    Defect(
        "a version that does not grow",
        "actions.scores:keep_score",
        "score.version += 1",
        "score.version = score.version or 1",
        "scored",
        ("save_self",),
    ),
    Defect(
        "closed early without a reason",
        "queries.completeness:leaving_gaps",
        "if early and unlocked and not reason.strip():",
        "if False:",
        "scored",
        ("advance",),
    ),
    Defect(
        "who did the first step does the second",
        "rules:why_not_alone",
        "if first_id != second_id:",
        "if True:",
        "scored",
        ("submit", "lock"),
        ("head 1",),
    ),
    Defect(
        "explained without being asked or reduced",
        "rules:may_be_explained",
        "return appraised.explanation_wanted or",
        "return True or",
        "explanation",
        ("explain",),
    ),
    Defect(
        "the calendar changes without a reason",
        "actions.rounds:set_phases",
        "round.stage != RoundStage.PREPARATION and not reason.strip()",
        "False",
        "opened",
        ("set_phases",),
    ),
    Defect(
        "changed while it is with the head",
        "rules:why_not_self_scoring",
        "closed is None and state == SheetState.AWAITING_HEAD",
        "False",
        "handed in",
        ("save_self", "submit"),
    ),
    Defect(
        "reappraised without an explanation",
        "actions.appraisals:save_reappraisal",
        "if Layer.EXPLAINED not in scores:",
        "if False:",
        "reappraisal",
        ("reappraise",),
    ),
    Defect(
        "the bonus of the own unit is decided",
        "permissions:may_decide_correction",
        "and not belongs_to_unit(actor, assessment)",
        "",
        "explanation",
        ("claim", "decide"),
        ("manager", "focal 0"),
    ),
    Defect(
        "a penalty is decided by who recorded it",
        "actions.adjustments:why_not_settled_by",
        "return why_not_alone(adjustment.entered_by_id, by.person_id)",
        "return None",
        "appraisal",
        ("penalise", "decide"),
        ("manager",),
    ),
    Defect(
        "a penalty is recorded by the manager of another agency",
        "permissions:may_record_penalty",
        "may_manage(actor, round)",
        "may_manage_rounds(actor)",
        "appraisal",
        ("penalise",),
        ("manager elsewhere",),
    ),
    Defect(
        "reduced without a reason",
        "rules:needs_reason",
        "return not note.strip() and",
        "return False and",
        "appraisal",
        ("appraise",),
    ),
    Defect(
        "a reopening that never ends",
        "rules:why_not_self_scoring",
        "at < reopened_until",
        "True",
        "reopened",
        ("save_self", "save_whole"),
        ("focal 2",),
        at=REOPENED_UNTIL - timedelta(microseconds=1),
    ),
    Defect(
        "sheets stay open when self-scoring ends",
        "actions.rounds:_lock_the_rest",
        "list(unlocked)",
        "list(unlocked)[1:]",
        "scored",
        ("advance",),
    ),
    Defect(
        "the council's conclusion outlives its totals",
        "actions.councils:set_aside_conclusion",
        "if round.council_met_on is None or chair_id is None:",
        "if True:",
        "council",
        ("record_outside",),
    ),
    Defect(
        "a correction is decided twice",
        "actions.corrections:_refuse_settled",
        "taken.correction.state != _PROPOSED",
        "False",
        "decision",
        ("propose", "confirm", "refuse_correction", "withdraw_correction"),
    ),
)


@contextmanager
def planted_in_tables(row: Any, following: Any) -> Iterator[None]:
    """One more thing may follow in a table of stages.py while it lasts."""
    with mock.patch.dict(row, {following: "planted"}):
        yield


# What the walk without a database has to find by itself: a name, and what plants it.
PURE_DEFECTS: dict[str, Callable[[], AbstractContextManager[None]]] = {
    **{
        f"without a database: {defect.name}": partial(planted, defect)
        for defect in DEFECTS
        if defect.where.startswith(("rules:", "permissions:"))
    },
    "without a database: a table steps over a phase": partial(
        planted_in_tables, stages.ROUND[RoundStage.SELF_SCORING], RoundStage.DECISION
    ),
    "without a database: a table takes a lock away": partial(
        planted_in_tables, stages.SHEET[SheetState.LOCKED], SheetState.AWAITING_HEAD
    ),
    "without a database: a table refuses what was confirmed": partial(
        planted_in_tables, stages.CORRECTION[Correction.State.CONFIRMED], Correction.State.REFUSED
    ),
}

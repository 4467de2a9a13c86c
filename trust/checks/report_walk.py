"""Periodic reports are sound: random quarters through the real actions, beside an independent model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from trust.check import BOTH, Check, Found, Scale

# Towards a defect a walk goes on for longer.
_MOST_DIRECTED, _WALK, _DIRECTED_WALK = 30, 60, 100
_MOST_TOLD = 20
_ACTIONS = "openpar.reports.periodic.actions"


@dataclass(frozen=True)
class Defect:
    """Which words become which, and where; the moves and the people that a walk takes more often then."""

    name: str
    where: str
    old: str
    new: str
    favourites: tuple[str, ...]
    crowd: tuple[str, ...] = ()


DEFECTS: tuple[Defect, ...] = (
    Defect(
        "anybody answers",
        "openpar.reports.periodic.permissions:may_receive_reports",
        "actor.has(Role.ROUND_MANAGER)",
        "True",
        ("fill", "submit", "submit", "accept", "accept"),
        ("home head", "leader", "auditor"),
    ),
    Defect(
        "who wrote a report receives it",
        "openpar.reports.periodic.queries.loading:authors_of",
        "(revision.values, revision.sections, revision.explanations)",
        "()",
        ("fill", "write", "enter", "submit", "accept", "accept"),
        ("chief", "chief", "home head"),
    ),
    Defect(
        "an incomplete report is sent",
        f"{_ACTIONS}.submitting:submit_report",
        "refuse_if(submission_gaps(revision, at))",
        "None",
        ("submit",),
    ),
    Defect(
        "what was not read is signed",
        f"{_ACTIONS}.submitting:submit_report",
        "revision.version != expected_version",
        "False",
        ("fill", "submit"),
    ),
    Defect(
        "every report is in time",
        f"{_ACTIONS}.submitting:submit_report",
        "days.late(revision.due_on, timezone.localdate(at))",
        "0",
        ("fill", "submit", "sleep"),
    ),
    Defect(
        "returned without a reason",
        f"{_ACTIONS}.submitting:return_report",
        'refuse_if(text_gaps(_("Lý do"), reason, _("Ghi rõ cần sửa gì")))',
        "None",
        ("fill", "submit", "give_back"),
    ),
    Defect(
        "the next draft forgets the figures",
        f"{_ACTIONS}.submitting:_next_draft",
        "_copy(ReportValue.objects, after, revision)",
        "None",
        ("fill", "submit", "give_back", "revise"),
    ),
    Defect(
        "what waits can be corrected",
        f"{_ACTIONS}.submitting:revise_report",
        "newest.state not in IN_FORCE",
        "False",
        ("fill", "submit", "revise"),
    ),
    Defect(
        "the cut-off leaves what was accepted open",
        f"{_ACTIONS}.locking:lock_period",
        "row.state, row.lock = RevisionState.LOCKED, lock",
        "pass",
        ("sleep", "fill", "submit", "accept", "lock"),
    ),
    Defect(
        "a cut-off over reports that wait",
        f"{_ACTIONS}.locking:lock_gaps",
        "if waiting:",
        "if False:",
        ("sleep", "fill", "submit", "lock"),
    ),
    Defect(
        "a correction replaces what was cut off",
        f"{_ACTIONS}.submitting:accept_report",
        "state=RevisionState.ACCEPTED).update(",
        "state__in=[RevisionState.ACCEPTED, RevisionState.LOCKED]).update(",
        ("sleep", "fill", "submit", "submit", "accept", "accept", "lock", "lock", "revise"),
        ("home head", "manager", "second manager"),
    ),
    Defect(
        "a report that was begun is dropped",
        f"{_ACTIONS}.opening:_is_touched",
        "return written or revision.values.filter(by__isnull=False).exists()",
        "return False",
        ("enter", "write", "discard"),
    ),
    Defect(
        "any agency writes",
        "openpar.reports.periodic.permissions:may_write_report",
        "organisation_id in actor.organisations(*_UNIT)",
        "actor.organisations(*_UNIT)",
        ("open", "enter"),
    ),
    Defect(
        "the signed file of another agency",
        f"{_ACTIONS}.submitting:attach_signed",
        "document.owner_id not in _owners(by, report)",
        "False",
        ("fill", "submit", "attach", "attach"),
        ("home head", "home officer"),
    ),
)


def run(scale: Scale) -> Found:
    from openpar.common.db import write_transaction
    from tests.reports.periodic import made
    from trust.planting import words_changed
    from trust.report_walking import Seen

    with write_transaction():
        place = made.province()
    seen = Seen()
    for number in range(scale.of(60, short=1)):
        _walk(place, scale, f"seed {scale.seed}, quarter {number}", seen)
    planted = {}
    for defect in _chosen(scale):
        near = Seen()
        with words_changed(defect.name, defect.where, defect.old, defect.new):
            for number in range(_MOST_DIRECTED):
                _walk(place, scale, f"seed {scale.seed}, {defect.name}, {number}", near, defect)
                if near.broken:
                    break
        planted[defect.name] = bool(near.broken)
    figures: dict[str, int | float | str] = {
        "moves": seen.moves,
        "accepted": seen.accepted,
        "revisions": seen.revisions,
        "periods cut off": seen.cut_off,
        "kinds of state, move and outcome": len(seen.kinds),
    }
    return Found(figures, tuple(seen.broken[:_MOST_TOLD]), planted)


def _chosen(scale: Scale) -> tuple[Defect, ...]:
    """All defects, or one that goes round with the seed."""
    if not scale.short:
        return DEFECTS
    return tuple(scale.random("chosen").sample(DEFECTS, 1))


def _walk(place: Any, scale: Scale, name: str, seen: Any, near: Defect | None = None) -> None:
    """One quarter, taken back afterwards; `near` a defect it comes near to it more often."""
    from openpar.common.db import taken_back
    from trust.report_walking import Walk

    with taken_back():
        chance = scale.random(name)
        if near is None:
            Walk(place, chance, seen, name).go(_WALK)
        else:
            Walk(place, chance, seen, name, near.crowd).go(_DIRECTED_WALK, near.favourites)


CHECK = Check(
    "report_walk",
    "reports are sound: sent whole by the head, received by others, corrected with a reason; a cut-off stays",
    run,
    BOTH,
)

"""A whole sheet at once: what an agency filled in elsewhere, saved in one transaction or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from openpar.base.accounts.queries import Actor
from openpar.base.intake.actions import keep_batch
from openpar.common.db import write_transaction
from openpar.common.errors import Gap, Refused
from openpar.engine.answers import Answer
from openpar.engine.outcomes import Outcome
from openpar.parindex.assessments.actions.scores import Entry, evaluated, keep_score
from openpar.parindex.assessments.actions.self_scoring import refuse_unless_scoring
from openpar.parindex.assessments.errors import NotAllowed, NotNow
from openpar.parindex.assessments.models import Layer, Score
from openpar.parindex.assessments.permissions import works_for_unit
from openpar.parindex.assessments.rules import why_not_self_scoring
from openpar.parindex.assessments.sheets import Sheet, renew_standings, take_sheet
from openpar.parindex.criteria.queries import LoadedLeaf

BATCH_KIND = "sheet"

Entries = Mapping[str, tuple[Entry, int]]
_Ready = tuple[LoadedLeaf, Entry, Score | None, Outcome]


class SheetRefused(Refused):
    """Nothing of the sheet was saved; every leaf that stands in the way is listed by its code."""


def save_sheet(
    *,
    assessment_id: int,
    entries: Entries,
    by: Actor,
    at: datetime,
    file_name: str = "",
    sha256: str = "",
) -> tuple[str, ...]:
    """The unit's own figures for many leaves: code → (entry, the version it was based on; 0: nothing yet).

    The rules are those of `save_self_score`. Entries that say what is stored change nothing; the codes of
    the others are returned. A file they came from is kept as a batch of the intake. Raises NotAllowed,
    NotNow for the whole sheet, SheetRefused with all refusals by code.
    """
    with write_transaction():
        sheet = take_sheet(assessment_id)
        _refuse_sheet(sheet, by, at)
        stored = _stored(sheet)
        gaps: list[Gap] = []
        ready: list[_Ready] = []
        for code, (entry, expected_version) in entries.items():
            found = _ready(sheet, code, entry, expected_version, stored, by, at)
            if isinstance(found, tuple):
                ready.append(found)
            elif found is not None:
                gaps += found.gaps
        if gaps:
            raise SheetRefused(gaps)
        for leaf, entry, score, outcome in ready:
            keep_score(
                sheet=sheet,
                leaf=leaf,
                layer=Layer.SELF,
                entry=entry,
                stored=score,
                outcome=outcome,
                verb="score.self_saved",
                by=by,
                at=at,
            )
        if ready:
            sheet.assessment.self_saved_at = at
            renew_standings(sheet, Layer.SELF)
        if sha256:
            _keep_file(sheet, file_name, sha256, len(ready), by, at)
        return tuple(leaf.code for leaf, *_rest in ready)


def _keep_file(sheet: Sheet, file_name: str, sha256: str, rows: int, by: Actor, at: datetime) -> None:
    keep_batch(
        by=by,
        at=at,
        kind=BATCH_KIND,
        file_name=file_name,
        sha256=sha256,
        accepted_rows=rows,
        about=sheet.about,
    )


def _refuse_sheet(sheet: Sheet, by: Actor, at: datetime) -> None:
    """What holds for every leaf is said once."""
    if not works_for_unit(by, sheet.assessment):
        raise NotAllowed(
            Gap("", _("chỉ người của đơn vị nộp phiếu tự chấm của đơn vị."), code="not_of_the_unit")
        )
    gap = why_not_self_scoring(sheet.window, sheet.assessment.state, at, reopened_until=sheet.reopened_until)
    if gap is not None:
        raise NotNow(gap)


def _stored(sheet: Sheet) -> dict[str, Score]:
    """What the unit has entered so far (one query)."""
    rows = Score.objects.filter(assessment_id=sheet.assessment.pk, layer=Layer.SELF).select_related(
        "entered_by"
    )
    return {sheet.criteria.code_of[score.criterion_id]: score for score in rows}


def _ready(
    sheet: Sheet,
    code: str,
    entry: Entry,
    expected_version: int,
    stored: Mapping[str, Score],
    by: Actor,
    at: datetime,
) -> _Ready | Refused | None:
    """A leaf ready to be kept, why it is refused, or None if there is nothing to change."""
    try:
        leaf = sheet.leaf(code)
        score = stored.get(code)
        if _is_same(score, entry):
            return None
        refuse_unless_scoring(sheet, leaf, by, at)
        outcome = evaluated(leaf, entry)
    except Refused as refused:
        return refused
    if score is not None and score.version != expected_version:
        return SheetRefused(
            Gap(
                code,
                _("%(name)s đã lưu tiêu chí này sau khi phiếu được tải về.")
                % {"name": score.entered_by.full_name},
                _("Tải lại phiếu, hoặc chọn bản nào được giữ."),
                code="stale",
            )
        )
    return leaf, entry, score, outcome


def _is_same(score: Score | None, entry: Entry) -> bool:
    note = entry.note.strip()
    if score is None:
        return entry.answer == Answer() and not note and entry.given_points is None
    # A point given by hand that equals the computed one was not kept (keep_score), so it is no change.
    given = None if entry.given_points == score.computed_points else entry.given_points
    return score.answer == entry.answer.as_json() and score.note == note and score.given_points == given

"""Survey, external and leadership results: brought in by the round manager, never self-scored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from openpar.base.accounts.queries import Actor
from openpar.base.audit.actions import record
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.parindex.assessments.actions.councils import set_aside_conclusion
from openpar.parindex.assessments.actions.rounds import take_round
from openpar.parindex.assessments.actions.scores import (
    Entry,
    evaluated,
    keep_score,
    scores_of_leaf,
    told,
)
from openpar.parindex.assessments.entries import OutsideValue as OutsideValue
from openpar.parindex.assessments.errors import BadAnswer, Incomplete, NotNow
from openpar.parindex.assessments.models import Assessment, Layer, Round, RoundStage
from openpar.parindex.assessments.sheets import renew_standings, take_sheet

# From the appraisal on; never before self-scoring has closed, so that nobody scores to fit.
STAGES = (RoundStage.APPRAISAL, RoundStage.EXPLANATION, RoundStage.REAPPRAISAL, RoundStage.DECISION)


def record_outside_values(
    *, round_id: int, values: Sequence[OutsideValue], source: str, by: Actor, at: datetime
) -> int:
    """Brings in outside results, all or none; `source` names the document they come from.

    A later value replaces an earlier one until the decision; the trace keeps both. A council that had
    concluded on the earlier value has to conclude anew, so that two people stand behind the change (decision
    0011). Returns how many were written. Raises NotAllowed, NotNow, Incomplete, BadAnswer with every refused
    value.
    """
    with write_transaction():
        round = take_round(round_id, by)
        _refuse_other_stages(round)
        if not source.strip():
            raise Incomplete(Gap("", _("Nêu văn bản nguồn của số liệu."), code="no_source"))
        gaps: list[Gap] = []
        by_sheet: dict[int, list[OutsideValue]] = {}
        for value in values:
            by_sheet.setdefault(value.assessment_id, []).append(value)
        changed: list[str] = []
        for assessment_id, mine in sorted(by_sheet.items()):
            recorded = _record_of_sheet(round_id, assessment_id, mine, source, by=by, at=at)
            gaps.extend(recorded.gaps)
            changed.extend(recorded.changed)
        if gaps:
            raise BadAnswer(gaps)
        if changed:
            why = _("kết quả bên ngoài đổi ở %s.") % ", ".join(changed[:_NAMED])
            set_aside_conclusion(round, why=why, by=by, at=at)
        return len(values)


# So many changed places are named where the conclusion falls; each has an entry of its own in the trace.
_NAMED = 10


def _refuse_other_stages(round: Round) -> None:
    if round.stage not in STAGES:
        raise NotNow(
            Gap(
                "",
                _("kết quả bên ngoài chỉ nhập từ giai đoạn thẩm định đến trước khi công bố."),
                code="other_stage",
            )
        )


def clear_outside_value(*, assessment_id: int, code: str, reason: str, by: Actor, at: datetime) -> None:
    """Takes back an outside value entered by mistake, until the decision: the leaf is waited for again.

    The trace keeps what it was; a conclusion of the council falls with it. Raises NotAllowed, NotNow,
    Incomplete, UnknownLeaf.
    """
    with write_transaction():
        found = Assessment.objects.select_related("round_block").get(pk=assessment_id)
        round = take_round(found.round_block.round_id, by)
        _refuse_other_stages(round)
        sheet = take_sheet(assessment_id)
        leaf = sheet.leaf(code)
        score = scores_of_leaf(sheet, leaf).get(Layer.OUTSIDE)
        gaps = []
        if not reason.strip():
            gaps.append(Gap(_("Lý do"), _("nêu lý do xóa giá trị."), code="no_reason"))
        if score is None:
            where = f"{sheet.unit_name} {code}"
            gaps.append(Gap(where, _("chưa có giá trị nào để xóa."), code="nothing_in"))
        if gaps or score is None:
            raise Incomplete(gaps)
        record(
            by=by,
            at=at,
            verb="score.outside_cleared",
            object=f"score:{score.pk}",
            about=sheet.about,
            label=f"{leaf.code} {leaf.title} · {sheet.unit_name}",
            before=told(score),
            reason=reason.strip(),
        )
        score.delete()
        renew_standings(sheet, Layer.OUTSIDE)
        why = _("xóa kết quả bên ngoài %(code)s của %(unit)s.") % {"code": code, "unit": sheet.unit_name}
        set_aside_conclusion(round, why=why, by=by, at=at)


@dataclass(frozen=True)
class _Recorded:
    """What became of the values of one sheet: those refused, and where another value stood before."""

    gaps: list[Gap] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)


def _record_of_sheet(
    round_id: int, assessment_id: int, values: Sequence[OutsideValue], source: str, *, by: Actor, at: datetime
) -> _Recorded:
    sheet = take_sheet(assessment_id)
    found = _Recorded()
    gaps = found.gaps
    if sheet.round.pk != round_id:
        gaps.append(Gap(sheet.unit_name, _("phiếu không thuộc kỳ này."), code="other_round"))
        return found
    for value in values:
        where = value.where or f"{sheet.unit_name} {value.code}"
        leaf = sheet.criteria.leaves.get(value.code)
        if leaf is None or not leaf.is_outside:
            gaps.append(Gap(where, _("không phải tiêu chí lấy kết quả từ bên ngoài."), code="not_outside"))
            continue
        entry = Entry(value.answer, note=source)
        try:
            outcome = evaluated(leaf, entry)
        except BadAnswer as refused:
            gaps.extend(Gap(where, gap.what, gap.remedy, code=gap.code) for gap in refused.gaps)
            continue
        stored = scores_of_leaf(sheet, leaf).get(Layer.OUTSIDE)
        before = None if stored is None else (stored.outcome, stored.points)
        score = keep_score(
            sheet=sheet,
            leaf=leaf,
            layer=Layer.OUTSIDE,
            entry=entry,
            stored=stored,
            outcome=outcome,
            verb="score.outside_recorded",
            by=by,
            at=at,
        )
        if before is not None and before != (score.outcome, score.points):
            found.changed.append(f"{sheet.unit_name} {value.code}")
    if not gaps:
        renew_standings(sheet, Layer.OUTSIDE)
    return found

"""Survey, external and leadership results: brought in by the round manager, never self-scored."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from openpar.base.accounts.queries import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.parindex.assessments.actions.rounds import take_round
from openpar.parindex.assessments.actions.scores import Entry, evaluated, keep_score, scores_of_leaf
from openpar.parindex.assessments.entries import OutsideValue as OutsideValue
from openpar.parindex.assessments.errors import BadAnswer, Incomplete, NotNow
from openpar.parindex.assessments.models import Layer, RoundStage
from openpar.parindex.assessments.sheets import renew_standings, take_sheet

# From the appraisal on; never before self-scoring has closed, so that nobody scores to fit.
STAGES = (RoundStage.APPRAISAL, RoundStage.EXPLANATION, RoundStage.REAPPRAISAL, RoundStage.DECISION)


def record_outside_values(
    *, round_id: int, values: Sequence[OutsideValue], source: str, by: Actor, at: datetime
) -> int:
    """Brings in outside results, all or none; `source` names the document they come from.

    A later value replaces an earlier one until the decision; the trace keeps both. Returns how many were
    written. Raises NotAllowed, NotNow, Incomplete, BadAnswer with every refused value.
    """
    with write_transaction():
        round = take_round(round_id, by)
        if round.stage not in STAGES:
            raise NotNow(
                Gap(
                    "",
                    _("kết quả bên ngoài chỉ nhập từ giai đoạn thẩm định đến trước khi công bố."),
                    code="other_stage",
                )
            )
        if not source.strip():
            raise Incomplete(Gap("", _("Nêu văn bản nguồn của số liệu."), code="no_source"))
        gaps: list[Gap] = []
        by_sheet: dict[int, list[OutsideValue]] = {}
        for value in values:
            by_sheet.setdefault(value.assessment_id, []).append(value)
        for assessment_id, mine in sorted(by_sheet.items()):
            gaps.extend(_record_of_sheet(round.pk, assessment_id, mine, source, by=by, at=at))
        if gaps:
            raise BadAnswer(gaps)
        return len(values)


def _record_of_sheet(
    round_id: int, assessment_id: int, values: Sequence[OutsideValue], source: str, *, by: Actor, at: datetime
) -> list[Gap]:
    sheet = take_sheet(assessment_id)
    gaps: list[Gap] = []
    if sheet.round.pk != round_id:
        return [Gap(sheet.unit_name, _("phiếu không thuộc kỳ này."), code="other_round")]
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
        keep_score(
            sheet=sheet,
            leaf=leaf,
            layer=Layer.OUTSIDE,
            entry=entry,
            stored=scores_of_leaf(sheet, leaf).get(Layer.OUTSIDE),
            outcome=outcome,
            verb="score.outside_recorded",
            by=by,
            at=at,
        )
    if not gaps:
        renew_standings(sheet, Layer.OUTSIDE)
    return gaps

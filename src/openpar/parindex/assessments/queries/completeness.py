"""What is still missing: in a sheet, in an appraisal, in the answers to explanations."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from django.db.models import Count, Exists, OuterRef
from django.utils.translation import gettext as _

from openpar.common.errors import Gap
from openpar.engine.answers import Answer
from openpar.parindex.assessments.models import (
    Assessment,
    Layer,
    Round,
    RoundBlock,
    RoundStage,
    Score,
    SheetState,
)
from openpar.parindex.assessments.rules import LeafEntry
from openpar.parindex.assessments.stages import ROUND
from openpar.parindex.criteria.models import SetStage
from openpar.parindex.criteria.queries import LoadedSet, loaded_set


def leaf_entries(assessment_id: int, criteria: LoadedSet) -> list[LeafEntry]:
    """The self-scored leaves of a sheet as the gap check wants them (one query)."""
    rows = {
        score.criterion_id: score
        for score in Score.objects.filter(assessment_id=assessment_id, layer=Layer.SELF).annotate(
            uses=Count("evidence")
        )
    }
    entries = []
    for leaf in criteria.self_leaves:
        score = rows.get(leaf.id)
        entries.append(
            LeafEntry(
                code=leaf.code,
                answer=None if score is None else Answer.from_json(score.answer),
                outcome=""
                if score is None or (score.points is None and score.outcome == "MISSING")
                else score.outcome,
                note="" if score is None else score.note,
                evidence_count=0 if score is None else score.uses,
                evidence_wanted=leaf.evidence_wanted,
                may_be_not_applicable=leaf.may_be_not_applicable,
                sentence="" if score is None else score.sentence,
            )
        )
    return entries


def appraisal_gaps(round_id: int) -> list[Gap]:
    """Fields whose leaves are not all appraised, with how many are left; silent units do not count."""
    gaps = []
    blocks = RoundBlock.objects.filter(round_id=round_id).select_related("block", "criteria_set")
    done: dict[int, dict[str, int]] = defaultdict(dict)
    for block_id, field_code, count in (
        Score.objects.filter(
            assessment__round_block__round_id=round_id, layer=Layer.APPRAISED, assessment__self_count__gt=0
        )
        .exclude(outcome="MISSING", points__isnull=True)
        .values_list("assessment__round_block_id", "criterion__field_code")
        .annotate(count=Count("pk"))
    ):
        done[block_id][field_code] = count
    for block in blocks:
        criteria = loaded_set(block.criteria_set_id, block.criteria_set.version)
        units = block.assessments.filter(self_count__gt=0).count()
        wanted: dict[str, int] = defaultdict(int)
        for leaf in criteria.leaves.values():
            if not leaf.is_outside:
                wanted[leaf.field_code] += units
        for field_code, count in wanted.items():
            left = count - done[block.pk].get(field_code, 0)
            if left:
                gaps.append(
                    Gap(
                        _("%(block)s, lĩnh vực %(field)s") % {"block": block.block.name, "field": field_code},
                        _("còn %d tiêu chí chưa thẩm định.") % left,
                        code="not_appraised",
                        link=f"/appraisals/{round_id}/",
                    )
                )
    return gaps


def reappraisal_gaps(round_id: int) -> list[Gap]:
    """Explanations that nobody has decided on."""
    decided = Score.objects.filter(
        assessment_id=OuterRef("assessment_id"),
        criterion_id=OuterRef("criterion_id"),
        layer=Layer.REAPPRAISED,
    )
    open_ones = (
        Score.objects.filter(assessment__round_block__round_id=round_id, layer=Layer.EXPLAINED)
        .exclude(Exists(decided))
        .values_list("assessment__unit__name", "criterion__code")
        .order_by("assessment__unit__name_sort", "criterion__position")
    )
    return [
        Gap(
            f"{unit} {code}",
            _("giải trình chưa được trả lời."),
            code="not_decided",
            link=f"/appraisals/{round_id}/",
        )
        for unit, code in open_ones
    ]


def opening_gaps(round: Round) -> list[Gap]:
    """Everything that keeps a round from being opened."""
    gaps = []
    blocks = list(round.blocks.select_related("block", "criteria_set"))
    if not blocks:
        gaps.append(Gap(_("Khối"), _("kỳ chưa có khối nào."), code="no_block"))
    for round_block in blocks:
        name = round_block.block.name
        if round_block.criteria_set.stage not in {SetStage.ISSUED, SetStage.IN_USE}:
            gaps.append(
                Gap(
                    name,
                    _("bộ tiêu chí “%s” chưa ban hành.") % round_block.criteria_set.title,
                    _("Kiểm tra và ban hành bộ tiêu chí trước khi mở kỳ."),
                    code="set_not_issued",
                    link=f"/criteria/{round_block.criteria_set_id}/",
                )
            )
        if not round_block.assessments.exists():
            gaps.append(Gap(name, _("chưa có đơn vị nào."), code="no_unit"))
    stages = set(round.phases.values_list("stage", flat=True))
    gaps.extend(
        Gap(str(stage.label), _("chưa có lịch."), code="no_phase")
        for stage in (RoundStage.SELF_SCORING, RoundStage.APPRAISAL)
        if stage not in stages
    )
    return gaps


def next_stages(round: Round) -> tuple[RoundStage, ...]:
    """Where the round may go from here by `advance_round`, by its own list of phases."""
    held = set(round.phases.values_list("stage", flat=True))
    wanted = (held | {RoundStage.DECISION}) - {RoundStage.SELF_SCORING, RoundStage.PUBLISHED}
    if round.stage == RoundStage.EXPLANATION and RoundStage.REAPPRAISAL in held:
        # What units were promised an answer to is answered.
        wanted.discard(RoundStage.DECISION)
    return tuple(stage for stage in ROUND[RoundStage(round.stage)] if stage in wanted)


def leaving_gaps(round: Round, *, at: datetime, reason: str = "") -> list[Gap]:
    """What keeps the round in its phase."""
    if round.stage == RoundStage.SELF_SCORING:
        window = round.phases.filter(stage=RoundStage.SELF_SCORING).first()
        early = window is not None and at < window.closes_at
        unlocked = (
            Assessment.objects.filter(round_block__round=round).exclude(state=SheetState.LOCKED).count()
        )
        if early and unlocked and not reason.strip():
            return [
                Gap(
                    "",
                    _("chưa hết hạn tự chấm và còn %d đơn vị chưa chốt.") % unlocked,
                    _("Chờ đến hạn, hoặc nêu lý do đóng sớm."),
                    code="early",
                )
            ]
    if round.stage == RoundStage.APPRAISAL:
        return appraisal_gaps(round.pk)
    if round.stage == RoundStage.REAPPRAISAL:
        return reappraisal_gaps(round.pk)
    if round.stage == RoundStage.EXPLANATION:
        return [] if reason.strip() else _explanation_gaps(round, at)
    return []


def _explanation_gaps(round: Round, at: datetime) -> list[Gap]:
    """What a reason gets over: the window is still open, or nobody is going to answer what was explained."""
    phases = {phase.stage: phase for phase in round.phases.all()}
    gaps = []
    window = phases.get(RoundStage.EXPLANATION)
    if window is not None and at < window.closes_at:
        remedy = _("Chờ đến hạn, hoặc nêu lý do đóng sớm.")
        gaps.append(Gap("", _("chưa hết hạn giải trình."), remedy, code="early"))
    unanswered = 0 if RoundStage.REAPPRAISAL in phases else len(reappraisal_gaps(round.pk))
    if unanswered:
        remedy = _("Thêm giai đoạn “%s” vào lịch của kỳ, hoặc nêu lý do.") % RoundStage.REAPPRAISAL.label
        what = _("lịch không có giai đoạn trả lời %d giải trình.") % unanswered
        gaps.append(Gap("", what, remedy, code="unanswered"))
    return gaps

"""What is still missing: in a sheet, in an appraisal, in the answers to explanations."""

from __future__ import annotations

from collections import defaultdict

from django.db.models import Count, Exists, OuterRef
from django.utils.translation import gettext as _

from openpar.common.errors import Gap
from openpar.engine.answers import Answer
from openpar.parindex.assessments.models import (
    Layer,
    RoundBlock,
    Score,
)
from openpar.parindex.assessments.rules import LeafEntry
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

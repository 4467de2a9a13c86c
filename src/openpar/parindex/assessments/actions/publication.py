"""Council, decision, publication: from decided points to a frozen result everybody can follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.accounts.models import RoleHeld
from openpar.base.accounts.queries import Actor
from openpar.base.audit.actions import record
from openpar.base.documents.storage import keep, receive
from openpar.base.notifications.actions import tell
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.parindex.assessments.actions.lost_points import record_lost_points
from openpar.parindex.assessments.actions.rounds import take_all_sheets, take_round
from openpar.parindex.assessments.bundles import published_bundle, result_row
from openpar.parindex.assessments.errors import Incomplete, NotAllowed, NotNow
from openpar.parindex.assessments.models import (
    Adjustment,
    Correction,
    Result,
    Round,
    RoundBundle,
    RoundStage,
)
from openpar.parindex.assessments.permissions import may_chair_council
from openpar.parindex.assessments.recount import recount_faults
from openpar.parindex.assessments.results import BlockResults, UnitResult, results_of_round
from openpar.parindex.assessments.rules import why_not_alone


def publication_gaps(round: Round, blocks: Sequence[BlockResults]) -> list[Gap]:
    """Everything that keeps the result of a round from being recognised."""
    gaps = []
    for block in blocks:
        for unit in block.units:
            if unit.waiting:
                gaps.append(
                    Gap(
                        unit.name,
                        _("còn chờ: %s.") % ", ".join(unit.waiting),
                        _("Nhập kết quả điều tra, kết quả bên ngoài hoặc hoàn tất thẩm định."),
                        code="provisional",
                    )
                )
            gaps.extend(Gap(f"{unit.name} {gap.where}", gap.what, code=gap.code) for gap in unit.gaps)
    claimed = Adjustment.objects.filter(assessment__round_block__round=round, state=Adjustment.State.CLAIMED)
    open_claims = claimed.count()
    if open_claims:
        gaps.append(
            Gap("", _("còn %d đề nghị thưởng, trừ chưa quyết định.") % open_claims, code="open_adjustments")
        )
    proposed = Correction.objects.filter(
        assessment__round_block__round=round, state=Correction.State.PROPOSED
    ).count()
    if proposed:
        gaps.append(
            Gap(
                "",
                _("còn %d đề nghị đính chính chưa quyết định.") % proposed,
                _("Xác nhận hoặc không chấp nhận từng đề nghị."),
                code="open_corrections",
                link=f"/rounds/{round.pk}/corrections/",
            )
        )
    return gaps


def conclude_council(*, round_id: int, met_on: date, conclusion: str, by: Actor, at: datetime) -> None:
    """The chair records that the council has met and accepts the consolidated result.

    Raises NotAllowed, NotNow, Incomplete with everything still open.
    """
    with write_transaction():
        round = Round.objects.select_for_update().get(pk=round_id)
        if not may_chair_council(by):
            raise NotAllowed(
                Gap("", _("chỉ Chủ tịch Hội đồng thẩm định kết luận phiên họp."), code="not_chair")
            )
        if round.stage != RoundStage.DECISION:
            raise NotNow(Gap("", _("Hội đồng họp sau khi thẩm định xong."), code="other_stage"))
        gaps = publication_gaps(round, results_of_round(round.pk))
        if not conclusion.strip():
            gaps.append(Gap(_("Kết luận"), _("chưa nhập."), code="no_conclusion"))
        if gaps:
            raise Incomplete(gaps)
        round.council_met_on = met_on
        round.council_conclusion = conclusion.strip()
        round.council_chair_id = by.person_id
        round.save(update_fields=["council_met_on", "council_conclusion", "council_chair"])
        about = f"round:{round.pk}"
        record(
            by=by,
            at=at,
            verb="council.concluded",
            object=about,
            about=about,
            label=round.title,
            after={"met_on": met_on.isoformat(), "conclusion": round.council_conclusion},
        )


@dataclass(frozen=True)
class Decision:
    """The decision of the People's Committee that recognises the result."""

    number: str
    signed_on: date
    signer: str
    signer_position: str


def _decision_gaps(round: Round, decision: Decision, at: datetime) -> list[Gap]:
    gaps = []
    if not decision.number.strip():
        gaps.append(Gap(_("Số quyết định"), _("chưa nhập."), code="no_number"))
    if not decision.signer.strip():
        gaps.append(Gap(_("Người ký"), _("chưa nhập."), code="no_signer"))
    if decision.signed_on > timezone.localdate(at):
        gaps.append(Gap(_("Ngày ký"), _("không được sau hôm nay."), code="future"))
    if round.council_met_on is None:
        gaps.append(Gap(_("Hội đồng thẩm định"), _("chưa họp, chưa kết luận."), code="no_council"))
    elif decision.signed_on < round.council_met_on:
        gaps.append(Gap(_("Ngày ký"), _("trước ngày Hội đồng họp."), code="before_council"))
    return gaps


def publish_round(*, round_id: int, decision: Decision, by: Actor, at: datetime) -> None:
    """Freezes the result of every unit under the decision, and makes it visible.

    Totals, ranks and classes are computed once, here, from the stored answers' points; a published round
    takes no change any more. Everything is then counted again by a program that shares no code with this
    one; where the two disagree nothing is published. Whoever concluded the council does not publish too.
    Lost points become findings of the units, and each unit owes its review conference (lost_points.py).
    Raises NotAllowed, NotNow, Incomplete with every gap.
    """
    with write_transaction():
        round = take_round(round_id, by)
        take_all_sheets(round)
        if round.stage != RoundStage.DECISION:
            raise NotNow(Gap("", _("kỳ chưa ở giai đoạn chờ công nhận."), code="other_stage"))
        alone = why_not_alone(round.council_chair_id, by.person_id)
        if alone is not None:
            raise NotAllowed(alone)
        blocks = results_of_round(round.pk)
        gaps = [*_decision_gaps(round, decision, at), *publication_gaps(round, blocks)]
        if gaps:
            raise Incomplete(gaps)
        Result.objects.bulk_create(result_row(unit) for block in blocks for unit in block.units)
        round.decision_number = decision.number.strip()
        round.decision_on = decision.signed_on
        round.decision_signer = decision.signer.strip()
        round.decision_signer_position = decision.signer_position.strip()
        round.published_at = at
        round.published_by_id = by.person_id
        round.stage = RoundStage.PUBLISHED
        round.save()
        digest = _bundled(round, at)
        about = f"round:{round.pk}"
        record(
            by=by,
            at=at,
            verb="round.published",
            object=about,
            about=about,
            label=round.title,
            before={"stage": RoundStage.DECISION},
            after={
                "stage": RoundStage.PUBLISHED,
                "decision": round.decision_number,
                "signed_on": decision.signed_on.isoformat(),
                "bundle": digest,
                "results": {unit.name: _told(unit) for block in blocks for unit in block.units},
            },
        )
        record_lost_points(round=round, blocks=blocks, by=by, at=at)
        tell(
            recipients=RoleHeld.objects.as_of(timezone.localdate(at))
            .filter(organisation__assessments__round_block__round=round, user__is_active=True)
            .values_list("user_id", flat=True),
            text=_("Đã công bố kết quả “%(round)s” theo Quyết định %(number)s.")
            % {"round": round.title, "number": round.decision_number},
            link=f"/results/{round.pk}/",
            at=at,
        )


def _bundled(round: Round, at: datetime) -> str:
    """Writes, recounts and keeps the bundle; returns the digest of the round. Raises Incomplete."""
    bundle = published_bundle(round)
    faults = recount_faults(bundle.content)
    if faults:
        raise Incomplete([Gap(_("Tính lại độc lập"), fault, code="recount") for fault in faults])
    with receive(bundle.content, limit=len(bundle.content)) as received:
        keep(received)
    RoundBundle.objects.create(round=round, sha256=bundle.sha256, digest=bundle.digest, made_at=at)
    return bundle.digest


def _told(unit: UnitResult) -> Mapping[str, object]:
    return {
        "total": None if unit.total is None else str(unit.total),
        "rank": unit.rank,
        "rank_of": unit.rank_of,
        "grade": unit.grade,
    }

"""What waits for a round manager or the chair of the council on the first page."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from openpar.base.accounts.models import Role
from openpar.base.accounts.queries import Actor
from openpar.parindex.assessments.actions.adjustments import DECIDE_STAGES
from openpar.parindex.assessments.models import (
    Adjustment,
    Assessment,
    Correction,
    Reopening,
    Round,
    RoundStage,
    SheetState,
)
from openpar.parindex.assessments.queries.control import phase_lines
from openpar.web.home.sections import Item, Section


def waiting(actor: Actor, at: datetime) -> tuple[Section, ...]:
    """The rounds a person manages and what is asked there; the sheets that the council has to accept."""
    return (*_managed(actor), *_to_chair(actor))


def _managed(actor: Actor) -> tuple[Section, ...]:
    where = actor.organisations(Role.ROUND_MANAGER)
    if not where:
        return ()
    items: list[Item] = []
    running = Round.objects.filter(manager_id__in=where).exclude(stage=RoundStage.PUBLISHED)
    for round in running:
        items += [_how_it_stands(round), *_asked(round)]
    return (Section(_("Kỳ đánh giá đang quản lý"), tuple(items), more=reverse("rounds")),)


def _how_it_stands(round: Round) -> Item:
    sheets = Assessment.objects.filter(round_block__round=round).aggregate(
        units=Count("pk"), locked=Count("pk", filter=Q(state=SheetState.LOCKED))
    )
    active = next((line for line in phase_lines(round) if line.state == "active"), None)
    return Item(
        label=round.title,
        link=reverse("round", args=[round.pk]),
        note=_("%(locked)d/%(units)d đơn vị đã chốt phiếu") % sheets,
        state="draft" if round.stage == RoundStage.PREPARATION else "active",
        state_label=str(RoundStage(round.stage).label),
        due=active.last_day if active else None,
    )


def _asked(round: Round) -> list[Item]:
    items = []
    asked = Reopening.objects.filter(
        assessment__round_block__round=round, granted_at__isnull=True, closed_at__isnull=True
    ).count()
    if asked:
        items.append(
            Item(
                label=ngettext("%d đề nghị mở lại phiếu", "%d đề nghị mở lại phiếu", asked) % asked,
                link=reverse("round", args=[round.pk]),
                note=round.title,
                state="waiting",
                state_label=_("Chờ trả lời"),
            )
        )
    return [*items, *_to_settle(round)]


def _to_settle(round: Round) -> list[Item]:
    """What the round's manager or the council's chair decides, whoever of them did not propose it."""
    claimed = 0
    # Before the appraisal nobody may decide them yet.
    if round.stage in DECIDE_STAGES:
        claimed = Adjustment.objects.filter(
            assessment__round_block__round=round, state=Adjustment.State.CLAIMED
        ).count()
    proposed = Correction.objects.filter(
        assessment__round_block__round=round, state=Correction.State.PROPOSED
    ).count()
    texts = (
        (claimed, ngettext("%d đề nghị thưởng, trừ", "%d đề nghị thưởng, trừ", claimed), "round-adjustments"),
        (
            proposed,
            ngettext("%d đề nghị đính chính", "%d đề nghị đính chính", proposed),
            "round-corrections",
        ),
    )
    return [
        Item(
            label=text % count,
            link=reverse(page, args=[round.pk]),
            note=round.title,
            state="waiting",
            state_label=_("Chờ quyết định"),
        )
        for count, text, page in texts
        if count
    ]


def _to_chair(actor: Actor) -> tuple[Section, ...]:
    if not actor.has(Role.COUNCIL_CHAIR):
        return ()
    items: list[Item] = []
    for round in Round.objects.filter(stage=RoundStage.DECISION):
        items += _to_settle(round)
        if round.council_met_on is None:
            items.append(
                Item(
                    label=_("Bảng tổng hợp: %s") % round.title,
                    link=reverse("round-council", args=[round.pk]),
                    state="waiting",
                    state_label=_("Chờ Hội đồng kết luận"),
                )
            )
    return (Section(_("Hội đồng thẩm định"), tuple(items)),)

"""What waits for an appraiser on the first page: fields with rows left, explanations without an answer."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from openpar.base.accounts.models import Role
from openpar.base.accounts.queries import Actor
from openpar.parindex.assessments.models import Round, RoundStage
from openpar.parindex.assessments.queries.appraisal import (
    BlockProgress,
    progress_of_round,
    rounds_to_appraise,
    viewer_of,
    window_of,
)
from openpar.web.home.sections import Item, Section

_INSTANT = timedelta(microseconds=1)
_MOST_FIELDS = 8


def waiting(actor: Actor, at: datetime) -> tuple[Section, ...]:
    """A section of the rounds being appraised; nothing for people who appraise nothing."""
    if not actor.has(Role.APPRAISER):
        return ()
    items: list[Item] = []
    fields: list[Item] = []
    blocks: list[Item] = []
    running = (RoundStage.APPRAISAL, RoundStage.REAPPRAISAL)
    for round in rounds_to_appraise(actor, at).filter(stage__in=running):
        viewer = viewer_of(actor, round.pk)
        if not viewer.fields:
            continue
        due = _last_day(round)
        for block in progress_of_round(round, viewer, at):
            if round.stage == RoundStage.APPRAISAL:
                fields += _fields(round, block, due)
                blocks += _block(round, block, due)
            else:
                items += _answers(round, block, due)
    # A long list is one line a block, so that the first page stays one screen; all of it is one click away.
    items = [*(fields if len(fields) <= _MOST_FIELDS else blocks), *items]
    return (Section(_("Thẩm định"), tuple(items), more=reverse("appraisals")),)


def _last_day(round: Round) -> date | None:
    closes_at = window_of(round).closes_at
    return None if closes_at is None else timezone.localdate(closes_at - _INSTANT)


def _fields(round: Round, block: BlockProgress, due: date | None) -> list[Item]:
    return [
        Item(
            label=f"{field.code}. {field.title}",
            link=reverse("appraisal-leaf", args=[round.pk, block.code, field.next_leaf.leaf.code]),
            note=f"{block.name}, {round.title}",
            state="active",
            state_label=ngettext("còn %d dòng", "còn %d dòng", field.left) % field.left,
            due=due,
        )
        for field in block.fields
        if field.left and field.next_leaf is not None
    ]


def _block(round: Round, block: BlockProgress, due: date | None) -> list[Item]:
    """The same as one line: which fields have rows left, and how many rows that is."""
    waiting = [field for field in block.fields if field.left and field.next_leaf is not None]
    if not waiting:
        return []
    left = sum(field.left for field in waiting)
    named = _("Lĩnh vực %s") % ", ".join(field.code for field in waiting)
    return [
        Item(
            label=block.name,
            link=f"{reverse('appraisal-desk', args=[round.pk])}#field-{block.code}-{waiting[0].code}",
            note=f"{named}, {round.title}",
            state="active",
            state_label=ngettext("còn %d dòng", "còn %d dòng", left) % left,
            due=due,
        )
    ]


def _answers(round: Round, block: BlockProgress, due: date | None) -> list[Item]:
    if not block.explained:
        return []
    count = block.explained
    return [
        Item(
            label=ngettext("%d giải trình chờ trả lời", "%d giải trình chờ trả lời", count) % count,
            link=reverse("appraisal-explanations", args=[round.pk]),
            note=f"{block.name}, {round.title}",
            state="waiting",
            state_label=_("Thẩm định lần 2"),
            due=due,
        )
    ]

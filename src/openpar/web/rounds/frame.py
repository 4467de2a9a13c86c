"""What every page of a round stands in: the round, what its reader may do, the tabs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from openpar.base.accounts.queries import Actor
from openpar.parindex.assessments.models import Round, RoundStage
from openpar.parindex.assessments.permissions import may_manage, oversees
from openpar.parindex.assessments.queries.visibility import visible_rounds
from openpar.web.http import AuthenticatedRequest, actor, now


@dataclass(frozen=True)
class Standpoint:
    """A round with the person who looks at it: those who manage it write, those who oversee it read all."""

    round: Round
    actor: Actor
    manages: bool
    oversees: bool
    at: datetime

    @property
    def stage(self) -> RoundStage:
        return RoundStage(self.round.stage)


Tab = tuple[str, str, bool, int | None]


def standpoint(request: AuthenticatedRequest, round_id: int) -> Standpoint:
    """A round that the person may see at all; 404 otherwise."""
    at = now()
    round = get_object_or_404(visible_rounds(request.user.pk, at), pk=round_id)
    who = actor(request)
    return Standpoint(round, who, may_manage(who, round), oversees(who), at)


def overseen(request: AuthenticatedRequest, round_id: int) -> Standpoint:
    """For the pages behind the calendar: those who oversee rounds; 404 for everybody else."""
    found = standpoint(request, round_id)
    if not (found.manages or found.oversees):
        raise Http404
    return found


def managed(request: AuthenticatedRequest, round_id: int) -> Standpoint:
    """For what only the manager does; 404 for everybody else."""
    found = standpoint(request, round_id)
    if not found.manages:
        raise Http404
    return found


def tabs_of(here: Standpoint, current: str) -> list[Tab]:
    """The pages of a round; `current` is the name of the address of one of them."""
    pages = [
        ("round", _("Tình hình")),
        ("round-setup", _("Khối, đơn vị, lịch")),
        ("round-appraisers", _("Phân công thẩm định")),
        ("round-outside", _("Kết quả bên ngoài")),
        ("round-adjustments", _("Điểm thưởng, điểm trừ")),
        ("round-corrections", pgettext("page", "Đính chính")),
        ("round-council", _("Hội đồng, công bố")),
    ]
    return [(label, reverse(name, args=[here.round.pk]), name == current, None) for name, label in pages]

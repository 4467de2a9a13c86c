"""What a person may see: every list and every page starts here, and a stranger gets 404."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from openpar.base.accounts.models import Role, RoleHeld
from openpar.parindex.assessments.models import (
    AppraiserAssignment,
    Assessment,
    Round,
    RoundStage,
)
from openpar.parindex.assessments.permissions import OVERSEERS, UNIT_ROLES


def visible_assessments(user_id: int, at: datetime) -> QuerySet[Assessment]:
    """The sheets a person may see: of the own unit, of assigned blocks, or all for those who oversee.

    Rights are a join, never a list of what somebody may see.
    """
    held = RoleHeld.objects.as_of(timezone.localdate(at)).filter(user_id=user_id, user__is_active=True)
    own = held.filter(organisation_id=OuterRef("organisation_id"), role__in=UNIT_ROLES)
    assigned = AppraiserAssignment.objects.filter(
        appraiser_id=user_id, round_block_id=OuterRef("round_block_id")
    )
    return Assessment.objects.filter(
        Exists(held.filter(role__in=OVERSEERS))
        | Exists(own)
        | (
            Exists(assigned)
            & Exists(held.filter(role=Role.APPRAISER))
            & Q(round_block__round__stage__in=_AFTER_SELF_SCORING)
        )
    )


_AFTER_SELF_SCORING = (
    RoundStage.APPRAISAL,
    RoundStage.EXPLANATION,
    RoundStage.REAPPRAISAL,
    RoundStage.DECISION,
    RoundStage.PUBLISHED,
)


def visible_rounds(user_id: int, at: datetime) -> QuerySet[Round]:
    """Published rounds for everybody who holds a role; the others for those who work in them."""
    held = RoleHeld.objects.as_of(timezone.localdate(at)).filter(user_id=user_id, user__is_active=True)
    sheets = visible_assessments(user_id, at).filter(round_block__round=OuterRef("pk"))
    assigned = AppraiserAssignment.objects.filter(appraiser_id=user_id, round_block__round=OuterRef("pk"))
    return Round.objects.filter(
        (Q(stage=RoundStage.PUBLISHED) & Exists(held))
        | Exists(held.filter(role__in=OVERSEERS))
        | Exists(sheets)
        | Exists(assigned)
    )

"""What a person may see of models and initiatives: every read begins here."""

from __future__ import annotations

from django.db.models import QuerySet

from openpar.base.organisations.roles import Actor
from openpar.reform.initiatives.models import Initiative
from openpar.reform.initiatives.permissions import agencies_seen_by


def visible_initiatives(actor: Actor) -> QuerySet[Initiative]:
    """Of the own agencies, or all for those who oversee; nothing for anybody else."""
    seen = agencies_seen_by(actor)
    if seen is None:
        return Initiative.objects.all()
    return Initiative.objects.filter(organisation_id__in=seen)

"""The machine's own clock, for questions about the machine: is a process at work, is something overdue.

Never for what the law dates: rules and actions are given their moment (`at`, `today`).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone


def age_of(moment: datetime) -> timedelta:
    """How long ago this was; negative when it is still to come."""
    return timezone.now() - moment

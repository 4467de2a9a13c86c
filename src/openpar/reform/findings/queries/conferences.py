"""Conferences that are owed and were not held."""

from __future__ import annotations

from datetime import date

from django.db.models import Exists, OuterRef, QuerySet

from openpar.reform.findings.models import Conference, Finding, FoundBy


def missing_conferences(today: date) -> QuerySet[Conference]:
    """Those whose last day is over, and of which no finding was made yet."""
    told = Finding.objects.filter(found_by=FoundBy.DATA_CHECK, code="F0-02", source_id=OuterRef("pk"))
    missing = Conference.objects.filter(held_on__isnull=True, due_on__lt=today)
    return missing.exclude(Exists(told)).select_related("unit")

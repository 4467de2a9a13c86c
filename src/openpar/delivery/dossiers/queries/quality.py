"""What is wrong with the data: counts beside every ranking, and the work-list behind them."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Count, QuerySet

from openpar.delivery.dossiers.models import DossierImport, QualityHit
from openpar.delivery.dossiers.quality import Rule


def open_hits(
    *,
    rule: Rule | None = None,
    organisations: Collection[int] | None = None,
    batch_id: int | None = None,
) -> QuerySet[QualityHit]:
    """The work-list, newest first: what no later list has told rightly; of one list alone if it is named."""
    found = QualityHit.objects.filter(gone_in__isnull=True).select_related("organisation", "found_in")
    if rule is not None:
        found = found.filter(rule=rule)
    if organisations is not None:
        found = found.filter(organisation_id__in=organisations)
    if batch_id is not None:
        found = found.filter(found_in=batch_id)
    return found.order_by("-found_in_id", "rule", "dossier")


def hits_of_batch(batch_id: int) -> QuerySet[QualityHit]:
    """What one list brought to light."""
    return QualityHit.objects.filter(found_in_id=batch_id).order_by("rule", "dossier")


def hit_counts() -> dict[int, dict[Rule, int]]:
    """Open hits by agency and rule; one query."""
    rows = QualityHit.objects.filter(gone_in__isnull=True).values("organisation_id", "rule")
    found: dict[int, dict[Rule, int]] = {}
    for row in rows.annotate(hits=Count("pk")).order_by("organisation_id", "rule"):
        found.setdefault(row["organisation_id"], {})[Rule(row["rule"])] = row["hits"]
    return found


def imports() -> QuerySet[DossierImport]:
    """The lists that came in, the latest first."""
    return DossierImport.objects.select_related("batch__brought_by").order_by("-id")

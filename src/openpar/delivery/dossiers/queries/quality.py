"""What is wrong with the data: counts beside every ranking, and the work-list behind them."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Count, QuerySet

from openpar.base.facts.current import keys_of_batch
from openpar.base.facts.models import Batch
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


def hits_told_in(
    batch: Batch, *, rule: Rule | None = None, organisations: Collection[int] | None = None
) -> list[QualityHit]:
    """What is wrong with the dossiers of one list as it left them: found by it or before, and gone since or
    not at all.
    """
    found = QualityHit.objects.filter(found_in_id__lte=batch.pk).exclude(gone_in_id__lte=batch.pk)
    if rule is not None:
        found = found.filter(rule=rule)
    if organisations is not None:
        found = found.filter(organisation_id__in=organisations)
    told = {code for (code,) in keys_of_batch(batch)}
    listed = found.select_related("organisation", "found_in").order_by("rule", "dossier")
    return [hit for hit in listed if hit.dossier in told]


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

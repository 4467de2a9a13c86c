"""Finish and due dates that were written anew are found: what was told first stays in sight."""

from __future__ import annotations

from datetime import date

import pytest

from openpar.delivery.dossiers.models import QualityHit
from openpar.demo.dossiers_made import FULL, as_csv, backdated
from tests.delivery.dossiers import lists

pytestmark = pytest.mark.django_db
JUNE, JULY = date(2026, 6, 30), date(2026, 7, 3)
DOSSIERS, PLANTED = 50_000, 1_000


def test_a_thousand_back_datings_among_fifty_thousand_dossiers_are_found_and_hardly_anything_else() -> None:
    lists.province()
    made = lists.year(DOSSIERS, seed=7)
    lists.brought(as_csv(made, lists.moment(JUNE), FULL), lists.moment(JUNE))
    assert not QualityHit.objects.filter(rule__in=("Q7", "Q8")).exists()
    written_anew = backdated(made, 3, PLANTED, known_by=lists.moment(JUNE))
    lists.brought(as_csv(written_anew, lists.moment(JULY), FULL), lists.moment(JULY))
    for rule in ("Q7", "Q8"):
        planted = written_anew.planted[rule]
        found = set(QualityHit.objects.filter(rule=rule).values_list("dossier", flat=True))
        assert len(planted) > PLANTED * 0.45
        assert len(found & planted) >= 0.99 * len(planted)
        assert len(found - planted) <= 0.01 * len(planted)

"""Finish and due dates that were written anew are found: what was told first stays in sight."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from openpar.base.calendars.queries import work_calendar
from openpar.delivery.dossiers.models import QualityHit
from openpar.demo.dossiers_made import FULL, MadeYear, as_csv, backdated
from tests.delivery.dossiers import lists

pytestmark = pytest.mark.django_db
JUNE, JULY = date(2026, 6, 30), date(2026, 7, 3)
DOSSIERS, PLANTED = 50_000, 1_000


def test_a_thousand_back_datings_among_fifty_thousand_dossiers_are_found_and_hardly_anything_else() -> None:
    lists.province()
    made = lists.year(DOSSIERS, seed=7)
    lists.brought(as_csv(made, lists.moment(JUNE), FULL), lists.moment(JUNE))
    assert not QualityHit.objects.filter(rule__in=("Q7", "Q8")).exists()
    calendar = work_calendar()
    written_anew = backdated(made, 3, PLANTED, known_by=lists.moment(JUNE), calendar=calendar)
    lists.brought(as_csv(written_anew, lists.moment(JULY), FULL), lists.moment(JULY))
    for rule in ("Q7", "Q8"):
        planted = written_anew.planted[rule]
        found = set(QualityHit.objects.filter(rule=rule).values_list("dossier", flat=True))
        assert len(planted) > PLANTED * 0.45
        assert len(found & planted) >= 0.99 * len(planted)
        assert len(found - planted) <= 0.01 * len(planted)
    assert_of_every_kind(made, written_anew)


def assert_of_every_kind(made: MadeYear, written_anew: MadeYear) -> None:
    """Among the due days that were moved are some without any excuse, some with an apology that came too late
    and names the new day, some with one in time that names another, some with a supplement.
    """
    planted = np.isin(made.codes, list(written_anew.planted["Q7"]))
    apologised = ~np.isnat(written_anew.apologised)
    too_late = apologised & (written_anew.apologised.astype("datetime64[D]") > made.due_on)
    kinds = (
        planted & ~apologised & np.isnat(made.answered),
        planted & too_late & (written_anew.new_due_on == written_anew.due_on),
        planted & apologised & ~too_late & (written_anew.new_due_on != written_anew.due_on),
        planted & ~apologised & ~np.isnat(made.answered),
    )
    assert all(kind.sum() >= 50 for kind in kinds), [int(kind.sum()) for kind in kinds]
    # And many that were moved rightly.
    moved = (written_anew.due_on != made.due_on) & ~planted
    assert moved.sum() > PLANTED

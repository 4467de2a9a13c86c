"""An appraiser agrees with many units at once about one leaf: all of them, or none."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from openpar.base.accounts.queries import Actor
from openpar.common.db import write_transaction
from openpar.parindex.assessments.actions.appraisals import agree_with_self


def agree_across_units(*, assessment_ids: Iterable[int], code: str, by: Actor, at: datetime) -> int:
    """Appraises one leaf of several units as each of them scored it, in one transaction.

    Rows that are appraised already or were not scored are left as they are. Returns how many were
    appraised. Raises NotAllowed, NotNow as `agree_with_self` does; then nothing is changed.
    """
    with write_transaction():
        # In one order for everybody, so that two appraisers never wait for each other in a ring.
        return sum(
            agree_with_self(assessment_id=assessment_id, codes=[code], by=by, at=at)
            for assessment_id in sorted(set(assessment_ids))
        )

"""A draft from a file that a person looked through: the set and the record of the file, or neither."""

from __future__ import annotations

from datetime import datetime

from openpar.base.accounts.queries import Actor
from openpar.base.intake.actions import keep_batch
from openpar.common.db import write_transaction
from openpar.parindex.criteria.actions.bringing_in import bring_in
from openpar.parindex.criteria.actions.settings import SetHead
from openpar.parindex.criteria.files import UnderstoodSet
from openpar.parindex.criteria.models import CriteriaSet

BATCH_KIND = "criteria"


def bring_in_file(
    *, understood: UnderstoodSet, head: SetHead, file_name: str, sha256: str, by: Actor, at: datetime
) -> CriteriaSet:
    """A new draft from what was understood of a file; `head` says what the person confirmed or corrected.

    Raises CriteriaRefused with everything that keeps the table from being stored.
    """
    with write_transaction():
        mapping = {
            **understood.mapping,
            "total": head.declared_total,
            "survey_points": head.declared_survey,
            "appraisal_points": head.declared_appraisal,
        }
        criteria_set = bring_in(
            mapping=mapping,
            title=head.title,
            is_sample=head.is_sample,
            year=head.year,
            level=head.level,
            by=by,
            at=at,
        )
        keep_batch(
            by=by,
            at=at,
            kind=BATCH_KIND,
            file_name=file_name,
            sha256=sha256,
            accepted_rows=len(understood.lines),
            about=f"criteria_set:{criteria_set.pk}",
        )
        return criteria_set

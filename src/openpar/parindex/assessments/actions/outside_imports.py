"""Outside results brought in by a file: whole or not at all, and the file is remembered either way."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from openpar.base.accounts.queries import Actor
from openpar.base.intake.actions import keep_batch
from openpar.base.intake.models import Batch
from openpar.base.intake.queries import accepted_before
from openpar.common.db import write_transaction
from openpar.common.errors import FileRefused, Gap, Refused
from openpar.parindex.assessments.actions.outside import OutsideValue, record_outside_values
from openpar.parindex.assessments.errors import NotAllowed
from openpar.parindex.assessments.models import Round
from openpar.parindex.assessments.outside_files import read_outside_file
from openpar.parindex.assessments.permissions import may_manage
from openpar.parindex.assessments.queries.outside import outside_places

KIND = "outside_values"


@dataclass(frozen=True)
class Imported:
    """How many values came in; none when exactly this file had been taken in before.

    `left_out`: the rows without figures, in words.
    """

    count: int
    repeated: Batch | None = None
    left_out: tuple[str, ...] = ()


def import_outside_file(
    *, round_id: int, content: bytes, file_name: str, source: str, by: Actor, at: datetime
) -> Imported:
    """Takes in a file of outside results; `source` names the document they come from.

    Raises NotAllowed; FileRefused or BadAnswer with every refused cell, then nothing of it is taken in;
    NotNow and Incomplete as `record_outside_values` does.
    """
    round = Round.objects.get(pk=round_id)
    if not may_manage(by, round):
        raise NotAllowed(Gap("", _("chỉ cơ quan quản lý kỳ đánh giá làm việc này."), code="not_manager"))
    sha256 = hashlib.sha256(content).hexdigest()
    repeated = accepted_before(kind=KIND, sha256=sha256, about=f"round:{round_id}")
    if repeated is not None:
        return Imported(0, repeated)
    try:
        found = read_outside_file(content, outside_places(round))
        if found.gaps:
            raise FileRefused(found.gaps)
        count = _take_in(round, found.values, file_name, sha256, source, by=by, at=at)
        return Imported(count, left_out=tuple(found.left_out))
    except Refused as refused:
        keep_batch(
            by=by,
            at=at,
            kind=KIND,
            file_name=file_name,
            sha256=sha256,
            refusals=refused.gaps,
            about=f"round:{round_id}",
        )
        raise


def _take_in(
    round: Round,
    values: list[OutsideValue],
    file_name: str,
    sha256: str,
    source: str,
    *,
    by: Actor,
    at: datetime,
) -> int:
    with write_transaction():
        count = record_outside_values(round_id=round.pk, values=values, source=source, by=by, at=at)
        keep_batch(
            by=by,
            at=at,
            kind=KIND,
            file_name=file_name,
            sha256=sha256,
            accepted_rows=count,
            about=f"round:{round.pk}",
        )
        return count

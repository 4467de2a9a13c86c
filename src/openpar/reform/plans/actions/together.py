"""Several of the same at once: all of them, or none and every reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.reform.plans.actions.claiming import confirm_done
from openpar.reform.plans.actions.replacing import settle_line
from openpar.reform.plans.errors import PlansRefused, StalePlan
from openpar.reform.plans.lines import Settlement
from openpar.reform.plans.models import Claim, TaskLine


def confirm_together(*, by: Actor, at: datetime, claim_ids: Sequence[int]) -> tuple[Claim, ...]:
    """Reports that are confirmed as one. Raises PlansRefused."""
    with write_transaction():
        return tuple(confirm_done(by=by, at=at, claim_id=claim_id) for claim_id in claim_ids)


def settle_lines(
    *, by: Actor, at: datetime, expected_version: int, settlements: Mapping[int, Settlement]
) -> None:
    """What becomes of several tasks of one draft, by line.

    Raises PlansRefused with the gaps of every line, each leading to its row (`#line-…`), and StalePlan.
    """
    seen, gaps = expected_version, list[Gap]()
    lines = TaskLine.objects.in_bulk(list(settlements))
    with write_transaction():
        for line_id, settlement in settlements.items():
            try:
                settle_line(by=by, at=at, line_id=line_id, expected_version=seen, settlement=settlement)
            except StalePlan:
                raise
            except PlansRefused as error:
                where = _("Nhiệm vụ %s") % (lines[line_id].number or lines[line_id].text[:60])
                gaps += [Gap(where, gap.what, gap.remedy, gap.code, f"#line-{line_id}") for gap in error.gaps]
            else:
                seen += 1
        if gaps:
            raise PlansRefused(gaps)

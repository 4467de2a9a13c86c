"""The duties of publishing, uploading, posting and planning, as dated data (data/procedures/duties.yaml)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from openpar.common.dated_data import holds, rows_of
from openpar.delivery.procedures.contents import Limit
from openpar.delivery.procedures.words import LimitUnit, PostedAt, Tier

PUBLISH, PUBLISH_FAST = "publish_before_effect", "publish_fast_track"
UPLOAD, POST = "upload_after_signing", "post_after_signing"
_PLAN = "review_plan_before"


@dataclass(frozen=True)
class DutyRule:
    """One duty as it held on a day: within `limit`, at `places` for postings; from which law, how certain."""

    limit: Limit
    source: str
    certainty: str
    places: tuple[PostedAt, ...] = ()


def duty_rule(kind: str, *, day: date, tier: Tier | str = "", is_fast_track: bool = False) -> DutyRule | None:
    """The rule of `kind` (PUBLISH, PUBLISH_FAST, UPLOAD, POST) for what was signed on `day`; None when the
    data know of none.
    """
    for row in _rows(kind):
        if not holds(row, day) or row.get("tier", tier) != tier:
            continue
        if row.get("fast_track", is_fast_track) != is_fast_track:
            continue
        return DutyRule(
            Limit(row["count"], LimitUnit(row["unit"])),
            row["source"],
            row["certainty"],
            tuple(PostedAt(place) for place in row.get("places", ())),
        )
    return None


def last_day_of_plan(year: int) -> date | None:
    """The last day for signing the review plan of a year: the day before the one that the law names."""
    first = date(year, 1, 1)
    for row in _rows(_PLAN):
        if holds(row, first):
            return date(year, row["month"], row["day"]) - timedelta(days=1)
    return None


def _rows(kind: str) -> list[dict[str, Any]]:
    return rows_of("procedures/duties.yaml", kind)

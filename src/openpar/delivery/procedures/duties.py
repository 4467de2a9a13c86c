"""The duties of publishing, uploading, posting and planning, as dated data (data/procedures/duties.yaml)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from openpar.common.yaml_files import data_of
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
        if not _holds(row, day) or row.get("tier", tier) != tier:
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
        if _holds(row, first):
            return date(year, row["month"], row["day"]) - timedelta(days=1)
    return None


def _rows(kind: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = _read(Path(settings.OPENPAR_DATA_DIR) / "procedures" / "duties.yaml")[kind]
    return rows


def _holds(row: dict[str, Any], day: date) -> bool:
    return bool(row["from"] <= day and (row["until"] is None or day < row["until"]))


@lru_cache(maxsize=4)
def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = data_of(path)
    return content

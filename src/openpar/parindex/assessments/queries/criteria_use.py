"""Which rounds score by which criteria set."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from openpar.parindex.assessments.models import RoundBlock
from openpar.parindex.assessments.queries.visibility import visible_rounds


@dataclass(frozen=True)
class RoundUse:
    """A round with the blocks that use a set."""

    round_id: int
    title: str
    blocks: tuple[str, ...]


def rounds_using(set_ids: Collection[int], user_id: int, at: datetime) -> dict[int, tuple[RoundUse, ...]]:
    """Set → rounds, newest first, as far as the person may see them (one query)."""
    blocks = (
        RoundBlock.objects.filter(criteria_set_id__in=set_ids, round__in=visible_rounds(user_id, at))
        .order_by("-round__year", "-round_id", "block__position")
        .values_list("criteria_set_id", "round_id", "round__title", "block__name")
    )
    found: dict[int, dict[tuple[int, str], list[str]]] = defaultdict(dict)
    for set_id, round_id, title, block in blocks:
        found[set_id].setdefault((round_id, title), []).append(block)
    return {
        set_id: tuple(RoundUse(round_id, title, tuple(names)) for (round_id, title), names in uses.items())
        for set_id, uses in found.items()
    }

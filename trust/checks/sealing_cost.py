"""Sealing runs beside the work: it costs at most 15 % of the commits, and no save waits for a chain."""

from __future__ import annotations

from trust.check import BOTH, Check, Found, Scale

_WRITERS = 16
_MOST_COST = 0.15


def run(scale: Scale) -> Found:
    import statistics

    from trust.sealing import commits_a_second

    seconds, pairs = scale.of(5, short=1), scale.of(8, short=1)
    without, costs, chain_costs = [], [], []
    for _pair in range(pairs):
        # Side by side, in turns, so that a busy machine is busy for all of them.
        alone = commits_a_second(seconds, writers=_WRITERS)
        beside = commits_a_second(seconds, writers=_WRITERS, seals=True)
        chained = commits_a_second(seconds, writers=_WRITERS, chained=True)
        without.append(alone)
        costs.append(1 - beside / alone)
        chain_costs.append(1 - chained / alone)
    cost, chain_cost = statistics.median(costs), statistics.median(chain_costs)
    too_dear = not scale.short and cost > _MOST_COST
    return Found(
        figures={
            "commits a second": round(statistics.median(without)),
            "cost %": round(cost * 100, 1),
            "cost of a hash chain %": round(chain_cost * 100, 1),
        },
        violations=(f"sealing costs {cost:.0%} of the commits",) if too_dear else (),
        planted={"rows that were never sealed are noticed": _notices_unsealed()},
    )


def _notices_unsealed() -> bool:
    """The wall behind it: a sealer that fell asleep stops the taking in of scores."""
    from datetime import timedelta

    from django.utils import timezone

    from openpar.base.audit.models import Sealing
    from openpar.parindex.assessments.errors import NotSealed
    from openpar.parindex.assessments.models import Assessment
    from openpar.parindex.assessments.sheets import refuse_without_seal

    sheet = Assessment()
    refused = []
    for minutes in (1, 14, 16):
        Sealing.objects.update_or_create(
            pk=1, defaults={"sealed_until": timezone.now() - timedelta(minutes=minutes)}
        )
        setattr(sheet, "sealed_until", Sealing.objects.get().sealed_until)  # noqa: B010  # an annotation of the query, not a field that mypy knows
        try:
            refuse_without_seal(sheet)
        except NotSealed:
            refused.append(minutes)
    return refused == [16]


CHECK = Check("sealing_cost", "sealing costs at most 15 % of the commit rate", run, BOTH)

"""What stays the same of a line when sets of criteria follow each other year by year."""

from __future__ import annotations

from collections.abc import Collection

from openpar.parindex.criteria.models import Criterion


def lasting_keys(criterion_ids: Collection[int]) -> dict[int, str]:
    """By criterion: a key that it shares with the criteria it continues (`same_as`); a query a year back.

    The key names the first criterion of the chain.
    """
    first = {one: one for one in criterion_ids}
    waiting = set(criterion_ids)
    before: dict[int, int] = {}
    while waiting:
        rows = Criterion.objects.filter(pk__in=sorted(waiting), same_as__isnull=False)
        links = {one: older for one, older in rows.values_list("pk", "same_as_id") if older is not None}
        before |= links
        waiting = set(links.values()) - before.keys() - first.keys()
    for one in first:
        seen = {one}
        while (older := before.get(first[one])) is not None and older not in seen:
            seen.add(older)
            first[one] = older
    return {one: f"criterion:{root}" for one, root in first.items()}

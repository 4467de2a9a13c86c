"""The recount: the kept counters against the one SELECT over all facts, with a trace that it was done."""

from __future__ import annotations

from datetime import datetime

from openpar.base.audit.actions import record
from openpar.base.facts.actions.datasets import not_allowed
from openpar.base.facts.counting import Difference, differences_of, moment_of
from openpar.base.facts.datasets import locked
from openpar.base.facts.permissions import may_keep_facts
from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction


def recount(*, by: Actor, at: datetime, dataset: str) -> list[Difference]:
    """Every cell whose kept counters are not what the facts give; none when all is well.

    Events wait only while the kept counters are read, not while the facts are counted. Raises
    UnknownDataset, FactsRefused for a stranger, EngineUnavailable.
    """
    with write_transaction():
        to = locked(dataset)
        if not may_keep_facts(by):
            raise not_allowed(by)
        moment = moment_of(to)
    found = differences_of(to, moment)
    with write_transaction():
        record(
            by=by,
            at=at,
            verb="facts.recounted",
            object=f"dataset:{to.dataset_id}",
            label=dataset,
            after={"rows": len(found)},
        )
    return found

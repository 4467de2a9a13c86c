"""Facts put in: by the thousand after an import, one by one with every event; counters in the same moment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection
from django.utils.translation import gettext as _

from openpar.base.audit.actions import NotInTransaction, record
from openpar.base.facts.actions.datasets import not_allowed
from openpar.base.facts.datasets import Registered, last_read, locked, shared, shared_row
from openpar.base.facts.declarations import year_and_month
from openpar.base.facts.errors import FactsRefused, StaleFacts, UnknownDataset
from openpar.base.facts.kept import Fact, add_to_kept, add_to_kept_after, changes_of_counters, changes_of_fact
from openpar.base.facts.models import Dataset, KeptCounter, RecentFact, StoredPart
from openpar.base.facts.permissions import may_bring_facts, may_keep_facts
from openpar.base.facts.staged_facts import StagedFacts
from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction

_UPSERT = (
    "INSERT INTO facts_recentfact (dataset_id, key, settled, newest, revision) "
    "SELECT id, %s, %s, %s, 1 FROM {dataset} "
    "ON CONFLICT (dataset_id, key) DO UPDATE SET newest = excluded.newest, "
    "revision = facts_recentfact.revision + 1 "
    # What the event started from must be what lies there: else somebody else was faster.
    "WHERE COALESCE(facts_recentfact.newest, '') = COALESCE(excluded.settled, '')"
)


def put_fact(*, dataset: str, key: str, before: Fact | None, after: Fact | None) -> None:
    """One event: the fact of a key as it was and as it is now (None: there is none), and the kept counters,
    in the transaction of the action that records the event and leaves the trace.

    Raises NotInTransaction, FactsRefused for numbers outside of the declaration, and StaleFacts when the
    fact is no longer `before`: read it anew. A wrong `before` of a fact that was settled long ago is not
    seen here; the next recount names it.
    """
    if not connection.in_atomic_block:
        raise NotInTransaction("put_fact")
    try:
        _put(last_read(dataset), key, before, after)
    except (FactsRefused, UnknownDataset):
        # Perhaps only by a declaration that is no longer the newest.
        _put(shared(dataset), key, before, after)


def _put(to: Registered, key: str, before: Fact | None, after: Fact | None) -> None:
    """By a declaration that may no longer be the newest: then the fact is refused as stale."""
    for fact in (before, after):
        if fact is not None:
            _refuse_unfit(to, key, fact)
    names = to.counting.names
    values = [key, _text(names, before), _text(names, after), to.dataset_id, to.sha256]
    changes = list(changes_of_fact(to.counting, before, after).items())
    if not add_to_kept_after(_UPSERT.format(dataset=shared_row()), values, to, changes):
        what = _("dữ kiện của “%s” đã được thay đổi ở nơi khác") % key
        raise StaleFacts.because(key, what, _("Đọc lại rồi thực hiện lại"), code="stale-fact")


def _text(names: Sequence[str], fact: Fact | None) -> str | None:
    return None if fact is None else ",".join([str(fact[name]) for name in names])


def _refuse_unfit(to: Registered, key: str, fact: Fact) -> None:
    limits = to.counting.limits
    if len(fact) == len(limits) and all(
        type(fact.get(name)) is int and least <= fact[name] <= most for name, (least, most) in limits.items()
    ):
        return
    wrong = [
        f"{name} = {fact.get(name)!r} ({least}–{most})"
        for name, (least, most) in limits.items()
        if type(fact.get(name)) is not int or not least <= fact[name] <= most
    ]
    wrong += sorted(set(fact) - set(limits))
    raise FactsRefused.because(key, _("không khớp với khai báo: %s") % "; ".join(wrong), code="fact-unfit")


def put_facts(*, by: Actor, at: datetime, staged: StagedFacts) -> None:
    """Staged facts begin to count, together with what they change in the kept counters.

    Raises FactsRefused for a stranger; StaleFacts when other facts were put in since they were staged, or
    an event changed one of theirs: stage them anew.
    """
    with write_transaction():
        to = locked(staged.dataset.name)
        if not may_bring_facts(by):
            raise not_allowed(by)
        _refuse_stale(to, staged)
        if _changed_since(to, staged):
            raise _stale(to)
        RecentFact.objects.filter(dataset_id=to.dataset_id, pk__in=[one.id for one in staged.seen]).delete()
        if staged.replaces_all:
            KeptCounter.objects.filter(dataset_id=to.dataset_id).delete()
        add_to_kept(to, changes_of_counters(staged.change))
        _exchange(to, staged, at)
        _trace(to, staged, by=by, at=at, verb="facts.facts_put")


def settle_facts(*, by: Actor, at: datetime, staged: StagedFacts) -> None:
    """Facts that events changed move into the files; nothing that counts changes by it.

    One that an event changed again since it was staged goes on waiting. Raises FactsRefused for a
    stranger, StaleFacts when other facts were put in since.
    """
    with write_transaction():
        to = locked(staged.dataset.name)
        if not may_keep_facts(by):
            raise not_allowed(by)
        _refuse_stale(to, staged)
        changed = _changed_since(to, staged)
        settled = [one for one in staged.seen if one.key not in changed]
        RecentFact.objects.filter(dataset_id=to.dataset_id, pk__in=[one.id for one in settled]).delete()
        for one in staged.seen:
            if one.key in changed:
                text = None if one.newest is None else ",".join(map(str, one.newest))
                RecentFact.objects.filter(dataset_id=to.dataset_id, key=one.key).update(settled=text)
        _exchange(to, staged, at)
        _trace(to, staged, by=by, at=at, verb="facts.compacted")


def _stale(to: Registered) -> StaleFacts:
    what = _("dữ kiện đã thay đổi từ khi chuẩn bị")
    return StaleFacts.because(to.name, what, _("Chuẩn bị lại rồi thực hiện lại"), code="stale-facts")


def _refuse_stale(to: Registered, staged: StagedFacts) -> None:
    gone = any(month.kept is not None and not month.kept.path.exists() for month in staged.months)
    if gone or (to.generation, to.schema_id) != (staged.dataset.generation, staged.dataset.schema_id):
        raise _stale(to)


def _changed_since(to: Registered, staged: StagedFacts) -> set[str]:
    """The keys of the staged facts that an event changed since they were staged."""
    seen = {one.key: one.revision for one in staged.seen}
    rows = RecentFact.objects.filter(dataset_id=to.dataset_id).values_list("key", "revision")
    now = {key: revision for key, revision in rows if staged.replaces_all or key in staged.keys}
    return {key for key in {*seen, *now} if seen.get(key) != now.get(key)}


def _exchange(to: Registered, staged: StagedFacts, at: datetime) -> None:
    """The new files count instead of the old ones; a month whose file came out the same keeps it."""
    old = dict(
        StoredPart.objects.filter(
            pk__in=[month.replaces for month in staged.months if month.replaces]
        ).values_list("pk", "sha256")
    )
    changed = [
        month
        for month in staged.months
        if month.kept is None or old.get(month.replaces or 0) != month.kept.sha256
    ]
    StoredPart.objects.filter(pk__in=[month.replaces for month in changed if month.replaces]).update(
        retired_at=at
    )
    for month in changed:
        if month.kept is None:
            continue
        year, number = year_and_month(month.month)
        StoredPart.objects.create(
            dataset_id=to.dataset_id,
            schema_id=to.schema_id,
            what=StoredPart.What.FACTS,
            year=year,
            month=number,
            sha256=month.kept.sha256,
            size=month.kept.size,
            rows=month.facts,
            added_at=at,
        )
    Dataset.objects.filter(pk=to.dataset_id).update(generation=to.generation + 1)


def _trace(to: Registered, staged: StagedFacts, *, by: Actor, at: datetime, verb: str) -> None:
    record(
        by=by,
        at=at,
        verb=verb,
        object=f"dataset:{to.dataset_id}",
        label=to.name,
        after={
            "rows": staged.facts,
            "sha256": [month.kept.sha256 for month in staged.months if month.kept is not None],
        },
    )

"""Reminding: the message and the line of the ledger that says so, in one transaction."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime

from django.db import IntegrityError
from django.db.models import Max
from django.utils import timezone

from openpar.base.notifications.actions.telling import Word, active_of, tell_all
from openpar.base.notifications.due import DueThing
from openpar.base.notifications.models import Reminder, Topic
from openpar.base.notifications.rules import Owed, Rule, UnknownKind, owed, settings_in_force
from openpar.base.notifications.wording import reminder_text
from openpar.common.db import write_transaction

# As many things as one transaction remembers; what was done before a fall stays done.
_AT_ONCE = 300
# How often a batch is counted anew because another run was faster.
_TRIES = 5


def remind(*, things: Iterable[DueThing], at: datetime) -> int:
    """Tells everybody what is due by the rules and was not told yet; returns how many messages that were.

    May be run at any time, twice at once, and after it was killed: the ledger has each step of each thing
    once for each person. Raises UnknownKind before anything is written for things without a rule.
    """
    today = timezone.localdate(at)
    rules = settings_in_force().rules_on(today)
    known = list(things)
    unknown = sorted({thing.kind for thing in known} - rules.keys())
    if unknown:
        raise UnknownKind(f"data/reminders.yaml has no rule on {today} for {', '.join(unknown)}")
    # Nobody told of anything yet: what is not due even so needs no question.
    due = [thing for thing in known if owed(thing, rules[thing.kind], today=today, told={})]
    return sum(_remind_of(batch, rules, at) for batch in _batches(due))


def _batches(due: Sequence[DueThing]) -> Iterator[list[DueThing]]:
    """Portions for one transaction each; what belongs together stays in one, however much it is."""
    groups: dict[Hashable, list[DueThing]] = {}
    for thing in due:
        groups.setdefault(_key(thing) if thing.together is None else _group(thing), []).append(thing)
    batch: list[DueThing] = []
    for group in groups.values():
        if batch and len(batch) + len(group) > _AT_ONCE:
            yield batch
            batch = []
        batch = [*batch, *group]
    if batch:
        yield batch


def _group(thing: DueThing) -> Hashable:
    return thing.kind, thing.due_on, thing.together


def _remind_of(things: Sequence[DueThing], rules: Mapping[str, Rule], at: datetime) -> int:
    for _try in range(_TRIES):
        try:
            with write_transaction():
                return _write(_owed_now(things, rules, timezone.localdate(at)), rules, at)
        except IntegrityError:
            # Another run has written one of these lines since we looked: look again.
            continue
    raise RuntimeError(f"{things[0].object} and others: the ledger changes all the time")


def _owed_now(things: Sequence[DueThing], rules: Mapping[str, Rule], today: date) -> list[Owed]:
    told = _told(things)
    found = [
        one
        for thing in things
        for one in owed(thing, rules[thing.kind], today=today, told=told.get(_key(thing), {}))
    ]
    active = active_of(one.recipient for one in found)
    return [one for one in found if one.recipient in active]


def _key(thing: DueThing) -> tuple[str, str, date]:
    return thing.kind, thing.object, thing.due_on


def _told(things: Sequence[DueThing]) -> Mapping[tuple[str, str, date], Mapping[int, int]]:
    """The latest step in the ledger, by thing and person."""
    rows = (
        Reminder.objects.filter(
            object__in={thing.object for thing in things}, kind__in={thing.kind for thing in things}
        )
        .values_list("kind", "object", "due_on", "recipient_id")
        .annotate(latest=Max("step"))
        .order_by()
    )
    told: dict[tuple[str, str, date], dict[int, int]] = {}
    for kind, object_, due_on, recipient, latest in rows:
        told.setdefault((kind, object_, due_on), {})[recipient] = latest
    return told


def _write(found: Sequence[Owed], rules: Mapping[str, Rule], at: datetime) -> int:
    today = timezone.localdate(at)
    heard = _heard_at_once(found)
    words = [
        Word(
            each[0].recipient,
            reminder_text([one.thing for one in each], rules[each[0].thing.kind].counts, today),
            _link(each),
        )
        for each in heard
    ]
    messages = tell_all(words=words, topic=Topic.REMINDER, at=at)
    Reminder.objects.bulk_create(
        Reminder(
            kind=one.thing.kind,
            object=one.thing.object,
            due_on=one.thing.due_on,
            step=one.offset,
            recipient_id=one.recipient,
            passed_over=" ".join(f"{offset:+d}" for offset in one.passed_over),
            message=message,
        )
        for each, message in zip(heard, messages, strict=True)
        for one in each
    )
    return len(messages)


def _heard_at_once(found: Sequence[Owed]) -> list[list[Owed]]:
    """What one message tells: the same step of things that belong together, to the same person; else one."""
    heard: dict[Hashable, list[Owed]] = {}
    for place, one in enumerate(found):
        told = place if one.thing.together is None else (_group(one.thing), one.offset)
        heard.setdefault((one.recipient, told), []).append(one)
    return list(heard.values())


def _link(each: Sequence[Owed]) -> str:
    thing = each[0].thing
    return thing.link if len(each) == 1 or thing.together is None else thing.together.link

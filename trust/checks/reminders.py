"""Every reminder exactly once: two weeks of days, the runner of the jobs killed at random, days left out."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from random import Random
from typing import Any

from trust.check import BOTH, Check, Found, Scale
from trust.facts_world import DEAD, dying, in_child

_START = date(2026, 3, 2)
# From one fortnight to the next, so that no job of the one thinks of the other.
_APART = timedelta(60)
_TICKS = 5
# Numbers that are given once: of the fortnights of planted defects, and of single things.
_numbered = iter(range(1_000_000))
_SINGLE = 500_000
_PATIENCE = 10


def run(scale: Scale) -> Found:
    from django.conf import settings

    from trust import reminded

    settings.EMAIL_HOST, settings.EMAIL_BACKEND = "mail.example.vn", "trust.reminded.Letterbox"
    _read_in()
    people = in_child(_people)
    violations: list[str] = []
    kills = missed = 0
    for number in range(scale.of(12, short=1)):
        fortnight = _fortnight(scale, number, scale.of(60, short=25))
        played = _play(fortnight, people, scale.random("kills", number), "")
        kills, missed = kills + played["kills"], missed + played["missed"]
        violations += [f"fortnight {number}: {fault}" for fault in played["wrong"]]
    looked = in_child(_numbers)
    violations += looked["wrong"]
    points = in_child(partial(_points, people))
    for point in scale.random("points").sample(range(1, points + 1), scale.of(points, short=5)):
        violations += _killed_at(point, people, "")
        kills += 1
    for number in range(scale.of(40, short=2)):
        violations += _at_once(number, people)
    return Found(
        figures={
            "reminders": looked["told"],
            "runners killed with -9": kills,
            "days without a run": missed,
            "letters that arrived": len(reminded.arrived("letters")),
            "messages that arrived at the gateway": len(reminded.arrived("gateway")),
        },
        violations=tuple(violations[:50]),
        planted={
            "the line of the ledger in a transaction of its own": _somewhere(points, people, "two writes"),
            "a run that was killed is not caught up": _in_days(scale, people, "since the last start"),
            "a step is due only on its own day": _in_days(scale, people, "only today"),
            "a ledger that forgets the deadline": _in_days(scale, people, "any deadline"),
        },
    )


def _read_in() -> None:
    """What every child needs, once: a child that imports and reads it itself takes ten times as long."""
    from django.utils.translation import gettext

    from openpar.base.notifications.rules import settings_in_force

    for name in ("jobs.schedule", "base.notifications.mail", "base.notifications.sending"):
        importlib.import_module(f"openpar.{name}")
    importlib.import_module("tests.factories")
    settings_in_force()
    gettext("Còn %(days)d ngày, hạn %(due)s: %(what)s")


def _fortnight(scale: Scale, number: int, tasks: int) -> Any:
    from trust.reminded import new_fortnight

    return new_fortnight(scale.random("things", number), _START + number * _APART, number * 1000, tasks)


def _people() -> dict[str, int]:
    """An agency, the side that assigns, and a gateway for messages."""
    from openpar.base.accounts.models import Role, User
    from openpar.base.notifications.actions.gateways import make_gateway
    from openpar.base.notifications.models import Gateway
    from tests import factories

    agency = factories.organisation("Sở Y tế")
    steering = factories.organisation("Sở Nội vụ", assessed=False)
    found = {
        "officer": factories.person_as(Role.FOCAL_OFFICER, agency, "Cán bộ").pk,
        "head": factories.person_as(Role.AGENCY_HEAD, agency, "Thủ trưởng").pk,
        "assigner": factories.person_as(Role.ROUND_MANAGER, steering, "Người giao").pk,
    }
    for name, pk in found.items():
        User.objects.filter(pk=pk).update(email=f"{name}@example.vn")
    make_gateway(
        by=factories.registrar(),
        at=factories.MOMENT,
        name="Cổng tin nhắn",
        address="https://sms.example.vn/",
        reference=Gateway.Reference.ACCOUNT,
    )
    return found


# --- days ---------------------------------------------------------------------------------------------------


def _play(fortnight: Any, people: dict[str, int], chance: Random, planted: str) -> dict[str, Any]:
    """Two weeks: on most days the runner dies once or more before a run ends well, on some there is none."""
    kills = missed = 0
    days = fortnight.days()
    for day in days:
        if chance.random() < 0.2 and day != days[-1]:
            missed += 1
            continue
        for tick in range(_TICKS):
            # Never on the last try of the last day: then everything is to have come.
            dies = chance.random() < 0.6 and not (day == days[-1] and tick == _TICKS - 1)
            point = chance.randint(1, 60) if dies else 0
            fortnight.began.add(day)
            if in_child(partial(_day, fortnight, day, tick, people, point, planted)) != DEAD:
                fortnight.ended.add(day)
                break
            kills += 1
        if chance.random() < 0.5 and not planted:
            kills += in_child(partial(_send, day, chance.randint(1, 120))) == DEAD
    if not planted:
        in_child(partial(_send, days[-1] + timedelta(1), 0))
    return {"kills": kills, "missed": missed, "wrong": in_child(partial(_faults, fortnight, people))}


def _day(fortnight: Any, day: date, tick: int, people: dict[str, int], point: int, planted: str) -> None:
    """The rest of a day from this look of the runner at the clock on, until a run has ended well."""
    from openpar.jobs.actions import claim, finish
    from openpar.jobs.reminding import Provider, remind_of_everything
    from openpar.jobs.running import new_name
    from openpar.jobs.schedule import JOBS
    from trust.reminded import People, moment, things_on

    _plant(planted)
    (job,) = (job for job in JOBS if job.name == "remind")
    provider = Provider("trust", lambda today: things_on(today, fortnight.tasks, People(**people)))
    by = new_name()
    with dying(point):
        # Whoever died before holds the job for a while yet.
        looks = (moment(day, later) for later in range(tick, _TICKS + 2))
        at = next(at for at in looks if claim(job=job, by=by, at=at))
        remind_of_everything(at=at, providers=(provider,))
        finish(name=job.name, by=by, at=at, told="")


def _send(day: date, point: int) -> None:
    """The letter of the day and the gateway, killed on the way."""
    from openpar.base.notifications.actions.letters import make_digests
    from openpar.base.notifications.mail import send_due_mail
    from openpar.base.notifications.sending import deliver_due
    from openpar.base.organisations.roles import operator
    from trust.reminded import moment, take

    def gateway(_address: str, envelope: Any) -> str:
        take("gateway", envelope.headers["webhook-id"])
        return "202 Accepted"

    with dying(point):
        make_digests(at=moment(day, _TICKS))
        send_due_mail()
        while deliver_due(by=operator("trust"), at=moment(day, _TICKS), ask=gateway):
            send_due_mail()


def _faults(fortnight: Any, people: dict[str, int]) -> list[str]:
    from trust.reminded import People, faults

    return faults(fortnight, People(**people))


def _numbers() -> dict[str, Any]:
    """Whatever arrived twice has the same number; nothing is left that has not arrived."""
    from openpar.base.notifications.models import Delivery, Digest, Message, Reminder
    from trust.reminded import arrived

    wrong = []
    letters, messages = set(arrived("letters")), set(arrived("gateway"))
    if len(letters) != Digest.objects.count() or Digest.objects.filter(is_mail_due=True).exists():
        wrong.append(f"{len(letters)} letters arrived of {Digest.objects.count()}")
    if Message.objects.filter(is_digest_due=True).exists():
        wrong.append("messages still wait for a letter")
    taken = {delivery.webhook_id for delivery in Delivery.objects.select_related("message")}
    if messages - taken:
        wrong.append(f"{len(messages - taken)} numbers at the gateway are of no delivery")
    if taken - messages or Delivery.objects.filter(due_at__isnull=False).exists():
        wrong.append(f"{len(taken - messages)} deliveries did not arrive")
    return {"told": Reminder.objects.count(), "wrong": wrong}


def _in_days(scale: Scale, people: dict[str, int], planted: str) -> bool:
    """Two weeks in which by chance nothing was missed or extended show nothing: then two more."""
    for turn in range(_PATIENCE):
        fortnight = _fortnight(scale, 30 + next(_numbered), 40)
        try:
            played = _play(fortnight, people, scale.random("planted", planted, turn), planted)
        except RuntimeError:
            # The ledger itself refused what was planted, and the run broke of it.
            return True
        if played["wrong"]:
            return True
    return False


# --- points -------------------------------------------------------------------------------------------------


def _one_thing(number: int, people: dict[str, int]) -> Any:
    from trust.reminded import People, Task, things_on

    task = Task(number, _START, None, None, _START)
    return list(things_on(_START, (task,), People(**people)))


def _remind_at(number: int, people: dict[str, int], point: int, planted: str) -> list[str]:
    """Reminds of one thing and dies at the point; returns the points that were passed."""
    from openpar.base.notifications.actions.reminding import remind
    from trust.reminded import moment

    _plant(planted)
    with dying(point) as passed:
        remind(things=_one_thing(number, people), at=moment(_START))
    return passed


def _points(people: dict[str, int]) -> int:
    return len(_remind_at(_SINGLE + next(_numbered), people, 0, ""))


def _killed_at(point: int, people: dict[str, int], planted: str) -> list[str]:
    """Killed at the point and run again: one message."""
    number = _SINGLE + next(_numbered)
    in_child(partial(_remind_at, number, people, point, planted))
    in_child(partial(_remind_at, number, people, 0, planted))
    count = in_child(partial(_count, number))
    return [] if count == 1 else [f"killed at point {point}: {count} messages"]


def _count(number: int) -> int:
    from openpar.base.notifications.models import Message

    return Message.objects.filter(link=f"/tasks/{number}/").count()


def _somewhere(points: int, people: dict[str, int], planted: str) -> bool:
    """From the end, where what matters is written."""
    return any(_killed_at(point, people, planted) for point in range(points + 8, 0, -1))


def _at_once(number: int, people: dict[str, int]) -> list[str]:
    """Two runs of one job at the same moment: a lease was lost, and nobody noticed."""
    from django.db import connections

    connections.close_all()
    thing = _SINGLE + next(_numbered)
    waiting, go = os.pipe()
    children = []
    for _run in range(2):
        child = os.fork()
        if child == 0:
            os.close(go)
            # Both begin when the parent lets go of the other end.
            os.read(waiting, 1)
            os._exit(_ended(lambda: _remind_at(thing, people, 0, "")))
        children.append(child)
    os.close(waiting)
    os.close(go)
    failed = [child for child in children if os.waitpid(child, 0)[1]]
    count = in_child(partial(_count, thing))
    wrong = [] if count == 1 else [f"two runs at once, {number}: {count} messages"]
    return wrong + [f"two runs at once, {number}: {len(failed)} broke"] * bool(failed)


def _ended(do: Callable[[], object]) -> int:
    import traceback

    try:
        do()
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


# --- what would be wrong ------------------------------------------------------------------------------------


def _plant(name: str) -> None:
    reminding: Any = importlib.import_module("openpar.base.notifications.actions.reminding")
    really = reminding.owed
    if name == "two writes":
        reminding._remind_of = _in_two_writes
    elif name == "only today":
        reminding.owed = lambda thing, rule, *, today, told: [
            one
            for one in really(thing, rule, today=today, told=told)
            if one.offset == (today - thing.due_on).days
        ]
    elif name == "since the last start":
        reminding.owed = _since_last_start(really)
    elif name == "any deadline":
        reminding._key = lambda thing: (thing.kind, thing.object, _START)
        told = reminding._told
        reminding._told = lambda things: {
            (kind, object_, _START): steps for (kind, object_, _due), steps in told(things).items()
        }


def _in_two_writes(things: Any, rules: Any, at: Any) -> int:
    """Planted: the messages are there before the ledger knows of them."""
    from django.utils import timezone

    from openpar.base.notifications.actions.telling import Word, tell_all
    from openpar.base.notifications.models import Message, Topic
    from openpar.common.db import write_transaction

    reminding: Any = importlib.import_module("openpar.base.notifications.actions.reminding")
    found = reminding._owed_now(things, rules, timezone.localdate(at))
    with write_transaction():
        words = [Word(one.recipient, one.thing.text, one.thing.link) for one in found]
        messages: list[Message] = tell_all(words=words, topic=Topic.REMINDER, at=at)
    reminding.tell_all = lambda **_what: messages
    with write_transaction():
        return int(reminding._write(found, rules, at))


def _since_last_start(really: Any) -> Any:
    """Planted: a run looks at what fell due since the one before began, whether that one ended or not."""
    from pathlib import Path

    mark = Path(os.environ["OPENPAR_VAR_DIR"]) / "last-start"
    last = date.fromisoformat(mark.read_text(encoding="utf-8")) if mark.exists() else None

    def owed(thing: Any, rule: Any, *, today: date, told: Any) -> Any:
        mark.write_text(today.isoformat(), encoding="utf-8")
        found = really(thing, rule, today=today, told=told)
        return [
            one for one in found if last is None or thing.due_on + timedelta(one.offset) > min(last, today)
        ]

    return owed


CHECK = Check(
    "reminders",
    "every reminder comes exactly once, whenever the runner of jobs is killed and whatever days it misses; "
    "what leaves twice by mail or gateway has the same number",
    run,
    BOTH,
)

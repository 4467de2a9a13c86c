"""Who needs a second factor, how fast guessing gets, how long a session lasts: questions, no changes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from openpar.base.access.models import Brake
from openpar.base.organisations.roles import Actor, Role
from openpar.common.yaml_files import data_of

# How long a proof by a second factor counts as fresh, for acts that ask for one.
RECENT = timedelta(minutes=15)
# How long somebody may take from the password to the second factor.
PENDING = timedelta(minutes=10)
# How long a browser that has logged somebody in stays known for that person.
KNOWN_DEVICE = timedelta(days=90)
# `seen_at` is written at most this often, so that reading pages seldom write.
TOUCH_STEP = timedelta(minutes=5)
RECOVERY_CODES = 10
# Connected systems act as accounts with one of these roles: those that bring dossiers in. A test compares
# them with delivery, which stands above and cannot be asked here.
ROLES_THAT_CONNECT = frozenset(
    {Role.FOCAL_OFFICER, Role.PROCEDURE_CONTROLLER, Role.ROUND_MANAGER, Role.ADMINISTRATOR}
)
# Keys of one account that are in use at once, and the letters of the name of a connected system.
MOST_API_KEYS = 10
LONGEST_KEY_NAME = 120


@dataclass(frozen=True)
class Limit:
    """So many failures are free; then each doubles the pause. All is forgotten `forgets_after` the last."""

    free: int
    first_pause: timedelta
    longest_pause: timedelta
    forgets_after: timedelta


_OWN = Limit(5, timedelta(seconds=30), timedelta(hours=1), timedelta(hours=24))
LIMITS = {
    Brake.Kind.ACCOUNT_FROM_ADDRESS: _OWN,
    Brake.Kind.DEVICE: _OWN,
    Brake.Kind.FACTOR: _OWN,
    # Guessing from many addresses. A browser that has logged this person in before is counted by itself,
    # so that strangers cannot keep somebody out on the last evening.
    Brake.Kind.ACCOUNT: Limit(50, timedelta(minutes=1), timedelta(minutes=15), timedelta(hours=24)),
    # An agency, or a province, may stand behind one address.
    Brake.Kind.ADDRESS: Limit(300, timedelta(minutes=1), timedelta(minutes=15), timedelta(hours=1)),
}


def pause_after(kind: Brake.Kind, failures: int) -> timedelta:
    """How long no attempt is taken after so many failures in a row; none up to the free ones."""
    limit = LIMITS[kind]
    if failures < limit.free:
        return timedelta(0)
    doublings = min(failures - limit.free, 20)
    pause: timedelta = limit.first_pause * (1 << doublings)
    return min(pause, limit.longest_pause)


def is_forgotten(kind: Brake.Kind, failed_at: datetime, at: datetime) -> bool:
    return at - failed_at > LIMITS[kind].forgets_after


def session_ends_at(*, opened_at: datetime, seen_at: datetime) -> datetime:
    """The earlier of: idle for too long, open for too long.

    One touch step is added to the idle time, because `seen_at` may be that old for somebody at work.
    """
    idle = timedelta(minutes=settings.OPENPAR_SESSION_IDLE_MINUTES) + TOUCH_STEP
    return min(seen_at + idle, opened_at + timedelta(hours=settings.OPENPAR_SESSION_HOURS))


def given_password_ends_at(given_at: datetime) -> datetime:
    """From this moment on a password that an administrator gave opens nothing any more."""
    return given_at + timedelta(days=settings.OPENPAR_GIVEN_PASSWORD_DAYS)


def needs_second_factor(who: Actor, on: date) -> bool:
    """Holds a role for which data/second_factor.yaml demands one on that day."""
    return any(who.has(role) for role in roles_with_second_factor(on))


def roles_with_second_factor(on: date) -> frozenset[Role]:
    """The roles that data/second_factor.yaml names for a day; each entry holds during [from, until)."""
    return frozenset(
        role
        for since, until, roles in _demands(settings.OPENPAR_DATA_DIR / "second_factor.yaml")
        if since <= on and (until is None or on < until)
        for role in roles
    )


@lru_cache(maxsize=4)
def _demands(path: Path) -> tuple[tuple[date, date | None, tuple[Role, ...]], ...]:
    entries: Iterable[dict[str, object]] = data_of(path)["demands"]
    return tuple(_demand(entry) for entry in entries)


def _demand(entry: dict[str, object]) -> tuple[date, date | None, tuple[Role, ...]]:
    since, until, roles = entry["from"], entry["until"], entry["roles"]
    if not isinstance(since, date) or not isinstance(until, date | None) or not isinstance(roles, list):
        raise ValueError(f"second_factor.yaml: an entry needs from, until and roles: {entry!r}")
    return since, until, tuple(Role(role) for role in roles)

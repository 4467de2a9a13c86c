"""What is counted when somebody tries to get in. The same for accounts that exist and that do not."""

from __future__ import annotations

from dataclasses import dataclass

from openpar.base.access.models import Brake
from openpar.base.organisations.roles import Actor
from openpar.common.sealing import keyed_digest
from openpar.common.text import nfc

# Who acts while nobody has logged in yet; stands in the trace.
NOBODY = Actor(id=None, full_name="Người chưa đăng nhập", held=frozenset())


@dataclass(frozen=True)
class Watched:
    """One thing whose failures are counted. `user_id` is the account it is about, when there is one."""

    kind: Brake.Kind
    key: str
    user_id: int | None = None
    address: str = ""


def watched_at_log_in(
    username: str, *, address: str, user_id: int | None, known_device: str = ""
) -> tuple[Watched, ...]:
    """What a password typed for `username` counts against.

    A browser that has logged this very person in before (`known_device`, from its signed cookie) counts by
    itself alone: neither strangers elsewhere nor colleagues behind the same address can lock it out.
    """
    account = nfc(username).strip().lower()
    if known_device:
        key = keyed_digest(f"{account}\0{known_device}", purpose="brake-device")
        return (Watched(Brake.Kind.DEVICE, key, user_id, address),)
    both = keyed_digest(f"{account}\0{address}", purpose="brake-account-from-address")
    return (
        Watched(Brake.Kind.ACCOUNT_FROM_ADDRESS, both, user_id, address),
        Watched(Brake.Kind.ACCOUNT, keyed_digest(account, purpose="brake-account"), user_id),
        Watched(Brake.Kind.ADDRESS, keyed_digest(address, purpose="brake-address"), None, address),
    )


def watched_of_person(user_id: int, *, address: str) -> tuple[Watched, ...]:
    """What a second factor, or a password typed once more, counts against: the person, wherever from."""
    key = keyed_digest(str(user_id), purpose="brake-factor")
    return (Watched(Brake.Kind.FACTOR, key, user_id, address),)

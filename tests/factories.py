"""People, organisations and documents for the tests, made by the same actions that people use."""

from __future__ import annotations

import re
from datetime import date, datetime
from itertools import count

from django.conf import settings

from openpar.base.accounts.actions import create_user, give_role
from openpar.base.accounts.models import Role, User
from openpar.base.accounts.queries import Actor, actor_of
from openpar.base.organisations.actions import Description, NewOrganisation, found
from openpar.base.organisations.imports import Loaded, load_organisations
from openpar.base.organisations.models import Block, Kind, Organisation
from openpar.base.organisations.roles import operator
from openpar.common.errors import Refused
from openpar.common.formats import VIETNAM
from openpar.common.text import fold

# When things happen unless a test says otherwise; and the day from which organisations and roles exist.
MOMENT = datetime(2026, 1, 5, 8, 0, tzinfo=VIETNAM)
BEGINNING = date(2021, 1, 1)
PASSWORD = "Mat-khau-du-dai-2026"
_numbers = count(1)


def registrar() -> Actor:
    """Who keeps the register and the accounts: an operator at the console."""
    return operator("kiem-thu")


def block(code: str = "so") -> Block:
    """One of the blocks of data/organisations/blocks.csv, all of which are loaded with the first."""
    found = Block.objects.filter(code=code).first()
    if found is not None:
        return found
    content = (settings.OPENPAR_DATA_DIR / "organisations" / "blocks.csv").read_bytes()
    load_organisations(by=registrar(), at=MOMENT, blocks=content)
    return Block.objects.get(code=code)


def lam_dong() -> Loaded:
    """The demo province: its departments before and after 01/03/2025, its 124 communes."""
    folder = settings.OPENPAR_DATA_DIR / "organisations"
    return load_organisations(
        by=registrar(),
        at=MOMENT,
        organisations=(folder / "lam_dong.csv").read_bytes(),
        successions=(folder / "lam_dong_successions.csv").read_bytes(),
        blocks=(folder / "blocks.csv").read_bytes(),
        file_name="lam_dong.csv",
    )


def described(
    name: str = "Sở Nội vụ",
    *,
    kind: Kind = Kind.DEPARTMENT,
    code: str = "",
    parent: Organisation | None = None,
    block_code: str = "",
    assessed: bool = True,
) -> Description:
    """A description; `assessed` sets all three flags."""
    return Description(
        kind=kind,
        name=name,
        code=code,
        parent_id=parent.pk if parent else None,
        block_id=block(block_code).pk if block_code else None,
        is_scored=assessed,
        is_ranked=assessed,
        is_published=assessed,
    )


def new(
    name: str = "Sở Nội vụ", *, key: str = "", code: str = "", kind: Kind = Kind.DEPARTMENT
) -> NewOrganisation:
    """An organisation to be founded by a merger or a split."""
    return NewOrganisation(key=key or _key(name), description=described(name, code=code, kind=kind))


def organisation(
    name: str = "Sở Nội vụ",
    *,
    key: str = "",
    kind: Kind = Kind.DEPARTMENT,
    code: str = "",
    parent: Organisation | None = None,
    block_code: str = "",
    assessed: bool = True,
    on: date = BEGINNING,
) -> Organisation:
    """An organisation that exists from `on`."""
    description = described(
        name, kind=kind, code=code, parent=parent, block_code=block_code, assessed=assessed
    )
    return found(
        by=registrar(),
        at=MOMENT,
        on=on,
        organisation=NewOrganisation(key=key or _key(name), description=description),
        legal_basis="QĐ 1/QĐ-UBND 01/01/2021",
    )


def person(full_name: str = "Nguyễn Văn An", *, username: str = "", password: str | None = None) -> User:
    """Somebody without any role; pass PASSWORD to let them log in."""
    return create_user(
        by=registrar(),
        at=MOMENT,
        username=username or f"nguoi-{next(_numbers)}",
        full_name=full_name,
        password=password,
    )


def person_as(
    role: Role,
    where: Organisation,
    full_name: str = "Nguyễn Văn An",
    *,
    held_from: date = BEGINNING,
    held_until: date | None = None,
    username: str = "",
    password: str | None = None,
) -> User:
    """Somebody with one role in one organisation."""
    user = person(full_name, username=username, password=password)
    give(user, role, where, held_from=held_from, held_until=held_until)
    return user


def give(
    user: User,
    role: Role,
    where: Organisation,
    *,
    held_from: date = BEGINNING,
    held_until: date | None = None,
) -> None:
    give_role(
        by=registrar(),
        at=MOMENT,
        user_id=user.pk,
        role=role,
        organisation_id=where.pk,
        held_from=held_from,
        held_until=held_until,
    )


def actor(user: User, *, at: datetime = MOMENT) -> Actor:
    return actor_of(user.pk, at=at)


def actor_as(role: Role, where: Organisation, full_name: str = "Nguyễn Văn An") -> Actor:
    """Somebody with one role, ready to act."""
    return actor(person_as(role, where, full_name))


def codes_of(refusal: Refused) -> list[str]:
    """The stable words of all gaps, in their order."""
    return [gap.code for gap in refusal.gaps]


def _key(name: str) -> str:
    return f"{re.sub('[^a-z0-9]+', '-', fold(name)).strip('-') or 'x'}-{next(_numbers)}"

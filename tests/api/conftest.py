"""The one-stop system of a commune, its key, and the clock of the lists."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client

from openpar.api import asking
from openpar.base.accounts.models import User
from openpar.base.organisations.roles import Role
from tests import factories
from tests.api.messages import COMMUNE, Push, agency, key_of, sent
from tests.delivery.dossiers.lists import AT


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture(autouse=True)
def _nobody_was_counted() -> Iterator[None]:
    forget = asking.pace_of.cache_clear
    forget()
    yield
    forget()


@pytest.fixture
def officer() -> User:
    """The account of the one-stop system of one commune."""
    return factories.person_as(Role.FOCAL_OFFICER, agency(COMMUNE), "Hệ thống một cửa")


@pytest.fixture
def key(officer: User) -> str:
    return key_of(officer)


@pytest.fixture
def push(key: str) -> Push:
    """Sends a message with the key of the commune's system, or with another."""

    def send(message: object, *, shown: str = key, **more: Any) -> HttpResponse:
        body = message if isinstance(message, bytes) else json.dumps(message).encode()
        return sent(Client(), body, f"Bearer {shown}", **more)

    return send

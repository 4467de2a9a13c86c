"""Signatures are judged by a library that runs a loop of its own, as the child process that calls it may."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _no_loop_of_the_browser() -> Iterator[None]:
    """The journeys leave their loop running in this process; here it must not stand in the way."""
    running = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    yield
    asyncio._set_running_loop(running)

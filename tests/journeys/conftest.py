"""What every journey has: a server with the real views, a Chromium, a window per person."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright
from pytest_django.live_server_helper import LiveServer

from scripts.browser import chromium
from tests.journeys.browser import Visitors

FOLDER = Path(__file__).parent
_ARGUMENTS = [
    "--no-sandbox",
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A page lives for a second or two: compiling its scripts better takes longer than that saves.
    "--js-flags=--no-opt --no-maglev",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if FOLDER in item.path.parents:
            item.add_marker(pytest.mark.journey)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    # Playwright keeps an event loop in this thread; Django would refuse the database below it.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=chromium(), args=_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def live_server() -> Iterator[LiveServer]:
    """The server of pytest-django, but static files come from WhiteNoise as they do in an installation."""
    with pytest.MonkeyPatch.context() as patch:
        handlers = "django.contrib.staticfiles.handlers"
        patch.setattr(f"{handlers}.StaticFilesHandler", lambda application: application)
        server = LiveServer("localhost")
    yield server
    server.stop()


@pytest.fixture
def demands_second_factor() -> None:
    """Asked for by the journeys of the second factor; in the others nobody needs one to log in."""


@pytest.fixture(autouse=True)
def _second_factor_as_demanded(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "demands_second_factor" not in request.fixturenames:
        monkeypatch.setattr("openpar.base.access.rules.roles_with_second_factor", lambda _on: frozenset())


@pytest.fixture
def visitors(browser: Browser, live_server: LiveServer, tmp_path: Path) -> Iterator[Visitors]:
    """The people of a journey; it fails of what their browsers complained of, and leaves pictures of it."""
    found = Visitors(browser, live_server.url)
    yield found
    found.close()
    assert found.complaints == []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """A journey that failed leaves what every window showed."""
    report = yield
    visitors = getattr(item, "funcargs", {}).get("visitors")
    if call.when == "call" and report.failed and isinstance(visitors, Visitors):
        folder: Path = item.funcargs["tmp_path"]  # type: ignore[attr-defined]  # `visitors` asks for it
        for number, page in enumerate(visitors.pages, start=1):
            path = folder / f"window-{number}.png"
            page.screenshot(path=path, full_page=True)
            report.sections.append((f"window {number}", f"{page.url}\n{path}"))
    return report

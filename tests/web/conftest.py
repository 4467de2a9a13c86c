"""People of every role with their browsers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from openpar.base.accounts.models import Role
from openpar.base.organisations.models import Organisation
from tests import factories

LogIn = Callable[..., Client]


@pytest.fixture(autouse=True)
def _static_folder(settings: Settings, tmp_path: Path) -> None:
    """Collected static files: there are none in a test, and WhiteNoise warns of a folder that is missing."""
    settings.STATIC_ROOT = tmp_path


@pytest.fixture
def department(db: None) -> Organisation:
    return factories.organisation("Sở Nội vụ")


@pytest.fixture
def logged_in(department: Organisation) -> LogIn:
    """A browser of somebody with one role in the department, or without any."""

    def log_in(role: Role | None = None, full_name: str = "Nguyễn Thị Hòa") -> Client:
        user = factories.person_as(role, department, full_name) if role else factories.person(full_name)
        client = Client()
        client.force_login(user)
        return client

    return log_in

"""Two parts of the demo province, each built once: the finished round, and the round under way."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from random import Random

import pytest
from pytest_django.fixtures import Settings

from openpar.demo import build, dossiers, finished
from openpar.demo.calendar import FINISHED, moment
from openpar.demo.rounds import Places
from tests.demo.building import begun, running
from tests.worlds import world

TODAY = date(2026, 11, 20)
NOON = moment(TODAY, datetime.min.time().replace(hour=12))


@pytest.fixture(autouse=True)
def _static_folder(settings: Settings, tmp_path: Path) -> None:
    """Collected static files: there are none in a test, and WhiteNoise warns of a folder that is missing."""
    settings.STATIC_ROOT = tmp_path


@world
def finished_demo() -> tuple[str, ...]:
    """The finished round as the demo plays it, with the dossiers of the real case; what was said."""
    said: list[str] = []
    places = begun()
    dossiers.past(places.people.named("demo.kiem-soat"), said.append)
    criteria = build.sample_set(
        "SYNTHETIC_so_2026.yaml", "sở, ban, ngành", FINISHED.year, FINISHED.prepared, places.manager
    )
    finished.build(criteria, places, Random(build.SEED), said.append)
    return tuple(said)


@world
def running_demo() -> Places:
    return running(TODAY)

"""Two parts of the demo province, each built once: the finished round, and the round under way."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from random import Random

import pytest
from pytest_django.fixtures import Settings

from openpar.demo import build, dossiers, finished, reform_running, reform_year
from openpar.demo import running as under_way
from openpar.demo.calendar import FINISHED, moment
from openpar.demo.calendar import running as dates_of
from openpar.demo.one_stop import lists_of
from openpar.demo.people import People
from openpar.demo.rounds import Places, places_of
from tests import factories
from tests.delivery.procedures import catalogue
from tests.worlds import world

TODAY = date(2026, 11, 20)
NOON = moment(TODAY, datetime.min.time().replace(hour=12))


@pytest.fixture(autouse=True)
def _static_folder(settings: Settings, tmp_path: Path) -> None:
    """Collected static files: there are none in a test, and WhiteNoise warns of a folder that is missing."""
    settings.STATIC_ROOT = tmp_path


def _unheard(_said: str) -> None:
    """Nobody follows how the world is built."""


def _begun() -> Places:
    """Organisations, a calendar, people, the definitions of indicators."""
    factories.lam_dong()
    catalogue.calendar()
    people = People(factories.MOMENT, Random(build.SEED + 1))
    people.one_click()
    dossiers.load_indicators(date(2021, 1, 4))
    return places_of(people)


@world
def finished_demo() -> tuple[str, ...]:
    """The finished round as the demo plays it, with the dossiers of the real case; what was said."""
    said: list[str] = []
    places = _begun()
    dossiers.past(places.people.named("demo.kiem-soat"), said.append)
    criteria = build.sample_set(
        "SYNTHETIC_so_2026.yaml", "sở, ban, ngành", FINISHED.year, FINISHED.prepared, places.manager
    )
    finished.build(criteria, places, Random(build.SEED), said.append)
    return tuple(said)


@world
def running_demo() -> Places:
    """The departments' half of the round under way, filled from what was told until then: the published round
    before it, the reform year that followed, the one that runs, dossiers.
    """
    places = _begun()
    dates = dates_of(TODAY)
    past = build.sample_set(
        "SYNTHETIC_so_2026.yaml", "sở, ban, ngành", FINISHED.year, FINISHED.prepared, places.manager
    )
    finished.build(past, places, Random(build.SEED), _unheard)
    reform_year.build(places, _unheard)
    reform_running.build(places, TODAY, _unheard)
    lists = lists_of(TODAY, dates.self_scoring)
    dossiers.bring_in(lists.before, places.people.named("demo.kiem-soat"))
    criteria = build.sample_set(
        "SYNTHETIC_so_2026.yaml", "sở, ban, ngành", TODAY.year, dates.prepared, places.manager
    )
    under_way.build({"so": criteria}, places, TODAY, Random(build.SEED), _unheard)
    return places

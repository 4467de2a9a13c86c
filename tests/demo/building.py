"""The demo province as tests build it: by the demo's own steps, in their order, on a given day."""

from __future__ import annotations

from datetime import date
from random import Random

from openpar.demo import build, dossiers, finished, reform_running, reform_year
from openpar.demo import running as under_way
from openpar.demo.calendar import FINISHED
from openpar.demo.calendar import running as dates_of
from openpar.demo.one_stop import lists_of
from openpar.demo.people import People
from openpar.demo.rounds import Places, places_of
from tests import factories
from tests.delivery.procedures import catalogue


def _unheard(_said: str) -> None:
    """Nobody follows how it is built."""


def begun() -> Places:
    """Organisations, a calendar, people, the definitions of indicators."""
    factories.lam_dong()
    catalogue.calendar()
    people = People(factories.MOMENT, Random(build.SEED + 1))
    people.one_click()
    dossiers.load_indicators(date(2021, 1, 4))
    return places_of(people)


def running(today: date) -> Places:
    """The departments' half of the round under way, filled from what was told until then: the published round
    before it, the reform year that followed, the one that runs, dossiers.
    """
    places = begun()
    dates = dates_of(today)
    past = build.sample_set(
        "SYNTHETIC_so_2026.yaml", "sở, ban, ngành", FINISHED.year, FINISHED.prepared, places.manager
    )
    finished.build(past, places, Random(build.SEED), _unheard)
    reform_year.build(places, _unheard)
    reform_running.build(places, today, _unheard)
    lists = lists_of(today, dates.self_scoring)
    dossiers.bring_in(lists.before, places.people.named("demo.kiem-soat"))
    criteria = build.set_of_next_year(past, today.year, dates.prepared, places.manager)
    under_way.build({"so": criteria}, places, today, Random(build.SEED), _unheard)
    return places

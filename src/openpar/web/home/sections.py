"""What waits for somebody, gathered from the subjects that know. A subject adds its provider to PROVIDERS."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.module_loading import import_string

from openpar.base.accounts.queries import Actor


@dataclass(frozen=True)
class Item:
    """One thing to do or to know: where it leads, how it stands (a state of `ui.pill`), by when."""

    label: str
    link: str
    note: str = ""
    state: str = ""
    state_label: str = ""
    due: date | None = None


@dataclass(frozen=True)
class Section:
    """Things that belong together; `more` leads to all of them."""

    title: str
    items: tuple[Item, ...]
    more: str = ""


Provider = Callable[[Actor, datetime], tuple[Section, ...]]
# By name, because the providers themselves take Item and Section from here.
PROVIDERS: tuple[Provider | str, ...] = (
    "openpar.web.assessments.home.waiting",
    "openpar.web.appraisals.home.waiting",
    "openpar.web.rounds.home.waiting",
    "openpar.web.dossiers.home.waiting",
    "openpar.web.procedures.home.waiting",
    "openpar.web.figures.home.waiting",
    "openpar.web.inspections.home.waiting",
    "openpar.web.plans.home.waiting",
    "openpar.web.findings.home.waiting",
    "openpar.web.reports.home.waiting",
    "openpar.web.initiatives.home.waiting",
    "openpar.web.monitors.home.waiting",
    "openpar.web.people.home.waiting",
)


def sections_for(actor: Actor, at: datetime) -> tuple[Section, ...]:
    """The sections of every provider, in their order; one without items is left out."""
    return tuple(
        section for provider in map(_provider, PROVIDERS) for section in provider(actor, at) if section.items
    )


def _provider(given: Provider | str) -> Provider:
    provider: Provider = import_string(given) if isinstance(given, str) else given
    return provider

"""Where figures can be counted instead of typed: a protocol, and the sources that the settings name.

A source is an object with three attributes, found by its dotted name in `OPENPAR_FIGURE_SOURCES`; it needs
to import nothing from here. What it gives are counts in the names of data/dossier_identities.yaml (or of the
columns of a form of procedures), before any placement: `returned` is a count of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from openpar.engine.periods import Period

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

# By (level, name of the row): level is province, district, commune or empty. None: not known, never 0.
Counted = Mapping[tuple[str, str], Mapping[str, int | None]]


class FigureSource(Protocol):
    """Counts the figures of one agency for one period."""

    @property
    def name(self) -> str:
        """A stable word of at most 40 letters, kept with every cell that it filled."""
        ...

    @property
    def label(self) -> str | StrPromise:
        """As people read it: “đếm từ kho hồ sơ”."""
        ...

    def counts(self, organisation_id: int, form_code: str, period: Period) -> Counted | None:
        """The rows; None where the source has nothing to say about the agency, form or period."""
        ...


def all_sources() -> tuple[FigureSource, ...]:
    """Every source that the settings name."""
    return tuple(import_string(name) for name in settings.OPENPAR_FIGURE_SOURCES)


def source_named(name: str) -> FigureSource | None:
    return next((source for source in all_sources() if source.name == name), None)

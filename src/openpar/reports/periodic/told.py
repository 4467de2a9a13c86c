"""What sources tell of a report: computed figures and sentences, each with what it was made from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from openpar.common.errors import Gap
from openpar.engine.periods import Period
from openpar.engine.report_lines import Value
from openpar.reports.periodic.calendar import PROVINCE, Asked


@dataclass(frozen=True)
class Subject:
    """Whose report of which days is being made; `period` ends where the figures are cut off."""

    organisation_id: int
    level: str
    reporter: str
    asked: Asked
    period: Period
    at: datetime

    @property
    def is_province(self) -> bool:
        return self.level == PROVINCE

    @property
    def until_on(self) -> date:
        return self.period.until_on


@dataclass(frozen=True)
class Computed:
    """The figures of a line, from what in words, and the page that shows it."""

    value: Value
    words: str
    link: str = ""


@dataclass(frozen=True)
class Sentence:
    """One sentence of a first draft, and the page of what it tells of."""

    text: str
    link: str = ""


@dataclass(frozen=True)
class Source:
    """A source: figures by line, sentences by topic, and what it finds missing in the report."""

    name: str
    label: str
    values: Callable[[Subject], Mapping[str, Computed]] | None = None
    sentences: Callable[[Subject], Mapping[str, Sequence[Sentence]]] | None = None
    gaps: Callable[[Subject], Sequence[Gap]] | None = None

"""Registers: what the program itself keeps line by line – tasks, findings, inspections, reports – counted for
indicators as a dataset of facts is.

A register is an object with the attributes of `Register`, found by its dotted name in
`OPENPAR_INDICATOR_REGISTERS`. An indicator names it as its dataset, with `REGISTER_BASIS`. What it counts of
an organisation is the organisation's own; a register says itself what that is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from openpar.engine.periods import Period
from openpar.parindex.indicators.definitions import Definition
from openpar.parindex.indicators.figures import Figure, figure_of

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

# A register counts what belongs to the period in its own way; there is no choice of months.
REGISTER_BASIS = "period"


@dataclass(frozen=True)
class RegisterLine:
    """One line behind a figure: what it adds to which counts, and where it is shown. `key` never changes."""

    key: str
    label: str
    link: str
    counts: Mapping[str, int]


class Register(Protocol):
    """Counts the lines of organisations in a period."""

    @property
    def name(self) -> str:
        """What indicators write as their dataset."""
        ...

    @property
    def label(self) -> str | StrPromise:
        """As people read it: “nhiệm vụ trong kế hoạch”."""
        ...

    @property
    def counts(self) -> tuple[str, ...]:
        """The names of all counts."""
        ...

    def lines(
        self, organisation_ids: Collection[int], during: Period, today: date
    ) -> Mapping[int, Sequence[RegisterLine]]:
        """By organisation, as things stand today, or stood on the last day of a period that is over. An
        organisation of which nothing is known is not in it: that is not 0.
        """
        ...


def register_named(name: str) -> Register | None:
    """The register that indicators call so."""
    found: Iterable[Register] = map(import_string, settings.OPENPAR_INDICATOR_REGISTERS)
    return next((register for register in found if register.name == name), None)


def gaps_of_register(register: Register, definition: Definition) -> tuple[str, ...]:
    """Why the register cannot answer a definition; nothing when it can."""
    gaps = []
    if definition.basis != REGISTER_BASIS:
        gaps.append(
            _("sổ “%(name)s” đếm theo “%(basis)s”") % {"name": register.name, "basis": REGISTER_BASIS}
        )
    unknown = [name for name in definition.counts if name not in register.counts]
    if unknown:
        names = ", ".join(unknown)
        gaps.append(_("sổ “%(name)s” không có số đếm %(names)s") % {"name": register.name, "names": names})
    return tuple(gaps)


@dataclass(frozen=True)
class Listed:
    """The figure of one organisation out of a register, with the lines it was counted from."""

    figure: Figure
    parts: Mapping[str, int]
    lines: tuple[RegisterLine, ...] = ()

    @property
    def sha256(self) -> str:
        """The digest of which lines count, and for what."""
        said = sorted([line.key, sorted(line.counts.items())] for line in self.lines)
        text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def listed(
    register: Register, definition: Definition, during: Period, organisations: Collection[int], today: date
) -> dict[int, Listed]:
    """organisation → its figure now; no data where the register knows nothing, or cannot answer."""
    gaps = gaps_of_register(register, definition)
    if gaps:
        return dict.fromkeys(organisations, Listed(figure_of(None, None, "; ".join(gaps)), {}))
    found = register.lines(organisations, during, today)
    return {one: _listed(definition, found.get(one)) for one in organisations}


def _listed(definition: Definition, lines: Sequence[RegisterLine] | None) -> Listed:
    if lines is None:
        return Listed(figure_of(None, None, _("chưa có dòng nào của đơn vị trong kỳ")), {})
    parts = {name: sum(line.counts.get(name, 0) for line in lines) for name in definition.counts}
    behind = tuple(line for line in lines if any(line.counts.get(name) for name in definition.counts))
    top, bottom = (
        sum(parts[name] for name in names) for names in (definition.numerator, definition.denominator)
    )
    return Listed(figure_of(Decimal(top), Decimal(bottom)), parts, behind)


def lines_as_stored(lines: Iterable[RegisterLine]) -> list[dict[str, object]]:
    """Lines as a value keeps them."""
    return [{**vars(line), "counts": dict(line.counts)} for line in lines]


def stored_lines(stored: Iterable[Mapping[str, object]]) -> tuple[RegisterLine, ...]:
    """The lines that a value keeps."""
    return tuple(RegisterLine(**line) for line in stored)  # type: ignore[arg-type]  # written by lines_as_stored

"""Report forms as dated data: columns, what must hold in a row, and where counts without a column go
(dossiers.md 6.2). Writing them is somebody else's work.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from openpar.engine.errors import EngineError

Row = Mapping[str, int | None]


class ColumnKind(StrEnum):
    """What stands in a column: the number of the row, a name, or a count."""

    ORDINAL = "ordinal"
    TEXT = "text"
    COUNT = "count"


class NoSuchPlacement(EngineError):
    """The form has no such choice for counts without a column."""


@dataclass(frozen=True, slots=True)
class FormColumn:
    """A column: its printed number, the count in it, and the headings above one another."""

    number: int
    key: str
    kind: ColumnKind
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Equation:
    """sum of `left` = sum of `right`, or at most that. `is_target`: aimed at; less is no error."""

    id: str
    left: tuple[str, ...]
    right: tuple[str, ...]
    at_most: bool = False
    is_target: bool = False


@dataclass(frozen=True, slots=True)
class Placement:
    """Where counts that the form has no column for go: into others, or into columns of their own, which then
    belong to the right side of the equation `equation`. A choice that the report prints.
    """

    id: str
    name: str
    into: Mapping[str, tuple[str, ...]]
    columns: tuple[FormColumn, ...] = ()
    equation: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """One version of a form, for periods that end on the days [valid_from, valid_until): None is open.

    `blocks`: levels one below the other on the sheet; none if there is one table. `across`: identities
    between rows and periods that hold besides (engine/balance.py).
    """

    code: str
    version: str
    title: str
    document: str
    certainty: str
    rows: str
    valid_from: date
    valid_until: date | None
    columns: tuple[FormColumn, ...]
    equations: tuple[Equation, ...]
    across: tuple[str, ...] = ()
    blocks: tuple[str, ...] = ()
    placements: tuple[Placement, ...] = ()

    def placement(self, name: str) -> Placement:
        """The choice with this id. Raises NoSuchPlacement."""
        for placement in self.placements:
            if placement.id == name:
                return placement
        known = ", ".join(each.id for each in self.placements)
        raise NoSuchPlacement(f"{self.code}: không có cách đặt “{name}”; chọn một trong: {known}.")

    def with_columns_of(self, placement: Placement) -> "Form":
        """The form with the columns that the choice adds, and its equation with them on the right side."""
        if not placement.columns:
            return self
        more = tuple(column.key for column in placement.columns)
        equations = tuple(
            Equation(each.id, each.left, (*each.right, *more), each.at_most, each.is_target)
            if each.id == placement.equation
            else each
            for each in self.equations
        )
        found = {name: getattr(self, name) for name in self.__slots__}
        return Form(**{**found, "columns": (*self.columns, *placement.columns), "equations": equations})


@dataclass(frozen=True, slots=True)
class EquationFound:
    """One equation in one row: `gap` = left − right, None where a cell is blank; `holds` likewise."""

    equation: Equation
    gap: int | None
    holds: bool | None


def form_on(forms: Iterable[Form], code: str, on: date) -> Form | None:
    """The version of a form for a period that ends on a day; of several, the one that began last."""
    found = [
        form
        for form in forms
        if form.code == code and form.valid_from <= on and (form.valid_until is None or on < form.valid_until)
    ]
    return max(found, key=lambda form: form.valid_from, default=None)


def check_form_row(form: Form, row: Row) -> tuple[EquationFound, ...]:
    """Every equation of the form in one row. A blank cell leaves an equation open: it is not 0."""
    return tuple(_look_at(equation, row) for equation in form.equations)


def row_of(form: Form, counts: Row, placement: Placement) -> dict[str, int | None]:
    """The cells of one row from counts: those of the columns, with the others put where the choice says.

    A count that the choice moves and nobody knows leaves its columns blank; one that is not among the counts
    does not exist there and moves nothing.
    """
    columns = (*form.columns, *placement.columns)
    cells = {column.key: counts.get(column.key) for column in columns if column.kind is ColumnKind.COUNT}
    for name, targets in placement.into.items():
        if name not in counts:
            continue
        moved = counts[name]
        for target in targets:
            before = cells[target]
            cells[target] = None if before is None or moved is None else before + moved
    return cells


def _look_at(equation: Equation, row: Row) -> EquationFound:
    left, right = _sum(row, equation.left), _sum(row, equation.right)
    if left is None or right is None:
        return EquationFound(equation, None, None)
    gap = left - right
    return EquationFound(equation, gap, gap <= 0 if equation.at_most or equation.is_target else gap == 0)


def _sum(row: Row, names: Iterable[str]) -> int | None:
    total = 0
    for name in names:
        value = row.get(name)
        if value is None:
            return None
        total += value
    return total

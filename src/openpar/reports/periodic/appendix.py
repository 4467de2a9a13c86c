"""The lines of the statistical appendix and what must hold between them, from the data, by date."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from openpar.common.yaml_files import texts_of
from openpar.engine.balance import ColumnKind, CountColumn, Finding, Identities, Identity, check_row
from openpar.engine.errors import SetProblem
from openpar.engine.parameters import Parameters
from openpar.engine.report_lines import Kind, Line, OverAgencies, OverTime, Value
from openpar.reports.periodic import data_files
from openpar.reports.periodic.calendar import PROVINCE

# Second figure of a line in an identity: “6.1/2”.
_SECOND = "/2"
# The left side of an inequality may be greater by what this stands for (engine/balance.py, `remainder`).
_REST = "rest"


@dataclass(frozen=True)
class Appendix:
    """One dated version."""

    version: str
    title: str
    source: str
    certainty: str
    valid_from: date
    valid_until: date | None
    lines: tuple[Line, ...]
    identities: Identities

    def line(self, code: str) -> Line | None:
        return next((line for line in self.lines if line.code == code), None)

    def lines_of(self, reporter: str) -> tuple[Line, ...]:
        """The lines of a kind of reporter (department, commune, province).

        The province also tells what only its agencies are asked: its own report would lack their dossiers.
        What does not add up over agencies is theirs alone.
        """
        tells_all = reporter == PROVINCE
        return tuple(
            line
            for line in self.lines
            if not line.of
            or reporter in line.of
            or (tells_all and line.over_agencies is not OverAgencies.OWN)
        )

    def reconciled(self, values: Mapping[str, Value]) -> tuple[Finding, ...]:
        """Every identity, with its figures; open where one is not known."""
        return check_row(self.identities, _counts(self, values))

    def identity_text(self, id: str) -> str:
        return next((each.title for each in self.identities.identities if each.id == id), id)


def all_appendices() -> tuple[Appendix, ...]:
    """Every version there is in the data; read once."""
    return _all(data_files.folder())


def appendix_on(day: date) -> Appendix | None:
    """The version for a period that ends on a day."""
    return next(
        (
            one
            for one in all_appendices()
            if one.valid_from <= day and (one.valid_until is None or day < one.valid_until)
        ),
        None,
    )


def appendix_of_version(version: str) -> Appendix:
    """The version that a report was made with. Raises LookupError."""
    for one in all_appendices():
        if one.version == version:
            return one
    raise LookupError(f"no appendix {version} in the data")


@lru_cache(maxsize=4)
def _all(folder: Path) -> tuple[Appendix, ...]:
    return tuple(_appendix(path) for path in sorted(folder.glob("appendix_*.yaml")))


def _appendix(path: Path) -> Appendix:
    problems: list[SetProblem] = []
    given = Parameters(texts_of(path), path.name, problems, "FORMAT")
    lines = tuple(map(_line, given.rows("lines")))
    found = Appendix(
        version=given.text("version", None),
        title=given.text("title", None),
        source=given.text("source", None),
        certainty=given.one_of("certainty", ("V", "S", "R"), None),
        valid_from=given.day("valid_from"),
        valid_until=given.optional_day("valid_until"),
        lines=lines,
        identities=Identities(
            given.text("version", None),
            given.text("source", None),
            tuple(_columns(lines)),
            tuple(map(_identity, given.rows("identities"))),
        ),
    )
    given.finish()
    known = {column.name for column in found.identities.columns}
    for identity in found.identities.identities:
        for name in (*identity.whole, *identity.parts):
            if name not in known:
                given.fault(f"Đẳng thức “{identity.id}” nêu “{name}”, không có dòng này.", "Sửa mã dòng.")
    for line in lines:
        for code in line.ratio_of:
            if code not in known:
                given.fault(f"Dòng {line.code} tính từ {code}, không có dòng này.", "Sửa mã dòng.")
    data_files.refuse_if(problems)
    return found


def _line(given: Parameters) -> Line:
    given.where = given.text("code", None)
    given.has("meanings")
    meanings = given.found.get("meanings")
    found = Line(
        code=given.where,
        field=given.text("field", None),
        name=given.text("name", None),
        kind=Kind(given.one_of("kind", [kind.value for kind in Kind], None) or Kind.INT),
        over_time=OverTime(given.one_of("over_time", [one.value for one in OverTime], None) or OverTime.SUM),
        over_agencies=OverAgencies(
            given.one_of("over_agencies", [one.value for one in OverAgencies], None) or OverAgencies.SUM
        ),
        parts=given.optional_names("parts"),
        ratio_of=given.optional_names("ratio_of"),
        meanings={int(code): str(said) for code, said in meanings.items()}
        if isinstance(meanings, dict)
        else {},
        of=frozenset(given.optional_names("of")),
        unit=given.text("unit"),
        certainty=given.one_of("certainty", ("V", "S", "R"), "R"),
    )
    given.finish()
    return found


def _identity(given: Parameters) -> Identity:
    given.where = given.text("id", None)
    is_equal = given.has("equal")
    left = given.names("equal" if is_equal else "at_least")
    found = Identity(
        id=given.where,
        title=given.text("text", None),
        whole=left,
        parts=given.names("than"),
        remainder="" if is_equal else _REST,
    )
    given.finish()
    return found


def _columns(lines: tuple[Line, ...]) -> Iterator[CountColumn]:
    for line in lines:
        if line.cells:
            first = f"({line.code} {line.parts[0]})" if line.parts else f"({line.code})"
            yield CountColumn(line.code, first, ColumnKind.FLOW)
        if line.cells == 2:
            yield CountColumn(line.code + _SECOND, f"({line.code} {line.parts[1]})", ColumnKind.FLOW)


def _counts(appendix: Appendix, values: Mapping[str, Value]) -> dict[str, int | None]:
    """The figures by the names of identities; every figure of an appendix is a whole number."""
    found: dict[str, int | None] = {}
    for column in appendix.identities.columns:
        code, slash, _two = column.name.partition("/")
        value = values.get(code, Value())
        figure = value.second if slash else value.first
        found[column.name] = None if figure is None else int(figure)
    return found

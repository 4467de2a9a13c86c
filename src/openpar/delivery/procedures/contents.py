"""What a version says of a procedure, as plain values: for drafts, files, comparisons and the trace.

One form for all of them: a draft line of a decision keeps it as JSON, an import makes it from rows, `diff`
compares two of them, and only `actions/versions.py` turns it into rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from openpar.common.text import nfc
from openpar.delivery.procedures.words import (
    AgencyKind,
    Channel,
    FeeKind,
    Level,
    LimitUnit,
    ProcedureKind,
)


@dataclass(frozen=True)
class Limit:
    """A time limit: `count` in `unit`; within the day has no count."""

    count: int | None
    unit: LimitUnit


@dataclass(frozen=True)
class Agency:
    """Who handles it: the key of one organisation, or a kind of agencies."""

    kind: AgencyKind | None = None
    key: str = ""


@dataclass(frozen=True)
class Term:
    """Time limit and fee of a channel and a case; None and "" mean every channel, every case.

    No limit and no fee kind mean not stated, which is neither zero nor free. The fee is in đồng.
    """

    channel: Channel | None = None
    case: str = ""
    limit: Limit | None = None
    limit_note: str = ""
    fee_kind: FeeKind | None = None
    fee: int | None = None
    fee_note: str = ""

    @property
    def has_fee(self) -> bool | None:
        """Something is to be paid; None when it is not stated."""
        return None if self.fee_kind is None else self.fee_kind is not FeeKind.FREE


@dataclass(frozen=True)
class Paper:
    """One paper of the dossier, with the numbers of originals and copies."""

    name: str
    case: str = ""
    originals: int = 0
    copies: int = 0


@dataclass(frozen=True)
class Body:
    """A body that takes part in an interlinked procedure, with its own limit."""

    name: str
    is_lead: bool = False
    limit: Limit | None = None


@dataclass(frozen=True)
class Contents:
    """The parts of a procedure (NĐ 63/2010 Art. 8), sector, levels, agencies (the first leads)."""

    name: str
    sector: str
    levels: tuple[Level, ...]
    kind: ProcedureKind = ProcedureKind.STANDARD
    agencies: tuple[Agency, ...] = ()
    steps: str = ""
    manner: str = ""
    sets: int | None = None
    applicants: str = ""
    for_citizens: bool = False
    for_businesses: bool = False
    forms: str = ""
    result: str = ""
    conditions: str = ""
    legal_bases: str = ""
    terms: tuple[Term, ...] = ()
    papers: tuple[Paper, ...] = ()
    bodies: tuple[Body, ...] = ()

    @property
    def has_fee(self) -> bool | None:
        """In some channel or case something is to be paid; None when nowhere anything is stated."""
        known = [term.has_fee for term in self.terms if term.has_fee is not None]
        return any(known) if known else None

    @property
    def is_interlinked(self) -> bool:
        return bool(self.bodies)

    @property
    def cases(self) -> tuple[str, ...]:
        """The cases that terms or papers name, in their order; without "every case"."""
        named = (*(term.case for term in self.terms), *(paper.case for paper in self.papers))
        return tuple(dict.fromkeys(case for case in named if case))


def line(text: str) -> str:
    """One line in the one spelling in which text is stored."""
    return " ".join(nfc(text).split())


def block(text: str) -> str:
    """Several lines, each without spaces at its end, no empty ones around."""
    return "\n".join(each.rstrip() for each in nfc(text).replace("\r\n", "\n").split("\n")).strip()


def to_mapping(contents: Contents) -> dict[str, Any]:
    """As JSON keeps it: enumerations by their words."""
    plain = asdict(contents)
    return {name: _plain(value) for name, value in plain.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    # Enumerations are texts with a class; JSON, and the trace, keep the bare text.
    return str(value) if isinstance(value, str) else value


def from_mapping(mapping: Mapping[str, Any]) -> Contents:
    """The contents again. Raises KeyError, TypeError or ValueError for what `to_mapping` did not write."""
    known = {field.name: mapping[field.name] for field in fields(Contents) if field.name in mapping}
    known["levels"] = tuple(Level(level) for level in known["levels"])
    known["kind"] = ProcedureKind(known["kind"])
    known["agencies"] = tuple(
        Agency(AgencyKind(one["kind"]) if one["kind"] else None, one["key"]) for one in known["agencies"]
    )
    known["terms"] = tuple(_term(one) for one in known["terms"])
    known["papers"] = tuple(Paper(**one) for one in known["papers"])
    known["bodies"] = tuple(
        Body(one["name"], one["is_lead"], limit_of(one["limit"])) for one in known["bodies"]
    )
    return Contents(**known)


def _term(one: Mapping[str, Any]) -> Term:
    return Term(
        channel=Channel(one["channel"]) if one["channel"] else None,
        case=one["case"],
        limit=limit_of(one["limit"]),
        limit_note=one["limit_note"],
        fee_kind=FeeKind(one["fee_kind"]) if one["fee_kind"] else None,
        fee=one["fee"],
        fee_note=one["fee_note"],
    )


def limit_of(plain: Mapping[str, Any] | None) -> Limit | None:
    return None if plain is None else Limit(plain["count"], LimitUnit(plain["unit"]))


@dataclass(frozen=True)
class Difference:
    """One part that differs, before and after as `to_mapping` writes it."""

    part: str
    before: Any
    after: Any


def diff(before: Contents, after: Contents) -> tuple[Difference, ...]:
    """The parts that differ, in the order of the fields."""
    old, new = to_mapping(before), to_mapping(after)
    return tuple(Difference(name, old[name], new[name]) for name in old if old[name] != new[name])


def twice(values: Sequence[Any]) -> list[Any]:
    """What stands in a list more than once, each named once."""
    return [value for value in dict.fromkeys(values) if values.count(value) > 1]

"""What the rows of files say, as plain values: versions, their parts, and how procedures are offered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from django.utils.translation import gettext as _

from openpar.base.organisations.register import KEY
from openpar.common.errors import Gap
from openpar.common.text import fold
from openpar.delivery.procedures import columns
from openpar.delivery.procedures.codes import ProcedureCode
from openpar.delivery.procedures.contents import Agency, Body, Contents, Paper, Term
from openpar.delivery.procedures.files import Cells, Tables
from openpar.delivery.procedures.words import (
    Level,
    OnlineLevel,
    ProcedureKind,
    Tier,
)

Part = TypeVar("Part", Term, Paper, Body)
# Number of the procedure and first day: what a version is known by.
Identity = tuple[str, date]


@dataclass(frozen=True)
class DecisionRow:
    """The decision that a version names."""

    number: str
    signed_on: date
    issuer: str
    tier: Tier


@dataclass(frozen=True)
class VersionRow:
    """One version; its parts stand in tables of their own."""

    where: str
    code: ProcedureCode
    valid_from: date
    valid_until: date | None
    contents: Contents
    sector_code: str
    decision: DecisionRow | None
    is_sample: bool

    @property
    def identity(self) -> Identity:
        return self.code.national, self.valid_from


@dataclass(frozen=True)
class ProvisionRow:
    """How a procedure is offered from a day on, by every agency or by the one with this key."""

    where: str
    code: ProcedureCode
    agency: str
    valid_from: date
    online_level: OnlineLevel
    partial_reason: str = ""
    reason_published: str = ""
    portal_since: date | None = None
    pays_online: bool = False
    any_place: bool = False
    at_one_stop: bool = False
    has_internal_workflow: bool = False
    workflow_basis: str = ""
    legal_basis: str = ""


@dataclass
class Understood:
    """Everything the tables say. A kind of parts whose table did not come is None: it stays as it is."""

    versions: list[VersionRow] = field(default_factory=list)
    terms: dict[Identity, list[Term]] | None = None
    papers: dict[Identity, list[Paper]] | None = None
    bodies: dict[Identity, list[Body]] | None = None
    provisions: list[ProvisionRow] = field(default_factory=list)
    # Where each version is named first by a part, for refusals.
    named_at: dict[Identity, str] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)

    @property
    def row_count(self) -> int:
        parts = (self.terms or {}, self.papers or {}, self.bodies or {})
        below = sum(len(rows) for part in parts for rows in part.values())
        return len(self.versions) + len(self.provisions) + below


def understand(tables: Tables) -> Understood:
    """The rows of all tables as values; everything that cannot be read stands in `gaps`."""
    found = Understood()
    for cells in tables.rows.get(columns.PROCEDURES.word, ()):
        found.versions.append(_version(cells))
        found.gaps += cells.gaps
    found.gaps += _twice([(row.identity, row.where) for row in found.versions])
    if columns.TERMS.word in tables.rows:
        found.terms = _parts(tables.rows[columns.TERMS.word], _term, found)
    if columns.PAPERS.word in tables.rows:
        found.papers = _parts(tables.rows[columns.PAPERS.word], _paper, found)
    if columns.BODIES.word in tables.rows:
        found.bodies = _parts(tables.rows[columns.BODIES.word], _body, found)
    for cells in tables.rows.get(columns.PROVISIONS.word, ()):
        row = _provision(cells)
        found.gaps += cells.gaps
        if row:
            found.provisions.append(row)
    offered = [((row.code.national, row.agency, row.valid_from), row.where) for row in found.provisions]
    found.gaps += _twice(offered)
    return found


def _twice(named: Sequence[tuple[object, str]]) -> Iterator[Gap]:
    seen: set[object] = set()
    for identity, where in named:
        if identity in seen:
            remedy = _("Mỗi thủ tục, cơ quan và ngày chỉ ghi một dòng")
            yield Gap(where, _("lặp lại một dòng ở trên"), remedy, code="row-twice")
        seen.add(identity)


def _version(cells: Cells) -> VersionRow:
    return VersionRow(
        where=cells.where("code"),
        code=cells.code(),
        valid_from=cells.needed_day("valid_from"),
        valid_until=cells.day("valid_until"),
        contents=Contents(
            name=cells.line("name", longest=500, is_needed=True),
            sector=cells.line("sector", longest=200, is_needed=True),
            levels=_levels(cells),
            kind=cells.word("kind", columns.KIND_WORDS) or ProcedureKind.STANDARD,
            agencies=_agencies(cells),
            steps=cells.block("steps"),
            manner=cells.block("manner"),
            sets=cells.number("sets", most=999),
            applicants=cells.block("applicants"),
            for_citizens=cells.flag("for_citizens"),
            for_businesses=cells.flag("for_businesses"),
            forms=cells.block("forms"),
            result=cells.block("result"),
            conditions=cells.block("conditions"),
            legal_bases=cells.block("legal_bases"),
        ),
        sector_code=cells.line("sector_code", longest=40),
        decision=_decision(cells),
        is_sample=cells.flag("sample"),
    )


def _levels(cells: Cells) -> tuple[Level, ...]:
    found = cells.words("levels", columns.LEVEL_WORDS)
    if not cells.typed("levels").strip():
        cells.refuse("levels", _("để trống"), _("Ghi tỉnh, xã hoặc tỉnh; xã"), "cell-empty")
    return tuple(level for level in Level if level in found)


def _agencies(cells: Cells) -> tuple[Agency, ...]:
    """Words for kinds of agencies and keys of organisations, separated by semicolons."""
    kinds = {fold(word): kind for word, kind in columns.AGENCY_WORDS.items()}
    found = []
    for text in (one.strip() for one in cells.typed("agencies").split(";")):
        if not text:
            continue
        kind = kinds.get(fold(text))
        if kind is None and not KEY.fullmatch(text):
            words = ", ".join(columns.AGENCY_WORDS)
            remedy = _("Ghi khóa của đơn vị trong danh mục đơn vị, hoặc một trong: %s") % words
            cells.refuse("agencies", _("không hiểu “%s”") % text[:60], remedy, "agency-unknown")
        else:
            found.append(Agency(kind) if kind else Agency(key=text))
    return tuple(dict.fromkeys(found))


def _decision(cells: Cells) -> DecisionRow | None:
    number = cells.line("decision_number", longest=80)
    if not number:
        return None
    issuer = cells.line("decision_issuer", longest=250)
    if not issuer:
        cells.refuse("decision_issuer", _("để trống"), _("Ghi cơ quan ban hành quyết định"), "cell-empty")
    tier = cells.word("decision_tier", columns.TIER_WORDS) or Tier.PROVINCE
    return DecisionRow(number, cells.needed_day("decision_signed_on"), issuer, tier)


def _parts(
    rows: Sequence[Cells], read: Callable[[Cells], Part], found: Understood
) -> dict[Identity, list[Part]]:
    parts: dict[Identity, list[Part]] = {}
    for cells in rows:
        identity = (cells.code().national, cells.needed_day("valid_from"))
        found.named_at.setdefault(identity, cells.where("code"))
        parts.setdefault(identity, []).append(read(cells))
        found.gaps += cells.gaps
    return parts


def _term(cells: Cells) -> Term:
    return Term(
        channel=cells.word("channel", columns.CHANNEL_WORDS),
        case=cells.line("case", longest=300),
        limit=cells.limit(columns.UNIT_WORDS),
        limit_note=cells.line("limit_note", longest=300),
        fee_kind=cells.word("fee_kind", columns.FEE_WORDS),
        fee=cells.number("fee", most=10**12) or None,
        fee_note=cells.line("fee_note", longest=300),
    )


def _paper(cells: Cells) -> Paper:
    return Paper(
        name=cells.line("name", longest=1000, is_needed=True),
        case=cells.line("case", longest=300),
        originals=cells.number("originals", most=999) or 0,
        copies=cells.number("copies", most=999) or 0,
    )


def _body(cells: Cells) -> Body:
    return Body(
        name=cells.line("name", longest=250, is_needed=True),
        is_lead=cells.flag("lead"),
        limit=cells.limit(columns.UNIT_WORDS),
    )


def _provision(cells: Cells) -> ProvisionRow | None:
    level = cells.word("online_level", columns.ONLINE_WORDS)
    if not cells.typed("online_level").strip():
        remedy = _("Một trong: %s") % ", ".join(columns.ONLINE_WORDS)
        cells.refuse("online_level", _("để trống"), remedy, "cell-empty")
    row = ProvisionRow(
        where=cells.where("code"),
        code=cells.code(),
        agency=cells.line("agency", longest=120),
        valid_from=cells.needed_day("valid_from"),
        online_level=level or OnlineLevel.INFORMATION,
        partial_reason=cells.block("partial_reason"),
        reason_published=cells.line("reason_published", longest=300),
        portal_since=cells.day("portal_since"),
        pays_online=cells.flag("pays_online"),
        any_place=cells.flag("any_place"),
        at_one_stop=cells.flag("at_one_stop"),
        has_internal_workflow=cells.flag("internal_workflow"),
        workflow_basis=cells.line("workflow_basis", longest=300),
        legal_basis=cells.line("legal_basis", longest=300),
    )
    return row if level else None

"""The form of a procedure's contents: plain fields, and rows of agencies, terms, papers and bodies.

Rows are numbered; a row left empty says nothing. Works without JavaScript: a button asks for more rows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.http import QueryDict
from django.utils.translation import gettext as _

from openpar.base.organisations.models import Organisation, OrganisationVersion
from openpar.common.errors import Gap, Refused
from openpar.common.formats import format_decimal, parse_decimal
from openpar.common.text import sort_key
from openpar.delivery.procedures.columns import AGENCY_WORDS
from openpar.delivery.procedures.contents import (
    Agency,
    Body,
    Contents,
    Limit,
    Paper,
    Term,
    block,
    line,
)
from openpar.delivery.procedures.words import (
    Channel,
    FeeKind,
    Level,
    LimitUnit,
    ProcedureKind,
)
from openpar.web.organisations.forms import KEY_IN_TEXT

Row = dict[str, str]
_SPARE, _MOST = 2, 200
_ROW_FIELDS: Mapping[str, tuple[str, ...]] = {
    "agency": ("name",),
    "term": ("channel", "case", "limit", "unit", "limit_note", "fee_kind", "fee", "fee_note"),
    "paper": ("name", "case", "originals", "copies"),
    "body": ("name", "lead", "limit", "unit"),
}
_LINES = ("name", "sector")
_BLOCKS = ("steps", "manner", "applicants", "forms", "result", "conditions", "legal_bases")


@dataclass
class Typed:
    """The form as typed, or as it begins: texts by field, and numbered rows."""

    texts: Row
    levels: tuple[str, ...]
    flags: frozenset[str]
    rows: dict[str, list[Row]] = field(default_factory=dict)

    def with_spare_rows(self) -> Typed:
        """Empty rows behind those that are there, to write into."""
        for name, fields in _ROW_FIELDS.items():
            here = self.rows.setdefault(name, [])
            here += [dict.fromkeys(fields, "") for _number in range(_SPARE)]
        return self


def typed_of(contents: Contents, agency_names: Mapping[str, str]) -> Typed:
    """The form of contents that are there; `agency_names` are those of organisations by key."""
    words = {kind: word for word, kind in AGENCY_WORDS.items()}
    texts = {name: getattr(contents, name) for name in (*_LINES, *_BLOCKS)}
    texts["kind"] = contents.kind.value
    texts["sets"] = "" if contents.sets is None else str(contents.sets)
    rows = {
        "agency": [
            {
                "name": f"{agency_names.get(agency.key, '')} [{agency.key}]".strip()
                if agency.key
                else words[agency.kind]
                if agency.kind
                else ""
            }
            for agency in contents.agencies
        ],
        "term": [
            {
                "channel": term.channel or "",
                "case": term.case,
                **_limit_texts(term.limit),
                "limit_note": term.limit_note,
                "fee_kind": term.fee_kind or "",
                "fee": "" if term.fee is None else format_decimal(term.fee),
                "fee_note": term.fee_note,
            }
            for term in contents.terms
        ],
        "paper": [
            {
                "name": paper.name,
                "case": paper.case,
                "originals": str(paper.originals),
                "copies": str(paper.copies),
            }
            for paper in contents.papers
        ],
        "body": [
            {"name": body.name, "lead": "1" if body.is_lead else "", **_limit_texts(body.limit)}
            for body in contents.bodies
        ],
    }
    flags = frozenset(name for name in ("for_citizens", "for_businesses") if getattr(contents, name))
    return Typed(texts, tuple(level.value for level in contents.levels), flags, rows).with_spare_rows()


def _limit_texts(limit: Limit | None) -> Row:
    if limit is None:
        return {"limit": "", "unit": ""}
    return {"limit": "" if limit.count is None else str(limit.count), "unit": limit.unit.value}


def typed_in(post: QueryDict) -> Typed:
    """The form as it was typed, empty rows left out and new ones behind."""
    texts = {name: post.get(name, "") for name in (*_LINES, *_BLOCKS, "kind", "sets")}
    rows: dict[str, list[Row]] = {}
    for name, fields in _ROW_FIELDS.items():
        numbers = sorted(
            {int(found[1]) for key in post if (found := re.fullmatch(rf"{name}-(\d{{1,3}})-\w+", key))}
        )
        listed = [
            {one: post.get(f"{name}-{number}-{one}", "") for one in fields} for number in numbers[:_MOST]
        ]
        rows[name] = [row for row in listed if any(text.strip() for text in row.values())]
    flags = frozenset(name for name in ("for_citizens", "for_businesses") if post.get(name))
    return Typed(texts, tuple(post.getlist("levels")), flags, rows)


def read_contents(typed: Typed) -> Contents:
    """The contents that were typed. Raises Refused with every field that cannot be read."""
    reader = _Reader()
    kind = typed.texts["kind"]
    found = Contents(
        name=line(typed.texts["name"]),
        sector=line(typed.texts["sector"]),
        levels=tuple(level for level in Level if level.value in typed.levels),
        kind=ProcedureKind(kind) if kind in ProcedureKind.values else ProcedureKind.STANDARD,
        agencies=_agencies([row["name"] for row in typed.rows.get("agency", [])], reader),
        sets=reader.number(_("Số bộ hồ sơ"), typed.texts["sets"], "id_sets"),
        for_citizens="for_citizens" in typed.flags,
        for_businesses="for_businesses" in typed.flags,
        terms=tuple(
            reader.term(row, f"term-{number}") for number, row in enumerate(typed.rows.get("term", []), 1)
        ),
        papers=tuple(
            reader.paper(row, f"paper-{number}") for number, row in enumerate(typed.rows.get("paper", []), 1)
        ),
        bodies=tuple(
            reader.body(row, f"body-{number}") for number, row in enumerate(typed.rows.get("body", []), 1)
        ),
        **{name: block(typed.texts[name]) for name in _BLOCKS},
    )
    if reader.gaps:
        raise Refused(reader.gaps)
    return found


def _agencies(texts: list[str], reader: _Reader) -> tuple[Agency, ...]:
    """Kinds by their words, organisations by “name [key]” or by their name."""
    kinds = {word.casefold(): kind for word, kind in AGENCY_WORDS.items()}
    found = []
    for number, text in enumerate((one.strip() for one in texts), 1):
        key = found_key[1] if (found_key := KEY_IN_TEXT.search(text)) else ""
        if text.casefold() in kinds:
            found.append(Agency(kinds[text.casefold()]))
            continue
        known = _known_key(key, text)
        if known:
            found.append(Agency(key=known))
        else:
            remedy = _("Chọn một đơn vị hoặc loại cơ quan trong danh sách gợi ý")
            reader.refuse(
                _("Cơ quan thực hiện"), _("không có “%s”") % text[:80], remedy, f"agency-{number}-name"
            )
    return tuple(dict.fromkeys(found))


def _known_key(key: str, name: str) -> str:
    if key:
        return key if Organisation.objects.filter(key=key).exists() else ""
    keys = OrganisationVersion.objects.filter(name_sort=sort_key(name), valid_until=None)
    here = list(keys.values_list("organisation__key", flat=True)[:2])
    return here[0] if len(here) == 1 else ""


@dataclass
class _Reader:
    """Reads texts of rows; a fault is a gap with the field that it stands in."""

    gaps: list[Gap] = field(default_factory=list)

    def refuse(self, where: str, what: str, remedy: str, name: str) -> None:
        self.gaps.append(Gap(where, what, remedy, code="field-unfit", link=f"#{name}"))

    def number(self, where: str, text: str, name: str, *, is_money: bool = False) -> int | None:
        """A whole number, not negative; money may be grouped by dots."""
        if not text.strip():
            return None
        try:
            found = parse_decimal(text, ambiguous="thousands" if is_money else "refuse", where=where)
        except Refused as refused:
            self.gaps += [Gap(gap.where, gap.what, gap.remedy, gap.code, f"#{name}") for gap in refused.gaps]
            return None
        if found != int(found) or found < 0 or found > 10**12:
            self.refuse(
                where, _("“%s” không phải là số nguyên") % text[:40], _("Ghi số nguyên không âm"), name
            )
            return None
        return int(found)

    def limit(self, row: Row, name: str) -> Limit | None:
        unit = row["unit"] if row["unit"] in LimitUnit.values else ""
        count = self.number(_("Thời hạn"), row["limit"], f"{name}-limit")
        if unit == LimitUnit.SAME_DAY:
            return Limit(None, LimitUnit.SAME_DAY)
        if not unit and count is None:
            return None
        if not unit or not count:
            remedy = _("Ghi số và đơn vị, ví dụ 5 ngày làm việc")
            self.refuse(_("Thời hạn"), _("số và đơn vị không khớp"), remedy, f"{name}-limit")
            return None
        return Limit(count, LimitUnit(unit))

    def term(self, row: Row, name: str) -> Term:
        kind = FeeKind(row["fee_kind"]) if row["fee_kind"] in FeeKind.values else None
        fee = self.number(_("Mức thu"), row["fee"], f"{name}-fee", is_money=True)
        return Term(
            channel=Channel(row["channel"]) if row["channel"] in Channel.values else None,
            case=self.short(row["case"], 300, f"{name}-case"),
            limit=self.limit(row, name),
            limit_note=self.short(row["limit_note"], 300, f"{name}-limit_note"),
            fee_kind=kind or (FeeKind.FIXED if fee else None),
            fee=fee or None,
            fee_note=self.short(row["fee_note"], 300, f"{name}-fee_note"),
        )

    def paper(self, row: Row, name: str) -> Paper:
        if not row["name"].strip():
            self.refuse(_("Thành phần hồ sơ"), _("chưa có tên giấy tờ"), "", f"{name}-name")
        return Paper(
            name=self.short(row["name"], 1000, f"{name}-name"),
            case=self.short(row["case"], 300, f"{name}-case"),
            originals=self.number(_("Bản chính"), row["originals"], f"{name}-originals") or 0,
            copies=self.number(_("Bản sao"), row["copies"], f"{name}-copies") or 0,
        )

    def body(self, row: Row, name: str) -> Body:
        if not row["name"].strip():
            self.refuse(_("Cơ quan liên thông"), _("chưa có tên cơ quan"), "", f"{name}-name")
        return Body(
            name=self.short(row["name"], 250, f"{name}-name"),
            is_lead=bool(row["lead"]),
            limit=self.limit(row, name),
        )

    def short(self, text: str, longest: int, name: str) -> str:
        clean = line(text)
        if len(clean) > longest:
            self.refuse(clean[:40], _("dài quá %d ký tự") % longest, _("Rút ngắn"), name)
        return clean


Choices = list[tuple[str, str]]


def choices() -> dict[str, Choices]:
    """What the selects of the rows offer; the district level is history."""
    return {
        "channels": [(one.value, str(one.label)) for one in Channel],
        "units": [(one.value, str(one.label)) for one in LimitUnit],
        "fee_kinds": [(one.value, str(one.label)) for one in FeeKind],
        "kinds": [(one.value, str(one.label)) for one in ProcedureKind],
        "levels": [(one.value, str(one.label)) for one in Level if one is not Level.DISTRICT],
    }

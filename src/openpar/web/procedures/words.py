"""What stored values of the catalogue are called on the pages."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from openpar.common.formats import format_date, format_decimal
from openpar.delivery.procedures.contents import Contents, Limit, Term, from_mapping
from openpar.delivery.procedures.queries.listing import State
from openpar.delivery.procedures.words import (
    FeeKind,
    Level,
    LimitUnit,
    OnlineLevel,
    ProcedureKind,
)

# A state of `ui.pill` for each level; nothing recorded is "empty".
_ONLINE_STATES = {
    OnlineLevel.FULL: "done",
    OnlineLevel.LEVEL_4: "done",
    OnlineLevel.PARTIAL: "active",
    OnlineLevel.LEVEL_3: "active",
}


def online_pill(level: str | None) -> tuple[str, str]:
    """The level as the name of a sign and as a word."""
    if not level:
        return "empty", _("Chưa ghi nhận")
    found = OnlineLevel(level)
    return _ONLINE_STATES.get(found, "info"), str(found.label)


def limit_words(limit: Limit | None) -> str:
    """“5 ngày làm việc”, “Trong ngày”; not stated is said so."""
    if limit is None:
        return _("Chưa nêu")
    if limit.unit is LimitUnit.SAME_DAY:
        return _("Trong ngày")
    return f"{limit.count} {limit.unit.label}"


def fee_words(term: Term) -> str:
    """“8.000 đồng”, “Không thu”, “Theo quy định riêng”; not stated is said so."""
    if term.fee_kind is None:
        return _("Chưa nêu")
    if term.fee_kind is FeeKind.FIXED and term.fee is not None:
        return _("%s đồng") % format_decimal(term.fee)
    return str(term.fee_kind.label)


def limits_words(terms: tuple[Term, ...]) -> str:
    """The limit of a list line: one when all are equal, else the shortest way to say that they differ."""
    texts = list(dict.fromkeys(limit_words(term.limit) for term in terms))
    if not texts:
        return _("Chưa nêu")
    if len(texts) == 1:
        return texts[0]
    more = len(texts) - 1
    return ngettext("%(first)s (và %(more)d mức khác)", "%(first)s (và %(more)d mức khác)", more) % {
        "first": texts[0],
        "more": more,
    }


def term_words(term: Term) -> str:
    """A whole term in one line, for comparisons."""
    place = " · ".join(word for word in (str(term.channel.label) if term.channel else "", term.case) if word)
    notes = "; ".join(note for note in (term.limit_note, term.fee_note) if note)
    place = place or _("Mọi kênh, mọi trường hợp")
    said = f"{place}: {limit_words(term.limit)}, {fee_words(term)}"
    return f"{said} ({notes})" if notes else said


def levels_words(levels: tuple[Level, ...]) -> str:
    return ", ".join(str(level.label) for level in levels)


def state_choices() -> list[tuple[str, str]]:
    return [
        (State.IN_FORCE, _("Đang có hiệu lực")),
        (State.UPCOMING, _("Chưa có hiệu lực")),
        (State.ENDED, _("Đã hết hiệu lực")),
    ]


def range_words(since: Any, until: Any) -> str:
    """“từ 01/07/2025”, “01/01/2021 – trước 01/07/2025”."""
    if until is None:
        return _("từ %s") % format_date(since)
    return _("%(since)s – trước %(until)s") % {"since": format_date(since), "until": format_date(until)}


def part_names() -> dict[str, str]:
    """The fields of contents as people call them."""
    return {
        "name": _("Tên thủ tục"),
        "sector": _("Lĩnh vực"),
        "levels": _("Cấp thực hiện"),
        "kind": _("Loại thủ tục"),
        "agencies": _("Cơ quan thực hiện"),
        "steps": _("Trình tự thực hiện"),
        "manner": _("Cách thức thực hiện"),
        "sets": _("Số bộ hồ sơ"),
        "applicants": _("Đối tượng thực hiện"),
        "for_citizens": _("Cá nhân"),
        "for_businesses": _("Doanh nghiệp, tổ chức"),
        "forms": _("Mẫu đơn, tờ khai"),
        "result": _("Kết quả thực hiện"),
        "conditions": _("Yêu cầu, điều kiện"),
        "legal_bases": _("Căn cứ pháp lý"),
        "terms": _("Thời hạn, phí, lệ phí"),
        "papers": _("Thành phần hồ sơ"),
        "bodies": _("Cơ quan liên thông"),
    }


def contents_words(contents: Contents, names: dict[str, str]) -> dict[str, str]:
    """Every field of contents as text, one line a row; `names` are those of organisations by key."""
    agencies = (
        names.get(agency.key, agency.key) if agency.key else str(agency.kind.label) if agency.kind else ""
        for agency in contents.agencies
    )
    return {
        "name": contents.name,
        "sector": contents.sector,
        "levels": levels_words(contents.levels),
        "kind": str(ProcedureKind(contents.kind).label),
        "agencies": "\n".join(agencies),
        "steps": contents.steps,
        "manner": contents.manner,
        "sets": "" if contents.sets is None else str(contents.sets),
        "applicants": contents.applicants,
        "for_citizens": _("có") if contents.for_citizens else _("không"),
        "for_businesses": _("có") if contents.for_businesses else _("không"),
        "forms": contents.forms,
        "result": contents.result,
        "conditions": contents.conditions,
        "legal_bases": contents.legal_bases,
        "terms": "\n".join(map(term_words, contents.terms)),
        "papers": "\n".join(
            _("%(name)s (bản chính %(originals)d, bản sao %(copies)d)")
            % {"name": paper.name, "originals": paper.originals, "copies": paper.copies}
            + (f": {paper.case}" if paper.case else "")
            for paper in contents.papers
        ),
        "bodies": "\n".join(
            f"{body.name}: {limit_words(body.limit)}" + (" (" + _("đầu mối") + ")" if body.is_lead else "")
            for body in contents.bodies
        ),
    }


def stored_contents(mapping: Any) -> Contents | None:
    return from_mapping(mapping) if mapping else None

"""The words of a document read into agencies and deadlines, and written back; for forms and files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from openpar.base.organisations.models import OrganisationVersion
from openpar.common.errors import Gap
from openpar.common.formats import format_date, format_decimal
from openpar.common.text import fold
from openpar.engine.periods import PeriodKind
from openpar.reform.plans.classes import class_from_words, class_names
from openpar.reform.plans.deadlines import deadline_from_words
from openpar.reform.plans.errors import PlansRefused
from openpar.reform.plans.lines import Agencies, Deadline
from openpar.reform.plans.models import DeadlineKind, LineAgency, Target, TaskLine

MILLION = Decimal(1_000_000)
OPERATOR_SIGNS = {">=": "≥", ">": ">", "<=": "≤", "<": "<", "=": "="}
_ROMAN = ("I", "II", "III", "IV")
_EACH = {
    PeriodKind.MONTH: gettext_noop("Hằng tháng"),
    PeriodKind.QUARTER: gettext_noop("Hằng quý"),
    PeriodKind.HALF: gettext_noop("6 tháng một lần"),
    PeriodKind.YEAR: gettext_noop("Cả năm"),
}


@dataclass(frozen=True)
class AgencyNames:
    """The names of one day, for reading many cells: folded name or short name → organisation."""

    ids: Mapping[str, int]

    @classmethod
    def on(cls, day: date) -> AgencyNames:
        """One query. A name that two organisations bear is left out: it tells neither."""
        found: dict[str, int] = {}
        twice: set[str] = set()
        rows = OrganisationVersion.objects.as_of(day).values_list("organisation_id", "name", "short_name")
        for organisation_id, name, short_name in rows:
            for word in {fold(name), fold(short_name)} - {""}:
                if found.setdefault(word, organisation_id) != organisation_id:
                    twice.add(word)
        return cls({word: one for word, one in found.items() if word not in twice})


def read_agencies(text: str, names: AgencyNames) -> tuple[tuple[Agencies, ...], tuple[str, ...]]:
    """What a cell means, and the words that mean nobody.

    A class or a whole name first, then parts between “;” and lines, then between commas (names have commas
    themselves: “Sở Văn hóa, Thể thao và Du lịch”).
    """
    found: list[Agencies] = []
    unknown: list[str] = []
    for part in re.split(r"[;\n]", text):
        words = part.strip(" .,-+")
        if words:
            whole = _one(words, names)
            one, strange = ((whole,), ()) if whole else _by_commas(words, names)
            found += one
            unknown += strange
    return tuple(dict.fromkeys(found)), tuple(unknown)


def agencies_from_words(text: str, on: date) -> tuple[Agencies, ...]:
    """As `read_agencies` for one field of a form. Raises PlansRefused with every word that means nobody."""
    found, unknown = read_agencies(text, AgencyNames.on(on))
    if unknown:
        raise PlansRefused([_unknown_gap(words) for words in unknown])
    return found


def required_deadline(text: str, year: int) -> Deadline:
    """As `deadline_from_words`. Raises PlansRefused for words that tell no deadline."""
    found = deadline_from_words(text, year)
    if found is None:
        raise PlansRefused(deadline_gap(text))
    return found


def deadline_gap(text: str, where: str = "") -> Gap:
    """What is said of a deadline that cannot be read."""
    what = _("không hiểu thời hạn “%s”") % text.strip()[:60] if text.strip() else _("chưa ghi thời hạn")
    remedy = _("Ghi ngày, “Quý II”, “Tháng 6”, “Hằng quý”, “Thường xuyên” hoặc “Sau khi …”")
    return Gap(where or _("Thời hạn"), what, remedy, code="deadline-unread")


def deadline_words(line: TaskLine) -> str:
    """The deadline as the document has it, else in our words."""
    return said_by_when(
        Deadline(
            DeadlineKind(line.deadline_kind),
            on=line.due_on,
            quarter=line.quarter,
            each=PeriodKind(line.each) if line.each else None,
            event=line.event,
            words=line.deadline_words,
        )
    )


def said_by_when(deadline: Deadline) -> str:
    """The same of a deadline that stands in no plan yet."""
    if deadline.words:
        return deadline.words
    if deadline.kind is DeadlineKind.DATE and deadline.on is not None:
        return format_date(deadline.on)
    if deadline.kind is DeadlineKind.QUARTER and deadline.quarter is not None:
        return _("Quý %s") % _ROMAN[deadline.quarter - 1]
    if deadline.kind is DeadlineKind.CONTINUOUS:
        return _("Thường xuyên")
    if deadline.kind is DeadlineKind.RECURRING and deadline.each is not None:
        return _(_EACH[deadline.each])
    return _("Sau khi: %s") % deadline.event


def agencies_words(
    agencies: Iterable[LineAgency],
    part: str,
    names: Mapping[int, str],
    classes: Mapping[str, str] | None = None,
) -> str:
    """Who leads or cooperates, as a document words it; `names` by organisation, `classes` by code."""
    classes = class_names() if classes is None else classes
    said = (
        names.get(one.organisation_id or 0) or classes.get(one.agency_class, one.agency_class)
        for one in agencies
        if one.part == part
    )
    return "; ".join(said)


def millions_words(amount: Decimal) -> str:
    """An amount of VND in millions: “1.250,5”."""
    return format_decimal(amount / MILLION, None, trim=True)


def budget_words(amount: Decimal | None, source: str = "") -> str:
    """“1.250,5 triệu đồng (ngân sách tỉnh)”; the source alone without an amount."""
    if amount is None:
        return source
    said = _("%s triệu đồng") % millions_words(amount)
    return f"{said} ({source})" if source else said


def wanted_words(target: Target) -> str:
    """What a target wants: “≥ 90 %”."""
    value = "" if target.value is None else format_decimal(target.value)
    return f"{OPERATOR_SIGNS[target.operator]} {value} {target.unit}".strip()


def unknown_gap_in(where: str, label: str, words: Iterable[str]) -> list[Gap]:
    """The same for a row of a file."""
    return [
        Gap(
            where,
            _("%(label)s: không có cơ quan “%(words)s”") % {"label": label, "words": each[:80]},
            _remedy(),
            code="no-agency",
        )
        for each in words
    ]


def _unknown_gap(words: str) -> Gap:
    what = _("không có cơ quan, nhóm cơ quan “%s”") % words[:80]
    return Gap(_("Chủ trì, phối hợp"), what, _remedy(), code="no-agency")


def _remedy() -> str:
    return _("Ghi đúng tên trong danh mục, các cơ quan cách nhau bằng dấu “;”")


def _one(words: str, names: AgencyNames) -> Agencies | None:
    folded = fold(words)
    if folded in names.ids:
        return Agencies(names.ids[folded])
    code = class_from_words(words)
    return Agencies(agency_class=code) if code else None


def _by_commas(words: str, names: AgencyNames) -> tuple[tuple[Agencies, ...], tuple[str, ...]]:
    """The longest runs of parts between commas that are names."""
    parts = [part.strip() for part in words.split(",") if part.strip()]
    found: list[Agencies] = []
    unknown: list[str] = []
    place = 0
    while place < len(parts):
        for end in range(len(parts), place, -1):
            one = _one(", ".join(parts[place:end]), names)
            if one is not None:
                found.append(one)
                place = end
                break
        else:
            unknown.append(parts[place])
            place += 1
    return tuple(found), tuple(unknown)

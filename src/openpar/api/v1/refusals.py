"""Refused rows of a list, said of the dossiers of a message: index, MaHoSo, national name of the field."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from django.utils.translation import gettext as _

from openpar.api.answers import Refusal
from openpar.api.v1.national import national_name
from openpar.common.errors import Gap

# The first row of a list stands below its headers, counted as a spreadsheet counts.
_FIRST_ROW = 2
_LONGEST = 100


def refusals_of(gaps: Iterable[Gap], dossiers: Sequence[Mapping[str, str]]) -> tuple[Refusal, ...]:
    """The gaps of an import as refusals; `dossiers` are those of the message, in their order."""
    places = {code_of(dossier): index for index, dossier in reversed(list(enumerate(dossiers)))}
    return tuple(_refusal(gap, dossiers, places) for gap in gaps)


def code_of(dossier: Mapping[str, str]) -> str:
    return str(dossier.get("MaHoSo") or "").strip().upper()[:_LONGEST]


def _refusal(gap: Gap, dossiers: Sequence[Mapping[str, str]], places: Mapping[str, int]) -> Refusal:
    found = _row_and_column().fullmatch(gap.where) or _row().fullmatch(gap.where)
    if found is None:
        index = places.get(gap.where) if gap.where else None
        field = "" if index is not None else national_name(gap.where)
        return Refusal(gap.what, gap.remedy, field, index, gap.where if index is not None else "")
    told = found.groupdict()
    index = int(told["row"]) - _FIRST_ROW
    if not 0 <= index < len(dossiers):
        return Refusal(gap.what, gap.remedy, gap.where)
    field = national_name(told.get("column") or "") if told.get("column") else ""
    return Refusal(gap.what, gap.remedy, field, index, code_of(dossiers[index]))


def _row_and_column() -> re.Pattern[str]:
    """The place as the reader of lists writes it, in the language of this answer."""
    text = _("dòng %(row)d, cột “%(column)s”") % {"row": 0, "column": "\1"}
    return re.compile(re.escape(text).replace("0", r"(?P<row>\d+)", 1).replace("\1", "(?P<column>.*)"))


def _row() -> re.Pattern[str]:
    return re.compile(re.escape(_("dòng %d") % 0).replace("0", r"(?P<row>\d+)", 1))

"""Refused rows of a list, said of the dossiers of a message: index, MaHoSo, national name, path."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from openpar.api.answers import Refusal
from openpar.api.v1.national import DOSSIERS, national_name, path_of
from openpar.common.errors import Gap

# The first row of a list stands below its headers, counted as a spreadsheet counts.
_FIRST_ROW = 2
_LONGEST = 100
# A place that the view found by itself: “data[3].TaiLieuNop[0].TenTepDinhKem”.
_PATH = re.compile(rf"{DOSSIERS}\[(?P<index>\d+)\](?P<field>.*)")


def refusals_of(gaps: Iterable[Gap], codes: Sequence[str]) -> tuple[Refusal, ...]:
    """The gaps of a message and of its import as refusals, dossier by dossier as they were sent; `codes` are
    those of the dossiers, in their order.
    """
    places = {code: index for index, code in reversed(list(enumerate(codes)))}
    found = [_refusal(gap, codes, places) for gap in gaps]
    return tuple(sorted(found, key=lambda one: len(codes) if one.index is None else one.index))


def code_of(dossier: Mapping[str, Any]) -> str:
    """The code that a dossier bears, as it is compared; empty for one that has none."""
    told = dossier.get("MaHoSo")
    return "" if isinstance(told, list | dict) else str(told or "").strip().upper()[:_LONGEST]


def _refusal(gap: Gap, codes: Sequence[str], places: Mapping[str, int]) -> Refusal:
    shaped = _PATH.fullmatch(gap.where)
    if shaped is not None and int(shaped["index"]) < len(codes):
        index, field = int(shaped["index"]), shaped["field"].rpartition(".")[2].partition("[")[0]
        return Refusal(gap.what, gap.remedy, field, index, codes[index], gap.where)
    found = _row_and_column().fullmatch(gap.where) or _row().fullmatch(gap.where)
    if found is None:
        place = places.get(gap.where) if gap.where else None
        if place is None:
            return Refusal(gap.what, gap.remedy, national_name(gap.where))
        return Refusal(gap.what, gap.remedy, "", place, gap.where, path_of(place, ""))
    told = found.groupdict()
    index = int(told["row"]) - _FIRST_ROW
    if not 0 <= index < len(codes):
        return Refusal(gap.what, gap.remedy, gap.where)
    field = national_name(told.get("column") or "") if told.get("column") else ""
    return Refusal(gap.what, gap.remedy, field, index, codes[index], path_of(index, field))


def _row_and_column() -> re.Pattern[str]:
    """The place as the reader of lists writes it, in the language of this answer."""
    text = _("dòng %(row)d, cột “%(column)s”") % {"row": 0, "column": "\1"}
    return re.compile(re.escape(text).replace("0", r"(?P<row>\d+)", 1).replace("\1", "(?P<column>.*)"))


def _row() -> re.Pattern[str]:
    return re.compile(re.escape(_("dòng %d") % 0).replace("0", r"(?P<row>\d+)", 1))

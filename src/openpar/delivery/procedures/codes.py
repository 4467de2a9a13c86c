"""The code of a procedure: the national number, and behind it, in lists of a province, who published it.

`1.001193` and `1.001193.000.00.00.H41` name the same procedure (data: sync_fields; TT 02/2017/TT-VPCP).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from openpar.common.errors import Gap, Refused
from openpar.common.sheets import StoredNumber
from openpar.common.text import nfc

CODE = re.compile(r"(\d\.\d{6})(?:\.(\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2}))?")
# QĐ 20/2020/QĐ-TTg writes the organisation first, QCVN 102:2016 last; the catalogue keeps the latter.
_TURNED = re.compile(r"(\d\.\d{6})\.([A-Z]\d{2})\.(\d{2})\.(\d{2})\.(\d{3})")
_CUT_BY_A_SPREADSHEET = re.compile(r"\d\.\d{1,6}")
_DIGITS = 6


class CodeNotUnderstood(Refused):
    """The text is not the code of a procedure."""


@dataclass(frozen=True)
class ProcedureCode:
    """A code taken apart: `national` is the identity, `suffix` (maybe empty) the publishing organisation."""

    national: str
    suffix: str = ""

    def __str__(self) -> str:
        return f"{self.national}.{self.suffix}" if self.suffix else self.national


def parse_code(text: str, *, where: str = "") -> ProcedureCode:
    """The code that a person or a file wrote, in either form and either order of its organisation.

    A spreadsheet that took `1.001190` for a number dropped the zero at its end: a stored number gets it back,
    while a text that is too short is refused. Raises CodeNotUnderstood, placed at `where`.
    """
    clean = "".join(nfc(text).split()).upper().strip(".")
    if isinstance(text, StoredNumber) and _CUT_BY_A_SPREADSHEET.fullmatch(clean):
        clean = clean.ljust(_DIGITS + 2, "0")
    if turned := _TURNED.fullmatch(clean):
        number, province, second, third, first = turned.groups()
        clean = f"{number}.{first}.{third}.{second}.{province}"
    found = CODE.fullmatch(clean)
    if found is None:
        what = _("“%s” không phải mã thủ tục hành chính") % text.strip()[:60] if clean else _("chưa có mã")
        remedy = _("Viết như 1.001193 hoặc 1.001193.000.00.00.H41")
        raise CodeNotUnderstood(Gap(where, what, remedy, code="procedure-code-unfit"))
    return ProcedureCode(found[1], found[2] or "")


def national_number(text: str) -> str | None:
    """The national number in a text that is a code as a whole; None for anything else, such as a name."""
    try:
        return parse_code(text).national
    except CodeNotUnderstood:
        return None

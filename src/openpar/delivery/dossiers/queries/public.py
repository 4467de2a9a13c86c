"""The public look-up: of every dossier its code, its degree of completion and the day of the data.

Nothing else is read, and nothing else is let out: each row is looked at once more before it is handed over.
"""

# ruff: noqa: S608  # names in the SQL are those of a checked declaration, values are numbers or parameters

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from openpar.base.facts.current import told
from openpar.base.facts.datasets import registered
from openpar.base.facts.duck import fetched
from openpar.base.facts.errors import UnknownDataset
from openpar.base.facts.staging import BATCH
from openpar.common.dated_data import rule_on
from openpar.common.formats import VIETNAM, format_date
from openpar.delivery.dossiers.declarations import CODE, DATASET
from openpar.delivery.dossiers.stored import moments_of_batches

# In Vietnamese whatever language somebody has chosen, like every document.
COLUMNS = ("Mã hồ sơ", "Mức độ hoàn thành", "Số liệu đến ngày")
# Organisation (both orders), day, sequence (TT 01/2018/TT-VPCP Art. 19).
_FORM = re.compile(r"(\d{3}\.)?(\d{2}\.){0,2}[A-Z]\d{2}(\.\d{1,3}){0,3}-\d{6}-\d{4,6}", re.ASCII)
_DAY = re.compile(r"\d\d/\d\d/\d{4}")
_NEWEST = (
    f"SELECT {CODE}, arg_max(status, place) AS status, arg_max({BATCH}, place) AS batch "
    f"FROM told GROUP BY {CODE} ORDER BY {CODE}"
)


class NotPublic(Exception):
    """A row holds something else than a code, a degree of completion and a day: a defect of the program."""


@dataclass(frozen=True)
class PublicDossiers:
    """Rows of COLUMNS in the order of the codes; `left_out`: how many dossiers have a code of another form,
    in which a list may have put anything, a name too.
    """

    rows: tuple[Sequence[str], ...]
    left_out: int


def public_dossiers(on: date) -> PublicDossiers:
    """All dossiers, as everybody may look them up on a day. Raises NoSuchRule where the data say no degrees
    for the day, NotPublic.
    """
    degrees: Mapping[int, str] = rule_on("dossier_degrees.yaml", "degrees", on)["by_status"]
    found = list(_read(degrees))
    public = [row for row in found if _FORM.fullmatch(row[0])]
    return PublicDossiers(tuple(checked(public, frozenset(degrees.values()))), len(found) - len(public))


def checked(rows: Iterable[Sequence[str]], degrees: frozenset[str]) -> Iterator[Sequence[str]]:
    """The same rows, none with anything else in it. Raises NotPublic, which repeats nothing of them."""
    for number, row in enumerate(rows, start=1):
        if len(row) != len(COLUMNS):
            raise NotPublic(f"row {number}: {len(row)} columns")
        code, degree, day = row
        if not _FORM.fullmatch(code) or degree not in degrees or not _DAY.fullmatch(day):
            raise NotPublic(f"row {number}")
        yield row


def _read(degrees: Mapping[int, str]) -> Iterator[Sequence[str]]:
    try:
        to = registered(DATASET)
    except UnknownDataset:
        return
    with told(to, None) as duck:
        if duck is None:
            return
        read = fetched(duck, _NEWEST)
    days = {code: format_date(at.astimezone(VIETNAM).date()) for code, at in moments_of_batches().items()}
    columns = (read[name].tolist() for name in (CODE, "status", "batch"))
    for code, status, batch in zip(*columns, strict=True):
        yield (code, degrees[status], days[batch])

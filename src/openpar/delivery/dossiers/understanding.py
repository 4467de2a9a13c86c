"""What was read, in the words of the dataset: every row taken in, or refused with what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from django.utils.translation import gettext as _

from openpar.base.facts.staging import Untold
from openpar.common.errors import Gap
from openpar.delivery.dossiers.codes import code_days
from openpar.delivery.dossiers.layouts import RETURNED_NUMBER, VALUES, plain, vocabulary
from openpar.delivery.dossiers.mappings import ColumnMapping
from openpar.delivery.dossiers.reading.rows import Coded, Fault, ReadRows
from openpar.delivery.dossiers.resolving import Register, procedures
from openpar.delivery.dossiers.rows import DAYS, FLAGS, MOMENTS, NUMBERS, TEXTS, DossierRows, first_told
from openpar.delivery.dossiers.words import Status

Ints = npt.NDArray[np.signedinteger[Any]]
Flags = npt.NDArray[np.bool_]
_NAT = np.datetime64("NaT", "us")
# So many refused rows are told one by one; all are counted.
MOST_TOLD = 1000
_LONGEST, _LONGEST_NUMBER = 100, 60


@dataclass(frozen=True)
class Years:
    """The years that the calendar knows, [first, last] as days."""

    first: np.datetime64
    last: np.datetime64


@dataclass(frozen=True)
class Understood:
    """The rows taken in, which rows of the reading they are, and what keeps the others out.

    `guessed`: reception was not told, and is taken from the day of filing or from the code.
    """

    rows: DossierRows
    places: npt.NDArray[np.intp]
    guessed: Flags
    refused: int
    refusals: tuple[Gap, ...]
    # Codes that stand in the list more than once.
    doubled: frozenset[str] = frozenset()
    # Columns of the dataset that the list has no column for.
    untold: Untold = field(default_factory=dict)

    def taken(self, kept: Flags, refusals: Sequence[Gap]) -> Understood:
        """Only these rows; the others are refused for these reasons."""
        return replace(
            self,
            rows=self.rows.taken(kept),
            places=self.places[kept],
            guessed=self.guessed[kept],
            refused=self.refused + int((~kept).sum()),
            refusals=(*self.refusals, *refusals),
            untold=marked_only(self.untold, kept),
        )


def marked_only(untold: Untold, kept: npt.NDArray[np.intp] | Flags) -> Untold:
    """The same of some rows only."""
    return {name: None if marked is None else marked[kept] for name, marked in untold.items()}


def understand(
    read: ReadRows,
    mapping: ColumnMapping,
    register: Register,
    years: Years,
    allowed: frozenset[int] | None = None,
) -> Understood:
    """Rows of the dataset out of what was read; `allowed`: whose rows may be brought, None: everybody's."""
    refusing = _Refusing(read)
    refusing.doubled_and_missing_codes()
    numbers = _numbers(read, mapping, refusing)
    nothing = np.full(len(read), _NAT)
    moments = {name: read.moments.get(name, nothing) for name in (*MOMENTS, *DAYS)}
    if "status" not in read.words:
        numbers["status"] = _status_of(moments)
    guessed = _received(read, numbers["status"], moments)
    refusing.outside(moments, years)
    agency = _agency(read, mapping, register, moments["received_at"], refusing)
    if allowed is not None:
        mine = {key for key, number in register.ids.items() if number in allowed}
        others = agency.looked_up({word: int(word not in mine) for word in agency.words}, 0) > 0
        remedy = _("Chỉ nạp hồ sơ của đơn vị mình")
        refusing.refuse(others, _("hồ sơ của đơn vị khác"), remedy, "agency-not-allowed", "agency")
    said = read.words
    empty = Coded(np.full(len(read), -1, np.int64), ())
    rows = DossierRows(
        codes=read.codes,
        words={
            "agency": agency,
            "procedure": procedures(
                said.get("procedure"), said.get("procedure_name"), mapping.words, len(read)
            ),
            "case_name": said.get("case_name", empty),
            "sector": said.get("sector", empty),
            "apology_number": _apology_number(said.get("apology_number", empty), refusing),
        },
        numbers=numbers,
        moments={name: moments[name] for name in MOMENTS},
        days={name: moments[name].astype("datetime64[D]") for name in DAYS},
    )
    kept = ~refusing.refused
    places = np.flatnonzero(kept)
    taken = rows if len(places) == len(rows) else rows.taken(places)
    return Understood(
        taken,
        places,
        guessed[places],
        refusing.count,
        tuple(refusing.told),
        refusing.doubled,
        marked_only(_untold(read, numbers["status"]), places),
    )


class _Refusing:
    """Collects which rows are out; every fault of a row is told, up to so many rows."""

    def __init__(self, read: ReadRows) -> None:
        self.read = read
        self.refused = np.zeros(len(read), np.bool_)
        self.told: list[Gap] = []
        self.doubled: frozenset[str] = frozenset()
        numbers = {int(row): place for place, row in enumerate(read.rows)} if read.faults else {}
        for fault in read.faults:
            self._fault(fault, numbers)

    @property
    def count(self) -> int:
        return int(self.refused.sum()) + self.read.unread

    def _fault(self, fault: Fault, numbers: Mapping[int, int]) -> None:
        if fault.row in numbers:
            self.refused[numbers[fault.row]] = True
        if len(self.told) < MOST_TOLD:
            self.told.append(fault.gap)

    def refuse(self, wrong: Flags, what: str, remedy: str, code: str, field: str = "") -> None:
        """The rows for which `wrong` holds; `field` names the column."""
        self.refused |= wrong
        title = vocabulary().titles.get(field, "")
        for place in np.flatnonzero(wrong)[: MOST_TOLD - len(self.told)].tolist():
            row = int(self.read.rows[place])
            where = _("dòng %(row)d, cột “%(column)s”") % {"row": row, "column": title}
            self.told.append(Gap(where if title else _("dòng %d") % row, what, remedy, code))

    def words(self, field: str, unknown: Flags) -> None:
        """Words that nobody has said the meaning of."""
        coded = self.read.words[field]
        for place in np.unique(coded.places[unknown]).tolist():
            what = _("không rõ giá trị “%s”") % coded.words[place][:60]
            remedy = _("Đối chiếu giá trị này ở màn hình ghép cột")
            self.refuse(unknown & (coded.places == place), what, remedy, "word-unknown", field)

    def doubled_and_missing_codes(self) -> None:
        """A dossier without a code, and all but the first row with the same one."""
        codes, lengths, hashes = self.read.codes, self.read.lengths, self.read.hashes
        self.refuse(lengths == 0, _("chưa có mã hồ sơ"), "", "code-missing", "dossier")
        remedy = _("Nhiều nhất %d ký tự") % _LONGEST
        self.refuse(lengths > _LONGEST, _("mã hồ sơ quá dài"), remedy, "code-long", "dossier")
        # Only codes whose hash stands there again can be there again: few are looked at one by one.
        ordered = np.sort(hashes)
        common = ordered[1:][ordered[1:] == ordered[:-1]]
        seen: set[str] = set()
        again = []
        for place in np.flatnonzero(np.isin(hashes, common)).tolist():
            if codes[place] in seen:
                again.append(place)
            else:
                seen.add(codes[place])
        doubled = np.zeros(len(codes), np.bool_)
        doubled[again] = lengths[again] > 0
        if doubled.any():
            self.doubled = frozenset(codes[doubled].tolist())
            what = _("mã hồ sơ này đã có ở dòng trên")
            self.refuse(doubled, what, _("Mỗi hồ sơ một dòng"), "code-doubled", "dossier")

    def outside(self, moments: Mapping[str, npt.NDArray[np.datetime64]], years: Years) -> None:
        """Days of years that the calendar does not know, which no due date can be reckoned with."""
        remedy = _("Kiểm tra năm; hoặc nhập lịch làm việc của năm đó")
        first, after = (day.astype(_NAT.dtype) for day in (years.first, years.last + 1))
        for name, values in moments.items():
            wrong = (values < first) | (values >= after)
            if wrong.any():
                self.refuse(wrong, _("năm chưa có lịch làm việc"), remedy, "year-unknown", name)


def _numbers(read: ReadRows, mapping: ColumnMapping, refusing: _Refusing) -> dict[str, Ints]:
    """Statuses, channels and the other closed lists, flags and counts."""
    values = vocabulary().values
    nothing = np.full(len(read), -1, np.int64)
    found: dict[str, Ints] = {}
    for name in (*NUMBERS, *FLAGS):
        told = read.words.get(name)
        if told is None:
            found[name] = read.numbers.get(name, nothing)
            continue
        known = values["flags" if name in FLAGS else VALUES[name]]
        own = mapping.words.get(name, {})
        meant = {word: known.get(plain(own.get(word, word)), -1) for word in told.words}
        # Numbers of closed lists are small, and a column of them is handed on again and again.
        found[name] = told.looked_up(meant).astype(np.int16)
        refusing.words(name, (found[name] < 0) & (told.places >= 0))
    returned = found["status"] == RETURNED_NUMBER
    found["is_returned"] = np.where(returned, 1, found["is_returned"])
    for name in ("status", "portal_status"):
        found[name] = np.where(found[name] == RETURNED_NUMBER, int(Status.STOPPED), found[name])
    if "status" in read.words:
        silent = read.words["status"].places < 0
        refusing.refuse(silent, _("chưa có trạng thái"), "", "status-missing", "status")
    return found


def _apology_number(told: Coded, refusing: _Refusing) -> Coded:
    """The number of the document that apologises; a sentence or a name is none."""
    too_long = told.looked_up({word: int(len(word) > _LONGEST_NUMBER) for word in told.words}, 0) > 0
    if too_long.any():
        what, remedy = _("số văn bản quá dài"), _("Nhiều nhất %d ký tự") % _LONGEST_NUMBER
        refusing.refuse(too_long, what, remedy, "apology-number-long", "apology_number")
    return told


def _untold(read: ReadRows, status: Ints) -> Untold:
    """The columns of the dataset that nothing in the list is said of.

    A status that is taken from the dates says nothing where no date says that the dossier left: a list that
    has no column for the finish must not open again what was finished.
    """
    there = {*read.words, *read.moments, *read.numbers, "agency"}
    if "procedure_name" in there:
        there.add("procedure")
    if "status" in there:
        there.add("is_returned")
    untold: dict[str, Flags | None] = dict.fromkeys(
        name for name in (*TEXTS, *NUMBERS, *FLAGS, *MOMENTS, *DAYS) if name not in there
    )
    if "finished_at" in there:
        untold.pop("status", None)
    elif "status" in untold:
        untold["status"] = status == Status.PROCESSING
    return untold


def _status_of(moments: Mapping[str, npt.NDArray[np.datetime64]]) -> Ints:
    """The status of a list that does not tell it: handed over, done, refused, or in process."""
    status = np.full(len(moments["received_at"]), int(Status.PROCESSING), np.int64)
    for name, told in (
        ("refused_at", Status.NOT_ACCEPTED),
        ("finished_at", Status.DONE),
        ("handed_over_at", Status.RESULT_RETURNED),
    ):
        status[~np.isnat(moments[name])] = int(told)
    return status


def _received(read: ReadRows, status: Ints, moments: dict[str, npt.NDArray[np.datetime64]]) -> Flags:
    """Fills reception in where it must have been and is not told: rule Q1; what is filled in is marked."""
    needed = ~np.isin(status, [Status.REGISTERED, Status.NOT_ACCEPTED, Status.WITHDRAWN, Status.SUPPLEMENT])
    missing: Flags = np.isnat(moments["received_at"]) & needed
    if missing.any():
        rows = np.flatnonzero(missing)
        received = moments["received_at"].copy()
        of_code = code_days(read.codes[rows]).astype("datetime64[us]")
        received[rows] = first_told(moments["submitted_at"][rows], of_code, moments["finished_at"][rows])
        moments["received_at"] = received
    return missing


def _agency(
    read: ReadRows,
    mapping: ColumnMapping,
    register: Register,
    received: npt.NDArray[np.datetime64],
    refusing: _Refusing,
) -> Coded:
    told = read.words.get("agency")
    if told is None:
        told = Coded(np.zeros(len(read), np.int64), (mapping.agency,))
    elif mapping.agency:
        everywhere = len(told.words)
        places = np.where(told.places < 0, everywhere, told.places)
        told = Coded(places, (*told.words, mapping.agency))
    found = register.agencies(told, mapping.words.get("agency", {}), received)
    unknown = found.places < 0
    if unknown.any():
        silent = unknown & (told.places < 0)
        refusing.refuse(silent, _("chưa có đơn vị"), "", "agency-missing", "agency")
        for place in np.unique(told.places[unknown & ~silent]).tolist():
            what = _("không có đơn vị “%s” trong danh mục đơn vị") % told.words[place][:80]
            remedy = _("Đối chiếu tên này với một đơn vị ở màn hình ghép cột")
            refusing.refuse(unknown & (told.places == place), what, remedy, "agency-unknown", "agency")
    return found

"""The twelve rules of data quality over many rows at once (dossiers.md 6.4).

A row that breaks a rule is taken in all the same: the hit is kept and shown beside any figure made of it.
Q7 and Q8 compare with what was told before, first of all with the first due day and the first finish.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date

import numpy as np
import numpy.typing as npt
from django.db import models
from django.utils.translation import gettext_lazy as _

from openpar.delivery.dossiers import law
from openpar.delivery.dossiers.codes import code_days
from openpar.delivery.dossiers.normalising import Context, Reckoned
from openpar.delivery.dossiers.rows import DossierRows
from openpar.delivery.dossiers.told import UNITS, has_hour
from openpar.delivery.dossiers.words import VERDICT_NUMBER, Extension, Outcome, Status
from openpar.engine.verdicts import Verdict
from openpar.engine.workdays import Unit

Flags = npt.NDArray[np.bool_]
Days = npt.NDArray[np.datetime64]
Moments = npt.NDArray[np.datetime64]
Places = npt.NDArray[np.intp]
_MINUTE = np.timedelta64(1, "m")
# Nothing that was done becomes one of these again.
_NOT_ENDED = (Status.REGISTERED, Status.RECEIVED, Status.PROCESSING, Status.SUPPLEMENT, Status.PAYMENT)


class Rule(models.TextChoices):
    """What a dossier may be told wrongly about."""

    Q1 = "Q1", _("Thiếu ngày tiếp nhận")
    Q2 = "Q2", _("Đã xong hoặc đã trả nhưng không có ngày kết thúc")
    Q3 = "Q3", _("Tiếp nhận hoặc kết thúc ở tương lai")
    Q4 = "Q4", _("Kết thúc trước khi tiếp nhận")
    Q5 = "Q5", _("Thiếu ngày hẹn trả")
    Q6 = "Q6", _("Nộp trực tuyến thủ tục chỉ cung cấp thông tin")
    Q7 = "Q7", _("Ngày hẹn trả bị sửa, không có yêu cầu bổ sung hay văn bản gia hạn")
    Q8 = "Q8", _("Ngày kết thúc bị ghi lại")
    Q9 = "Q9", _("Quá một lần yêu cầu bổ sung hoặc hẹn lại")
    Q10 = "Q10", _("Quá hạn mà không xin lỗi trước hạn")
    Q11 = "Q11", _("Mã hồ sơ trùng, hoặc ngày trong mã khác ngày tiếp nhận")
    Q12 = "Q12", _("Trạng thái gửi Cổng quốc gia khác trạng thái trong hệ thống")


# What was told before stays told: these hits never go away by themselves.
LASTING = frozenset({Rule.Q7, Rule.Q8})
# What a day that passes makes wrong, or a calendar that moves the due day right again, without any list.
OF_THE_DAY = frozenset({Rule.Q10})


@dataclass(frozen=True)
class Before:
    """What earlier lists told of each row; NaT and False where nothing was told.

    `open_on`: the day of which the newest of them spoke, where the dossier was not finished then. What was
    told first of the supplement and of the new date: there may be one of each.
    """

    known: Flags
    first_due: Days
    first_finished: Moments
    open_on: Days
    first_asked: Moments
    first_answered: Moments
    first_extended: Moments
    first_new_due: Days

    @classmethod
    def none(cls, size: int) -> Before:
        """Nothing was told before."""
        nat_day = np.full(size, np.datetime64("NaT", "D"))
        nat = np.full(size, np.datetime64("NaT", "us"))
        return cls(np.zeros(size, np.bool_), nat_day, nat, nat_day, nat, nat, nat, nat_day)

    def taken(self, rows: Places | Flags) -> Before:
        """Only these rows."""
        return Before(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})


@dataclass(frozen=True)
class Hits:
    """The rows that break one rule, and what stands in them."""

    rule: Rule
    rows: Places
    said: tuple[str, ...]


def hits_of(
    reckoned: Reckoned,
    before: Before,
    *,
    guessed: Flags,
    doubled: frozenset[str],
    agency_ids: npt.NDArray[np.int64],
    as_of: date,
    context: Context,
) -> tuple[Hits, ...]:
    """What is wrong. `guessed`: reception was not told; `doubled`: codes that the list has twice."""
    checks = _Checks(reckoned, before, as_of, context)
    found = [
        _hits(Rule.Q1, guessed),
        _hits(Rule.Q2, checks.without_end()),
        checks.in_future(),
        checks.ended_before(),
        _hits(Rule.Q5, checks.without_due()),
        _hits(Rule.Q6, checks.information_only(agency_ids)),
        checks.due_moved(),
        checks.finish_rewritten(),
        _hits(Rule.Q9, checks.more_than_once()),
        _hits(Rule.Q10, checks.without_apology()),
        checks.code_contradicts(doubled),
        checks.portal_differs(),
    ]
    return tuple(hits for hits in found if len(hits.rows))


def _hits(rule: Rule, wrong: Flags) -> Hits:
    rows = np.flatnonzero(wrong)
    return Hits(rule, rows, ("",) * len(rows))


def _days(of: Moments) -> list[str]:
    return [f"{day:%d/%m/%Y}" if day else "–" for day in of.astype("datetime64[D]").tolist()]


def _moments(of: Moments) -> list[str]:
    return [f"{at:%d/%m/%Y %H:%M}" if at else "–" for at in of.astype("datetime64[us]").tolist()]


def _changed(rule: Rule, wrong: Flags, before: Moments, after: Moments, *, hours: bool = False) -> Hits:
    rows = np.flatnonzero(wrong)
    words = _moments if hours else _days
    pairs = zip(words(before[rows]), words(after[rows]), strict=True)
    return Hits(rule, rows, tuple(f"{one} → {other}" for one, other in pairs))


class _Checks:
    def __init__(self, reckoned: Reckoned, before: Before, as_of: date, context: Context) -> None:
        self.reckoned, self.before, self.context = reckoned, before, context
        self.rows: DossierRows = reckoned.rows
        self.judged = reckoned.judged
        self.as_of = np.datetime64(as_of, "D")
        self.status = self.rows.numbers["status"]
        self.received = self.rows.moments["received_at"]
        self.finished = self.rows.moments["finished_at"]

    def without_end(self) -> Flags:
        ended = np.isin(self.status, [Status.DONE, Status.RESULT_RETURNED])
        found: Flags = ended & np.isnat(self.finished)
        return found

    def in_future(self) -> Hits:
        later = [self.received.astype("datetime64[D]"), self.finished.astype("datetime64[D]")]
        wrong = (later[0] > self.as_of) | (later[1] > self.as_of)
        latest = np.where(later[0] > self.as_of, later[0], later[1])
        rows = np.flatnonzero(wrong)
        return Hits(Rule.Q3, rows, tuple(_days(latest[rows])))

    def ended_before(self) -> Hits:
        days = self.finished.astype("datetime64[D]") < self.received.astype("datetime64[D]")
        exact = has_hour(self.finished) & has_hour(self.received) & (self.finished < self.received)
        return _changed(Rule.Q4, days | exact, self.received, self.finished, hours=True)

    def without_due(self) -> Flags:
        """Nobody ever told a due day. A limit of the same day needs no receipt."""
        terms = self.reckoned.terms
        same_day = (terms.amounts > 0) & (terms.units == UNITS.index(Unit.SAME_DAY))
        found: Flags = self.judged.accepted & np.isnat(self.reckoned.first_due) & ~same_day
        return found & ~np.isin(self.judged.outcome, [Outcome.WITHDRAWN, Outcome.RETURNED, Outcome.STOPPED])

    def information_only(self, agency_ids: npt.NDArray[np.int64]) -> Flags:
        wrong = np.zeros(len(self.rows), np.bool_)
        online = np.flatnonzero((self.rows.numbers["channel"] == 2) & ~np.isnat(self.received))
        found = self.context.catalogue.information_only(
            self.rows.words["procedure"], agency_ids, self.received, online
        )
        wrong[found] = True
        return wrong

    def due_moved(self) -> Hits:
        """Another due day than was told first, neither by the one new date nor by the one supplement."""
        now, first = self.rows.days["due_on"], self.before.first_due
        moved = self.judged.accepted & ~np.isnat(now) & ~np.isnat(first) & (now != first)
        # The source follows the calendar as the clocks do.
        moved &= ~(np.isnat(self.reckoned.told.due_on) & (now == self.judged.due_on))
        return _changed(Rule.Q7, moved & ~self._is_extended(now) & ~self._is_supplemented(now), first, now)

    def _is_extended(self, now: Days) -> Flags:
        """The one new date: issued by the due day that held until then, naming this day if it names any."""
        until = np.fmax(self.before.first_due, self.judged.due_on)
        first, told = self.before.first_new_due, self.rows.days["new_due_on"]
        named = np.where(np.isnat(first), told, first)
        in_time = self.rows.moments["extended_at"].astype("datetime64[D]") <= until
        found: Flags = in_time & (np.isnat(named) | (named == now))
        return found

    def _is_supplemented(self, now: Days) -> Flags:
        """Later by no more than the limit that starts anew when what was asked for in time is complete."""
        asked, answered = (
            self.rows.moments[name].astype("datetime64[D]")
            for name in ("supplement_asked_at", "supplement_answered_at")
        )
        first = self.before.first_due
        in_time = (asked <= first) & (asked <= answered)
        found: Flags = in_time & (now > first) & (now <= self.judged.due_on)
        return found

    def finish_rewritten(self) -> Hits:
        """Another finish than was told first, none any more, a status that goes back from it, or a finish
        that saves a dossier which an earlier list told as overdue and not finished.
        """
        now, first = self.finished, self.before.first_finished
        told = ~np.isnat(first)
        exact = has_hour(now) & has_hour(first)
        by_day = now.astype("datetime64[D]") != first.astype("datetime64[D]")
        differs = np.where(exact, np.abs(now - first) >= _MINUTE, by_day)
        due = self.judged.due_on
        saved = (self.before.open_on > due) & (now.astype("datetime64[D]") <= due)
        goes_back = told & np.isin(self.status, _NOT_ENDED)
        wrong = goes_back | (told & (np.isnat(now) | differs)) | (~told & saved)
        was = np.where(told, first, self.before.open_on.astype("datetime64[us]"))
        hits = _changed(Rule.Q8, wrong, was, now, hours=True)
        back = np.flatnonzero(goes_back)
        statuses = zip(_moments(first[back]), self.status[back].tolist(), strict=True)
        words = {
            row: f"{finish} → {law.statuses().status(status).name}"
            for row, (finish, status) in zip(back.tolist(), statuses, strict=True)
        }
        said = zip(hits.rows.tolist(), hits.said, strict=True)
        return Hits(hits.rule, hits.rows, tuple(words.get(row, one) for row, one in said))

    def more_than_once(self) -> Flags:
        numbers = self.rows.numbers
        found: Flags = (numbers["supplements"] > 1) | (numbers["extensions"] > 1)
        return found

    def without_apology(self) -> Flags:
        late = [VERDICT_NUMBER[verdict] for verdict in (Verdict.LATE, Verdict.OPEN_OVERDUE)]
        found: Flags = np.isin(self.judged.verdict, late) & (self.reckoned.extension != Extension.IN_TIME)
        return found

    def code_contradicts(self, doubled: frozenset[str]) -> Hits:
        days = code_days(self.rows.codes)
        received = self.received.astype("datetime64[D]")
        wrong = ~np.isnat(days) & ~np.isnat(received) & (days != received)
        if doubled:
            codes = self.rows.codes.tolist()
            wrong |= np.fromiter(map(doubled.__contains__, codes), np.bool_, len(codes))
        return _changed(Rule.Q11, wrong, days, received)

    def portal_differs(self) -> Hits:
        sent = self.rows.numbers["portal_status"]
        rows = np.flatnonzero((sent >= 0) & (sent != self.status))
        pairs = zip(self.status[rows].tolist(), sent[rows].tolist(), strict=True)
        return Hits(Rule.Q12, rows, tuple(f"{one} → {other}" for one, other in pairs))

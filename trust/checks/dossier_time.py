"""Time is honest: no sequence of lists makes a late dossier a good one without leaving a mark that shows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager, ExitStack
from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING, Any
from unittest import mock

from trust.check import SQLITE, Check, Found, Scale

if TYPE_CHECKING:
    from openpar.demo.dossiers_made import MadeYear

_FIRST, _SECOND = date(2026, 6, 30), date(2026, 7, 3)
_FOUND, _FALSE = 0.99, 0.01
_ROWS = 60
_FINISHED, _HANDED, _DUE = "Ngày kết thúc xử lý", "Ngày trả kết quả", "Ngày hẹn trả"
_CODE, _STATUS, _RECEIVED = "Mã hồ sơ", "Trạng thái", "Ngày nhận"
_ASKED, _ANSWERED = "Ngày yêu cầu bổ sung", "Ngày bổ sung xong"


def run(scale: Scale) -> Found:
    from openpar.common.db import taken_back
    from openpar.demo.dossiers_made import FULL, as_csv
    from tests.delivery.dossiers import lists

    count, planted = scale.of(50_000, short=300), scale.of(1_000, short=60)
    walks = scale.of(60, short=1)
    lists.province()
    made = lists.year(count, seed=scale.seed)
    lists.brought(as_csv(made, lists.moment(_FIRST), FULL), lists.moment(_FIRST))
    with taken_back():
        violations, figures = _back_datings(made, planted)
    left = 0
    for number in range(walks):
        with taken_back():
            told, gone = _walk(scale.random("walk", number), made, scale.of(5, short=3))
            violations += [f"walk {number}: {what}" for what in told]
            left += gone
    return Found(
        figures={"dossiers": count, **figures, "walks": walks, "left the late ones, marked": left},
        violations=tuple(violations[:50]),
        planted=_planted(made, planted),
    )


# --- back-datings -------------------------------------------------------------------------------------------


def _back_datings(made: MadeYear, count: int) -> tuple[list[str], dict[str, int]]:
    """So many dates written anew in the second list: which are found, and what is found besides."""
    from openpar.base.calendars.queries import work_calendar
    from openpar.delivery.dossiers.models import QualityHit
    from openpar.demo.dossiers_made import FULL, as_csv, backdated
    from tests.delivery.dossiers import lists

    known_by, calendar = lists.moment(_FIRST), work_calendar()
    written_anew = backdated(made, 3, count, known_by=known_by, calendar=calendar)
    lists.brought(as_csv(written_anew, lists.moment(_SECOND), FULL), lists.moment(_SECOND))
    violations, found_of_all, false_of_all = [], 0, 0
    for rule in ("Q7", "Q8"):
        planted = written_anew.planted[rule]
        hits = set(QualityHit.objects.filter(rule=rule).values_list("dossier", flat=True))
        found, false = len(hits & planted), len(hits - planted)
        found_of_all, false_of_all = found_of_all + found, false_of_all + false
        if found < _FOUND * len(planted):
            violations.append(f"{rule}: {found} of {len(planted)} dates written anew were found")
        if false > _FALSE * len(planted):
            violations.append(f"{rule}: {false} false alarms beside {len(planted)}")
    return violations, {"back-datings": count, "found": found_of_all, "false alarms": false_of_all}


# --- walks --------------------------------------------------------------------------------------------------


def _walk(chance: Random, made: MadeYear, steps: int) -> tuple[list[str], int]:
    """Lists after each other, each with some late dossiers told in a better light."""
    from openpar.demo.dossiers_made import FULL, as_rows
    from tests.delivery.dossiers import lists

    header, *rows = as_rows(made, lists.moment(_FIRST), FULL)
    place = {name: at for at, name in enumerate(header)}
    late = _late([row[place[_CODE]] for row in rows], _FIRST)
    sought = [row for row in rows if row[place[_CODE]] in late]
    chosen = [list(row) for row in chance.sample(sought, min(_ROWS, len(sought)))]
    codes = [row[place[_CODE]] for row in chosen]
    violations, marked = [], 0
    for step in range(1, steps + 1):
        on = _FIRST + timedelta(days=step)
        before, counted = _late(codes, on), _counted()
        for row in chosen:
            chance.choice(_TRICKS)(chance, row, place)
        lists.brought(_csv([header, *chosen]), lists.moment(on))
        gone = before - _late(codes, on)
        shown = gone & _marked(gone, on)
        violations += [
            f"step {step}: {code} is late no more, and nothing shows" for code in sorted(gone - shown)
        ]
        if counted - _counted() > len(shown):
            violations.append(f"step {step}: the late count fell by more than the {len(shown)} that show")
        marked += len(shown)
    return violations, marked


def _finish_earlier(chance: Random, row: list[str], place: dict[str, int]) -> None:
    row[place[_FINISHED]] = row[place[_RECEIVED]][:10] + f" {chance.randint(17, 22)}:30:00"


def _finish_gone(_chance: Random, row: list[str], place: dict[str, int]) -> None:
    row[place[_FINISHED]] = row[place[_HANDED]] = ""
    row[place[_STATUS]] = "Đang xử lý"


def _due_later(chance: Random, row: list[str], place: dict[str, int]) -> None:
    row[place[_DUE]] = f"{chance.randint(1, 28):02}/12/2026"


def _withdrawn(_chance: Random, row: list[str], place: dict[str, int]) -> None:
    row[place[_STATUS]] = "Rút hồ sơ"


def _supplemented(_chance: Random, row: list[str], place: dict[str, int]) -> None:
    row[place[_ASKED]] = row[place[_RECEIVED]]
    row[place[_ANSWERED]] = row[place[_FINISHED]] or row[place[_RECEIVED]]


def _left_alone(_chance: Random, _row: list[str], _place: dict[str, int]) -> None:
    pass


_TRICKS: Sequence[Callable[[Random, list[str], dict[str, int]], None]] = (
    *(_finish_earlier, _finish_gone, _due_later, _withdrawn, _supplemented, _left_alone),
)


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    import csv
    import io

    output = io.StringIO()
    csv.writer(output).writerows(rows)
    return output.getvalue().encode()


def _late(codes: Collection[str], on: date) -> set[str]:
    """Which of them the law calls late, or overdue and open."""
    from openpar.delivery.dossiers.words import VERDICT_NUMBER
    from openpar.engine.verdicts import Verdict

    reckoned = _of_store(codes, on)
    late = {VERDICT_NUMBER[Verdict.LATE], VERDICT_NUMBER[Verdict.OPEN_OVERDUE]}
    pairs = zip(reckoned.rows.codes.tolist(), reckoned.judged.verdict.tolist(), strict=True)
    return {code for code, verdict in pairs if verdict in late}


def _marked(codes: Collection[str], on: date) -> set[str]:
    """Those that somebody sees: an alarm, a supplement with its dates, an end counted apart."""
    from openpar.delivery.dossiers.models import QualityHit
    from openpar.delivery.dossiers.words import Outcome

    if not codes:
        return set()
    reckoned = _of_store(codes, on)
    alarms = set(
        QualityHit.objects.filter(dossier__in=codes, rule__in=("Q7", "Q8")).values_list("dossier", flat=True)
    )
    apart = reckoned.judged.outcome > Outcome.DONE
    answered = reckoned.rows.moments["supplement_answered_at"]
    told = apart | (answered == answered)
    return alarms | set(reckoned.rows.codes[told].tolist())


def _of_store(codes: Collection[str], on: date) -> Any:
    from openpar.delivery.dossiers.resolving import Register
    from openpar.delivery.dossiers.stored import reckoned_of_store

    return reckoned_of_store(sorted(codes), Register.load(), on)[0]


def _counted() -> int:
    from openpar.base.facts import counting

    counters = counting.kept_counters("dossiers", basis="received")
    return int(counters.total("late")) + int(counters.total("overdue"))


# --- planted defects ----------------------------------------------------------------------------------------


def _planted(made: MadeYear, count: int) -> dict[str, bool]:
    from openpar.common.db import taken_back

    caught = {}
    for name, patched in (
        ("a store that keeps only the newest values", _newest_only()),
        ("an alarm that looks only at finish dates", _finish_dates_only()),
        ("an alarm that looks only at due dates", _due_dates_only()),
        ("an alarm that any apology or supplement silences", _any_excuse()),
    ):
        with taken_back(), ExitStack() as stack:
            stack.enter_context(patched)
            caught[name] = bool(_back_datings(made, count)[0])
    return caught


def _newest_only() -> AbstractContextManager[Any]:
    """What was told first is what is told now."""
    from dataclasses import replace

    from openpar.delivery.dossiers import stored
    from openpar.delivery.dossiers.actions import importing

    real = stored.told_before

    def forgetful(rows: Any, as_of: Any) -> Any:
        earlier = real(rows, as_of)
        first_due, finished = rows.days["due_on"], rows.moments["finished_at"]
        nothing = earlier.before.open_on.copy()
        nothing[:] = "NaT"
        newest = replace(earlier.before, first_due=first_due, first_finished=finished, open_on=nothing)
        return replace(earlier, before=newest)

    return mock.patch.object(importing, "told_before", forgetful)


def _finish_dates_only() -> AbstractContextManager[Any]:
    return _silent("due_moved", "Q7")


def _due_dates_only() -> AbstractContextManager[Any]:
    return _silent("finish_rewritten", "Q8")


def _any_excuse() -> AbstractContextManager[Any]:
    from openpar.delivery.dossiers import quality

    def excused(checks: Any, _now: Any) -> Any:
        apologised, answered = (
            checks.rows.moments[name] for name in ("extended_at", "supplement_answered_at")
        )
        return (apologised == apologised) | (answered == answered)

    return mock.patch.object(quality._Checks, "_is_extended", excused)


def _silent(check: str, rule: str) -> AbstractContextManager[Any]:
    import numpy as np

    from openpar.delivery.dossiers import quality

    def nothing(_checks: Any) -> quality.Hits:
        return quality.Hits(quality.Rule(rule), np.zeros(0, np.intp), ())

    return mock.patch.object(quality._Checks, check, nothing)


CHECK = Check("dossier_time", "no late dossier becomes a good one without a mark that shows", run, (SQLITE,))

"""The last evening holds: half of all saves in the last five minutes, none after the second.

What comes in the fifty-five minutes before is pressed into five: the last five are as dense as they would be,
and those before are eleven times denser.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from trust.check import BOTH, Check, Found, Scale

if TYPE_CHECKING:
    from datetime import datetime

    from trust.rush import Due, Sent
    from trust.saving import Seat

_MOST_P95 = 0.3
# Agencies that save against the planted defect, and how long they have.
_AGAINST_IT, _SECONDS_AGAINST_IT = 2, 2.0


def run(scale: Scale) -> Found:
    from trust.rush import LEAVES, agencies_at_work, rush
    from trust.saving import LATE, PLANTED_VARIABLE

    agencies, leaves = scale.of(200, short=4), scale.of(LEAVES, short=6)
    seconds = float(scale.of(600, short=3))
    everybody = agencies_at_work(agencies + _AGAINST_IT)
    seats, others = everybody[:agencies], everybody[agencies:]
    with ThreadPoolExecutor() as pool:
        # Beside the real one, on sheets of its own: what takes long is to wait for the closing moment.
        spoilt = pool.submit(
            rush,
            _schedule(scale, others, 2, _SECONDS_AGAINST_IT),
            seconds=_SECONDS_AGAINST_IT,
            planted={PLANTED_VARIABLE: LATE},
            # What is planted is a wrong clock: one worker shows it.
            workers=1,
        )
        sent, closes = rush(_schedule(scale, seats, leaves, seconds), seconds=seconds)
        late, _closes = spoilt.result()
    saves = [one for one in sent if not one.due.is_evidence and one.due.after < seconds]
    times = sorted(one.late_by for one in saves)
    p95 = times[int(len(times) * 0.95)]
    violations = [*_wrong_answers(sent), *_at_the_wrong_time(sent, closes)]
    if not scale.short and p95 > _MOST_P95:
        violations.append(f"p95 of a save is {p95 * 1000:.0f} ms")
    return Found(
        figures={
            "agencies": agencies,
            "saves before the deadline": len(saves),
            "documents bound": sum(one.due.is_evidence and one.status == 200 for one in sent),
            "refused after the second": sum(one.is_too_late for one in sent),
            "p50 ms": round(statistics.median(times) * 1000),
            "p95 ms": round(p95 * 1000),
            "longest ms": round(times[-1] * 1000),
        },
        violations=tuple(violations),
        planted={"a minute's grace after the deadline": bool(_at_the_wrong_time(late, closes))},
    )


def _schedule(scale: Scale, seats: Sequence[Seat], leaves: int, seconds: float) -> list[Due]:
    """Every leaf of every agency once, in either half of the time as many; then some more after the deadline.
    One new document for every agency, in the second half."""
    from trust.rush import Due

    random = scale.random("schedule", seconds)
    after, half = float(scale.of(3, short=1)), seconds / 2
    found = []
    for place, seat in enumerate(seats):
        for number, code in enumerate(seat.codes[:leaves]):
            in_the_end = (place + number) % 2 == 0
            found.append(Due((in_the_end + random.random()) * half, seat, code))
        # A save that does not know of the document is stale: to a leaf that nobody saves, else to one that
        # was saved in the first half.
        early = next(number for number in (leaves - 1, leaves - 2) if (place + number) % 2)
        bound = (1.05 + random.random() * 0.9) * half
        code = [seat.codes[early], *seat.codes[leaves:]][-1]
        found.append(Due(bound, seat, code, is_evidence=True))
        # In short a leaf that nobody saved: while an older save waits, the answer is about both versions.
        found.append(Due(seconds + random.random() * after, seat, seat.codes[leaves % len(seat.codes)]))
    return found


def _wrong_answers(sent: Sequence[Sent]) -> list[str]:
    """Anything but kept, and refused for the deadline."""
    return [
        f"sheet {one.due.seat.sheet}, leaf {one.due.code}: answer {one.status} after {one.late_by:.2f} s"
        for one in sent
        if not (one.status == 200 or one.is_too_late)
    ]


def _at_the_wrong_time(sent: Sequence[Sent], closes: datetime) -> list[str]:
    """Kept at or after the closing moment, by the server's clock; or refused although it was before it."""
    from openpar.base.audit.models import Entry

    sheets = {f"assessment:{one.due.seat.sheet}" for one in sent}
    kept_late = Entry.objects.filter(verb="score.self_saved", at__gte=closes, about__in=sheets)
    found = [f"{entry.label}: kept at {entry.at.isoformat()}" for entry in kept_late]
    accepted = [one.answered for one in sent if one.status == 200 and not one.due.is_evidence]
    # A refusal that came before something was sent that was still kept came too early.
    last_kept_sent = max((one.sent for one in sent if one.status == 200), default=0.0)
    found += [
        f"sheet {one.due.seat.sheet}, leaf {one.due.code}: refused before the deadline"
        for one in sent
        if one.is_too_late and one.answered < last_kept_sent
    ]
    if not accepted:
        found.append("nothing was kept at all")
    return found


CHECK = Check(
    "deadline_rush",
    "the last evening holds: nothing refused before the second, nothing accepted after it",
    run,
    BOTH,
)

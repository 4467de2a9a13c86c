"""Writers that only leave traces, with and without a sealer beside them, and with the chain it is not."""

from __future__ import annotations

import threading
import time

from django.db import connection
from django.utils import timezone

from openpar.base.audit.actions import record
from openpar.base.audit.models import Entry
from openpar.base.audit.sealing import seal
from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction

_SOMEBODY = Actor(id=1, full_name="Người chấm", held=frozenset())
_SEAL_EVERY = 0.5


def commits_a_second(seconds: float, *, writers: int, seals: bool = False, chained: bool = False) -> float:
    """How many transactions with one trace each are committed in a second.

    With `seals` the log is sealed sixty times as often as in life. With `chained` each row names the hash of
    the one before: every writer has to read the last committed row before writing its own.
    """
    stop = threading.Event()
    counts = [0] * writers
    chain = threading.Lock()

    def write(number: int) -> None:
        try:
            while not stop.is_set():
                if chained:
                    with chain:
                        _commit(number, counts[number], chained=True)
                else:
                    _commit(number, counts[number], chained=False)
                counts[number] += 1
        finally:
            connection.close()

    def keep_sealing() -> None:
        try:
            while not stop.wait(_SEAL_EVERY):
                seal(at=timezone.now())
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(writers)]
    if seals:
        threads.append(threading.Thread(target=keep_sealing))
    started = time.monotonic()
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    stop.set()
    took = time.monotonic() - started
    for thread in threads:
        thread.join()
    seal(at=timezone.now())
    return sum(counts) / took


def _commit(writer: int, number: int, *, chained: bool) -> None:
    with write_transaction():
        before = None
        if chained:
            last = Entry.objects.order_by("-id").values_list("digest", flat=True).first()
            before = {"previous": last}
        record(
            by=_SOMEBODY,
            at=timezone.now(),
            verb="score.self_saved",
            object=f"score:{writer}",
            about="assessment:1",
            label="1.1.1 Ban hành kế hoạch",
            before=before,
            after={"points": str(number), "note": "Đã rà soát"},
        )

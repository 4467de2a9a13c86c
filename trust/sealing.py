"""Writers that only leave traces, with and without a sealer beside them, and with the chain it is not."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import django
from django.db import connection
from django.utils import timezone

django.setup()

from openpar.base.audit.actions import record  # noqa: E402  # models need the set-up above
from openpar.base.audit.models import Entry  # noqa: E402  # the same
from openpar.base.audit.sealing import seal  # noqa: E402  # the same
from openpar.base.organisations.roles import Actor  # noqa: E402  # the same
from openpar.common.db import write_transaction  # noqa: E402  # the same

_SOMEBODY = Actor(id=1, full_name="Người chấm", held=frozenset())
# Six times as often as in life, so that even a short run has seals in it.
_SEAL_EVERY = 5.0


def commits_a_second(seconds: float, *, writers: int, seals: bool = False, chained: bool = False) -> float:
    """How many transactions with one trace each are committed in a second.

    With `seals` the log is sealed beside it, in a process of its own as in life. With `chained` each row
    names the hash of the one before: every writer reads the last committed row before writing its own.
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

    threads = [threading.Thread(target=write, args=(number,)) for number in range(writers)]
    sealer = subprocess.Popen([sys.executable, "-m", "trust.sealing"]) if seals else None
    started = time.monotonic()
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    stop.set()
    took = time.monotonic() - started
    for thread in threads:
        thread.join()
    if sealer is not None:
        sealer.terminate()
        sealer.wait()
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


def keep_sealing() -> None:
    """The sealer of `commits_a_second`: until it is ended."""
    while True:
        seal(at=timezone.now())
        time.sleep(_SEAL_EVERY)


if __name__ == "__main__":
    keep_sealing()

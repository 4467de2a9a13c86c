"""Figures for Prometheus at `/metrics`: of all worker processes, for who knows OPENPAR_METRICS_TOKEN."""

from __future__ import annotations

import hmac
import time
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse

from openpar.common import db
from openpar.common.disk import spaces
from openpar.web import health
from openpar.web.http import open_page
from openpar.web.metrics_store import Counters

# A page, a write, a part of a page by htmx, a probe.
KINDS: Final = ("page", "write", "part", "probe")
_STATUSES: Final = (200, 204, 206, 302, 304, 400, 401, 403, 404, 405, 409, 413, 422, 429, 500, 503)
STATUSES: Final = (*map(str, _STATUSES), "other")
# 409, 422, 403; and 503 by its reason (common.outages.Outage).
REFUSALS: Final = ("stale", "refused", "denied", "database", "disk_full", "unsound")
SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_REASONS: Final = {409: "stale", 422: "refused", 403: "denied"}
_BOUNDS: Final = (*map(str, SECONDS), "+Inf")


def _names() -> Iterator[str]:
    for kind in KINDS:
        yield from (f"requests:{kind}:{status}" for status in STATUSES)
        yield from _names_of_histogram(f"seconds:{kind}")
    yield from (f"refusals:{reason}" for reason in REFUSALS)
    yield from _names_of_histogram("wait")


def _names_of_histogram(name: str) -> Iterator[str]:
    yield from (f"{name}:{bound}" for bound in _BOUNDS)
    yield f"{name}:sum"


counters = Counters(tuple(_names()), Path(settings.OPENPAR_VAR_DIR) / "metrics")


class Measured:
    """Counts every request with its kind, its status and the time it took."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        if _observe_wait not in db.wait_observers:
            db.wait_observers.append(_observe_wait)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        answer = self.get_response(request)
        kind = _kind_of(request)
        status = str(answer.status_code)
        counters.add(f"requests:{kind}:{status if status in STATUSES else 'other'}")
        _observe(f"seconds:{kind}", time.perf_counter() - started)
        reason = answer.__dict__.get("refused_for") or _REASONS.get(answer.status_code)
        if reason in REFUSALS:
            counters.add(f"refusals:{reason}")
        return answer


@open_page("GET")
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures; 404 without a token in the settings, 401 without the right one in the question."""
    token = settings.OPENPAR_METRICS_TOKEN
    if not token:
        raise Http404
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(given.encode(), token.encode()):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    text = "\n".join(lines()) + "\n"
    return HttpResponse(text, content_type="text/plain; version=0.0.4; charset=utf-8")


def lines() -> Iterator[str]:
    """Everything in the text form of Prometheus (version 0.0.4)."""
    sums = counters.sums()
    yield from _head("openpar_requests_total", "counter", "Requests by kind and status.")
    for kind in KINDS:
        for status in STATUSES:
            labels = f'kind="{kind}",status="{status}"'
            yield f"openpar_requests_total{{{labels}}} {sums[f'requests:{kind}:{status}']:g}"
    yield from _head("openpar_request_seconds", "histogram", "How long requests took.")
    for kind in KINDS:
        yield from _histogram("openpar_request_seconds", f'kind="{kind}"', f"seconds:{kind}", sums)
    yield from _head("openpar_refusals_total", "counter", "Requests refused, by reason.")
    for reason in REFUSALS:
        yield f'openpar_refusals_total{{reason="{reason}"}} {sums[f"refusals:{reason}"]:g}'
    yield from _head("openpar_write_wait_seconds", "histogram", "How long writes waited for their turn.")
    yield from _histogram("openpar_write_wait_seconds", "", "wait", sums)
    yield from _of_the_machine()


def _of_the_machine() -> Iterator[str]:
    yield from _head("openpar_ready", "gauge", "1 when the check of /health passes.")
    for name, check in health.checks.items():
        yield f'openpar_ready{{check="{name}"}} {int(check() == health.OK)}'
    yield from _head("openpar_notice", "gauge", "1 when whoever watches has nothing to look at.")
    for name, notice in health.notices.items():
        yield f'openpar_notice{{notice="{name}"}} {int(notice() == health.OK)}'
    yield from _head("openpar_disk_free_bytes", "gauge", "Free space where the program writes.")
    found = spaces()
    yield from (f'openpar_disk_free_bytes{{folder="{space.folder}"}} {space.free}' for space in found)
    yield from _head("openpar_disk_reserve_bytes", "gauge", "With less than this free, nothing is written.")
    yield from (f'openpar_disk_reserve_bytes{{folder="{space.folder}"}} {space.reserve}' for space in found)
    yield from _head("openpar_process_resident_memory_bytes", "gauge", "Memory of each worker process.")
    for pid in counters.workers():
        yield f'openpar_process_resident_memory_bytes{{pid="{pid}"}} {_resident(pid)}'


def _kind_of(request: HttpRequest) -> str:
    if request.path in health.PATHS_THAT_ALWAYS_ANSWER:
        return "probe"
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        return "write"
    return "part" if request.headers.get("HX-Request") == "true" else "page"


def _observe_wait(seconds: float) -> None:
    _observe("wait", seconds)


def _observe(name: str, seconds: float) -> None:
    counters.add(f"{name}:{_BOUNDS[bisect_left(SECONDS, seconds)]}")
    counters.add(f"{name}:sum", seconds)


def _head(name: str, kind: str, text: str) -> Iterable[str]:
    return (f"# HELP {name} {text}", f"# TYPE {name} {kind}")


def _histogram(name: str, label: str, key: str, sums: dict[str, float]) -> Iterator[str]:
    total = 0.0
    for bound in _BOUNDS:
        total += sums[f"{key}:{bound}"]
        labels = f'{label},le="{bound}"' if label else f'le="{bound}"'
        yield f"{name}_bucket{{{labels}}} {total:g}"
    rest = f"{{{label}}}" if label else ""
    yield f"{name}_sum{rest} {sums[f'{key}:sum']:g}"
    yield f"{name}_count{rest} {total:g}"


def _resident(pid: int) -> int:
    """Bytes of memory the process has in use; 0 when it has just ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0
    line = next((line for line in status.splitlines() if line.startswith("VmRSS:")), "VmRSS: 0 kB")
    return int(line.split()[1]) * 1024

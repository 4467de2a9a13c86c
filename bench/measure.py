"""Measures one database in a process of its own and prints one JSON object on standard output."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

WRITERS, SAVES_EACH, REPEATS = 64, 12, 60


def cpu_ms(do: Callable[[], object], repeats: int = REPEATS) -> float:
    """The median CPU time of this process for one call, after a warm-up, in milliseconds."""
    for _ in range(5):
        do()
    times = []
    for _ in range(repeats):
        started = time.process_time()
        do()
        times.append((time.process_time() - started) * 1000)
    return statistics.median(times)


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def people_saving(province: Any) -> dict[str, float]:
    """Sixty-four people of as many units save at once, one save after the other.

    Each has saved once before, as people have who are at work: connections are open, code is loaded.
    """
    from django.db import connection

    from openpar.base.accounts.models import Role
    from openpar.base.accounts.queries import Actor
    from openpar.engine.answers import Answer
    from openpar.parindex.assessments.actions.scores import Entry
    from openpar.parindex.assessments.actions.self_scoring import save_self_score
    from openpar.parindex.assessments.models import Assessment
    from tests.parindex import rounds

    code = province.codes[2]
    took: list[float] = []
    failures: list[str] = []
    ended: list[float] = []
    together, leaving = threading.Barrier(WRITERS + 1), threading.Barrier(WRITERS)

    def save(sheet: Assessment, version: int, turn: int) -> int:
        held = frozenset({(Role.FOCAL_OFFICER, sheet.organisation_id)})
        score, _sheet = save_self_score(
            assessment_id=sheet.pk,
            code=code,
            entry=Entry(
                Answer(numerator=Decimal(30 + turn), denominator=Decimal(50)), note="Theo báo cáo năm"
            ),
            expected_version=version,
            by=Actor(id=province.small.focal.person_id, full_name="Người chấm", held=held),
            at=rounds.DURING_SELF,
        )
        return score.version

    def work(sheet: Assessment) -> None:
        try:
            version = save(sheet, sheet.scores.get(criterion__code=code, layer="SELF").version, 0)
            together.wait()
            for turn in range(1, SAVES_EACH + 1):
                started = time.perf_counter()
                version = save(sheet, version, turn)
                took.append((time.perf_counter() - started) * 1000)
            ended.append(time.perf_counter())
            # Nobody leaves while others save: to close a connection takes the processor too.
            leaving.wait()
        except Exception as failure:
            failures.append(repr(failure))
            together.abort()
            leaving.abort()
        finally:
            connection.close()

    sheets = list(Assessment.objects.filter(round_block=province.sheet.round_block)[:WRITERS])
    threads = [threading.Thread(target=work, args=(sheet,)) for sheet in sheets]
    for thread in threads:
        thread.start()
    together.wait()
    started = time.perf_counter()
    for thread in threads:
        thread.join()
    seconds = max(ended, default=time.perf_counter()) - started
    if failures:
        sys.stderr.write(f"{failures[0]}\n")
    return {
        "saves_per_second": len(took) / seconds,
        "p50_ms": percentile(took, 0.5),
        "p99_ms": percentile(took, 0.99),
        "failures": len(failures),
    }


def table_ratio() -> float:
    """A page of a hundred rows: stock Django templates ÷ Jinja2, the same rows and the same HTML."""
    from django.template import Context, Engine
    from django.template.loader import get_template

    rows = [
        {
            "code": f"1.1.{n}",
            "title": f"Tiêu chí {n}",
            "points": Decimal(n) / 7,
            "most": Decimal(2),
            "link": f"/a/{n}/",
            "done": n % 3 == 0,
        }
        for n in range(100)
    ]
    django_text = (
        '<table>{% for row in rows %}<tr class="{% if row.done %}done{% else %}open{% endif %}">'
        '<td>{{ forloop.counter }}</td><td><a href="{{ row.link }}">{{ row.code }}</a></td>'
        "<td>{{ row.title }}</td><td>{{ row.points|floatformat:2 }}</td><td>{{ row.most|floatformat }}</td>"
        "<td>{% if row.done %}<b>{{ row.title }}</b>{% endif %}</td></tr>{% endfor %}</table>"
    )
    jinja_text = (
        '<table>{% for row in rows %}<tr class="{% if row.done %}done{% else %}open{% endif %}">'
        '<td>{{ loop.index }}</td><td><a href="{{ row.link }}">{{ row.code }}</a></td>'
        "<td>{{ row.title }}</td><td>{{ row.points|points }}</td><td>{{ row.most|maximum }}</td>"
        "<td>{% if row.done %}<b>{{ row.title }}</b>{% endif %}</td></tr>{% endfor %}</table>"
    )
    stock = Engine().from_string(django_text)
    known: Any = get_template("home/home.html")
    ours = known.template.environment.from_string(jinja_text)
    return cpu_ms(lambda: stock.render(Context({"rows": rows}))) / cpu_ms(lambda: ours.render(rows=rows))


def pages(province: Any) -> dict[str, float]:
    """Server CPU of whole requests, from the socket's other side: session, rights, page."""
    from django.test import Client

    from openpar.base.accounts.models import User
    from openpar.web.account.stamps import SECOND_FACTOR, Passed

    focal = Client()
    focal.force_login(User.objects.get(pk=province.small.focal.person_id))
    manager = Client()
    manager.force_login(User.objects.get(pk=province.small.manager.person_id))
    session = manager.session
    session[SECOND_FACTOR] = str(Passed.SHOWN)
    session.save()
    sheet = f"/assessments/{province.sheet.pk}/"
    code = province.codes[1]
    version = province.sheet.scores.get(criterion__code=code, layer="SELF").version

    def save() -> None:
        nonlocal version
        data = {
            "numerator": str(20 + version % 20),
            "denominator": "50",
            "note": "Đo",
            "expected_version": str(version),
        }
        answer = focal.post(f"{sheet}{code}/", data, headers={"HX-Request": "true"})
        if answer.status_code != 200:
            raise RuntimeError(f"saving answered {answer.status_code}: {answer.content[:300]!r}")
        version += 1

    def get(client: Client, address: str) -> Callable[[], None]:
        def ask() -> None:
            answer = client.get(address)
            if answer.status_code != 200:
                raise RuntimeError(f"{address} answered {answer.status_code}")

        return ask

    return {
        "save_cpu_ms": cpu_ms(save),
        "sheet_cpu_ms": cpu_ms(get(focal, f"{sheet}{code}/")),
        "opening_cpu_ms": cpu_ms(get(focal, sheet)),
        "ranking_cpu_ms": cpu_ms(get(manager, f"/results/{province.published.pk}/")),
    }


def memory_of_two_workers(address: str) -> float:
    """Resident memory of a server with two workers after some hundred pages, in megabytes."""
    import urllib.request

    port = "8397"
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", "2", "--port", port]
    server = subprocess.Popen(
        [*command, "--log-level", "error", "openpar.config.wsgi:application"],
        env={**os.environ, "DATABASE_URL": address},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/login/", timeout=5).read()
            except OSError:
                time.sleep(0.05)
        listed = subprocess.run(
            ["ps", "-o", "rss=", "--pid", str(server.pid), "--ppid", str(server.pid)],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
        return sum(int(size) for size in listed) / 1024
    finally:
        server.terminate()
        server.wait()


def main(address: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openpar.config.settings")
    os.environ["DATABASE_URL"] = address
    os.environ["OPENPAR_VAR_DIR"] = tempfile.mkdtemp(prefix="openpar-bench-")
    os.environ["OPENPAR_HOSTS"] = "testserver,127.0.0.1"
    import django
    import time_machine

    django.setup()
    from django.core.management import call_command

    from bench.province import build
    from tests.parindex import rounds

    call_command("migrate", verbosity=0)
    province = build()
    found: dict[str, Any] = {}
    with time_machine.travel(rounds.DURING_SELF, tick=True):
        found.update(pages(province))
    found["saving"] = people_saving(province)
    found["table_ratio"] = table_ratio()
    found["two_workers_mb"] = memory_of_two_workers(address)
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1])

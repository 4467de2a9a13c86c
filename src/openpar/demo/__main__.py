"""`./run demo`: prepares the demo province once, then opens it in the browser's reach."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

_LOOK_EVERY = 0.2


def say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def prepare(*, rebuild: bool) -> None:
    """Migrates the demo's own database and fills it when it is empty."""
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.utils import timezone

    database = Path(str(settings.DATABASES["default"]["NAME"]))
    if rebuild and settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        for suffix in ("", "-wal", "-shm", ".writer"):
            Path(f"{database}{suffix}").unlink(missing_ok=True)
    call_command("migrate", verbosity=0)
    from openpar.demo.build import build
    from openpar.parindex.assessments.models import Round

    if Round.objects.exists():
        return
    started = time.monotonic()
    say("Đang dựng tỉnh mẫu / Building the demo province")
    build(timezone.localdate(), lambda text: say(f"  {time.monotonic() - started:5.1f} s  {text}"))


def main() -> None:
    parser = argparse.ArgumentParser(prog="./run demo")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--rebuild", action="store_true", help="build the province anew")
    parser.add_argument("--no-serve", action="store_true", help="only prepare")
    options = parser.parse_args()
    root = Path(__file__).resolve().parents[3]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openpar.config.settings")
    os.environ["OPENPAR_DEMO"] = "1"
    # A folder of its own: the demo never touches an installation's data.
    os.environ.setdefault("OPENPAR_VAR_DIR", str(root / "var" / "demo"))
    prepare(rebuild=options.rebuild)
    if options.no_serve:
        return
    say(f"OpenPAR: http://localhost:{options.port}/  (Ctrl+C để dừng / to stop)")
    arguments = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(options.port)]
    arguments += ["--blocking-threads", "16", "--log-level", "warning", "openpar.config.wsgi:application"]
    sys.exit(serve([sys.executable, "-m", "granian", *arguments]))


def serve(server: list[str]) -> int:
    """The server with the jobs loop beside it; when one of the two ends, so does the other."""
    children = [
        subprocess.Popen(command)  # noqa: S603  # our own programs, with our own arguments
        for command in (server, [sys.executable, "-m", "django", "jobs", "run"])
    ]

    def stop(_number: int, _frame: FrameType | None) -> None:
        for child in children:
            child.terminate()

    # Ctrl+C in a console reaches the children too; a signal to us alone is passed on.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    while all(child.poll() is None for child in children):
        time.sleep(_LOOK_EVERY)
    for child in children:
        child.terminate()
    ends = {child.wait() for child in children}
    return 0 if ends <= {0, -signal.SIGTERM} else 1


if __name__ == "__main__":
    main()

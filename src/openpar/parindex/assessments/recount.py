"""Runs the independent recount, verify/openpar_verify.py, in a process with nothing of ours in it."""

from __future__ import annotations

import subprocess
import sys
import tempfile

from django.conf import settings
from django.utils.translation import gettext as _

from openpar.base.audit.signing import vkeys

_SECONDS = 120
_MOST_LINES = 20


def recount_faults(bundle: bytes) -> list[str]:
    """What the recount finds wrong with the bundle of a round, first wrong row first; empty when all agrees.

    A recount that cannot be made at all is a fault too: nothing is published on trust.
    """
    with tempfile.NamedTemporaryFile(prefix="openpar-recount-", suffix=".zip") as file:
        file.write(bundle)
        file.flush()
        keys = [part for key in vkeys() for part in ("--key", key)]
        try:
            # -X utf8: the sentences are Vietnamese whatever the locale of the service is.
            done = subprocess.run(  # noqa: S603  # our own program, our own file, no shell
                [
                    *(sys.executable, "-I", "-X", "utf8", str(settings.OPENPAR_VERIFIER)),
                    *("round", file.name, "--vi", *keys),
                ],
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                timeout=_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return [_("chương trình kiểm tra chạy quá %d giây.") % _SECONDS]
        except OSError as fault:
            return [_("không chạy được chương trình kiểm tra: %s.") % fault.strerror]
    if done.returncode == 0:
        return []
    told = done.stdout.splitlines()[:_MOST_LINES]
    return told or [_("không chạy được chương trình kiểm tra: %s.") % settings.OPENPAR_VERIFIER]

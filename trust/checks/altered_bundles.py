"""Everyone can recount: a published bundle is accepted as it is and refused however it is altered."""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any
from unittest.mock import patch

from trust.check import SQLITE, Check, Found, Scale

_IN_A_PROCESS_EVERY = 50
_MORE = 200


def run(scale: Scale) -> Found:
    from openpar.base.audit.signing import vkeys
    from tests.verify import alterations
    from tests.verify.loaded import load

    content = _published_bundle()
    key = vkeys()[0]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bundle.zip"
        violations = (
            [] if _accepted_by_bare_python(path, content, key) else ["the unaltered bundle is refused"]
        )
        altered = [
            alterations.altered(scale.random("bundle", number), content)
            for number in range(scale.of(1000, short=20))
        ]
        kinds: dict[str, int] = {}
        for number, one in enumerate(altered):
            kinds[one.sealing] = kinds.get(one.sealing, 0) + 1
            if number % _IN_A_PROCESS_EVERY == 0 and _accepted_by_bare_python(path, one.content, key):
                violations.append(f"bundle {number} ({one.what}, {one.sealing}): accepted by a bare Python")
            told = _told(path, one.content, key)
            if told is None:
                violations.append(f"bundle {number} ({one.what}, {one.sealing}): accepted")
            elif not one.is_named_in(told):
                violations.append(f"bundle {number} ({one.what}, {one.sealing}): named as: {told}")
        # More than a short run alters, so that each half meets something that only the other one sees.
        more = [alterations.altered(scale.random("more", number), content) for number in range(_MORE)]

        def accepted_by_half() -> bool:
            return any(_told(path, one.content, key) is None for one in (*altered, *more))

        with patch.object(load(), "recount", _counts_nothing):
            digests_only = accepted_by_half()
        with patch.object(load(), "check_seals", lambda members, options, report: ""):
            recount_only = accepted_by_half()
    return Found(
        figures={"altered": len(altered), **kinds, "kinds of place": len({one.what for one in altered})},
        violations=tuple(violations),
        planted={
            "a verifier that only checks digests": digests_only,
            "a verifier that only recounts": recount_only,
        },
    )


def _published_bundle() -> bytes:
    from openpar.base.documents.storage import open_file
    from openpar.parindex.assessments.models import RoundBundle
    from tests.parindex import rounds

    rounds.published_round()
    with open_file(RoundBundle.objects.get().sha256) as file:
        return file.read()


def _counts_nothing(members: Any, report: Any) -> dict[str, int]:
    return {"units": 0, "scores": 0, "blocks": 0}


def _told(path: Path, content: bytes, key: str) -> str | None:
    """The first line that names something wrong; None when the bundle is accepted."""
    from tests.verify.loaded import load

    path.write_bytes(content)
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        status = load().main(["round", str(path), "--key", key])
    return None if status == 0 else said.getvalue().splitlines()[0]


def _accepted_by_bare_python(path: Path, content: bytes, key: str) -> bool:
    from tests.verify.loaded import PATH

    path.write_bytes(content)
    command = [sys.executable, "-I", "-S", str(PATH), "round", str(path), "--key", key]
    done = subprocess.run(command, capture_output=True, check=False)
    return done.returncode == 0


CHECK = Check(
    "altered_bundles",
    "everyone can recount: an altered bundle is refused, the first wrong row named",
    run,
    (SQLITE,),
)

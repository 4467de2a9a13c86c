"""Saves scores one after the other and says after each that it was kept; watched by `power_cut`.

Between the saves the WAL is moved into the database now and then, as the server does. The database's own
settings hold in the first phase; the others are the planted defects.
"""

from __future__ import annotations

import os
import sys

PHASES = ("FULL", "NORMAL", "OFF")


def main(sheet: int, saves: int, planted_saves: int) -> None:
    import django

    django.setup()
    from django.db import connection

    from openpar.engine.answers import Answer
    from openpar.parindex.assessments.actions.scores import Entry
    from openpar.parindex.assessments.actions.self_scoring import save_self_score
    from openpar.parindex.assessments.models import Assessment
    from tests.parindex import rounds
    from tests.parindex.assessments.lock_race import WRITERS
    from trust.saving import editor_of

    by = editor_of(Assessment.objects.get(pk=sheet))
    versions = dict.fromkeys((f"1.1.{leaf}" for leaf in range(1, WRITERS + 1)), 0)
    for phase in PHASES:
        with connection.cursor() as cursor:
            if phase != "FULL":
                cursor.execute(f"PRAGMA synchronous={phase}")
            cursor.execute("PRAGMA wal_autocheckpoint=60")
        _say(f"PHASE {phase}")
        for number in range(saves if phase == "FULL" else planted_saves):
            code = f"1.1.{number % WRITERS + 1}"
            note = f"{phase}-{number}"
            save_self_score(
                assessment_id=sheet,
                code=code,
                entry=Entry(Answer(choice="yes"), note=note),
                expected_version=versions[code],
                by=by,
                at=rounds.DURING_SELF,
            )
            versions[code] += 1
            _say(f"KEPT {note}")
    # Without closing: the end of the process is not what is tried here.
    os._exit(0)


def _say(text: str) -> None:
    os.write(1, f"{text}\n".encode())


if __name__ == "__main__":
    main(*map(int, sys.argv[1:4]))

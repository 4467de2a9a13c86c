"""Makes a store with so many made facts, and prints the folder of their files. Usage: facts_stored ROWS."""

from __future__ import annotations

import sys


def main() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from bench.facts_made import make
    from openpar.base.facts import files
    from openpar.base.facts.declarations import year_and_month
    from openpar.base.facts.files import Place
    from openpar.base.facts.models import StoredPart
    from tests.base.facts.sample import registered_dossiers
    from tests.factories import MOMENT

    call_command("migrate", verbosity=0)
    to = registered_dossiers()
    folder = files.folder() / "made"
    folder.mkdir(parents=True)
    for number, (_month, path, rows) in enumerate(make(folder, int(sys.argv[1]))):
        # A name of its own each, so that as many files are read as there are; the content is not named here.
        year, month = year_and_month(2000 * 12 + number)
        place = files.path_of(Place("dossiers", "facts", year, month), f"{number:064}")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.hardlink_to(path)
        StoredPart.objects.create(
            dataset_id=to.dataset_id,
            schema_id=to.schema_id,
            what="facts",
            year=year,
            month=month,
            sha256=f"{number:064}",
            size=path.stat().st_size,
            rows=rows,
            added_at=MOMENT,
        )
    sys.stdout.write(f"{folder}\n")


if __name__ == "__main__":
    main()

"""Interface texts: `update` gathers them into the English catalogue, `compile` makes what Django reads,
`check` says (exit 1) what is missing. Vietnamese is the source language; English is the translation.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "openpar"
ENGLISH = SOURCE / "locale" / "en" / "LC_MESSAGES" / "django.po"
METHODS = [("**/templates/**.html", "jinja2"), ("**.py", "python")]
OPTIONS = {"**/templates/**.html": {"encoding": "utf-8", "silent": "false", "trimmed": "true"}}
_ANY_DAY = datetime(2026, 1, 1, tzinfo=UTC)
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}


def gathered() -> Catalog:
    catalog = Catalog(charset="utf-8")
    found = extract_from_dir(str(SOURCE), METHODS, OPTIONS, KEYWORDS)
    for name, _line, message, _comments, context in sorted(found, key=lambda item: (item[0], item[1])):
        catalog.add(message, None, [(name.replace("\\", "/"), 0)], context=context)
    return catalog


def english() -> Catalog:
    if not ENGLISH.exists():
        return Catalog(locale="en", charset="utf-8")
    with ENGLISH.open("rb") as file:
        return read_po(file, locale="en", charset="utf-8")


def as_po(catalog: Catalog) -> bytes:
    buffer = BytesIO()
    write_po(
        buffer,
        catalog,
        width=110,
        sort_output=True,
        omit_header=False,
        no_location=True,
        ignore_obsolete=True,
    )
    return buffer.getvalue()


def update() -> None:
    catalog = english()
    catalog.update(gathered(), no_fuzzy_matching=True)
    catalog.header_comment = "# English translations of OpenPAR's interface."
    catalog.fuzzy = False
    # The same texts give the same file, whenever it is made.
    catalog.revision_date = catalog.creation_date = _ANY_DAY
    ENGLISH.write_bytes(as_po(catalog))


def compile_() -> None:
    """Every catalogue that is newer than what was made of it."""
    for catalogue in sorted((SOURCE / "locale").glob("*/LC_MESSAGES/django.po")):
        target = catalogue.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= catalogue.stat().st_mtime:
            continue
        with catalogue.open("rb") as source, target.open("wb") as file:
            write_mo(file, read_po(source, locale=catalogue.parents[1].name, charset="utf-8"))


def _is_whole(text: str | tuple[str, ...] | list[str] | None) -> bool:
    """Is there a text, and for numbers one in every form?"""
    return all(text) if isinstance(text, tuple | list) else bool(text)


def check() -> int:
    known = english()
    wanted = gathered()
    missing = [
        message.id
        for message in wanted
        if message.id
        and ((found := known.get(message.id, message.context)) is None or not _is_whole(found.string))
    ]
    obsolete = [
        message.id for message in known if message.id and wanted.get(message.id, message.context) is None
    ]
    for kind, ids in (("without English", missing), ("no longer used", obsolete)):
        for text in ids:
            sys.stderr.write(f"{kind}: {text!r}\n")
    return 1 if missing or obsolete else 0


if __name__ == "__main__":
    order = sys.argv[1]
    if order == "update":
        update()
    elif order == "compile":
        compile_()
    else:
        sys.exit(check())

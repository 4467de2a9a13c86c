"""Lists whose people carry marks, everything that is kept of dossiers as texts, and the marks in it."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from io import BytesIO
from pathlib import Path

import duckdb
from django.apps import apps
from django.conf import settings

from openpar.base.facts.models import PersonalPart
from openpar.common.text import fold
from openpar.demo.dossiers_made import FULL, as_rows
from tests.delivery.dossiers import lists
from tests.delivery.dossiers.test_importing import written

JUNE = date(2026, 6, 30)
# The personal columns of a list; each row has a mark of its own in each.
_PHONE = "Số điện thoại"
PERSONAL = ("Chủ hồ sơ", "Người nộp", "Địa chỉ", _PHONE, "Người tiếp nhận")
_APPS = ("facts", "dossiers", "audit", "notifications")


def mark(column: str, row: int) -> str:
    """What stands in a column of a row and nowhere else; numbers of telephones are only digits."""
    if column == _PHONE:
        return f"0907{731000 + row:06}"
    return f"Dấu Vết {fold(column).replace(' ', '').capitalize()} {row:04}"


def marks(rows: int) -> set[str]:
    """Every mark of a list of so many rows, as it is looked for: without case and Vietnamese signs."""
    return {fold(mark(column, row)) for column in PERSONAL for row in range(1, rows + 1)}


def marked_list(count: int) -> bytes:
    """Half a year of dossiers, some late and some still open, every person of them marked."""
    rows = as_rows(lists.year(count, seed=3), lists.moment(JUNE), FULL)
    for row in rows:
        row.append(_PHONE)
    places = {name: at for at, name in enumerate(rows[0])}
    for number, row in enumerate(rows[1:], 1):
        for column in PERSONAL:
            row[places[column]] = mark(column, number)
    return written(rows)


def marks_in(texts: Mapping[str, str], wanted: set[str]) -> list[str]:
    """“mark in place” for every mark that a text holds, in the order of the places."""
    found = []
    for place, text in texts.items():
        plain = fold(text)
        # Digits that were read as a number have lost their first zero.
        if "dau vet" in plain or "907731" in plain:
            found += [f"{one} in {place}" for one in sorted(wanted) if one.lstrip("0") in plain]
    return found


def files_kept() -> dict[str, str]:
    """Every file below the files of the installation: its bytes, and the cells of what is Parquet."""
    return {
        path.name: text
        for path in sorted(Path(settings.OPENPAR_FILES_DIR).rglob("*"))
        if path.is_file()
        for text in (readable(path.read_bytes()),)
    }


def readable(content: bytes) -> str:
    """What can be read in a file: its own letters, the cells of Parquet, the members of archives."""
    parts = [content.decode("utf-8", "ignore")]
    if content[:4] == b"PAR1":
        parts += _cells(content)
    if content[:2] == b"PK":
        with zipfile.ZipFile(BytesIO(content)) as archive:
            parts += [readable(archive.read(name)) for name in archive.namelist()]
    return "\n".join(parts)


def _cells(content: bytes) -> Iterator[str]:
    path = Path(settings.OPENPAR_FILES_DIR) / "read.parquet"
    path.write_bytes(content)
    try:
        with duckdb.connect() as duck:
            for row in duck.execute("SELECT * FROM read_parquet(?)", [str(path)]).fetchall():
                yield " | ".join(map(str, row))
    finally:
        path.unlink()


def tables_kept(but: Sequence[type] = (PersonalPart,)) -> dict[str, str]:
    """Every row of the tables of facts, dossiers, trace and messages, but for where people may stand."""
    return {
        model._meta.label: json.dumps(list(model._default_manager.values()), ensure_ascii=False, default=str)
        for label in _APPS
        for model in apps.get_app_config(label).get_models()
        if model not in but
    }

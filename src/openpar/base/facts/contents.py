"""What the rows of a batch say, read back from whichever file holds them: held against its manifest."""

# ruff: noqa: S608  # names in the SQL are those of a checked declaration, codes are hexadecimal

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from openpar.base.facts.declarations import Declaration
from openpar.base.facts.duck import Connection, fetched, quoted, reading
from openpar.base.facts.rows import Rows, digest_of, values_of
from openpar.base.facts.staging import BATCH, PERSONAL, ROW, personal_digest


def content_digest(duck: Connection, path: Path, code: str, declaration: Declaration) -> str:
    """The digest of what a batch says, as its manifest has it."""
    columns = declaration.plain
    names = ", ".join(column.name for column in columns)
    read = fetched(
        duck, f"SELECT {names} FROM {reading([path])} WHERE {BATCH} = {quoted(code)} ORDER BY {ROW}"
    )
    return digest_of(columns, Rows({one.name: values_of(one.kind, read[one.name]) for one in columns}))


def personal_hashes(duck: Connection, path: Path, code: str) -> list[bytes]:
    """The salted hashes of a batch, in the order of its rows."""
    read = fetched(
        duck, f"SELECT {PERSONAL} FROM {reading([path])} WHERE {BATCH} = {quoted(code)} ORDER BY {ROW}"
    )
    return [bytes(value) for value in read[PERSONAL].tolist()]


def wrong_batches(
    duck: Connection, path: Path, manifests: Sequence[tuple[str, str, str]], declaration: Declaration
) -> list[str]:
    """The codes of the batches that a file does not hold as their manifests say.

    A manifest is the code of a batch, the digest of its rows and that of its salted hashes ("": it has none).
    """
    wrong = []
    for code, content, personal in manifests:
        is_right = content_digest(duck, path, code, declaration) == content and (
            not personal or personal_digest(personal_hashes(duck, path, code)) == personal
        )
        if not is_right:
            wrong.append(code)
    return wrong


def key_order(declaration: Declaration) -> str:
    """The order of the rows in every file."""
    return ", ".join([*(column.name for column in declaration.keys), BATCH, ROW])

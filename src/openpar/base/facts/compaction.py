"""Many small files of a month become one that says the same: staged beside the work, exchanged at once."""

# ruff: noqa: S608  # names in the SQL are those of a checked declaration

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from openpar.base.facts import files
from openpar.base.facts.contents import key_order, wrong_batches
from openpar.base.facts.datasets import Registered, declarations_of, registered
from openpar.base.facts.declarations import Declaration
from openpar.base.facts.duck import connected, reading, write_parquet
from openpar.base.facts.files import Kept
from openpar.base.facts.models import Batch, StoredPart
from openpar.base.facts.queries import live_parts, path_of_part, place_of


@dataclass(frozen=True)
class StagedCompaction:
    """One file in the place of several; they are named by the ids of their parts."""

    dataset: str
    parts: tuple[int, ...]
    kept: Kept
    rows: int
    batches: tuple[str, ...]


class WouldChange(Exception):
    """The new file does not say what the old ones say: one of them is damaged; `openpar facts verify`."""


def stage_compaction(dataset: str) -> tuple[StagedCompaction, ...]:
    """Writes one file for every month that has several of one schema, and reads every batch back out of it.

    Raises UnknownDataset, and WouldChange when a batch does not come out as its manifest says.
    """
    to = registered(dataset)
    declarations = {}
    months: defaultdict[tuple[int, int, int], list[StoredPart]] = defaultdict(list)
    for part in live_parts(to, StoredPart.What.ROWS):
        months[part.year, part.month, part.schema_id].append(part)
    several = {key: parts for key, parts in months.items() if len(parts) > 1}
    if several:
        declarations = _by_schema(to)
    return tuple(_merged(to, parts, declarations[schema]) for (_y, _m, schema), parts in several.items())


def _by_schema(to: Registered) -> dict[int, Declaration]:
    numbers = dict(Batch.objects.filter(dataset_id=to.dataset_id).values_list("schema_id", "schema__number"))
    declarations = declarations_of(to.dataset_id)
    return {schema: declarations[number] for schema, number in numbers.items()}


def _merged(to: Registered, parts: list[StoredPart], declaration: Declaration) -> StagedCompaction:
    paths = [path_of_part(part, to.name) for part in parts]
    codes = [code for part in parts for code in part.batches]
    manifests = list(
        Batch.objects.filter(dataset_id=to.dataset_id, code__in=codes).values_list(
            "code", "content_sha256", "personal_sha256"
        )
    )
    with files.incoming() as folder, connected(files.folder()) as duck:
        path = folder / "rows.parquet"
        rows = write_parquet(duck, f"SELECT * FROM {reading(paths)} ORDER BY {key_order(declaration)}", path)
        wrong = wrong_batches(duck, path, manifests, declaration)
        if wrong or rows != sum(part.rows for part in parts):
            raise WouldChange(f"{to.name}: {rows} rows of {len(codes)} batches; wrong: {', '.join(wrong)}")
        kept = files.keep(path, place_of(parts[0], to.name))
    return StagedCompaction(to.name, tuple(part.pk for part in parts), kept, rows, tuple(codes))

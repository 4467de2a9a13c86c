"""Takes files of organisations into the register: whole or not at all, and any number of times.

A version is known by its key and its first day, a succession by both keys and its day. What the register
already says is left alone, what it says otherwise is corrected with a trace of before and after, what it
does not know is added; nothing is ever deleted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils.translation import gettext as _

from openpar.base.audit.actions import record
from openpar.base.organisations import files
from openpar.base.organisations.files import BlockRow, Cells, OrganisationRow, SuccessionRow
from openpar.base.organisations.models import Block, Organisation, OrganisationVersion, Succession
from openpar.base.organisations.register import (
    Description,
    all_spans,
    facts_of,
    lock_register,
    refuse_strangers,
    version_of,
    write_link,
    write_version,
)
from openpar.base.organisations.roles import Actor
from openpar.base.organisations.rules import Link, Span, register_gaps, succession_gaps
from openpar.common.db import write_transaction
from openpar.common.errors import FileRefused, Gap

COMMUNE_CODES_BASIS = "QĐ 19/2025/QĐ-TTg"


class OrganisationFileRefused(FileRefused):
    """Some rows cannot be taken in; every one is named, and none of the others was taken in either."""


@dataclass
class Loaded:
    """What a file did to the register, in rows."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0

    @property
    def touched(self) -> int:
        return self.added + self.changed


@dataclass
class Rows:
    """The rows of all files of one load, the digests of the files, and everything refused so far."""

    organisations: list[OrganisationRow] = field(default_factory=list)
    successions: list[SuccessionRow] = field(default_factory=list)
    blocks: list[BlockRow] = field(default_factory=list)
    sha256: list[str] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)

    def refuse_if_any(self) -> None:
        if self.gaps:
            raise OrganisationFileRefused(self.gaps)


def load_organisations(
    *,
    by: Actor,
    at: datetime,
    organisations: bytes | None = None,
    successions: bytes | None = None,
    blocks: bytes | None = None,
    file_name: str = "",
) -> Loaded:
    """Versions of organisations, successions, blocks: whichever files come along, as one.

    Raises as `read_organisations` and `load_rows` do.
    """
    rows = read_organisations(organisations=organisations, successions=successions, blocks=blocks)
    return load_rows(rows, by=by, at=at, file_name=file_name)


def read_organisations(
    *, organisations: bytes | None = None, successions: bytes | None = None, blocks: bytes | None = None
) -> Rows:
    """What the files say, without the register: reading takes its time and holds up nobody who writes.

    Raises FileRefused when a file cannot be read, OrganisationFileRefused with every row that is none.
    """
    rows = Rows()
    for cells in _cells(organisations, files.ORGANISATION_COLUMNS, rows):
        rows.organisations.append(files.organisation_row(cells))
        rows.gaps += cells.gaps
    for cells in _cells(successions, files.SUCCESSION_COLUMNS, rows):
        rows.successions.append(files.succession_row(cells))
        rows.gaps += cells.gaps
    for cells in _cells(blocks, files.BLOCK_COLUMNS, rows):
        rows.blocks.append(files.block_row(cells))
        rows.gaps += cells.gaps
    rows.refuse_if_any()
    return rows


def load_communes(
    *,
    by: Actor,
    at: datetime,
    communes: bytes,
    province: str,
    parent: str = "",
    legal_basis: str = COMMUNE_CODES_BASIS,
    file_name: str = "",
) -> Loaded:
    """The communes, wards and special zones of one province (its two-digit code) from the national list.

    `parent` is the key of the organisation they stand under. Raises as `load_organisations` does.
    """
    batch = Rows(sha256=[_digest(communes)])
    table = files.read_table(communes, files.COMMUNE_COLUMNS, others_allowed=True)
    days = files.type_days(table.header)
    batch.gaps += table.gaps
    if not days:
        remedy = _("Cần ít nhất một cột như type_2025_07_01")
        batch.gaps.append(
            Gap(_("dòng 1"), _("thiếu cột loại đơn vị theo ngày"), remedy, code="columns-unfit")
        )
    batch.refuse_if_any()
    for cells in table.rows:
        if cells.values["province_gso_code"] == province:
            batch.organisations += files.commune_rows(cells, days, parent=parent, legal_basis=legal_basis)
            batch.gaps += cells.gaps
    if not batch.organisations:
        remedy = _("Ghi mã tỉnh hai chữ số theo QĐ 19/2025/QĐ-TTg, ví dụ 68")
        batch.gaps.append(
            Gap(_("Tệp"), _("không có dòng nào của tỉnh “%s”") % province, remedy, code="province-absent")
        )
    batch.refuse_if_any()
    return load_rows(batch, by=by, at=at, file_name=file_name)


def _cells(source: bytes | None, columns: Sequence[str], into: Rows) -> Iterable[Cells]:
    if source is None:
        return ()
    table = files.read_table(source, columns)
    into.sha256.append(_digest(source))
    into.gaps += table.gaps
    # Under a header that is not understood every row would be refused for the same reason.
    return () if table.gaps else table.rows


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def load_rows(batch: Rows, *, by: Actor, at: datetime, file_name: str = "") -> Loaded:
    """Takes rows that were read into the register. Raises OrganisationFileRefused with every refused row."""
    with write_transaction():
        lock_register()
        refuse_strangers(by)
        batch.gaps += _gaps_with_register(batch)
        batch.refuse_if_any()
        loaded = Loaded()
        _write_blocks(batch.blocks, loaded, by=by, at=at)
        _write_organisations(batch.organisations, loaded, by=by, at=at)
        _write_successions(batch.successions, loaded, by=by, at=at)
        if loaded.touched:
            record(
                by=by,
                at=at,
                verb="load_organisations",
                object="organisations",
                about="organisations",
                label=file_name,
                after={"sha256": batch.sha256, "added": loaded.added, "changed": loaded.changed},
            )
        return loaded


def _gaps_with_register(batch: Rows) -> list[Gap]:
    """What would be wrong with the register if the rows were taken in."""
    in_file = {(row.key, row.valid_from) for row in batch.organisations}
    kept = [span for span in all_spans().values() if (span.organisation, span.valid_from) not in in_file]
    proposed = [
        *kept,
        *(
            Span(row.key, row.name, row.code, row.parent, row.valid_from, row.valid_until, where=row.where)
            for row in batch.organisations
        ),
    ]
    links = [
        Link(row.predecessor, row.successor, row.change, row.on, where=row.where) for row in batch.successions
    ]
    return [
        *_unknown_blocks(batch),
        *register_gaps(proposed),
        *succession_gaps(links, proposed),
        *_twice(links),
    ]


def _unknown_blocks(batch: Rows) -> list[Gap]:
    known = {*Block.objects.values_list("code", flat=True), *(row.code for row in batch.blocks)}
    remedy = _("Một trong: %s") % ", ".join(sorted(known)) if known else _("Nạp danh mục khối trước")
    return [
        Gap(
            _("dòng %(line)s, cột %(column)s") % {"line": row.line, "column": "block"},
            _("không có khối “%s”") % row.block,
            remedy,
            code="block-unknown",
        )
        for row in batch.organisations
        if row.block and row.block not in known
    ]


def _twice(links: Sequence[Link]) -> list[Gap]:
    seen: set[tuple[str, str, date]] = set()
    gaps = []
    for link in links:
        identity = (link.predecessor, link.successor, link.on)
        if identity in seen:
            remedy = _("Mỗi cặp đơn vị và ngày chỉ ghi một dòng")
            gaps.append(Gap(link.where, _("lặp lại một dòng ở trên"), remedy, code="row-twice"))
        seen.add(identity)
    return gaps


def _write_blocks(rows: Iterable[BlockRow], loaded: Loaded, *, by: Actor, at: datetime) -> None:
    known = {block.code: block for block in Block.objects.all()}
    for row in rows:
        block = known.setdefault(row.code, Block(code=row.code))
        before = {"name": block.name, "position": block.position} if block.pk else None
        after = {"name": row.name, "position": row.position}
        if before == after:
            loaded.unchanged += 1
            continue
        _count(loaded, is_new=before is None)
        block.name, block.position = row.name, row.position
        block.save()
        record(
            by=by,
            at=at,
            verb="load_block",
            object=f"block:{block.pk}",
            about="organisations",
            label=row.name,
            before=before,
            after=after,
        )


def _count(loaded: Loaded, *, is_new: bool) -> None:
    if is_new:
        loaded.added += 1
    else:
        loaded.changed += 1


def _write_organisations(rows: Sequence[OrganisationRow], loaded: Loaded, *, by: Actor, at: datetime) -> None:
    organisations = _organisations_of(rows)
    blocks = dict(Block.objects.values_list("code", "id"))
    known = {
        (version.organisation.key, version.valid_from): version
        for version in OrganisationVersion.objects.select_related("organisation")
    }
    differing: list[tuple[OrganisationVersion, dict[str, object] | None]] = []
    for row in rows:
        there = known.get((row.key, row.valid_from))
        version = _version(row, organisations, blocks)
        if there is None:
            _count(loaded, is_new=True)
            differing.append((version, None))
        elif facts_of(there) != facts_of(version):
            _count(loaded, is_new=False)
            version.pk = there.pk
            differing.append((version, facts_of(there)))
        else:
            loaded.unchanged += 1
    # The table lets nobody hold a code twice at any moment: all codes to be written are freed first, and
    # whoever ends makes room before another version begins.
    OrganisationVersion.objects.filter(pk__in=[version.pk for version, _before in differing]).update(code="")
    for version, before in sorted(differing, key=lambda pair: (pair[0].valid_until is None, pair[1] is None)):
        write_version(
            version, before=before, by=by, at=at, verb="load_organisation", reason=version.legal_basis
        )


def _organisations_of(rows: Iterable[OrganisationRow]) -> dict[str, Organisation]:
    """All organisations by key, those that are new in the file created."""
    organisations = {organisation.key: organisation for organisation in Organisation.objects.all()}
    for row in rows:
        if row.key not in organisations:
            organisations[row.key] = Organisation.objects.create(key=row.key)
    return organisations


def _version(
    row: OrganisationRow, organisations: dict[str, Organisation], blocks: dict[str, int]
) -> OrganisationVersion:
    description = Description(
        kind=row.kind,
        name=row.name,
        short_name=row.short_name,
        name_en=row.name_en,
        code=row.code,
        parent_id=organisations[row.parent].pk if row.parent else None,
        block_id=blocks[row.block] if row.block else None,
        is_scored=row.is_scored,
        is_ranked=row.is_ranked,
        is_published=row.is_published,
    )
    return version_of(
        organisations[row.key],
        description,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        legal_basis=row.legal_basis,
    )


def _write_successions(rows: Iterable[SuccessionRow], loaded: Loaded, *, by: Actor, at: datetime) -> None:
    organisations = {organisation.key: organisation for organisation in Organisation.objects.all()}
    known = {
        (link.predecessor.key, link.successor.key if link.successor else "", link.on): link
        for link in Succession.objects.select_related("predecessor", "successor")
    }
    for row in rows:
        there = known.get((row.predecessor, row.successor, row.on))
        meant = (str(row.change), row.is_main, row.legal_basis)
        if there is not None and (str(there.change), there.is_main, there.legal_basis) == meant:
            loaded.unchanged += 1
            continue
        _count(loaded, is_new=there is None)
        link = there or Succession(
            predecessor=organisations[row.predecessor],
            successor=organisations[row.successor] if row.successor else None,
            on=row.on,
        )
        link.change, link.is_main, link.legal_basis = meant
        write_link(link, by=by, at=at, reason=row.legal_basis)

"""Files of procedures: taken in whole or not at all, and any number of times.

A version is known by the number of its procedure and its first day, an offer also by its agency. What the
catalogue already says is left alone, what it says otherwise is corrected with a trace of before and after,
what it does not know is added; nothing is deleted, and an empty last day never reopens what has ended.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import pairwise

from django.utils.translation import gettext as _

from openpar.base.intake.actions import keep_batch
from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import FileRefused, Gap
from openpar.delivery.procedures.actions.import_decisions import Decisions
from openpar.delivery.procedures.actions.import_provisions import load_provisions
from openpar.delivery.procedures.actions.shared import ABOUT, lock_catalogue, refuse_unless_manager, trace
from openpar.delivery.procedures.actions.versions import (
    Register,
    end_version,
    trace_version,
    version_facts,
    version_row,
    write_versions,
)
from openpar.delivery.procedures.contents import Contents
from openpar.delivery.procedures.errors import ProcedureFileRefused
from openpar.delivery.procedures.files import NOWHERE, ProcedureFile, read_files
from openpar.delivery.procedures.models import Procedure, ProcedureVersion
from openpar.delivery.procedures.queries.loading import contents_of, with_parts
from openpar.delivery.procedures.rows import Identity, Part, Understood, VersionRow, understand
from openpar.delivery.procedures.rules import Span, contents_gaps, span_gaps

BATCH_KIND = "procedures"
# An empty cell is refused by its address when the row is read.
_TOLD_BY_CELL = frozenset({"name-missing", "sector-missing", "level-missing"})


@dataclass
class Loaded:
    """What files did to the catalogue, in versions and offers."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0

    @property
    def touched(self) -> int:
        return self.added + self.changed


@dataclass(frozen=True)
class _Target:
    """A version as it will be: from a row of the file, or one that only gets other parts."""

    where: str
    identity: Identity
    contents: Contents
    valid_until: date | None
    row: VersionRow | None
    there: ProcedureVersion | None


def bring_in_procedures(*, by: Actor, at: datetime, files: Sequence[ProcedureFile]) -> Loaded:
    """Loads whichever files come along as one batch, whole or not at all; once more changes nothing.

    Files are read before anything is locked. Raises ProceduresRefused for a stranger, FileRefused with every
    cell that cannot be taken in (kept in a refused batch).
    """
    refuse_unless_manager(by)
    names = ", ".join(file.name for file in files)
    digest = hashlib.sha256(b"".join(file.content for file in files)).hexdigest()
    try:
        understood = understand(read_files(files))
        if not understood.row_count and not understood.gaps:
            raise FileRefused.because(names, _("không có dòng nào"), _("Chọn tệp có dữ liệu"), code="empty")
        with write_transaction():
            loaded = _load(understood, by=by, at=at, file_name=names)
            keep_batch(
                by=by,
                at=at,
                kind=BATCH_KIND,
                file_name=names,
                sha256=digest,
                accepted_rows=understood.row_count,
            )
            return loaded
    except FileRefused as refused:
        keep_batch(by=by, at=at, kind=BATCH_KIND, file_name=names, sha256=digest, refusals=refused.gaps)
        raise


def _load(understood: Understood, *, by: Actor, at: datetime, file_name: str) -> Loaded:
    lock_catalogue()
    refuse_unless_manager(by)
    known = _known()
    gaps = list(understood.gaps)
    targets = _targets(understood, known, gaps)
    keys = {agency.key for target in targets for agency in target.contents.agencies}
    register = Register.load(keys | {row.agency for row in understood.provisions})
    spans = _spans(targets, known)
    for target in targets:
        found = contents_gaps(target.contents, valid_from=target.identity[1], where=target.where)
        gaps += [gap for gap in found if gap.code not in _TOLD_BY_CELL]
        gaps += register.gaps(target.contents.agencies, target.where)
    gaps += [gap for of_one in spans.values() for gap in span_gaps(list(of_one.values()))]
    decisions = Decisions.load([target.row for target in targets if target.row], gaps)
    if gaps:
        raise ProcedureFileRefused(gaps)
    loaded = Loaded()
    _write(targets, spans, known, register, decisions, loaded, by=by, at=at)
    load_provisions(understood.provisions, register, loaded, by=by, at=at)
    if loaded.touched:
        after = {"added": loaded.added, "changed": loaded.changed}
        trace(by=by, at=at, verb="procedures.loaded", object=ABOUT, label=file_name, after=after)
    return loaded


def _known() -> dict[Identity, ProcedureVersion]:
    """All versions with their parts; six queries."""
    versions = with_parts(ProcedureVersion.objects.order_by("valid_from"))
    return {(version.procedure.code, version.valid_from): version for version in versions}


def _targets(
    understood: Understood, known: dict[Identity, ProcedureVersion], gaps: list[Gap]
) -> list[_Target]:
    """The versions that rows name, with the parts of the file; their own where a table did not come."""
    rows = {row.identity: row for row in understood.versions}
    named = {identity: row.where for identity, row in rows.items()}
    for identity, where in understood.named_at.items():
        named.setdefault(identity, where)
    targets = []
    for identity, where in named.items():
        if identity[0] == NOWHERE.national:
            continue
        row, there = rows.get(identity), known.get(identity)
        if row is None and there is None:
            remedy = _("Mã và ngày hiệu lực phải như ở bảng Thủ tục hoặc trong danh mục")
            gaps.append(Gap(where, _("không có phiên bản này"), remedy, code="version-unknown"))
            continue
        stored = contents_of(there) if there else None
        contents = row.contents if row else stored
        assert contents is not None
        meant = replace(
            contents,
            terms=_part(understood.terms, identity, stored.terms if stored else ()),
            papers=_part(understood.papers, identity, stored.papers if stored else ()),
            bodies=_part(understood.bodies, identity, stored.bodies if stored else ()),
        )
        until = row.valid_until if row and row.valid_until else there.valid_until if there else None
        targets.append(_Target(where, identity, meant, until, row, there))
    return targets


def _part(
    found: dict[Identity, list[Part]] | None, identity: Identity, stored: tuple[Part, ...]
) -> tuple[Part, ...]:
    """What the file says of one kind of parts; what is stored when its table did not come."""
    return stored if found is None else tuple(found.get(identity, ()))


def _spans(
    targets: Sequence[_Target], known: dict[Identity, ProcedureVersion]
) -> dict[str, dict[date, Span]]:
    """The versions of every procedure touched, by first day; each ends at the latest as the next begins."""
    touched = {target.identity[0] for target in targets}
    spans: dict[str, dict[date, Span]] = {code: {} for code in touched}
    for (code, day), version in known.items():
        if code in touched:
            spans[code][day] = Span(day, version.valid_until, version.name)
    for target in targets:
        code, day = target.identity
        spans[code][day] = Span(day, target.valid_until, target.where)
    for of_one in spans.values():
        days = sorted(of_one)
        for day, following in pairwise(days):
            if of_one[day].valid_until is None:
                of_one[day] = replace(of_one[day], valid_until=following)
    return spans


def _write(
    targets: Sequence[_Target],
    spans: dict[str, dict[date, Span]],
    known: dict[Identity, ProcedureVersion],
    register: Register,
    decisions: Decisions,
    loaded: Loaded,
    *,
    by: Actor,
    at: datetime,
) -> None:
    _end_earlier(targets, spans, known, by=by, at=at)
    procedures = _procedures(targets)
    writes: list[tuple[ProcedureVersion, Contents]] = []
    traces: list[tuple[ProcedureVersion, Contents, _Target]] = []
    for target in targets:
        code, day = target.identity
        until = spans[code][day].valid_until
        decision = decisions.write(target.row, by=by, at=at) if target.row else None
        if target.there and not target.row:
            decision = target.there.decision
        if target.row and target.row.sector_code:
            register.sector(target.row.contents.sector, target.row.sector_code)
        if target.there and _is_same(target, until, decision.pk if decision else None):
            loaded.unchanged += 1
            continue
        loaded.changed += bool(target.there)
        loaded.added += not target.there
        version = version_row(
            procedures[code],
            target.contents,
            register=register,
            valid_from=day,
            valid_until=until,
            decision=decision,
            replaced_id=target.there.pk if target.there else None,
        )
        writes.append((version, target.contents))
        traces.append((version, target.contents, target))
    write_versions(writes, register)
    decisions.add_lines(version for version, _contents in writes)
    for version, contents, target in traces:
        there = target.there
        before = version_facts(contents_of(there), there.valid_from, there.valid_until) if there else None
        trace_version(
            version,
            verb="procedure.corrected" if there else "procedure.added",
            by=by,
            at=at,
            before=before,
            after=version_facts(contents, version.valid_from, version.valid_until),
            reason=version.decision.number if version.decision else "",
        )


def _is_same(target: _Target, until: date | None, decision_id: int | None) -> bool:
    there = target.there
    assert there is not None
    if contents_of(there) != target.contents or there.valid_until != until:
        return False
    return target.row is None or target.row.decision is None or there.decision_id == decision_id


def _end_earlier(
    targets: Sequence[_Target],
    spans: dict[str, dict[date, Span]],
    known: dict[Identity, ProcedureVersion],
    *,
    by: Actor,
    at: datetime,
) -> None:
    """Versions that no row names end where a new one begins."""
    named = {target.identity for target in targets}
    for (code, day), version in known.items():
        if code not in spans or (code, day) in named:
            continue
        until = spans[code][day].valid_until
        if until is not None and until != version.valid_until:
            end_version(version, on=until, by=by, at=at, reason="")


def _procedures(targets: Sequence[_Target]) -> dict[str, Procedure]:
    """The identities by number; new ones, and a suffix that was not known, are kept at once."""
    found = {procedure.code: procedure for procedure in Procedure.objects.all()}
    for target in targets:
        row = target.row
        if row is None:
            continue
        code = row.code
        if code.national not in found:
            found[code.national] = Procedure.objects.create(
                code=code.national, suffix=code.suffix, is_sample=row.is_sample
            )
        procedure = found[code.national]
        if code.suffix and not procedure.suffix:
            procedure.suffix = code.suffix
            procedure.save(update_fields=["suffix"])
    return found

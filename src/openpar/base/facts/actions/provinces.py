"""What a ministry does: trust a province's key, take its counters in, and read all provinces together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from openpar.base.audit.actions import record
from openpar.base.audit.signing import read_vkey
from openpar.base.facts import files
from openpar.base.facts.actions.datasets import not_allowed
from openpar.base.facts.counter_files import TABLE, Opened, agencies_of, open_counters_file
from openpar.base.facts.datasets import Registered, locked, registered
from openpar.base.facts.errors import FactsRefused
from openpar.base.facts.files import Place
from openpar.base.facts.models import Province, ReceivedCounters
from openpar.base.facts.permissions import may_join_provinces
from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.common.formats import format_moment


@dataclass(frozen=True)
class Taken:
    """The counters of a province as they count now; `is_new` is false when they did already."""

    received: ReceivedCounters
    is_new: bool


def trust_province(*, by: Actor, at: datetime, code: str, vkey: str) -> Province:
    """Counters files of this province that this key signs are taken in from now on; again changes nothing.

    Raises FactsRefused for a stranger, for a text that is no key, and for a key that is not trusted any more.
    """
    with write_transaction():
        if not may_join_provinces(by):
            raise not_allowed(by)
        try:
            read_vkey(vkey)
        except ValueError:
            raise FactsRefused.because(
                code, _("không phải khóa công khai Ed25519"), code="key-unfit"
            ) from None
        province = Province.objects.select_for_update().filter(code=code, vkey=vkey.strip()).first()
        if province is not None:
            if province.trusted_until is not None:
                raise FactsRefused.because(code, _("khóa này đã thôi được chấp nhận"), code="key-retired")
            return province
        province = Province.objects.create(code=code, vkey=vkey.strip(), trusted_from=at)
        _trace(province, by=by, at=at, verb="facts.province_trusted")
        return province


def distrust_province(*, by: Actor, at: datetime, code: str, vkey: str) -> None:
    """Nothing that this key signs is taken in any more; what was taken in goes on counting.

    Raises FactsRefused for a stranger, Province.DoesNotExist for a key that is not trusted.
    """
    with write_transaction():
        province = Province.objects.select_for_update().get(code=code, vkey=vkey, trusted_until__isnull=True)
        if not may_join_provinces(by):
            raise not_allowed(by)
        province.trusted_until = at
        province.save(update_fields=["trusted_until"])
        _trace(province, by=by, at=at, verb="facts.province_distrusted")


def _trace(province: Province, *, by: Actor, at: datetime, verb: str) -> None:
    record(
        by=by,
        at=at,
        verb=verb,
        object=f"province:{province.pk}",
        label=province.code,
        after={"vkey": province.vkey},
    )


def receive_counters(*, by: Actor, at: datetime, content: bytes) -> Taken:
    """Takes the counters file of a province in; a newer one takes the place of the one before.

    The same file again changes nothing. Raises FactsRefused: a stranger, no good signature of the province,
    another way of counting, an agency that another province counts already, a file older than the one that
    counts. Raises UnknownDataset.
    """
    keys: dict[str, list[str]] = {}
    for code, vkey in Province.objects.filter(trusted_until__isnull=True).values_list("code", "vkey"):
        keys.setdefault(code, []).append(vkey)
    opened = open_counters_file(content, keys)
    to = registered(opened.statement.dataset)
    if to.counting.sha256 != opened.statement.counting_sha256:
        what = _("tỉnh đếm theo cách khác với nơi nhận")
        raise FactsRefused.because(
            to.name, what, _("Cập nhật phần mềm cùng phiên bản"), code="counting-differs"
        )
    with files.incoming() as folder:
        path = folder / TABLE
        path.write_bytes(opened.table)
        agencies = agencies_of(to.counting, opened, path)
        files.keep(path, _place(opened))
    with write_transaction():
        to = locked(to.name)
        if not may_join_provinces(by):
            raise not_allowed(by)
        province = opened.statement.province
        live = ReceivedCounters.objects.filter(dataset_id=to.dataset_id, replaced_at__isnull=True)
        before = live.filter(province=province).first()
        if before is not None and before.sha256 == opened.statement.sha256:
            return Taken(before, is_new=False)
        gaps = [*_gaps_of_time(opened, before, at), *_gaps_of_overlap(to, opened, agencies)]
        if gaps:
            raise FactsRefused(gaps)
        if before is not None:
            before.replaced_at = at
            before.save(update_fields=["replaced_at"])
        return Taken(_received(to, opened, agencies, by=by, at=at), is_new=True)


def _place(opened: Opened) -> Place:
    said = opened.statement
    return Place(said.dataset, "counters", said.as_of.year, said.as_of.month)


def _gaps_of_time(opened: Opened, before: ReceivedCounters | None, at: datetime) -> list[Gap]:
    said = opened.statement
    if said.as_of > at:
        what = _("số liệu đến %s, là thời điểm chưa tới") % format_moment(said.as_of)
        return [Gap(said.province, what, code="as-of-in-future")]
    if before is not None and before.as_of >= said.as_of:
        what = _("đã có tệp mới hơn, số liệu đến %s") % format_moment(before.as_of)
        return [Gap(said.province, what, code="older")]
    return []


def _gaps_of_overlap(to: Registered, opened: Opened, agencies: tuple[str, ...]) -> list[Gap]:
    """An agency is counted once: two provinces that both have it would double it."""
    live = ReceivedCounters.objects.filter(dataset_id=to.dataset_id, replaced_at__isnull=True)
    gaps = []
    for other, theirs in live.exclude(province=opened.statement.province).values_list("province", "agencies"):
        shared = sorted(set(theirs) & set(agencies))
        if shared:
            what = _("%(count)d cơ quan đã có trong tệp của %(other)s: %(listed)s") % {
                "count": len(shared),
                "other": other,
                "listed": ", ".join(shared[:5]),
            }
            gaps.append(Gap(opened.statement.province, what, code="provinces-overlap"))
    return gaps


def _received(
    to: Registered, opened: Opened, agencies: tuple[str, ...], *, by: Actor, at: datetime
) -> ReceivedCounters:
    said = opened.statement
    received = ReceivedCounters.objects.create(
        dataset_id=to.dataset_id,
        province=said.province,
        as_of=said.as_of,
        counting_sha256=said.counting_sha256,
        note=opened.note,
        sha256=said.sha256,
        size=len(opened.table),
        cells=said.cells,
        agencies=list(agencies),
        received_by_id=by.id,
        received_at=at,
    )
    record(
        by=by,
        at=at,
        verb="facts.counters_received",
        object=f"received_counters:{received.pk}",
        label=f"{said.province}: {said.dataset}",
        after={"sha256": said.sha256, "as_of": said.as_of.isoformat(), "rows": said.cells},
    )
    return received

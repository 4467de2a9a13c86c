"""Mappings of columns kept by source, so that the next list of it is read without a question."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from openpar.base.audit.actions import record
from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.common.text import nfc
from openpar.delivery.dossiers.errors import DossiersRefused, StaleMapping
from openpar.delivery.dossiers.mappings import ColumnMapping, gaps_of, to_mapping
from openpar.delivery.dossiers.models import SavedMapping
from openpar.delivery.dossiers.permissions import may_keep_mappings

_LONGEST_SOURCE = 120


def save_mapping(
    *, by: Actor, at: datetime, source: str, mapping: ColumnMapping, expected_version: int = 0
) -> SavedMapping:
    """Keeps the mapping of a source, in place of the one it had; the same again changes nothing.

    `expected_version`: of the mapping that is to be replaced, 0 for none. Raises DossiersRefused for a
    stranger and with everything that is wrong with the mapping, StaleMapping when another one is kept by now.
    """
    name = " ".join(nfc(source).split())
    with write_transaction():
        there = SavedMapping.objects.select_for_update().filter(source=name).first()
        _may_keep(by)
        gaps = gaps_of(mapping)
        if not name or len(name) > _LONGEST_SOURCE:
            what = _("để trống hoặc dài quá %d ký tự") % _LONGEST_SOURCE
            gaps.append(Gap(_("Nguồn"), what, _("Ghi tên hệ thống, ví dụ iGate"), code="source-unfit"))
        if gaps:
            raise DossiersRefused(gaps)
        said, before = to_mapping(mapping), None
        if there is None:
            there = SavedMapping(source=name, mapping=said, saved_by_id=by.id, saved_at=at)
        else:
            before = there.mapping
            if before == said:
                return there
            _refuse_if_stale(there, expected_version)
            there.mapping, there.saved_by_id, there.saved_at = said, by.id, at
            there.version += 1
        there.save()
        record(
            by=by,
            at=at,
            verb="dossiers.mapping_saved",
            object=f"dossier_mapping:{there.pk}",
            about="dossiers",
            label=name,
            before=None if before is None else {"columns": _told(before)},
            after={"columns": _told(said)},
        )
        return there


def forget_mapping(*, by: Actor, at: datetime, mapping_id: int, expected_version: int) -> str:
    """The next list of the source is read by its headers again; what came in stays. The name of the source.

    Raises DossiersRefused for a stranger, StaleMapping when another mapping is kept by now,
    SavedMapping.DoesNotExist.
    """
    with write_transaction():
        there = SavedMapping.objects.select_for_update().get(pk=mapping_id)
        _may_keep(by)
        _refuse_if_stale(there, expected_version)
        record(
            by=by,
            at=at,
            verb="dossiers.mapping_forgotten",
            object=f"dossier_mapping:{there.pk}",
            about="dossiers",
            label=there.source,
            before={"columns": _told(there.mapping)},
        )
        there.delete()
        return there.source


def _refuse_if_stale(there: SavedMapping, expected_version: int) -> None:
    if there.version != expected_version:
        what = _("người khác vừa lưu cách ghép cột khác của nguồn này")
        remedy = _("Xem bản đã lưu; lưu lần nữa nếu vẫn giữ bản của bạn")
        raise StaleMapping(Gap(there.source, what, remedy, code="stale"))


def _may_keep(by: Actor) -> None:
    if not may_keep_mappings(by):
        what = _("%s không có quyền lưu cách ghép cột") % by.full_name
        raise DossiersRefused.because("", what, code="not-allowed")


def _told(mapping: Mapping[str, Any]) -> list[str]:
    return [f"{header} → {field}" for header, field in mapping["columns"].items()]

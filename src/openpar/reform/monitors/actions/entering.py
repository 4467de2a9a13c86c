"""An entry is made, corrected by a next revision, or taken out of the register."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.audit.actions import record
from openpar.base.documents.models import Document
from openpar.base.organisations.models import Organisation, OrganisationVersion
from openpar.base.organisations.permissions import not_allowed
from openpar.base.organisations.queries import names_on
from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.common.text import nfc
from openpar.reform.monitors.actions.checking import value_gaps
from openpar.reform.monitors.errors import MonitorRefused, StaleEntry
from openpar.reform.monitors.models import Entry
from openpar.reform.monitors.permissions import may_enter_monitors
from openpar.reform.monitors.registers import REGISTERS, Register

LONGEST_NOTE = 500
Values = Mapping[str, Any]


def save_entry(
    *,
    register: str,
    organisation_id: int,
    values: Values,
    expected_revision: int,
    by: Actor,
    at: datetime,
    note: str = "",
) -> Entry:
    """What the agency says of one subject; `values` by column, documents as the id in `<column>`.

    A column that is not given is not known. `expected_revision` is the newest revision seen, 0 for none. What
    says nothing new is not kept. Raises MonitorRefused with every gap, StaleEntry.
    """
    with write_transaction():
        found = _register(register)
        _take(organisation_id, by)
        said = _cleaned(found, values)
        today = timezone.localdate(at)
        gaps = [*_note_gaps(note), *value_gaps(found, said, today), *_document_gaps(found, said, by)]
        if not OrganisationVersion.objects.as_of(today).filter(organisation_id=organisation_id).exists():
            gaps.append(Gap(_("Đơn vị"), _("không còn hoạt động"), code="no-agency"))
        if gaps:
            raise MonitorRefused(gaps)
        newest = _newest(found, organisation_id, said)
        _refuse_if_stale(found, newest, expected_revision)
        if newest is not None and not newest.is_withdrawn and stored(found, newest) == said:
            return newest
        made = _next(found, organisation_id, said, newest, note=nfc(note).strip(), by=by, at=at)
        _trace(found, made, newest, "monitor.saved", by=by, at=at)
        return made


def withdraw_entry(
    *, register: str, entry_id: int, expected_revision: int, reason: str, by: Actor, at: datetime
) -> Entry:
    """Takes an entry that should not be there out of the register; what it said stays readable.

    Raises MonitorRefused without a reason, StaleEntry.
    """
    with write_transaction():
        found = _register(register)
        there = found.model._default_manager.get(pk=entry_id)
        _take(there.organisation_id, by)
        if not reason.strip():
            what = _("chưa nêu lý do")
            raise MonitorRefused(Gap(_("Lý do"), what, _("Ghi vì sao bỏ mục này"), code="text-missing"))
        if note_gaps := _note_gaps(reason):
            raise MonitorRefused(note_gaps)
        said = stored(found, there)
        newest = _newest(found, there.organisation_id, said)
        _refuse_if_stale(found, newest, expected_revision)
        if newest is None or newest.is_withdrawn:
            raise MonitorRefused(Gap("", _("mục này đã được bỏ"), code="withdrawn"))
        made = _next(
            found,
            there.organisation_id,
            stored(found, newest),
            newest,
            note=nfc(reason).strip(),
            by=by,
            at=at,
            is_withdrawn=True,
        )
        _trace(found, made, newest, "monitor.withdrawn", by=by, at=at)
        return made


def stored(register: Register, entry: Entry) -> dict[str, Any]:
    """What an entry says, by column; a document by its id."""
    return {name: getattr(entry, _attribute(register, name)) for name in register.fields}


def _attribute(register: Register, name: str) -> str:
    field = register.model._meta.get_field(name)
    return f"{name}_id" if isinstance(field, models.ForeignKey) else name


def _register(key: str) -> Register:
    found = REGISTERS.get(key)
    if found is None:
        raise MonitorRefused(Gap(_("Sổ theo dõi"), _("không có sổ “%s”") % key[:40], code="no-register"))
    return found


def _take(organisation_id: int, by: Actor) -> None:
    """Entries of one agency are made one after the other, also the first of a subject."""
    Organisation.objects.select_for_update(of=("self",)).get(pk=organisation_id)
    if not may_enter_monitors(by, organisation_id):
        raise MonitorRefused(not_allowed(by, _("Người của chính đơn vị nhập sổ theo dõi của đơn vị")))


def _cleaned(register: Register, values: Values) -> dict[str, Any]:
    unknown = sorted(set(values) - set(register.fields))
    if unknown:
        raise MonitorRefused(Gap(name, _("không có cột này trong sổ"), code="no-column") for name in unknown)
    said: dict[str, Any] = {}
    for name in register.fields:
        field = register.model._meta.get_field(name)
        value = values.get(name)
        if isinstance(field, models.CharField | models.TextField):
            said[name] = nfc(str(value or "")).strip()
        else:
            said[name] = value
    return said


def _note_gaps(note: str) -> list[Gap]:
    if len(note) <= LONGEST_NOTE:
        return []
    return [Gap(_("Ghi chú"), _("dài quá %d ký tự") % LONGEST_NOTE, _("Rút ngắn"), code="too-long")]


def _document_gaps(register: Register, said: Values, by: Actor) -> list[Gap]:
    """Documents lie in the store of an agency that the person works in."""
    wanted = {
        name: said[name]
        for name in register.fields
        if isinstance(register.model._meta.get_field(name), models.ForeignKey) and said[name] is not None
    }
    owners = dict(Document.objects.filter(pk__in=wanted.values()).values_list("pk", "owner_id"))
    own = by.organisations()
    return [
        Gap(
            register.label(name),
            _("văn bản không có trong kho tài liệu của đơn vị bạn"),
            _("Đưa văn bản vào kho tài liệu trước"),
            code="document-elsewhere",
        )
        for name, pk in wanted.items()
        if owners.get(pk) not in own
    ]


def _newest(register: Register, organisation_id: int, said: Values) -> Entry | None:
    subject = {name: said[name] for name in register.subject}
    rows = register.model._default_manager.filter(organisation_id=organisation_id, is_current=True, **subject)
    found: Entry | None = rows.first()
    return found


def _refuse_if_stale(register: Register, newest: Entry | None, expected_revision: int) -> None:
    if (newest.revision if newest else 0) != expected_revision:
        what = _("người khác vừa sửa mục này") if expected_revision else _("đơn vị đã có mục này trong sổ")
        raise StaleEntry(Gap(str(register.title), what, _("Mở mục đang có rồi sửa tiếp"), code="stale"))


def _next(
    register: Register,
    organisation_id: int,
    said: Values,
    newest: Entry | None,
    *,
    note: str,
    by: Actor,
    at: datetime,
    is_withdrawn: bool = False,
) -> Entry:
    if newest is not None:
        register.model._default_manager.filter(pk=newest.pk).update(is_current=False)
    given = {_attribute(register, name): value for name, value in said.items()}
    made: Entry = register.model._default_manager.create(
        organisation_id=organisation_id,
        revision=(newest.revision if newest else 0) + 1,
        is_withdrawn=is_withdrawn,
        note=note,
        entered_by_id=by.person_id,
        entered_at=at,
        **given,
    )
    return made


def _trace(
    register: Register, made: Entry, before: Entry | None, verb: str, *, by: Actor, at: datetime
) -> None:
    name = names_on([made.organisation_id], timezone.localdate(at)).get(made.organisation_id, "")
    record(
        by=by,
        at=at,
        verb=verb,
        object=f"monitor:{register.key}/{made.organisation_id}/{subject_key(register, made)}",
        about=f"monitor:{register.key}/{made.organisation_id}",
        label=f"{name}, {register.title}",
        before={"said": _lines(register, before)} if before else None,
        after={"said": _lines(register, made)},
        reason=made.note,
    )


def subject_key(register: Register, entry: Entry) -> str:
    """What tells the entry apart from others of its agency: “2026/TEACHERS”; empty for the only one."""
    return "/".join(str(getattr(entry, name)) for name in register.subject)


def _lines(register: Register, entry: Entry) -> list[str]:
    """What it says as lines of the trace: “Phải kiểm tra: 12”; what is not known is left out."""
    return [
        f"{register.label(name)}: {_plain(value)}"
        for name, value in stored(register, entry).items()
        if value not in (None, "")
    ]


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else str(value)

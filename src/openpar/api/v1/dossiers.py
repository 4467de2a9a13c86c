"""Dossiers sent by a connected system, in the envelope of DongBoHoSoMC: one message, one list brought in."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, UnreadablePostError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from openpar.api.answers import Declined, Refusal, answer, told
from openpar.api.asking import who_asks
from openpar.api.v1.national import (
    DOSSIERS,
    SERVICE,
    SUPPLEMENT_FIELDS,
    SUPPLEMENTS,
    fields,
    mapping_of,
    path_of,
)
from openpar.api.v1.nested import cell_fault, entry_faults, list_faults, told_by_lists
from openpar.api.v1.refusals import code_of, refusals_of
from openpar.base.access.queries import Connected
from openpar.base.facts.errors import StaleFacts
from openpar.common.errors import Gap, Refused
from openpar.common.formats import VIETNAM
from openpar.delivery.dossiers.actions.importing import Imported, RefusedBefore, import_dossiers
from openpar.delivery.dossiers.permissions import may_import_dossiers
from openpar.delivery.dossiers.reading.tables import DossierFile
from openpar.delivery.dossiers.understanding import MOST_TOLD

PAGE: Final = "api-dossiers"
# Some ten thousand dossiers as the national portal writes them; they are taken in while the sender waits.
MOST_BYTES: Final = 16 * 2**20
MOMENT_FIELD: Final = "thoiDiem"
_MOMENT_LETTERS, _FIRST_YEAR = 14, 2000
_TRIES: Final = 3


@dataclass(frozen=True)
class Pushed:
    """The dossiers of a message, only what is read of them, and the moment of which it speaks.

    One that is not in its shape is empty among them, so that the others keep their places; `faults` say why.
    """

    dossiers: tuple[dict[str, Any], ...]
    codes: tuple[str, ...]
    faults: RefusedBefore
    as_of: datetime
    content: bytes


# A key is no cookie: no other page can make a browser send it, so nothing is forged across sites.
@csrf_exempt
def dossiers(request: HttpRequest) -> HttpResponse:
    """Takes a message in: 200 when any of it counts from now on, else a refusal in the same shape."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    at = timezone.now()
    try:
        connected = who_asks(request, page=PAGE, at=at)
        if not may_import_dossiers(connected.actor):
            remedy = _("Đề nghị quản trị hệ thống giao vai trò được nạp hồ sơ cho tài khoản của khóa")
            raise Declined(403, (Refusal(_("tài khoản của khóa không có quyền nạp hồ sơ"), remedy),))
        pushed = _pushed(_said(_body(request)), at)
        done = _taken_in(connected, pushed, at)
    except Declined as declined:
        return declined.answer()
    result = {
        "batch": done.batch_id,
        "is_new": done.is_new,
        "accepted": done.accepted,
        "refused": done.refused,
        "refusals": told(refusals_of(done.refusals, pushed.codes)),
    }
    return answer("0", result, status=200)


def _body(request: HttpRequest) -> bytes:
    """What was sent. Raises Declined: 415 for another type, 413 beyond the greatest size, 400 cut short."""
    if request.content_type != "application/json":
        what = _("nội dung không phải JSON")
        raise Declined(415, (Refusal(what, "Content-Type: application/json", "Content-Type"),))
    most = min(MOST_BYTES, settings.OPENPAR_MAX_UPLOAD_BYTES)
    told_length = str(request.META.get("CONTENT_LENGTH") or "0")
    try:
        # Not `request.body`, which stops at the size of forms.
        body = b"" if told_length.isdecimal() and int(told_length) > most else request.read(most + 1)
    except UnreadablePostError as error:
        raise Declined(400, (Refusal(_("nội dung bị ngắt giữa chừng"), _("Gửi lại")),)) from error
    if not told_length.isdecimal() or int(told_length) > most or len(body) > most:
        what = _("nội dung lớn hơn %d MB") % (most // 2**20)
        raise Declined(413, (Refusal(what, _("Chia thành nhiều lần gửi")),))
    return bytes(body)


def _said(body: bytes) -> Any:
    """The JSON of a body, numbers as they were written. Raises Declined."""
    try:
        return json.loads(body.decode("utf-8-sig"), parse_float=str, parse_int=str)
    except (ValueError, RecursionError) as error:
        # The message of the parser tells a place and no content.
        where = str(error)[:120] if isinstance(error, json.JSONDecodeError) else ""
        raise Declined(422, (Refusal(_("không phải JSON hợp lệ (UTF-8)"), where),)) from error


def _pushed(said: Any, at: datetime) -> Pushed:
    """The dossiers of an envelope or of a bare list. Raises Declined."""
    envelope = said if isinstance(said, dict) else {}
    service = envelope.get("service", SERVICE)
    if service != SERVICE:
        what = _("địa chỉ này không nhận dịch vụ đó")
        raise Declined(422, (Refusal(what, f"service: {SERVICE}", "service", path="service"),))
    rows = _rows_of(said)
    as_of = _as_of(envelope.get(MOMENT_FIELD), at)
    faults = [_faults(row, path_of(index, "")) for index, row in enumerate(rows)]
    read = tuple({} if found else _read(row) for row, found in zip(rows, faults, strict=True))
    said_wrong = tuple(fault for found in faults for fault in found)
    codes = tuple(code_of(row) for row in rows)
    # The same dossiers as of the same moment are the same message, whatever token stands around them.
    paths = [fault.where for fault in said_wrong]
    message = {MOMENT_FIELD: envelope.get(MOMENT_FIELD), DOSSIERS: read, "refused": paths}
    try:
        content = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()
        # What refusals repeat of the message has to go into the answer.
        "".join((*codes, *(fault.what for fault in said_wrong))).encode()
    except UnicodeEncodeError as error:
        raise Declined(422, (Refusal(_("có ký tự không hợp lệ"), _("Gửi chữ Unicode trọn vẹn")),)) from error
    if not any(read):
        raise Declined(422, refusals_of(said_wrong[:MOST_TOLD], codes), refused=len(rows))
    return Pushed(read, codes, RefusedBefore(read.count({}), said_wrong), as_of, content)


def _rows_of(said: Any) -> list[dict[str, Any]]:
    """The dossiers of an envelope, or a bare list of them. Raises Declined."""
    rows = said if isinstance(said, list) else said.get(DOSSIERS) if isinstance(said, dict) else None
    path = DOSSIERS
    if isinstance(rows, list) and rows:
        others = [index for index, row in enumerate(rows) if not isinstance(row, dict)]
        if not others:
            return rows
        path = path_of(others[0], "")
    remedy = _("Gửi một mảng JSON không rỗng ở “data”, mỗi phần tử là một hồ sơ")
    raise Declined(422, (Refusal(_("không tìm thấy danh sách hồ sơ"), remedy, DOSSIERS, path=path),))


def _faults(row: dict[str, Any], path: str) -> tuple[Gap, ...]:
    """What of a dossier is not in the national shape, by path; fields that are not read may be anything."""
    cells = (cell_fault(row.get(name), f"{path}.{name}") for name in fields())
    supplements = entry_faults(row.get(SUPPLEMENTS), f"{path}.{SUPPLEMENTS}")
    found = [*(fault for fault in cells if fault is not None), *supplements, *list_faults(row, path)]
    if not found and not any(_read(row).values()):
        found = [Gap(path, _("không có trường nào được đọc"), _("Xem /api/v1/openapi.json"), "message-shape")]
    return tuple(found)


def _read(row: dict[str, Any]) -> dict[str, Any]:
    """What is read of a dossier in its shape, every field of it: one that nobody tells is empty, not missing.

    What the dossier itself does not tell, the entries of its lists may.
    """
    read = {name: _plain(row.get(name)) for name in fields()}
    for name, value in told_by_lists(row).items():
        read[name] = read.get(name) or value
    supplements = row.get(SUPPLEMENTS)
    if isinstance(supplements, list):
        read[SUPPLEMENTS] = [
            {name: _plain(one.get(name)) for name in SUPPLEMENT_FIELDS}
            for one in supplements
            if isinstance(one, dict)
        ]
    return read


def _plain(value: Any) -> Any:
    return "" if value is None or isinstance(value, list | dict) else value


def _as_of(given: Any, at: datetime) -> datetime:
    """The moment of which a message speaks; now when it does not say. Raises Declined."""
    if given in (None, ""):
        return at
    remedy = _("Ghi dạng yyyyMMddHHmmss theo giờ Việt Nam, không ở tương lai")
    what = _("thời điểm số liệu không hợp lệ")
    declined = Declined(422, (Refusal(what, remedy, MOMENT_FIELD, path=MOMENT_FIELD),))
    if not isinstance(given, str) or len(given) != _MOMENT_LETTERS or not given.isascii():
        raise declined
    try:
        as_of = datetime.strptime(given, "%Y%m%d%H%M%S").replace(tzinfo=VIETNAM)
    except ValueError as error:
        raise declined from error
    if as_of.year < _FIRST_YEAR or as_of > at:
        raise declined
    return as_of


def _taken_in(connected: Connected, pushed: Pushed, at: datetime) -> Imported:
    """The list brought in, anew when others were faster. Raises Declined: 422, or 503 after all tries."""
    try:
        for _turn in range(_TRIES):
            try:
                return import_dossiers(
                    by=connected.actor,
                    at=at,
                    file=DossierFile(SERVICE, pushed.content),
                    source=connected.name,
                    mapping=mapping_of(connected.name),
                    as_of=pushed.as_of,
                    refused_before=pushed.faults,
                )
            except StaleFacts:
                continue
    except Refused as error:
        refusals = refusals_of(error.gaps, pushed.codes)
        raise Declined(422, refusals, refused=len(pushed.dossiers)) from error
    what, remedy = _("nhiều hệ thống cùng gửi một lúc"), _("Gửi lại sau ít giây")
    raise Declined(503, (Refusal(what, remedy),), len(pushed.dossiers), {"Retry-After": "5"})

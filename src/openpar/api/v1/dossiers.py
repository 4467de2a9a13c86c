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
from openpar.api.v1.national import SERVICE, SUPPLEMENT_FIELDS, SUPPLEMENTS, fields, mapping_of
from openpar.api.v1.refusals import refusals_of
from openpar.base.access.queries import Connected
from openpar.base.facts.errors import StaleFacts
from openpar.common.errors import Refused
from openpar.common.formats import VIETNAM
from openpar.delivery.dossiers.actions.importing import Imported, import_dossiers
from openpar.delivery.dossiers.permissions import may_import_dossiers
from openpar.delivery.dossiers.reading.tables import DossierFile

PAGE: Final = "api-dossiers"
# Some ten thousand dossiers as the national portal writes them; they are taken in while the sender waits.
MOST_BYTES: Final = 16 * 2**20
MOMENT_FIELD: Final = "thoiDiem"
_MOMENT_LETTERS, _FIRST_YEAR = 14, 2000
_TRIES: Final = 3


@dataclass(frozen=True)
class Pushed:
    """The dossiers of a message, only what is read of them, and the moment of which it speaks."""

    dossiers: tuple[dict[str, Any], ...]
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
        "refusals": told(refusals_of(done.refusals, pushed.dossiers)),
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
        raise Declined(422, (Refusal(what, f"service: {SERVICE}", "service"),))
    rows = said if isinstance(said, list) else envelope.get("data")
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        remedy = _("Gửi một mảng JSON không rỗng ở “data”, mỗi phần tử là một hồ sơ")
        raise Declined(422, (Refusal(_("không tìm thấy danh sách hồ sơ"), remedy, "data"),))
    as_of = _as_of(envelope.get(MOMENT_FIELD), at)
    read = tuple(_read(row) for row in rows)
    # The same dossiers as of the same moment are the same message, whatever token stands around them.
    message = {MOMENT_FIELD: envelope.get(MOMENT_FIELD), "data": read}
    try:
        content = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError as error:
        raise Declined(422, (Refusal(_("có ký tự không hợp lệ"), _("Gửi chữ Unicode trọn vẹn")),)) from error
    return Pushed(read, as_of, content)


def _read(row: dict[str, Any]) -> dict[str, Any]:
    """What is read of a dossier, every field of it: one that nobody tells is empty, not missing."""
    supplements = row.get(SUPPLEMENTS)
    read = {name: _plain(row.get(name)) for name in fields()}
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
    declined = Declined(422, (Refusal(_("thời điểm số liệu không hợp lệ"), remedy, MOMENT_FIELD),))
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
                )
            except StaleFacts:
                continue
    except Refused as error:
        refusals = refusals_of(error.gaps, pushed.dossiers)
        raise Declined(422, refusals, refused=len(pushed.dossiers)) from error
    what, remedy = _("nhiều hệ thống cùng gửi một lúc"), _("Gửi lại sau ít giây")
    raise Declined(503, (Refusal(what, remedy),), len(pushed.dossiers), {"Retry-After": "5"})

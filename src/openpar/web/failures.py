"""The answer when the database is away or the disk is full: 503, and nothing of what was typed is lost.

Draws its page without a database. The same form can be sent again from it; a save that had been kept after
all is then noticed by its version (409) and never made twice.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from dataclasses import dataclass, field
from typing import Final

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import connection
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views import defaults

from openpar.common import disk
from openpar.common.outages import Outage, outage_of

_log = logging.getLogger(__name__)

_RETRY_AFTER: Final = {Outage.DATABASE: 5, Outage.DISK_FULL: 60, Outage.UNSOUND: 60}
_SECRET = re.compile(r"password|mat_?khau|secret|token|otp", re.IGNORECASE)
# What a page sends for itself: kept, but nobody has typed it.
_TECHNICAL = re.compile(r"(?:^|_)(?:id|version|then|next|action|step|layer|ask)$")
_LONG = 40
_UNREADABLE = (UnreadablePostError, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)


@dataclass(frozen=True)
class Kept:
    """One field of the form that could not be taken in."""

    name: str
    value: str
    label: str = ""

    @property
    def is_long(self) -> bool:
        """Shown in a text area of its own, where it can also be copied."""
        return bool(self.label) and _is_long(self.value)


@dataclass(frozen=True)
class Typed:
    """Everything of a form, sorted by how it is given back; passwords and files cannot be."""

    fields: tuple[Kept, ...] = ()
    secrets: tuple[str, ...] = ()
    files: tuple[Kept, ...] = ()
    is_complete: bool = True

    @property
    def has_more(self) -> bool:
        """Is something kept that is not shown: what was ticked or chosen?"""
        return any(not kept.label and not _TECHNICAL.search(kept.name) for kept in self.fields)


@dataclass(frozen=True)
class _Texts:
    title: str
    what: str
    remedy: str = field(default="")


def _texts(outage: Outage) -> _Texts:
    if outage is Outage.DISK_FULL:
        return _Texts(
            _("Ổ đĩa của máy chủ gần đầy: chỉ xem được, chưa lưu được"),
            _("Chương trình tạm ngừng ghi để không mất dữ liệu. Mọi nội dung đã lưu vẫn xem được."),
            _("Báo quản trị hệ thống giải phóng chỗ trống; ngay khi đủ chỗ, việc lưu tự hoạt động lại."),
        )
    if outage is Outage.UNSOUND:
        return _Texts(
            _("Hệ thống đang được bảo trì"),
            _("Cơ sở dữ liệu chưa sẵn sàng cho phiên bản này của chương trình, nên chưa mở trang."),
            _("Báo quản trị hệ thống xem nhật ký khởi động; thử lại sau ít phút."),
        )
    return _Texts(
        _("Cơ sở dữ liệu tạm thời không trả lời"),
        _("Máy chủ đang khởi động lại hoặc mất kết nối với cơ sở dữ liệu. Nội dung đã lưu vẫn còn nguyên."),
        _("Chờ vài giây rồi thử lại; nếu quá vài phút, báo quản trị hệ thống."),
    )


def answer_to(request: HttpRequest, error: BaseException) -> HttpResponse | None:
    """The answer to an error that is an outage; None when it is a defect of the program."""
    outage = outage_of(error)
    if outage is None:
        return None
    said = (str(error).strip() or type(error).__name__).splitlines()[0]
    _log.warning("%s %s: %s: %s", request.method, request.path, outage, said)
    if outage is Outage.DISK_FULL:
        disk.forget_what_was_seen()
    if not connection.in_atomic_block:
        # A connection that has failed is not asked again, whatever it believes of itself.
        connection.close()
    return outage_answer(request, outage)


def outage_answer(request: HttpRequest, outage: Outage) -> HttpResponse:
    """503 with Retry-After: a banner for htmx (the form stays as it is), else a page with what was typed."""
    texts = _texts(outage)
    if request.headers.get("HX-Request") == "true":
        plain = "text/plain; charset=utf-8"
        answer = HttpResponse(f"{texts.title}. {texts.remedy}", status=503, content_type=plain)
        kept = _("Những gì bạn đã nhập vẫn còn trên màn hình.")
        said = f"{texts.title}. {kept} {texts.remedy}"
        answer["HX-Trigger"] = json.dumps({"said": {"texts": [said], "bad": True}})
        answer["HX-Reswap"] = "none"
    else:
        context: dict[str, object] = {
            "texts": texts,
            "typed": _typed(request),
            "is_reading": request.method in ("GET", "HEAD"),
            "address": request.get_full_path(),
            "language": get_language() or "vi",
            "may_be_saved": outage is Outage.DATABASE,
        }
        answer = HttpResponse(render_to_string("outage/outage.html", context, request), status=503)
    answer["Retry-After"] = str(_RETRY_AFTER[outage])
    answer["Cache-Control"] = "no-store"
    answer.__dict__["refused_for"] = str(outage)
    return answer


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler of what no view caught: an outage outside of the views is no defect either."""
    error = sys.exc_info()[1]
    answer = None if error is None else answer_to(request, error)
    return defaults.server_error(request) if answer is None else answer


def _typed(request: HttpRequest) -> Typed | None:
    """What was typed; None when there was no form, or one that was not checked to be ours (CSRF)."""
    if request.method != "POST" or not getattr(request, "csrf_processing_done", False):
        return None
    try:
        sent = [(name, value) for name, values in request.POST.lists() for value in values]
        files = [(name, one.name) for name, several in request.FILES.lists() for one in several]
    except _UNREADABLE:
        return Typed(is_complete=False)
    secrets = dict.fromkeys(name for name, _value in sent if _SECRET.search(name))
    return Typed(
        fields=tuple(
            Kept(name, str(value), _label(name, str(value))) for name, value in sent if name not in secrets
        ),
        secrets=tuple(name for name in secrets if name != "csrfmiddlewaretoken"),
        files=tuple(Kept(name, str(file_name or "")) for name, file_name in files),
    )


def _label(name: str, value: str) -> str:
    """How a field is called to the person; empty for what nobody typed and for what was only chosen."""
    if _TECHNICAL.search(name):
        return ""
    known = {
        "note": _("Giải trình, lý do"),
        "reason": _("Lý do"),
        "text": _("Nội dung"),
        "numerator": _("Tử số"),
        "denominator": _("Mẫu số"),
        "given_points": _("Điểm nhập tay"),
        "points": _("Điểm"),
        "ground": _("Căn cứ"),
        "title": _("Tên"),
        "number": _("Số, ký hiệu"),
        "pointer": _("Mục, trang"),
        "issuer": _("Cơ quan ban hành"),
        "conclusion": _("Kết luận"),
        "met_on": _("Ngày họp"),
        "signed_on": _("Ngày ký"),
        "signer": _("Người ký"),
        "signer_position": _("Chức vụ người ký"),
        "open_until": _("Mở đến"),
        "username": _("Tên đăng nhập"),
        "full_name": _("Họ và tên"),
    }
    # A name of the program tells a person nothing: long texts are recognised by what they say.
    return known.get(name) or (_("Nội dung đã nhập") if _is_long(value) else "")


def _is_long(value: str) -> bool:
    return len(value) > _LONG or "\n" in value

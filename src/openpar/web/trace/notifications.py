"""The words of the trace for channels and gateways: verbs, keys and stored values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy

from openpar.base.notifications.models import Gateway, Pace

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

VERBS: Mapping[str, StrPromise] = {
    "channels.chosen": gettext_lazy("Chọn cách nhận thông báo"),
    "gateway.made": gettext_lazy("Lập cổng tin nhắn"),
    "gateway.ended": gettext_lazy("Ngừng cổng tin nhắn"),
    "gateway.tried": gettext_lazy("Gửi tin thử qua cổng"),
    "gateway.given_up": gettext_lazy("Thôi chuyển một tin qua cổng"),
}
KEYS: Mapping[str, StrPromise] = {
    "pace_mail": gettext_lazy("Thư điện tử"),
    "pace_gateway": gettext_lazy("Tin nhắn"),
    "address": gettext_lazy("Địa chỉ"),
    "person_reference": gettext_lazy("Cách gọi người nhận"),
    "message": gettext_lazy("Thông báo số"),
    "tries": gettext_lazy("Số lần thử"),
    "gateway_answer": gettext_lazy("Cổng trả lời"),
}
_PACES = {pace.value: pace.label for pace in Pace}
STORED_WORDS: Mapping[str, Mapping[str, StrPromise]] = {
    "pace_mail": _PACES,
    "pace_gateway": _PACES,
    "person_reference": {one.value: one.label for one in Gateway.Reference},
}

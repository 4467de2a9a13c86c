"""Whatever refuses a request of a system before or after its view, the system gets JSON in the one shape."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from openpar.api.answers import Refusal, told

_BELOW: Final = "/api/"


class AnswersOfTheApi:
    """Puts the national shape in the place of pages: too large, too often, the database away, a defect.

    Status and headers stay as they are (Retry-After, Allow): what to do next is read from these.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        is_said = answer.headers.get("Content-Type", "").startswith("application/json")
        if (
            not request.path_info.startswith(_BELOW)
            or answer.status_code < 400
            or is_said
            or answer.streaming
        ):
            return answer
        refusals = told([_refusal_of(answer)])
        said = {
            "error_code": str(answer.status_code),
            "result": {"accepted": 0, "refused": 0, "refusals": refusals},
        }
        answer.content = json.dumps(said, ensure_ascii=False).encode()
        answer["Content-Type"] = "application/json"
        answer["Cache-Control"] = "no-store"
        if answer.has_header("Content-Length"):
            answer["Content-Length"] = str(len(answer.content))
        return answer


def _refusal_of(answer: HttpResponse) -> Refusal:
    wait = answer.headers.get("Retry-After", "")
    later = _("Đợi %s giây rồi gửi lại") % wait if wait else _("Gửi lại sau ít phút")
    known = {
        404: (_("không có địa chỉ này"), _("Xem các địa chỉ ở /api/v1/openapi.json")),
        405: (_("địa chỉ này không nhận phương thức đó"), answer.headers.get("Allow", "")),
        413: (_("nội dung gửi lên quá lớn"), _("Chia thành nhiều lần gửi")),
        429: (_("quá nhiều yêu cầu trong một thời gian ngắn"), later),
        503: (_("hệ thống tạm thời không nhận dữ liệu; chưa có gì thay đổi"), later),
    }
    other = (_("yêu cầu không thực hiện được"), _("Báo quản trị hệ thống xem nhật ký của máy chủ"))
    what, remedy = known.get(answer.status_code, other)
    return Refusal(what, remedy)

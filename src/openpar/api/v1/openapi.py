"""What the API takes and answers, for programs (OpenAPI 3.1): made of the very list that is read."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from openpar.api.v1.dossiers import MOMENT_FIELD, MOST_BYTES
from openpar.api.v1.national import SERVICE, SUPPLEMENTS, fields, supplement_fields
from openpar.api.v1.nested import Cell, NationalList, national_lists
from openpar.delivery.dossiers.layouts import KINDS, VALUES, Kind, vocabulary

_PATH = "data[3].TaiLieuNop[0].TenTepDinhKem"
_NEEDED = ("MaHoSo", "TrangThaiHoSo", "DonViXuLy")


def openapi(request: HttpRequest) -> HttpResponse:
    """The document; open to everybody, since it tells nothing of an installation."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    return JsonResponse(document(), json_dumps_params={"ensure_ascii": False})


def document() -> dict[str, Any]:
    key = {
        "type": "http",
        "scheme": "bearer",
        "description": _("Khóa kết nối opk_… do quản trị hệ thống cấp"),
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "OpenPAR", "version": "1"},
        "paths": {reverse("api-dossiers"): {"post": _push()}},
        "components": {
            "securitySchemes": {"key": key},
            "schemas": {
                "Dossier": dossier_schema(),
                "Envelope": _envelope(),
                "Taken": _answered(_taken()),
                "Declined": _answered(_declined()),
                "Refusal": _refusal(),
            },
        },
    }


def dossier_schema() -> dict[str, Any]:
    """A dossier: the fields that are read, and no others; what else is sent with it is passed over."""
    properties = {name: _property(field) for name, field in fields().items()}
    supplement = {name: _property(field) for name, field in supplement_fields().items()}
    properties[SUPPLEMENTS] = {
        "type": "array",
        "description": _("Lần yêu cầu bổ sung đầu tiên được đọc; các lần sau chỉ được đếm"),
        "items": {"type": "object", "properties": supplement},
    }
    properties |= {one.name: _entries(one) for one in national_lists()}
    return {"type": "object", "required": list(_NEEDED), "properties": properties}


def _entries(one: NationalList) -> dict[str, Any]:
    """A list of entries: checked, none of it kept but what it says of the dossier."""
    flag = {"type": ["string", "integer", "boolean", "null"], "examples": ["0", "1"]}
    properties: dict[str, Any] = {}
    for name, kind in one.fields.items():
        text: dict[str, Any] = {"type": ["string", "number", "boolean", "null"]}
        if name in one.longest:
            text["maxLength"] = one.longest[name]
        properties[name] = flag if kind is Cell.FLAG else text
    said = ", ".join(f"{by} → {field}" for field, by in one.says.items())
    told = _("%(list)s; không lưu, chỉ dùng để biết: %(said)s") % {"list": one.title, "said": said}
    return {
        "type": ["array", "null"],
        "description": told,
        "items": {"type": "object", "properties": properties},
    }


def _property(field: str) -> dict[str, Any]:
    """One field by what its cells may be; numbers are taken as texts too."""
    kind, title = KINDS[field], str(vocabulary().titles[field])
    if field in VALUES:
        numbers = sorted(set(vocabulary().values[VALUES[field]].values()))
        codes = [str(number) for number in numbers if str(number) in vocabulary().values[VALUES[field]]]
        return {"type": ["string", "integer"], "description": title, "examples": codes}
    if kind is Kind.FLAG:
        return {"type": ["string", "integer"], "description": title, "examples": ["0", "1"]}
    if kind in (Kind.MOMENT, Kind.DAY):
        return {"type": "string", "description": f"{title} (yyyyMMddHHmmss)", "examples": ["20260105080000"]}
    return {"type": "string", "description": title}


def _push() -> dict[str, Any]:
    taken = {"description": _("Đã nhận; có thể có hồ sơ bị từ chối"), **_content("Taken")}
    declined = {
        "400": _("Nội dung bị ngắt giữa chừng"),
        "401": _("Thiếu khóa, khóa sai hoặc đã chấm dứt"),
        "403": _("Tài khoản của khóa không được nạp hồ sơ"),
        "413": _("Lớn hơn %d MB: chia thành nhiều lần gửi") % (MOST_BYTES // 2**20),
        "415": _("Không phải application/json"),
        "422": _("Không hồ sơ nào được nhận"),
        "429": _("Quá nhiều yêu cầu: đợi theo Retry-After"),
        "503": _("Tạm thời không ghi được: đợi theo Retry-After rồi gửi lại"),
    }
    envelope = {"$ref": "#/components/schemas/Envelope"}
    bare = {"type": "array", "items": {"$ref": "#/components/schemas/Dossier"}}
    return {
        "operationId": "pushDossiers",
        "summary": _("Gửi hồ sơ; gửi lại đúng nội dung cũ thì không có gì thay đổi"),
        "security": [{"key": []}],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"anyOf": [envelope, bare]}}},
        },
        "responses": {
            "200": taken,
            **{code: {"description": said, **_content("Declined")} for code, said in declined.items()},
        },
    }


def _content(schema: str) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}}


def _envelope() -> dict[str, Any]:
    moment = _("Thời điểm số liệu, yyyyMMddHHmmss theo giờ Việt Nam; không có thì là lúc nhận")
    return {
        "type": "object",
        "required": ["data"],
        "properties": {
            "madonvi": {"type": "string", "description": _("Không dùng đến: đơn vị lấy ở DonViXuLy")},
            "service": {"const": SERVICE},
            "isUpdating": {"type": "boolean", "description": _("Không dùng đến: lần gửi mới thay lần cũ")},
            MOMENT_FIELD: {"type": "string", "pattern": r"^\d{14}$", "description": moment},
            "data": {"type": "array", "minItems": 1, "items": {"$ref": "#/components/schemas/Dossier"}},
        },
    }


def _answered(result: dict[str, Any]) -> dict[str, Any]:
    code = {"type": "string", "description": _("“0” khi đã nhận, nếu không là mã HTTP")}
    return {
        "type": "object",
        "required": ["error_code", "result"],
        "properties": {"error_code": code, "result": {"type": "object", "properties": result}},
    }


def _declined() -> dict[str, Any]:
    refusals = {"type": "array", "items": {"$ref": "#/components/schemas/Refusal"}}
    count = {"type": "integer", "minimum": 0}
    return {"accepted": count, "refused": count, "refusals": refusals}


def _taken() -> dict[str, Any]:
    is_new = {"type": "boolean", "description": _("false: nội dung này đã nhận trước đây")}
    return {"batch": {"type": "integer"}, "is_new": is_new, **_declined()}


def _refusal() -> dict[str, Any]:
    text = {"type": "string"}
    index = {"type": ["integer", "null"], "description": _("Vị trí trong data, từ 0")}
    path = {"type": "string", "description": _("Đường dẫn trong nội dung đã gửi"), "examples": [_PATH]}
    told = {"index": index, "MaHoSo": text, "field": text, "path": path, "what": text, "remedy": text}
    return {"type": "object", "properties": told}

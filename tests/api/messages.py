"""Messages of a connected system, how they are sent, and the shape of every answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

from django.http import HttpResponse
from django.test import Client

from openpar.base.access.actions.api_keys import make_api_key
from openpar.base.accounts.models import User
from openpar.base.organisations.models import Organisation
from tests import factories
from tests.delivery.dossiers import lists
from tests.delivery.dossiers.lists import AT

ADDRESS = "/api/v1/dossiers/"
COMMUNE, OTHER = lists.AGENCIES[:2]
Push = Callable[..., HttpResponse]


def agency(name: str) -> Organisation:
    return Organisation.objects.get(versions__name=name)


def key_of(user: User, name: str = "iGate xã") -> str:
    return make_api_key(by=factories.registrar(), at=AT - timedelta(days=30), user_id=user.pk, name=name)


def sent(client: Client, body: bytes, authorization: str = "", **more: Any) -> HttpResponse:
    headers = {"Authorization": authorization} if authorization else {}
    given = {"content_type": "application/json", "headers": headers, **more}
    return cast(HttpResponse, client.post(ADDRESS, body, **given))


def dossier(number: int = 1, **changes: object) -> dict[str, object]:
    told: dict[str, object] = {
        "MaHoSo": f"H01.1-260601-{number:04}",
        "MaTTHC": "1.001193",
        "TenTTHC": "Đăng ký khai sinh",
        "MaLinhVuc": "G09",
        "TenLinhVuc": "Hộ tịch",
        "KenhThucHien": "2",
        "ChuHoSo": "Nguyễn Mẫu An",
        "LoaiDoiTuong": 1,
        "SoDienThoai": "0900000000",
        "NgayNopHoSo": "20260601073000",
        "NgayTiepNhan": "20260601080000",
        "NgayHenTra": "20260604170000",
        "TrangThaiHoSo": 4,
        "DonViXuLy": COMMUNE,
    }
    return told | changes


def envelope(*dossiers: dict[str, object], **more: object) -> dict[str, object]:
    return {
        "madonvi": "000.00.01.H01",
        "service": "DongBoHoSoMC",
        "isUpdating": True,
        "data": dossiers,
        **more,
    }


def said(answer: HttpResponse) -> dict[str, Any]:
    assert answer.headers["Content-Type"] == "application/json"
    found: dict[str, Any] = json.loads(answer.content)
    assert found.keys() == {"error_code", "result"}
    return found


def refused(answer: HttpResponse) -> list[dict[str, Any]]:
    found = said(answer)
    assert found["error_code"] == str(answer.status_code)
    refusals: list[dict[str, Any]] = found["result"]["refusals"]
    return refusals

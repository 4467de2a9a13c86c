"""Dossiers sent by a connected system: every answer it can get, and that only its key lets it in."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, cast

import pytest
import time_machine
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from openpar.api import asking
from openpar.api.v1 import dossiers as view
from openpar.api.v1 import openapi
from openpar.api.v1.national import fields, supplement_fields
from openpar.base.access.actions.api_keys import end_api_key
from openpar.base.access.models import ApiKey
from openpar.base.accounts.actions import end_role
from openpar.base.accounts.models import RoleHeld, User
from openpar.base.audit.models import Entry
from openpar.base.facts.errors import StaleFacts
from openpar.base.facts.models import Batch
from openpar.base.organisations.roles import Role
from openpar.common import disk
from openpar.common.pace import Limit, Pace
from openpar.delivery.dossiers.actions.importing import import_dossiers
from openpar.delivery.dossiers.actions.mappings import save_mapping
from openpar.delivery.dossiers.layouts import layout
from openpar.delivery.dossiers.mappings import ColumnMapping
from openpar.delivery.dossiers.models import DossierImport, OpenDossier
from openpar.delivery.dossiers.queries.people import people_of_dossier
from tests import factories
from tests.api.messages import (
    ADDRESS,
    COMMUNE,
    OTHER,
    Push,
    agency,
    dossier,
    envelope,
    key_of,
    refused,
    said,
    sent,
)
from tests.delivery.dossiers.lists import AT

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("dossier_province")]


def test_what_a_system_sends_counts_at_once(push: Push, officer: User) -> None:
    done = {
        "NgayKetThucXuLy": "20260603150000",
        "NgayTra": "20260603160000",
        "TrangThaiHoSo": "10",
        "HoSoCoThanhPhanSoHoa": True,
        "DuocThanhToanTrucTuyen": 1,
    }
    answer = push(envelope(dossier(1), dossier(2, **done), thoiDiem="20260706080000"))
    batch = Batch.objects.get(dataset__name="dossiers")
    assert said(answer) == {
        "error_code": "0",
        "result": {"batch": batch.pk, "is_new": True, "accepted": 2, "refused": 0, "refusals": []},
    }
    assert (batch.source, batch.brought_by, batch.as_of) == ("iGate xã", officer, AT.replace(hour=8))
    assert list(OpenDossier.objects.values_list("dossier", flat=True)) == ["H01.1-260601-0001"]
    assert ApiKey.objects.get().used_on == AT.date()


def test_a_bare_list_is_a_message_too_as_of_now(push: Push) -> None:
    assert said(push([dossier()]))["result"]["accepted"] == 1
    assert Batch.objects.get(dataset__name="dossiers").as_of == AT


def test_the_same_again_changes_nothing_whatever_token_stands_around_it(push: Push) -> None:
    moment = {"thoiDiem": "20260706080000"}
    first = said(push(envelope(dossier(), **moment)))["result"]
    entries = Entry.objects.count()
    with time_machine.travel(AT + timedelta(minutes=5), tick=False):
        again = said(push(envelope(dossier(), **moment, token="khac", isUpdating=False)))["result"]
    assert again == {**first, "is_new": False}
    assert (Entry.objects.count(), DossierImport.objects.count()) == (entries, 1)


def test_the_same_of_a_later_moment_is_a_message_of_its_own(push: Push) -> None:
    push(envelope(dossier(), thoiDiem="20260703080000"))
    ended = dossier(TrangThaiHoSo=9, NgayKetThucXuLy="20260703160000")
    push(envelope(ended, thoiDiem="20260704080000"))
    assert not OpenDossier.objects.exists()
    assert said(push(envelope(dossier(), thoiDiem="20260706080000")))["result"]["is_new"]
    assert OpenDossier.objects.count() == 1


def test_only_some_refused_is_taken_in_and_every_refused_dossier_is_named(push: Push) -> None:
    answer = push(
        envelope(
            dossier(1),
            dossier(2, NgayHenTra="mai"),
            dossier(3, TrangThaiHoSo="", MaTTHC=None),
            dossier(4, DonViXuLy="Xã Không Có"),
            dossier(5, KenhThucHien=7),
            {"MaHoSo": "", "TrangThaiHoSo": 4, "NgayTiepNhan": "20260601080000", "DonViXuLy": COMMUNE},
            dossier(1),
            dossier(8, NgayNopHoSo="18000101000000"),
        )
    )
    result = said(answer)["result"]
    assert (answer.status_code, result["accepted"], result["refused"]) == (200, 1, 7)
    named = {(one["index"], one["MaHoSo"][-4:], one["field"]) for one in result["refusals"]}
    assert named == {
        (1, "0002", "NgayHenTra"),
        (2, "0003", "TrangThaiHoSo"),
        (3, "0004", "DonViXuLy"),
        (4, "0005", "KenhThucHien"),
        (5, "", "MaHoSo"),
        (6, "0001", "MaHoSo"),
        (7, "0008", "NgayNopHoSo"),
    }
    assert all(one["what"] for one in result["refusals"])
    assert "“mai” không phải ngày, giờ" in [one["what"] for one in result["refusals"]]


def test_all_refused_is_422_and_leaves_no_batch(push: Push) -> None:
    answer = push([dossier(1, DonViXuLy=""), dossier(2, DonViXuLy="Xã Không Có")])
    assert (answer.status_code, said(answer)["result"]["refused"]) == (422, 2)
    assert [(one["index"], one["field"]) for one in refused(answer)] == [(0, "DonViXuLy"), (1, "DonViXuLy")]
    assert not Batch.objects.filter(dataset__name="dossiers").exists()


def test_a_dossier_that_nobody_has_received_yet_needs_no_such_day(push: Push) -> None:
    new = dossier(TrangThaiHoSo=1)
    del new["NgayTiepNhan"], new["NgayHenTra"]
    assert said(push([new]))["result"]["accepted"] == 1


def test_requests_for_supplements_are_read(push: Push) -> None:
    asked = {"NgayBoSung": "20260602080000", "NgayTiepNhanBoSung": "20260603080000", "NoiDungBoSung": "Thiếu"}
    assert said(push([dossier(1, DanhSachHoSoBoSung=[asked, asked])]))["result"]["accepted"] == 1
    asked["NgayBoSung"] = "hôm qua"
    answer = push([dossier(2, DanhSachHoSoBoSung=[asked])])
    assert [(one["index"], one["field"]) for one in refused(answer)] == [(0, "NgayBoSung")]


def test_the_key_of_one_agency_brings_nothing_of_another(push: Push) -> None:
    answer = push([dossier(1, DonViXuLy=OTHER), dossier(2)])
    result = said(answer)["result"]
    assert (result["accepted"], result["refused"]) == (1, 1)
    assert [(one["index"], one["field"], one["what"]) for one in result["refusals"]] == [
        (0, "DonViXuLy", "hồ sơ của đơn vị khác")
    ]
    assert push([dossier(3, DonViXuLy=OTHER)]).status_code == 422


def test_names_of_agencies_are_understood_as_saved_for_the_source(push: Push) -> None:
    assert push([dossier(DonViXuLy="UBND xã Một")]).status_code == 422
    words = {"agency": {"UBND xã Một": agency(COMMUNE).key}}
    columns = {"MaHoSo": "dossier", "NgayTiepNhan": "received_at", "TrangThaiHoSo": "status"}
    mapping = ColumnMapping(columns, words, agency(COMMUNE).key)
    save_mapping(by=factories.registrar(), at=AT, source="iGate xã", mapping=mapping)
    assert said(push([dossier(DonViXuLy="UBND xã Một")]))["result"]["accepted"] == 1


# ---- who gets in


@pytest.mark.parametrize(
    "shown", ["", "Basic b3BrOng=", "Bearer", "Bearer ", "Bearer opk_abcdefgh_x", "bearer opk"]
)
def test_without_a_key_of_ours_nobody_gets_in(shown: str) -> None:
    answer = sent(Client(), json.dumps([dossier()]).encode(), shown)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith('Bearer realm="OpenPAR"')
    assert len(refused(answer)) == 1


def test_an_ended_key_and_that_of_a_stopped_account_get_nothing(push: Push, officer: User) -> None:
    end_api_key(by=factories.registrar(), at=AT, key_id=ApiKey.objects.get().pk, reason="Đổi hệ thống")
    answer = push([dossier()])
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    other = key_of(officer)
    assert push([dossier()], shown=other).status_code == 200
    User.objects.filter(pk=officer.pk).update(is_active=False)
    assert push([dossier()], shown=other).status_code == 401


def test_a_session_lets_nobody_in_and_adds_nothing_to_a_key(officer: User, key: str) -> None:
    browser = Client()
    browser.force_login(factories.person_as(Role.ROUND_MANAGER, agency(OTHER)))
    body = json.dumps([dossier(1, DonViXuLy=OTHER)]).encode()
    assert sent(browser, body).status_code == 401
    assert sent(browser, body, f"Bearer {key}").status_code == 422
    assert not Batch.objects.filter(dataset__name="dossiers").exists()


def test_a_key_needs_no_token_of_a_form(key: str) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert sent(strict, json.dumps([dossier()]).encode(), f"Bearer {key}").status_code == 200


def test_an_account_that_lost_its_role_is_denied(push: Push, officer: User) -> None:
    held = RoleHeld.objects.get(user=officer)
    end_role(by=factories.registrar(), at=AT, role_held_id=held.pk, on=AT.date(), reason="")
    assert push([dossier()]).status_code == 403


# ---- what is not taken


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b" ", ""),
        (b"{", ""),
        (b"\xff\xfe[\x00", ""),
        (b"[" * 100_000, ""),
        (b"[]", "data"),
        (b"3", "data"),
        (b'{"data": {}}', "data"),
        (b"[1]", "data"),
        (b'{"service": "CapNhatTienDoHoSoMC", "data": [{}]}', "service"),
        (b'{"service": 3, "data": [{}]}', "service"),
        (b'[{"MaHoSo": "\\ud800"}]', ""),
        (b'{"thoiDiem": "20260231000000", "data": [{}]}', "thoiDiem"),
        (b'{"thoiDiem": "20260706090001", "data": [{}]}', "thoiDiem"),
        (b'{"thoiDiem": "00010101000000", "data": [{}]}', "thoiDiem"),
        (b'{"thoiDiem": "2026-07-06", "data": [{}]}', "thoiDiem"),
        (b'{"thoiDiem": ["x"], "data": [{}]}', "thoiDiem"),
        (b'[{"MaHoSo": ["x"], "DanhSachHoSoBoSung": true}]', None),
        (b'[{"MaHoSo": "a\\u0000b", "DanhSachHoSoBoSung": [1, null, {}]}]', None),
        (b"[{}]", None),
    ],
)
def test_what_cannot_be_read_is_422_and_says_where(push: Push, body: bytes, field: str | None) -> None:
    answer = push(body)
    assert answer.status_code == 422
    found = refused(answer)
    assert found
    if field is not None:
        assert [(one["field"], one["index"]) for one in found] == [(field, None)]


def test_a_mark_of_the_byte_order_is_passed_over(push: Push) -> None:
    assert push(b"\xef\xbb\xbf" + json.dumps([dossier()]).encode()).status_code == 200


def test_a_message_cut_short_is_400(push: Push, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut(_request: HttpRequest, _size: int) -> bytes:
        raise UnreadablePostError("gone")

    monkeypatch.setattr(HttpRequest, "read", cut)
    answer = push([dossier()])
    assert (answer.status_code, refused(answer)[0]["remedy"]) == (400, "Gửi lại")


def test_another_type_is_415(push: Push) -> None:
    assert refused(push([dossier()], content_type="text/plain"))[0]["field"] == "Content-Type"
    assert push([dossier()], content_type="text/plain").status_code == 415


def test_another_method_is_405_and_says_which_is_right() -> None:
    answer = cast(HttpResponse, Client().get(ADDRESS))
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert refused(answer)[0]["remedy"] == "POST"


def test_too_much_at_once_is_413(push: Push, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    monkeypatch.setattr(view, "MOST_BYTES", 10)
    assert push([dossier()]).status_code == 413
    assert push(b"[] ".ljust(11)).status_code == 413
    assert push(b"[]".ljust(10)).status_code == 422
    # So is what the house refuses before any view: in the same shape.
    settings.OPENPAR_MAX_UPLOAD_BYTES = -(2 * 2**20)
    assert refused(push([dossier()]))[0]["remedy"] == "Chia thành nhiều lần gửi"


def test_more_than_a_form_may_hold_is_taken(push: Push, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    assert push([dossier()]).status_code == 200


def test_who_sends_too_often_waits_whatever_the_key(
    push: Push, officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = Limit("pushes", True, frozenset({"POST"}), frozenset({"api-dossiers"}), frozenset(), 2, 60)
    pace = Pace((limit,), clock=lambda: 90.0)
    monkeypatch.setattr(asking, "pace_of", lambda _path: pace)
    second = key_of(officer, "Hệ thống khác")
    statuses = [push([dossier()], shown=one).status_code for one in (second, second)]
    answer = push([dossier()])
    assert [*statuses, answer.status_code] == [200, 200, 429]
    assert (answer.headers["Retry-After"], len(refused(answer))) == ("30", 1)
    other = key_of(factories.person_as(Role.FOCAL_OFFICER, agency(OTHER)))
    assert push([dossier(DonViXuLy=OTHER)], shown=other).status_code == 200


def test_the_shipped_limits_count_what_is_sent() -> None:
    from django.conf import settings as shipped

    pace = asking.pace_of(shipped.OPENPAR_DATA_DIR / "request_limits.yaml")
    assert any(limit.counts("api-dossiers", "POST", is_person=True) for limit in pace.limits)


def test_somebody_who_was_faster_is_tried_again_three_times(
    push: Push, monkeypatch: pytest.MonkeyPatch
) -> None:
    stale = [2]

    def import_unless_stale(**given: Any) -> object:
        stale[0] -= 1
        if stale[0] >= 0:
            raise StaleFacts.because("", "đã đổi")
        return import_dossiers(**given)

    monkeypatch.setattr(view, "import_dossiers", import_unless_stale)
    assert push([dossier()]).status_code == 200
    stale[0] = 3
    answer = push([dossier(2)])
    assert (answer.status_code, answer.headers["Retry-After"], stale) == (503, "5", [0])
    assert said(answer)["result"]["refused"] == 1


def test_a_database_that_is_away_is_503_and_says_when_to_come_back(
    push: Push, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(**_given: Any) -> object:
        raise OperationalError("away")

    monkeypatch.setattr(view, "import_dossiers", away)
    answer = push([dossier()])
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "Đợi 5 giây" in refused(answer)[0]["remedy"]


def test_a_disk_that_is_full_takes_nothing(push: Push, settings: Settings) -> None:
    settings.OPENPAR_DISK_RESERVE = disk.Reserve(size=1 << 62)
    disk.forget_what_was_seen()
    try:
        answer = push([dossier()])
    finally:
        disk.forget_what_was_seen()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert refused(answer)
    assert not Batch.objects.filter(dataset__name="dossiers").exists()


def test_a_defect_and_an_address_that_is_not_there_answer_in_the_same_shape(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_given: Any) -> object:
        raise RuntimeError("Nguyễn Mẫu An")

    monkeypatch.setattr(view, "import_dossiers", broken)
    calm = Client(raise_request_exception=False)
    answer = sent(calm, json.dumps([dossier()]).encode(), f"Bearer {key}")
    assert answer.status_code == 500
    assert len(refused(answer)) == 1
    assert "Nguyễn" not in answer.content.decode()
    assert refused(cast(HttpResponse, calm.get("/api/v1/khong-co/")))[0]["what"] == "không có địa chỉ này"
    assert calm.get("/khong-co/").headers["Content-Type"].startswith("text/html")


def test_applicants_are_kept_until_a_message_tells_that_the_dossier_is_over_in_time(push: Push) -> None:
    code = str(dossier(1)["MaHoSo"])
    opened = [dossier(number, NgayHenTra="20260710170000") for number in (1, 2)]
    push(envelope(*opened, thoiDiem="20260603080000"))
    assert ("Chủ hồ sơ", "Nguyễn Mẫu An") in people_of_dossier(code)
    over = {"TrangThaiHoSo": "9", "NgayKetThucXuLy": "20260704150000", "NgayHenTra": "20260710170000"}
    push(envelope(dossier(1, **over), thoiDiem="20260705080000"))
    assert people_of_dossier(code) == ()
    assert people_of_dossier(str(dossier(2)["MaHoSo"]))
    # Late, it stays: somebody has to apologise.
    late = {"TrangThaiHoSo": "9", "NgayKetThucXuLy": "20260706080000", "NgayHenTra": "20260604170000"}
    push(envelope(dossier(3, **late), thoiDiem="20260706083000"))
    assert people_of_dossier(str(dossier(3)["MaHoSo"]))


def test_no_answer_and_no_line_of_the_log_names_an_applicant(
    push: Push, caplog: pytest.LogCaptureFixture, key: str
) -> None:
    caplog.set_level("DEBUG")
    messages = (
        [dossier(1)],
        [dossier(2, DonViXuLy="Xã Không Có")],
        [dossier(3, NgayHenTra="mai"), dossier(4)],
    )
    told = "".join(push(message).content.decode() for message in messages) + caplog.text
    for secret in ("Nguyễn Mẫu An", "0900000000", key, key.split("_", 2)[2]):
        assert secret not in told
        assert json.dumps(secret)[1:-1] not in told


def test_the_number_of_queries_does_not_grow_with_the_dossiers(push: Push) -> None:
    def counted(*numbers: int) -> int:
        with CaptureQueriesContext(connection) as found:
            assert push([dossier(number) for number in numbers]).status_code == 200
        return len(found)

    counted(9999)
    # Rows of people go in by the hundred.
    assert counted(*range(3, 203)) - counted(1, 2) <= 8


# ---- the description for programs


def test_the_description_names_exactly_what_is_read() -> None:
    answer = Client().get("/api/v1/openapi.json")
    schemas = json.loads(answer.content)["components"]["schemas"]
    shipped = layout("dong_bo_ho_so")
    assert shipped is not None
    lists = {"DanhSachHoSoBoSung", "TaiLieuNop", "DanhSachGiayToKetQua"}
    wanted = {name for name, field in shipped.columns.items() if field} | lists
    properties = schemas["Dossier"]["properties"]
    told = set(view._read({})) - {"DuocTaiSuDung", "Có kết quả điện tử"}
    assert set(properties) == wanted == told | lists == set(fields()) | lists
    asked = properties["DanhSachHoSoBoSung"]["items"]["properties"]
    assert set(asked) == {"NgayBoSung", "NgayTiepNhanBoSung"} == set(supplement_fields())
    assert set(schemas["Dossier"]["required"]) <= wanted
    assert properties["TrangThaiHoSo"]["examples"] == [str(number) for number in range(1, 11)]


def test_every_part_that_the_description_refers_to_is_there() -> None:
    document = openapi.document()
    text = json.dumps(document)
    named = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert named == set(document["components"]["schemas"]) - {"Dossier"} | {"Dossier"}
    assert document["openapi"].startswith("3.1")
    assert list(document["paths"]) == [ADDRESS]


def test_every_answer_of_the_description_is_one_of_these_tests() -> None:
    responses = openapi.document()["paths"][ADDRESS]["post"]["responses"]
    assert set(responses) == {"200", "400", "401", "403", "413", "415", "422", "429", "503"}

"""The register of requests, and everything the program holds about one person."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db.models import F, Q, QuerySet

from openpar.base.access.models import ApiKey, BrowserSession
from openpar.base.access.queries import api_keys_made_by, api_keys_of, factors_of
from openpar.base.accounts.models import RoleHeld, User
from openpar.base.audit.models import Entry
from openpar.base.notifications.models import Message
from openpar.base.organisations.queries import names_on
from openpar.base.privacy.models import DataRequest


def data_requests() -> QuerySet[DataRequest]:
    """Everybody's requests: those that wait first, by due day; then the answered, the latest first."""
    rows = DataRequest.objects.select_related("subject", "answered_by")
    return rows.order_by(F("answered_at").desc(nulls_first=True), "due_on", "id")


def data_requests_of(user_id: int) -> QuerySet[DataRequest]:
    """One person's requests, the latest first."""
    return DataRequest.objects.filter(subject_id=user_id).select_related("answered_by").order_by("-id")


def dossiers_erased() -> frozenset[str]:
    """The dossiers of which no people are kept any more because they asked for it: also a later list, which
    tells of them again, brings none back.
    """
    asked = DataRequest.objects.filter(kind=DataRequest.Kind.ERASE).exclude(dossiers="")
    done = asked.filter(outcome__in=[DataRequest.Outcome.DONE, DataRequest.Outcome.PARTLY])
    return frozenset(code for lines in done.values_list("dossiers", flat=True) for code in lines.split("\n"))


def personal_data_of(user_id: int, *, day: date) -> dict[str, Any]:
    """Everything held about a person, ready for JSON; no secret and no key is in it."""
    user = User.objects.get(pk=user_id)
    factors = factors_of(user_id)
    return {
        "tai_khoan": {
            "ten_dang_nhap": user.username,
            "ho_va_ten": user.full_name,
            "chuc_vu": user.position,
            "thu_dien_tu": user.email,
            "dang_dung": user.is_active,
            "dang_nhap_gan_nhat": _moment(user.last_login),
            "mat_khau_duoc_cap_luc": _moment(user.password_given_at),
        },
        "vai_tro": _roles(user_id, day),
        "xac_thuc_hai_lop": {
            "ung_dung_tao_ma_them_luc": _moment(factors.app_added_at),
            "khoa_truy_cap": [
                {"ten": key.name, "them_luc": _moment(key.added_at), "dung_luc": _moment(key.used_at)}
                for key in factors.passkeys
            ],
            "ma_khoi_phuc_con_lai": factors.codes_left,
        },
        "khoa_ket_noi_cua_tai_khoan": [_api_key(key) for key in api_keys_of(user_id)],
        "khoa_ket_noi_da_cap": [_api_key(key) for key in api_keys_made_by(user_id)],
        "phien_dang_nhap": [
            {
                "thiet_bi": session.device,
                "dia_chi_mang": session.address,
                "mo_luc": _moment(session.opened_at),
                "dung_luc": _moment(session.seen_at),
            }
            for session in BrowserSession.objects.filter(user_id=user_id).order_by("opened_at")
        ],
        "thong_bao": [
            {
                "noi_dung": message.text,
                "gui_luc": _moment(message.sent_at),
                "doc_luc": _moment(message.read_at),
            }
            for message in Message.objects.filter(recipient_id=user_id).order_by("id")
        ],
        "yeu_cau_ve_du_lieu": [_request(one) for one in data_requests_of(user_id)],
        "nhat_ky": _trace_of(user_id),
    }


def _roles(user_id: int, day: date) -> list[dict[str, Any]]:
    held = list(RoleHeld.objects.filter(user_id=user_id).order_by("held_from", "id"))
    names = names_on({role.organisation_id for role in held}, day)
    return [
        {
            "vai_tro": role.get_role_display(),
            "don_vi": names.get(role.organisation_id, ""),
            "tu_ngay": role.held_from.isoformat(),
            "den_truoc_ngay": role.held_until.isoformat() if role.held_until else None,
        }
        for role in held
    ]


def _api_key(key: ApiKey) -> dict[str, Any]:
    """The name of its system and its days; what it opens with and whose account it acts as stay out."""
    return {
        "he_thong": key.name,
        "cap_luc": _moment(key.made_at),
        "dung_gan_nhat_ngay": key.used_on.isoformat() if key.used_on else None,
        "cham_dut_luc": _moment(key.ended_at),
    }


def _request(request: DataRequest) -> dict[str, Any]:
    return {
        "loai": request.get_kind_display(),
        "noi_dung": request.text,
        "nhan_luc": _moment(request.received_at),
        "han_tra_loi": request.due_on.isoformat(),
        "tra_loi_luc": _moment(request.answered_at),
        "ket_qua": request.get_outcome_display(),
        "tra_loi": request.answer,
    }


def _trace_of(user_id: int) -> list[dict[str, Any]]:
    """What the person did, and what was done to the account; the values of other people's work stay out."""
    account = f"user:{user_id}"
    entries = Entry.objects.filter(Q(actor_id=user_id) | Q(object=account) | Q(about=account)).order_by("id")
    return [
        {"luc": _moment(at), "nguoi_lam": actor, "viec": verb, "doi_tuong": label}
        for at, actor, verb, label in entries.values_list("at", "actor_name", "verb", "label").iterator()
    ]


def _moment(value: datetime | None) -> str | None:
    return value.isoformat() if value else None

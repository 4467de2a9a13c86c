"""What `openpar doctor` looks at in the sealed log: keys, the age of the seal, what leaves the house."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.utils import timezone

from openpar.backoffice.findings import Finding, Mark, check
from openpar.base.audit.models import Checkpoint, VerifierKey
from openpar.base.audit.queries import sealed_until
from openpar.base.audit.signing import KeyTrouble, is_signed, signing_keys


@check
def keys() -> Iterator[Finding]:
    """Private keys can be read by us and by nobody else, and one of them has signed."""
    try:
        found = signing_keys()
    except KeyTrouble as trouble:
        yield Finding(Mark.WRONG, "khóa niêm phong", str(trouble), "Xem docs/trust/keys.md.")
        return
    known = set(VerifierKey.objects.values_list("vkey", flat=True))
    unknown = [key.vkey for key in found if key.vkey not in known]
    if known and unknown:
        yield Finding(
            Mark.WARNING,
            "khóa niêm phong",
            "có khóa chưa từng ký",
            "Nếu vừa khôi phục dữ liệu: đặt lại khóa cũ, hoặc công bố khóa mới (docs/trust/keys.md).",
        )
    else:
        yield Finding(Mark.OK, "khóa niêm phong", f"{len(found)} khóa, chỉ chủ sở hữu đọc được")


@check
def seal() -> Iterator[Finding]:
    """The newest checkpoint is good, and the sealer is awake."""
    newest = Checkpoint.objects.order_by("-size").first()
    until = sealed_until()
    if newest is None or until is None:
        yield Finding(
            Mark.WARNING,
            "niêm phong",
            "chưa niêm phong lần nào",
            "Chạy vòng lặp công việc: openpar jobs run.",
        )
        return
    if not is_signed(newest.note, VerifierKey.objects.values_list("vkey", flat=True)):
        yield Finding(
            Mark.WRONG, "niêm phong", "chữ ký của mốc mới nhất không đúng", "Chạy openpar log check ngay."
        )
    age = timezone.now() - until
    minutes = int(age.total_seconds() // 60)
    if age > settings.OPENPAR_STOP_WITHOUT_SEAL:
        yield Finding(
            Mark.WRONG,
            "niêm phong",
            f"lần cuối cách đây {minutes} phút, hệ thống đang không nhận điểm",
            "Chạy vòng lặp công việc: openpar jobs run.",
        )
    else:
        yield Finding(Mark.OK, "niêm phong", f"{newest.size} dòng, lần cuối cách đây {minutes} phút")


@check
def leaves_the_house() -> Iterator[Finding]:
    """Checkpoints go where this machine cannot take them back."""
    if settings.EMAIL_HOST:
        yield Finding(Mark.OK, "gửi mốc niêm phong", f"thư hằng ngày qua {settings.EMAIL_HOST}")
    else:
        yield Finding(
            Mark.WARNING,
            "gửi mốc niêm phong",
            "chưa có máy chủ thư",
            "Đặt OPENPAR_MAIL_HOST, hoặc nhờ nơi khác đọc nguồn tin /seals/feed.xml.",
        )

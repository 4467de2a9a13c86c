"""Second factors of people, keys of connected systems, brakes on guessing, and the sessions that are open."""

from __future__ import annotations

from typing import ClassVar, Self

from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from openpar.base.accounts.models import User


class BrowserSession(AbstractBaseSession):
    """One browser; of nobody until somebody has logged in. `expire_date` is when it ends if it stays idle."""

    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="sessions")
    device = models.CharField(max_length=200, blank=True)
    address = models.CharField(max_length=45, blank=True)
    opened_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    objects: ClassVar[BaseSessionManager[Self]] = BaseSessionManager()

    class Meta(AbstractBaseSession.Meta):
        # Nobody reads this table through Django's own name for it.
        verbose_name = "browser session"
        verbose_name_plural = "browser sessions"

    def __str__(self) -> str:
        return f"{self.user} {self.device}"


class Totp(models.Model):
    """The app that shows a new code every thirty seconds. The secret is sealed (`sealing`)."""

    user = models.OneToOneField(User, models.PROTECT, related_name="totp")
    secret = models.TextField()
    # The time step of the last code that was taken: neither it nor an earlier one is taken again.
    last_step = models.BigIntegerField()
    added_at = models.DateTimeField()

    objects: ClassVar[models.Manager[Totp]]

    def __str__(self) -> str:
        return f"{self.user} TOTP"


class Passkey(models.Model):
    """A key on a phone, a computer or a stick (WebAuthn). Only its public half is here."""

    user = models.ForeignKey(User, models.PROTECT, related_name="passkeys")
    name = models.CharField(max_length=80)
    # Attested credential data as the standard lays it out; the digest is that of the credential id.
    credential = models.BinaryField()
    credential_digest = models.CharField(max_length=64, unique=True)
    # Rises with each use where the key counts at all; 0 for ever where it does not.
    uses_counted = models.PositiveBigIntegerField()
    added_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager[Passkey]]

    class Meta:
        ordering = ["added_at", "id"]

    def __str__(self) -> str:
        return f"{self.user} {self.name}"


class RecoveryCode(models.Model):
    """A code on paper, good once, for the day the phone is gone. Only its digest is kept."""

    user = models.ForeignKey(User, models.PROTECT, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager[RecoveryCode]]

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="one_recovery_code")]

    def __str__(self) -> str:
        return f"{self.user} {'used' if self.used_at else 'unused'}"


class ApiKey(models.Model):
    """What a connected system shows instead of a password, to act as one account. Only its digest is here."""

    user = models.ForeignKey(User, models.PROTECT, related_name="api_keys")
    # Of the connected system; names the source of what it sends.
    name = models.CharField(max_length=120)
    # Shown in lists; opens nothing.
    prefix = models.CharField(max_length=8, unique=True)
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    # Nobody: from the console of the server.
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="api_keys_made")
    ended_at = models.DateTimeField(null=True, blank=True)
    used_on = models.DateField(null=True, blank=True)

    objects: ClassVar[models.Manager[ApiKey]]

    def __str__(self) -> str:
        return f"{self.user} {self.name} {self.prefix}"


class Brake(models.Model):
    """How often somebody has failed to get in, by what is limited; and until when no attempt is taken."""

    class Kind(models.TextChoices):
        ACCOUNT_FROM_ADDRESS = "ACCOUNT_FROM_ADDRESS", _("tài khoản tại một địa chỉ")
        DEVICE = "DEVICE", _("thiết bị đã từng đăng nhập")
        ACCOUNT = "ACCOUNT", _("tài khoản từ mọi địa chỉ lạ")
        ADDRESS = "ADDRESS", _("địa chỉ mạng")
        FACTOR = "FACTOR", _("mã xác thực, mật khẩu nhập lại")

    kind = models.CharField(max_length=20, choices=Kind.choices)
    # A digest: what was typed as a user name is sometimes a password.
    key = models.CharField(max_length=64)
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="brakes")
    address = models.CharField(max_length=45, blank=True)
    failures = models.PositiveIntegerField(default=0)
    failed_at = models.DateTimeField()
    blocked_until = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager[Brake]]

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="one_brake")]
        indexes = [models.Index(fields=["blocked_until"], name="brake_blocked")]

    def __str__(self) -> str:
        return f"{self.kind} {self.failures}"

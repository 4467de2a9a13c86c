"""People, and the roles they hold in an organisation for a period."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from openpar.base.organisations.models import Organisation

# Named `as Role` because the rest of the house asks `accounts` for it.
from openpar.base.organisations.roles import Role as Role
from openpar.common.text import SORT_KEY_LENGTH, nfc


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> User:
        """People type their name as they like; it is stored in small letters."""
        return self.get(username=nfc(username or "").strip().lower())


class User(AbstractBaseUser):
    """A person who can log in. Rights come only from roles held; there is no superuser."""

    username = models.CharField(max_length=80, unique=True)
    full_name = models.CharField(max_length=200)
    name_sort = models.CharField(max_length=SORT_KEY_LENGTH)
    name_folded = models.CharField(max_length=200)
    email = models.EmailField(blank=True)
    position = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField(default=True)
    # When somebody else gave the password: it lapses, and is changed at the first log-in. None: one's own.
    password_given_at = models.DateTimeField(null=True, blank=True)
    # Part of what a session is bound to: one more, and every open session of this person has ended.
    session_epoch = models.PositiveIntegerField(default=0)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        ordering = ["name_sort", "username"]

    def __str__(self) -> str:
        return self.full_name

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What Django compares at every request: the password, and the epoch of the person's sessions."""
        bound = f"{self.password}:{self.session_epoch}"
        return salted_hmac("openpar.accounts.session", bound, secret=secret, algorithm="sha256").hexdigest()


class HeldQuerySet(models.QuerySet["RoleHeld"]):
    def as_of(self, day: date) -> HeldQuerySet:
        return self.filter(Q(held_until__isnull=True) | Q(held_until__gt=day), held_from__lte=day)


class RoleHeld(models.Model):
    """A role during [held_from, held_until). Ended, never deleted."""

    user = models.ForeignKey(User, models.PROTECT, related_name="roles")
    role = models.CharField(max_length=20, choices=Role.choices)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="people")
    held_from = models.DateField()
    held_until = models.DateField(null=True, blank=True)

    objects: ClassVar[HeldQuerySet] = HeldQuerySet.as_manager()  # type: ignore[assignment]  # as_manager is typed as a plain manager

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "organisation", "held_from"], name="one_role_a_day"
            ),
            models.CheckConstraint(
                condition=Q(held_until__isnull=True) | Q(held_until__gt=F("held_from")),
                name="role_ends_after_it_begins",
                violation_error_message=_("Ngày thôi vai trò phải sau ngày nhận vai trò."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.role}"

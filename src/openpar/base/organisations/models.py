"""An organisation is one identity; its name, kind, code and parent are versions with dates.

Ranges are half-open: `valid_from` is the first day, `valid_until` the first day no longer (null: still
valid). A code is unique among organisations on one day, and may belong to another place on another day.
"""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from openpar.common.text import SORT_KEY_LENGTH


class Kind(models.TextChoices):
    """What an organisation is in law; data tells its block, this tells its nature."""

    PROVINCE = "PROVINCE", _("Tỉnh, thành phố")
    PEOPLES_COMMITTEE = "PEOPLES_COMMITTEE", _("Ủy ban nhân dân")
    DEPARTMENT = "DEPARTMENT", _("Sở, ban, ngành")
    VERTICAL_AGENCY = "VERTICAL_AGENCY", _("Cơ quan ngành dọc")
    SERVICE_UNIT = "SERVICE_UNIT", _("Đơn vị sự nghiệp")
    DISTRICT = "DISTRICT", _("Cấp huyện (đến 30/06/2025)")
    WARD = "WARD", _("Phường")
    COMMUNE = "COMMUNE", _("Xã")
    TOWNSHIP = "TOWNSHIP", _("Thị trấn (đến 30/06/2025)")
    SPECIAL_ZONE = "SPECIAL_ZONE", _("Đặc khu")
    DIVISION = "DIVISION", _("Phòng, ban")
    BODY = "BODY", _("Tổ chức khác")


class Block(models.Model):
    """A kind of agencies that are ranked together (khối)."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    position = models.PositiveSmallIntegerField(default=0)

    objects: ClassVar[models.Manager[Block]]

    class Meta:
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name


class Organisation(models.Model):
    """The identity that stays when name, kind, code or parent change."""

    # A stable key of our own (never a state code: those are reused), e.g. "68-so-noi-vu-2025".
    key = models.CharField(max_length=120, unique=True)

    objects: ClassVar[models.Manager[Organisation]]

    def __str__(self) -> str:
        return self.key


class VersionQuerySet(models.QuerySet["OrganisationVersion"]):
    def as_of(self, day: date) -> VersionQuerySet:
        """The versions valid on `day`."""
        return self.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=day), valid_from__lte=day)


class OrganisationVersion(models.Model):
    """An organisation as it was during [valid_from, valid_until)."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="versions")
    kind = models.CharField(_("Loại hình"), max_length=24, choices=Kind.choices)
    name = models.CharField(_("Tên"), max_length=250)
    short_name = models.CharField(_("Tên viết tắt"), max_length=80, blank=True)
    name_en = models.CharField(_("Tên tiếng Anh"), max_length=250, blank=True)
    # Our own columns for order and search: databases sort đ after z and do not fold accents.
    name_sort = models.CharField(max_length=SORT_KEY_LENGTH, db_index=True)
    name_folded = models.CharField(max_length=250)
    code = models.CharField(_("Mã"), max_length=40, blank=True, db_index=True)
    parent = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="child_versions"
    )
    block = models.ForeignKey(Block, models.PROTECT, null=True, blank=True, related_name="+")
    is_scored = models.BooleanField(default=False)
    is_ranked = models.BooleanField(default=False)
    is_published = models.BooleanField(default=False)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    legal_basis = models.CharField(_("Căn cứ pháp lý"), max_length=300, blank=True)

    objects: ClassVar[VersionQuerySet] = VersionQuerySet.as_manager()  # type: ignore[assignment]  # as_manager is typed as a plain manager

    class Meta:
        ordering = ["name_sort"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "valid_from"], name="one_version_a_day"),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
                name="version_ends_after_it_begins",
                violation_error_message=_("Ngày hết hiệu lực phải sau ngày bắt đầu hiệu lực."),
            ),
            models.UniqueConstraint(
                fields=["organisation"], condition=Q(valid_until__isnull=True), name="one_open_version"
            ),
            # Whether two ranges of the past overlap only the actions can tell; of today the table can.
            models.UniqueConstraint(
                fields=["code"],
                condition=Q(valid_until__isnull=True) & ~Q(code=""),
                name="one_holder_of_a_code_today",
                violation_error_message=_("Mã này đang được đơn vị khác sử dụng."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Succession(models.Model):
    """What became of an organisation, by which document: the links of merger, split, renaming."""

    class Change(models.TextChoices):
        MERGED = "MERGED", _("Hợp nhất, sáp nhập")
        SPLIT = "SPLIT", _("Chia tách")
        RENAMED = "RENAMED", _("Đổi tên")
        RETYPED = "RETYPED", _("Đổi loại hình")
        TAKEN_OVER = "TAKEN_OVER", _("Nhận một phần nhiệm vụ")
        DISSOLVED = "DISSOLVED", _("Giải thể")

    predecessor = models.ForeignKey(Organisation, models.PROTECT, related_name="successions")
    # Null only for a dissolution.
    successor = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="origins")
    change = models.CharField(max_length=12, choices=Change.choices)
    on = models.DateField()
    # Of several successors, the one that carries the main part.
    is_main = models.BooleanField(default=True)
    legal_basis = models.CharField(max_length=300, blank=True)

    objects: ClassVar[models.Manager[Succession]]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["predecessor", "successor", "on"], name="one_link_a_day"),
            models.CheckConstraint(
                condition=Q(successor__isnull=False) | Q(change="DISSOLVED"),
                name="only_a_dissolution_has_no_successor",
                violation_error_message=_("Chỉ giải thể mới không có đơn vị kế thừa."),
            ),
            models.UniqueConstraint(
                fields=["predecessor", "on"], condition=Q(successor__isnull=True), name="dissolved_once_a_day"
            ),
            models.CheckConstraint(
                condition=~Q(successor=F("predecessor")),
                name="nobody_succeeds_itself",
                violation_error_message=_("Đơn vị không kế thừa chính mình; đổi tên là một phiên bản mới."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.predecessor} → {self.successor} ({self.change}, {self.on})"

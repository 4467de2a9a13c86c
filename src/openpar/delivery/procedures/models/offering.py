"""What follows a decision: its lines, how procedures are offered and posted; quality systems of agencies."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from openpar.base.accounts.models import User
from openpar.base.organisations.models import Organisation
from openpar.delivery.procedures.models.catalogue import Procedure, PublishingDecision
from openpar.delivery.procedures.words import LineChange, OnlineLevel, PostedAt, QualityState


class DecisionLine(models.Model):
    """What a decision does to one procedure; `contents` is the new text while the decision is a draft."""

    decision = models.ForeignKey(PublishingDecision, models.CASCADE, related_name="lines")
    code = models.CharField(max_length=8)
    suffix = models.CharField(max_length=13, blank=True)
    change = models.CharField(_("Nội dung công bố"), max_length=9, choices=LineChange.choices)
    # Null only for a new procedure of a draft.
    procedure = models.ForeignKey(Procedure, models.PROTECT, null=True, related_name="decision_lines")
    # For a procedure that is replaced: by which.
    successor_code = models.CharField(max_length=8, blank=True)
    contents: models.JSONField[Any, Any] = models.JSONField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar[models.Manager[DecisionLine]]

    class Meta:
        ordering = ["decision", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["decision", "code"],
                name="a_procedure_once_in_a_decision",
                violation_error_message=_("Thủ tục này đã có trong quyết định."),
            ),
            models.CheckConstraint(
                condition=Q(procedure__isnull=False) | Q(change="NEW"),
                name="only_a_new_procedure_is_unknown",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.decision} {self.code}"


class ProvisionQuerySet(models.QuerySet["Provision"]):
    def as_of(self, day: date) -> ProvisionQuerySet:
        return self.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=day), valid_from__lte=day)


class Provision(models.Model):
    """How a procedure is offered during [valid_from, valid_until): by every agency, or by one."""

    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="provisions")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    online_level = models.CharField(_("Mức độ trực tuyến"), max_length=11, choices=OnlineLevel.choices)
    # Why only partial, and where the reason was published (NĐ 224/2026, from 01/07/2026).
    partial_reason = models.TextField(_("Lý do chưa toàn trình"), blank=True)
    reason_published = models.CharField(_("Nơi công bố lý do"), max_length=300, blank=True)
    on_national_portal_since = models.DateField(_("Tích hợp Cổng quốc gia từ"), null=True, blank=True)
    pays_online = models.BooleanField(_("Thanh toán trực tuyến"), default=False)
    any_place = models.BooleanField(_("Phi địa giới hành chính"), default=False)
    at_one_stop = models.BooleanField(_("Tiếp nhận tại Bộ phận Một cửa"), default=False)
    has_internal_workflow = models.BooleanField(_("Có quy trình nội bộ"), default=False)
    workflow_basis = models.CharField(_("Quyết định quy trình nội bộ"), max_length=300, blank=True)
    legal_basis = models.CharField(_("Căn cứ"), max_length=300, blank=True)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)

    objects: ClassVar[ProvisionQuerySet] = ProvisionQuerySet.as_manager()  # type: ignore[assignment]  # as_manager is typed as a plain manager

    class Meta:
        ordering = ["procedure", "organisation", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["procedure", "valid_from"],
                condition=Q(organisation__isnull=True),
                name="one_provision_a_day",
            ),
            models.UniqueConstraint(
                fields=["procedure", "organisation", "valid_from"],
                condition=Q(organisation__isnull=False),
                name="one_provision_an_agency_a_day",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
                name="provision_ends_after_it_begins",
                violation_error_message=_("Ngày hết hiệu lực phải sau ngày bắt đầu hiệu lực."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.procedure} {self.online_level} {self.valid_from}"


class Posting(models.Model):
    """An agency posted (or took down) what a decision changed, at one place, on one day."""

    line = models.ForeignKey(DecisionLine, models.PROTECT, related_name="postings")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    place = models.CharField(max_length=7, choices=PostedAt.choices)
    posted_on = models.DateField()
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField()

    objects: ClassVar[models.Manager[Posting]]

    class Meta:
        ordering = ["line", "organisation", "place"]
        constraints = [
            models.UniqueConstraint(
                fields=["line", "organisation", "place"],
                name="posted_once_at_a_place",
                violation_error_message=_("Đã ghi niêm yết ở nơi này."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line} {self.organisation} {self.place}"


class QualitySystem(models.Model):
    """What became of an agency's quality management system on a day; the latest by a day counts on it."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    on = models.DateField(_("Từ ngày"))
    state = models.CharField(_("Tình trạng"), max_length=14, choices=QualityState.choices)
    standard = models.CharField(_("Tiêu chuẩn"), max_length=80)
    legal_basis = models.CharField(_("Quyết định, bản công bố"), max_length=300)

    objects: ClassVar[models.Manager[QualitySystem]]

    class Meta:
        ordering = ["organisation", "-on"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "on"],
                name="one_quality_state_a_day",
                violation_error_message=_("Ngày này đã ghi một tình trạng."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} {self.state} {self.on}"

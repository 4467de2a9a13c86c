"""A procedure is one identity; its parts are versions with dates, brought by publishing decisions.

Ranges are half-open: `valid_from` is the first day, `valid_until` the first day no longer (null: still in
force). A dossier keeps the version, and so the time limit and the fee, of the day it was received.
"""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from openpar.base.accounts.models import User
from openpar.base.documents.models import Document
from openpar.base.organisations.models import Organisation
from openpar.common.text import SORT_KEY_LENGTH
from openpar.delivery.procedures.words import (
    AgencyKind,
    Channel,
    FeeKind,
    Level,
    LimitUnit,
    ProcedureKind,
    Tier,
)


class Sector(models.Model):
    """A field of procedures (lĩnh vực): civil status, land, construction…"""

    name = models.CharField(_("Lĩnh vực"), max_length=200, unique=True)
    code = models.CharField(_("Mã lĩnh vực"), max_length=40, blank=True)
    name_sort = models.CharField(max_length=SORT_KEY_LENGTH, db_index=True)
    name_folded = models.CharField(max_length=200)

    objects: ClassVar[models.Manager[Sector]]

    class Meta:
        ordering = ["name_sort"]

    def __str__(self) -> str:
        return self.name


class Procedure(models.Model):
    """The identity that stays when name, papers, limits change: the national number."""

    code = models.CharField(_("Mã thủ tục"), max_length=8, unique=True)
    # Who published it here, as lists of the province write it behind the number: 000.00.00.H36.
    suffix = models.CharField(max_length=13, blank=True)
    # Invented procedures are called samples on every screen.
    is_sample = models.BooleanField(default=False)

    objects: ClassVar[models.Manager[Procedure]]

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.full_code

    @property
    def full_code(self) -> str:
        """As lists of the province write it; the national number when it has no suffix."""
        return f"{self.code}.{self.suffix}" if self.suffix else self.code


class PublishingDecision(models.Model):
    """A decision that publishes procedures; a draft (`issued_at` null) changes nothing yet."""

    number = models.CharField(_("Số quyết định"), max_length=80)
    signed_on = models.DateField(_("Ngày ký"))
    issuer = models.CharField(_("Cơ quan ban hành"), max_length=250)
    tier = models.CharField(_("Cấp ban hành"), max_length=8, choices=Tier.choices)
    title = models.CharField(_("Trích yếu"), max_length=500, blank=True)
    # The day from which its procedures hold.
    effective_on = models.DateField(_("Ngày có hiệu lực"))
    # The newest day on which a law behind it takes effect; the duty to publish counts back from it.
    bases_effective_on = models.DateField(_("Văn bản quy định có hiệu lực từ"), null=True, blank=True)
    # By shortened order (rút gọn), and when the law behind it was signed: other duties.
    is_fast_track = models.BooleanField(_("Theo trình tự rút gọn"), default=False)
    basis_signed_on = models.DateField(_("Ngày ký văn bản quy định"), null=True, blank=True)
    uploaded_on = models.DateField(_("Ngày đăng tải lên CSDL quốc gia"), null=True, blank=True)
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    is_sample = models.BooleanField(default=False)
    # Are uploading and posting followed here? Of a decision that came with a file nothing is known: not late.
    is_followed = models.BooleanField(default=True)
    prepared_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    issued_at = models.DateTimeField(null=True, blank=True)
    # Counts the edits of the draft: a stale edit is refused.
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar[models.Manager[PublishingDecision]]

    class Meta:
        ordering = ["-signed_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["number", "signed_on", "issuer"],
                name="a_publishing_decision_once",
                violation_error_message=_("Quyết định này đã có."),
            ),
            models.CheckConstraint(
                condition=Q(uploaded_on__isnull=True) | Q(uploaded_on__gte=F("signed_on")),
                name="uploaded_after_it_was_signed",
                violation_error_message=_("Ngày đăng tải không thể trước ngày ký."),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class VersionQuerySet(models.QuerySet["ProcedureVersion"]):
    def as_of(self, day: date) -> VersionQuerySet:
        """The versions in force on `day`."""
        return self.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=day), valid_from__lte=day)


class ProcedureVersion(models.Model):
    """A procedure as it was during [valid_from, valid_until); its parts after NĐ 63/2010 Art. 8."""

    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="versions")
    name = models.CharField(_("Tên thủ tục"), max_length=500)
    name_sort = models.CharField(max_length=SORT_KEY_LENGTH, db_index=True)
    name_folded = models.CharField(max_length=500)
    sector = models.ForeignKey(Sector, models.PROTECT, related_name="+")
    kind = models.CharField(
        _("Loại thủ tục"), max_length=8, choices=ProcedureKind.choices, default=ProcedureKind.STANDARD
    )
    at_province = models.BooleanField(_("Cấp tỉnh"), default=False)
    # Until 30/06/2025; kept readable.
    at_district = models.BooleanField(_("Cấp huyện"), default=False)
    at_commune = models.BooleanField(_("Cấp xã"), default=False)
    steps = models.TextField(_("Trình tự thực hiện"), blank=True)
    manner = models.TextField(_("Cách thức thực hiện"), blank=True)
    # How many sets of papers; null: not stated.
    sets = models.PositiveSmallIntegerField(_("Số bộ hồ sơ"), null=True, blank=True)
    applicants = models.TextField(_("Đối tượng thực hiện"), blank=True)
    for_citizens = models.BooleanField(_("Cá nhân"), default=False)
    for_businesses = models.BooleanField(_("Doanh nghiệp, tổ chức"), default=False)
    forms = models.TextField(_("Mẫu đơn, tờ khai"), blank=True)
    result = models.TextField(_("Kết quả thực hiện"), blank=True)
    conditions = models.TextField(_("Yêu cầu, điều kiện"), blank=True)
    legal_bases = models.TextField(_("Căn cứ pháp lý"), blank=True)
    decision = models.ForeignKey(
        PublishingDecision, models.PROTECT, null=True, blank=True, related_name="versions"
    )
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)

    objects: ClassVar[VersionQuerySet] = VersionQuerySet.as_manager()  # type: ignore[assignment]  # as_manager is typed as a plain manager

    class Meta:
        ordering = ["name_sort", "id"]
        constraints = [
            models.UniqueConstraint(fields=["procedure", "valid_from"], name="one_procedure_version_a_day"),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
                name="procedure_version_ends_after_it_begins",
                violation_error_message=_("Ngày hết hiệu lực phải sau ngày bắt đầu hiệu lực."),
            ),
            models.UniqueConstraint(
                fields=["procedure"],
                condition=Q(valid_until__isnull=True),
                name="one_open_procedure_version",
            ),
            models.CheckConstraint(
                condition=Q(at_province=True) | Q(at_district=True) | Q(at_commune=True),
                name="a_procedure_has_a_level",
                violation_error_message=_("Thủ tục phải thuộc ít nhất một cấp."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def levels(self) -> tuple[Level, ...]:
        """The levels of government that handle it, from above."""
        found = (
            (Level.PROVINCE, self.at_province),
            (Level.DISTRICT, self.at_district),
            (Level.COMMUNE, self.at_commune),
        )
        return tuple(level for level, is_here in found if is_here)


class VersionAgency(models.Model):
    """Who handles a procedure: one agency, or every agency of a kind. The first leads."""

    version = models.ForeignKey(ProcedureVersion, models.CASCADE, related_name="agencies")
    position = models.PositiveSmallIntegerField()
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=16, choices=AgencyKind.choices, blank=True)

    objects: ClassVar[models.Manager[VersionAgency]]

    class Meta:
        ordering = ["version", "position"]
        constraints = [
            models.UniqueConstraint(fields=["version", "position"], name="one_agency_a_place"),
            models.CheckConstraint(
                condition=Q(organisation__isnull=False, kind="")
                | (Q(organisation__isnull=True) & ~Q(kind="")),
                name="an_agency_or_a_kind",
                violation_error_message=_("Nêu một cơ quan, hoặc một loại cơ quan."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.organisation or self.kind)


class VersionTerm(models.Model):
    """Time limit and fee of one channel and one case (trường hợp); empty means every channel, every case."""

    version = models.ForeignKey(ProcedureVersion, models.CASCADE, related_name="terms")
    position = models.PositiveSmallIntegerField()
    channel = models.CharField(max_length=9, choices=Channel.choices, blank=True)
    case = models.CharField(_("Trường hợp"), max_length=300, blank=True)
    # Null with an empty unit: not stated, which is a gap; within the day has no count.
    limit = models.PositiveSmallIntegerField(_("Thời hạn"), null=True, blank=True)
    unit = models.CharField(_("Đơn vị tính"), max_length=12, choices=LimitUnit.choices, blank=True)
    limit_note = models.CharField(max_length=300, blank=True)
    fee_kind = models.CharField(max_length=8, choices=FeeKind.choices, blank=True)
    # In đồng.
    fee = models.PositiveBigIntegerField(_("Phí, lệ phí"), null=True, blank=True)
    fee_note = models.CharField(max_length=300, blank=True)

    objects: ClassVar[models.Manager[VersionTerm]]

    class Meta:
        ordering = ["version", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "channel", "case"],
                name="one_term_a_channel_and_case",
                violation_error_message=_("Mỗi kênh và trường hợp chỉ có một thời hạn."),
            ),
            models.CheckConstraint(
                condition=Q(limit__isnull=True, unit__in=["", "SAME_DAY"])
                | Q(limit__gt=0, unit__in=["WORKING_DAY", "CALENDAR_DAY", "HOUR"]),
                name="a_limit_has_its_unit",
                violation_error_message=_("Thời hạn phải có đơn vị tính."),
            ),
            models.CheckConstraint(
                condition=Q(fee__isnull=True, fee_kind__in=["", "FREE", "VARIABLE"])
                | Q(fee__gt=0, fee_kind="FIXED"),
                name="a_fixed_fee_has_its_amount",
                violation_error_message=_("Mức thu cố định phải có số tiền."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.case}".strip()


class VersionPaper(models.Model):
    """One paper of the dossier, in one case or in every case."""

    version = models.ForeignKey(ProcedureVersion, models.CASCADE, related_name="papers")
    position = models.PositiveSmallIntegerField()
    case = models.CharField(max_length=300, blank=True)
    name = models.CharField(_("Tên giấy tờ"), max_length=1000)
    originals = models.PositiveSmallIntegerField(_("Bản chính"), default=0)
    copies = models.PositiveSmallIntegerField(_("Bản sao"), default=0)

    objects: ClassVar[models.Manager[VersionPaper]]

    class Meta:
        ordering = ["version", "position"]
        constraints = [
            models.UniqueConstraint(fields=["version", "position"], name="one_paper_a_place"),
        ]

    def __str__(self) -> str:
        return self.name


class VersionBody(models.Model):
    """A body that takes part in an interlinked procedure (liên thông), with its own limit; one leads."""

    version = models.ForeignKey(ProcedureVersion, models.CASCADE, related_name="bodies")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(_("Cơ quan phối hợp"), max_length=250)
    is_lead = models.BooleanField(default=False)
    limit = models.PositiveSmallIntegerField(null=True, blank=True)
    unit = models.CharField(max_length=12, choices=LimitUnit.choices, blank=True)

    objects: ClassVar[models.Manager[VersionBody]]

    class Meta:
        ordering = ["version", "position"]
        constraints = [
            models.UniqueConstraint(fields=["version", "position"], name="one_body_a_place"),
            models.UniqueConstraint(fields=["version"], condition=Q(is_lead=True), name="one_body_leads"),
            models.CheckConstraint(
                condition=Q(limit__isnull=True, unit__in=["", "SAME_DAY"])
                | Q(limit__gt=0, unit__in=["WORKING_DAY", "CALENDAR_DAY", "HOUR"]),
                name="a_limit_of_a_body_has_its_unit",
                violation_error_message=_("Thời hạn phải có đơn vị tính."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

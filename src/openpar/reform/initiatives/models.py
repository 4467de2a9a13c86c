"""A model (mô hình) or initiative (sáng kiến) with everything that was said of it.

What was measured, recognised, evaluated and taken over is never altered: a correction is a newer row.
Periods are those of the reform calendar (engine/periods.py).
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from openpar.base.accounts.models import User
from openpar.base.documents.models import Document
from openpar.base.organisations.models import Organisation
from openpar.common.fields import ExactDecimalField


class Kind(models.TextChoices):
    """A model is a way of working that runs; an initiative is an idea that a council recognises."""

    MODEL = "MODEL", _("Mô hình")
    INITIATIVE = "INITIATIVE", _("Sáng kiến")


class State(models.TextChoices):
    """Where it stands; what may follow what: stages.py. Evaluated is no state: it is owed every period."""

    PROPOSED = "PROPOSED", _("Đề xuất")
    RECOGNISED = "RECOGNISED", _("Được công nhận")
    RUNNING = "RUNNING", _("Đang triển khai")
    REPLICATED = "REPLICATED", _("Nhân rộng")
    STOPPED = "STOPPED", _("Dừng")


class Level(models.TextChoices):
    """How far it reaches, and which council recognised it."""

    BASE = "BASE", _("Cấp cơ sở")
    PROVINCE = "PROVINCE", _("Cấp tỉnh")
    NATIONAL = "NATIONAL", _("Toàn quốc")


class ReportKind(models.TextChoices):
    """The periods of reports; QUARTER 1–4, HALF 1–2, the others have number 1."""

    QUARTER = "QUARTER", _("Quý")
    HALF = "HALF", _("6 tháng")
    NINE_MONTHS = "NINE_MONTHS", _("9 tháng")
    YEAR = "YEAR", _("Năm")


class Initiative(models.Model):
    """One model or initiative of one agency; `field` is the code of a reform field (F0–F7)."""

    kind = models.CharField(_("Loại"), max_length=10, choices=Kind.choices)
    name = models.CharField(_("Tên"), max_length=300)
    name_folded = models.CharField(max_length=300)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    level = models.CharField(_("Cấp áp dụng"), max_length=8, choices=Level.choices)
    field = models.CharField(_("Lĩnh vực"), max_length=4)
    content = models.TextField(_("Nội dung"))
    scope = models.TextField(_("Phạm vi áp dụng"), blank=True)
    # Where it was read of, when it was not entered by its agency: a press report, a list of others.
    source = models.CharField(_("Nguồn"), max_length=300, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED)
    started_on = models.DateField(_("Bắt đầu"), null=True, blank=True)
    # A model may run before anybody recognises it: by the plan or decision that starts it.
    start_document = models.ForeignKey(
        Document,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Văn bản triển khai"),
    )
    # The last day on which it ran.
    stopped_on = models.DateField(_("Dừng"), null=True, blank=True)
    stop_reason = models.TextField(_("Lý do dừng"), blank=True)
    # Counts the changes: a stale change is refused.
    version = models.PositiveIntegerField(default=1)
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()

    objects: ClassVar[models.Manager[Initiative]]

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["RUNNING", "REPLICATED"], started_on__isnull=False)
                | ~Q(state__in=["RUNNING", "REPLICATED"]),
                name="what_runs_has_begun",
                violation_error_message=_("Mô hình đang triển khai phải có ngày bắt đầu."),
            ),
            models.CheckConstraint(
                condition=Q(state="STOPPED", stopped_on__isnull=False) & ~Q(stop_reason="")
                | Q(~Q(state="STOPPED"), stopped_on__isnull=True, stop_reason=""),
                name="only_what_stopped_has_an_end",
                violation_error_message=_("Khi dừng phải nêu ngày và lý do."),
            ),
            models.CheckConstraint(
                condition=Q(started_on__isnull=True)
                | Q(stopped_on__isnull=True)
                | Q(stopped_on__gte=F("started_on")),
                name="an_initiative_stops_after_it_began",
                violation_error_message=_("Ngày dừng phải từ ngày bắt đầu trở đi."),
            ),
        ]
        indexes = [models.Index(fields=["organisation", "state"], name="initiative_by_agency")]

    def __str__(self) -> str:
        return self.name


class Recognition(models.Model):
    """A council at one level recognised it, by a decision."""

    initiative = models.ForeignKey(Initiative, models.PROTECT, related_name="recognitions")
    level = models.CharField(max_length=8, choices=Level.choices)
    council = models.CharField(_("Hội đồng"), max_length=250)
    recognised_on = models.DateField(_("Ngày công nhận"))
    decision = models.ForeignKey(Document, models.PROTECT, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects: ClassVar[models.Manager[Recognition]]

    class Meta:
        ordering = ["recognised_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["initiative", "level"],
                name="recognised_once_a_level",
                violation_error_message=_("Đã được công nhận ở cấp này."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.initiative_id} {self.level} {self.recognised_on}"


class Measure(models.Model):
    """What is compared before and after: a ratio of two counts, or a value with its unit."""

    class Better(models.TextChoices):
        HIGHER = "HIGHER", _("Càng cao càng tốt")
        LOWER = "LOWER", _("Càng thấp càng tốt")

    initiative = models.ForeignKey(Initiative, models.PROTECT, related_name="measures")
    name = models.CharField(_("Chỉ số"), max_length=200)
    unit = models.CharField(_("Đơn vị tính"), max_length=60)
    is_ratio = models.BooleanField(_("Là tỷ lệ"), default=False)
    better = models.CharField(_("Chiều tốt"), max_length=6, choices=Better.choices)

    objects: ClassVar[models.Manager[Measure]]

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["initiative", "name"],
                name="one_measure_a_name",
                violation_error_message=_("Chỉ số này đã có."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Measurement(models.Model):
    """One figure of a measure with the document that shows it; of each side the newest counts."""

    class Side(models.TextChoices):
        BEFORE = "BEFORE", _("Trước")
        AFTER = "AFTER", _("Sau")

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="measurements")
    side = models.CharField(max_length=6, choices=Side.choices)
    measured_on = models.DateField(_("Số liệu đến ngày"))
    # A value stands in the numerator; a ratio has both.
    numerator = ExactDecimalField()
    denominator = ExactDecimalField(null=True, blank=True)
    document = models.ForeignKey(Document, models.PROTECT, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects: ClassVar[models.Manager[Measurement]]

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.measure_id} {self.side} {self.measured_on}"


class Evaluation(models.Model):
    """What came of it in one report period; evaluated anew, a next revision stands beside the first."""

    class Verdict(models.TextChoices):
        EFFECTIVE = "EFFECTIVE", _("Hiệu quả")
        PARTLY = "PARTLY", _("Hiệu quả một phần")
        NOT_EFFECTIVE = "NOT_EFFECTIVE", _("Chưa hiệu quả")
        TOO_EARLY = "TOO_EARLY", _("Chưa đủ thời gian để đánh giá")

    class Advice(models.TextChoices):
        CONTINUE = "CONTINUE", _("Tiếp tục")
        ADJUST = "ADJUST", _("Điều chỉnh")
        REPLICATE = "REPLICATE", _("Nhân rộng")
        STOP = "STOP", _("Dừng")

    initiative = models.ForeignKey(Initiative, models.PROTECT, related_name="evaluations")
    kind = models.CharField(max_length=12, choices=ReportKind.choices)
    year = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField()
    revision = models.PositiveSmallIntegerField()
    verdict = models.CharField(_("Kết quả"), max_length=13, choices=Verdict.choices)
    advice = models.CharField(_("Đề nghị"), max_length=9, choices=Advice.choices)
    text = models.TextField(_("Đánh giá"))
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects: ClassVar[models.Manager[Evaluation]]

    class Meta:
        ordering = ["-year", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["initiative", "kind", "year", "number", "revision"],
                name="one_evaluation_a_revision",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.initiative_id} {self.kind} {self.number}/{self.year}.{self.revision}"


class Replication(models.Model):
    """Who took it over, since when and by which document."""

    initiative = models.ForeignKey(Initiative, models.PROTECT, related_name="replications")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    replicated_on = models.DateField(_("Áp dụng từ ngày"))
    document = models.ForeignKey(Document, models.PROTECT, related_name="+")
    note = models.CharField(_("Ghi chú"), max_length=500, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects: ClassVar[models.Manager[Replication]]

    class Meta:
        ordering = ["replicated_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["initiative", "organisation"],
                name="taken_over_once_an_agency",
                violation_error_message=_("Đơn vị này đã có trong danh sách nhân rộng."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.initiative_id} → {self.organisation_id}"


class ContestEntry(models.Model):
    """It took part in a contest; the award, if there is one, comes later with its decision."""

    initiative = models.ForeignKey(Initiative, models.PROTECT, related_name="contests")
    contest = models.CharField(_("Hội thi"), max_length=250)
    year = models.PositiveSmallIntegerField(_("Năm"))
    entered_on = models.DateField(_("Ngày dự thi"))
    points = ExactDecimalField(_("Điểm"), null=True, blank=True)
    award = models.CharField(_("Giải thưởng"), max_length=250, blank=True)
    decision = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    version = models.PositiveIntegerField(default=1)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects: ClassVar[models.Manager[ContestEntry]]

    class Meta:
        ordering = ["year", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["initiative", "contest", "year"],
                name="one_entry_a_contest",
                violation_error_message=_("Đã dự hội thi này trong năm."),
            ),
            models.CheckConstraint(
                condition=Q(award="") | Q(decision__isnull=False),
                name="an_award_has_its_decision",
                violation_error_message=_("Giải thưởng cần có quyết định."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.initiative_id} {self.contest} {self.year}"


class InitiativeTarget(models.Model):
    """How many recognised initiatives an agency owes in a reform year, and which document says so."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    revision = models.PositiveSmallIntegerField()
    planned = models.PositiveSmallIntegerField(_("Chỉ tiêu"))
    document = models.ForeignKey(Document, models.PROTECT, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects: ClassVar[models.Manager[InitiativeTarget]]

    class Meta:
        ordering = ["-year", "organisation", "revision"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "year", "revision"], name="one_initiative_target_a_revision"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.year}: {self.planned}"

"""The plan as a legal object: its versions by document, the wording of each task in each version, targets.

A task is one identity for the whole life of the plan; what a version says of it is a line of that version.
Lines and targets of a version that came into force never change: a new document makes a new version.
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

LONGEST_TEXT = 2000
LONGEST_TITLE = 300


class PlanLevel(models.TextChoices):
    """Whose plan it is: who steers it and who decides on its tasks follows from that (permissions.py)."""

    PROVINCE = "PROVINCE", _("Kế hoạch của tỉnh")
    AGENCY = "AGENCY", _("Kế hoạch của cơ quan, đơn vị")


class VersionState(models.TextChoices):
    """Where a version stands; what may follow what: stages.py."""

    DRAFT = "DRAFT", _("Dự thảo")
    IN_FORCE = "IN_FORCE", _("Có hiệu lực")
    REPLACED = "REPLACED", _("Đã được thay thế")


class LineChange(models.TextChoices):
    """What a version does with a task."""

    UNSETTLED = "UNSETTLED", _("Chưa xác định")
    NEW = "NEW", _("Nhiệm vụ mới")
    CARRIED = "CARRIED", _("Giữ nguyên")
    CHANGED = "CHANGED", _("Điều chỉnh")
    REASSIGNED = "REASSIGNED", _("Giao cơ quan khác")
    DROPPED = "DROPPED", _("Không thực hiện nữa")


class DeadlineKind(models.TextChoices):
    """How a plan says by when."""

    DATE = "DATE", _("Ngày cụ thể")
    QUARTER = "QUARTER", _("Theo quý (ngày cuối quý)")
    RECURRING = "RECURRING", _("Định kỳ")
    CONTINUOUS = "CONTINUOUS", _("Thường xuyên (đánh giá theo kỳ)")
    AFTER_EVENT = "AFTER_EVENT", _("Sau khi có điều kiện")


class Operator(models.TextChoices):
    """How a value reached is compared with the one wanted."""

    AT_LEAST = ">=", _("từ … trở lên")
    ABOVE = ">", _("trên")
    AT_MOST = "<=", _("không quá")
    BELOW = "<", _("dưới")
    EQUAL = "=", _("đúng bằng")


class Plan(models.Model):
    """The reform plan of one organisation for one reform year (15/12 of the year before to 14/12)."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField(_("Năm"))
    level = models.CharField(max_length=8, choices=PlanLevel.choices)
    title = models.CharField(_("Tên kế hoạch"), max_length=LONGEST_TITLE)
    # The plan of the upper level that this one carries out.
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()

    objects: ClassVar[models.Manager[Plan]]

    class Meta:
        ordering = ["-year", "level", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "year"],
                name="one_reform_plan_a_year",
                violation_error_message=_("Đơn vị đã có kế hoạch cải cách hành chính của năm này."),
            ),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="no_plan_above_itself"),
        ]

    def __str__(self) -> str:
        return self.title


class PlanVersion(models.Model):
    """The plan as one document says it. In force during [from_on, until_on); `until_on` null: still."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=VersionState.choices, default=VersionState.DRAFT)
    replaces = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="replaced_by")
    # The document that issues it; copied so that a version is told by it even when the document has no file.
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    document_number = models.CharField(_("Số, ký hiệu"), max_length=80, blank=True)
    issued_on = models.DateField(_("Ngày ban hành"), null=True, blank=True)
    from_on = models.DateField(_("Có hiệu lực từ"), null=True, blank=True)
    until_on = models.DateField(null=True, blank=True)
    # How many secret lines stay outside; never in a denominator, never with a text.
    secret_lines = models.PositiveSmallIntegerField(_("Số nhiệm vụ mật"), default=0)
    # Counts the edits of the draft: a stale edit is refused.
    version = models.PositiveIntegerField(default=1)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    issued_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    issued_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager[PlanVersion]]

    class Meta:
        ordering = ["plan", "number"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="one_plan_version_a_number"),
            models.UniqueConstraint(
                fields=["plan"], condition=Q(state="DRAFT"), name="one_draft_version_a_plan"
            ),
            models.UniqueConstraint(
                fields=["plan"], condition=Q(state="IN_FORCE"), name="one_version_in_force_a_plan"
            ),
            models.CheckConstraint(
                condition=Q(state="DRAFT", from_on__isnull=True, issued_at__isnull=True)
                | Q(~Q(state="DRAFT"), from_on__isnull=False, issued_at__isnull=False)
                & Q(document__isnull=False, issued_on__isnull=False),
                name="only_a_draft_has_no_document",
            ),
            models.CheckConstraint(
                condition=Q(state="REPLACED", until_on__isnull=False)
                | Q(~Q(state="REPLACED"), until_on__isnull=True),
                name="a_replaced_version_has_ended",
            ),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gt=F("from_on")),
                name="a_version_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id}.{self.number}"


class Task(models.Model):
    """A task through all versions of its plan. `source_kind`, `source_id`, `source_text`: what it came from
    (a finding, a meeting, a petition); plain words, since what lies above is not known here.
    """

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="tasks")
    source_kind = models.CharField(max_length=40, blank=True)
    source_id = models.PositiveBigIntegerField(null=True, blank=True)
    source_text = models.CharField(max_length=LONGEST_TEXT, blank=True)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()

    objects: ClassVar[models.Manager[Task]]

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["source_kind", "source_id"], name="task_by_source")]

    def __str__(self) -> str:
        return str(self.pk)


class TaskLine(models.Model):
    """What one version says of a task.

    `added_on` is set on a supplement: a line that came to a version in force by an order of its own (a
    meeting, a remedy), from that day on. `clause` names the place in the document that changes the task.
    """

    version = models.ForeignKey(PlanVersion, models.CASCADE, related_name="lines")
    task = models.ForeignKey(Task, models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField()
    change = models.CharField(max_length=10, choices=LineChange.choices, default=LineChange.NEW)
    clause = models.CharField(_("Điều, khoản"), max_length=200, blank=True)
    added_on = models.DateField(null=True, blank=True)
    number = models.CharField(_("STT"), max_length=20, blank=True)
    field = models.CharField(_("Lĩnh vực"), max_length=4)
    text = models.TextField(_("Nhiệm vụ"))
    text_folded = models.TextField()
    product = models.TextField(_("Sản phẩm"), blank=True)
    deadline_kind = models.CharField(max_length=12, choices=DeadlineKind.choices)
    # DATE: the day. QUARTER: the last day of it, computed when the line was written.
    due_on = models.DateField(_("Thời hạn"), null=True, blank=True)
    quarter = models.PositiveSmallIntegerField(null=True, blank=True)
    # RECURRING, CONTINUOUS: the kind of period that is judged (engine.periods.PeriodKind).
    each = models.CharField(max_length=12, blank=True)
    # AFTER_EVENT: what must happen first, and how many calendar days after it the work is due.
    event = models.CharField(_("Điều kiện"), max_length=300, blank=True)
    days_after = models.PositiveSmallIntegerField(null=True, blank=True)
    # As the document words it.
    deadline_words = models.CharField(max_length=200, blank=True)
    # VND; null: the plan names none.
    budget = ExactDecimalField(_("Kinh phí"), null=True, blank=True)
    budget_source = models.CharField(_("Nguồn kinh phí"), max_length=200, blank=True)
    # The task of the upper-level plan that it serves.
    parent_task = models.ForeignKey(Task, models.PROTECT, null=True, blank=True, related_name="served_by")
    note = models.TextField(_("Ghi chú"), blank=True)

    objects: ClassVar[models.Manager[TaskLine]]

    class Meta:
        ordering = ["version", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["version", "task"], name="one_line_a_task_and_version"),
            models.CheckConstraint(
                condition=Q(deadline_kind__in=("DATE", "QUARTER"), due_on__isnull=False, each="")
                | Q(deadline_kind__in=("RECURRING", "CONTINUOUS"), due_on__isnull=True) & ~Q(each="")
                | Q(deadline_kind="AFTER_EVENT", due_on__isnull=True, each="") & ~Q(event=""),
                name="a_deadline_is_of_one_kind",
            ),
            models.CheckConstraint(
                condition=Q(quarter__isnull=True) | Q(deadline_kind="QUARTER", quarter__range=(1, 4)),
                name="a_quarter_is_one_of_four",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60]


class LineAgency(models.Model):
    """Who leads or cooperates, as the document says it: one agency, or a class of agencies by its code
    (classes.py). Who that was on the day is kept in assignments and cooperations.
    """

    class Part(models.TextChoices):
        LEAD = "LEAD", _("Chủ trì")
        COOPERATING = "COOPERATING", _("Phối hợp")

    line = models.ForeignKey(TaskLine, models.CASCADE, related_name="agencies")
    part = models.CharField(max_length=11, choices=Part.choices)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    agency_class = models.CharField(max_length=40, blank=True)

    objects: ClassVar[models.Manager[LineAgency]]

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(organisation__isnull=False, agency_class="")
                | Q(organisation__isnull=True) & ~Q(agency_class=""),
                name="an_agency_or_a_class_of_agencies",
            ),
            models.UniqueConstraint(
                fields=["line", "part", "organisation"],
                condition=Q(organisation__isnull=False),
                name="an_agency_is_named_once_a_part",
            ),
            models.UniqueConstraint(
                fields=["line", "part", "agency_class"],
                condition=~Q(agency_class=""),
                name="a_class_is_named_once_a_part",
            ),
        ]

    def __str__(self) -> str:
        return self.agency_class or str(self.organisation_id)


class Target(models.Model):
    """What a plan wants to reach: indicator × level × set of agencies × year, an operator and a value.

    `root` is the same target in the first version it stood in (null there); values reached hang at that one.
    """

    version = models.ForeignKey(PlanVersion, models.CASCADE, related_name="targets")
    root = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="later")
    position = models.PositiveSmallIntegerField()
    field = models.CharField(_("Lĩnh vực"), max_length=4)
    text = models.TextField(_("Chỉ tiêu"))
    indicator = models.CharField(_("Mã chỉ số"), max_length=80, blank=True)
    level = models.CharField(max_length=8, choices=PlanLevel.choices)
    # Whom it binds: one agency, a class of agencies, or (neither) the whole of the plan's organisation.
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    agency_class = models.CharField(max_length=40, blank=True)
    year = models.PositiveSmallIntegerField()
    operator = models.CharField(max_length=2, choices=Operator.choices)
    value = ExactDecimalField(_("Giá trị"))
    unit = models.CharField(_("Đơn vị tính"), max_length=40, default="%")
    legal_basis = models.CharField(_("Căn cứ"), max_length=300, blank=True)

    objects: ClassVar[models.Manager[Target]]

    class Meta:
        ordering = ["version", "position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(organisation__isnull=True) | Q(agency_class=""),
                name="a_target_binds_an_agency_or_a_class",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60]


class TargetReading(models.Model):
    """A value reached on a day, with its evidence; a later reading stands beside it.

    What was recorded by mistake is corrected by a reading that `replaces` it; it stays readable and counts no
    more.
    """

    target = models.ForeignKey(Target, models.PROTECT, related_name="readings")
    # Null: of the whole that the target is about.
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    as_of_on = models.DateField(_("Tính đến ngày"))
    value = ExactDecimalField(_("Kết quả"))
    # What the value was computed from, where it is a ratio.
    numerator = ExactDecimalField(null=True, blank=True)
    denominator = ExactDecimalField(null=True, blank=True)
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    note = models.CharField(max_length=300, blank=True)
    replaces = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="replaced_by")
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    objects: ClassVar[models.Manager[TargetReading]]

    class Meta:
        ordering = ["target", "as_of_on", "id"]

    def __str__(self) -> str:
        return f"{self.target_id} {self.as_of_on}"

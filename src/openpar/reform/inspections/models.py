"""A campaign is the inspection plan of a year; a case is one visit of one team to one or several units.

Days are included on both ends: a period covered until 30/06/2018 contains that day, and may be longer than a
year. Once the conclusion of a case is issued, nothing of the case changes any more (guards.py); what follows
stands beside it: the answers of the units, the summary.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from openpar.base.accounts.models import User
from openpar.base.documents.models import Document
from openpar.base.organisations.models import Organisation
from openpar.common.fields import ExactDecimalField
from openpar.reform.findings.models import Finding


class Scope(models.TextChoices):
    """Whose units are inspected."""

    PROVINCE = "PROVINCE", _("Các cơ quan, đơn vị trong tỉnh")
    OWN = "OWN", _("Phòng, đơn vị trực thuộc của mình")


class Mode(models.TextChoices):
    """How a unit is inspected."""

    ON_SITE = "ON_SITE", _("Trực tiếp theo kế hoạch")
    DESK = "DESK", _("Qua báo cáo, hồ sơ")
    UNANNOUNCED = "UNANNOUNCED", _("Đột xuất")
    THEMATIC = "THEMATIC", _("Chuyên đề")


class CampaignState(models.TextChoices):
    """Where an inspection plan stands; what may follow what: stages.py."""

    DRAFT = "DRAFT", _("Đang lập")
    ISSUED = "ISSUED", _("Đã ban hành")


class CaseState(models.TextChoices):
    """Where a case stands; what may follow what: stages.py."""

    PREPARING = "PREPARING", _("Đang chuẩn bị")
    NOTIFIED = "NOTIFIED", _("Đã thông báo")
    WORKING = "WORKING", _("Đang kiểm tra")
    REPORTED = "REPORTED", _("Đoàn đã báo cáo")
    CONCLUDED = "CONCLUDED", _("Đã kết luận")
    CLOSED = "CLOSED", _("Đã kết thúc")
    CANCELLED = "CANCELLED", _("Không tiến hành")


class Campaign(models.Model):
    """The inspection plan of an organisation for a reform year, issued by a document."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    scope = models.CharField(_("Phạm vi"), max_length=8, choices=Scope.choices)
    year = models.PositiveSmallIntegerField(_("Năm"))
    title = models.CharField(_("Tên kế hoạch"), max_length=300)
    covers_from = models.DateField(_("Thời kỳ kiểm tra từ ngày"))
    covers_until = models.DateField(_("đến hết ngày"))
    outline = models.TextField(_("Nội dung kiểm tra"), blank=True)
    state = models.CharField(max_length=8, choices=CampaignState.choices, default=CampaignState.DRAFT)
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    version = models.PositiveIntegerField(default=1)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    issued_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    issued_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager[Campaign]]

    class Meta:
        ordering = ["-year", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(covers_until__gte=F("covers_from")),
                name="campaign_covers_days",
                violation_error_message=_("Thời kỳ kiểm tra kết thúc trước khi bắt đầu."),
            ),
            models.CheckConstraint(
                condition=Q(state="DRAFT", issued_at__isnull=True)
                | Q(state="ISSUED", issued_at__isnull=False, document__isnull=False),
                name="campaign_is_issued_by_a_document",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Draw(models.Model):
    """A draw by lot: list and digest of the seed first, seed and picks afterwards (engine/picking.py).

    `units` are keys of organisations in the order of the method; `picked` those drawn, in their order.
    """

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="draws")
    units: models.JSONField[Any, Any] = models.JSONField()
    count = models.PositiveSmallIntegerField(_("Số đơn vị chọn"))
    method = models.CharField(max_length=40)
    seed_digest = models.CharField(_("Mã cam kết"), max_length=64)
    # What becomes public after the commitment and is drawn with, in words; empty for none.
    public_source = models.CharField(_("Giá trị công khai dùng kèm"), max_length=200, blank=True)
    committed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    committed_at = models.DateTimeField()
    seed = models.CharField(_("Chuỗi khởi tạo"), max_length=200, blank=True)
    public_value = models.CharField(max_length=200, blank=True)
    picked: models.JSONField[Any, Any] = models.JSONField(default=list)
    drawn_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    drawn_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager[Draw]]

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(drawn_at__isnull=True, seed="") | Q(Q(drawn_at__isnull=False), ~Q(seed="")),
                name="a_seed_is_told_with_its_draw",
            ),
        ]

    def __str__(self) -> str:
        return self.seed_digest[:12]


class CampaignUnit(models.Model):
    """A unit of the plan and how it is to be inspected; `draw` where it was chosen by lot."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="units")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    mode = models.CharField(_("Hình thức"), max_length=12, choices=Mode.choices)
    topic = models.CharField(_("Chuyên đề"), max_length=200, blank=True)
    draw = models.ForeignKey(Draw, models.PROTECT, null=True, blank=True, related_name="+")

    objects: ClassVar[models.Manager[CampaignUnit]]

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "organisation", "mode", "topic"],
                name="one_planned_inspection_a_unit",
                violation_error_message=_("Đơn vị đã có trong kế hoạch với hình thức này."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.mode}"


class Inspection(models.Model):
    """One case: a team with its decision goes to one or several units and issues one conclusion for all."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="inspections")
    mode = models.CharField(_("Hình thức"), max_length=12, choices=Mode.choices)
    topic = models.CharField(_("Chuyên đề"), max_length=200, blank=True)
    # The decision that establishes the team, which is called by its number (“Đoàn kiểm tra 1228”).
    decision = models.ForeignKey(Document, models.PROTECT, related_name="+")
    covers_from = models.DateField(_("Thời kỳ kiểm tra từ ngày"))
    covers_until = models.DateField(_("đến hết ngày"))
    # The version of the checklist that the case was opened with.
    checklist = models.CharField(max_length=20)
    # The fields that are checked, by their codes: all of them unless the case is about a topic.
    fields: models.JSONField[Any, Any] = models.JSONField(default=list)
    outline = models.TextField(_("Nội dung kiểm tra"), blank=True)
    state = models.CharField(max_length=10, choices=CaseState.choices, default=CaseState.PREPARING)
    version = models.PositiveIntegerField(default=1)
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    notice = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    notified_at = models.DateTimeField(null=True, blank=True)
    self_report_due = models.DateField(_("Hạn gửi báo cáo tự kiểm tra"), null=True, blank=True)
    begun_at = models.DateTimeField(null=True, blank=True)
    team_report = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    reported_at = models.DateTimeField(null=True, blank=True)
    # What the conclusion says of all units together; what it says of one stands with the unit.
    strengths = models.TextField(_("Kết quả đạt được"), blank=True)
    requests = models.TextField(_("Kiến nghị chung"), blank=True)
    conclusion = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    concluded_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    concluded_at = models.DateTimeField(null=True, blank=True)
    response_due = models.DateField(_("Hạn đơn vị có ý kiến"), null=True, blank=True)
    remedy_due = models.DateField(_("Hạn khắc phục"), null=True, blank=True)
    summary = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    cancel_reason = models.TextField(blank=True)

    objects: ClassVar[models.Manager[Inspection]]

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(covers_until__gte=F("covers_from")),
                name="inspection_covers_days",
                violation_error_message=_("Thời kỳ kiểm tra kết thúc trước khi bắt đầu."),
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=["CONCLUDED", "CLOSED"],
                    conclusion__isnull=False,
                    concluded_at__isnull=False,
                    remedy_due__isnull=False,
                )
                | Q(~Q(state__in=["CONCLUDED", "CLOSED"]), conclusion__isnull=True),
                name="a_conclusion_is_a_document_with_a_deadline",
            ),
            models.CheckConstraint(
                condition=Q(state="CLOSED", summary__isnull=False, closed_at__isnull=False)
                | Q(~Q(state="CLOSED"), summary__isnull=True),
                name="a_case_ends_with_a_summary",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mode} {self.opened_at:%d/%m/%Y}"


class TeamMember(models.Model):
    """Somebody of a team, whichever agency they come from."""

    class Part(models.TextChoices):
        HEAD = "HEAD", _("Trưởng đoàn")
        DEPUTY = "DEPUTY", _("Phó trưởng đoàn")
        SECRETARY = "SECRETARY", _("Thư ký")
        MEMBER = "MEMBER", _("Thành viên")

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="members")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    part = models.CharField(_("Vai trò trong đoàn"), max_length=9, choices=Part.choices)

    objects: ClassVar[models.Manager[TeamMember]]

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["inspection", "user"], name="once_in_a_team"),
            models.UniqueConstraint(
                fields=["inspection"], condition=Q(part="HEAD"), name="one_head_of_a_team"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.part} {self.user_id}"


class InspectedUnit(models.Model):
    """One unit of a case: its self-report, its working day with minutes, what the conclusion says of it."""

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="units")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    visit_on = models.DateField(_("Ngày làm việc"), null=True, blank=True)
    self_report_sent_at = models.DateTimeField(null=True, blank=True)
    self_report_sent_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    # Why the team gave the self-report back; empty once it was sent again.
    return_reason = models.TextField(blank=True)
    minutes = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    minutes_on = models.DateField(_("Ngày lập biên bản"), null=True, blank=True)
    signed_for_team = models.CharField(_("Người ký phía đoàn"), max_length=200, blank=True)
    signed_for_unit = models.CharField(_("Người ký phía đơn vị"), max_length=200, blank=True)
    # The day on which it counts as inspected: that of the minutes, at the desk that of the team's report.
    inspected_on = models.DateField(null=True, blank=True)
    strengths = models.TextField(_("Kết quả đạt được"), blank=True)
    requests = models.TextField(_("Kiến nghị"), blank=True)

    objects: ClassVar[models.Manager[InspectedUnit]]

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["inspection", "organisation"], name="a_unit_is_inspected_once_in_a_case"
            ),
            models.CheckConstraint(
                condition=Q(minutes__isnull=True, minutes_on__isnull=True)
                | Q(Q(minutes__isnull=False, minutes_on__isnull=False), ~Q(signed_for_team=""))
                & ~Q(signed_for_unit=""),
                name="minutes_are_signed_by_both_sides",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.inspection_id} {self.organisation_id}"


class Side(models.TextChoices):
    """Whose answer to a line of the checklist."""

    UNIT = "UNIT", _("Đơn vị tự kiểm tra")
    TEAM = "TEAM", _("Đoàn kiểm tra")


class Result(models.TextChoices):
    """What is found at a line of the checklist; no result is no answer yet."""

    MET = "MET", _("Đạt")
    PARTLY = "PARTLY", _("Đạt một phần")
    NOT_MET = "NOT_MET", _("Chưa đạt")
    NOT_APPLICABLE = "NOT_APPLICABLE", _("Không áp dụng")


class ChecklistAnswer(models.Model):
    """What one side says at one line of the checklist; `version` counts its edits."""

    unit = models.ForeignKey(InspectedUnit, models.PROTECT, related_name="answers")
    side = models.CharField(max_length=4, choices=Side.choices)
    item = models.CharField(max_length=20)
    result = models.CharField(max_length=14, choices=Result.choices, blank=True)
    text = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)
    saved_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()

    objects: ClassVar[models.Manager[ChecklistAnswer]]

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "side", "item"], name="one_answer_a_side_and_line"),
        ]

    def __str__(self) -> str:
        return f"{self.side} {self.item}"


class AnswerEvidence(models.Model):
    """A document that shows what an answer says."""

    answer = models.ForeignKey(ChecklistAnswer, models.PROTECT, related_name="evidence")
    document = models.ForeignKey(Document, models.PROTECT, related_name="+")
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    objects: ClassVar[models.Manager[AnswerEvidence]]

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["answer", "document"], name="evidence_of_an_answer_once"),
        ]

    def __str__(self) -> str:
        return f"{self.answer_id} {self.document_id}"


class Limitation(models.Model):
    """A shortcoming that the conclusion names for one unit; with the conclusion it becomes a finding."""

    unit = models.ForeignKey(InspectedUnit, models.PROTECT, related_name="limitations")
    # The field, the code of the taxonomy (empty for none of it) and the line of the checklist it was seen at.
    field = models.CharField(_("Lĩnh vực"), max_length=4)
    code = models.CharField(_("Mã hạn chế"), max_length=10, blank=True)
    item = models.CharField(max_length=20, blank=True)
    text = models.TextField(_("Hạn chế"))
    request = models.TextField(_("Yêu cầu khắc phục"), blank=True)
    # The line of the criteria set that it costs, in words, and the most points that can be lost there: the
    # sets lie in a package above.
    leaf_code = models.CharField(_("Tiêu chí"), max_length=20, blank=True)
    leaf_text = models.CharField(max_length=500, blank=True)
    leaf_year = models.PositiveSmallIntegerField(null=True, blank=True)
    leaf_key = models.CharField(max_length=40, blank=True)
    points_at_stake = ExactDecimalField(null=True)
    # Its own deadline; null for that of the conclusion.
    remedy_due = models.DateField(_("Hạn khắc phục"), null=True, blank=True)
    # Counts the changes: a stale edit is refused.
    version = models.PositiveIntegerField(default=1)
    finding = models.OneToOneField(Finding, models.PROTECT, null=True, blank=True, related_name="+")
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    objects: ClassVar[models.Manager[Limitation]]

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.text[:60]


class UnitResponse(models.Model):
    """What a unit says to the conclusion: said once, never changed."""

    class Kind(models.TextChoices):
        AGREES = "AGREES", _("Thống nhất với kết luận")
        OBJECTS = "OBJECTS", _("Có ý kiến khác")

    unit = models.OneToOneField(InspectedUnit, models.PROTECT, related_name="response")
    kind = models.CharField(max_length=7, choices=Kind.choices)
    text = models.TextField(_("Ý kiến"), blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects: ClassVar[models.Manager[UnitResponse]]

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="AGREES") | ~Q(text=""), name="an_objection_says_what_is_wrong"
            ),
        ]

    def __str__(self) -> str:
        return self.kind

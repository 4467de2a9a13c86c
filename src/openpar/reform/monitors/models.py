"""The registers: one table each, one row for every revision of an entry.

An entry is about one subject of one agency (`registers.py` says which columns make the subject). It is never
altered: a correction is the next revision, and only `is_current` of the one before changes. A figure of null
is not known; it is not 0.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from openpar.base.accounts.models import User
from openpar.base.documents.models import Document
from openpar.base.organisations.models import Organisation
from openpar.common.fields import ExactDecimalField

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


class Entry(models.Model):
    """What every row of every register says: whose, which revision, by whom and when."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    revision = models.PositiveSmallIntegerField()
    is_current = models.BooleanField(default=True)
    # Entered by mistake: the subject is no longer in the register.
    is_withdrawn = models.BooleanField(default=False)
    note = models.CharField(_("Ghi chú"), max_length=500, blank=True)
    entered_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        abstract = True


def _document(label: StrPromise) -> models.ForeignKey[Document | None, Document | None]:
    return models.ForeignKey(
        Document, models.PROTECT, verbose_name=label, null=True, blank=True, related_name="+"
    )


def _count(label: StrPromise) -> models.PositiveIntegerField[int | None, int | None]:
    return models.PositiveIntegerField(label, null=True, blank=True)


def _day(label: StrPromise) -> models.DateField[date | None, date | None]:
    return models.DateField(label, null=True, blank=True)


def _once(name: str, *subject: str) -> list[models.BaseConstraint]:
    """One current row a subject, and no revision twice."""
    return [
        models.UniqueConstraint(
            fields=["organisation", *subject], condition=Q(is_current=True), name=f"one_current_{name}"
        ),
        models.UniqueConstraint(fields=["organisation", *subject, "revision"], name=f"{name}_revision_once"),
    ]


def _of_a_quarter(name: str) -> list[models.BaseConstraint]:
    """One current row a quarter, and no fifth quarter."""
    quarter = models.CheckConstraint(condition=Q(quarter__range=(1, 4)), name=f"{name}_of_a_quarter")
    return [*_once(name, "year", "quarter"), quarter]


def _quarter_words(quarter: int, year: int) -> str:
    return f"Quý {('I', 'II', 'III', 'IV')[quarter - 1]}/{year}"


class QualitySystem(Entry):
    """The quality system ISO 9001 of an agency: which standard, what for, announced and kept up when."""

    class Standard(models.TextChoices):
        OLD = "9001:2008", _("TCVN ISO 9001:2008")
        CURRENT = "9001:2015", _("TCVN ISO 9001:2015")

    standard = models.CharField(_("Tiêu chuẩn"), max_length=10, choices=Standard.choices)
    scope = models.TextField(_("Phạm vi áp dụng"))
    committee = models.CharField(_("Ban chỉ đạo ISO"), max_length=300, blank=True)
    first_announced_on = _day(_("Công bố lần đầu"))
    announced_on = _day(_("Công bố gần nhất"))
    announcement = _document(_("Quyết định công bố"))
    internal_audit_on = _day(_("Đánh giá nội bộ gần nhất"))
    internal_audit = _document(_("Hồ sơ đánh giá nội bộ"))
    management_review_on = _day(_("Xem xét của lãnh đạo gần nhất"))
    management_review = _document(_("Biên bản xem xét của lãnh đạo"))
    # The agency itself says that what it covers is another since then; mergers the register knows.
    scope_changed_on = _day(_("Phạm vi thay đổi từ ngày"))

    objects: ClassVar[models.Manager[QualitySystem]]

    class Meta:
        ordering = ["organisation", "revision"]
        constraints = _once("quality_system")

    def __str__(self) -> str:
        return f"{self.standard} {self.organisation_id}"


class JobPositionScheme(Entry):
    """The scheme of job positions of the agency itself, or of one public service unit of it."""

    class UnitKind(models.TextChoices):
        AGENCY = "AGENCY", _("Cơ quan hành chính")
        SERVICE_UNIT = "SERVICE_UNIT", _("Đơn vị sự nghiệp công lập")

    unit_kind = models.CharField(_("Loại đơn vị"), max_length=12, choices=UnitKind.choices)
    # Empty for the agency itself.
    unit_name = models.CharField(_("Tên đơn vị sự nghiệp"), max_length=250, blank=True)
    submitted_on = _day(_("Trình thẩm định"))
    submission = _document(_("Tờ trình"))
    approved_on = _day(_("Phê duyệt"))
    approval = _document(_("Quyết định phê duyệt"))
    staffed_on = _day(_("Bố trí đúng vị trí việc làm từ ngày"))

    objects: ClassVar[models.Manager[JobPositionScheme]]

    class Meta:
        ordering = ["organisation", "unit_kind", "unit_name", "revision"]
        constraints = _once("job_position_scheme", "unit_kind", "unit_name")

    def __str__(self) -> str:
        return self.unit_name or str(self.get_unit_kind_display())


class LeadershipPosts(Entry):
    """How many posts of leaders there are, how many are filled, and deputies against their cap."""

    class PostKind(models.TextChoices):
        AGENCY = "AGENCY", _("Lãnh đạo cơ quan")
        DIVISION = "DIVISION", _("Lãnh đạo phòng và tương đương")

    post_kind = models.CharField(_("Chức danh"), max_length=8, choices=PostKind.choices)
    counted_on = models.DateField(_("Số liệu đến ngày"))
    authorised = _count(_("Chức danh được giao"))
    filled = _count(_("Đã bổ nhiệm"))
    deputies = _count(_("Cấp phó hiện có"))
    deputies_cap = _count(_("Cấp phó tối đa"))
    vacant_since = _day(_("Khuyết từ ngày"))
    document = _document(_("Văn bản"))

    objects: ClassVar[models.Manager[LeadershipPosts]]

    class Meta:
        ordering = ["organisation", "post_kind", "revision"]
        constraints = _once("leadership_posts", "post_kind")

    def __str__(self) -> str:
        return str(self.get_post_kind_display())


class TrainingPlan(Entry):
    """The training plan of a year: issued when against its due date, planned and trained per group."""

    year = models.PositiveSmallIntegerField(_("Năm"))
    # Null: the day of data/monitors/rules.yaml.
    due_on = _day(_("Hạn ban hành"))
    issued_on = _day(_("Ngày ban hành"))
    plan = _document(_("Kế hoạch"))
    leaders_planned = _count(_("Lãnh đạo, quản lý: kế hoạch"))
    leaders_trained = _count(_("Lãnh đạo, quản lý: thực hiện"))
    civil_servants_planned = _count(_("Công chức: kế hoạch"))
    civil_servants_trained = _count(_("Công chức: thực hiện"))
    public_employees_planned = _count(_("Viên chức: kế hoạch"))
    public_employees_trained = _count(_("Viên chức: thực hiện"))
    others_planned = _count(_("Đối tượng khác: kế hoạch"))
    others_trained = _count(_("Đối tượng khác: thực hiện"))
    # In million đồng.
    funds_planned = ExactDecimalField(_("Kinh phí dự toán (triệu đồng)"), null=True, blank=True)
    funds_spent = ExactDecimalField(_("Kinh phí đã chi (triệu đồng)"), null=True, blank=True)

    objects: ClassVar[models.Manager[TrainingPlan]]

    class Meta:
        ordering = ["organisation", "year", "revision"]
        constraints = _once("training_plan", "year")

    def __str__(self) -> str:
        return str(self.year)


class RecruitmentPlan(Entry):
    """The recruitment plan of a year for one group of staff: posts, and how they were filled."""

    class StaffGroup(models.TextChoices):
        CIVIL_SERVANTS = "CIVIL_SERVANTS", _("Công chức")
        TEACHERS = "TEACHERS", _("Giáo viên")
        HEALTH = "HEALTH", _("Viên chức y tế")
        OTHERS = "OTHERS", _("Viên chức khác")

    year = models.PositiveSmallIntegerField(_("Năm"))
    staff_group = models.CharField(_("Nhóm"), max_length=14, choices=StaffGroup.choices)
    vacancies = _count(_("Biên chế còn thiếu"))
    due_on = _day(_("Hạn ban hành"))
    issued_on = _day(_("Ngày ban hành"))
    plan = _document(_("Kế hoạch"))
    planned = _count(_("Chỉ tiêu tuyển dụng"))
    by_examination = _count(_("Tuyển qua thi"))
    by_selection = _count(_("Tuyển qua xét"))
    by_reception = _count(_("Tiếp nhận"))

    objects: ClassVar[models.Manager[RecruitmentPlan]]

    class Meta:
        ordering = ["organisation", "year", "staff_group", "revision"]
        constraints = _once("recruitment_plan", "year", "staff_group")

    def __str__(self) -> str:
        return f"{self.year} {self.get_staff_group_display()}"


class LegalReview(Entry):
    """Legal documents (VBQPPL) of a quarter: issued, checked, reviewed, and what became of them.

    What is “to be” done includes what the quarters of the year before left over.
    """

    year = models.PositiveSmallIntegerField(_("Năm"))
    quarter = models.PositiveSmallIntegerField(_("Quý"))
    issued = _count(_("Ban hành hoặc tham mưu ban hành"))
    superior_due = _count(_("Văn bản cấp trên phải triển khai"))
    superior_in_time = _count(_("Triển khai kịp thời"))
    to_check = _count(_("Phải kiểm tra"))
    checked = _count(_("Đã kiểm tra"))
    unlawful = _count(_("Trái pháp luật, mâu thuẫn, chồng chéo"))
    handled = _count(_("Đã xử lý sau kiểm tra"))
    to_review = _count(_("Phải rà soát"))
    reviewed = _count(_("Đã rà soát"))
    kept = _count(_("Còn hiệu lực, giữ nguyên"))
    expired = _count(_("Hết hiệu lực"))
    replaced = _count(_("Đã thay thế, sửa đổi, bãi bỏ"))
    recommended = _count(_("Kiến nghị thay thế, sửa đổi, bãi bỏ"))
    # What asked for the review: a law, a decree, another situation.
    review_basis = models.CharField(_("Văn bản làm căn cứ rà soát"), max_length=300, blank=True)
    document = _document(_("Báo cáo"))

    objects: ClassVar[models.Manager[LegalReview]]

    class Meta:
        ordering = ["organisation", "year", "quarter", "revision"]
        constraints = _of_a_quarter("legal_review")

    def __str__(self) -> str:
        return _quarter_words(self.quarter, self.year)


class ElectronicDocuments(Entry):
    """Electronic documents of a quarter. Secret ones are counted beside, and leave every denominator."""

    year = models.PositiveSmallIntegerField(_("Năm"))
    quarter = models.PositiveSmallIntegerField(_("Quý"))
    system = models.CharField(_("Phần mềm quản lý văn bản"), max_length=120, blank=True)
    outgoing = _count(_("Văn bản đi"))
    outgoing_secret = _count(_("trong đó văn bản mật"))
    outgoing_signed = _count(_("Văn bản đi ký số"))
    outgoing_on_paper = _count(_("Văn bản ký số vẫn gửi song song bản giấy"))
    files = _count(_("Hồ sơ công việc"))
    files_secret = _count(_("trong đó hồ sơ mật"))
    files_online = _count(_("Hồ sơ xử lý trên mạng"))
    exchanged = _count(_("Văn bản trao đổi giữa các cơ quan"))
    exchanged_secret = _count(_("trong đó văn bản mật trao đổi"))
    exchanged_electronic = _count(_("Trao đổi bằng văn bản điện tử"))
    reports = _count(_("Chế độ báo cáo"))
    reports_secret = _count(_("trong đó báo cáo mật"))
    reports_in_system = _count(_("Báo cáo qua hệ thống"))
    document = _document(_("Báo cáo kèm theo"))

    objects: ClassVar[models.Manager[ElectronicDocuments]]

    class Meta:
        ordering = ["organisation", "year", "quarter", "revision"]
        constraints = _of_a_quarter("electronic_documents")

    def __str__(self) -> str:
        return _quarter_words(self.quarter, self.year)


class Discipline(Entry):
    """Discipline (kỷ luật, kỷ cương) in a quarter: checks of duty, cases found, what was decided on them."""

    year = models.PositiveSmallIntegerField(_("Năm"))
    quarter = models.PositiveSmallIntegerField(_("Quý"))
    checks_planned = _count(_("Cuộc kiểm tra công vụ theo kế hoạch"))
    checks = _count(_("Cuộc kiểm tra theo kế hoạch đã làm"))
    # Beside the plan.
    checks_unannounced = _count(_("Cuộc kiểm tra đột xuất"))
    cases = _count(_("Trường hợp vi phạm kỷ luật, kỷ cương"))
    cases_handled = _count(_("Trường hợp vi phạm đã xử lý"))
    # People, of the cases that were handled; others were reminded or criticised.
    punished = _count(_("Cán bộ, công chức, viên chức bị kỷ luật"))
    plan = _document(_("Kế hoạch kiểm tra công vụ"))
    document = _document(_("Báo cáo kết quả kiểm tra"))

    objects: ClassVar[models.Manager[Discipline]]

    class Meta:
        ordering = ["organisation", "year", "quarter", "revision"]
        constraints = _of_a_quarter("discipline")

    def __str__(self) -> str:
        return _quarter_words(self.quarter, self.year)


class Dissemination(Entry):
    """Dissemination (tuyên truyền) of the reform in a quarter: what was planned, done and published."""

    year = models.PositiveSmallIntegerField(_("Năm"))
    quarter = models.PositiveSmallIntegerField(_("Quý"))
    planned = _count(_("Hoạt động theo kế hoạch"))
    carried_out = _count(_("Hoạt động theo kế hoạch đã thực hiện"))
    articles = _count(_("Tin, bài"))
    bulletins = _count(_("Bản tin, phóng sự"))
    conferences = _count(_("Hội nghị, tập huấn"))
    others = _count(_("Hình thức khác"))
    links = models.TextField(_("Đường dẫn"), blank=True)
    plan = _document(_("Kế hoạch tuyên truyền"))
    document = _document(_("Báo cáo tuyên truyền"))

    objects: ClassVar[models.Manager[Dissemination]]

    class Meta:
        ordering = ["organisation", "year", "quarter", "revision"]
        constraints = _of_a_quarter("dissemination")

    def __str__(self) -> str:
        return _quarter_words(self.quarter, self.year)


class Dialogue(Entry):
    """Dialogue (đối thoại) of leaders with people and businesses in a quarter, and what became of it."""

    year = models.PositiveSmallIntegerField(_("Năm"))
    quarter = models.PositiveSmallIntegerField(_("Quý"))
    # With those that somebody asked for, as the law lets them.
    planned = _count(_("Cuộc đối thoại phải tổ chức, theo kế hoạch và yêu cầu"))
    held = _count(_("Cuộc đối thoại đã tổ chức"))
    concluded = _count(_("Cuộc đã có biên bản, thông báo kết luận"))
    opinions = _count(_("Ý kiến, kiến nghị tiếp nhận"))
    answered = _count(_("Ý kiến, kiến nghị đã trả lời, giải quyết"))
    plan = _document(_("Kế hoạch đối thoại"))
    minutes = _document(_("Biên bản đối thoại"))
    conclusion = _document(_("Thông báo kết luận"))

    objects: ClassVar[models.Manager[Dialogue]]

    class Meta:
        ordering = ["organisation", "year", "quarter", "revision"]
        constraints = _of_a_quarter("dialogue")

    def __str__(self) -> str:
        return _quarter_words(self.quarter, self.year)

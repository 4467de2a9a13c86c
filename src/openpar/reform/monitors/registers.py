"""The registers by name: their table, subject, sections of the form, and how an entry is judged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from openpar.engine.periods import Calendar, Period, PeriodKind, period
from openpar.reform.monitors.law import Law, law_on
from openpar.reform.monitors.models import (
    Dialogue,
    Discipline,
    Dissemination,
    ElectronicDocuments,
    Entry,
    JobPositionScheme,
    LeadershipPosts,
    LegalReview,
    QualitySystem,
    RecruitmentPlan,
    TrainingPlan,
)
from openpar.reform.monitors.rules.base import Counts, Standing
from openpar.reform.monitors.rules.counted import (
    dialogue_standing,
    discipline_standing,
    dissemination_standing,
    documents_standing,
    legal_standing,
)
from openpar.reform.monitors.rules.plans import PlanFacts, recruitment_standing, training_standing
from openpar.reform.monitors.rules.quality import Changed, QualityFacts, quality_standing
from openpar.reform.monitors.rules.staff import PostFacts, SchemeFacts, posts_standing, scheme_standing

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


class PeriodOf(StrEnum):
    """What an entry is about in time: nothing (as it stands), a civil year, a quarter of the reform year."""

    NONE = "NONE"
    YEAR = "YEAR"
    QUARTER = "QUARTER"


@dataclass(frozen=True)
class Context:
    """What judging needs beside the entry: the day, its law, changes of the agency, last year’s entry."""

    on: date
    law: Law
    changes: tuple[Changed, ...] = ()
    before: Entry | None = None


Judge = Callable[[Any, Context], Standing]


@dataclass(frozen=True)
class Register:
    """One register.

    `subject`: the columns that tell entries of one agency apart; `sections`: those of the form with their
    headings; `is_needed`: columns that must not be empty.
    """

    key: str
    title: StrPromise
    # For tabs and columns.
    short: StrPromise
    lead: StrPromise
    field: str
    model: type[Entry]
    subject: tuple[str, ...]
    period: PeriodOf
    sections: tuple[tuple[StrPromise, tuple[str, ...]], ...]
    is_needed: frozenset[str]
    judge: Judge
    # A column with the day at which figures were counted, when a register counts by days.
    counted_by: str = ""

    @property
    def fields(self) -> tuple[str, ...]:
        """Every column that is said, the subject first."""
        return (*self.subject, *(name for _title, names in self.sections for name in names))

    @property
    def words_of_subject(self) -> tuple[str, ...]:
        """The columns of the subject that are no period."""
        return tuple(name for name in self.subject if name not in ("year", "quarter"))

    def current(self, **narrowed: object) -> models.QuerySet[Any]:
        """The rows in force, of the columns that this register has."""
        return self.model._default_manager.filter(is_current=True, is_withdrawn=False, **narrowed)

    def label(self, name: str) -> str:
        """How a column is called on the form."""
        return str(getattr(self.model._meta.get_field(name), "verbose_name", name))

    def labels(self) -> dict[str, str]:
        """The same of all columns."""
        return {name: self.label(name) for name in self.fields}

    def law(self, on: date) -> Law:
        """What holds on a day."""
        return law_on(self.key, on)


def counts_of(entry: Entry, names: Iterable[str]) -> Counts:
    """The figures of an entry by column; texts, days and documents are none."""
    found = {name: getattr(entry, name) for name in names}
    return {name: value for name, value in found.items() if value is None or isinstance(value, int)}


Quarterly = LegalReview | ElectronicDocuments | Discipline | Dissemination | Dialogue


def quarter_of(entry: Quarterly) -> Period:
    """The quarter of the reform calendar that an entry is about."""
    return period(Calendar.REFORM, PeriodKind.QUARTER, entry.year, entry.quarter)


def _quality(entry: QualitySystem, context: Context) -> Standing:
    facts = QualityFacts(
        standard=entry.standard,
        first_announced_on=entry.first_announced_on,
        announced_on=entry.announced_on,
        internal_audit_on=entry.internal_audit_on,
        management_review_on=entry.management_review_on,
        scope_changed_on=entry.scope_changed_on,
    )
    return quality_standing(facts, context.changes, context.on, context.law)


def _scheme(entry: JobPositionScheme, context: Context) -> Standing:
    facts = SchemeFacts(str(entry), entry.submitted_on, entry.approved_on, entry.staffed_on)
    return scheme_standing(facts, context.on, context.law)


def _posts(entry: LeadershipPosts, context: Context) -> Standing:
    facts = PostFacts(
        kind=str(entry),
        counted_on=entry.counted_on,
        authorised=entry.authorised,
        filled=entry.filled,
        deputies=entry.deputies,
        deputies_cap=entry.deputies_cap,
        vacant_since=entry.vacant_since,
    )
    return posts_standing(facts, context.law)


def due_of(entry: TrainingPlan | RecruitmentPlan, law: Law) -> date:
    """The day on which the plan is due: its own, else that of the law, else the end of its year."""
    return entry.due_on or law.due_on(entry.year) or date(entry.year, 12, 31)


_TRAINED = (
    ("leaders_planned", "leaders_trained"),
    ("civil_servants_planned", "civil_servants_trained"),
    ("public_employees_planned", "public_employees_trained"),
    ("others_planned", "others_trained"),
)


def _together(entry: Entry, pairs: Iterable[tuple[str, str]]) -> tuple[int | None, int | None]:
    """Planned and done over the groups that have a plan; None as soon as a planned group says nothing."""
    told = [(getattr(entry, planned), getattr(entry, done)) for planned, done in pairs]
    wanted = [(planned, done) for planned, done in told if planned is not None]
    if not wanted:
        return None, None
    done = [each for _planned, each in wanted]
    return sum(planned for planned, _done in wanted), None if None in done else sum(done)


def _training_facts(entry: TrainingPlan, law: Law) -> PlanFacts:
    planned, done = _together(entry, _TRAINED)
    return PlanFacts(entry.year, due_of(entry, law), entry.issued_on, planned, done)


def _training(entry: TrainingPlan, context: Context) -> Standing:
    law, last = context.law, context.before
    before = _training_facts(last, law) if isinstance(last, TrainingPlan) else None
    return training_standing(_training_facts(entry, law), before, context.on, law)


def _recruitment(entry: RecruitmentPlan, context: Context) -> Standing:
    ways = [getattr(entry, name) for name in ("by_examination", "by_selection", "by_reception")]
    known = [one for one in ways if one is not None]
    facts = PlanFacts(
        entry.year,
        due_of(entry, context.law),
        entry.issued_on,
        entry.planned,
        sum(known) if known else None,
    )
    group = str(entry.get_staff_group_display())
    return recruitment_standing(facts, group, entry.vacancies, context.on, context.law)


def _counted(key: str, rule: Callable[..., Standing]) -> Judge:
    """Judges the figures that an entry of a quarter tells by the rule of its register."""

    def judge(entry: Quarterly, context: Context) -> Standing:
        register = REGISTERS[key]
        counts = counts_of(entry, register.fields[2:])
        return rule(counts, register.labels(), quarter_of(entry).until_on, context.on, context.law)

    return judge


_ALL = (
    Register(
        key="quality_system",
        title=_("Hệ thống quản lý chất lượng ISO 9001"),
        short=_("ISO 9001"),
        lead=_("Công bố, đánh giá nội bộ, xem xét của lãnh đạo; công bố lại khi phạm vi thay đổi."),
        field="F6",
        model=QualitySystem,
        subject=(),
        period=PeriodOf.NONE,
        sections=(
            (_("Hệ thống"), ("standard", "scope", "committee", "scope_changed_on")),
            (_("Công bố"), ("first_announced_on", "announced_on", "announcement")),
            (
                _("Duy trì"),
                ("internal_audit_on", "internal_audit", "management_review_on", "management_review"),
            ),
        ),
        is_needed=frozenset({"standard", "scope"}),
        judge=_quality,
    ),
    Register(
        key="job_positions",
        title=_("Đề án vị trí việc làm"),
        short=_("Vị trí việc làm"),
        lead=_("Của cơ quan và của từng đơn vị sự nghiệp: chưa xây dựng, đã trình, đã phê duyệt, đã bố trí."),
        field="F4",
        model=JobPositionScheme,
        subject=("unit_kind", "unit_name"),
        period=PeriodOf.NONE,
        sections=(
            (
                _("Đề án"),
                ("submitted_on", "submission", "approved_on", "approval", "staffed_on"),
            ),
        ),
        is_needed=frozenset({"unit_kind"}),
        judge=_scheme,
    ),
    Register(
        key="leadership_posts",
        title=_("Chức danh lãnh đạo"),
        short=_("Chức danh lãnh đạo"),
        lead=_("Được giao, đã bổ nhiệm, còn khuyết; số cấp phó so với mức tối đa."),
        field="F3",
        model=LeadershipPosts,
        subject=("post_kind",),
        period=PeriodOf.NONE,
        sections=(
            (_("Chức danh"), ("counted_on", "authorised", "filled", "vacant_since")),
            (_("Cấp phó"), ("deputies", "deputies_cap", "document")),
        ),
        is_needed=frozenset({"post_kind", "counted_on"}),
        judge=_posts,
        counted_by="counted_on",
    ),
    Register(
        key="training",
        title=_("Kế hoạch đào tạo, bồi dưỡng"),
        short=_("Đào tạo"),
        lead=_("Ngày ban hành so với hạn; kế hoạch và thực hiện theo nhóm."),
        field="F4",
        model=TrainingPlan,
        subject=("year",),
        period=PeriodOf.YEAR,
        sections=(
            (_("Kế hoạch"), ("due_on", "issued_on", "plan")),
            (_("Lượt người"), tuple(name for pair in _TRAINED for name in pair)),
            (_("Kinh phí"), ("funds_planned", "funds_spent")),
        ),
        is_needed=frozenset({"year"}),
        judge=_training,
    ),
    Register(
        key="recruitment",
        title=_("Kế hoạch tuyển dụng"),
        short=_("Tuyển dụng"),
        lead=_("Biên chế còn thiếu, ngày ban hành kế hoạch, chỉ tiêu và kết quả theo nhóm."),
        field="F4",
        model=RecruitmentPlan,
        subject=("year", "staff_group"),
        period=PeriodOf.YEAR,
        sections=(
            (_("Kế hoạch"), ("vacancies", "due_on", "issued_on", "plan", "planned")),
            (_("Kết quả"), ("by_examination", "by_selection", "by_reception")),
        ),
        is_needed=frozenset({"year", "staff_group"}),
        judge=_recruitment,
    ),
    Register(
        key="legal_documents",
        title=_("Kiểm tra, rà soát văn bản quy phạm pháp luật"),
        short=_("Văn bản pháp luật"),
        lead=_("Theo quý: phải kiểm tra, đã kiểm tra, trái pháp luật, đã xử lý; rà soát và kết quả."),
        field="F1",
        model=LegalReview,
        subject=("year", "quarter"),
        period=PeriodOf.QUARTER,
        sections=(
            (_("Ban hành và triển khai"), ("issued", "superior_due", "superior_in_time")),
            (_("Kiểm tra"), ("to_check", "checked", "unlawful", "handled")),
            (
                _("Rà soát"),
                ("to_review", "reviewed", "kept", "expired", "replaced", "recommended", "review_basis"),
            ),
            (_("Nguồn"), ("document",)),
        ),
        is_needed=frozenset({"year", "quarter"}),
        judge=_counted("legal_documents", legal_standing),
    ),
    Register(
        key="electronic_documents",
        title=_("Văn bản điện tử, chữ ký số"),
        short=_("Văn bản điện tử"),
        lead=_("Theo quý; văn bản mật đếm riêng và không nằm trong mẫu số."),
        field="F6",
        model=ElectronicDocuments,
        subject=("year", "quarter"),
        period=PeriodOf.QUARTER,
        sections=(
            (_("Văn bản đi"), ("outgoing", "outgoing_secret", "outgoing_signed", "outgoing_on_paper")),
            (_("Hồ sơ công việc"), ("files", "files_secret", "files_online")),
            (_("Trao đổi văn bản"), ("exchanged", "exchanged_secret", "exchanged_electronic")),
            (_("Báo cáo"), ("reports", "reports_secret", "reports_in_system")),
            (_("Nguồn"), ("system", "document")),
        ),
        is_needed=frozenset({"year", "quarter"}),
        judge=_counted("electronic_documents", documents_standing),
    ),
    Register(
        key="discipline",
        title=_("Kỷ luật, kỷ cương hành chính"),
        short=_("Kỷ luật, kỷ cương"),
        lead=_("Theo quý: kiểm tra công vụ theo kế hoạch và đột xuất, trường hợp vi phạm và xử lý."),
        field="F4",
        model=Discipline,
        subject=("year", "quarter"),
        period=PeriodOf.QUARTER,
        sections=(
            (_("Kiểm tra công vụ"), ("checks_planned", "checks", "checks_unannounced", "plan")),
            (_("Vi phạm, xử lý"), ("cases", "cases_handled", "punished")),
            (_("Nguồn"), ("document",)),
        ),
        is_needed=frozenset({"year", "quarter"}),
        judge=_counted("discipline", discipline_standing),
    ),
    Register(
        key="dissemination",
        title=_("Tuyên truyền cải cách hành chính"),
        short=_("Tuyên truyền"),
        lead=_("Theo quý: kế hoạch, tin bài, bản tin, hội nghị, đường dẫn."),
        field="F0",
        model=Dissemination,
        subject=("year", "quarter"),
        period=PeriodOf.QUARTER,
        sections=(
            (_("Kế hoạch"), ("planned", "carried_out", "plan")),
            (_("Sản phẩm"), ("articles", "bulletins", "conferences", "others", "links")),
            (_("Nguồn"), ("document",)),
        ),
        is_needed=frozenset({"year", "quarter"}),
        judge=_counted("dissemination", dissemination_standing),
    ),
    Register(
        key="dialogue",
        title=_("Đối thoại với người dân, doanh nghiệp"),
        short=_("Đối thoại"),
        lead=_("Theo quý: kế hoạch, cuộc đã tổ chức, biên bản, kết luận, ý kiến đã trả lời."),
        field="F0",
        model=Dialogue,
        subject=("year", "quarter"),
        period=PeriodOf.QUARTER,
        sections=(
            (_("Tổ chức"), ("planned", "held", "concluded", "plan", "minutes", "conclusion")),
            (_("Ý kiến, kiến nghị"), ("opinions", "answered")),
        ),
        is_needed=frozenset({"year", "quarter"}),
        judge=_counted("dialogue", dialogue_standing),
    ),
)
REGISTERS: Mapping[str, Register] = {one.key: one for one in _ALL}

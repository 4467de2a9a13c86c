"""Rounds, the assessments in them, their scores by layer, and the results.

A score is never overwritten by the next person's: self, appraised, explained, reappraised, corrected and
outside points are rows of their own. What is decided is read from them; what is published is a snapshot.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from openpar.base.accounts.models import User
from openpar.base.documents.models import Document
from openpar.base.organisations.models import Block, Organisation, OrganisationVersion
from openpar.common.fields import ExactDecimalField
from openpar.parindex.criteria.models import CriteriaSet, Criterion
from openpar.parindex.indicators.models import IndicatorValue


class RoundStage(models.TextChoices):
    """The phases of a round; what may follow what: stages.py."""

    PREPARATION = "PREPARATION", _("Chuẩn bị")
    SELF_SCORING = "SELF_SCORING", _("Tự đánh giá, chấm điểm")
    APPRAISAL = "APPRAISAL", _("Thẩm định")
    EXPLANATION = "EXPLANATION", _("Giải trình")
    REAPPRAISAL = "REAPPRAISAL", _("Thẩm định lần 2")
    DECISION = "DECISION", _("Chờ công nhận")
    PUBLISHED = "PUBLISHED", _("Đã công bố")


class SheetState(models.TextChoices):
    """Where the sheet of one unit stands inside the unit."""

    DRAFTING = "DRAFTING", _("Đang tự chấm")
    AWAITING_HEAD = "AWAITING_HEAD", _("Chờ thủ trưởng duyệt")
    LOCKED = "LOCKED", _("Đã chốt")


class Layer(models.TextChoices):
    """Whose points a score row carries."""

    SELF = "SELF", _("Tự chấm")
    APPRAISED = "APPRAISED", _("Thẩm định")
    EXPLAINED = "EXPLAINED", _("Giải trình")
    REAPPRAISED = "REAPPRAISED", _("Thẩm định lần 2")
    CORRECTED = "CORRECTED", _("Đính chính")
    OUTSIDE = "OUTSIDE", _("Điều tra, bên ngoài, lãnh đạo")


class Round(models.Model):
    """One campaign over one assessed period."""

    title = models.CharField(_("Tên kỳ đánh giá"), max_length=250)
    year = models.PositiveSmallIntegerField(_("Năm đánh giá"))
    # The assessed period, both days included: not the calendar year (15/12–14/12).
    assessed_from = models.DateField(_("Số liệu từ ngày"))
    assessed_until = models.DateField(_("đến hết ngày"))
    manager = models.ForeignKey(Organisation, models.PROTECT, related_name="managed_rounds")
    stage = models.CharField(max_length=12, choices=RoundStage.choices, default=RoundStage.PREPARATION)
    # The dates of the phase the round is in, kept beside the stage: every save asks for them.
    window_opens_at = models.DateTimeField(null=True, blank=True)
    window_closes_at = models.DateTimeField(null=True, blank=True)
    guide = models.TextField(_("Hướng dẫn"), blank=True)
    council_met_on = models.DateField(null=True, blank=True)
    council_conclusion = models.TextField(blank=True)
    council_chair = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decision_number = models.CharField(max_length=80, blank=True)
    decision_on = models.DateField(null=True, blank=True)
    decision_signer = models.CharField(max_length=200, blank=True)
    decision_signer_position = models.CharField(max_length=200, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects: ClassVar[models.Manager[Round]]

    class Meta:
        ordering = ["-year", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(assessed_until__gte=F("assessed_from")),
                name="assessed_period_in_order",
                violation_error_message=_("Ngày cuối của thời kỳ đánh giá phải từ ngày đầu trở đi."),
            ),
            models.CheckConstraint(
                condition=~Q(stage="PUBLISHED") | (~Q(decision_number="") & Q(published_at__isnull=False)),
                name="published_by_decision",
                violation_error_message=_("Kỳ đã công bố phải có số quyết định và thời điểm công bố."),
            ),
            models.CheckConstraint(
                condition=~Q(stage="PUBLISHED")
                | Q(council_chair__isnull=False, published_by__isnull=False)
                & ~Q(published_by=F("council_chair")),
                name="published_by_two_people",
                violation_error_message=_("Người kết luận phiên họp của Hội đồng không được tự công bố."),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Phase(models.Model):
    """When a phase of a round runs: [opens_at, closes_at). A round lists only the phases it has."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="phases")
    stage = models.CharField(max_length=12, choices=RoundStage.choices)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()

    objects: ClassVar[models.Manager[Phase]]

    class Meta:
        ordering = ["opens_at"]
        constraints = [
            models.UniqueConstraint(fields=["round", "stage"], name="a_phase_once_in_a_round"),
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")),
                name="phase_ends_after_it_begins",
                violation_error_message=_("Thời điểm kết thúc giai đoạn phải sau thời điểm bắt đầu."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stage} {self.opens_at:%d/%m/%Y}–{self.closes_at:%d/%m/%Y}"


class RoundBlock(models.Model):
    """A block in a round, with the criteria set it is scored by."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="blocks")
    block = models.ForeignKey(Block, models.PROTECT, related_name="+")
    criteria_set = models.ForeignKey(CriteriaSet, models.PROTECT, related_name="round_blocks")

    objects: ClassVar[models.Manager[RoundBlock]]

    class Meta:
        ordering = ["block__position", "id"]
        constraints = [models.UniqueConstraint(fields=["round", "block"], name="a_block_once_in_a_round")]

    def __str__(self) -> str:
        return f"{self.round} · {self.block}"


class Assessment(models.Model):
    """The sheet of one unit in one round."""

    round_block = models.ForeignKey(RoundBlock, models.PROTECT, related_name="assessments")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="assessments")
    # The unit as it was in the assessed period: its name does not change under a published result.
    unit = models.ForeignKey(OrganisationVersion, models.PROTECT, related_name="+")
    is_ranked = models.BooleanField(default=True)
    is_published = models.BooleanField(default=True)
    state = models.CharField(max_length=13, choices=SheetState.choices, default=SheetState.DRAFTING)
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    locked_at = models.DateTimeField(null=True, blank=True)
    locked_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    locked_automatically = models.BooleanField(default=False)
    # While a reopening lasts; the story of it is told by `Reopening`.
    reopened_until = models.DateTimeField(null=True, blank=True)
    # Standings, renewed in the transaction of every save; see standings.py for their form.
    self_total = ExactDecimalField(null=True)
    decided_total = ExactDecimalField(null=True)
    standings: models.JSONField[Any, Any] = models.JSONField(default=dict)
    self_count = models.PositiveSmallIntegerField(default=0)
    appraised_count = models.PositiveSmallIntegerField(default=0)
    flagged_count = models.PositiveSmallIntegerField(default=0)
    self_saved_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager[Assessment]]

    class Meta:
        ordering = ["round_block", "unit__name_sort"]
        constraints = [
            models.UniqueConstraint(fields=["round_block", "organisation"], name="a_unit_once_in_a_block"),
            models.CheckConstraint(
                condition=~Q(state="LOCKED") | Q(locked_at__isnull=False, self_total__isnull=False),
                name="a_locked_sheet_has_its_total",
            ),
            models.CheckConstraint(
                condition=Q(locked_by__isnull=True)
                | Q(submitted_by__isnull=False) & ~Q(locked_by=F("submitted_by")),
                name="locked_by_two_people",
                violation_error_message=_("Người trình phiếu không được tự duyệt và chốt."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round_block_id}/{self.organisation_id}"


class Score(models.Model):
    """What one side says of one leaf: its own figures, the points they give, its note."""

    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="scores")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="scores")
    layer = models.CharField(max_length=11, choices=Layer.choices)
    # The engine's Answer as JSON: figures as text, never binary.
    answer: models.JSONField[Any, Any] = models.JSONField()
    # EARNED, NOT_APPLICABLE, PENDING or INVALID: the engine's outcome of the answer.
    outcome = models.CharField(max_length=14)
    computed_points = ExactDecimalField(null=True)
    # Given instead of the computed ones, with a reason; both are kept.
    given_points = ExactDecimalField(null=True)
    points = ExactDecimalField(null=True)
    sentence = models.TextField(blank=True)
    note = models.TextField(blank=True)
    # Appraised layer only: the appraiser wants an explanation.
    explanation_wanted = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    entered_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    objects: ClassVar[models.Manager[Score]]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assessment", "criterion", "layer"], name="one_score_a_layer"),
            models.CheckConstraint(
                condition=Q(given_points__isnull=True) | ~Q(note=""),
                name="given_points_have_a_reason",
                violation_error_message=_("Điểm khác với điểm tính theo số liệu phải có lý do."),
            ),
        ]
        indexes = [models.Index(fields=["criterion", "layer"], name="score_by_leaf")]

    def __str__(self) -> str:
        return f"{self.assessment_id} {self.criterion_id} {self.layer} {self.points}"


class EvidenceUse(models.Model):
    """A document that proves a score, and where in the document."""

    score = models.ForeignKey(Score, models.PROTECT, related_name="evidence")
    document = models.ForeignKey(Document, models.PROTECT, related_name="uses")
    pointer = models.CharField(_("Mục, trang"), max_length=200, blank=True)
    # The measured figure that was filled in, when the document stands for one.
    figure = models.ForeignKey(IndicatorValue, models.PROTECT, null=True, blank=True, related_name="+")
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    objects: ClassVar[models.Manager[EvidenceUse]]

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["score", "document"], name="a_document_once_a_score")]

    def __str__(self) -> str:
        return f"{self.document_id} → {self.score_id}"


class LeafAssignment(models.Model):
    """A leaf of the sheet handed to a person of the unit (a division officer)."""

    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="leaf_assignments")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+")
    officer = models.ForeignKey(User, models.PROTECT, related_name="leaf_assignments")

    objects: ClassVar[models.Manager[LeafAssignment]]

    class Meta:
        constraints = [models.UniqueConstraint(fields=["assessment", "criterion"], name="one_officer_a_leaf")]

    def __str__(self) -> str:
        return f"{self.assessment_id} {self.criterion_id} → {self.officer_id}"


class AppraiserAssignment(models.Model):
    """A field of a block handed to an appraiser: appraisal goes by field across units."""

    round_block = models.ForeignKey(RoundBlock, models.CASCADE, related_name="appraisers")
    field_code = models.CharField(max_length=20)
    appraiser = models.ForeignKey(User, models.PROTECT, related_name="appraiser_assignments")

    objects: ClassVar[models.Manager[AppraiserAssignment]]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["round_block", "field_code", "appraiser"], name="an_appraiser_once_a_field"
            )
        ]

    def __str__(self) -> str:
        return f"{self.round_block_id} {self.field_code} → {self.appraiser_id}"


class Reopening(models.Model):
    """A locked sheet opened again: asked by one, granted by another, until a moment; it closes itself."""

    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="reopenings")
    reason = models.TextField()
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    granted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    granted_at = models.DateTimeField(null=True, blank=True)
    open_until = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    # Closed without an answer, because the round went on to where no sheet is opened again.
    has_lapsed = models.BooleanField(default=False)

    objects: ClassVar[models.Manager[Reopening]]

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(granted_by__isnull=True) | ~Q(granted_by=F("asked_by")),
                name="reopened_by_two_people",
                violation_error_message=_("Người đề nghị mở lại không được tự chấp thuận."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assessment_id} {self.asked_at:%d/%m/%Y}"


class Adjustment(models.Model):
    """Bonus claimed by a unit, or penalty entered by an appraiser: outside the points of the table."""

    class Kind(models.TextChoices):
        BONUS = "BONUS", _("Điểm thưởng")
        PENALTY = "PENALTY", _("Điểm trừ")

    class State(models.TextChoices):
        CLAIMED = "CLAIMED", _("Đề nghị")
        ACCEPTED = "ACCEPTED", pgettext_lazy("state", "Chấp nhận")
        REFUSED = "REFUSED", pgettext_lazy("state", "Không chấp nhận")

    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="adjustments")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    ground = models.CharField(_("Căn cứ"), max_length=500)
    points = ExactDecimalField()
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=8, choices=State.choices, default=State.CLAIMED)
    entered_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    explanation = models.TextField(blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.TextField(blank=True)

    objects: ClassVar[models.Manager[Adjustment]]

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("entered_by")),
                name="adjusted_by_two_people",
                violation_error_message=_("Người nhập điểm thưởng, điểm trừ không được tự quyết định."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.points} {self.state}"


class Correction(models.Model):
    """A factual error in appraised points, mended once the appraisals are over: proposed by one, decided by
    another. What is proposed never changes; stages.py says what may follow.
    """

    class State(models.TextChoices):
        PROPOSED = "PROPOSED", _("Chờ xác nhận")
        CONFIRMED = "CONFIRMED", _("Đã đính chính")
        REFUSED = "REFUSED", pgettext_lazy("state", "Không chấp nhận")
        WITHDRAWN = "WITHDRAWN", _("Đã rút")

    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="corrections")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+")
    # As in `Score`: the figures as JSON, and points given instead of the computed ones.
    answer: models.JSONField[Any, Any] = models.JSONField()
    given_points = ExactDecimalField(null=True)
    reason = models.TextField(_("Lý do"))
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    # The version of the corrected score that it replaces; 0 while the appraisal itself counts.
    replaces_version = models.PositiveIntegerField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.PROPOSED)
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    # Who confirmed or refused; nobody for one that its proposer withdrew.
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.TextField(blank=True)

    objects: ClassVar[models.Manager[Correction]]

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "criterion"],
                condition=Q(state="PROPOSED"),
                name="one_open_correction_a_leaf",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("PROPOSED", "WITHDRAWN"), decided_by__isnull=True)
                | Q(state__in=("CONFIRMED", "REFUSED"), decided_by__isnull=False)
                & ~Q(decided_by=F("proposed_by")),
                name="corrected_by_two_people",
                violation_error_message=_("Người đề nghị đính chính không được tự quyết định."),
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="a_correction_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.assessment_id} {self.criterion_id} {self.state}"


class Result(models.Model):
    """What was recognised for one unit: a snapshot made at publication, never edited."""

    assessment = models.OneToOneField(Assessment, models.PROTECT, related_name="result")
    self_total = ExactDecimalField(null=True)
    total = ExactDecimalField(null=True)
    index = ExactDecimalField(null=True)
    bonus = ExactDecimalField(null=True)
    penalty = ExactDecimalField(null=True)
    rank = models.PositiveSmallIntegerField(null=True)
    rank_of = models.PositiveSmallIntegerField(null=True)
    grade = models.CharField(max_length=80, blank=True)
    self_grade = models.CharField(max_length=80, blank=True)
    # Per node: {"1": {"title":…, "maximum":…, "self":…, "decided":…, "index":…, "rank":…}, …} as text.
    nodes: models.JSONField[Any, Any] = models.JSONField(default=dict)
    # Per leaf, what every later question needs: points of each layer and the deciding sentence.
    lines: models.JSONField[Any, Any] = models.JSONField(default=list)
    explanation: models.JSONField[Any, Any] = models.JSONField(default=list)

    objects: ClassVar[models.Manager[Result]]

    def __str__(self) -> str:
        return f"{self.assessment_id} {self.total} {self.rank}/{self.rank_of}"


class RoundBundle(models.Model):
    """The signed data of a published round: a file of the store, under the SHA-256 of its bytes."""

    round = models.OneToOneField(Round, models.PROTECT, related_name="bundle")
    sha256 = models.CharField(max_length=64)
    # The SHA-256 of the manifest inside: depends on what was scored only, and stands in the decision.
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    objects: ClassVar[models.Manager[RoundBundle]]

    def __str__(self) -> str:
        return f"{self.round_id} {self.digest}"

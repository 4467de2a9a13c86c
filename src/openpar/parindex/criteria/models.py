"""A criteria set is a legal object: issued by a decision, pinned by rounds, never changed afterwards.

A correction is a new set that `replaces` the old one; a criterion keeps its identity across sets through
`same_as`, so that years can be compared.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from openpar.common.fields import ExactDecimalField


class SetStage(models.TextChoices):
    """The life of a set; what may follow what: stages.py."""

    DRAFT = "DRAFT", _("Đang soạn")
    ISSUED = "ISSUED", _("Đã ban hành")
    IN_USE = "IN_USE", _("Đang áp dụng")
    RETIRED = "RETIRED", _("Hết hiệu lực")


class ScoredBy(models.TextChoices):
    """Who gives the points of a leaf."""

    SELF = "SELF", _("Tự đánh giá và thẩm định")
    SURVEY = "SURVEY", _("Điều tra xã hội học")
    EXTERNAL = "EXTERNAL", _("Kết quả từ bên ngoài")
    LEADERSHIP = "LEADERSHIP", _("Lãnh đạo đánh giá")
    APPRAISER = "APPRAISER", _("Chỉ thẩm định")


# The parts that come from outside: invisible to self-scoring, and totals are provisional until they are in.
OUTSIDE = (ScoredBy.SURVEY, ScoredBy.EXTERNAL, ScoredBy.LEADERSHIP)


class CriteriaSet(models.Model):
    title = models.CharField(_("Tên bộ tiêu chí"), max_length=300)
    level = models.CharField(_("Cấp áp dụng"), max_length=60, blank=True)
    year = models.PositiveSmallIntegerField(_("Năm áp dụng"))
    number = models.CharField(_("Số quyết định"), max_length=80, blank=True)
    signed_on = models.DateField(_("Ngày ký"), null=True, blank=True)
    issuer = models.CharField(_("Cơ quan ban hành"), max_length=250, blank=True)
    # Invented criteria are called samples on every screen.
    is_sample = models.BooleanField(default=False)
    stage = models.CharField(max_length=8, choices=SetStage.choices, default=SetStage.DRAFT)
    replaces = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="replaced_by")
    copied_from = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="copies")
    declared_total = ExactDecimalField()
    declared_survey = ExactDecimalField(null=True)
    declared_appraisal = ExactDecimalField(null=True)
    # Rounding, ties, bands, caps, not-applicable policy: the engine's Settings as a mapping.
    settings: models.JSONField[Any, Any] = models.JSONField(default=dict)
    # Counts the edits: a stale edit is refused, and what was computed from an older state is not reused.
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar[models.Manager[CriteriaSet]]

    class Meta:
        ordering = ["-year", "title", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(stage="DRAFT") | (~Q(number="") & Q(signed_on__isnull=False)),
                name="an_issued_set_has_its_decision",
                violation_error_message=_("Bộ tiêu chí đã ban hành phải có số quyết định và ngày ký."),
            )
        ]

    def __str__(self) -> str:
        return self.title


class Criterion(models.Model):
    """A node of the tree: a field, a criterion, or a leaf (sub-criterion) with its rule."""

    set = models.ForeignKey(CriteriaSet, models.CASCADE, related_name="criteria")
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="children")
    code = models.CharField(max_length=20)
    title = models.CharField(max_length=500)
    # Order in the table: a leaf stands after its parent and before its parent's next sibling.
    position = models.PositiveIntegerField()
    depth = models.PositiveSmallIntegerField()
    # The code of the top-level field: appraisers are assigned by field.
    field_code = models.CharField(max_length=20)
    most_points = ExactDecimalField(null=True)
    is_leaf = models.BooleanField()
    rule: models.JSONField[Any, Any] = models.JSONField(null=True, blank=True)
    scale_text = models.TextField(blank=True)
    scored_by = models.CharField(max_length=10, choices=ScoredBy.choices, default=ScoredBy.SELF)
    evidence_wanted = models.TextField(blank=True)
    indicator = models.CharField(max_length=60, blank=True)
    may_be_not_applicable = models.BooleanField(default=False)
    not_applicable_note = models.CharField(max_length=300, blank=True)
    # What the decision says beside the rule of a leaf: who follows it, on which legal ground, remarks. Whole
    # texts, for printed tables fill these cells with several lines.
    owner = models.TextField(blank=True)
    article = models.TextField(blank=True)
    note = models.TextField(blank=True)
    same_as = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="later")
    # Counts the edits of this line (also of its code, when lines are moved): two people may work on
    # different lines at a time, the second save of the same line is refused.
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar[models.Manager[Criterion]]

    class Meta:
        ordering = ["set", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["set", "code"],
                name="a_code_once_in_a_set",
                violation_error_message=_("Mã tiêu chí đã có trong bộ này."),
            ),
            models.CheckConstraint(
                condition=Q(is_leaf=False) | Q(rule__isnull=False), name="a_leaf_has_its_rule"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

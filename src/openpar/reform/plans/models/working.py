"""Who owes what: one obligation for each lead agency of a task, judged once or once a period.

An `Assignment` is the obligation; its `Duty` rows are what is judged: one for a task that is done once, one
a period for recurring work. The columns of an assignment that repeat what its duties say (`due_on` …
`reported_on`) are kept by `actions/settling.py`, so that a board of thousands is counted by the database.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from openpar.base.accounts.models import User
from openpar.base.documents.models import Document
from openpar.base.organisations.models import Organisation
from openpar.reform.plans.models.planning import Task, TaskLine


class EndKind(models.TextChoices):
    """Why an agency does not owe a task any more; out of every denominator from that day."""

    DROPPED = "DROPPED", _("Không thực hiện nữa")
    REASSIGNED = "REASSIGNED", _("Giao cơ quan khác")


class DutyState(models.TextChoices):
    """Where a duty stands; what may follow what: stages.py. Overdue is computed, never stored."""

    OPEN = "OPEN", _("Chưa hoàn thành")
    REPORTED = "REPORTED", _("Đã báo cáo hoàn thành, chờ xác nhận")
    DONE = "DONE", _("Đã hoàn thành")
    DROPPED = "DROPPED", _("Không thực hiện nữa")


class Assignment(models.Model):
    """The obligation of one lead agency, owed during [assigned_on, ended_on)."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="assignments")
    # What the version in force says of the task.
    line = models.ForeignKey(TaskLine, models.PROTECT, related_name="assignments")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    assigned_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    end_kind = models.CharField(max_length=10, choices=EndKind.choices, blank=True)
    # The line of the new version that ended it, with its clause.
    ended_by = models.ForeignKey(TaskLine, models.PROTECT, null=True, blank=True, related_name="ended")
    # Handed down within the agency.
    division = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    officer = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    # “Đã triển khai”: the first day work was said to have begun. Not the same as done.
    started_on = models.DateField(null=True, blank=True)
    # The deadline that comes next; of what is done, the last one. Null: none yet.
    due_on = models.DateField(null=True, blank=True)
    # Null until every duty is confirmed; then the day the last one was completed.
    done_on = models.DateField(null=True, blank=True)
    # Some duty was completed after its deadline.
    was_late = models.BooleanField(default=False)
    # The earliest report that waits for its confirmation; `is_waiting`: nothing else is open, and all of it
    # was reported in time, so that it is not overdue.
    reported_on = models.DateField(null=True, blank=True)
    is_waiting = models.BooleanField(default=False)
    # An objective reason was approved for a duty that is late or overdue.
    is_excused = models.BooleanField(default=False)
    extensions = models.PositiveSmallIntegerField(default=0)
    # Counts the edits: a stale one is refused.
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar[models.Manager[Assignment]]

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["task", "organisation"],
                condition=Q(ended_on__isnull=True),
                name="an_agency_owes_a_task_once",
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True, end_kind="", ended_by__isnull=True)
                | Q(ended_on__isnull=False, ended_by__isnull=False) & ~Q(end_kind=""),
                name="an_assignment_ends_by_a_line",
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("assigned_on")),
                name="an_assignment_ends_after_it_began",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "due_on"], name="assignment_by_agency"),
            models.Index(fields=["line"], name="assignment_by_line"),
        ]

    def __str__(self) -> str:
        return f"{self.task_id} {self.organisation_id}"


class Duty(models.Model):
    """What is judged: the task itself, or the task in one period [from_on, until_on], both included."""

    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="duties")
    number = models.PositiveSmallIntegerField(default=1)
    # Of recurring work only.
    from_on = models.DateField(null=True, blank=True)
    until_on = models.DateField(null=True, blank=True)
    due_on = models.DateField(null=True, blank=True)
    # The first deadline it had; stays when it is extended.
    first_due_on = models.DateField(null=True, blank=True)
    extensions = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=8, choices=DutyState.choices, default=DutyState.OPEN)
    # Of the claim that waits: the day it was made, and the day of completion that it states.
    reported_on = models.DateField(null=True, blank=True)
    claimed_on = models.DateField(null=True, blank=True)
    # The day the work was completed, of a claim that was confirmed.
    completed_on = models.DateField(null=True, blank=True)
    confirmed_on = models.DateField(null=True, blank=True)
    dropped_on = models.DateField(null=True, blank=True)
    # The day an objective reason for being late was approved.
    excused_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar[models.Manager[Duty]]

    class Meta:
        ordering = ["assignment", "number"]
        verbose_name_plural = "duties"
        constraints = [
            models.UniqueConstraint(fields=["assignment", "number"], name="one_duty_a_number"),
            models.CheckConstraint(
                condition=Q(state="DONE", completed_on__isnull=False, confirmed_on__isnull=False)
                | Q(~Q(state="DONE"), completed_on__isnull=True, confirmed_on__isnull=True),
                name="only_what_is_done_was_completed",
            ),
            models.CheckConstraint(
                condition=Q(state="REPORTED", reported_on__isnull=False, claimed_on__isnull=False)
                | Q(~Q(state="REPORTED"), reported_on__isnull=True, claimed_on__isnull=True),
                name="only_a_report_waits",
            ),
            models.CheckConstraint(
                condition=Q(state="DROPPED", dropped_on__isnull=False)
                | Q(~Q(state="DROPPED"), dropped_on__isnull=True),
                name="what_is_dropped_has_a_day",
            ),
            models.CheckConstraint(
                condition=Q(from_on__isnull=True, until_on__isnull=True) | Q(until_on__gte=F("from_on")),
                name="a_period_of_a_duty_has_days",
            ),
        ]
        indexes = [models.Index(fields=["state", "due_on"], name="duty_by_due_day")]

    def __str__(self) -> str:
        return f"{self.assignment_id}.{self.number}"


class DueChange(models.Model):
    """A deadline became another on a day: what was in force on any earlier day can be told."""

    class Why(models.TextChoices):
        EXTENSION = "EXTENSION", _("Gia hạn")
        CONDITION = "CONDITION", _("Điều kiện đã xảy ra")
        PLAN = "PLAN", _("Kế hoạch thay thế")

    duty = models.ForeignKey(Duty, models.PROTECT, related_name="due_changes")
    on = models.DateField()
    before_on = models.DateField(null=True, blank=True)
    after_on = models.DateField(null=True, blank=True)
    why = models.CharField(max_length=9, choices=Why.choices)
    text = models.CharField(max_length=300, blank=True)

    objects: ClassVar[models.Manager[DueChange]]

    class Meta:
        ordering = ["duty", "on", "id"]

    def __str__(self) -> str:
        return f"{self.duty_id} {self.before_on} → {self.after_on}"


class Cooperation(models.Model):
    """An agency that cooperates on a task: sees it and may add to it, is not judged by it."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="cooperations")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    from_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)

    objects: ClassVar[models.Manager[Cooperation]]

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["task", "organisation"],
                condition=Q(ended_on__isnull=True),
                name="an_agency_cooperates_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task_id} {self.organisation_id}"


class HandDown(models.Model):
    """The agency gave its obligation to one of its divisions, a person, or both; the latest counts."""

    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="hand_downs")
    division = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    officer = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    note = models.TextField(blank=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    objects: ClassVar[models.Manager[HandDown]]

    class Meta:
        ordering = ["assignment", "id"]

    def __str__(self) -> str:
        return f"{self.assignment_id} → {self.division_id}, {self.officer_id}"


class Progress(models.Model):
    """What somebody says of the work; `is_started` says it is under way (“đã triển khai”), `is_ready` that
    the head may report it done.
    """

    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="progress")
    duty = models.ForeignKey(Duty, models.PROTECT, null=True, blank=True, related_name="+")
    text = models.TextField(_("Tiến độ"))
    is_started = models.BooleanField(default=False)
    is_ready = models.BooleanField(default=False)
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    # The agency that speaks: the lead one, or one that cooperates.
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    objects: ClassVar[models.Manager[Progress]]

    class Meta:
        ordering = ["assignment", "id"]
        verbose_name_plural = "progress"

    def __str__(self) -> str:
        return self.text[:60]


class Claim(models.Model):
    """The agency reports a duty done, with its product; the assigning side confirms it or sends it back."""

    class State(models.TextChoices):
        REPORTED = "REPORTED", _("Chờ xác nhận")
        CONFIRMED = "CONFIRMED", _("Đã xác nhận")
        RETURNED = "RETURNED", _("Trả lại")
        WITHDRAWN = "WITHDRAWN", _("Đã rút")

    duty = models.ForeignKey(Duty, models.PROTECT, related_name="claims")
    state = models.CharField(max_length=9, choices=State.choices, default=State.REPORTED)
    completed_on = models.DateField(_("Ngày hoàn thành"))
    document = models.ForeignKey(Document, models.PROTECT, related_name="+")
    text = models.TextField(_("Kết quả"), blank=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision = models.TextField(blank=True)

    objects: ClassVar[models.Manager[Claim]]

    class Meta:
        ordering = ["duty", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["duty"],
                condition=Q(state__in=("REPORTED", "CONFIRMED")),
                name="one_standing_claim_a_duty",
            ),
            models.CheckConstraint(
                condition=Q(state="REPORTED", decided_at__isnull=True)
                | Q(~Q(state="REPORTED"), decided_at__isnull=False),
                name="a_claim_is_decided_with_a_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.duty_id} {self.state}"


class DutyRequest(models.Model):
    """What the agency asks of the assigning side: a later deadline, or that a reason counts as objective."""

    class Kind(models.TextChoices):
        EXTENSION = "EXTENSION", _("Xin gia hạn")
        OBJECTIVE = "OBJECTIVE", _("Nguyên nhân khách quan")

    class State(models.TextChoices):
        ASKED = "ASKED", _("Chờ quyết định")
        APPROVED = "APPROVED", _("Đồng ý")
        REFUSED = "REFUSED", _("Không đồng ý")
        WITHDRAWN = "WITHDRAWN", _("Đã rút")

    duty = models.ForeignKey(Duty, models.PROTECT, related_name="requests")
    kind = models.CharField(max_length=9, choices=Kind.choices)
    state = models.CharField(max_length=9, choices=State.choices, default=State.ASKED)
    old_due_on = models.DateField(null=True, blank=True)
    # Of an extension only.
    new_due_on = models.DateField(_("Thời hạn mới"), null=True, blank=True)
    reason = models.TextField(_("Lý do"))
    # The cause lies outside the agency.
    is_objective = models.BooleanField(_("Nguyên nhân khách quan"), default=False)
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision = models.TextField(blank=True)

    objects: ClassVar[models.Manager[DutyRequest]]

    class Meta:
        ordering = ["duty", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["duty", "kind"], condition=Q(state="ASKED"), name="one_open_request_a_kind"
            ),
            models.CheckConstraint(
                condition=Q(kind="EXTENSION", new_due_on__isnull=False)
                | Q(kind="OBJECTIVE", new_due_on__isnull=True),
                name="only_an_extension_has_a_new_deadline",
            ),
            models.CheckConstraint(
                condition=Q(state="ASKED", decided_at__isnull=True)
                | Q(~Q(state="ASKED"), decided_at__isnull=False),
                name="a_request_is_decided_with_a_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.duty_id} {self.state}"


class ConditionRecord(models.Model):
    """What a task waited for has happened; from it come the deadlines of its duties."""

    task = models.OneToOneField(Task, models.PROTECT, related_name="condition")
    happened_on = models.DateField()
    due_on = models.DateField()
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    objects: ClassVar[models.Manager[ConditionRecord]]

    def __str__(self) -> str:
        return f"{self.task_id} {self.happened_on}"

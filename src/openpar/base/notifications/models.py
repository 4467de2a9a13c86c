"""The outbox: what people are told, written in the transaction of what it tells, and its ways out."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from openpar.base.accounts.models import User

# Below this address every sealed checkpoint is a file to be saved.
CHECKPOINTS = "/seals/checkpoints/"


class Topic(models.TextChoices):
    """What a message is about, as far as its ways out depend on it."""

    # Something happened: assigned, returned, published.
    EVENT = "EVENT", _("Sự việc")
    # A deadline, or a state that lasts (rules.py).
    REMINDER = "REMINDER", _("Nhắc việc")
    # The way in: always mailed at once.
    SECURITY = "SECURITY", _("Tài khoản")
    # The daily checkpoint, which has a letter of its own (checkpoints.py).
    CHECKPOINT = "CHECKPOINT", _("Mốc niêm phong")


class Channel(models.TextChoices):
    """The ways out of the program. Inside of it everything is shown."""

    MAIL = "MAIL", _("Thư điện tử")
    GATEWAY = "GATEWAY", _("Tin nhắn (SMS, Zalo, Teams)")


class Pace(models.TextChoices):
    AT_ONCE = "AT_ONCE", _("Gửi ngay")
    DIGEST = "DIGEST", _("Gộp mỗi ngày một thư")
    NEVER = "NEVER", _("Không gửi")


class ChannelChoice(models.Model):
    """What a person wants of a channel; without a row data/reminders.yaml says."""

    user = models.ForeignKey(User, models.PROTECT, related_name="channel_choices")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    pace = models.CharField(max_length=10, choices=Pace.choices)

    objects: ClassVar[models.Manager[ChannelChoice]]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "channel"], name="one_choice_a_channel"),
            models.CheckConstraint(
                condition=~Q(channel="GATEWAY", pace="DIGEST"),
                name="gateways_send_at_once",
                violation_error_message=_("Tin nhắn không gộp theo ngày."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.channel} {self.pace}"


class Digest(models.Model):
    """The letter of one day to one person; its messages point to it."""

    recipient = models.ForeignKey(User, models.PROTECT, related_name="digests")
    day = models.DateField()
    made_at = models.DateTimeField()
    is_mail_due = models.BooleanField(default=True)

    objects: ClassVar[models.Manager[Digest]]

    class Meta:
        constraints = [models.UniqueConstraint(fields=["recipient", "day"], name="one_digest_a_day")]
        indexes = [models.Index(fields=["id"], condition=Q(is_mail_due=True), name="digest_mail_due")]

    def __str__(self) -> str:
        return f"{self.recipient} {self.day}"


class Message(models.Model):
    """One message to one person."""

    recipient = models.ForeignKey(User, models.PROTECT, related_name="messages")
    topic = models.CharField(max_length=10, choices=Topic.choices, default=Topic.EVENT)
    text = models.CharField(max_length=500)
    link = models.CharField(max_length=300, blank=True)
    sent_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    # Still to be mailed as well (mail.py); a message that stays in the program is never due.
    is_mail_due = models.BooleanField(default=False)
    # Waits for the letter of the day; then `digest` says in which it stands.
    is_digest_due = models.BooleanField(default=False)
    digest = models.ForeignKey(Digest, models.PROTECT, null=True, blank=True, related_name="messages")

    objects: ClassVar[models.Manager[Message]]

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["recipient", "read_at"], name="message_unread"),
            models.Index(fields=["id"], condition=Q(is_mail_due=True), name="message_mail_due"),
            models.Index(fields=["recipient"], condition=Q(is_digest_due=True), name="message_digest_due"),
        ]

    def __str__(self) -> str:
        return self.text


class Reminder(models.Model):
    """The ledger: of which step of which thing somebody was told. No row is written twice, none is changed.

    step: in days from `due_on`; passed_over: earlier steps that a missed run left out.
    """

    kind = models.CharField(max_length=60)
    object = models.CharField(max_length=80)
    due_on = models.DateField()
    step = models.SmallIntegerField()
    recipient = models.ForeignKey(User, models.PROTECT, related_name="reminders")
    passed_over = models.TextField(blank=True)
    # Steps of several things may be told in one message.
    message = models.ForeignKey(Message, models.PROTECT, related_name="reminders")

    objects: ClassVar[models.Manager[Reminder]]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["object", "kind", "due_on", "recipient", "step"], name="one_reminder_a_step"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object} {self.due_on} {self.step:+d}"


class Gateway(models.Model):
    """A service that passes reminders on (SMS, Zalo, Teams), by signed webhooks. Ended, never deleted."""

    class Reference(models.TextChoices):
        """By which word the gateway knows a person; it has the telephone numbers, we do not."""

        ACCOUNT = "ACCOUNT", _("Mã tài khoản (user:12)")
        USERNAME = "USERNAME", _("Tên đăng nhập")
        EMAIL = "EMAIL", _("Thư điện tử")

    name = models.CharField(max_length=80)
    address = models.CharField(max_length=300)
    reference = models.CharField(max_length=10, choices=Reference.choices)
    # Sealed (common/sealing.py) for “gateway:<id>”; shown once.
    secret = models.TextField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager[Gateway]]

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("made_at")),
                name="gateway_ends_after_it_begins",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Delivery(models.Model):
    """A message on its way to a gateway: asked until it is taken, or given up."""

    gateway = models.ForeignKey(Gateway, models.PROTECT, related_name="deliveries")
    message = models.ForeignKey(Message, models.PROTECT, related_name="deliveries")
    is_test = models.BooleanField(default=False)
    # When it is tried next; empty once it was taken or given up.
    due_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    tried_at = models.DateTimeField(null=True, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    given_up_at = models.DateTimeField(null=True, blank=True)
    # What the gateway answered last, or why it could not be asked.
    answer = models.CharField(max_length=200, blank=True)

    objects: ClassVar[models.Manager[Delivery]]

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["message", "gateway"], name="one_delivery_a_gateway"),
            models.CheckConstraint(
                condition=Q(due_at__isnull=False, taken_at__isnull=True, given_up_at__isnull=True)
                | Q(due_at__isnull=True, taken_at__isnull=False, given_up_at__isnull=True)
                | Q(due_at__isnull=True, taken_at__isnull=True, given_up_at__isnull=False),
                name="delivery_waits_or_ended_one_way",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="delivery_due"),
            models.Index(fields=["gateway", "-id"], name="delivery_of_gateway"),
        ]

    def __str__(self) -> str:
        return f"{self.gateway} {self.message_id}"

    @property
    def webhook_id(self) -> str:
        """The same at every try, another for every delivery, also after a restored backup: by it a receiver
        drops a repeat.
        """
        return f"msg_{self.pk}_{int(self.message.sent_at.timestamp() * 1_000_000)}"

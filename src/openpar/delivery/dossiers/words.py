"""The closed lists of dossiers as small numbers, the same in files, facts and counters; labels beside.

National codes (channel, status) keep their numbers; ours begin at 1, since 0 is "none" in every fact.
"""

from __future__ import annotations

from enum import IntEnum

from django.db import models
from django.utils.translation import gettext_lazy as _

from openpar.delivery.procedures.words import Channel
from openpar.engine.verdicts import Verdict


class Outcome(models.IntegerChoices):
    """How a dossier left, 0 while it is still here."""

    OPEN = 0, _("Đang giải quyết")
    DONE = 1, _("Đã giải quyết")
    RETURNED = 2, _("Trả lại")
    WITHDRAWN = 3, _("Rút hồ sơ")
    REFUSED = 4, _("Từ chối tiếp nhận")
    STOPPED = 5, _("Dừng giải quyết")


class Extension(IntEnum):
    """The new date of a late dossier: none, with an apology in time, with one that came too late."""

    NONE = 0
    IN_TIME = 1
    TOO_LATE = 2


class Status(IntEnum):
    """The ten national statuses (data/dossier_statuses.yaml)."""

    REGISTERED = 1
    RECEIVED = 2
    NOT_ACCEPTED = 3
    PROCESSING = 4
    SUPPLEMENT = 5
    PAYMENT = 6
    WITHDRAWN = 7
    STOPPED = 8
    DONE = 9
    RESULT_RETURNED = 10


# The numbers of the legal verdicts in facts; 0 is none.
VERDICTS: tuple[Verdict, ...] = tuple(Verdict)
VERDICT_NUMBER = {verdict: number for number, verdict in enumerate(VERDICTS, 1)}
# The verdict of QĐ 766 in facts.
NOT_COUNTED, INDEX_ON_TIME, INDEX_LATE = 0, 1, 2
# KenhThucHien.
CHANNELS = {1: Channel.IN_PERSON, 2: Channel.ONLINE, 3: Channel.POST}

"""Who answers for a dossier hears on the last day for an apology that it is the last, once."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime

from django.utils.translation import gettext as _

from openpar.base.accounts.models import RoleHeld
from openpar.base.calendars.queries import work_calendar
from openpar.base.notifications.actions import tell
from openpar.base.notifications.models import Message, Topic
from openpar.base.organisations.roles import Role
from openpar.common.db import write_transaction
from openpar.common.formats import VIETNAM, format_date
from openpar.delivery.dossiers.queries.live import Work, today_of, work_list

# Whoever can still act.
_TOLD = (Role.FOCAL_OFFICER, Role.AGENCY_HEAD)
_BOARD = "/dossiers/work/last_day_to_apologise/?on="


def remind_of_apologies(*, at: datetime) -> int:
    """Tells every agency how many of its dossiers need an apology with a new date today: the working day
    before they are due (NĐ 61/2018/NĐ-CP Art. 19.9). Each person once a day; how many were told.

    A count and no codes: messages go by mail too, and name nobody's dossier.
    """
    today = at.astimezone(VIETNAM).date()
    days = today_of(work_calendar(), today)
    due = Counter(work_list(Work.LAST_DAY_TO_APOLOGISE, days).values_list("organisation_id", flat=True))
    with write_transaction():
        link = f"{_BOARD}{today:%Y-%m-%d}"
        known = set(Message.objects.filter(link=link).values_list("recipient_id", flat=True))
        counted: Counter[int] = Counter()
        for user_id, organisation_id in _answering(due, today):
            counted[user_id] += due[organisation_id]
        new = sorted(set(counted) - known)
        for user_id in new:
            text = _("%(count)d hồ sơ đến hạn chót xin lỗi và hẹn lại trong ngày %(day)s.")
            facts = {"count": counted[user_id], "day": format_date(today)}
            tell(recipients=[user_id], text=text % facts, link=link, at=at, topic=Topic.REMINDER)
        return len(new)


def _answering(due: Counter[int], today: date) -> set[tuple[int, int]]:
    """People with the agencies that they answer for on that day."""
    held = RoleHeld.objects.as_of(today).filter(role__in=_TOLD, user__is_active=True)
    return set(held.filter(organisation_id__in=list(due)).values_list("user_id", "organisation_id"))

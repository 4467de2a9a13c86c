"""Training and recruitment plans: issued by their due date, and carried out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from openpar.common.formats import format_date
from openpar.common.wording import gettext as _
from openpar.reform.monitors.law import Law
from openpar.reform.monitors.rules.base import Alarm, Standing, alarm, notice

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class PlanFacts:
    """One plan of a year: due and issued; planned and done in all, None where a part is not known."""

    year: int
    due_on: date
    issued_on: date | None
    planned: int | None
    done: int | None

    def days_late(self, on: date) -> int:
        """Calendar days after the due date on which it was issued, or so far; 0 in time."""
        issued = self.issued_on if self.issued_on is not None and self.issued_on <= on else on
        return max((issued - self.due_on).days, 0)

    def is_issued(self, on: date) -> bool:
        return self.issued_on is not None and self.issued_on <= on


def training_standing(facts: PlanFacts, before: PlanFacts | None, on: date, law: Law) -> Standing:
    """Late when issued after the due date, or not yet issued after it; late in the year before as well is
    late two years running.
    """
    late = facts.days_late(on)
    alarms: list[Alarm] = []
    if late:
        words = _late_words(_("Kế hoạch đào tạo, bồi dưỡng"), facts, on, late)
        if before is not None and before.days_late(on):
            words += " " + _(
                "Năm %(year)s cũng ban hành chậm %(days)s ngày: chậm hai năm liền.",
                year=before.year,
                days=before.days_late(on),
            )
        alarms.append(alarm(law, "late", words, facts.due_on + _ONE_DAY))
    alarms += _unfinished(facts, on, law)
    return _standing(facts, on, late, tuple(alarms))


def recruitment_standing(facts: PlanFacts, group: str, vacancies: int | None, on: date, law: Law) -> Standing:
    """A plan is owed where posts are vacant; nothing is owed where none are."""
    if not facts.is_issued(on) and vacancies == 0:
        return Standing("NOT_NEEDED", _("Không có nhu cầu tuyển dụng"), "ended")
    late = facts.days_late(on)
    alarms: list[Alarm] = []
    if late:
        name = _("Kế hoạch tuyển dụng %(group)s", group=group[:1].lower() + group[1:])
        alarms.append(alarm(law, "late", _late_words(name, facts, on, late), facts.due_on + _ONE_DAY))
    return _standing(facts, on, late, tuple(alarms))


def _late_words(name: str, facts: PlanFacts, on: date, late: int) -> str:
    given = {"name": name, "year": facts.year, "due": format_date(facts.due_on), "days": late}
    if facts.is_issued(on):
        return _("%(name)s năm %(year)s ban hành chậm %(days)s ngày (hạn %(due)s).", **given)
    return _("%(name)s năm %(year)s chưa ban hành, quá hạn %(days)s ngày (hạn %(due)s).", **given)


def _unfinished(facts: PlanFacts, on: date, law: Law) -> list[Alarm]:
    """After the year is over: fewer trained than planned."""
    if facts.planned is None or facts.done is None or on <= date(facts.year, 12, 31):
        return []
    if facts.done >= facts.planned:
        return []
    given = {"year": facts.year, "done": facts.done, "planned": facts.planned}
    text = _("Năm %(year)s thực hiện %(done)s/%(planned)s lượt người theo kế hoạch.", **given)
    return [notice(law, "unfinished", text, date(facts.year + 1, 1, 1))]


def _standing(facts: PlanFacts, on: date, late: int, alarms: tuple[Alarm, ...]) -> Standing:
    if facts.is_issued(on):
        if late:
            return Standing("LATE", _("Ban hành chậm"), "warning", alarms)
        return Standing("ON_TIME", _("Ban hành đúng hạn"), "done", alarms)
    if late:
        return Standing("OVERDUE", _("Chưa ban hành, quá hạn"), "bad", alarms)
    return Standing("WAITING", _("Chưa đến hạn"), "waiting", alarms)

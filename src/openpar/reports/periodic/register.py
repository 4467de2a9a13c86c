"""Periodic reports as a register of indicators: those owed for a year, and those sent in time."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from django.utils.translation import gettext_lazy as _

from openpar.engine.periods import Period
from openpar.parindex.indicators.registers import RegisterLine
from openpar.reports.periodic.measures import accepted_first, is_on_time
from openpar.reports.periodic.models import ReportRevision
from openpar.reports.periodic.queries.owed import OwedReport, owed_in_year


class Reports:
    """The reports of the reform year, once they are sent or their due day is over: the year's last one is due
    some days after it.
    """

    name = "reports"
    label = _("báo cáo định kỳ đến hạn")
    counts = ("owed", "on_time")

    def lines(
        self, organisation_ids: Collection[int], during: Period, today: date
    ) -> Mapping[int, list[RegisterLine]]:
        owed = owed_in_year(list(organisation_ids), during.year)
        accepted = accepted_first(list(organisation_ids))
        found: dict[int, list[RegisterLine]] = {}
        for one in owed:
            if one.sent_at is not None or one.due_on < today:
                found.setdefault(one.organisation_id, []).append(_line(one, accepted.get(one.report_id or 0)))
        return found


def _line(owed: OwedReport, accepted: ReportRevision | None) -> RegisterLine:
    link = "" if owed.report_id is None else f"/reports/{owed.report_id}/"
    counts = {"owed": 1, "on_time": int(is_on_time(owed, accepted) is True)}
    key = f"report:{owed.asked.report.code}:{owed.asked.year}:{owed.level}:{owed.organisation_id}"
    return RegisterLine(key, owed.asked.name, link, counts)


reports = Reports()

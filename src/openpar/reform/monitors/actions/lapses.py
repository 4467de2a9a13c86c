"""What lapsed in a register becomes findings, one for each agency and kind of lapse."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.organisations.permissions import not_allowed
from openpar.base.organisations.roles import Actor, Role
from openpar.common.db import write_transaction
from openpar.engine.periods import Calendar, Period, PeriodKind, period, period_of
from openpar.reform.findings.actions.adding import NewFinding, add_findings
from openpar.reform.findings.models import Finding, FindingState, FoundBy
from openpar.reform.monitors.errors import MonitorRefused
from openpar.reform.monitors.permissions import may_find_lapses
from openpar.reform.monitors.queries.boards import Asked, BoardLine, board
from openpar.reform.monitors.registers import REGISTERS, PeriodOf, Register


def find_lapses(*, register: str, asked: Asked, by: Actor, at: datetime) -> list[Finding]:
    """Findings of every lapse that the taxonomy knows, judged by today; an agency that still has an open
    finding of that code and reform year gets no second one.

    Raises MonitorRefused for anybody but Sở Nội vụ.
    """
    with write_transaction():
        if not may_find_lapses(by):
            raise MonitorRefused(not_allowed(by, _("Sở Nội vụ lập tồn tại từ sổ theo dõi")))
        found, today = REGISTERS[register], timezone.localdate(at)
        during = _during(found, asked, today)
        lines = lapsed_lines(found, Asked(today, asked.year, asked.quarter))
        drafts = _drafts(found, lines, during, by, today)
        return add_findings(lines=_not_open_yet(drafts, during), by=by, at=at)


def _during(register: Register, asked: Asked, today: date) -> Period:
    """The days that the findings are about: the year or quarter asked for, or the reform year, as far as it
    has come.
    """
    if register.period is PeriodOf.QUARTER:
        whole = period(Calendar.REFORM, PeriodKind.QUARTER, asked.year, asked.quarter)
    elif register.period is PeriodOf.YEAR:
        whole = period(Calendar.REFORM, PeriodKind.YEAR, asked.year)
    else:
        whole = period_of(Calendar.REFORM, PeriodKind.YEAR, today)
    return whole.cut_off(today) if whole.contains(today) else whole


def lapsed_lines(register: Register, asked: Asked) -> tuple[BoardLine, ...]:
    """The entries with a lapse that has a code."""
    return tuple(
        line
        for line in board(register, asked)
        if line.standing and any(one.is_lapse and one.finding for one in line.standing.alarms)
    )


def _drafts(
    register: Register, lines: Sequence[BoardLine], during: Period, by: Actor, today: date
) -> list[NewFinding]:
    """One for each agency and code, with the words of every lapse of that code."""
    words: dict[tuple[int, str], list[str]] = {}
    for line in lines:
        for one in line.standing.alarms if line.standing else ():
            if one.is_lapse and one.finding:
                said = f"{one.text} ({line.origin.words})" if line.origin else one.text
                words.setdefault((line.organisation_id, one.finding), []).append(said)
    return [
        NewFinding(
            organisation_id=agency,
            field=register.field,
            code=code,
            text=" ".join(dict.fromkeys(texts)),
            found_by=FoundBy.DATA_CHECK,
            finder_id=min(by.organisations(Role.ROUND_MANAGER)),
            found_on=today,
            period_from=during.from_on,
            period_until=during.until_on,
            source_text=_("Sổ theo dõi: %s") % register.title,
            source_link=f"/monitors/{register.key}/{agency}/",
        )
        for (agency, code), texts in words.items()
    ]


def _not_open_yet(drafts: Sequence[NewFinding], during: Period) -> list[NewFinding]:
    there = set(
        Finding.objects.filter(
            found_by=FoundBy.DATA_CHECK,
            year=during.year,
            organisation_id__in={one.organisation_id for one in drafts},
        )
        .exclude(state=FindingState.CLOSED)
        .values_list("organisation_id", "code")
    )
    return [one for one in drafts if (one.organisation_id, one.code) not in there]

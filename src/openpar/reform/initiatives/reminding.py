"""What has a deadline here: the evaluation of every running model, for every report period."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext as _

from openpar.base.notifications.due import DueThing, holders
from openpar.base.notifications.rules import settings_in_force
from openpar.base.organisations.roles import Role
from openpar.reform.initiatives.duty import PeriodKey, duty_on
from openpar.reform.initiatives.queries.evaluating import lacking_evaluation


def periods_around(today: date) -> tuple[PeriodKey, ...]:
    """The report periods whose evaluations are asked for around a day, the earliest first."""
    duty = duty_on(today)
    ahead = settings_in_force().told_ahead(today)
    years = range(today.year - 1, today.year + 2)
    keys = [key for year in years for key in duty.periods_of(year)]
    return tuple(key for key in keys if duty.is_asked_for(key.days, today, ahead=ahead))


def due_things(today: date) -> Iterator[DueThing]:
    """One thing for each agency and period: the models that are not evaluated yet. Four queries a period."""
    duty = duty_on(today)
    for key in periods_around(today):
        by_agency: dict[int, list[str]] = {}
        for one in lacking_evaluation(key):
            by_agency.setdefault(one.organisation_id, []).append(one.name)
        if not by_agency:
            continue
        officers = holders(by_agency, Role.FOCAL_OFFICER, on=today)
        heads = holders(by_agency, Role.AGENCY_HEAD, on=today)
        for organisation_id, names in by_agency.items():
            yield DueThing(
                kind="initiative.evaluation",
                object=f"initiative_evaluation:{organisation_id}/{key.kind}/{key.year}/{key.number}",
                due_on=duty.due_on(key.days),
                text=_("Đánh giá %(n)d mô hình cho %(period)s: %(names)s")
                % {"n": len(names), "period": key.days.words, "names": "; ".join(names)},
                link=f"/initiatives/evaluations/?kind={key.kind}&year={key.year}&number={key.number}",
                responsible=officers.get(organisation_id, ()),
                heads=heads.get(organisation_id, ()),
            )

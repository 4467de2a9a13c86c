"""The nine indicators of one agency and period."""

from __future__ import annotations

from dataclasses import dataclass

from openpar.base.organisations.models import OrganisationVersion
from openpar.delivery.figures.evaluation import Entered, evaluated, level_of
from openpar.delivery.figures.forms import scheme_valid_on
from openpar.delivery.figures.models import EvaluationInput
from openpar.engine.evaluation import Evaluation, Scheme
from openpar.engine.periods import Period


@dataclass(frozen=True)
class EvaluationView:
    """What was entered and what it gives; `row` None: nothing entered yet."""

    scheme: Scheme
    agency: str
    period: Period
    entered: Entered
    evaluation: Evaluation
    row: EvaluationInput | None

    @property
    def version(self) -> int:
        return self.row.version if self.row else 0


def evaluation_view(organisation_id: int, period: Period) -> EvaluationView | None:
    """None if the agency or a scheme does not exist on the last day; two queries."""
    scheme = scheme_valid_on(period.until_on)
    here = OrganisationVersion.objects.as_of(period.until_on).filter(organisation=organisation_id).first()
    if scheme is None or here is None:
        return None
    row = (
        EvaluationInput.objects.filter(
            organisation=organisation_id,
            calendar=period.calendar.value,
            kind=period.kind.value,
            year=period.year,
            number=period.number,
        )
        .select_related("entered_by")
        .first()
    )
    entered = Entered(
        {name: tuple(tally) for name, tally in row.tallies.items()} if row else {}, row.figures if row else {}
    )
    return EvaluationView(
        scheme, here.name, period, entered, evaluated(scheme, entered, level_of(here.kind)), row
    )

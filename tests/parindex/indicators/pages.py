"""What the addresses of indicators name: an indicator that people report, and a value of an agency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from openpar.base.accounts.models import Role
from openpar.base.accounts.queries import Actor
from openpar.base.documents.actions import add_document
from openpar.base.organisations.models import Organisation
from openpar.parindex.indicators.actions.definitions import issue_version
from openpar.parindex.indicators.actions.values import Reported, report_value
from openpar.parindex.indicators.models import Indicator
from tests import factories
from tests.parindex.indicators.measured import DURING, TASKS


@dataclass(frozen=True)
class IndicatorThings:
    """The indicator by its code, a value of an agency by its id."""

    code: str
    value: int

    def named(self, name: str) -> Mapping[str, object]:
        """What the address of this name takes, if it is one of indicators."""
        return {"code": self.code, "value_id": self.value} if name.startswith("indicator") else {}


def indicator_things(manager: Actor, agency: Organisation, *, at: datetime = DURING) -> IndicatorThings:
    """All of it; the agency reports what it did of its tasks."""
    if not Indicator.objects.filter(code=TASKS.code).exists():
        issue_version(definition=TASKS, by=manager, at=at)
    focal = factories.actor_as(Role.FOCAL_OFFICER, agency, "Người báo cáo")
    document = add_document(by=focal, at=at, owner_id=agency.pk, title="Báo cáo nhiệm vụ", number="7/BC")
    value = report_value(
        code=TASKS.code,
        organisation_id=agency.pk,
        year=2026,
        reported=Reported(Decimal(30), Decimal(40)),
        document_id=document.pk,
        by=focal,
        at=at,
    )
    return IndicatorThings(TASKS.code, value.pk)

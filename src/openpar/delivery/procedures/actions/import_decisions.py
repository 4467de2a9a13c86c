"""Decisions that rows of a file name: those that are known, and new ones, already issued elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils.translation import gettext as _

from openpar.base.organisations.roles import Actor
from openpar.common.errors import Gap
from openpar.delivery.procedures.actions.shared import trace
from openpar.delivery.procedures.models import DecisionLine, ProcedureVersion, PublishingDecision
from openpar.delivery.procedures.rows import DecisionRow, VersionRow
from openpar.delivery.procedures.words import LineChange

_Name = tuple[str, date, str]


@dataclass
class Decisions:
    """The decisions of a file by number, day and issuer; what is not known is written when first needed."""

    known: dict[_Name, PublishingDecision]
    effective: dict[_Name, date] = field(default_factory=dict)
    samples: dict[_Name, bool] = field(default_factory=dict)

    @classmethod
    def load(cls, rows: Sequence[VersionRow], gaps: list[Gap]) -> Decisions:
        """Adds a gap for every row that names a decision which is still a draft here."""
        found = cls({})
        numbers = {row.decision.number for row in rows if row.decision}
        if numbers:
            decisions = PublishingDecision.objects.filter(number__in=numbers)
            found.known = {(one.number, one.signed_on, one.issuer): one for one in decisions}
        for row in rows:
            if row.decision is None:
                continue
            name = _name(row.decision)
            found.effective[name] = min(row.valid_from, found.effective.get(name, row.valid_from))
            found.samples[name] = row.is_sample or found.samples.get(name, False)
            there = found.known.get(name)
            if there is not None and there.issued_at is None:
                what = _("quyết định %s còn là dự thảo") % row.decision.number
                remedy = _("Công bố quyết định ở trang Quyết định công bố, hoặc bỏ dự thảo")
                gaps.append(Gap(row.where, what, remedy, code="decision-draft"))
        return found

    def write(self, row: VersionRow, *, by: Actor, at: datetime) -> PublishingDecision | None:
        """The decision of a row; a new one is kept as issued, its duties not followed."""
        if row.decision is None:
            return None
        name = _name(row.decision)
        if name not in self.known:
            decision = PublishingDecision.objects.create(
                number=row.decision.number,
                signed_on=row.decision.signed_on,
                issuer=row.decision.issuer,
                tier=row.decision.tier,
                effective_on=self.effective[name],
                is_sample=self.samples[name],
                is_followed=False,
                issued_at=at,
                prepared_by_id=by.id,
            )
            self.known[name] = decision
            trace(
                by=by,
                at=at,
                verb="decision.brought_in",
                object=f"publishing_decision:{decision.pk}",
                label=decision.number,
                after={"number": decision.number, "signed_on": decision.signed_on, "issuer": decision.issuer},
            )
        return self.known[name]

    def add_lines(self, versions: Iterable[ProcedureVersion]) -> None:
        """One line for every version that one of these decisions brought: new, or amended when an earlier one
        is there.
        """
        wanted = [version for version in versions if version.decision_id is not None]
        decisions = {version.decision_id for version in wanted}
        there = set(
            DecisionLine.objects.filter(decision__in=decisions).values_list("decision_id", "procedure_id")
        )
        begun = ProcedureVersion.objects.filter(procedure__in=[version.procedure_id for version in wanted])
        # The earliest day comes last and stays.
        first = dict(begun.order_by("-valid_from").values_list("procedure_id", "valid_from"))
        DecisionLine.objects.bulk_create(
            DecisionLine(
                decision_id=decision_id,
                code=version.procedure.code,
                suffix=version.procedure.suffix,
                procedure=version.procedure,
                change=LineChange.NEW
                if first[version.procedure_id] == version.valid_from
                else LineChange.AMENDED,
            )
            for version in wanted
            if (decision_id := version.decision_id) is not None
            and (decision_id, version.procedure_id) not in there
        )


def _name(row: DecisionRow) -> _Name:
    return row.number, row.signed_on, row.issuer

"""The sources of this package: the catalogue of procedures (II.07b), and the sheets of shorter periods."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from openpar.base.organisations.models import OrganisationVersion
from openpar.delivery.figures.forms import dossier_identities, form_valid_on
from openpar.delivery.figures.queries.neighbours import parts_of_period
from openpar.delivery.figures.rows import with_derived
from openpar.delivery.figures.sources import Counted
from openpar.delivery.procedures.queries.counting import ByLevel, FormRow, form_07b
from openpar.delivery.procedures.words import ORGANISATION_KINDS, AgencyKind
from openpar.engine.balance import cumulative
from openpar.engine.periods import Period


class CatalogueOfProcedures:
    """Form II.07b of one agency, as the catalogue stands on the last day of the period."""

    name = "procedures"
    label = _("Danh mục thủ tục")

    def counts(self, organisation_id: int, form_code: str, period: Period) -> Counted | None:
        """What the agency leads itself, and what every agency of its kind leads."""
        if not form_code.startswith("II.07b"):
            return None
        day = period.until_on
        here = OrganisationVersion.objects.as_of(day).filter(organisation=organisation_id).first()
        if here is None:
            return None
        kinds = {
            str(AgencyKind(kind).label)
            for kind, members in ORGANISATION_KINDS.items()
            if here.kind in members
        }
        rows = [
            row
            for row in form_07b(day).rows
            if row.organisation_id == organisation_id or (row.organisation_id is None and row.label in kinds)
        ]
        return {("", here.name): _counts(rows)} if rows else None


def _counts(rows: list[FormRow]) -> dict[str, int | None]:
    found: dict[str, int | None] = {}
    for row in rows:
        for name, counts in (
            ("procedures", row.total),
            ("at_one_stop", row.one_stop),
            ("workflows", row.workflow),
        ):
            for key, value in _by_level(name, counts).items():
                found[key] = (found.get(key) or 0) + value
    return found


def _by_level(name: str, counts: ByLevel) -> dict[str, int]:
    return {
        name: counts.total,
        f"{name}_province": counts.province,
        f"{name}_district": counts.district,
        f"{name}_commune": counts.commune,
    }


class ShorterPeriods:
    """The signed sheets of the periods that make up this one; what was carried over is never added (E7)."""

    name = "periods"
    label = _("Các kỳ đã ký")

    def counts(self, organisation_id: int, form_code: str, period: Period) -> Counted | None:
        """Row by row; a row that one of the periods does not have is not known for the whole."""
        form = form_valid_on(form_code, period.until_on)
        if form is None or "E7" not in form.across:
            return None
        parts = parts_of_period(organisation_id, form_code, period)
        if not parts:
            return None
        rows = [{line.key: line for line in part.figures.lines} for part in parts]
        lines = {line.key: line for of_part in rows for line in of_part.values()}
        found: dict[tuple[str, str], dict[str, int | None]] = {}
        for key, line in lines.items():
            counts = [
                {
                    name: of_part[key].counts.get(name) if key in of_part else None
                    for name in part.figures.keys
                }
                for part, of_part in zip(parts, rows, strict=True)
            ]
            added = cumulative(dossier_identities(), [with_derived(form, each) for each in counts])
            added.pop("received_new", None)
            found[line.block, line.label] = added
        return found


catalogue_of_procedures = CatalogueOfProcedures()
shorter_periods = ShorterPeriods()

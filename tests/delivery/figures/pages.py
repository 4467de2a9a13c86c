"""What the addresses of the pages of figures name, made for one agency by the actions people use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from openpar.base.accounts.models import Role
from openpar.base.organisations.models import Organisation
from openpar.delivery.figures.actions.filling import save_figures
from openpar.delivery.figures.actions.opening import open_sheet
from openpar.delivery.figures.actions.signing import sign_off
from openpar.delivery.figures.models import FigureRevision, FigureSheet
from openpar.delivery.figures.rows import Line
from tests import factories
from tests.delivery.figures.sheets import AT, II_06A, counts, quarter

# Addresses that are about signed figures; all others are about a draft.
OF_SIGNED = ("figure-sheet-return", "figure-sheet-revise")


@dataclass(frozen=True)
class FigureThings:
    """A draft with a gap, and signed figures, of one agency."""

    draft: int
    signed: int

    def named(self, address: str) -> Mapping[str, int]:
        """The things by the names that the address gives them."""
        return {"sheet_id": self.signed if address in OF_SIGNED else self.draft}


def figure_things(agency: Organisation, *, at: datetime = AT) -> FigureThings:
    """All of it, by people of the agency who are asked about nothing."""
    officer = factories.actor_as(Role.FOCAL_OFFICER, agency, "Người lập số liệu")
    head = factories.actor_as(Role.AGENCY_HEAD, agency, "Người ký số liệu")

    def filled(number: int, line: Line) -> FigureSheet:
        sheet = open_sheet(
            by=officer, at=at, organisation_id=agency.pk, form_code=II_06A, asked=quarter(number)
        )
        revision = FigureRevision.objects.get(sheet=sheet)
        save_figures(by=officer, at=at, revision_id=revision.pk, expected_version=1, lines=[line])
        return sheet

    signed = filled(1, Line("", "Hộ tịch", counts()))
    revision = FigureRevision.objects.get(sheet=signed)
    sign_off(by=head, at=at, revision_id=revision.pk, expected_version=revision.version)
    draft = filled(3, Line("", "Hộ tịch", {**counts(), "received": 104}))
    return FigureThings(draft.pk, signed.pk)

"""An agency as the head and the foot of its documents name it, as the register knew it on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from openpar.base.accounts.models import Role, RoleHeld
from openpar.base.organisations.models import Kind, OrganisationVersion
from openpar.reports.documents.authorities import place_of
from openpar.reports.documents.wording import is_symbol

COMMITTEE = "Ủy ban nhân dân"
# A territory issues through its People's Committee, which has nobody above it in the letterhead.
_TERRITORIES = frozenset({Kind.WARD, Kind.COMMUNE, Kind.TOWNSHIP, Kind.SPECIAL_ZONE, Kind.DISTRICT})
_UNKNOWN = "……"


@dataclass(frozen=True)
class Letterhead:
    """Who issues: `superior` stands above the name, `symbol` behind the abbreviation of the document's kind.

    `head` is the name of who heads the agency; empty unless the register knows exactly one.
    """

    agency: str
    superior: str
    symbol: str
    place: str
    head: str

    def of_committee_above(self) -> Letterhead:
        """The People's Committee right above, where it issues instead; itself where there is none."""
        if not self.superior.startswith(COMMITTEE):
            return self
        return Letterhead(self.superior, "", "UBND", place_of(self.superior), "")


def letterhead_of(organisation_id: int, day: date) -> Letterhead:
    """The agency and the one above it as they were named on `day`; at most three queries.

    Everything is dotted or empty for an organisation that the register did not know on that day.
    """
    versions = OrganisationVersion.objects.as_of(day)
    here = versions.filter(organisation_id=organisation_id).first()
    if here is None:
        return Letterhead(_UNKNOWN, "", _UNKNOWN, "", "")
    head = _head(organisation_id, day)
    if here.kind in _TERRITORIES and not here.name.startswith(COMMITTEE):
        agency = f"{COMMITTEE} {here.name[:1].lower()}{here.name[1:]}"
        return Letterhead(agency, "", "UBND", place_of(agency), head)
    above = versions.filter(organisation_id=here.parent_id).first() if here.parent_id else None
    superior = above.name if above else ""
    symbol = here.short_name.upper().replace(" ", "")
    # The kind of a document stands before it; any kind shows whether it is one.
    is_known = is_symbol(f"TB-{symbol}")
    return Letterhead(
        here.name, superior, symbol if is_known else _UNKNOWN, place_of(superior or here.name), head
    )


def _head(organisation_id: int, day: date) -> str:
    held = RoleHeld.objects.as_of(day).filter(
        organisation=organisation_id, role=Role.AGENCY_HEAD, user__is_active=True
    )
    names = list(held.order_by("id").values_list("user__full_name", flat=True)[:2])
    return names[0] if len(names) == 1 else ""

"""An agency as the head and the foot of its documents name it, as the register knew it on a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from django.conf import settings

from openpar.base.accounts.models import Role, RoleHeld, User
from openpar.base.organisations.models import Kind, OrganisationVersion
from openpar.reports.documents.authorities import authority_of, place_of
from openpar.reports.documents.wording import is_symbol

COMMITTEE = "Ủy ban nhân dân"
# More agencies than this are not named one by one.
_MOST_NAMED = 12
# A territory issues through its People's Committee, which has nobody above it in the letterhead.
_TERRITORIES = frozenset({Kind.WARD, Kind.COMMUNE, Kind.TOWNSHIP, Kind.SPECIAL_ZONE, Kind.DISTRICT})
_UNKNOWN = "……"
# Who signs for the head, or acts as such.
_OF_OTHERS = ("PHÓ ", "QUYỀN ", "Q. ")
_SHORT = _OF_COMMITTEE = "UBND"


class Named(Protocol):
    """A person with a position."""

    full_name: str
    position: str


@dataclass(frozen=True)
class Letterhead:
    """Who issues: `superior` stands above the name, `symbol` behind the abbreviation of the document's kind.

    `head` is the name of who heads the agency; empty unless the register knows exactly one. `position` is
    that in which this person signs; empty where neither the data nor the person's account know one.
    """

    agency: str
    superior: str
    symbol: str
    place: str
    head: str
    position: str = ""

    @property
    def is_known(self) -> bool:
        """Did the register know the agency?"""
        return self.agency != _UNKNOWN

    def of_committee_above(self) -> Letterhead:
        """The People's Committee right above, where it issues instead; itself where there is none."""
        if not self.superior.startswith(COMMITTEE):
            return self
        position = authority_of(self.superior).head
        return Letterhead(self.superior, "", _OF_COMMITTEE, place_of(self.superior), "", position)

    def signed_by(self, person: Named) -> Letterhead:
        """With this person as who signs, in the position of the person's account."""
        position = authority_of(self.agency).position_of(person.position)
        return replace(self, head=person.full_name, position=position)


def paper_marks(*, is_draft: bool) -> tuple[str, ...]:
    """What stands above everything: a draft until it is recorded; invented data is always told."""
    found = ("DỰ THẢO",) if is_draft else ()
    return (*found, "Dữ liệu mẫu, không có giá trị pháp lý") if settings.OPENPAR_DEMO else found


def told_above(head: Letterhead) -> tuple[str, ...]:
    """The committee above among the recipients; whoever is no committee is told by others."""
    return (f"{head.superior} (để báo cáo)",) if head.superior.startswith(COMMITTEE) else ()


def named(agencies: Sequence[str], otherwise: str) -> tuple[str, ...]:
    """Agencies among the recipients, one by one while they are few."""
    return tuple(agencies) if len(agencies) <= _MOST_NAMED else (otherwise,)


def letterhead_of(organisation_id: int, day: date) -> Letterhead:
    """The agency and the one above it as they were named on `day`; at most three queries.

    Everything is dotted or empty for an organisation that the register did not know on that day.
    """
    versions = OrganisationVersion.objects.as_of(day)
    here = versions.filter(organisation_id=organisation_id).first()
    if here is None:
        return Letterhead(_UNKNOWN, "", _UNKNOWN, "", "")
    agency = _issuing(here)
    if agency.startswith(COMMITTEE):
        # The provincial one has nobody above it either.
        found = Letterhead(agency, "", _OF_COMMITTEE, place_of(agency), "")
    else:
        above = versions.filter(organisation_id=here.parent_id).first() if here.parent_id else None
        superior = _issuing(above) if above else ""
        symbol = here.short_name.upper().replace(" ", "")
        # The kind of a document stands before it; any kind shows whether it is one.
        is_symbol_known = is_symbol(f"TB-{symbol}")
        found = Letterhead(
            agency, superior, symbol if is_symbol_known else _UNKNOWN, place_of(superior or agency), ""
        )
    heads = _heads(organisation_id, day)
    if len(heads) == 1:
        return found.signed_by(heads[0])
    # Of several the program does not say who signs; where their accounts tell one title, it is the head's.
    titles = {authority_of(agency).position_of(one.position) for one in heads}
    heading = {one for one in titles if one and not one.startswith(_OF_OTHERS)}
    position = authority_of(agency).head or (heading.pop() if len(heading) == 1 else "")
    return replace(found, position=position)


def _issuing(here: OrganisationVersion) -> str:
    """The name under which it issues: a territory through its People's Committee, in full."""
    name = f"{COMMITTEE}{here.name.removeprefix(_SHORT)}" if here.name.startswith(f"{_SHORT} ") else here.name
    if here.kind in _TERRITORIES and not name.startswith(COMMITTEE):
        return f"{COMMITTEE} {name[:1].lower()}{name[1:]}"
    return name


def _heads(organisation_id: int, day: date) -> list[User]:
    """Who heads the agency on a day, whatever their number."""
    held = RoleHeld.objects.as_of(day).filter(
        organisation=organisation_id, role=Role.AGENCY_HEAD, user__is_active=True
    )
    return [one.user for one in held.select_related("user").order_by("id")]

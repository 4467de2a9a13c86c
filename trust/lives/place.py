"""Where the walks of life cycles happen: five agencies, who works there, what lies in their stores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from openpar.base.accounts.models import Role
from openpar.base.documents.actions import add_document
from openpar.base.organisations.models import Kind, Organisation
from openpar.base.organisations.roles import Actor
from openpar.common.formats import VIETNAM
from tests import factories

BEGUN = date(2026, 4, 6)
# What every document was issued on.
PAPERS_ON = date(2026, 1, 5)


@dataclass(frozen=True)
class Person:
    """Somebody with one office in one agency."""

    name: str
    office: str
    agency: str

    def works_in(self, agency: str) -> bool:
        return self.agency == agency and self.office in ("officer", "head")

    def heads(self, agency: str) -> bool:
        return self.agency == agency and self.office == "head"

    @property
    def oversees(self) -> bool:
        return self.office in ("manager", "leader", "auditor")


@dataclass(frozen=True)
class Place:
    """Agencies by name; people with what they act as; documents by the agency whose store they lie in and by
    whether they have number and day.
    """

    agencies: Mapping[str, Organisation]
    people: tuple[tuple[Person, Actor], ...]
    documents: Mapping[tuple[str, bool], int]

    def id_of(self, agency: str) -> int:
        return self.agencies[agency].pk

    def named(self, name: str) -> Actor:
        return next(actor for person, actor in self.people if person.name == name)


_OFFICES = (
    ("manager", "manager", "home"),
    ("second manager", "manager", "home"),
    ("home officer", "officer", "home"),
    ("home head", "head", "home"),
    ("officer", "officer", "health"),
    ("head", "head", "health"),
    ("stranger", "head", "justice"),
    ("leader", "leader", "committee"),
    ("auditor", "auditor", "committee"),
    ("controller", "controller", "committee"),
)
_ROLES = {
    "manager": Role.ROUND_MANAGER,
    "officer": Role.FOCAL_OFFICER,
    "head": Role.AGENCY_HEAD,
    "leader": Role.LEADER,
    "auditor": Role.AUDITOR,
    "controller": Role.PROCEDURE_CONTROLLER,
}


def moment(day: date) -> datetime:
    """Ten in the morning of a day."""
    return datetime(day.year, day.month, day.day, 10, 0, tzinfo=VIETNAM)


def place() -> Place:
    """Made once; every walk is taken back."""
    committee = factories.organisation("UBND tỉnh Mẫu", kind=Kind.PEOPLES_COMMITTEE, assessed=False)
    health = factories.organisation("Sở Y tế", parent=committee)
    agencies = {
        "committee": committee,
        "home": factories.organisation("Sở Nội vụ", parent=committee),
        "health": health,
        "justice": factories.organisation("Sở Tư pháp", parent=committee),
        "division": factories.organisation(
            "Phòng Nghiệp vụ Y", kind=Kind.DIVISION, parent=health, assessed=False
        ),
    }
    people = tuple(
        (Person(name, office, agency), factories.actor_as(_ROLES[office], agencies[agency], name))
        for name, office, agency in _OFFICES
    )
    keepers = {person.agency: actor for person, actor in people if person.office == "head"}
    documents = {
        (agency, is_complete): add_document(
            by=by,
            at=moment(PAPERS_ON),
            owner_id=agencies[agency].pk,
            title="Văn bản",
            number="15/KH",
            issued_on=PAPERS_ON if is_complete else None,
        ).pk
        for agency, by in keepers.items()
        for is_complete in (True, False)
    }
    return Place(agencies, people, documents)

"""Agencies of the demo with the people who act for them, and the documents they issue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from openpar.base.accounts.models import Role
from openpar.base.accounts.queries import Actor
from openpar.base.documents.actions import add_document
from openpar.base.organisations.models import OrganisationVersion
from openpar.demo.calendar import moment
from openpar.demo.people import People


@dataclass(frozen=True)
class Office:
    """An agency with its officer and its head."""

    key: str
    id: int
    name: str
    officer: Actor
    head: Actor


def office(people: People, key: str, on: date) -> Office:
    """The agency as it is called on a day."""
    unit = OrganisationVersion.objects.as_of(on).get(organisation__key=key)
    return Office(
        key,
        unit.organisation_id,
        unit.name,
        people.of_unit(unit, Role.FOCAL_OFFICER),
        people.of_unit(unit, Role.AGENCY_HEAD),
    )


def document(by: Actor, owner_id: int, number: str, title: str, on: date) -> int:
    """An invented document of an agency, marked as one by its number; its id."""
    return add_document(
        by=by,
        at=moment(on),
        owner_id=owner_id,
        title=title,
        number=f"{number} (mẫu)",
        issued_on=on,
    ).pk

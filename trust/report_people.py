"""Who acts in the walks of reports, and the documents that they attach."""

from __future__ import annotations

from typing import Any

from trust.report_model import Person


def people_of(place: Any) -> list[tuple[Person, Any]]:
    from openpar.base.accounts.models import Role, User
    from tests import factories

    user = User.objects.filter(full_name="Vừa quản lý vừa thủ trưởng").first()
    if user is None:
        user = factories.person_as(Role.ROUND_MANAGER, place.home.agency, "Vừa quản lý vừa thủ trưởng")
        factories.give(user, Role.AGENCY_HEAD, place.home.agency)
    second = factories.actor_as(Role.ROUND_MANAGER, place.home.agency, "Quản lý thứ hai")
    return [
        (Person("manager", "manager", "home"), place.manager),
        (Person("second manager", "manager", "home"), second),
        (Person("chief", "chief", "home"), factories.actor(user)),
        (Person("home officer", "officer", "home"), place.home.officer),
        (Person("home head", "head", "home"), place.home.head),
        (Person("officer", "officer", "health"), place.health.officer),
        (Person("head", "head", "health"), place.health.head),
        (Person("stranger", "head", "justice"), place.justice.head),
        (Person("leader", "leader", "committee"), place.leader),
        (Person("auditor", "auditor", "committee"), place.auditor),
    ]


def documents_of(place: Any) -> dict[tuple[str, bool], int]:
    from openpar.base.documents.actions import add_document
    from tests.reports.periodic import made

    found = {}
    for unit, office in (("health", place.health), ("home", place.home), ("justice", place.justice)):
        for is_complete in (True, False):
            document = add_document(
                by=office.officer,
                at=made.ON_TIME,
                owner_id=office.agency.pk,
                title="Báo cáo đã ký",
                number="9/BC",
                issued_on=made.ON_TIME.date() if is_complete else None,
                upload=b"%PDF-1.7\n%%EOF\n",
                file_name="bao-cao.pdf",
            )
            found[unit, is_complete] = document.pk
    return found

"""A small province with figures of the index, made by the actions people use."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from openpar.base.accounts.models import Role
from openpar.base.documents.actions import add_document
from openpar.base.documents.models import Document
from openpar.base.organisations.models import Kind, Organisation
from openpar.base.organisations.roles import Actor
from openpar.common.formats import VIETNAM
from openpar.delivery.service_quality.actions.entering import Entry, state_inputs
from openpar.delivery.service_quality.actions.importing import File
from openpar.delivery.service_quality.periods import IndexPeriod, IndexPeriodKind
from openpar.delivery.service_quality.rows import NOT_APPLICABLE, Given, given
from tests import factories

# After the month that the figures are about.
AT = datetime(2026, 7, 6, 9, 0, tzinfo=VIETNAM)
JUNE = IndexPeriod(IndexPeriodKind.MONTH, 2026, 6)
Figures = Mapping[str, tuple[str | None, str | None] | None]
# dossiers.md 7, the worked example: 17,60 for timeliness, 8,96 for services online.
EXAMPLE: Figures = {
    "2.1": ("880", "1000"),
    "3.1": ("100", "120"),
    "3.2": ("45", "100"),
    "3.3": ("430", "1000"),
}


@dataclass(frozen=True)
class Province:
    """A province with a department that has a division, and two communes; who works there."""

    top: Organisation
    department: Organisation
    division: Organisation
    communes: tuple[Organisation, Organisation]
    manager: Actor
    officer: Actor
    leader: Actor
    document: Document


def province() -> Province:
    top = factories.organisation("Tỉnh Lâm Đồng", kind=Kind.PROVINCE, key="68", assessed=False)
    department = factories.organisation("Sở Tư pháp", key="68-stp", parent=top, block_code="so")
    division = factories.organisation(
        "Phòng Công chứng số 1", key="68-pcc1", kind=Kind.DIVISION, parent=department, assessed=False
    )
    communes = tuple(
        factories.organisation(name, key=key, kind=Kind.COMMUNE, parent=top, block_code="xa")
        for name, key in (("Xã Hoà Bắc", "68-hb"), ("Xã Hoà Ninh", "68-hn"))
    )
    office = factories.organisation("Văn phòng UBND tỉnh", key="68-vp", parent=top, assessed=False)
    officer = factories.actor_as(Role.FOCAL_OFFICER, department, "Trần Thị Bình")
    document = add_document(
        by=officer,
        at=AT,
        owner_id=department.pk,
        title="Báo cáo số liệu tháng 6",
        number="12/BC-STP",
    )
    return Province(
        top=top,
        department=department,
        division=division,
        communes=(communes[0], communes[1]),
        manager=factories.actor_as(Role.PROCEDURE_CONTROLLER, office, "Lê Văn Cường"),
        officer=officer,
        leader=factories.actor_as(Role.LEADER, office, "Phạm Thị Dung"),
        document=document,
    )


def said(figures: tuple[str | None, str | None] | None) -> Given:
    """Two cells as they would be typed; None is "not applicable"."""
    if figures is None:
        return NOT_APPLICABLE
    above, below = (None if text is None else Decimal(text) for text in figures)
    return given(above, below)


def entries(figures: Figures) -> list[Entry]:
    return [Entry(name, said(of_one)) for name, of_one in figures.items()]


def stated(
    place: Province,
    where: Organisation,
    figures: Figures,
    *,
    at: datetime = AT,
    period: IndexPeriod = JUNE,
    by: Actor | None = None,
) -> int:
    """Typed by an officer of the department for it, by the manager for everybody else."""
    is_own = where == place.department
    return state_inputs(
        by=by or (place.officer if is_own else both(place)),
        at=at,
        organisation_id=where.pk,
        period=period,
        entries=entries(figures),
        document_id=place.document.pk,
    )


def both(place: Province) -> Actor:
    """Who controls procedures and works in the department too, so that its documents are theirs."""
    held = place.manager.held | place.officer.held
    return Actor(place.manager.id, place.manager.full_name, held)


def table(*lines: str, name: str = "so-lieu.csv") -> File:
    """A file with these lines."""
    content = "\n".join(lines).encode()
    return File(name, content, hashlib.sha256(content).hexdigest())

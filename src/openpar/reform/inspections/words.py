"""How a case is called, and what it checks: asked by actions and pages alike."""

from __future__ import annotations

from django.utils.translation import gettext as _

from openpar.base.documents.models import Document
from openpar.common.formats import format_date
from openpar.reform.inspections.checklists import ChecklistItem, checklist_of_version
from openpar.reform.inspections.models import Inspection


def team_name(case: Inspection) -> str:
    """“Đoàn kiểm tra 1228”: a team is called by the number of its decision."""
    return _("Đoàn kiểm tra %s") % case.decision.number.partition("/")[0].strip()


def document_words(document: Document | None) -> str:
    """“1228/QĐ-UBND ngày 05/03/2018”."""
    if document is None:
        return ""
    if document.issued_on is None:
        return document.number
    return _("%(number)s ngày %(day)s") % {
        "number": document.number,
        "day": format_date(document.issued_on),
    }


def items_of(case: Inspection) -> tuple[ChecklistItem, ...]:
    """The lines of the checklist that this case is about."""
    checklist = checklist_of_version(case.checklist)
    return tuple(item for item in checklist.items if item.field in case.fields)

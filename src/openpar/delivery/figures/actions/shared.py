"""What the actions share: the turn, the right, the version seen, the trace."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from django.utils.translation import gettext as _

from openpar.base.audit.traced import Subject, traced
from openpar.base.organisations.permissions import not_allowed
from openpar.base.organisations.queries import names_on
from openpar.base.organisations.roles import Actor
from openpar.common.errors import Gap
from openpar.common.typed import text_gaps as any_text_gaps
from openpar.delivery.figures.errors import FiguresRefused, StaleFigures
from openpar.delivery.figures.models import FigureRevision, FigureSheet, RevisionState
from openpar.delivery.figures.permissions import may_enter_figures
from openpar.delivery.figures.queries.loading import legal_period

LONGEST_TEXT = 4000
refuse_if = FiguresRefused.if_any
text_gaps = partial(any_text_gaps, longest=LONGEST_TEXT)


def refuse_unless_enters(by: Actor, organisation_id: int) -> None:
    if not may_enter_figures(by, organisation_id):
        raise FiguresRefused(not_allowed(by, _("Người của chính đơn vị lập số liệu của đơn vị")))


def take_revision(revision_id: int) -> FigureRevision:
    """The revision, locked until the transaction ends."""
    return FigureRevision.objects.select_for_update(of=("self",)).select_related("sheet").get(pk=revision_id)


def refuse_unless_draft(revision: FigureRevision, expected_version: int) -> None:
    """Raises FiguresRefused for what is signed, StaleFigures when it is not as the person saw it."""
    if revision.state != RevisionState.DRAFT:
        what = _("bản này đã ký, không sửa được")
        raise FiguresRefused(Gap("", what, _("Lập bản sửa đổi, nêu lý do"), code="not-draft"))
    if revision.version != expected_version:
        what = _("người khác vừa sửa phiếu này")
        raise StaleFigures(Gap("", what, _("Tải lại trang rồi sửa tiếp"), code="stale"))


def take_draft(revision_id: int, expected_version: int, by: Actor) -> FigureRevision:
    """A draft to be changed by somebody who may. Raises FiguresRefused, StaleFigures."""
    revision = take_revision(revision_id)
    refuse_unless_enters(by, revision.sheet.organisation_id)
    refuse_unless_draft(revision, expected_version)
    return revision


def grown(revision: FigureRevision, *also: str) -> None:
    """Stores that the draft has changed once more."""
    revision.version += 1
    revision.save(update_fields=["version", *also])


@traced
def trace(sheet: FigureSheet) -> Subject:
    """One entry about the sheet."""
    days = legal_period(sheet)
    name = names_on([sheet.organisation_id], days.until_on).get(sheet.organisation_id, "")
    return Subject(f"figure_sheet:{sheet.pk}", f"{name}, {sheet.form_code}, {days.words}")


def plain(cells: Iterable[tuple[str, int | None]]) -> list[str]:
    """Cells as lines of the trace: “Hộ tịch, cột 3: 675”; without a figure “—”."""
    return [f"{where}: {'—' if value is None else value}" for where, value in cells]

"""What the nine indicators of TT 01/2018 are computed from is entered."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from openpar.base.audit.actions import record
from openpar.base.organisations.models import Organisation, OrganisationVersion
from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.delivery.figures.actions.opening import PeriodAsked
from openpar.delivery.figures.actions.shared import refuse_if, refuse_unless_enters
from openpar.delivery.figures.errors import FiguresRefused, StaleFigures
from openpar.delivery.figures.evaluation import Entered, entry_gaps
from openpar.delivery.figures.forms import scheme_valid_on
from openpar.delivery.figures.models import EvaluationInput


def enter_evaluation(
    *,
    by: Actor,
    at: datetime,
    organisation_id: int,
    asked: PeriodAsked,
    expected_version: int,
    entered: Entered,
) -> EvaluationInput:
    """The inputs of an agency and period, in place of those there are; `expected_version` 0 for none yet.

    Raises FiguresRefused with every number that cannot be, StaleFigures.
    """
    with write_transaction():
        refuse_unless_enters(by, organisation_id)
        days = asked.period()
        scheme = scheme_valid_on(days.until_on)
        if scheme is None:
            what = _("không có cách đánh giá nào có hiệu lực vào ngày cuối kỳ")
            raise FiguresRefused(Gap(_("Kỳ"), what, _("Chọn kỳ khác"), code="no-scheme"))
        here = OrganisationVersion.objects.as_of(days.until_on).filter(organisation=organisation_id).first()
        gaps = entry_gaps(scheme, entered)
        if here is None:
            gaps.append(Gap(_("Đơn vị"), _("không có trong danh mục vào ngày cuối kỳ"), code="no-agency"))
        refuse_if(gaps)
        assert here is not None
        identity = {
            "organisation_id": organisation_id,
            "calendar": days.calendar.value,
            "kind": days.kind.value,
            "year": days.year,
            "number": days.number,
        }
        # Of the first saves of a period there is no row yet to wait for each other at.
        Organisation.objects.select_for_update(of=("self",)).get(pk=organisation_id)
        row = EvaluationInput.objects.select_for_update().filter(**identity).first()
        if (row.version if row else 0) != expected_version:
            what = _("người khác vừa sửa số liệu đánh giá của kỳ này")
            raise StaleFigures(Gap("", what, _("Tải lại trang rồi sửa tiếp"), code="stale"))
        before = _facts(row) if row else None
        row = row or EvaluationInput(**identity, version=0)
        row.tallies = {name: list(tally) for name, tally in entered.tallies.items()}
        row.figures = dict(entered.figures)
        row.scheme_version = scheme.version
        if before == _facts(row):
            return row
        row.version, row.entered_by_id, row.entered_at = row.version + 1, by.id, at
        row.save()
        record(
            by=by,
            at=at,
            verb="figures.evaluated",
            object=f"evaluation:{row.pk}",
            about=f"evaluation:{row.pk}",
            label=f"{here.name}, {days.words}",
            before=before,
            after=_facts(row),
        )
        return row


def _facts(row: EvaluationInput) -> dict[str, object]:
    return {"tallies": dict(row.tallies), "figures": dict(row.figures)}

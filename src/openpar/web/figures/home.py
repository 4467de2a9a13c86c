"""What waits on the first page: drafts to go on with or to sign, and agencies that have not sent."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.accounts.queries import Actor
from openpar.base.organisations.queries import names_on
from openpar.delivery.figures.forms import form_codes
from openpar.delivery.figures.models import FigureRevision, RevisionState
from openpar.delivery.figures.permissions import agencies_entered_by, may_return_figures, may_sign_figures
from openpar.delivery.figures.queries.listing import agencies_of_period
from openpar.delivery.figures.queries.loading import period_of_revision
from openpar.engine.periods import Calendar, PeriodKind
from openpar.web.figures.common import usual_period
from openpar.web.home.sections import Item, Section

_MOST = 6


def waiting(actor: Actor, at: datetime) -> tuple[Section, ...]:
    """One section: drafts of the own agencies; for those who return figures, who has not signed."""
    items = _drafts(actor, at)
    if may_return_figures(actor):
        items += _missing(at)
    return (Section(_("Số liệu báo cáo"), tuple(items[:_MOST]), more=reverse("figures")),)


def _drafts(actor: Actor, at: datetime) -> list[Item]:
    """Drafts of periods that are over; those that were returned first."""
    own = agencies_entered_by(actor)
    if not own:
        return []
    today = timezone.localdate(at)
    drafts = FigureRevision.objects.filter(sheet__organisation__in=own, state=RevisionState.DRAFT)
    found = list(
        drafts.filter(until_on__lte=today).select_related("sheet").order_by("-number", "until_on")[:_MOST]
    )
    names = names_on({one.sheet.organisation_id for one in found}, today)
    items = []
    for draft in found:
        agency = draft.sheet.organisation_id
        state = ("bad", _("cần lập lại")) if draft.reason else ("draft", _("đang lập"))
        if may_sign_figures(actor, agency) and not draft.reason:
            state = ("waiting", _("chờ ký"))
        label = f"{draft.sheet.form_code}, {period_of_revision(draft).words}"
        link = reverse("figure-sheet", args=[draft.sheet_id])
        items.append(Item(label, link, names.get(agency, ""), *state))
    return items


def _missing(at: datetime) -> list[Item]:
    """How many agencies have not signed the quarter that ended last."""
    period = usual_period(Calendar.REFORM, PeriodKind.QUARTER, timezone.localdate(at))
    code = form_codes()[0]
    lines = agencies_of_period(code, period)
    if not any(line.sheet_id for line in lines):
        # Nobody reports here yet: no list of everybody.
        return []
    missing = sum(not line.is_signed for line in lines)
    if not missing:
        return []
    query = f"?form={code}&kind=QUARTER&year={period.year}&number={period.number}&state=waiting"
    note = _("%(missing)d/%(total)d đơn vị") % {"missing": missing, "total": len(lines)}
    label = f"{code}, {period.words}"
    return [Item(label, reverse("figures") + query, note, "warning", _("chưa ký"))]

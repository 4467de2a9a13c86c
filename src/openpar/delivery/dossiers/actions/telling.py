"""Whoever answers for the dossiers hears of finish dates that a list told otherwise than before."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from django.utils.translation import gettext as _

from openpar.base.accounts.models import RoleHeld
from openpar.base.accounts.queries import people_holding
from openpar.base.facts.models import Batch
from openpar.base.notifications.actions import tell
from openpar.base.organisations.roles import Role
from openpar.common.formats import VIETNAM
from openpar.delivery.dossiers.models import QualityHit
from openpar.delivery.dossiers.quality import Rule

# Of all agencies, and of their own.
_OVER_ALL = (Role.PROCEDURE_CONTROLLER, Role.ROUND_MANAGER)
_OF_AGENCY = Role.AGENCY_HEAD


def tell_of_rewritten(*, batch: Batch, at: datetime) -> int:
    """Tells those who control procedures of a whole province, and the heads of the agencies concerned, how
    many finish dates one list rewrote; each person once a list. How many were told.

    Part of the transaction in which the list comes in. A count and no codes: messages go by mail too.
    """
    hits = QualityHit.objects.filter(found_in=batch, rule=Rule.Q8)
    counts = Counter(hits.values_list("organisation_id", flat=True))
    if not counts:
        return 0
    today = at.astimezone(VIETNAM).date()
    link = f"/dossiers/quality/{Rule.Q8.value}/?batch={batch.pk}"
    over_all = people_holding(_OVER_ALL, None, today)
    tell(recipients=over_all, text=_text(counts.total()), link=link, at=at)
    held = RoleHeld.objects.as_of(today).filter(role=_OF_AGENCY, user__is_active=True)
    heads = held.filter(organisation__in=list(counts)).exclude(user__in=over_all)
    pairs = sorted(set(heads.values_list("user_id", "organisation_id")))
    for user_id, agency in pairs:
        own = f"{link}&agency={agency}&own=1"
        tell(recipients=[user_id], text=_text(counts[agency]), link=own, at=at)
    return len({*over_all, *(user_id for user_id, _agency in pairs)})


def _text(count: int) -> str:
    return _("%d hồ sơ đổi ngày trả kết quả sau khi đã kết thúc.") % count

"""What becomes of the council's conclusion when the totals that it accepted change."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from openpar.base.accounts.queries import Actor
from openpar.base.notifications.actions import tell
from openpar.parindex.assessments.actions.rounds import trace_round
from openpar.parindex.assessments.models import Assessment, Round


def take_round_of_sheet(assessment_id: int) -> Round:
    """Locks the round of a sheet, before the sheet itself is locked: in the order in which publication does.

    Raises Assessment.DoesNotExist.
    """
    round_id = Assessment.objects.values_list("round_block__round_id", flat=True).get(pk=assessment_id)
    return Round.objects.select_for_update().get(pk=round_id)


def set_aside_conclusion(round: Round, *, why: str, by: Actor, at: datetime) -> None:
    """The council accepted totals that are others now, so it has to conclude anew (decision 0011).

    The caller has locked the round and changed a total. Nothing happens when there is no conclusion yet.
    """
    chair_id = round.council_chair_id
    if round.council_met_on is None or chair_id is None:
        return
    before = {"met_on": round.council_met_on.isoformat(), "conclusion": round.council_conclusion}
    round.council_met_on, round.council_conclusion, round.council_chair = None, "", None
    round.save(update_fields=["council_met_on", "council_conclusion", "council_chair"])
    trace_round(round, "council.set_aside", by=by, at=at, before=before, reason=why)
    tell(
        recipients=[chair_id],
        text=_("Kết luận của Hội đồng về “%(round)s” phải lập lại, vì tổng điểm đã đổi: %(why)s")
        % {"round": round.title, "why": why},
        link=f"/rounds/{round.pk}/council/",
        at=at,
    )

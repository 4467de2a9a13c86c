"""The round manager reminds units that are not ready: a message to their people, with a trace."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.accounts.models import Role, RoleHeld
from openpar.base.accounts.queries import Actor
from openpar.base.audit.actions import record
from openpar.base.notifications.actions import tell
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.parindex.assessments.actions.rounds import take_round
from openpar.parindex.assessments.errors import Incomplete, NotNow
from openpar.parindex.assessments.models import Assessment, Round, RoundStage

# The phases in which a unit has something to do.
STAGES = (RoundStage.SELF_SCORING, RoundStage.EXPLANATION)


def remind_units(
    *, round_id: int, assessment_ids: Sequence[int], text: str, by: Actor, at: datetime
) -> tuple[str, ...]:
    """Writes to the focal officers and heads of the chosen units of a round.

    Returns the names of units that have nobody to write to. Raises NotAllowed, NotNow, Incomplete.
    """
    with write_transaction():
        round = take_round(round_id, by)
        if round.stage not in STAGES:
            raise NotNow(Gap("", _("chỉ nhắc đơn vị khi đang tự chấm hoặc giải trình."), code="other_stage"))
        gaps = []
        if not assessment_ids:
            gaps.append(Gap(_("Đơn vị"), _("chưa chọn đơn vị nào."), code="no_unit"))
        if not text.strip():
            gaps.append(Gap(_("Nội dung"), _("chưa nhập."), code="no_text"))
        if gaps:
            raise Incomplete(gaps)
        sheets = list(
            Assessment.objects.filter(round_block__round=round, pk__in=assessment_ids)
            .select_related("unit")
            .order_by("pk")
        )
        told = _write_to(round, sheets, text.strip(), at)
        about = f"round:{round.pk}"
        record(
            by=by,
            at=at,
            verb="round.units_reminded",
            object=about,
            about=about,
            label=round.title,
            after={"units": [sheet.unit.name for sheet in sheets], "text": text.strip()},
        )
        return tuple(sheet.unit.name for sheet in sheets if sheet.organisation_id not in told)


def _write_to(round: Round, sheets: Sequence[Assessment], text: str, at: datetime) -> set[int]:
    """Returns the organisations in which somebody was told."""
    held = RoleHeld.objects.as_of(timezone.localdate(at)).filter(
        role__in=(Role.FOCAL_OFFICER, Role.AGENCY_HEAD),
        user__is_active=True,
        organisation__assessments__in=sheets,
    )
    people: dict[int, set[int]] = {}
    for user_id, organisation_id in held.values_list("user_id", "organisation_id"):
        people.setdefault(organisation_id, set()).add(user_id)
    for sheet in sheets:
        tell(
            recipients=people.get(sheet.organisation_id, ()),
            text=_("Nhắc của “%(round)s”: %(text)s") % {"round": round.title, "text": text},
            link=f"/assessments/{sheet.pk}/",
            at=at,
        )
    return set(people)

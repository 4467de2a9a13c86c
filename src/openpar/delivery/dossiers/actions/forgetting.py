"""People of dossiers go when the dossier is over in time, in the transaction that learns of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from openpar.base.facts.actions.personal import end_keeping
from openpar.base.organisations.roles import Actor
from openpar.base.privacy.queries import dossiers_erased
from openpar.delivery.dossiers.declarations import PEOPLE_DATASET
from openpar.delivery.dossiers.normalising import Reckoned
from openpar.delivery.dossiers.queries.people import are_needed, needed_until_now


def forget_people(reckoned: Reckoned, told_of: Sequence[str], *, by: Actor, at: datetime) -> None:
    """Erases people of dossiers that needed them until now and, judged anew, need them no more.

    `told_of` are those of which the list in hand brought people: an older list that comes late may bring
    those of a dossier that is over, and one on its way those who had themselves erased meanwhile. To be
    called before the facts of these dossiers are put in.
    """
    over = reckoned.rows.codes[~are_needed(reckoned.judged)].tolist()
    ended = {*needed_until_now(over), *set(over).intersection(told_of)}
    if ended:
        _forget(sorted(ended), _("Hồ sơ đã kết thúc, không trễ hạn"), by=by, at=at)
    asked = dossiers_erased().intersection(told_of) - ended
    if asked:
        _forget(sorted(asked), _("Người nộp đã yêu cầu xóa"), by=by, at=at)


def _forget(codes: Sequence[str], reason: str, *, by: Actor, at: datetime) -> None:
    keys = [(code,) for code in codes]
    end_keeping(by=by, at=at, dataset=PEOPLE_DATASET, keys=keys, reason=reason)

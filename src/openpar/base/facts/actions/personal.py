"""Erasing what was told of people, when somebody asks for it by law (base.privacy)."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from openpar.base.audit.actions import record
from openpar.base.facts.actions.datasets import not_allowed
from openpar.base.facts.current import Keys
from openpar.base.facts.datasets import locked
from openpar.base.facts.errors import FactsRefused
from openpar.base.facts.models import PersonalPart
from openpar.base.facts.permissions import may_erase_personal_data
from openpar.base.facts.personal import personal_rows
from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.common.text import nfc

_LONGEST_REASON = 500


def erase_personal(*, by: Actor, at: datetime, dataset: str, keys: Keys, reason: str) -> int:
    """Erases what every batch told of the people of these keys; how many rows were erased.

    The facts stay, and so does every digest: the file holds the salted hash, and the salt goes with the
    content. The trace names batches and rows, never what stood there. `reason` says which request it was.
    Raises FactsRefused for a stranger, without a reason, and when there is nothing left to erase.
    """
    with write_transaction():
        to = locked(dataset)
        if not may_erase_personal_data(by):
            raise not_allowed(by)
        gaps = []
        if not reason.strip() or len(reason) > _LONGEST_REASON:
            what = _("để trống hoặc dài quá %d ký tự") % _LONGEST_REASON
            gaps.append(Gap(_("Lý do"), what, _("Ghi yêu cầu của ai, ngày nào"), code="reason-unfit"))
        there = [row for row in personal_rows(dataset, keys) if row.erased_at is None]
        if not there:
            what = _("không còn dữ liệu cá nhân của các khóa này")
            gaps.append(Gap(dataset, what, code="nothing-to-erase"))
        if gaps:
            raise FactsRefused(gaps)
        erased = PersonalPart.objects.filter(pk__in=[row.part_id for row in there]).update(
            salt="", content=None, erased_at=at
        )
        record(
            by=by,
            at=at,
            verb="facts.personal_erased",
            object=f"dataset:{to.dataset_id}",
            label=dataset,
            after={"rows": erased, "places": [[row.batch, row.row] for row in there]},
            reason=nfc(reason).strip(),
        )
        return erased

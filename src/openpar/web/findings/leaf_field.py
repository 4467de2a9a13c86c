"""The criterion that a finding costs: offered, read as it was typed, and led to where it is scored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from openpar.base.organisations.roles import Actor
from openpar.common.errors import Gap, Refused
from openpar.common.text import fold
from openpar.parindex.assessments.queries.leaves import (
    LeafOffer,
    LeafOfUnit,
    RunningLeaf,
    leaves_offered,
    running_leaves,
)
from openpar.reform.findings.actions.adding import Leaf
from openpar.reform.findings.models import Finding
from openpar.reform.heirs import heirs_on
from openpar.web.http import now, today

Offers = Sequence[LeafOffer]


def leaf_label(leaf: Leaf | None) -> str:
    """“1.3.1 – Tỷ lệ đơn vị trực thuộc được kiểm tra”: how a criterion is offered and typed."""
    return f"{leaf.code} – {leaf.text}" if leaf else ""


def offers_of(organisation_id: int) -> Offers:
    """The criteria that a finding of one agency may cost."""
    return leaves_offered([organisation_id], today()).get(organisation_id, ())


def labels_of(offers: Iterable[LeafOffer]) -> list[str]:
    """For a list of suggestions, each once."""
    return list(dict.fromkeys(leaf_label(one.leaf) for one in offers))


def read_leaf(typed: str, offers: Offers, kept: Leaf | None = None) -> Leaf | None:
    """The criterion that was typed: its code, or code and title as offered; None for nothing typed.

    What stood there before (`kept`) may stay though it is offered no more. Raises Refused.
    """
    wanted = fold(typed)
    if not wanted:
        return None
    if kept is not None and wanted == fold(leaf_label(kept)):
        return kept
    for one in offers:
        if wanted in (fold(one.leaf.code), fold(leaf_label(one.leaf))):
            return one.leaf
    what = _("không có tiêu chí “%s” trong bộ tiêu chí của đơn vị") % typed.strip()[:80]
    raise Refused(Gap(_("Tiêu chí"), what, _("Chọn trong danh sách, hoặc để trống"), code="no-leaf"))


def this_year(who: Actor, findings: Sequence[Finding]) -> dict[int, str]:
    """By finding: the address where the running round scores its criterion, for whoever may see that."""
    named = [one for one in findings if one.leaf_text]
    if who.id is None or not named:
        return {}
    heir = heirs_on({one.organisation_id for one in named}, today())
    asked = {one.pk: LeafOfUnit(heir[one.organisation_id], one.leaf_key, one.leaf_text) for one in named}
    found = running_leaves(who.id, set(asked.values()), now())
    return {pk: _address(found[where]) for pk, where in asked.items() if where in found}


def _address(leaf: RunningLeaf) -> str:
    return reverse("assessment-leaf", args=[leaf.assessment_id, leaf.code])


def leaf_link(one: Finding, running: str) -> str:
    """Where the criterion of a finding leads: to the published result that lost points, else to this year's
    sheet; "" for nowhere.
    """
    return one.source_link if one.is_of_publication else running

"""A model or initiative is entered, and its words are put right."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.common.text import fold, nfc
from openpar.reform.fields import field_codes
from openpar.reform.initiatives.actions.shared import (
    grown,
    refuse_if,
    refuse_if_stale,
    refuse_if_stopped,
    refuse_unless_enters,
    take,
    text_gaps,
    trace,
)
from openpar.reform.initiatives.models import Initiative, Kind, Level


@dataclass(frozen=True)
class Proposal:
    """What is said of it; `field` the code of a reform field, `source` where it was read of, if anywhere."""

    kind: Kind
    name: str
    level: Level
    field: str
    content: str
    scope: str = ""
    source: str = ""


def propose(*, organisation_id: int, proposal: Proposal, by: Actor, at: datetime) -> Initiative:
    """A new model or initiative of an agency. Raises InitiativeRefused with every gap."""
    with write_transaction():
        refuse_unless_enters(by, organisation_id)
        refuse_if(_gaps(proposal))
        made = Initiative(
            organisation_id=organisation_id,
            kind=proposal.kind,
            proposed_by_id=by.person_id,
            proposed_at=at,
        )
        _put(made, proposal)
        made.save()
        trace(made, "initiative.proposed", by=by, at=at, after=_told(made))
        return made


def change(
    *, initiative_id: int, proposal: Proposal, expected_version: int, by: Actor, at: datetime
) -> Initiative:
    """Other words for the same thing; what it is (model or initiative) and whose stays.

    Raises InitiativeRefused with every gap, StaleInitiative.
    """
    with write_transaction():
        there = take(initiative_id)
        refuse_unless_enters(by, there.organisation_id)
        refuse_if_stopped(there)
        refuse_if_stale(there, expected_version)
        gaps = _gaps(proposal)
        if proposal.kind != there.kind:
            what = _("không đổi được loại sau khi đã nhập")
            remedy = _("Dừng mục này, nêu lý do, rồi nhập mục khác")
            gaps.append(Gap(_("Loại"), what, remedy, code="kind-fixed"))
        refuse_if(gaps)
        before = _told(there)
        _put(there, proposal)
        if _told(there) == before:
            return there
        grown(there, *_WORDS)
        trace(there, "initiative.changed", by=by, at=at, before=before, after=_told(there))
        return there


_WORDS = ("name", "name_folded", "level", "field", "content", "scope", "source")


def _put(initiative: Initiative, proposal: Proposal) -> None:
    initiative.name = " ".join(nfc(proposal.name).split())
    initiative.name_folded = fold(initiative.name)[:300]
    initiative.level = proposal.level
    initiative.field = proposal.field
    initiative.content = nfc(proposal.content).strip()
    initiative.scope = nfc(proposal.scope).strip()
    initiative.source = nfc(proposal.source).strip()


def _told(initiative: Initiative) -> dict[str, object]:
    return {
        "kind": str(initiative.kind),
        **{name: str(getattr(initiative, name)) for name in _WORDS if name != "name_folded"},
    }


def _gaps(proposal: Proposal) -> list[Gap]:
    gaps = [
        *text_gaps(_("Tên"), proposal.name, longest=300),
        *text_gaps(_("Nội dung"), proposal.content),
        *text_gaps(_("Phạm vi áp dụng"), proposal.scope, is_needed=False),
        *text_gaps(_("Nguồn"), proposal.source, longest=300, is_needed=False),
    ]
    known = field_codes()
    if proposal.field not in known:
        what = _("“%s” không phải lĩnh vực cải cách hành chính") % proposal.field[:10]
        gaps.append(Gap(_("Lĩnh vực"), what, ", ".join(known), code="no-field"))
    return gaps

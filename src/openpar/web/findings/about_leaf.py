"""Findings about a criterion, shown where the criterion is scored and appraised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from openpar.base.organisations.roles import Actor
from openpar.parindex.criteria.lasting import lasting_keys
from openpar.parindex.criteria.queries import LoadedLeaf
from openpar.reform.findings.models import FindingState
from openpar.reform.findings.queries.counting import AboutLeaf, LeafAsked, about_leaves_among
from openpar.reform.findings.queries.visibility import visible_findings
from openpar.reform.heirs import standing_in
from openpar.web.findings.common import Pill
from openpar.web.http import today


@dataclass(frozen=True)
class Line:
    """One finding about the criterion."""

    unit: str
    text: str
    link: str
    year: int
    pill: Pill


def lines_about(who: Actor, leaf: LoadedLeaf, year: int, units: Mapping[int, str]) -> list[Line]:
    """What is open, was remedied late or in time about a leaf of the set of `year`, of the units (id → name).

    Only what this person may see; five queries at most where nobody succeeded anybody.
    """
    if not units:
        return []
    key = lasting_keys([leaf.id])[leaf.id]
    asked = [LeafAsked(leaf.code, leaf.title, key)]
    day = today()
    seen = visible_findings(standing_in(who, day))
    found = about_leaves_among(list(units), asked, year=year, today=day, among=seen)
    return [
        Line(units[unit], one.text, f"/findings/{one.id}/", one.year, _pill(one))
        for unit in units
        for one in found.get(unit, {}).get(leaf.code, ())
    ]


def _pill(one: AboutLeaf) -> Pill:
    if one.state == FindingState.CLOSED:
        return ("warning", _("khắc phục chậm")) if one.is_late else ("done", _("đã khắc phục đúng hạn"))
    if one.days_overdue:
        words = ngettext("quá hạn %d ngày", "quá hạn %d ngày", one.days_overdue) % one.days_overdue
        return "bad", words
    return "empty", str(one.state.label)

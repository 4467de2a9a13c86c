"""What is wrong with the data: counts by rule and agency, and the list of every rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from openpar.base.facts.models import Batch
from openpar.base.facts.queries import batches
from openpar.common.text import sort_key
from openpar.delivery.dossiers.declarations import DATASET
from openpar.delivery.dossiers.models import QualityHit
from openpar.delivery.dossiers.quality import Rule
from openpar.delivery.dossiers.queries.quality import hit_counts, hits_told_in, open_hits
from openpar.web.components.paging import slice_of
from openpar.web.dossiers.common import agency_choices, frame, names_of, narrowed, seen_agencies
from openpar.web.dossiers.words import RULES
from openpar.web.http import AuthenticatedRequest, page
from openpar.web.procedures.common import asked_number


@dataclass(frozen=True)
class RuleLine:
    """One rule: how many dossiers break it, and what that means."""

    code: str
    title: str
    why: str
    count: int
    link: str


@dataclass(frozen=True)
class AgencyLine:
    """One agency by itself with its hits in the order of the rules, 0 where it has none."""

    name: str
    cells: tuple[tuple[int, str], ...]
    total: int
    link: str


@dataclass(frozen=True)
class HitLine:
    """One dossier that breaks a rule."""

    rule: str
    code: str
    link: str
    agency: str
    said: str
    batch_id: int
    source: str


# In place of a rule: all of them.
EVERY_RULE = "all"


def hits_link(agency: int, *, own: bool) -> str:
    """The list of everything that is wrong in the dossiers of an agency, or also of all below it."""
    asked = f"?agency={agency}&own=1" if own else f"?agency={agency}"
    return reverse("dossiers-quality-rule", args=[EVERY_RULE]) + asked


def told_in_link(rule: Rule, batch_id: int) -> str:
    """What breaks a rule among the dossiers of one list, as the list left them."""
    return f"{reverse('dossiers-quality-rule', args=[rule.value])}?told_in={batch_id}"


@page("GET")
def board(request: AuthenticatedRequest) -> HttpResponse:
    organisations, agency = narrowed(request), asked_number(request, "agency")
    ending = f"?agency={agency}" if agency else ""
    counts = {
        one: hits for one, hits in hit_counts().items() if organisations is None or one in organisations
    }
    links = {rule: reverse("dossiers-quality-rule", args=[rule.value]) for rule in Rule}
    names = names_of(counts)
    agencies = [
        AgencyLine(
            names.get(one, str(one)),
            tuple((hits.get(rule, 0), f"{links[rule]}?agency={one}&own=1") for rule in Rule),
            sum(hits.values()),
            hits_link(one, own=True),
        )
        for one, hits in counts.items()
    ]
    context = {
        **frame(request, "dossiers-quality"),
        "rules": [
            RuleLine(
                rule.value,
                str(rule.label),
                str(RULES[rule]),
                sum(hits.get(rule, 0) for hits in counts.values()),
                links[rule] + ending,
            )
            for rule in Rule
        ],
        "rows": sorted(agencies, key=lambda line: (-line.total, sort_key(line.name))),
        "agency": agency,
        "agencies": agency_choices(seen_agencies(request), agency),
    }
    return render(request, "dossiers/quality.html", context)


@page("GET")
def rule_page(request: AuthenticatedRequest, rule: str) -> HttpResponse:
    if rule not in (*Rule.values, EVERY_RULE):
        raise Http404
    chosen = None if rule == EVERY_RULE else Rule(rule)
    only_own, agency = request.GET.get("own") == "1", asked_number(request, "agency")
    organisations = narrowed(request, only_own=only_own)
    batch, told_in = asked_number(request, "batch"), asked_number(request, "told_in")
    listed: Batch | None = None
    hits: Sequence[QualityHit] | QuerySet[QualityHit]
    if told_in is None:
        hits = open_hits(rule=chosen, organisations=organisations, batch_id=batch)
    else:
        listed = get_object_or_404(batches(DATASET).select_related("dataset"), pk=told_in)
        hits = hits_told_in(listed, rule=chosen, organisations=organisations)
    found = slice_of(request, hits)
    names = names_of({hit.organisation_id for hit in found.items})
    context = {
        **frame(request, "dossiers-quality"),
        "rule": chosen.value if chosen else "",
        "title": chosen.label if chosen else _("Mọi lỗi dữ liệu"),
        "why": RULES[chosen] if chosen else "",
        "slice": found,
        "rows": [
            HitLine(
                f"{hit.rule}. {Rule(hit.rule).label}",
                hit.dossier,
                reverse("dossier", args=[hit.dossier]),
                names.get(hit.organisation_id, ""),
                hit.said,
                hit.found_in_id,
                hit.found_in.source,
            )
            for hit in found.items
        ],
        "agency": agency,
        "kept": {"own": "1" if only_own else "", "batch": batch or "", "told_in": told_in or ""},
        "list": listed,
        "agencies": agency_choices(seen_agencies(request), agency),
    }
    return render(request, "dossiers/rule.html", context)

"""Findings as other packages ask for them: by source, by criterion, as a rate."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from openpar.common.text import fold
from openpar.reform.findings.lateness import days_overdue, is_overdue, was_remedied_in_time
from openpar.reform.findings.models import Finding, FindingState, FoundBy
from openpar.reform.findings.queries.lineage import forerunners
from openpar.reform.heirs import forerunners_on, left_on


def findings_of(found_by: FoundBy, source_id: int) -> QuerySet[Finding]:
    """The findings that one object of another package brought (an inspection, a conference, a round)."""
    return Finding.objects.filter(found_by=found_by, source_id=source_id).select_related("unit")


@dataclass(frozen=True)
class LeafAsked:
    """A line of a criteria set: its code in the set asked about, its wording and its lasting key."""

    code: str
    text: str
    key: str = ""


@dataclass(frozen=True)
class AboutLeaf:
    """A finding about a criterion, for whoever appraises the criterion."""

    id: int
    text: str
    year: int
    state: FindingState
    is_late: bool
    days_overdue: int


def about_leaves_of(
    organisation_id: int,
    leaves: Iterable[LeafAsked],
    *,
    year: int,
    today: date,
    among: QuerySet[Finding] | None = None,
) -> Mapping[str, tuple[AboutLeaf, ...]]:
    """By code of the leaf: findings about the same criterion, the newest first: open, late or remedied.

    Of the unit and those it succeeds; what the appraisal of `year` or later itself found is left out. `among`
    narrows to what somebody may see. One query beside those of the succession.
    """
    found = about_leaves_among([organisation_id], leaves, year=year, today=today, among=among)
    return found.get(organisation_id, {})


def about_leaves_among(
    organisation_ids: Collection[int],
    leaves: Iterable[LeafAsked],
    *,
    year: int,
    today: date,
    among: QuerySet[Finding] | None = None,
) -> dict[int, dict[str, tuple[AboutLeaf, ...]]]:
    """The same for several units at once, by unit and code of the leaf; no more queries for hundreds."""
    asked = list(leaves)
    lineage = forerunners(organisation_ids)
    members = {member for line in lineage.values() for member in line}
    rows = (Finding.objects.all() if among is None else among).filter(organisation_id__in=sorted(members))
    rows = rows.exclude(leaf_text="").exclude(found_by=FoundBy.APPRAISAL, leaf_year__gte=year)
    about: dict[int, list[tuple[str, AboutLeaf]]] = {}
    for row in rows.order_by("-year", "id"):
        codes = [leaf.code for leaf in asked if _is_about(row, leaf)]
        about.setdefault(row.organisation_id, []).extend((code, _about(row, today)) for code in codes)
    return {unit: found for unit, line in lineage.items() if (found := _by_code(about, line))}


def _by_code(
    about: Mapping[int, Sequence[tuple[str, AboutLeaf]]], units: Iterable[int]
) -> dict[str, tuple[AboutLeaf, ...]]:
    found: dict[str, list[AboutLeaf]] = {}
    for unit in units:
        for code, line in about.get(unit, ()):
            found.setdefault(code, []).append(line)
    return {code: tuple(lines) for code, lines in found.items()}


def _is_about(row: Finding, leaf: LeafAsked) -> bool:
    if row.leaf_key and leaf.key:
        return row.leaf_key == leaf.key
    return fold(row.leaf_text) == fold(leaf.text)


def _about(row: Finding, today: date) -> AboutLeaf:
    is_closed_late = row.state == FindingState.CLOSED and not was_remedied_in_time(row)
    return AboutLeaf(
        id=row.pk,
        text=row.text,
        year=row.year,
        state=FindingState(row.state),
        is_late=is_closed_late or is_overdue(row, today),
        days_overdue=days_overdue(row, today),
    )


@dataclass(frozen=True)
class Remedied:
    """Findings remedied in time of those due in a period, with the findings behind both.

    Remedied in time: reported by the deadline in force, and accepted. A finding without a deadline is in no
    denominator. Sums go upwards by adding numerators and denominators, never by averaging.
    """

    numerator: int
    denominator: int
    due_ids: tuple[int, ...]
    in_time_ids: tuple[int, ...]


def remedied_on_time(organisation_ids: Collection[int], first: date, last: date) -> Mapping[int, Remedied]:
    """By organisation: of what fell due on [first, last], both included, what was remedied in time.

    What was found in one that ended counts for whoever carried it on when it fell due, and once.
    Organisations without a finding due are in it with 0 of 0. Four queries where nobody succeeded anybody.
    """
    before, left = forerunners_on(organisation_ids, last), left_on(organisation_ids, last)
    # From a unit to those asked about that had to remedy for it, and since when; until when the unit itself.
    acting: dict[int, list[tuple[int, date]]] = {one: [(one, date.min)] for one in organisation_ids}
    for one, known in before.items():
        for each in known:
            acting.setdefault(each.organisation_id, []).append((one, each.since))
    rows = Finding.objects.filter(organisation_id__in=list(acting), deadline__gte=first, deadline__lte=last)
    due: dict[int, list[Finding]] = {one: [] for one in organisation_ids}
    for row in rows.order_by("id"):
        assert row.deadline is not None
        for one, since in acting[row.organisation_id]:
            if since <= row.deadline and (one not in left or row.deadline < left[one]):
                due[one].append(row)
    return {one: _remedied(found) for one, found in due.items()}


def _remedied(due: Sequence[Finding]) -> Remedied:
    in_time = [row for row in due if row.state == FindingState.CLOSED and was_remedied_in_time(row)]
    return Remedied(
        numerator=len(in_time),
        denominator=len(due),
        due_ids=tuple(row.pk for row in due),
        in_time_ids=tuple(row.pk for row in in_time),
    )

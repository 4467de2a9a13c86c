"""A shortcoming is found: by hand, or in bulk by a package that has asked the right itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.audit.actions import record
from openpar.base.notifications.actions import tell
from openpar.base.organisations.models import OrganisationVersion
from openpar.base.organisations.permissions import not_allowed
from openpar.base.organisations.roles import Actor, Role
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.common.text import fold
from openpar.reform.findings.actions.shared import (
    add_step,
    as_side,
    cleaned,
    moved,
    people_of,
    refuse_if,
    state_gaps,
    take_finding,
    text_gaps,
    trace,
)
from openpar.reform.findings.errors import FindingRefused
from openpar.reform.findings.limits import year_of
from openpar.reform.findings.models import (
    LONGEST_LINE,
    Finding,
    FindingState,
    FindingStep,
    FoundBy,
    Severity,
)
from openpar.reform.findings.permissions import (
    FROM_INSIDE,
    may_enter_from_inside,
    may_enter_from_outside,
    may_judge,
)
from openpar.reform.findings.queries.lineage import forerunners, heirs
from openpar.reform.findings.recurrence import History, Known, years_text
from openpar.reform.findings.taxonomy import entry

_AT_A_TIME = 400


@dataclass(frozen=True)
class Leaf:
    """A line of a criteria set in words; `key` is what stays the same over the years, "" if not known.

    `maximum`: the most points that can be lost there, None where nobody said.
    """

    code: str
    text: str
    year: int
    key: str = ""
    maximum: Decimal | None = None


@dataclass(frozen=True)
class NewFinding:
    """What was found, with whom, by whom and for which days (both included).

    `finder_id` is the organisation that found it and will close it. `severity` None: that of the taxonomy.
    `source_*`: what it came from, in words, and its address. `points_at_stake`: the points lost on the line;
    None: the most that can be lost there, as far as known.
    """

    organisation_id: int
    field: str
    text: str
    found_by: FoundBy
    finder_id: int
    found_on: date
    period_from: date
    period_until: date
    code: str = ""
    severity: Severity | None = None
    metric: str = ""
    request: str = ""
    deadline: date | None = None
    source_id: int | None = None
    source_text: str = ""
    source_link: str = ""
    leaf: Leaf | None = None
    points_at_stake: Decimal | None = None


def add_findings(*, lines: Sequence[NewFinding], by: Actor, at: datetime) -> list[Finding]:
    """Makes findings of the lines, in their order; for packages that have asked who may.

    Runs in the caller's transaction where there is one, with a few queries for hundreds of units. Each unit
    is told once for each source. Raises FindingRefused with every gap of every line; then none is made.
    """
    if not lines:
        return []
    with write_transaction():
        units = _units_of(lines)
        refuse_if([gap for line in lines for gap in _line_gaps(line, units)])
        rows = [_row(line, units[line.organisation_id, line.found_on], by, at) for line in lines]
        _with_recurrence(rows)
        made = Finding.objects.bulk_create(rows, batch_size=_AT_A_TIME)
        _trace_added(made, by, at)
        _tell_added(made, by, at)
        return made


def add_finding(*, line: NewFinding, by: Actor, at: datetime) -> Finding:
    """One finding entered by hand. Raises FindingRefused."""
    with write_transaction():
        if not may_add(by, line):
            remedy = _("Người của đơn vị nêu tồn tại của chính đơn vị; Sở Nội vụ nêu tồn tại của đơn vị khác")
            raise FindingRefused(not_allowed(by, remedy))
        if line.found_on > timezone.localdate(at):
            raise FindingRefused(Gap(_("Ngày phát hiện"), _("sau hôm nay"), code="future"))
        return add_findings(lines=[line], by=by, at=at)[0]


def may_add(by: Actor, line: NewFinding) -> bool:
    """May this person enter this line by hand? The page asks the same."""
    if line.found_by in FROM_INSIDE:
        return line.finder_id == line.organisation_id and may_enter_from_inside(by, line.organisation_id)
    units = OrganisationVersion.objects.as_of(line.found_on).filter(organisation_id=line.organisation_id)
    return may_enter_from_outside(
        by,
        organisation_id=line.organisation_id,
        finder_id=line.finder_id,
        parent_id=units.values_list("parent_id", flat=True).first(),
    )


def classify_finding(
    *, finding_id: int, code: str, leaf: Leaf | None, expected_version: int, by: Actor, at: datetime
) -> Finding:
    """The finding side says what a finding is: its code of the taxonomy, and the line of the criteria set
    that it costs; "" and None for none. What a published result lost stays where it was lost.

    Raises FindingRefused, StaleFinding.
    """
    with write_transaction():
        finding = take_finding(finding_id, expected_version)
        if not may_judge(as_side(by, at), finding):
            raise FindingRefused(not_allowed(by, _("Bên phát hiện phân loại")))
        gaps = []
        if finding.state == FindingState.CLOSED:
            gaps = state_gaps(finding, FindingState.CLOSED)
        found = entry(code, finding.period_until)
        if code and (found is None or found.field != finding.field):
            gaps.append(_bad_code(code))
        is_moved = leaf_of(finding) != leaf
        if is_moved and finding.is_of_publication:
            what = _("điểm đã mất ở tiêu chí này theo kết quả công bố")
            gaps.append(Gap(_("Tiêu chí"), what, _("Giữ nguyên tiêu chí"), code="published-leaf"))
        refuse_if(gaps)
        before = _classified(finding)
        finding.code = code
        if is_moved:
            _set_leaf(finding, leaf)
        moved(finding, "code", *_LEAF)
        _renew_recurrence({finding.organisation_id})
        words = " · ".join(
            part for part in (code, f"{finding.leaf_code} {finding.leaf_text}".strip()) if part
        )
        add_step(finding, FindingStep.Kind.CLASSIFIED, text=words, by=by, at=at)
        trace(finding, "finding.classified", by=by, at=at, before=before, after=_classified(finding))
        finding.refresh_from_db()
        return finding


def leaf_of(finding: Finding) -> Leaf | None:
    """The line of the criteria set that a finding names, as `classify_finding` takes it."""
    if not finding.leaf_text:
        return None
    assert finding.leaf_year is not None
    points = None if finding.is_of_publication else finding.points_at_stake
    return Leaf(finding.leaf_code, finding.leaf_text, finding.leaf_year, finding.leaf_key, points)


_LEAF = ("leaf_code", "leaf_text", "leaf_year", "leaf_key", "points_at_stake")


def _set_leaf(finding: Finding, leaf: Leaf | None) -> None:
    finding.leaf_code, finding.leaf_key = (leaf.code, leaf.key) if leaf else ("", "")
    finding.leaf_text = leaf.text[:LONGEST_LINE] if leaf else ""
    finding.leaf_year = leaf.year if leaf else None
    finding.points_at_stake = leaf.maximum if leaf else None


def _classified(finding: Finding) -> dict[str, object]:
    return {"code": finding.code, "leaf": f"{finding.leaf_code} {finding.leaf_text}".strip()}


_Units = dict[tuple[int, date], OrganisationVersion]


def _units_of(lines: Sequence[NewFinding]) -> _Units:
    """Every unit as it was on the day, or as it last was before; one query."""
    ids = {line.organisation_id for line in lines}
    versions: defaultdict[int, list[OrganisationVersion]] = defaultdict(list)
    for version in OrganisationVersion.objects.filter(organisation_id__in=sorted(ids)).order_by("valid_from"):
        versions[version.organisation_id].append(version)
    units: _Units = {}
    for line in lines:
        begun = [one for one in versions[line.organisation_id] if one.valid_from <= line.found_on]
        if begun:
            units[line.organisation_id, line.found_on] = begun[-1]
    return units


def _line_gaps(line: NewFinding, units: _Units) -> list[Gap]:
    unit = units.get((line.organisation_id, line.found_on))
    if unit is None:
        what = _("đơn vị không có trong danh mục vào ngày phát hiện")
        return [Gap(_("Đơn vị"), what, _("Chọn đơn vị khác hoặc ngày khác"), code="no-unit")]
    gaps = text_gaps(_("Tồn tại, hạn chế"), line.text, _("Ghi rõ tồn tại"))
    if line.period_until < line.period_from:
        gaps.append(
            Gap(_("Thời kỳ"), _("ngày cuối trước ngày đầu"), _("Sửa lại thời kỳ"), code="period-order")
        )
    if line.deadline is not None and line.deadline < line.found_on:
        gaps.append(Gap(_("Hạn khắc phục"), _("trước ngày phát hiện"), code="deadline-before"))
    if not _is_field(line.field):
        gaps.append(Gap(_("Lĩnh vực"), _("không có lĩnh vực “%s”") % line.field[:10], code="no-field"))
    elif line.code:
        found = entry(line.code, line.period_until)
        if found is None or found.field != line.field:
            gaps.append(_bad_code(line.code))
    return [Gap(f"{unit.name}, {gap.where}", gap.what, gap.remedy, gap.code) for gap in gaps]


def _is_field(code: str) -> bool:
    return code in {f"F{number}" for number in range(8)}


def _bad_code(code: str) -> Gap:
    what = _("không có mã “%s” trong lĩnh vực này") % code[:10]
    return Gap(_("Mã tồn tại"), what, _("Chọn mã trong danh mục, hoặc để trống"), code="no-code")


def _row(line: NewFinding, unit: OrganisationVersion, by: Actor, at: datetime) -> Finding:
    known = entry(line.code, line.period_until) if line.code else None
    severity = line.severity or (known.severity if known else Severity.MINOR)
    text = cleaned(line.text)
    row = Finding(
        organisation_id=line.organisation_id,
        unit=unit,
        field=line.field,
        code=line.code,
        text=text,
        text_folded=fold(text),
        found_by=line.found_by,
        finder_id=line.finder_id,
        source_id=line.source_id,
        source_text=line.source_text[:LONGEST_LINE],
        source_link=line.source_link,
        severity=severity,
        metric=line.metric[:200],
        period_from=line.period_from,
        period_until=line.period_until,
        year=year_of(line.period_until),
        request=cleaned(line.request),
        deadline=line.deadline,
        found_on=line.found_on,
        entered_by_id=by.id,
        entered_at=at,
    )
    _set_leaf(row, line.leaf)
    if line.points_at_stake is not None:
        row.points_at_stake = line.points_at_stake
    return row


def _known(row: Finding) -> Known:
    return Known(row.organisation_id, row.year, row.code, row.leaf_key, row.leaf_text)


_KNOWN = ("organisation_id", "year", "code", "leaf_key", "leaf_text", "earlier_years")


def _with_recurrence(rows: Sequence[Finding]) -> None:
    """Sets the earlier years of new rows, and renews those of later findings that now recur."""
    units = {row.organisation_id for row in rows}
    family = heirs(units)
    lineage = forerunners(family)
    members = {member for line in lineage.values() for member in line}
    there = list(Finding.objects.filter(organisation_id__in=sorted(members)).only(*_KNOWN))
    history = History(map(_known, [*there, *rows]), lineage)
    for row in rows:
        row.earlier_years = years_text(history.earlier_years(_known(row)))
    first = min(row.year for row in rows)
    _store_renewed((one for one in there if one.organisation_id in family and one.year > first), history)


def _renew_recurrence(units: set[int]) -> None:
    """After a change of code: all findings of the units and of their heirs."""
    family = heirs(units)
    lineage = forerunners(family)
    members = {member for line in lineage.values() for member in line}
    there = list(Finding.objects.filter(organisation_id__in=sorted(members)).only(*_KNOWN))
    history = History(map(_known, there), lineage)
    _store_renewed((one for one in there if one.organisation_id in family), history)


def _store_renewed(rows: Iterable[Finding], history: History) -> None:
    renewed = []
    for row in rows:
        years = years_text(history.earlier_years(_known(row)))
        if years != row.earlier_years:
            row.earlier_years = years
            renewed.append(row)
    Finding.objects.bulk_update(renewed, ["earlier_years"], batch_size=_AT_A_TIME)


def _trace_added(made: Sequence[Finding], by: Actor, at: datetime) -> None:
    """One entry: about the finding, or about all that one source brought."""
    first = made[0]
    if len(made) == 1:
        trace(first, "finding.added", by=by, at=at, after=_told(first))
        return
    units: defaultdict[str, list[str]] = defaultdict(list)
    for row in made:
        units[row.unit.name].append(f"{row.pk} {row.code or row.field} {row.leaf_code}".strip())
    about = f"findings:{first.pk}"
    label = first.source_text or str(FoundBy(first.found_by).label)
    record(
        by=by,
        at=at,
        verb="finding.added",
        object=about,
        about=about,
        label=label,
        after={"findings": dict(units)},
    )


def _told(row: Finding) -> dict[str, object]:
    return {
        "text": row.text,
        "code": row.code,
        "found_by": row.found_by,
        "deadline": row.deadline.isoformat() if row.deadline else None,
    }


def _tell_added(made: Sequence[Finding], by: Actor, at: datetime) -> None:
    """The focal officer and the head of every unit, once for each source; nobody of what they entered."""
    sources: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
    for row in made:
        sources[row.found_by, row.source_text].add(row.organisation_id)
    roles = [Role.FOCAL_OFFICER, Role.AGENCY_HEAD]
    for (found_by, source), units in sources.items():
        text = _("Đơn vị có tồn tại, hạn chế cần khắc phục (%(kind)s: %(source)s).") % {
            "kind": FoundBy(found_by).label,
            "source": source or made[0].text,
        }
        link = "/findings/" if len(made) > 1 else f"/findings/{made[0].pk}/"
        tell(recipients=people_of(units, roles, at=at, but=by), text=text, link=link, at=at)

"""Issuing a publishing decision: new contents begin, what it abolishes or replaces ends, agencies told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from openpar.base.accounts.models import Role
from openpar.base.accounts.queries import people_holding
from openpar.base.notifications.actions import tell
from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.common.formats import format_date
from openpar.delivery.procedures.actions.decisions import locked_draft
from openpar.delivery.procedures.actions.lines import WITH_CONTENTS, contents_of_line
from openpar.delivery.procedures.actions.shared import in_future, lock_catalogue, refuse_if, trace
from openpar.delivery.procedures.actions.versions import (
    Register,
    end_version,
    trace_version,
    version_facts,
    version_row,
    write_versions,
)
from openpar.delivery.procedures.contents import Contents
from openpar.delivery.procedures.models import (
    DecisionLine,
    Procedure,
    ProcedureVersion,
    PublishingDecision,
    VersionAgency,
)
from openpar.delivery.procedures.queries.agencies import Handling
from openpar.delivery.procedures.rules import contents_gaps, missing_parts
from openpar.delivery.procedures.words import LineChange


@dataclass(frozen=True)
class _Line:
    """A line with what it needs to be carried out."""

    row: DecisionLine
    contents: Contents | None
    open_version: ProcedureVersion | None


def issue_decision(*, by: Actor, at: datetime, decision_id: int, expected_version: int) -> PublishingDecision:
    """Brings the lines of a draft into the catalogue, all or none, and tells the agencies that must post.

    Raises ProceduresRefused with every gap of every line, StaleProcedures when the draft changed meanwhile.
    """
    with write_transaction():
        lock_catalogue()
        decision = locked_draft(decision_id, by=by, expected_version=expected_version)
        lines = _lines(decision)
        register = _register(lines)
        refuse_if(_gaps(decision, lines, register, at))
        begun = _carry_out(decision, lines, register, by=by, at=at)
        decision.issued_at = at
        decision.save(update_fields=["issued_at"])
        trace(
            by=by,
            at=at,
            verb="decision.issued",
            object=f"publishing_decision:{decision.pk}",
            label=decision.number,
            after={"codes": [line.row.code for line in lines], "effective_on": decision.effective_on},
        )
        _tell_agencies(decision, lines, begun, at=at)
        return decision


def issue_gaps(decision: PublishingDecision, at: datetime) -> list[Gap]:
    """What keeps a draft from being issued: the same that `issue_decision` asks, for the button."""
    lines = _lines(decision)
    return _gaps(decision, lines, _register(lines), at)


def _lines(decision: PublishingDecision) -> list[_Line]:
    rows = list(decision.lines.select_related("procedure").order_by("code"))
    versions = ProcedureVersion.objects.filter(
        procedure__in=[row.procedure_id for row in rows if row.procedure_id], valid_until=None
    )
    there = {version.procedure_id: version for version in versions.select_related("procedure")}
    return [_Line(row, contents_of_line(row), there.get(row.procedure_id or 0)) for row in rows]


def _register(lines: list[_Line]) -> Register:
    return Register.load(agency.key for line in lines if line.contents for agency in line.contents.agencies)


def _gaps(decision: PublishingDecision, lines: list[_Line], register: Register, at: datetime) -> list[Gap]:
    gaps = in_future(_("Ngày ký"), decision.signed_on, at)
    if not lines:
        remedy = _("Thêm thủ tục được ban hành, sửa đổi hoặc bãi bỏ")
        gaps.append(Gap(decision.number, _("chưa có thủ tục nào"), remedy, code="no-lines"))
    for line in lines:
        gaps += _line_gaps(decision, line, register)
    return gaps


def _line_gaps(decision: PublishingDecision, line: _Line, register: Register) -> list[Gap]:
    row, where = line.row, line.row.code
    gaps = []
    if row.change == LineChange.NEW and Procedure.objects.filter(code=row.code).exists():
        gaps.append(Gap(where, _("đã có trong danh mục"), _("Đổi mã"), code="procedure-taken"))
    if row.change != LineChange.NEW:
        gaps += _order_gaps(decision, line)
    if row.change == LineChange.REPLACED and not _has_successor(decision, row):
        what = _("không có thủ tục thay thế %s") % row.successor_code
        remedy = _("Thêm thủ tục thay thế vào quyết định, hoặc kiểm tra mã")
        gaps.append(Gap(where, what, remedy, code="successor-unknown"))
    if row.change not in WITH_CONTENTS:
        return gaps
    link = f"/procedures/decisions/{decision.pk}/lines/{row.pk}/"
    if line.contents is None:
        return [*gaps, Gap(where, _("chưa có nội dung"), code="contents-missing", link=link)]
    found = [
        *contents_gaps(line.contents, valid_from=decision.effective_on, where=where),
        *register.gaps(line.contents.agencies, where),
    ]
    for part in missing_parts(line.contents):
        remedy = _("Bộ phận bắt buộc theo Điều 8 NĐ 63/2010/NĐ-CP")
        label = str(part.label)
        what = _("thiếu %s") % f"{label[:1].lower()}{label[1:]}"
        found.append(Gap(where, what, remedy, code=f"missing-{part.lower()}"))
    return [*gaps, *(Gap(gap.where, gap.what, gap.remedy, gap.code, gap.link or link) for gap in found)]


def _order_gaps(decision: PublishingDecision, line: _Line) -> list[Gap]:
    where, version = line.row.code, line.open_version
    if version is None:
        remedy = _("Bỏ dòng này khỏi quyết định")
        return [Gap(where, _("không còn hiệu lực"), remedy, code="already-ended")]
    if version.valid_from >= decision.effective_on:
        since = format_date(version.valid_from)
        what = _("đã có phiên bản từ ngày %s") % since
        remedy = _("Thay đổi được ghi theo thứ tự ngày: quyết định có hiệu lực sau ngày %s") % since
        return [Gap(where, what, remedy, code="later-version")]
    return []


def _has_successor(decision: PublishingDecision, row: DecisionLine) -> bool:
    if row.successor_code == row.code:
        return False
    in_decision = decision.lines.filter(code=row.successor_code, change=LineChange.NEW)
    in_force = ProcedureVersion.objects.filter(procedure__code=row.successor_code, valid_until=None)
    return in_decision.exists() or in_force.exists()


def _carry_out(
    decision: PublishingDecision, lines: list[_Line], register: Register, *, by: Actor, at: datetime
) -> list[ProcedureVersion]:
    for line in lines:
        if line.open_version is not None:
            end_version(line.open_version, on=decision.effective_on, by=by, at=at, reason=decision.number)
    begun = []
    for line in lines:
        if line.contents is None:
            continue
        row = line.row
        if row.procedure is None:
            row.procedure = Procedure.objects.create(
                code=row.code, suffix=row.suffix, is_sample=decision.is_sample
            )
            row.save(update_fields=["procedure"])
        version = version_row(
            row.procedure,
            line.contents,
            register=register,
            valid_from=decision.effective_on,
            valid_until=None,
            decision=decision,
        )
        begun.append((version, line.contents))
    write_versions(begun, register)
    for version, contents in begun:
        trace_version(
            version,
            verb="procedure.added",
            by=by,
            at=at,
            before=None,
            after=version_facts(contents, version.valid_from, None),
            reason=decision.number,
        )
    return [version for version, _contents in begun]


def _tell_agencies(
    decision: PublishingDecision, lines: list[_Line], begun: list[ProcedureVersion], *, at: datetime
) -> None:
    """Whoever collects for an agency that handles one of the procedures learns that it is to be posted."""
    ended = [line.open_version for line in lines if line.open_version and line.contents is None]
    rows = list(VersionAgency.objects.filter(version__in=[*begun, *ended]))
    agencies = Handling.load(rows).of(rows, _day_of_effect(decision, at))
    people = people_holding([Role.FOCAL_OFFICER], agencies, timezone.localdate(at))
    text = ngettext(
        "Quyết định %(number)s công bố %(count)d thủ tục, hiệu lực từ %(day)s: cần niêm yết.",
        "Quyết định %(number)s công bố %(count)d thủ tục, hiệu lực từ %(day)s: cần niêm yết.",
        len(lines),
    ) % {"number": decision.number, "count": len(lines), "day": format_date(decision.effective_on)}
    link = f"/procedures/decisions/{decision.pk}/"
    tell(recipients=people, text=text, link=link, at=at)


def _day_of_effect(decision: PublishingDecision, at: datetime) -> date:
    """Agencies are those of the day of effect; of today when that day is past."""
    return max(decision.effective_on, timezone.localdate(at))

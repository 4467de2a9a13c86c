"""The lines of a draft decision: which procedures it makes, changes, replaces, abolishes, with what text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.delivery.procedures.actions.decisions import locked_draft
from openpar.delivery.procedures.actions.shared import refuse_if, trace
from openpar.delivery.procedures.codes import CodeNotUnderstood, ProcedureCode, parse_code
from openpar.delivery.procedures.contents import Contents, from_mapping, to_mapping
from openpar.delivery.procedures.errors import ProceduresRefused, StaleProcedures
from openpar.delivery.procedures.models import DecisionLine, Procedure, ProcedureVersion, PublishingDecision
from openpar.delivery.procedures.queries.loading import contents_of, with_parts
from openpar.delivery.procedures.words import LineChange

WITH_CONTENTS = (LineChange.NEW, LineChange.AMENDED)


@dataclass(frozen=True)
class NewLine:
    """One procedure that a decision is about; a new one needs first contents, at least name and sector."""

    code: str
    change: LineChange
    contents: Contents | None = None
    successor_code: str = ""


def add_line(*, by: Actor, at: datetime, decision_id: int, line: NewLine) -> DecisionLine:
    """A procedure more in a draft. An amended one begins with the contents now in force."""
    with write_transaction():
        decision = locked_draft(decision_id, by=by)
        gaps: list[Gap] = []
        code = _code(line.code, gaps)
        successor = _code(line.successor_code, gaps) if line.change is LineChange.REPLACED else None
        refuse_if(gaps)
        assert code is not None
        procedure = Procedure.objects.filter(code=code.national).first()
        refuse_if(_line_gaps(decision, line, code.national, procedure))
        contents = line.contents
        if contents is None and line.change is LineChange.AMENDED and procedure:
            contents = contents_in_force(procedure)
        made = DecisionLine.objects.create(
            decision=decision,
            code=code.national,
            suffix=code.suffix or (procedure.suffix if procedure else ""),
            change=line.change,
            procedure=procedure,
            successor_code=successor.national if successor else "",
            contents=to_mapping(contents) if contents and line.change in WITH_CONTENTS else None,
        )
        _trace(made, "decision.line_added", by=by, at=at, after={"change": line.change})
        return made


def change_line(
    *, by: Actor, at: datetime, line_id: int, contents: Contents, expected_version: int
) -> DecisionLine:
    """Other contents for a new or amended procedure. Raises StaleProcedures when somebody else was faster.

    Gaps of the contents are told when the decision is issued: a draft may be unfinished.
    """
    with write_transaction():
        line = _locked_line(line_id, by)
        if line.change not in WITH_CONTENTS:
            what = _("thủ tục bị bãi bỏ hoặc thay thế không có nội dung mới")
            raise ProceduresRefused(Gap(line.code, what, code="no-contents"))
        _refuse_if_stale(line, expected_version)
        before, after = line.contents, to_mapping(contents)
        if before == after:
            return line
        line.contents = after
        line.version += 1
        line.save(update_fields=["contents", "version"])
        _trace(line, "decision.line_changed", by=by, at=at, before=before, after=after)
        return line


def remove_line(*, by: Actor, at: datetime, line_id: int, expected_version: int) -> None:
    """A procedure less in a draft. Raises StaleProcedures when somebody else has written contents since."""
    with write_transaction():
        line = _locked_line(line_id, by)
        _refuse_if_stale(line, expected_version)
        _trace(line, "decision.line_removed", by=by, at=at, before={"change": line.change})
        line.delete()


def contents_in_force(procedure: Procedure) -> Contents | None:
    """The contents of the version that has no last day; None for a procedure that has ended."""
    version = with_parts(ProcedureVersion.objects.filter(procedure=procedure, valid_until=None)).first()
    return contents_of(version) if version else None


def contents_of_line(line: DecisionLine) -> Contents | None:
    return from_mapping(line.contents) if line.contents else None


def _locked_line(line_id: int, by: Actor) -> DecisionLine:
    decision_id = DecisionLine.objects.values_list("decision_id", flat=True).get(pk=line_id)
    locked_draft(decision_id, by=by)
    return DecisionLine.objects.select_related("decision").get(pk=line_id)


def _refuse_if_stale(line: DecisionLine, expected_version: int) -> None:
    if line.version != expected_version:
        remedy = _("Xem lại nội dung rồi lưu lại")
        raise StaleProcedures(Gap(line.code, _("người khác vừa sửa"), remedy, code="stale"))


def _code(text: str, gaps: list[Gap]) -> ProcedureCode | None:
    try:
        return parse_code(text, where=_("Mã thủ tục"))
    except CodeNotUnderstood as refused:
        gaps += refused.gaps
        return None


def _line_gaps(
    decision: PublishingDecision, line: NewLine, number: str, procedure: Procedure | None
) -> list[Gap]:
    where = _("Mã thủ tục")
    gaps = []
    if decision.lines.filter(code=number).exists():
        remedy = _("Sửa dòng đã có của thủ tục này")
        gaps.append(Gap(where, _("%s đã có trong quyết định") % number, remedy, code="line-twice"))
    if line.change is LineChange.NEW and procedure is not None and procedure.versions.exists():
        what = _("%s đã có trong danh mục") % number
        gaps.append(Gap(where, what, _("Chọn sửa đổi, bổ sung"), code="procedure-taken"))
    if line.change is LineChange.NEW and line.contents is None:
        remedy = _("Ghi tên, lĩnh vực và cấp thực hiện")
        gaps.append(Gap(_("Nội dung"), _("để trống"), remedy, code="contents-missing"))
    if line.change is not LineChange.NEW and (
        procedure is None or not procedure.versions.filter(valid_until=None).exists()
    ):
        what = _("%s không có trong danh mục hoặc đã hết hiệu lực") % number
        remedy = _("Chọn ban hành mới, hoặc kiểm tra mã")
        gaps.append(Gap(where, what, remedy, code="procedure-unknown"))
    return gaps


def _trace(
    line: DecisionLine,
    verb: str,
    *,
    by: Actor,
    at: datetime,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    trace(
        by=by,
        at=at,
        verb=verb,
        object=f"publishing_decision:{line.decision_id}",
        label=f"{line.decision.number} {line.code}",
        before=before,
        after=after,
    )

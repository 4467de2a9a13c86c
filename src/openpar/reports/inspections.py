"""The papers of an inspection, composed from what its case holds: announcement, minutes, conclusion.

Each is a draft until its step is recorded with number and day; then it carries those of the recorded
document. What was signed is that document's own file, and is only read. Nobody is asked for permission here.
Whatever language the reader has chosen, papers are written in Vietnamese.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from django.utils.translation import override

from openpar.base.documents.models import Document
from openpar.base.organisations.queries import names_on
from openpar.common.formats import format_date
from openpar.reform.fields import field_name
from openpar.reform.inspections.models import (
    ChecklistAnswer,
    InspectedUnit,
    Inspection,
    Limitation,
    Mode,
    Result,
    Side,
    TeamMember,
)
from openpar.reform.inspections.queries.cases import CaseView, unit_lines
from openpar.reform.inspections.words import document_words, items_of, team_name
from openpar.reports.documents import OfficialDocument
from openpar.reports.documents.authorities import authority_of
from openpar.reports.documents.kinds import (
    Conclusions,
    Frame,
    Signer,
    conclusion_notice,
    minutes,
    notice,
)
from openpar.reports.documents.kinds import Side as SideOfMinutes
from openpar.reports.documents.model import (
    Appendix,
    Block,
    Column,
    DottedLines,
    Heading,
    Note,
    Paragraph,
    Point,
    Table,
)
from openpar.reports.documents.numbering import numbered
from openpar.reports.documents.wording import BLANK, day_words
from openpar.reports.letterheads import Letterhead, letterhead_of, named, paper_marks, told_above

_UNKNOWN = "—"
# “99/QĐ-UBND”: the symbol names who issued, however the rest is written.
_OF_COMMITTEE = re.compile(r"/[^/]*-UBND\b")
_OUTLINE = (
    Column("Mã", Decimal(14), "center"),
    Column("Nội dung", Decimal(91)),
    Column("Căn cứ", Decimal(60)),
)
_OBSERVED = (
    Column("Mã", Decimal(14), "center"),
    Column("Nội dung kiểm tra", Decimal(66)),
    Column("Kết quả", Decimal(25)),
    Column("Ghi nhận của đoàn", Decimal(60)),
)


def announcement(view: CaseView, on: date) -> OfficialDocument:
    """The notice that announces the decision about the team: units and days, team, contents, requests.

    The outline of the report on oneself is its appendix. `on` is the day whose names are used while the
    notice has no day of its own.
    """
    with override("vi"):
        case = view.case
        day = _day_of(case.notice, on)
        head = _issuer(case, case.notice, day)
        names = _names(case, day)
        frame = _frame(head, case.notice, recipients=(*_told(names, head), "Lưu: VT"))
        opening = (
            f"Thực hiện {_plan_words(case)} và Quyết định số {document_words(case.decision)} thành lập Đoàn "
            f"kiểm tra, {head.agency} thông báo kiểm tra công tác cải cách hành chính như sau:"
        )
        made = notice(
            frame,
            abstract="Kiểm tra công tác cải cách hành chính",
            body=(Paragraph(opening), *_announced(view, names, head, day)),
            appendices=(Appendix("Đề cương báo cáo tự kiểm tra", tuple(_outline(case, day))),),
        )
        return numbered(made, case.notice.number if case.notice else "")


def minutes_of(view: CaseView, unit: InspectedUnit, on: date) -> OfficialDocument:
    """The minutes of the working day at one unit, with what the team noted; signed by both sides."""
    with override("vi"):
        case = view.case
        day = unit.minutes_on or unit.visit_on or _day_of(unit.minutes, on)
        head = _issuer(case, case.decision, day)
        name = names_on([unit.organisation_id], day).get(unit.organisation_id, BLANK)
        team = team_name(case)
        frame = Frame(
            agency=team,
            superior=head.agency,
            symbol="ĐKT",
            place=head.place,
            signer=Signer("Trưởng đoàn"),
            day=unit.minutes.issued_on if unit.minutes else None,
            recipients=("Đoàn kiểm tra", name, "Lưu: Hồ sơ kiểm tra"),
            marks=_marks(unit.minutes),
        )
        worked_on = day_words(unit.minutes_on or unit.visit_on)
        opening = (
            f"Hôm nay, {worked_on}, tại {name}, {team} (Quyết định số {document_words(case.decision)}) "
            f"làm việc với {name} về công tác cải cách hành chính, {_period(case)}."
        )
        made = minutes(
            frame,
            abstract=f"Kiểm tra công tác cải cách hành chính tại {name}",
            opening=opening,
            sides=(
                SideOfMinutes("Đoàn kiểm tra", _attended(view), unit.signed_for_team),
                SideOfMinutes(name, (f"Ông (bà) {BLANK}, chức vụ: {BLANK}",) * 2, unit.signed_for_unit),
            ),
            body=tuple(_observations(case, unit, day)),
            closing=(
                "Biên bản được đọc cho hai bên cùng nghe, thống nhất và ký tên; lập thành 02 bản có giá trị "
                "như nhau, mỗi bên giữ 01 bản."
            ),
        )
        return numbered(made, unit.minutes.number if unit.minutes else "")


def conclusion(view: CaseView, on: date) -> OfficialDocument:
    """The notice of conclusions, one for all units of the case: what it says of each, requests, deadlines."""
    with override("vi"):
        case = view.case
        day = _day_of(case.conclusion, on)
        head = _issuer(case, case.conclusion, day)
        names = _names(case, day)
        recipients = (*_told(names, head), "Thành viên Đoàn kiểm tra", "Lưu: VT")
        made = conclusion_notice(
            _frame(head, case.conclusion, recipients=recipients),
            abstract="Kết luận kiểm tra công tác cải cách hành chính",
            opening=_concluding_words(case, len(names), head),
            conclusions=_conclusions(case, names),
            strengths=_sentences(case.strengths),
            requests=_sentences(case.requests),
            remedy_due=case.remedy_due,
            response_due=case.response_due,
        )
        return numbered(made, case.conclusion.number if case.conclusion else "")


# --- head and foot ------------------------------------------------------------------------------------------


def _issuer(case: Inspection, document: Document | None, day: date) -> Letterhead:
    """The organisation of the plan, or the committee above it where the number says that it issued."""
    head = letterhead_of(case.campaign.organisation_id, day)
    is_of_committee = document is not None and _OF_COMMITTEE.search(document.number)
    return head.of_committee_above() if is_of_committee else head


def _frame(head: Letterhead, document: Document | None, *, recipients: tuple[str, ...]) -> Frame:
    # Who signed a recorded one stands on it, and may have been a deputy.
    position = authority_of(head.agency).head if document else head.position
    signer = Signer(position or head.position, "" if document else head.head)
    return Frame(
        agency=head.agency,
        superior=head.superior,
        symbol=head.symbol,
        place=head.place,
        signer=signer,
        day=document.issued_on if document else None,
        recipients=recipients,
        marks=_marks(document),
    )


def _marks(document: Document | None) -> tuple[str, ...]:
    return paper_marks(is_draft=document is None)


def _told(names: dict[int, str], head: Letterhead) -> tuple[str, ...]:
    return (*named(list(names.values()), "Các đơn vị được kiểm tra"), *told_above(head))


def _day_of(document: Document | None, on: date) -> date:
    return document.issued_on if document and document.issued_on else on


def _names(case: Inspection, day: date) -> dict[int, str]:
    """The names of the units in their order, by the ids of their rows."""
    units = list(case.units.order_by("id").values_list("pk", "organisation_id"))
    names = names_on([organisation for _unit, organisation in units], day)
    return {unit: names.get(organisation, BLANK) for unit, organisation in units}


def _period(case: Inspection) -> str:
    first, last = format_date(case.covers_from), format_date(case.covers_until)
    return f"thời kỳ kiểm tra từ ngày {first} đến hết ngày {last}"


def _plan_words(case: Inspection) -> str:
    plan = case.campaign
    return f"{plan.title} (số {document_words(plan.document)})" if plan.document else plan.title


def _sentences(text: str) -> tuple[str, ...]:
    """The lines somebody typed, each a point: without the dashes and plus signs they were listed with."""
    lines = (line.strip().lstrip("-+•*").strip() for line in text.splitlines())
    return tuple(line for line in lines if line)


# --- the announcement ---------------------------------------------------------------------------------------


def _announced(view: CaseView, names: dict[int, str], head: Letterhead, day: date) -> Iterator[Block]:
    case = view.case
    yield Heading("Đơn vị được kiểm tra")
    if case.mode == Mode.DESK:
        yield Paragraph("Kiểm tra qua báo cáo, hồ sơ:")
        yield from (Point(name) for name in names.values())
    else:
        visits = dict(case.units.values_list("pk", "visit_on"))
        rows = tuple(
            (str(place), name, format_date(visit) if (visit := visits[unit]) else BLANK)
            for place, (unit, name) in enumerate(names.items(), start=1)
        )
        columns = (
            Column("TT", Decimal(12), "center"),
            Column("Đơn vị", Decimal(108)),
            Column("Ngày làm việc", Decimal(45), "center"),
        )
        yield Table(columns, rows)
    yield Heading("Đoàn kiểm tra")
    yield from (Point(one) for one in _attended(view))
    yield Heading("Thời kỳ và nội dung kiểm tra")
    yield Paragraph(f"{_period(case).capitalize()}.")
    if case.topic:
        yield Paragraph(case.topic, lead="Chuyên đề: ")
    yield from (Point(field_name(code, day)) for code in case.fields)
    yield from (Paragraph(line) for line in _sentences(case.outline))
    yield Heading("Yêu cầu")
    due = format_date(case.self_report_due) if case.self_report_due else BLANK
    yield Point(f"Gửi báo cáo tự kiểm tra theo đề cương kèm theo đến {head.agency}, chậm nhất ngày {due}")
    yield Point("Chuẩn bị hồ sơ, tài liệu và cử người làm việc với Đoàn kiểm tra")
    yield Paragraph(f"{head.agency} thông báo để các cơ quan, đơn vị biết, thực hiện.")


def _attended(view: CaseView) -> tuple[str, ...]:
    """The team, its head first; dots where nobody is in it yet."""
    found = tuple(
        f"{one.member.user.full_name}{f', {one.agencies}' if one.agencies else ''}: "
        f"{TeamMember.Part(one.member.part).label}"
        for one in view.members
    )
    return found or (BLANK,)


def _outline(case: Inspection, day: date) -> Iterator[Block]:
    rows: list[tuple[str, ...]] = []
    bold = set()
    field = ""
    for item in items_of(case):
        if item.field != field:
            field = item.field
            bold.add(len(rows))
            rows.append(("", field_name(field, day), ""))
        rows.append((item.code, item.question, item.legal_base))
    yield Table(_OUTLINE, tuple(rows), frozenset(bold))


# --- the minutes --------------------------------------------------------------------------------------------


def _observations(case: Inspection, unit: InspectedUnit, day: date) -> Iterator[Block]:
    answers = {answer.item: answer for answer in unit.answers.filter(side=Side.TEAM)}
    rows: list[tuple[str, ...]] = []
    bold = set()
    field, is_whole = "", True
    for item in items_of(case):
        if item.field != field:
            field = item.field
            bold.add(len(rows))
            rows.append(("", field_name(field, day), "", ""))
        answer = answers.get(item.code)
        is_whole = is_whole and answer is not None and bool(answer.result)
        rows.append((item.code, item.question, *_observed(answer)))
    yield Heading("Kết quả kiểm tra")
    yield Table(_OBSERVED, tuple(rows), frozenset(bold))
    if not is_whole:
        yield Note(f"Ô ghi “{_UNKNOWN}” là nội dung đoàn chưa ghi nhận.")
    yield Heading("Ý kiến của đơn vị được kiểm tra")
    yield DottedLines(4)


def _observed(answer: ChecklistAnswer | None) -> tuple[str, str]:
    if answer is None:
        return (_UNKNOWN, "")
    return (str(Result(answer.result).label) if answer.result else _UNKNOWN, answer.text)


# --- the conclusion -----------------------------------------------------------------------------------------


def _concluding_words(case: Inspection, count: int, head: Letterhead) -> str:
    based = "Trên cơ sở báo cáo của Đoàn kiểm tra"
    if case.team_report is not None:
        based += f" (số {document_words(case.team_report)})"
    team = f"{team_name(case)} (Quyết định số {document_words(case.decision)})"
    return (
        f"Thực hiện {_plan_words(case)}, {team} đã kiểm tra công tác cải cách hành chính tại {count} "
        f"cơ quan, đơn vị, {_period(case)}. "
        f"{based}, {head.agency} thông báo kết luận như sau:"
    )


def _conclusions(case: Inspection, names: dict[int, str]) -> Sequence[Conclusions]:
    by_row = dict(case.units.values_list("pk", "organisation_id"))
    by_organisation = {by_row[unit]: name for unit, name in names.items()}
    lines = unit_lines(case.units.order_by("id"), by_organisation, with_limitations=True)
    return [
        Conclusions(
            agency=line.name,
            strengths=_sentences(line.unit.strengths),
            limitations=tuple(_limitation(one) for one in line.limitations),
            requests=(
                *(_request(one) for one in line.limitations if one.request),
                *_sentences(line.unit.requests),
            ),
        )
        for line in lines
    ]


def _limitation(limitation: Limitation) -> str:
    """What was found, with the line of the criteria set that it costs, as the team named it, where it did."""
    said = " ".join(_sentences(limitation.text))
    if not limitation.leaf_text:
        return said
    leaf = " – ".join(part for part in (limitation.leaf_code, limitation.leaf_text) if part)
    return f"{said.rstrip(' .;')} (ảnh hưởng tiêu chí {leaf}, bộ chỉ số năm {limitation.leaf_year})"


def _request(limitation: Limitation) -> str:
    """What is asked for one limitation, with the day of its own where it has one."""
    said = " ".join(_sentences(limitation.request)).rstrip(" .;")
    due = limitation.remedy_due
    return f"{said} (chậm nhất ngày {format_date(due)})" if due else said

"""The papers of a reform plan, composed from one of its versions: the plan with its table of tasks, the
decision that issues it or replaces the one before, the submission that asks for it.

A draft carries no number; once its version is recorded, the paper of the recorded kind carries number and
day. What was signed is the document's own file, and is only read. What the program does not know (purposes,
grounds of its own) is left to be written. Nobody is asked for permission here. Whatever language the reader
has chosen, papers are written in Vietnamese.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from django.utils.translation import override

from openpar.common.formats import format_date
from openpar.reform.fields import field_name
from openpar.reform.plans.models import LineChange, Plan, PlanVersion, VersionState
from openpar.reform.plans.queries.pages_plans import ShownLine, lines_of
from openpar.reform.plans.queries.targets import TargetView, targets_of
from openpar.reform.plans.words import deadline_words, millions_words, wanted_words
from openpar.reports.documents import OfficialDocument
from openpar.reports.documents.authorities import authority_of
from openpar.reports.documents.kinds import Frame, Signer, decision, plan, submission
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
from openpar.reports.documents.wording import BLANK
from openpar.reports.letterheads import Letterhead, letterhead_of, named, paper_marks, told_above

_TASKS = (
    Column("TT", Decimal(12), "center"),
    Column("Nhiệm vụ", Decimal(70)),
    Column("Sản phẩm", Decimal(38)),
    Column("Cơ quan chủ trì", Decimal(38)),
    Column("Cơ quan phối hợp", Decimal(38)),
    Column("Thời hạn", Decimal(26)),
    Column("Kinh phí (triệu đồng)", Decimal(25), "right"),
)
_CHANGES = (
    Column("TT", Decimal(14), "center"),
    Column("Nhiệm vụ", Decimal(80)),
    Column("Xử lý", Decimal(33)),
    Column("Điều, khoản", Decimal(38)),
)
_TARGETS = (
    Column("TT", Decimal(12), "center"),
    Column("Chỉ tiêu", Decimal(70)),
    Column("Mức", Decimal(25), "right"),
    Column("Áp dụng cho", Decimal(28)),
    Column("Căn cứ", Decimal(30)),
)
_TABLE = "Danh mục nhiệm vụ"


@dataclass(frozen=True)
class _Version:
    """One version with what its papers say. `tasks` without those it drops and those given out later."""

    version: PlanVersion
    day: date
    head: Letterhead
    lines: tuple[ShownLine, ...]
    targets: tuple[TargetView, ...]

    @property
    def plan(self) -> Plan:
        return self.version.plan

    @property
    def is_draft(self) -> bool:
        return self.version.state == VersionState.DRAFT

    @property
    def tasks(self) -> list[ShownLine]:
        return [one for one in self.lines if _is_said(one)]

    @property
    def supplements(self) -> int:
        return sum(one.line.added_on is not None for one in self.lines)

    @property
    def subject(self) -> str:
        """“cải cách hành chính năm 2026” of the title of the plan."""
        return self.plan.title.strip().removeprefix("Kế hoạch").strip()


def plan_document(version: PlanVersion, on: date) -> OfficialDocument:
    """The plan: grounds, targets, tasks by field, money, and the table of tasks as its appendix.

    `on` is the day whose names are used while the version has no day of its own.
    """
    with override("vi"):
        found = _read(version, on)
        made = plan(
            _frame(found, (*_told(found), "Lưu: VT")),
            abstract=_capital(found.subject),
            grounds=_grounds(found),
            body=tuple(_body(found)),
            appendices=(_task_table(found),),
        )
        return numbered(made, version.document_number)


def plan_decision(version: PlanVersion, on: date) -> OfficialDocument:
    """The decision that issues the plan; one that replaces another says what becomes of every task."""
    with override("vi"):
        found = _read(version, on)
        appendices = [_task_table(found)]
        if version.replaces is not None:
            appendices.append(Appendix("Nhiệm vụ so với kế hoạch được thay thế", (_change_table(found),)))
        made = decision(
            _frame(found, ("Như Điều 3", *_told(found), "Lưu: VT")),
            abstract=f"{'Thay thế' if version.replaces else 'Ban hành'} Kế hoạch {found.subject}",
            grounds=(*_grounds(found), f"Theo đề nghị của {BLANK}"),
            articles=_articles(found),
            appendices=appendices,
        )
        return numbered(made, version.document_number)


def plan_submission(version: PlanVersion, sender_id: int, on: date) -> OfficialDocument:
    """The submission of a draft, from the agency that drew it up to whom the plan belongs to."""
    with override("vi"):
        found = _read(version, on)
        sender = letterhead_of(sender_id, on)
        asked = f"thay thế Kế hoạch số {_number(version.replaces)}" if version.replaces else "ban hành"
        frame = Frame(
            agency=sender.agency,
            superior=sender.superior,
            symbol=sender.symbol,
            place=sender.place,
            signer=Signer(sender.position, sender.head),
            recipients=("Như trên", "Lưu: VT"),
            marks=paper_marks(is_draft=True),
        )
        return submission(
            frame,
            abstract=f"Ban hành Kế hoạch {found.subject}",
            addressees=(found.head.agency,),
            grounds=_grounds(found),
            body=(
                Heading("Sự cần thiết"),
                DottedLines(4),
                Heading("Nội dung chính của dự thảo"),
                *_tasks_in_words(found),
                *_money(found),
                Paragraph(
                    f"{sender.agency} kính trình {found.head.agency} xem xét, {asked} "
                    f"(gửi kèm dự thảo Kế hoạch {found.subject})."
                ),
            ),
        )


# --- head and foot ------------------------------------------------------------------------------------------


def _read(version: PlanVersion, on: date) -> _Version:
    day = version.issued_on or on
    return _Version(
        version=version,
        day=day,
        head=letterhead_of(version.plan.organisation_id, day),
        lines=tuple(lines_of(version, day)),
        targets=targets_of(version.pk, day),
    )


def _frame(found: _Version, recipients: tuple[str, ...]) -> Frame:
    head = found.head
    # Who signed a recorded one stands on it, and may have been a deputy.
    position = head.position if found.is_draft else authority_of(head.agency).head or head.position
    return Frame(
        agency=head.agency,
        superior=head.superior,
        symbol=head.symbol,
        place=head.place,
        signer=Signer(position, head.head if found.is_draft else ""),
        day=found.version.issued_on,
        recipients=recipients,
        marks=paper_marks(is_draft=found.is_draft),
    )


def _told(found: _Version) -> tuple[str, ...]:
    """The committee above, and who leads tasks."""
    leads = list(dict.fromkeys(name for one in found.tasks for name in one.leads))
    return (*told_above(found.head), *named(leads, f"Các cơ quan, đơn vị nêu tại {_TABLE.lower()}"))


def _grounds(found: _Version) -> tuple[str, ...]:
    """What the plan is known to rest on: the plan above, what its targets name, what it replaces."""
    said = []
    if found.plan.parent is not None:
        above = found.plan.parent.versions.filter(state=VersionState.IN_FORCE).first()
        number = f" (số {_number(above)})" if above else ""
        said.append(f"{found.plan.parent.title}{number}")
    bases = (one.target.legal_basis.strip() for one in found.targets)
    said += [one.removeprefix("Căn cứ ") for one in dict.fromkeys(bases) if one]
    if found.version.replaces is not None:
        said.append(f"Kế hoạch số {_number(found.version.replaces)}")
    return tuple(f"Căn cứ {one}" for one in said) or (f"Căn cứ {BLANK}",)


def _number(version: PlanVersion | None) -> str:
    if version is None or version.issued_on is None:
        return BLANK
    return f"{version.document_number} ngày {format_date(version.issued_on)}"


# --- the text -----------------------------------------------------------------------------------------------


def _body(found: _Version) -> Iterator[Block]:
    yield Heading("Mục đích, yêu cầu")
    yield DottedLines(4)
    if found.targets:
        yield Heading("Chỉ tiêu")
        yield _target_table(found.targets)
    yield Heading("Nhiệm vụ")
    yield from _tasks_in_words(found)
    yield Heading("Kinh phí")
    yield from _money(found)
    yield Heading("Tổ chức thực hiện")
    yield Point("Cơ quan chủ trì tổ chức thực hiện nhiệm vụ được giao, bảo đảm sản phẩm và thời hạn")
    yield Point("Cơ quan phối hợp thực hiện phần việc theo đề nghị của cơ quan chủ trì")
    yield Paragraph(f"Trên đây là Kế hoạch {found.subject} của {found.head.agency}.")


def _tasks_in_words(found: _Version) -> Iterator[Block]:
    tasks = found.tasks
    yield Paragraph(f"Kế hoạch có {len(tasks)} nhiệm vụ, nêu tại {_TABLE.lower()} kèm theo, gồm:")
    for name, lines in _by_field(found):
        yield Point(f"{name}: {len(lines)} nhiệm vụ")


def _money(found: _Version) -> Iterator[Block]:
    """The sum of the tasks that name an amount, and by field; left to be written where none does."""
    named = [one for one in found.tasks if one.line.budget is not None]
    if not named:
        yield Paragraph(f"Kinh phí thực hiện: {BLANK}")
        return
    yield Paragraph(
        f"Tổng kinh phí của {len(named)} nhiệm vụ có ghi số tiền: {_sum(named)} triệu đồng, trong đó:"
    )
    for name, lines in _by_field(found):
        if any(one.line.budget is not None for one in lines):
            yield Point(f"{name}: {_sum(lines)} triệu đồng")


def _sum(lines: Sequence[ShownLine]) -> str:
    return millions_words(sum((one.line.budget or Decimal(0) for one in lines), Decimal(0)))


def _articles(found: _Version) -> tuple[str, ...]:
    version, subject = found.version, found.subject
    if version.replaces is None:
        first = f"Ban hành kèm theo Quyết định này Kế hoạch {subject}."
    else:
        kinds = [
            f"{str(LineChange(change).label).lower()}: {count}"
            for change in LineChange
            if (count := sum(one.line.change == change for one in found.lines if _is_settled(one)))
        ]
        first = (
            f"Ban hành kèm theo Quyết định này Kế hoạch {subject}, thay thế Kế hoạch số "
            f"{_number(version.replaces)}. Số nhiệm vụ so với kế hoạch được thay thế: {'; '.join(kinds)}."
        )
    begins = f"ngày {format_date(version.from_on)}" if version.from_on else "ngày ký"
    return (
        first,
        f"Quyết định này có hiệu lực kể từ {begins}.",
        "Thủ trưởng các cơ quan, đơn vị có tên tại phụ lục và các tổ chức, cá nhân có liên quan chịu trách "
        "nhiệm thi hành Quyết định này.",
    )


# --- the tables ---------------------------------------------------------------------------------------------


def _is_said(one: ShownLine) -> bool:
    """Does the document itself ask for it?"""
    return one.line.change != LineChange.DROPPED and one.line.added_on is None


def _is_settled(one: ShownLine) -> bool:
    """Does the document say what becomes of it?"""
    return one.line.added_on is None


def _by_field(found: _Version) -> list[tuple[str, list[ShownLine]]]:
    """The tasks under the names that fields bear on the day, in the order of the document."""
    return [
        (field_name(code, found.day), list(lines))
        for code, lines in groupby(found.tasks, lambda one: one.line.field)
    ]


def _task_table(found: _Version) -> Appendix:
    rows: list[tuple[str, ...]] = []
    bold = set()
    place = 0
    for name, lines in _by_field(found):
        bold.add(len(rows))
        rows.append(("", name, "", "", "", "", _sum(lines) if _has_money(lines) else ""))
        for one in lines:
            place += 1
            rows.append(_task_row(one, place))
    if _has_money(found.tasks):
        bold.add(len(rows))
        rows.append(("", "Cộng", "", "", "", "", _sum(found.tasks)))
    blocks: list[Block] = [Table(_TASKS, tuple(rows), frozenset(bold))]
    if found.supplements:
        said = f"Chưa gồm {found.supplements} nhiệm vụ giao bổ sung sau khi kế hoạch có hiệu lực."
        blocks.append(Note(said))
    return Appendix(_TABLE, tuple(blocks), landscape=True)


def _task_row(one: ShownLine, place: int) -> tuple[str, ...]:
    line = one.line
    return (
        line.number or str(place),
        line.text,
        line.product,
        "; ".join(one.leads),
        "; ".join(one.cooperating),
        deadline_words(line),
        _amount(line.budget, line.budget_source),
    )


def _amount(budget: Decimal | None, source: str) -> str:
    return " ".join(filter(None, ("" if budget is None else millions_words(budget), source.strip())))


def _has_money(lines: Sequence[ShownLine]) -> bool:
    return any(one.line.budget is not None for one in lines)


def _change_table(found: _Version) -> Table:
    return Table(
        _CHANGES,
        tuple(
            (
                one.line.number or str(place),
                one.line.text,
                str(LineChange(one.line.change).label),
                one.line.clause,
            )
            for place, one in enumerate(filter(_is_settled, found.lines), start=1)
        ),
    )


def _target_table(targets: Sequence[TargetView]) -> Table:
    return Table(
        _TARGETS,
        tuple(
            (
                str(place),
                one.target.text,
                wanted_words(one.target),
                one.binds or "Toàn bộ",
                one.target.legal_basis,
            )
            for place, one in enumerate(targets, start=1)
        ),
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]

"""The report of an agency on its own scoring (guidance 384/BNV-CCHC): the table of points, the explanations
of points with no or incomplete evidence, difficulties and proposals; as .docx and as the same table in .xlsx.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO

from django.utils.translation import override

from openpar.common.formats import format_date
from openpar.common.spreadsheets import CellValue, Column, SheetSpec, write_workbook
from openpar.engine.outcomes import NotApplicable
from openpar.parindex.assessments.models import Assessment, EvidenceUse, Layer, Round, Score, SheetState
from openpar.parindex.assessments.sheets import outcome_of, summed
from openpar.parindex.criteria.models import ScoredBy
from openpar.parindex.criteria.queries import LoadedSet, loaded_set
from openpar.reports.documents import draft_docx_bytes, pdf_bytes
from openpar.reports.documents.model import (
    Agency,
    Block,
    DottedLines,
    Heading,
    OfficialDocument,
    Paragraph,
    Signature,
    Table,
)
from openpar.reports.documents.model import Column as TableColumn
from openpar.reports.figures import NOTHING, Printed, maximum_text
from openpar.reports.round_data import Issuer, head_of, issuer_of, marks, symbol_of

NO_EVIDENCE = "chưa có tài liệu kiểm chứng"


@dataclass(frozen=True)
class ReportLine:
    """A line of the table: a field, a criterion or a leaf. `points` is None where nothing was scored."""

    code: str
    title: str
    depth: int
    is_leaf: bool
    maximum: Decimal
    points: Decimal | None
    is_removed: bool = False
    scored_by: str = ""
    evidence_wanted: str = ""
    evidence: tuple[str, ...] = ()
    sentence: str = ""
    note: str = ""

    @property
    def lacks_evidence(self) -> bool:
        """Points were given and a document is wanted, but none is bound."""
        return self.is_leaf and self.points is not None and bool(self.evidence_wanted) and not self.evidence

    @property
    def needs_explanation(self) -> bool:
        """Belongs in the list of explanations: no evidence, or an explanation was written beside it."""
        return self.is_leaf and (self.lacks_evidence or self.is_removed or bool(self.note))


@dataclass(frozen=True)
class SelfReport:
    """What a unit reports on its own scoring."""

    round: Round
    unit: Issuer
    manager_name: str
    criteria: LoadedSet
    is_locked: bool
    submitted: bool
    total: Decimal | None
    index: Decimal | None
    self_maximum: Decimal
    outside_maximum: Decimal
    lines: tuple[ReportLine, ...]
    marks: tuple[str, ...]


def self_report(assessment: Assessment) -> SelfReport:
    """Gathers the report of a sheet loaded with its round, set and unit. The parts that come from outside
    are not in it: the unit does not score them.
    """
    round_block = assessment.round_block
    round = round_block.round
    criteria = loaded_set(round_block.criteria_set_id, round_block.criteria_set.version)
    scores = {
        criteria.code_of[score.criterion_id]: score
        for score in Score.objects.filter(assessment=assessment, layer=Layer.SELF).defer("answer")
    }
    evidence = _evidence(assessment.pk, criteria)
    outcomes = {code: outcome_of(score.outcome, score.points) for code, score in scores.items()}
    own = summed(criteria, outcomes)
    nodes = {node.code: node for node in own.nodes}
    # A field that the unit scores no leaf of has no points of its own; 0 would be read as a score.
    scored = {
        node.code
        for node in criteria.engine.nodes()
        if any(criteria.leaves[leaf.code].is_self_scored for leaf in node.leaves())
    }
    day = round.assessed_until
    manager = issuer_of(round.manager_id, day)
    return SelfReport(
        round=round,
        unit=issuer_of(assessment.organisation_id, day),
        manager_name=manager.name,
        criteria=criteria,
        is_locked=assessment.state == SheetState.LOCKED,
        submitted=bool(scores),
        total=own.appraised_part.achieved,
        index=own.appraised_part.index,
        self_maximum=own.appraised_part.maximum,
        outside_maximum=own.outside_part.maximum,
        lines=tuple(
            _line(
                code,
                criteria,
                nodes[code].achieved if code in scored else None,
                nodes[code].maximum,
                scores.get(code),
                evidence[code],
            )
            for code in criteria.titles
        ),
        marks=(
            *(() if assessment.state == SheetState.LOCKED else ("BẢN NHÁP – phiếu chưa chốt",)),
            *marks(is_provisional=False, is_sample=criteria.is_sample),
        ),
    )


def _evidence(assessment_id: int, criteria: LoadedSet) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    uses = EvidenceUse.objects.filter(score__assessment_id=assessment_id, score__layer=Layer.SELF)
    for use in uses.select_related("score", "document").defer("score__answer"):
        document = use.document
        name = document.number or document.title
        issued = f" ngày {format_date(document.issued_on)}" if document.issued_on else ""
        pointer = f", {use.pointer}" if use.pointer else ""
        found[criteria.code_of[use.score.criterion_id]].append(f"{name}{issued}{pointer}")
    return defaultdict(tuple, {code: tuple(names) for code, names in found.items()})


def _line(
    code: str,
    criteria: LoadedSet,
    achieved: Decimal | None,
    maximum: Decimal,
    score: Score | None,
    evidence: tuple[str, ...],
) -> ReportLine:
    leaf = criteria.leaves.get(code)
    title, depth = criteria.titles[code], criteria.depths[code]
    if leaf is None:
        return ReportLine(code, title, depth, is_leaf=False, maximum=maximum, points=achieved)
    return ReportLine(
        code=code,
        title=title,
        depth=depth,
        is_leaf=True,
        maximum=leaf.maximum,
        points=score.points if score else None,
        is_removed=score is not None and score.outcome == NotApplicable.state,
        scored_by="" if leaf.is_self_scored else str(ScoredBy(leaf.scored_by).label),
        evidence_wanted=leaf.evidence_wanted,
        evidence=evidence,
        sentence=score.sentence if score else "",
        note=score.note if score else "",
    )


def report_document(report: SelfReport) -> bytes:
    """The .docx in the layout of an official report."""
    with override("vi"):
        return draft_docx_bytes(report_of(report))


def report_pdf(report: SelfReport) -> bytes:
    """The same as PDF/A. Raises DocumentRefused with what the decree would not have, and what fonts lack."""
    with override("vi"):
        return pdf_bytes(report_of(report))


def report_of(report: SelfReport) -> OfficialDocument:
    """The report as an official document, in Vietnamese."""
    unit = report.unit.name or "Đơn vị"
    return OfficialDocument(
        type_code="BC",
        agency=Agency(unit, report.unit.parent),
        symbol=symbol_of("BC", report.unit),
        abstract=f"Tự đánh giá, chấm điểm {report.round.title}",
        body=_body(report, unit),
        signatures=(Signature(_signing(report.unit)),),
        place=report.unit.place,
        addressees=(report.manager_name,) if report.manager_name else (),
        recipients=("Như trên", "Lãnh đạo đơn vị", "Lưu: VT"),
        marks=report.marks,
    )


def _body(report: SelfReport, unit: str) -> tuple[Block, ...]:
    show = Printed.of(report.criteria.engine.settings)
    fields = tuple(_field_row(line, show) for line in report.lines if line.depth == 1)
    bold = frozenset(place for place, line in enumerate(report.lines) if not line.is_leaf)
    explained = tuple(_explained_row(line, show) for line in report.lines if line.needs_explanation)
    return (
        Paragraph(_opening(report, unit, show)),
        Heading("Điểm tự đánh giá theo lĩnh vực"),
        Table(_FIELD_COLUMNS, fields),
        Heading("Bảng tổng hợp điểm của từng tiêu chí, tiêu chí thành phần"),
        Table(_TABLE_COLUMNS, tuple(_table_row(line, show) for line in report.lines), bold),
        Heading("Giải trình điểm tự chấm chưa có hoặc chưa đủ tài liệu kiểm chứng"),
        Table(_EXPLAINED_COLUMNS, explained) if explained else Paragraph("Không có."),
        Heading("Khó khăn, vướng mắc và đề xuất, kiến nghị"),
        DottedLines(6),
        Paragraph(f"Trên đây là báo cáo tự đánh giá, chấm điểm của {unit}."),
    )


def _signing(unit: Issuer) -> tuple[str, ...]:
    return ("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH") if unit.is_committee else (head_of(unit),)


def _opening(report: SelfReport, unit: str, show: Printed) -> str:
    period = f"{format_date(report.round.assessed_from)} đến {format_date(report.round.assessed_until)}"
    sample = " (bộ tiêu chí mẫu)" if report.criteria.is_sample else ""
    opening = f"Thực hiện “{report.criteria.title}”{sample}, với số liệu từ {period}, "
    if not report.submitted:
        return f"{opening}{unit} chưa chấm điểm."
    return (
        f"{opening}{unit} tự đánh giá đạt {show.text(report.total)} trên "
        f"{maximum_text(report.self_maximum)} điểm của phần tự đánh giá; "
        f"{maximum_text(report.outside_maximum)} điểm còn lại do điều tra xã hội học, kết quả từ bên ngoài."
    )


_FIELD_COLUMNS = (
    TableColumn("Lĩnh vực", Decimal(103)),
    TableColumn("Điểm tối đa", Decimal(30), "right"),
    TableColumn("Điểm tự chấm", Decimal(30), "right"),
)
_TABLE_COLUMNS = (
    TableColumn("Mã", Decimal(15)),
    TableColumn("Lĩnh vực, tiêu chí, tiêu chí thành phần", Decimal(66)),
    TableColumn("Tối đa", Decimal(15), "right"),
    TableColumn("Tự chấm", Decimal(17), "right"),
    TableColumn("Tài liệu kiểm chứng", Decimal(50)),
)
_EXPLAINED_COLUMNS = (
    TableColumn("Tiêu chí", Decimal(54)),
    TableColumn("Tự chấm", Decimal(17), "right"),
    TableColumn("Tài liệu", Decimal(28)),
    TableColumn("Giải trình", Decimal(64)),
)


def _points(line: ReportLine, show: Printed) -> str:
    return "Không áp dụng" if line.is_removed else show.text(line.points)


def _field_row(line: ReportLine, show: Printed) -> tuple[str, ...]:
    return (f"{line.code}. {line.title}", maximum_text(line.maximum), show.text(line.points))


def _table_row(line: ReportLine, show: Printed) -> tuple[str, ...]:
    points = NOTHING if line.scored_by and line.points is None else _points(line, show)
    evidence = "; ".join(line.evidence) or line.scored_by
    return (line.code, line.title, maximum_text(line.maximum), points, evidence)


def _explained_row(line: ReportLine, show: Printed) -> tuple[str, ...]:
    evidence = f"{len(line.evidence)} tài liệu" if line.evidence else NO_EVIDENCE.capitalize()
    return (f"{line.code} {line.title}", _points(line, show), evidence, line.note or line.sentence)


def report_workbook(report: SelfReport) -> bytes:
    """The table and the explanations as .xlsx, numbers as numbers."""
    with override("vi"):
        output = BytesIO()
        write_workbook(output, (_table_sheet(report), _explained_sheet(report)))
        return output.getvalue()


def _heading(report: SelfReport, title: str) -> tuple[str, ...]:
    return (title.upper(), f"{report.unit.name} – {report.round.title}", *report.marks)


def _table_sheet(report: SelfReport) -> SheetSpec:
    show = Printed.of(report.criteria.engine.settings)
    number_format = "0." + "0" * show.digits if show.digits else "0"
    rows: list[Sequence[CellValue]] = [
        (
            line.code,
            line.title,
            line.maximum,
            show.rounded(line.points),
            "Không áp dụng" if line.is_removed else line.scored_by,
            "; ".join(line.evidence),
            line.note,
        )
        for line in report.lines
    ]
    return SheetSpec(
        name="Tự đánh giá",
        columns=(
            Column("Mã", width=9),
            Column("Lĩnh vực, tiêu chí, tiêu chí thành phần", width=52),
            Column("Điểm tối đa", width=10, align="right"),
            Column("Điểm tự chấm", width=10, number_format=number_format, align="right"),
            Column("Cách chấm khác", width=20),
            Column("Tài liệu kiểm chứng", width=40),
            Column("Giải trình", width=46),
        ),
        rows=rows,
        heading=_heading(report, "Tự đánh giá, chấm điểm Chỉ số cải cách hành chính"),
        bold_rows=frozenset(place for place, line in enumerate(report.lines) if not line.is_leaf),
        frozen_columns=2,
    )


def _explained_sheet(report: SelfReport) -> SheetSpec:
    show = Printed.of(report.criteria.engine.settings)
    return SheetSpec(
        name="Giải trình",
        columns=(
            Column("Mã", width=9),
            Column("Tiêu chí", width=52),
            Column("Điểm tự chấm", width=10, align="right"),
            Column("Tài liệu", width=26),
            Column("Giải trình", width=60),
        ),
        rows=[
            (
                line.code,
                line.title,
                show.rounded(line.points),
                f"{len(line.evidence)} tài liệu" if line.evidence else NO_EVIDENCE.capitalize(),
                line.note or line.sentence,
            )
            for line in report.lines
            if line.needs_explanation
        ],
        heading=_heading(report, "Giải trình điểm chưa có hoặc chưa đủ tài liệu kiểm chứng"),
    )

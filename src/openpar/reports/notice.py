"""The notice that tells one unit its result and where each point was lost (.docx, PDF/A)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import override

from openpar.engine.numbers import subtract
from openpar.parindex.assessments.models import Layer, Round
from openpar.parindex.assessments.queries.results import ResultBlock, ResultSource, UnitRow
from openpar.parindex.assessments.results import LineResult, NodeResult
from openpar.reports.documents import draft_docx_bytes, pdf_bytes
from openpar.reports.documents.model import (
    Agency,
    Block,
    Column,
    Heading,
    Level,
    Note,
    OfficialDocument,
    Paragraph,
    Signature,
    Table,
)
from openpar.reports.documents.wording import BLANK, day_words
from openpar.reports.figures import NOTHING, Printed, maximum_text, settings_lines
from openpar.reports.round_data import Issuer, head_of, issuer_of, lost_lines, marks, symbol_of


@dataclass(frozen=True)
class UnitNotice:
    """The result of one unit as it is told to it."""

    round: Round
    manager: Issuer
    block: ResultBlock
    row: UnitRow
    fields: tuple[NodeResult, ...]
    lost: tuple[LineResult, ...]
    explanation: tuple[str, ...]
    marks: tuple[str, ...]


def unit_notice(
    round: Round, block: ResultBlock, row: UnitRow, source: ResultSource, *, is_provisional: bool
) -> UnitNotice:
    """Gathers what the notice tells; nobody is asked for permission here."""
    key = row.assessment_id
    nodes = {node.code: node for node in source.nodes(block, [key])[key]}
    return UnitNotice(
        round=round,
        manager=issuer_of(round.manager_id, round.decision_on or round.assessed_until),
        block=block,
        row=row,
        fields=tuple(nodes[code] for code in block.field_codes),
        lost=lost_lines(source.lines(block, [key])[key]),
        explanation=source.explanation(key) if row.submitted else (),
        marks=marks(is_provisional=is_provisional, is_sample=block.criteria.is_sample),
    )


def notice_document(notice: UnitNotice) -> bytes:
    """The .docx; number and day of the notice are left to be filled in."""
    with override("vi"):
        return draft_docx_bytes(notice_of(notice))


def notice_pdf(notice: UnitNotice) -> bytes:
    """The same as PDF/A. Raises DocumentRefused with what the decree would not have, and what fonts lack."""
    with override("vi"):
        return pdf_bytes(notice_of(notice))


def notice_of(notice: UnitNotice) -> OfficialDocument:
    """The notice as an official document, in Vietnamese."""
    round, row = notice.round, notice.row
    recipients = (row.name, "Lãnh đạo UBND tỉnh (để báo cáo)", "Lưu: VT, CCHC")
    manager = notice.manager.name or "Cơ quan chủ trì"
    return OfficialDocument(
        type_code="TB",
        agency=Agency(manager, notice.manager.parent),
        symbol=symbol_of("TB", notice.manager),
        abstract=f"Kết quả {round.title} của {row.name}",
        body=_body(notice, manager),
        signatures=(Signature((head_of(notice.manager),)),),
        place=notice.manager.place,
        recipients=recipients,
        marks=notice.marks,
    )


def _body(notice: UnitNotice, manager: str) -> tuple[Block, ...]:
    round, row = notice.round, notice.row
    show = Printed.of(notice.block.criteria.engine.settings)
    lost: Block = Paragraph("Không có tiêu chí nào bị trừ điểm.")
    if notice.lost:
        lost = Table(_LOST_COLUMNS, tuple(_lost_row(line, show) for line in notice.lost))
    return (
        Paragraph(
            f"Căn cứ Quyết định số {round.decision_number or BLANK} {day_words(round.decision_on)} phê duyệt "
            f"và công bố kết quả {round.title}, {manager} thông báo kết quả của {row.name} như sau:"
        ),
        Heading("Kết quả chung", Level.ARABIC),
        Table(_TOTAL_COLUMNS, tuple(_totals(notice, show))),
        *(Note(sentence) for sentence in notice.explanation),
        Heading("Kết quả theo lĩnh vực", Level.ARABIC),
        Table(_FIELD_COLUMNS, tuple(_field_row(field, show) for field in notice.fields)),
        Heading("Tiêu chí bị trừ điểm khi thẩm định", Level.ARABIC),
        lost,
        Heading("Cách tính", Level.ARABIC),
        *_settings(notice),
        Paragraph(
            f"Đề nghị {row.name} tổ chức phân tích nguyên nhân từng tiêu chí bị trừ điểm và xây dựng kế "
            "hoạch khắc phục."
        ),
    )


def _settings(notice: UnitNotice) -> tuple[Note, ...]:
    criteria = notice.block.criteria
    lines = settings_lines(criteria.engine.settings, notice.block.code, is_sample=criteria.is_sample)
    return (
        Note(f"Bộ tiêu chí: {criteria.title}."),
        *(Note(f"{name}: {text}") for name, text in lines),
        Note(
            "Số hiển thị đã làm tròn: tổng các chênh lệch hiển thị có thể khác chênh lệch của tổng điểm "
            "0,01–0,02 điểm."
        ),
    )


_TOTAL_COLUMNS = (Column("Nội dung", Decimal(90)), Column("Kết quả", Decimal(70), "right"))


def _totals(notice: UnitNotice, show: Printed) -> Sequence[tuple[str, ...]]:
    row = notice.row
    rank = NOTHING if row.rank is None else f"{row.rank}/{row.rank_of}"
    rows = [
        ("Điểm tự chấm", show.text(row.self_total)),
        ("Tổng điểm được công nhận", show.text(row.total)),
        ("Chênh lệch", show.signed(row.difference)),
        ("Trong đó: điểm thưởng / điểm trừ", f"{show.text(row.bonus)} / {show.text(row.penalty)}"),
        ("Chỉ số (%)", show.text(row.index)),
        (f"Xếp hạng trong khối {notice.block.name}", rank),
        ("Xếp loại", row.grade or NOTHING),
    ]
    if not row.submitted:
        rows.append(("Ghi chú", "Chưa chấm điểm"))
    return rows


_FIELD_COLUMNS = (
    Column("Lĩnh vực", Decimal(69)),
    Column("Tối đa", Decimal(16), "right"),
    Column("Tự chấm", Decimal(18), "right"),
    Column("Công nhận", Decimal(19), "right"),
    Column("Chênh lệch", Decimal(20), "right"),
    Column("Chỉ số (%)", Decimal(21), "right"),
)


def _field_row(field: NodeResult, show: Printed) -> tuple[str, ...]:
    difference = (
        None
        if field.self_points is None or field.decided_points is None
        else subtract(field.decided_points, field.self_points)
    )
    return (
        f"{field.code}. {field.title}",
        maximum_text(field.maximum),
        show.text(field.self_points),
        show.text(field.decided_points),
        show.signed(difference),
        show.text(field.index),
    )


_LOST_COLUMNS = (
    Column("Tiêu chí", Decimal(46)),
    Column("Tối đa", Decimal(13), "right"),
    Column("Tự chấm", Decimal(15), "right"),
    Column("Công nhận", Decimal(16), "right"),
    Column("Bị trừ", Decimal(15), "right"),
    Column("Lý do", Decimal(59)),
)


def _lost_row(line: LineResult, show: Printed) -> tuple[str, ...]:
    # A sentence says how the points follow from the figures; the note why these figures were taken.
    layers = (line.decided_layer, Layer.APPRAISED)
    notes = dict.fromkeys(
        f"Đính chính: {line.notes[layer]}" if layer == Layer.CORRECTED else line.notes[layer]
        for layer in layers
        if line.notes.get(layer)
    )
    sentence = line.sentences.get(line.decided_layer, "")
    return (
        f"{line.code} {line.title}",
        maximum_text(line.maximum),
        show.text(line.points.get(Layer.SELF)),
        show.text(line.decided_points),
        show.signed(None if line.lost is None else -line.lost),
        "\n".join([*notes, sentence]).strip(),
    )

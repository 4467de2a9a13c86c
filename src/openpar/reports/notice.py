"""The notice that tells one unit its result and where each point was lost (.docx)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import override

from openpar.engine.numbers import subtract
from openpar.parindex.assessments.models import Layer, Round
from openpar.parindex.assessments.queries.results import ResultBlock, ResultSource, UnitRow
from openpar.parindex.assessments.results import LineResult, NodeResult
from openpar.reports.figures import NOTHING, Printed, maximum_text, settings_lines
from openpar.reports.layout import BLANK, Letterhead, Paper, Signature, TableColumn, day_words
from openpar.reports.round_data import Issuer, head_of, issuer_of, lost_lines, marks


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
        return _write(notice).as_bytes()


def _write(notice: UnitNotice) -> Paper:
    round, row = notice.round, notice.row
    show = Printed.of(notice.block.criteria.engine.settings)
    subject = f"Kết quả {round.title} của {row.name}"
    paper = Paper(subject)
    for mark in notice.marks:
        paper.mark(mark)
    symbol = f"TB-{notice.manager.short_name}" if notice.manager.short_name else "TB-……"
    manager = notice.manager.name or "Cơ quan chủ trì"
    paper.letterhead(Letterhead(notice.manager.parent, manager, f"……/{symbol}", notice.manager.place, None))
    paper.heading("THÔNG BÁO", (subject,))
    paper.text(
        f"Căn cứ Quyết định số {round.decision_number or BLANK} {day_words(round.decision_on)} phê duyệt và "
        f"công bố kết quả {round.title}, {manager} thông báo kết quả của "
        f"{row.name} như sau:"
    )
    paper.section_title("1. Kết quả chung")
    paper.table((TableColumn("Nội dung", 9), TableColumn("Kết quả", 7, "right")), _totals(notice, show))
    for sentence in notice.explanation:
        paper.small(sentence)
    paper.section_title("2. Kết quả theo lĩnh vực")
    paper.table(_FIELD_COLUMNS, [_field_row(field, show) for field in notice.fields])
    paper.section_title("3. Tiêu chí bị trừ điểm khi thẩm định")
    if notice.lost:
        paper.table(_LOST_COLUMNS, [_lost_row(line, show) for line in notice.lost])
    else:
        paper.text("Không có tiêu chí nào bị trừ điểm.")
    paper.section_title("4. Cách tính")
    _settings(paper, notice)
    paper.text(
        f"Đề nghị {row.name} tổ chức phân tích nguyên nhân từng tiêu chí bị trừ điểm và xây dựng kế hoạch "
        "khắc phục./."
    )
    recipients = (row.name, "Lãnh đạo UBND tỉnh (để báo cáo)", "Lưu: VT, CCHC")
    paper.closing(Signature((head_of(notice.manager),), "", recipients))
    return paper


def _settings(paper: Paper, notice: UnitNotice) -> None:
    criteria = notice.block.criteria
    paper.small(f"Bộ tiêu chí: {criteria.title}.")
    for name, text in settings_lines(
        criteria.engine.settings, notice.block.code, is_sample=criteria.is_sample
    ):
        paper.small(f"{name}: {text}")
    paper.small(
        "Số hiển thị đã làm tròn: tổng các chênh lệch hiển thị có thể khác chênh lệch của tổng điểm "
        "0,01–0,02 điểm."
    )


def _totals(notice: UnitNotice, show: Printed) -> Sequence[Sequence[str]]:
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
    TableColumn("Lĩnh vực", 6.9),
    TableColumn("Tối đa", 1.6, "right"),
    TableColumn("Tự chấm", 1.8, "right"),
    TableColumn("Công nhận", 1.9, "right"),
    TableColumn("Chênh lệch", 2.0, "right"),
    TableColumn("Chỉ số (%)", 2.1, "right"),
)


def _field_row(field: NodeResult, show: Printed) -> Sequence[str]:
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
    TableColumn("Tiêu chí", 4.6),
    TableColumn("Tối đa", 1.3, "right"),
    TableColumn("Tự chấm", 1.5, "right"),
    TableColumn("Công nhận", 1.6, "right"),
    TableColumn("Bị trừ", 1.5, "right"),
    TableColumn("Lý do", 5.9),
)


def _lost_row(line: LineResult, show: Printed) -> Sequence[str]:
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

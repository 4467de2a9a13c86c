"""The decision that approves and publishes the result of a round, with its appendices (.docx)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.utils.translation import override

from openpar.common.formats import format_date
from openpar.common.text import code_key
from openpar.parindex.criteria.models import CriteriaSet
from openpar.reports.figures import Printed, maximum_text, settings_lines
from openpar.reports.layout import BLANK, Letterhead, Paper, Signature, TableColumn, day_words
from openpar.reports.matrix import note_of
from openpar.reports.round_data import BlockReport, RoundReport

Writer = Callable[[Paper], None]
_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV")


def decision_document(report: RoundReport, *, digest: str = "") -> bytes:
    """The .docx. What the round does not know yet (number, day, signer) is left to be filled in.

    `digest` is the SHA-256 of the data of the round, by which anybody can tell that what was published is
    what was decided; empty leaves the sentence out.
    """
    with override("vi"):
        return _write(report, digest).as_bytes()


def _write(report: RoundReport, digest: str) -> Paper:
    round = report.round
    committee = report.manager.parent or "Ủy ban nhân dân tỉnh"
    subject = f"Phê duyệt và công bố kết quả {round.title}"
    paper = Paper(subject)
    for mark in report.marks:
        paper.mark(mark)
    number = round.decision_number or "……/QĐ-UBND"
    paper.letterhead(Letterhead("", committee, number, report.manager.place, round.decision_on))
    paper.heading("QUYẾT ĐỊNH", (f"Về việc {subject[:1].lower()}{subject[1:]}",))
    paper.centred(f"CHỦ TỊCH {committee.upper()}")
    paper.grounds(_grounds(report))
    paper.centred("QUYẾT ĐỊNH:")
    appendices = tuple(_appendices(report))
    for place, text in enumerate(_articles(report, committee, len(appendices), digest), start=1):
        paper.article(place, text)
    paper.closing(_signature(report))
    belongs_to = (
        f"Kèm theo Quyết định số {round.decision_number or BLANK} "
        f"{day_words(round.decision_on)} của Chủ tịch {committee}"
    )
    for place, (title, write) in enumerate(appendices):
        roman = _ROMAN[place] if place < len(_ROMAN) else str(place + 1)
        number = roman if len(appendices) > 1 else ""
        paper.appendix(title, belongs_to, number=number, landscape=True)
        write(paper)
    return paper


def _grounds(report: RoundReport) -> tuple[str, ...]:
    """Acts whose number the program does not know are named without one, to be completed."""
    round = report.round
    sets = {block.criteria_set.pk: block.criteria_set for block in report.blocks}
    council = (
        f"Căn cứ kết luận phiên họp Hội đồng thẩm định ngày {format_date(round.council_met_on)}"
        if round.council_met_on
        else "Căn cứ kết luận phiên họp Hội đồng thẩm định ngày ……"
    )
    agency = report.manager.name or "cơ quan chủ trì"
    symbol = f"TTr-{report.manager.short_name}" if report.manager.short_name else "TTr-……"
    return (
        "Căn cứ Luật Tổ chức chính quyền địa phương",
        *(_set_ground(criteria_set) for criteria_set in sets.values()),
        council,
        f"Theo đề nghị của {_head_words(agency)} tại Tờ trình số ……/{symbol} {day_words(None)}",
    )


def _head_words(agency: str) -> str:
    return f"Giám đốc {agency}" if agency.startswith("Sở ") else f"Thủ trưởng {agency}"


def _set_ground(criteria_set: CriteriaSet) -> str:
    number = criteria_set.number or BLANK
    signed = format_date(criteria_set.signed_on) if criteria_set.signed_on else BLANK
    sample = " (bộ tiêu chí mẫu)" if criteria_set.is_sample else ""
    return (
        f"Căn cứ Quyết định số {number} ngày {signed} của {criteria_set.issuer or BLANK} "
        f"ban hành “{criteria_set.title}”{sample}"
    )


def _articles(report: RoundReport, committee: str, appendix_count: int, digest: str) -> tuple[str, ...]:
    round = report.round
    period = f"{format_date(round.assessed_from)} đến {format_date(round.assessed_until)}"
    counts = "; ".join(f"khối {block.block.name}: {len(block.units)} đơn vị" for block in report.blocks)
    attached = "Phụ lục" if appendix_count == 1 else f"{appendix_count} phụ lục"
    agency = report.manager.name or "Cơ quan chủ trì"
    sealed = f" Mã băm (SHA-256) của gói dữ liệu kết quả: {digest}." if digest else ""
    return (
        f"Phê duyệt và công bố kết quả {round.title} (số liệu từ {period}), gồm {counts}; "
        f"chi tiết tại {attached} kèm theo Quyết định này.{sealed}",
        "Căn cứ kết quả được công bố, thủ trưởng các cơ quan, đơn vị có tên tại phụ lục tổ chức phân tích "
        "nguyên nhân từng tiêu chí bị trừ điểm, xây dựng kế hoạch khắc phục và nâng cao Chỉ số cải cách "
        f"hành chính; giao {agency} theo dõi, đôn đốc, tổng hợp báo cáo.",
        "Quyết định này có hiệu lực kể từ ngày ký.",
        f"Chánh Văn phòng {committee}, {_head_words(agency)}, thủ trưởng các cơ quan, đơn vị có tên tại "
        "phụ lục và các tổ chức, cá nhân có liên quan chịu trách nhiệm thi hành Quyết định này./.",
    )


def _signature(report: RoundReport) -> Signature:
    """A chair signs for the committee; a deputy signs for the chair (KT.)."""
    position = report.round.decision_signer_position.strip()
    lines: tuple[str, ...] = ("CHỦ TỊCH",)
    if position.casefold().startswith("phó"):
        lines = ("KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH")
    recipients = ("Như Điều 4", "Bộ Nội vụ (để báo cáo)", "Lãnh đạo UBND tỉnh", "Lưu: VT, CCHC")
    return Signature(lines, report.round.decision_signer, recipients)


class _Appendix:
    """One table of one block."""

    def __init__(self, block: BlockReport) -> None:
        self.block = block
        self.printed = Printed.of(block.block.criteria.engine.settings)

    def ranking(self, paper: Paper) -> None:
        outside = self.block.outside_leaves
        width = min(2.4, 9.0 / max(1, len(outside)))
        columns = [
            TableColumn("Hạng", 1.5, "center"),
            TableColumn("Đơn vị", 5.4),
            TableColumn("Điểm thẩm định", 1.7, "right"),
            *(TableColumn(f"{leaf.code} {leaf.title}", width, "right") for leaf in outside),
            TableColumn("Thưởng", 1.9, "right"),
            TableColumn("Trừ", 1.4, "right"),
            TableColumn("Tổng điểm", 1.6, "right"),
            TableColumn("Chỉ số (%)", 1.6, "right"),
            TableColumn("Xếp loại", 2.0),
        ]
        text = self.printed.text
        rows = []
        for unit in self.block.units:
            row = unit.row
            note = note_of(unit)
            rows.append(
                [
                    "–" if row.rank is None else str(row.rank),
                    f"{row.name} ({note})" if note else row.name,
                    text(unit.appraised),
                    *(text(points) for points in unit.outside),
                    text(row.bonus),
                    text(row.penalty),
                    text(row.total),
                    text(row.index),
                    row.grade,
                ]
            )
        paper.table(columns, rows)
        self._settings(paper)

    def fields(self, paper: Paper) -> None:
        titles = self.block.block.criteria.titles
        codes = self.block.block.field_codes
        width = 18.3 / max(1, len(codes))
        columns = [
            TableColumn("Hạng", 1.5, "center"),
            TableColumn("Đơn vị", 5.0),
            TableColumn("Chỉ số chung (%)", 1.6, "right"),
            *(TableColumn(f"{code}. {titles[code]}", min(2.6, width), "right") for code in codes),
        ]
        text = self.printed.text
        rows = [
            [
                "–" if unit.row.rank is None else str(unit.row.rank),
                unit.row.name,
                text(unit.row.index),
                *(text(field.index) for field in unit.fields),
            ]
            for unit in self.block.units
        ]
        paper.table(columns, rows)
        paper.small("Chỉ số thành phần: phần trăm điểm đạt được trên điểm tối đa của lĩnh vực.")

    def removed(self, paper: Paper) -> None:
        columns = [
            TableColumn("TT", 1.2, "center"),
            TableColumn("Đơn vị", 6.0),
            TableColumn("Tiêu chí không áp dụng", 9.5),
            TableColumn("Điểm tối đa", 1.8, "right"),
            TableColumn("Lý do", 6.7),
        ]
        leaves = sorted(self.block.removed, key=lambda leaf: code_key(leaf.code))
        rows = [
            [str(place), leaf.unit, f"{leaf.code} {leaf.title}", maximum_text(leaf.maximum), leaf.reason]
            for place, leaf in enumerate(leaves, start=1)
        ]
        paper.table(columns, rows)

    def _settings(self, paper: Paper) -> None:
        block = self.block.block
        settings = block.criteria.engine.settings
        for name, sentence in settings_lines(settings, block.code, is_sample=block.criteria.is_sample):
            paper.small(f"{name}: {sentence}")
        paper.small(
            "Điểm thẩm định trong bảng chưa quy đổi cho tiêu chí không áp dụng; do làm tròn khi hiển thị, "
            "tổng các số trong bảng có thể khác tổng điểm 0,01–0,02."
        )


def _appendices(report: RoundReport) -> Iterator[tuple[str, Writer]]:
    for block in report.blocks:
        appendix = _Appendix(block)
        name = block.block.name
        yield f"Kết quả xếp hạng khối {name}", appendix.ranking
        yield f"Chỉ số thành phần theo lĩnh vực khối {name}", appendix.fields
        if block.removed:
            yield f"Tiêu chí không áp dụng khối {name}", appendix.removed

"""The decision that approves and publishes the result of a round, with its appendices (.docx, PDF/A)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from django.utils.translation import override

from openpar.common.formats import format_date
from openpar.common.text import code_key
from openpar.parindex.criteria.models import CriteriaSet
from openpar.reports.documents import draft_docx_bytes, pdf_bytes
from openpar.reports.documents.model import (
    Agency,
    Appendix,
    Article,
    Block,
    Centred,
    Column,
    Note,
    OfficialDocument,
    Signature,
    Table,
)
from openpar.reports.documents.numbering import numbered
from openpar.reports.documents.wording import BLANK, day_words
from openpar.reports.figures import Printed, maximum_text, settings_lines
from openpar.reports.matrix import note_of
from openpar.reports.round_data import BlockReport, RoundReport


def decision_document(report: RoundReport, *, digest: str = "") -> bytes:
    """The .docx. What the round does not know yet (number, day, signer) is left to be filled in.

    `digest` is the SHA-256 of the data of the round, by which anybody can tell that what was published is
    what was decided; empty leaves the sentence out.
    """
    with override("vi"):
        return draft_docx_bytes(decision_of(report, digest=digest))


def decision_pdf(report: RoundReport, *, digest: str = "") -> bytes:
    """The same as PDF/A. Raises DocumentRefused with what the decree would not have, and what fonts lack."""
    with override("vi"):
        return pdf_bytes(decision_of(report, digest=digest))


def decision_of(report: RoundReport, *, digest: str = "") -> OfficialDocument:
    """The decision as an official document, in Vietnamese."""
    round = report.round
    committee = report.manager.parent or "Ủy ban nhân dân tỉnh"
    subject = f"Phê duyệt và công bố kết quả {round.title}"
    appendices = tuple(_appendices(report, committee))
    articles = _articles(report, committee, len(appendices), digest)
    made = OfficialDocument(
        type_code="QĐ",
        agency=Agency(committee),
        symbol="QĐ-UBND",
        day=round.decision_on,
        place=report.manager.place,
        abstract=f"Về việc {subject[:1].lower()}{subject[1:]}",
        authority=f"CHỦ TỊCH {committee}",
        grounds=_grounds(report),
        body=(Centred("QUYẾT ĐỊNH:"), *(Article(text) for text in articles)),
        signatures=(_signature(report),),
        recipients=("Như Điều 4", "Bộ Nội vụ (để báo cáo)", "Lãnh đạo UBND tỉnh", "Lưu: VT, CCHC"),
        appendices=appendices,
        marks=report.marks,
    )
    return numbered(made, round.decision_number)


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
    return Signature(lines, report.round.decision_signer)


class _Appendix:
    """One table of one block."""

    def __init__(self, block: BlockReport) -> None:
        self.block = block
        self.printed = Printed.of(block.block.criteria.engine.settings)

    def ranking(self) -> tuple[Block, ...]:
        outside = self.block.outside_leaves
        width = Decimal(min(24, 90 // max(1, len(outside))))
        columns = (
            Column("Hạng", Decimal(15), "center"),
            Column("Đơn vị", Decimal(54)),
            Column("Điểm thẩm định", Decimal(17), "right"),
            *(Column(f"{leaf.code} {leaf.title}", width, "right") for leaf in outside),
            Column("Thưởng", Decimal(19), "right"),
            Column("Trừ", Decimal(14), "right"),
            Column("Tổng điểm", Decimal(16), "right"),
            Column("Chỉ số (%)", Decimal(16), "right"),
            Column("Xếp loại", Decimal(20)),
        )
        text = self.printed.text
        rows = []
        for unit in self.block.units:
            row = unit.row
            note = note_of(unit)
            rows.append(
                (
                    "–" if row.rank is None else str(row.rank),
                    f"{row.name} ({note})" if note else row.name,
                    text(unit.appraised),
                    *(text(points) for points in unit.outside),
                    text(row.bonus),
                    text(row.penalty),
                    text(row.total),
                    text(row.index),
                    row.grade,
                )
            )
        return (Table(columns, tuple(rows)), *self._settings())

    def fields(self) -> tuple[Block, ...]:
        titles = self.block.block.criteria.titles
        codes = self.block.block.field_codes
        width = Decimal(min(26, 183 // max(1, len(codes))))
        columns = (
            Column("Hạng", Decimal(15), "center"),
            Column("Đơn vị", Decimal(50)),
            Column("Chỉ số chung (%)", Decimal(16), "right"),
            *(Column(f"{code}. {titles[code]}", width, "right") for code in codes),
        )
        text = self.printed.text
        rows = tuple(
            (
                "–" if unit.row.rank is None else str(unit.row.rank),
                unit.row.name,
                text(unit.row.index),
                *(text(field.index) for field in unit.fields),
            )
            for unit in self.block.units
        )
        note = Note("Chỉ số thành phần: phần trăm điểm đạt được trên điểm tối đa của lĩnh vực.")
        return (Table(columns, rows), note)

    def removed(self) -> tuple[Block, ...]:
        columns = (
            Column("TT", Decimal(12), "center"),
            Column("Đơn vị", Decimal(60)),
            Column("Tiêu chí không áp dụng", Decimal(95)),
            Column("Điểm tối đa", Decimal(18), "right"),
            Column("Lý do", Decimal(67)),
        )
        leaves = sorted(self.block.removed, key=lambda leaf: code_key(leaf.code))
        rows = tuple(
            (str(place), leaf.unit, f"{leaf.code} {leaf.title}", maximum_text(leaf.maximum), leaf.reason)
            for place, leaf in enumerate(leaves, start=1)
        )
        return (Table(columns, rows),)

    def _settings(self) -> tuple[Note, ...]:
        block = self.block.block
        settings = block.criteria.engine.settings
        lines = settings_lines(settings, block.code, is_sample=block.criteria.is_sample)
        return (
            *(Note(f"{name}: {sentence}") for name, sentence in lines),
            Note(
                "Điểm thẩm định trong bảng chưa quy đổi cho tiêu chí không áp dụng; do làm tròn khi hiển "
                "thị, tổng các số trong bảng có thể khác tổng điểm 0,01–0,02."
            ),
        )


def _appendices(report: RoundReport, committee: str) -> Iterator[Appendix]:
    attached = (
        f"Kèm theo Quyết định số {report.round.decision_number or BLANK} "
        f"{day_words(report.round.decision_on)} của Chủ tịch {committee}"
    )
    for block in report.blocks:
        made = _Appendix(block)
        name = block.block.name
        yield Appendix(f"Kết quả xếp hạng khối {name}", made.ranking(), True, attached)
        yield Appendix(f"Chỉ số thành phần theo lĩnh vực khối {name}", made.fields(), True, attached)
        if block.removed:
            yield Appendix(f"Tiêu chí không áp dụng khối {name}", made.removed(), True, attached)

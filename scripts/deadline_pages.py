"""The page of docs/rules about due dates: every due moment and every sentence on it comes from the engine."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from openpar.engine.workdays import InvalidDeadline, Limit, PauseKind, Unit, reasoning, reckon, refusal
from openpar.engine.workdays.words import shown_moment
from scripts.totals_tables import agree
from scripts.written_pages import table
from tests.engine.deadline_tables import FOLDER, DeadlineCase, tables

FILE = "han-tra-ket-qua.md"
TITLE = "Hạn trả kết quả"
LISTED = f"- [{TITLE}]({FILE})"
TEXT = """Thời hạn giải quyết có bốn đơn vị, do danh mục thủ tục quy định cho từng thủ tục; chương trình không
đoán đơn vị. Hạn được tính trên lịch làm việc có phiên bản, và mỗi hạn ghi lại phiên bản đã dùng.

- **Không tính ngày tiếp nhận; tính cả ngày cuối.** Hết hạn khi hết giờ làm việc của ngày cuối.
- **Ngày làm việc** là thứ Hai đến thứ Sáu không phải ngày nghỉ, và ngày làm bù. Bộ phận một cửa mở sáng thứ
  Bảy thì nhận hồ sơ, nhưng thứ Bảy đó không phải ngày làm việc.
- **Nộp sau giờ làm việc** tính là tiếp nhận lúc mở cửa kế tiếp; nộp trong giờ nghỉ trưa tính là đầu giờ
  chiều. Chỉ biết ngày, không biết giờ, thì tính đúng ngày đó.
- **Cách tính được giải thích từng bước**; câu giải thích dưới đây do chương trình viết ra.
- **Thiếu thì không đoán**: năm chưa có lịch, thời hạn không dương, thiếu giờ tiếp nhận khi tính bằng giờ, các
  lần dừng chồng nhau… đều bị từ chối, nêu rõ chỗ sai và cách sửa.
- **Hạn có thể đổi** khi năm còn là dự kiến hoặc có ngày nghỉ chưa chắc chắn: câu giải thích nói rõ điều đó.

Tính thử: `./run openpar deadline --received 2026-02-13T15:30 --limit 5 --unit working_day --explain`.
"""
_UNITS = {
    Unit.WORKING_DAY: "{} ngày làm việc",
    Unit.CALENDAR_DAY: "{} ngày",
    Unit.HOUR: "{} giờ",
    Unit.SAME_DAY: "trong ngày",
}
_HEADING = ("tiếp nhận", "thời hạn", "hạn trả", "vì sao")
_WITH_PAUSES = ("tiếp nhận", "thời hạn", "dừng, bổ sung", "hạn trả", "vì sao")


class Part(NamedTuple):
    """A chapter of the page: its table of worked examples, its name, and the rule."""

    table: str
    title: str
    text: str


PARTS = (
    Part(
        "working_day",
        "Ngày làm việc",
        "Ngày làm việc thứ N sau ngày tiếp nhận (Bộ luật Dân sự 2015 Điều 147). `working_day`.",
    ),
    Part(
        "calendar_day",
        "Ngày",
        "Ngày thứ N sau ngày tiếp nhận, kể cả ngày nghỉ; ngày cuối là ngày nghỉ thì hết hạn vào ngày làm "
        "việc tiếp theo (Điều 148). `calendar_day`.",
    ),
    Part(
        "hour",
        "Giờ",
        "Chỉ tính trong giờ làm việc, từ lúc tiếp nhận; 8 giờ là một ngày làm việc. Giờ làm việc là quyết"
        " định của địa phương, có ngày hiệu lực. `hour`.",
    ),
    Part(
        "same_day",
        "Trong ngày",
        "Hết giờ làm việc của ngày tiếp nhận; tiếp nhận sau 15:00 thì ngày làm việc tiếp theo. Mốc 15:00 "
        "là dữ liệu của địa phương. `same_day`.",
    ),
    Part(
        "pauses",
        "Dừng, bổ sung, và khi không tính được",
        "*Dừng đồng hồ* (chờ nghĩa vụ tài chính; mọi lần dừng theo QĐ 766/QĐ-TTg): thời gian dừng được "
        "cộng thêm, theo đúng đơn vị của thời hạn: số ngày làm việc, hoặc số ngày, sau ngày bắt đầu dừng "
        "cho đến hết ngày kết thúc dừng; với thời hạn tính bằng giờ là thời gian trong giờ làm việc giữa "
        "hai thời điểm. *Bổ sung* (NĐ 61/2018 Điều 19): cả thời hạn tính lại từ đầu khi hồ sơ đủ. Lần "
        "dừng bắt đầu sau ngày đến hạn (tính bằng giờ: từ lúc hết hạn) không kéo dài thời hạn, và không "
        "thời hạn nào hết trong lúc đồng hồ đang dừng.",
    ),
)


def page(folder: Path = FOLDER) -> str:
    """The page. Raises Disagreement where a table and the engine differ."""
    lines = [f"# {TITLE}", "", TEXT]
    for part in PARTS:
        lines += [f"## {part.title}", "", part.text, ""]
        for found in tables(part.table, folder):
            if found.about:
                lines += [found.about, ""]
            lines += _rows(part.table, found.cases)
    return "\n".join(lines).rstrip() + "\n"


def _rows(where: str, cases: tuple[DeadlineCase, ...]) -> list[str]:
    with_pauses = any(case.pauses for case in cases)
    rows, explained = [], []
    for case in cases:
        due, sentences = _answer(where, case)
        pauses = [_pauses(case)] if with_pauses else []
        rows.append((shown_moment(case.received), _limit(case.limit), *pauses, due, case.why))
        if case.says:
            explained += [f"- {case.why}: “{' '.join(sentences)}”"]
    lines = [*table(_WITH_PAUSES if with_pauses else _HEADING, rows), ""]
    return [*lines, "Câu giải thích của hệ thống:", "", *explained, ""] if explained else lines


def _answer(where: str, case: DeadlineCase) -> tuple[str, tuple[str, ...]]:
    """The due moment as the engine computes it, or its refusal; both must be what the table says."""
    try:
        deadline = reckon(case.calendar, case.received, case.limit, case.pauses)
    except InvalidDeadline as invalid:
        agree(where, case.why, case.refused, " ".join(problem.code for problem in invalid.problems))
        return " ".join(refusal(invalid)), ()
    agree(where, case.why, case.due, deadline.due_at)
    sentences = reasoning(deadline)
    agree(where, case.why, True, not case.says or case.says in sentences)
    # The version of the calendar is that of the day the page was written.
    return shown_moment(deadline.due_at), sentences[:-1]


def _limit(limit: Limit) -> str:
    return _UNITS[limit.unit].format(limit.amount)


def _pauses(case: DeadlineCase) -> str:
    kinds = {PauseKind.STOPS: "dừng", PauseKind.STARTS_ANEW: "bổ sung"}
    return "; ".join(
        f"{kinds[each.kind]} {shown_moment(each.begins)} – {shown_moment(each.ends)}" for each in case.pauses
    )

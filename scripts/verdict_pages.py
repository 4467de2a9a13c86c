"""The pages of docs/rules about the two verdicts and about the nine indicators of TT 01/2018."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from openpar.common.formats import format_date
from openpar.engine.evaluation import Per, ScoreFound, evaluate
from openpar.engine.verdicts import EventKind, Statuses, Terms, Verdict
from openpar.engine.wording import number
from openpar.engine.workdays import Limit, Unit
from openpar.parindex.criteria.yaml_files import read_mapping
from scripts.dossier_texts import EVALUATION, VERDICTS
from scripts.totals_tables import agree
from scripts.written_pages import table
from tests.engine import evaluation_cases
from tests.engine.verdict_cases import STATUSES, Case, cases, day_text, index_word

_EVENTS = {
    EventKind.REGISTERED: "đăng ký",
    EventKind.RECEIVED: "tiếp nhận",
    EventKind.REFUSED: "từ chối tiếp nhận",
    EventKind.PROCESSING: "xử lý",
    EventKind.SUPPLEMENT_ASKED: "yêu cầu bổ sung",
    EventKind.SUPPLEMENT_ANSWERED: "bổ sung xong",
    EventKind.PAYMENT_ASKED: "yêu cầu nộp phí",
    EventKind.PAID: "đã nộp",
    EventKind.PAUSED: "tạm dừng",
    EventKind.RESUMED: "tiếp tục",
    EventKind.EXTENDED: "xin lỗi, hẹn lại",
    EventKind.WITHDRAWN: "rút",
    EventKind.RETURNED: "trả lại hồ sơ",
    EventKind.STOPPED: "dừng",
    EventKind.DONE: "xong",
    EventKind.RESULT_RETURNED: "trả kết quả",
}
_VERDICTS = {
    Verdict.EARLY: "trước hạn",
    Verdict.ON_TIME: "đúng hạn",
    Verdict.LATE: "quá hạn",
    Verdict.OPEN_IN_TIME: "đang giải quyết, trong hạn",
    Verdict.OPEN_OVERDUE: "đang giải quyết, quá hạn",
    Verdict.UNTIMED: "không có hạn",
    Verdict.SUPPLEMENT: "chờ bổ sung",
    Verdict.PAUSED: "tạm dừng",
    Verdict.WITHDRAWN: "rút",
    Verdict.RETURNED: "trả lại",
    Verdict.STOPPED: "dừng",
    Verdict.REFUSED: "từ chối",
    Verdict.NOT_RECEIVED: "chưa tiếp nhận",
}
_INDEX = {True: "đúng hạn", False: "quá hạn", None: "không tính"}
_CLOCKS = {
    "not_started": "chưa chạy",
    "running": "đang chạy",
    "stopped": "dừng",
    "ended": "kết thúc",
    "none": "không có",
}
_UNITS = {
    Unit.WORKING_DAY: "ngày làm việc",
    Unit.CALENDAR_DAY: "ngày",
    Unit.HOUR: "giờ làm việc",
    Unit.SAME_DAY: "trong ngày",
}
_GIVEN = {
    "order": "thời gian",
    "orders": "thời gian từng cơ quan",
    "times": "số lần",
    "is_posted": "niêm yết",
    "is_electronic": "công khai điện tử",
    "has_complaint": "có phản ánh đúng",
    "level": "cấp",
    "procedures": "thủ tục",
    "handled_there": "giải quyết hẳn tại một cửa",
    "to_receive": "phải tiếp nhận tại một cửa",
    "received_there": "tiếp nhận tại một cửa",
    "received": "phản ánh, kiến nghị",
    "answered_on_time": "trả lời đúng hạn",
    "online": "thủ tục trực tuyến",
    "dossiers": "hồ sơ",
    "online_dossiers": "hồ sơ trực tuyến",
    "late": "quá hạn",
    "shorter": "ngắn hơn quy định",
    "equal": "bằng quy định",
    "longer": "dài hơn quy định",
    "yes": "có",
    "no": "không",
    "province": "tỉnh",
    "commune": "xã",
}
_RULES = {
    "order": "so thời gian",
    "worst_order": "so thời gian của cơ quan chậm nhất",
    "count": "đếm số lần",
    "organisation": "tổ chức tại một cửa",
    "publicity": "công khai",
    "attitude": "thái độ",
    "feedback": "phản ánh, kiến nghị",
    "online": "dịch vụ công trực tuyến",
}
_PER = {Per.DOSSIER: "hồ sơ", Per.AGENCY: "cơ quan", Per.EITHER: "hồ sơ hoặc cơ quan"}


def verdicts(facts: Path) -> str:
    """The statuses, then every worked dossier with both verdicts."""
    lines = [VERDICTS, "## Mười trạng thái", "", *_statuses(STATUSES), "", "## Ví dụ", ""]
    rows, refused = [], []
    for case in cases(facts):
        if "bad" in case.row:
            agree("verdicts", case.why, case.row["bad"], case.problems())
            refused.append((_told(case), case.why))
        else:
            rows.append(_judged(case))
    heading = ("thời hạn", "diễn biến", "theo luật", "theo QĐ 766", "lỗi dữ liệu", "vì sao")
    lines += [*table(heading, rows), "", "## Diễn biến không thể có", ""]
    lines += table(("diễn biến", "vì sao"), refused)
    return "\n".join(lines).rstrip() + "\n"


def _statuses(statuses: Statuses) -> list[str]:
    rows = [
        (
            str(each.code),
            each.name,
            _CLOCKS[each.clock],
            ", ".join(str(code) for code in statuses.transitions[each.code]) or "—",
        )
        for each in statuses.statuses
    ]
    return table(("mã", "trạng thái", "đồng hồ", "có thể chuyển sang"), rows)


def _judged(case: Case) -> tuple[str, ...]:
    found, row = case.judged(), case.row
    agree("verdicts", case.why, row["path"], [str(code) for code in case.path()])
    agree("verdicts", case.why, row["legal"], [found.legal.verdict.value, day_text(found.legal.due_on)])
    agree(
        "verdicts", case.why, row["index"], [index_word(found.index.is_on_time), day_text(found.index.due_on)]
    )
    agree("verdicts", case.why, row.get("findings", []), [finding.code for finding in found.findings])
    findings = " ".join(f"{finding.code}: {finding.sentence}" for finding in found.findings)
    return (
        _promised(case.terms),
        _told(case),
        f"**{_VERDICTS[found.legal.verdict]}**. {found.legal.sentence}",
        f"**{_INDEX[found.index.is_on_time]}**. {found.index.sentence}",
        findings or "—",
        case.why,
    )


def _promised(terms: Terms) -> str:
    found = [] if terms.limit is None else [_limit(terms.limit)]
    if terms.due_on is not None:
        found.append(f"giấy hẹn {format_date(terms.due_on)}")
    return ", ".join(found) or "không có"


def _limit(limit: Limit) -> str:
    return _UNITS[limit.unit] if limit.unit is Unit.SAME_DAY else f"{limit.amount} {_UNITS[limit.unit]}"


def _told(case: Case) -> str:
    events = [f"{_EVENTS[event.kind]} {_moment(event.at.isoformat())}" for event in case.events]
    changed = "; ".join(f"{name}: {value}" for name, value in case.row.get("rules", {}).items())
    return f"{'; '.join(events)}. Tính đến {format_date(case.on)}{f' ({changed})' if changed else ''}"


def _moment(text: str) -> str:
    day, _, time = text.partition("T")
    year, month, of_month = day.split("-")
    return f"{of_month}/{month}/{year}{f' {time}' if time else ''}"


def evaluation(facts: Path) -> str:
    """The nine indicators of TT 01/2018 with worked points and scores."""
    scheme = evaluation_cases.scheme()
    worked = read_mapping(facts / "evaluation.yaml")
    rows = [(each.id, each.name, _PER[each.per], _RULES[each.rule]) for each in scheme.indicators]
    lines = [EVALUATION, "## Chín chỉ số", "", *table(("mã", "chỉ số", "chấm theo", "cách tính"), rows), ""]
    points = []
    for row in worked["points"]:
        found = evaluation_cases.points_of(scheme, row["rule"], row["given"])
        agree("evaluation", row["why"], row["points"], None if found is None else str(found))
        told = "không có điểm" if found is None else str(found)
        points.append((_RULES[row["rule"]], _given(row["given"]), told, row["why"]))
    lines += ["## Điểm của một phiếu", "", *table(("cách tính", "số liệu", "điểm", "vì sao"), points), ""]
    lines += ["## Điểm của kỳ", ""]
    for row in worked["scores"]:
        lines += _scored(row)
    return "\n".join(lines).rstrip() + "\n"


def _scored(row: dict[str, Any]) -> list[str]:
    found = evaluate(evaluation_cases.scheme(), evaluation_cases.ballots_of(row["ballots"]))
    values = {each.indicator.id: each.value for each in found.values}
    for name, text in row["values"].items():
        agree("evaluation", f"{row['why']}, {name}", evaluation_cases.decimal_of(text), values[name])
    for score in found.scores:
        points, maximum, label = row[score.score.id]
        expected = [evaluation_cases.decimal_of(points), Decimal(maximum), label]
        agree("evaluation", f"{row['why']}, {score.score.id}", expected, _of(score))
    ballots = "; ".join(f"chỉ số {name}: {', '.join(points)}" for name, points in row["ballots"].items())
    averages = "; ".join(f"{name}: {number(value)}" for name, value in values.items() if value is not None)
    lines = [f"{row['why']}.", "", f"Phiếu: {ballots or 'không có'}.", ""]
    lines += [f"Giá trị: {averages}.", ""] if averages else []
    return [*lines, *(f"- {score.sentence}" for score in found.scores), ""]


def _of(score: ScoreFound) -> list[object]:
    return [score.points, score.maximum, score.label]


def _given(given: dict[str, Any]) -> str:
    cells = []
    for name, value in given.items():
        values: list[str] = value if isinstance(value, list) else [value]
        said = ", ".join(_GIVEN.get(each, each) for each in values) or "không có"
        cells.append(f"{_GIVEN[name]}: {said}")
    return "; ".join(cells)

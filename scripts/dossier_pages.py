"""The pages of docs/rules about dossiers, written from data/ and the worked tables of tests/engine/facts.

Every figure and sentence comes from the engine; where it does not say what a table says, no page is made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpar.common.formats import format_date
from openpar.engine.balance import Counts, Finding, Identities, Identity, check_row
from openpar.engine.balance_data import identities_from_mapping
from openpar.engine.qd766 import Indicator, IndicatorSet, WhenZero, indicator_set_from_mapping, score
from openpar.engine.qd766.scoring import Pair
from openpar.engine.wording import number, percent
from openpar.parindex.criteria.yaml_files import read_mapping
from scripts.dossier_texts import BALANCE, INDEX_766
from scripts.totals_tables import agree
from scripts.verdict_pages import evaluation, verdicts
from scripts.written_pages import ROOT, table

FACTS = ROOT / "tests" / "engine" / "facts"
DATA = ROOT / "data"
_ZERO = {WhenZero.BLANK: "không có điểm", WhenZero.FULL: "đủ điểm", WhenZero.ZERO: "0 điểm"}


def index_766(facts: Path) -> str:
    """The index 766: every indicator with its rule, then the worked examples."""
    indicators = indicator_set_from_mapping(read_mapping(DATA / "indicators" / "qd766_2026.yaml"))
    worked = read_mapping(facts / "qd766.yaml")
    lines = [INDEX_766, f"## Bộ {indicators.version}", ""]
    until = "chưa có bộ thay thế"
    if indicators.valid_until is not None:
        until = f"trước ngày {format_date(indicators.valid_until)}"
    lines += [f"{indicators.document}. Áp dụng từ ngày {format_date(indicators.valid_from)}, {until}.", ""]
    for group in indicators.groups:
        lines += [f"### {group.name} ({number(group.maximum)} điểm, `{group.id}`)", ""]
        rows = [_indicator(each) for each in group.indicators]
        lines += [*table(("mã", "chỉ số", "điểm", "tử số / mẫu số", "0/0", "nguồn"), rows), ""]
        lines += [f"- {each.id}: {each.note}" for each in group.indicators if each.note]
        lines += [""]
    bands = [(band.name, band.interval.words()) for band in indicators.bands]
    lines += ["### Xếp loại", "", *table(("loại", "tổng điểm"), bands), ""]
    lines += ["## Ví dụ từng chỉ số", "", *_lines_766(indicators, worked["indicators"]), ""]
    lines += ["## Ví dụ nhóm và tổng", "", *_totals_766(indicators, worked["totals"])]
    return "\n".join(lines).rstrip() + "\n"


def _indicator(each: Indicator) -> tuple[str, ...]:
    if not each.is_scored:
        points = "chỉ theo dõi"
    elif each.full_at < 1:
        points = f"{number(each.maximum)}, đủ từ {percent(each.full_at)}"
    else:
        points = number(each.maximum)
    zero = _ZERO[each.when_zero] if each.is_scored else "—"
    return f"`{each.id}`", each.name, points, f"{each.numerator} / {each.denominator}", zero, each.certainty


def _lines_766(indicators: IndicatorSet, rows: list[dict[str, Any]]) -> list[str]:
    cells = []
    for row in rows:
        name = row["indicator"]
        pair = _decimal(row["numerator"]), _decimal(row["denominator"])
        line = score(indicators, {name: pair}).line(name)
        agree("qd766", row["why"], _decimal(row["points"]), line.points)
        figures = " / ".join("(trống)" if each is None else number(each) for each in pair)
        cells.append((name, figures, _points(line.points), line.sentence, row["why"]))
    return table(("chỉ số", "tử số / mẫu số", "điểm", "câu giải thích của hệ thống", "vì sao"), cells)


def _totals_766(indicators: IndicatorSet, rows: list[dict[str, Any]]) -> list[str]:
    lines: list[str] = []
    for row in rows:
        figures: dict[str, Pair] = {
            name: (_decimal(pair[0]), _decimal(pair[1])) for name, pair in row["figures"].items()
        }
        index = score(indicators, figures)
        groups = {of_group.group.id: of_group for of_group in index.groups}
        for name, expected in row["groups"].items():
            agree("qd766", f"{row['why']}, {name}", _decimal(expected), groups[name].points)
        agree("qd766", row["why"], Decimal(row["total"]), index.points)
        agree("qd766", row["why"], row["label"], index.label)
        given = "; ".join(
            f"{name} {number(n)}/{number(d)}"
            for name, (n, d) in figures.items()
            if n is not None and d is not None
        )
        cells = [(groups[name].group.name, _points(groups[name].points)) for name in row["groups"]]
        cells.append(("Tổng", f"{_points(index.points)}{f', {index.label}' if index.label else ''}"))
        lines += [f"{row['why']}.", "", f"Số liệu: {given}.", "", *table(("nhóm", "điểm"), cells), ""]
    return lines


def balance(facts: Path) -> str:
    """The identities and how a gap is read."""
    identities = identities_from_mapping(read_mapping(DATA / "dossier_identities.yaml"))
    lines = [BALANCE, "## Các số đếm", ""]
    columns = [(f"`{each.name}`", each.label) for each in identities.columns]
    lines += [*table(("cột", "số hồ sơ"), columns), "", "## Các đẳng thức", ""]
    rows = [_identity(identities, each) for each in identities.identities]
    lines += [*table(("mã", "nội dung", "đẳng thức"), rows), "", "## Ví dụ", ""]
    for row in read_mapping(facts / "identities.yaml")["rows"]:
        lines += _worked_row(identities, row)
    return "\n".join(lines).rstrip() + "\n"


def _identity(identities: Identities, each: Identity) -> tuple[str, ...]:
    left = " + ".join(identities.label(name) for name in each.whole)
    right = " + ".join(identities.label(name) for name in each.parts)
    more = [identities.label(name) for name in each.if_there]
    added = f" (+ {', '.join(more)}, nếu có cột riêng)" if more and not each.remainder else ""
    if each.remainder:
        added = f" + {', '.join(more)} (không có cột này thì chỉ xét {right} không vượt {left})"
    return f"`{each.id}`", each.title, f"{left} = {right}{added}"


def _worked_row(identities: Identities, row: dict[str, Any]) -> list[str]:
    counts: Counts = {name: None if text is None else int(text) for name, text in row["counts"].items()}
    findings = check_row(identities, counts)
    expected = [(each["identity"], each["gap"], each.get("reading", "")) for each in row["found"]]
    found = [(each.identity, None if each.gap is None else str(each.gap), each.reading) for each in findings]
    agree("identities", row["why"], expected, found)
    given = "; ".join(
        f"{identities.label(name)} {'(trống)' if value is None else value}" for name, value in counts.items()
    )
    lines = [f"{row['why']}.", "", f"Số liệu: {given}.", ""]
    if not findings:
        return [*lines, "Không có đẳng thức nào kiểm tra được.", ""]
    cells = [(each.identity, each.equation, _gap(each), _read(each)) for each in findings]
    return [*lines, *table(("mã", "đẳng thức", "lệch", "cách đọc"), cells), ""]


def _gap(finding: Finding) -> str:
    return {True: "khớp", None: "không rõ"}.get(finding.holds, str(finding.gap))


def _read(finding: Finding) -> str:
    tried = [f"{each.text}: còn lệch {each.gap}" for each in finding.tried]
    return finding.reading + (f" (đã thử: {'; '.join(tried)})" if tried else "")


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _points(points: Decimal | None) -> str:
    return "(trống)" if points is None else format(points, "f").replace(".", ",")


# What each page is called, and who writes it.
PAGES: Mapping[str, tuple[str, Callable[[Path], str]]] = {
    "chi-so-766.md": ("Bộ chỉ số phục vụ người dân, doanh nghiệp (QĐ 766)", index_766),
    "doi-chieu-so-lieu.md": ("Đối chiếu số liệu hồ sơ", balance),
    "dung-han-theo-luat-va-766.md": ("Đúng hạn theo luật và theo QĐ 766", verdicts),
    "danh-gia-tt01-2018.md": ("Đánh giá việc giải quyết thủ tục hành chính (TT 01/2018)", evaluation),
}


def pages(facts: Path = FACTS) -> dict[str, str]:
    """Every page by its file name. Raises Disagreement where a table and the engine differ."""
    return {name: write(facts) for name, (_title, write) in PAGES.items()}


def listed() -> list[str]:
    """The lines of the index."""
    return [f"- [{title}]({name})" for name, (title, _write) in PAGES.items()]

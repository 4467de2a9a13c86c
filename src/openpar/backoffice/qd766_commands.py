"""`openpar qd766 score`: figures by unit and indicator → points, groups, totals of the index 766.

Stable for other programs: in `unit,indicator,numerator,denominator`, out `unit,group,indicator,points`. A
group's row has no indicator, the total's row neither group nor indicator; no points are an empty cell. Exit
status: 0 written, 2 something in the input cannot be right (all of it is told) and nothing was written.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from openpar.backoffice.figure_files import Table, figure, read_table, refuse, tell, told
from openpar.backoffice.result_files import as_csv, write_all
from openpar.engine.numbers import plain
from openpar.engine.qd766 import (
    GroupScore,
    IndicatorSet,
    ServiceIndex,
    contradiction,
    indicator_set_from_mapping,
    score,
)
from openpar.engine.qd766.scoring import Pair
from openpar.parindex.criteria.yaml_files import UnreadableFile, read_mapping

DATA = Path(__file__).resolve().parents[3] / "data" / "indicators"
IN_COLUMNS = ("unit", "indicator", "numerator", "denominator")
OUT_COLUMNS = ("unit", "group", "indicator", "points")
EXPLAIN_COLUMNS = ("unit", "group", "indicator", "numerator", "denominator", "points", "maximum", "reason")


def add_qd766_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds `qd766` with its command."""
    kinds = commands.add_parser("qd766", help="service-quality index · Bộ chỉ số 766").add_subparsers(
        required=True, metavar="COMMAND"
    )
    scoring = kinds.add_parser("score", help="figures to points · chấm điểm từ số liệu")
    scoring.add_argument("--inputs", type=Path, required=True, help="figures, .csv or .xlsx · số liệu")
    scoring.add_argument("--out", type=Path, required=True, help="points, .csv · điểm")
    scoring.add_argument("--explain", type=Path, help="figures and reason beside each, .csv · số liệu, lý do")
    scoring.add_argument(
        "--set", dest="indicators", type=Path, help="another version, .yaml · bộ chỉ số khác"
    )
    scoring.set_defaults(run=told(score_units))


def score_units(options: argparse.Namespace) -> int:
    """Scores every unit of the file; units stay in order of first appearance."""
    _keep_apart(options.inputs, options.out, options.explain)
    indicators = read_indicators(options.indicators) if options.indicators else newest_indicators()
    figures = read_figures(options.inputs, indicators)
    scored = {unit: score(indicators, of_unit) for unit, of_unit in figures.items()}
    files = {options.out: points_table(scored)}
    if options.explain:
        files[options.explain] = reasons_table(scored)
    write_all(files)
    tell(f"{unit}: {each.sentence}" for unit, each in scored.items() if each.provisional)
    return 0


def read_indicators(path: Path) -> IndicatorSet:
    """The set in a file. Raises UnreadableFile, or InvalidSet with every problem."""
    return indicator_set_from_mapping(read_mapping(path))


def newest_indicators() -> IndicatorSet:
    """The version that began last."""
    return max((read_indicators(path) for path in sorted(DATA.glob("qd766_*.yaml"))), key=_began)


def _began(indicators: IndicatorSet) -> str:
    return indicators.valid_from.isoformat()


def read_figures(path: Path, indicators: IndicatorSet) -> dict[str, dict[str, Pair]]:
    """The figures by unit and indicator. Raises FileRefused naming every bad cell."""
    table = read_table(path, required=IN_COLUMNS)
    found = _gathered(table, indicators)
    refuse(path, table.faults)
    return found


def _gathered(table: Table, indicators: IndicatorSet) -> dict[str, dict[str, Pair]]:
    known = {each.id: each for each in indicators.indicators()}
    found: dict[str, dict[str, Pair]] = {}
    first: dict[tuple[str, str], int] = {}
    for row in table.rows:
        unit, name = row.text("unit"), row.text("indicator")
        # A numerator alone is a percentage: 57.125 can then only be fifty-seven and a bit.
        is_percent = name in known and known[name].is_percent and row.text("denominator") is None
        pair = figure(row, "numerator", "decimal" if is_percent else "refuse"), figure(row, "denominator")
        if unit is None:
            row.fault("unit", "thiếu tên đơn vị.")
        if name is None or name not in known:
            what = "thiếu mã chỉ số" if name is None else f"không có chỉ số “{name}”"
            row.fault("indicator", f"{what}. Ghi một trong: {', '.join(known)}.")
            continue
        fault = contradiction(known[name], *pair)
        if fault:
            row.fault("numerator", f"{fault}. Kiểm tra lại tử số và mẫu số.")
        if unit is None:
            continue
        if first.setdefault((unit, name), row.row) != row.row:
            row.fault("indicator", f"“{unit}” đã có chỉ số {name} ở dòng {first[unit, name]}. Chỉ giữ một.")
            continue
        found.setdefault(unit, {})[name] = pair
    return found


def points_table(scored: Mapping[str, ServiceIndex]) -> str:
    """The rows of every unit: each group's indicators, then the group; at last the total."""
    rows: list[tuple[str, ...]] = []
    for unit, index in scored.items():
        for of_group in index.groups:
            group = of_group.group.id
            rows += [(unit, group, line.indicator.id, written(line.points)) for line in of_group.lines]
            rows.append((unit, group, "", written(of_group.points)))
        rows.append((unit, "", "", written(index.points)))
    return as_csv(OUT_COLUMNS, rows)


def reasons_table(scored: Mapping[str, ServiceIndex]) -> str:
    """The same rows with the figures used, the maximum and the sentence."""
    rows: list[tuple[str, ...]] = []
    for unit, index in scored.items():
        for of_group in index.groups:
            rows += [(unit, *cells) for cells in _reasons(of_group)]
        total = written(index.points), str(plain(index.maximum)), index.sentence
        rows.append((unit, "", "", "", "", *total))
    return as_csv(EXPLAIN_COLUMNS, rows)


def _reasons(scored: GroupScore) -> list[tuple[str, ...]]:
    group = scored.group
    rows = [
        (
            group.id,
            line.indicator.id,
            _figure(line.numerator),
            _figure(line.denominator),
            written(line.points),
            str(plain(line.indicator.maximum)),
            line.sentence,
        )
        for line in scored.lines
    ]
    return [*rows, (group.id, "", "", "", written(scored.points), str(plain(scored.maximum)), group.name)]


def written(points: Decimal | None) -> str:
    """Points with all their decimals and a point, empty if there are none."""
    return "" if points is None else format(points, "f")


def _figure(value: Decimal | None) -> str:
    return "" if value is None else str(plain(value))


def _keep_apart(inputs: Path, out: Path, explain: Path | None) -> None:
    named = [path.resolve() for path in (inputs, out, explain) if path is not None]
    if len(set(named)) < len(named):
        raise UnreadableFile("--inputs, --out, --explain phải là các tệp khác nhau.")

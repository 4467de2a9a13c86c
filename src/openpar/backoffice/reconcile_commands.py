"""`openpar reconcile FILE.csv`: do the counts of dossiers in a table add up, and if not, how is the gap read?

Stable for other programs: the result on the screen is a table `unit,identity,holds,gap,equation,reading`;
`holds` is yes, no, or empty where a blank cell leaves it open. Exit status: 0 every identity that could be
looked at holds, 1 one does not, 2 the table itself cannot be right (every bad cell is told).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from openpar.backoffice.count_layouts import as_laid_out, layouts_of
from openpar.backoffice.figure_files import count, read_grid, read_table, refuse, table_of, tell, told
from openpar.backoffice.result_files import as_csv
from openpar.backoffice.score_files import Row
from openpar.engine.balance import Counts, Finding, Identities, check_row, check_total
from openpar.engine.balance_data import identities_from_mapping
from openpar.engine.rules.base import capital
from openpar.parindex.criteria.yaml_files import read_mapping

DATA = Path(__file__).resolve().parents[3] / "data" / "dossier_identities.yaml"
LAYOUTS = DATA.parent / "dossiers" / "layouts.yaml"
OUT_COLUMNS = ("unit", "identity", "holds", "gap", "equation", "reading")
HOLDS, BROKEN = 0, 1
_UNIT = "unit"
_TOTALS = {"tổng", "tổng cộng", "tổng số", "cộng", "toàn tỉnh", "total"}


def add_reconcile_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds `reconcile`."""
    command = commands.add_parser("reconcile", help="do counts of dossiers add up · đối chiếu số liệu hồ sơ")
    command.add_argument("file", type=Path, help="counts by unit, .csv or .xlsx · số liệu theo đơn vị")
    command.set_defaults(run=told(reconcile))


def reconcile(options: argparse.Namespace) -> int:
    """Prints every identity that the table's columns allow, unit by unit, then the total row."""
    identities = identities_from_mapping(read_mapping(DATA))
    rows = read_counts(options.file, identities)
    findings = findings_of(identities, rows)
    sys.stdout.write(findings_table(findings))
    broken = [(unit, finding) for unit, finding in findings if finding.holds is False]
    open_ones = [finding for _unit, finding in findings if finding.holds is None]
    tell(f"{unit}, {finding.identity}: lệch {finding.gap}. {finding.reading}." for unit, finding in broken)
    tell([_summary(len(findings), len(broken), len(open_ones))])
    return BROKEN if broken else HOLDS


def _summary(looked_at: int, broken: int, unclear: int) -> str:
    if not looked_at:
        return "Không có đẳng thức nào kiểm tra được với các cột này."
    kept = looked_at - broken - unclear
    return f"{looked_at} đẳng thức: {kept} khớp, {broken} lệch, {unclear} không kiểm tra được vì để trống."


def read_counts(path: Path, identities: Identities) -> dict[str, Counts]:
    """The counts by unit, in the order of the file; its heading is that of one of the known statistics, or
    names our columns. Raises FileRefused naming every bad cell.
    """
    names = [column.name for column in identities.columns]
    laid_out = as_laid_out(read_grid(path), layouts_of(read_mapping(LAYOUTS)), (_UNIT, *names))
    if laid_out is None:
        table = read_table(path, required=(), optional=(_UNIT, *names))
    else:
        table = table_of(laid_out.heading, laid_out.rows, optional=(_UNIT, *names), first=laid_out.first_row)
    has_units = _UNIT in table.columns
    found: dict[str, Counts] = {}
    total = ""
    for row in table.rows:
        counts = {name: count(row, name) for name in table.columns if name != _UNIT}
        unit = _unit(row, has_units)
        if unit in found:
            row.fault(_UNIT, f"“{unit}” ghi hai lần. Mỗi đơn vị một dòng.")
        if is_total(unit):
            if total and total != unit:
                row.fault(_UNIT, f"“{unit}”: đã có dòng tổng “{total}”. Chỉ giữ một.")
            total = unit
        found[unit] = counts
    refuse(path, table.faults)
    return found


def _unit(row: Row, has_units: bool) -> str:
    if not has_units:
        return f"dòng {row.row}"
    unit = row.text(_UNIT)
    if unit is None:
        row.fault(_UNIT, "thiếu tên đơn vị.")
    return unit or f"dòng {row.row}"


def is_total(unit: str) -> bool:
    """Is this the row that adds up the others?"""
    return unit.casefold().rstrip(" :.") in _TOTALS


def findings_of(identities: Identities, rows: dict[str, Counts]) -> list[tuple[str, Finding]]:
    """What was found, by unit; the total row is looked at as a row, and then against the others."""
    found = [(unit, finding) for unit, counts in rows.items() for finding in check_row(identities, counts)]
    others = {unit: counts for unit, counts in rows.items() if not is_total(unit)}
    for unit, counts in rows.items():
        if is_total(unit) and others:
            found += [(unit, finding) for finding in check_total(identities, others, counts)]
    return found


def findings_table(findings: list[tuple[str, Finding]]) -> str:
    """The findings as they are printed."""
    answers = {True: "yes", False: "no", None: ""}
    return as_csv(
        OUT_COLUMNS,
        [
            (
                unit,
                finding.identity,
                answers[finding.holds],
                "" if finding.gap is None else str(finding.gap),
                finding.equation,
                reading_of(finding),
            )
            for unit, finding in findings
        ],
    )


def reading_of(finding: Finding) -> str:
    """The likeliest reading, and after it those that fit as well."""
    if not finding.others:
        return finding.reading
    return f"{finding.reading}. Cũng có thể: {'; '.join(capital(other) for other in finding.others)}"

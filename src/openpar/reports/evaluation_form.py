"""The nine indicators of TT 01/2018 as a workbook: what was entered, what it gives."""

from __future__ import annotations

from io import BytesIO

from django.utils.translation import override

from openpar.common.spreadsheets import CellValue, Column, SheetSpec, write_workbook
from openpar.delivery.figures.evaluation import FIGURES_OF_RULE, figure_labels, takes_ballots
from openpar.delivery.figures.queries.evaluating import EvaluationView


def evaluation_workbook(view: EvaluationView) -> bytes:
    """A sheet of the indicators with their scores below, and one of the figures they come from."""
    with override("vi"):
        output = BytesIO()
        write_workbook(output, [_indicators(view), _figures(view)])
        return output.getvalue()


def _heading(view: EvaluationView) -> tuple[str, ...]:
    return (
        view.scheme.title.upper(),
        view.scheme.document,
        f"Đơn vị: {view.agency}",
        f"Kỳ đánh giá: {view.period.words}",
    )


def _indicators(view: EvaluationView) -> SheetSpec:
    points = tuple(reversed(range(view.scheme.most + 1)))
    value_format = "0." + "0" * view.scheme.digits if view.scheme.digits else "0"
    rows: list[list[CellValue]] = []
    for value in view.evaluation.values:
        indicator = value.indicator
        tally = view.entered.tallies.get(indicator.id, ())
        counts: list[CellValue] = [tally[point] if point < len(tally) else None for point in points]
        rows.append(
            [
                indicator.id,
                indicator.name,
                *(counts if takes_ballots(indicator) else [None] * len(points)),
                value.ballots or None,
                value.points if value.ballots else None,
                value.value,
            ]
        )
    return SheetSpec(
        name="Chỉ số",
        columns=(
            Column("Chỉ số", 8, align="center"),
            Column("Tên chỉ số", 60),
            *(Column(f"{point} điểm", 10, "#,##0", over=("Số phiếu",)) for point in points),
            Column("Số phiếu", 10, "#,##0"),
            Column("Tổng điểm", 10, "#,##0"),
            Column("Giá trị", 10, value_format),
        ),
        rows=rows,
        heading=_heading(view),
        footing=(
            *(score.sentence for score in view.evaluation.scores),
            "Chỉ số không có phiếu thì rút khỏi điểm và khỏi điểm tối đa, không phải 0.",
        ),
        frozen_columns=2,
    )


def _figures(view: EvaluationView) -> SheetSpec:
    labels = figure_labels()
    used = [
        (indicator.id, name)
        for indicator in view.scheme.indicators
        for name in FIGURES_OF_RULE.get(indicator.rule, ())
    ]
    return SheetSpec(
        name="Số liệu",
        columns=(
            Column("Chỉ số", 8, align="center"),
            Column("Số liệu", 60),
            Column("Số lượng", 12, "#,##0"),
        ),
        rows=[[indicator, labels[name], view.entered.figures.get(name)] for indicator, name in used],
        heading=_heading(view),
        footing=("Ô để trống là chưa có số liệu, không phải 0.",),
    )

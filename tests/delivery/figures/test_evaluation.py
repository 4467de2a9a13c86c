"""The nine indicators of TT 01/2018 from what an agency enters."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest

from openpar.base.organisations.models import Kind
from openpar.delivery.figures.actions.evaluating import enter_evaluation
from openpar.delivery.figures.errors import FiguresRefused, StaleFigures
from openpar.delivery.figures.evaluation import Entered
from openpar.delivery.figures.queries.evaluating import EvaluationView, evaluation_view
from openpar.reports.evaluation_form import evaluation_workbook
from tests import factories
from tests.delivery.figures.sheets import AT, Office, office, quarter

pytestmark = pytest.mark.django_db
FIGURES = {
    "procedures": 100,
    "handled_there": 20,
    "to_receive": 100,
    "received_there": 90,
    "feedback_received": 10,
    "feedback_on_time": 9,
    "online_procedures": 20,
    "dossiers": 1000,
    "online_dossiers": 300,
    "late_dossiers": 0,
}
# Ballots with 0, 1 and 2 points.
TALLIES = {"1": (0, 1, 2), "2": (0, 2, 1), "3": (0, 0, 3), "4": (0, 3, 0), "6": (0, 0, 1), "7": (0, 2, 1)}


def entered(who: Office, tallies: object = None, figures: object = None, version: int = 0) -> EvaluationView:
    enter_evaluation(
        by=who.officer,
        at=AT,
        organisation_id=who.agency.pk,
        asked=quarter(),
        expected_version=version,
        entered=Entered(TALLIES if tallies is None else tallies, FIGURES if figures is None else figures),  # type: ignore[arg-type]  # given by the tests below
    )
    return seen(who)


def seen(who: Office) -> EvaluationView:
    found = evaluation_view(who.agency.pk, quarter().period())
    assert found is not None
    return found


def points(view: EvaluationView) -> dict[str, Decimal | None]:
    return {value.indicator.id: value.value for value in view.evaluation.values}


def test_all_nine_indicators_and_both_scores_come_from_what_was_entered() -> None:
    view = entered(office())
    assert points(view) == {
        "1": Decimal("1.7"),
        "2": Decimal("1.3"),
        "3": Decimal(2),
        "4": Decimal(1),
        "5": Decimal(2),
        "6": Decimal(2),
        "7": Decimal("1.3"),
        "8": Decimal(1),
        "9": Decimal(2),
    }
    assert [score.points for score in view.evaluation.scores] == [Decimal("7.3"), Decimal("14.3")]
    assert view.evaluation.scores[1].label == "Tốt"


def test_the_level_of_the_agency_decides_the_share_of_indicator_5() -> None:
    assert points(entered(office("Xã Hòa Bắc", kind=Kind.COMMUNE)))["5"] == 0


def test_an_indicator_without_figures_is_missing_and_not_zero() -> None:
    who = office()
    assert points(seen(who)) == dict.fromkeys("123456789")
    view = entered(who, {"1": (0, 0, 5)}, {"feedback_received": 0, "feedback_on_time": 0})
    found = points(view)
    assert [found[name] for name in "1852"] == [Decimal(2), Decimal(2), None, None]
    assert view.evaluation.scores[1].maximum == 4


def test_a_part_greater_than_its_whole_is_refused_with_every_other_fault() -> None:
    with pytest.raises(FiguresRefused) as refused:
        entered(
            office(),
            {"1": (0, -1, 0), "5": (0, 0, 1)},
            {**FIGURES, "handled_there": 101, "late_dossiers": 1001},
        )
    assert sorted(factories.codes_of(refused.value)) == [
        "part-above-whole",
        "part-above-whole",
        "tally-unfit",
        "tally-unfit",
    ]


def test_only_the_agency_enters_and_nobody_writes_over_another() -> None:
    who = office()
    entered(who)
    with pytest.raises(StaleFigures):
        entered(who, version=0)
    entered(who, figures={}, version=1)
    assert seen(who).version == 2
    entered(who, figures={}, version=2)
    assert seen(who).version == 2
    stranger = office("Sở Xây dựng")
    with pytest.raises(FiguresRefused):
        entered(Office(who.agency, stranger.officer, stranger.head), version=2)


def test_the_workbook_has_indicators_scores_and_figures() -> None:
    book = openpyxl.load_workbook(BytesIO(evaluation_workbook(entered(office()))))
    assert book.sheetnames == ["Chỉ số", "Số liệu"]
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert next(row for row in rows if row[0] == "1")[2:] == (2, 1, 0, 3, 5, 1.7)
    assert next(row for row in rows if row[0] == "5")[2:] == (None, None, None, 1, 2, 2)
    assert any("14,3/18 điểm" in str(row[0]) for row in rows)

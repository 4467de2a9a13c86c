"""The typed registers fill the lines of a report that their figures name."""

from __future__ import annotations

from decimal import Decimal

import pytest

from openpar.engine.report_lines import Value
from openpar.reform.monitors.actions.entering import save_entry
from openpar.reform.monitors.law import figure_definitions
from openpar.reports.periodic.appendix import all_appendices
from openpar.reports.periodic.models import ReportValue
from tests.reports.periodic import made
from tests.reports.periodic.made import ON_TIME, YEAR, Province, number, pair

pytestmark = pytest.mark.django_db
LEGAL = {
    "issued": 7,
    "to_check": 6,
    "checked": 5,
    "unlawful": 2,
    "handled": 1,
    "to_review": 12,
    "reviewed": 10,
    "kept": 4,
    "expired": 2,
    "replaced": 3,
    "recommended": 1,
}


def legal_review(who: Province, **changes: int | None) -> None:
    save_entry(
        register="legal_documents",
        organisation_id=who.health.agency.pk,
        values={"year": YEAR, "quarter": 3, **LEGAL, **changes},
        expected_revision=0,
        by=who.health.officer,
        at=ON_TIME,
    )


def test_the_legal_register_fills_what_was_issued_checked_and_reviewed(reporting: Province) -> None:
    legal_review(reporting)
    report = made.begun(reporting.health)
    values = made.view_of(report).values
    assert {line: values[line] for line in ("2.1", "2.2.1", "2.2.2", "2.2.3", "2.3.1", "2.3.2")} == {
        "2.1": number(7),
        "2.2.1": number(6),
        "2.2.2": number(5),
        "2.2.3": pair(2, 1),
        "2.3.1": number(12),
        # What is only recommended is not handled yet; what is kept needs nothing.
        "2.3.2": pair(10, 5),
    }
    row = made.newest(report).values.get(line="2.1")
    assert (row.origin, row.source) == (ReportValue.Origin.COMPUTED, "monitors")
    assert row.source_link.startswith("/monitors/legal_documents/entries/")


def test_what_became_of_the_reviewed_stays_unknown_until_somebody_says_so(reporting: Province) -> None:
    legal_review(reporting, kept=None, expired=None, replaced=None, recommended=None)
    values = made.view_of(made.begun(reporting.health)).values
    assert values["2.3.2"] == Value(Decimal(10), None)


def test_every_line_that_a_figure_names_is_one_of_the_appendix_and_is_filled(reporting: Province) -> None:
    """A figure that names a line which no source fills would promise what nobody gets."""
    legal_review(reporting)
    named = {one.report for one in figure_definitions("legal_documents") if one.report}
    assert named <= {line.code for line in all_appendices()[0].lines}
    filled = made.newest(made.begun(reporting.health)).values.filter(source="monitors")
    assert named <= set(filled.values_list("line", flat=True))


def entered(who: Province, register: str, **counts: int) -> None:
    save_entry(
        register=register,
        organisation_id=who.health.agency.pk,
        values={"year": YEAR, "quarter": 3, **counts},
        expected_revision=0,
        by=who.health.officer,
        at=ON_TIME,
    )


@pytest.mark.parametrize(("held", "code"), [(2, 1), (0, 0)])
def test_dialogue_is_told_as_held_or_not_with_what_was_answered(
    reporting: Province, held: int, code: int
) -> None:
    entered(reporting, "dialogue", planned=2, held=held, opinions=8, answered=6)
    report = made.begun(reporting.health)
    assert made.view_of(report).values["1.5"] == number(code)
    words = made.newest(report).sections.get(key="direction").text
    assert f"Cuộc đối thoại đã tổ chức: {held}/2" in words
    assert "Ý kiến, kiến nghị đối thoại đã trả lời: 6/8 (75 %)." in words


def test_discipline_and_dissemination_are_told_in_their_parts(reporting: Province) -> None:
    entered(reporting, "discipline", checks_planned=4, checks=3, cases=2, cases_handled=2, punished=1)
    entered(reporting, "dissemination", planned=10, carried_out=9, articles=24)
    report = made.begun(reporting.health)
    assert made.view_of(report).values["5.4"] == number(1)
    sections = {row.key: row.text for row in made.newest(report).sections.all()}
    assert "Cuộc kiểm tra công vụ theo kế hoạch đã làm: 3/4 (75 %)." in sections["F4"]
    assert "Hoạt động tuyên truyền đã thực hiện theo kế hoạch: 9/10 (90 %)." in sections["direction"]


def test_nobody_punished_is_nought_and_a_register_without_entry_unknown(reporting: Province) -> None:
    entered(reporting, "discipline", checks_planned=1, checks=1, cases=0, cases_handled=0, punished=0)
    values = made.view_of(made.begun(reporting.health)).values
    assert (values["5.4"], values["1.5"]) == (number(0), Value(None))

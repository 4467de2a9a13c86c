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

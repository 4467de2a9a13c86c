"""Nobody answers a report they had a hand in, and no agency speaks in the reports of another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import pytest

from openpar.base.organisations.roles import Role
from openpar.reports.periodic.actions.computing import refresh_computed
from openpar.reports.periodic.actions.opening import change_cut_off_day, discard_report_draft, open_report
from openpar.reports.periodic.actions.submitting import accept_report, return_report
from openpar.reports.periodic.actions.writing import redraft_section
from openpar.reports.periodic.errors import ReportRefused
from openpar.reports.periodic.models import RevisionState
from openpar.reports.periodic.permissions import may_see_report
from tests import factories
from tests.reports.periodic import made
from tests.reports.periodic.made import ON_TIME, YEAR, Province, number

pytestmark = pytest.mark.django_db


def refused_codes(act: Callable[[], object]) -> list[str]:
    with pytest.raises(ReportRefused) as refused:
        act()
    return factories.codes_of(refused.value)


def test_who_wrote_the_report_of_the_province_does_not_answer_it_though_another_sent_it(
    reporting: Province,
) -> None:
    report = open_report(
        by=reporting.manager, at=ON_TIME, organisation_id=reporting.committee.pk, code="q3", year=YEAR
    )
    made.filled(reporting.manager, report)
    revision = made.submitted(reporting.leader, report)
    for answer in (accept_report, partial(return_report, reason="Sửa")):
        act = partial(answer, by=reporting.manager, at=ON_TIME, revision_id=revision.pk)
        assert refused_codes(act) == ["not-allowed"]
    second = factories.actor_as(Role.ROUND_MANAGER, reporting.home.agency)
    assert made.accepted(second, report).state == RevisionState.ACCEPTED


def test_the_leaders_of_the_province_sign_for_the_province_and_for_no_agency(reporting: Province) -> None:
    who = reporting.health
    report = made.filled(who, made.begun(who))
    for by in (reporting.leader, reporting.manager, reporting.justice.head, who.officer):
        assert refused_codes(partial(made.submitted, by, report)) == ["not-allowed"]
    assert made.submitted(who, report).state == RevisionState.SUBMITTED


def test_nobody_writes_in_the_report_of_an_agency_but_its_own_people(reporting: Province) -> None:
    who = reporting.health
    report = made.begun(who)
    for by in (reporting.manager, reporting.leader, reporting.justice.officer):
        assert refused_codes(partial(made.typed, by, report, {"1.4.1": number(7)})) == ["not-allowed"]
        opening = partial(open_report, by=by, at=ON_TIME, code="q3", year=YEAR)
        assert refused_codes(partial(opening, organisation_id=reporting.ward.agency.pk)) == ["not-allowed"]
    assert made.typed(who, report, {"1.4.1": number(7)}) == 1


def test_a_report_is_seen_by_its_agency_and_by_those_who_oversee(reporting: Province) -> None:
    agency = reporting.health.agency
    sees = (reporting.health.head, reporting.manager, reporting.leader, reporting.auditor)
    others = (
        reporting.justice.head,
        reporting.ward.officer,
        factories.actor_as(Role.ADMINISTRATOR, agency),
        factories.actor_as(Role.APPRAISER, reporting.home.agency),
    )
    assert [may_see_report(by, agency.pk) for by in sees] == [True] * 4
    assert [may_see_report(by, agency.pk) for by in others] == [False] * 4


def test_what_was_sent_is_written_by_nobody_any_more(reporting: Province) -> None:
    who = reporting.health
    report = made.sent(who)
    revision = made.newest(report)
    seen: dict[str, Any] = {"by": who.officer, "at": ON_TIME, "revision_id": revision.pk}
    section = revision.sections.get(key="F3")
    changes = (
        partial(made.typed, who, report, {"1.4.1": number(7)}),
        partial(made.written, who.officer, report, section.key, "Khác"),
        partial(redraft_section, **seen, key=section.key, expected_version=section.version),
        partial(refresh_computed, **seen, expected_figures=revision.figures_version),
        partial(change_cut_off_day, **seen, expected_version=revision.version, until_on=date(2026, 8, 31)),
        partial(discard_report_draft, **seen, expected_version=revision.version),
        partial(made.submitted, who, report),
    )
    for change in changes:
        assert refused_codes(change) == ["not-draft"]

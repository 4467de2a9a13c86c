"""Lines asked of departments or communes only: in their reports, and put together in that of the province."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from io import BytesIO

import docx
import pytest

from openpar.base.accounts.models import Role
from openpar.common.formats import VIETNAM
from openpar.delivery.procedures.actions.lines import NewLine
from openpar.delivery.procedures.contents import Agency
from openpar.delivery.procedures.models import PublishingDecision
from openpar.delivery.procedures.words import Level, LineChange
from openpar.engine.report_lines import OverAgencies, Value
from openpar.reports.documents import docx_bytes
from openpar.reports.periodic.actions.opening import open_report
from openpar.reports.periodic.documents import appendix_workbook, official_document
from openpar.reports.periodic.files import AppendixFile, read_appendix
from openpar.reports.periodic.models import PeriodicReport, ReportValue
from openpar.reports.periodic.queries.loading import lines_of, value_of
from tests.delivery.procedures import catalogue
from tests.reform.succession import arrived, merged
from tests.reports.periodic import made
from tests.reports.periodic.made import CUT_OFF, YEAR, Province, number, pair

pytestmark = pytest.mark.django_db
OF_AGENCIES = ("3.1.1", "3.1.2", "3.3.1", "3.3.2")


def accepted(who: Province, office: made.Office, figures: dict[str, Value]) -> None:
    made.accepted(who.manager, made.sent(office, figures))


def of_the_province(who: Province) -> PeriodicReport:
    return open_report(by=who.manager, at=CUT_OFF, organisation_id=who.committee.pk, code="q3", year=YEAR)


def stored(report: PeriodicReport, line: str) -> ReportValue:
    return made.newest(report).values.get(line=line)


def figure(report: PeriodicReport, line: str) -> Value:
    return value_of(stored(report, line))


def test_the_province_reports_what_its_departments_and_communes_handled(reporting: Province) -> None:
    accepted(reporting, reporting.health, {"3.3.1": pair(900, 870), "3.1.1": number(4)})
    accepted(reporting, reporting.justice, {"3.3.1": pair(100, 90), "3.1.2": number(3)})
    accepted(reporting, reporting.ward, {"3.3.2": pair(50, 41)})
    whole = of_the_province(reporting)
    view = made.view_of(whole)
    assert {line: view.values[line] for line in OF_AGENCIES} == {
        "3.1.1": number(4),
        "3.1.2": number(3),
        "3.3.1": pair(1000, 960),
        "3.3.2": pair(50, 41),
    }
    row = stored(whole, "3.3.1")
    assert (row.origin, row.source) == (ReportValue.Origin.COMPUTED, "rollup")
    said = "Tổng hợp từ 2 báo cáo của đơn vị, chưa chốt số liệu; thiếu: Sở Nội vụ."
    assert (row.source_words, row.source_link) == (said, "/reports/board/?report=q3&year=2026&line=3.3.1")
    words = [
        [cell.text for cell in each.cells]
        for table in docx.Document(BytesIO(docx_bytes(official_document(view)))).tables
        for each in table.rows
    ]
    (dossiers,) = [cells for cells in words if cells[0] == "3.3.1"]
    assert "1.000" in dossiers[2]
    file = AppendixFile("phu-luc.xlsx", appendix_workbook(view))
    again = read_appendix(file, lines_of(made.newest(whole)))
    assert (again["3.3.1"], again["3.3.2"]) == (pair(1000, 960), pair(50, 41))


def test_what_agencies_say_each_for_itself_is_not_in_the_provinces_report(reporting: Province) -> None:
    whole = made.newest(of_the_province(reporting))
    appendix = made.view_of(whole.report).appendix
    lines = tuple(
        replace(line, over_agencies=OverAgencies.OWN) if line.code == "3.3.1" else line
        for line in appendix.lines
    )
    assert {"3.3.1"} == {one.code for one in appendix.lines_of("province")} - {
        one.code for one in replace(appendix, lines=lines).lines_of("province")
    }


def decided(reporting: Province, *, signed_on: date, number_: str) -> PublishingDecision:
    """Two new procedures that Sở Y tế leads, one of Sở Tư pháp, one of all communes."""
    contents = {
        code: catalogue.contents(f"Thủ tục {code}", levels=(Level.PROVINCE,), agencies=(Agency(key=key),))
        for code, key in (
            ("1.000001", reporting.health.agency.key),
            ("1.000002", reporting.health.agency.key),
            ("1.000003", reporting.justice.agency.key),
        )
    }
    lines = [catalogue.new(code, what) for code, what in contents.items()]
    return catalogue.decision(
        *lines,
        catalogue.new("1.000004"),
        number=number_,
        signed_on=signed_on,
        effective_on=date(2026, 7, 1),
    )


def test_new_procedures_are_counted_for_whoever_leads_them(reporting: Province) -> None:
    decided(reporting, signed_on=date(2026, 6, 20), number_="1/QĐ-UBND")
    catalogue.decision(
        NewLine("1.000001", LineChange.ABOLISHED),
        number="2/QĐ-UBND",
        signed_on=date(2026, 9, 1),
        effective_on=date(2026, 9, 2),
        at=datetime(2026, 9, 3, 9, 0, tzinfo=VIETNAM),
    )
    health, justice = made.begun(reporting.health), made.begun(reporting.justice)
    assert (figure(health, "3.1.1"), figure(health, "3.1.2")) == (number(2), number(1))
    assert (figure(justice, "3.1.1"), figure(justice, "3.1.2")) == (number(1), number(0))
    words = "2 quyết định công bố trong kỳ, thủ tục do đơn vị chủ trì giải quyết"
    assert (stored(health, "3.1.1").source, stored(health, "3.1.1").source_words) == ("procedures", words)
    # Nothing was published for Sở Nội vụ; whether nothing was to be is not known here.
    home = made.begun(reporting.home)
    assert not made.newest(home).values.filter(line="3.1.1").exclude(source="").exists()
    # Until an agency has reported, the province tells what its own decisions say.
    whole = of_the_province(reporting)
    assert (stored(whole, "3.1.1").source, figure(whole, "3.1.1")) == ("procedures", number(4))


def test_a_merged_department_tells_of_what_was_published_for_those_before_it(reporting: Province) -> None:
    decided(reporting, signed_on=date(2026, 6, 20), number_="1/QĐ-UBND")
    heir = merged(reporting.health.agency, name="Sở Y tế mới")
    office = made.Office(
        heir,
        arrived(Role.FOCAL_OFFICER, heir, "Cán bộ Sở Y tế mới"),
        arrived(Role.AGENCY_HEAD, heir, "Giám đốc Sở Y tế mới"),
    )
    assert figure(made.begun(office), "3.1.1") == number(2)

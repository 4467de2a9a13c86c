"""What is made of reports: the document, the roll-up, how many came in time, who is reminded."""

from __future__ import annotations

from datetime import date, datetime
from io import BytesIO

import docx
import pytest

from openpar.base.accounts.models import Role, User
from openpar.base.organisations.models import OrganisationVersion
from openpar.common.formats import VIETNAM
from openpar.reports.documents import docx_bytes, gaps_of
from openpar.reports.periodic.documents import official_document
from openpar.reports.periodic.measures import reports_on_time_of
from openpar.reports.periodic.models import PeriodicReport
from openpar.reports.periodic.queries.rollup import roll_up
from openpar.reports.periodic.reminding import due_things
from tests import factories
from tests.reports.periodic import made
from tests.reports.periodic.made import LATE, Province, number, pair
from tests.worlds import world

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2025, 12, 15), date(2026, 12, 14)


@world
def reported_quarter() -> Province:
    """Sở Y tế in time and accepted, Sở Tư pháp late and waiting, the others not at all."""
    found = made.province()
    made.accepted(found.manager, made.sent(found.health, {"1.1.1": number(50), "1.1.2": number(30)}))
    made.sent(found.justice, {"7.4": pair(10, 90)}, at=LATE)
    return found


def test_the_document_has_its_letterhead_text_and_appendix_and_no_number(reported_quarter: Province) -> None:
    report = PeriodicReport.objects.get(organisation=reported_quarter.health.agency)
    document = official_document(made.view_of(report))
    assert gaps_of(document) == ()
    word = docx.Document(BytesIO(docx_bytes(document)))
    text = "\n".join(paragraph.text for paragraph in word.paragraphs)
    cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    told = "\n".join(cells)
    assert "SỞ Y TẾ" in told
    assert "Lâm Đồng, ngày" in told
    assert any("Số:" in cell and "/BC-" in cell for cell in cells)
    assert "công tác chỉ đạo, điều hành" in text.lower()
    assert "Nội dung đã thực hiện trong kỳ." in text
    assert "30/50 (60 %)" in told
    assert "Thủ trưởng Sở Y tế" in told
    assert "DANH MỤC VĂN BẢN" in text.upper()
    # No number, no day: the registry gives them.
    assert document.number is None
    assert document.day is None


def test_the_roll_up_names_who_is_missing_in_all_and_in_a_line(reported_quarter: Province) -> None:
    justice = PeriodicReport.objects.get(organisation=reported_quarter.justice.agency)
    made.accepted(reported_quarter.manager, justice, at=LATE)
    asked = made.view_of(justice).asked
    found = roll_up(asked, "unit")
    assert found is not None
    assert set(found.missing) == {"Sở Nội vụ", "Phường Xuân Hương"}
    line = found.rolled("7.4")
    assert line is not None
    assert (line.value, line.put.known) == (pair(50, 140), 2)
    commune = found.rolled("3.3.2")
    assert commune is not None
    # A line of communes lacks nobody of the departments.
    assert (commune.put.known, commune.put.missing) == (0, ())
    assert roll_up(asked, "unit", as_locked=True) is None


def test_reports_are_counted_on_time_of_those_owed(reported_quarter: Province) -> None:
    ids = [one.agency.pk for one in reported_quarter.offices]
    found = reports_on_time_of(ids, FIRST, LAST, LATE.date())
    health, justice = (found[one.agency.pk] for one in (reported_quarter.health, reported_quarter.justice))
    # The year 2025, quarter I, six months and quarter III were due by then.
    assert (health.on_time, health.late, health.missing, health.owed) == (1, 0, 3, 4)
    assert (justice.on_time, justice.late, justice.missing, justice.owed) == (0, 1, 3, 4)
    third = reports_on_time_of(ids, date(2026, 9, 1), date(2026, 9, 30), LATE.date())
    assert third[reported_quarter.health.agency.pk].owed == 1
    assert [one.asked.report.code for one in third[reported_quarter.home.agency.pk].behind] == ["q3"]


def test_a_returned_report_was_sent_when_it_was_sent_first(reported_quarter: Province) -> None:
    report = made.sent(reported_quarter.home)
    made.returned(reported_quarter.manager, report, at=LATE)
    made.submitted(reported_quarter.home, report, at=LATE)
    found = reports_on_time_of([reported_quarter.home.agency.pk], FIRST, LAST, LATE.date())
    assert found[reported_quarter.home.agency.pk].on_time == 1


def test_who_owes_is_reminded_and_who_receives(reported_quarter: Province) -> None:
    things = list(due_things(LATE.date()))
    owed = {thing.text: thing for thing in things if thing.kind == "report.submission"}
    units = {text for text in owed if "quý III" in text and "Ủy ban" not in text}
    assert units == {
        "Báo cáo quý III năm 2026, Sở Nội vụ",
        "Báo cáo quý III năm 2026, Phường Xuân Hương",
    }
    ward = owed["Báo cáo quý III năm 2026, Phường Xuân Hương"]
    assert ward.due_on == date(2026, 9, 16)
    assert ward.responsible == (reported_quarter.ward.officer.id,)
    assert ward.heads == (reported_quarter.ward.head.id,)
    assert ward.assigners == (reported_quarter.manager.id,)
    (waiting,) = [thing for thing in things if thing.kind == "report.acceptance"]
    assert (waiting.due_on, waiting.responsible) == (LATE.date(), (reported_quarter.manager.id,))


def test_nobody_is_reminded_of_what_fell_due_before_the_first_report_here() -> None:
    found = made.province()
    assert list(due_things(LATE.date())) == []
    made.begun(found.health, at=LATE)
    found_later = list(due_things(datetime(2026, 12, 1, tzinfo=VIETNAM).date()))
    # Quarter III of agencies was due before; that of the province, on the day itself, and the year are not.
    assert {thing.due_on for thing in found_later} == {
        date(2026, 9, 21),
        date(2026, 12, 16),
        date(2026, 12, 21),
    }


def test_a_commune_issues_through_its_peoples_committee(reported_quarter: Province) -> None:
    report = made.filled(reported_quarter.ward, made.begun(reported_quarter.ward))
    document = official_document(made.view_of(report))
    assert (document.agency.name, document.agency.superior) == ("Ủy ban nhân dân phường Xuân Hương", "")
    assert document.place == "Xuân Hương"
    assert gaps_of(document) == ()


@pytest.mark.parametrize(
    ("agency", "position", "lines", "gaps"),
    [
        ("Thanh tra tỉnh", "", ("CHÁNH THANH TRA",), ()),
        ("Ban Quản lý các khu công nghiệp", "", ("TRƯỞNG BAN",), ()),
        ("Chi cục Thủy lợi", "", ("CHI CỤC TRƯỞNG",), ()),
        ("Sở Y tế", "Phó Giám đốc", ("KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"), ()),
        ("UBND tỉnh Lâm Đồng", "", ("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"), ()),
        ("Đài Phát thanh tỉnh", "", ("",), ("no-position",)),
        ("Đài Phát thanh tỉnh", "Giám đốc", ("GIÁM ĐỐC",), ()),
    ],
)
def test_the_head_signs_in_the_position_of_the_agency(
    reported_quarter: Province, agency: str, position: str, lines: tuple[str, ...], gaps: tuple[str, ...]
) -> None:
    health = reported_quarter.health
    OrganisationVersion.objects.filter(organisation=health.agency).update(name=agency)
    User.objects.filter(pk=health.head.person_id).update(position=position)
    report = PeriodicReport.objects.get(organisation=health.agency)
    document = official_document(made.view_of(report))
    assert [(one.lines, one.name) for one in document.signatures] == [(lines, "Thủ trưởng Sở Y tế")]
    assert tuple(gap.code for gap in gaps_of(document)) == gaps


def test_a_draft_is_signed_by_the_one_head_the_register_knows(reported_quarter: Province) -> None:
    report = made.begun(reported_quarter.ward)
    document = official_document(made.view_of(report))
    assert document.symbol == "BC-UBND"
    assert document.signatures[0].name == "Thủ trưởng Phường Xuân Hương"
    factories.actor_as(Role.AGENCY_HEAD, reported_quarter.ward.agency, "Người thứ hai")
    assert official_document(made.view_of(report)).signatures[0].name == ""

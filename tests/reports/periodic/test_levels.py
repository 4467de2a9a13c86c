"""The figures of a period level by level: parts make up the whole, what was reported above stands beside."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from openpar.base.organisations.models import Kind
from openpar.common.formats import VIETNAM
from openpar.engine.report_lines import together
from openpar.reports.periodic.calendar import Asked, report_calendar
from openpar.reports.periodic.queries.levels import Levels, levels_of
from openpar.reports.periodic.wording import value_words
from tests.reports.periodic import made
from tests.reports.periodic.made import Office, Province, number, pair

pytestmark = pytest.mark.django_db
# The calendar until 30/06/2025 knows districts, to which communes report.
MARCH_2025 = datetime(2025, 3, 14, 9, 0, tzinfo=VIETNAM)


def asked_of(code: str, year: int) -> Asked:
    found = report_calendar().asked(code, year)
    assert found is not None
    return found


def found_of(code: str, year: int) -> Levels:
    found = levels_of(asked_of(code, year))
    assert found is not None
    return found


def told(who: Province, office: Office, forms: int, signed: tuple[int, int], code: str, year: int) -> None:
    at = MARCH_2025 if year == 2025 else made.ON_TIME
    figures = {"1.4.1": number(forms), "7.4": pair(*signed)}
    made.accepted(who.manager, made.sent(office, figures, code, year=year, at=at), at=at)


def said(found: Levels, key: str, code: str) -> str:
    part = next(one for one in (*found.kinds, *found.areas) if one.key == key)
    rolled = found.whole.rolled(code)
    assert rolled is not None
    return value_words(rolled.line, part.value(rolled.line))


def test_kinds_of_agencies_are_put_together_from_numerators_and_denominators(reporting: Province) -> None:
    who = reporting
    told(who, who.health, 80, (9, 10), "q3", 2026)
    told(who, who.justice, 20, (10, 90), "q3", 2026)
    told(who, who.ward, 5, (1, 2), "q3", 2026)
    found = found_of("q3", 2026)
    assert [part.key for part in found.kinds] == [Kind.DEPARTMENT, Kind.WARD]
    departments = found.kinds[0]
    assert (len(departments.reporters), departments.missing) == (2, ("Sở Nội vụ",))
    # 19 of 100, not the mean of 90 % and 11,11 %.
    assert (said(found, Kind.DEPARTMENT, "7.4"), said(found, Kind.WARD, "7.4")) == (
        "19/100 (19 %)",
        "1/2 (50 %)",
    )
    assert (found.areas, found.province) == ((), None)


def test_the_parts_of_a_level_make_up_the_whole_in_every_line(reporting: Province) -> None:
    who = reporting
    for place, office in enumerate((who.health, who.justice, who.ward)):
        told(who, office, 10 * place, (place, place + 1), "q3", 2026)
    found = found_of("q3", 2026)
    for one in found.whole.lines:
        assert together(part.put(one.line) for part in found.kinds) == one.put


def districts(who: Province) -> tuple[Office, Office, Office]:
    district = made.office("Huyện Đức Trọng", who.committee, kind=Kind.DISTRICT)
    first = made.office("Xã Hiệp An", district.agency, kind=Kind.COMMUNE)
    return district, first, made.office("Xã Liên Hiệp", district.agency, kind=Kind.COMMUNE)


def test_a_district_stands_beside_what_its_communes_reported(reporting: Province) -> None:
    who = reporting
    district, first, second = districts(who)
    told(who, district, 100, (50, 100), "q1", 2025)
    told(who, first, 30, (10, 40), "q1", 2025)
    found = found_of("q1", 2025)
    (area,) = [one for one in found.areas if one.name == "Huyện Đức Trọng"]
    assert area.own is not None
    assert (area.own.organisation_id, area.missing) == (district.agency.pk, ("Xã Liên Hiệp",))
    assert (said(found, area.key, "1.4.1"), said(found, area.key, "7.4")) == ("30", "10/40 (25 %)")
    told(who, second, 70, (40, 60), "q1", 2025)
    found = found_of("q1", 2025)
    assert (said(found, area.key, "1.4.1"), said(found, area.key, "7.4")) == ("100", "50/100 (50 %)")
    # Communes reach the province through their district only: nothing is counted twice.
    assert said(found, Kind.DISTRICT, "1.4.1") == "100"
    assert Kind.COMMUNE not in {part.key for part in found.kinds}


def test_a_report_that_does_not_count_yet_is_missing_and_not_nought(reporting: Province) -> None:
    who = reporting
    _district, first, _second = districts(who)
    made.sent(first, {"1.4.1": number(30)}, "q1", year=2025, at=MARCH_2025)
    found = found_of("q1", 2025)
    (area,) = [one for one in found.areas if one.name == "Huyện Đức Trọng"]
    assert (area.reporters, area.own) == ((), None)
    assert area.missing == ("Xã Hiệp An", "Xã Liên Hiệp")
    assert said(found, area.key, "1.4.1") == "—"


def test_more_agencies_ask_no_more_of_the_database(reporting: Province) -> None:
    who = reporting
    district, first, _second = districts(who)
    told(who, first, 30, (10, 40), "q1", 2025)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            found_of("q1", 2025)
        return len(captured)

    few = queries()
    for place in range(3):
        more = made.office(f"Xã số {place}", district.agency, kind=Kind.COMMUNE)
        told(who, more, place, (place, 9), "q1", 2025)
    assert queries() == few

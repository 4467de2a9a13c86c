"""Found again, remedied in time, still open when the criterion is appraised next; conferences owed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from openpar.base.organisations.actions import merge
from openpar.common.formats import VIETNAM
from openpar.reform.findings.actions.adding import Leaf, add_finding, add_findings
from openpar.reform.findings.actions.conferences import (
    Held,
    OwedConference,
    PublishedRound,
    add_order,
    hold_conference,
    name_shortcoming,
    owe_conferences,
    report_missing_conferences,
)
from openpar.reform.findings.errors import FindingRefused
from openpar.reform.findings.models import Conference, Finding, FoundBy
from openpar.reform.findings.queries.board import counted
from openpar.reform.findings.queries.counting import LeafAsked, about_leaves_of, remedied_on_time
from openpar.reform.findings.recurrence import History, Known
from openpar.reform.findings.taxonomy import entries, entry, proposed_code
from tests import factories
from tests.reform.findings import found
from tests.reform.findings.found import DEADLINE, FOUND, LEAF, Province
from tests.worlds import world

pytestmark = pytest.mark.django_db


@world
def counting_people() -> Province:
    return found.province()


def known(year: int, unit: int = 1, code: str = "", key: str = "", text: str = "") -> Known:
    return Known(unit, year, code, key, text)


@pytest.mark.parametrize(
    ("before", "now", "years"),
    [
        (known(2017, code="F4-03"), known(2018, code="F4-03"), (2017,)),
        (known(2017, code="F4-03"), known(2018, code="F4-02"), ()),
        (known(2018, code="F4-03"), known(2018, code="F4-03"), ()),
        (known(2019, code="F4-03"), known(2018, code="F4-03"), ()),
        (known(2017, unit=2, code="F4-03"), known(2018, code="F4-03"), ()),
        # Unit 1 succeeds unit 3.
        (known(2017, unit=3, code="F4-03"), known(2018, code="F4-03"), (2017,)),
        (
            known(2017, key="criterion:4", text="Báo cáo"),
            known(2018, key="criterion:4", text="Khác"),
            (2017,),
        ),
        # The wording is asked only where one of the two has no lasting key.
        (known(2017, key="criterion:4", text="Báo cáo"), known(2018, key="criterion:5", text="Báo cáo"), ()),
        (known(2017, text="Báo cáo"), known(2018, key="criterion:5", text="BÁO CÁO"), (2017,)),
        (known(2017, key="criterion:4", text="Báo cáo"), known(2018, text="báo  cáo"), (2017,)),
    ],
)
def test_the_same_is_the_same_code_or_the_same_line_of_the_unit_or_its_forerunners(
    before: Known, now: Known, years: tuple[int, ...]
) -> None:
    assert History([before, now], {1: {1, 3}}).earlier_years(now) == years


def of_year(place: Province, year: int, **changes: object) -> Finding:
    line = found.new_line(place, **changes)
    return add_finding(
        line=replace(line, period_from=date(year - 1, 12, 15), period_until=date(year, 12, 14)),
        by=place.manager,
        at=FOUND,
    )


def test_a_finding_counts_the_years_before_in_whatever_order_they_are_entered(
    counting_people: Province,
) -> None:
    newest = of_year(counting_people, 2019)
    assert newest.earlier_years == ""
    of_year(counting_people, 2017)
    middle = of_year(counting_people, 2018, code="", text="Chậm", leaf=LEAF)
    assert middle.earlier_years == "2017"
    newest.refresh_from_db()
    assert newest.earlier_years == "2017, 2018"


def test_what_a_forerunner_was_found_with_recurs_at_its_successor(counting_people: Province) -> None:
    place = counting_people
    other = factories.organisation("Thanh tra tỉnh", assessed=False)
    of_year(place, 2024, organisation_id=place.justice.pk)
    merged = merge(
        by=factories.registrar(),
        at=FOUND,
        on=date(2026, 3, 1),
        organisation_ids=[place.justice.pk, other.pk],
        into=factories.new("Sở Tư pháp và Thanh tra"),
        legal_basis="NQ 1",
    )
    again = of_year(place, 2025, organisation_id=merged.pk)
    assert (again.unit.name, again.earlier_years) == ("Sở Tư pháp và Thanh tra", "2024")


def test_in_time_of_due_counts_reports_by_the_deadline_that_were_accepted(counting_people: Province) -> None:
    place = counting_people
    in_time = found.closed(place)
    found.closed(place, at=found.REPORTED + timedelta(days=20))  # late
    found.reported(place)  # in time, not accepted yet
    found.opened(place, deadline=date(2026, 7, 1))  # due later
    found.opened(place, deadline=None)  # without a deadline
    counted = remedied_on_time([place.health.pk, place.justice.pk], date(2026, 4, 1), DEADLINE)
    health = counted[place.health.pk]
    assert (health.numerator, health.denominator, health.in_time_ids) == (1, 3, (in_time.pk,))
    assert (counted[place.justice.pk].numerator, counted[place.justice.pk].denominator) == (0, 0)


def test_the_next_appraisal_of_the_criterion_sees_what_is_open_late_or_remedied(
    counting_people: Province,
) -> None:
    place = counting_people
    late = found.closed(place, at=found.REPORTED + timedelta(days=20))
    in_time = found.closed(place)
    still = found.opened(place)
    found.opened(place, leaf=Leaf("1.3.2", "Chuyện khác", 2025, "criterion:8"))
    found.opened(place, found_by=FoundBy.APPRAISAL, leaf=Leaf("1.3.1", LEAF.text, 2026, LEAF.key))
    asked = [LeafAsked("1.4.1", "Đổi tên năm nay", LEAF.key), LeafAsked("2.1", "Không có gì", "criterion:9")]
    seen = about_leaves_of(place.health.pk, asked, year=2026, today=DEADLINE + timedelta(days=3))
    assert {code: [line.id for line in lines] for code, lines in seen.items()} == {
        "1.4.1": [late.pk, in_time.pk, still.pk]
    }
    assert [(line.is_late, line.days_overdue) for line in seen["1.4.1"]] == [(True, 0), (False, 0), (True, 3)]


def test_every_failing_of_the_articles_is_in_the_taxonomy_with_source_and_certainty() -> None:
    found_entries = entries(date(2026, 1, 1))
    assert len(found_entries) == 24
    assert {each.field for each in found_entries} == {"F0", "F2", "F3", "F4", "F5", "F6"}
    assert all(each.source and each.certainty in "VSR" for each in found_entries)


def test_the_wording_of_a_code_is_that_of_its_day() -> None:
    old, new = entry("F6-01", date(2018, 9, 12)), entry("F6-01", date(2018, 9, 15))
    assert old is not None
    assert new is not None
    assert old.name.endswith("9001:2008")
    assert new.name.endswith("9001:2015")
    assert old.field_then == "Hiện đại hóa hành chính"


@pytest.mark.parametrize(
    ("field", "title", "code"),
    [
        ("F2", "Tỷ lệ hồ sơ giải quyết đúng hạn, sớm hạn", "F2-03"),
        ("F2", "Tỷ lệ hồ sơ trễ hạn có văn bản xin lỗi", "F2-07"),
        ("F2", "Tỷ lệ thanh toán trực tuyến", "F2-04"),
        ("F0", "Tổ chức quán triệt, rút kinh nghiệm sau công bố Chỉ số", "F0-02"),
        ("F0", "Tin, bài về CCHC", ""),
        ("F1", "Tỷ lệ hồ sơ giải quyết đúng hạn", ""),
    ],
)
def test_a_line_of_a_set_proposes_a_code_by_its_words(field: str, title: str, code: str) -> None:
    assert proposed_code(field, title, date(2026, 1, 1)) == code


ROUND = PublishedRound(31, "Chỉ số CCHC năm 2025", 2025, date(2026, 3, 1), 0)
AFTER = datetime(2026, 4, 20, 8, 0, tzinfo=VIETNAM)


def owed(place: Province) -> Conference:
    version = place.health.versions.get()
    other = place.justice.versions.get()
    owe_conferences(
        round=replace(ROUND, asked_by_id=place.home_affairs.pk),
        owed=[
            OwedConference(place.health.pk, version.pk),
            OwedConference(place.justice.pk, other.pk),
        ],
    )
    return Conference.objects.get(organisation=place.health)


def held(place: Province, **changes: object) -> Held:
    given = Held(date(2026, 3, 20), "Lãnh đạo, các phòng", "Giữ nhóm khá", found.proof(place))
    return replace(given, **changes)  # type: ignore[arg-type]  # the tests name fields of the dataclass


def test_a_conference_is_recorded_once_with_minutes_and_orders_and_shortcomings(
    counting_people: Province,
) -> None:
    place = counting_people
    conference = owed(place)
    assert conference.due_on == date(2026, 3, 31)
    done = hold_conference(conference_id=conference.pk, held=held(place), by=place.focal, at=AFTER)
    assert done.held_on == date(2026, 3, 20)
    order = add_order(
        conference_id=done.pk,
        field="F0",
        text="Kiểm tra đơn vị trực thuộc",
        deadline=date(2026, 9, 30),
        by=place.focal,
        at=AFTER,
    )
    assert order.task is None
    named = name_shortcoming(
        conference_id=done.pk, field="F0", text="Phân công chưa rõ", by=place.focal, at=AFTER
    )
    assert (named.found_by, named.finder_id) == (FoundBy.CONFERENCE, place.health.pk)
    with pytest.raises(FindingRefused) as refused:
        hold_conference(conference_id=conference.pk, held=held(place), by=place.focal, at=AFTER)
    assert [gap.code for gap in refused.value.gaps] == ["held-already"]


def test_what_is_missing_at_a_conference_is_said_at_once(counting_people: Province) -> None:
    place = counting_people
    conference = owed(place)
    bad = held(place, held_on=date(2026, 2, 1), attendance=" ", conclusions="", minutes_id=None)
    with pytest.raises(FindingRefused) as refused:
        hold_conference(conference_id=conference.pk, held=bad, by=place.focal, at=AFTER)
    codes = [gap.code for gap in refused.value.gaps]
    assert codes == ["text-missing", "text-missing", "before-publication", "no-minutes"]
    with pytest.raises(FindingRefused) as refused:
        hold_conference(conference_id=conference.pk, held=held(place), by=place.manager, at=AFTER)
    assert [gap.code for gap in refused.value.gaps] == ["not-allowed"]


def test_a_conference_that_was_not_held_in_time_becomes_a_finding_once(counting_people: Province) -> None:
    place = counting_people
    conference = owed(place)
    hold_conference(conference_id=conference.pk, held=held(place), by=place.focal, at=AFTER)
    on_the_last_day = datetime(2026, 3, 31, 23, 0, tzinfo=VIETNAM)
    assert report_missing_conferences(by=place.manager, at=on_the_last_day) == []
    (made,) = report_missing_conferences(by=place.manager, at=AFTER)
    assert (made.organisation_id, made.code, made.found_by) == (
        place.justice.pk,
        "F0-02",
        FoundBy.DATA_CHECK,
    )
    assert report_missing_conferences(by=place.manager, at=AFTER) == []
    with pytest.raises(FindingRefused):
        report_missing_conferences(by=place.focal, at=AFTER)


def test_hundreds_of_findings_cost_a_few_queries(
    counting_people: Province, django_assert_max_num_queries: object
) -> None:
    place = counting_people
    lines = [found.new_line(place, text=f"Tồn tại {number}") for number in range(300)]
    # SQLite takes some 27 rows an insert.
    with django_assert_max_num_queries(26):  # type: ignore[operator]  # a fixture of pytest-django
        made = add_findings(lines=lines, by=place.manager, at=FOUND)
    assert len(made) == len({row.pk for row in made}) == 300


def test_points_that_were_lost_and_points_at_stake_are_told_apart(counting_people: Province) -> None:
    place = counting_people
    # The same line of one unit is at stake once, however many findings name it; what is closed no more.
    found.opened(place)
    found.opened(place, points_at_stake=Decimal("0.4"))
    found.closed(place, leaf=Leaf("1.3.2", "Chuyện khác", 2025, "criterion:8"))
    found.opened(place, organisation_id=place.justice.pk)
    lost = Leaf("1.4.1", "Tiêu chí mất điểm", 2025, "criterion:9")
    published = found.new_line(
        place, found_by=FoundBy.APPRAISAL, leaf=lost, points_at_stake=Decimal("0.7"), source_text="Chỉ số"
    )
    add_findings(lines=[published], by=place.manager, at=FOUND)
    whole = counted(Finding.objects.all(), DEADLINE).whole
    assert (whole.points, whole.at_stake) == (Decimal("0.7"), Decimal("1.0"))
    # Where points are lost already, nothing more is at stake.
    add_findings(lines=[replace(published, leaf=LEAF)], by=place.manager, at=FOUND)
    whole = counted(Finding.objects.all(), DEADLINE).whole
    assert (whole.points, whole.at_stake) == (Decimal("1.4"), Decimal("0.5"))

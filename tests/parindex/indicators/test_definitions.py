"""Versions of definitions follow one another without a day between them, and are never edited."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from openpar.base.accounts.models import Role
from openpar.base.audit.models import Entry
from openpar.base.organisations.roles import operator
from openpar.common.triggers import guard_that_fired
from openpar.engine.periods import PeriodKind
from openpar.parindex.indicators.actions.definitions import end_indicator, issue_version, load_definitions
from openpar.parindex.indicators.definitions import Definition, gaps_of_definition, months_in
from openpar.parindex.indicators.errors import IndicatorFileRefused, IndicatorRefused
from openpar.parindex.indicators.files import definitions_of, read_definitions
from openpar.parindex.indicators.models import Indicator, IndicatorVersion
from openpar.parindex.indicators.queries import listed_indicators, versions_on
from tests import factories
from tests.base.facts import sample
from tests.factories import codes_of
from tests.parindex.indicators.measured import ISSUED, ON_TIME, TASKS, issued, manager

pytestmark = pytest.mark.django_db
NEXT_YEAR = replace(ON_TIME, valid_from=date(2027, 1, 1), name="Tỷ lệ đúng hạn, cách tính mới")
SHIPPED = settings.OPENPAR_DATA_DIR / "indicators" / "definitions.yaml"


def refused_codes(definition: Definition) -> list[str]:
    with pytest.raises(IndicatorRefused) as refused:
        issue_version(definition=definition, by=manager(), at=ISSUED)
    return codes_of(refused.value)


def test_a_new_version_ends_the_one_before_on_the_day_it_begins() -> None:
    by = issued()
    issue_version(definition=NEXT_YEAR, by=by, at=ISSUED)
    first, second = IndicatorVersion.objects.order_by("number")
    assert (first.valid_from, first.valid_until) == (date(2026, 1, 1), date(2027, 1, 1))
    assert (second.number, second.valid_from, second.valid_until) == (2, date(2027, 1, 1), None)
    assert versions_on(date(2026, 12, 31))[ON_TIME.code].number == 1
    assert versions_on(date(2027, 1, 1))[ON_TIME.code].number == 2
    assert versions_on(date(2025, 12, 31)) == {}
    verbs = Entry.objects.filter(about__startswith="indicator:").order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["indicator.version_issued", "indicator.version_ended", "indicator.version_issued"]


def test_a_version_may_not_begin_within_another_one_nor_after_a_gap() -> None:
    by = issued()
    assert refused_codes(replace(ON_TIME, valid_from=date(2025, 7, 1))) == ["overlap-in-time"]
    assert refused_codes(ON_TIME) == ["overlap-in-time"]
    end_indicator(code=ON_TIME.code, valid_until=date(2026, 7, 1), reason="QĐ 5", by=by, at=ISSUED)
    assert refused_codes(NEXT_YEAR) == ["gap-in-time"]
    assert refused_codes(replace(ON_TIME, valid_from=date(2026, 5, 1))) == ["overlap-in-time"]
    issue_version(definition=replace(NEXT_YEAR, valid_from=date(2026, 7, 1)), by=by, at=ISSUED)
    assert [row.number for row in IndicatorVersion.objects.order_by("number")] == [1, 2]


def test_everything_that_is_wrong_with_a_definition_is_told_at_once() -> None:
    bad = replace(
        ON_TIME,
        code="Đúng hạn",
        name=" ",
        legal_source="",
        numerator=("early", "early"),
        denominator=(),
        cut_off_month=13,
        certainty="X",
        valid_until=date(2026, 1, 1),
    )
    assert refused_codes(bad) == [
        *("bad-code", "no-name", "no-legal_source", "ends-before", "certainty", "cut-off", "no-counts"),
        "twice",
    ]
    quarterly = replace(TASKS, period_kind=PeriodKind.QUARTER, cut_off_month=6, numerator=("early",))
    assert [gap.code for gap in gaps_of_definition(quarterly)] == ["cut-off", "no-dataset"]


def test_counts_are_those_of_the_dataset_when_it_is_kept_here() -> None:
    unknown = replace(ON_TIME, numerator=("in_time",), basis="finished")
    sample.registered_dossiers()
    assert refused_codes(unknown) == ["no-facts", "no-facts"]
    issued()


def test_a_dataset_that_is_not_kept_here_yet_is_asked_when_it_is_counted() -> None:
    issued(replace(ON_TIME, dataset="petitions"))


def test_only_who_manages_the_rounds_issues_and_ends() -> None:
    issued()
    stranger = factories.actor_as(Role.FOCAL_OFFICER, factories.organisation("Sở Y tế"))
    acts: list[Callable[[], object]] = [
        lambda: issue_version(definition=NEXT_YEAR, by=stranger, at=ISSUED),
        lambda: end_indicator(
            code=ON_TIME.code, valid_until=date(2027, 1, 1), reason="x", by=stranger, at=ISSUED
        ),
    ]
    for act in acts:
        with pytest.raises(IndicatorRefused) as refused:
            act()
        assert codes_of(refused.value) == ["not-allowed"]


def test_an_end_needs_a_reason_and_comes_once() -> None:
    by = issued()
    with pytest.raises(IndicatorRefused) as refused:
        end_indicator(code=ON_TIME.code, valid_until=date(2026, 1, 1), reason=" ", by=by, at=ISSUED)
    assert codes_of(refused.value) == ["ends-before", "no-reason"]
    end_indicator(code=ON_TIME.code, valid_until=date(2027, 1, 1), reason="QĐ 5", by=by, at=ISSUED)
    with pytest.raises(IndicatorRefused) as refused:
        end_indicator(code=ON_TIME.code, valid_until=date(2028, 1, 1), reason="QĐ 6", by=by, at=ISSUED)
    assert codes_of(refused.value) == ["ended-already"]
    with pytest.raises(IndicatorRefused) as refused:
        end_indicator(code="x.y", valid_until=date(2028, 1, 1), reason="QĐ 6", by=by, at=ISSUED)
    assert codes_of(refused.value) == ["unknown-indicator"]


def test_the_database_lets_nobody_edit_a_version_or_leave_days_out() -> None:
    issued()
    indicator = Indicator.objects.get()
    row = IndicatorVersion.objects.get()
    plain = {
        field.name: getattr(row, field.name) for field in row._meta.concrete_fields if field.name != "id"
    }

    def insert(**changed: object) -> None:
        IndicatorVersion(**{**plain, "number": 2, **changed}).save(force_insert=True)

    for write, guard in (
        (lambda: IndicatorVersion.objects.update(name="khác"), "indicators_indicatorversion_update"),
        (lambda: IndicatorVersion.objects.update(numerator=["late"]), "indicators_indicatorversion_update"),
        (lambda: IndicatorVersion.objects.all().delete(), "indicators_indicatorversion_delete"),
        (lambda: insert(valid_from=date(2027, 1, 1)), "indicator_version_in_line"),
        (
            lambda: insert(valid_from=date(2025, 1, 1), valid_until=date(2026, 1, 1)),
            "indicator_version_in_line",
        ),
        (lambda: Indicator.objects.filter(pk=indicator.pk).update(code="x"), "indicators_indicator_update"),
    ):
        with pytest.raises(IntegrityError) as refused, transaction.atomic():
            write()
        assert guard_that_fired(refused.value) == guard


def test_the_period_is_cut_off_where_the_definition_says() -> None:
    assert months_in(replace(TASKS, cut_off_month=11).period(2026)) == ((2026, 1), (2026, 11))
    assert months_in(replace(TASKS, period_kind=PeriodKind.QUARTER).period(2026, 3)) == ((2026, 7), (2026, 9))


# --- files --------------------------------------------------------------------------------------------------


def file_of(text: str) -> bytes:
    return ("indicators:\n" + text).encode()


VERSION = """\
  - name: Tỷ lệ nhiệm vụ đúng hạn
    unit: nhiệm vụ
    numerator_label: đúng hạn
    denominator_label: được giao
    inclusion: Nhiệm vụ có hạn trong kỳ
    legal_source: Quy chế
"""


def test_the_shipped_file_loads_and_loading_it_again_changes_nothing() -> None:
    file = read_definitions(SHIPPED)
    console = operator("kiem-thu")
    first = load_definitions(file=file, by=console, at=ISSUED)
    assert (first.added, first.ended) == (len(file.by_code), 0)
    assert first.added >= 14
    second = load_definitions(file=file, by=console, at=ISSUED)
    assert (second.added, second.ended, second.unchanged) == (0, 0, first.added)
    assert IndicatorVersion.objects.exclude(from_file=file.digest).count() == 0


def test_a_file_brings_the_versions_that_are_not_here_yet() -> None:
    console = operator("kiem-thu")
    one = file_of(f"- code: task.on_time\n  versions:\n{VERSION}    valid_from: 2026-01-01\n")
    load_definitions(file=definitions_of(one, "a.yaml"), by=console, at=ISSUED)
    two = one + f"{VERSION}    valid_from: 2027-01-01\n    valid_until: 2028-01-01\n".encode()
    loaded = load_definitions(file=definitions_of(two, "b.yaml"), by=console, at=ISSUED)
    assert (loaded.added, loaded.ended, loaded.unchanged) == (1, 1, 0)
    assert [row.valid_until for row in IndicatorVersion.objects.order_by("number")] == [
        date(2027, 1, 1),
        date(2028, 1, 1),
    ]
    edited = one.replace("được giao".encode(), "đến hạn".encode())
    with pytest.raises(IndicatorRefused) as refused:
        load_definitions(file=definitions_of(edited, "c.yaml"), by=console, at=ISSUED)
    assert codes_of(refused.value) == ["issued-otherwise"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- code: a\n  versions: []\n  x: 1\n", ["x: không hiểu", "không có phiên bản"]),
        (f"- code: a.b\n  versions:\n{VERSION}    valid_from: 2026-13-01\n", ["2026-13-01"]),
        (f"- code: a.b\n  versions:\n{VERSION}    calendar: LUNAR\n", ["chưa nêu ngày", "LUNAR"]),
        (
            f"- code: a.b\n  versions:\n{VERSION}    valid_from: 2026-01-01\n    valid_until: 2026-06-01\n"
            f"{VERSION}    valid_from: 2027-01-01\n",
            ["không có phiên bản nào từ 01/06/2026"],
        ),
        (
            f"- code: a.b\n  versions:\n{VERSION}    valid_from: 2026-01-01\n    valid_until: 2027-06-01\n"
            f"{VERSION}    valid_from: 2027-01-01\n",
            ["cùng có hiệu lực"],
        ),
        (f"- code: a.b\n  versions:\n{VERSION}    valid_from: 2026-01-01\n    name: x\n", ["YAML"]),
        ("x", ["YAML"]),
    ],
)
def test_a_faulty_file_is_refused_with_what_is_wrong(text: str, said: list[str]) -> None:
    with pytest.raises(IndicatorFileRefused) as refused:
        definitions_of(file_of(text), "x.yaml")
    told = [str(gap) for gap in refused.value.gaps]
    assert len(told) == len(said)
    assert all(words in line for words, line in zip(said, told, strict=True)), told


def test_the_list_shows_what_is_valid_or_was_last() -> None:
    by = issued()
    issue_version(definition=NEXT_YEAR, by=by, at=ISSUED)
    issue_version(definition=TASKS, by=by, at=ISSUED)
    end_indicator(code=TASKS.code, valid_until=date(2026, 6, 1), reason="QĐ 5", by=by, at=ISSUED)
    lines = listed_indicators(date(2027, 2, 1))
    assert [(line.code, line.version.number, line.version_count, line.is_valid) for line in lines] == [
        (ON_TIME.code, 2, 2, True),
        (TASKS.code, 1, 1, False),
    ]
    assert [line.code for line in listed_indicators(date(2027, 2, 1), search="NHIỆM VỤ")] == [TASKS.code]

"""Values: counted, reported with a document, imported; kept for good; null neither zero nor 0/0."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from openpar.base.accounts.models import Role
from openpar.base.audit.models import Entry
from openpar.base.documents.actions import add_document
from openpar.base.documents.models import Document
from openpar.base.facts.datasets import registered
from openpar.base.facts.owners import (
    Owner,
    QualityWarning,
    Slice,
    register_owner,
    warnings_about,
)
from openpar.base.intake.models import Batch
from openpar.base.organisations.models import Organisation
from openpar.common.errors import FileRefused
from openpar.common.triggers import guard_that_fired
from openpar.delivery.dossiers.queries.doubts import agencies_by_number
from openpar.engine.periods import Calendar
from openpar.parindex.indicators.actions.importing import import_values, plan_import
from openpar.parindex.indicators.actions.values import (
    Reported,
    compute_value,
    compute_values,
    report_value,
)
from openpar.parindex.indicators.counting import Boards, board_of, facts_digest, span_of
from openpar.parindex.indicators.definitions import Definition
from openpar.parindex.indicators.errors import IndicatorRefused, NoFacts
from openpar.parindex.indicators.figures import FigureState, figure_of, gaps_of_numbers
from openpar.parindex.indicators.models import IndicatorValue, IndicatorVersion
from openpar.parindex.indicators.queries import (
    history_of_value,
    latest_values,
    recounted,
    values_by_agency,
    visible_values,
)
from tests import factories
from tests.base.facts import sample
from tests.factories import codes_of
from tests.parindex.indicators.measured import (
    DURING,
    JANUARY,
    ON_TIME,
    TASKS,
    dossiers_of,
    issued,
    manager,
    numbers_of,
    put_dossiers,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def health() -> Organisation:
    return factories.organisation("Sở Y tế")


def figures(value: IndicatorValue) -> tuple[str, Decimal | None, Decimal | None]:
    return value.state, value.numerator, value.denominator


# --- counted ------------------------------------------------------------------------------------------------


def test_a_value_is_counted_with_the_digest_of_the_facts_and_leaves_a_trace(health: Organisation) -> None:
    by = issued()
    put_dossiers(health, in_time=9, late=1)
    value = compute_value(code=ON_TIME.code, organisation_id=health.pk, year=2026, by=by, at=DURING)
    assert figures(value) == ("KNOWN", Decimal(9), Decimal(10))
    assert value.parts == {"early": 0, "on_time": 9, "late": 1}
    assert (value.from_on, value.until_on) == (date(2026, 1, 1), date(2026, 12, 31))
    assert (value.tree_on, value.origin) == (date(2026, 11, 11), "COMPUTED")
    assert value.facts_sha256 == facts_digest(registered("dossiers"))
    entry = Entry.objects.get(verb="indicator.value_computed")
    assert entry.after is not None
    assert (entry.after["numerator"], entry.after["facts_sha256"]) == ("9", value.facts_sha256)


def test_a_later_measurement_is_a_newer_row_and_the_recount_says_what_changed(health: Organisation) -> None:
    by = issued()
    put_dossiers(health, in_time=9, late=1)
    first = compute_value(code=ON_TIME.code, organisation_id=health.pk, year=2026, by=by, at=DURING)
    same = recounted(first)
    assert same is not None
    assert not same.has_changed
    late = dossiers_of(health, {sample.LATE: 2}, prefix="later-")
    for key, fact in late.items():
        sample.event(key, None, fact)
    now = recounted(first)
    assert now is not None
    assert (now.then.text, now.now.text, now.differing) == ("9/10", "9/12", (("late", 1, 3),))
    second = compute_value(
        code=ON_TIME.code, organisation_id=health.pk, year=2026, by=by, at=DURING + timedelta(hours=1)
    )
    assert second.facts_sha256 != first.facts_sha256
    assert [row.pk for row in history_of_value(second)] == [second.pk, first.pk]
    newest = latest_values([first.version_id], 2026, 1)
    assert list(newest.values()) == [second]


def test_an_agency_counts_with_those_below_it_on_the_day(health: Organisation) -> None:
    by = issued()
    hospital = factories.organisation("Bệnh viện tỉnh", parent=health)
    put_dossiers(health, in_time=3, late=0)
    put_dossiers(hospital, in_time=1, late=1)
    whole = compute_value(code=ON_TIME.code, organisation_id=health.pk, year=2026, by=by, at=DURING)
    below = compute_value(code=ON_TIME.code, organisation_id=hospital.pk, year=2026, by=by, at=DURING)
    assert (whole.denominator, below.denominator) == (Decimal(5), Decimal(2))


def test_no_data_is_not_zero_and_nothing_that_arose_is_not_applicable(health: Organisation) -> None:
    by = issued()
    justice = factories.organisation("Sở Tư pháp")
    put_dossiers(health, in_time=3, late=0)
    numbers_of(justice)
    without = compute_value(code=ON_TIME.code, organisation_id=justice.pk, year=2026, by=by, at=DURING)
    assert figures(without) == ("NO_DATA", None, None)
    nothing = compute_value(code=ON_TIME.code, organisation_id=health.pk, year=2027, by=by, at=DURING)
    assert figures(nothing) == ("NOT_APPLICABLE", Decimal(0), Decimal(0))
    put_dossiers(justice, in_time=0, late=2)
    zero = compute_value(code=ON_TIME.code, organisation_id=justice.pk, year=2026, by=by, at=DURING)
    assert figures(zero) == ("KNOWN", Decimal(0), Decimal(2))


def test_a_dataset_that_is_not_kept_here_gives_no_value(health: Organisation) -> None:
    by = issued()
    with pytest.raises(NoFacts) as refused:
        compute_value(code=ON_TIME.code, organisation_id=health.pk, year=2026, by=by, at=DURING)
    assert codes_of(refused.value) == ["no-facts"]
    assert IndicatorValue.objects.count() == 0


def test_what_is_told_by_people_is_not_counted(health: Organisation) -> None:
    by = issued(TASKS)
    with pytest.raises(IndicatorRefused) as refused:
        compute_value(code=TASKS.code, organisation_id=health.pk, year=2026, by=by, at=DURING)
    assert codes_of(refused.value) == ["not-counted"]


def test_a_period_before_the_first_version_has_no_value(health: Organisation) -> None:
    by = issued()
    put_dossiers(health, in_time=1, late=0)
    for year, number, code in ((2025, 1, "not-valid-then"), (2026, 2, "bad-period")):
        with pytest.raises(IndicatorRefused) as refused:
            compute_value(
                code=ON_TIME.code, organisation_id=health.pk, year=year, number=number, by=by, at=DURING
            )
        assert codes_of(refused.value) == [code]


def test_all_agencies_are_counted_at_one_moment_and_those_without_facts_left_out(
    health: Organisation,
) -> None:
    by = issued()
    justice = factories.organisation("Sở Tư pháp")
    put_dossiers(health, in_time=1, late=1)
    found = compute_values(code=ON_TIME.code, year=2026, by=by, at=DURING)
    assert [(value.organisation_id, value.denominator) for value in found] == [(health.pk, Decimal(2))]
    put_dossiers(justice, in_time=1, late=0)
    found = compute_values(code=ON_TIME.code, year=2026, by=by, at=DURING)
    assert {value.facts_sha256 for value in found} == {facts_digest(registered("dossiers"))}
    assert len(found) == 2


def test_an_agency_takes_its_own_figures_and_not_those_of_others(health: Organisation) -> None:
    issued()
    put_dossiers(health, in_time=1, late=1)
    officer = factories.actor_as(Role.DIVISION_OFFICER, health)
    compute_value(code=ON_TIME.code, organisation_id=health.pk, year=2026, by=officer, at=DURING)
    other = factories.actor_as(Role.AGENCY_HEAD, factories.organisation("Sở Tư pháp"))
    for act in (
        lambda: compute_value(code=ON_TIME.code, organisation_id=health.pk, year=2026, by=other, at=DURING),
        lambda: compute_values(code=ON_TIME.code, year=2026, by=officer, at=DURING),
    ):
        with pytest.raises(IndicatorRefused) as refused:
            act()
        assert codes_of(refused.value) == ["not-allowed"]


NAMES = tuple(count.name for count in sample.COUNTING.counts)


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10**6), data=st.data())
def test_a_counted_figure_is_the_sum_over_the_rows_counted_by_hand(seed: int, data: st.DataObject) -> None:
    with transaction.atomic():
        _compare(Random(seed), data)
        transaction.set_rollback(True)


def _compare(chance: Random, data: st.DataObject) -> None:
    definition = _some_definition(data)
    roots = [factories.organisation(f"Sở {place}") for place in range(3)]
    below = factories.organisation("Trung tâm", parent=roots[0])
    numbers = numbers_of(*roots, below)
    facts = {
        f"k{place:03}": {**sample.random_fact(chance), "agency": numbers[chance.choice([*roots, below]).pk]}
        for place in range(120)
    }
    sample.registered_dossiers()
    sample.put(dict(list(facts.items())[:80]))
    for key, fact in list(facts.items())[80:]:
        sample.event(key, None, fact)
    during = definition.period(2026)
    board = board_of(definition, during, date(2026, 11, 11))
    span = span_of(definition, during)
    column = sample.COUNTING.basis(definition.basis).column
    own = {roots[0].pk: {numbers[roots[0].pk], numbers[below.pk]}}
    for one in (*roots, below):
        agencies = own.get(one.pk, {numbers[one.pk]})
        rows = [
            fact
            for fact in facts.values()
            if fact["agency"] in agencies and span.first <= fact[column] <= span.last
        ]
        top, bottom = (
            sum(count.holds(fact) for fact in rows for count in sample.COUNTING.counts if count.name in names)
            for names in (definition.numerator, definition.denominator)
        )
        found = board.figure(definition, one.pk)
        if any(fact["agency"] in agencies for fact in facts.values()):
            assert (found.numerator, found.denominator) == (Decimal(top), Decimal(bottom))
        else:
            assert found.state is FigureState.NO_DATA


def _some_definition(data: st.DataObject) -> Definition:
    some = st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True).map(tuple)
    return replace(
        ON_TIME,
        calendar=data.draw(st.sampled_from(list(Calendar))),
        cut_off_month=data.draw(st.none() | st.integers(1, 12)),
        basis=data.draw(st.sampled_from(sample.BASES)),
        numerator=data.draw(some),
        denominator=data.draw(some),
    )


def test_a_board_costs_as_many_queries_for_one_agency_as_for_many(health: Organisation) -> None:
    issued()
    put_dossiers(health, in_time=1, late=1)
    counts = []
    for more in (0, 12):
        for place in range(more):
            put_dossiers(factories.organisation(f"Xã {place}"), in_time=1, late=0)
        row = IndicatorVersion.objects.select_related("indicator").get()
        who = manager(factories.organisation(f"Sở Nội vụ {more}"))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            values_by_agency(row, ON_TIME.period(2026), who, date(2026, 11, 11))
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12


# --- reported -----------------------------------------------------------------------------------------------


def document_of(owner: Organisation) -> Document:
    focal = factories.actor_as(Role.FOCAL_OFFICER, owner)
    return add_document(by=focal, at=DURING, owner_id=owner.pk, title="Báo cáo", number="5/BC")


def test_an_agency_reports_with_a_document_of_its_own(health: Organisation) -> None:
    issued(TASKS)
    focal = factories.actor_as(Role.FOCAL_OFFICER, health)
    document = document_of(health)

    def report(said: Reported, *, document_id: int = document.pk) -> IndicatorValue:
        return report_value(
            code=TASKS.code,
            organisation_id=health.pk,
            year=2026,
            reported=said,
            document_id=document_id,
            by=focal,
            at=DURING,
        )

    value = report(Reported(Decimal(30), Decimal(50), note="theo sổ"))
    assert (*figures(value), value.note) == ("KNOWN", Decimal(30), Decimal(50), "theo sổ")
    assert figures(report(Reported(Decimal(0), Decimal(0))))[0] == "NOT_APPLICABLE"
    away = report(Reported(not_applicable="Không được giao nhiệm vụ"))
    assert (*figures(away), away.note) == ("NOT_APPLICABLE", None, None, "Không được giao nhiệm vụ")
    foreign = document_of(factories.organisation("Sở Tư pháp"))
    for said, document_id, codes in (
        (Reported(Decimal(3), Decimal(2)), foreign.pk, ["above-denominator", "no-document"]),
        (Reported(Decimal(-1), None), document.pk, ["half-figure", "negative"]),
        (Reported(), document.pk, ["no-figure"]),
        (Reported(Decimal(1), Decimal(2), not_applicable="x"), document.pk, ["figure-and-na"]),
    ):
        with pytest.raises(IndicatorRefused) as refused:
            report(said, document_id=document_id)
        assert codes_of(refused.value) == codes


def test_a_division_officer_or_another_agency_does_not_report(health: Organisation) -> None:
    issued(TASKS)
    document = document_of(health)
    for who in (
        factories.actor_as(Role.DIVISION_OFFICER, health),
        factories.actor_as(Role.FOCAL_OFFICER, factories.organisation("Sở Tư pháp")),
    ):
        with pytest.raises(IndicatorRefused) as refused:
            report_value(
                code=TASKS.code,
                organisation_id=health.pk,
                year=2026,
                reported=Reported(Decimal(1), Decimal(2)),
                document_id=document.pk,
                by=who,
                at=DURING,
            )
        assert codes_of(refused.value) == ["not-allowed"]


@pytest.mark.parametrize(
    ("numerator", "denominator", "state"),
    [
        (None, None, FigureState.NO_DATA),
        ("0", "0", FigureState.NOT_APPLICABLE),
        ("0", "5", FigureState.KNOWN),
        ("5", "5", FigureState.KNOWN),
    ],
)
def test_null_and_zero_and_nothing_arose_are_three_things(
    numerator: str | None, denominator: str | None, state: FigureState
) -> None:
    top, bottom = (None if text is None else Decimal(text) for text in (numerator, denominator))
    assert list(gaps_of_numbers("", top, bottom)) == []
    assert figure_of(top, bottom).state is state


def test_the_database_keeps_the_three_apart_and_values_as_they_are(health: Organisation) -> None:
    by = issued()
    put_dossiers(health, in_time=1, late=1)
    value = compute_value(code=ON_TIME.code, organisation_id=health.pk, year=2026, by=by, at=DURING)
    plain = {field.attname: getattr(value, field.attname) for field in value._meta.concrete_fields}
    del plain["id"]
    for changed in (
        {"numerator": None},
        {"denominator": Decimal(0)},
        {"state": "NO_DATA"},
        {"state": "NOT_APPLICABLE"},
        {"facts_sha256": ""},
        {"origin": "REPORTED"},
        {"origin": "IMPORTED"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            IndicatorValue(**{**plain, **changed}).save(force_insert=True)
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        IndicatorValue.objects.update(numerator=Decimal(2))
    assert guard_that_fired(refused.value) == "indicators_indicatorvalue_update"
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        IndicatorValue.objects.all().delete()
    assert guard_that_fired(refused.value) == "indicators_indicatorvalue_delete"


def test_everybody_of_an_agency_reads_its_values_and_who_oversees_reads_all(health: Organisation) -> None:
    by = issued()
    justice = factories.organisation("Sở Tư pháp")
    put_dossiers(health, in_time=1, late=1)
    put_dossiers(justice, in_time=1, late=1)
    compute_values(code=ON_TIME.code, year=2026, by=by, at=DURING)
    row = IndicatorVersion.objects.select_related("indicator").get()
    for role, where, count in (
        (Role.AUDITOR, justice, 2),
        (Role.LEADER, justice, 2),
        (Role.DIVISION_OFFICER, health, 1),
        (Role.APPRAISER, justice, 1),
    ):
        who = factories.actor_as(role, where)
        assert visible_values(who).count() == count
        shown = values_by_agency(row, ON_TIME.period(2026), who, DURING.date())
        assert len([one for one in shown if one.value]) == count


# --- imported -----------------------------------------------------------------------------------------------

HEAD = "indicator;organisation;year;period;numerator;denominator;not_applicable;note\n"


def test_a_file_of_values_is_shown_before_it_is_taken_in(health: Organisation) -> None:
    by = issued(TASKS)
    content = f"{HEAD}{TASKS.code};Sở Y tế;2026;;30;50;;theo sổ\n".encode()
    planned = plan_import(content=content, by=by, at=DURING)
    assert [(row.organisation, row.before, row.after.text) for row in planned] == [("Sở Y tế", None, "30/50")]
    assert (IndicatorValue.objects.count(), Batch.objects.count()) == (0, 0)
    done = import_values(content=content, file_name="so-lieu.csv", by=by, at=DURING)
    assert (done.added, done.unchanged, done.is_replay) == (1, 0, False)
    value = IndicatorValue.objects.get()
    assert (*figures(value), value.note, value.origin) == (
        *("KNOWN", Decimal(30), Decimal(50), "theo sổ"),
        "IMPORTED",
    )
    assert import_values(content=content, file_name="lai.csv", by=by, at=DURING).is_replay
    more = content + f"{TASKS.code};{health.key};2027;1;1;2;;\n".encode()
    assert [row.is_unchanged for row in plan_import(content=more, by=by, at=DURING)] == [True, False]
    done = import_values(content=more, file_name="them.csv", by=by, at=DURING)
    assert (done.added, done.unchanged) == (1, 1)


def test_every_fault_of_a_file_is_told_at_once_and_nothing_is_taken_in(health: Organisation) -> None:
    by = issued(TASKS)
    rows = [
        f"{TASKS.code};Sở Y tế;2026;;3;2;;",
        f"{TASKS.code};{health.key};2026;;1;2;;",
        f"{TASKS.code};Sở Không Có;2025;;1;2;;",
        "x.y;Sở Y tế;2026;;;;;",
        f"{TASKS.code};;26;13;một;1.500;;",
        f"{TASKS.code};Sở Y tế;2027;;1;2;lý do;",
        f"{TASKS.code};Sở Y tế;2028;;1;2;;",
        f"{TASKS.code};{health.key};2028;;1;2;;",
    ]
    with pytest.raises(FileRefused) as refused:
        import_values(content=(HEAD + "\n".join(rows)).encode(), file_name="x.csv", by=by, at=DURING)
    assert [(gap.where.split(",")[0], gap.code) for gap in refused.value.gaps] == [
        ("dòng 6", "empty-cell"),
        ("dòng 6", "bad-year"),
        ("dòng 6", "bad-period"),
        ("dòng 6", "number-not-understood"),
        ("dòng 6", "number-ambiguous"),
        ("dòng 2", "above-denominator"),
        ("dòng 4", "unknown-organisation"),
        ("dòng 4", "not-valid-then"),
        ("dòng 5", "no-figure"),
        ("dòng 5", "unknown-indicator"),
        ("dòng 7", "figure-and-na"),
        ("dòng 9", "doubled-row"),
    ]
    assert IndicatorValue.objects.count() == 0
    assert Batch.objects.get().outcome == Batch.Outcome.REFUSED


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("a;b\n1;2\n", ["unknown-column", "unknown-column", *["no-column"] * 5]),
        (HEAD, ["no-rows"]),
        (HEAD.replace("note", "year"), ["doubled-column"]),
    ],
)
def test_a_file_without_its_columns_is_refused(text: str, codes: list[str]) -> None:
    with pytest.raises(FileRefused) as refused:
        plan_import(content=text.encode(), by=manager(), at=DURING)
    assert codes_of(refused.value) == codes


def test_only_who_manages_the_rounds_imports(health: Organisation) -> None:
    focal = factories.actor_as(Role.FOCAL_OFFICER, health)
    for act in (
        lambda: plan_import(content=b"", by=focal, at=DURING),
        lambda: import_values(content=b"", file_name="x", by=focal, at=DURING),
    ):
        with pytest.raises(IndicatorRefused) as refused:
            act()
        assert codes_of(refused.value) == ["not-allowed"]


def test_a_file_costs_as_many_queries_for_few_rows_as_for_many(health: Organisation) -> None:
    by = issued(TASKS)
    units = [factories.organisation(f"Xã {place}") for place in range(12)]
    counts = []
    for some in (units[:2], units):
        rows = "".join(f"{TASKS.code};{unit.key};2026;;1;2;;\n" for unit in some)
        with CaptureQueriesContext(connection) as queries:
            plan_import(content=(HEAD + rows).encode(), by=by, at=DURING)
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- what the owner of a dataset says -----------------------------------------------------------------------


@pytest.fixture
def warned() -> Iterator[list[Slice]]:
    """Somebody owns the dataset and is asked."""
    asked: list[Slice] = []

    def warn(facts: Slice) -> tuple[QualityWarning, ...]:
        asked.append(facts)
        return (QualityWarning("Q1", "2 hồ sơ thiếu ngày hẹn trả", 2),)

    register_owner("dossiers", Owner(agencies=agencies_by_number, warn=warn))
    yield asked
    apps.get_app_config("dossiers").ready()


def test_the_owner_of_a_dataset_warns_of_the_facts_behind_a_figure(
    health: Organisation, warned: list[Slice]
) -> None:
    hospital = factories.organisation("Bệnh viện tỉnh", parent=health)
    put_dossiers(health, in_time=1, late=1)
    during = ON_TIME.period(2026)
    board = Boards(date(2026, 11, 11)).of(span_of(ON_TIME, during))
    behind = board.facts_behind(health.pk)
    assert warnings_about(behind) == (QualityWarning("Q1", "2 hồ sơ thiếu ngày hẹn trả", 2),)
    assert warned == [
        Slice("dossiers", "ended", JANUARY, JANUARY + 11, frozenset({health.key, hospital.key}))
    ]
    assert warnings_about(replace(behind, dataset="petitions")) == ()

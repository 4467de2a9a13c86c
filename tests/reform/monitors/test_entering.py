"""Entries of registers: revisions, refusals, the board, figures, findings, reminders."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from openpar.base.accounts.models import Role
from openpar.base.audit.queries import history_about
from openpar.base.organisations.actions import merge
from openpar.common.errors import Refused
from openpar.engine.periods import Calendar, PeriodKind, period
from openpar.reform.findings.models import Finding
from openpar.reform.monitors.actions.entering import save_entry, withdraw_entry
from openpar.reform.monitors.actions.lapses import find_lapses
from openpar.reform.monitors.errors import StaleEntry
from openpar.reform.monitors.guards import TABLES
from openpar.reform.monitors.models import ElectronicDocuments, LeadershipPosts, LegalReview
from openpar.reform.monitors.queries.boards import Asked, board, revisions_of
from openpar.reform.monitors.queries.figures import figures_by_agency, monitor_figures, together
from openpar.reform.monitors.registers import REGISTERS
from openpar.reform.monitors.reminding import due_things
from tests import factories
from tests.factories import codes_of
from tests.reform.monitors import entries
from tests.reform.monitors.entries import AT, TODAY, Watched
from tests.worlds import world

pytestmark = pytest.mark.django_db
NOW = Asked(TODAY, 2026, 2)
HALF = period(Calendar.REFORM, PeriodKind.HALF, 2026)
SECOND = period(Calendar.REFORM, PeriodKind.QUARTER, 2026, 2)


@world
def watched_agency() -> Watched:
    return entries.watched()


def refusal(watched: Watched, register: str, **more: object) -> list[str]:
    with pytest.raises(Refused) as refused:
        watched.entered_as(watched.officer, watched.agency, register, watched.said(register, **more))
    return codes_of(refused.value)


@pytest.mark.parametrize("key", REGISTERS)
def test_every_register_takes_an_entry_that_is_well_and_says_how_it_stands(
    key: str, watched_agency: Watched
) -> None:
    entry = watched_agency.entered(key)
    line = next(one for one in board(REGISTERS[key], NOW) if one.entry is not None)
    assert (line.entry, line.name) == (entry, "Sở Y tế")
    assert line.standing is not None
    assert line.standing.state in {
        *("ANNOUNCED", "STAFFED", "FILLED", "ON_TIME", "UNFINISHED", "WHOLE", "FINISHED"),
    }


@pytest.mark.parametrize("key", REGISTERS)
def test_only_the_agency_itself_keeps_its_registers(key: str, watched_agency: Watched) -> None:
    watched = watched_agency
    with pytest.raises(Refused) as refused:
        watched.entered_as(watched.manager, watched.agency, key, watched.said(key))
    assert codes_of(refused.value) == ["not-allowed"]


@pytest.mark.parametrize("key", REGISTERS)
def test_what_was_said_stays_as_it_was_said(key: str, watched_agency: Watched) -> None:
    entry = watched_agency.entered(key)
    with pytest.raises(IntegrityError, match="_update"), transaction.atomic():
        type(entry)._default_manager.filter(pk=entry.pk).update(note="khác")
    with pytest.raises(IntegrityError, match="_delete"), transaction.atomic():
        type(entry)._default_manager.filter(pk=entry.pk).delete()


@pytest.mark.parametrize("key", REGISTERS)
def test_the_guards_name_every_column(key: str) -> None:
    model = REGISTERS[key].model
    subject, said = TABLES[model._meta.db_table.removeprefix("monitors_")]
    named = {"id", "is_current", "organisation_id", "revision", "is_withdrawn", "note"}
    named |= {"entered_by_id", "entered_at", *subject, *said}
    assert {field.attname for field in model._meta.concrete_fields} == named


@pytest.mark.parametrize(
    ("register", "more", "codes"),
    [
        ("quality_system", {"standard": "", "scope": " "}, ["missing", "missing"]),
        ("quality_system", {"standard": "9002"}, ["no-choice"]),
        ("quality_system", {"announcement": None}, ["no-document"]),
        ("quality_system", {"internal_audit_on": date(2026, 6, 17)}, ["day-in-future"]),
        ("quality_system", {"first_announced_on": date(2025, 8, 5)}, ["days-in-order"]),
        ("job_positions", {"unit_kind": "SERVICE_UNIT"}, ["missing"]),
        ("job_positions", {"unit_name": "Trung tâm A"}, ["name-of-agency"]),
        ("job_positions", {"approved_on": date(2026, 1, 4)}, ["days-in-order"]),
        ("leadership_posts", {"filled": -1}, ["out-of-bounds"]),
        ("training", {"year": 2200}, ["no-year"]),
        ("training", {"year": None}, ["missing"]),
        ("recruitment", {"planned": "năm"}, ["no-figure"]),
        ("legal_documents", {"quarter": 5}, ["no-quarter"]),
        ("legal_documents", {"checked": 11}, ["above-whole"]),
        ("legal_documents", {"unlawful": 10, "handled": 11}, ["above-whole", "above-whole"]),
        ("discipline", {"cases_handled": 4}, ["above-whole"]),
        ("discipline", {"checks": 5}, ["above-whole"]),
        ("dissemination", {"carried_out": 11}, ["above-whole"]),
        ("dialogue", {"held": 2, "concluded": 2}, ["above-whole"]),
        ("dialogue", {"concluded": 2, "answered": 13}, ["above-whole", "above-whole"]),
        ("electronic_documents", {"outgoing_signed": 97}, ["above-whole"]),
        ("electronic_documents", {"mật": 1}, ["no-column"]),
    ],
)
def test_what_cannot_be_is_refused_with_every_gap(
    register: str, more: dict[str, object], codes: list[str], watched_agency: Watched
) -> None:
    assert refusal(watched_agency, register, **more) == codes


def test_a_document_of_another_store_proves_nothing_here(watched_agency: Watched) -> None:
    watched = watched_agency
    stranger = factories.actor_as(Role.FOCAL_OFFICER, watched.home)
    with pytest.raises(Refused) as refused:
        watched.entered_as(stranger, watched.home, "training", watched.said("training"))
    assert codes_of(refused.value) == ["document-elsewhere"]


def test_a_correction_is_the_next_revision_and_a_stale_one_is_refused(watched_agency: Watched) -> None:
    first = watched_agency.entered("legal_documents")
    assert watched_agency.entered("legal_documents", seen=1) == first
    second = watched_agency.entered("legal_documents", seen=1, checked=10)
    with pytest.raises(StaleEntry):
        watched_agency.entered("legal_documents", seen=1, checked=8)
    with pytest.raises(StaleEntry, match="đã có mục này"):
        watched_agency.entered("legal_documents", seen=0, checked=8)
    assert [one.revision for one in revisions_of(REGISTERS["legal_documents"], second)] == [2, 1]
    (line,) = [one for one in board(REGISTERS["legal_documents"], NOW) if one.entry]
    assert line.entry == second
    told = history_about(f"monitor:legal_documents/{watched_agency.agency.pk}")
    assert [one.verb for one in told] == ["monitor.saved", "monitor.saved"]


def test_subjects_of_one_agency_stand_beside_each_other(watched_agency: Watched) -> None:
    watched_agency.entered("job_positions")
    watched_agency.entered("job_positions", unit_kind="SERVICE_UNIT", unit_name="Trung tâm A")
    lines = board(REGISTERS["job_positions"], NOW, [watched_agency.agency.pk])
    assert [str(line.entry) for line in lines] == ["Cơ quan hành chính", "Trung tâm A"]


def test_what_was_taken_out_can_be_entered_again(watched_agency: Watched) -> None:
    watched = watched_agency
    entry = watched.entered("training")
    given = {"register": "training", "entry_id": entry.pk, "expected_revision": 1, "by": watched.officer}
    with pytest.raises(Refused) as refused:
        withdraw_entry(**given, reason=" ", at=AT)
    assert codes_of(refused.value) == ["text-missing"]
    withdraw_entry(**given, reason="Nhập nhầm năm", at=AT)
    assert [one.entry for one in board(REGISTERS["training"], NOW, [watched.agency.pk])] == [None]
    again = watched.entered("training", seen=2)
    assert (again.revision, again.is_withdrawn) == (3, False)


def test_nobody_having_said_anything_is_no_lapse(watched_agency: Watched) -> None:
    lines = board(REGISTERS["quality_system"], NOW)
    assert [line.name for line in lines] == ["Sở Nội vụ", "Sở Y tế"]
    assert not any(line.has_lapsed for line in lines)


def test_an_agency_that_took_in_another_announces_its_quality_system_anew(watched_agency: Watched) -> None:
    watched = watched_agency
    other = factories.organisation("Ban Dân tộc", block_code="so")
    watched.entered("quality_system")
    merge(
        by=factories.registrar(),
        at=AT,
        on=date(2026, 1, 1),
        organisation_ids=[other.pk],
        into=watched.agency.pk,
        legal_basis="NQ 1/NQ-HĐND",
    )
    (line,) = board(REGISTERS["quality_system"], NOW, [watched.agency.pk])
    assert line.standing is not None
    assert (line.standing.state, line.standing.since) == ("MUST_REANNOUNCE", date(2026, 1, 1))
    anew = {"announced_on": date(2026, 2, 2), "internal_audit_on": None, "internal_audit": None}
    watched.entered("quality_system", seen=1, **anew)
    (line,) = board(REGISTERS["quality_system"], NOW, [watched.agency.pk])
    assert line.standing is not None
    assert line.standing.state == "REANNOUNCED"


def test_figures_leave_secret_documents_out_and_count_them_beside(watched_agency: Watched) -> None:
    watched_agency.entered("electronic_documents")
    found = {one.code: one for one in monitor_figures(watched_agency.agency.pk, SECOND)}
    signed = found["documents.signed"]
    assert (signed.numerator, signed.denominator, signed.outside, signed.report) == (96, 96, 4, "7.4")
    assert len(signed.behind) == 1
    # Nobody counted the files: unknown, not 0.
    assert found["documents.files_online"].numerator is None


def test_a_quarter_that_nobody_told_leaves_the_half_year_unknown(watched_agency: Watched) -> None:
    watched = watched_agency
    watched.entered("legal_documents", quarter=2)
    (checked,) = figures_by_agency([watched.agency.pk], HALF, "legal.checked")[watched.agency.pk]
    assert (checked.numerator, len(checked.missing)) == (None, 1)
    assert "Quý I/2026" in checked.missing[0]
    watched.entered("legal_documents", quarter=1, to_check=30, checked=12)
    (checked,) = figures_by_agency([watched.agency.pk], HALF, "legal.checked")[watched.agency.pk]
    assert (checked.numerator, checked.denominator, checked.missing) == (21, 40, ())


def test_figures_of_several_agencies_are_sums_and_never_means(watched_agency: Watched) -> None:
    watched = watched_agency
    watched.entered("training")
    stranger = factories.actor_as(Role.FOCAL_OFFICER, watched.home)
    few = {"year": 2026, "leaders_planned": 2, "leaders_trained": 2}
    watched.entered_as(stranger, watched.home, "training", few)
    both = figures_by_agency([watched.agency.pk, watched.home.pk], HALF, "training.trained")
    whole = together(figure for figures in both.values() for figure in figures)
    assert (whole.numerator, whole.denominator) == (32, 52)


def test_posts_are_those_counted_by_the_end_of_the_period(watched_agency: Watched) -> None:
    watched = watched_agency
    watched.entered("leadership_posts", counted_on=date(2026, 3, 1), filled=7)
    watched.entered("leadership_posts", counted_on=date(2026, 6, 15), filled=10, seen=1)
    first = period(Calendar.REFORM, PeriodKind.QUARTER, 2026, 1)
    (filled,) = figures_by_agency([watched.agency.pk], first, "posts.filled")[watched.agency.pk]
    assert (filled.numerator, filled.denominator) == (7, 10)
    assert LeadershipPosts.objects.filter(is_current=True).get().filled == 10


def test_a_lapse_becomes_one_finding_until_it_is_closed(watched_agency: Watched) -> None:
    watched = watched_agency
    watched.entered("leadership_posts", filled=8)
    (found,) = find_lapses(register="leadership_posts", asked=NOW, by=watched.manager, at=AT)
    assert (found.code, found.field, found.organisation_id) == ("F3-01", "F3", watched.agency.pk)
    assert "2 chức danh" in found.text
    assert find_lapses(register="leadership_posts", asked=NOW, by=watched.manager, at=AT) == []
    assert Finding.objects.count() == 1


def test_a_lapse_of_an_earlier_year_is_a_finding_about_that_year(watched_agency: Watched) -> None:
    watched_agency.entered("training", year=2025, issued_on=date(2025, 5, 10))
    asked = Asked(TODAY, 2025, 1)
    (found,) = find_lapses(register="training", asked=asked, by=watched_agency.manager, at=AT)
    assert (found.code, found.year, found.found_on) == ("F4-03", 2025, TODAY)
    assert (found.period_from, found.period_until) == (date(2024, 12, 15), date(2025, 12, 14))


def test_two_lapses_of_one_code_are_one_finding(watched_agency: Watched) -> None:
    watched = watched_agency
    for name in ("Trung tâm A", "Trung tâm B"):
        nothing = {"unit_kind": "SERVICE_UNIT", "unit_name": name}
        watched.entered_as(watched.officer, watched.agency, "job_positions", nothing)
    (found,) = find_lapses(register="job_positions", asked=NOW, by=watched.manager, at=AT)
    assert found.code == "F4-02"
    assert "Trung tâm A" in found.text
    assert "Trung tâm B" in found.text


def test_only_the_manager_makes_findings_of_lapses(watched_agency: Watched) -> None:
    with pytest.raises(Refused) as refused:
        find_lapses(register="training", asked=NOW, by=watched_agency.head, at=AT)
    assert codes_of(refused.value) == ["not-allowed"]


def test_what_has_a_deadline_is_handed_to_the_reminders(watched_agency: Watched) -> None:
    watched = watched_agency
    watched.entered("quality_system")
    watched.entered("training", issued_on=None, plan=None)
    watched.entered("electronic_documents", quarter=1)
    found = {one.object.partition(":")[2]: one for one in due_things(TODAY)}
    here = watched.agency.pk
    assert {key: one.due_on for key, one in found.items()} == {
        f"quality_system/{here}/internal_audit_on": date(2027, 3, 2),
        f"quality_system/{here}/management_review_on": date(2027, 3, 16),
        f"training/{here}/2026": date(2026, 3, 31),
        f"electronic_documents/{here}/2026/2": date(2026, 6, 20),
        f"electronic_documents/{here}/2026/3": date(2026, 9, 20),
    }
    assert all(list(one.responsible) == [watched.officer.id] for one in found.values())


def test_a_board_takes_as_many_queries_for_few_as_for_many(
    watched_agency: Watched, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    watched = watched_agency
    for number in range(6):
        values = {"unit_kind": "SERVICE_UNIT", "unit_name": f"Trung tâm {number}"}
        watched.entered_as(watched.officer, watched.agency, "job_positions", values)
    with django_assert_num_queries(3):
        board(REGISTERS["job_positions"], NOW)
    watched.entered("quality_system")
    with django_assert_num_queries(4):
        board(REGISTERS["quality_system"], NOW)


def test_an_unknown_register_is_no_register(watched_agency: Watched) -> None:
    with pytest.raises(Refused) as refused:
        save_entry(
            register="khac",
            organisation_id=watched_agency.agency.pk,
            values={},
            expected_revision=0,
            by=watched_agency.officer,
            at=AT,
        )
    assert codes_of(refused.value) == ["no-register"]


def test_quarters_have_figures_of_their_own(watched_agency: Watched) -> None:
    watched_agency.entered("electronic_documents", quarter=1)
    watched_agency.entered("legal_documents", quarter=1)
    assert ElectronicDocuments.objects.get().quarter == LegalReview.objects.get().quarter == 1

"""Builds the demo province by performing the actions people perform; nothing is written behind their back."""

from __future__ import annotations

from datetime import date, datetime
from random import Random

from django.conf import settings

from openpar.base.accounts.queries import Actor
from openpar.base.calendars.actions import load_calendar
from openpar.base.calendars.files import shipped_calendar
from openpar.base.organisations.imports import load_organisations
from openpar.base.organisations.roles import operator
from openpar.common.formats import VIETNAM
from openpar.demo import dossiers, finished, procedures, reform_running, reform_year
from openpar.demo import running as under_way
from openpar.demo.calendar import FINISHED, moment, running
from openpar.demo.one_stop import lists_of
from openpar.demo.people import People
from openpar.demo.rounds import Say, places_of
from openpar.parindex.criteria.actions import Issuing, bring_in, copy_set, issue_set
from openpar.parindex.criteria.models import CriteriaSet
from openpar.parindex.criteria.yaml_files import read_mapping

SEED = 77_2_57_52


def build(today: date, say: Say) -> None:
    """The whole province, the same every time but for the days of the round under way."""
    random = Random(SEED)
    at = datetime(2021, 1, 4, 8, 0, tzinfo=VIETNAM)
    folder = settings.OPENPAR_DATA_DIR / "organisations"
    load_organisations(
        by=operator("openpar"),
        at=at,
        organisations=(folder / "lam_dong.csv").read_bytes(),
        successions=(folder / "lam_dong_successions.csv").read_bytes(),
        blocks=(folder / "blocks.csv").read_bytes(),
        file_name="lam_dong.csv",
    )
    load_calendar(file=shipped_calendar(settings.OPENPAR_DATA_DIR), by=operator("openpar"), at=at)
    # Names are drawn apart, so that another name never changes a figure.
    people = People(at, Random(SEED + 1))
    people.one_click()
    places = places_of(people)
    say("đã có đơn vị và người dùng")
    controller = people.named("demo.kiem-soat")
    dossiers.load_indicators(at.date())
    dossiers.past(controller, say)
    departments = sample_set(
        "SYNTHETIC_so_2026.yaml", "sở, ban, ngành", FINISHED.year, FINISHED.prepared, places.manager
    )
    finished.build(departments, places, random, say)
    reform_year.build(places, say)
    prepared = running(today).prepared
    sets = {"so": set_of_next_year(departments, today.year, prepared, places.manager)}
    communes = sample_set(
        "SYNTHETIC_xa_2026.yaml", "xã, phường, đặc khu", today.year, prepared, places.manager
    )
    sets.update(dict.fromkeys(("phuong", "xa", "dac-khu"), communes))
    procedures.build(controller, today, say)
    lists = lists_of(today, running(today).self_scoring)
    dossiers.bring_in(lists.before, controller)
    say("đã nạp hồ sơ từ hệ thống một cửa")
    reform_running.build(places, today, say)
    under_way.build(sets, places, today, random, say)
    # What came after the sheets were full: appraisers see what has changed since.
    dossiers.bring_in(lists.after, controller)
    dossiers.values(places.manager, today)
    dossiers.figures(people, today)
    dossiers.index(controller, today)
    say("đã tính chỉ tiêu, biểu II.06a và Bộ chỉ số 766 từ hồ sơ")


def sample_set(file_name: str, level: str, year: int, day: date, manager: Actor) -> CriteriaSet:
    """A sample set for one year, issued under an invented decision that says so."""
    mapping = read_mapping(settings.OPENPAR_DATA_DIR / "criteria" / file_name)
    bands = read_mapping(settings.OPENPAR_DATA_DIR / "grading_default.yaml")["bands"]
    made = bring_in(
        mapping={**mapping, "year": str(year), "bands": bands},
        title=f"Bộ tiêu chí mẫu khối {level} năm {year}",
        is_sample=True,
        by=manager,
        at=moment(day),
    )
    return _issued(made, day, manager)


def set_of_next_year(departments: CriteriaSet, year: int, day: date, manager: Actor) -> CriteriaSet:
    """The set of the departments carried on into another year: every line stays the same line."""
    again = copy_set(
        set_id=departments.pk,
        year=year,
        title=f"Bộ tiêu chí mẫu khối sở, ban, ngành năm {year}",
        by=manager,
        at=moment(day),
    )
    return _issued(again, day, manager)


def _issued(criteria_set: CriteriaSet, day: date, manager: Actor) -> CriteriaSet:
    issuing = Issuing(number="000/QĐ-UBND (mẫu)", signed_on=day, issuer="UBND tỉnh (mẫu)")
    return issue_set(set_id=criteria_set.pk, issuing=issuing, by=manager, at=moment(day))

"""The dossiers of the demo: figures that can be counted again, and followed to a single late dossier."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from html import unescape

import numpy as np
import pytest
import time_machine
from django.test import Client

from openpar.base.accounts.models import User
from openpar.base.facts.current import current
from openpar.base.facts.owners import Slice, warnings_about
from openpar.delivery.dossiers.declarations import CODE, DATASET, ENDED_15
from openpar.delivery.dossiers.models import DossierImport, QualityHit
from openpar.delivery.dossiers.resolving import Register
from openpar.delivery.dossiers.stored import reckoned_of_store
from openpar.delivery.dossiers.words import VERDICTS
from openpar.delivery.figures.models import FigureRevision, RevisionState
from openpar.delivery.service_quality.models import IndicatorInput, Origin
from openpar.demo import dossiers, labour
from openpar.demo.calendar import moment
from openpar.demo.calendar import running as dates_of
from openpar.demo.measured import ON_TIME
from openpar.demo.one_stop import lists_of
from openpar.demo.people import HEALTH
from openpar.demo.rounds import Places
from openpar.engine.periods import Calendar, PeriodKind, period
from openpar.engine.verdicts import Verdict
from openpar.parindex.assessments.models import Assessment, EvidenceUse
from openpar.parindex.indicators.actions.values import compute_value
from openpar.parindex.indicators.models import IndicatorValue
from tests.demo.conftest import NOON, TODAY
from tests.web.reading import text_of

pytestmark = pytest.mark.django_db
IN_TIME = (Verdict.EARLY, Verdict.ON_TIME)
RESOLVED = (*IN_TIME, Verdict.LATE)


# ---- counted again ----


def recount(year: int) -> dict[str, Counter[Verdict]]:
    """By agency, the verdicts of what ended in a reform year: a walk over the rows of the store."""
    codes = current(DATASET)[CODE].values.tolist()
    reckoned, _before, _context = reckoned_of_store(codes, Register.load(), TODAY)
    days = period(Calendar.REFORM, PeriodKind.YEAR, year, 1)
    agencies = reckoned.rows.words["agency"]
    found: dict[str, Counter[Verdict]] = {}
    for place, day in enumerate(reckoned.judged.ended_on.tolist()):
        verdict = VERDICTS[int(reckoned.judged.verdict[place]) - 1]
        if isinstance(day, date) and days.contains(day) and verdict in RESOLVED:
            key = agencies.words[int(agencies.places[place])]
            found.setdefault(key, Counter())[verdict] += 1
    return found


def filled() -> list[IndicatorValue]:
    """The snapshots that stand as evidence of scores."""
    uses = EvidenceUse.objects.filter(figure__version__indicator__code=ON_TIME)
    uses = uses.select_related("figure__organisation")
    return [use.figure for use in uses if use.figure is not None]


def test_the_filled_figure_of_every_department_is_the_count_of_its_dossiers(running_demo: Places) -> None:
    counted, values = recount(TODAY.year), filled()
    assert len(values) == 11
    for value in values:
        verdicts = counted[value.organisation.key]
        assert value.numerator == sum(verdicts[each] for each in IN_TIME), value.organisation.key
        assert value.denominator == verdicts.total(), value.organisation.key
    assert any(value.numerator != value.denominator for value in values)


def test_what_came_since_the_sheets_were_full_is_told_beside_them(running_demo: Places) -> None:
    then = {value.organisation.key: value.denominator for value in filled()}
    lists = lists_of(TODAY, dates_of(TODAY).self_scoring)
    dossiers.bring_in(lists.after, running_demo.people.named("demo.kiem-soat"))
    counted = recount(TODAY.year)
    assert all(counted[key].total() > (before or 0) for key, before in then.items())
    sheet = Assessment.objects.get(organisation__key=HEALTH, round_block__round__year=TODAY.year)
    client = browser("demo.dau-moi")
    with time_machine.travel(NOON, tick=False):
        page = text_of(client, f"/assessments/{sheet.pk}/3.2.1/")
    assert "Số liệu đã đổi từ lúc lấy" in page


def test_every_kind_of_defect_is_found_in_the_lists_of_the_demo(running_demo: Places) -> None:
    found = Counter(hit.rule for hit in QualityHit.objects.all())
    assert {"Q1", "Q2", "Q4", "Q7", "Q8", "Q11"} <= set(found)
    assert sum(row.refused for row in DossierImport.objects.all()) == 0


def test_a_figure_is_warned_of_with_the_defects_among_its_own_dossiers(running_demo: Places) -> None:
    days = period(Calendar.REFORM, PeriodKind.YEAR, TODAY.year, 1)
    first = (TODAY.year - 1) * 12 + 12
    for key in ("68-so-y-te", "68-so-tu-phap"):
        told = warnings_about(Slice(DATASET, ENDED_15, first, first + 11, frozenset({key})))
        hits = QualityHit.objects.filter(gone_in__isnull=True, organisation__key=key, rule="Q8")
        ended = ended_days(list(hits.values_list("dossier", flat=True)))
        wanted = sum(day is not None and days.contains(day) for day in ended)
        assert {one.code: one.count for one in told}.get("Q8", 0) == wanted
        assert any(one.sentence.startswith(f"{one.count} hồ sơ: ") for one in told)
    assert warnings_about(Slice(DATASET, ENDED_15, 1, 12, frozenset({"68-so-y-te"}))) == ()


def ended_days(codes: list[str]) -> list[date | None]:
    reckoned, _before, _context = reckoned_of_store(codes, Register.load(), TODAY)
    ended = reckoned.judged.ended_on
    return [None if np.isnat(day) else day.astype(object) for day in ended]


# ---- sheets of figures and the index made of the same dossiers ----


def test_two_quarters_are_signed_and_one_gap_is_explained(running_demo: Places) -> None:
    dossiers.figures(running_demo.people, TODAY)
    signed = FigureRevision.objects.filter(state=RevisionState.SIGNED).order_by("until_on")
    assert [revision.until_on for revision in signed] == [date(2026, 6, 14), date(2026, 9, 14)]
    explained = [(revision.explanations.count()) for revision in signed]
    assert explained == [0, 1]
    [gap] = signed[1].explanations.all()
    assert (gap.identity, gap.gap) == ("E3", 1)


def test_the_index_of_the_departments_is_counted_from_their_dossiers(running_demo: Places) -> None:
    dossiers.index(running_demo.people.named("demo.kiem-soat"), TODAY)
    rows = IndicatorInput.objects.filter(kind="QUARTER", year=2026, number=3, indicator="2.1")
    assert {row.origin for row in rows} == {Origin.DOSSIERS}
    assert rows.count() == 25


# ---- from the score to one dossier ----


def browser(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client


def link_in(page: str, pattern: str, after: str = "") -> str:
    """The first link behind some words whose whole address is of a form."""
    part = page.partition(after)[2] if after else page
    links = [unescape(link) for link in re.findall(r'href="([^"]*)"', part)]
    found = next((link for link in links if re.fullmatch(pattern, link)), None)
    assert found is not None, (pattern, links)
    return found


def assert_is_late(dossier: str) -> None:
    """The page of a dossier gives it the legal verdict “late”."""
    said = dossier.partition("Theo NĐ 61/2018")[2].partition("Theo QĐ 766")[0]
    assert "trễ hạn" in re.sub("<[^>]*>", " ", said), said


def follow_to_a_late_dossier(client: Client, value: str) -> tuple[str, str]:
    """From the page of a figure to the list of its late dossiers, and to the first; the two pages."""
    late = link_in(text_of(client, value), r"/dossiers/list/\?.*measure=late.*")
    listed = text_of(client, late)
    return listed, text_of(client, link_in(listed, r"/dossiers/one/[^/]+/"))


def test_a_published_score_is_followed_click_by_click_to_one_late_dossier(
    finished_demo: tuple[str, ...],
) -> None:
    client = browser("demo.giam-sat")
    sheet = Assessment.objects.get(organisation__key=labour.KEY)
    results = link_in(text_of(client, "/results/"), r"/results/\d+/.*")
    unit = link_in(text_of(client, results), rf"/results/\d+/{sheet.pk}/.*")
    page = text_of(client, unit)
    value = link_in(page, r"/indicators/values/\d+/", after='id="leaf-3.2.1"')
    with time_machine.travel(NOON, tick=False):
        listed, dossier = follow_to_a_late_dossier(client, value)
    in_time, resolved = labour.ON_TIME
    assert f"{resolved - in_time}" in re.sub("<[^>]*>", " ", listed).split()
    assert_is_late(dossier)
    [figure] = filled()
    assert (figure.numerator, figure.denominator) == tuple(map(Decimal, labour.ON_TIME))


def test_so_is_the_score_of_the_running_round_from_the_sheet_of_the_unit(running_demo: Places) -> None:
    client = browser("demo.dau-moi")
    sheet = Assessment.objects.get(organisation__key=HEALTH, round_block__round__year=TODAY.year)
    with time_machine.travel(NOON, tick=False):
        page = text_of(client, f"/assessments/{sheet.pk}/")
        leaf = link_in(page, rf"/assessments/{sheet.pk}/3\.2\.1/.*")
        value = link_in(text_of(client, leaf), r"/indicators/values/\d+/")
        _listed, dossier = follow_to_a_late_dossier(client, value)
    assert_is_late(dossier)


def test_the_last_count_of_a_unit_leads_to_the_same_lists(running_demo: Places) -> None:
    people, at = running_demo.people, moment(TODAY)
    unit = people.organisation(HEALTH)
    value = compute_value(
        code=ON_TIME, organisation_id=unit, year=TODAY.year, by=people.named("demo.dau-moi"), at=at
    )
    client = browser("demo.dau-moi")
    with time_machine.travel(NOON + timedelta(minutes=1), tick=False):
        listed, dossier = follow_to_a_late_dossier(client, f"/indicators/values/{value.pk}/")
    assert_is_late(dossier)
    assert f"{value.parts['late']}" in re.sub("<[^>]*>", " ", listed).split()

"""Every figure that was counted from dossiers opens the list of exactly these dossiers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import pytest
import time_machine
from django.test import Client

from openpar.base.accounts.models import Role
from openpar.base.organisations.models import Organisation, OrganisationVersion
from openpar.delivery.dossiers.figure_columns import COUNTS, codes_counted
from openpar.delivery.dossiers.figure_source import dossiers
from openpar.delivery.dossiers.queries.measures import Asked
from openpar.delivery.figures.actions.filling import fill_from_source
from openpar.delivery.figures.actions.opening import PeriodAsked
from openpar.delivery.figures.counted import catalogue_of_procedures
from openpar.delivery.figures.models import FigureSheet
from openpar.delivery.figures.rows import Line
from openpar.delivery.service_quality.actions.counting import count_inputs
from openpar.delivery.service_quality.models import IndicatorInput, Origin
from openpar.delivery.service_quality.periods import IndexPeriod, IndexPeriodKind
from openpar.delivery.service_quality.queries.boards import agency_index
from openpar.demo.dossiers_made import FULL, as_rows
from openpar.engine.periods import Calendar, PeriodKind, year_to_date
from openpar.web.dossier_links import Whose, dossiers_behind
from openpar.web.dossiers.behind import address, period_of_months
from openpar.web.indicators.lists import ListAsked
from tests import factories
from tests.delivery.dossiers import lists
from tests.delivery.dossiers.test_figure_source import quarter
from tests.delivery.dossiers.test_importing import written
from tests.delivery.dossiers.test_measures import JUNE, known_of
from tests.delivery.figures import sheets
from tests.delivery.figures.sheets import FORM_06, II_06A, II_07B, Office
from tests.delivery.procedures import catalogue
from tests.web.conftest import LogIn
from tests.web.reading import browser_of, text_of, visible
from tests.worlds import world

pytestmark = pytest.mark.django_db
MAY = IndexPeriod(IndexPeriodKind.MONTH, 2026, 5)
HAS_CHANGED = "dữ liệu đã đổi"
CELL = re.compile(r'<td class="num"[^>]*>(?:<a href="([^"]+)">)?(\d+)(?:</a>)?(?:<sup|</td>)')


@pytest.fixture(autouse=True)
def _july() -> Iterator[None]:
    with time_machine.travel(lists.AT, tick=True):
        yield


@world
def communes() -> None:
    """A half-year of four communes with dossiers of every kind, told to its end."""
    lists.province()
    made = lists.year(600, seed=9)
    lists.brought(written(as_rows(made, lists.moment(JUNE), FULL)), lists.moment(JUNE))


def office(name: str = "Xã Số 1") -> Office:
    here = Organisation.objects.get(versions__name=name)
    officer, head = (factories.actor_as(role, here) for role in (Role.FOCAL_OFFICER, Role.AGENCY_HEAD))
    return Office(here, officer, head)


def filled(
    who: Office,
    asked: PeriodAsked,
    *,
    form: str = II_06A,
    placement: str = "inside",
    until_on: date | None = None,
    source: str = dossiers.name,
) -> FigureSheet:
    sheet = sheets.opened(who, asked, form=form, placement=placement, until_on=until_on)
    revision = sheets.newest(sheet)
    fill_from_source(
        by=who.officer,
        at=lists.AT,
        revision_id=revision.pk,
        expected_version=revision.version,
        source=source,
    )
    return sheet


def followed(browser: Client, html: str) -> int:
    """Every figure of a page that is not 0 leads to as many dossiers; how many figures there are."""
    found = [(link.replace("&amp;", "&"), int(count)) for link, count in CELL.findall(html)]
    for link, count in found:
        assert bool(link) == bool(count), (link, count)
        if link:
            page = visible(text_of(browser, link))
            listed = re.search(r"(\d+) hồ sơ", page)
            assert listed is not None
            assert int(listed[1]) == count, link
            assert HAS_CHANGED not in page
    return sum(bool(count) for _link, count in found)


# Sheets and the roll-up


@pytest.mark.parametrize(
    ("form", "placement", "until_on"),
    [
        (II_06A, "inside", None),
        (II_06A, "own_columns", None),
        (FORM_06, "inside", None),
        (II_06A, "inside", date(2026, 5, 14)),
    ],
)
def test_every_counted_cell_of_a_sheet_leads_to_as_many_dossiers(
    communes: None, form: str, placement: str, until_on: date | None
) -> None:
    who = office()
    sheet = filled(who, sheets.quarter(2), form=form, placement=placement, until_on=until_on)
    browser = browser_of(who.officer)
    assert followed(browser, text_of(browser, f"/figures/{sheet.pk}/")) > 20


def test_what_somebody_typed_has_no_list_nor_has_a_sum_with_it(communes: None) -> None:
    who = office()
    sheet = filled(who, sheets.quarter(2))
    lines = list(sheets.view_of(sheet).figures.lines)
    typed = Line(lines[0].block, lines[0].label, {**lines[0].counts, "late": 777})
    sheets.saved(who, sheet, typed, *lines[1:])
    html = text_of(browser_of(who.officer), f"/figures/{sheet.pk}/")
    links = {int(count): link for link, count in CELL.findall(html)}
    assert links[777] == ""
    total = 777 + sum(line.counts["late"] for line in lines[1:])
    assert links[total] == ""


def test_a_list_says_when_data_have_changed_since_the_figure_was_counted(communes: None) -> None:
    who = office()
    sheet = filled(who, sheets.quarter(2))
    browser = browser_of(who.officer)
    link, count = next(
        (link.replace("&amp;", "&"), int(count))
        for link, count in CELL.findall(text_of(browser, f"/figures/{sheet.pk}/"))
        if "counts=received&" in link
    )
    wrong = link.replace(f"said={count}", f"said={count + 1}")
    assert HAS_CHANGED in text_of(browser, wrong)


@pytest.mark.parametrize("view", ["", "&view=fields"])
def test_every_counted_figure_of_the_roll_up_leads_to_as_many_dossiers(communes: None, view: str) -> None:
    for name in lists.AGENCIES[:3]:
        who = office(name)
        sheet = filled(who, sheets.quarter(2))
        if sheets.view_of(sheet).unexplained:
            sheets.explained(who, sheet)
        sheets.signed(who, sheet)
    house = factories.organisation("Văn phòng UBND tỉnh", assessed=False)
    browser = browser_of(factories.actor_as(Role.PROCEDURE_CONTROLLER, house))
    html = text_of(browser, f"/figures/rollup/?form={II_06A}&kind=QUARTER&year=2026&number=2{view}")
    assert followed(browser, html) > 15


def test_the_counts_of_a_form_are_those_that_the_source_counts(communes: None) -> None:
    here, of = office().agency, quarter(2)
    counted = dossiers.counts(here.pk, II_06A, of)
    assert counted is not None
    for (_level, sector), row in counted.items():
        asked = Asked(of, of.until_on, frozenset({here.pk}), sector)
        assert {name: len(codes_counted(asked, [name])) for name in COUNTS} == row


def test_counted_procedures_lead_to_their_list(communes: None) -> None:
    who, other = office(), Organisation.objects.get(versions__name="Xã Số 2").key
    own = who.agency.key
    catalogue.bring_in(
        *(
            catalogue.row(f"1.00800{number}", "2025-01-01", agencies=agencies)
            for number, agencies in enumerate((own, "UBND cấp xã", f"{other}; {own}"), start=1)
        )
    )
    sheet = filled(who, sheets.quarter(2), form=II_07B, source=catalogue_of_procedures.name)
    browser = browser_of(who.officer)
    html = text_of(browser, f"/figures/{sheet.pk}/")
    found = [(link.replace("&amp;", "&"), int(count)) for link, count in CELL.findall(html) if count != "0"]
    # Its own, and the four of every commune.
    assert {count for _link, count in found} == {5}
    for link, count in found:
        assert link
        assert f"{count} thủ tục vào ngày 14/06/2026" in visible(text_of(browser, link))


def test_a_total_over_levels_leads_to_a_list_that_counts_each_procedure_at_every_level(
    communes: None,
) -> None:
    who = office()
    own = who.agency.key
    levels = ("tỉnh; xã", "tỉnh", "xã")
    catalogue.bring_in(
        *(
            catalogue.row(f"1.00800{number}", "2025-01-01", agencies=own, levels=of)
            for number, of in enumerate(levels, start=1)
        )
    )
    sheet = filled(who, sheets.quarter(2), form=II_07B, source=catalogue_of_procedures.name)
    browser = browser_of(who.officer)
    html = text_of(browser, f"/figures/{sheet.pk}/")
    links = [link.replace("&amp;", "&") for link, _count in CELL.findall(html) if "by_level=1" in link]
    assert links
    for link in links:
        # Two at the province, and two of its own with the three of every commune: six procedures.
        assert link.endswith("said=7")
        page = visible(text_of(browser, link))
        assert "6 thủ tục vào ngày 14/06/2026" in page
        assert "Tổng các cấp: 7." in page
        assert HAS_CHANGED not in page
    assert HAS_CHANGED in visible(text_of(browser, links[0].replace("said=7", "said=8")))


# Index and indicators


@pytest.mark.parametrize(
    "period",
    [
        MAY,
        IndexPeriod(IndexPeriodKind.QUARTER, 2026, 2),
        IndexPeriod(IndexPeriodKind.YEAR_TO_DATE, 2026, 5),
    ],
)
def test_figures_of_the_index_lead_to_as_many_dossiers_also_where_they_are_sums(
    communes: None, period: IndexPeriod
) -> None:
    above = factories.organisation("UBND tỉnh Mẫu", assessed=False)
    OrganisationVersion.objects.filter(name__in=lists.AGENCIES[:3]).update(parent=above)
    manager = factories.actor_as(Role.PROCEDURE_CONTROLLER, above)
    count_inputs(by=manager, at=lists.AT, period=period)
    browser = browser_of(manager)
    query = f"kind={period.kind.value}&year={period.year}&number={period.number}"
    for one in (above, Organisation.objects.get(versions__name=lists.AGENCIES[0])):
        index = agency_index(one.pk, period)
        assert index is not None
        page = text_of(browser, f"/service-quality/{one.pk}/?{query}")
        found = re.findall(r'<a href="(/dossiers/list/[^"]+said=(\d+))">', page)
        assert len(found) == 12
        for link, said in found:
            listed = visible(text_of(browser, link.replace("&amp;", "&")))
            assert f"{said} hồ sơ" in listed, link
            assert HAS_CHANGED not in listed


def test_a_sum_of_which_a_part_comes_from_elsewhere_has_no_list(communes: None) -> None:
    above, period = factories.organisation("UBND tỉnh Mẫu", assessed=False), MAY
    OrganisationVersion.objects.filter(name__in=lists.AGENCIES[:3]).update(parent=above)
    manager = factories.actor_as(Role.PROCEDURE_CONTROLLER, above)
    count_inputs(by=manager, at=lists.AT, period=period)
    row = IndicatorInput.objects.get(organisation__versions__name=lists.AGENCIES[0], indicator="2.1")
    row.pk, row.origin = None, Origin.PROCEDURES
    row.save(force_insert=True)
    index = agency_index(above.pk, period)
    assert index is not None
    origins = {line.score.indicator.id: line.origin for line in index.lines}
    assert (origins["2.1"], origins["3.3"]) == (None, Origin.DOSSIERS)
    page = text_of(browser_of(manager), f"/service-quality/{above.pk}/?kind=MONTH&year=2026&number=5")
    assert "measure=on_time_766" not in page
    assert "measure=received_online" in page


def test_indicators_of_other_things_have_no_list_of_dossiers() -> None:
    assert dossiers_behind("5.2", whose=Whose(1), period=IndexPeriod(IndexPeriodKind.MONTH, 2026, 6)) is None


@pytest.mark.parametrize(
    ("calendar", "basis", "last"),
    [(Calendar.CIVIL, "ended", 5), (Calendar.REFORM, "ended_15", 4), (Calendar.CIVIL, "received", 11)],
)
def test_an_indicator_that_is_cut_off_leads_to_as_many_dossiers(
    communes: None, logged_in: LogIn, calendar: Calendar, basis: str, last: int
) -> None:
    during, browser = year_to_date(calendar, 2026, last), logged_in(Role.PROCEDURE_CONTROLLER)
    here, january = office().agency.pk, 2026 * 12
    for counts in (("early",), ("late",), ("early", "on_time", "late")):
        link = address(ListAsked("dossiers", basis, january, january + last - 1, here, counts))
        assert f"until={during.until_on.isoformat()}" in link
        listed = visible(text_of(browser, link))
        assert f"({during.from_on:%d/%m/%Y}–{during.until_on:%d/%m/%Y})" in listed
        asked = Asked(during, lists.AT.date(), frozenset({here}))
        assert f"{walked(asked, basis.removesuffix('_15'), counts)} hồ sơ" in listed


def walked(asked: Asked, basis: str, verdicts: tuple[str, ...]) -> int:
    """The dossiers of a period by a walk over all of them."""
    codes = [str(code) for code in lists.year(600, seed=9).codes.tolist()]
    keys = set(Organisation.objects.filter(pk__in=asked.organisations or ()).values_list("key", flat=True))
    found = 0
    for one in known_of(codes):
        day = one.received if basis == "received" else one.ended
        here = one.agency in keys and day is not None and asked.period.contains(day)
        found += here and one.verdict is not None and one.verdict.value.lower() in verdicts
    return found


@pytest.mark.parametrize(
    ("first", "last", "kind"),
    [(1, 1, PeriodKind.MONTH), (4, 5, PeriodKind.QUARTER), (1, 5, PeriodKind.HALF), (1, 11, PeriodKind.YEAR)],
)
def test_months_are_the_shortest_period_that_begins_with_them(
    first: int, last: int, kind: PeriodKind
) -> None:
    year = 2026 * 12 - 1
    found = period_of_months(Calendar.CIVIL, year + first, year + last)
    assert found is not None
    assert (found.kind, found.from_on.month, found.until_on.month) == (kind, first, last)


def test_months_that_no_period_begins_with_are_none() -> None:
    assert period_of_months(Calendar.CIVIL, 2026 * 12 + 1, 2026 * 12 + 2) is None


def test_an_end_of_the_address_that_ends_no_month_is_passed_over(communes: None, logged_in: LogIn) -> None:
    browser = logged_in(Role.PROCEDURE_CONTROLLER)
    query = "calendar=CIVIL&kind=QUARTER&year=2026&number=2"

    def words(until: str) -> str:
        return visible(text_of(browser, f"/dossiers/list/?{query}&until={until}"))

    assert "(01/04/2026–31/05/2026)" in words("2026-05-31")
    for until in ("2026-05-30", "2026-08-31", "x"):
        assert "(01/04/2026–30/06/2026)" in words(until)

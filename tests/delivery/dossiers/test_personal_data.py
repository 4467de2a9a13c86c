"""People of dossiers stay apart: not in facts, counters, trace, other agencies' exports or what is public.

Every search is shown to see a leak: a column of people that somebody matched with a field of dossiers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import cast

import pytest
import time_machine
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import re_path
from pytest_django.fixtures import Settings

from openpar.backoffice.commandline import main
from openpar.base.facts.counter_files import counters_file
from openpar.base.facts.models import PersonalPart
from openpar.base.organisations.models import Organisation
from openpar.base.organisations.roles import Role
from openpar.common.text import fold
from openpar.delivery.dossiers.actions.waiting import take_in
from openpar.delivery.dossiers.mappings import ColumnMapping, suggested
from openpar.delivery.dossiers.queries.lists import codes_behind
from openpar.delivery.dossiers.queries.measures import Asked, Measure
from openpar.delivery.dossiers.reading.tables import DossierFile, table_of
from openpar.delivery.dossiers.waiting import keep_list
from openpar.engine.periods import Calendar, PeriodKind, period
from tests import factories
from tests.delivery.dossiers import lists
from tests.delivery.dossiers.lists import AT
from tests.delivery.dossiers.marked import (
    JUNE,
    files_kept,
    mark,
    marked_list,
    marks,
    marks_in,
    readable,
    tables_kept,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("dossier_province")]
COUNT = 120
MARKS = marks(COUNT)
QUARTER = "calendar=CIVIL&kind=QUARTER&year=2026&number=2"
# Pages of dossiers that list or count them; “one” is asked for by its code.
PAGES = (
    *("/dossiers/", "/dossiers/agencies/", "/dossiers/procedures/", "/dossiers/late/", "/dossiers/list/"),
    *("/dossiers/list/export/", "/dossiers/quality/", "/dossiers/imports/"),
)
OPEN_TO_ALL = (
    "/login/",
    "/seals/",
    "/seals/feed.xml",
    "/health/",
    "/api/v1/openapi.json",
    "/api/v1/dossiers/",
)
Texts = Callable[[], dict[str, str]]


@pytest.fixture(autouse=True)
def _july(settings: Settings, tmp_path: Path) -> Iterator[None]:
    settings.STATIC_ROOT, settings.OPENPAR_KEYS_DIR = tmp_path, tmp_path / "keys"
    with time_machine.travel(AT, tick=True):
        yield


def bring_in(mapping: ColumnMapping | None = None) -> None:
    done = lists.brought(marked_list(COUNT), lists.moment(JUNE), mapping=mapping)
    assert done.accepted == COUNT


def mistaken(column: str, field: str) -> ColumnMapping:
    """A mapping in which somebody took a column of people for a field of the dossier: the planted leak."""
    # Without a procedure: the catalogue would tell name and sector instead of the list.
    others = {field, "procedure_name", "procedure"}
    columns = suggested(table_of(DossierFile("a.csv", marked_list(1))).headers).columns
    kept = {header: to for header, to in columns.items() if to not in others and header != column}
    return ColumnMapping({**kept, column: field})


def reader(role: Role, agency: str) -> Client:
    browser = Client()
    browser.force_login(factories.person_as(role, Organisation.objects.get(versions__name=agency)))
    return browser


def shown_to(browser: Client, codes: list[str]) -> dict[str, str]:
    """Everything that pages and exports of dossiers show somebody."""
    wanted = [f"{page}?{QUARTER}&measure={measure}" for page in PAGES for measure in ("received", "late")]
    wanted += [f"/dossiers/one/{code}/" for code in codes]
    found = {}
    for address in wanted:
        answer = cast(HttpResponse, browser.get(address))
        assert not answer.streaming
        found[address] = readable(answer.content)
    return found


def codes_of(agency: str) -> list[str]:
    own = Organisation.objects.get(versions__name=agency).pk
    asked = Asked(period(Calendar.CIVIL, PeriodKind.QUARTER, 2026, 2), AT.date(), frozenset({own}))
    return codes_behind(asked, Measure.RECEIVED)


def counters_for_the_ministry() -> dict[str, str]:
    content = counters_file(dataset="dossiers", province="H36", as_of=AT)
    return {"the counters file": readable(content)}


def shown_to_another_agency() -> dict[str, str]:
    return shown_to(reader(Role.AGENCY_HEAD, "Xã Số 2"), codes_of("Xã Số 1")[:5])


def shown_to_anybody() -> dict[str, str]:
    codes = codes_of("Xã Số 1")[:5]
    found = shown_to(Client(), codes)
    for address in OPEN_TO_ALL:
        found[address] = Client().get(address).content.decode()
    return found


def looked_up_by_anybody() -> dict[str, str]:
    out = Path(settings.OPENPAR_KEYS_DIR).with_name("tra-cuu.csv")
    assert main(["dossiers", "public", "--out", str(out)]) == 0
    return {"the public look-up": out.read_text("utf-8-sig")}


# ---- people are kept, and only where they may


def test_people_of_late_and_open_dossiers_are_kept_apart_so_that_a_leak_could_be_seen() -> None:
    bring_in()
    kept = {"parts": str(list(PersonalPart.objects.values_list("content", flat=True)))}
    found = {one.split(" in ")[0] for one in marks_in(kept, MARKS)}
    columns = {one.split()[2] for one in found if not one.startswith("0")}
    # Of two columns that name the applicant the first is taken; the telephone is digits alone.
    assert columns == {"nguoinop", "diachi", "nguoitiepnhan"}
    assert any(one.startswith("0907") for one in found)
    # Of dossiers that are done in time nobody is kept.
    assert 0 < PersonalPart.objects.count() < COUNT


@pytest.mark.parametrize(
    "texts",
    [
        *(files_kept, tables_kept, counters_for_the_ministry, shown_to_another_agency, shown_to_anybody),
        looked_up_by_anybody,
    ],
    ids=lambda made: made.__name__,
)
def test_no_mark_of_a_person_is_found(texts: Texts) -> None:
    bring_in()
    found = texts()
    assert sum(map(len, found.values())) > 1000
    assert marks_in(found, MARKS) == []


def test_a_list_that_waited_leaves_nothing_of_its_people_once_it_is_in() -> None:
    content = marked_list(COUNT)
    by = factories.actor_as(Role.ROUND_MANAGER, Organisation.objects.get(versions__name="Xã Số 1"))
    as_of = lists.moment(JUNE)
    kept = keep_list(user_id=by.person_id, name="a.csv", source="igate", as_of=as_of, content=content, at=AT)
    assert marks_in(files_kept(), MARKS)
    take_in(by=by, at=AT, waiting=kept, mapping=suggested(table_of(DossierFile("a.csv", content)).headers))
    assert marks_in(files_kept(), MARKS) == []


def test_another_agency_finds_no_dossier_of_its_neighbour_by_its_code() -> None:
    bring_in()
    codes = codes_of("Xã Số 1")
    assert len(codes) > 5
    found = shown_to(reader(Role.AGENCY_HEAD, "Xã Số 2"), codes[:5])
    exported = {address: text for address, text in found.items() if "/one/" not in address}
    assert not [code for code in codes for text in exported.values() if code in text]
    # The search sees them where they may stand.
    own = shown_to(reader(Role.AGENCY_HEAD, "Xã Số 1"), [])
    assert all(any(code in text for text in own.values()) for code in codes[:5])


@pytest.mark.parametrize(
    ("column", "field"),
    [
        ("Chủ hồ sơ", "dossier"),
        ("Số điện thoại", "dossier"),
        ("Chủ hồ sơ", "sector"),
        ("Địa chỉ", "case_name"),
    ],
)
def test_a_column_of_people_that_somebody_took_for_another_stays_out_of_the_public_look_up(
    column: str, field: str, capsys: pytest.CaptureFixture[str]
) -> None:
    bring_in(mistaken(column, field))
    assert marks_in(looked_up_by_anybody(), MARKS) == []
    assert ("Không đưa ra 120 hồ sơ" in capsys.readouterr().err) is (field == "dossier")


# ---- every search sees a planted leak


@pytest.mark.parametrize(
    ("texts", "column", "field"),
    [
        (files_kept, "Chủ hồ sơ", "procedure_name"),
        (files_kept, "Số điện thoại", "sector"),
        (tables_kept, "Chủ hồ sơ", "sector"),
        (tables_kept, "Số điện thoại", "sector"),
        (counters_for_the_ministry, "Địa chỉ", "sector"),
        (counters_for_the_ministry, "Số điện thoại", "sector"),
    ],
)
def test_a_planted_leak_is_seen_in_what_is_kept_and_sent(texts: Texts, column: str, field: str) -> None:
    bring_in(mistaken(column, field))
    found = marks_in(texts(), MARKS)
    assert (
        len({one.split(" in ")[0] for one in found} & {fold(mark(column, row)) for row in range(COUNT)}) > 90
    )


def test_a_planted_leak_is_seen_in_exports_and_pages() -> None:
    bring_in(mistaken("Chủ hồ sơ", "procedure_name"))
    own = shown_to(reader(Role.AGENCY_HEAD, "Xã Số 2"), codes_of("Xã Số 2")[:5])
    found = marks_in(own, MARKS)
    assert any("/dossiers/list/export/" in one for one in found)
    assert any("/dossiers/one/" in one for one in found)


def test_a_planted_leak_is_seen_in_what_anybody_may_ask(settings: Settings) -> None:
    bring_in()

    def look_up(_request: HttpRequest, **_asked: str) -> HttpResponse:
        """A public look-up that tells who handed a dossier in."""
        return HttpResponse(str(PersonalPart.objects.values_list("content", flat=True)[0]))

    leaking = ModuleType("leaking")
    leaking.urlpatterns = [re_path("", look_up)]  # type: ignore[attr-defined]  # a module made here
    settings.ROOT_URLCONF = leaking
    assert marks_in({address: Client().get(address).content.decode() for address in OPEN_TO_ALL}, MARKS)

"""The pages of indicators, and the measured figure on the sheet of a unit and before its appraiser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from openpar.base.accounts.models import Role, User
from openpar.base.accounts.queries import Actor
from openpar.base.documents.actions import add_document
from openpar.base.facts.owners import Owner, QualityWarning, register_owner
from openpar.delivery.dossiers.queries.doubts import agencies_by_number
from openpar.parindex.assessments.actions.rounds import advance_round
from openpar.parindex.assessments.models import RoundStage, Score
from openpar.parindex.indicators.actions.values import compute_values
from openpar.parindex.indicators.models import IndicatorValue, IndicatorVersion
from openpar.web.dossiers import behind as dossier_lists
from openpar.web.indicators.lists import ListAsked, register_list
from tests import factories
from tests.base.facts import sample
from tests.parindex import rounds
from tests.parindex.indicators.measured import JANUARY, ON_TIME, TASKS, dossiers_of, put_dossiers
from tests.parindex.measured_rounds import COUNTED, TOLD, filled, measured_round
from tests.parindex.rounds import APPRAISAL, DURING_SELF, SmallRound
from tests.worlds import world

pytestmark = pytest.mark.django_db
# What the test client gives; its stubs have no public name for it.
Answer = Any
PAGE = f"/indicators/{ON_TIME.code}/"


@world
def measured() -> SmallRound:
    return measured_round()


@pytest.fixture(autouse=True)
def _during_self_scoring() -> Iterator[None]:
    with time_machine.travel(DURING_SELF, tick=False):
        yield


def browser(who: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=who.person_id))
    return client


def browser_as(role: Role, small: SmallRound) -> Client:
    return browser(factories.actor_as(role, small.health))


def plain(answer: Answer) -> str:
    """What is read: no tags, single blanks."""
    return " ".join(re.sub(r"<[^>]*>", " ", answer.content.decode()).split())


def get(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return plain(answer)


# --- definitions --------------------------------------------------------------------------------------------


def test_the_list_tells_what_is_measured_and_finds_it_again(measured: SmallRound) -> None:
    text = get(browser(measured.focal), "/indicators/")
    assert ON_TIME.name in text
    assert "Tính từ dữ liệu “dossiers”" in text
    assert "Đơn vị báo cáo hoặc nhập từ tệp" in text
    assert "Chỉ tiêu mới" not in text
    found = get(browser(measured.manager), "/indicators/?q=nhiệm")
    assert (TASKS.name in found, ON_TIME.name in found, "Chỉ tiêu mới" in found) == (True, False, True)
    assert "Không có chỉ tiêu nào khớp" in get(browser(measured.manager), "/indicators/?q=xyz")


def test_without_a_role_there_are_no_indicators(measured: SmallRound) -> None:
    client = Client()
    assert client.get("/indicators/").status_code == 302
    client.force_login(factories.person())
    for address in ("/indicators/", PAGE):
        assert client.get(address).status_code == 404


VERSION = {
    "code": "dossier.late_ratio",
    "name": "Tỷ lệ trễ hạn",
    "unit": "hồ sơ",
    "numerator_label": "trễ hạn",
    "denominator_label": "đã giải quyết",
    "inclusion": "Hồ sơ có kết quả trong kỳ",
    "legal_source": "NĐ 61/2018/NĐ-CP",
    "certainty": "S",
    "valid_from": "01/01/2026",
    "calendar": "CIVIL",
    "period_kind": "YEAR",
    "dataset": "dossiers",
    "basis": "ended",
    "numerator": "late",
    "denominator": "early + on_time, late",
}


def test_a_new_indicator_and_its_next_version_are_issued(measured: SmallRound) -> None:
    client = browser(measured.manager)
    assert client.post("/indicators/new/", VERSION).headers["Location"] == "/indicators/dossier.late_ratio/"
    row = IndicatorVersion.objects.get(indicator__code="dossier.late_ratio")
    assert (row.numerator, row.denominator) == (["late"], ["early", "on_time", "late"])
    form = get(client, "/indicators/dossier.late_ratio/version/")
    assert "Phiên bản 1 có hiệu lực từ 01/01/2026" in form
    answer = client.post("/indicators/dossier.late_ratio/version/", {**VERSION, "valid_from": "01/01/2027"})
    assert answer.status_code == 302
    text = get(client, "/indicators/dossier.late_ratio/")
    assert "từ 01/01/2026 đến trước 01/01/2027" in text
    assert "Chưa có hiệu lực" in text


def test_a_refused_definition_comes_back_as_it_was_typed(measured: SmallRound) -> None:
    client = browser(measured.manager)
    answer = client.post("/indicators/new/", {**VERSION, "numerator": "too_late", "valid_from": ""})
    assert answer.status_code == 422
    assert "too_late" in answer.content.decode()
    answer = client.post("/indicators/new/", {**VERSION, "numerator": "too_late"})
    assert "không có số đếm too_late" in plain(answer)
    again = client.post(f"{PAGE}version/", {**VERSION, "valid_from": "01/06/2025"})
    assert (again.status_code, "bắt đầu muộn hơn" in plain(again)) == (422, True)


def test_an_indicator_is_ended_with_a_reason(measured: SmallRound) -> None:
    client = browser(measured.manager)
    answer = client.post(f"{PAGE}end/", {"valid_until": "01/01/2027", "reason": ""})
    assert answer.status_code == 422
    client.post(f"{PAGE}end/", {"valid_until": "01/01/2027", "reason": "QĐ 5", "confirmed": "1"})
    assert str(IndicatorVersion.objects.get(indicator__code=ON_TIME.code).valid_until) == "2027-01-01"
    assert "Kết thúc hiệu lực" not in get(client, PAGE)


@pytest.mark.parametrize("role", [Role.FOCAL_OFFICER, Role.AUDITOR, Role.ADMINISTRATOR])
def test_only_who_manages_the_rounds_changes_anything(measured: SmallRound, role: Role) -> None:
    client = browser_as(role, measured)
    for address in ("/indicators/new/", "/indicators/import/", f"{PAGE}version/"):
        assert client.get(address).status_code == 404
        assert client.post(address, VERSION).status_code == 404
    for address in (f"{PAGE}end/", f"{PAGE}compute/"):
        assert client.post(address, {}).status_code == 404
        assert client.get(address).status_code == 405


# --- values -------------------------------------------------------------------------------------------------


def test_the_page_shows_kept_and_counted_figures_and_what_changed(measured: SmallRound) -> None:
    client = browser(measured.manager)
    assert "chưa lưu lần nào" in get(client, f"{PAGE}?year=2026")
    assert client.post(f"{PAGE}compute/", {"year": "2026"}).status_code == 302
    assert "46/50 92,00 %" in get(client, f"{PAGE}?year=2026")
    for key, fact in dossiers_of(measured.health, {sample.LATE: 2}, prefix="x").items():
        sample.event(key, None, fact)
    text = get(client, f"{PAGE}?year=2026")
    assert "46/52" in text
    assert "1 đơn vị có số liệu đã đổi" in text
    assert "Chỉ tiêu không có hiệu lực trong kỳ này" in get(client, f"{PAGE}?year=2024")


def test_an_agency_sees_its_own_values_and_who_oversees_all(measured: SmallRound) -> None:
    put_dossiers(measured.justice, in_time=1, late=1)
    compute_values(code=ON_TIME.code, year=2026, by=measured.manager, at=DURING_SELF)
    own = get(browser(measured.focal), f"{PAGE}?year=2026")
    assert ("Sở Y tế" in own, "Sở Tư pháp" in own) == (True, False)
    for role in (Role.AUDITOR, Role.LEADER):
        seen = get(browser_as(role, measured), f"{PAGE}?year=2026")
        assert "Sở Tư pháp" in seen
    foreign = IndicatorValue.objects.get(organisation=measured.justice)
    assert browser(measured.focal).get(f"/indicators/values/{foreign.pk}/").status_code == 404


def test_the_page_costs_as_many_queries_for_many_agencies_as_for_few(measured: SmallRound) -> None:
    client = browser(measured.manager)
    counts = []
    for more in (0, 15):
        for place in range(more):
            put_dossiers(factories.organisation(f"Xã {place}"), in_time=1, late=0)
        compute_values(code=ON_TIME.code, year=2026, by=measured.manager, at=DURING_SELF)
        with CaptureQueriesContext(connection) as queries:
            get(client, f"{PAGE}?year=2026")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_one_value_shows_its_definition_its_counts_and_its_digest(measured: SmallRound) -> None:
    compute_values(code=ON_TIME.code, year=2026, by=measured.manager, at=DURING_SELF)
    value = IndicatorValue.objects.get()
    for key, fact in dossiers_of(measured.health, {sample.LATE: 2}, prefix="x").items():
        sample.event(key, None, fact)
    text = get(browser(measured.focal), f"/indicators/values/{value.pk}/")
    for said in ("46/50", "46/52", "Đã đổi từ lần lưu", "late", value.facts_sha256, "Phiên bản 1"):
        assert said in text


def test_a_figure_leads_to_its_list_and_carries_the_warnings_of_its_data(measured: SmallRound) -> None:
    asked: list[ListAsked] = []

    def address(one: ListAsked) -> str:
        asked.append(one)
        return f"/dossiers/?unit={one.organisation_id}&counts={','.join(one.counts)}"

    warning = QualityWarning("Q1", "2 hồ sơ thiếu ngày hẹn trả", 2)
    register_list("dossiers", address)
    register_owner("dossiers", Owner(agencies=agencies_by_number, warn=lambda _facts: (warning,)))
    try:
        compute_values(code=ON_TIME.code, year=2026, by=measured.manager, at=DURING_SELF)
        value = IndicatorValue.objects.get()
        html = browser(measured.focal).get(f"/indicators/values/{value.pk}/").content.decode()
        assert f"/dossiers/?unit={measured.health.pk}&amp;counts=late" in html
        assert warning.sentence in html
        leaf = browser(measured.focal).get(f"/assessments/{measured.sheet().pk}/{COUNTED}/").content.decode()
        assert warning.sentence in leaf
        assert f"/dossiers/?unit={measured.health.pk}" in leaf
        assert asked[0] == ListAsked(
            "dossiers", "ended", JANUARY, JANUARY + 11, measured.health.pk, ("early",)
        )
    finally:
        dossier_lists.register()
        apps.get_app_config("dossiers").ready()


def test_a_unit_reports_a_value_with_a_document(measured: SmallRound) -> None:
    client = browser(measured.focal)
    address = f"/indicators/{TASKS.code}/report/"
    assert "Kho của đơn vị chưa có tài liệu" in get(client, address)
    document = add_document(
        by=measured.focal, at=DURING_SELF, owner_id=measured.health.pk, title="Báo cáo", number="9/BC"
    )
    assert "9/BC Báo cáo" in get(client, address)
    wrong = {"year": "2026", "number": "1", "numerator": "50", "denominator": "40"}
    answer = client.post(address, {**wrong, "document": document.pk})
    assert (answer.status_code, "lớn hơn mẫu số" in plain(answer)) == (422, True)
    assert client.post(address, {**wrong, "numerator": "x"}).status_code == 422
    right = {**wrong, "numerator": "30", "document": document.pk, "note": "theo sổ"}
    assert client.post(address, right).status_code == 302
    value = IndicatorValue.objects.get()
    assert (value.document, value.organisation, value.note) == (document, measured.health, "theo sổ")
    assert browser_as(Role.DIVISION_OFFICER, measured).get(address).status_code == 404


# --- a file of values ---------------------------------------------------------------------------------------

HEAD = "indicator;organisation;year;numerator;denominator\r\n"


def chosen(text: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("so-lieu.csv", text.encode("utf-8-sig"))


def test_a_file_is_seen_before_it_is_taken_in(measured: SmallRound) -> None:
    client = browser(measured.manager)
    content = f"{HEAD}{TASKS.code};Sở Y tế;2026;30;40\r\n"
    shown = client.post("/indicators/import/", {"values": chosen(content)})
    html = shown.content.decode()
    assert "30/40" in html
    assert IndicatorValue.objects.count() == 0
    kept = re.search(r'<textarea name="content" hidden>(.*?)</textarea>', html, re.DOTALL)
    assert kept is not None
    told = {"step": "confirm", "file_name": "so-lieu.csv", "content": kept[1].replace("\n", "\r\n")}
    assert "Đã nhập 1 số liệu mới" in plain(client.post("/indicators/import/", told, follow=True))
    assert "không có gì thay đổi" in plain(client.post("/indicators/import/", told, follow=True))
    again = client.post("/indicators/import/", {"values": chosen(content.replace("30", "35"))})
    assert "Khác số đang có" in plain(again)


def test_a_faulty_file_lists_every_fault_and_changes_nothing(measured: SmallRound) -> None:
    client = browser(measured.manager)
    bad = f"{HEAD}{TASKS.code};Sở Không Có;2026;30;40\r\nx.y;Sở Y tế;2026;1;\r\n"
    answer = client.post("/indicators/import/", {"values": chosen(bad)})
    text = plain(answer)
    assert answer.status_code == 422
    for said in ("không có đơn vị “Sở Không Có”", "không có chỉ tiêu “x.y”", "có tử số mà không có mẫu số"):
        assert said in text
    assert client.post("/indicators/import/", {}).status_code == 422
    assert IndicatorValue.objects.count() == 0


# --- on the sheet -------------------------------------------------------------------------------------------


def leaf_page(small: SmallRound, code: str = COUNTED) -> str:
    return f"/assessments/{small.sheet().pk}/{code}/"


def take(client: Client, small: SmallRound, seen: tuple[int, int], version: int = 0) -> Answer:
    return client.post(
        f"{leaf_page(small)}figure/",
        {"seen_numerator": seen[0], "seen_denominator": seen[1], "expected_version": version},
    )


def test_a_unit_takes_the_figure_over_by_one_click(measured: SmallRound) -> None:
    client = browser(measured.focal)
    text = get(client, leaf_page(measured))
    assert "Số liệu của hệ thống" in text
    assert "Lấy từ số liệu: 46/50" in text
    assert "chưa nhập" in text
    assert take(client, measured, (46, 50)).headers["Location"] == leaf_page(measured)
    text = get(client, leaf_page(measured))
    assert "Đang nhập trên phiếu 46/50" in text
    assert "Lấy từ số liệu" not in text
    assert "Tài liệu kiểm chứng (1)" in text
    assert "số liệu đã lưu" in text


def test_a_figure_that_changed_meanwhile_is_shown_and_not_taken(measured: SmallRound) -> None:
    client = browser(measured.focal)
    answer = take(client, measured, (45, 50))
    assert answer.status_code == 409
    assert "nay là 46/50" in plain(answer)
    assert take(client, measured, (46, 50)).status_code == 302
    assert take(client, measured, (46, 50), version=0).status_code == 409
    assert client.post(f"{leaf_page(measured)}figure/", {}).status_code == 422


def test_a_figure_overwritten_by_hand_is_marked_on_the_sheet(measured: SmallRound) -> None:
    client = browser(measured.focal)
    score = filled(measured)
    typed = {"numerator": "48", "denominator": "50", "note": "Theo sổ", "expected_version": score.version}
    saved = client.post(leaf_page(measured), typed, headers={"HX-Request": "true"})
    assert "Khác số liệu hệ thống" in plain(saved)
    text = get(client, leaf_page(measured))
    assert "Khác số liệu hệ thống" in text
    assert "thay cho 48/50" in text


def test_who_only_reads_sees_the_figure_and_no_button(measured: SmallRound) -> None:
    text = get(browser_as(Role.AUDITOR, measured), leaf_page(measured))
    assert "Hệ thống có 46/50" in text
    assert "Lấy từ số liệu" not in text
    assert "Số liệu của hệ thống" not in get(browser(measured.focal), leaf_page(measured, "1.1.1"))
    assert "chưa có dữ liệu" in get(browser(measured.focal), leaf_page(measured, TOLD))


def test_a_stranger_neither_sees_nor_fills_the_leaf(measured: SmallRound) -> None:
    stranger = browser(factories.actor_as(Role.FOCAL_OFFICER, measured.justice))
    assert take(stranger, measured, (46, 50)).status_code == 404
    assert take(Client(), measured, (46, 50)).status_code == 302
    assert take(browser(measured.focal), measured, (46, 50)).status_code == 302
    assert browser(measured.focal).post(f"{leaf_page(measured, '9.9')}figure/", {}).status_code in (404, 422)
    assert Score.objects.filter(assessment=measured.sheet()).count() == 1


# --- before the appraiser -----------------------------------------------------------------------------------


@world
def appraising_measured() -> SmallRound:
    small = measured_round()
    filled(small)
    for unit in (small.home_affairs, small.health, small.justice):
        rest = {
            code: answer
            for code, answer in rounds.FULL_ANSWERS.items()
            if unit != small.health or code != COUNTED
        }
        rounds.score_unit(small, unit, rest)
        rounds.lock_unit(small, unit)
    advance_round(round_id=small.round.pk, to=RoundStage.APPRAISAL, by=small.manager, at=rounds.SELF_CLOSES)
    for key, fact in dossiers_of(small.health, {sample.LATE: 2}, prefix="later-").items():
        sample.event(key, None, fact)
    return small


def at_appraisal(who: Actor, address: str, **headers: str) -> Answer:
    """A page as somebody sees it who logs in during the appraisal."""
    with time_machine.travel(APPRAISAL, tick=False):
        return browser(who).get(address, headers=headers)


def test_the_appraiser_sees_the_figure_and_what_changed_since(appraising_measured: SmallRound) -> None:
    small = appraising_measured
    for address in (
        f"/appraisals/{small.round.pk}/so/{COUNTED}/",
        f"/appraisals/{small.round.pk}/unit/{small.sheet().pk}/",
    ):
        text = plain(at_appraisal(small.outside_appraiser, address))
        assert "Số liệu hệ thống: 46/50" in text
        assert "nay 46/52" in text
    value = f"/indicators/values/{IndicatorValue.objects.get().pk}/"
    assert at_appraisal(small.outside_appraiser, value).status_code == 200
    stranger = factories.actor_as(Role.APPRAISER, factories.organisation("Sở Xây dựng"))
    assert at_appraisal(stranger, value).status_code == 404


def test_a_row_opened_by_the_appraiser_carries_the_warnings(appraising_measured: SmallRound) -> None:
    small = appraising_measured
    warning = QualityWarning("Q1", "2 hồ sơ thiếu ngày hẹn trả", 2)
    register_owner("dossiers", Owner(agencies=agencies_by_number, warn=lambda _facts: (warning,)))
    try:
        page = f"/appraisals/{small.round.pk}/so/{COUNTED}/"
        assert warning.sentence not in plain(at_appraisal(small.outside_appraiser, page))
        row = f"/appraisals/{small.round.pk}/score/{small.sheet().pk}/{COUNTED}/?axis=leaf&open=1"
        opened = at_appraisal(small.outside_appraiser, row, **{"HX-Request": "true"})
        assert warning.sentence in plain(opened)
    finally:
        apps.get_app_config("dossiers").ready()


def test_a_hand_typed_answer_beside_a_figure_is_marked_for_the_appraiser(
    appraising_measured: SmallRound,
) -> None:
    small = appraising_measured
    put_dossiers(small.justice, in_time=1, late=1)
    address = f"/appraisals/{small.round.pk}/unit/{small.sheet(small.justice).pk}/"
    text = plain(at_appraisal(small.outside_appraiser, address))
    assert "Số liệu hệ thống: 1/2" in text
    assert "Đơn vị nhập khác" in text


def test_a_page_of_figures_costs_as_many_queries_for_three_units_as_for_one(
    appraising_measured: SmallRound,
) -> None:
    small = appraising_measured
    at_appraisal(small.outside_appraiser, f"/appraisals/{small.round.pk}/so/{COUNTED}/")
    counts = []
    for more in ((), (small.justice, small.home_affairs)):
        for unit in more:
            put_dossiers(unit, in_time=1, late=1)
        with CaptureQueriesContext(connection) as queries:
            at_appraisal(small.outside_appraiser, f"/appraisals/{small.round.pk}/so/{COUNTED}/")
        counts.append(len(queries))
    assert counts[0] == counts[1]

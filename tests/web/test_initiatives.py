"""The pages of models and initiatives: the register, one of them, evaluations of a period, targets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from openpar.base.accounts.models import Role
from openpar.reform.findings.models import Finding
from openpar.reform.initiatives.models import (
    Evaluation,
    Initiative,
    InitiativeTarget,
    Kind,
    Measurement,
    Recognition,
    State,
)
from openpar.web.initiatives.home import waiting
from tests import factories
from tests.reform.initiatives import stories
from tests.reform.initiatives.stories import AT, HALF, Story
from tests.web.reading import browser_of, text_of
from tests.worlds import world

pytestmark = pytest.mark.django_db
HALF_2026 = "kind=HALF&year=2026&number=1"


@world
def initiative_pages() -> Story:
    story = stories.story()
    story.running("Một")
    story.running("Hai")
    return story


@pytest.fixture(autouse=True)
def _june() -> Iterator[None]:
    with time_machine.travel(AT + timedelta(hours=1), tick=True):
        yield


def one(name: str = "Một") -> Initiative:
    return Initiative.objects.get(name=name)


def test_a_model_is_entered_changed_and_seen_by_its_agency_only(initiative_pages: Story) -> None:
    browser = browser_of(initiative_pages.officer)
    given = {"kind": "MODEL", "name": "Ba", "level": "BASE", "field": "F2", "content": "Làm thử."}
    answer = browser.post("/initiatives/new/", given)
    assert answer.status_code == 302
    made = one("Ba")
    assert answer.headers["Location"] == f"/initiatives/{made.pk}/"
    assert "Làm thử." in text_of(browser, f"/initiatives/{made.pk}/")
    stranger = browser_of(factories.actor_as(Role.FOCAL_OFFICER, initiative_pages.home))
    for address in ("", "edit/"):
        text_of(stranger, f"/initiatives/{made.pk}/{address}", 404)
    assert stranger.post(f"/initiatives/{made.pk}/stop/", {"reason": "x"}).status_code == 404


def test_a_refused_form_keeps_what_was_typed(initiative_pages: Story) -> None:
    browser = browser_of(initiative_pages.officer)
    answer = browser.post("/initiatives/new/", {"name": "Tên đã gõ", "kind": "MODEL", "field": "F2"})
    assert answer.status_code == 422
    assert 'value="Tên đã gõ"' in answer.content.decode()


def test_a_stale_change_shows_both_and_a_second_save_replaces(initiative_pages: Story) -> None:
    there, browser = one(), browser_of(initiative_pages.officer)
    given = {"kind": "MODEL", "level": "BASE", "field": "F2", "content": "x"}
    address = f"/initiatives/{there.pk}/edit/"
    first = browser.post(address, {**given, "name": "Của người khác", "version": there.version})
    assert first.status_code == 302
    stale = browser.post(address, {**given, "name": "Của tôi", "version": there.version})
    assert stale.status_code == 409
    text = stale.content.decode()
    assert "Của người khác" in text
    assert 'value="Của tôi"' in text
    assert f'name="version" value="{there.version + 1}"' in text
    again = browser.post(address, {**given, "name": "Của tôi", "version": there.version + 1})
    assert again.status_code == 302
    assert one("Của tôi").pk == there.pk


def test_the_register_is_narrowed_by_its_address(initiative_pages: Story) -> None:
    initiative_pages.recognised("Trả kết quả tại nhà")
    initiative_pages.evaluated(one("Một"))
    browser = browser_of(initiative_pages.manager)
    everything = text_of(browser, "/initiatives/?period=HALF-2026-1")
    assert [name in everything for name in ("Một", "Hai", "Trả kết quả tại nhà")] == [True, True, True]
    lacking = text_of(browser, f"/initiatives/?{HALF_2026}&lacking=1")
    assert (">Một<" in lacking, ">Hai<" in lacking) == (False, True)
    found = text_of(browser, "/initiatives/?type=INITIATIVE")
    assert (">Hai<" in found, "Trả kết quả tại nhà" in found) == (False, True)
    assert "Không có mục nào khớp" in text_of(browser, "/initiatives/?q=khong-co")


def test_the_export_holds_what_the_address_narrows_to(initiative_pages: Story) -> None:
    initiative_pages.evaluated(one("Một"))
    answer = browser_of(initiative_pages.officer).get(f"/initiatives/export/?{HALF_2026}&lacking=1")
    sheet = openpyxl.load_workbook(BytesIO(answer.content)).active
    assert sheet is not None
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    names = [row[1] for row in cells if row[0] == "Sở Y tế"]
    assert names == ["Hai"]


def test_steps_are_taken_from_the_page_and_refusals_keep_the_form_open(initiative_pages: Story) -> None:
    made = initiative_pages.proposed("Bốn", Kind.INITIATIVE)
    address = f"/initiatives/{made.pk}/"
    officer, head = browser_of(initiative_pages.officer), browser_of(initiative_pages.head)
    assert "sáng kiến chưa được công nhận" in text_of(officer, address)
    given = {
        "level": "BASE",
        "council": "Hội đồng Sở",
        "recognised_on": "02/03/2026",
        "document": initiative_pages.document,
    }
    assert officer.post(address + "recognise/", given).status_code == 404
    wrong = head.post(address + "recognise/", {**given, "recognised_on": "32/03/2026"})
    assert wrong.status_code == 422
    assert 'value="32/03/2026"' in wrong.content.decode()
    assert head.post(address + "recognise/", given).status_code == 302
    assert Recognition.objects.get().initiative_id == made.pk
    started = {"started_on": "03/03/2026", "version": 2, "document": ""}
    assert officer.post(address + "start/", started).status_code == 302
    assert officer.post(address + "start/", started).status_code == 409
    stopped = {"stopped_on": "01/06/2026", "reason": "Hết thí điểm", "version": 3}
    assert officer.post(address + "stop/", stopped).status_code == 302
    made.refresh_from_db()
    assert (made.state, made.stop_reason) == (State.STOPPED, "Hết thí điểm")


def test_figures_before_and_after_stand_beside_each_other(initiative_pages: Story) -> None:
    there, browser = one(), browser_of(initiative_pages.officer)
    address = f"/initiatives/{there.pk}/measures/"
    added = {"name": "Hồ sơ trả trong ngày", "unit": "hồ sơ", "is_ratio": "on", "better": "HIGHER"}
    assert browser.post(address, added).status_code == 302
    measure = there.measures.get()
    figure = {"measured_on": "01/02/2026", "document": initiative_pages.document}
    before = {**figure, "side": "BEFORE", "numerator": "30", "denominator": "50"}
    assert browser.post(f"{address}{measure.pk}/", before).status_code == 302
    wrong = browser.post(f"{address}{measure.pk}/", {**before, "numerator": "51"})
    assert wrong.status_code == 422
    assert 'value="51"' in wrong.content.decode()
    after = {**before, "side": "AFTER", "numerator": "45", "measured_on": "01/06/2026"}
    assert browser.post(f"{address}{measure.pk}/", after).status_code == 302
    text = text_of(browser, f"/initiatives/{there.pk}/")
    for words in ("30 / 50", "(60 %)", "45 / 50", "+30 điểm %", "Tốt hơn"):
        assert words in text
    assert Measurement.objects.count() == 2


def test_others_take_it_over_and_contests_want_recognition(initiative_pages: Story) -> None:
    there, browser = one(), browser_of(initiative_pages.officer)
    address = f"/initiatives/{there.pk}/"
    assert "chưa được công nhận ở cấp cơ sở" in text_of(browser, address)
    given = {
        "organisation": initiative_pages.home.pk,
        "replicated_on": "04/05/2026",
        "document": initiative_pages.document,
        "note": "",
    }
    assert browser.post(address + "replicate/", given).status_code == 302
    there.refresh_from_db()
    assert there.state == State.REPLICATED
    contest = {"contest": "Hội thi sáng kiến", "entered_on": "10/06/2026"}
    assert browser.post(address + "contest/", contest).status_code == 422
    recognised = initiative_pages.recognised()
    page = f"/initiatives/{recognised.pk}/"
    assert browser.post(page + "contest/", contest).status_code == 302
    entry = recognised.contests.get()
    result = {"points": "83", "award": "", "document": "", "version": "1"}
    assert browser.post(f"{page}contest/{entry.pk}/", result).status_code == 302
    assert browser.post(f"{page}contest/{entry.pk}/", result).status_code == 409
    assert "83,00 điểm" in text_of(browser, page)


def typed(
    initiative: Initiative, verdict: str = "EFFECTIVE", text: str = "Tốt", seen: int = 0
) -> dict[str, object]:
    said = {"verdict": verdict, "advice": "CONTINUE", "text": text, "document": "", "seen": seen}
    return {f"m{initiative.pk}-{name}": value for name, value in said.items()}


def test_all_running_models_of_a_period_are_evaluated_on_one_page(initiative_pages: Story) -> None:
    browser = browser_of(initiative_pages.officer)
    text = text_of(browser, f"/initiatives/evaluations/?{HALF_2026}")
    assert text.count("Chưa đánh giá</span>") >= 2
    asked = {"kind": "HALF", "year": 2026, "number": 1}
    first = {**asked, **typed(one("Một")), **typed(one("Hai"), verdict="", text="")}
    assert browser.post("/initiatives/evaluations/", first).status_code == 302
    assert [row.initiative.name for row in Evaluation.objects.all()] == ["Một"]
    # Words without a verdict are questioned, nothing is lost.
    half = {**asked, **typed(one("Hai"), verdict="", text="Giữ lại chữ này")}
    answer = browser.post("/initiatives/evaluations/", half)
    assert answer.status_code == 422
    assert "Giữ lại chữ này" in answer.content.decode()


def test_a_stale_evaluation_shows_what_is_stored_and_saves_the_second_time(initiative_pages: Story) -> None:
    initiative_pages.evaluated(one())
    browser = browser_of(initiative_pages.officer)
    given = {"kind": "HALF", "year": 2026, "number": 1, **typed(one(), text="Của tôi")}
    stale = browser.post("/initiatives/evaluations/", given)
    assert stale.status_code == 409
    text = stale.content.decode()
    assert "Giảm thời gian chờ." in text
    assert "Của tôi" in text
    assert f'name="m{one().pk}-seen" value="1"' in text
    again = browser.post("/initiatives/evaluations/", {**given, f"m{one().pk}-seen": 1})
    assert again.status_code == 302
    assert Evaluation.objects.get(revision=2).text == "Của tôi"


def test_missing_evaluations_are_made_findings_by_the_manager_only(initiative_pages: Story) -> None:
    asked = {"kind": "HALF", "year": 2026, "number": 1}
    with time_machine.travel(AT + timedelta(days=30), tick=True):
        manager, officer = browser_of(initiative_pages.manager), browser_of(initiative_pages.officer)
        assert "Lập tồn tại" in text_of(manager, f"/initiatives/evaluations/?{HALF_2026}")
        assert "Lập tồn tại" not in text_of(officer, f"/initiatives/evaluations/?{HALF_2026}")
        assert officer.post("/initiatives/evaluations/findings/", asked).status_code == 404
        manager.post("/initiatives/evaluations/findings/", asked)
        assert Finding.objects.get().code == "F0-03"


def test_an_impossible_period_is_said_and_the_usual_one_shown(initiative_pages: Story) -> None:
    browser = browser_of(initiative_pages.officer)
    text = text_of(browser, "/initiatives/evaluations/?kind=HALF&year=2026&number=5", 422)
    assert "Không có kỳ số 5" in text


def test_targets_are_set_by_the_manager_and_read_by_the_agency(initiative_pages: Story) -> None:
    initiative_pages.recognised()
    manager, officer = browser_of(initiative_pages.manager), browser_of(initiative_pages.officer)
    given = {
        "organisation": initiative_pages.agency.pk,
        "year": 2026,
        "planned": "2",
        "document": initiative_pages.decision,
        "seen": 0,
    }
    assert officer.post("/initiatives/targets/", given).status_code == 404
    assert manager.post("/initiatives/targets/", {**given, "planned": "nhiều"}).status_code == 422
    assert manager.post("/initiatives/targets/", given).status_code == 302
    assert manager.post("/initiatives/targets/", given).status_code == 409
    assert InitiativeTarget.objects.get().planned == 2
    text = text_of(officer, "/initiatives/targets/?year=2026")
    assert "còn thiếu 1" in text
    assert "Trả kết quả tại nhà" in text


def test_the_first_page_tells_what_waits(initiative_pages: Story) -> None:
    initiative_pages.proposed("Chờ công nhận", Kind.INITIATIVE)
    at = AT + timedelta(hours=1)
    (section,) = waiting(initiative_pages.head, at)
    labels = [item.label for item in section.items]
    assert any("Đánh giá 2 mô hình" in label and "6 tháng" in label for label in labels)
    assert "Chờ công nhận" in labels
    initiative_pages.evaluated(one("Một"), HALF)
    (section,) = waiting(initiative_pages.officer, at)
    assert any("Đánh giá 1 mô hình" in item.label for item in section.items)
    assert waiting(initiative_pages.manager, at) == ()


def test_nothing_yet_is_said_kindly(initiative_pages: Story) -> None:
    stranger = browser_of(factories.actor_as(Role.FOCAL_OFFICER, initiative_pages.home))
    assert "Chưa có mô hình, sáng kiến nào" in text_of(stranger, "/initiatives/")
    assert "Không có mô hình nào triển khai" in text_of(stranger, "/initiatives/evaluations/")


@pytest.mark.parametrize("address", ["/initiatives/", "/initiatives/evaluations/", "/initiatives/targets/"])
def test_a_page_takes_as_many_queries_for_few_as_for_many(address: str, initiative_pages: Story) -> None:
    browser = browser_of(initiative_pages.officer)
    text_of(browser, address)
    with CaptureQueriesContext(connection) as few:
        text_of(browser, address)
    for number in range(5):
        initiative_pages.running(f"Mô hình {number}")
    with CaptureQueriesContext(connection) as many:
        text_of(browser, address)
    assert len(many) == len(few)

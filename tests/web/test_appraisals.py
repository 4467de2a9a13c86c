"""Appraisers at work: who sees what, one leaf across units, one unit, explanations, two people at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from time_machine import Traveller

from openpar.base.accounts.models import Role, User
from openpar.base.accounts.queries import Actor
from openpar.parindex.assessments.actions.appraisals import agree_with_self, save_appraisal
from openpar.parindex.assessments.actions.explanations import save_explanation
from openpar.parindex.assessments.actions.rounds import advance_round, enrol_units, open_round
from openpar.parindex.assessments.actions.scores import Entry
from openpar.parindex.assessments.models import Layer, RoundStage, Score
from tests import factories
from tests.parindex import rounds

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def clock() -> Iterator[Traveller]:
    with time_machine.travel(rounds.APPRAISAL, tick=False) as coordinates:
        yield coordinates


@pytest.fixture
def small(appraising: rounds.SmallRound) -> rounds.SmallRound:
    return appraising


def client_of(who: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=who.person_id))
    return client


def desk(small: rounds.SmallRound) -> str:
    return f"/appraisals/{small.round.pk}/"


def leaf(small: rounds.SmallRound, code: str = "1.1.2") -> str:
    return f"{desk(small)}so/{code}/"


def row(small: rounds.SmallRound, code: str = "1.1.2") -> str:
    """The row of Sở Y tế."""
    return f"{desk(small)}score/{small.sheet().pk}/{code}/"


def appraised(small: rounds.SmallRound, code: str = "1.1.2") -> Score | None:
    return Score.objects.filter(assessment=small.sheet(), criterion__code=code, layer=Layer.APPRAISED).first()


def text_of(page: str) -> str:
    """What a person reads, on one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


# ---- who sees what -----------------------------------------------------------------------------------


def test_nobody_without_a_login_gets_past_the_door(small: rounds.SmallRound) -> None:
    for address in ("/appraisals/", desk(small), leaf(small), row(small)):
        answer = Client().get(address)
        assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/login/")


def test_a_unit_finds_nothing_of_its_appraisal_here(small: rounds.SmallRound) -> None:
    client = client_of(small.focal)
    for address in (desk(small), leaf(small), row(small), f"{desk(small)}explanations/"):
        assert client.get(address).status_code == 404
    assert client.post(f"{row(small)}agree/").status_code == 404


def test_an_appraiser_of_another_round_is_a_stranger(small: rounds.SmallRound) -> None:
    stranger = factories.actor_as(Role.APPRAISER, small.justice, "Hoàng Văn Lạ")
    assert client_of(stranger).get(leaf(small)).status_code == 404


def test_those_who_oversee_read_and_are_offered_no_buttons(small: rounds.SmallRound) -> None:
    page = client_of(small.chair).get(leaf(small)).content.decode()
    assert "Sở Tư pháp" in page
    assert "data-row-key" not in page


def test_the_desk_shows_fields_and_what_is_left_without_the_own_unit(small: rounds.SmallRound) -> None:
    page = text_of(client_of(small.appraiser).get(desk(small)).content.decode())
    # Four leaves of two units: the third is the appraiser's own.
    assert "0/8" in page
    assert "bộ tiêu chí mẫu" in page
    by_unit = text_of(client_of(small.appraiser).get(f"{desk(small)}?by=unit").content.decode())
    assert "Đơn vị của bạn, người khác thẩm định" in by_unit


def test_the_own_unit_is_barred_with_its_reason_and_its_appraisal_stays_hidden(
    small: rounds.SmallRound,
) -> None:
    agree_with_self(
        assessment_id=small.sheet(small.home_affairs).pk,
        codes=["1.1.2"],
        by=small.outside_appraiser,
        at=rounds.APPRAISAL,
    )
    page = client_of(small.appraiser).get(leaf(small)).content.decode()
    assert "Không ai được thẩm định đơn vị mình công tác." in page
    assert "Phạm Thị Ngoài" not in page
    assert "Phạm Thị Ngoài" in client_of(small.outside_appraiser).get(leaf(small)).content.decode()


def test_before_self_scoring_ends_there_is_nothing_to_appraise(opened: rounds.SmallRound) -> None:
    page = client_of(opened.appraiser).get(leaf(opened)).content.decode()
    assert "chưa có đơn vị nào để thẩm định" in page
    assert "Sở Y tế" not in page


# ---- deciding --------------------------------------------------------------------------------------


def test_agreeing_copies_the_points_of_the_unit_and_answers_with_the_row(small: rounds.SmallRound) -> None:
    answer = client_of(small.appraiser).post(f"{row(small)}agree/?axis=leaf", headers=HTMX)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert f'id="row-{small.sheet().pk}-1.1.2"' in page
    assert "data-open" not in page
    assert 'id="work-progress" hx-swap-oob="true"' in page
    assert "1/2" in page
    found = appraised(small)
    assert found is not None
    assert found.points == Decimal("2.4")


def test_without_javascript_a_decision_leads_back_to_its_row(small: rounds.SmallRound) -> None:
    answer = client_of(small.appraiser).post(f"{row(small)}agree/?axis=leaf")
    assert answer.status_code == 302
    assert answer["Location"] == f"{leaf(small)}#row-{small.sheet().pk}-1.1.2"


def test_other_figures_need_a_reason_and_what_was_typed_stays(small: rounds.SmallRound) -> None:
    client = client_of(small.appraiser)
    typed = {"numerator": "30", "denominator": "50", "version": "0", "note": ""}
    answer = client.post(row(small), typed, headers=HTMX)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "chưa nêu lý do" in page
    assert 'value="30"' in page
    assert appraised(small) is None
    saved = client.post(row(small), typed | {"note": "Chỉ có sản phẩm của 30 việc"}, headers=HTMX)
    assert saved.status_code == 200
    found = appraised(small)
    assert found is not None
    assert (found.points, found.note) == (Decimal("1.8"), "Chỉ có sản phẩm của 30 việc")
    assert "−0,60" in saved.content.decode()


def test_a_number_with_two_readings_is_questioned_in_the_row(small: rounds.SmallRound) -> None:
    typed = {"numerator": "1.500", "denominator": "50", "version": "0", "note": "x"}
    answer = client_of(small.appraiser).post(row(small), typed)
    assert answer.status_code == 422
    assert "1500" in answer.content.decode()
    assert 'value="1.500"' in answer.content.decode()


def test_the_form_of_a_row_begins_with_the_figures_of_the_unit(small: rounds.SmallRound) -> None:
    page = client_of(small.appraiser).get(f"{row(small)}?axis=leaf&open=1", headers=HTMX).content.decode()
    assert 'value="40"' in page
    assert "<html" not in page
    # The same address without htmx is the whole page with that row open.
    assert "<html" in client_of(small.appraiser).get(f"{row(small)}?axis=leaf&open=1").content.decode()


def test_two_appraisers_at_once_see_both_versions_and_choose(small: rounds.SmallRound) -> None:
    save_appraisal(
        assessment_id=small.sheet().pk,
        code="1.1.2",
        entry=Entry(rounds.ratio(20, 50), note="Đã kiểm tra tại chỗ"),
        expected_version=0,
        by=small.outside_appraiser,
        at=rounds.APPRAISAL,
    )
    client = client_of(small.appraiser)
    typed = {"numerator": "30", "denominator": "50", "version": "0", "note": "Chỉ 30"}
    answer = client.post(row(small), typed, headers=HTMX)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Đã kiểm tra tại chỗ" in page
    assert 'value="30"' in page
    assert 'name="version" value="1"' in page
    again = client.post(row(small), typed | {"version": "1"}, headers=HTMX)
    assert again.status_code == 200
    found = appraised(small)
    assert found is not None
    assert (found.points, found.version) == (Decimal("1.8"), 2)


def test_a_flag_is_set_and_taken_back_and_counted(small: rounds.SmallRound) -> None:
    client = client_of(small.appraiser)
    opened = client.post(f"{row(small)}flag/", headers=HTMX).content.decode()
    assert "row-form" in opened
    assert appraised(small) is None
    client.post(f"{row(small)}agree/")
    client.post(f"{row(small)}flag/")
    assert small.sheet().flagged_count == 1
    client.post(f"{row(small)}flag/")
    assert small.sheet().flagged_count == 0


def test_all_chosen_rows_are_agreed_with_and_the_own_unit_stops_all_of_them(small: rounds.SmallRound) -> None:
    client = client_of(small.appraiser)
    own, health, justice = (small.sheet(u).pk for u in (small.home_affairs, small.health, small.justice))
    refused = client.post(f"{leaf(small)}agree/", {"row": [own, health, justice]})
    assert refused.status_code == 422
    assert not Score.objects.filter(layer=Layer.APPRAISED).exists()
    done = client.post(f"{leaf(small)}agree/", {"row": [health, justice]})
    assert done.status_code == 302
    assert Score.objects.filter(layer=Layer.APPRAISED, criterion__code="1.1.2").count() == 2


def test_filters_show_what_is_open_different_or_flagged(small: rounds.SmallRound) -> None:
    rounds.reduce_health(small)
    client = client_of(small.appraiser)
    shown = {}
    for key in ("open", "different", "flagged"):
        page = client.get(f"{leaf(small)}?show={key}").content.decode()
        shown[key] = [name for name in ("Sở Y tế", "Sở Tư pháp") if name in page]
    assert shown == {"open": ["Sở Tư pháp"], "different": ["Sở Y tế"], "flagged": ["Sở Y tế"]}


def test_a_saved_row_keeps_the_filter_of_its_page(small: rounds.SmallRound) -> None:
    page = f"http://testserver{leaf(small)}?show=open"
    answer = client_of(small.appraiser).post(
        f"{row(small)}agree/?axis=leaf", headers=HTMX | {"HX-Current-URL": page}
    )
    current = re.search(r'<a href="([^"]+)" aria-current="page">', answer.content.decode())
    assert current is not None
    assert current[1] == f"{leaf(small)}?show=open"


def test_one_unit_shows_its_leaves_and_takes_many_agreements(small: rounds.SmallRound) -> None:
    address = f"{desk(small)}unit/{small.sheet().pk}/"
    client = client_of(small.appraiser)
    page = client.get(address).content.decode()
    assert all(code in page for code in rounds.SELF_CODES)
    assert "2.2.1" not in page
    client.post(f"{address}agree/", {"row": ["1.1.1", "2.1.2", "9.9.9"]})
    codes = Score.objects.filter(layer=Layer.APPRAISED).values_list("criterion__code", flat=True)
    assert sorted(codes) == ["1.1.1", "2.1.2"]


def test_an_outside_leaf_and_an_unknown_one_are_not_here(small: rounds.SmallRound) -> None:
    client = client_of(small.appraiser)
    assert client.get(leaf(small, "2.2.1")).status_code == 404
    assert client.get(leaf(small, "9.9.9")).status_code == 404
    assert client.get(f"{desk(small)}khac/1.1.2/").status_code == 404


def test_after_the_last_hour_the_page_says_so_and_the_action_refuses(
    small: rounds.SmallRound, clock: Traveller
) -> None:
    clock.move_to(rounds.EXPLANATION + timedelta(hours=1))
    client = client_of(small.appraiser)
    page = client.get(leaf(small)).content.decode()
    assert "Đã hết hạn" in page
    assert "data-row-key" not in page
    assert client.post(f"{row(small)}agree/", headers=HTMX).status_code == 422


# ---- explanations ----------------------------------------------------------------------------------


@pytest.fixture
def explained(small: rounds.SmallRound, clock: Traveller) -> rounds.SmallRound:
    """Sở Y tế explains the leaf that was reduced; the second appraisal has begun."""
    rounds.reduce_health(small)
    rounds.appraise_the_rest(small)
    advance_round(round_id=small.round.pk, to=RoundStage.EXPLANATION, by=small.manager, at=rounds.EXPLANATION)
    save_explanation(
        assessment_id=small.sheet().pk,
        code="1.1.2",
        entry=Entry(rounds.ratio(38, 50), note="Bổ sung 8 sản phẩm"),
        expected_version=0,
        by=small.focal,
        at=rounds.EXPLANATION,
    )
    advance_round(round_id=small.round.pk, to=RoundStage.REAPPRAISAL, by=small.manager, at=rounds.REAPPRAISAL)
    clock.move_to(rounds.REAPPRAISAL)
    return small


def test_the_queue_shows_every_step_of_an_explained_leaf(explained: rounds.SmallRound) -> None:
    page = client_of(explained.appraiser).get(f"{desk(explained)}explanations/").content.decode()
    for told in ("2,40", "1,80", "2,28", "Bổ sung 8 sản phẩm", "Chỉ có sản phẩm của 30 nhiệm vụ"):
        assert told in page


def test_an_explanation_is_answered_only_with_a_reason(explained: rounds.SmallRound) -> None:
    client = client_of(explained.appraiser)
    form = client.get(f"{row(explained)}answer/?open=1&start=explained", headers=HTMX).content.decode()
    assert 'value="38"' in form
    kept = client.get(f"{row(explained)}answer/?open=1&start=appraised", headers=HTMX).content.decode()
    assert 'value="30"' in kept
    typed = {"numerator": "38", "denominator": "50", "version": "0", "note": ""}
    assert client.post(f"{row(explained)}answer/", typed, headers=HTMX).status_code == 422
    saved = client.post(f"{row(explained)}answer/", typed | {"note": "Chấp nhận 8 sản phẩm"}, headers=HTMX)
    assert saved.status_code == 200
    second = Score.objects.get(assessment=explained.sheet(), layer=Layer.REAPPRAISED)
    assert second.points == Decimal("2.28")
    waiting = client.get(f"{desk(explained)}explanations/").content.decode()
    assert "Không có giải trình nào chờ trả lời" in waiting


def test_the_first_page_tells_an_appraiser_what_waits(explained: rounds.SmallRound) -> None:
    page = client_of(explained.appraiser).get("/").content.decode()
    assert "1 giải trình chờ trả lời" in page
    assert f"{desk(explained)}explanations/" in page


# ---- budgets ---------------------------------------------------------------------------------------


def queries_of(client: Client, address: str) -> int:
    client.get(address)  # the criteria set is kept from here on
    with CaptureQueriesContext(
        connection,
    ) as found:
        assert client.get(address).status_code == 200
    return len(found)


def with_more_units(count: int) -> rounds.SmallRound:
    """The round in appraisal with `count` units more, each of which scored one leaf."""
    small = rounds.prepared_round()
    for number in range(count):
        factories.organisation(f"Đơn vị {number}", block_code="so")
    enrol_units(
        round_block_id=small.round_block.pk, organisation_ids=None, by=small.manager, at=rounds.BEFORE
    )
    open_round(round_id=small.round.pk, by=small.manager, at=rounds.SELF_OPENS)
    for sheet in small.round_block.assessments.select_related("organisation"):
        rounds.score_unit(small, sheet.organisation, {"1.1.1": rounds.FULL_ANSWERS["1.1.1"]})
    advance_round(round_id=small.round.pk, to=RoundStage.APPRAISAL, by=small.manager, at=rounds.SELF_CLOSES)
    return small


@pytest.mark.parametrize("count", [0, 12])
def test_the_pages_ask_as_much_for_three_units_as_for_fifteen(count: int) -> None:
    small = with_more_units(count)
    client = client_of(small.appraiser)
    assert queries_of(client, leaf(small, "1.1.1")) <= 16
    assert queries_of(client, f"{desk(small)}unit/{small.sheet().pk}/") <= 14
    assert queries_of(client, desk(small)) <= 14

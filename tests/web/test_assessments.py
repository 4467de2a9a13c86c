"""The sheet of an agency: who sees what, saving a leaf, two people at once, budgets of queries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from time_machine import Traveller

from openpar.base.accounts.models import Role, User
from openpar.base.accounts.queries import Actor
from openpar.parindex.assessments.actions.rounds import enrol_units
from openpar.parindex.assessments.actions.self_scoring import assign_leaves
from openpar.parindex.assessments.models import Score
from tests import factories
from tests.parindex import rounds
from tests.web.assessment_sets import LARGE_SET

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def during_self_scoring() -> Iterator[Traveller]:
    with time_machine.travel(rounds.DURING_SELF, tick=False) as clock:
        yield clock


@pytest.fixture
def small(opened: rounds.SmallRound) -> rounds.SmallRound:
    return opened


def client_of(who: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=who.person_id))
    return client


def leaf_url(small: rounds.SmallRound, code: str) -> str:
    return f"/assessments/{small.sheet().pk}/{code}/"


def officer_of(small: rounds.SmallRound, *codes: str) -> Actor:
    officer = factories.actor_as(Role.DIVISION_OFFICER, small.health, "Đỗ Thị Chuyên Viên")
    assign_leaves(
        assessment_id=small.sheet().pk,
        codes=codes,
        officer_id=officer.id,
        by=small.focal,
        at=rounds.DURING_SELF,
    )
    return officer


# ---- who sees what ----------------------------------------------------------------------


def test_the_list_shows_a_unit_its_own_sheet_with_deadline_and_progress(small: rounds.SmallRound) -> None:
    page = client_of(small.focal).get("/assessments/").content.decode()
    assert "Sở Y tế" in page
    assert "Sở Tư pháp" not in page
    assert "còn 19 ngày" in page
    assert "0/4" in page
    assert "bộ tiêu chí mẫu" in page


def test_those_who_oversee_find_every_sheet_by_block_and_name(small: rounds.SmallRound) -> None:
    client = client_of(small.manager)
    everything = client.get("/assessments/").content.decode()
    assert all(name in everything for name in ("Sở Y tế", "Sở Tư pháp", "Sở Nội vụ"))
    found = client.get("/assessments/", {"q": "tu phap", "block": "so"}).content.decode()
    assert "Sở Tư pháp" in found
    assert "Sở Y tế" not in found
    assert "Không có phiếu nào khớp" in client.get("/assessments/", {"block": "xa"}).content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "",
        "submission/",
        "1.1.1/",
        "1.1.1/preview/",
        "1.1.1/documents/",
        "1.1.1/history/",
        "history/",
        "print/",
    ],
)
def test_a_stranger_finds_nothing_and_an_unknown_person_must_log_in(
    small: rounds.SmallRound, path: str
) -> None:
    address = f"/assessments/{small.sheet().pk}/{path}"
    stranger = factories.actor_as(Role.FOCAL_OFFICER, small.justice)
    assert client_of(stranger).get(address).status_code == 404
    answer = Client().get(address)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/login/")


def test_a_stranger_cannot_save_and_learns_nothing(small: rounds.SmallRound) -> None:
    stranger = client_of(factories.actor_as(Role.FOCAL_OFFICER, small.justice))
    for path, data in (
        ("1.1.1/", {"choice": "yes"}),
        ("1.1.1/evidence/", {"title": "x", "number": "1"}),
        ("1.1.1/evidence/1/detach/", {}),
        ("submit/", {}),
        ("lock/", {}),
        ("send-back/", {}),
        ("reopening/", {}),
        ("assign/", {}),
        ("bonus/", {}),
        ("1.1.1/explanation/", {}),
    ):
        for headers in (None, HTMX):
            answer = stranger.post(f"/assessments/{small.sheet().pk}/{path}", data, headers=headers)
            assert answer.status_code == 404, path
    assert not Score.objects.exists()


def test_the_page_of_a_leaf_explains_its_rule_and_names_its_basis(small: rounds.SmallRound) -> None:
    page = client_of(small.focal).get(leaf_url(small, "2.1.1")).content.decode()
    for text in ("Trên 90 %", "Đúng hạn", "01/QĐ-UBND ngày 01/10/2026", "mục 2.1.1", "bộ tiêu chí mẫu"):
        assert text in page, text
    assert "Lưu và sang 2.1.2" in page


def test_parts_from_outside_are_shown_as_not_self_scored(small: rounds.SmallRound) -> None:
    page = client_of(small.focal).get(leaf_url(small, "2.2.1")).content.decode()
    assert "Đơn vị không cần tự đánh giá" in page
    assert 'id="score-form"' not in page


def test_leadership_leaves_are_hidden_from_the_unit_and_not_from_the_manager() -> None:
    large = rounds.opened_round(LARGE_SET)
    address = f"/assessments/{large.sheet().pk}/"
    unit, manager = client_of(large.focal), client_of(large.manager)
    assert "Lãnh đạo tỉnh đánh giá" not in unit.get(address).content.decode()
    assert unit.get(f"{address}8.2.1/").status_code == 404
    assert unit.get(f"{address}8.2.1/preview/").status_code == 404
    assert manager.get(f"{address}8.2.1/").status_code == 200


def test_a_division_officer_finds_the_own_leaves_first_and_may_score_no_others(
    small: rounds.SmallRound,
) -> None:
    client = client_of(officer_of(small, "2.1.1"))
    page = client.get(leaf_url(small, "2.1.1")).content.decode()
    assert page.index("Giao cho tôi") < page.index("Chỉ đạo, điều hành")
    assert 'id="score-form"' in page
    assert "Bạn không được giao chấm tiêu chí này" in client.get(leaf_url(small, "1.1.1")).content.decode()
    refused = client.post(leaf_url(small, "1.1.1"), {"choice": "yes"}, headers=HTMX)
    assert refused.status_code == 422
    assert "không được giao" in refused.content.decode()
    assert client.post(leaf_url(small, "2.1.1"), {"numerator": "9", "denominator": "10"}).status_code == 302


# ---- saving -------------------------------------------------------------------------------


def test_a_saved_leaf_updates_tree_totals_and_progress_and_says_when(small: rounds.SmallRound) -> None:
    client = client_of(small.focal)
    answer = client.post(
        leaf_url(small, "1.1.2"),
        {"numerator": "40", "denominator": "50", "note": "Theo báo cáo", "expected_version": "0"},
        headers=HTMX,
    )
    page = answer.content.decode()
    assert answer.status_code == 200
    leaf_id = small.criteria_set.criteria.get(code="1.1.2").pk
    assert re.search(rf'id="leaf-{leaf_id}-figure" hx-swap-oob="true">2,40 / 3<', page)
    assert re.search(r'id="field-1-count"[^>]*>1/2<', page)
    assert "1/4 tiêu chí thành phần" in page
    assert "<strong>2,40</strong>" in page
    assert "Đã lưu lúc 00:00" in page
    assert 'name="expected_version" id="expected-version" value="1"' in page
    assert Score.objects.get().points == Decimal("2.4")


def test_without_javascript_the_save_leads_back_or_on_to_the_next_leaf(small: rounds.SmallRound) -> None:
    client = client_of(small.focal)
    stays = client.post(leaf_url(small, "1.1.1"), {"choice": "yes"})
    assert stays["Location"] == leaf_url(small, "1.1.1")
    goes_on = client.post(
        leaf_url(small, "1.1.1"), {"choice": "no", "expected_version": "1", "then": "1.1.2"}, follow=True
    )
    assert goes_on.redirect_chain[-1][0] == leaf_url(small, "1.1.2")
    assert "Đã lưu lúc" in goes_on.content.decode()


def test_every_unreadable_field_is_named_at_once_and_nothing_typed_is_lost(small: rounds.SmallRound) -> None:
    client = client_of(small.focal)
    typed = {"numerator": "1.500", "denominator": "năm mươi", "given_points": "9", "note": ""}
    for headers in (None, HTMX):
        answer = client.post(leaf_url(small, "1.1.2"), typed, headers=headers)
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "1.500” có thể là 1500 hoặc 1,5" in page
        assert "“năm mươi” không phải là số" in page
        assert "Điểm phải từ 0 đến 3" in page
        assert "Nêu lý do cho điểm khác" in page
        assert 'value="1.500"' in page
        assert 'value="năm mươi"' in page
        assert "4 điều cần xem lại" in page
    assert not Score.objects.exists()


def test_figures_that_contradict_themselves_are_refused_by_their_rule(small: rounds.SmallRound) -> None:
    answer = client_of(small.focal).post(
        leaf_url(small, "1.1.2"), {"numerator": "60", "denominator": "50"}, headers=HTMX
    )
    assert answer.status_code == 422
    assert "hoàn thành lớn hơn được giao" in answer.content.decode()


def test_other_points_than_the_figures_give_need_a_reason_and_keep_both(small: rounds.SmallRound) -> None:
    client = client_of(small.focal)
    typed = {
        "numerator": "40",
        "denominator": "50",
        "given_points": "2",
        "note": "Hai sản phẩm chưa nghiệm thu",
    }
    client.post(leaf_url(small, "1.1.2"), typed)
    score = Score.objects.get()
    assert [score.computed_points, score.given_points, score.points] == [
        Decimal("2.4"),
        Decimal(2),
        Decimal(2),
    ]
    page = client.get(leaf_url(small, "1.1.2")).content.decode()
    assert "Theo số liệu: 2,40" in page.replace("\n", " ")


def test_the_preview_reckons_without_keeping_anything(small: rounds.SmallRound) -> None:
    client = client_of(small.focal)
    page = client.get(
        leaf_url(small, "2.1.1") + "preview/", {"numerator": "45", "denominator": "50"}, headers=HTMX
    ).content.decode()
    assert "45/50 = 90 % (từ 70 % trở lên): 1 điểm" in page
    reached = re.search(r'class="is-reached">\s*<td>([^<]*)', page)
    assert reached is not None
    assert reached[1].strip() == "Từ 70 % trở lên"
    assert not Score.objects.exists()


# ---- two people at once ---------------------------------------------------------------------


def test_a_stale_save_shows_both_versions_and_lets_one_choose(small: rounds.SmallRound) -> None:
    first, second = client_of(small.focal), client_of(small.head)
    first.post(leaf_url(small, "1.1.2"), {"numerator": "40", "denominator": "50", "note": "bản một"})
    typed = {"numerator": "30", "denominator": "50", "note": "bản hai", "expected_version": "0"}
    for headers in (None, HTMX):
        answer = second.post(leaf_url(small, "1.1.2"), typed, headers=headers)
        page = answer.content.decode()
        assert answer.status_code == 409
        assert "Nguyễn Thị Hòa đã lưu tiêu chí này" in page
        assert all(text in page for text in ("2,40", "1,80", "bản một", "bản hai"))
        assert 'name="over_version" value="1"' in page
    assert Score.objects.get().note == "bản một"
    over = second.post(leaf_url(small, "1.1.2"), {**typed, "over_version": "1"}, headers=HTMX)
    assert over.status_code == 200
    assert Score.objects.get().note == "bản hai"


def test_choosing_to_replace_is_asked_again_when_a_third_save_came(small: rounds.SmallRound) -> None:
    first, second = client_of(small.focal), client_of(small.head)
    for version in ("0", "1"):
        first.post(
            leaf_url(small, "1.1.2"), {"numerator": "4", "denominator": "5", "expected_version": version}
        )
    typed = {"numerator": "3", "denominator": "5", "expected_version": "0", "over_version": "1"}
    assert second.post(leaf_url(small, "1.1.2"), typed, headers=HTMX).status_code == 409


# ---- budgets --------------------------------------------------------------------------------


def _queries(client: Client, method: str, address: str, **data: object) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        answer = getattr(client, method)(address, data.get("data"), headers=HTMX)
    assert answer.status_code == 200, answer.content
    return len(captured)


def test_saving_one_leaf_of_a_hundred_takes_at_most_twelve_queries() -> None:
    large = rounds.opened_round(LARGE_SET)
    officer = officer_of(large, "1.1.4", "1.2.2")
    # On PostgreSQL the lock of the sheet is a statement of its own.
    most = 12 + connection.features.has_select_for_update
    for client in (client_of(large.focal), client_of(officer)):
        client.get(leaf_url(large, "1.1.4"))
        for code in ("1.1.4", "1.2.2"):
            score = Score.objects.filter(criterion__code=code, assessment=large.sheet()).first()
            data = {
                "numerator": "9",
                "denominator": "10",
                "note": "theo báo cáo",
                "expected_version": str(score.version if score else 0),
            }
            assert _queries(client, "post", leaf_url(large, code), data=data) <= most


def test_the_sheet_with_its_tree_takes_few_queries_whatever_the_number_of_leaves_and_sheets(
    small: rounds.SmallRound,
) -> None:
    rounds.score_unit(small, small.health)
    client = client_of(small.focal)
    client.get(leaf_url(small, "1.1.1"))
    few = _queries(client, "get", leaf_url(small, "1.1.1"))
    assert few <= 15
    assert _queries(client, "get", f"/assessments/{small.sheet().pk}/") <= 15


def test_the_list_takes_as_many_queries_for_many_sheets_as_for_few(prepared: rounds.SmallRound) -> None:
    client = client_of(prepared.manager)
    client.get("/assessments/")
    few = _queries(client, "get", "/assessments/")
    more = [factories.organisation(f"Sở thêm {number}", block_code="so").pk for number in range(12)]
    enrol_units(
        round_block_id=prepared.round_block.pk,
        organisation_ids=more,
        by=prepared.manager,
        at=rounds.BEFORE,
    )
    assert "Sở thêm 11" in client.get("/assessments/").content.decode()
    assert _queries(client, "get", "/assessments/") == few

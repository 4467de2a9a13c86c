"""Results: who sees which, in which order, and how every point is explained."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from openpar.base.accounts.models import Role, User
from openpar.base.accounts.queries import Actor
from openpar.base.organisations.actions import NewOrganisation, found
from openpar.parindex.assessments.actions.rounds import advance_round
from openpar.parindex.assessments.models import Round, RoundStage
from openpar.parindex.assessments.queries.results import Provisional, Published, blocks_of
from tests import factories
from tests.parindex import rounds
from tests.parindex.other_rounds import silent_round
from tests.parindex.rounds import SmallRound
from tests.web.reading import text_of

pytestmark = pytest.mark.django_db


def browser(who: Actor | User) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=who.person_id if isinstance(who, Actor) else who.pk))
    return client


def names_in(text: str) -> list[str]:
    """The units in the order of the ranking."""
    table = text.partition("result-ranking")[2].partition("</table>")[0]
    return re.findall(r'card-title-cell"><div><a [^>]*>([^<]*)</a>', table)


def row_of(text: str, name: str) -> str:
    """One row of the ranking as plain words."""
    table = text.partition("result-ranking")[2].partition("</table>")[0]
    row = next(row for row in table.split("<tr") if f">{name}<" in row)
    return " ".join(re.sub("<[^>]*>", " ", "<" + row).split())


# ---- who sees results ----


@pytest.mark.parametrize("role", ["focal", "head", "appraiser", "outside_appraiser"])
def test_before_publication_nobody_but_overseers_sees_a_rank(deciding: SmallRound, role: str) -> None:
    client = browser(getattr(deciding, role))
    sheet = deciding.sheet()
    assert deciding.round.title not in text_of(client, "/results/")
    for address in ("", f"{sheet.pk}/", "matrix.xlsx", "decision.docx", f"{sheet.pk}/notice.docx"):
        assert client.get(f"/results/{deciding.round.pk}/{address}").status_code == 404, address


@pytest.mark.parametrize("role", ["manager", "chair"])
def test_overseers_see_the_provisional_result_marked_as_such(deciding: SmallRound, role: str) -> None:
    client = browser(getattr(deciding, role))
    assert "Tạm tính" in text_of(client, "/results/")
    text = text_of(client, f"/results/{deciding.round.pk}/")
    assert "tạm tính, chưa được công nhận" in text
    assert names_in(text) == ["Sở Nội vụ", "Sở Tư pháp", "Sở Y tế"]


def test_a_round_in_appraisal_has_no_results_page(appraising: SmallRound, client: Client) -> None:
    assert browser(appraising.manager).get(f"/results/{appraising.round.pk}/").status_code == 404


def test_everybody_with_a_role_sees_a_published_ranking(published: SmallRound) -> None:
    visitor = factories.person_as(Role.ADMINISTRATOR, published.justice, "Người Khác")
    text = text_of(browser(visitor), f"/results/{published.round.pk}/")
    assert names_in(text) == ["Sở Nội vụ", "Sở Tư pháp", "Sở Y tế"]
    assert "Quyết định số 99/QĐ-UBND ngày 20/01/2027" in text
    assert "bộ tiêu chí mẫu" in text


def test_a_person_without_a_role_gets_404_and_a_stranger_the_login_page(published: SmallRound) -> None:
    address = f"/results/{published.round.pk}/"
    assert browser(factories.person("Không Vai")).get(address).status_code == 404
    answer = Client().get(address)
    assert answer.status_code == 302
    assert "/login/" in answer["Location"]


def test_a_unit_whose_result_is_not_published_is_seen_by_itself_and_by_overseers_only(
    prepared: SmallRound,
) -> None:
    hidden = found(
        by=factories.registrar(),
        at=factories.MOMENT,
        on=factories.BEGINNING,
        organisation=NewOrganisation(
            key="kin", description=replace(factories.described("Sở Kín", block_code="so"), is_published=False)
        ),
        legal_basis="QĐ 2/QĐ-UBND",
    )
    block = silent_round(prepared, [hidden, prepared.justice], year=2027)
    sheet = block.assessments.get(organisation=hidden)
    address = f"/results/{block.round_id}/"
    its_own = browser(factories.person_as(Role.FOCAL_OFFICER, hidden))
    assert "Sở Kín" not in text_of(browser(prepared.focal), address)
    assert browser(prepared.focal).get(f"{address}{sheet.pk}/").status_code == 404
    for client in (its_own, browser(prepared.manager)):
        assert "Sở Kín" in text_of(client, address)
        assert client.get(f"{address}{sheet.pk}/").status_code == 200


# ---- the ranking ----


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # rank, self, recognised, index %, difference, class; the set has 10 points
        ("Sở Nội vụ", "1/3 Sở Nội vụ 9,10 9,10 91,00 0,00 Xuất sắc"),
        ("Sở Tư pháp", "2/3 Sở Tư pháp 8,80 8,80 88,00 0,00 Tốt"),
        ("Sở Y tế", "3/3 Sở Y tế 8,80 8,20 82,00 −0,60 Tốt"),
    ],
)
def test_a_line_of_the_ranking_holds_the_figures_counted_by_hand(
    published: SmallRound, name: str, expected: str
) -> None:
    text = text_of(browser(published.focal), f"/results/{published.round.pk}/")
    assert row_of(text, name).removeprefix('class="is-current"> ').lstrip("> ") == expected


def test_the_figures_above_the_ranking_say_of_how_many(published: SmallRound) -> None:
    text = text_of(browser(published.focal), f"/results/{published.round.pk}/")
    figures = " ".join(
        re.sub("<[^>]*>", " ", text.partition('class="figures"')[2].partition("</dl>")[0]).split()
    )
    # (91 + 88 + 82) / 3
    assert "Chỉ số trung bình khối 87,00 3 đơn vị xếp hạng" in figures
    assert "Xếp loại Tốt trở lên 3/3 Xuất sắc 1 · Tốt 2" in figures
    assert "−0,60 Sở Y tế: 8,80 còn 8,20" in figures


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("sort=name", ["Sở Nội vụ", "Sở Tư pháp", "Sở Y tế"]),
        ("sort=-name", ["Sở Y tế", "Sở Tư pháp", "Sở Nội vụ"]),
        ("sort=total", ["Sở Nội vụ", "Sở Tư pháp", "Sở Y tế"]),
        ("sort=-total", ["Sở Y tế", "Sở Tư pháp", "Sở Nội vụ"]),
        ("sort=difference", ["Sở Y tế", "Sở Nội vụ", "Sở Tư pháp"]),
        ("sort=-rank", ["Sở Y tế", "Sở Tư pháp", "Sở Nội vụ"]),
        ("sort=nonsense&block=abc&view=x", ["Sở Nội vụ", "Sở Tư pháp", "Sở Y tế"]),
        ("q=tu+phap", ["Sở Tư pháp"]),
        ("q=không+có", []),
    ],
)
def test_the_ranking_is_sorted_and_searched_on_the_server(
    published: SmallRound, query: str, expected: list[str]
) -> None:
    text = text_of(browser(published.focal), f"/results/{published.round.pk}/?{query}")
    assert names_in(text) == expected


def test_one_s_own_unit_is_marked(published: SmallRound) -> None:
    text = text_of(browser(published.focal), f"/results/{published.round.pk}/")
    marked = text.partition('<tr class="is-current">')[2].partition("</tr>")[0]
    assert "Sở Y tế" in marked


def test_a_unit_that_never_scored_stays_in_the_list_with_0(published: SmallRound) -> None:
    block = silent_round(published, [published.health, published.justice], year=2027)
    text = text_of(browser(published.focal), f"/results/{block.round_id}/")
    assert "Chưa chấm điểm" in row_of(text, "Sở Y tế")
    assert "0,00" in row_of(text, "Sở Y tế")
    assert "1/2" in row_of(text, "Sở Y tế")
    assert "1/2" in row_of(text, "Sở Tư pháp")


# ---- fields, lost points, removed leaves ----


def test_the_heat_map_gives_component_indices(published: SmallRound) -> None:
    text = text_of(browser(published.focal), f"/results/{published.round.pk}/?view=fields")
    row = next(row for row in text.partition("result-heat")[2].split("<tr") if ">Sở Y tế<" in row)
    # (1 + 1,8) / 4 and (2 + 1 + 2,4) / 6
    assert re.findall(r'heat-(\d)">([^<]*)<', row) == [("3", "70,0"), ("1", "90,0")]


def test_lost_points_are_summed_by_leaf_and_filtered(published: SmallRound) -> None:
    address = f"/results/{published.round.pk}/?view=lost"
    text = text_of(browser(published.manager), address)
    row = " ".join(
        re.sub("<[^>]*>", " ", text.partition("1.1.2 Tỷ lệ hoàn thành")[2].partition("</tr>")[0]).split()
    )
    # lost 0,6 by one unit; 0,6 + 0,6 + 1,2 short of three times 3
    assert row == "3 0,60 1 2,40 Sở Y tế (0,60)"
    assert "1.1.2" not in text_of(browser(published.manager), f"{address}&field=2")
    assert "2.2.1" not in text_of(browser(published.manager), f"{address}&q=hoan+thanh")


def test_sums_are_open_but_units_are_named_only_to_those_who_read_their_sheets(published: SmallRound) -> None:
    other = browser(factories.person_as(Role.FOCAL_OFFICER, published.justice))
    text = text_of(other, f"/results/{published.round.pk}/?view=lost")
    assert "1.1.2" in text
    assert "Sở Y tế (0,60)" not in text


def test_in_a_block_of_two_the_sums_would_tell_the_points_of_each(published: SmallRound) -> None:
    block = silent_round(published, [published.health, published.justice], year=2027)
    address = f"/results/{block.round_id}/?view=lost"
    assert "quá ít đơn vị" in text_of(browser(published.focal), address)
    assert "quá ít đơn vị" not in text_of(browser(published.manager), address)


def test_removed_leaves_are_listed_with_the_reason_for_those_who_may_read_it(opened: SmallRound) -> None:
    for unit in (opened.home_affairs, opened.health, opened.justice):
        answers = (
            {**rounds.FULL_ANSWERS, "1.1.2": rounds.ratio(0, 0)}
            if unit == opened.health
            else rounds.FULL_ANSWERS
        )
        rounds.score_unit(opened, unit, answers)
        rounds.lock_unit(opened, unit)
    advance_round(round_id=opened.round.pk, to=RoundStage.APPRAISAL, by=opened.manager, at=rounds.SELF_CLOSES)
    rounds.appraise_the_rest(opened)
    for stage, at in (
        (RoundStage.EXPLANATION, rounds.EXPLANATION),
        (RoundStage.REAPPRAISAL, rounds.REAPPRAISAL),
        (RoundStage.DECISION, rounds.DECISION),
    ):
        advance_round(round_id=opened.round.pk, to=stage, by=opened.manager, at=at)
    rounds.bring_in_survey(opened, {opened.home_affairs: 90, opened.health: 80, opened.justice: 80})
    text = text_of(browser(opened.manager), f"/results/{opened.round.pk}/?view=removed")
    rows = text.partition("<tbody>")[2].partition("</tbody>")[0]
    assert rows.count("<tr>") == 1
    assert "Sở Y tế" in rows
    assert "1.1.2 Tỷ lệ hoàn thành" in rows
    assert "không phát sinh" in rows


# ---- one unit ----


def test_a_unit_reads_every_point_of_its_own_with_both_sides(published: SmallRound) -> None:
    sheet = published.sheet()
    text = text_of(browser(published.focal), f"/results/{published.round.pk}/{sheet.pk}/")
    lost = text.partition('id="lost"')[2].partition('id="all"')[0]
    words = " ".join(re.sub("<[^>]*>", " ", lost).split())
    assert "1.1.2 Tỷ lệ hoàn thành −0,60 trên 3 điểm" in words
    assert "Tự chấm 2,40 Thẩm định 1,80 Công nhận 1,80" in words
    assert "Theo báo cáo năm" in words
    assert "Chỉ có sản phẩm của 30 nhiệm vụ" in words
    assert "Lê Văn Thẩm 01/12/2026 08:00" in words
    assert "Kế hoạch cải cách hành chính" in text
    assert "0,01–0,02" in text
    assert "18/19" not in text
    assert "3/3" in text


def test_others_see_totals_and_fields_of_a_published_unit_but_no_single_point(published: SmallRound) -> None:
    other = browser(factories.person_as(Role.FOCAL_OFFICER, published.justice))
    text = text_of(other, f"/results/{published.round.pk}/{published.sheet().pk}/")
    assert "8,20" in text
    assert "Chỉ đạo, điều hành" in text
    assert "Chỉ có sản phẩm của 30 nhiệm vụ" not in text
    assert "1.1.2" not in text
    assert other.get(f"/results/{published.round.pk}/{published.sheet().pk}/notice.docx").status_code == 404
    assert other.get(f"/assessments/{published.sheet().pk}/report.docx").status_code == 404


def test_an_appraiser_of_the_round_reads_the_explanation(published: SmallRound) -> None:
    text = text_of(
        browser(published.outside_appraiser), f"/results/{published.round.pk}/{published.sheet().pk}/"
    )
    assert "Chỉ có sản phẩm của 30 nhiệm vụ" in text


def test_a_sheet_of_another_round_is_not_found(published: SmallRound) -> None:
    block = silent_round(published, [published.health], year=2027)
    address = f"/results/{block.round_id}/{published.sheet().pk}/"
    assert browser(published.manager).get(address).status_code == 404


def test_a_unit_is_compared_with_its_result_of_the_round_before(published: SmallRound) -> None:
    block = silent_round(published, [published.health, published.justice, published.home_affairs], year=2027)
    sheet = block.assessments.get(organisation=published.health)
    text = text_of(browser(published.focal), f"/results/{block.round_id}/{sheet.pk}/")
    before = " ".join(
        re.sub("<[^>]*>", " ", text.partition("So với kỳ trước")[2].partition("</section>")[0]).split()
    )
    assert "Chỉ số kỳ trước 82,00 % Thay đổi −82,00 Xếp hạng kỳ trước 3/3" in before
    assert "1. Chỉ đạo, điều hành 70,0 0,0 −70,0" in before
    first = text_of(browser(published.focal), f"/results/{published.round.pk}/{published.sheet().pk}/")
    assert "So với kỳ trước" not in first


# ---- the two sources ----


def test_the_snapshot_and_the_computed_result_answer_alike(published: SmallRound) -> None:
    (block,) = blocks_of(published.round.pk)
    stored, computed = Published(), Provisional(published.round.pk)
    ids = [row.assessment_id for row in stored.rows(block)]
    assert stored.rows(block) == computed.rows(block)
    assert stored.fields(block) == computed.fields(block)
    assert stored.leaves(block) == computed.leaves(block)
    assert stored.nodes(block, ids) == computed.nodes(block, ids)
    assert stored.lines(block, ids) == computed.lines(block, ids)
    assert stored.explanation(ids[0]) == computed.explanation(ids[0])


# ---- queries ----

_MANY = 40


@pytest.fixture
def wide(prepared: SmallRound) -> tuple[SmallRound, Round]:
    units = [factories.organisation(f"Sở {number}", block_code="so") for number in range(1, _MANY)]
    return prepared, silent_round(prepared, [prepared.health, *units], year=2027).round


def test_the_ranking_takes_ten_queries_for_few_units(
    published: SmallRound, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = browser(published.focal)
    client.get(f"/results/{published.round.pk}/")  # the criteria set is kept from here on
    with django_assert_max_num_queries(10):
        client.get(f"/results/{published.round.pk}/")


def test_the_ranking_takes_ten_queries_for_many_units(
    wide: tuple[SmallRound, Round], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    small, round = wide
    client = browser(small.focal)
    client.get(f"/results/{round.pk}/")
    with django_assert_max_num_queries(10):
        text = text_of(client, f"/results/{round.pk}/")
    assert len(names_in(text)) == _MANY
    # Names in the order of Vietnamese dictionaries and of numbers.
    found = names_in(text_of(client, f"/results/{round.pk}/?sort=name"))
    assert found.index("Sở 2") < found.index("Sở 10") < found.index("Sở Y tế")
    # The heat map of a large block is a view of its own.
    assert "result-heat" not in text
    assert "result-heat" in text_of(client, f"/results/{round.pk}/?view=fields")


def test_the_page_of_a_unit_takes_a_fixed_number_of_queries(
    published: SmallRound, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = browser(published.focal)
    address = f"/results/{published.round.pk}/{published.sheet().pk}/"
    client.get(address)  # the criteria set is kept from here on
    with django_assert_max_num_queries(20):
        client.get(address)


@pytest.mark.parametrize("role", [Role.LEADER, Role.AUDITOR])
def test_no_page_of_results_writes(published: SmallRound, role: Role) -> None:
    client = browser(factories.person_as(role, published.home_affairs))
    sheet = published.sheet()
    for address in (
        "",
        "?view=lost",
        "?view=removed",
        "?chart=way",
        f"{sheet.pk}/",
        "matrix.xlsx",
        "decision.docx",
    ):
        assert client.get(f"/results/{published.round.pk}/{address}").status_code == 200, address

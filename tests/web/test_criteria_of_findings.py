"""The criterion a finding costs: from the inspection, by hand, by classifying; to this year's score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from html import unescape

import pytest
import time_machine
from django.conf import settings
from django.urls import reverse

from openpar.base.organisations.roles import Actor, Role
from openpar.common.formats import VIETNAM
from openpar.parindex.assessments.queries.leaves import leaves_offered, proposed_leaf
from openpar.parindex.criteria.yaml_files import read_mapping
from openpar.reform.findings.models import Finding, FoundBy
from openpar.reform.inspections.actions.concluding import issue_conclusion
from openpar.reform.inspections.checklists import checklist_on
from openpar.reform.inspections.models import Inspection, Limitation
from tests import factories
from tests.parindex import rounds
from tests.reform.inspections import cases
from tests.web.reading import browser_of, text_of, visible
from tests.worlds import world

pytestmark = pytest.mark.django_db
# Of the thirty-three lines of the checklist.
LINES_THAT_LEAD = 26
PLANS, SHARE = "1.1.1 – Ban hành kế hoạch", "1.1.2 – Tỷ lệ hoàn thành"


@dataclass
class Inspected:
    """A round in appraisal, and an inspection of one of its agencies that waits for its conclusion."""

    small: rounds.SmallRound
    who: cases.Province
    case: Inspection

    @property
    def conclusion(self) -> str:
        return f"/inspections/{self.case.pk}/conclusion/"

    @property
    def limitations(self) -> str:
        return f"/inspections/units/{cases.unit_of(self.case, self.who.health).pk}/limitations/"


@world
def inspected_in_a_round() -> Inspected:
    small = rounds.round_in_appraisal()
    building, commune, ward = (cases.office(name) for name in ("Sở Xây dựng", "Xã Hòa Bắc", "Mũi Né"))
    finance = cases.office("Sở Tài chính")
    team_head = factories.actor_as(Role.AGENCY_HEAD, small.home_affairs, "Trưởng đoàn")
    who = cases.Province(
        home=small.home_affairs,
        manager=small.manager,
        leader=small.chair,
        team_head=team_head,
        member=finance.officer,
        finance_agency=finance.agency,
        health=cases.Office(small.health, small.focal, small.head),
        building=building,
        commune=commune,
        ward=ward,
    )
    return Inspected(small, who, cases.reported(who, [who.health]))


def sent(who: Actor, address: str, given: Mapping[str, object], at: datetime) -> tuple[int, str]:
    with time_machine.travel(at, tick=False):
        answer = browser_of(who).post(address, given)
    return answer.status_code, unescape(answer.content.decode())


def limited(inspected: Inspected, leaf: str = PLANS) -> Limitation:
    """As the page offers it: the line that the team found wanting, with the criterion it costs."""
    given = {"item": "0.1", "field": "F0", "code": "", "text": "Ban hành chậm 12 ngày", "leaf": leaf}
    head = inspected.who.team_head
    assert sent(head, inspected.limitations, given, cases.CONCLUSION)[0] == 302
    return Limitation.objects.get()


def concluded(inspected: Inspected) -> Finding:
    case = inspected.case
    case.refresh_from_db()
    paper = cases.document(inspected.who.manager, inspected.who.home, "88/TB-UBND", at=cases.CONCLUSION)
    issue_conclusion(
        by=inspected.who.manager,
        at=cases.CONCLUSION,
        inspection_id=case.pk,
        expected_version=case.version,
        document_id=paper.pk,
        remedy_due=date(2026, 6, 30),
        response_due=date(2026, 5, 1),
    )
    return Finding.objects.get()


def test_a_line_of_the_checklist_offers_the_criterion_that_it_costs(inspected_in_a_round: Inspected) -> None:
    inspected = inspected_in_a_round
    with time_machine.travel(cases.CONCLUSION, tick=False):
        page = unescape(text_of(browser_of(inspected.who.team_head), inspected.conclusion))
    assert f'name="leaf" value="{PLANS}"' in page
    # What others score from outside is not offered; every criterion of the set else is.
    assert f'<option value="{SHARE}">' in page
    assert "2.2.1 – SIPAS" not in page


def test_where_several_criteria_might_be_meant_none_is_proposed(inspected_in_a_round: Inspected) -> None:
    health = inspected_in_a_round.small.health.pk
    offers = leaves_offered([health], date(2026, 4, 14))[health]
    on = date(2026, 4, 14)

    def code(word: str, field: str = "F0") -> str:
        found = proposed_leaf(offers, field=field, words=word, code="", on=on)
        return found.code if found else ""

    assert (code("Kế hoạch"), code("Hoàn thành"), code("Giải quyết", "F2")) == ("1.1.1", "1.1.2", "")
    assert (code("Không có trong bộ"), code(""), code("Kế hoạch", "F2")) == ("", "", "")


def test_the_shipped_checklist_leads_to_the_lines_of_a_set() -> None:
    """Of the sample set of departments; a line of several criteria, or of none of the set, leads to none."""
    sample = read_mapping(settings.OPENPAR_DATA_DIR / "criteria" / "SYNTHETIC_so_2026.yaml")
    bands = read_mapping(settings.OPENPAR_DATA_DIR / "grading_default.yaml")["bands"]
    small, on = rounds.prepared_round({**sample, "year": "2026", "bands": bands}), date(2026, 4, 14)
    offers = leaves_offered([small.health.pk], on)[small.health.pk]
    found = {
        item.code: leaf.code
        for item in checklist_on(on).items
        if (leaf := proposed_leaf(offers, field=item.field, words=item.criterion, code=item.finding, on=on))
    }
    plans_and_reports = {"0.1": "1.1.1", "0.2": "1.1.3", "0.3": "1.2.1", "0.5": "1.3.1"}
    others = {"2.3": "3.2.1", "2.4": "3.2.2", "5.3": "6.3.1", "6.2": "7.2.1"}
    assert plans_and_reports.items() | others.items() <= found.items()
    assert {"0.8", "0.9", "4.2"}.isdisjoint(found)
    assert len(found) == LINES_THAT_LEAD


def test_the_limitation_of_an_inspection_shows_in_the_next_appraisal(inspected_in_a_round: Inspected) -> None:
    inspected, small = inspected_in_a_round, inspected_in_a_round.small
    limitation = limited(inspected)
    assert (limitation.item, limitation.leaf_code, limitation.points_at_stake) == ("0.1", "1.1.1", Decimal(1))
    finding = concluded(inspected)
    assert (finding.leaf_code, finding.leaf_text) == ("1.1.1", "Ban hành kế hoạch")
    assert (finding.leaf_year, finding.points_at_stake) == (2026, Decimal(1))
    link = f'href="/findings/{finding.pk}/"'
    with time_machine.travel(rounds.APPRAISAL, tick=True):
        desk = reverse("appraisal-leaf", args=[small.round.pk, "so", "1.1.1"])
        assert link in text_of(browser_of(small.outside_appraiser), desk)
        assert link not in text_of(browser_of(small.outside_appraiser), desk.replace("1.1.1", "1.1.2"))


def test_from_a_finding_one_walks_to_the_score_of_its_criterion(inspected_in_a_round: Inspected) -> None:
    inspected, small = inspected_in_a_round, inspected_in_a_round.small
    limited(inspected)
    finding = concluded(inspected)
    score = reverse("assessment-leaf", args=[small.sheet().pk, "1.1.1"])
    stranger = factories.actor_as(Role.APPRAISER, small.justice, "Không được phân công")
    with time_machine.travel(rounds.APPRAISAL, tick=True):
        page = text_of(browser_of(small.focal), f"/findings/{finding.pk}/")
        assert "Có thể mất đến 1,00 điểm" in visible(page)
        assert f'<a href="{score}">Điểm năm nay của tiêu chí này</a>' in page
        assert browser_of(small.focal).get(score).status_code == 200
        board = text_of(browser_of(small.focal), "/findings/?year=all")
        assert f'<a href="{score}" aria-label="Tiêu chí 1.1.1">' in board
        assert "đến 1,00" in visible(board)
        # Whoever does not see the sheet reads the criterion, and is led nowhere.
        page = text_of(browser_of(stranger), f"/findings/{finding.pk}/")
        assert "Ban hành kế hoạch" in page
        assert score not in page


def test_a_limitation_is_worded_anew_until_the_conclusion_is_issued(inspected_in_a_round: Inspected) -> None:
    inspected = inspected_in_a_round
    head = inspected.who.team_head
    one = limited(inspected)
    anew = {"limitation": one.pk, "version": 1, "field": "F0", "text": "Chậm 12 ngày", "leaf": SHARE}
    assert sent(head, inspected.limitations, anew, cases.CONCLUSION)[0] == 302
    one.refresh_from_db()
    assert (one.text, one.item, one.leaf_code, one.version) == ("Chậm 12 ngày", "0.1", "1.1.2", 2)
    # Somebody else was faster: what was typed stays in the form.
    status, page = sent(head, inspected.limitations, {**anew, "text": "ĐÃ GÕ"}, cases.CONCLUSION)
    assert (status, ">ĐÃ GÕ</textarea>" in page) == (409, True)
    finding = concluded(inspected)
    assert (finding.text, finding.leaf_code, finding.points_at_stake) == ("Chậm 12 ngày", "1.1.2", Decimal(3))
    late = {**anew, "version": 2}
    assert sent(head, inspected.limitations, late, cases.CONCLUSION)[0] == 422
    assert sent(inspected.who.health.head, inspected.limitations, late, cases.CONCLUSION)[0] == 404


def test_a_refused_limitation_stays_in_its_form(inspected_in_a_round: Inspected) -> None:
    inspected = inspected_in_a_round
    head = inspected.who.team_head
    given = {"text": "HẠN CHẾ DÀI", "request": "YÊU CẦU DÀI", "remedy_due": "31/12/2026", "leaf": PLANS}
    status, page = sent(head, inspected.limitations, given, cases.CONCLUSION)
    assert (status, "Chọn một lĩnh vực" in page) == (422, True)
    for typed in (
        ">HẠN CHẾ DÀI</textarea>",
        ">YÊU CẦU DÀI</textarea>",
        'value="31/12/2026"',
        f'value="{PLANS}"',
    ):
        assert typed in page
    unknown = {**given, "field": "F0", "leaf": "9.9 – Không có"}
    status, page = sent(head, inspected.limitations, unknown, cases.CONCLUSION)
    assert (status, "không có tiêu chí “9.9 – Không có”" in page) == (422, True)
    assert ">HẠN CHẾ DÀI</textarea>" in page
    assert not Limitation.objects.exists()


def test_a_finding_by_hand_names_a_criterion_of_its_agency(inspected_in_a_round: Inspected) -> None:
    small = inspected_in_a_round.small
    at = datetime(2026, 12, 5, 9, 0, tzinfo=VIETNAM)
    focal = small.focal
    given = {
        "found_by": FoundBy.SELF.value,
        "organisation": small.health.pk,
        "field": "F2",
        "text": "Trả kết quả chậm ở ba thủ tục",
        "period_from": "15/12/2025",
        "period_until": "04/12/2026",
        "leaf": "9.9",
    }
    status, page = sent(focal, "/findings/new/", given, at)
    assert (status, "không có tiêu chí “9.9”" in page, 'value="9.9"' in page) == (422, True, True)
    assert sent(focal, "/findings/new/", {**given, "leaf": "2.1.1"}, at)[0] == 302
    finding = Finding.objects.get()
    assert (finding.leaf_code, finding.leaf_text, finding.points_at_stake) == (
        *("2.1.1", "Hồ sơ đúng hạn"),
        Decimal(2),
    )


def test_classifying_names_another_criterion(inspected_in_a_round: Inspected) -> None:
    inspected, small = inspected_in_a_round, inspected_in_a_round.small
    limited(inspected, leaf="")
    finding = concluded(inspected)
    assert (finding.leaf_text, finding.points_at_stake) == ("", None)
    address = f"/findings/{finding.pk}/code/"
    given = {"code": "", "leaf": "9.9 – Không có", "version": finding.version}
    manager = small.manager
    status, page = sent(manager, address, given, rounds.APPRAISAL)
    assert (status, 'value="9.9 – Không có"' in page) == (422, True)
    assert sent(manager, address, {**given, "leaf": SHARE}, rounds.APPRAISAL)[0] == 302
    finding.refresh_from_db()
    assert (finding.leaf_code, finding.points_at_stake) == ("1.1.2", Decimal(3))
    status, _page = sent(small.focal, address, {**given, "leaf": PLANS}, rounds.APPRAISAL)
    assert status == 404

"""Corrections in the browser: proposed on the page of the unit, confirmed or refused by another person."""

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
from openpar.base.documents.actions import add_document
from openpar.parindex.assessments.actions.corrections import (
    confirm_correction,
    propose_correction,
    refuse_correction,
)
from openpar.parindex.assessments.actions.publication import conclude_council
from openpar.parindex.assessments.actions.scores import Entry
from openpar.parindex.assessments.models import Correction, Layer, Score
from tests import factories
from tests.parindex.assessments.test_corrections import GOOD, REASON, both, propose
from tests.parindex.rounds import DECISION, SmallRound, ratio

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock() -> Iterator[Traveller]:
    with time_machine.travel(DECISION, tick=False) as coordinates:
        yield coordinates


@pytest.fixture
def small(deciding: SmallRound) -> SmallRound:
    return deciding


def client_of(who: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=who.person_id))
    return client


def text_of(content: bytes) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", content.decode()))


def unit_page(small: SmallRound) -> str:
    return f"/appraisals/{small.round.pk}/unit/{small.sheet().pk}/"


def listed(small: SmallRound) -> str:
    return f"/rounds/{small.round.pk}/corrections/"


def form_of(small: SmallRound, code: str = "1.1.2") -> str:
    return f"{listed(small)}new/{small.sheet().pk}/{code}/"


TYPED = {"numerator": "45", "denominator": "50", "note": REASON, "version": "0", "document": ""}


def test_from_the_button_to_the_corrected_line(small: SmallRound) -> None:
    appraiser, manager = client_of(small.appraiser), client_of(small.manager)
    page = appraiser.get(unit_page(small)).content.decode()
    assert page.count("Đề nghị đính chính") == 4, "one for each leaf that is appraised"
    form = appraiser.get(form_of(small)).content.decode()
    assert 'value="30"' in form, "begins with what counts now"
    assert len(re.findall(r"<h3>Thẩm định\s+<span class=\"pill[^>]*>.*?đang tính", form)) == 1
    assert form.count("đang tính") == 1
    answer = appraiser.post(form_of(small), TYPED)
    assert (answer.status_code, answer["Location"].split("#")[0]) == (302, unit_page(small))
    assert "Đính chính chờ xác nhận" in appraiser.get(unit_page(small)).content.decode()
    correction = Correction.objects.get()
    waiting = text_of(manager.get(listed(small)).content)
    for words in ("Sở Y tế", REASON, "1,80", "2,70", "8,20 → 9,10", "Lê Văn Thẩm"):
        assert words in waiting
    assert manager.post(f"{listed(small)}{correction.pk}/", {"answer": "confirm"}).status_code == 302
    assert Score.objects.get(layer=Layer.CORRECTED).points == Decimal("2.7")
    settled = text_of(manager.get(listed(small)).content)
    assert "Đã đính chính" in settled
    assert "1,80 → 2,70" in settled
    after = text_of(appraiser.get(unit_page(small)).content)
    assert REASON in after
    # The unit reads the corrected line with its reason.
    sheet = text_of(client_of(small.focal).get(f"/assessments/{small.sheet().pk}/1.1.2/").content)
    assert REASON in sheet
    assert "2,40 → 2,70" in sheet
    # The story of the leaf tells the figures under their names, and the state in words.
    story = text_of(client_of(small.focal).get(f"/assessments/{small.sheet().pk}/1.1.2/history/").content)
    assert re.search(r"Xác nhận đính chính .*?Số liệu: .*?45.*?Trạng thái: Đã đính chính", story)
    assert "bỏ trống" not in story


def test_the_council_sheet_leads_to_the_leaves_of_a_unit_only_in_the_decision(small: SmallRound) -> None:
    page = client_of(small.chair).get(f"/rounds/{small.round.pk}/council/").content.decode()
    assert f'href="{unit_page(small)}"' in page


def test_the_proposer_sees_why_another_decides(small: SmallRound) -> None:
    person = both(small)
    correction = propose(small, by=person)
    client = client_of(person)
    assert "bước này cần người thứ hai" in client.get(listed(small)).content.decode()
    answer = client.post(f"{listed(small)}{correction.pk}/", {"answer": "confirm"})
    assert answer.status_code == 422
    assert "bước này cần người thứ hai" in answer.content.decode()
    assert not Score.objects.filter(layer=Layer.CORRECTED).exists()


def test_a_refusal_keeps_what_was_typed_and_says_what_is_missing(small: SmallRound) -> None:
    client = client_of(small.appraiser)
    for typed, words in (
        ({"note": ""}, "chưa nêu lý do đính chính"),
        ({"numerator": "60"}, "60"),
        ({"numerator": "bốn"}, "bốn"),
        ({"numerator": "30"}, "vẫn như đang tính"),
    ):
        answer = client.post(form_of(small), {**TYPED, **typed})
        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert 'value="50"' in answer.content.decode()
        places = re.findall(r'<li><a href="#([^"]+)"', answer.content.decode())
        assert [place for place in places if f'id="{place}"' not in answer.content.decode()] == []
    assert not Correction.objects.exists()


def test_who_typed_against_older_points_gets_both_versions(small: SmallRound) -> None:
    confirm_correction(correction_id=propose(small).pk, by=small.manager, at=DECISION)
    client = client_of(small.outside_appraiser)
    answer = client.post(form_of(small), {**TYPED, "numerator": "48", "note": "Theo biên bản"})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Lê Văn Thẩm" in page
    assert "Theo biên bản" in page
    assert 'name="version" value="1"' in page
    again = client.post(form_of(small), {**TYPED, "numerator": "48", "note": "Theo biên bản", "version": "1"})
    assert again.status_code == 302


def test_a_refused_correction_shows_its_reason_and_only_the_proposer_withdraws(small: SmallRound) -> None:
    correction = propose(small)
    chair, manager = client_of(small.chair), client_of(small.manager)
    assert (
        chair.post(f"{listed(small)}{correction.pk}/", {"answer": "refuse", "reason": ""}).status_code == 422
    )
    assert manager.post(f"{listed(small)}{correction.pk}/withdraw/").status_code == 404
    proposer = client_of(small.appraiser)
    page = proposer.get(form_of(small)).content.decode()
    assert "Rút đề nghị" in page
    assert "8,20" not in page, "a sum with the parts from outside is not for appraisers before publication"
    assert proposer.post(f"{listed(small)}{correction.pk}/withdraw/").status_code == 302
    late = chair.post(f"{listed(small)}{correction.pk}/", {"answer": "confirm"})
    assert late.status_code == 422
    refused = propose(small)
    refuse_correction(correction_id=refused.pk, reason="Đã đếm đủ", by=small.chair, at=DECISION)
    page = text_of(chair.get(listed(small)).content)
    assert "Đã đếm đủ" in page
    assert "Đã rút" in page


def test_strangers_units_and_appraisers_of_other_fields_find_nothing(small: SmallRound) -> None:
    correction = propose(small)
    for who in (small.focal, factories.actor_as(Role.APPRAISER, small.justice, "Khác")):
        client = client_of(who)
        assert client.get(listed(small)).status_code == 404
        assert client.get(form_of(small)).status_code == 404
        assert client.post(form_of(small), TYPED).status_code == 404
        assert client.post(f"{listed(small)}{correction.pk}/", {"answer": "confirm"}).status_code == 404
    assert client_of(small.appraiser).get(form_of(small, "2.2.1")).status_code == 404
    assert Client().get(listed(small)).status_code == 302


def test_the_unit_hears_of_a_correction_only_when_it_is_confirmed(small: SmallRound) -> None:
    correction = propose(small)
    client = client_of(small.focal)
    history = f"/assessments/{small.sheet().pk}/history/"
    assert REASON not in client.get(history).content.decode()
    assert REASON in client_of(small.manager).get(history).content.decode()
    confirm_correction(correction_id=correction.pk, by=small.manager, at=DECISION)
    page = client.get(history).content.decode()
    assert "Xác nhận đính chính" in page
    assert "Đề nghị đính chính" not in page


def read(who: Actor, address: str) -> bytes:
    answer = client_of(who).get(address)
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]  # a streaming answer


def test_the_document_of_a_correction_is_read_by_those_who_decide(small: SmallRound) -> None:
    document = add_document(
        by=small.appraiser,
        at=DECISION,
        owner_id=small.home_affairs.pk,
        title="Biên bản rà soát",
        upload=b"%PDF-1.7\nminutes",
        file_name="bien-ban.pdf",
    )
    correction = propose_correction(
        assessment_id=small.sheet().pk,
        code="1.1.2",
        entry=Entry(ratio(45, 50), note=REASON),
        document_id=document.pk,
        expected_version=0,
        by=small.appraiser,
        at=DECISION,
    )
    address = f"/assessments/{small.sheet().pk}/documents/{document.pk}/"
    assert address in client_of(small.chair).get(listed(small)).content.decode()
    assert read(small.chair, address) == b"%PDF-1.7\nminutes"
    assert client_of(small.focal).get(address).status_code == 404
    confirm_correction(correction_id=correction.pk, by=small.manager, at=DECISION)
    assert read(small.focal, address) == b"%PDF-1.7\nminutes"


def test_what_waits_stands_on_the_first_page_and_on_the_council_sheet(small: SmallRound) -> None:
    propose(small)
    for who in (small.manager, small.chair):
        assert "1 đề nghị đính chính" in client_of(who).get("/").content.decode()
    council = client_of(small.manager).get(f"/rounds/{small.round.pk}/council/").content.decode()
    assert "còn 1 đề nghị đính chính chưa quyết định" in council
    assert f'href="{listed(small)}"' in council


def test_the_result_says_which_line_was_corrected_and_why(small: SmallRound) -> None:
    confirm_correction(correction_id=propose(small).pk, by=small.manager, at=DECISION)
    page = text_of(client_of(small.manager).get(f"/results/{small.round.pk}/{small.sheet().pk}/").content)
    assert "Đính chính" in page
    assert REASON in page


def test_who_concluded_reads_why_somebody_else_publishes(small: SmallRound) -> None:
    person = factories.person_as(Role.COUNCIL_CHAIR, small.home_affairs, "Kiêm Nhiệm")
    factories.give(person, Role.ROUND_MANAGER, small.home_affairs)
    alone = factories.actor(person)
    conclude_council(
        round_id=small.round.pk, met_on=DECISION.date(), conclusion="Nhất trí", by=alone, at=DECISION
    )
    page = client_of(alone).get(f"/rounds/{small.round.pk}/council/").content.decode()
    assert "bước này cần người thứ hai" in page
    assert f"/rounds/{small.round.pk}/publish/" not in page
    assert (
        f"/rounds/{small.round.pk}/publish/"
        in client_of(small.manager).get(f"/rounds/{small.round.pk}/council/").content.decode()
    )
    typed = {
        "number": GOOD.number,
        "signed_on": "20/01/2027",
        "signer": GOOD.signer,
        "signer_position": "Chủ tịch",
        "confirmed": "1",
    }
    answer = client_of(alone).post(f"/rounds/{small.round.pk}/publish/", typed)
    assert answer.status_code == 422


def test_the_list_costs_the_same_for_one_and_for_many(small: SmallRound) -> None:
    client = client_of(small.manager)

    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(listed(small)).status_code == 200
        return len(queries)

    propose(small)
    one = cost()
    for unit in (small.justice, small.health):
        for code, answer in (("1.1.2", ratio(20, 50)), ("2.1.1", ratio(40, 50))):
            if (unit, code) != (small.health, "1.1.2"):
                propose(small, unit=unit, code=code, entry=Entry(answer, note="Đếm lại"))
    assert cost() == one


def test_the_page_of_a_unit_costs_one_question_more_while_corrections_are_possible(
    small: SmallRound,
) -> None:
    client = client_of(small.appraiser)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(unit_page(small)).status_code == 200
        return len(queries)

    cost()  # the criteria set is kept from here on
    before = cost()
    propose(small)
    propose(small, code="2.1.1", entry=Entry(ratio(40, 50), note="Đếm lại"))
    assert cost() == before

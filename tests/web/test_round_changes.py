"""Pages of corrections: particulars of a round, a block, an outside value, a penalty; a short first page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from time_machine import Traveller

from openpar.base.accounts.models import User
from openpar.base.accounts.queries import Actor
from openpar.base.documents.actions import add_document
from openpar.parindex.assessments.models import Adjustment, Layer, Round, RoundBlock, Score
from openpar.web.appraisals import home
from tests.parindex import rounds
from tests.parindex.rounds import SmallRound
from tests.web.reading import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock() -> Iterator[Traveller]:
    with time_machine.travel(rounds.APPRAISAL, tick=False) as coordinates:
        yield coordinates


def client_of(who: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=who.person_id))
    return client


def test_the_manager_corrects_a_round_in_preparation(prepared: SmallRound) -> None:
    browser, address = client_of(prepared.manager), f"/rounds/{prepared.round.pk}/change/"
    assert "Sửa thông tin" in text_of(browser, f"/rounds/{prepared.round.pk}/setup/")
    assert 'name="assessed_until"' in text_of(browser, address)
    typed = {"title": "PAR 2026", "assessed_from": "01/01/2026", "assessed_until": "14/12/2026", "guide": "A"}
    assert browser.post(address, typed).status_code == 302
    assert Round.objects.get().title == "PAR 2026"


def test_after_opening_a_reason_is_asked_for_and_the_period_is_not(opened: SmallRound) -> None:
    browser, address = client_of(opened.manager), f"/rounds/{opened.round.pk}/change/"
    assert 'name="assessed_until"' not in text_of(browser, address)
    answer = browser.post(address, {"title": "PAR 2026", "guide": ""})
    assert answer.status_code == 422
    assert 'value="PAR 2026"' in answer.content.decode()
    assert browser.post(address, {"title": "PAR 2026", "reason": "Sai tên"}).status_code == 302
    assert Round.objects.get().title == "PAR 2026"


def test_a_published_round_says_why_it_is_not_corrected(published: SmallRound) -> None:
    text = text_of(client_of(published.manager), f"/rounds/{published.round.pk}/change/")
    assert "Kỳ đã công bố, thông tin của kỳ không đổi được." in text


def test_others_do_not_reach_the_corrections(prepared: SmallRound) -> None:
    block = f"/rounds/{prepared.round.pk}/setup/blocks/{prepared.round_block.pk}/remove/"
    for who in (prepared.focal, prepared.appraiser, prepared.chair):
        browser = client_of(who)
        assert browser.get(f"/rounds/{prepared.round.pk}/change/").status_code == 404
        assert browser.post(block).status_code == 404
    assert RoundBlock.objects.exists()


def test_a_block_is_taken_out_in_preparation_only(prepared: SmallRound) -> None:
    browser = client_of(prepared.manager)
    address = f"/rounds/{prepared.round.pk}/setup/blocks/{prepared.round_block.pk}/remove/"
    assert address in text_of(browser, f"/rounds/{prepared.round.pk}/setup/")
    assert browser.post(address).status_code == 302
    assert not RoundBlock.objects.exists()


def test_the_block_of_an_opened_round_has_no_such_button_and_stays(opened: SmallRound) -> None:
    browser = client_of(opened.manager)
    address = f"/rounds/{opened.round.pk}/setup/blocks/{opened.round_block.pk}/remove/"
    assert address not in text_of(browser, f"/rounds/{opened.round.pk}/setup/")
    assert browser.post(address).status_code == 422
    assert RoundBlock.objects.exists()


def test_an_outside_value_typed_by_mistake_is_cleared_for_a_reason(deciding: SmallRound) -> None:
    browser, leaf = client_of(deciding.manager), f"/rounds/{deciding.round.pk}/outside/so/2.2.1/"
    assert "Xóa giá trị nhập nhầm" in text_of(browser, leaf)
    unit = str(deciding.sheet().pk)
    answer = browser.post(f"{leaf}clear/", {"unit": unit, "reason": ""})
    assert answer.status_code == 422
    assert "nêu lý do xóa giá trị" in answer.content.decode()
    assert browser.post(f"{leaf}clear/", {"unit": "", "reason": "Nhầm"}).status_code == 422
    assert Score.objects.filter(layer=Layer.OUTSIDE).count() == 3
    assert browser.post(f"{leaf}clear/", {"unit": unit, "reason": "Nhầm"}).status_code == 302
    assert Score.objects.filter(layer=Layer.OUTSIDE).count() == 2
    assert (
        client_of(deciding.appraiser).post(f"{leaf}clear/", {"unit": unit, "reason": "x"}).status_code == 404
    )


def _document(small: SmallRound, who: Actor) -> int:
    return add_document(
        by=who,
        at=rounds.APPRAISAL,
        owner_id=small.home_affairs.pk,
        title="Kết luận thanh tra",
        number="12/KL-TTr",
    ).pk


def test_an_appraiser_records_a_penalty_with_its_document_from_the_page_of_the_unit(
    appraising: SmallRound,
) -> None:
    document = _document(appraising, appraising.appraiser)
    browser, address = (
        client_of(appraising.appraiser),
        f"/rounds/{appraising.round.pk}/penalties/{appraising.sheet().pk}/",
    )
    assert address in text_of(browser, f"/appraisals/{appraising.round.pk}/unit/{appraising.sheet().pk}/")
    assert "12/KL-TTr Kết luận thanh tra" in text_of(browser, address)
    assert browser.post(address, {"ground": "", "points": "0,5"}).status_code == 422
    typed = {"ground": "KL 12", "points": "0,5", "document": str(document)}
    assert browser.post(address, typed).status_code == 302
    one = Adjustment.objects.get()
    assert (one.kind, one.document_id, one.state) == ("PENALTY", document, "CLAIMED")
    assert "Điểm trừ bạn đã ghi" in text_of(browser, address)


def test_nobody_records_a_penalty_for_the_own_unit_or_without_the_role(appraising: SmallRound) -> None:
    own = f"/rounds/{appraising.round.pk}/penalties/{appraising.sheet(appraising.home_affairs).pk}/"
    assert client_of(appraising.appraiser).get(own).status_code == 404
    other = f"/rounds/{appraising.round.pk}/penalties/{appraising.sheet().pk}/"
    for who in (appraising.focal, appraising.chair):
        assert client_of(who).get(other).status_code == 404


def test_the_manager_chooses_a_document_too(appraising: SmallRound) -> None:
    document = _document(appraising, appraising.manager)
    browser, address = client_of(appraising.manager), f"/rounds/{appraising.round.pk}/adjustments/"
    assert "12/KL-TTr Kết luận thanh tra" in text_of(browser, address)
    typed = {"unit": str(appraising.sheet().pk), "ground": "KL", "points": "1", "document": str(document)}
    assert browser.post(address, typed).status_code == 302
    assert Adjustment.objects.get().document_id == document


def test_a_long_list_of_fields_is_one_line_a_block(
    appraising: rounds.SmallRound, clock: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.move_to(rounds.APPRAISAL + timedelta(hours=1))
    browser = client_of(appraising.outside_appraiser)
    short = text_of(browser, "/")
    assert "1. Chỉ đạo, điều hành" in short
    monkeypatch.setattr(home, "_MOST_FIELDS", 1)
    long = text_of(browser, "/")
    assert "1. Chỉ đạo, điều hành" not in long
    assert "Lĩnh vực 1, 2" in long
    assert f'href="/appraisals/{appraising.round.pk}/#field-so-1"' in long
    assert 'href="/appraisals/">Xem tất cả' in long

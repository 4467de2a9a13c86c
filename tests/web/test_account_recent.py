"""Publishing and reopening ask for the second factor afresh, of whoever has one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from time_machine import Traveller

from openpar.base.access.actions.factors import set_up_totp
from openpar.base.access.totp import code_of_step, new_secret, step_at
from openpar.base.accounts.models import User
from openpar.base.organisations.roles import Actor
from openpar.parindex.assessments.actions.publication import conclude_council
from openpar.parindex.assessments.actions.reopenings import ask_reopening
from openpar.parindex.assessments.models import Result, SheetState
from tests.parindex import rounds

pytestmark = pytest.mark.django_db
DECISION = {
    "number": "99/QĐ-UBND",
    "signed_on": "20/01/2027",
    "signer": "Nguyễn Văn Chủ",
    "signer_position": "Chủ tịch",
}


@pytest.fixture
def clock() -> Iterator[Traveller]:
    with time_machine.travel(rounds.DURING_SELF, tick=False) as traveller:
        yield traveller


def with_app(who: Actor) -> tuple[Client, str]:
    """The person's browser, in which no factor has been shown lately, and the secret of the app."""
    secret, at = new_secret(), timezone.now()
    set_up_totp(by=who, at=at, secret=secret, code=code_of_step(secret, step_at(at)))
    client = Client()
    client.force_login(User.objects.get(pk=who.person_id))
    return client, secret


def confirm(client: Client, secret: str, page: str) -> None:
    code = code_of_step(secret, step_at(timezone.now()) + 1)
    answer = client.post("/account/confirm/", {"code": code, "next": page})
    assert answer.headers["Location"] == page


def test_publication_waits_until_the_factor_was_shown_in_the_last_quarter_of_an_hour(
    deciding: rounds.SmallRound, clock: Traveller
) -> None:
    clock.move_to(rounds.DECISION)
    conclude_council(
        round_id=deciding.round.pk,
        met_on=timezone.localdate(),
        conclusion="Nhất trí",
        by=deciding.chair,
        at=timezone.now(),
    )
    client, secret = with_app(deciding.manager)
    page = f"/rounds/{deciding.round.pk}/publish/"
    assert "xác nhận lại" in client.get(page).content.decode()
    refused = client.post(page, DECISION | {"confirmed": "1"})
    assert refused.status_code == 422
    assert f"/account/confirm/?next=%2Frounds%2F{deciding.round.pk}%2Fpublish%2F" in refused.content.decode()
    assert "99/QĐ-UBND" in refused.content.decode()
    confirm(client, secret, page)
    clock.shift(timedelta(minutes=16))
    assert client.post(page, DECISION | {"confirmed": "1"}).status_code == 422
    assert not Result.objects.exists()
    confirm(client, secret, page)
    clock.shift(timedelta(minutes=14))
    assert "xác nhận lại" not in client.get(page).content.decode()
    assert client.post(page, DECISION | {"confirmed": "1"}).status_code == 302
    assert Result.objects.exists()


def test_reopening_a_sheet_asks_too_and_refusing_does_not(
    opened: rounds.SmallRound, clock: Traveller
) -> None:
    rounds.score_unit(opened, opened.health)
    rounds.lock_unit(opened, opened.health)
    asked = ask_reopening(
        assessment_id=opened.sheet().pk, reason="Nhầm số liệu", by=opened.focal, at=rounds.DURING_SELF
    )
    client, secret = with_app(opened.manager)
    page = f"/rounds/{opened.round.pk}/"
    answer = {"answer": "grant", "open_until": "20/11/2026 17:00"}
    # Said before the hour is typed, not after.
    assert "cần xác nhận lại là chính bạn" in client.get(page).content.decode()
    assert client.post(f"{page}reopenings/{asked.pk}/", answer).status_code == 422
    assert opened.sheet().state == SheetState.LOCKED
    confirm(client, secret, page)
    assert "cần xác nhận lại là chính bạn" not in client.get(page).content.decode()
    assert client.post(f"{page}reopenings/{asked.pk}/", answer).status_code == 302
    assert opened.sheet().state == SheetState.DRAFTING

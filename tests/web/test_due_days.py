"""The page of a dossier shows the due day that a calendar moved; a finished one the calendar of its end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine

from openpar.base.accounts.models import Role
from openpar.delivery.dossiers.actions.refreshing import follow_calendar
from tests.delivery.dossiers import lists
from tests.delivery.dossiers.test_following import CODE, DONE, OPEN, moment, told, two_days_off
from tests.web.conftest import LogIn
from tests.web.reading import text_of, visible

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("dossier_province")]
PAGE = f"/dossiers/one/{CODE}/"


@pytest.fixture(autouse=True)
def _june() -> Iterator[None]:
    with time_machine.travel(moment(22), tick=True):
        yield


def test_an_open_dossier_shows_its_due_day_before_the_calendar_and_why_it_moved(logged_in: LogIn) -> None:
    lists.brought(told(OPEN), moment(12))
    edition = two_days_off(moment(15))
    follow_calendar(by=lists.HOUSE, at=moment(15, 18))
    words = visible(text_of(logged_in(Role.PROCEDURE_CONTROLLER), PAGE))
    moved = "Hạn cũ 17/06/2026, tính lại thành 19/06/2026 vì lịch năm 2026 thay đổi từ 15/06/2026"
    assert f"{moved} (15/QĐ-TTg)." in words
    assert f"phiên bản {edition.number}" in words


def test_a_finished_dossier_shows_the_verdict_and_the_calendar_of_its_end(logged_in: LogIn) -> None:
    lists.brought(told(DONE), moment(19))
    page = text_of(logged_in(Role.PROCEDURE_CONTROLLER), PAGE)
    edition = two_days_off(moment(20))
    words = visible(text_of(logged_in(Role.PROCEDURE_CONTROLLER, "Người khác"), PAGE))
    assert "Quá hạn 1 ngày làm việc" in words
    assert "Hạn cũ" not in words
    assert f"phiên bản {edition.number}" not in words
    assert visible(page).split("Cách tính hạn")[1] == words.split("Cách tính hạn")[1]

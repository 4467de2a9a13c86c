"""A dossier keeps the rules of the day it was received: by day, channel and case."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from openpar.delivery.procedures.actions.lines import NewLine
from openpar.delivery.procedures.contents import Term
from openpar.delivery.procedures.models import Procedure
from openpar.delivery.procedures.queries.rules_of_day import find_procedure, rule_book, rules_as_of
from openpar.delivery.procedures.words import Channel, FeeKind, LineChange, OnlineLevel
from tests import factories
from tests.delivery.procedures.catalogue import (
    BIRTH,
    MARRIAGE,
    contents,
    decision,
    new,
    offer,
    procedure,
    working_days,
)

pytestmark = pytest.mark.django_db
CHANGED = date(2026, 7, 1)
TERMS = (
    Term(limit=working_days(10), fee_kind=FeeKind.FREE),
    Term(Channel.ONLINE, limit=working_days(8)),
    Term(None, "Cần xác minh", working_days(20)),
    Term(Channel.ONLINE, "Cần xác minh", working_days(15), fee_kind=FeeKind.FIXED, fee=5000),
)


@pytest.fixture
def birth() -> Procedure:
    """Five days until the end of June 2026, then by channel and case."""
    old = contents(terms=(Term(limit=working_days(5)),))
    decision(new(what=old), number="1", effective_on=date(2026, 1, 5), signed_on=date(2026, 1, 5))
    made = NewLine(BIRTH, LineChange.AMENDED, contents(terms=TERMS))
    decision(made, number="2", effective_on=CHANGED)
    return Procedure.objects.get()


@pytest.mark.parametrize(
    ("channel", "case", "count"),
    [
        (None, "", 10),
        (Channel.IN_PERSON, "", 10),
        (Channel.ONLINE, "", 8),
        (Channel.POST, "Cần xác minh", 20),
        (Channel.ONLINE, "Cần xác minh", 15),
        # A case that the procedure does not name: the term of every case, and it is said so.
        (Channel.POST, "Lạ", 10),
        (Channel.ONLINE, "Lạ", 8),
    ],
)
def test_the_most_exact_term_counts(birth: Procedure, channel: Channel | None, case: str, count: int) -> None:
    found = rules_as_of(birth, CHANGED, channel, case)
    assert found is not None
    assert found.limit == working_days(count)
    assert found.is_case_known is (case != "Lạ")


def test_the_rules_are_those_of_the_day_of_reception(birth: Procedure) -> None:
    before, after = (rules_as_of(birth, day) for day in (CHANGED - timedelta(days=1), CHANGED))
    assert before is not None
    assert after is not None
    assert (before.limit, after.limit) == (working_days(5), working_days(10))
    assert before.version_id != after.version_id
    assert rules_as_of(birth, date(2026, 1, 4)) is None


def test_either_form_of_the_code_finds_the_rules(birth: Procedure) -> None:
    for code in (BIRTH, f"{BIRTH}.000.00.00.H41", f"{BIRTH}.000.00.00.H10"):
        found = rules_as_of(code, CHANGED)
        assert found is not None
        assert found.code == BIRTH
        assert find_procedure(code) == birth
    assert rules_as_of("9.999999", CHANGED) is None
    assert rules_as_of("không phải mã", CHANGED) is None
    assert find_procedure("không phải mã") is None


def test_a_fee_and_a_limit_not_stated_are_none(birth: Procedure) -> None:
    def fee(channel: Channel | None, case: str = "") -> bool | None:
        found = rules_as_of(birth, CHANGED, channel, case)
        assert found is not None
        return found.has_fee

    assert fee(None) is False
    assert fee(Channel.ONLINE) is None
    assert fee(Channel.ONLINE, "Cần xác minh") is True
    procedure(MARRIAGE, contents("Kết hôn", terms=(Term(Channel.POST, limit=working_days(3)),)))
    silent = rules_as_of(MARRIAGE, CHANGED, Channel.ONLINE)
    assert silent is not None
    assert (silent.term, silent.limit, silent.has_fee) == (None, None, None)


def test_the_level_of_an_agency_counts_before_that_of_every_agency(birth: Procedure) -> None:
    commune = factories.organisation("Xã Bắc")
    level = rules_as_of(birth, CHANGED)
    assert level is not None
    assert level.online_level is None
    offer(birth, OnlineLevel.FULL)
    offer(birth, OnlineLevel.INFORMATION, organisation=commune)
    book = rule_book()
    everybody, own = (book.as_of(BIRTH, CHANGED, organisation_id=one) for one in (None, commune.pk))
    assert everybody is not None
    assert own is not None
    assert (everybody.online_level, own.online_level) == (OnlineLevel.FULL, OnlineLevel.INFORMATION)


def test_a_book_answers_for_many_dossiers_without_a_query(birth: Procedure) -> None:
    with CaptureQueriesContext(connection) as loading:
        book = rule_book([BIRTH])
    assert len(loading) == 4
    with CaptureQueriesContext(connection) as asking:
        days = [date(2026, 1, 5) + timedelta(days=number) for number in range(300)]
        limits = {book.as_of(BIRTH, day).limit for day in days}  # type: ignore[union-attr]  # in force on all
    assert len(asking) == 0
    assert limits == {working_days(5), working_days(10)}

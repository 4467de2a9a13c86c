"""Codes of an authenticator app, by the table of RFC 6238, and that each counts once."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest

from openpar.base.access.totp import code_of_step, matching_step, new_secret, step_at

# RFC 6238, appendix B, SHA-1: the last six of its eight figures.
SECRET = base64.b32encode(b"12345678901234567890").decode()
AT = datetime(2026, 3, 2, 8, 0, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    at = datetime.fromtimestamp(seconds, tz=UTC)
    assert code_of_step(SECRET, step_at(at)) == code
    assert matching_step(SECRET, code, at=at, after=-1) == seconds // 30


@pytest.mark.parametrize(
    ("late", "counts"), [(-60, False), (-30, True), (0, True), (30, True), (60, False), (3600, False)]
)
def test_a_clock_may_be_half_a_minute_off(late: int, counts: bool) -> None:
    code = code_of_step(SECRET, step_at(AT))
    found = matching_step(SECRET, code, at=AT + timedelta(seconds=late), after=-1)
    assert (found is not None) is counts


def test_a_step_that_was_used_and_those_before_it_do_not_count_again() -> None:
    now = step_at(AT)
    assert matching_step(SECRET, code_of_step(SECRET, now), at=AT, after=now) is None
    assert matching_step(SECRET, code_of_step(SECRET, now - 1), at=AT, after=now) is None
    assert matching_step(SECRET, code_of_step(SECRET, now + 1), at=AT, after=now) == now + 1


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "１２３４５６", "²²²²²²", "-12345"])
def test_what_is_no_code_is_refused_without_a_word(typed: str) -> None:
    assert matching_step(SECRET, typed, at=AT, after=-1) is None


def test_blanks_in_a_typed_code_do_not_matter() -> None:
    code = code_of_step(SECRET, step_at(AT))
    assert matching_step(SECRET, f" {code[:3]} {code[3:]} ", at=AT, after=-1) is not None


def test_two_secrets_differ_and_have_160_bits() -> None:
    one, other = new_secret(), new_secret()
    assert one != other
    assert len(base64.b32decode(one)) == 20

"""The short form of every trust check: what may not happen does not, and planted defects are caught."""

from __future__ import annotations

import os

import pytest

from trust.check import Check, all_checks
from trust.runner import run_check

SEED = int(os.environ.get("OPENPAR_TRUST_SEED", "1"))
SHORT = [check for check in all_checks() if not check.only_in_full]


@pytest.mark.parametrize("check", SHORT, ids=lambda check: check.name)
def test_the_property_holds_and_the_planted_defects_are_caught(check: Check) -> None:
    for told in run_check(check, seed=SEED, short=True):
        assert told["violations"] == [], told
        assert told["planted"], "a check without a planted defect proves nothing"
        assert all(told["planted"].values()), told


def test_a_check_left_out_here_says_why() -> None:
    assert all(check.only_in_full == "" or len(check.only_in_full) > 20 for check in all_checks())

"""Many attempts at one moment get no extra guess, and one code lets in one. On both databases."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from openpar.base.access.actions.brakes import count_attempt
from openpar.base.access.actions.factors import set_up_totp
from openpar.base.access.actions.proofs import use_code
from openpar.base.access.brakes import NOBODY, watched_at_log_in
from openpar.base.access.rules import LIMITS
from openpar.base.access.totp import code_of_step, new_secret, step_at
from openpar.common.errors import Refused
from tests import factories
from tests.factories import MOMENT

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 16


def successes(attempt: Callable[[], object]) -> int:
    """How many of sixteen at one moment are let through."""
    barrier = Barrier(AT_ONCE)

    def run(_number: int) -> bool:
        try:
            barrier.wait(timeout=20)
            attempt()
            return True
        except Refused:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        return sum(threads.map(run, range(AT_ONCE)))


def test_of_many_guesses_at_once_only_the_free_ones_are_tried() -> None:
    watched = watched_at_log_in("hoa", address="10.0.0.1", user_id=None)
    tried = successes(lambda: count_attempt(by=NOBODY, at=MOMENT, watched=watched))
    assert tried == LIMITS[watched[0].kind].free


def test_one_code_shown_by_many_at_once_lets_one_in() -> None:
    user = factories.person()
    by, secret, step = factories.actor(user), new_secret(), step_at(MOMENT)
    set_up_totp(by=by, at=MOMENT, secret=secret, code=code_of_step(secret, step))
    code = code_of_step(secret, step + 1)
    assert successes(lambda: use_code(by=by, at=MOMENT, user_id=user.pk, code=code)) == 1

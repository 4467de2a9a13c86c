"""Two people at the same moment: one of them is refused, nothing is half done. On both databases."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.db import connection

from openpar.base.accounts import actions as accounts
from openpar.base.accounts.models import Role, RoleHeld
from openpar.base.organisations.models import OrganisationVersion
from openpar.common.errors import Refused
from tests import factories
from tests.factories import MOMENT, codes_of

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*tries: Callable[[], object]) -> list[list[str]]:
    """Runs all at one moment, each on its own connection; the codes each was refused with, [] for success."""
    barrier = Barrier(len(tries))

    def run(attempt: Callable[[], object]) -> list[str]:
        try:
            barrier.wait(timeout=10)
            attempt()
            return []
        except Refused as refusal:
            return codes_of(refusal)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(tries)) as threads:
        return sorted(threads.map(run, tries))


@pytest.mark.parametrize("_attempt", range(3))
def test_of_two_organisations_with_one_code_one_is_founded(_attempt: int) -> None:
    outcomes = at_once(
        lambda: factories.organisation("Tỉnh Yên Bái", code="15"),
        lambda: factories.organisation("Tỉnh Lào Cai", code="15"),
    )
    assert outcomes == [[], ["code-held-twice"]]
    assert OrganisationVersion.objects.filter(code="15").count() == 1


@pytest.mark.parametrize("_attempt", range(3))
def test_two_administrators_who_remove_each_other_do_not_both_succeed(_attempt: int) -> None:
    department = factories.organisation()
    first, second = (
        factories.person_as(Role.ADMINISTRATOR, department, name) for name in ("Nguyễn An", "Trần Bình")
    )
    by_first, by_second = factories.actor(first), factories.actor(second)
    outcomes = at_once(
        lambda: accounts.deactivate(by=by_first, at=MOMENT, user_id=second.pk),
        lambda: accounts.deactivate(by=by_second, at=MOMENT, user_id=first.pk),
    )
    assert outcomes == [[], ["last-administrator"]]


def test_of_two_equal_roles_at_once_one_is_given() -> None:
    department = factories.organisation()
    user = factories.person()

    def give(day: date) -> None:
        factories.give(user, Role.APPRAISER, department, held_from=day)

    outcomes = at_once(lambda: give(date(2026, 1, 1)), lambda: give(date(2026, 1, 2)))
    assert outcomes == [[], ["role-overlaps"]]
    assert RoleHeld.objects.count() == 1

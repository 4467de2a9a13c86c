"""The top bar: what belongs together stands in one menu, and nobody is shown what is not theirs."""

import pytest

from openpar.base.accounts.models import Role
from openpar.base.accounts.queries import Actor
from openpar.web import navigation
from openpar.web.navigation import DESTINATIONS, GROUPS, entries_for


def somebody(*roles: Role) -> Actor:
    return Actor(1, "Người thử", frozenset((role, 1) for role in roles))


def test_every_page_of_a_menu_is_a_destination_of_one_menu() -> None:
    known = {destination.page for destination in DESTINATIONS}
    listed = [page for group in GROUPS.values() for page in group.pages]
    assert set(listed) <= known
    assert len(listed) == len(set(listed))
    assert known - set(listed) == {"home"}


def test_a_menu_with_one_entry_is_that_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    few = tuple(
        each for each in DESTINATIONS if each.page in ("home", "results", "procedures", "organisations")
    )
    monkeypatch.setattr(navigation, "DESTINATIONS", few)
    groups = entries_for(somebody(Role.LEADER), "/results/")
    assert [group.label for group in groups] == [""] * len(few)


@pytest.mark.parametrize("role", Role)
def test_the_bar_has_room_for_everybody(role: Role) -> None:
    assert len(entries_for(somebody(role), "/")) <= len(GROUPS) + 1


def test_the_entry_of_the_page_and_its_menu_are_current() -> None:
    groups = entries_for(somebody(Role.ROUND_MANAGER), "/results/7/")
    assert [group.is_current for group in groups].count(True) == 1
    (current,) = [entry.link for group in groups for entry in group.entries if entry.is_current]
    assert current == "/results/"


def test_the_first_page_is_current_only_on_itself() -> None:
    manager = somebody(Role.ROUND_MANAGER)
    assert entries_for(manager, "/")[0].is_current
    assert not any(group.is_current for group in entries_for(manager, "/unknown/"))

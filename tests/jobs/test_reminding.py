"""The table of who knows of deadlines: one that fails keeps nobody else from being told."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

import openpar
from openpar.base.accounts.models import Role, User
from openpar.base.audit.sealing import seal
from openpar.base.notifications import unsealed
from openpar.base.notifications.due import DueThing
from openpar.base.notifications.models import Message
from openpar.base.notifications.rules import settings_in_force
from openpar.common.formats import VIETNAM
from openpar.jobs import tasks
from openpar.jobs.reminding import PROVIDERS, Provider, ProvidersFailed, remind_of_everything
from openpar.jobs.schedule import JOBS
from tests import factories

SOURCE = Path(openpar.__file__).parent
NOW = datetime(2026, 12, 14, 6, 30, tzinfo=VIETNAM)
_KIND = re.compile(r"[a-z]+\.[a-z_]+")


@pytest.fixture
def hoa(db: None) -> User:
    return factories.person_as(Role.FOCAL_OFFICER, factories.organisation(), "Nguyễn Thị Hòa")


def of_tasks(user: User, kind: str = "plan.task") -> Provider:
    def due_things(today: date) -> Iterable[DueThing]:
        thing = DueThing(kind, "task:1", today + timedelta(1), "Nhiệm vụ 1", "/tasks/1/", (user.pk,))
        # The same thing said twice is one thing.
        return [thing, thing]

    return Provider("tasks", due_things)


def broken(_today: date) -> Iterable[DueThing]:
    raise ZeroDivisionError("hỏng")


def test_one_package_that_fails_keeps_nobody_else_from_being_told(hoa: User) -> None:
    providers = (Provider("broken", broken), of_tasks(hoa))
    with pytest.raises(ProvidersFailed, match="broken: ZeroDivisionError"):
        remind_of_everything(at=NOW, providers=providers)
    assert Message.objects.get().text == "Còn 1 ngày, hạn 15/12/2026: Nhiệm vụ 1"
    # The job tries again: nobody hears it twice.
    assert remind_of_everything(at=NOW, providers=(of_tasks(hoa),)) == 0


def test_a_kind_without_a_rule_is_named(hoa: User) -> None:
    with pytest.raises(ProvidersFailed, match=r"UnknownKind.*plan\.nothing"):
        remind_of_everything(at=NOW, providers=(of_tasks(hoa, "plan.nothing"),))


def test_the_job_says_how_many_were_told(db: None) -> None:
    assert tasks.remind(NOW) == "0 lời nhắc đã gửi"
    assert [job.name for job in JOBS if job.run is tasks.remind] == ["remind"]


def test_whoever_keeps_the_installation_hears_of_a_log_that_nobody_seals(hoa: User) -> None:
    administrator = factories.person_as(Role.ADMINISTRATOR, factories.organisation(), "Quản trị")
    seal(at=NOW)
    assert list(unsealed.due_things(NOW.date())) == []
    (thing,) = unsealed.due_things(NOW.date() + timedelta(2))
    assert (thing.due_on, thing.responsible) == (NOW.date(), (administrator.pk,))


def kinds_named() -> set[str]:
    """The kinds that the packages speak of, from their text."""
    found = set()
    for path in SOURCE.rglob("reminding.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and _KIND.fullmatch(node.value):
                found.add(node.value)
    return {kind for kind in found if not kind.startswith("openpar.")}


def test_every_kind_that_a_package_speaks_of_has_a_rule() -> None:
    ruled = settings_in_force().rules_on(NOW.date()).keys()
    assert {"sheet.evidence", "finding.remedy"} <= kinds_named()
    assert sorted(kinds_named() - ruled) == []


def test_every_package_that_knows_of_deadlines_has_its_line() -> None:
    known = {provider.due_things.__module__ for provider in PROVIDERS}
    packages = {
        ".".join(("openpar", *path.relative_to(SOURCE).with_suffix("").parts))
        for path in SOURCE.rglob("reminding.py")
        if "due_things" in path.read_text(encoding="utf-8") and path.parent.name not in ("actions", "jobs")
    }
    assert sorted(packages - known) == []

"""`openpar doctor`: one line for each finding with what to do; status 1 when anything is wrong."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
import time_machine
from django.db import transaction
from pytest_django.fixtures import Settings

from openpar.backoffice import doctor, doctor_calendars, doctor_checks, findings
from openpar.backoffice.commandline import main
from openpar.backoffice.findings import Check, Finding, Mark, check
from openpar.common.disk import Reserve
from openpar.common.durability import Setting, UnsoundDatabase
from openpar.common.formats import VIETNAM
from openpar.common.triggers import drop_triggers
from tests.base.calendars.decided import decide
from tests.guards import take_guard_away

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _sound(settings: Settings, tmp_path: Path) -> None:
    """An installation as it should be."""
    settings.OPENPAR_VAR_DIR = tmp_path
    settings.SECURE_SSL_REDIRECT = settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.SECURE_HSTS_SECONDS = 31536000
    settings.DEBUG = settings.OPENPAR_DEMO = False
    settings.ALLOWED_HOSTS = ["par.example.gov.vn"]
    settings.OPENPAR_DISK_RESERVE = Reserve(size=1)
    settings.SECRET_KEY = "x" * 64


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch) -> list[Check]:
    """A registry of the test's own."""
    checks: list[Check] = []
    monkeypatch.setattr(doctor, "checks", checks)
    monkeypatch.setattr(findings, "checks", checks)
    return checks


def marks(one: Check) -> dict[str, Mark]:
    return {finding.subject: finding.mark for finding in one()}


def test_a_sound_installation_has_nothing_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    out = capsys.readouterr().out
    assert "SAI" not in out
    assert "0 sai" in out


def test_what_is_wrong_is_told_with_what_to_do_and_ends_with_status_one(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.OPENPAR_DEMO = True
    assert main(["doctor", "--quiet"]) == 1
    out = capsys.readouterr().out
    assert "SAI    chế độ dùng thử: đang bật, ai cũng vào được bằng một lần bấm. Bỏ OPENPAR_DEMO." in out
    assert not any(line.startswith("được ") for line in out.splitlines())


@pytest.mark.parametrize(
    ("name", "value", "subject", "mark"),
    [
        ("DEBUG", True, "DEBUG", Mark.WRONG),
        ("OPENPAR_DEMO", True, "chế độ dùng thử", Mark.WRONG),
        ("SESSION_COOKIE_SECURE", False, "HTTPS", Mark.WRONG),
        ("SECURE_SSL_REDIRECT", False, "HTTPS", Mark.WARNING),
        ("ALLOWED_HOSTS", ["*"], "tên máy chủ", Mark.WRONG),
        ("OPENPAR_HOSTS_UNTOUCHED", "", "HTTPS", Mark.OK),
    ],
)
def test_settings_that_let_people_in_are_noticed(
    settings: Settings, name: str, value: object, subject: str, mark: Mark
) -> None:
    setattr(settings, name, value)
    assert marks(doctor_checks.secure_settings)[subject] is mark


def test_a_key_that_others_can_read_is_wrong(tmp_path: Path) -> None:
    key = tmp_path / "secret-key"
    key.write_text("k" * 64)
    key.chmod(0o640)
    assert marks(doctor_checks.secret_key)["tệp khóa"] is Mark.WRONG
    key.chmod(0o600)
    assert marks(doctor_checks.secret_key)["tệp khóa"] is Mark.OK


def test_a_short_key_is_wrong(settings: Settings) -> None:
    settings.SECRET_KEY = "short"
    assert marks(doctor_checks.secret_key)["khóa ký"] is Mark.WRONG


def test_a_disk_without_its_reserve_is_wrong(settings: Settings) -> None:
    settings.OPENPAR_DISK_RESERVE = Reserve(size=2**62)
    assert Mark.WRONG in marks(doctor_checks.free_space).values()


def test_a_database_that_could_lose_something_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise UnsoundDatabase([Setting("fsync", "off", "on", "ALTER SYSTEM SET fsync = on", is_sound=False)])

    monkeypatch.setattr("django.db.connection.ensure_connection", refuse)
    [finding] = doctor_checks.database()
    assert (finding.mark, finding.remedy) == (Mark.WRONG, "ALTER SYSTEM SET fsync = on")


def test_pending_migrations_are_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor_checks, "pending_migrations", lambda: ("audit.0002_more",))
    [finding] = doctor_checks.migrations()
    assert finding.mark is Mark.WRONG
    assert "audit.0002_more" in finding.what


@pytest.mark.skipif(os.getuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_wrong(settings: Settings, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert marks(doctor_checks.folders)["thư mục var"] is Mark.WRONG


def test_a_clock_that_lost_its_time_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2020, 1, 1, tzinfo=UTC))
    assert marks(doctor_checks.clock)["đồng hồ"] is Mark.WRONG


def test_a_year_without_a_decided_calendar_is_a_warning_the_next_one_late_in_the_year() -> None:
    def found(day: date) -> dict[str, Mark]:
        with time_machine.travel(datetime.combine(day, time(8), VIETNAM), tick=False):
            return marks(doctor_calendars.working_calendars)

    this, following = "lịch làm việc năm 2026", "lịch làm việc năm 2027"
    assert found(date(2026, 3, 1)) == {this: Mark.WARNING}
    decide(2026)
    assert found(date(2026, 10, 31)) == {this: Mark.OK}
    assert found(date(2026, 11, 1)) == {this: Mark.OK, following: Mark.WARNING}
    decide(2027)
    assert found(date(2026, 11, 1)) == {this: Mark.OK, following: Mark.OK}


def test_missing_fonts_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor_checks, "_said", lambda *_command: "")
    [finding] = doctor_checks.fonts()
    assert finding.mark is Mark.WARNING
    assert "fonts-liberation2" in finding.remedy


def test_others_register_checks_and_one_that_breaks_does_not_stop_the_rest(only: list[Check]) -> None:
    @check
    def breaks() -> Iterator[Finding]:
        raise RuntimeError("broken")

    @check
    def backups() -> Iterator[Finding]:
        yield Finding(Mark.WARNING, "sao lưu", "quá 24 giờ", "Chạy lại")

    assert only == [breaks, backups]
    broken, warned = doctor.findings()
    assert broken.mark is Mark.WRONG
    assert "RuntimeError: broken" in broken.what
    assert str(warned) == "lưu ý  sao lưu: quá 24 giờ. Chạy lại"


def test_settings_that_cannot_be_read_are_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse() -> None:
        raise ValueError("DATABASE_URL is 'mysql://x'")

    monkeypatch.setattr("django.setup", refuse)
    assert main(["doctor"]) == 1
    assert "DATABASE_URL is 'mysql://x'" in capsys.readouterr().out


def test_guards_that_a_database_lacks_are_named() -> None:
    assert [one.mark for one in doctor_checks.guards()] == [Mark.OK]
    with transaction.atomic():
        take_guard_away("audit_entry_update")
        [found] = doctor_checks.guards()
        drop_triggers()
        [more] = doctor_checks.guards()
        transaction.set_rollback(True)
    assert (found.mark, more.mark) == (Mark.WRONG, Mark.WRONG)
    assert found.what.endswith(" 1: audit_entry_update")
    assert len(more.what.split(", ")) == 5

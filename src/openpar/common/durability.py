"""Acknowledged is kept: the settings of the database without which a commit may be lost (docs/settings.md).

Asked on every new connection, in the server and in every command alike (config.engines): there is no way to
write beside it. PostgreSQL's switches are the administrator's, SQLite's are ours; both can be wrong.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.core.management.base import CommandError

OLDEST_POSTGRESQL: Final = 15
_FULL, _EXTRA = "2", "3"
_SYNCHRONOUS_NAMES = {"0": "OFF", "1": "NORMAL", _FULL: "FULL", _EXTRA: "EXTRA"}
_KEPT_COMMITS = frozenset({"on", "remote_apply", "remote_write"})


@dataclass(frozen=True)
class Setting:
    """One switch of the database: how it stands, how it must stand, and how to bring it there."""

    name: str
    found: str
    wanted: str
    remedy: str
    is_sound: bool

    def __str__(self) -> str:
        return f"{self.name}: đang là {self.found}, phải là {self.wanted}. {self.remedy}"


class UnsoundDatabase(CommandError):
    """The database might lose what was acknowledged; nothing is written to it.

    `settings` holds the wrong ones. A command ends with the message and status 1 (CommandError).
    """

    def __init__(self, settings: Iterable[Setting]) -> None:
        self.settings = tuple(settings)
        lines = (f"- {setting}" for setting in self.settings)
        super().__init__("\n".join(["Cơ sở dữ liệu chưa bảo đảm giữ được điều đã lưu; dừng lại.", *lines]))


def refuse_unless_sound(connection: Any) -> None:
    """Raises UnsoundDatabase with every wrong setting of this open connection."""
    wrong = [setting for setting in settings_of(connection) if not setting.is_sound]
    if wrong:
        raise UnsoundDatabase(wrong)


def settings_of(connection: Any) -> tuple[Setting, ...]:
    """How the switches stand on this open Django connection, sound or not."""
    return _of_sqlite(connection) if connection.vendor == "sqlite" else _of_postgresql(connection)


def _of_sqlite(connection: Any) -> tuple[Setting, ...]:
    journal, synchronous, foreign_keys = (
        _pragma(connection, name) for name in ("journal_mode", "synchronous", "foreign_keys")
    )
    mode = connection.transaction_mode or "DEFERRED"
    ours = "Chương trình tự đặt khi mở kết nối: khôi phục src/openpar/config/database.py như bản phát hành."
    return (
        Setting(
            "journal_mode",
            journal,
            "wal",
            "Đặt tệp dữ liệu trên đĩa cục bộ (không phải ổ mạng), thư mục ghi được; xem OPENPAR_VAR_DIR.",
            journal == "wal",
        ),
        Setting(
            "synchronous",
            _SYNCHRONOUS_NAMES.get(synchronous, synchronous),
            "FULL",
            ours,
            synchronous in (_FULL, _EXTRA),
        ),
        Setting("foreign_keys", "ON" if foreign_keys == "1" else "OFF", "ON", ours, foreign_keys == "1"),
        Setting("transaction_mode", mode, "IMMEDIATE", ours, mode == "IMMEDIATE"),
    )


def _pragma(connection: Any, name: str) -> str:
    # The connection of the driver: Django's cursor asks for a connection, which is being made just now.
    [value] = connection.connection.execute(f"PRAGMA {name}").fetchone()
    return str(value).lower()


_POSTGRESQL_SWITCHES = (
    "fsync",
    "full_page_writes",
    "synchronous_commit",
    "server_version_num",
    "server_encoding",
    "TimeZone",
)


def _of_postgresql(connection: Any) -> tuple[Setting, ...]:
    asked = ", ".join(f"current_setting('{name}')" for name in _POSTGRESQL_SWITCHES)
    # One statement for all of them: a new connection costs one question more.
    row = connection.connection.execute(f"SELECT {asked}").fetchone()
    fsync, full_pages, commit, version, encoding, zone = (str(value) for value in row)
    by_server = "Quản trị máy chủ chạy: ALTER SYSTEM SET {0} = on; SELECT pg_reload_conf();"
    zone_wanted = connection.timezone_name
    return (
        Setting("fsync", fsync, "on", by_server.format("fsync"), fsync == "on"),
        Setting(
            "full_page_writes", full_pages, "on", by_server.format("full_page_writes"), full_pages == "on"
        ),
        Setting(
            "synchronous_commit",
            commit,
            "on, remote_apply hoặc remote_write",
            "Sửa src/openpar/config/database.py như bản phát hành, hoặc bỏ phần đặt cho vai trò: "
            "ALTER ROLE … RESET synchronous_commit;",
            commit in _KEPT_COMMITS,
        ),
        Setting(
            "server_version",
            str(int(version) // 10000),
            f"{OLDEST_POSTGRESQL} trở lên",
            "Nâng cấp PostgreSQL bằng pg_upgrade.",
            int(version) >= OLDEST_POSTGRESQL * 10000,
        ),
        Setting(
            "server_encoding",
            encoding,
            "UTF8",
            "Tạo lại: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0; rồi nạp dữ liệu vào.",
            encoding == "UTF8",
        ),
        Setting("TimeZone", zone, zone_wanted, "Giữ USE_TZ trong settings.py.", zone == zone_wanted),
    )

"""What `openpar doctor` looks at in any installation: database, keys, folders, disk, clock, settings."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
import sqlite3
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from openpar.backoffice.findings import Finding, Mark, check
from openpar.common.disk import spaces, watched_folders
from openpar.common.durability import UnsoundDatabase, settings_of
from openpar.common.outages import outage_of
from openpar.common.triggers import missing_guards
from openpar.common.upgrades import pending_migrations

_VERSIONS = ("django", "granian", "psycopg")
_SHORTEST_KEY = 32
# A clock before the day this was written has lost its battery or its time server.
_NOT_BEFORE = datetime(2026, 1, 1, tzinfo=UTC)
_MOST_CLOCK_STEP = 0.05
_MOST_NAMED = 5


@check
def versions() -> Iterator[Finding]:
    found = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in _VERSIONS)
    yield Finding(
        Mark.OK, "phiên bản", f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {found}"
    )


@check
def database() -> Iterator[Finding]:
    try:
        connection.ensure_connection()
        found = settings_of(connection)
    except UnsoundDatabase as unsound:
        found = unsound.settings
    except DatabaseError as error:
        if outage_of(error) is None:
            raise
        said = str(error).strip().splitlines()[0]
        yield Finding(
            Mark.WRONG, "cơ sở dữ liệu", f"không trả lời ({said})", "Xem DATABASE_URL và dịch vụ dữ liệu."
        )
        return
    for setting in found:
        if setting.is_sound:
            yield Finding(Mark.OK, f"{connection.vendor} {setting.name}", setting.found)
        else:
            what = f"đang là {setting.found}, phải là {setting.wanted}"
            yield Finding(Mark.WRONG, f"{connection.vendor} {setting.name}", what, setting.remedy)


@check
def migrations() -> Iterator[Finding]:
    try:
        pending = pending_migrations()
    except (UnsoundDatabase, DatabaseError):
        yield Finding(
            Mark.WARNING, "cấu trúc dữ liệu", "chưa xem được vì cơ sở dữ liệu chưa ổn", "Sửa điều trên trước."
        )
        return
    if pending:
        what = f"còn {len(pending)} bước chưa chạy: {', '.join(pending)}"
        yield Finding(Mark.WRONG, "cấu trúc dữ liệu", what, "Sao lưu, rồi chạy: ./run manage migrate")
    else:
        yield Finding(Mark.OK, "cấu trúc dữ liệu", "đúng phiên bản này")


@check
def guards() -> Iterator[Finding]:
    """What the database itself refuses (docs/operations/postgresql-roles.md)."""
    try:
        missing = missing_guards() if not pending_migrations() else ()
    except (UnsoundDatabase, DatabaseError):
        return
    if missing:
        what = f"thiếu hoặc khác {len(missing)}: {', '.join(missing[:_MOST_NAMED])}"
        remedy = "Xem ai đã đổi cơ sở dữ liệu, rồi dựng lại: docs/operations/postgresql-roles.md#guards."
        yield Finding(Mark.WRONG, "chốt chặn trong cơ sở dữ liệu", what, remedy)
    else:
        yield Finding(Mark.OK, "chốt chặn trong cơ sở dữ liệu", "đủ và đúng")


@check
def secret_key() -> Iterator[Finding]:
    key = str(settings.SECRET_KEY)
    if len(key) < _SHORTEST_KEY or key.startswith("django-insecure"):
        yield Finding(
            Mark.WRONG,
            "khóa ký",
            f"quá ngắn hoặc là khóa mẫu ({len(key)} ký tự)",
            f"Đặt OPENPAR_SECRET_KEY ít nhất {_SHORTEST_KEY} ký tự ngẫu nhiên, hoặc bỏ trống để tự tạo.",
        )
    else:
        yield Finding(Mark.OK, "khóa ký", f"có, {len(key)} ký tự")
    yield from _of_key_file(Path(settings.OPENPAR_VAR_DIR) / "secret-key")


def _of_key_file(path: Path) -> Iterator[Finding]:
    if not path.exists():
        return
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        yield Finding(
            Mark.WRONG, "tệp khóa", f"quyền {mode:04o}, người khác đọc được", f"Chạy: chmod 600 {path}"
        )
    else:
        yield Finding(Mark.OK, "tệp khóa", f"quyền {mode:04o}")


@check
def folders() -> Iterator[Finding]:
    """Every folder the program writes to takes a file; it is removed again."""
    wanted = {"var": Path(settings.OPENPAR_VAR_DIR), "files": Path(settings.OPENPAR_FILES_DIR)}
    for name, folder in wanted.items():
        nearest = next(place for place in (folder, *folder.parents) if place.is_dir())
        try:
            with tempfile.TemporaryFile(dir=nearest):
                pass
        except OSError as error:
            yield Finding(
                Mark.WRONG,
                f"thư mục {name}",
                f"{folder} không ghi được ({error.strerror})",
                "Giao thư mục cho người dùng chạy chương trình: chown, chmod 700.",
            )
        else:
            yield Finding(Mark.OK, f"thư mục {name}", f"{folder} ghi được")


@check
def free_space() -> Iterator[Finding]:
    for space in spaces():
        place = f"chỗ trống ({space.folder})"
        what = f"{_mib(space.free)} MiB, phải chừa {_mib(space.reserve)} MiB"
        if space.is_short:
            yield Finding(
                Mark.WRONG, place, f"{what}; chương trình đang chỉ cho xem", "Giải phóng hoặc mở rộng ổ đĩa."
            )
        elif space.free < 3 * space.reserve:
            yield Finding(Mark.WARNING, place, what, "Sắp phải mở rộng ổ đĩa.")
        else:
            yield Finding(Mark.OK, place, what)
    if "database" not in watched_folders():
        yield Finding(
            Mark.WARNING,
            "chỗ trống (database)",
            "không theo dõi được ổ đĩa của PostgreSQL",
            "Cùng máy: đặt OPENPAR_DATABASE_DIR; khác máy: theo dõi ở máy đó.",
        )


def _mib(size: int) -> int:
    return size // 1024 // 1024


@check
def clock() -> Iterator[Finding]:
    """The legal day hangs on it: the wall clock must be plausible and must not jump beside the steady one."""
    steady, wall = time.monotonic(), time.time()
    time.sleep(0.1)
    step = abs((time.time() - wall) - (time.monotonic() - steady))
    now = timezone.now()
    if now < _NOT_BEFORE:
        yield Finding(Mark.WRONG, "đồng hồ", f"{now:%d/%m/%Y} là ngày đã qua", "Chỉnh giờ, bật đồng bộ NTP.")
    elif step > _MOST_CLOCK_STEP:
        yield Finding(
            Mark.WARNING, "đồng hồ", f"nhảy {step:.2f} s trong lúc đo", "Xem dịch vụ đồng bộ giờ (chrony)."
        )
    else:
        yield Finding(Mark.OK, "đồng hồ", f"{now:%d/%m/%Y %H:%M:%S} UTC, chạy đều")
    yield _of_time_server()
    zone_is_right = settings.TIME_ZONE == "Asia/Ho_Chi_Minh" and settings.USE_TZ
    yield Finding(
        Mark.OK if zone_is_right else Mark.WRONG,
        "múi giờ",
        settings.TIME_ZONE,
        "" if zone_is_right else "Ngày pháp lý là Asia/Ho_Chi_Minh: khôi phục settings.py.",
    )


def _of_time_server() -> Finding:
    answer = _said("timedatectl", "show", "--property=NTPSynchronized", "--value")
    if answer == "yes":
        return Finding(Mark.OK, "đồng bộ giờ", "có (NTP)")
    what = "không đồng bộ" if answer == "no" else "không biết được trên máy này"
    return Finding(Mark.WARNING, "đồng bộ giờ", what, "Bật chrony hoặc systemd-timesyncd.")


@check
def fonts() -> Iterator[Finding]:
    """Documents are set in Times New Roman; Liberation Serif has its measures and is free."""
    listed = _said("fc-list", ":family=Liberation Serif", "file")
    if listed is None:
        yield Finding(
            Mark.WARNING, "phông chữ", "không có fc-list để xem", "Cài fontconfig và fonts-liberation2."
        )
    elif not listed:
        yield Finding(Mark.WARNING, "phông chữ", "thiếu Liberation Serif 2.x", "Cài gói fonts-liberation2.")
    else:
        yield Finding(Mark.OK, "phông chữ", f"Liberation Serif, {len(listed.splitlines())} tệp")


@check
def browser() -> Iterator[Finding]:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    what = found or "không có (chỉ cần cho người phát triển, để chạy tests/journeys)"
    yield Finding(Mark.OK, "trình duyệt", what)


@check
def secure_settings() -> Iterator[Finding]:
    """An installation is reached by HTTPS, shows no source, and lets nobody in by one click."""
    if settings.DEBUG:
        yield Finding(Mark.WRONG, "DEBUG", "đang bật, lộ mã nguồn và cấu hình", "Bỏ OPENPAR_DEBUG.")
    else:
        yield Finding(Mark.OK, "DEBUG", "tắt")
    if settings.OPENPAR_DEMO:
        yield Finding(
            Mark.WRONG, "chế độ dùng thử", "đang bật, ai cũng vào được bằng một lần bấm", "Bỏ OPENPAR_DEMO."
        )
    else:
        yield Finding(Mark.OK, "chế độ dùng thử", "tắt")
    is_https = bool(settings.SECURE_SSL_REDIRECT)
    secure = settings.SESSION_COOKIE_SECURE and settings.CSRF_COOKIE_SECURE
    if is_https and not (secure and settings.SECURE_HSTS_SECONDS):
        yield Finding(Mark.WRONG, "HTTPS", "bật nhưng cookie không đánh dấu secure", "Khôi phục settings.py.")
    elif is_https:
        yield Finding(Mark.OK, "HTTPS", "cookie secure, HSTS")
    else:
        yield Finding(
            Mark.WARNING,
            "HTTPS",
            "chưa bật: mật khẩu đi không mã hóa",
            "Đặt proxy HTTPS phía trước và OPENPAR_HTTPS=1.",
        )
    if "*" in settings.ALLOWED_HOSTS:
        yield Finding(Mark.WRONG, "tên máy chủ", "nhận mọi tên (*)", "Nêu tên miền trong OPENPAR_HOSTS.")
    else:
        yield Finding(Mark.OK, "tên máy chủ", ", ".join(settings.ALLOWED_HOSTS))


def _said(*command: str) -> str | None:
    """What a tool of the machine prints; None when it is not there or fails."""
    tool = shutil.which(command[0])
    if tool is None:
        return None
    environment = {**os.environ, "LC_ALL": "C"}
    try:
        done = subprocess.run(  # noqa: S603  # a tool of the machine, with our own arguments
            [tool, *command[1:]], capture_output=True, text=True, check=False, timeout=10, env=environment
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None

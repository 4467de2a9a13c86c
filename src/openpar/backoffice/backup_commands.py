"""`openpar backup | restore | verify-backup | backup-key`: saving an installation and bringing it back."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from openpar.backoffice.settings_needed import with_django

if TYPE_CHECKING:
    from openpar.base.backups.layout import Manifest

_WRONG = 1


def add_backup_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the commands to those of `openpar`."""
    making = commands.add_parser("backup", help="one encrypted file of everything · sao lưu")
    making.add_argument("out", type=Path, nargs="?", help="new file, .age; else into OPENPAR_BACKUP_DIR")
    making.add_argument("--recipient", action="append", default=[], metavar="age1…", help="public key")
    making.add_argument("--changes", action="store_true", help="evidence since the last full one only")
    making.add_argument("--with-keys", action="store_true", help="signing keys too · cả khóa của hệ thống")
    making.set_defaults(run=with_django(backup))

    restoring = commands.add_parser("restore", help="into an empty database · khôi phục")
    checking = commands.add_parser("verify-backup", help="everything recounted · kiểm tra bản sao lưu")
    for parser in (restoring, checking):
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--identity", required=True, metavar="FILE", help="secret key; - reads it from standard input"
        )
        parser.add_argument("--digest", default="", metavar="SHA256", help="digest told by `openpar backup`")
    checking.add_argument("--trial", action="store_true", help="also restore into a scratch database")
    restoring.set_defaults(run=with_django(restore))
    checking.set_defaults(run=with_django(verify))

    key = commands.add_parser("backup-key", help="a new pair of keys · tạo cặp khóa sao lưu")
    key.add_argument("file", type=Path, help="where the secret key goes; take it off this machine")
    key.set_defaults(run=with_django(new_key))


def backup(options: argparse.Namespace) -> int:
    """One backup, full unless the changes are asked for; status 1 when evidence was lost before it."""
    from django.conf import settings
    from django.utils import timezone

    from openpar.base.backups import kept, writing
    from openpar.base.backups.envelope import recipients_of

    at = timezone.now()
    recipients = recipients_of(" ".join(options.recipient) or settings.OPENPAR_BACKUP_RECIPIENTS)
    kind = kept.CHANGES if options.changes else kept.FULL
    path = options.out
    if path is None:
        if not settings.OPENPAR_BACKUP_DIR:
            _say("Chưa có OPENPAR_BACKUP_DIR: hãy ghi tên tệp.")
            return _WRONG
        path = Path(settings.OPENPAR_BACKUP_DIR) / kept.name_for(at, kind)
    written = writing.write_backup(
        path,
        at=at,
        recipients=recipients,
        contained=kept.base_among(kept.kept_in(path.parent)) if options.changes else None,
        keys=writing.installation_keys() if options.with_keys else None,
    )
    kept.note(written, kind)
    _say(f"Đã sao lưu vào {path} ({written.size} byte)")
    _tell_of(written.manifest)
    _say(f"SHA-256 của tệp: {written.sha256}")
    for name in written.manifest.files_lost:
        _say(f"MẤT TỆP: {name} không còn hoặc đã hỏng trước khi sao lưu")
    return _WRONG if written.manifest.files_lost else 0


def restore(options: argparse.Namespace) -> int:
    """Into the empty database of DATABASE_URL and the empty OPENPAR_FILES_DIR, or nothing."""
    from openpar.base.backups.actions import restore_backup

    restored = restore_backup(
        path=options.file, identities=_identities(options.identity), expected_sha256=options.digest
    )
    _say(f"Đã khôi phục {restored.rows} dòng, {restored.files} tệp từ {options.file}")
    _tell_of(restored.manifest)
    if restored.keys_in is not None:
        _say(f"Khóa nằm trong {restored.keys_in}: tự chuyển vào chỗ, hệ thống không tự thay khóa.")
    return 0


def verify(options: argparse.Namespace) -> int:
    """The whole file recounted, without a database; with --trial also what comes back from it."""
    from openpar.base.backups.actions import verify_backup
    from openpar.base.backups.trial import try_restore

    identities = _identities(options.identity)
    read = verify_backup(path=options.file, identities=identities, expected_sha256=options.digest)
    _say(f"Bản sao lưu nguyên vẹn: {options.file}")
    _tell_of(read.manifest)
    _say(f"SHA-256 của tệp: {read.sha256}")
    if options.trial:
        trial = try_restore(options.file, identities, expected_sha256=read.sha256)
        same = trial.data_sha256 == read.manifest.data_sha256
        _say(f"Khôi phục thử: {trial.rows} dòng, {trial.files} tệp, nhật ký {trial.log_entries} dòng")
        _say("Mã băm dữ liệu khớp" if same else f"MÃ BĂM DỮ LIỆU KHÁC: {trial.data_sha256}")
        return 0 if same else _WRONG
    return 0


def new_key(options: argparse.Namespace) -> int:
    """A pair of keys: the secret one into a new file, the public one on the screen."""
    from openpar.base.backups.envelope import new_key_pair

    pair = new_key_pair()
    descriptor = os.open(options.file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(f"# public key: {pair.recipient}\n{pair.identity}\n")
    _say(f"Khóa bí mật: {options.file}. Chép ra hai nơi ngoài máy chủ này rồi xóa tệp.")
    _say(f"OPENPAR_BACKUP_RECIPIENTS={pair.recipient}")
    return 0


def _identities(place: str) -> tuple[str, ...]:
    from openpar.base.backups.envelope import identities_in, is_closed

    content = sys.stdin.buffer.read() if place == "-" else Path(place).read_bytes()
    passphrase = getpass.getpass("Mật khẩu của tệp khóa: ") if is_closed(content) else ""
    return identities_in(content, passphrase=passphrase)


def _tell_of(manifest: Manifest) -> None:
    header = manifest.header
    _say(f"Thời điểm: {header.taken_at.isoformat()} · phiên bản {header.software} · {header.database}")
    _say(
        f"{manifest.rows} dòng trong {len(manifest.tables)} bảng · {len(manifest.files)} tệp trong bản này, "
        f"{len(manifest.files_in_base)} tệp trong bản đầy đủ · nhật ký {manifest.log.entries} dòng"
    )
    if header.base is not None:
        _say(f"Dựa vào bản đầy đủ {header.base.name}")
    _say(f"SHA-256 của dữ liệu: {manifest.data_sha256}")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")

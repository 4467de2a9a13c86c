"""`openpar log …`: seal, check and take along the sealed log; replace its key."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from openpar.backoffice.settings_needed import set_up

FINE, WRONG = 0, 1


def add_log_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds `log` with its commands."""
    log = commands.add_parser("log", help="nhật ký niêm phong")
    of_log = log.add_subparsers(required=True)
    seal = of_log.add_parser("seal", help="niêm phong ngay những dòng mới")
    seal.set_defaults(run=_seal)
    check = of_log.add_parser("check", help="so mọi dòng trong cơ sở dữ liệu với các mốc đã ký")
    check.set_defaults(run=_check)
    export = of_log.add_parser("export", help="ghi nhật ký ra thư mục trống để kiểm tra ở nơi khác")
    export.add_argument("folder", type=Path)
    export.set_defaults(run=_export)
    keys = of_log.add_parser("keys", help="in các khóa công khai")
    keys.set_defaults(run=_keys)
    rotate = of_log.add_parser("add-key", help="thêm khóa mới; từ đó mọi mốc có chữ ký của cả hai khóa")
    rotate.set_defaults(run=_add_key)
    retire = of_log.add_parser("retire-key", help="bỏ khóa bí mật cũ nhất khi đã có khóa mới")
    retire.set_defaults(run=_retire_key)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def _seal(_options: argparse.Namespace) -> int:
    set_up()
    from django.utils import timezone

    from openpar.base.audit.models import Checkpoint
    from openpar.base.audit.sealing import seal

    count = seal(at=timezone.now())
    newest = Checkpoint.objects.order_by("-size").first()
    _say(f"Đã niêm phong {count} dòng mới.")
    if newest is not None:
        _say(newest.note.rstrip("\n"))
    return FINE


def _check(_options: argparse.Namespace) -> int:
    set_up()
    from openpar.base.audit.checking import wrong_rows
    from openpar.base.audit.models import Leaf

    started = time.monotonic()
    found = wrong_rows()
    for wrong in found:
        place = "" if wrong.position is None else f"vị trí {wrong.position}: "
        number = "" if wrong.entry_id is None else f" (mục {wrong.entry_id})"
        _say(f"SAI  {place}{wrong.what}{number}")
    took = time.monotonic() - started
    _say(f"{Leaf.objects.count()} dòng đã niêm phong, {len(found)} điều không khớp, {took:.1f} giây.")
    return WRONG if found else FINE


def _export(options: argparse.Namespace) -> int:
    set_up()
    from openpar.base.audit.exports import NothingSealed, write_folder

    try:
        written = write_folder(options.folder)
    except NothingSealed:
        _say("Chưa có mốc niêm phong nào.")
        return WRONG
    _say(f"{written.size} dòng, gốc cây {written.root}.")
    if written.missing:
        _say(f"SAI  {written.missing} dòng đã niêm phong không còn trong cơ sở dữ liệu.")
        return WRONG
    return FINE


def _keys(_options: argparse.Namespace) -> int:
    set_up()
    from openpar.base.audit.models import VerifierKey
    from openpar.base.audit.signing import signing_keys

    for key in signing_keys():
        _say(f"đang ký (khóa {key.number}): {key.vkey}")
    for vkey in VerifierKey.objects.values_list("vkey", flat=True):
        _say(f"đã từng ký: {vkey}")
    return FINE


def _add_key(_options: argparse.Namespace) -> int:
    set_up()
    from django.utils import timezone

    from openpar.base.audit.keys import add_key

    _say(add_key(at=timezone.now()))
    return FINE


def _retire_key(_options: argparse.Namespace) -> int:
    set_up()
    from django.utils import timezone

    from openpar.base.audit.keys import OnlyKey, retire_oldest_key

    try:
        _say(f"Đã bỏ: {retire_oldest_key(at=timezone.now())}")
    except OnlyKey:
        _say("Chỉ còn một khóa. Thêm khóa mới trước (openpar log add-key), công bố nó, rồi mới bỏ khóa cũ.")
        return WRONG
    return FINE

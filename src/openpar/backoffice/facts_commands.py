"""`openpar facts verify | recount | compact | send | trust | receive`: the store of facts, looked after."""

from __future__ import annotations

import argparse
import getpass
import sys
from pathlib import Path

from openpar.backoffice.settings_needed import with_django

_FINE, _WRONG = 0, 1
_MOST_TOLD = 50
_WORDS = {
    "missing": "MẤT",
    "changed": "BỊ SỬA",
    "unreadable": "KHÔNG ĐỌC ĐƯỢC",
    "content": "SAI NỘI DUNG LÔ",
    "manifest": "BẢN KÊ BỊ SỬA",
    "personal": "DỮ LIỆU CÁ NHÂN BỊ SỬA",
    "lost": "LÔ KHÔNG CÒN TỆP",
    "stray": "TỆP LẠ",
}


def add_facts_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the commands to those of `openpar`."""
    facts = commands.add_parser("facts", help="the store of facts · kho dữ kiện")
    kinds = facts.add_subparsers(required=True, metavar="COMMAND")
    verifying = kinds.add_parser("verify", help="every file and manifest · kiểm tra toàn bộ tệp và bản kê")
    verifying.set_defaults(run=with_django(verify))
    recounting = kinds.add_parser("recount", help="kept counters against facts · đếm lại các bộ đếm")
    recounting.add_argument("datasets", nargs="*", help="all when none is named · mặc định: tất cả")
    recounting.set_defaults(run=with_django(recount))
    compacting = kinds.add_parser("compact", help="merge small files, settle events · gộp các tệp nhỏ")
    compacting.add_argument("datasets", nargs="*", help="all when none is named · mặc định: tất cả")
    compacting.set_defaults(run=with_django(compact))
    sending = kinds.add_parser("send", help="signed counters for a ministry · lập tệp bộ đếm gửi bộ")
    sending.add_argument("dataset")
    sending.add_argument("province", help="H01 … H61")
    sending.add_argument("out", type=Path)
    sending.set_defaults(run=with_django(send))
    trusting = kinds.add_parser("trust", help="the public key of a province · chấp nhận khóa của tỉnh")
    trusting.add_argument("province", help="H01 … H61")
    trusting.add_argument("vkey", help="as `openpar log key` shows it there · khóa công khai")
    trusting.set_defaults(run=with_django(trust))
    receiving = kinds.add_parser("receive", help="counters of provinces · nhận tệp bộ đếm của tỉnh")
    receiving.add_argument("files", nargs="+", type=Path)
    receiving.set_defaults(run=with_django(receive))


def verify(_options: argparse.Namespace) -> int:
    """Names every file, manifest and batch that is not what came in; status 1 when there is one."""
    from openpar.base.facts.verification import verify_facts

    report = verify_facts()
    for fault in report.faults[:_MOST_TOLD]:
        held = f": lô {'; '.join(fault.batches)}" if fault.batches else ""
        _say(f"{_WORDS[fault.kind]}: {fault.path or '—'}{held}")
    erased = f", {report.erased} dòng đã xóa dữ liệu cá nhân" if report.erased else ""
    told = f"Đã kiểm tra {report.files} tệp, {report.batches} lô{erased}"
    if report.faults:
        _say(f"{told}: {len(report.faults)} vấn đề.")
        return _WRONG
    _say(f"{told}: tất cả còn nguyên vẹn.")
    return _FINE


def recount(options: argparse.Namespace) -> int:
    """Names every cell whose kept counters are not what the facts give; status 1 when there is one."""
    from django.utils import timezone

    from openpar.base.facts.actions.recounting import recount as count_again
    from openpar.base.organisations.roles import operator

    status = _FINE
    for dataset in options.datasets or _counted():
        found = count_again(by=operator(getpass.getuser()), at=timezone.now(), dataset=dataset)
        for one in found[:_MOST_TOLD]:
            cell = f"cơ quan {one.agency}, tháng {one.month}, lĩnh vực {one.sector}, kênh {one.channel}"
            said = "; ".join(f"{name} {one.kept[name]} ≠ {one.counted[name]}" for name in one.kept)
            _say(f"{dataset} ({one.basis}), {cell}: {said}")
        _say(f"{dataset}: {f'{len(found)} ô lệch.' if found else 'các bộ đếm khớp với dữ kiện.'}")
        status = _WRONG if found else status
    return status


def compact(options: argparse.Namespace) -> int:
    """Fewer, larger files that say the same."""
    from django.utils import timezone

    from openpar.base.facts.actions.compaction import compact as make_compact
    from openpar.base.facts.queries import datasets
    from openpar.base.organisations.roles import operator

    for dataset in options.datasets or datasets():
        done = make_compact(by=operator(getpass.getuser()), at=timezone.now(), dataset=dataset)
        _say(
            f"{dataset}: gộp {done.before} tệp thành {done.after}, ghi {done.settled} dữ kiện mới vào tệp, "
            f"bỏ {done.swept} tệp không còn dùng."
        )
    return _FINE


def send(options: argparse.Namespace) -> int:
    """Writes the counters file of this province."""
    from django.utils import timezone

    from openpar.base.facts.counter_files import counters_file

    content = counters_file(dataset=options.dataset, province=options.province, as_of=timezone.now())
    options.out.write_bytes(content)
    _say(f"{options.out}: {len(content) // 1024} KB.")
    return _FINE


def trust(options: argparse.Namespace) -> int:
    """Counters files that this key signs are taken in from now on."""
    from django.utils import timezone

    from openpar.base.facts.actions.provinces import trust_province
    from openpar.base.organisations.roles import operator

    by = operator(getpass.getuser())
    trust_province(by=by, at=timezone.now(), code=options.province, vkey=options.vkey)
    _say(f"Chấp nhận tệp bộ đếm của tỉnh {options.province} ký bằng khóa này.")
    return _FINE


def receive(options: argparse.Namespace) -> int:
    """Takes counters files in; one that is refused keeps no other from being taken in."""
    from django.utils import timezone

    from openpar.base.facts.actions.provinces import receive_counters
    from openpar.base.organisations.roles import operator
    from openpar.common.errors import Refused

    status = _FINE
    for path in options.files:
        try:
            taken = receive_counters(
                by=operator(getpass.getuser()), at=timezone.now(), content=path.read_bytes()
            )
        except Refused as refused:
            _say(f"{path}: {refused}")
            status = _WRONG
            continue
        _say(f"{path}: tỉnh {taken.received.province}, {'đã nhận' if taken.is_new else 'đã có từ trước'}.")
    return status


def _counted() -> list[str]:
    from openpar.base.facts.queries import datasets

    return datasets(counted=True)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")

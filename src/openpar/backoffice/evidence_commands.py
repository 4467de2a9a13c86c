"""`openpar evidence verify | recheck`: are the stored files what was submitted, and who signed them."""

from __future__ import annotations

import argparse
import getpass
import sys

from openpar.backoffice.settings_needed import with_django

_FINE, _WRONG = 0, 1
_WORDS = {
    "missing": "MẤT",
    "changed": "BỊ SỬA",
    "swapped": "BỊ TRÁO",
    "unreadable": "KHÔNG ĐỌC ĐƯỢC",
    "stray": "TỆP LẠ",
}


def add_evidence_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the commands to those of `openpar`."""
    evidence = commands.add_parser("evidence", help="stored files · tài liệu kiểm chứng")
    kinds = evidence.add_subparsers(required=True, metavar="COMMAND")
    verifying = kinds.add_parser("verify", help="every digest counted anew · kiểm tra toàn bộ tệp")
    verifying.set_defaults(run=with_django(verify))
    rechecking = kinds.add_parser(
        "recheck", help="signatures, after the trust store changed · kiểm tra lại chữ ký số"
    )
    rechecking.set_defaults(run=with_django(recheck))


def verify(_options: argparse.Namespace) -> int:
    """Names every file that is missing, changed or swapped; status 1 when there is one."""
    from openpar.base.documents.verification import verify_store

    report = verify_store()
    for fault in report.faults:
        found = f" (nay là {fault.found})" if fault.found else ""
        titles = "; ".join(fault.documents)
        _say(f"{_WORDS[fault.fault]}: {fault.sha256}{found}{': ' + titles if titles else ''}")
    if report.faults:
        _say(f"Đã kiểm tra {report.files} tệp: {len(report.faults)} tệp có vấn đề.")
        return _WRONG
    _say(f"Đã kiểm tra {report.files} tệp: tất cả còn nguyên vẹn.")
    return _FINE


def recheck(_options: argparse.Namespace) -> int:
    """Judges anew every signed file that was judged by other certificates; tells those that changed."""
    from django.utils import timezone

    from openpar.base.documents.actions import recheck_signatures
    from openpar.base.documents.inspection import trust_store_folder
    from openpar.base.documents.queries import documents_to_recheck
    from openpar.base.documents.trust_store import trust_store_digest
    from openpar.base.organisations.roles import operator
    from openpar.common.errors import Refused

    by, at = operator(getpass.getuser()), timezone.now()
    status, count = _FINE, 0
    for document, before in documents_to_recheck(trust_store_digest(trust_store_folder())):
        try:
            check = recheck_signatures(by=by, at=at, document_id=document.pk)
        except Refused as refused:
            _say(str(refused))
            status = _WRONG
            continue
        count += 1
        if check.signature != before.signature:
            _say(f"{document.title}: {before.get_signature_display()} → {check.get_signature_display()}")
    _say(f"Đã kiểm tra lại chữ ký số của {count} tệp.")
    return status


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")

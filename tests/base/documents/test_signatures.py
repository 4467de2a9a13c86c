"""Signatures are read correctly, and only those count that cover the whole file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from openpar.backoffice.commandline import main
from openpar.base.accounts.models import Role
from openpar.base.audit.queries import history_of as trace_of
from openpar.base.documents.actions import DocumentRefused, add_document, recheck_signatures
from openpar.base.documents.models import Document, FileCheck
from openpar.base.documents.queries import latest_check
from openpar.base.documents.signatures import Coverage, SignatureCheck, SignatureState, check_signatures
from openpar.common.limited import run_limited
from tests import factories
from tests.base.documents.signed import (
    SIGNED,
    person,
    plain_pdf,
    sign,
    trust_store,
    with_note,
)
from tests.factories import MOMENT, codes_of

AT = datetime(2026, 11, 1, tzinfo=UTC)


def judged(folder: Path, pdf: bytes, *roots: str, trusted: bool = True) -> SignatureCheck:
    path = folder / "a.pdf"
    path.write_bytes(pdf)
    store = trust_store(folder / "store", *roots) if trusted else None
    return run_limited(check_signatures, path, store, at=AT)


def states(check: SignatureCheck) -> list[str]:
    return [check.state, *(each.state for each in check.signatures)]


def test_a_file_without_signature_has_none(tmp_path: Path) -> None:
    assert judged(tmp_path, plain_pdf()) == SignatureCheck(SignatureState.NONE)


def test_a_signature_over_the_whole_file_is_valid_and_names_the_signer(tmp_path: Path) -> None:
    check = judged(tmp_path, sign(plain_pdf()))
    (found,) = check.signatures
    assert check.state is SignatureState.VALID
    assert (found.signer, found.issuer) == ("Nguyễn Văn An — Sở Y tế", "Root CA thử nghiệm — Sở Y tế")
    assert (found.coverage, found.is_time_trusted) == (Coverage.WHOLE_FILE, False)


def test_the_moment_of_a_trusted_time_stamp_counts(tmp_path: Path) -> None:
    (found,) = judged(tmp_path, sign(plain_pdf(), stamped=True)).signatures
    assert (found.signed_at, found.is_time_trusted) == (SIGNED.isoformat(), True)


def test_a_time_stamp_of_a_stranger_proves_no_moment(tmp_path: Path) -> None:
    check = judged(tmp_path, sign(plain_pdf(), stamped=True, stamper_root="Nơi khác"))
    assert check.state is SignatureState.VALID
    assert not check.signatures[0].is_time_trusted


@pytest.mark.parametrize("trusted", [True, False])
def test_an_issuer_outside_the_trust_store_is_told(tmp_path: Path, trusted: bool) -> None:
    check = judged(tmp_path, sign(plain_pdf(), person(root="Nơi khác")), trusted=trusted)
    assert check.state is SignatureState.UNTRUSTED
    assert check.signatures[0].reason == "unknown-issuer"


def test_a_certificate_that_ran_out_needs_a_time_stamp_from_before(tmp_path: Path) -> None:
    short = person(days=200)
    without = judged(tmp_path, sign(plain_pdf(), short))
    assert (without.state, without.signatures[0].reason) == (SignatureState.UNTRUSTED, "expired")
    assert judged(tmp_path, sign(plain_pdf(), short, stamped=True)).state is SignatureState.VALID


def test_a_second_signature_covers_the_first(tmp_path: Path) -> None:
    twice = sign(sign(plain_pdf()), person("Lê Thị Bình"), field="Signature2")
    assert states(judged(tmp_path, twice)) == ["VALID", "VALID", "VALID"]


@pytest.mark.parametrize(
    "change",
    [
        with_note,
        lambda pdf: pdf + b"\n",
        lambda pdf: sign(with_note(pdf), person("Lê Thị Bình"), field="Signature2"),
        lambda pdf: sign(with_note(pdf), person("Kẻ gian", root="Nơi khác"), field="Signature2"),
    ],
    ids=["a note", "an empty line", "a note signed by another", "a note signed by a stranger"],
)
def test_what_comes_after_signing_is_told_though_the_signature_is_intact(
    tmp_path: Path, change: object
) -> None:
    assert callable(change)
    assert judged(tmp_path, change(sign(plain_pdf()))).state is SignatureState.CHANGED


def test_changed_content_is_broken(tmp_path: Path) -> None:
    signed = sign(plain_pdf("Đạt 57 điểm"))
    check = judged(tmp_path, signed.replace(b"57", b"97", 1))
    assert (check.state, check.signatures[0].reason) == (SignatureState.BROKEN, "digest")


def test_the_same_signature_in_other_letters_is_broken(tmp_path: Path) -> None:
    """Hexadecimal a and A are the same byte: nobody signed which one it is."""
    signed = bytearray(sign(plain_pdf()))
    at = signed.index(b"/Contents <") + 400
    while not chr(signed[at]).isalpha():
        at += 1
    signed[at] ^= 0x20
    assert judged(tmp_path, bytes(signed)).state is SignatureState.BROKEN


def spoilt(signed: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """The PDF with its signature, the DER inside the hole, changed."""
    start = signed.rindex(b"/Contents <") + 11
    end = signed.index(b">", start)
    changed = change(bytes.fromhex(signed[start:end].decode())).hex().upper().encode()
    return signed[:start] + changed.ljust(end - start, b"0")[: end - start] + signed[end:]


@pytest.mark.parametrize(
    "change",
    [
        # The signer's name with another capital, a value longer than what it holds, bytes behind the end.
        lambda der: der[:600] + der[600:].replace("thử".encode(), "tHử".encode(), 1),
        lambda der: der[:3] + bytes([der[3] + 8]) + der[4:],
        lambda der: der.rstrip(b"\x00") + b"\x05\x00" + b"\x00" * 50,
    ],
    ids=["another capital", "a longer value", "bytes behind"],
)
def test_what_no_digest_protects_in_a_signature_has_one_form_only(
    tmp_path: Path, change: Callable[[bytes], bytes]
) -> None:
    signed = sign(plain_pdf(), stamped=True)
    assert spoilt(signed, lambda der: der) == signed
    assert judged(tmp_path, spoilt(signed, change)).state is SignatureState.BROKEN


def test_a_file_that_is_no_certificate_does_not_open_the_trust_store(tmp_path: Path) -> None:
    trust_store(tmp_path / "store")
    (tmp_path / "store" / "x.pem").write_bytes(b"khong phai chung thu")
    check = judged(tmp_path, sign(plain_pdf()))
    assert (check.state, check.signatures[0].reason) == (SignatureState.UNCHECKED, "trust-store")


def added(pdf: bytes) -> Document:
    owner = factories.organisation("Sở Y tế")
    officer = factories.actor_as(Role.FOCAL_OFFICER, owner)
    return add_document(
        by=officer, at=MOMENT, owner_id=owner.pk, title="Kế hoạch", upload=pdf, file_name="a.pdf"
    )


@pytest.mark.django_db
def test_the_judgement_is_kept_with_the_document_and_judged_anew_when_the_store_changes(
    tmp_path: Path, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.OPENPAR_TRUST_STORE_DIR = tmp_path / "store"
    document = added(sign(plain_pdf()))
    before = latest_check(document.file_id)
    assert before is not None
    assert (before.signature, before.trust_store) == ("UNTRUSTED", "")
    trust_store(tmp_path / "store")
    assert main(["evidence", "recheck"]) == 0
    assert "Chữ ký đúng, chưa rõ tin cậy → Chữ ký số hợp lệ" in capsys.readouterr().out
    after = latest_check(document.file_id)
    assert after is not None
    assert (after.signature, after.signatures[0]["signer"]) == ("VALID", "Nguyễn Văn An — Sở Y tế")
    assert FileCheck.objects.filter(file=document.file).count() == 2
    assert trace_of(f"document:{document.pk}")[0].verb in {"recheck_signatures", "add_document"}
    assert main(["evidence", "recheck"]) == 0
    assert "0 tệp" in capsys.readouterr().out


@pytest.mark.django_db
def test_a_stranger_does_not_have_signatures_judged() -> None:
    document = added(sign(plain_pdf()))
    stranger = factories.actor_as(Role.FOCAL_OFFICER, factories.organisation("Sở Khác"), "Trần Thị Bình")
    with pytest.raises(DocumentRefused) as refusal:
        recheck_signatures(by=stranger, at=MOMENT, document_id=document.pk)
    assert codes_of(refusal.value) == ["not-allowed"]
    assert FileCheck.objects.count() == 1

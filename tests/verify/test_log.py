"""Logs in folders and at addresses: what was once sealed cannot be changed without the verifier naming it."""

from __future__ import annotations

import functools
import http.server
import io
import json
import shutil
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from email.message import Message
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.verify import writing
from tests.verify.loaded import load
from tests.verify.writing import Key

verify = load()
ROWS = 700
SIZES = (1, 255, 256, 300, 512, 700)
LINES = writing.some_rows(ROWS)
LEAVES = [writing.leaf(line) for line in LINES]
Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("log")
    writing.write_log(folder, LINES, Key(), SIZES)
    return folder


@pytest.fixture
def log(sealed: Path, tmp_path: Path) -> Path:
    shutil.copytree(sealed, tmp_path / "log")
    (tmp_path / "outside").write_text(
        writing.checkpoint([writing.leaf(line) for line in LINES], Key()), "utf-8"
    )
    return tmp_path / "log"


def run(log: Path | str, outside: Path, capsys: Capture, *more: str) -> tuple[int, list[str]]:
    status = verify.main(["log", str(log), "--checkpoint", str(outside), *more])
    return status, capsys.readouterr().out.splitlines()


def outside(log: Path) -> Path:
    return log.parent / "outside"


def test_an_untouched_log_holds(log: Path, capsys: Capture) -> None:
    status, told = run(log, outside(log), capsys, "--key", Key().vkey)
    assert (status, told[0][:17]) == (0, "ALL OF IT HOLDS: ")
    assert run(log, log / "checkpoints.txt", capsys, "--key", Key().vkey)[0] == 0


@pytest.mark.parametrize("column", [*writing.row(7)])
def test_a_changed_column_names_its_row(log: Path, column: str, capsys: Capture) -> None:
    changed: dict[str, Any] = {
        "v": 1,
        "actor": 98,
        "before": {"points": "1"},
        "after": None,
        "salt": "f" * 32,
        "at": "2026-03-05T08:00:07.000008Z",
    }
    lines = list(LINES)
    lines[307] = writing.plain(writing.row(307, **{column: changed.get(column, "khác")}))
    if column == "v":
        lines[307] = LINES[307].replace(b'"v":1', b'"v":2')
    writing.write_rows(log, lines)
    status, told = run(log, outside(log), capsys, "--key", Key().vkey)
    assert status == 1
    assert told[0].startswith("WRONG row 307")


def deleted(lines: list[bytes]) -> list[bytes]:
    return lines[:400] + lines[401:]


def inserted(lines: list[bytes]) -> list[bytes]:
    return [*lines[:400], writing.plain(writing.row(9999)), *lines[400:]]


def exchanged(lines: list[bytes]) -> list[bytes]:
    return [*lines[:400], lines[500], *lines[401:500], lines[400], *lines[501:]]


@pytest.mark.parametrize("change", [deleted, inserted, exchanged])
def test_rows_moved_name_the_first_place(
    log: Path, change: Callable[[list[bytes]], list[bytes]], capsys: Capture
) -> None:
    writing.write_rows(log, change(LINES))
    status, told = run(log, outside(log), capsys)
    assert status == 1
    wrong = [line for line in told if line.startswith("WRONG")]
    assert any(line.startswith("WRONG row 400 is not the row that was sealed") for line in wrong)


@pytest.mark.parametrize("keep", [0, 1, 299, 699])
def test_a_cut_tail_is_missed(log: Path, keep: int, capsys: Capture) -> None:
    shutil.rmtree(log)
    writing.write_log(log, LINES[:keep], Key(), [keep])
    status, told = run(log, outside(log), capsys)
    assert status == 1
    assert told[0].startswith(f"WRONG row {keep} is missing, and all up to 699")


def test_a_log_rewritten_to_the_end_names_the_stretch(log: Path, capsys: Capture) -> None:
    lines = list(LINES)
    lines[280] = writing.plain(writing.row(280, name="Người khác"))
    leaves = [writing.leaf(line) for line in lines]
    shutil.rmtree(log / "tile")
    writing.write_tiles(log, leaves)
    writing.write_rows(log, lines)
    status, told = run(log, outside(log), capsys)
    assert status == 1
    assert "the first changed row is one of 256 to 299" in told[0]


def test_a_log_rewritten_and_signed_anew_is_found(log: Path, capsys: Capture) -> None:
    lines = list(LINES)
    lines[280] = writing.plain(writing.row(280, name="Người khác"))
    shutil.rmtree(log)
    writing.write_log(log, lines, Key(), SIZES)  # the thief has the key, but not the checkpoint outside
    status, told = run(log, outside(log), capsys, "--key", Key().vkey)
    assert status == 1
    assert told[0].startswith("WRONG outside does not hold")
    shutil.rmtree(log)
    writing.write_log(log, lines, Key("another"), SIZES)
    status, told = run(log, outside(log), capsys, "--key", Key().vkey)
    assert (status, told[0]) == (1, "WRONG checkpoint: no signature by a trusted key")


def test_a_changed_tile_is_told_apart_from_a_changed_row(log: Path, capsys: Capture) -> None:
    tile = log / "tile/0/001"
    content = bytearray(tile.read_bytes())
    content[32 * 5] ^= 1
    tile.write_bytes(content)
    status, told = run(log, outside(log), capsys)
    assert (status, told[0]) == (1, "WRONG tile/0/001: hash 5 is not that of the tree")


@pytest.mark.parametrize(
    "line",
    [
        LINES[5].replace(b'"v":1', b'"v": 1'),
        LINES[5].replace(b'"v":1,', b'"v":1,"v":1,'),
        LINES[5].replace(b'"v":1', b'"v":1.0'),
        LINES[5].replace("ễ".encode(), b"\\u1ec5"),
        LINES[5].replace(b'"verb":', b'"Verb":'),
        b"[" * 100_000,
        b'{"v":' + b"9" * 5000 + b"}",
        b"\xff",
        b"",
    ],
)
def test_a_row_in_another_form_is_refused_even_when_it_was_sealed(
    log: Path, line: bytes, capsys: Capture
) -> None:
    lines = [*LINES[:5], line, *LINES[6:]]
    shutil.rmtree(log)
    writing.write_log(log, lines, Key(), SIZES)
    status, told = run(log, log / "checkpoints.txt", capsys)
    assert status == 1
    assert told[0].startswith("WRONG row 5: ")


def test_the_quick_pattern_takes_every_row_and_no_other() -> None:
    for line in LINES:
        assert verify._ROW.fullmatch(line)
    for changed in (b'"v": 1', b'"v":1.0', b'"v":2'):
        assert not verify._ROW.fullmatch(LINES[5].replace(b'"v":1', changed))


@pytest.fixture
def address(log: Path) -> Iterator[str]:
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(log)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257, 300, 511, 512, 513, 600, 699, 700])
def test_an_address_holds_every_earlier_checkpoint(
    log: Path, address: str, size: int, capsys: Capture
) -> None:
    shutil.rmtree(log / "entries")
    leaves = list(LEAVES)
    outside(log).write_text(writing.checkpoint(leaves[:size], Key()), "utf-8")
    assert run(address, outside(log), capsys, "--key", Key().vkey)[0] == 0
    leaves[max(size - 1, 0)] = bytes(32)
    outside(log).write_text(writing.checkpoint(leaves[:size], Key()), "utf-8")
    assert run(address, outside(log), capsys, "--key", Key().vkey)[0] == (1 if size else 0)


def test_an_address_that_asks_to_wait_is_asked_again(
    log: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    waited: list[int] = []

    def answered(address: str, timeout: int) -> Any:
        """Every other request is one too many."""
        asked.append(address)
        file = log / address.removeprefix("http://par.example/")
        headers = Message()
        headers["Retry-After"] = "7"
        if len(asked) % 2 or not file.is_file():
            raise urllib.error.HTTPError(address, 429 if len(asked) % 2 else 404, "", headers, io.BytesIO())
        return io.BytesIO(file.read_bytes())

    monkeypatch.setattr(urllib.request, "urlopen", answered)
    monkeypatch.setattr(time, "sleep", waited.append)
    assert run("http://par.example", outside(log), capsys, "--key", Key().vkey)[0] == 0
    assert waited == [7, 7], "for the keys and for the newest checkpoint"


def test_an_address_that_was_cut_is_found(log: Path, address: str, capsys: Capture) -> None:
    shutil.rmtree(log)
    writing.write_log(log, LINES[:650], Key(), [650])
    status, told = run(address, outside(log), capsys, "--key", Key().vkey)
    assert status == 1
    assert told[0].startswith("WRONG row 650 is missing")


def test_proofs_of_every_size_hold_and_no_other_does() -> None:
    random = Random(1)
    leaves = [writing.leaf(bytes([number])) for number in range(70)]
    for size in range(1, 70):
        top = writing.root(leaves[:size])
        for index in range(size):
            proof = writing.path_to(index, leaves[:size])
            assert verify.inclusion_holds(leaves[index], index, size, proof, top)
            assert (
                not verify.inclusion_holds(leaves[index], (index + 1) % (size + 1), size, proof, top)
                or size == 1
            )
        old = random.randint(1, size)
        tree = verify.Tree(b"".join(leaves[:size]))
        assert tree.root(old) == writing.root(leaves[:old])
        proof = verify.consistency_proof(lambda start, end: writing.root(leaves[start:end]), old, size)
        assert verify.consistency_holds(old, size, proof, writing.root(leaves[:old]), top)
        if old < size:
            assert not verify.consistency_holds(old, size, proof, leaves[0] if old > 1 else leaves[1], top)
            assert not verify.consistency_holds(old, size, proof[:-1], writing.root(leaves[:old]), top)


def test_a_receipt_holds_and_a_changed_one_does_not(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "bien-nhan-345.json"
    for index in (0, 345, 699):
        file.write_bytes(writing.plain(writing.receipt(LINES, index, Key())))
        assert verify.main(["receipt", str(file), "--key", Key().vkey]) == 0
    changes: list[dict[str, Any]] = [
        {"entry": writing.row(345, name="Người khác")},
        {"index": 346},
        {"proof": writing.receipt(LINES, 346, Key())["proof"]},
        {"proof": ["x"]},
        {"checkpoint": writing.checkpoint(LEAVES, Key("another"))},
        {"format": "openpar-receipt/9"},
        {"entry": []},
    ]
    for change in changes:
        file.write_bytes(writing.plain({**writing.receipt(LINES, 345, Key()), **change}))
        assert verify.main(["receipt", str(file), "--key", Key().vkey]) == 1, change
    assert "Traceback" not in capsys.readouterr().out


def test_while_a_key_is_replaced_one_good_signature_is_enough_and_a_wrong_one_too_many() -> None:
    old, new, text = Key("old"), Key("new"), "par.example.gov.vn/openpar\n1\nAA==\n"
    note = f"{text}\n{old.line(text)}{new.line(text)}"
    for trusted in ([old], [new], [old, new]):
        keys = verify.read_keys([key.vkey for key in trusted])
        assert verify.note_body(note, keys, "note") == text[:-1]
    forged = f"{text}\n{old.line(text)}{new.line('other')}"
    assert verify.note_body(forged, verify.read_keys([old.vkey]), "note")
    with pytest.raises(verify.Wrong, match="signature of"):
        verify.note_body(forged, verify.read_keys([old.vkey, new.vkey]), "note")
    with pytest.raises(verify.Wrong, match="trusted"):
        verify.note_body(note, verify.read_keys([Key("third").vkey]), "note")


def test_evidence_that_was_changed_is_named(tmp_path: Path, capsys: Capture) -> None:
    folder = tmp_path / "files"
    rows = []
    for number in range(30):
        content = f"tài liệu {number}".encode()
        digest = sha256(content).hexdigest()
        path = folder / digest[:2] / digest[2:4] / digest
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        rows.append({"path": path.relative_to(folder).as_posix(), "sha256": digest, "size": len(content)})
    rows.sort(key=lambda row: str(row["path"]))
    manifest = tmp_path / "manifest.json"

    def told(found: list[dict[str, Any]]) -> tuple[int, str]:
        manifest.write_bytes(writing.plain({"format": "openpar-evidence/1", "files": found}))
        status = verify.main(["evidence", str(folder), "--manifest", str(manifest)])
        return status, capsys.readouterr().out.splitlines()[0]

    assert told(rows)[0] == 0
    assert told(rows[1:]) == (1, f"WRONG {rows[0]['path']}: in the folder, not in the manifest")
    assert told([{**rows[0], "path": "../secret"}, *rows])[0] == 1
    assert told([{**rows[0], "path": "/etc/passwd"}, *rows])[0] == 1
    victim = folder / str(rows[3]["path"])
    victim.write_bytes(victim.read_bytes()[:-1] + b"x")
    assert told(rows) == (1, f"WRONG {rows[3]['path']}: the content is not what was submitted")
    victim.unlink()
    assert told(rows) == (1, f"WRONG {rows[3]['path']}: missing")
    victim.symlink_to("/etc/passwd")
    assert told(rows) == (1, f"WRONG {rows[3]['path']}: missing")


# RFC 8032, 7.1: secret keys are not needed, only public key, message, signature.
VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
        "d25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
        "387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
        "4a7c15e9716ed28dc027beceea1ec40a",
    ),
    (
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
        "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e030"
        "3dca179c138ac17ad9bef1177331a704",
    ),
]


@pytest.mark.parametrize(("public", "message", "signature"), VECTORS)
def test_the_vectors_of_rfc_8032(public: str, message: str, signature: str) -> None:
    key, text, signed = bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature)
    assert verify.ed25519_verifies(key, text, signed)
    assert not verify.ed25519_verifies(key, text + b"x", signed)
    assert not verify.ed25519_verifies(bytes.fromhex(VECTORS[0][0])[::-1], text, signed)
    for place in (0, 31, 32, 63):
        changed = bytearray(signed)
        changed[place] ^= 1
        assert not verify.ed25519_verifies(key, text, bytes(changed))
    s = int.from_bytes(signed[32:], "little") + verify._ORDER
    assert not verify.ed25519_verifies(key, text, signed[:32] + s.to_bytes(32, "little"))


def test_signatures_made_by_another_implementation_are_good() -> None:
    random = Random(8032)
    for number in range(20):
        key, message = Key(str(number)), random.randbytes(number * 7)
        assert verify.ed25519_verifies(key.public, message, key.private.sign(message))


def test_every_sentence_has_its_vietnamese() -> None:
    for english, vietnamese in verify.VIETNAMESE.items():
        fields = {part.partition("}")[0] for part in english.split("{")[1:]}
        assert {part.partition("}")[0] for part in vietnamese.split("{")[1:]} == fields, english
    assert json.dumps(verify.VIETNAMESE)

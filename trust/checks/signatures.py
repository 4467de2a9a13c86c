"""A signature is read correctly: nothing that was changed after signing is accepted."""

from __future__ import annotations

import io
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from trust.check import Check, Found, Scale

if TYPE_CHECKING:
    from openpar.base.documents.signatures import SignatureCheck

_STATES = ("VALID", "UNTRUSTED", "UNCHECKED", "CHANGED", "BROKEN", "NONE")


def run(scale: Scale) -> Found:
    import logging

    from tests.base.documents import signed

    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder:
        judge = _Judge(Path(folder))
        plain = signed.plain_pdf("Đạt 57,52 điểm", pages=3)
        once = signed.sign(plain)
        stamped = signed.sign(plain, stamped=True)
        twice = signed.sign(stamped, signed.person("Lê Thị Bình"), field="Signature2", stamped=True)
        originals = (once, stamped, twice)
        violations = [
            f"an untouched file is judged {state}"
            for state in (judge(original).state for original in originals)
            if state != "VALID"
        ]
        flips, flip_states = _flips(scale, judge, originals, violations)
        changes, change_states, naive = _changes(scale, judge, originals, violations)
        is_strict = _lenient(judge, once)
    return Found(
        figures={
            "bytes flipped": flips,
            "changes after signing": changes,
            "accepted": flip_states["VALID"] + change_states["VALID"],
            **{f"flips {state}": flip_states[state] for state in _STATES if flip_states[state]},
            **{f"changes {state}": change_states[state] for state in _STATES if change_states[state]},
            "changes a naive judge accepts": naive,
        },
        violations=tuple(violations[:50]),
        planted={
            "accept what is intact, valid and trusted, whatever it covers": naive > 0,
            "read the signature's own bytes leniently": is_strict,
        },
    )


class _Judge:
    """Judges bytes as an upload is judged; the time stands still, so that a run can be played again."""

    def __init__(self, folder: Path) -> None:
        from tests.base.documents import signed

        self.path = folder / "a.pdf"
        self.store = signed.trust_store(folder / "store")

    def __call__(self, pdf: bytes) -> SignatureCheck:
        from datetime import UTC, datetime

        from openpar.base.documents.signatures import check_signatures

        self.path.write_bytes(pdf)
        return check_signatures(self.path, self.store, at=datetime(2026, 12, 1, tzinfo=UTC))


def _flips(
    scale: Scale, judge: _Judge, originals: tuple[bytes, ...], violations: list[str]
) -> tuple[int, Counter[str]]:
    count, states = scale.of(10_000, short=60), Counter[str]()
    for number in range(count):
        chance = scale.random("flip", number)
        original = originals[number % len(originals)]
        changed = bytearray(original)
        place = _place(chance, original)
        bit = 1 << chance.randrange(8)
        changed[place] ^= bit
        state = str(judge(bytes(changed)).state)
        states[state] += 1
        if state == "VALID":
            violations.append(
                f"flip {number}: bit {bit} of byte {place} of original {number % 3} is accepted"
            )
    return count, states


def _place(chance: Random, original: bytes) -> int:
    """Half of the flips hit the whole file, half the signature itself, which no digest protects."""
    if chance.random() < 0.5:
        return chance.randrange(len(original))
    start = original.rindex(b"/Contents <" if b"/Contents <" in original else b"<")
    end = original.index(b">", start)
    used = len(original[start:end].rstrip(b"0"))
    return start + chance.randrange(used + 20)


def _changes(
    scale: Scale, judge: _Judge, originals: tuple[bytes, ...], violations: list[str]
) -> tuple[int, Counter[str], int]:
    count, states, naive = scale.of(500, short=20), Counter[str](), 0
    ways = _ways()
    for number in range(count):
        chance = scale.random("change", number)
        name, way = ways[number % len(ways)]
        original = originals[chance.randrange(len(originals))]
        changed = way(original, chance)
        if changed == original:
            continue
        state = str(judge(changed).state)
        states[state] += 1
        naive += _naive(judge, changed)
        if state == "VALID":
            violations.append(f"change {number} ({name}) is accepted")
    return count, states, naive


def _naive(judge: _Judge, pdf: bytes) -> bool:
    """The planted judge: some signature is intact, valid and trusted."""
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    from tests.base.documents import signed

    try:
        reader = PdfFileReader(io.BytesIO(pdf), strict=False)
        for embedded in reader.embedded_regular_signatures:
            context = ValidationContext(trust_roots=[signed.authority().asn1], allow_fetching=False)
            status = validate_pdf_signature(embedded, context, skip_diff=True)
            if status.intact and status.valid and status.trusted:
                return True
    except Exception:  # whatever it cannot read, it does not accept
        return False
    return False


def _lenient(judge: _Judge, original: bytes) -> bool:
    """A letter of the signature in the other case: the library accepts it, we do not."""
    changed = bytearray(original)
    place = original.rindex(b"/Contents <") + 300
    while not chr(changed[place]).isalpha():
        place += 1
    changed[place] ^= 0x20
    return _naive(judge, bytes(changed)) and judge(bytes(changed)).state != "VALID"


_Way = Callable[[bytes, Random], bytes]


def _ways() -> tuple[tuple[str, _Way], ...]:
    from tests.base.documents import signed

    stranger = signed.person("Kẻ gian", "Nơi khác")
    other = signed.person("Lê Thị Bình")
    return (
        ("a note", lambda pdf, chance: signed.with_note(pdf, _text(chance))),
        ("an empty line", lambda pdf, chance: pdf + chance.choice((b"\n", b" ", b"%x\n", b"\x00"))),
        ("bytes behind the end", lambda pdf, chance: pdf + chance.randbytes(chance.randrange(1, 3000))),
        ("other page content", lambda pdf, chance: signed.with_other_page(pdf, _text(chance))),
        ("another page", lambda pdf, chance: signed.with_more_pages(pdf)),
        ("other particulars", lambda pdf, chance: signed.with_title(pdf, _text(chance))),
        ("a script", lambda pdf, chance: signed.with_script(pdf)),
        (
            "a note, signed by a stranger",
            lambda pdf, chance: signed.sign(signed.with_note(pdf), stranger, field=f"S{chance.random()}"[:9]),
        ),
        (
            "other content, signed by somebody trusted",
            lambda pdf, chance: signed.sign(signed.with_other_page(pdf, "x"), other, field="S9"),
        ),
        ("the signature of another file", _transplanted),
        ("another range", _other_range),
        ("the revision hidden behind a copy", lambda pdf, chance: pdf + pdf),
        ("cut off and mended", lambda pdf, chance: pdf[: -chance.randrange(1, 40)] + b"\n%%EOF\n"),
        ("the text replaced", lambda pdf, chance: pdf.replace(b"57,52", b"97,52", 1)),
        ("an update without content", lambda pdf, chance: signed.with_empty_update(pdf)),
        ("a number changed in the open", _other_digit),
    )


def _text(chance: Random) -> str:
    return "".join(chance.choices("abcdefghijklmnop 0123456789", k=chance.randrange(5, 200)))


def _transplanted(pdf: bytes, chance: Random) -> bytes:
    """The hole filled with the signature of a different file of the same shape."""
    from tests.base.documents import signed

    donor = signed.sign(signed.plain_pdf(_text(chance)))
    start = donor.index(b"/Contents <") + 11
    signature = donor[start : donor.index(b">", start)]
    place = pdf.rindex(b"/Contents <") + 11
    room = pdf.index(b">", place) - place
    return pdf[:place] + signature[:room].ljust(room, b"0") + pdf[place + room :]


def _other_range(pdf: bytes, chance: Random) -> bytes:
    """The signed range moved by a little, or to nothing."""
    place = pdf.rindex(b"/ByteRange")
    end = pdf.index(b"]", place)
    numbers = [int(number) for number in pdf[place:end].split(b"[")[1].split()]
    which = chance.randrange(4)
    numbers[which] = max(0, numbers[which] + chance.choice((-1, 1, -100, 100, -numbers[which])))
    text = b"/ByteRange [" + b" ".join(b"%d" % number for number in numbers)
    return pdf[:place] + text.ljust(end - place)[: end - place] + pdf[end:]


def _other_digit(pdf: bytes, chance: Random) -> bytes:
    digits = [place for place, byte in enumerate(pdf[:2000]) if 0x30 <= byte <= 0x39]
    changed = bytearray(pdf)
    place = chance.choice(digits)
    changed[place] = 0x30 + (changed[place] - 0x30 + chance.randrange(1, 10)) % 10
    return bytes(changed)


CHECK = Check(
    "signatures",
    "a signature is read correctly: nothing changed after signing is accepted",
    run,
)

"""Picking at random what anybody can pick again: the same list, seed and number give the same picks.

Unannounced inspections are chosen by lot (governance.md 3.1). So that nobody has to trust whoever draws, the
draw is a function of values that are published: the list, the seed, the number of picks and the method. The
digest of the seed is published before the draw, the seed itself with it.

Method `sha256-fisher-yates-1`, in full, so that it can be written again in any language:

1. The units are sorted by the bytes of their keys in UTF-8.
2. A stream of numbers from 0 to 2^64 - 1: block k (k = 0, 1, 2, …) is SHA-256 of the seed in UTF-8, a line
   feed, and k in decimal digits; its 32 bytes are four numbers of 8 bytes, the most significant byte first.
3. A number below m comes from the stream by rejection: numbers from the greatest multiple of m up to
   2^64 - 1 are passed over, of the first other one the remainder by m is taken. Every number below m is
   exactly as likely as every other.
4. For i = 0, 1, … up to one less than the picks wanted: a number r below (units - i) is taken, and the units
   at the places i and i + r change places. The first so many units are the picks, in the order of the draw.
"""

from collections.abc import Iterator, Sequence
from hashlib import sha256

from openpar.engine.errors import EngineError

METHOD = "sha256-fisher-yates-1"
# A seed that could be found by trying all of them would tell the draw before it is drawn.
SHORTEST_SEED = 16
_WORD_BYTES = 8
_WORDS = 1 << 64


class BadDraw(EngineError):
    """From this list, seed and number nothing can be drawn; the text says what would be right."""


def commitment(seed: str) -> str:
    """SHA-256 of the seed in UTF-8, 64 hexadecimal digits: published before, it binds to the seed."""
    return sha256(seed.encode()).hexdigest()


def combined_seed(seed: str, public_value: str = "") -> str:
    """The seed that is drawn by: followed by a space and a value that nobody knew at the commitment.

    Whoever chooses a seed alone can try many before publishing the digest of one; with a value that becomes
    public afterwards (the result of a lottery) this is of no use.
    """
    return f"{seed} {public_value}" if public_value else seed


def pick(units: Sequence[str], seed: str, count: int) -> tuple[str, ...]:
    """`count` of the units, in the order of the draw; the order in which they are given does not matter.

    0 ≤ count ≤ number of units. Raises BadDraw for a unit that is named twice or has no name, for a seed
    that is too short, and for more picks than there are units.
    """
    _check(units, seed, count)
    placed = sorted(units, key=str.encode)
    words = _stream(seed)
    for place in range(count):
        other = place + _below(len(placed) - place, words)
        placed[place], placed[other] = placed[other], placed[place]
    return tuple(placed[:count])


def _check(units: Sequence[str], seed: str, count: int) -> None:
    faults = []
    if len(set(units)) < len(units):
        twice = sorted({unit for unit in units if units.count(unit) > 1})
        faults.append(f"Có đơn vị ghi hai lần: {', '.join(twice[:5])}. Mỗi đơn vị chỉ ghi một lần.")
    if not all(unit.strip() for unit in units):
        faults.append("Có dòng không ghi đơn vị.")
    if len(seed) < SHORTEST_SEED:
        faults.append(f"Chuỗi khởi tạo chỉ có {len(seed)} ký tự; cần ít nhất {SHORTEST_SEED}.")
    if not 0 <= count <= len(units):
        faults.append(f"Không chọn được {count} trong {len(units)} đơn vị.")
    if faults:
        raise BadDraw(" ".join(faults))


def _stream(seed: str) -> Iterator[int]:
    block = 0
    while True:
        digest = sha256(f"{seed}\n{block}".encode()).digest()
        for start in range(0, len(digest), _WORD_BYTES):
            yield int.from_bytes(digest[start : start + _WORD_BYTES], "big")
        block += 1


def _below(bound: int, words: Iterator[int]) -> int:
    """A number from 0 to bound - 1, each as likely as the others."""
    limit = _WORDS - divmod(_WORDS, bound)[1]
    word = next(words)
    while word >= limit:
        word = next(words)
    return divmod(word, bound)[1]

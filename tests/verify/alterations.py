"""Random alterations of a bundle: what is changed, and how far the one who changed it could hide it."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from random import Random
from typing import Any

from openpar.base.audit.signing import sign_note
from tests.verify.altering import MANIFEST, Parts, sealed, unzipped, zipped
from tests.verify.writing import Key, plain

# How far the traces are covered: nothing recomputed; the manifest; the decision too; all of it, signed with
# another key; and, where counting alone must find it, all of it signed with the key of the house.
RAW, REHASHED, REDECIDED, OTHER_KEY, OUR_KEY = "raw", "rehashed", "redecided", "other key", "our key"


@dataclass(frozen=True)
class Altered:
    """An altered bundle; `names` are what the first line about it may begin with."""

    content: bytes
    what: str
    sealing: str
    names: tuple[str, ...]

    def is_named_in(self, line: str) -> bool:
        told = line.removeprefix("WRONG ").removeprefix("UNREADABLE ")
        return told.startswith(self.names)


def altered(random: Random, content: bytes) -> Altered:
    """One random alteration of a sound bundle."""
    if random.random() < 0.15:
        return _of_the_archive(random, content)
    members = unzipped(content)
    parts = Parts(members)
    what, change, counted = random.choice(_CHANGES)
    names = change(random, parts)
    sealing = random.choice((RAW, REHASHED, REDECIDED, OTHER_KEY, *([OUR_KEY] * 2 if counted else [])))
    found = _sealed(members, parts, sealing)
    # What cannot be counted is named by the seal that does not hold: the file, or the first that vouches.
    if not counted:
        names = {
            RAW: (*names, "manifest.json"),
            REHASHED: ("decision.json",),
            REDECIDED: ("signature.txt",),
            OTHER_KEY: ("signature.txt",),
        }[sealing]
    return Altered(zipped(found), what, sealing, names)


def _sealed(members: dict[str, bytes], parts: Parts, sealing: str) -> dict[str, bytes]:
    decision = json.loads(members["decision.json"])
    anew = sealed(parts, Key("a thief"), decision)
    if sealing == OTHER_KEY:
        return anew
    kept = {RAW: ("manifest.json", "decision.json"), REHASHED: ("decision.json",)}.get(sealing, ())
    found = {**anew, "keys.txt": members["keys.txt"], "signature.txt": members["signature.txt"]}
    if sealing == OUR_KEY:
        digest = sha256(anew["decision.json"]).hexdigest()
        found["signature.txt"] = sign_note(f"{MANIFEST}\n{digest}\n").encode()
    return {**found, **{name: members[name] for name in kept}}


def _other(random: Random, text: str | None, most: int = 10) -> str:
    """Another decimal."""
    while (found := f"{random.randint(0, most * 100) / 100:.2f}".rstrip("0").rstrip(".")) == text:
        pass
    return found


Names = tuple[str, ...]
Change = Callable[[Random, Parts], Names]


def _result(name: str) -> Change:
    def change(random: Random, parts: Parts) -> Names:
        line = random.randrange(len(parts.rows["results.jsonl"]))
        row = parts.rows["results.jsonl"][line]
        row[name] = _other(random, row[name], 100)
        return (f"results.jsonl line {line + 1}: unit {row['unit']}: {name} ",)

    return change


def _result_value(name: str, *values: object) -> Change:
    def change(random: Random, parts: Parts) -> Names:
        line = random.randrange(len(parts.rows["results.jsonl"]))
        row = parts.rows["results.jsonl"][line]
        row[name] = random.choice([value for value in values if value != row[name]])
        return (f"results.jsonl line {line + 1}: unit {row['unit']}: {name} ",)

    return change


def _node(random: Random, parts: Parts) -> Names:
    line = random.randrange(len(parts.rows["results.jsonl"]))
    row = parts.rows["results.jsonl"][line]
    code = random.choice(list(row["nodes"]))
    name = random.choice(("maximum", "self", "decided", "index", "self_index", "rank"))
    node = row["nodes"][code]
    node[name] = (node[name] or 0) + 1 if name == "rank" else _other(random, node[name], 100)
    return (f"results.jsonl line {line + 1}: unit {row['unit']}: {code} {name} ",)


def _line(random: Random, parts: Parts) -> Names:
    line = random.randrange(len(parts.rows["results.jsonl"]))
    row = parts.rows["results.jsonl"][line]
    leaf = random.choice([leaf for leaf in row["lines"] if leaf["decided"] is not None])
    leaf["decided"] = str(int(float(leaf["decided"])) + 17)
    return (f"results.jsonl line {line + 1}: unit {row['unit']}: {leaf['code']} decided ",)


def _score(name: str) -> Change:
    def change(random: Random, parts: Parts) -> Names:
        rows = [row for row in parts.rows["scores.jsonl"] if row["points"] is not None]
        row = random.choice(rows)
        row[name] = _other(random, row[name], 1) if name != "computed" else _other(random, row[name])
        line = parts.rows["scores.jsonl"].index(row) + 1
        return (f"scores.jsonl line {line}: unit {row['unit']}, {row['code']} ",)

    return change


def _answer(random: Random, parts: Parts) -> Names:
    rows = [row for row in parts.rows["scores.jsonl"] if "numerator" in row["answer"]]
    row = random.choice(rows)
    row["answer"]["numerator"] = "999"
    line = parts.rows["scores.jsonl"].index(row) + 1
    return (f"scores.jsonl line {line}: unit {row['unit']}, {row['code']} ",)


def _row_gone(name: str) -> Change:
    def change(random: Random, parts: Parts) -> Names:
        parts.rows[name].pop(random.randrange(len(parts.rows[name])))
        return ("scores.jsonl", "results.jsonl", "units.jsonl")

    return change


def _row_twice(name: str) -> Change:
    def change(random: Random, parts: Parts) -> Names:
        at = random.randrange(len(parts.rows[name]))
        parts.rows[name].insert(at, parts.rows[name][at])
        return (f"{name} line {at + 2}", f"{name}")

    return change


def _rule(random: Random, parts: Parts) -> Names:
    """A parameter that some answer reaches."""
    node = parts.criteria()["fields"][0]["criteria"][0]["sub"][0]
    node["max"] = "1.5"
    node["rule"]["yes"] = "1.5"
    return ("scores.jsonl line ",)


def _policy(random: Random, parts: Parts) -> Names:
    parts.criteria()["bands"] = [{"name": "Đều tốt", "ge": "0"}]
    return ("results.jsonl line 1: ",)


def _claim(random: Random, parts: Parts) -> Names:
    number = random.choice(parts.rows["units.jsonl"])["unit"]
    claim = {"unit": number, "kind": "PENALTY", "points": "0.5", "state": "ACCEPTED"}
    parts.rows["adjustments.jsonl"] = sorted(
        [*parts.rows["adjustments.jsonl"], claim], key=lambda row: int(row["unit"])
    )
    return ("results.jsonl line ",)


def _name(random: Random, parts: Parts) -> Names:
    random.choice(parts.rows["units.jsonl"])["name"] = "Sở Khác"
    return ("units.jsonl",)


def _title(random: Random, parts: Parts) -> Names:
    parts.values["blocks.json"][0]["name"] = "khối khác"
    return ("blocks.json",)


def _set_title(random: Random, parts: Parts) -> Names:
    parts.criteria()["title"] = "Bộ tiêu chí khác"
    return ("criteria-1.json",)


def _flag(random: Random, parts: Parts) -> Names:
    unit = random.choice(parts.rows["units.jsonl"])
    unit["ranked"] = not unit["ranked"]
    return ("results.jsonl line ",)


def _silence(random: Random, parts: Parts) -> Names:
    unit = random.choice([unit for unit in parts.rows["units.jsonl"] if unit["self_count"]])
    unit["self_count"] = unit["appraised_count"] = 0
    return ("units.jsonl line ",)


# (what, how, whether counting alone finds it)
_CHANGES: list[tuple[str, Change, bool]] = [
    *((name, _result(name), True) for name in ("total", "index", "self_total", "bonus", "penalty")),
    ("rank", _result_value("rank", 7, 8, None), True),
    ("rank_of", _result_value("rank_of", 9, None), True),
    ("grade", _result_value("grade", "Xuất sắc", "Yếu", ""), True),
    ("self_grade", _result_value("self_grade", "Xuất sắc", "Yếu", ""), True),
    ("node", _node, True),
    ("line", _line, True),
    *((f"score {name}", _score(name), True) for name in ("points", "computed", "given")),
    ("answer", _answer, True),
    ("score gone", _row_gone("scores.jsonl"), True),
    ("unit gone", _row_gone("units.jsonl"), True),
    ("result gone", _row_gone("results.jsonl"), True),
    ("score twice", _row_twice("scores.jsonl"), True),
    ("unit twice", _row_twice("units.jsonl"), True),
    ("result twice", _row_twice("results.jsonl"), True),
    ("rule", _rule, True),
    ("bands", _policy, True),
    ("claim", _claim, True),
    ("ranked", _flag, True),
    ("silence", _silence, True),
    ("unit name", _name, False),
    ("block name", _title, False),
    ("set title", _set_title, False),
]


def _of_the_archive(random: Random, content: bytes) -> Altered:
    """Changes of the archive and of what seals it."""
    members = unzipped(content)
    what = random.choice(
        ("byte", "cut", "gone", "added", "manifest", "decision", "signature", "keys and all")
    )
    if what == "byte":
        return Altered(_flipped(random, content, members), what, RAW, ("",))
    if what == "cut":
        return Altered(content[: random.randrange(len(content))], what, RAW, ("",))
    if what == "gone":
        name = random.choice(list(members))
        left = {other: part for other, part in members.items() if other != name}
        return Altered(zipped(left), f"{what}: {name}", RAW, ("missing from the archive", "blocks.json"))
    if what == "added":
        name = random.choice(("criteria-9.json", "results.jsonl.bak", "../results.jsonl", "more/"))
        return Altered(zipped({**members, name: b"{}"}), what, RAW, (name, "criteria-9.json"))
    if what == "manifest":
        manifest = json.loads(members["manifest.json"])
        name = random.choice(list(manifest["files"]))
        manifest["files"][name] = "0" * 64
        return Altered(zipped({**members, "manifest.json": plain(manifest)}), what, RAW, (name,))
    decision: dict[str, Any] = json.loads(members["decision.json"])
    if what == "decision":
        name = random.choice(("round", "number", "signer"))
        decision[name] += "x"
        content = zipped({**members, "decision.json": plain(decision)})
        return Altered(content, f"{what}: {name}", RAW, ("signature.txt: signs another",))
    if what == "signature":
        text = members["signature.txt"].decode()
        content = zipped({**members, "signature.txt": text.replace("\u2014 ", "\u2014 x", 1).encode()})
        return Altered(content, what, RAW, ("signature.txt: no signature by a trusted key",))
    anew = sealed(Parts(members), Key("a thief"), decision)
    return Altered(zipped(anew), what, OTHER_KEY, ("signature.txt: no signature by a trusted key",))


def _flipped(random: Random, content: bytes, members: dict[str, bytes]) -> bytes:
    """One byte changed in a place that matters: inside the packed bytes of a member."""
    name = random.choice(sorted(members))
    packed = zlib.compressobj(-1, zlib.DEFLATED, -15)
    size = len(packed.compress(members[name]) + packed.flush())
    start = content.index(name.encode()) + len(name)
    while True:
        changed = bytearray(content)
        changed[start + random.randrange(size)] ^= 1 << random.randrange(8)
        try:
            if unzipped(bytes(changed)) != members:
                return bytes(changed)
        except (zipfile.BadZipFile, zlib.error, EOFError):
            return bytes(changed)

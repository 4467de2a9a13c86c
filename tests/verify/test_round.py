"""Bundles of rounds: accepted as made, refused with the first wrong row when anything was changed."""

from __future__ import annotations

import ast
import io
import json
import subprocess
import sys
import warnings
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.verify.altering import Parts, sealed, zipped
from tests.verify.loaded import PATH, load
from tests.verify.random_rounds import random_members
from tests.verify.writing import Key, plain

verify = load()
Capture = pytest.CaptureFixture[str]
OURS = Key()


def good_parts() -> Parts:
    """A random block with scores of several layers and a rank to lose."""
    for seed in range(50):
        members, _ = random_members(Random(seed))
        parts = Parts(members)
        if len(parts.rows["units.jsonl"]) > 2 and parts.rows["adjustments.jsonl"]:
            return parts
    raise AssertionError("no random block is large enough")


def checked(content: bytes, tmp_path: Path, capsys: Capture, *more: str) -> tuple[int, list[str]]:
    path = tmp_path / "bundle.zip"
    path.write_bytes(content)
    status = verify.main(["round", str(path), "--key", OURS.vkey, *more])
    return status, capsys.readouterr().out.splitlines()


@pytest.mark.parametrize("seed", range(150))
def test_what_the_engine_counted_is_what_the_verifier_counts(seed: int) -> None:
    members, _ = random_members(Random(seed))
    report = verify.Report()
    verify.recount(members, report)
    assert report.rows == []


def test_a_sealed_bundle_holds(tmp_path: Path, capsys: Capture) -> None:
    status, told = checked(zipped(sealed(good_parts(), OURS)), tmp_path, capsys)
    assert (status, len(told)) == (0, 1)
    assert told[0].startswith("ALL OF IT HOLDS: ")
    status, told = checked(zipped(sealed(good_parts(), OURS)), tmp_path, capsys, "--vi")
    assert told[0].startswith("TẤT CẢ ĐÚNG: ")


def test_a_bundle_needs_nothing_but_the_standard_library(tmp_path: Path) -> None:
    path = tmp_path / "bundle.zip"
    path.write_bytes(zipped(sealed(good_parts(), OURS)))
    command = [sys.executable, "-I", "-S", str(PATH), "round", str(path), "--key", OURS.vkey]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_verifier_imports_the_standard_library_only_and_is_python_3_9() -> None:
    tree = ast.parse(PATH.read_text("utf-8"), feature_version=(3, 9))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names


def first(parts: Parts, name: str) -> dict[str, Any]:
    row: dict[str, Any] = parts.rows[name][0]
    return row


def lose_a_rank(parts: Parts) -> None:
    row = next(row for row in parts.rows["results.jsonl"] if row["rank"] is not None)
    row["rank"] += 1


def change_points(parts: Parts) -> None:
    row = next(row for row in parts.rows["scores.jsonl"] if row["given"] is None and row["points"])
    row["points"] = "0.0625" if row["points"] != "0.0625" else "0.125"


def remove_a_unit(parts: Parts) -> None:
    number = parts.rows["units.jsonl"].pop(0)["unit"]
    for name in ("scores.jsonl", "adjustments.jsonl"):
        parts.rows[name] = [row for row in parts.rows[name] if row["unit"] != number]


def count_nobody(parts: Parts) -> None:
    unit = next(row for row in parts.rows["units.jsonl"] if row["self_count"])
    unit["self_count"] = unit["appraised_count"] = 0


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (lose_a_rank, "results.jsonl line"),
        (change_points, "scores.jsonl line"),
        (remove_a_unit, "results.jsonl"),
        (count_nobody, "units.jsonl line"),
        (lambda parts: first(parts, "results.jsonl").update(grade="Xuất sắc!"), "results.jsonl line 1"),
        (lambda parts: first(parts, "results.jsonl").update(total="99"), "results.jsonl line 1"),
        (
            lambda parts: first(parts, "scores.jsonl").update(answer={"numerator": "NaN"}),
            "scores.jsonl line 1",
        ),
        (lambda parts: first(parts, "scores.jsonl").update(answer={"numerator": 1}), "scores.jsonl line 1"),
        (lambda parts: first(parts, "scores.jsonl").update(more=1), "scores.jsonl line 1"),
        (lambda parts: first(parts, "scores.jsonl").update(given="1000"), "scores.jsonl line 1"),
        (
            lambda parts: parts.rows["scores.jsonl"].insert(0, first(parts, "scores.jsonl")),
            "scores.jsonl line 2",
        ),
        (lambda parts: first(parts, "units.jsonl").update(block="khác"), "units.jsonl line 1"),
        (lambda parts: first(parts, "adjustments.jsonl").update(points="-1"), "adjustments.jsonl line 1"),
        (lambda parts: first(parts, "adjustments.jsonl").update(points="1" * 30), "adjustments.jsonl line 1"),
        (lambda parts: parts.criteria().update(na_policy="none"), "criteria-1.json"),
        (lambda parts: parts.criteria().pop("fields"), "criteria-1.json"),
        (lambda parts: parts.criteria().update(rounding={"display": "x", "mode": "up"}), "criteria-1.json"),
    ],
)
def test_a_change_sealed_by_the_thief_with_our_own_key_is_still_counted_out(
    change: Callable[[Parts], Any], where: str, tmp_path: Path, capsys: Capture
) -> None:
    parts = good_parts()
    change(parts)
    status, told = checked(zipped(sealed(parts, OURS)), tmp_path, capsys)
    assert status == 1
    assert told[0].startswith(f"WRONG {where}"), told[0]


def test_what_cannot_be_counted_is_sealed(tmp_path: Path, capsys: Capture) -> None:
    parts = good_parts()
    members = sealed(parts, OURS)
    unit = next(row for row in parts.rows["units.jsonl"] if row["published"])
    unit["name"] = "Tên khác"
    content = zipped({**members, "units.jsonl": parts.members()["units.jsonl"]})
    status, told = checked(content, tmp_path, capsys)
    assert (status, told[0]) == (1, "WRONG units.jsonl: not the content that manifest.json vouches for")
    resealed = sealed(parts, OURS)
    content = zipped(
        {**resealed, "decision.json": members["decision.json"], "signature.txt": members["signature.txt"]}
    )
    assert (
        checked(content, tmp_path, capsys)[1][0] == "WRONG decision.json: vouches for another manifest.json"
    )
    content = zipped({**resealed, "signature.txt": members["signature.txt"]})
    assert checked(content, tmp_path, capsys)[1][0] == "WRONG signature.txt: signs another decision.json"
    told = checked(zipped(sealed(parts, Key("a thief"))), tmp_path, capsys)[1]
    assert told[0] == "WRONG signature.txt: no signature by a trusted key"


def raw_zip(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(target, "w", method) as archive:
        warnings.simplefilter("ignore")  # names twice are what we want
        for name, content in members:
            archive.writestr(name, content)
    return target.getvalue()


@cache
def hostile() -> dict[str, bytes]:
    """Files that no reader should unpack, or only with care."""
    members = sealed(good_parts(), OURS)
    whole = zipped(members)
    listed = sorted(members.items())

    def with_member(name: str, content: bytes) -> bytes:
        return raw_zip(*sorted({**members, name: content}.items()))

    def with_row(name: str, line: bytes) -> bytes:
        return with_member(name, line + b"\n" + members[name])

    return {
        "nothing": b"",
        "text": b"hello",
        "only a head": whole[:200],
        "cut": whole[:-30],
        "bytes lost inside": whole[:500] + whole[600:],
        "a bomb": with_member("scores.jsonl", b"0" * (80 << 20)),
        "a member twice": raw_zip(*listed, ("units.jsonl", b"")),
        "a path upwards": raw_zip(*listed, ("../x", b"")),
        "an absolute path": raw_zip(("/etc/passwd", b""), *listed),
        "a folder": raw_zip(*listed, ("zz/", b"")),
        "another packing": raw_zip(*listed, method=zipfile.ZIP_BZIP2),
        "not sorted": raw_zip(*reversed(listed)),
        "a member missing": raw_zip(*listed[1:]),
        "a thousand members": raw_zip(*((f"criteria-{n}.json", b"") for n in range(1000))),
        "deep lists": with_row("scores.jsonl", b"[" * 200_000 + b"]" * 200_000),
        "deep objects": with_row("units.jsonl", b'{"a":' * 50_000 + b"1" + b"}" * 50_000),
        "NaN": with_row("units.jsonl", b'{"unit":NaN}'),
        "infinity": with_row("units.jsonl", b'{"unit":-Infinity}'),
        "a float": with_row("units.jsonl", b'{"unit":1.5}'),
        "a huge number": with_row("units.jsonl", b'{"unit":' + b"9" * 100_000 + b"}"),
        "an exponent": with_row("units.jsonl", b'{"unit":1e999999}'),
        "a key twice": with_row("units.jsonl", b'{"unit":1,"unit":2}'),
        "spaces": with_row("units.jsonl", b'{ "unit":1}'),
        "no UTF-8": with_row("units.jsonl", b'"\xff"'),
        "half a surrogate": with_row("units.jsonl", b'"\\ud800"'),
        "a list for an object": with_row("units.jsonl", b"[]"),
        "a list of criteria": with_member("criteria-1.json", b"[]"),
        "criteria of numbers": with_member("criteria-1.json", b'{"fields":1,"na_policy":"full_marks"}'),
        "a deep formula": with_member("criteria-1.json", deep_formula(members["criteria-1.json"])),
        "manifest of lists": with_member("manifest.json", b'{"files":{"a":[]},"format":"openpar-round/1"}'),
        "keys of noise": with_member("keys.txt", b"\xff\xfe"),
        "a signature of noise": with_member("signature.txt", b"openpar\n\n\xe2\x80\x94 a b\n"),
    }


def deep_formula(content: bytes) -> bytes:
    """A set whose first leaf is computed by ten thousand signs."""
    given = json.loads(content)
    node = given["fields"][0]
    while "rule" not in node:
        node = (node.get("criteria") or node["sub"])[0]
    text = "-" * 1900 + "x"
    node["rule"] = {
        "type": "formula_with_variables_and_conditions",
        "variables": [{"name": "x"}],
        "branches": [{"points": text}],
        "cap": True,
    }
    return plain(given)


@pytest.mark.parametrize("name", hostile().keys())
def test_hostile_bundles_are_refused_in_one_clear_line(name: str, tmp_path: Path) -> None:
    path = tmp_path / "bundle.zip"
    path.write_bytes(hostile()[name])
    command = [sys.executable, "-I", "-S", "-X", "utf8", str(PATH), "round", str(path), "--key", OURS.vkey]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, timeout=60)
    assert (done.returncode in (1, 2), done.stderr) == (True, "")
    assert done.stdout.startswith(("WRONG ", "UNREADABLE "))
    assert max(len(line) for line in done.stdout.splitlines()) < 600

"""A line of the log is one line, in UTC, whatever somebody typed."""

from __future__ import annotations

import logging
import sys

import pytest

from openpar.common.log_lines import OneLine, one_line

FORM = OneLine("%(asctime)s %(levelname)s %(name)s %(message)s", "%Y-%m-%dT%H:%M:%SZ")


def written(message: str, *, failed: Exception | None = None) -> list[str]:
    record = logging.LogRecord("openpar", logging.WARNING, "x.py", 1, message, (), None)
    record.created = 1772699400.0
    if failed is not None:
        try:
            raise failed
        except Exception:
            record.exc_info = sys.exc_info()
    return FORM.format(record).split("\n")


def test_the_moment_is_in_utc() -> None:
    assert written("đã nhận") == ["2026-03-05T08:30:00Z WARNING openpar đã nhận"]


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\x0b", "\x85", "\u2028", "\u2029"])
def test_what_somebody_typed_does_not_begin_a_line(end: str) -> None:
    text = one_line(f"/a{end}2026-03-05T08:30:00Z INFO openpar.security event")
    assert len(text.splitlines()) == 1
    assert "\\" in text


def test_directions_of_writing_are_spelled_out() -> None:
    assert one_line("a\u202eb") == "a\\u202eb"


def test_no_line_of_a_traceback_looks_like_a_record() -> None:
    lines = written("hỏng", failed=ValueError("x\n2026-03-05T08:30:00Z INFO openpar giả"))
    assert lines[0].endswith("hỏng")
    assert len(lines) > 3
    assert all(line.startswith("    ") for line in lines[1:])

"""Calling a function in a child process that may use only so much memory and time.

The checks before parsing refuse every hostile file we know of; this is the wall behind them for the one
we do not know.
"""

from __future__ import annotations

import os
import pickle
import resource
import subprocess
import sys
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from openpar.common.errors import FileRefused, Refused

P = ParamSpec("P")
Result = TypeVar("Result")

_CHILD = "from openpar.common.limited import answer_parent; answer_parent()"
_MEBIBYTE = 1024 * 1024


def run_limited(function: Callable[P, Result], *arguments: P.args, **options: P.kwargs) -> Result:
    """The result of the function, computed elsewhere within 10 seconds and 512 MiB; costs a tenth of a
    second.

    The function must be importable by name; arguments and result must survive pickling. What it refuses
    is refused here; a child that runs out of memory or time, or dies, becomes FileRefused.
    """
    return run_within(10, 512, function, *arguments, **options)


def run_within(
    seconds: int, mebibytes: int, function: Callable[P, Result], *arguments: P.args, **options: P.kwargs
) -> Result:
    """As `run_limited`, with limits of one's own: seconds (of the clock) and MiB of address space."""
    task = pickle.dumps((seconds, mebibytes, function, arguments, options))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    try:
        child = subprocess.run(  # noqa: S603 - our own interpreter and a constant command
            [sys.executable, "-c", _CHILD],
            input=task,
            capture_output=True,
            timeout=seconds,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _too_much(f"xử lý tệp mất hơn {seconds} giây") from None
    if child.returncode != 0 or not child.stdout:
        last_words = RuntimeError(child.stderr.decode(errors="replace")[-2000:])
        raise _too_much("không xử lý được tệp trong giới hạn bộ nhớ và thời gian") from last_words
    answer = pickle.loads(child.stdout)  # noqa: S301 - written by our own code in the child, never by the file
    if isinstance(answer, Refused):
        raise answer
    [result] = answer
    return result  # type: ignore[no-any-return]  # what comes through a pipe has lost its type


def answer_parent() -> None:
    """The child's side: limit oneself, do the task from standard input, write the answer to standard
    output.
    """
    seconds, mebibytes, function, arguments, options = pickle.load(sys.stdin.buffer)  # noqa: S301 - from our parent
    resource.setrlimit(resource.RLIMIT_AS, (mebibytes * _MEBIBYTE, mebibytes * _MEBIBYTE))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    try:
        answer: object = [function(*arguments, **options)]
    except Refused as refused:
        answer = refused
    sys.stdout.buffer.write(pickle.dumps(answer))


def _too_much(what: str) -> FileRefused:
    return FileRefused.because(
        "Tệp", what, "Chia nhỏ tệp hoặc lưu lại thành tệp mới.", code="file-too-costly"
    )

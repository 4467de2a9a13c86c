"""How a line of the log is written: in UTC, and so that nothing typed by anybody looks like another line."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable

# What ends a line or turns the direction of writing, in any of the alphabets.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def one_line(text: str) -> str:
    """The text with every control character spelled out: a line break is the two letters backslash and n."""
    return _CONTROLS.sub(lambda found: found.group().encode("unicode_escape").decode("ascii"), text)


class OneLine(logging.Formatter):
    """One record, one line. A traceback follows on indented lines, so that none begins like a record."""

    converter: Callable[[float | None], time.struct_time] = staticmethod(time.gmtime)

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.message = one_line(record.message)
        return super().formatMessage(record)

    def formatException(self, ei: object) -> str:
        told = super().formatException(ei)  # type: ignore[arg-type]  # the library's triple, passed on as it came
        return "\n".join(f"    {one_line(line)}" for line in told.split("\n"))

"""The cell “Ghi chú” of an official table: when a criterion does not apply, and other remarks, in one text.

Printed tables say both there. What we write ourselves reads back as the same two texts: lines that would be
taken for the other kind carry a word in front that says what they are.
"""

from __future__ import annotations

from openpar.common.text import fold

# A criterion that may be not applicable without saying when (`na: yes` in the files).
MAY_BE_LEFT_OUT = "Có thể không áp dụng"
_WHEN = "Không áp dụng khi: "
_REMARK = "Ghi chú: "
_YES = "yes"
_PLAIN_YES = ("yes", "true")


def write_note(not_applicable: str, note: str) -> str:
    """One text of both; not_applicable is "" where the criterion always applies, "yes" where no case is
    named.
    """
    lines: list[str] = []
    if not_applicable.lower() in _PLAIN_YES:
        lines = [MAY_BE_LEFT_OUT]
    elif not_applicable:
        lines = [_not_applicable_line(line) for line in not_applicable.split("\n")]
    if note:
        lines += [_remark_line(line) for line in note.split("\n")]
    return "\n".join(lines)


def read_note(cell: str) -> tuple[str, str]:
    """When the criterion does not apply, and the other remarks; "" for what is not said."""
    cases: list[str] = []
    remarks: list[str] = []
    for line in cell.split("\n"):
        if line.startswith(_REMARK):
            remarks.append(line.removeprefix(_REMARK))
        elif line == MAY_BE_LEFT_OUT:
            cases.append(_YES)
        elif _says_not_applicable(line):
            cases.append(line.removeprefix(_WHEN))
        else:
            remarks.append(line)
    return "\n".join(cases), "\n".join(remarks)


def _says_not_applicable(line: str) -> bool:
    return "khong ap dung" in fold(line)


def _not_applicable_line(line: str) -> str:
    speaks = _says_not_applicable(line) and not line.startswith((_WHEN, _REMARK)) and line != MAY_BE_LEFT_OUT
    return line if speaks else f"{_WHEN}{line}"


def _remark_line(line: str) -> str:
    return f"{_REMARK}{line}" if _says_not_applicable(line) or line.startswith(_REMARK) else line

"""Pages of docs/ that a program writes: `write` renews them, `check` says (exit 1) which of them differ."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def differences(folder: Path, pages: Mapping[str, str]) -> list[str]:
    """What `write` would change in `folder`: a line for every page that is missing, stale or left over."""
    found = []
    for name, text in pages.items():
        path = folder / name
        if not path.exists():
            found.append(f"{path}: missing")
        elif path.read_text(encoding="utf-8") != text:
            found.append(f"{path}: no longer what the tables say")
    found += [f"{path}: no table writes it" for path in sorted(folder.glob("*.md")) if path.name not in pages]
    return found


def settle(order: str, folder: Path, pages: Mapping[str, str]) -> int:
    """Does what the command line asked for; returns its exit status."""
    if order == "check":
        found = differences(folder, pages)
        sys.stderr.writelines(f"{line}\n" for line in found)
        return 1 if found else 0
    if order != "write":
        sys.stderr.write("Say write or check.\n")
        return 2
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.glob("*.md"):
        if path.name not in pages:
            path.unlink()
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8")
    return 0


def row(*cells: str) -> str:
    """One line of a Markdown table; a bar inside a cell would end it."""
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def table(heading: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
    """The lines of a Markdown table."""
    return [row(*heading), row(*("---" for _ in heading)), *(row(*cells) for cells in rows)]

"""Everything that can be checked without running a test; changes nothing. All findings, not the first."""

from __future__ import annotations

import os
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
PLACES = ["src", "tests", "scripts", "bench", "trust", "verify"]
COMMANDS: dict[str, list[str]] = {
    "format": [str(BIN / "ruff"), "format", "--check", *PLACES],
    "lint": [str(BIN / "ruff"), "check", *PLACES],
    "types": [str(BIN / "mypy")],
    "imports": [str(BIN / "lint-imports")],
    "migrations": [sys.executable, "-m", "django", "makemigrations", "--check", "--dry-run"],
    "django": [sys.executable, "-m", "django", "check", "--fail-level", "WARNING"],
    "translations": [sys.executable, "scripts/messages.py", "check"],
    "docs/states": [sys.executable, "-m", "scripts.states", "check"],
    "docs/rules": [sys.executable, "-m", "scripts.rules", "check"],
    "docs/trust": [sys.executable, "-m", "scripts.trust_pages", "check"],
}
TEXT_FILES = (".py", ".html", ".md", ".csv", ".yaml", ".po", ".js", ".css")
NOT_OURS = {".git", ".venv", "node_modules", "vendor", "var", "__pycache__"}


def own_files() -> Iterator[Path]:
    """The text files of the tree, without what was installed or made; a machine without git has them too."""
    for folder, folders, names in os.walk(ROOT):
        folders[:] = sorted(name for name in folders if name not in NOT_OURS)
        for name in sorted(names):
            if name.endswith(TEXT_FILES):
                yield Path(folder) / name


def decomposed_files() -> list[str]:
    """Files of the tree that are not in NFC: composed and decomposed letters compare unequal."""
    return [
        str(path.relative_to(ROOT))
        for path in own_files()
        if not unicodedata.is_normalized("NFC", path.read_text(encoding="utf-8"))
    ]


def main() -> int:
    failed = []
    for name, command in COMMANDS.items():
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        sys.stdout.write(f"{'ok    ' if done.returncode == 0 else 'FAILED'} {name}\n")
        if done.returncode != 0:
            failed.append(name)
            sys.stdout.write(done.stdout + done.stderr)
    decomposed = decomposed_files()
    sys.stdout.write(f"{'FAILED' if decomposed else 'ok    '} letters are composed (NFC)\n")
    for path in decomposed:
        sys.stdout.write(f"  {path}\n")
    return 1 if failed or decomposed else 0


if __name__ == "__main__":
    sys.exit(main())

"""The browser of the journeys: Debian's Chromium, where it can be had without its windows."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

# The same engine; without windows nobody sees it takes a third less of the processor.
_NAMES = ("chromium-headless-shell", "chromium")


def chromium() -> str | None:
    """Where it is; None where there is none."""
    return next((found for name in _NAMES if (found := shutil.which(name))), None)


def browser_starts() -> bool:
    """Is there a Chromium, and does the driver beside it start (its Node.js needs libatomic)?"""
    import playwright

    node = Path(playwright.__file__).parent / "driver" / "node"
    if chromium() is None:
        return False
    try:
        return subprocess.run([str(node), "--version"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False

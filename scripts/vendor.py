"""Copies the front-end packages a page needs from node_modules into one git-ignored static folder.

Usage: vendor.py TARGET. The icons become one sprite with just the names listed in web/icons.txt.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MODULES = ROOT / "node_modules"
ICON_NAMES = ROOT / "src" / "openpar" / "web" / "icons.txt"
COPIES = {
    "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2": "inter-latin.woff2",
    "@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2": "inter-latin-ext.woff2",
    "@fontsource-variable/inter/files/inter-vietnamese-wght-normal.woff2": "inter-vietnamese.woff2",
    "axe-core/axe.min.js": "axe.min.js",
}
_SVG_BODY = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)


def sprite(names: list[str]) -> str:
    """One SVG with a <symbol> per icon; an unknown name is an error that names it."""
    symbols = []
    for name in names:
        drawing = (MODULES / "@tabler" / "icons" / "icons" / "outline" / f"{name}.svg").read_text(
            encoding="utf-8"
        )
        body = _SVG_BODY.search(drawing)
        if body is None:
            raise SystemExit(f"icon {name}: no drawing found")
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{body.group(1).strip()}</symbol>')
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>\n'


def main(target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for source, name in COPIES.items():
        shutil.copyfile(MODULES / source, target / name)
    names = ICON_NAMES.read_text(encoding="utf-8").split()
    (target / "icons.svg").write_text(sprite(names), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""Copies the front-end packages a page needs from node_modules into one git-ignored static folder, and the
fonts of official documents into another.

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
# Official documents as PDF carry these: the widths of Times New Roman, every Vietnamese letter.
FONTS = ROOT / "src" / "openpar" / "reports" / "documents" / "font_files"
FONT_COPIES = {
    "400Regular/Tinos_400Regular.ttf": "Tinos-Regular.ttf",
    "400Regular_Italic/Tinos_400Regular_Italic.ttf": "Tinos-Italic.ttf",
    "700Bold/Tinos_700Bold.ttf": "Tinos-Bold.ttf",
    "700Bold_Italic/Tinos_700Bold_Italic.ttf": "Tinos-BoldItalic.ttf",
    "LICENSE_FONT": "LICENSE",
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
    FONTS.mkdir(exist_ok=True)
    for source, name in FONT_COPIES.items():
        shutil.copyfile(MODULES / "@expo-google-fonts" / "tinos" / source, FONTS / name)
    names = ICON_NAMES.read_text(encoding="utf-8").split()
    (target / "icons.svg").write_text(sprite(names), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

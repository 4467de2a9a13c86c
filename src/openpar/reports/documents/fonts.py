"""The fonts that a PDF carries: the widths of Times New Roman, with every Vietnamese letter.

They come with the front-end packages at set-up (scripts/vendor.py), or from Debian's fonts-liberation2, or
from a folder of the office's own (OPENPAR_DOCUMENT_FONTS). Liberation 1.x has not all Vietnamese letters.
Nothing is fetched while the program runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from openpar.common.errors import Refused
from openpar.common.wording import gettext as _

if TYPE_CHECKING:
    import typst

INSTALLED = Path(__file__).with_name("font_files")
DEBIAN = Path("/usr/share/fonts/truetype/liberation2")
_FACES = {(weight, style) for weight in (400, 700) for style in ("normal", "italic")}


class FontsMissing(Refused):
    """No folder holds the four faces of a font that the layout allows: no PDF can be made."""


@dataclass(frozen=True)
class FontFolder:
    """A family, complete in upright and italic, regular and bold, and where it lies."""

    family: str
    folder: Path


def folders() -> tuple[Path, ...]:
    """Where fonts are looked for, the first that has them wins."""
    own = str(settings.OPENPAR_DOCUMENT_FONTS)
    return ((Path(own),) if own else ()) + (INSTALLED, DEBIAN)


def font_in(looked: Sequence[Path], families: Sequence[str]) -> FontFolder:
    """The first family that is complete in a folder. Raises FontsMissing, which says what to do."""
    for folder in looked:
        for family in families:
            if folder.is_dir() and not _FACES - faces_of(folder, family):
                return FontFolder(family, folder)
    raise FontsMissing.because(
        _("Phông chữ của văn bản PDF"),
        _(
            "không có đủ bốn kiểu của %(families)s trong %(folders)s",
            families=", ".join(families),
            folders=", ".join(str(folder) for folder in looked),
        ),
        _("Chạy lại ./run setup, hoặc cài gói fonts-liberation2, hoặc đặt OPENPAR_DOCUMENT_FONTS"),
        code="fonts-missing",
    )


def faces_of(folder: Path, family: str) -> set[tuple[int, str]]:
    """Weights and slants of a family in a folder."""
    return {(font.weight, font.style) for font in loaded(folder).fonts() if font.family == family}


@lru_cache(maxsize=4)
def loaded(folder: Path) -> typst.Fonts:
    """The fonts of one folder and no others; those of the machine are left alone."""
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)])

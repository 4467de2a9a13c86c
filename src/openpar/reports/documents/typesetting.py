"""Typst at work on one document; runs in a child process of its own, which gives its memory back.

Typst keeps what it laid out in case it is asked again, some 150 MiB for a table of a thousand rows: too much
for a process that serves pages for weeks. The child has neither settings nor database; all it gets are the
lines of the document as JSON and the folders to look for fonts in.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import typst

from openpar.common.errors import Gap, Refused
from openpar.common.wording import gettext as _
from openpar.reports.documents.fonts import font_in, loaded

STANDARDS: list[Literal["a-2a", "ua-1"]] = ["a-2a", "ua-1"]
_TEMPLATE = Path(__file__).with_name("official.typ")


def typeset(
    document: str, form: str, moment: datetime, folders: list[Path], families: list[str]
) -> list[bytes]:
    """The document as one PDF, or as one SVG for each page. Raises FontsMissing, and Refused for a text that
    no page can show.
    """
    # Every thread takes address space, of which a child has not much.
    os.putenv("RAYON_NUM_THREADS", "2")
    font = font_in(folders, families)
    compiler = typst.Compiler(
        str(_TEMPLATE),
        root=str(_TEMPLATE.parent),
        font_paths=loaded(font.folder),
        ignore_system_fonts=True,
        sys_inputs={"document": document, "font": font.family},
    )
    stamp = moment.replace(tzinfo=UTC)
    try:
        if form == "pdf":
            made = compiler.compile(format="pdf", pdf_standards=[*STANDARDS], timestamp=stamp)
        else:
            made = compiler.compile(format="svg", timestamp=stamp)
    except typst.TypstError as error:
        what = _("không dựng được trang: %(error)s", error=error.message)
        remedy = _("Sửa hoặc bỏ ký tự mà phông chữ không có")
        raise Refused(Gap(_("Nội dung văn bản"), what, remedy, code="not-printable")) from error
    return made if isinstance(made, list) else [made or b""]

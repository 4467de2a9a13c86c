"""Which kinds of files serve as evidence, told by their content and not by their name."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import puremagic
from django.utils.translation import gettext as _

from openpar.common.errors import Gap

_HEAD = 4096
# The object identifier of CMS signed data (1.2.840.113549.1.7.2), which opens every detached signature.
_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")


@dataclass(frozen=True)
class FileKind:
    """A kind of file that is accepted: by which endings it goes, and whether a content is of it."""

    endings: tuple[str, ...]
    media_type: str
    is_content: Callable[[Path, bytes], bool]


def _begins(*starts: bytes) -> Callable[[Path, bytes], bool]:
    return lambda _path, head: head.startswith(starts)


def _holds(member: str) -> Callable[[Path, bytes], bool]:
    """An Office archive with this part and without macros."""

    def is_content(path: Path, head: bytes) -> bool:
        if not head.startswith(b"PK"):
            return False
        try:
            with zipfile.ZipFile(path) as archive:
                names = {name.casefold() for name in archive.namelist()}
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
            return False
        has_macros = any(name.endswith("vbaproject.bin") for name in names)
        return {"[content_types].xml", member} <= names and not has_macros

    return is_content


def _is_text(path: Path, head: bytes) -> bool:
    try:
        with path.open(encoding="utf-8") as file:
            return all("\x00" not in line for line in file)
    except UnicodeDecodeError:
        return False


def _is_signature(path: Path, head: bytes) -> bool:
    is_binary = head.startswith(b"\x30") and _SIGNED_DATA in head[:40]
    return is_binary or head.startswith((b"-----BEGIN PKCS7-----", b"-----BEGIN CMS-----"))


_OFFICE = "application/vnd.openxmlformats-officedocument"
KINDS = (
    FileKind((".pdf",), "application/pdf", _begins(b"%PDF-")),
    FileKind((".docx",), f"{_OFFICE}.wordprocessingml.document", _holds("word/document.xml")),
    FileKind((".xlsx",), f"{_OFFICE}.spreadsheetml.sheet", _holds("xl/workbook.xml")),
    FileKind((".png",), "image/png", _begins(b"\x89PNG\r\n\x1a\n")),
    FileKind((".jpg", ".jpeg"), "image/jpeg", _begins(b"\xff\xd8\xff")),
    FileKind((".csv",), "text/csv", _is_text),
    FileKind((".p7s",), "application/pkcs7-signature", _is_signature),
)


def kind_of(path: Path, file_name: str) -> FileKind | Gap:
    """The kind of the file at `path` that was called `file_name`, or why it is not accepted.

    The ending must be one of the list and the content must be what the ending says.
    """
    ending = Path(file_name).suffix.lower()
    allowed = ", ".join(ending for kind in KINDS for ending in kind.endings)
    kind = next((kind for kind in KINDS if ending in kind.endings), None)
    if kind is None:
        what = _("loại tệp “%s” không được nhận") % (ending or file_name)
        return Gap(_("Tệp"), what, _("Dùng một trong các loại: %s") % allowed, code="file-kind")
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if kind.is_content(path, head):
        return kind
    what = _("tên là %(ending)s nhưng nội dung không phải (%(found)s)")
    return Gap(
        _("Tệp"),
        what % {"ending": ending, "found": _what_it_seems(head)},
        _("Mở tệp bằng phần mềm đúng loại, lưu lại (không kèm macro) rồi tải lên"),
        code="file-not-what-it-says",
    )


def _what_it_seems(head: bytes) -> str:
    try:
        found = puremagic.magic_string(head)
    except puremagic.PureError:
        return _("không nhận ra loại nào")
    return _("giống %s") % found[0].extension if found else _("không nhận ra loại nào")

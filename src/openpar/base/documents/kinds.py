"""Which kinds of files serve as evidence, told by their content and not by their name.

Knows neither the database nor the settings: whatever opens a file runs in a child process with little memory
and time (`inspect_file`).
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import puremagic
from django.utils.translation import gettext as _

from openpar.base.documents.pdf_contents import warnings_of_pdf
from openpar.base.documents.signatures import has_signature
from openpar.common import plain
from openpar.common.archives import ArchiveLimits, check_archive
from openpar.common.errors import FileRefused, Gap

EXTERNAL_LINKS = "external-links"
_HEAD = 4096
_MEBIBYTE = 1024 * 1024
# The object identifier of CMS signed data (1.2.840.113549.1.7.2), which opens every detached signature.
_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
# Reports with many pictures are larger than tables to be read; links to other workbooks are common in them
# and do nothing by themselves.
_EVIDENCE = ArchiveLimits(
    file_bytes=200 * _MEBIBYTE,
    unpacked_bytes=512 * _MEBIBYTE,
    members=10_000,
    external_links=True,
)
_MARKUP = re.compile(rb"\A[\s\xef\xbb\xbf]*(?:<[!?a-z/]|#!|%!|\{\\rtf|MIME-Version:)", re.IGNORECASE)


@dataclass(frozen=True)
class FileKind:
    """A kind of file that is accepted: by which endings it goes, and whether a content is of it."""

    endings: tuple[str, ...]
    media_type: str
    is_content: Callable[[Path, bytes], bool]


@dataclass(frozen=True)
class Inspected:
    """What was found in a file that is accepted: its kind, and what its readers should know of it (the words
    of `pdf_contents` and `EXTERNAL_LINKS`), whether there are signatures to be judged.
    """

    media_type: str
    warnings: tuple[str, ...] = ()
    has_signature: bool = False


plain.allow(Inspected)


def _begins(*starts: bytes) -> Callable[[Path, bytes], bool]:
    return lambda _path, head: head.startswith(starts)


def _holds(member: str) -> Callable[[Path, bytes], bool]:
    """An Office archive with this part."""

    def is_content(path: Path, head: bytes) -> bool:
        if not head.startswith(b"PK"):
            return False
        try:
            with zipfile.ZipFile(path) as archive:
                names = {name.casefold() for name in archive.namelist()}
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
            # No archive, or one whose own figures lead nowhere (before its beginning: OSError): it is not of
            # this kind, and refused for that.
            return False
        return {"[content_types].xml", member} <= names

    return is_content


def _is_text(path: Path, head: bytes) -> bool:
    """Text that is no page, no script and no other language with a life of its own."""
    if _MARKUP.match(head):
        return False
    try:
        with path.open(encoding="utf-8") as file:
            return all("\x00" not in line for line in iter(lambda: file.read(_MEBIBYTE), ""))
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
PDF, _DOCX, _XLSX = KINDS[0], KINDS[1], KINDS[2]
_MACROS = frozenset({".docm", ".dotm", ".xlsm", ".xltm", ".xlsb", ".xlam", ".xla", ".pptm", ".ppsm"})
_PAGES = frozenset({".html", ".htm", ".xhtml", ".mht", ".mhtml", ".xml", ".xsl", ".swf"})
_PROGRAMS = frozenset(
    [
        *(
            ".exe",
            ".dll",
            ".com",
            ".msi",
            ".scr",
            ".bat",
            ".cmd",
            ".ps1",
            ".vbs",
            ".vbe",
            ".js",
            ".jse",
            ".mjs",
        ),
        *(".wsf", ".hta", ".jar", ".apk", ".lnk", ".reg", ".sh", ".py", ".php", ".pif", ".cpl", ".url"),
        *(".iso", ".img"),
    ]
)
_OLD_OFFICE = frozenset({".doc", ".dot", ".xls", ".xlt", ".ppt", ".rtf", ".odt", ".ods", ".odp", ".pptx"})
_ARCHIVES = frozenset({".zip", ".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz"})
_PICTURES = frozenset({".gif", ".bmp", ".tif", ".tiff", ".webp", ".heic", ".heif", ".ico", ".svg", ".svgz"})
# What puremagic may call a file that is what we take it for.
_SAME = {".jpg": {".jpg", ".jpeg", ".jfif", ".jpe"}, ".jpeg": {".jpg", ".jpeg", ".jfif", ".jpe"}}
_NEVER = _MACROS | _PAGES | _PROGRAMS | frozenset({".svg"})


def inspect_file(path: Path, file_name: str) -> Inspected:
    """The kind of the file at `path` that was called `file_name`, and what to know of it.

    The ending must be one of the list and the content must be what the ending says, without macros, programs
    or pages that run. Raises FileRefused with what would be right.
    """
    kind = _kind_by_name(file_name)
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not kind.is_content(path, head) or _seems_active(kind, head):
        raise FileRefused(_not_what_it_says(Path(file_name).suffix.lower(), head))
    if kind in (_DOCX, _XLSX):
        check_archive(path, _EVIDENCE)
        return Inspected(kind.media_type, (EXTERNAL_LINKS,) if _has_external_links(path) else ())
    if kind is PDF:
        content = path.read_bytes()
        return Inspected(kind.media_type, warnings_of_pdf(content), has_signature(content))
    return Inspected(kind.media_type)


def _kind_by_name(file_name: str) -> FileKind:
    ending = Path(file_name).suffix.lower()
    kind = next((kind for kind in KINDS if ending in kind.endings), None)
    if kind is not None:
        return kind
    what = _("loại tệp “%s” không được nhận") % (ending or file_name[-80:])
    raise FileRefused(Gap(_("Tệp"), what, _advice(ending), code="file-kind"))


def _advice(ending: str) -> str:
    """What would be right instead, by what people most often try."""
    if ending in _MACROS:
        return _("Tệp có macro: lưu lại thành .docx hoặc .xlsx (không macro), hoặc in ra PDF")
    if ending in _PAGES:
        return _("Trang mạng có thể chứa mã chạy được: in trang ra PDF, hoặc ghi đường dẫn của trang")
    if ending in _PROGRAMS:
        return _("Chương trình và mã chạy được không bao giờ là tài liệu kiểm chứng: gửi văn bản dạng PDF")
    if ending in _OLD_OFFICE:
        return _("Lưu lại thành PDF, .docx hoặc .xlsx")
    if ending in _ARCHIVES:
        return _("Giải nén rồi tải lên từng tệp")
    if ending in _PICTURES:
        return _("Lưu ảnh thành .png hoặc .jpg, hoặc xuất ra PDF")
    allowed = ", ".join(ending for kind in KINDS for ending in kind.endings)
    return _("Dùng một trong các loại: %s") % allowed


def _seems_active(kind: FileKind, head: bytes) -> bool:
    """A second opinion on the content: surely something that runs, and not what it is called."""
    found = {match.extension.lower() for match in _magic(head) if match.confidence >= 0.8}
    own = set().union(*(_SAME.get(ending, {ending}) for ending in kind.endings))
    return bool(found & _NEVER) and not found & own and not head.startswith(b"PK")


def _magic(head: bytes) -> list[puremagic.PureMagicWithConfidence]:
    try:
        return puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        # It knows nothing like it, or the file is empty: no second opinion. The first, `is_content`, decides.
        return []


def _not_what_it_says(ending: str, head: bytes) -> Gap:
    found = _magic(head)
    seems = _("giống %s") % found[0].extension if found else _("không nhận ra loại nào")
    return Gap(
        _("Tệp"),
        _("tên là %(ending)s nhưng nội dung không phải (%(found)s)") % {"ending": ending, "found": seems},
        _("Mở tệp bằng phần mềm đúng loại, lưu lại (không kèm macro) rồi tải lên"),
        code="file-not-what-it-says",
    )


def _has_external_links(path: Path) -> bool:
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if "externallinks/" in name.casefold():
                return True
            if name.endswith(".rels"):
                text = archive.read(name)
                if re.search(rb'TargetMode\s*=\s*["\']External', text) and re.search(
                    rb'/(?:attachedTemplate|oleObject|frame|image)["\']', text
                ):
                    return True
    return False

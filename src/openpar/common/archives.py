"""Is this file safe to open? Asked before any parser sees an uploaded .xlsx or .docx.

Both are zip archives of XML. A few kilobytes of them can unpack to gigabytes, name files outside their
folder, define entities that grow without end, carry macros or fetch something from elsewhere. Nothing of
that is needed for a table, so nothing of that is let in. Whatever passes is well-formed XML of bounded
size.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.parsers import expat

from openpar.common.errors import FileRefused, Gap
from openpar.common.wording import gettext as _
from openpar.common.wording import gettext_noop

Source = Path | str | bytes

_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    OverflowError,
    UnicodeDecodeError,
)
_CHUNK = 64 * 1024
_MEBIBYTE = 1024 * 1024
_MACROS = re.compile(r"(^|/)vbaproject|(^|/)vbadata|macrosheets/", re.IGNORECASE)
_ACTIVE = re.compile(
    r"(^|/)activex/|(^|/)oleobject|\.(exe|dll|js|vbs|bat|cmd|ps1|scr|hta|jar)$", re.IGNORECASE
)
_EXTERNAL = re.compile(r"(^|/)externallinks/|(^|/)connections\.xml$", re.IGNORECASE)
# The first bytes of what people most often upload under a wrong name, in the words in which they know it.
_KNOWN_KINDS = (
    (b"\x89PNG", gettext_noop("ảnh PNG")),
    (b"\xff\xd8\xff", gettext_noop("ảnh JPEG")),
    (b"%PDF", gettext_noop("tệp PDF")),
    (b"\xd0\xcf\x11\xe0", gettext_noop("tệp Office kiểu cũ (.xls, .doc) hoặc tệp có mật khẩu")),
    (b"{\\rtf", gettext_noop("tệp RTF")),
    (b"Rar!", gettext_noop("tệp nén RAR")),
    (b"7z\xbc\xaf", gettext_noop("tệp nén 7z")),
)


@dataclass(frozen=True)
class ArchiveLimits:
    """How much an archive may hold. The defaults suit tables that people fill in; all bounds are
    inclusive.
    """

    file_bytes: int = 20 * _MEBIBYTE
    unpacked_bytes: int = 64 * _MEBIBYTE
    members: int = 2_000
    # Real sheets of many equal cells reach about 60; a bomb of zeros reaches 1,030, the most that deflate
    # can do.
    ratio: int = 200
    # Members smaller than this may be packed as tightly as they like: they cannot do harm.
    ratio_free_bytes: int = _MEBIBYTE
    # Links to other files: nothing of them is followed here, but a table to be read shall stand for itself.
    external_links: bool = False


DEFAULT_LIMITS = ArchiveLimits()


def check_archive(source: Source, limits: ArchiveLimits = DEFAULT_LIMITS) -> None:
    """Raise FileRefused unless the file is a sound, small, passive archive of XML; nothing is parsed into
    memory.

    Looks at: kind of file, packed size, number of members, their names, declared sizes and ratio
    (Python's zipfile never reads more than the declared size), encryption, macros and other active
    content, links to other files, document type declarations and entities, well-formedness. All reasons
    found in the list of members come together.
    """
    with open_archive(source, limits) as archive:
        gaps = [*_member_gaps(archive.infolist(), limits)]
        if gaps:
            raise FileRefused(gaps)
        for member in archive.infolist():
            _check_member(archive, member, limits)


def check_members(source: Source, limits: ArchiveLimits = DEFAULT_LIMITS) -> None:
    """The list of members only: for a parser of tables in a child that may use little, and reads more bytes
    than can be gone through twice. Raises FileRefused.
    """
    with open_archive(source, limits) as archive:
        gaps = [*_member_gaps(archive.infolist(), limits)]
        if gaps:
            raise FileRefused(gaps)


def read_start(source: Source) -> tuple[bytes, str]:
    """The first bytes of a file, and what kind of file they betray, in words; "" when they betray
    none.
    """
    if isinstance(source, bytes):
        start = source[:8]
    else:
        with Path(source).open("rb") as handle:
            start = handle.read(8)
    return start, next((_(name) for magic, name in _KNOWN_KINDS if start.startswith(magic)), "")


@contextmanager
def open_archive(source: Source, limits: ArchiveLimits = DEFAULT_LIMITS) -> Iterator[zipfile.ZipFile]:
    """The file as an open zip archive; damage met while it is read, now or later, becomes FileRefused."""
    content = _read_file(source, limits)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield archive
    except _DAMAGE as error:
        raise FileRefused.because(
            _("Tệp"),
            _("tệp bị hỏng hoặc chưa tải lên đủ"),
            _("Mở tệp bằng Excel hoặc Word, lưu thành bản mới rồi tải lên lại."),
            code="archive-damaged",
        ) from error


def stream_xml(archive: zipfile.ZipFile, member: str, parser: expat.XMLParserType) -> None:
    """Feed a member to a parser piece by piece; no document type, no entities. Broken XML becomes
    FileRefused.
    """

    def refuse_doctype(*_declaration: object) -> None:
        raise FileRefused.because(
            member,
            _("có khai báo DTD hoặc thực thể (entity), không được phép"),
            _("Mở tệp bằng Excel hoặc Word, lưu thành bản mới rồi tải lên lại."),
            code="archive-dtd",
        )

    parser.StartDoctypeDeclHandler = refuse_doctype
    parser.EntityDeclHandler = refuse_doctype
    try:
        with archive.open(member) as stream:
            while chunk := stream.read(_CHUNK):
                parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, UnicodeError, LookupError, ValueError) as error:
        raise FileRefused.because(
            member,
            _("nội dung XML không đúng (%(error)s)", error=error),
            _("Mở tệp bằng Excel hoặc Word, lưu thành bản mới rồi tải lên lại."),
            code="archive-xml",
        ) from error


def _read_file(source: Source, limits: ArchiveLimits) -> bytes:
    size = len(source) if isinstance(source, bytes) else Path(source).stat().st_size
    if size > limits.file_bytes:
        what = _("tệp lớn hơn %(most)s MB", most=limits.file_bytes // _MEBIBYTE)
        raise FileRefused.because(
            _("Tệp"), what, _("Chia nhỏ tệp hoặc bỏ ảnh trong tệp."), code="file-too-big"
        )
    content = source if isinstance(source, bytes) else Path(source).read_bytes()
    if content.startswith(b"PK"):
        return content
    kind = read_start(content)[1]
    what = _("không phải tệp .xlsx hoặc .docx")
    if kind:
        what = _("không phải tệp .xlsx hoặc .docx mà là %(kind)s", kind=kind)
    raise FileRefused.because(
        _("Tệp"),
        what if content else _("tệp rỗng"),
        _("Lưu bảng thành .xlsx hoặc .docx rồi tải lên lại."),
        code="file-kind",
    )


def _member_gaps(members: list[zipfile.ZipInfo], limits: ArchiveLimits) -> Iterator[Gap]:
    if len(members) > limits.members:
        what = _(
            "có %(count)s thành phần, nhiều hơn mức %(most)s cho phép",
            count=len(members),
            most=limits.members,
        )
        yield Gap(_("Tệp"), what, _("Lưu lại thành tệp mới, chỉ gồm bảng cần nhập."), "archive-members")
        return
    total = sum(member.file_size for member in members)
    if total > limits.unpacked_bytes:
        most = limits.unpacked_bytes // _MEBIBYTE
        what = _("khi giải nén lớn hơn %(most)s MB", most=most)
        yield Gap(_("Tệp"), what, _("Chia nhỏ tệp."), "archive-unpacked")
    seen: set[str] = set()
    for member in members:
        yield from _one_member_gaps(member, limits)
        if member.filename in seen:
            what = _("tên lặp lại trong tệp")
            yield Gap(member.filename, what, _("Lưu lại thành tệp mới."), "archive-duplicate")
        seen.add(member.filename)


def _one_member_gaps(member: zipfile.ZipInfo, limits: ArchiveLimits) -> Iterator[Gap]:
    name, save_again = member.orig_filename, _("Lưu lại thành tệp mới bằng Excel hoặc Word.")
    if name.startswith(("/", "\\")) or re.search(r"[\\\x00:]|(^|/)\.\.(/|$)", name):
        yield Gap(repr(name), _("tên thành phần không hợp lệ"), save_again, "archive-name")
    if member.header_offset < 0:  # zipfile itself would only notice when it seeks
        yield Gap(name, _("vị trí trong tệp không đúng, tệp bị hỏng"), save_again, "archive-damaged")
    if member.flag_bits & 0x1:
        yield Gap(name, _("được mã hóa"), _("Bỏ mật khẩu của tệp rồi lưu lại."), "archive-encrypted")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        yield Gap(name, _("nén theo cách lạ"), save_again, "archive-compression")
    if member.file_size > limits.ratio_free_bytes and member.file_size > member.compress_size * limits.ratio:
        what = _(
            "nén quá chặt: %(packed)s byte thành %(size)s byte",
            packed=member.compress_size,
            size=member.file_size,
        )
        yield Gap(name, what, save_again, "archive-ratio")
    if _MACROS.search(name):
        what = _("tệp có macro")
        yield Gap(name, what, _("Lưu lại thành .xlsx hoặc .docx (không macro)."), "archive-macro")
    if _ACTIVE.search(name):
        what = _("tệp có đối tượng nhúng hoặc mã chạy được")
        yield Gap(name, what, _("Xóa đối tượng rồi lưu lại."), "archive-active")
    if _EXTERNAL.search(name) and not limits.external_links:
        what = _("tệp có liên kết tới tệp hoặc nguồn dữ liệu khác")
        remedy = _("Bỏ liên kết (Data → Edit Links → Break Link) rồi lưu lại.")
        yield Gap(name, what, remedy, "archive-external")


def _check_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, limits: ArchiveLimits) -> None:
    """Whatever looks like XML is read once as XML, however it is named: a parser might take it as such."""
    with archive.open(member) as stream:
        start = stream.read(_CHUNK)
    bare = start.removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    if not bare.lstrip(b" \t\r\n\x00").startswith(b"<"):
        return
    parser = expat.ParserCreate()
    if member.filename.endswith(".rels") and not limits.external_links:
        parser.StartElementHandler = _refuse_external_targets
    elif member.filename == "[Content_Types].xml":
        parser.StartElementHandler = _refuse_macro_types
    try:
        stream_xml(archive, member.filename, parser)
    except FileRefused as refused:
        # Old drawings of cell comments are often not well-formed, and nobody parses them.
        if refused.gaps[0].code != "archive-xml" or not member.filename.lower().endswith(".vml"):
            raise


def _refuse_external_targets(tag: str, attributes: dict[str, str]) -> None:
    """A hyperlink does nothing until somebody clicks; everything else outside is fetched when the file
    opens.
    """
    if attributes.get("TargetMode") == "External" and not attributes.get("Type", "").endswith("/hyperlink"):
        raise FileRefused.because(
            _("Tệp"),
            _("có liên kết tới nguồn bên ngoài: %(target)s", target=attributes.get("Target", "")[:80]),
            _("Bỏ liên kết (Data → Edit Links → Break Link) rồi lưu lại."),
            code="archive-external",
        )


def _refuse_macro_types(tag: str, attributes: dict[str, str]) -> None:
    if "macroenabled" in attributes.get("ContentType", "").lower():
        raise FileRefused.because(
            _("Tệp"),
            _("tệp có macro"),
            _("Lưu lại thành .xlsx hoặc .docx (không macro)."),
            code="archive-macro",
        )

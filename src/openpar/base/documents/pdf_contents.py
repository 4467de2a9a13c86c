"""What a PDF brings along besides pages: scripts, programs to start, other files. Told, not refused.

Looks at names in the bytes, not at the structure: readers open damaged files too, and what no parser finds
they may still run. A name inside a picture by chance is possible and does no harm: it only warns.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

JAVASCRIPT, LAUNCH, EMBEDDED_FILES, RICH_MEDIA, ENCRYPTED = (
    "javascript",
    "launch",
    "embedded-files",
    "rich-media",
    "encrypted",
)
_END = rb"(?=[\s()<>\[\]{}/%]|$)"
_NAMES = {
    JAVASCRIPT: re.compile(rb"/JavaScript" + _END),
    LAUNCH: re.compile(rb"/Launch" + _END),
    EMBEDDED_FILES: re.compile(
        rb"/EmbeddedFiles?" + _END + rb"|/Filespec" + _END + rb"[^>]{0,400}/EF" + _END
    ),
    RICH_MEDIA: re.compile(rb"/(?:RichMedia|3D|Movie|Sound|Rendition|XFA)" + _END),
    ENCRYPTED: re.compile(rb"/Encrypt" + _END),
}
_SHORT_SCRIPT = re.compile(rb"/JS" + _END)
_NAME_WITH_CODES = re.compile(rb"/[^\s()<>\[\]{}/%]*#[0-9A-Fa-f]{2}[^\s()<>\[\]{}/%]*")
_CODE = re.compile(rb"#([0-9A-Fa-f]{2})")
_OBJECTS = re.compile(rb"/ObjStm" + _END + rb".{0,600}?stream\r?\n", re.DOTALL)
_STREAM = re.compile(rb"\bstream\r?\n.*?\bendstream\b", re.DOTALL)
_MOST_UNPACKED = 64 * 1024 * 1024


def warnings_of_pdf(content: bytes) -> tuple[str, ...]:
    """The warnings about a PDF, as stable words in a fixed order."""
    # Names may be written in codes: /J#61vaScript. Objects may be packed together.
    parts = [_decoded(content), *(_decoded(part) for part in _packed_objects(content))]
    found = {name for name, pattern in _NAMES.items() for part in parts if pattern.search(part)}
    outside = [_STREAM.sub(b"", parts[0]), *parts[1:]]
    if any(_SHORT_SCRIPT.search(part) for part in outside):
        found.add(JAVASCRIPT)
    return tuple(name for name in _NAMES if name in found)


def _decoded(content: bytes) -> bytes:
    return _NAME_WITH_CODES.sub(
        lambda name: _CODE.sub(lambda code: bytes([int(code[1], 16)]), name[0]), content
    )


def _packed_objects(content: bytes) -> Iterator[bytes]:
    left = _MOST_UNPACKED
    for start in _OBJECTS.finditer(content):
        unpacking = zlib.decompressobj()
        try:
            part = unpacking.decompress(content[start.end() :], left)
        except zlib.error:
            continue
        left -= len(part)
        yield part
        if left <= 0:
            return

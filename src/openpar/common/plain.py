"""Values as plain data: what goes to a child process and comes back from it.

Unlike pickle, reading it can only ever make the few kinds of values named here and by `allow`: a parser that
a hostile file has taken over can lie about the file, and do nothing else. Floats are no values of ours.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path, PosixPath
from typing import Any

_AS_THEY_ARE = frozenset([str, int, bool, type(None)])
_LENGTH = struct.Struct(">Q")
_allowed: dict[str, type[Any]] = {}


class NotPlain(Exception):
    """A value that may not cross, or bytes that are no values."""


def allow(*kinds: type[Any]) -> None:
    """Lets values of these dataclasses, enumerations and kinds of text cross; named by their class names."""
    for kind in kinds:
        if _allowed.setdefault(kind.__name__, kind) is not kind:
            raise ValueError(f"two classes with the name {kind.__name__}")


def to_bytes(value: object) -> bytes:
    """The value as bytes. Raises NotPlain for kinds that nobody allowed."""
    blobs: list[bytes] = []
    text = json.dumps(_tree(value, blobs), ensure_ascii=False, separators=(",", ":"))
    # Half a surrogate pair is legal in Python and in broken files.
    parts = [text.encode("utf-8", "surrogatepass"), *blobs]
    return b"".join(piece for part in parts for piece in (_LENGTH.pack(len(part)), part))


def from_bytes(content: bytes | bytearray) -> Any:
    """The value again. Raises NotPlain for anything that `to_bytes` did not write."""
    parts: list[bytes] = []
    # Seen through, so that what may be a whole file is copied once.
    view = memoryview(content)
    at = 0
    while at < len(content):
        if len(content) - at < _LENGTH.size:
            raise NotPlain("cut off")
        (length,) = _LENGTH.unpack_from(content, at)
        at += _LENGTH.size
        if len(content) - at < length:
            raise NotPlain("cut off")
        parts.append(bytes(view[at : at + length]))
        at += length
    if not parts:
        raise NotPlain("nothing")
    try:
        text = parts[0].decode("utf-8", "surrogatepass")
        return json.loads(text, object_hook=_Reader(parts[1:]), parse_float=_no_float)
    except (ValueError, TypeError, ArithmeticError, RecursionError, KeyError, IndexError) as error:
        raise NotPlain(str(error)) from error


def _no_float(text: str) -> float:
    raise NotPlain(f"a float: {text[:40]}")


def _tree(value: Any, blobs: list[bytes]) -> Any:
    """Lists and plain words as JSON has them; everything else an object with one key, its kind."""
    kind = type(value)
    if kind in _AS_THEY_ARE:
        return value
    if kind is list:
        return [item if type(item) in _AS_THEY_ARE else _tree(item, blobs) for item in value]
    if kind is tuple:
        return {"tuple": [_tree(item, blobs) for item in value]}
    if kind in (frozenset, set):
        return {"set": sorted((_tree(item, blobs) for item in value), key=str)}
    if kind in (bytes, bytearray):
        blobs.append(bytes(value))
        return {"bytes": len(blobs) - 1}
    if kind is Decimal:
        return {"Decimal": str(value)}
    if kind in (date, datetime):
        return {kind.__name__: value.isoformat()}
    if kind is PosixPath:
        return {"Path": str(value)}
    if _allowed.get(kind.__name__) is kind:
        return {kind.__name__: _content(value, blobs)}
    if isinstance(value, Mapping):
        return {"dict": [[_tree(key, blobs), _tree(item, blobs)] for key, item in value.items()]}
    raise NotPlain(f"{kind.__module__}.{kind.__qualname__} may not cross")


def _content(value: Any, blobs: list[bytes]) -> Any:
    if is_dataclass(value):
        return [_tree(getattr(value, field.name), blobs) for field in fields(value)]
    if isinstance(value, Enum):
        return _tree(value.value, blobs)
    return str(value)


def _dict_of(pairs: list[list[Any]]) -> dict[Any, Any]:
    return {key: value for key, value in pairs}  # noqa: C416  # pairs of any other length must not pass


_KNOWN: dict[str, Callable[[Any], Any]] = {
    "tuple": tuple,
    "set": frozenset,
    "dict": _dict_of,
    "Decimal": Decimal,
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
    "Path": Path,
}


class _Reader:
    """Makes a value of each object in the JSON, the innermost first."""

    def __init__(self, blobs: list[bytes]) -> None:
        self.blobs = blobs

    def __call__(self, found: dict[str, Any]) -> Any:
        ((kind, content),) = found.items()
        if kind in _KNOWN:
            return _KNOWN[kind](content)
        if kind == "bytes":
            return self.blobs[content]
        made = _allowed[kind]
        return made(*content) if is_dataclass(made) else made(content)

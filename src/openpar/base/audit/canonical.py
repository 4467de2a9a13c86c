"""One way to write a value down, so that it always has the same digest (docs/trust/formats.md, 1)."""

from __future__ import annotations

import json


class NotCanonical(TypeError):
    """The value has no canonical form: a float, a key that is not text, or something that is not JSON."""


def canonical(value: object) -> str:
    """Canonical JSON. Raises NotCanonical naming the place; decimals are written as texts by the caller."""
    _refuse_what_varies(value, "$")
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def _refuse_what_varies(value: object, where: str) -> None:
    if value is None or isinstance(value, str | int):
        return
    if isinstance(value, dict):
        for key, part in value.items():
            if not isinstance(key, str):
                raise NotCanonical(f"{where}: the key {key!r} is not text")
            _refuse_what_varies(part, f"{where}.{key}")
        return
    if isinstance(value, list | tuple):
        for number, part in enumerate(value):
            _refuse_what_varies(part, f"{where}[{number}]")
        return
    raise NotCanonical(f"{where}: {type(value).__name__} {value!r}; write decimals and days as text")

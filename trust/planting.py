"""Plants a defect: a few words of one function become others, in the function itself.

So everybody who calls the function meets the defect, wherever they imported it.
"""

from __future__ import annotations

import importlib
import inspect
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from types import FunctionType
from typing import Any


class CannotBePlanted(Exception):
    """The function no longer says what the defect wants to change: the defect has to be written anew."""


@contextmanager
def words_changed(name: str, where: str, old: str, new: str) -> Iterator[None]:
    """`old` is `new` in the source of `where` ("module:function") while it lasts. Raises CannotBePlanted."""
    module_name, _, path = where.partition(":")
    module = importlib.import_module(module_name)
    function: Any = module
    for part in path.split("."):
        function = getattr(function, part)
    assert isinstance(function, FunctionType)
    source = textwrap.dedent(inspect.getsource(function))
    if source.count(old) != 1:
        raise CannotBePlanted(f"{name}: {where} does not say {old!r} once")
    made: dict[str, Any] = {}
    code = "from __future__ import annotations\n" + source.replace(old, new)
    exec(compile(code, f"<{name}>", "exec"), vars(module), made)  # the source is the program's own
    sound = function.__code__
    function.__code__ = made[function.__name__].__code__
    try:
        yield
    finally:
        function.__code__ = sound

"""Reading YAML: the data that come with the program, and files that people give."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

_NULL = "tag:yaml.org,2002:null"
_MOST_DEPTH = 40


class _TextLoader(yaml.CSafeLoader):
    """Every scalar is text, except null."""

    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag == _NULL]
        for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }


class _GivenLoader(yaml.CBaseLoader):
    """Every scalar is text; a key written twice is refused."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str) or key in found:
                line = key_node.start_mark.line + 1
                raise yaml.YAMLError(f"line {line}: “{key}” is written twice or no word")
            found[key] = self.construct_object(value_node, deep=True)
        return found


def data_of(path: Path) -> Any:
    """A file of data/, its numbers and days as YAML reads them; never one that somebody gives."""
    return _read(yaml.CSafeLoader, path.read_text(encoding="utf-8"))


def texts_of(path: Path) -> Any:
    """A file of data/, every scalar as text except null: numbers and days are read by whoever knows what
    they are.
    """
    return _read(_TextLoader, path.read_text(encoding="utf-8"))


def given_texts(text: str) -> Any:
    """What somebody gives: every scalar as text. Raises yaml.YAMLError, also for a key written twice, for
    anchors (a few lines of them may stand for a million), and for what is nested deeper than 40.
    """
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CBaseLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if getattr(event, "anchor", None) is not None:
            raise yaml.YAMLError(f"{_line(event)}: no anchors (& or *) in this file")
        if depth > _MOST_DEPTH:
            raise yaml.YAMLError(f"{_line(event)}: nested deeper than {_MOST_DEPTH}")
    return _read(_GivenLoader, text)


def _line(event: yaml.Event) -> str:
    return f"line {event.start_mark.line + 1}" if event.start_mark else "a line"


def _read(loader_class: type[yaml.CBaseLoader | yaml.CSafeLoader], text: str) -> Any:
    loader = loader_class(text)
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()

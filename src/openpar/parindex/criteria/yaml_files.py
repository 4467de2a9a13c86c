"""Criteria sets and class bands as YAML files: numbers stay the text that was written, nothing hides.

Plain YAML would turn 0.1 into a binary float, 1.10 into 1.1 and `no` into False. Here every plain word is
text (only `null`, `~` and nothing at all are null), a key written twice is refused instead of the last one
winning, and so are anchors, which can unfold a small file into an endless one.
"""

from pathlib import Path
from typing import Any

import yaml
from yaml.composer import Composer

from openpar.common.wording import gettext as _
from openpar.engine.criteria import CriteriaSet, set_from_mapping, set_to_mapping
from openpar.engine.errors import InvalidSet, SetProblem
from openpar.engine.grading import Band
from openpar.engine.numbers import Figure
from openpar.engine.parameters import Parameters

_MOST_BYTES = 5_000_000
_MOST_DEPTH = 40
_NULL = "tag:yaml.org,2002:null"


class UnreadableFile(Exception):
    """The file is not there, not UTF-8, not YAML, or no table of the expected kind."""


def read_criteria_set(path: Path) -> CriteriaSet:
    """The set in a file. Raises UnreadableFile, or InvalidSet with every problem of structure."""
    return set_from_mapping(read_mapping(path))


def read_mapping(path: Path) -> dict[str, Any]:
    """The mapping in a file, numbers as text. Raises UnreadableFile, or InvalidSet for keys written twice."""
    try:
        content = path.read_bytes()
    except OSError as fault:
        raise UnreadableFile(
            _("Không mở được tệp %(name)s: %(why)s.", name=path, why=fault.strerror)
        ) from None
    return mapping_of(content, str(path))


def mapping_of(content: bytes, name: str = "YAML") -> dict[str, Any]:
    """The mapping in the bytes of a file, for instance an uploaded one; see read_mapping."""
    if len(content) > _MOST_BYTES:
        most = _MOST_BYTES // 1_000_000
        raise UnreadableFile(_("%(name)s: tệp lớn hơn %(most)s MB.", name=name, most=most))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        place = fault.start + 1
        what = _("%(name)s: không phải văn bản UTF-8 (byte thứ %(place)s).", name=name, place=place)
        raise UnreadableFile(what) from None
    loader = _TextLoader(text)
    try:
        found = loader.get_single_data()
    except yaml.YAMLError as fault:
        what = _("%(name)s: không đọc được YAML: %(why)s.", name=name, why=_placed(fault))
        raise UnreadableFile(what) from None
    finally:
        loader.dispose()
    if loader.repeated:
        raise InvalidSet(tuple(loader.repeated))
    if not isinstance(found, dict):
        raise UnreadableFile(_("%(name)s: tệp không chứa một bảng “tên: giá trị”.", name=name))
    return found


def criteria_set_as_yaml(criteria_set: CriteriaSet) -> str:
    """The file that reads back as the same set."""
    return yaml.dump(
        set_to_mapping(criteria_set), Dumper=_TextDumper, allow_unicode=True, sort_keys=False, width=120
    )


def read_bands(path: Path) -> tuple[Band, ...]:
    """The class bands under the key `bands`. Raises UnreadableFile, or InvalidSet with every problem."""
    problems: list[SetProblem] = []
    found = read_mapping(path)
    bands = []
    for row in Parameters(found, "bands", problems, "SETTING").rows("bands"):
        bands.append(Band(row.text("name", None), row.interval()))
        row.finish()
    if problems:
        raise InvalidSet(tuple(problems))
    return tuple(bands)


def _placed(fault: yaml.YAMLError) -> str:
    mark = getattr(fault, "problem_mark", None)
    what = getattr(fault, "problem", None) or str(fault)
    if not mark:
        return what
    return _("dòng %(line)s, cột %(column)s: %(what)s", line=mark.line + 1, column=mark.column + 1, what=what)


class _TextLoader(Composer, yaml.CSafeLoader):
    """Every scalar is text, except null. Words are found by libyaml, nodes are composed here, where anchors
    and depth are seen.
    """

    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag == _NULL]
        for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }

    def __init__(self, text: str) -> None:
        yaml.CSafeLoader.__init__(self, text)
        Composer.__init__(self)
        self.repeated: list[SetProblem] = []
        self._depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event: Any = self.peek_event()
        line = event.start_mark.line + 1
        if event.anchor is not None:
            raise yaml.YAMLError(_("dòng %(n)s: không dùng neo (& hoặc *) trong tệp này", n=line))
        self._depth += 1
        if self._depth > _MOST_DEPTH:
            raise yaml.YAMLError(_("dòng %(n)s: lồng nhau quá %(most)s tầng", n=line, most=_MOST_DEPTH))
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _value in node.value:
            name = str(key.value)
            if name in seen:
                where = _("dòng %(n)s", n=key.start_mark.line + 1)
                what = _("“%(name)s” ghi hai lần.", name=name)
                self.repeated.append(SetProblem(where, what, _("Chỉ giữ một."), "FORMAT"))
            seen.add(name)
        return super().construct_mapping(node, deep=deep)


class _TextDumper(yaml.SafeDumper):
    """Writes `Figure` without quotation marks, so that a person sees numbers."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _write_figure(dumper: yaml.SafeDumper, figure: Figure) -> yaml.ScalarNode:
    kind = "float" if "." in figure else "int"
    return dumper.represent_scalar(f"tag:yaml.org,2002:{kind}", str(figure))


_TextDumper.add_representer(Figure, _write_figure)

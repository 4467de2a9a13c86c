"""A file with a criteria set, of whatever kind: what was understood of it, before anything is saved.

Knows no Django: it runs in a child process with little memory and time, for the files come from outside.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpar.common import plain
from openpar.common.errors import FileRefused, Gap
from openpar.common.grids import LOADS
from openpar.common.limited import Limits, run_within
from openpar.common.wording import gettext as _
from openpar.engine import criteria as engine
from openpar.engine.errors import InvalidSet, SetProblem
from openpar.engine.numbers import Figure
from openpar.engine.rules import Unstated
from openpar.parindex.criteria.official_table import TableLine, read_official
from openpar.parindex.criteria.yaml_files import UnreadableFile, mapping_of

YAML_ENDINGS = (".yaml", ".yml")
ENDINGS = (".xlsx", ".docx", *YAML_ENDINGS)
# The longest official set takes a third of a second and 60 MiB.
_SECONDS, _MEBIBYTES = 2, 256


@dataclass(frozen=True)
class UnderstoodSet:
    """What a file says. `unreadable` has to be repaired in the file; `problems` (sums, rules) may be mended
    in the draft. `sum_of_fields` is what the fields add up to, None while something is unreadable.
    """

    mapping: Mapping[str, Any]
    lines: tuple[TableLine, ...]
    notes: tuple[str, ...]
    unreadable: tuple[SetProblem, ...]
    problems: tuple[SetProblem, ...]
    title: str
    level: str
    year: int | None
    total: Decimal | None
    sum_of_fields: Decimal | None
    is_sample: bool


plain.allow(UnderstoodSet, TableLine, SetProblem, Figure)


def read_criteria_file(path: Path, file_name: str, *, place: int = 1) -> UnderstoodSet:
    """What a .xlsx, .docx or .yaml file says; `place` chooses among several tables, counted from 1.

    Read in a process of its own. Raises FileRefused with everything that stands in the way.
    """
    limits = Limits(_SECONDS, _MEBIBYTES, called=file_name, loads=LOADS)
    return run_within(limits, understand, path, file_name, place)


def understand(path: Path, file_name: str, place: int = 1) -> UnderstoodSet:
    """The same in this process; the ending of the name decides between YAML and office files."""
    ending = Path(file_name).suffix.lower()
    if ending not in ENDINGS:
        raise FileRefused.because(
            _("Tệp"),
            _("không nhận loại tệp “%(kind)s”", kind=ending or file_name),
            _("Dùng .docx, .xlsx hoặc .yaml."),
            code="file-kind",
        )
    if ending in YAML_ENDINGS:
        return _from_yaml(path, file_name)
    table = read_official(path, place=place)
    mapping = dict(table.as_mapping())
    if mapping.get("set") == path.stem:
        # The store names files by their content; the person named this one otherwise.
        mapping["set"] = Path(file_name).stem
    return _understood(mapping, table.lines, table.notes)


def _from_yaml(path: Path, file_name: str) -> UnderstoodSet:
    try:
        mapping = mapping_of(path.read_bytes(), file_name)
        tree = engine.set_from_mapping(mapping)
    except UnreadableFile as fault:
        remedy = _("Sửa tệp rồi tải lên lại.")
        raise FileRefused.because(_("Tệp"), str(fault), remedy, code="yaml") from fault
    except InvalidSet as invalid:
        raise FileRefused(
            Gap(problem.where or _("Tệp"), problem.what, problem.remedy, code="unreadable")
            for problem in invalid.problems
        ) from invalid
    return _understood(mapping, tuple(_lines_of(tree)), ())


def _understood(
    mapping: Mapping[str, Any], lines: tuple[TableLine, ...], notes: tuple[str, ...]
) -> UnderstoodSet:
    unreadable: tuple[SetProblem, ...] = ()
    problems: tuple[SetProblem, ...] = ()
    sum_of_fields, is_sample = None, False
    try:
        tree = engine.set_from_mapping(mapping)
    except InvalidSet as invalid:
        unreadable = invalid.problems
    else:
        problems = engine.check(tree)
        unreadable = tuple(problem for problem in problems if problem.kind == "CODE")
        sum_of_fields = sum((field.stated_maximum for field in tree.fields), Decimal(0))
        is_sample = tree.is_sample
    total = mapping.get("total")
    year = str(mapping.get("year") or "")
    return UnderstoodSet(
        mapping=mapping,
        lines=lines,
        notes=notes,
        unreadable=unreadable,
        problems=problems,
        title=str(mapping.get("title") or mapping.get("set") or ""),
        level=str(mapping.get("level") or ""),
        year=int(year) if year.isdecimal() else None,
        total=None if total is None else Decimal(str(total)),
        sum_of_fields=sum_of_fields,
        is_sample=is_sample,
    )


def _lines_of(tree: engine.CriteriaSet) -> list[TableLine]:
    """The lines of a set that says everything outright, in the form of a table that was guessed."""
    parents = {
        child.code: node.code
        for node in tree.nodes()
        if isinstance(node, engine.Node)
        for child in node.children
    }
    return [_line(part, parents.get(part.code, "")) for part in tree.nodes()]


def _line(part: engine.Node | engine.Leaf, parent: str) -> TableLine:
    leaf = part if isinstance(part, engine.Leaf) else None
    rule = leaf.rule if leaf else None
    return TableLine(
        where="",
        code=part.code,
        parent=parent,
        title=part.title,
        maximum=part.stated_maximum,
        is_maximum_derived=isinstance(part, engine.Node) and part.declared_maximum is None,
        is_leaf=leaf is not None,
        scale_text=leaf.scale_text if leaf else "",
        rule=rule.as_mapping() if rule else None,
        confidence=None if rule is None else "none" if isinstance(rule, Unstated) else "sure",
        evidence=leaf.evidence_wanted if leaf else "",
        owner=leaf.owner if leaf else "",
        article=leaf.article if leaf else "",
        scored_by=leaf.scored_by.value if leaf else "",
        not_applicable=_not_applicable(leaf) if leaf else "",
        note=leaf.note if leaf else "",
        indicator=leaf.indicator if leaf else "",
        warnings=(),
    )


def _not_applicable(leaf: engine.Leaf) -> str:
    return leaf.not_applicable_note or ("yes" if leaf.may_be_not_applicable else "")

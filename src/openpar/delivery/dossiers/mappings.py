"""Which column of a source is which field, and what its words mean; plain data that can be shared.

Asked in this order: the mapping saved for the source, the shipped layouts, the headers by themselves.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from openpar.common.errors import Gap
from openpar.delivery.dossiers.errors import DossiersRefused
from openpar.delivery.dossiers.layouts import (
    KINDS,
    NEEDED,
    TELLS_THE_END,
    VALUES,
    Layout,
    layout,
    plain,
    vocabulary,
)

_FORM = "openpar/dossier-mapping/1"
_MOST_COLUMNS, _MOST_WORDS = 200, 5000


@dataclass(frozen=True)
class ColumnMapping:
    """Fields by header (as it stands in the file), and by field what its words mean: a number, the key of an
    organisation (agency), the code of a procedure (procedure, procedure_name). `agency`: of a source that
    does not name it in its rows.
    """

    columns: Mapping[str, str]
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    agency: str = ""

    def field_of(self, header: str) -> str | None:
        """The field of a header, compared without case, marks and signs."""
        return self._fields.get(plain(header))

    @cached_property
    def _fields(self) -> Mapping[str, str]:
        """By headers as they are compared; of several that are the same the first counts."""
        return {plain(header): to for header, to in reversed(list(self.columns.items()))}


def suggested(headers: Sequence[str]) -> ColumnMapping:
    """What the headers mean by themselves; a field is given to the first header that means it, and of several
    that could the more usual one comes first in the shipped list.
    """
    known = vocabulary().headers
    found: dict[str, str] = {}
    for header in headers:
        to = known.get(plain(header))
        if to is not None and to not in found.values():
            found[header] = to
    return ColumnMapping(found)


def preset(code: str) -> ColumnMapping | None:
    """The mapping of a shipped layout of dossiers; None for another code and for layouts of counts."""
    found = layout(code)
    if found is None or not found.is_of_dossiers:
        return None
    return ColumnMapping({header: to for header, to in found.columns.items() if to})


def recognised(headers: Sequence[str]) -> Layout | None:
    """The shipped layout with exactly these headers, in any order."""
    wanted = {plain(header) for header in headers if plain(header)}
    return next(
        (one for one in vocabulary().layouts if {plain(header) for header in one.columns} == wanted), None
    )


def gaps_of(mapping: ColumnMapping) -> list[Gap]:
    """Everything that is wrong with a mapping by itself."""
    gaps = []
    fields = list(mapping.columns.values())
    titles = vocabulary().titles
    for header, to in mapping.columns.items():
        if to not in KINDS:
            gaps.append(Gap(header, _("không có trường “%s”") % to[:40], code="field-unknown"))
    for to in sorted({to for to in fields if fields.count(to) > 1}):
        what = _("hai cột cùng ghép với trường này")
        gaps.append(Gap(titles.get(to, to), what, _("Chỉ giữ một cột"), code="field-twice"))
    missing = [to for to in NEEDED if to not in fields]
    if "agency" not in fields and not mapping.agency:
        missing.append("agency")
    remedy = _("Chọn cột cho trường này")
    gaps += [Gap(titles[to], _("chưa ghép với cột nào"), remedy, code="field-missing") for to in missing]
    if not set(fields) & TELLS_THE_END:
        # A dossier that only such lists name would be open, and overdue, for ever.
        what = _("danh sách không cho biết hồ sơ đã xong hay chưa: hồ sơ chỉ có ở đây sẽ luôn đang xử lý")
        remedy = _("Chọn cột trạng thái, ngày kết thúc hoặc ngày trả; danh sách thu phí không nạp như hồ sơ")
        gaps.append(Gap(titles["status"], what, remedy, code="no-outcome"))
    gaps += [
        Gap(name, _("trường này không đối chiếu từng giá trị"), code="words-unfit")
        for name in mapping.words
        if name not in {*VALUES, "agency", "procedure", "procedure_name"}
    ]
    if len(fields) > _MOST_COLUMNS or sum(map(len, mapping.words.values())) > _MOST_WORDS:
        gaps.append(Gap("", _("quá nhiều cột hoặc giá trị"), code="mapping-too-big"))
    return gaps


def to_mapping(mapping: ColumnMapping) -> dict[str, Any]:
    """As it is stored."""
    words = {name: dict(words) for name, words in mapping.words.items()}
    return {"columns": dict(mapping.columns), "words": words, "agency": mapping.agency}


def from_mapping(said: Mapping[str, Any]) -> ColumnMapping:
    """A stored mapping. Raises DossiersRefused when it is none."""
    try:
        columns = {str(header): str(to) for header, to in said["columns"].items()}
        words = {
            str(name): {str(word): str(number) for word, number in words.items()}
            for name, words in said.get("words", {}).items()
        }
        return ColumnMapping(columns, words, str(said.get("agency", "")))
    except (AttributeError, KeyError, TypeError) as error:
        what, remedy = _("không phải là cách ghép cột"), _("Chọn tệp .json đã xuất từ trang này")
        raise DossiersRefused.because(_("Tệp"), what, remedy, code="mapping-unfit") from error


def to_json(mapping: ColumnMapping, *, source: str) -> str:
    """A mapping as a file that another province can take in."""
    said = {"form": _FORM, "source": source, **to_mapping(mapping)}
    return json.dumps(said, ensure_ascii=False, indent=2) + "\n"


def from_json(text: str) -> tuple[str, ColumnMapping]:
    """The source and the mapping of such a file. Raises DossiersRefused."""
    try:
        said = json.loads(text)
    except ValueError:
        said = None
    if not isinstance(said, dict) or said.get("form") != _FORM:
        what, remedy = _("không phải là cách ghép cột"), _("Chọn tệp .json đã xuất từ trang này")
        raise DossiersRefused.because(_("Tệp"), what, remedy, code="mapping-unfit")
    return str(said.get("source", ""))[:120], from_mapping(said)

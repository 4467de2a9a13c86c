"""Files of definitions (docs/data/indicators.md): read whole, or refused with all that is wrong. Needs no
Django.

Every word is text: 2026-01-01 stays as it is written, and a key written twice is refused.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import zip_longest
from pathlib import Path
from typing import Any, TypeVar

import yaml

from openpar.common.errors import Gap
from openpar.common.text import nfc
from openpar.common.wording import gettext as _
from openpar.common.yaml_files import given_texts
from openpar.engine.periods import Calendar, PeriodKind
from openpar.parindex.indicators.definitions import Definition, gaps_of_chain, gaps_of_definition
from openpar.parindex.indicators.errors import IndicatorFileRefused

_MOST_BYTES = 1_000_000
_NOTHING = ("", "null", "~")
_KEYS = {
    *("name", "unit", "numerator_label", "denominator_label", "inclusion", "legal_source", "certainty"),
    *("calendar", "period", "cut_off_month", "dataset", "basis", "numerator", "denominator"),
    *("valid_from", "valid_until"),
}
E_ = TypeVar("E_", bound=StrEnum)


@dataclass(frozen=True)
class DefinitionFile:
    """The definitions of a file by their codes, each with its versions in the order of their beginnings;
    `digest` is the SHA-256 of its bytes.
    """

    name: str
    digest: str
    by_code: Mapping[str, tuple[Definition, ...]]


def read_definitions(path: Path) -> DefinitionFile:
    """The definitions in a file. Raises IndicatorFileRefused with everything that is wrong."""
    try:
        content = path.read_bytes()
    except OSError as fault:
        what = _("không mở được: %(why)s", why=fault.strerror or "")
        raise IndicatorFileRefused.because(str(path), what, code="file-unreadable") from None
    return definitions_of(content, path.name)


def definitions_of(content: bytes, name: str) -> DefinitionFile:
    """The definitions in the bytes of a file; see `read_definitions`."""
    reader = _Reader()
    found: dict[str, tuple[Definition, ...]] = {}
    for code, rows in reader.indicators(content, name):
        versions = sorted(
            (one for row in rows if (one := reader.version(code, row))), key=lambda one: one.valid_from
        )
        for version in versions:
            reader.gaps += gaps_of_definition(version, f"{code} {version.valid_from}")
        reader.gaps += gaps_of_chain(_with_ends(versions))
        if code in found:
            reader.fault(code, _("chỉ tiêu ghi hai lần"), _("Gộp các phiên bản vào một mục"))
        found[code] = tuple(_with_ends(versions))
    if reader.gaps:
        raise IndicatorFileRefused(reader.gaps)
    return DefinitionFile(name, hashlib.sha256(content).hexdigest(), found)


def _with_ends(versions: list[Definition]) -> list[Definition]:
    """A version that states no end ends where the next one begins."""
    return [
        Definition(**{**vars(one), "valid_until": one.valid_until or (later.valid_from if later else None)})
        for one, later in zip_longest(versions, versions[1:])
    ]


class _Reader:
    """Reads a file part by part and keeps what is wrong."""

    def __init__(self) -> None:
        self.gaps: list[Gap] = []

    def fault(self, where: str, what: str, remedy: str) -> None:
        self.gaps.append(Gap(where, what, remedy, code="indicator-file"))

    def indicators(self, content: bytes, name: str) -> Iterator[tuple[str, list[Any]]]:
        """Code and versions of each entry. Raises IndicatorFileRefused for what is no such file."""
        if len(content) > _MOST_BYTES:
            raise IndicatorFileRefused.because(name, _("tệp lớn hơn 1 MB"), code="file-too-large")
        try:
            mapping = given_texts(nfc(content.decode("utf-8-sig")))
        except UnicodeDecodeError:
            what = _("không phải văn bản UTF-8")
            raise IndicatorFileRefused.because(name, what, code="file-unreadable") from None
        except yaml.YAMLError as fault:
            what = _("không đọc được YAML: %(why)s", why=" ".join(str(fault).split()))
            raise IndicatorFileRefused.because(name, what, code="file-unreadable") from None
        entries = mapping.get("indicators") if isinstance(mapping, dict) else None
        if not isinstance(entries, list) or not entries:
            what, remedy = _("không có mục indicators"), _("Xem tệp mẫu data/indicators/definitions.yaml")
            raise IndicatorFileRefused.because(name, what, remedy, code="no-indicators")
        for place, entry in enumerate(entries, 1):
            where = f"indicators {place}"
            if not isinstance(entry, dict) or not isinstance(entry.get("versions"), list):
                self.fault(where, _("không phải chỉ tiêu với các phiên bản"), "code, versions")
                continue
            for key in sorted(entry.keys() - {"code", "versions", "note"}):
                self.fault(f"{where}, {key}", _("không hiểu mục này"), "code, versions, note")
            if not entry["versions"]:
                self.fault(where, _("không có phiên bản nào"), "versions")
            yield str(entry.get("code", "")), entry["versions"]

    def version(self, code: str, row: Any) -> Definition | None:
        """One version; None where something is wrong with it."""
        if not isinstance(row, dict):
            self.fault(code, _("không phải một phiên bản"), ", ".join(sorted(_KEYS)))
            return None
        where = f"{code} {row.get('valid_from', '')}".strip()
        before = len(self.gaps)
        for key in sorted(row.keys() - _KEYS):
            self.fault(f"{where}, {key}", _("không hiểu mục này"), ", ".join(sorted(_KEYS)))
        begins = self._day(row, "valid_from", where)
        if "valid_from" not in row:
            self.fault(where, _("chưa nêu ngày bắt đầu hiệu lực"), "valid_from: 2026-01-01")
        ends = self._day(row, "valid_until", where)
        month = _text(row, "cut_off_month")
        if month and not re.fullmatch("[0-9]{1,2}", month):
            self.fault(f"{where}, cut_off_month", _("không phải là số tháng"), _("Ghi từ 1 đến 12"))
        calendar = self._choice(row, "calendar", Calendar, Calendar.REFORM, where)
        period_kind = self._choice(row, "period", PeriodKind, PeriodKind.YEAR, where)
        numerator, denominator = (self._names(row, key, where) for key in ("numerator", "denominator"))
        if len(self.gaps) > before or begins is None:
            return None
        return Definition(
            code=code,
            name=_text(row, "name"),
            unit=_text(row, "unit"),
            numerator_label=_text(row, "numerator_label"),
            denominator_label=_text(row, "denominator_label"),
            inclusion=_text(row, "inclusion"),
            legal_source=_text(row, "legal_source"),
            valid_from=begins,
            valid_until=ends,
            calendar=calendar,
            period_kind=period_kind,
            cut_off_month=int(month) if month else None,
            dataset=_text(row, "dataset"),
            basis=_text(row, "basis"),
            numerator=numerator,
            denominator=denominator,
            certainty=_text(row, "certainty") or "R",
        )

    def _day(self, row: Mapping[str, Any], key: str, where: str) -> date | None:
        text = _text(row, key)
        if not text:
            return None
        try:
            if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text, re.ASCII):
                raise ValueError(text)
            return date.fromisoformat(text)
        except ValueError:
            self.fault(
                f"{where}, {key}", _("“%(text)s” không phải là ngày", text=text), _("Ghi như 2026-02-16")
            )
            return None

    def _choice(self, row: Mapping[str, Any], key: str, of: type[E_], usual: E_, where: str) -> E_:
        text = _text(row, key).upper()
        if not text:
            return usual
        try:
            return of(text)
        except ValueError:
            self.fault(f"{where}, {key}", _("không hiểu “%(text)s”", text=text), ", ".join(of))
            return usual

    def _names(self, row: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
        given = row.get(key)
        if given is None or given in _NOTHING:
            return ()
        if isinstance(given, list) and all(isinstance(name, str) for name in given):
            return tuple(given)
        self.fault(f"{where}, {key}", _("không phải danh sách tên số đếm"), "[early, on_time]")
        return ()


def _text(row: Mapping[str, Any], key: str) -> str:
    found = row.get(key)
    return "" if found is None or found in _NOTHING else " ".join(str(found).split())

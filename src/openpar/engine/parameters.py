"""Reading the parameters of a rule or a set: everything that does not fit is noted, nothing is guessed."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from openpar.engine.bounds import Interval, interval_of
from openpar.engine.errors import BadNumber, SetProblem
from openpar.engine.numbers import ZERO, Figure, decimal_of, plain

Pair = tuple[str, Decimal]
_BOUNDS = ("gt", "ge", "lt", "le", "eq")


class Parameters:
    """A mapping being read. A fault is noted and a harmless value returned: all faults come out at once."""

    def __init__(
        self, found: Mapping[str, object], where: str, problems: list[SetProblem], kind: str = "RULE"
    ) -> None:
        self.found = found
        self.where = where
        self.problems = problems
        self.kind = kind
        self._used: set[str] = {"type"}

    def fault(self, what: str, remedy: str) -> None:
        """Notes one problem."""
        self.problems.append(SetProblem(self.where, what, remedy, self.kind))

    def finish(self) -> None:
        """Notes every parameter that nobody asked for: a misspelt one would silently change points."""
        for key in self.found:
            if key not in self._used:
                self.fault(
                    f"Không dùng tham số “{key}” ở đây.",
                    f"Bỏ hoặc sửa tên; các tham số được dùng: {', '.join(sorted(self._used - {'type'}))}.",
                )

    def has(self, key: str) -> bool:
        """Is the parameter stated?"""
        self._used.add(key)
        return self.found.get(key) is not None

    def text(self, key: str, default: str | None = "") -> str:
        """A text; a missing one is a fault if there is no default."""
        if not self.has(key):
            if default is None:
                self.fault(f"Thiếu tham số “{key}”.", "Ghi tham số này.")
            return default or ""
        value = self.found[key]
        if isinstance(value, str | int | Decimal) and not isinstance(value, bool):
            return one_spelling(str(value))
        self.fault(f"Tham số “{key}” phải là văn bản.", "Viết thành một dòng chữ.")
        return ""

    def number(self, key: str, default: Decimal | None = None) -> Decimal:
        """An exact decimal; a missing one is a fault if there is no default."""
        if not self.has(key):
            if default is None:
                self.fault(f"Thiếu tham số “{key}”.", "Ghi một số, ví dụ 0.5.")
            return ZERO if default is None else default
        return self._decimal(key, self.found[key])

    def optional_number(self, key: str) -> Decimal | None:
        """An exact decimal, or None if not stated."""
        return self.number(key) if self.has(key) else None

    def day(self, key: str) -> date:
        """A day written 2026-01-31; a missing one is a fault."""
        text = self.text(key, None)
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.fault(f"Tham số “{key}” là “{text}”.", "Ghi ngày dạng 2026-01-31.")
            return date.min

    def optional_day(self, key: str) -> date | None:
        """A day, or None if not stated."""
        return self.day(key) if self.has(key) else None

    def names(self, key: str) -> tuple[str, ...]:
        """A list of texts with at least one; a missing one is a fault."""
        value = self.found.get(key)
        self.has(key)
        if isinstance(value, Sequence) and not isinstance(value, str) and value:
            return tuple(one_spelling(str(name)) for name in value)
        self.fault(f"Tham số “{key}” thiếu hoặc không phải danh sách.", "Ghi một danh sách.")
        return ()

    def optional_names(self, key: str) -> tuple[str, ...]:
        """A list of texts, or nothing if not stated."""
        return self.names(key) if self.has(key) else ()

    def flag(self, key: str, default: bool) -> bool:
        """A truth value, also as the text true/false, yes/no."""
        if not self.has(key):
            return default
        value = str(self.found[key]).strip().lower()
        if value in ("true", "yes"):
            return True
        if value not in ("false", "no"):
            self.fault(f"Tham số “{key}” là “{value}”.", "Ghi true hoặc false.")
        return False

    def one_of(self, key: str, choices: Sequence[str], default: str | None) -> str:
        """One of the listed words; a missing one is a fault if there is no default."""
        value = self.text(key, default)
        if value in choices or (default is None and not self.has(key)):
            return value
        self.fault(f"Tham số “{key}” là “{value}”.", f"Chọn một trong: {', '.join(choices)}.")
        return choices[0]

    def pairs(self, key: str, label: str = "label", figure: str = "points") -> tuple[Pair, ...]:
        """An ordered list of label and number: a mapping, or rows `{label: …, points: …}`."""
        value = self.found.get(key)
        self.has(key)
        if isinstance(value, Mapping):
            found = tuple(
                (one_spelling(str(name)), self._decimal(f"{key}: {name}", number))
                for name, number in value.items()
            )
        elif isinstance(value, Sequence) and not isinstance(value, str):
            found = tuple((row.text(label, None), row.number(figure)) for row in self.rows(key))
        else:
            found = ()
        if not found:
            self.fault(f"Tham số “{key}” thiếu hoặc không phải danh sách.", "Ghi danh sách nhãn và số.")
        labels = [name for name, _ in found]
        for name in sorted({name for name in labels if labels.count(name) > 1}):
            self.fault(f"“{name}” được ghi hai lần trong “{key}”.", "Mỗi nhãn chỉ ghi một lần.")
        return found

    def rows(self, key: str) -> "tuple[Parameters, ...]":
        """A list of mappings, each to be read by itself."""
        value = self.found.get(key)
        self.has(key)
        if not isinstance(value, Sequence) or isinstance(value, str) or not value:
            self.fault(
                f"Tham số “{key}” thiếu hoặc không phải danh sách.", "Ghi một danh sách có ít nhất một dòng."
            )
            return ()
        found = []
        for position, row in enumerate(value, start=1):
            if isinstance(row, Mapping):
                found.append(Parameters(row, self.where, self.problems, self.kind))
            else:
                self.fault(f"Dòng {position} của “{key}” không phải là một bảng.", "Ghi dạng tên: giá trị.")
        return tuple(found)

    def interval(self) -> Interval:
        """The bounds gt, ge, lt, le or eq of this row."""
        bounds = {name: self.number(name) for name in _BOUNDS if self.has(name)}
        if len(bounds) > 2 or ("gt" in bounds and "ge" in bounds) or ("lt" in bounds and "le" in bounds):
            self.fault("Một bước có hai cận cùng phía.", "Mỗi phía chỉ ghi một cận.")
        if "eq" in bounds and len(bounds) > 1:
            self.fault("Bước “eq” không đi với cận khác.", "Chỉ giữ eq, hoặc chỉ giữ các cận.")
        return interval_of(bounds)

    def _decimal(self, key: str, value: object) -> Decimal:
        try:
            if isinstance(value, str | int | Decimal):
                return decimal_of(value)
            raise BadNumber(f"“{value}” không phải số thập phân viết thành văn bản.")
        except BadNumber as fault:
            self.fault(f"“{key}”: {fault}", "Ghi một số thập phân với dấu chấm.")
            return ZERO


def one_spelling(text: str) -> str:
    """The text without spaces at its ends, in the one spelling (NFC) in which letters are compared."""
    return unicodedata.normalize("NFC", text).strip()


def pairs_as_rows(
    pairs: Iterable[Pair], label: str = "label", figure: str = "points"
) -> list[dict[str, object]]:
    """The list form of `Parameters.pairs`: it keeps its order in every database."""
    return [{label: name, figure: plain(number)} for name, number in pairs]


def numbers_as_text(**values: Decimal | None) -> dict[str, Figure]:
    """The stated numbers of a rule as text."""
    return {name: plain(value) for name, value in values.items() if value is not None}

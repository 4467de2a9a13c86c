"""What one side enters for one leaf. None always means: not given."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal

from openpar.engine.errors import BadNumber, EngineError
from openpar.engine.numbers import decimal_of, plain


class BadAnswer(EngineError):
    """A stored answer that cannot be read."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The figures of one leaf, whatever its rule; each rule type says which of them it reads.

    `choice` is an option, a grade, or "yes" / "no" / "not_applicable" of a yes-no rule ("no" for a deadline:
    no document). `items` are the ticked items; an empty tuple says that the person confirmed: none.
    `counts` are numbers per option, kind or "group/option"; `moment` is the legal day (Asia/Ho_Chi_Minh) that
    counts, `signed` whether it is that of a digital signature. `applicable=False` takes the leaf out.
    """

    choice: str | None = None
    items: tuple[str, ...] | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    excused: Decimal | None = None
    counts: Mapping[str, Decimal] | None = None
    variables: Mapping[str, Decimal] | None = None
    points: Decimal | None = None
    moment: date | None = None
    signed: bool | None = None
    applicable: bool = True
    reason: str = ""

    @property
    def is_blank(self) -> bool:
        """Was nothing at all entered?"""
        return self.applicable and all(
            getattr(self, field.name) is None
            for field in fields(self)
            if field.name not in ("applicable", "reason")
        )

    def as_json(self) -> dict[str, object]:
        """Only what was given, decimals as text, days as ISO text: fit for a JSON column."""
        found: dict[str, object] = {}
        if self.choice is not None:
            found["choice"] = self.choice
        if self.items is not None:
            found["items"] = list(self.items)
        for name in _NUMBERS:
            value = getattr(self, name)
            if value is not None:
                found[name] = str(plain(value))
        for name in _TABLES:
            table = getattr(self, name)
            if table is not None:
                found[name] = {key: str(plain(number)) for key, number in table.items()}
        if self.moment is not None:
            found["moment"] = self.moment.isoformat()
        if self.signed is not None:
            found["signed"] = self.signed
        if not self.applicable:
            found["applicable"] = False
        if self.reason:
            found["reason"] = self.reason
        return found

    @classmethod
    def from_json(cls, found: Mapping[str, object]) -> "Answer":
        """The answer that `as_json` wrote. Raises BadAnswer naming every unreadable entry."""
        reader = _Reader(found)
        answer = cls(
            choice=reader.text("choice"),
            items=reader.texts("items"),
            numerator=reader.number("numerator"),
            denominator=reader.number("denominator"),
            excused=reader.number("excused"),
            counts=reader.table("counts"),
            variables=reader.table("variables"),
            points=reader.number("points"),
            moment=reader.day("moment"),
            signed=reader.flag("signed"),
            applicable=reader.flag("applicable") is not False,
            reason=reader.text("reason") or "",
        )
        reader.finish()
        return answer


_NUMBERS = ("numerator", "denominator", "excused", "points")
_TABLES = ("counts", "variables")


class _Reader:
    """Takes entries out of stored JSON and remembers everything that does not fit."""

    def __init__(self, found: Mapping[str, object]) -> None:
        self.found = found
        self.faults = [f"mục lạ “{key}”" for key in found if key not in Answer.__dataclass_fields__]

    def finish(self) -> None:
        if self.faults:
            raise BadAnswer("Không đọc được câu trả lời: " + "; ".join(self.faults) + ".")

    def text(self, name: str) -> str | None:
        value = self.found.get(name)
        if value is None or isinstance(value, str):
            return value
        self.faults.append(f"“{name}” phải là văn bản")
        return None

    def texts(self, name: str) -> tuple[str, ...] | None:
        value = self.found.get(name)
        if value is None:
            return None
        if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
            return tuple(value)
        self.faults.append(f"“{name}” phải là danh sách văn bản")
        return None

    def flag(self, name: str) -> bool | None:
        value = self.found.get(name)
        if value is None or isinstance(value, bool):
            return value
        self.faults.append(f"“{name}” phải là true hoặc false")
        return None

    def number(self, name: str) -> Decimal | None:
        value = self.found.get(name)
        return None if value is None else self._decimal(name, value)

    def table(self, name: str) -> dict[str, Decimal] | None:
        value = self.found.get(name)
        if value is None:
            return None
        if isinstance(value, Mapping):
            return {str(key): self._decimal(f"{name}.{key}", number) for key, number in value.items()}
        self.faults.append(f"“{name}” phải là bảng tên → số")
        return None

    def day(self, name: str) -> date | None:
        value = self.found.get(name)
        if value is None:
            return None
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.faults.append(f"“{name}” phải là ngày dạng 2026-01-31")
            return None

    def _decimal(self, name: str, value: object) -> Decimal:
        if isinstance(value, str | int | Decimal):
            try:
                return decimal_of(value)
            except BadNumber as fault:
                self.faults.append(f"“{name}”: {fault}")
        else:
            self.faults.append(f"“{name}” phải là số viết thành văn bản")
        return Decimal(0)

"""Database columns that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    _Field = models.Field[Decimal | None, Decimal | None]
else:
    _Field = models.Field


class ExactDecimalField(_Field):
    """A decimal kept to the last digit, as text.

    SQLite turns a numeric column into a binary float beyond fifteen digits, and a third of a point has
    more. Sums and comparisons of points happen in the engine, never in SQL (docs/decisions/0004), so the
    column needs to keep, not to compute.
    """

    description = "exact decimal"
    _max_length = 64

    def get_internal_type(self) -> str:
        return "CharField"

    def db_type(self, connection: Any) -> str:
        return f"varchar({self._max_length})"

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Decimal | None:
        return None if value is None else Decimal(value)

    def to_python(self, value: Any) -> Decimal | None:
        if value is None or isinstance(value, Decimal):
            return value
        if isinstance(value, float):
            raise TypeError("points are exact: give a Decimal, an int or a text, never a float")
        try:
            return Decimal(str(value))
        except InvalidOperation as error:
            raise ValidationError(_("“%(value)s” không phải là số."), params={"value": value}) from error

    def get_prep_value(self, value: Any) -> str | None:
        decimal = self.to_python(super().get_prep_value(value))
        if decimal is None:
            return None
        text = format(decimal, "f")
        if "." in text:
            text = text.rstrip("0").rstrip(".")
        return "0" if text in {"-0", ""} else text

    def value_to_string(self, obj: models.Model) -> str:
        return self.get_prep_value(self.value_from_object(obj)) or ""

"""Fields of forms that read numbers and days as Vietnamese officials write them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EMPTY_VALUES

from openpar.common.errors import Refused
from openpar.common.formats import format_date, format_decimal, parse_date, parse_decimal
from openpar.common.text import nfc


class PointsField(forms.Field):
    """A number such as 1,50: “1.5” is understood too, “1.500” is questioned. Empty gives None."""

    widget = forms.TextInput

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"inputmode": "decimal", "autocomplete": "off", "class": "form-control figure-input"}

    def prepare_value(self, value: Any) -> Any:
        return format_decimal(value) if isinstance(value, Decimal) else value

    def to_python(self, value: Any) -> Decimal | None:
        if value in EMPTY_VALUES or not str(value).strip():
            return None
        try:
            return parse_decimal(str(value))
        except Refused as error:
            raise _as_validation_error(error) from error


class DayField(forms.Field):
    """A day as dd/mm/yyyy; the browser's yyyy-mm-dd is understood too. Gives a date; empty gives None."""

    widget = forms.TextInput

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {
            "inputmode": "numeric",
            "autocomplete": "off",
            "placeholder": "dd/mm/yyyy",
            "class": "form-control",
            "data-day": "",
        }

    def prepare_value(self, value: Any) -> Any:
        return format_date(value) if isinstance(value, date) else value

    def to_python(self, value: Any) -> date | None:
        if value in EMPTY_VALUES or not str(value).strip():
            return None
        try:
            return parse_date(str(value))
        except Refused as error:
            raise _as_validation_error(error) from error


class LineField(forms.CharField):
    """A line of text, trimmed and in the one spelling in which text is stored (NFC)."""

    def to_python(self, value: Any) -> str:
        return nfc(super().to_python(value) or "")


class TextField(LineField):
    """Several lines of text."""

    widget = forms.Textarea(attrs={"rows": 4})


def _as_validation_error(error: Refused) -> ValidationError:
    """The field's label stands above, so a gap without a place begins the sentence itself."""
    return ValidationError([f"{text[:1].upper()}{text[1:]}" for text in map(str, error.gaps)])

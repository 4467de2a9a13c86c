"""The form of an entry, made of the columns of its register. Whether it makes sense, the actions say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EMPTY_VALUES
from django.db import models
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from openpar.common.errors import Refused
from openpar.common.fields import ExactDecimalField
from openpar.common.formats import format_decimal, parse_decimal
from openpar.reform.monitors.actions.entering import stored
from openpar.reform.monitors.models import Entry
from openpar.reform.monitors.registers import Register
from openpar.web.components.fields import DayField, LineField, PointsField, TextField

Documents = list[tuple[int, str]]


class CountField(forms.Field):
    """A whole number: “1.200” is twelve hundred. Empty gives None, which is not 0."""

    widget = forms.TextInput

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"inputmode": "numeric", "autocomplete": "off", "class": "form-control figure-input"}

    def prepare_value(self, value: Any) -> Any:
        return format_decimal(value) if isinstance(value, int) else value

    def to_python(self, value: Any) -> int | None:
        if value in EMPTY_VALUES or not str(value).strip():
            return None
        try:
            number = parse_decimal(str(value), ambiguous="thousands")
        except Refused as error:
            raise ValidationError([str(gap) for gap in error.gaps]) from error
        if number != number.to_integral_value():
            raise ValidationError(_("Ghi số nguyên."))
        return int(number)


class YearField(CountField):
    """A year is written without groups."""

    def prepare_value(self, value: Any) -> Any:
        return str(value) if isinstance(value, int) else value


class EntryForm(forms.Form):
    """One entry of a register. `is_new`: its subject can be typed; afterwards it stays."""

    note = LineField(
        label=_("Ghi chú"), max_length=500, required=False, help_text=_("Khi sửa số liệu: vì sao sửa.")
    )

    def __init__(
        self,
        data: QueryDict | None,
        *,
        register: Register,
        documents: Documents,
        initial: Mapping[str, Any],
        is_new: bool,
    ) -> None:
        super().__init__(data, initial=dict(initial))
        self.register = register
        note = self.fields.pop("note")
        for name in register.fields:
            if is_new or name not in register.subject:
                self.fields[name] = _field(register, name, documents)
        self.fields["note"] = note
        self.sections = [
            (title, [self[name] for name in names if name in self.fields])
            for title, names in register.sections
        ]
        self.subject = [self[name] for name in register.subject if name in self.fields]

    def values(self) -> dict[str, Any]:
        """What a valid form says, by column; the note apart."""
        return {name: value for name, value in self.cleaned_data.items() if name != "note"}


def initial_of(register: Register, entry: Entry) -> dict[str, Any]:
    """The form of what is there."""
    return stored(register, entry)


def _field(register: Register, name: str, documents: Documents) -> forms.Field:
    column, label = register.model._meta.get_field(name), register.label(name)
    required = name in register.is_needed
    if isinstance(column, models.DateField):
        return DayField(label=label, required=required)
    if isinstance(column, models.ForeignKey):
        return forms.TypedChoiceField(
            label=label,
            coerce=int,
            empty_value=None,
            required=required,
            choices=[("", _("Chọn văn bản")), *documents],
        )
    if isinstance(column, ExactDecimalField):
        return PointsField(label=label, required=required)
    if isinstance(column, models.CharField) and column.choices:
        return forms.ChoiceField(label=label, required=required, choices=list(column.choices))
    if isinstance(column, models.CharField):
        return LineField(label=label, required=required, max_length=column.max_length)
    if isinstance(column, models.TextField):
        return TextField(label=label, required=required, max_length=4000)
    if name == "quarter":
        quarters = [(str(one), _("Quý %s") % word) for one, word in enumerate(("I", "II", "III", "IV"), 1)]
        return forms.TypedChoiceField(label=label, coerce=int, choices=quarters)
    return (YearField if name == "year" else CountField)(label=label, required=required)

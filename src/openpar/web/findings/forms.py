"""The forms of findings and conferences; what they may say the actions decide."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from openpar.reform.findings.models import Cause, FoundBy, Severity
from openpar.web.components.fields import DayField, LineField, TextField
from openpar.web.findings.common import Choices, code_choices, field_choices

_NONE = ("", "—")


def _offer(form: forms.Form, name: str, choices: Choices, *, none: bool = True) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = [_NONE, *choices] if none else choices


class PlanForm(forms.Form):
    """How, by when, by whom; and whether it becomes a task of a plan."""

    remedy = TextField(label=_("Biện pháp khắc phục"), max_length=4000)
    deadline = DayField(label=_("Xong trước hết ngày"), required=False)
    cause = forms.ChoiceField(label=_("Nguyên nhân"), choices=Cause.choices, widget=forms.RadioSelect)
    cause_text = TextField(label=_("Giải thích nguyên nhân"), max_length=4000, required=False)
    division = forms.TypedChoiceField(
        label=_("Phòng chịu trách nhiệm"), required=False, coerce=int, empty_value=None
    )
    head = forms.TypedChoiceField(
        label=_("Lãnh đạo chịu trách nhiệm"), required=False, coerce=int, empty_value=None
    )
    plan = forms.TypedChoiceField(label=_("Đưa vào kế hoạch"), required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, divisions: Choices, heads: Choices, plans: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cause_text"].widget.attrs["rows"] = 2
        _offer(self, "division", divisions)
        _offer(self, "head", heads)
        if plans:
            _offer(self, "plan", plans)
        else:
            del self.fields["plan"]


class ExtensionForm(forms.Form):
    """Until when, and why."""

    wanted_until = DayField(label=_("Xin gia hạn đến hết ngày"))
    reason = TextField(label=_("Lý do"), max_length=4000)


class NewFindingForm(forms.Form):
    """A finding entered by hand."""

    found_by = forms.ChoiceField(label=_("Nguồn"))
    organisation = forms.TypedChoiceField(label=_("Đơn vị"), coerce=int)
    field = forms.ChoiceField(label=_("Lĩnh vực"))
    code = forms.ChoiceField(label=_("Mã tồn tại"), required=False)
    text = TextField(label=_("Tồn tại, hạn chế"), max_length=4000)
    severity = forms.ChoiceField(label=_("Mức độ"), required=False)
    metric = LineField(label=_("Số liệu"), max_length=200, required=False)
    period_from = DayField(label=_("Thời kỳ từ ngày"))
    period_until = DayField(label=_("đến hết ngày"))
    leaf = LineField(label=_("Tiêu chí bị ảnh hưởng"), max_length=520, required=False)
    request = TextField(label=_("Yêu cầu khắc phục"), max_length=4000, required=False)
    deadline = DayField(label=_("Hạn khắc phục"), required=False)
    source_text = LineField(label=_("Văn bản, cuộc họp nêu ra"), max_length=300, required=False)

    def __init__(
        self, *args: Any, sources: Choices, organisations: Choices, day: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].widget.attrs["rows"] = 3
        self.fields["leaf"].widget.attrs.update({"list": "leaves", "autocomplete": "off"})
        self.fields["request"].widget.attrs["rows"] = 2
        _offer(self, "found_by", sources, none=False)
        _offer(self, "organisation", organisations)
        _offer(self, "field", field_choices(day))
        _offer(self, "code", code_choices(day))
        _offer(self, "severity", [(str(one.value), str(one.label)) for one in Severity])


class HeldForm(forms.Form):
    """A conference as it took place."""

    held_on = DayField(label=_("Ngày tổ chức"))
    attendance = LineField(label=_("Thành phần dự"), max_length=500)
    conclusions = TextField(label=_("Kết luận"), max_length=4000)
    minutes = forms.TypedChoiceField(label=_("Biên bản (trong kho tài liệu của đơn vị)"), coerce=int)

    def __init__(self, *args: Any, documents: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "minutes", documents)


class OrderForm(forms.Form):
    """A task for the coming year."""

    field = forms.ChoiceField(label=_("Lĩnh vực"))
    text = TextField(label=_("Nhiệm vụ"), max_length=500)
    deadline = DayField(label=_("Hạn"))
    plan = forms.TypedChoiceField(label=_("Đưa vào kế hoạch"), required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, plans: Choices, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].widget.attrs["rows"] = 2
        _offer(self, "field", field_choices(day))
        if plans:
            _offer(self, "plan", plans)
        else:
            del self.fields["plan"]


class ShortcomingForm(forms.Form):
    """What the conference named in the unit itself."""

    named_field = forms.ChoiceField(label=_("Lĩnh vực"))
    named = TextField(label=_("Tồn tại, hạn chế"), max_length=4000)

    def __init__(self, *args: Any, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["named"].widget.attrs["rows"] = 2
        _offer(self, "named_field", field_choices(day))


OUTSIDE_SOURCES = (FoundBy.INSPECTION, FoundBy.APPRAISAL, FoundBy.PETITION, FoundBy.DATA_CHECK)

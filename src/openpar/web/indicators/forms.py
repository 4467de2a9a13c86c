"""Forms of indicators: a definition, an end, a report. Whether they make sense, the actions say."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from openpar.engine.periods import Calendar, PeriodKind
from openpar.parindex.indicators.definitions import LONGEST_CODE, Definition
from openpar.parindex.indicators.models import IndicatorVersion
from openpar.web.components.fields import DayField, LineField, PointsField, TextField

_SEPARATED = re.compile(r"[\s,;+]+")


class CountsField(LineField):
    """Names of counts, separated by commas or plus signs; gives a tuple."""

    def prepare_value(self, value: Any) -> Any:
        return " + ".join(value) if isinstance(value, tuple | list) else value

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return tuple(filter(None, _SEPARATED.split(text)))


class VersionForm(forms.Form):
    """One version of a definition."""

    code = LineField(
        label=_("Mã chỉ tiêu"), max_length=LONGEST_CODE, help_text=_("Ví dụ: dossier.on_time_ratio")
    )
    name = LineField(label=_("Tên"), max_length=300)
    unit = LineField(label=_("Đơn vị tính"), max_length=60, help_text=_("Ví dụ: hồ sơ, nhiệm vụ"))
    numerator_label = LineField(label=_("Tử số là"), max_length=200)
    denominator_label = LineField(label=_("Mẫu số là"), max_length=200)
    inclusion = TextField(label=_("Cách tính vào"), max_length=4000)
    legal_source = LineField(label=_("Căn cứ"), max_length=500)
    certainty = forms.ChoiceField(
        label=_("Độ chắc chắn"), choices=IndicatorVersion.Certainty.choices, initial="S"
    )
    valid_from = DayField(
        label=_("Hiệu lực từ ngày"), help_text=_("Phiên bản đang dùng hết hiệu lực đúng ngày này.")
    )
    calendar = forms.TypedChoiceField(
        label=_("Lịch"), choices=IndicatorVersion.CalendarOf.choices, coerce=Calendar, initial="REFORM"
    )
    period_kind = forms.TypedChoiceField(
        label=_("Kỳ"), choices=IndicatorVersion.Kind.choices, coerce=PeriodKind, initial="YEAR"
    )
    cut_off_month = forms.IntegerField(
        label=_("Chốt cuối tháng"),
        required=False,
        min_value=1,
        max_value=12,
        help_text=_("Bỏ trống: tính cả kỳ."),
    )
    dataset = LineField(
        label=_("Tập dữ liệu"),
        max_length=40,
        required=False,
        help_text=_("Bỏ trống: số liệu do đơn vị báo cáo hoặc nhập từ tệp."),
    )
    basis = LineField(label=_("Tính theo tháng"), max_length=40, required=False)
    numerator = CountsField(
        label=_("Số đếm của tử số"), max_length=200, required=False, help_text=_("Ví dụ: early + on_time")
    )
    denominator = CountsField(label=_("Số đếm của mẫu số"), max_length=200, required=False)

    def definition(self) -> Definition:
        """What a valid form says."""
        return Definition(**self.cleaned_data)


class EndForm(forms.Form):
    """The day from which an indicator is no longer valid."""

    valid_until = DayField(label=_("Hết hiệu lực từ ngày"))
    reason = LineField(label=_("Lý do"), max_length=500, help_text=_("Văn bản bãi bỏ chỉ tiêu"))


class ReportForm(forms.Form):
    """What an agency reports, with the document that proves it."""

    year = forms.IntegerField(label=_("Năm"), min_value=2000, max_value=2100)
    number = forms.IntegerField(label=_("Kỳ số"), min_value=1, max_value=12, initial=1)
    numerator = PointsField(label=_("Tử số"), required=False)
    denominator = PointsField(label=_("Mẫu số"), required=False)
    not_applicable = LineField(
        label=_("Không áp dụng vì"),
        max_length=500,
        required=False,
        help_text=_("Chỉ ghi khi chỉ tiêu không áp dụng với đơn vị; khi đó bỏ trống hai số."),
    )
    document = forms.TypedChoiceField(label=_("Tài liệu"), coerce=int, empty_value=None)
    note = LineField(label=_("Ghi chú"), max_length=500, required=False)

    def __init__(self, *args: Any, documents: list[tuple[int, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["document"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [("", _("Chọn tài liệu")), *documents]

    def clean_document(self) -> int:
        found: int | None = self.cleaned_data["document"]
        if found is None:
            raise ValidationError(_("Chọn tài liệu trong kho của đơn vị."))
        return found


def initial_of(definition: Definition) -> dict[str, object]:
    """A form for the version after this one."""
    found: dict[str, object] = dict(vars(definition))
    del found["valid_until"]
    # A copy of the day would be refused: the new version begins on another one.
    found["valid_from"] = None
    return {**found, "calendar": definition.calendar.value, "period_kind": definition.period_kind.value}


def year_of(text: str, today: date) -> int:
    """The year asked for in an address; the one that is running for anything else."""
    usable = text.isascii() and text.isdecimal() and len(text) == 4 and 2000 <= int(text) <= 2100
    return int(text) if usable else today.year

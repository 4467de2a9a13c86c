"""Forms of the calendars: days and hours as officials write them. Whether they make sense, actions say."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from openpar.base.calendars.models import CalendarDay, Certainty
from openpar.common.errors import Refused
from openpar.common.formats import VIETNAM, parse_date
from openpar.engine.workdays import PauseKind, Unit
from openpar.web.components.fields import DayField, LineField
from openpar.web.people.forms import OrganisationField

_TIME = re.compile(r"([0-9]{1,2})[:hg.]([0-9]{2})", re.ASCII)
_LONGEST_LIMIT = 100_000


class TimeField(forms.Field):
    """A time of day as 15:00 or 15h00; empty gives None."""

    widget = forms.TextInput

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"inputmode": "numeric", "autocomplete": "off", "placeholder": "15:00"}

    def to_python(self, value: Any) -> time | None:
        text = str(value or "").strip()
        return time_of(text) if text else None


class MomentField(forms.Field):
    """A day, or a day and a time, as 13/02/2026 or 13/02/2026 15:30; empty gives None."""

    widget = forms.TextInput

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"autocomplete": "off", "placeholder": "dd/mm/yyyy 15:30"}

    def to_python(self, value: Any) -> date | None:
        day_text, _space, time_text = " ".join(str(value or "").replace("T", " ").split()).partition(" ")
        if not day_text:
            return None
        try:
            day = parse_date(day_text)
        except Refused as error:
            raise ValidationError(
                [f"{text[:1].upper()}{text[1:]}" for text in map(str, error.gaps)]
            ) from error
        return datetime.combine(day, time_of(time_text), VIETNAM) if time_text else day


def time_of(text: str) -> time:
    """The time of day that a person wrote. Raises ValidationError."""
    found = _TIME.fullmatch(text)
    try:
        if found is None:
            raise ValueError(text)
        return time(int(found[1]), int(found[2]))
    except ValueError:
        message = _("“%(text)s” không phải là giờ. Ghi như 15:30.")
        raise ValidationError(message, params={"text": text[:20]}) from None


class DeadlineForm(forms.Form):
    """What a due date is worked out from."""

    UNITS = (
        (Unit.WORKING_DAY.value, _("ngày làm việc")),
        (Unit.CALENDAR_DAY.value, _("ngày")),
        (Unit.HOUR.value, _("giờ làm việc")),
        (Unit.SAME_DAY.value, _("trong ngày")),
    )
    KINDS = (
        (PauseKind.STOPS.value, _("Dừng đồng hồ: thời gian dừng được cộng thêm")),
        (PauseKind.STARTS_ANEW.value, _("Bổ sung hồ sơ: thời hạn tính lại từ đầu")),
    )

    received = MomentField(label=_("Tiếp nhận"), help_text=_("Ngày, và giờ nếu có: 13/02/2026 15:30."))
    limit = forms.IntegerField(
        label=_("Thời hạn"),
        min_value=1,
        max_value=_LONGEST_LIMIT,
        required=False,
        help_text=_("Bỏ trống khi giải quyết trong ngày."),
    )
    unit = forms.ChoiceField(label=_("Đơn vị tính"), choices=UNITS)
    hours_of = forms.TypedChoiceField(label=_("Giờ làm việc"), coerce=int, empty_value=None, required=False)
    begins = MomentField(label=_("Dừng từ"), required=False)
    ends = MomentField(label=_("Đến"), required=False)
    kind = forms.ChoiceField(label=_("Lần dừng này là"), choices=KINDS, required=False)

    def __init__(self, *args: Any, places: list[tuple[int, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["hours_of"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [("", _("Giờ chung")), *places]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if found.get("limit") is None and "limit" not in self.errors and found.get("unit") != Unit.SAME_DAY:
            self.add_error("limit", _("Nhập số ngày hoặc số giờ."))
        if (found.get("begins") is None) != (found.get("ends") is None):
            empty = "ends" if found.get("ends") is None else "begins"
            if "begins" not in self.errors and "ends" not in self.errors:
                self.add_error(empty, _("Nhập cả lúc bắt đầu và lúc kết thúc."))
        return found


class DaysForm(forms.Form):
    """One day or several in a row."""

    first = DayField(label=_("Từ ngày"))
    last = DayField(label=_("Đến hết ngày"), required=False, help_text=_("Bỏ trống khi chỉ có một ngày."))
    kind = forms.TypedChoiceField(label=_("Là"), choices=CalendarDay.Kind.choices, coerce=CalendarDay.Kind)
    name = LineField(label=_("Tên"), max_length=200, required=False, help_text=_("Ví dụ: Tết Nguyên đán"))


class SwapForm(forms.Form):
    """A working day swapped for a weekend day."""

    off_on = DayField(label=_("Nghỉ ngày"))
    worked_on = DayField(label=_("Làm bù ngày"))


class OriginForm(forms.Form):
    """Where the days come from."""

    source = LineField(label=_("Nguồn"), max_length=300, required=False)
    certainty = forms.TypedChoiceField(label=_("Độ chắc chắn"), choices=Certainty.choices, coerce=Certainty)


class DecisionForm(forms.Form):
    """The document that puts a year into force."""

    number = LineField(label=_("Số văn bản"), max_length=120, help_text=_("Ví dụ: 12729/VPCP-KGVX"))
    decided_on = DayField(label=_("Ngày văn bản"))


class HoursForm(DecisionForm):
    """Office hours of one organisation and all below it, or the national ones."""

    organisation = OrganisationField(
        label=_("Đơn vị"),
        required=False,
        help_text=_("Áp dụng cả cho các đơn vị trực thuộc. Bỏ trống: giờ chung."),
    )
    valid_from = DayField(label=_("Từ ngày"))
    valid_until = DayField(label=_("Đến trước ngày"), required=False)
    shifts = LineField(
        label=_("Giờ làm việc"), max_length=120, help_text=_("Ví dụ: 07:00-11:30, 13:30-17:00")
    )
    saturday_reception = LineField(
        label=_("Giờ nhận hồ sơ thứ Bảy"),
        max_length=120,
        required=False,
        help_text=_("Chỉ khi bộ phận một cửa mở thứ Bảy; thứ Bảy vẫn không phải ngày làm việc."),
    )
    same_day_until = TimeField(
        label=_("Mốc giải quyết trong ngày"),
        required=False,
        help_text=_("Nhận sau giờ này thì trả ngày làm việc tiếp theo. Bỏ trống: không có mốc."),
    )
    source = LineField(label=_("Nguồn"), max_length=300, required=False)
    certainty = forms.TypedChoiceField(
        label=_("Độ chắc chắn"), choices=Certainty.choices, coerce=Certainty, initial=Certainty.SEEN
    )

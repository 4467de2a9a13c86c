"""Forms about procedures: shapes only; what is missing or not allowed is the business of the actions."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from openpar.delivery.procedures.actions.decisions import DecisionHead
from openpar.delivery.procedures.actions.provisions import Offer
from openpar.delivery.procedures.actions.reviews import Found, PlanHead
from openpar.delivery.procedures.levels import online_levels_on
from openpar.delivery.procedures.words import (
    LineChange,
    OnlineLevel,
    Part,
    QualityState,
    Tier,
)
from openpar.web.components.fields import DayField, LineField, TextField
from openpar.web.organisations.forms import RegisterField


def _two_lines() -> forms.Textarea:
    return forms.Textarea(attrs={"rows": 2})


class DecisionForm(forms.Form):
    """The head of a publishing decision."""

    number = LineField(label=_("Số quyết định"), max_length=80, help_text=_("Ví dụ: 1250/QĐ-UBND"))
    signed_on = DayField(label=_("Ngày ký"))
    issuer = LineField(label=_("Cơ quan ban hành"), max_length=250)
    tier = forms.TypedChoiceField(
        label=_("Cấp ban hành"), choices=Tier.choices, coerce=Tier, initial=Tier.PROVINCE
    )
    title = LineField(label=_("Trích yếu"), max_length=500, required=False, widget=_two_lines())
    effective_on = DayField(
        label=_("Ngày có hiệu lực"),
        help_text=_("Thủ tục mới có hiệu lực, thủ tục bãi bỏ hết hiệu lực từ ngày này."),
    )
    bases_effective_on = DayField(
        label=_("Văn bản quy định có hiệu lực từ"),
        required=False,
        help_text=_("Ngày muộn nhất trong các văn bản làm căn cứ; hạn công bố tính ngược từ ngày này."),
    )
    is_fast_track = forms.BooleanField(label=_("Theo trình tự, thủ tục rút gọn"), required=False)
    basis_signed_on = DayField(label=_("Ngày ký văn bản quy định (rút gọn)"), required=False)
    is_sample = forms.BooleanField(label=_("Quyết định mẫu (không phải văn bản của cơ quan)"), required=False)

    def head(self) -> DecisionHead:
        """What was typed, after `is_valid`."""
        given = self.cleaned_data
        return DecisionHead(**{name: given[name] for name in self.fields})


class LineForm(forms.Form):
    """Which procedure a decision is about; a new one gets its contents on the next page."""

    code = LineField(
        label=_("Mã thủ tục"),
        max_length=40,
        help_text=_("Ví dụ: 1.001193 hoặc 1.001193.000.00.00.H36"),
        widget=forms.TextInput(attrs={"list": "procedure-codes", "autocomplete": "off"}),
    )
    change = forms.TypedChoiceField(
        label=_("Nội dung công bố"), choices=LineChange.choices, coerce=LineChange
    )
    successor_code = LineField(
        label=_("Thay bằng thủ tục"), max_length=40, required=False, help_text=_("Chỉ khi bị thay thế.")
    )


class UploadForm(forms.Form):
    """The day of uploading to the national database."""

    uploaded_on = DayField(label=_("Ngày đăng tải lên CSDL quốc gia"))


class OfferForm(forms.Form):
    """How a procedure is offered from a day on."""

    on = DayField(label=_("Từ ngày"), help_text=_("Ngày đầu tiên cung cấp như dưới đây."))
    organisation = RegisterField(
        label=_("Riêng tại cơ quan"),
        required=False,
        help_text=_("Để trống: mọi cơ quan thực hiện thủ tục."),
    )
    online_level = forms.TypedChoiceField(label=_("Mức độ trực tuyến"), coerce=OnlineLevel)
    partial_reason = TextField(label=_("Lý do chưa toàn trình"), required=False, widget=_two_lines())
    reason_published = LineField(label=_("Nơi công bố lý do"), max_length=300, required=False)
    on_national_portal_since = DayField(label=_("Tích hợp Cổng Dịch vụ công quốc gia từ"), required=False)
    pays_online = forms.BooleanField(label=_("Thanh toán trực tuyến được"), required=False)
    any_place = forms.BooleanField(label=_("Phi địa giới hành chính"), required=False)
    at_one_stop = forms.BooleanField(label=_("Tiếp nhận tại Bộ phận Một cửa"), required=False)
    has_internal_workflow = forms.BooleanField(label=_("Có quy trình nội bộ"), required=False)
    workflow_basis = LineField(label=_("Quyết định quy trình nội bộ"), max_length=300, required=False)
    legal_basis = LineField(label=_("Căn cứ"), max_length=300, required=False)

    def __init__(self, *args: Any, day: date, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["online_level"]
        assert isinstance(field, forms.ChoiceField)
        # Levels of today first; an offer of the past may be recorded with those of its time.
        today = online_levels_on(day)
        old = [level for level in OnlineLevel if level not in today]
        field.choices = [(level.value, level.label) for level in (*today, *old)]

    def offer(self) -> Offer:
        """What was typed, after `is_valid`."""
        given = self.cleaned_data
        return Offer(**{name: given[name] for name in self.fields if name not in ("on", "organisation")})


class PlanForm(forms.Form):
    """The review plan of a year."""

    year = forms.IntegerField(label=_("Năm"), min_value=2010, max_value=2099)
    number = LineField(label=_("Số kế hoạch"), max_length=80, help_text=_("Ví dụ: 12/KH-UBND"))
    signed_on = DayField(label=_("Ngày ký"))
    issuer = LineField(label=_("Cơ quan ban hành"), max_length=250)
    is_sample = forms.BooleanField(label=_("Kế hoạch mẫu"), required=False)

    def head(self) -> PlanHead:
        """What was typed, after `is_valid`."""
        return PlanHead(**self.cleaned_data)


class ReviewForm(forms.Form):
    """One procedure more in a plan."""

    code = LineField(
        label=_("Mã thủ tục"),
        max_length=40,
        widget=forms.TextInput(attrs={"list": "procedure-codes", "autocomplete": "off"}),
    )
    organisation = RegisterField(label=_("Cơ quan rà soát"))
    due_on = DayField(label=_("Thời hạn"))


class FinishForm(forms.Form):
    """The review is done."""

    reviewed_on = DayField(label=_("Ngày rà soát xong"))
    conclusion = TextField(label=_("Kết luận"), widget=_two_lines())


class ProblemForm(forms.Form):
    """A problem that was found."""

    part = forms.TypedChoiceField(label=_("Bộ phận của thủ tục"), choices=Part.choices, coerce=Part)
    text = TextField(label=_("Vấn đề"), widget=_two_lines())
    proposal = TextField(label=_("Phương án đơn giản hóa"), required=False, widget=_two_lines())
    found_on = DayField(label=_("Ngày phát hiện"))

    def found(self) -> Found:
        """What was typed, after `is_valid`."""
        return Found(**self.cleaned_data)


class DecideForm(forms.Form):
    """The decision that simplifies."""

    number = LineField(label=_("Số quyết định"), max_length=80)
    decided_on = DayField(label=_("Ngày quyết định"))


class HandleForm(forms.Form):
    """How a problem was handled."""

    handling = TextField(label=_("Đã xử lý thế nào"), widget=_two_lines())
    handled_on = DayField(label=_("Ngày xử lý xong"))


class QualityForm(forms.Form):
    """How an agency stands with its quality system."""

    organisation = RegisterField(label=_("Cơ quan"))
    on = DayField(label=_("Từ ngày"))
    state = forms.TypedChoiceField(label=_("Tình trạng"), choices=QualityState.choices, coerce=QualityState)
    standard = LineField(label=_("Tiêu chuẩn"), max_length=80, initial="TCVN ISO 9001:2015")
    legal_basis = LineField(label=_("Quyết định, bản công bố"), max_length=300)

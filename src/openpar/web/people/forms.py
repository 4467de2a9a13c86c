"""Forms about people: shapes only; who may and what is missing is the business of accounts.actions."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from openpar.base.access.rules import LONGEST_KEY_NAME
from openpar.base.accounts.models import Role, User
from openpar.base.organisations.models import OrganisationVersion
from openpar.base.organisations.queries import organisations_as_of
from openpar.base.privacy.models import DataRequest
from openpar.common.text import nfc, sort_key
from openpar.web.components.fields import DayField, LineField, TextField
from openpar.web.http import today

_KEY = re.compile(r"\[([^\]]+)\]\s*$")


class OrganisationField(LineField):
    """An organisation of today: its name, or “name [key]” as the list of suggestions writes it."""

    widget = forms.TextInput(attrs={"list": "organisations", "autocomplete": "off"})

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        versions = organisations_as_of(today())
        if found := _KEY.search(text):
            versions = versions.filter(organisation__key=found[1])
        else:
            # Capitals and the place of a tone make no other name.
            versions = versions.filter(name_sort=sort_key(text))
        matching = list(versions[:2])
        if not matching:
            raise ValidationError(_("Không có đơn vị này hôm nay. Chọn một đơn vị trong danh sách gợi ý."))
        if len(matching) > 1:
            raise ValidationError(_("Nhiều đơn vị cùng tên này. Chọn đúng đơn vị trong danh sách gợi ý."))
        return matching[0].organisation_id


def choice_of(version: OrganisationVersion) -> str:
    """How the list of suggestions writes an organisation, so that `OrganisationField` reads it back."""
    return nfc(f"{version.name} [{version.organisation.key}]")


class PersonForm(forms.Form):
    full_name = LineField(label=_("Họ và tên"), max_length=200)
    username = LineField(
        label=_("Tên đăng nhập"),
        max_length=80,
        help_text=_("Chữ không dấu, chữ số, dấu chấm, gạch nối; ví dụ nguyen.thi.hoa"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    position = LineField(label=_("Chức vụ"), max_length=200, required=False)
    email = LineField(label=_("Thư điện tử"), max_length=250, required=False)
    password = forms.CharField(
        label=_("Mật khẩu ban đầu"),
        strip=False,
        required=False,
        help_text=_(
            "Ít nhất 12 ký tự; người này phải đổi khi đăng nhập lần đầu. Để trống nếu đặt sau; chưa có mật "
            "khẩu thì chưa đăng nhập được."
        ),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class RoleForm(forms.Form):
    role = forms.TypedChoiceField(label=_("Vai trò"), choices=Role.choices, coerce=Role)
    organisation = OrganisationField(label=_("Tại đơn vị"))
    held_from = DayField(label=_("Từ ngày"))
    held_until = DayField(
        label=_("Đến trước ngày"),
        required=False,
        help_text=_("Ngày đầu tiên không còn giữ vai trò; để trống nếu chưa biết."),
    )


class EndRoleForm(forms.Form):
    on = DayField(label=_("Thôi từ ngày"))
    reason = LineField(label=_("Lý do"), max_length=300, required=False)


class ActiveForm(forms.Form):
    is_active = forms.TypedChoiceField(choices=[("1", ""), ("0", "")], coerce=lambda value: value == "1")
    reason = LineField(label=_("Lý do"), max_length=300, required=False)


class NewPasswordForm(forms.Form):
    password = forms.CharField(
        label=_("Mật khẩu mới"),
        strip=False,
        help_text=_(
            "Ít nhất 12 ký tự. Các phiên đang mở đóng lại; người này được báo, và phải đổi khi đăng nhập."
        ),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class ReasonForm(forms.Form):
    reason = LineField(label=_("Lý do"), max_length=300)


class ApiKeyForm(forms.Form):
    name = LineField(
        label=_("Tên hệ thống"),
        max_length=LONGEST_KEY_NAME,
        help_text=_("Hệ thống gửi dữ liệu, ví dụ iGate; tên này đứng ở nguồn của những gì nó gửi."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class PersonField(LineField):
    """A person by user name, as the register of people writes it."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        found = User.objects.filter(username=str(text).lower()).first()
        if found is None:
            raise ValidationError(_("Không có người dùng với tên đăng nhập này."))
        return found


class NewDataRequestForm(forms.Form):
    subject = PersonField(
        label=_("Tên đăng nhập của người yêu cầu"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    dossiers = TextField(
        label=_("Mã hồ sơ của người nộp"),
        required=False,
        help_text=_("Nếu người yêu cầu không có tài khoản: mỗi dòng một mã hồ sơ đã nộp."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    kind = forms.TypedChoiceField(
        label=_("Yêu cầu"), choices=DataRequest.Kind.choices, coerce=DataRequest.Kind
    )
    text = TextField(
        label=_("Nội dung"),
        help_text=_(
            "Của người nộp hồ sơ: không ghi họ tên, địa chỉ, số điện thoại; các thông tin ấy ở bản giấy."
        ),
    )
    received_on = DayField(label=_("Ngày nhận"))


class AnswerForm(forms.Form):
    outcome = forms.TypedChoiceField(
        label=_("Kết quả"), choices=DataRequest.Outcome.choices, coerce=DataRequest.Outcome
    )
    answer = TextField(label=_("Nội dung trả lời"))

"""Forms of the account pages."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from openpar.base.privacy.models import DataRequest
from openpar.web.components.fields import TextField

_CURRENT = {"autocomplete": "current-password"}


class LoginForm(forms.Form):
    username = forms.CharField(
        label=_("Tên đăng nhập"),
        max_length=80,
        widget=forms.TextInput(
            attrs={"autocomplete": "username webauthn", "autocapitalize": "none", "autofocus": True}
        ),
    )
    password = forms.CharField(
        label=_("Mật khẩu"), strip=False, max_length=1000, widget=forms.PasswordInput(attrs=_CURRENT)
    )

    def clean_username(self) -> str:
        # Usernames are kept in small letters; phones begin a word with a capital.
        return str(self.cleaned_data["username"]).strip().lower()


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Mã xác thực"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "none", "autofocus": True}
        ),
    )


class OwnPasswordForm(forms.Form):
    old_password = forms.CharField(
        label=_("Mật khẩu hiện tại"), strip=False, max_length=1000, widget=forms.PasswordInput(attrs=_CURRENT)
    )


class PasswordForm(OwnPasswordForm):
    new_password = forms.CharField(
        label=_("Mật khẩu mới"),
        strip=False,
        max_length=1000,
        help_text=_("Ít nhất 12 ký tự; một câu dễ nhớ với mình và khó đoán với người khác là tốt nhất."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    repeated_password = forms.CharField(
        label=_("Nhập lại mật khẩu mới"),
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_repeated_password(self) -> str:
        repeated = str(self.cleaned_data["repeated_password"])
        if repeated != self.cleaned_data.get("new_password"):
            raise forms.ValidationError(_("Hai lần nhập mật khẩu mới chưa giống nhau."))
        return repeated


class DataRequestForm(forms.Form):
    kind = forms.TypedChoiceField(
        label=_("Yêu cầu"), choices=DataRequest.Kind.choices, coerce=DataRequest.Kind
    )
    text = TextField(label=_("Nội dung"), help_text=_("Dữ liệu nào, đề nghị làm gì, vì sao."))

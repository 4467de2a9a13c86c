"""Forms about channels: shapes only; what is missing is the business of the actions."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from openpar.base.notifications.models import Gateway, Pace
from openpar.web.components.fields import LineField

_AT_ONCE_OR_NEVER = [(pace.value, pace.label) for pace in (Pace.AT_ONCE, Pace.NEVER)]


class ChannelForm(forms.Form):
    mail = forms.ChoiceField(label=_("Thư điện tử"), choices=Pace.choices, widget=forms.RadioSelect)
    gateway = forms.ChoiceField(
        label=_("Tin nhắn nhắc việc (SMS, Zalo, Teams)"),
        choices=_AT_ONCE_OR_NEVER,
        widget=forms.RadioSelect,
    )


class GatewayForm(forms.Form):
    name = LineField(label=_("Tên cổng"), max_length=80, help_text=_("Ví dụ: SMS Viettel, Zalo OA của tỉnh"))
    address = LineField(
        label=_("Địa chỉ nhận tin"), max_length=300, help_text=_("Bắt đầu bằng https://, do bên cung cấp cho")
    )
    reference = forms.ChoiceField(label=_("Cổng nhận ra người nhận bằng"), choices=Gateway.Reference.choices)

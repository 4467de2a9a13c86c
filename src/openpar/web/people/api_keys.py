"""Keys of connected systems, on the page of the person as whom they act."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from openpar.base.access.actions.api_keys import end_api_key, make_api_key
from openpar.base.access.models import ApiKey
from openpar.base.access.permissions import may_end_api_keys
from openpar.base.accounts.models import User
from openpar.base.accounts.permissions import may_manage_people
from openpar.common.errors import Refused
from openpar.web.account.stamps import requires_recent_factor
from openpar.web.http import AuthenticatedRequest, form_refused, now, only, page, say
from openpar.web.people.forms import ApiKeyForm, ReasonForm
from openpar.web.people.views import person_context, person_refused


@page("POST")
def make_a_key(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """A new key, shown on this answer only."""
    who = only(request, may_manage_people)
    user = get_object_or_404(User, pk=pk, is_active=True)
    form = ApiKeyForm(request.POST, prefix="key")
    try:
        if not form.is_valid():
            raise form_refused(form)
        requires_recent_factor(request)
        key = make_api_key(by=who, at=now(), user_id=user.pk, name=form.cleaned_data["name"])
    except Refused as error:
        return person_refused(request, pk, error, key_form=form)
    shown = {"new_key": key, "new_key_name": form.cleaned_data["name"]}
    return render(request, "people/person.html", {**person_context(request, pk), **shown})


@page("POST")
def end_a_key(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    who = only(request, may_end_api_keys)
    key = get_object_or_404(ApiKey, pk=pk)
    form = ReasonForm(request.POST, prefix=f"key-{pk}")
    try:
        if not form.is_valid():
            raise form_refused(form)
        requires_recent_factor(request)
        end_api_key(by=who, at=now(), key_id=pk, reason=form.cleaned_data["reason"])
    except Refused as error:
        return person_refused(request, key.user_id, error, key_end_forms={pk: form})
    say(request, _("Đã chấm dứt khóa kết nối “%s”.") % key.name)
    return redirect("person", key.user_id)

"""People and their roles: administrators change them, auditors look, nobody else finds them."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from openpar.base.access.actions.passwords import change_password
from openpar.base.access.permissions import may_clear_factors, may_end_sessions, may_make_api_keys
from openpar.base.access.queries import api_keys_of, factors_of, may_be_connected, open_sessions
from openpar.base.access.rules import given_password_ends_at
from openpar.base.accounts.actions import (
    create_user,
    deactivate,
    end_role,
    give_role,
    reactivate,
)
from openpar.base.accounts.models import Role, RoleHeld, User
from openpar.base.accounts.permissions import may_manage_people
from openpar.base.organisations.queries import organisations_as_of
from openpar.base.organisations.roles import Actor
from openpar.common.errors import Refused
from openpar.common.formats import format_date
from openpar.web.components.paging import slice_of
from openpar.web.http import AuthenticatedRequest, actor, form_refused, now, only, page, refused, say, today
from openpar.web.people.forms import (
    ActiveForm,
    ApiKeyForm,
    EndRoleForm,
    NewPasswordForm,
    PersonForm,
    ReasonForm,
    RoleForm,
    choice_of,
)
from openpar.web.people.queries import people_matching, roles_of


def may_see_people(who: Actor) -> bool:
    return may_manage_people(who) or who.has(Role.AUDITOR)


@page("GET")
def people(request: AuthenticatedRequest) -> HttpResponse:
    who = only(request, may_see_people)
    search, role = request.GET.get("q", "").strip(), request.GET.get("role", "")
    found = slice_of(request, people_matching(search=search, role=role, day=today()))
    held = roles_of([user.pk for user in found.items], today())
    context = {
        "slice": found,
        "rows": [(user, [role for role in held.get(user.pk, []) if role.is_held]) for user in found.items],
        "search": search,
        "role": role,
        "roles": Role.choices,
        "may_manage": may_manage_people(who),
    }
    return render(request, "people/people.html", context)


@page("GET", "POST")
def new_person(request: AuthenticatedRequest) -> HttpResponse:
    who = only(request, may_manage_people)
    form = PersonForm(request.POST or None)
    if request.method == "POST":
        try:
            if not form.is_valid():
                raise form_refused(form)
            given = {**form.cleaned_data, "password": form.cleaned_data["password"] or None}
            user = create_user(by=who, at=now(), **given)
        except Refused as error:
            return refused(request, error, template="people/new_person.html", context={"form": form})
        say(request, _("Đã tạo tài khoản của %s. Hãy giao vai trò.") % user.full_name)
        return redirect("person", user.pk)
    return render(request, "people/new_person.html", {"form": form})


@page("GET")
def person(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    only(request, may_see_people)
    return render(request, "people/person.html", person_context(request, pk))


@page("POST")
def give_a_role(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    who = only(request, may_manage_people)
    form = RoleForm(request.POST)
    try:
        if not form.is_valid():
            raise form_refused(form)
        given = {**form.cleaned_data, "organisation_id": form.cleaned_data["organisation"]}
        given.pop("organisation")
        held = give_role(by=who, at=now(), user_id=_person(pk).pk, **given)
    except Refused as error:
        return person_refused(request, pk, error, role_form=form)
    say(request, _("Đã giao vai trò “%(role)s”.") % {"role": Role(held.role).label})
    return redirect("person", pk)


@page("POST")
def end_a_role(request: AuthenticatedRequest, pk: int, held: int) -> HttpResponse:
    who = only(request, may_manage_people)
    role = get_object_or_404(RoleHeld, pk=held, user_id=pk)
    form = EndRoleForm(request.POST, prefix=f"end-{held}")
    try:
        if not form.is_valid():
            raise form_refused(form)
        end_role(by=who, at=now(), role_held_id=role.pk, **form.cleaned_data)
    except Refused as error:
        return person_refused(request, pk, error, end_forms={held: form})
    say(request, _("Vai trò kết thúc từ ngày %s.") % format_date(form.cleaned_data["on"]))
    return redirect("person", pk)


@page("POST")
def set_a_password(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    who = only(request, may_manage_people)
    if who.id == pk:
        # One's own asks for the old one.
        return redirect("password")
    form = NewPasswordForm(request.POST)
    try:
        if not form.is_valid():
            raise form_refused(form)
        change_password(by=who, at=now(), user_id=_person(pk).pk, password=form.cleaned_data["password"])
    except Refused as error:
        return person_refused(request, pk, error, password_form=form)
    say(request, _("Đã đặt mật khẩu mới; người này được báo và phải đổi khi đăng nhập."))
    return redirect("person", pk)


@page("POST")
def set_active(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    who = only(request, may_manage_people)
    form = ActiveForm(request.POST)
    try:
        if not form.is_valid():
            raise form_refused(form)
        change = reactivate if form.cleaned_data["is_active"] else deactivate
        change(by=who, at=now(), user_id=_person(pk).pk, reason=form.cleaned_data["reason"])
    except Refused as error:
        return person_refused(request, pk, error)
    say(request, _("Đã mở lại tài khoản.") if form.cleaned_data["is_active"] else _("Đã ngừng tài khoản."))
    return redirect("person", pk)


def _person(pk: int) -> User:
    return get_object_or_404(User, pk=pk)


def person_context(request: AuthenticatedRequest, pk: int, **bound: Any) -> dict[str, Any]:
    """The page of a person; `bound` brings the form that was just refused."""
    user = _person(pk)
    day = today()
    roles = roles_of([pk], day).get(pk, [])
    may_manage = may_manage_people(actor(request))
    forms, key_forms = bound.get("end_forms", {}), bound.get("key_end_forms", {})
    return {
        "person": user,
        "day": day,
        "may_manage": may_manage,
        "roles": [
            (role, forms.get(role.id) or EndRoleForm(prefix=f"end-{role.id}", initial={"on": day}))
            for role in roles
        ],
        "role_form": bound.get("role_form") or RoleForm(initial={"held_from": day}),
        "password_form": bound.get("password_form") or NewPasswordForm(),
        "factors": factors_of(pk),
        "may_clear_factors": may_clear_factors(actor(request), pk),
        "factor_form": bound.get("factor_form") or ReasonForm(),
        "sessions": len(open_sessions(pk, at=now(), session_key=None)),
        "may_end_sessions": may_end_sessions(actor(request)),
        "session_form": bound.get("session_form") or ReasonForm(prefix="sessions"),
        "api_keys": [
            (key, key_forms.get(key.pk) or ReasonForm(prefix=f"key-{key.pk}")) for key in api_keys_of(pk)
        ],
        "may_make_key": may_make_api_keys(actor(request), pk),
        "may_be_connected": may_be_connected(pk, at=now()),
        # Told by the answer that makes one, and by no other.
        "new_key": "",
        "key_form": bound.get("key_form") or ApiKeyForm(prefix="key"),
        "is_self": actor(request).id == pk,
        "given_until": user.password_given_at and given_password_ends_at(user.password_given_at),
        "choices": [choice_of(version) for version in organisations_as_of(day)] if may_manage else [],
    }


def person_refused(request: AuthenticatedRequest, pk: int, error: Refused, **bound: Any) -> HttpResponse:
    """The page of a person with what was refused, and the form as it was typed."""
    return refused(
        request, error, template="people/person.html", context=person_context(request, pk, **bound)
    )

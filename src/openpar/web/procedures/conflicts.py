"""What somebody else recorded while a form was open, beside what was typed in it: the person chooses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _

from openpar.common.formats import format_date
from openpar.delivery.procedures.actions.shared import mark_of

_NOT_SAID_AGAIN = ("csrfmiddlewaretoken", "seen", "expected_version")


@dataclass(frozen=True)
class Conflict:
    """`rows`: what it is about, as stored, as typed; `again`: the form once more, which knows what is stored,
    so that sending it replaces that.
    """

    rows: tuple[tuple[str, str, str], ...]
    action: str
    again: tuple[tuple[str, str], ...]


def conflict_of(
    request: HttpRequest, there: Mapping[str, object], form: forms.Form, *, version: int | None = None
) -> Conflict:
    """Where the recorded facts and a valid form differ; both have the same names. `version`: of what is
    stored, where that is compared and not its mark.
    """
    typed = form.cleaned_data
    rows = [
        (str(form.fields[name].label), _words(form, name, stored), _words(form, name, typed[name]))
        for name, stored in there.items()
        if stored != typed[name]
    ]
    knows = ("seen", mark_of(there)) if version is None else ("expected_version", str(version))
    return Conflict(tuple(rows), request.get_full_path(), (*_sent(request), knows))


def conflict_of_days(
    request: HttpRequest, there: Mapping[str, object], names: Mapping[str, str], typed: date
) -> Conflict:
    """The same of days that one day is to replace; `names` of those that it is about."""
    rows = [
        (names[key], _day(stored), format_date(typed))
        for key, stored in there.items()
        if key in names and stored != typed
    ]
    return Conflict(tuple(rows), request.get_full_path(), (*_sent(request), ("seen", mark_of(there))))


def _sent(request: HttpRequest) -> list[tuple[str, str]]:
    return [
        (name, str(value))
        for name, values in request.POST.lists()
        if name not in _NOT_SAID_AGAIN
        for value in values
    ]


def _words(form: forms.Form, name: str, value: object) -> str:
    if isinstance(value, bool):
        return _("có") if value else _("không")
    if isinstance(value, date):
        return format_date(value)
    field = form.fields[name]
    if isinstance(field, forms.ChoiceField):
        choices: Any = field.choices
        labels = {str(key): str(label) for key, label in choices}
        return labels.get(str(value), str(value))
    return "—" if value in (None, "") else str(value)


def _day(value: object) -> str:
    return format_date(value) if isinstance(value, date) else "—"

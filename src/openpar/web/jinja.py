"""The environment of the templates: escaping, Vietnamese formats, icons and translations."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext, ngettext, npgettext, pgettext
from django.utils.translation import gettext as _
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from openpar.common.formats import (
    MINUS,
    VIETNAM,
    format_date,
    format_deadline,
    format_decimal,
    format_maximum,
)
from openpar.web.components import charts
from openpar.web.shell import shell_of

NOTHING = "—"


@lru_cache(maxsize=512)
def icon(name: str, label: str | None = None, *, classes: str = "") -> Markup:
    """The drawing `name` of web/icons.txt. Hidden from screen readers unless it stands alone with a label."""
    speaks = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    return Markup('<svg class="icon {}" {} focusable="false"><use href="{}#{}"></use></svg>').format(
        classes, speaks, static("vendor/icons.svg"), name
    )


def url(name: str, /, *args: object, **kwargs: object) -> str:
    """The address of a page by its name; raises NoReverseMatch when there is none."""
    return reverse(name, args=args or None, kwargs=kwargs or None)


def points(value: Decimal | None, digits: int | None = 2) -> str:
    """57.52 as “57,52”. No figure is a dash, never a zero."""
    return NOTHING if value is None else format_decimal(value, digits)


def maximum(value: Decimal | None) -> str:
    """The most points something can bring, without needless zeros: “2”, “1,5”."""
    return NOTHING if value is None else format_maximum(value)


def signed(value: Decimal | None, digits: int | None = 2) -> str:
    """A difference with its sign: “+1,20”, “−0,50”, “0,00”."""
    if value is None:
        return NOTHING
    shown = format_decimal(abs(value), digits)
    if not any(figure in shown for figure in "123456789"):
        return shown
    return (MINUS if value < 0 else "+") + shown


def day(value: date | None) -> str:
    """A day as dd/mm/yyyy; for a moment, its legal day in Việt Nam."""
    return NOTHING if value is None else format_date(value)


def moment(value: datetime | None) -> str:
    """A moment as dd/mm/yyyy HH:MM in Việt Nam."""
    if value is None:
        return NOTHING
    return f"{format_date(value)} {value.astimezone(VIETNAM):%H:%M}"


def days_left(due: date | None, today: date) -> str:
    """How far a last day is, in words: “còn 9 ngày”, “hạn hôm nay”, “quá hạn 3 ngày”."""
    if due is None:
        return _("không có hạn")
    left = (due - today).days
    if left < 0:
        return ngettext("quá hạn %(days)d ngày", "quá hạn %(days)d ngày", -left) % {"days": -left}
    if left == 0:
        return _("hạn hôm nay")
    return ngettext("còn %(days)d ngày", "còn %(days)d ngày", left) % {"days": left}


def environment(**options: Any) -> Environment:
    """What Django's Jinja2 backend calls. A name that the view forgot is an error, never an empty place."""
    options |= {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    options.pop("autoescape", None)
    env = Environment(autoescape=True, extensions=["jinja2.ext.i18n"], **options)
    env.policies["ext.i18n.trimmed"] = True
    env.install_gettext_callables(  # type: ignore[attr-defined]  # comes with the i18n extension
        gettext, ngettext, newstyle=True, pgettext=pgettext, npgettext=npgettext
    )
    env.globals.update(
        static=static,
        url=url,
        icon=icon,
        shell_of=shell_of,
        bullet=charts.bullet,
        dumbbell=charts.dumbbell,
        radar=charts.radar,
        heat_step=charts.heat_step,
    )
    env.filters.update(
        points=points,
        maximum=maximum,
        signed=signed,
        date=day,
        moment=moment,
        deadline=format_deadline,
        days_left=days_left,
    )
    return env

"""The settings of a draft: name and sums, rounding, ties, classes, caps, what happens to removed leaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from openpar.base.organisations.models import Block
from openpar.common.errors import Refused
from openpar.engine.criteria import PARTS, Settings, set_to_mapping
from openpar.parindex.criteria.actions import CriteriaRefused, StaleSet, change_settings
from openpar.parindex.criteria.actions.shared import not_draft_gap
from openpar.parindex.criteria.models import CriteriaSet
from openpar.parindex.criteria.table import SetTable, set_table
from openpar.parindex.criteria.words import NA_POLICIES, NA_SCOPES, RANK_ON, ROUNDING, TIES
from openpar.web.components.fields import LineField, PointsField
from openpar.web.criteria.common import problem_gaps, the_set_to_edit
from openpar.web.criteria.forms import HeadForm
from openpar.web.criteria.rule_forms import Field, Rows
from openpar.web.criteria.rule_values import (
    RuleReader,
    ShownBounds,
    row_count,
    shown_bounds,
    values_of_bounds,
)
from openpar.web.http import AuthenticatedRequest, actor, form_refused, now, page, refused, say

_TEMPLATE = "criteria/settings.html"
_SPARE = 2


class SettingsForm(HeadForm):
    """Head and arithmetic; the classes stand beside it."""

    na_policy = forms.ChoiceField(label=gettext_lazy("Điểm của tiêu chí không áp dụng"), choices=NA_POLICIES)
    na_scope = forms.ChoiceField(label=gettext_lazy("Phạm vi quy đổi"), choices=NA_SCOPES)
    digits = forms.IntegerField(label=gettext_lazy("Số chữ số thập phân"), min_value=0, max_value=12)
    rounding = forms.ChoiceField(label=gettext_lazy("Cách làm tròn"), choices=ROUNDING)
    ties = forms.ChoiceField(label=gettext_lazy("Khi bằng điểm"), choices=TIES)
    tie_breakers = LineField(
        label=gettext_lazy("Tiêu chí phụ, theo thứ tự"),
        required=False,
        help_text=gettext_lazy(
            "Mã tiêu chí cách nhau dấu phẩy; appraised là phần thẩm định, outside là phần từ bên ngoài."
        ),
    )
    rank_on = forms.ChoiceField(label=gettext_lazy("Xếp hạng"), choices=RANK_ON)
    bonus_max = PointsField(label=gettext_lazy("Điểm thưởng tối đa"), required=False)
    penalty_max = PointsField(label=gettext_lazy("Điểm phạt tối đa"), required=False)
    total_cap = PointsField(label=gettext_lazy("Trần tổng điểm"), required=False)


@dataclass(frozen=True)
class BandRow:
    """One class of a block as it is typed."""

    key: str
    name: str
    bounds: ShownBounds


@dataclass(frozen=True)
class BandGroup:
    """The classes of one block; code "" is for all other blocks."""

    code: str
    label: str
    rows: tuple[BandRow, ...]
    is_open: bool


@page("GET", "POST")
def edit(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Shows and saves the settings of a draft."""
    criteria_set = the_set_to_edit(request, pk)
    if not_draft_gap(criteria_set) is not None and request.method == "GET":
        raise Http404
    table = set_table(criteria_set)
    if request.method == "GET":
        form = SettingsForm(initial=_initial(criteria_set, table.tree.settings))
        return render(request, _TEMPLATE, _context(table, form, _stored_bands(table)))
    form = SettingsForm(request.POST, initial={"level": criteria_set.level})
    values = {
        key: str(value) for key, value in request.POST.items() if key.startswith(("rule_band", "name_"))
    }
    context = _context(table, form, values)
    if request.POST.get("step") == "rows":
        return render(request, _TEMPLATE, _context(table, form, values, more=3))
    try:
        settings = _settings(form, values)
        change_settings(
            set_id=pk,
            head=form.head(),
            settings=settings,
            expected_version=_version(request),
            by=actor(request),
            at=now(),
        )
    except Refused as error:
        status = 409 if isinstance(error, StaleSet) else 422
        return refused(request, error, template=_TEMPLATE, context=context, status=status)
    say(request, _("Đã lưu thiết lập."))
    return redirect("criteria-settings", pk)


def _version(request: HttpRequest) -> int:
    stated = request.POST.get("version", "")
    return int(stated) if stated.isdecimal() else -1


def _initial(criteria_set: CriteriaSet, settings: Settings) -> dict[str, object]:
    return {
        "title": criteria_set.title,
        "year": criteria_set.year,
        "level": criteria_set.level,
        "total": criteria_set.declared_total,
        "survey": criteria_set.declared_survey,
        "appraisal": criteria_set.declared_appraisal,
        "is_sample": criteria_set.is_sample,
        "na_policy": settings.na_policy.value,
        "na_scope": settings.na_scope.value,
        "digits": settings.digits,
        "rounding": settings.rounding_mode.lower(),
        "ties": settings.ties.value,
        "tie_breakers": ", ".join(settings.tie_breakers),
        "rank_on": settings.rank_on.value,
        "bonus_max": settings.bonus_max,
        "penalty_max": settings.penalty_max,
        "total_cap": settings.total_cap,
    }


def _context(
    table: SetTable, form: SettingsForm, values: Mapping[str, str], *, more: int = 0
) -> dict[str, object]:
    gaps = [gap for gap in problem_gaps(table, in_editor=True) if gap.code == "setting"]
    return {
        "set": table.criteria_set,
        "form": form,
        "groups": _groups(values, more),
        "gaps": gaps,
        "parts": ", ".join(PARTS),
    }


# ---- classes: rows `rule_band<place>-<row>-…`, one list per block, the first for all other blocks ----


def _blocks() -> list[tuple[str, str]]:
    """The blocks a set may name classes for; "" first: all that are not named."""
    return [
        ("", _("Mọi khối không nêu riêng")),
        *Block.objects.values_list("code", "name").order_by("position"),
    ]


def _part(place: int) -> Rows:
    name = Field("name", pgettext("grade", "Loại"))
    return Rows(f"band{place}", _("Mức xếp loại"), (name,), has_bounds=True)


def _stored_bands(table: SetTable) -> dict[str, str]:
    """The bands of the set as typed values."""
    plain: Any = set_to_mapping(table.tree)
    stored = {"": plain.get("bands", []), **plain.get("bands_by_block", {})}
    values: dict[str, str] = {}
    for place, (code, _label) in enumerate(_blocks()):
        for row, band in enumerate(stored.get(code, [])):
            start = f"rule_band{place}-{row}-"
            values[f"{start}name"] = str(band["name"])
            values |= values_of_bounds(start, band, percent=False)
    return values


def _groups(values: Mapping[str, str], more: int) -> tuple[BandGroup, ...]:
    groups = []
    for place, (code, label) in enumerate(_blocks()):
        count = row_count(_part(place), values)
        rows = []
        for row in range(count + more + (_SPARE if not more else 0)):
            start = f"rule_band{place}-{row}-"
            rows.append(BandRow(f"{start}name", values.get(f"{start}name", ""), shown_bounds(start, values)))
        groups.append(BandGroup(code, label, tuple(rows), is_open=bool(count) or not code))
    return tuple(groups)


def _settings(form: SettingsForm, values: Mapping[str, str]) -> dict[str, Any]:
    """The mapping that the engine reads. Raises CriteriaRefused with every field that cannot be read."""
    gaps = list(form_refused(form).gaps) if not form.is_valid() else []
    reader = RuleReader(values)
    by_place = [_bands(reader, place, label) for place, (_code, label) in enumerate(_blocks())]
    gaps += reader.gaps
    if gaps:
        raise CriteriaRefused(gaps)
    stated = form.cleaned_data
    breakers = [code.strip() for code in stated["tie_breakers"].split(",") if code.strip()]
    extra = {key: stated[key] for key in ("bonus_max", "penalty_max", "total_cap") if stated[key] is not None}
    settings: dict[str, Any] = {
        "na_policy": stated["na_policy"],
        "na_scope": stated["na_scope"],
        "rounding": {"display": str(stated["digits"]), "mode": stated["rounding"]},
        "ties": stated["ties"],
        "rank_on": stated["rank_on"],
        "bonus_penalty": extra,
    }
    if breakers:
        settings["tie_breakers"] = breakers
    if by_place[0]:
        settings["bands"] = by_place[0]
    named = {code: bands for (code, _l), bands in zip(_blocks(), by_place, strict=True) if code and bands}
    return {**settings, "bands_by_block": named} if named else settings


def _bands(reader: RuleReader, place: int, label: str) -> list[dict[str, str]]:
    found = []
    for row in range(row_count(_part(place), reader.values)):
        start = f"rule_band{place}-{row}-"
        name = reader.text(f"{start}name")
        where = _("%(block)s, dòng %(row)d") % {"block": label, "row": row + 1}
        bounds = reader.bounds(start, where, percent=False)
        if not name and not bounds:
            continue
        if not name:
            reader.fault(where, _("chưa ghi tên loại."), f"#{start}name")
        found.append({"name": name, **bounds})
    return found

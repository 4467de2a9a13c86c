"""The register of models and initiatives, narrowed by the address, and the same as a workbook."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from openpar.reform.initiatives.models import Kind, State
from openpar.reform.initiatives.permissions import agencies_entered_by, sees_all_initiatives
from openpar.reform.initiatives.queries.listing import Listed, Wanted, listed_initiatives
from openpar.web.components.paging import slice_of
from openpar.web.http import AuthenticatedRequest, page, today
from openpar.web.initiatives.common import (
    asked_of,
    field_choices,
    only_readers,
    period_choices,
    period_word,
    tabs,
    with_period,
)
from openpar.web.initiatives.exports import register_workbook
from openpar.web.initiatives.rows import row_of
from openpar.web.procedures.listing import workbook_answer

HERE = "initiatives"


@page("GET")
def initiatives(request: AuthenticatedRequest) -> HttpResponse:
    who = only_readers(request)
    asked = asked_of(with_period(request.GET), today())
    wanted = wanted_of(request)
    lines = listed_initiatives(who, wanted, asked.key, today())
    found = slice_of(request, lines)
    context: dict[str, object] = {
        "tabs": tabs(HERE),
        "address": reverse(HERE),
        "asked": asked,
        "word": period_word(asked.key),
        "periods": period_choices(asked, today()),
        "wanted": wanted,
        "kinds": Kind.choices,
        "states": State.choices,
        "fields": field_choices(),
        "slice": found,
        "rows": [row_of(line) for line in found.items],
        "figures": _figures(lines),
        "sees_all": sees_all_initiatives(who),
        "may_enter": bool(agencies_entered_by(who)),
        "is_narrowed": wanted != Wanted(),
        "query": request.GET.urlencode(),
    }
    if asked.gaps:
        context["refused_gaps"] = asked.gaps
    return render(request, "initiatives/initiatives.html", context, status=422 if asked.gaps else 200)


def wanted_of(request: AuthenticatedRequest) -> Wanted:
    """What the address narrows to; a word that is none of a list narrows to nothing."""
    given = request.GET
    agency = given.get("agency", "")
    return Wanted(
        kind=_known(given.get("type", ""), Kind.values),
        state=_known(given.get("state", ""), State.values),
        field=_known(given.get("field", ""), [code for code, _name in field_choices()]),
        organisation_id=int(agency) if agency.isascii() and agency.isdecimal() and len(agency) < 19 else None,
        search=given.get("q", "")[:200],
        lacking=given.get("lacking") == "1",
    )


def _known(word: str, words: list[str]) -> str:
    return word if word in words else ""


def _figures(lines: tuple[Listed, ...]) -> list[tuple[str, object, str]]:
    running = [line for line in lines if line.initiative.state in (State.RUNNING, State.REPLICATED)]
    owing = sum(line.owes for line in lines)
    return [
        (_("Mô hình, sáng kiến"), len(lines), ""),
        (_("Đang triển khai"), len(running), ""),
        (_("Đã nhân rộng"), sum(bool(line.replications) for line in lines), ""),
        (_("Chưa đánh giá trong kỳ"), owing, ""),
    ]


@page("GET")
def export(request: AuthenticatedRequest) -> HttpResponse:
    who = only_readers(request)
    asked = asked_of(with_period(request.GET), today())
    lines = listed_initiatives(who, wanted_of(request), asked.key, today())
    with translation.override("vi"):
        content = register_workbook([row_of(line) for line in lines], asked.key.days)
    return workbook_answer(content, f"mo-hinh-sang-kien-{asked.key.days.until_on:%Y-%m-%d}.xlsx")

"""What an address of a board or a list asks for, the fields that offer it, and the links behind counts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from django.http import QueryDict
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from openpar.base.organisations.queries import names_on
from openpar.common.text import sort_key
from openpar.reform.fields import field_short_name, reform_fields
from openpar.reform.plans.queries.pages_board import BoardFilter, Standing
from openpar.web.plans.common import standing_choices, whole_number

_MONTH = re.compile(r"20\d\d-(?:0[1-9]|1[0-2])")
_KEPT = ("view", "year", "field", "agency", "state", "month", "task", "whole", "q")


def filter_of(given: QueryDict, *, plan_id: int | None = None) -> BoardFilter:
    """Words that are none of a list are passed over."""
    state, month, field = (given.get(name, "") for name in ("state", "month", "field"))
    fields = {one.code for one in reform_fields()}
    return BoardFilter(
        plan_id=plan_id,
        task_id=whole_number(given.get("task")),
        field=field if field in fields else "",
        organisation_id=whole_number(given.get("agency")),
        standing=Standing(state) if state in set(Standing) else None,
        month=month if _MONTH.fullmatch(month) else "",
        search=given.get("q", "")[:200],
    )


@dataclass(frozen=True)
class Links:
    """Addresses of the same page with something else asked for."""

    path: str
    given: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, path: str, given: QueryDict) -> Links:
        return cls(path, tuple((name, value) for name in _KEPT if (value := given.get(name, ""))))

    def to(self, **changes: object) -> str:
        """With these asked for instead; an empty value asks for nothing."""
        asked = dict(self.given) | {name: str(value) for name, value in changes.items()}
        query = urlencode({name: value for name, value in asked.items() if value not in ("", "None")})
        return f"{self.path}?{query}" if query else self.path


def filter_fields(asked: BoardFilter, agencies: list[tuple[int, str]], day: date) -> dict[str, object]:
    """What the fields of the filter offer."""
    fields = reform_fields(only_in_plan=True)
    return {
        "asked": asked,
        "fields": [(field.code, f"{field.code}. {field_short_name(field.code, day)}") for field in fields],
        "agencies": agencies,
        "standings": standing_choices(),
        "standing": asked.standing.value if asked.standing else "",
    }


def agency_choices(ids: set[int] | frozenset[int], day: date) -> list[tuple[int, str]]:
    """Agencies by name, in Vietnamese order."""
    names = names_on(ids, day)
    return sorted(((one, names.get(one, str(one))) for one in ids), key=lambda row: sort_key(row[1]))


def month_words(year: int, month: int) -> str:
    return _("Tháng %(month)d/%(year)d") % {"month": month, "year": year}

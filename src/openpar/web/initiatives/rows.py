"""One line of the register as the page and the workbook show it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from openpar.reform.initiatives.models import State
from openpar.reform.initiatives.queries.listing import Listed
from openpar.web.initiatives.common import PILLS, VERDICT_PILLS, short_field


@dataclass(frozen=True)
class Row:
    """One line, its values prepared."""

    listed: Listed
    pill: tuple[str, str]
    field: str
    recognised: str
    evaluated: tuple[str, str]


def row_of(line: Listed) -> Row:
    one = line.initiative
    state = State(one.state)
    if line.evaluation is not None:
        evaluated = (VERDICT_PILLS[line.evaluation.verdict], line.evaluation.get_verdict_display())
    else:
        evaluated = ("bad", _("Chưa đánh giá")) if line.owes else ("", "—")
    return Row(
        listed=line,
        pill=(PILLS[state], str(state.label)),
        field=short_field(one.field),
        recognised=", ".join(each.get_level_display() for each in line.recognised) or "—",
        evaluated=evaluated,
    )

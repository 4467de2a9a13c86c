"""The columns of the boards of plans: what is counted, the list behind each count, objective reasons."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from openpar.reform.plans.queries.pages_board import Group, Standing
from openpar.web.plans.asked import Links


@dataclass(frozen=True)
class Cell:
    """One count and the list behind it; `note`: how many of it have an objective reason, in words."""

    value: int
    link: str
    is_bad: bool = False
    note: str = ""


@dataclass(frozen=True)
class BoardRow:
    """One field or agency: its counts, and both readings of what is done."""

    name: str
    link: str
    cells: tuple[Cell, ...]
    implemented: int
    done: int
    assigned: int


# The columns of boards: what is counted, and the state that its list is narrowed to.
COLUMNS: tuple[tuple[str, Standing | None], ...] = (
    ("assigned", None),
    ("implemented", Standing.IMPLEMENTED),
    ("done", Standing.DONE),
    ("on_time", Standing.ON_TIME),
    ("late", Standing.LATE),
    ("overdue", Standing.OVERDUE),
    ("in_time", Standing.IN_TIME),
)


def column_words() -> list[str]:
    return [
        _("Được giao"),
        _("Đã triển khai"),
        _("Đã hoàn thành"),
        _("– đúng hạn"),
        _("– trễ hạn"),
        _("Quá hạn"),
        _("Trong hạn"),
    ]


def board_row(name: str, group: Group, links: Links, **narrowing: object) -> BoardRow:
    """The counts of a group, each leading to its list."""
    tally = group.tally
    excused = {"late": group.excused_late, "overdue": group.excused_overdue}
    cells = tuple(
        Cell(
            getattr(tally, word),
            links.to(view="list", state=standing.value if standing else "", **narrowing),
            word == "overdue" and tally.overdue > 0,
            excused_words(excused.get(word, 0)),
        )
        for word, standing in COLUMNS
    )
    return BoardRow(name, cells[0].link, cells, tally.implemented, tally.done, tally.assigned)


def excused_words(count: int) -> str:
    """“trong đó 2 có lý do khách quan”: what is late stays late; nothing where there is none."""
    if not count:
        return ""
    return ngettext("trong đó %(num)d có lý do khách quan", "trong đó %(num)d có lý do khách quan", count) % {
        "num": count
    }

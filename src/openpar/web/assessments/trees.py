"""The tree of a sheet with everything prepared for drawing: words, figures, links."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from markupsafe import Markup

from openpar.common.formats import format_decimal, format_maximum
from openpar.parindex.assessments.models import Layer, RoundStage
from openpar.parindex.assessments.queries.sheets import FieldProgress, LeafLine, SheetView
from openpar.parindex.criteria.queries import LoadedLeaf
from openpar.web.jinja import NOTHING, icon

STATE_ICONS = {
    "done": "circle-check",
    "warning": "alert-triangle",
    "bad": "circle-x",
    "empty": "circle",
    "draft": "pencil",
    "sent": "send",
    "checked": "check",
    "info": "info-circle",
    "ended": "ban",
}


@dataclass(frozen=True)
class LeafRow:
    """A leaf in the tree; `html_id` is fit for an address inside the page."""

    html_id: str
    code: str
    title: str
    link: str
    figure: str
    state: str
    word: str
    drawing: Markup
    officer: str
    is_current: bool


@dataclass(frozen=True)
class Heading:
    """A criterion between the field and its leaves."""

    code: str
    title: str
    maximum: str


@dataclass(frozen=True)
class FieldRow:
    """A field with what stands under it, and how much of it is done."""

    html_id: str
    code: str
    title: str
    done: int
    total: int
    is_open: bool
    rows: tuple[Heading | LeafRow, ...]


def state_of(line: LeafLine, *, explaining: bool) -> tuple[str, str]:
    """How a leaf stands, as a state of `ui.state_icon` and in a word."""
    if not line.leaf.is_self_scored:
        return "info", _("Không tự chấm")
    if explaining and Layer.APPRAISED in line.scores:
        return _state_of_explanation(line)
    return _state_of_scoring(line)


def _state_of_scoring(line: LeafLine) -> tuple[str, str]:
    codes = {gap.code for gap in line.gaps}
    own = line.own
    if own is None:
        return "empty", _("Chưa chấm")
    if not line.is_begun:
        return "draft", _("Đang nhập")
    if "invalid" in codes:
        return "bad", _("Số liệu sai")
    if "no_evidence" in codes:
        return "warning", _("Thiếu tài liệu")
    if codes:
        return "warning", _("Thiếu lý do")
    if own.outcome == "NOT_APPLICABLE" and own.points is None:
        return "ended", _("Không áp dụng")
    if own.points is None and own.outcome == "PENDING":
        return "done", _("Đã nhập, chờ tính theo khối")
    return "done", _("Đã chấm")


def _state_of_explanation(line: LeafLine) -> tuple[str, str]:
    if line.is_corrected:
        return "checked", _("Đã đính chính")
    if not line.may_be_explained:
        return "done", _("Giữ điểm")
    if Layer.REAPPRAISED in line.scores:
        return "checked", _("Đã trả lời")
    explained = line.scores.get(Layer.EXPLAINED)
    if explained is not None and explained.note:
        return "sent", _("Đã giải trình")
    if line.scores[Layer.APPRAISED].explanation_wanted:
        return "warning", _("Cần giải trình")
    return "warning", _("Khác điểm tự chấm")


def is_explaining(view: SheetView) -> bool:
    """Does the tree tell of the appraisal rather than of the self-scoring?"""
    return view.shown.appraised and view.sheet.round.stage in (
        RoundStage.EXPLANATION,
        RoundStage.REAPPRAISAL,
        RoundStage.DECISION,
        RoundStage.PUBLISHED,
    )


def tree_of(
    view: SheetView,
    *,
    base: str,
    current: str = "",
    first: Collection[str] = (),
    open_all: bool = False,
) -> tuple[FieldRow, ...]:
    """The fields of a sheet; open is the one worked on, or the first when nothing is chosen.

    The leaves in `first` are left out: they stand above the tree, and a leaf stands once in a page.
    """
    rows = {row.code: row for row in leaf_rows(view, base=base, current=current)}
    if not current and rows:
        current = next(iter(rows))
    by_field: dict[str, list[Heading | LeafRow]] = {}
    headed: set[str] = set()
    for code, row in rows.items():
        leaf = view.lines[code].leaf
        found = by_field.setdefault(leaf.field_code, [])
        if code in first:
            continue
        parent = leaf.parent_code
        if parent and parent != leaf.field_code and parent not in headed:
            headed.add(parent)
            found.append(Heading(parent, view.criteria.titles[parent], _maximum_below(view, parent)))
        found.append(row)
    here = view.lines[current].leaf.field_code if current and current not in first else ""
    progress = progress_of(view)
    return tuple(
        FieldRow(
            html_id=html_id_of_field(code),
            code=code,
            title=view.criteria.titles[code],
            done=progress[code].done,
            total=progress[code].total,
            is_open=open_all or code == here,
            rows=tuple(found),
        )
        for code, found in by_field.items()
    )


def leaf_rows(
    view: SheetView, *, base: str, current: str, only: Collection[str] | None = None
) -> tuple[LeafRow, ...]:
    """Every leaf that the reader may see (or those in `only`), in the order of the table."""
    explaining = is_explaining(view)
    drawings = {state: icon(name) for state, name in STATE_ICONS.items()}
    return tuple(
        leaf_row(line, base=base, current=current, explaining=explaining, drawings=drawings)
        for code, line in view.lines.items()
        if only is None or code in only
    )


def leaf_row(
    line: LeafLine,
    *,
    base: str,
    current: str = "",
    explaining: bool = False,
    drawings: Mapping[str, Markup] | None = None,
) -> LeafRow:
    """One leaf; `base` is the address of the sheet, `drawings` the icons if many rows share them."""
    state, word = state_of(line, explaining=explaining)
    code = line.leaf.code
    return LeafRow(
        html_id=f"leaf-{line.leaf.id}",
        code=code,
        title=line.leaf.title,
        link=f"{base}{code}/",
        figure=figure_of(line, explaining=explaining),
        state=state,
        word=word,
        drawing=drawings[state] if drawings is not None else icon(STATE_ICONS[state]),
        officer=line.officer_name,
        is_current=code == current,
    )


def explained_row(leaf: LoadedLeaf, *, base: str) -> LeafRow:
    """A leaf whose explanation was just saved; its figure stays as it stands in the page."""
    return LeafRow(
        html_id=f"leaf-{leaf.id}",
        code=leaf.code,
        title=leaf.title,
        link=f"{base}{leaf.code}/",
        figure="",
        state="sent",
        word=_("Đã giải trình"),
        drawing=icon(STATE_ICONS["sent"]),
        officer="",
        is_current=True,
    )


def figure_of(line: LeafLine, *, explaining: bool) -> str:
    """“1,50 / 2”; in the explanation of a changed leaf “2,40 → 1,80”."""
    own = line.own.points if line.own is not None else None
    decided = line.decided
    if explaining and (line.may_be_explained or line.is_corrected) and decided is not None:
        return f"{_points(own)} → {_points(decided.points)}"
    outside = line.scores.get(Layer.OUTSIDE)
    shown = own if outside is None else outside.points
    return f"{_points(shown)} / {format_maximum(line.leaf.maximum)}"


def progress_of(view: SheetView) -> dict[str, FieldProgress]:
    """How far each field is, by its code."""
    done: dict[str, int] = {}
    total: dict[str, int] = {}
    for line in view.self_lines:
        code = line.leaf.field_code
        total[code] = total.get(code, 0) + 1
        done[code] = done.get(code, 0) + line.is_begun
    titles = view.criteria.titles
    codes = dict.fromkeys(line.leaf.field_code for line in view.lines.values())
    return {code: FieldProgress(code, titles[code], done.get(code, 0), total.get(code, 0)) for code in codes}


def html_id_of_field(code: str) -> str:
    """Codes have dots; addresses inside a page better have none."""
    return f"field-{code.replace('.', '-')}"


def neighbours(view: SheetView, code: str, only: Collection[str] = ()) -> tuple[str, str]:
    """The leaf before and the leaf after, among those the unit scores (or among `only`); "" at the ends."""
    codes = [one for one in view.lines if (one in only if only else view.lines[one].leaf.is_self_scored)]
    if code not in codes:
        return "", ""
    place = codes.index(code)
    before = codes[place - 1] if place else ""
    after = codes[place + 1] if place + 1 < len(codes) else ""
    return before, after


def _points(value: Decimal | None) -> str:
    return NOTHING if value is None else format_decimal(value, 2)


def _maximum_below(view: SheetView, parent: str) -> str:
    total = sum(
        (leaf.maximum for leaf in view.criteria.leaves.values() if leaf.parent_code == parent), Decimal(0)
    )
    return format_maximum(total)

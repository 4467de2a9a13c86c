"""Who did what to a sheet or a leaf: the trace, as far as its reader may see the points in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from openpar.base.audit.queries import Difference, Told, history_about
from openpar.engine.answers import Answer, BadAnswer
from openpar.parindex.assessments.models import Correction, Layer
from openpar.parindex.assessments.queries.sheets import SheetView
from openpar.parindex.criteria.queries import LoadedLeaf
from openpar.web.assessments.facts import facts_of
from openpar.web.assessments.frame import frame, seen_sheet
from openpar.web.components.paging import slice_of
from openpar.web.http import AuthenticatedRequest, page
from openpar.web.seals.receipts import WITH_RECEIPT
from openpar.web.trace.words import Change, key_words, value_words, verb_words

# What a sheet tells of a change; the whole trace is for those who audit.
_KEYS = (
    "points",
    "given_points",
    "note",
    "answer",
    "self_total",
    "pointer",
    "codes",
    "ground",
    "open_until",
    "state",
)
# Told of bonus and penalty only with the appraisal.
_WITH_APPRAISAL = ("penalty.recorded", "adjustment.decided")
# Told of a correction to those who see proposals; to the unit only that it was confirmed.
_PROPOSALS = ("correction.proposed", "correction.refused", "correction.withdrawn")


@dataclass(frozen=True)
class Event:
    """One entry of the trace."""

    at: datetime
    who: str
    what: str
    label: str
    reason: str
    changes: tuple[Change, ...]
    # The number of the entry when it is answered with a receipt.
    receipt: int | None


@page("GET")
def of_sheet(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    view = seen_sheet(request, pk)
    slice = slice_of(request, tuple(reversed(_told(view))))
    leaves = {**_leaves_by_object(view), **_corrected_leaves(view, slice.items)}
    context = {
        **frame(request, view, page="history"),
        "slice": slice,
        "events": [_event(told, leaves.get(told.object)) for told in slice.items],
        "leaf": None,
    }
    return render(request, "assessments/history.html", context)


@page("GET")
def of_leaf(request: AuthenticatedRequest, pk: int, code: str) -> HttpResponse:
    view = seen_sheet(request, pk)
    if code not in view.lines:
        raise Http404
    leaf = view.lines[code].leaf
    story = _told(view)
    leaves = {**_leaves_by_object(view), **_corrected_leaves(view, story)}
    objects = {key for key, found in leaves.items() if found.code == code}
    told = [one for one in reversed(story) if one.object in objects]
    slice = slice_of(request, told)
    context = {
        **frame(request, view, current=code),
        "slice": slice,
        "events": [_event(one, leaf) for one in slice.items],
        "leaf": leaf,
    }
    return render(request, "assessments/history.html", context)


def _told(view: SheetView) -> tuple[Told, ...]:
    """The story of the sheet without what its reader may not know yet."""
    visible = set(_leaves_by_object(view))
    return tuple(told for told in history_about(view.sheet.about) if _is_shown(told, view, visible))


def _is_shown(told: Told, view: SheetView, visible: set[str]) -> bool:
    if told.object.startswith("score:"):
        return told.object in visible
    if told.object.startswith("correction:"):
        known = told.verb not in _PROPOSALS and Layer.CORRECTED in view.shown.layers
        return view.shown.proposals or known
    return view.shown.appraised or told.verb not in _WITH_APPRAISAL


def _leaves_by_object(view: SheetView) -> dict[str, LoadedLeaf]:
    """ "score:12" → its leaf, for the scores that the reader may see; they are loaded already."""
    return {f"score:{score.pk}": line.leaf for line in view.lines.values() for score in line.scores.values()}


def _corrected_leaves(view: SheetView, story: Iterable[Told]) -> dict[str, LoadedLeaf]:
    """ "correction:3" → its leaf; asked only where the story tells of one."""
    if not any(told.object.startswith("correction:") for told in story):
        return {}
    leaves = {line.leaf.id: line.leaf for line in view.lines.values()}
    found = Correction.objects.filter(assessment=view.assessment).values_list("pk", "criterion_id")
    return {f"correction:{pk}": leaves[leaf_id] for pk, leaf_id in found if leaf_id in leaves}


def _event(told: Told, leaf: LoadedLeaf | None) -> Event:
    reason = told.reason if not any(one.key == "note" for one in told.differences) else ""
    return Event(
        at=told.at,
        who=told.actor_name,
        what=verb_words(told.verb),
        label=told.label,
        reason=reason,
        changes=tuple(
            _change(one, leaf) for one in told.differences if one.key in _KEYS and (one.before or one.after)
        ),
        receipt=told.id if told.verb in WITH_RECEIPT else None,
    )


def _change(difference: Difference, leaf: LoadedLeaf | None) -> Change:
    return Change(
        label=key_words(difference.key),
        before=_words(difference.key, difference.before, leaf),
        after=_words(difference.key, difference.after, leaf),
    )


def _words(key: str, value: Any, leaf: LoadedLeaf | None) -> str:
    if key == "answer" and isinstance(value, Mapping):
        return _answer_words(value, leaf)
    return value_words(key, value)


def _answer_words(found: Mapping[str, object], leaf: LoadedLeaf | None) -> str:
    """The figures under the names that the rule gives them."""
    if leaf is None:
        return ""
    try:
        facts = facts_of(leaf, Answer.from_json(found))
    except BadAnswer:
        return _("không đọc được")
    return "; ".join(f"{label}: {value}" for label, value in facts)

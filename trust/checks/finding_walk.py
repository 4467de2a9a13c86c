"""Findings are sound: random lives through the real actions, beside an independent model."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from trust.check import BOTH, Check, Found, Scale

_MOST_DIRECTED, _WALK = 30, 60
_MOST_TOLD = 20


def run(scale: Scale) -> Found:
    from openpar.common.db import write_transaction
    from tests.reform.findings.found import province
    from trust.finding_walking import Seen

    with write_transaction():
        place = province()
    seen = Seen()
    for number in range(scale.of(200, short=1)):
        _walk(place, scale, f"seed {scale.seed}, life {number}", seen)
    chosen = list(_DEFECTS.items())
    if scale.short:
        first = scale.seed % len(chosen)
        chosen = [chosen[(first + place_) % len(chosen)] for place_ in (0, 3)]
    planted = {name: _is_found(place, scale, name, plant) for name, plant in chosen}
    figures: dict[str, int | float | str] = {
        "moves": seen.moves,
        "accepted": seen.accepted,
        "closed": seen.closed,
        "kinds of state, move and outcome": len(seen.kinds),
    }
    return Found(figures, tuple(seen.broken[:_MOST_TOLD]), planted)


def _walk(place: Any, scale: Scale, name: str, seen: Any) -> None:
    """One life, taken back afterwards."""
    from openpar.common.db import taken_back
    from trust.finding_walking import Walk

    with taken_back():
        Walk(place, scale.random(name), seen, name).go(_WALK)


def _is_found(
    place: Any, scale: Scale, name: str, plant: Callable[[], AbstractContextManager[object]]
) -> bool:
    from trust.finding_walking import Seen

    near = Seen()
    with plant():
        for number in range(_MOST_DIRECTED):
            _walk(place, scale, f"seed {scale.seed}, {name}, {number}", near)
            if near.broken:
                return True
    return False


@contextmanager
def _patched(where: str, value: object) -> Iterator[None]:
    from unittest import mock

    with mock.patch(f"openpar.reform.findings.{where}", value):
        yield


def _anybody_closes() -> AbstractContextManager[object]:
    return _patched("actions.closing.may_judge", lambda _by, _finding: True)


def _who_reported_closes() -> AbstractContextManager[object]:
    """The action forgets to ask; the constraint of the table answers instead."""
    from openpar.reform.findings.actions.shared import state_gaps
    from openpar.reform.findings.models import FindingState

    return _patched("actions.closing.closing_gaps", lambda row, _by: state_gaps(row, FindingState.CLOSED))


def _plans_move_deadlines() -> AbstractContextManager[object]:
    return _patched("actions.remedying._deadline_gaps", lambda _row, _wanted, _today: [])


def _more_time_is_not_stored() -> AbstractContextManager[object]:
    return _patched("actions.extending.moved", lambda _row, *_fields: None)


def _who_asked_for_more_time_decides() -> AbstractContextManager[object]:
    """The action asks only who judges; the constraint of the table answers instead."""
    return _patched("actions.extending.deciding_gaps", lambda _finding, _extension, _by: [])


def _a_second_request_beside_one_that_waits() -> AbstractContextManager[object]:
    from openpar.base.organisations.permissions import not_allowed
    from openpar.reform.findings.permissions import may_remedy

    def gaps(finding: Any, by: Any) -> list[Any]:
        return [] if may_remedy(by, finding) else [not_allowed(by, "")]

    return _patched("actions.extending.extension_gaps", gaps)


def _foreign_evidence() -> AbstractContextManager[object]:
    from openpar.base.documents.models import Document

    def any_documents(ids: Any, _owners: Any) -> Any:
        return list(Document.objects.filter(pk__in=ids))

    return _patched("actions.remedying.documents_of_sides", any_documents)


def _overdue_on_the_day_itself() -> AbstractContextManager[object]:
    from django.db.models import Q

    from openpar.reform.findings.lateness import OWED

    def overdue(today: Any) -> Any:
        return Q(state__in=[str(one) for one in OWED], deadline__lte=today)

    return _patched("queries.board.overdue_on", overdue)


def _late_counts_as_in_time() -> AbstractContextManager[object]:
    return _patched("queries.counting.was_remedied_in_time", lambda _row: True)


def _everybody_sees_all() -> AbstractContextManager[object]:
    return _patched("queries.visibility.sees_all_findings", lambda _actor: True)


_DEFECTS: Mapping[str, Callable[[], AbstractContextManager[object]]] = {
    "anybody closes": _anybody_closes,
    "who reported closes": _who_reported_closes,
    "a plan moves the deadline of the finder": _plans_move_deadlines,
    "more time is granted and not stored": _more_time_is_not_stored,
    "who asked for more time decides": _who_asked_for_more_time_decides,
    "a second request beside one that waits": _a_second_request_beside_one_that_waits,
    "evidence of another agency counts": _foreign_evidence,
    "overdue on the day of the deadline": _overdue_on_the_day_itself,
    "what was late counts as in time": _late_counts_as_in_time,
    "everybody sees every finding": _everybody_sees_all,
}

CHECK = Check(
    "finding_walk",
    "findings are sound: closed by who found them, on evidence; late when late; seen by whom they concern",
    run,
    BOTH,
)

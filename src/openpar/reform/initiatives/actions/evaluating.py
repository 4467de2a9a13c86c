"""Every running model is evaluated in every report period; several at once on one page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.organisations.permissions import not_allowed
from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.common.formats import format_date
from openpar.common.text import nfc
from openpar.engine.periods import Period
from openpar.reform.initiatives.actions.shared import (
    document_gaps,
    refuse_if,
    text_gaps,
    trace,
)
from openpar.reform.initiatives.duty import PeriodKey, ran_in
from openpar.reform.initiatives.errors import StaleInitiative
from openpar.reform.initiatives.models import Evaluation, Initiative
from openpar.reform.initiatives.permissions import may_enter_initiatives


@dataclass(frozen=True)
class Evaluated:
    """What is said of one model in one period; `expected_revision` is the newest one seen, 0 none."""

    initiative_id: int
    verdict: Evaluation.Verdict
    advice: Evaluation.Advice
    text: str
    expected_revision: int = 0
    document_id: int | None = None


def evaluate(*, asked: PeriodKey, said: Sequence[Evaluated], by: Actor, at: datetime) -> list[Evaluation]:
    """The evaluations of a period, all of them or none; one that says what is there already is left out.

    Raises InitiativeRefused with every gap, StaleInitiative when somebody else evaluated one meanwhile.
    """
    with write_transaction():
        during = asked.days
        ids = [one.initiative_id for one in said]
        locked = Initiative.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
        there = {one.pk: one for one in locked}
        newest = _newest(asked, ids)
        # Whose evaluation it is comes before what is in it: a stranger learns nothing.
        refuse_if([gap for one in said for gap in _right_gaps(there.get(one.initiative_id), by)])
        stale = [
            Gap(there[one.initiative_id].name, _("người khác vừa đánh giá"), _("Tải lại trang"), code="stale")
            for one in said
            if _revision(newest.get(one.initiative_id)) != one.expected_revision
        ]
        if stale:
            raise StaleInitiative(stale)
        refuse_if([gap for one in said for gap in _gaps(there[one.initiative_id], one, during, by, at)])
        made = []
        for one in said:
            before = newest.get(one.initiative_id)
            if before is None or not _is_same(before, one):
                made.append(_made(there[one.initiative_id], asked, one, before, by=by, at=at))
        return made


def _newest(asked: PeriodKey, ids: Sequence[int]) -> dict[int, Evaluation]:
    rows = Evaluation.objects.filter(
        initiative_id__in=ids, kind=asked.kind.value, year=asked.year, number=asked.number
    )
    return {row.initiative_id: row for row in rows.order_by("revision")}


def _revision(row: Evaluation | None) -> int:
    return row.revision if row else 0


def _right_gaps(initiative: Initiative | None, by: Actor) -> list[Gap]:
    if initiative is None or not may_enter_initiatives(by, initiative.organisation_id):
        return [not_allowed(by, _("Người của chính đơn vị đánh giá mô hình của đơn vị"))]
    return []


def _gaps(initiative: Initiative, said: Evaluated, during: Period, by: Actor, at: datetime) -> list[Gap]:
    gaps = text_gaps(initiative.name, said.text)
    gaps += document_gaps(initiative.name, said.document_id, by, needed=False)
    if not ran_in(initiative.started_on, initiative.stopped_on, during):
        what = _("không triển khai trong %s") % during.words
        gaps.append(Gap(initiative.name, what, code="did-not-run"))
    if timezone.localdate(at) < during.from_on:
        what = _("kỳ báo cáo bắt đầu ngày %s") % format_date(during.from_on)
        gaps.append(Gap(initiative.name, what, _("Đánh giá khi đã vào kỳ"), code="period-to-come"))
    return gaps


def _is_same(row: Evaluation, said: Evaluated) -> bool:
    stored = (row.verdict, row.advice, row.text, row.document_id)
    return stored == (said.verdict, said.advice, nfc(said.text).strip(), said.document_id)


def _made(
    initiative: Initiative,
    asked: PeriodKey,
    said: Evaluated,
    before: Evaluation | None,
    *,
    by: Actor,
    at: datetime,
) -> Evaluation:
    made = Evaluation.objects.create(
        initiative=initiative,
        kind=asked.kind.value,
        year=asked.year,
        number=asked.number,
        revision=_revision(before) + 1,
        verdict=said.verdict,
        advice=said.advice,
        text=nfc(said.text).strip(),
        document_id=said.document_id,
        by_id=by.person_id,
        at=at,
    )
    trace(
        initiative,
        "initiative.evaluated",
        by=by,
        at=at,
        before=_told(before) if before else None,
        after={**_told(made), "period": asked.days.words},
    )
    return made


def _told(row: Evaluation) -> dict[str, object]:
    return {"verdict": str(row.verdict), "advice": str(row.advice), "text": row.text}

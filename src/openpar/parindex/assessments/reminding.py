"""What of a round is due: sheets that are not locked, evidence that is missing, results that are low."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.accounts.models import Role
from openpar.base.notifications.due import DueThing, holders
from openpar.base.notifications.rules import settings_in_force
from openpar.common.formats import format_decimal, last_day_before
from openpar.parindex.assessments.models import Assessment, Result, Round, RoundStage, SheetState
from openpar.parindex.assessments.queries.control import without_evidence

# How long after the publication a low result is still news.
_NEWS = timedelta(days=30)


@dataclass(frozen=True)
class _People:
    """Who hears of what, by organisation."""

    officers: Mapping[int, tuple[int, ...]]
    heads: Mapping[int, tuple[int, ...]]


def due_things(today: date) -> Iterator[DueThing]:
    """Everything of the index that somebody owes on that day; a few queries a round."""
    for round in Round.objects.filter(stage=RoundStage.SELF_SCORING, window_closes_at__isnull=False).order_by(
        "pk"
    ):
        yield from _of_self_scoring(round, today)
    yield from _low_results(today)


def _people(organisation_ids: set[int], today: date) -> _People:
    return _People(
        holders(organisation_ids, Role.FOCAL_OFFICER, on=today),
        holders(organisation_ids, Role.AGENCY_HEAD, on=today),
    )


def _of_self_scoring(round: Round, today: date) -> Iterator[DueThing]:
    assert round.window_closes_at is not None
    due_on = last_day_before(round.window_closes_at)
    open_ = Assessment.objects.filter(round_block__round=round).exclude(state=SheetState.LOCKED)
    sheets = list(open_.select_related("unit").order_by("pk"))
    people = _people({sheet.organisation_id for sheet in sheets}, today)
    unproved = without_evidence(round)
    for sheet in sheets:
        yield _submission(sheet, due_on, people)
        if count := unproved.get(sheet.pk):
            text = _("%(count)d tiêu chí chưa có tài liệu kiểm chứng, %(unit)s")
            yield DueThing(
                kind="sheet.evidence",
                object=f"assessment:{sheet.pk}",
                due_on=due_on,
                text=text % {"count": count, "unit": sheet.unit.name},
                link=f"/assessments/{sheet.pk}/",
                responsible=people.officers.get(sheet.organisation_id, ()),
                heads=people.heads.get(sheet.organisation_id, ()),
            )


def _submission(sheet: Assessment, due_on: date, people: _People) -> DueThing:
    """A sheet that waits for the head is the business of the head."""
    officers = people.officers.get(sheet.organisation_id, ())
    heads = people.heads.get(sheet.organisation_id, ())
    waits = sheet.state == SheetState.AWAITING_HEAD
    text = _("Phiếu tự chấm điểm chờ duyệt và chốt, %s") if waits else _("Phiếu tự chấm điểm chưa trình, %s")
    return DueThing(
        kind="sheet.submission",
        object=f"assessment:{sheet.pk}",
        due_on=due_on,
        text=text % sheet.unit.name,
        link=f"/assessments/{sheet.pk}/",
        responsible=heads if waits else officers,
        heads=() if waits else heads,
    )


def _low_results(today: date) -> Iterator[DueThing]:
    """Published results below the threshold of data/reminders.yaml, while they are news."""
    threshold = settings_in_force().low_score_below
    low = Result.objects.filter(
        index__lt=threshold,
        assessment__is_published=True,
        assessment__round_block__round__published_at__date__gt=today - _NEWS,
    ).select_related("assessment__unit", "assessment__round_block__round")
    results = list(low.order_by("pk"))
    people = _people({result.assessment.organisation_id for result in results}, today)
    for result in results:
        sheet, round = result.assessment, result.assessment.round_block.round
        assert round.published_at is not None
        assert result.index is not None
        said = {"unit": sheet.unit.name, "index": format_decimal(result.index), "year": round.year}
        yield DueThing(
            kind="sheet.low_score",
            object=f"assessment:{sheet.pk}",
            due_on=timezone.localdate(round.published_at),
            text=_("Chỉ số năm %(year)s của %(unit)s thấp: %(index)s%%") % said,
            link=f"/assessments/{sheet.pk}/",
            responsible=people.officers.get(sheet.organisation_id, ()),
            heads=people.heads.get(sheet.organisation_id, ()),
        )

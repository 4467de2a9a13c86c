"""Findings about a criterion, where the criterion is scored and appraised the next time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest
import time_machine
from django.urls import reverse

from openpar.reform.findings.actions.adding import Leaf, NewFinding, add_findings
from openpar.reform.findings.models import FoundBy
from tests.parindex import rounds
from tests.reform.findings import found
from tests.web.reading import browser_of, text_of, visible
from tests.worlds import world

pytestmark = pytest.mark.django_db


@dataclass
class NextRound:
    """A round in appraisal, with a finding of the year before about a criterion of it."""

    small: rounds.SmallRound
    finding: int


@world
def appraising_after_a_finding() -> NextRound:
    small = rounds.round_in_appraisal()
    (made,) = add_findings(
        lines=[
            NewFinding(
                organisation_id=small.health.pk,
                field="F0",
                text="Chỉ hoàn thành nửa kế hoạch",
                found_by=FoundBy.INSPECTION,
                finder_id=small.home_affairs.pk,
                found_on=date(2026, 5, 1),
                period_from=date(2024, 12, 15),
                period_until=date(2025, 12, 14),
                deadline=date(2026, 6, 30),
                leaf=Leaf("1.1.9", "Tỷ lệ hoàn thành", 2025),
            )
        ],
        by=small.manager,
        at=found.FOUND,
    )
    return NextRound(small, made.pk)


def test_the_next_appraisal_of_the_criterion_shows_what_was_not_remedied(
    appraising_after_a_finding: NextRound,
) -> None:
    small = appraising_after_a_finding.small
    link = f'href="/findings/{appraising_after_a_finding.finding}/"'
    with time_machine.travel(rounds.APPRAISAL, tick=True):
        appraiser = browser_of(small.outside_appraiser)
        desk = reverse("appraisal-leaf", args=[small.round.pk, "so", "1.1.2"])
        page = text_of(appraiser, desk)
        assert link in page
        assert "quá hạn" in visible(page)
        assert link not in text_of(appraiser, desk.replace("1.1.2", "1.1.1"))
        own = reverse("assessment-leaf", args=[small.sheet().pk, "1.1.2"])
        assert link in text_of(browser_of(small.focal), own)
        assert link not in text_of(browser_of(small.focal), own.replace("1.1.2", "1.1.1"))

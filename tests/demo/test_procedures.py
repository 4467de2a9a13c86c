"""The sample catalogue of the demo: enough of everything that the pages promise to show, all samples."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest

from openpar.base.organisations.models import Organisation
from openpar.delivery.procedures.models import Procedure, ProcedureReview, PublishingDecision
from openpar.delivery.procedures.queries.counting import form_07b, online_counts
from openpar.delivery.procedures.queries.duties import duties_of, late_postings, work_calendar
from openpar.delivery.procedures.queries.offering import partial_without_reason, quality_on
from openpar.delivery.procedures.queries.reviewing import unhandled_problems
from openpar.demo import procedures
from openpar.demo.build import SEED
from openpar.demo.people import People
from tests import factories
from tests.delivery.procedures import catalogue

pytestmark = pytest.mark.django_db


def build(today: date) -> None:
    factories.lam_dong()
    catalogue.calendar()
    people = People(factories.MOMENT, Random(SEED))
    people.one_click()
    procedures.build(people.named("demo.kiem-soat"), today, lambda said: None)


def test_the_demo_shows_a_year_of_work_on_a_catalogue_of_samples() -> None:
    today = date(2026, 11, 20)
    build(today)
    assert Procedure.objects.count() >= 60
    assert not Procedure.objects.filter(is_sample=False).exists()
    assert not PublishingDecision.objects.filter(is_sample=False).exists()
    late = late_postings(today, since=date(2026, 1, 1))
    assert {one.is_done for one in late} == {True, False}
    followed = PublishingDecision.objects.get(is_followed=True, issued_at__isnull=False)
    upload = duties_of(followed, work_calendar()).upload
    assert upload is not None
    assert upload.is_late(today)
    assert PublishingDecision.objects.filter(issued_at__isnull=True).count() == 1
    assert [one.is_decided for one in unhandled_problems(today)] == [True, False]
    assert ProcedureReview.objects.filter(reviewed_on=None).exists()
    assert partial_without_reason(today)
    assert len(quality_on(today)) == 3
    found = online_counts(today)
    assert min(found.full, found.partial, found.information, found.paid_online, found.any_place) > 0
    form = form_07b(today)
    assert form.total.one_stop.total < form.total.total.total
    assert form.gaps


@pytest.mark.parametrize("today", [date(2026, 1, 5), date(2027, 3, 1), date(2028, 2, 29)])
def test_the_demo_can_be_built_on_any_day(today: date) -> None:
    build(today)
    assert Organisation.objects.exists()

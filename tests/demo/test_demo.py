"""The demo province: what visitors are promised to find, found in the rows that the pages show."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from openpar.demo import labour
from openpar.demo.people import ONE_CLICK
from openpar.parindex.assessments.models import Layer, Result
from openpar.parindex.assessments.results import decimal_or_none

pytestmark = pytest.mark.django_db


def lost(line: dict[str, Any]) -> Decimal:
    own, decided = decimal_or_none(line["points"].get(Layer.SELF)), decimal_or_none(line["decided"])
    return Decimal(0) if own is None or decided is None else own - decided


def test_the_finished_round_tells_the_real_case_and_explains_it_leaf_by_leaf(
    finished_demo: tuple[str, ...],
) -> None:
    assert len(finished_demo) == 3
    assert Result.objects.count() == labour.RANK_OF
    found = Result.objects.get(assessment__organisation__key=labour.KEY)
    assert (found.self_total, found.self_grade) == (labour.SELF_TOTAL, "Khá")
    assert (found.total, found.grade) == (labour.RECOGNISED_TOTAL, "Trung bình")
    assert (found.rank, found.rank_of) == (labour.RANK, labour.RANK_OF)
    reduced = [line for line in found.lines if lost(line)]
    assert sum(map(lost, reduced)) == labour.SELF_TOTAL - labour.RECOGNISED_TOTAL == Decimal("19.68")
    assert all(line["notes"].get(Layer.APPRAISED) for line in reduced)


def test_every_account_of_one_click_is_named_as_a_demo_account() -> None:
    assert all(person.username.startswith("demo.") for person in ONE_CLICK)

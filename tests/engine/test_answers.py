"""Answers go into JSON and come back the same."""

import json
from datetime import date
from decimal import Decimal

import pytest

from openpar.engine.answers import Answer, BadAnswer

D = Decimal


@pytest.mark.parametrize(
    "answer",
    [
        Answer(),
        Answer(choice="yes"),
        Answer(items=()),
        Answer(items=("rõ sản phẩm, thời hạn",)),
        Answer(numerator=D("12.50"), denominator=D("1E+2"), excused=D(0)),
        Answer(counts={"A": D(3)}, variables={"x": D("0.1")}, points=D(5)),
        Answer(moment=date(2026, 1, 31), signed=False),
        Answer(applicable=False, reason="không phát sinh"),
    ],
)
def test_an_answer_survives_json(answer: Answer) -> None:
    assert Answer.from_json(json.loads(json.dumps(answer.as_json()))) == answer


def test_not_given_zero_and_not_applicable_are_three_things() -> None:
    assert Answer().is_blank
    assert not Answer(numerator=D(0)).is_blank
    assert not Answer(items=()).is_blank
    assert not Answer(applicable=False).is_blank


def test_every_unreadable_entry_is_named() -> None:
    with pytest.raises(BadAnswer) as refused:
        Answer.from_json(
            {"numerator": 0.5, "denominator": "1,5", "items": "a", "choice": 1, "moment": "31/01", "other": 1}
        )
    for name in ("numerator", "denominator", "items", "choice", "moment", "other"):
        assert f"“{name}”" in str(refused.value)


def test_wrong_kinds_are_refused() -> None:
    with pytest.raises(BadAnswer):
        Answer.from_json({"counts": [1], "signed": "yes"})

"""Contents as plain values: there and back, compared, and what of them is missing."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from openpar.delivery.procedures.contents import Agency, Body, Contents, Limit, Term, diff, from_mapping
from openpar.delivery.procedures.contents import to_mapping as as_mapping
from openpar.delivery.procedures.rules import conditional_parts, contents_gaps, missing_parts
from openpar.delivery.procedures.words import (
    CONDITIONAL,
    MANDATORY,
    Channel,
    FeeKind,
    Level,
    LimitUnit,
    Part,
)
from tests.delivery.procedures.catalogue import SAME_DAY, contents, working_days

DAY = date(2026, 7, 1)
FULL = contents(
    bodies=(Body("UBND xã", True, working_days(2)), Body("Thuế", False, SAME_DAY)),
    terms=(
        Term(Channel.ONLINE, "Cần xác minh", working_days(8), "khi xác minh", FeeKind.FIXED, 8000, "mỗi bản"),
        Term(None, "", SAME_DAY, "", FeeKind.FREE),
        Term(Channel.POST),
    ),
    agencies=(Agency(key="so-tu-phap"),),
    forms="Mẫu 1",
    result="Giấy khai sinh",
    conditions="Không",
)


def codes(given: Contents, day: date = DAY) -> list[str]:
    return [gap.code for gap in contents_gaps(given, valid_from=day, where="1.001193")]


def test_contents_survive_json() -> None:
    assert from_mapping(json.loads(json.dumps(as_mapping(FULL)))) == FULL


def test_contents_that_nobody_wrote_are_refused() -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        from_mapping({**as_mapping(FULL), "levels": ["CANTON"]})


def test_only_what_differs_is_a_difference() -> None:
    after = replace(FULL, name="Đăng ký khai sinh lưu động", sets=2)
    assert [(one.part, one.before, one.after) for one in diff(FULL, after)] == [
        ("name", "Đăng ký khai sinh", "Đăng ký khai sinh lưu động"),
        ("sets", 1, 2),
    ]
    assert diff(FULL, FULL) == ()


@pytest.mark.parametrize(
    ("changed", "missing"),
    [
        ({}, ()),
        ({"steps": ""}, (Part.STEPS,)),
        ({"manner": ""}, (Part.MANNER,)),
        ({"papers": ()}, (Part.PAPERS,)),
        ({"sets": None}, (Part.PAPERS,)),
        ({"terms": ()}, (Part.LIMIT,)),
        # One channel without a limit is enough: not stated is not "at once".
        ({"terms": (Term(limit=SAME_DAY), Term(Channel.POST))}, (Part.LIMIT,)),
        ({"applicants": "", "for_citizens": False}, (Part.APPLICANTS,)),
        ({"agencies": ()}, (Part.AGENCY,)),
        ({"name": "", "steps": "", "agencies": ()}, (Part.NAME, Part.STEPS, Part.AGENCY)),
    ],
)
def test_nd63_article_8_seven_parts_are_mandatory(
    changed: dict[str, object], missing: tuple[Part, ...]
) -> None:
    assert missing_parts(replace(contents(), **changed)) == missing  # type: ignore[arg-type]  # field names


def test_nd63_article_8_seven_and_four_parts() -> None:
    assert (len(MANDATORY), len(CONDITIONAL)) == (7, 4)
    assert conditional_parts(FULL) == CONDITIONAL
    assert conditional_parts(replace(FULL, terms=(), forms="", result="", conditions="")) == ()


def test_a_fee_not_stated_is_neither_free_nor_due() -> None:
    assert replace(FULL, terms=(Term(limit=SAME_DAY),)).has_fee is None
    assert replace(FULL, terms=(Term(fee_kind=FeeKind.FREE),)).has_fee is False
    assert replace(FULL, terms=(Term(), Term(Channel.POST, fee_kind=FeeKind.VARIABLE))).has_fee is True


@pytest.mark.parametrize(
    ("changed", "refused"),
    [
        ({}, []),
        ({"name": ""}, ["name-missing"]),
        ({"name": "x" * 501}, ["name-long"]),
        ({"sector": ""}, ["sector-missing"]),
        ({"levels": ()}, ["level-missing"]),
        ({"levels": (Level.DISTRICT,)}, ["district-ended"]),
        ({"terms": (Term(limit=SAME_DAY), Term(limit=working_days(3)))}, ["term-twice"]),
        ({"terms": (Term(limit=Limit(0, LimitUnit.HOUR)),)}, ["limit-unfit"]),
        ({"terms": (Term(limit=Limit(1, LimitUnit.SAME_DAY)),)}, ["limit-unfit"]),
        ({"terms": (Term(limit=Limit(None, LimitUnit.CALENDAR_DAY)),)}, ["limit-unfit"]),
        ({"terms": (Term(fee_kind=FeeKind.FIXED),)}, ["fee-unfit"]),
        ({"terms": (Term(fee_kind=FeeKind.FREE, fee=5),)}, ["fee-unfit"]),
        ({"bodies": (Body("A"), Body("B"))}, ["one-lead"]),
        ({"bodies": (Body("A", True), Body("B", True))}, ["one-lead"]),
        ({"bodies": (Body("A", True, Limit(0, LimitUnit.HOUR)),)}, ["limit-unfit"]),
    ],
)
def test_what_keeps_contents_out_is_named(changed: dict[str, object], refused: list[str]) -> None:
    assert codes(replace(contents(), **changed)) == refused  # type: ignore[arg-type]  # field names


def test_the_district_handled_procedures_until_the_end_of_june_2025() -> None:
    of_district = replace(contents(), levels=(Level.DISTRICT,))
    assert codes(of_district, date(2025, 6, 30)) == []
    assert codes(of_district, date(2025, 7, 1)) == ["district-ended"]

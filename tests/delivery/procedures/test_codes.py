"""Codes of procedures, in either form and order."""

from __future__ import annotations

import pytest

from openpar.common.sheets import StoredNumber
from openpar.delivery.procedures.codes import CodeNotUnderstood, national_number, parse_code


@pytest.mark.parametrize(
    ("text", "national", "suffix"),
    [
        ("1.001193", "1.001193", ""),
        ("1.001193.000.00.00.H41", "1.001193", "000.00.00.H41"),
        # QĐ 20/2020/QĐ-TTg writes the organisation the other way round.
        ("1.001193.H41.00.00.000", "1.001193", "000.00.00.H41"),
        (" 1.001193.000.00.00.h41 ", "1.001193", "000.00.00.H41"),
        ("1.001193.", "1.001193", ""),
        ("2.000635.000.12.05.H36", "2.000635", "000.12.05.H36"),
        # A spreadsheet took it for a number and dropped the zeros at its end.
        (StoredNumber("1.00119"), "1.001190", ""),
        (StoredNumber("1.0012"), "1.001200", ""),
    ],
)
def test_a_code_is_understood(text: str, national: str, suffix: str) -> None:
    found = parse_code(text)
    assert (found.national, found.suffix) == (national, suffix)
    assert str(found) == (f"{national}.{suffix}" if suffix else national)


@pytest.mark.parametrize(
    "text", ["", "1.00119", "11.001193", "1,001193", "1.001193.H41", "1.001193.000.00.00.41", "khai sinh"]
)
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(CodeNotUnderstood) as refused:
        parse_code(text, where="ô A2")
    gap = refused.value.gaps[0]
    assert (gap.where, gap.code) == ("ô A2", "procedure-code-unfit")
    assert "1.001193" in gap.remedy


def test_a_text_that_is_no_code_has_no_number() -> None:
    assert national_number("khai sinh 1.001193") is None
    assert national_number("1.001193.000.00.00.H41") == "1.001193"

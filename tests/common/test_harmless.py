from __future__ import annotations

import pytest

from openpar.common.harmless import with_its_signs, without_formula


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("=1+1", "'=1+1"),
        ("＝1+1", "'＝1+1"),
        ("+84 912", "'+84 912"),
        ("-cmd", "'-cmd"),
        ("@SUM(A1)", "'@SUM(A1)"),
        (" \t=1", " \t'=1"),
        ("\u200b=1", "\u200b'=1"),
        ('"=1', "\"'=1"),
        ("a;=1", "a;'=1"),
        ('a;"=1;', "a;\"'=1;"),
        ("Lý do:\n- thiếu hồ sơ", "Lý do:\n'- thiếu hồ sơ"),
        # Numbers, and signs within a text, stay as they are.
        ("-2,5", "-2,5"),
        ("+1", "+1"),
        ("-12.5%", "-12.5%"),
        ("tăng; -5", "tăng; -5"),
        ("2024-2025", "2024-2025"),
        ("a=b", "a=b"),
        ("Sở Y tế", "Sở Y tế"),
        ("", ""),
    ],
)
def test_a_text_is_stopped_where_a_formula_could_begin_and_comes_back(typed: str, written: str) -> None:
    assert without_formula(typed) == written
    assert with_its_signs(written) == typed

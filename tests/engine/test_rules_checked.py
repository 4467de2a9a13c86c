"""What is told about the parameters of a rule before a set may be issued, and how its scale is described."""

from decimal import Decimal
from typing import Any

import pytest

from openpar.engine.rules import rule_from_mapping

D = Decimal


@pytest.mark.parametrize(
    ("rule", "maximum", "problem"),
    [
        ({"type": "boolean", "yes": "1", "no": "-1"}, "1", "“Không” có số âm -1."),
        ({"type": "checklist", "items": {"a": "0.3", "b": "0.3"}}, "0.9", "chỉ cho nhiều nhất 0,6 điểm"),
        ({"type": "count", "per": "0.5", "cap": "3"}, "2", "cho đến 3 điểm"),
        ({"type": "count", "per": "0", "cap": "2"}, "2", "nhiều nhất 0 điểm"),
        ({"type": "step", "steps": [{"ge": "0.5", "points": "1"}]}, "1", "giá trị 0 %"),
        ({"type": "step", "steps": [{"ge": "0", "points": "-1"}]}, "1", "Bước 1 cho số điểm âm -1."),
        ({"type": "ratio", "zero_below": "1", "open_floor": "true"}, "1", "có thể đạt được"),
        ({"type": "deadline", "year": "2026", "options": [{"until": "1", "points": "1"}]}, "1", "Dòng cuối"),
        (
            {
                "type": "deadline",
                "year": "2026",
                "options": [{"until": "2", "points": "1"}, {"until": "1", "points": "0.5"}, {"points": "0"}],
            },
            "1",
            "từ sớm đến muộn",
        ),
        ({"type": "deduct", "per_violation": "-1"}, "2", "“vi phạm” có số âm -1."),
        ({"type": "deduct", "per_violation": "1", "floor": "3"}, "2", "cho đến 3 điểm"),
        ({"type": "quality_grade", "grades": {"tốt": "90"}}, "1", "nhiều nhất 0,9 điểm"),
        ({"type": "survey", "weights": {"A": "0.9"}}, "10", "nhiều nhất 9 điểm"),
        ({"type": "leadership", "combine": "chair_weight", "chair_weight": "2"}, "1", "từ 0 đến 1"),
        ({"type": "bonus", "cap": "3"}, "3", "ngoài tổng điểm"),
        ({"type": "unstated", "text": "?"}, "1", "Chưa có quy tắc tính điểm."),
        (
            {"type": "formula", "variables": [{"name": "x"}, {"name": "y"}], "branches": [{"points": "x"}]},
            "1",
            "Biến “y” không được",
        ),
        (
            {"type": "formula", "variables": [{"name": "x"}], "branches": [{"points": "x"}, {"points": "0"}]},
            "1",
            "phải đứng cuối",
        ),
    ],
)
def test_a_defect_of_the_parameters_is_told(rule: dict[str, Any], maximum: str, problem: str) -> None:
    found = rule_from_mapping(rule).problems(D(maximum))
    assert any(problem in text for text in found), found


def test_points_outside_the_limits_are_a_defect_not_clipped() -> None:
    from openpar.engine.answers import Answer

    outcome = rule_from_mapping({"type": "boolean", "yes": "3"}).evaluate(Answer(choice="yes"), D(1))
    assert outcome.state == "INVALID"
    assert "bộ tiêu chí có lỗi" in outcome.sentence


@pytest.mark.parametrize(
    ("rule", "rows"),
    [
        (
            {"type": "step", "steps": [{"gt": "0.9", "points": "2"}, {"le": "0.9", "points": "0"}]},
            [("trên 90 %", D(2)), ("đến 90 %", D(0))],
        ),
        (
            {"type": "ratio", "num": "đúng hạn", "den": "được giao", "zero_below": "0.8"},
            [("từ 80 % trở lên: đúng hạn / được giao × 2", D(2)), ("dưới 80 %", D(0))],
        ),
        (
            {"type": "count", "count": "tin bài", "per": "0.1", "cap": "2"},
            [("mỗi tin bài", D("0.1")), ("tối đa", D(2))],
        ),
        (
            {"type": "deadline", "year": "2026", "options": [{"until": "1", "points": "2"}, {"points": "0"}]},
            [("đến hết 31/01/2026", D(2)), ("muộn hơn hoặc không ban hành", D(0))],
        ),
        (
            {"type": "survey", "weights": {"A": "1", "B": "0.6"}},
            [("A (100 %)", D(2)), ("B (60 %)", D("1.2"))],
        ),
    ],
)
def test_the_scale_can_be_shown_row_by_row(rule: dict[str, Any], rows: list[tuple[str, Decimal]]) -> None:
    assert list(rule_from_mapping(rule).describe(D(2))) == rows

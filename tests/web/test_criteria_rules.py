"""The forms of rules: what is shown of a rule and sent back is the same rule."""

from __future__ import annotations

from typing import Any

import pytest

from openpar.engine.rules import RULE_TYPES, rule_from_mapping
from openpar.web.criteria.rule_forms import BY_TYPE
from openpar.web.criteria.rule_values import rule_of_values, values_of_rule

RULES: list[dict[str, Any]] = [
    {"type": "boolean", "yes": "1", "no": "0.25"},
    {"type": "choice", "options": {"kịp": "1", "chậm, nhưng có": "0.125"}},
    {"type": "checklist", "items": {"a": "0.3", "b": "0.7"}},
    {"type": "count", "per": "0.5", "cap": "2", "count": "sáng kiến"},
    {"type": "step", "num": "a", "den": "b", "steps": [{"gt": "0.905", "points": "1"}, {"points": "0"}]},
    {"type": "step_on_count", "count": "cuộc họp", "steps": [{"eq": "4", "points": "1"}, {"points": "0"}]},
    {"type": "ratio", "num": "a", "den": "b", "excused": "c", "cap_ratio": True},
    {"type": "ratio", "num": "a", "den": "b", "zero_below": "0.8", "open_floor": True},
    {
        "type": "formula",
        "variables": [{"name": "p", "question": "Kế hoạch", "unit": "việc", "whole": True}, {"name": "q"}],
        "branches": [
            {"if": "p = 0", "points": "not_applicable"},
            {"points": "q / p", "zero_division": "not_applicable"},
        ],
        "cap": True,
    },
    {
        "type": "deadline",
        "year": "2026",
        "options": [
            {"until": "1", "points": "1"},
            {"until": "03-31", "points": "0.5", "label": "quý I"},
            {"until": "2026-12-14", "points": "0.25"},
            {"points": "0"},
        ],
        "counts": "document_date",
    },
    {"type": "deduct", "per_violation": "0.5", "floor": "0"},
    {"type": "deduct", "per_violation": {"nhẹ": "0.5", "nặng": "1"}, "floor": "0.5"},
    {"type": "quality_grade", "grades": {"tốt": "100"}, "minor_violation": "50", "deduct_of": "maximum"},
    {"type": "cohort", "direction": "lower_is_better", "value": "số ngày"},
    {"type": "survey", "weights": {"A": "1", "B": "0.6"}, "group": "dân", "blank": "zero"},
    {"type": "survey", "weights": {"A": "1"}, "groups": {"x": "2"}, "combine": "weighted"},
    {"type": "external_pct", "not_surveyed": "not_applicable"},
    {"type": "leadership", "combine": "chair_weight", "chair_weight": "0.5"},
    {"type": "not_applicable", "reason": "chưa thí điểm"},
    {"type": "unstated", "text": "theo hướng dẫn"},
]


@pytest.mark.parametrize("mapping", RULES, ids=[each["type"] for each in RULES])
def test_a_rule_shown_in_its_form_and_sent_back_is_the_same_rule(mapping: dict[str, Any]) -> None:
    full = rule_from_mapping(mapping).as_mapping()
    typed, gaps = rule_of_values(str(full["type"]), values_of_rule(full), year=2026)
    assert not gaps
    assert rule_from_mapping(typed).as_mapping() == full


def test_every_rule_type_that_may_stand_in_a_set_has_its_form() -> None:
    outside_the_points = {"bonus_capped", "penalty_capped"}
    assert {kind.type for kind in RULE_TYPES} - outside_the_points == set(BY_TYPE) - {"unstated"}

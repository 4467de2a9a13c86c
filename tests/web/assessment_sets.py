"""A criteria set of a hundred leaves in which every rule type of the engine that a unit answers occurs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.parindex.rounds import SMALL_SET

# Every rule gives at most 1 point.
RULES: Mapping[str, Mapping[str, Any]] = {
    "boolean": {"type": "boolean", "yes": "1", "no": "0"},
    "choice": {
        "type": "choice",
        "options": {"trong tháng 1": "1", "trong tháng 2": "0.5", "sau đó hoặc không ban hành": "0"},
    },
    "checklist": {
        "type": "checklist",
        "items": {"đủ lĩnh vực": "0.4", "rõ sản phẩm, thời hạn": "0.3", "rõ đơn vị chịu trách nhiệm": "0.3"},
    },
    "count": {"type": "count", "count": "tin, bài về cải cách hành chính", "per": "0.1", "cap": "1"},
    "step": {
        "type": "step",
        "num": "hồ sơ giải quyết đúng hạn",
        "den": "hồ sơ đã giải quyết",
        "steps": [{"gt": "0.9", "points": "1"}, {"ge": "0.7", "points": "0.5"}, {"lt": "0.7", "points": "0"}],
    },
    "step_on_count": {
        "type": "step_on_count",
        "count": "cuộc họp giao ban",
        "steps": [
            {"ge": "4", "points": "1"},
            {"ge": "2", "lt": "4", "points": "0.5"},
            {"lt": "2", "points": "0"},
        ],
    },
    "ratio": {
        "type": "ratio",
        "num": "nhiệm vụ hoàn thành",
        "den": "nhiệm vụ được giao",
        "excused": "nhiệm vụ được loại trừ",
    },
    "floor": {
        "type": "ratio",
        "num": "nhiệm vụ đúng hạn",
        "den": "nhiệm vụ đến hạn",
        "zero_below": "0.8",
    },
    "formula": {
        "type": "formula",
        "variables": [
            {"name": "planned", "question": "nhiệm vụ theo kế hoạch", "unit": "nhiệm vụ", "whole": "true"},
            {"name": "done", "question": "nhiệm vụ đã xong", "unit": "nhiệm vụ", "whole": "true"},
        ],
        "branches": [
            {"if": "planned = 0", "points": "not_applicable"},
            {"if": "done / planned >= 0.95", "points": "max"},
            {"points": "max * done / planned"},
        ],
    },
    "deadline": {
        "type": "deadline",
        "year": "2026",
        "options": [{"until": "1", "points": "1"}, {"until": "02-15", "points": "0.5"}, {"points": "0"}],
    },
    "deduct": {
        "type": "deduct",
        "per_violation": {"vi phạm nặng": "0.5", "vi phạm nhẹ": "0.1"},
        "floor": "0",
    },
    "grade": {
        "type": "quality_grade_percent",
        "grades": {
            "hoàn thành xuất sắc": "100",
            "hoàn thành tốt": "75",
            "hoàn thành": "50",
            "không hoàn thành": "0",
        },
        "minor_violation": "50",
        "deduct_of": "earned",
    },
}
TITLES = (
    "Công tác chỉ đạo, điều hành",
    "Cải cách thể chế",
    "Cải cách thủ tục hành chính",
    "Cải cách tổ chức bộ máy",
    "Cải cách chế độ công vụ",
    "Cải cách tài chính công",
    "Xây dựng chính quyền điện tử, chính quyền số",
)
OUTSIDE = (
    ("Điều tra xã hội học", {"type": "external_pct"}, "survey", 5),
    ("Lãnh đạo tỉnh đánh giá", {"type": "leadership_score", "combine": "mean"}, "leadership", 3),
)


def _leaf(code: str, kind: str) -> dict[str, Any]:
    return {
        "code": code,
        "title": f"Nội dung {code} của chương trình cải cách hành chính ({kind})",
        "max": "1",
        "rule": dict(RULES[kind]),
        "evidence": "Báo cáo, văn bản của đơn vị",
        "by": "self+appraisal",
        "na": "không phát sinh" if kind in ("step", "ratio", "floor", "formula") else None,
    }


def _large_set() -> dict[str, Any]:
    """Ninety-two leaves that the unit scores, five from a survey, three from the leadership."""
    kinds = list(RULES)
    fields = []
    for place, title in enumerate(TITLES, 1):
        count = 13 if place < 7 else 14
        criteria = []
        for group, (first, last) in enumerate(((0, 4), (4, 8), (8, count)), 1):
            code = f"{place}.{group}"
            leaves = [
                _leaf(f"{code}.{at - first + 1}", kinds[(at + place) % len(kinds)])
                for at in range(first, last)
            ]
            criteria.append(
                {"code": code, "title": f"Nhóm tiêu chí {code}", "max": str(len(leaves)), "sub": leaves}
            )
        fields.append({"code": str(place), "title": title, "max": str(count), "criteria": criteria})
    fields.append(_outside_field())
    return {
        **SMALL_SET,
        "total": "100",
        "survey_points": "8",
        "appraisal_points": "92",
        "bonus_penalty": {"bonus_max": "3", "penalty_max": "5", "total_cap": "100"},
        "fields": fields,
    }


def _outside_field() -> dict[str, Any]:
    criteria = []
    for group, (title, rule, by, most) in enumerate(OUTSIDE, 1):
        leaves = [
            {"code": f"8.{group}.{at}", "title": f"{title}, phần {at}", "max": "1", "rule": rule, "by": by}
            for at in range(1, most + 1)
        ]
        criteria.append({"code": f"8.{group}", "title": title, "max": str(most), "sub": leaves})
    return {"code": "8", "title": "Tác động của cải cách hành chính", "max": "8", "criteria": criteria}


LARGE_SET: Mapping[str, Any] = _large_set()

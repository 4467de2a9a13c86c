"""The table of criteria that the journey brings in, and what three departments answer to it.

Twenty points: fifteen that units score and appraisers appraise, five from outside. One leaf of every kind
of rule that a table can express, and one whose scale nobody can read: it is set by hand in the editor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone

YEAR = timezone.localdate().year
_SCORED = "self+appraisal"


def _leaf(code: str, title: str, most: str, rule: Mapping[str, Any], **more: str) -> dict[str, Any]:
    return {"code": code, "title": title, "max": most, "rule": rule, "by": _SCORED, **more}


def _group(code: str, title: str, most: str, leaves: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {"code": code, "title": title, "max": most, "sub": leaves}


def _field(code: str, title: str, most: str, groups: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {"code": code, "title": title, "max": most, "criteria": groups}


_PLAN = [
    _leaf(
        "1.1.1",
        "Ban hành kế hoạch cải cách hành chính",
        "1",
        {"type": "boolean", "yes": "1", "no": "0"},
        evidence="Kế hoạch",
    ),
    _leaf(
        "1.1.2",
        "Thời điểm ban hành kế hoạch",
        "1",
        {
            "type": "deadline",
            "options": [
                {"until": f"{YEAR - 1}-12-31", "points": "1"},
                {"until": f"{YEAR}-01-31", "points": "0.5"},
                {"points": "0"},
            ],
        },
    ),
    _leaf(
        "1.1.3",
        "Nội dung kế hoạch",
        "1",
        {
            "type": "checklist",
            "items": {"đủ lĩnh vực": "0.4", "rõ sản phẩm, thời hạn": "0.3", "rõ đơn vị chủ trì": "0.3"},
        },
    ),
    _leaf(
        "1.1.4",
        "Mức độ hoàn thành kế hoạch",
        "2",
        {"type": "ratio", "num": "nhiệm vụ hoàn thành", "den": "nhiệm vụ được giao"},
        evidence="Báo cáo năm kèm danh mục sản phẩm",
    ),
]
_IDEAS = [
    _leaf(
        "1.2.1",
        "Sáng kiến cải cách hành chính",
        "1",
        {
            "type": "choice",
            "options": {"cấp tỉnh công nhận": "1", "cấp sở công nhận": "0.5", "không có sáng kiến": "0"},
        },
    ),
    _leaf(
        "1.2.2",
        "Tin, bài về cải cách hành chính",
        "2",
        {"type": "count", "count": "tin, bài", "per": "0.1", "cap": "2"},
    ),
    _leaf(
        "1.2.3",
        "Kiểm tra đơn vị trực thuộc",
        "1",
        {"type": "unstated"},
        scale_text="Theo mức độ thực hiện trong năm",
    ),
]
_PROCEDURES = [
    _leaf(
        "2.1.1",
        "Hồ sơ giải quyết đúng hạn",
        "2",
        {
            "type": "step",
            "num": "hồ sơ đúng hạn",
            "den": "hồ sơ đã giải quyết",
            "steps": [
                {"gt": "0.9", "points": "2"},
                {"ge": "0.7", "points": "1"},
                {"lt": "0.7", "points": "0"},
            ],
        },
    ),
    _leaf(
        "2.1.2",
        "Hồ sơ thanh toán trực tuyến",
        "2",
        {
            "type": "ratio",
            "num": "hồ sơ thanh toán trực tuyến",
            "den": "hồ sơ có nghĩa vụ tài chính",
            "zero_below": "0.5",
        },
        na="Không áp dụng khi không phát sinh hồ sơ",
    ),
    _leaf(
        "2.1.3",
        "Không để xảy ra vi phạm",
        "1",
        {"type": "deduct", "per_violation": "0.5", "floor": "0"},
    ),
    _leaf(
        "2.1.4",
        "Xếp loại văn hóa công vụ",
        "1",
        {"type": "quality_grade", "grades": {"Tốt": "100", "Khá": "75", "Trung bình": "50"}},
    ),
]
_OUTSIDE = [
    {**_leaf("3.1.1", "Chỉ số hài lòng SIPAS", "3", {"type": "external_pct"}), "by": "survey"},
    {
        **_leaf(
            "3.1.2",
            "Điều tra xã hội học cán bộ, công chức",
            "2",
            {"type": "survey", "weights": {"A": "1", "B": "0.75", "C": "0.5", "D": "0"}},
        ),
        "by": "survey",
    },
]
TABLE: Mapping[str, Any] = {
    "set": f"Bộ tiêu chí thử khối sở, ban, ngành năm {YEAR}",
    "level": "department",
    "year": str(YEAR),
    "total": "20",
    "fields": [
        _field(
            "1",
            "Công tác chỉ đạo, điều hành",
            "9",
            [_group("1.1", "Kế hoạch năm", "5", _PLAN), _group("1.2", "Sáng kiến, kiểm tra", "4", _IDEAS)],
        ),
        _field(
            "2",
            "Cải cách thủ tục hành chính",
            "6",
            [_group("2.1", "Giải quyết thủ tục hành chính", "6", _PROCEDURES)],
        ),
        _field("3", "Tác động của cải cách", "5", [_group("3.1", "Mức độ hài lòng", "5", _OUTSIDE)]),
    ],
}
SELF_CODES = [
    *("1.1.1", "1.1.2", "1.1.3", "1.1.4", "1.2.1", "1.2.2", "1.2.3"),
    *("2.1.1", "2.1.2", "2.1.3", "2.1.4"),
]
PLAN_SIGNED = f"20/12/{YEAR - 1}"

# What the two departments that work in Excel fill in: answer, numerator, denominator.
# Nội vụ: 1 + 1 + 1 + 1,8 + 1 + 2 + 1 + 2 + 1,8 + 1 + 1 = 14,6 of 15.
HOME_AFFAIRS_ROWS: Mapping[str, tuple[str | int | None, str | int | None, int | None]] = {
    "1.1.1": ("Có", None, None),
    "1.1.2": (PLAN_SIGNED, None, None),
    "1.1.3": ("đủ lĩnh vực|rõ sản phẩm, thời hạn|rõ đơn vị chủ trì", None, None),
    "1.1.4": (None, 45, 50),
    "1.2.1": ("cấp tỉnh công nhận", None, None),
    "1.2.2": (None, 20, None),
    "1.2.3": (None, 4, None),
    "2.1.1": (None, 48, 50),
    "2.1.2": (None, 45, 50),
    "2.1.3": (None, 0, None),
    "2.1.4": ("Tốt", None, None),
}
# Tư pháp leaves 1.2.1 blank, and had no payments (0/0, taken out):
# 1 + 1 + 1 + 2 + 1,6 + 0 + 1 + 1 + 0,5 = 9,1 of the 13 points that are left.
JUSTICE_ROWS: Mapping[str, tuple[str | int | None, str | int | None, int | None]] = {
    **HOME_AFFAIRS_ROWS,
    "1.1.4": (None, 50, 50),
    "1.2.1": (None, None, None),
    "1.2.2": (None, 16, None),
    "1.2.3": (None, 1, None),
    "2.1.1": (None, 35, 50),
    "2.1.2": (None, 0, 0),
    "2.1.4": ("Trung bình", None, None),
}

from __future__ import annotations

from decimal import Decimal

import pytest

from openpar.engine.criteria import check, set_from_mapping
from openpar.parindex.criteria.scale_bounds import (
    describe_bounds,
    describe_last_day,
    read_bounds,
    read_last_day,
)
from openpar.parindex.criteria.scale_text import describe_rule, guess_rule, is_scale_line

D = Decimal
Rule = dict[str, object]


def step(*steps: dict[str, str]) -> Rule:
    return {"type": "step", "steps": [{name: D(value) for name, value in each.items()} for each in steps]}


ABOVE_90 = {"gt": "0.9", "points": "2"}
FROM_90 = {"ge": "0.9", "points": "2"}
BELOW_70 = {"lt": "0.7", "points": "0"}

# Words of real tables (data/criteria), and variants of them.
SCALES: list[tuple[str, str, Rule, str]] = [
    ("đạt 1; không đạt 0", "1", {"type": "boolean", "yes": D(1), "no": D(0)}, "sure"),
    ("đủ và có kinh phí 1; thiếu một trong hai 0", "1", {"type": "boolean", "yes": D(1), "no": D(0)}, "sure"),
    ("Đạt yêu cầu: 1 điểm\nKhông đạt: 0 điểm", "1", {"type": "boolean", "yes": D(1), "no": D(0)}, "sure"),
    (
        "kịp thời 1; không kịp thời 0,5; không ban hành 0",
        "1",
        {"type": "choice", "options": {"kịp thời": D(1), "không kịp thời": D("0.5"), "không ban hành": D(0)}},
        "sure",
    ),
    (
        "trên 90%: 2; 70-90%: 1; dưới 70%: 0",
        "2",
        step(ABOVE_90, {"ge": "0.7", "le": "0.9", "points": "1"}, BELOW_70),
        "sure",
    ),
    (
        ">90%: 2; 70-90%: 1; <70%: 0",
        "2",
        step(ABOVE_90, {"ge": "0.7", "le": "0.9", "points": "1"}, BELOW_70),
        "sure",
    ),
    (
        "Từ 90% trở lên: 2 điểm\nTừ 70% đến dưới 90%: 1 điểm\nDưới 70%: 0 điểm",
        "2",
        step(FROM_90, {"ge": "0.7", "lt": "0.9", "points": "1"}, BELOW_70),
        "sure",
    ),
    (
        "- Từ 90% trở lên: 2\n- Từ 70% - 90%: 1\n- Dưới 70%: 0",
        "2",
        step(FROM_90, {"ge": "0.7", "lt": "0.9", "points": "1"}, BELOW_70),
        "likely",
    ),
    (
        "Trên 90% số nhiệm vụ: 2\nTừ trên 70% đến 90%: 1\nTừ 70% trở xuống: 0",
        "2",
        step(ABOVE_90, {"gt": "0.7", "le": "0.9", "points": "1"}, {"le": "0.7", "points": "0"}),
        "sure",
    ),
    ("100%: 1\nDưới 100%: 0", "1", step({"ge": "1", "points": "1"}, {"lt": "1", "points": "0"}), "sure"),
    (
        "họp 4 lần 20; 3 lần 15; còn lại 0",
        "20",
        {
            "type": "step_on_count",
            "steps": [{"eq": D(4), "points": D(20)}, {"eq": D(3), "points": D(15)}, {"points": D(0)}],
        },
        "sure",
    ),
    ("a/b x điểm tối đa", "3", {"type": "ratio", "num": "a", "den": "b"}, "sure"),
    (
        "Từ 80% trở lên: (số đúng hạn/tổng số) × điểm tối đa\nDưới 80%: 0",
        "3",
        {"type": "ratio", "num": "số đúng hạn", "den": "tổng số", "zero_below": D("0.8")},
        "sure",
    ),
    (
        "Đạt 100%: 3 điểm.\nTừ 80% - dưới 100%: tính theo công thức (Tỷ lệ % đạt x 3)/100\nDưới 80%: 0",
        "3",
        {"type": "ratio", "zero_below": D("0.8")},
        "likely",
    ),
    (
        "Tính điểm theo công thức: b/a*2\nTrong đó: a là tổng số văn bản; b là số văn bản đã xử lý",
        "2",
        {"type": "ratio", "num": "số văn bản đã xử lý", "den": "tổng số văn bản"},
        "sure",
    ),
    (
        ">=80%: a/b x max; <80%: 0",
        "3",
        {"type": "ratio", "num": "a", "den": "b", "zero_below": D("0.8")},
        "sure",
    ),
    (
        "100%: 2\nTừ 80% đến dưới 100%: tính theo công thức riêng\nDưới 80%: 0",
        "2",
        {
            "type": "unstated",
            "text": "100%: 2\nTừ 80% đến dưới 100%: tính theo công thức riêng\nDưới 80%: 0",
        },
        "none",
    ),
    ("Tỷ lệ % hoàn thành nhân với điểm tối đa", "3", {"type": "ratio"}, "likely"),
    ("Số đã nộp/tổng số x 2,5", "2.5", {"type": "ratio", "num": "Số đã nộp", "den": "tổng số"}, "sure"),
    (
        "đủ nhiệm vụ 0,1; cụ thể hóa 0,1; rõ kết quả 0,1; không đạt 0",
        "0.3",
        {
            "type": "checklist",
            "items": {"đủ nhiệm vụ": D("0.1"), "cụ thể hóa": D("0.1"), "rõ kết quả": D("0.1")},
        },
        "likely",
    ),
    (
        "3 yêu cầu x 0,1 = 0,3",
        "0.3",
        {"type": "checklist", "items": {f"yêu cầu {number}": D("0.1") for number in (1, 2, 3)}},
        "likely",
    ),
    (
        "mỗi nội quy/quy chế 0,5, tối đa 2",
        "2",
        {"type": "count", "per": D("0.5"), "cap": D(2), "count": "nội quy/quy chế"},
        "sure",
    ),
    ("mỗi vi phạm trừ 1", "2", {"type": "deduct", "per_violation": D(1), "floor": D(0)}, "sure"),
    (
        "Trừ 0,5 điểm cho mỗi trường hợp vi phạm",
        "2",
        {"type": "deduct", "per_violation": D("0.5"), "floor": D(0)},
        "sure",
    ),
    (
        "Cứ mỗi công chức bị khiển trách trừ 0,5; mỗi công chức bị buộc thôi việc trừ 1",
        "2",
        {
            "type": "deduct",
            "per_violation": {"công chức bị khiển trách": D("0.5"), "công chức bị buộc thôi việc": D(1)},
            "floor": D(0),
        },
        "sure",
    ),
    ("theo kết quả điều tra xã hội học", "35", {"type": "external_pct"}, "likely"),
    ("SIPAS % x 35", "35", {"type": "external_pct"}, "sure"),
    (
        "Điều tra xã hội học, nhóm: lanh_dao\nA: 100%\nB: 60%",
        "5",
        {"type": "survey", "weights": {"A": D(1), "B": D("0.6")}, "group": "lanh_dao"},
        "sure",
    ),
    (
        "trong tháng 1: 0,2; từ tháng 2 hoặc không ban hành: 0 (tính theo thời điểm chữ ký số)",
        "0.2",
        {
            "type": "deadline",
            "options": [{"until": "1", "points": D("0.2")}, {"points": D(0)}],
            "counts": "signed_at",
        },
        "likely",
    ),
    (
        "xuất sắc 100%; tốt 75%; hoàn thành 50%",
        "3",
        {"type": "quality_grade_percent", "grades": {"xuất sắc": D(100), "tốt": D(75), "hoàn thành": D(50)}},
        "likely",
    ),
    ("Chủ tịch UBND tỉnh cho điểm", "3", {"type": "leadership_score"}, "likely"),
    ("(không đọc được)", "1", {"type": "unstated", "text": "(không đọc được)"}, "none"),
    ("", "1", {"type": "unstated", "text": ""}, "none"),
]


@pytest.mark.parametrize(("text", "maximum", "rule", "confidence"), SCALES)
def test_the_words_of_a_scale_become_a_rule(text: str, maximum: str, rule: Rule, confidence: str) -> None:
    guess = guess_rule(text, D(maximum))
    assert guess.rule == rule
    assert guess.confidence == confidence
    assert guess.note or confidence == "sure" or rule["type"] in {"quality_grade_percent", "leadership_score"}


@pytest.mark.parametrize(("text", "maximum", "rule", "confidence"), SCALES)
def test_the_engine_accepts_every_guess(text: str, maximum: str, rule: Rule, confidence: str) -> None:
    by = {"external_pct": "survey", "survey": "survey", "leadership_score": "leadership"}
    leaf = {"code": "1", "title": "x", "max": maximum, "rule": guess_rule(text, D(maximum)).rule}
    leaf["by"] = by.get(str(rule["type"]), "self+appraisal")
    problems = check(set_from_mapping({"set": "x", "year": "2026", "total": maximum, "fields": [leaf]}))
    serious = [problem for problem in problems if "đúng bằng" not in problem.what]
    assert bool(serious) is (rule["type"] == "unstated")


@pytest.mark.parametrize(("text", "maximum", "rule", "confidence"), SCALES)
def test_a_rule_written_in_words_is_read_as_the_same_rule(
    text: str, maximum: str, rule: Rule, confidence: str
) -> None:
    written = describe_rule(rule, D(maximum))
    assert guess_rule(written, D(maximum)).rule == rule


def test_a_scale_that_misses_the_maximum_is_kept_and_said() -> None:
    guess = guess_rule("Tốt: 2\nKhá: 1\nKém: 0", D(4))
    assert guess.rule == {"type": "choice", "options": {"Tốt": D(2), "Khá": D(1), "Kém": D(0)}}
    assert guess.confidence == "likely"
    assert "2 điểm, khác điểm tối đa 4" in guess.note


def test_a_gap_between_steps_is_not_closed() -> None:
    guess = guess_rule("trên 90%: 2; 70-89%: 1; dưới 70%: 0", D(2))
    assert guess.rule == step(ABOVE_90, {"ge": "0.7", "le": "0.89", "points": "1"}, BELOW_70)


def test_numbers_of_rules_are_never_floats() -> None:
    with pytest.raises(TypeError, match="exact"):
        describe_rule({"type": "boolean", "yes": 0.5})


@pytest.mark.parametrize(
    ("label", "limits"),
    [
        ("trên 90%", {"gt": "0.9"}),
        ("Từ trên 90%", {"gt": "0.9"}),
        ("dưới 70%", {"lt": "0.7"}),
        ("đạt từ 90% trở lên", {"ge": "0.9"}),
        ("từ 70% trở xuống", {"le": "0.7"}),
        ("≥ 80%", {"ge": "0.8"}),
        (">= 80%", {"ge": "0.8"}),
        ("<= 12,5%", {"le": "0.125"}),
        ("ít nhất 80%", {"ge": "0.8"}),
        ("không quá 5%", {"le": "0.05"}),
        ("70-90%", {"ge": "0.7", "le": "0.9"}),
        ("Từ 70 đến 90%", {"ge": "0.7", "le": "0.9"}),
        ("từ 70% đến dưới 90%", {"ge": "0.7", "lt": "0.9"}),
        ("trên 70% đến 90%", {"gt": "0.7", "le": "0.9"}),
        ("100%", {"ge": "1"}),
        ("80%", {"eq": "0.8"}),
        ("4 lần", {"eq": "4"}),
        ("từ 4 cuộc trở lên", {"ge": "4"}),
        ("ban hành trong quý 1", None),
        ("không đạt", None),
        ("1, 2 và 3", None),
    ],
)
def test_words_of_bounds(label: str, limits: dict[str, str] | None) -> None:
    found = read_bounds(label)
    expected = None if limits is None else {name: D(value) for name, value in limits.items()}
    assert (found and found.limits) == expected


@pytest.mark.parametrize(
    "limits",
    [
        {"gt": "0.9"},
        {"ge": "0.125"},
        {"lt": "0.7"},
        {"le": "0.7"},
        {"ge": "0.7", "lt": "0.9"},
        {"gt": "0.7", "le": "0.9"},
        {"ge": "0.7", "le": "0.9"},
        {"gt": "0.7", "lt": "0.9"},
    ],
)
def test_bounds_are_described_as_they_are_read(limits: dict[str, str]) -> None:
    exact = {name: D(value) for name, value in limits.items()}
    found = read_bounds(describe_bounds(exact, percent=True))
    assert found is not None
    assert found.limits == exact


@pytest.mark.parametrize(
    ("label", "until"),
    [
        ("trong tháng 1", "1"),
        ("Ban hành trong tháng 02", "2"),
        ("đến hết quý I", "3"),
        ("trước ngày 15/02", "02-14"),
        ("trước ngày 01/03", "2"),
        ("đến ngày 15/02", "02-15"),
        ("chậm nhất ngày 31/01", "1"),
        ("trước ngày 01/01/2026", "2025-12-31"),
        ("đến ngày 31/12/2025", "2025-12-31"),
        ("trước ngày 01/01", None),
        ("đến ngày 31/02", None),
        ("sau tháng 1", None),
        ("từ tháng 2", None),
        ("trong tháng 12 năm trước", None),
        ("không ban hành", None),
    ],
)
def test_words_of_last_days(label: str, until: str | None) -> None:
    assert read_last_day(label) == until


@pytest.mark.parametrize("until", ["1", "2", "12", "02-14", "12-30", "2025-12-31"])
def test_last_days_are_described_as_they_are_read(until: str) -> None:
    assert read_last_day(describe_last_day(until)) == until


@pytest.mark.parametrize(
    ("line", "is_scale"),
    [
        ("Trên 90%: 2", True),
        ("- Đạt yêu cầu: 1 điểm", True),
        ("Cách tính điểm", True),
        ("Tính điểm theo công thức", True),
        ("của cơ quan, đơn vị", False),
        ("theo quy định", False),
    ],
)
def test_which_lines_of_a_title_cell_are_scale(line: str, is_scale: bool) -> None:
    assert is_scale_line(line) is is_scale

"""Criteria sets: the sample files, reading with every fault at once, checks before a set is issued."""

import unicodedata
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from openpar.engine.criteria import (
    CriteriaSet,
    Leaf,
    NaPolicy,
    ScoredBy,
    check,
    set_from_mapping,
    set_to_mapping,
    warnings,
)
from openpar.engine.errors import InvalidSet, UnknownCode
from openpar.engine.rules import RatioWithZeroFloor, Unstated
from openpar.parindex.criteria.yaml_files import read_criteria_set, read_mapping
from tests.engine.sets import field, leaf, made, mapping

D = Decimal
SAMPLES = Path(__file__).parents[2] / "data" / "criteria"
SO, XA = SAMPLES / "SYNTHETIC_so_2026.yaml", SAMPLES / "SYNTHETIC_xa_2026.yaml"


@pytest.mark.parametrize(
    ("path", "leaves", "inside", "outside"), [(SO, 46, "68", "32"), (XA, 38, "62", "38")], ids=["so", "xa"]
)
def test_the_sample_sets_are_read_and_found_sound(path: Path, leaves: int, inside: str, outside: str) -> None:
    found = read_criteria_set(path)
    assert check(found) == ()
    assert warnings(found) == ()
    assert found.is_sample
    assert len(found.leaves()) == leaves
    assert found.maximum == 100
    parts = {True: D(0), False: D(0)}
    for each in found.leaves():
        parts[each.scored_by.is_outside] += each.maximum
    assert parts == {True: D(outside), False: D(inside)}


def test_a_sample_leaf_is_understood_as_written() -> None:
    found = read_criteria_set(SO)
    one = found.leaf("3.2.1")
    assert isinstance(one, Leaf)
    assert isinstance(one.rule, RatioWithZeroFloor)
    assert (one.maximum, one.rule.zero_below) == (D(4), D("0.9"))
    assert one.indicator == "dossier.on_time_ratio"
    assert (one.may_be_not_applicable, one.not_applicable_note) == (True, "mẫu số = 0 -> không áp dụng")
    assert not found.leaf("3.1.2").may_be_not_applicable
    assert found.leaf("8.1.1").scored_by is ScoredBy.SURVEY
    settings = found.settings
    assert settings.na_policy is NaPolicy.RESCALE_APPRAISAL
    assert (settings.digits, settings.rounding_mode, settings.total_cap) == (2, "HALF_UP", D(100))
    with pytest.raises(UnknownCode):
        found.leaf("9.9.9")


@pytest.mark.parametrize("path", [SO, XA], ids=["so", "xa"])
def test_a_set_written_out_reads_back_the_same(path: Path) -> None:
    found = read_criteria_set(path)
    assert set_from_mapping(set_to_mapping(found)) == found


def test_every_optional_setting_survives_writing() -> None:
    found = made(
        field(
            "1", leaf("1.1", "2", scale_text="Trên 90%: 2", owner="Sở Nội vụ", article="mục 1", note="mới")
        ),
        title="Bộ thử",
        status="dự thảo",
        na_scope="field",
        ties="ordinal",
        tie_breakers=["appraised", "1"],
        rank_on="displayed",
        rounding={"display": "3", "mode": "down"},
        bands=[{"name": "A", "ge": "90"}, {"name": "B", "lt": "90"}],
        bands_by_block={"xã": [{"name": "I", "ge": "80"}, {"name": "II", "lt": "80"}]},
        bonus_penalty={"bonus_max": "3"},
        n_fields="1",
    )
    assert check(found) == ()
    assert set_from_mapping(set_to_mapping(found)) == found
    assert [band.name for band in found.settings.bands_for("xã")] == ["I", "II"]
    assert [band.name for band in found.settings.bands_for("sở")] == ["A", "B"]


def faulty(change: Callable[[dict[str, Any]], object]) -> CriteriaSet:
    """The sample set with one thing spoilt."""
    given = read_mapping(SO)
    change(given)
    return set_from_mapping(given)


def first_leaf(given: dict[str, Any], field_at: int, criterion: int) -> dict[str, Any]:
    leaf_found: dict[str, Any] = given["fields"][field_at]["criteria"][criterion]["sub"][0]
    return leaf_found


DEFECTS: list[tuple[str, Callable[[dict[str, Any]], object], str, str, str]] = [
    (
        "sum of a criterion",
        lambda g: g["fields"][0]["criteria"][0].update(max="4.5"),
        "1.1",
        "SUM",
        "chênh lệch −0,5",
    ),
    ("sum of a field", lambda g: g["fields"][0].update(max="13"), "1", "SUM", "khai 13"),
    ("total", lambda g: g.update(total="99"), "", "SUM", "Tổng điểm khai 99"),
    ("outside part", lambda g: g.update(survey_points="30"), "", "SUM", "khai 30"),
    ("appraised part", lambda g: g.update(appraisal_points="70"), "", "SUM", "khai 70"),
    ("count", lambda g: g.update(n_sub="47"), "", "COUNT", "Khai 47 tiêu chí thành phần, trong bảng có 46."),
    ("code twice", lambda g: first_leaf(g, 0, 0).update(code="1.1.2"), "1.1.2", "CODE", "2 lần"),
    ("wrong parent", lambda g: first_leaf(g, 0, 0).update(code="1.2.9"), "1.2.9", "CODE", "cha “1.1”"),
    (
        "below the maximum",
        lambda g: first_leaf(g, 0, 1)["rule"].update(yes="0.9"),
        "1.2.1",
        "RULE",
        "không đạt tới",
    ),
    ("above the maximum", lambda g: first_leaf(g, 0, 1)["rule"].update(yes="1.1"), "1.2.1", "RULE", "vượt"),
    (
        "floor in per cent",
        lambda g: first_leaf(g, 0, 2)["rule"].update(zero_below="80"),
        "1.3.1",
        "RULE",
        "0.8",
    ),
    (
        "no best option",
        lambda g: first_leaf(g, 0, 0)["rule"]["options"].update({"trong tháng 1": "0.6"}),
        "1.1.1",
        "RULE",
        "nhiều nhất 0,6 điểm",
    ),
    ("scored outside", lambda g: first_leaf(g, 0, 1).update(by="survey"), "1.2.1", "RULE", "tự chấm"),
    (
        "scored inside",
        lambda g: first_leaf(g, 7, 0).update(by="self+appraisal"),
        "8.1.1",
        "RULE",
        "từ bên ngoài",
    ),
    ("no rule yet", lambda g: first_leaf(g, 0, 1).update(rule=None), "1.2.1", "RULE", "Chưa có quy tắc"),
    (
        "empty parent",
        lambda g: g["fields"][0]["criteria"][0].update(sub=[]),
        "1.1",
        "FORMAT",
        "Không có tiêu chí",
    ),
    ("negative maximum", lambda g: first_leaf(g, 0, 1).update(max="-1"), "1.2.1", "RULE", "âm"),
    ("tie-breaker", lambda g: g.update(tie_breakers=["99"]), "tie_breakers", "SETTING", "“99”"),
    ("ordinal", lambda g: g.update(ties="ordinal"), "ties", "SETTING", "tiêu chí phụ"),
    ("bands", lambda g: g.update(bands=[{"name": "A", "ge": "50"}]), "bands", "SETTING", "giá trị 0"),
    ("cap", lambda g: g["bonus_penalty"].update(bonus_max="-1"), "bonus_max", "SETTING", "số âm"),
    ("digits", lambda g: g["rounding"].update(display="13"), "rounding", "SETTING", "13"),
]


@pytest.mark.parametrize(
    ("change", "where", "kind", "what"), [row[1:] for row in DEFECTS], ids=[r[0] for r in DEFECTS]
)
def test_a_defective_set_still_loads_and_the_defect_is_told(
    change: Callable[[dict[str, Any]], object], where: str, kind: str, what: str
) -> None:
    problems = check(faulty(change))
    assert any(
        (problem.where, problem.kind) == (where, kind) and what in problem.what and problem.remedy
        for problem in problems
    ), problems


def test_a_difference_of_a_real_table_is_reported() -> None:
    """A published set prints 675 over parts of 567, 68, 18 and 18."""
    parts = [leaf(str(number), most) for number, most in enumerate(("567", "68", "18", "18"), 1)]
    (problem,) = check(made(*parts, total="675"))
    assert problem.what == "Tổng điểm khai 675, các mục con cộng lại 671, chênh lệch −4."
    assert problem.kind == "SUM"


def test_several_defects_are_told_together() -> None:
    def spoil(given: dict[str, Any]) -> None:
        given["total"] = "99"
        first_leaf(given, 0, 0)["code"] = "1.1.2"
        first_leaf(given, 0, 1)["rule"]["yes"] = "3"

    assert {problem.kind for problem in check(faulty(spoil))} == {"SUM", "CODE", "RULE"}


def test_a_top_step_on_one_exact_count_is_only_a_warning() -> None:
    rule = {"type": "step_on_count", "steps": [{"eq": "4", "points": "1"}, {"points": "0"}]}
    found = made(field("1", leaf("1.1", "1", rule=rule)))
    assert check(found) == ()
    assert [(warning.where, warning.kind) for warning in warnings(found)] == [("1.1", "NOTE")]


def test_everything_unreadable_is_told_at_once() -> None:
    given = mapping(
        field(
            "1",
            leaf("1.1", "hai"),
            leaf("1.2", "1", rule={"type": "magic"}),
            leaf("1.3", "1", rule={"type": "ratio", "zero_bellow": "0.8"}),
            leaf("1.4", "1", rule={"type": "step", "steps": [{"gt": "0.9", "ge": "0.8", "points": "1"}]}),
            leaf(
                "1.5",
                "1",
                rule={"type": "formula", "variables": [{"name": "x"}], "branches": [{"points": "y"}]},
            ),
            leaf("1.6", "1", rule={"type": "choice", "options": {}}),
            leaf("1.7", "1", by="nobody"),
            leaf("1.8", "1", rule={"type": "survey", "weights": {"A": "1"}, "combine": "median"}),
            leaf("1.9", "1", rule="ratio"),
            leaf("1.10", "1", rule={"type": "deadline", "options": [{"until": "13-01", "points": "1"}]}),
            {"title": "không mã", "max": "1", "rule": {"type": "ratio"}},
        ),
        na_policy="zero",
        ties="random",
        rounding={"mode": "nearest", "dispaly": "2"},
        colour="red",
    )
    with pytest.raises(InvalidSet) as refused:
        set_from_mapping(given)
    places = [problem.where for problem in refused.value.problems]
    assert {f"1.{at}" for at in range(1, 11)} <= set(places)
    text = str(refused.value)
    for word in (
        "magic",
        "zero_bellow",
        "nobody",
        "median",
        "13-01",
        "“zero”",
        "random",
        "NEAREST",
        "dispaly",
        "colour",
    ):
        assert word in text
    assert "biến chưa khai báo: y" in text


def test_floats_are_no_points() -> None:
    with pytest.raises(InvalidSet, match=r"0\.1"):
        made(field("1", leaf("1.1", "1", max=0.1)))


def test_no_fields_no_set() -> None:
    with pytest.raises(InvalidSet):
        set_from_mapping({"set": "trống"})


def test_a_tree_without_end_is_refused() -> None:
    node = leaf("1", "1")
    for _ in range(30):
        node = {"code": "1", "title": "", "sub": [node]}
    with pytest.raises(InvalidSet, match="nhiều cấp"):
        made(node)


def test_a_leaf_without_rule_is_read_as_not_yet_stated() -> None:
    found = made(field("1", {"code": "1.1", "title": "", "max": "1"}))
    assert isinstance(found.leaf("1.1").rule, Unstated)


def test_labels_are_read_in_one_spelling() -> None:
    rule = {"type": "choice", "options": {unicodedata.normalize("NFD", "kịp thời"): "1"}}
    found = made(field("1", leaf("1.1", "1", rule=rule)))
    assert found.leaf("1.1").rule.describe(D(1))[0].label == "kịp thời"

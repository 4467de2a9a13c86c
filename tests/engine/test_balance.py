"""The identities: published figures, readings of a gap, totals, periods in a row."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from openpar.engine.balance import (
    ColumnKind,
    Counts,
    Tried,
    UnknownCount,
    check_following,
    check_row,
    check_total,
    check_year,
    cumulative,
)
from openpar.engine.balance_data import identities_from_mapping
from openpar.engine.errors import InvalidSet
from openpar.parindex.criteria.yaml_files import mapping_of, read_mapping

FILE = Path(__file__).parents[2] / "data" / "dossier_identities.yaml"
WORKED = read_mapping(Path(__file__).parent / "facts" / "identities.yaml")["rows"]
IDENTITIES = identities_from_mapping(read_mapping(FILE))


def counts_of(row: dict[str, str | None]) -> dict[str, int | None]:
    """The counts of a worked row."""
    return {name: None if text is None else int(text) for name, text in row.items()}


@pytest.mark.parametrize("row", WORKED, ids=lambda row: str(row["why"]))
def test_a_row_is_read_as_the_table_says(row: dict[str, Any]) -> None:
    findings = check_row(IDENTITIES, counts_of(row["counts"]))
    assert [(each.identity, each.gap, each.reading) for each in findings] == [
        (each["identity"], None if each["gap"] is None else int(each["gap"]), each.get("reading", ""))
        for each in row["found"]
    ]
    for finding in findings:
        assert finding.holds is (None if finding.gap is None else finding.gap == 0)


def test_son_la_returned_inside_resolved_was_tried_and_leaves_22() -> None:
    (finding,) = check_row(IDENTITIES, {"received": 675, "resolved": 635, "returned": 18, "in_process": 18})
    assert finding.equation == "675 tiếp nhận ≠ 635 đã giải quyết + 18 đang giải quyết + 18 trả lại = 671"
    assert finding.tried == (Tried("Hồ sơ trả lại đã nằm trong số đã giải quyết, bị cộng hai lần", 22),)


def test_readings_that_fit_equally_well_are_all_told() -> None:
    counts = {"received": 100, "resolved": 80, "returned": 5, "withdrawn": 5, "in_process": 15}
    (finding,) = check_row(IDENTITIES, counts)
    assert finding.gap == -5
    assert "trả lại" in finding.reading
    assert ["rút" in other for other in finding.others] == [True]


def test_a_count_that_nobody_knows_is_refused() -> None:
    with pytest.raises(UnknownCount, match="recieved"):
        check_row(IDENTITIES, {"recieved": 1})


flows = some.integers(0, 10_000)


@some.composite
def balanced(draw: some.DrawFn) -> dict[str, int]:
    """Counts of one unit that satisfy everything."""
    names = ("early", "on_time", "late", "returned", "withdrawn", "in_time", "overdue")
    found = {name: draw(flows) for name in names}
    found["resolved"] = found["early"] + found["on_time"] + found["late"]
    found["in_process"] = found["in_time"] + found["overdue"]
    found["received"] = sum(found[name] for name in ("resolved", "in_process", "returned", "withdrawn"))
    found["carried_over"] = draw(some.integers(0, found["received"]))
    found["received_new"] = found["received"] - found["carried_over"]
    return found


@given(balanced(), some.data())
@settings(max_examples=200, deadline=None)
def test_counts_that_balance_have_no_gap_whatever_columns_are_there(
    counts: dict[str, int], data: some.DataObject
) -> None:
    # E4 and CARRY need the columns of what left another way, if anything left so.
    kept = data.draw(some.sets(some.sampled_from(sorted(counts))))
    if counts["returned"] or counts["withdrawn"]:
        kept |= {"returned", "withdrawn"}
    findings = check_row(IDENTITIES, {name: counts[name] for name in kept})
    assert all(finding.holds for finding in findings)


@given(balanced(), some.data(), some.integers(1, 50))
@settings(max_examples=200, deadline=None)
def test_a_changed_count_is_always_noticed_by_exactly_its_size(
    counts: dict[str, int], data: some.DataObject, change: int
) -> None:
    name = data.draw(some.sampled_from(sorted(counts)))
    findings = check_row(IDENTITIES, counts | {name: counts[name] + change})
    gaps = {finding.gap for finding in findings if not finding.holds}
    assert gaps
    assert gaps <= {change, -change}


@given(balanced())
@settings(max_examples=100, deadline=None)
def test_no_blank_is_taken_for_zero(counts: dict[str, int]) -> None:
    for name in counts:
        for finding in check_row(IDENTITIES, {**counts, name: None}):
            assert finding.holds is not False
            assert (finding.holds is None) == (finding.gap is None) == ("để trống" in finding.reading)


def total(rows: dict[str, Counts], given_total: Counts) -> dict[str, tuple[int | None, str]]:
    return {each.identity: (each.gap, each.reading) for each in check_total(IDENTITIES, rows, given_total)}


def test_the_total_row_is_compared_with_the_sum_of_the_rows() -> None:
    rows: dict[str, Counts] = {"A": {"received": 10}, "B": {"received": 25}, "C": {"received": 7}}
    assert total(rows, {"received": 42}) == {"E6 received": (0, "")}
    assert total(rows, {"received": 17}) == {"E6 received": (-25, "Dòng tổng bỏ sót “B”")}
    assert total(rows, {"received": 49}) == {"E6 received": (7, "Dòng tổng cộng hai lần “C”")}
    assert total(rows, {"received": 45}) == {"E6 received": (3, "3 hồ sơ chưa rõ")}
    assert total(rows, {"received": None}) == {
        "E6 received": (None, "Không kiểm tra được: để trống dòng tổng")
    }
    rows["B"] = {"received": None}
    assert total(rows, {"received": 17}) == {"E6 received": (None, "Không kiểm tra được: để trống B")}


def test_what_is_carried_over_is_what_was_in_process() -> None:
    assert check_following(IDENTITIES, {"in_process": 18}, {"carried_over": 18}).holds is True
    finding = check_following(IDENTITIES, {"in_process": 18}, {"carried_over": 14})
    assert (finding.holds, finding.gap, finding.reading) == (False, -4, "4 hồ sơ tính thừa, chưa rõ ở đâu")
    assert check_following(IDENTITIES, {"in_process": None}, {"carried_over": 14}).holds is None


QUARTERS: tuple[Counts, ...] = (
    {"received": 110, "carried_over": 10, "received_new": 100, "resolved": 90, "in_process": 20},
    {"received": 95, "carried_over": 20, "received_new": 75, "resolved": 80, "in_process": 15},
    {"received": 60, "carried_over": 15, "received_new": 45, "resolved": 55, "in_process": 5},
)
YEAR = {"received": 230, "carried_over": 10, "received_new": 220, "resolved": 225, "in_process": 5}


def test_periods_in_a_row_become_one_without_adding_what_was_carried_over() -> None:
    assert cumulative(IDENTITIES, QUARTERS) == YEAR
    assert all(finding.holds for finding in check_row(IDENTITIES, YEAR))
    without_new = [
        {name: value for name, value in each.items() if name != "received_new"} for each in QUARTERS
    ]
    assert cumulative(IDENTITIES, without_new)["received"] == 230
    with pytest.raises(ValueError):
        cumulative(IDENTITIES, [])


def test_a_blank_period_leaves_the_sum_blank() -> None:
    blank = [*QUARTERS[:2], {**QUARTERS[2], "resolved": None, "received_new": None, "received": None}]
    found = cumulative(IDENTITIES, blank)
    assert (found["resolved"], found["received"], found["in_process"]) == (None, None, 5)


def test_a_year_that_adds_up_what_was_carried_over_is_told_so() -> None:
    assert all(finding.holds for finding in check_year(IDENTITIES, QUARTERS, YEAR))
    doubled = {**YEAR, "received": 265, "resolved": 226, "carried_over": None}
    found = check_year(IDENTITIES, QUARTERS, doubled)
    told = {each.equation.partition(":")[0]: (each.holds, each.gap, each.reading) for each in found}
    assert told["tiếp nhận"] == (
        False,
        35,
        "Tiếp nhận bị cộng dồn qua các kỳ: kỳ trước chuyển sang tính nhiều lần",
    )
    assert told["đã giải quyết"] == (False, 1, "1 hồ sơ chưa rõ")
    assert [each.holds for each in found].count(None) == 1


@given(some.lists(balanced(), min_size=1, max_size=5))
@settings(max_examples=100, deadline=None)
def test_a_chain_of_balanced_periods_balances_as_a_whole(periods: list[dict[str, int]]) -> None:
    chained: list[dict[str, int]] = []
    for period in periods:
        opening = chained[-1]["in_process"] if chained else period["carried_over"]
        change = opening - period["carried_over"]
        chained.append(
            {
                **period,
                "carried_over": opening,
                "received": period["received"] + change,
                "withdrawn": period["withdrawn"] + change if change > 0 else period["withdrawn"],
                "received_new": period["received_new"] + max(-change, 0),
            }
        )
        if change < 0:
            chained[-1]["received"] = period["received"]
    whole = cumulative(IDENTITIES, chained)
    assert all(finding.holds for finding in check_row(IDENTITIES, whole))
    assert whole["carried_over"] == chained[0]["carried_over"]


def test_columns_know_how_they_behave_over_periods() -> None:
    kinds = {column.name: column.kind for column in IDENTITIES.columns}
    assert kinds["carried_over"] is ColumnKind.OPENING
    assert {name for name, kind in kinds.items() if kind is ColumnKind.CLOSING} == {
        "in_process",
        "in_time",
        "overdue",
        "supplement",
        "paused",
    }


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("parts: [early, on_time, late]", "parts: [early, on_time, latte]", "latte"),
        ("{gap_is: {late: -1}", "{gap_is: {late: -2}", "gap_is"),
        ("name: late, label", "name: early, label", "hai lần"),
        ("remainder: in_time", "remainder: in_tme", "in_tme"),
        ("kind: opening", "kind: beginning", "beginning"),
        ("whole: [resolved]", "whole: resolved", "whole"),
    ],
)
def test_identities_that_contradict_themselves_are_refused(before: str, after: str, told: str) -> None:
    text = FILE.read_text("utf-8")
    assert before in text
    with pytest.raises(InvalidSet, match=told):
        identities_from_mapping(mapping_of(text.replace(before, after, 1).encode()))

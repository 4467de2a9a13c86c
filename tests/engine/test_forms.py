"""Forms as data: versions by date, equations, where counts without a column go."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from openpar.engine.balance import check_row
from openpar.engine.balance_data import identities_from_mapping
from openpar.engine.errors import InvalidSet
from openpar.engine.form_data import form_from_mapping
from openpar.engine.forms import (
    ColumnKind,
    Form,
    NoSuchPlacement,
    Placement,
    check_form_row,
    form_on,
    row_of,
)
from openpar.parindex.criteria.yaml_files import mapping_of, read_mapping

DATA = Path(__file__).parents[2] / "data"
FORMS = {path.stem: form_from_mapping(read_mapping(path)) for path in sorted((DATA / "forms").glob("*.yaml"))}
II_06A = FORMS["ii_06a"]
IDENTITIES = identities_from_mapping(read_mapping(DATA / "dossier_identities.yaml"))
SON_LA = {
    "received": 675,
    "online": None,
    "in_person": None,
    "carried_over": None,
    "resolved": 635,
    "early": 567,
    "on_time": 68,
    "late": 0,
    "returned": 18,
    "in_process": 18,
}


def gaps(form: Form, row: dict[str, int | None]) -> dict[str, int | None]:
    """The gap of every equation."""
    return {found.equation.id: found.gap for found in check_form_row(form, row)}


def test_the_form_has_its_thirteen_columns_and_equations() -> None:
    assert [column.number for column in II_06A.columns] == list(range(1, 14))
    counts = [column.key for column in II_06A.columns if column.kind is ColumnKind.COUNT]
    assert counts == [
        "received",
        "online",
        "in_person",
        "carried_over",
        "resolved",
        "early",
        "on_time",
        "late",
        "in_process",
        "in_time",
        "overdue",
    ]
    assert set(counts) <= {column.name for column in IDENTITIES.columns}
    assert [equation.id for equation in II_06A.equations] == ["E1", "E2", "E3", "E4"]
    assert II_06A.across == ("E5", "E6", "E7")
    assert II_06A.columns[4].path == ("Số hồ sơ nhận giải quyết", "Trong kỳ", "Trực tiếp, dịch vụ bưu chính")


def test_the_gap_of_son_la_stays_wherever_the_returned_dossiers_go() -> None:
    inside = row_of(II_06A, SON_LA, II_06A.placement("inside"))
    assert (inside["resolved"], inside["on_time"], inside["in_process"]) == (653, 86, 18)
    assert gaps(II_06A, inside) == {"E1": None, "E2": 0, "E3": None, "E4": 4}
    own = II_06A.placement("own_columns")
    form = II_06A.with_columns_of(own)
    apart = row_of(form, {**SON_LA, "supplement": 0, "paused": 0, "withdrawn": 0, "stopped": 0}, own)
    assert gaps(form, apart)["E4"] == 4
    assert gaps(form, {**apart, "supplement": 4})["E4"] == 0
    assert [column.key for column in form.columns[13:]] == [
        "supplement",
        "paused",
        "returned",
        "withdrawn",
        "stopped",
    ]


def test_a_count_that_is_not_known_leaves_its_columns_blank() -> None:
    row = row_of(II_06A, {**SON_LA, "withdrawn": None}, II_06A.placement("inside"))
    assert (row["resolved"], row["on_time"], row["early"]) == (None, None, 567)
    assert gaps(II_06A, row)["E2"] is None


def test_a_choice_that_the_form_does_not_have_is_refused() -> None:
    with pytest.raises(NoSuchPlacement, match="inside, own_columns"):
        II_06A.placement("somewhere")


amounts = some.integers(0, 5000)


@given(some.tuples(*[amounts] * 9), some.sampled_from(II_06A.placements))
@settings(max_examples=150, deadline=None)
def test_counts_that_balance_fill_a_form_that_balances(
    numbers: tuple[int, ...], placement: Placement
) -> None:
    names = (
        "early",
        "on_time",
        "late",
        "in_time",
        "overdue",
        "returned",
        "withdrawn",
        "stopped",
        "supplement",
    )
    counts: dict[str, int | None] = dict(zip(names, numbers, strict=True))
    early, on_time, late, in_time, overdue, returned, withdrawn, stopped, supplement = numbers
    received = sum(numbers)
    counts |= {"resolved": early + on_time + late, "in_process": in_time + overdue, "paused": 0}
    counts |= {"received": received, "online": received // 3, "carried_over": received // 4}
    counts["in_person"] = received - received // 3 - received // 4
    assert all(finding.holds for finding in check_row(IDENTITIES, counts))
    form = II_06A.with_columns_of(placement)
    row = row_of(form, counts, placement)
    assert set(gaps(form, row).values()) == {0}
    assert received == row["received"]
    assert returned + withdrawn + stopped + supplement == received - (
        early + on_time + late + in_time + overdue
    )


def test_a_period_gets_the_form_of_its_last_day() -> None:
    forms = list(FORMS.values())

    def version(code: str, on: date) -> tuple[str, int] | None:
        form = form_on(forms, code, on)
        return None if form is None else (form.version, len(form.columns))

    assert version("II.07b/VPCP/KSTT", date(2025, 6, 14)) == ("2018", 14)
    assert version("II.07b/VPCP/KSTT", date(2025, 6, 30)) == ("2018", 14)
    assert version("II.07b/VPCP/KSTT", date(2025, 7, 1)) == ("2025", 11)
    assert version("II.06a/VPCP/KSTT", date(2026, 3, 14)) == ("2018", 13)
    assert version("II.06a/VPCP/KSTT", date(2017, 12, 31)) is None
    then, now = (
        form_on(forms, "06/VPCP/KSTT", date(2025, 6, 30)),
        form_on(forms, "06/VPCP/KSTT", date(2026, 1, 1)),
    )
    assert then is not None
    assert now is not None
    assert (then.blocks, now.blocks) == (("province", "district", "commune"), ("province", "commune"))
    assert then.columns == now.columns == II_06A.columns


def test_numbers_of_procedures_add_up_and_the_aim_is_no_equation() -> None:
    form = FORMS["ii_07b_2025"]
    row: dict[str, int | None] = {
        "procedures": 2000,
        "procedures_province": 1700,
        "procedures_commune": 300,
        "at_one_stop": 1990,
        "at_one_stop_province": 1690,
        "at_one_stop_commune": 300,
        "workflows": 1900,
        "workflows_province": 1600,
        "workflows_commune": 300,
    }
    found = {each.equation.id: (each.gap, each.holds) for each in check_form_row(form, row)}
    assert found == {"T1": (0, True), "T2": (0, True), "T3": (0, True), "T4": (-10, True), "T5": (-90, True)}
    more = {each.equation.id: each.holds for each in check_form_row(form, {**row, "at_one_stop": 2001})}
    assert (more["T2"], more["T4"]) == (False, False)
    assert check_form_row(form, {**row, "workflows": None})[2].holds is None


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("number: 5,", "number: 6,", "liên tục"),
        ("right: [early, on_time, late]", "right: [early, on_time, latte]", "latte"),
        ("returned: [on_time, resolved]", "returned: [in_time_, resolved]", "in_time_"),
        ("  equation: E4", "  equation: E9", "E9"),
        ("kind: count, path: [Đã giải quyết, Trước hạn]", "kind: number, path: [Đã giải quyết]", "number"),
        ("path: [STT]", "path: STT", "path"),
        ("certainty: S\nvalid", "certainty: T\nvalid", "certainty"),
        ("valid_from: 2018-01-01", "valid_from: 2018", "valid_from"),
    ],
)
def test_a_form_that_contradicts_itself_is_refused(before: str, after: str, told: str) -> None:
    text = (DATA / "forms" / "ii_06a.yaml").read_text("utf-8")
    assert before in text
    with pytest.raises(InvalidSet, match=told):
        form_from_mapping(mapping_of(text.replace(before, after, 1).encode()))

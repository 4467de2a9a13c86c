"""`openpar qd766 score`: the outside contract of the index 766, and what it refuses."""

import csv
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest
import xlsxwriter

from openpar.backoffice.commandline import main
from openpar.backoffice.qd766_commands import newest_indicators
from tests.engine import qd766_oracle as oracle
from tests.engine.qd766_cases import FILE, fraction, random_figures

HEADING = "unit,indicator,numerator,denominator"
EXAMPLE = """
Sở B,2.1,880,1000
Sở B,3.1,100,120
Sở A,3.2,45,100

Sở B,3.2,45,100
Sở B,3.3,430,1000
Sở A,4.6,"57,5",
Sở B,5.4,0,0
"""


def score(folder: Path, rows: str, *more: str, heading: str = HEADING, encoding: str = "utf-8") -> int:
    """Scores the rows."""
    (folder / "in.csv").write_bytes(f"{heading}\n{rows.strip()}\n".encode(encoding))
    return main(["qd766", "score", "--inputs", f"{folder}/in.csv", "--out", f"{folder}/out.csv", *more])


def points(path: Path) -> dict[tuple[str, str, str], str]:
    """The written points by unit, group and indicator."""
    with path.open(encoding="utf-8", newline="") as source:
        rows = list(csv.reader(source))
    assert rows[0] == ["unit", "group", "indicator", "points"]
    found = {(unit, group, indicator): text for unit, group, indicator, text in rows[1:]}
    assert len(found) == len(rows) - 1
    return found


def test_figures_become_points_groups_and_totals(tmp_path: Path) -> None:
    assert score(tmp_path, EXAMPLE) == 0
    found = points(tmp_path / "out.csv")
    assert found["Sở B", "progress", "2.1"] == "17.60"
    assert found["Sở B", "online", ""] == "8.96"
    assert found["Sở B", "satisfaction", "5.4"] == "0.00"
    assert found["Sở B", "satisfaction", "5.2"] == ""
    assert found["Sở B", "payment", ""] == ""
    assert found["Sở B", "", ""] == "26.56"
    assert found["Sở A", "digitisation", "4.6"] == "1.15"
    assert found["Sở A", "", ""] == "2.95"


def test_units_keep_their_order_and_rows_that_of_the_set(tmp_path: Path) -> None:
    score(tmp_path, EXAMPLE)
    found = list(points(tmp_path / "out.csv"))
    assert list(dict.fromkeys(unit for unit, _, _ in found)) == ["Sở B", "Sở A"]
    of_one = [(group, indicator) for unit, group, indicator in found if unit == "Sở A"]
    assert of_one == [
        *((group, name) for group, names in oracle.GROUPS.items() for name in (*names, "")),
        ("", ""),
    ]


def test_the_same_figures_give_the_same_bytes_however_they_are_written(tmp_path: Path) -> None:
    score(tmp_path, EXAMPLE)
    expected = (tmp_path / "out.csv").read_bytes()
    variants = [
        (EXAMPLE, "utf-8-sig", HEADING),
        (EXAMPLE.replace(",", ";").replace("57;5", "57,5"), "utf-8", HEADING.replace(",", ";")),
        (EXAMPLE.replace('"57,5"', "57.5").replace("1000", "1 000"), "utf-8", HEADING.upper()),
        (EXAMPLE.replace("\n", "\r\n"), "utf-8", HEADING),
    ]
    for rows, encoding, heading in variants:
        assert score(tmp_path, rows, encoding=encoding, heading=heading) == 0
        assert (tmp_path / "out.csv").read_bytes() == expected


def test_an_excel_file_gives_the_same_points(tmp_path: Path) -> None:
    score(tmp_path, "Sở A,3.3,1.5,4\nSở A,4.6,57.125,\n".replace("57.125", "57.1250"))
    expected = (tmp_path / "out.csv").read_bytes()
    book = xlsxwriter.Workbook(tmp_path / "in.xlsx")
    sheet = book.add_worksheet()
    for at, row in enumerate([HEADING.split(","), ["Sở A", "3.3", 1.5, 4], ["Sở A", "4.6", 57.125, None]]):
        sheet.write_row(at, 0, row)
    book.close()
    assert main(["qd766", "score", "--inputs", f"{tmp_path}/in.xlsx", "--out", f"{tmp_path}/out.csv"]) == 0
    assert (tmp_path / "out.csv").read_bytes() == expected


def test_the_command_agrees_with_the_exact_oracle(tmp_path: Path) -> None:
    units = {f"Xã {number}": random_figures(Random(number)) for number in range(60)}
    rows = [
        f"{unit},{name},{'' if n is None else n},{'' if d is None else d}"
        for unit, figures in units.items()
        for name, (n, d) in figures.items()
    ]
    assert score(tmp_path, "\n".join(rows)) == 0
    found = points(tmp_path / "out.csv")
    for unit, figures in units.items():
        exact = {name: (fraction(n), fraction(d)) for name, (n, d) in figures.items()}
        for (group, name), expected in oracle.points(exact).items():
            text = found[unit, group, name]
            assert (Fraction(Decimal(text)) if text else None) == expected, (unit, group, name)


def test_figures_and_reasons_stand_beside_the_points(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert score(tmp_path, EXAMPLE, "--explain", f"{tmp_path}/why.csv") == 0
    with (tmp_path / "why.csv").open(encoding="utf-8", newline="") as source:
        rows = {(row["unit"], row["group"], row["indicator"]): row for row in csv.DictReader(source)}
    assert rows["Sở B", "online", "3.3"] == {
        "unit": "Sở B",
        "group": "online",
        "indicator": "3.3",
        "numerator": "430",
        "denominator": "1000",
        "points": "5.16",
        "maximum": "6",
        "reason": "430/1000 = 43 %, đủ 6 điểm từ 50 %: 5,16 điểm.",
    }
    assert "tạm tính, chưa xếp loại" in rows["Sở B", "", ""]["reason"]
    assert "Sở A: 2,95 trên 6 điểm" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("Sở A,9.9,1,2", "dòng 3, cột indicator: không có chỉ số “9.9”. Ghi một trong: 1.1, 1.2"),
        ("Sở A,,1,2", "dòng 3, cột indicator: thiếu mã chỉ số"),
        (",3.1,1,2", "dòng 3, cột unit: thiếu tên đơn vị"),
        ("Sở A,2.1,1,2", "dòng 3, cột indicator: “Sở A” đã có chỉ số 2.1 ở dòng 2"),
        ("Sở A,3.1,-1,2", "dòng 3, cột numerator: -1 là số âm. Ghi một số từ 0 trở lên"),
        ("Sở A,3.1,1,-2", "dòng 3, cột denominator: -2 là số âm"),
        ("Sở A,3.1,3,2", "dòng 3, cột numerator: dịch vụ công trực tuyến toàn trình và một phần (3) lớn hơn"),
        ("Sở A,5.2,1,0", "dòng 3, cột numerator: phản ánh, kiến nghị xử lý đúng hạn (1) lớn hơn"),
        ("Sở A,4.6,101,", "dòng 3, cột numerator: 101 % vượt 100 %"),
        ("Sở A,3.1,một,2", "dòng 3, cột numerator: “một” không phải là số"),
        ("Sở A,3.1,1,=1+1", "dòng 3, cột denominator: “=1+1” không phải là số"),
        ("Sở A,3.1,1.234,2000", "dòng 3, cột numerator: “1.234” có thể là 1234 hoặc 1,234"),
        ("Sở A,3.1,1e3,2000", "dòng 3, cột numerator: “1e3” không phải là số"),
        ("Sở A,3.1,NaN,2000", "dòng 3, cột numerator: “NaN” không phải là số"),
        ("Sở A,3.1,1,123456789012345678901", "dòng 3, cột denominator: Số “123456789012345678901” quá dài"),
        ("Sở A,3.1,1,2,5", "dòng 3, cột (không tên): “5” nằm ngoài các cột"),
    ],
)
def test_a_bad_cell_is_told_and_nothing_is_written(
    row: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert score(tmp_path, f"Sở A,2.1,1,2\n{row}") == 2
    assert told in capsys.readouterr().err
    assert not (tmp_path / "out.csv").exists()


def test_every_bad_cell_is_told_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert score(tmp_path, "Sở A,2.1,x,y\nSở A,9.9,-1,2\nSở A,2.1,5,4") == 2
    said = capsys.readouterr().err
    assert "6 lỗi, không ghi tệp nào" in said
    assert [line.partition(":")[0] for line in said.splitlines()[1:]] == [
        "- dòng 2, cột numerator",
        "- dòng 2, cột denominator",
        "- dòng 3, cột numerator",
        "- dòng 3, cột indicator",
        "- dòng 4, cột numerator",
        "- dòng 4, cột indicator",
    ]


def test_a_written_file_stays_as_it_was_when_the_next_input_is_bad(tmp_path: Path) -> None:
    score(tmp_path, EXAMPLE)
    before = (tmp_path / "out.csv").read_bytes()
    assert score(tmp_path, "Sở A,2.1,5,4") == 2
    assert (tmp_path / "out.csv").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "out.csv"]


@pytest.mark.parametrize(
    ("heading", "rows", "told"),
    [
        ("unit,indicator,numerator", "Sở A,2.1,1", "thiếu cột: denominator"),
        (f"{HEADING},note", "Sở A,2.1,1,2,x", "cột lạ: note"),
        (f"{HEADING},unit", "Sở A,2.1,1,2,x", "cột ghi hai lần: unit"),
        (HEADING, "", "không có dòng số liệu"),
    ],
)
def test_another_table_is_refused(
    heading: str, rows: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert score(tmp_path, rows, heading=heading) == 2
    assert told in capsys.readouterr().err


def test_files_that_cannot_be_read_or_written_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(inputs: str, out: str) -> int:
        return main(["qd766", "score", "--inputs", f"{tmp_path}/{inputs}", "--out", f"{tmp_path}/{out}"])

    score(tmp_path, EXAMPLE)
    assert run("gone.csv", "out.csv") == 2
    assert run("in.csv", "no/such/folder.csv") == 2
    assert run("in.csv", "in.csv") == 2
    assert "phải là các tệp khác nhau" in capsys.readouterr().err
    (tmp_path / "in.csv").write_bytes("đơn vị".encode("utf-16"))
    assert run("in.csv", "out.csv") == 2
    assert "UTF-8" in capsys.readouterr().err


def test_another_version_of_the_set_may_be_named(tmp_path: Path) -> None:
    older = tmp_path / "older.yaml"
    older.write_text(
        FILE.read_text("utf-8").replace(
            "numerator: hồ sơ thanh toán", "full_at: 0.30\n    numerator: hồ sơ thanh toán"
        ),
        "utf-8",
    )
    assert score(tmp_path, "Sở A,3.6,300,1000", "--set", str(older)) == 0
    assert points(tmp_path / "out.csv")["Sở A", "payment", "3.6"] == "6.00"
    assert score(tmp_path, "Sở A,3.6,300,1000", "--set", f"{tmp_path}/none.yaml") == 2
    assert newest_indicators().version == "2026-live-v1"


def test_a_percentage_with_three_decimals_is_no_thousand(tmp_path: Path) -> None:
    assert score(tmp_path, "Sở A,4.6,57.125,") == 0
    assert points(tmp_path / "out.csv")["Sở A", "digitisation", "4.6"] == "1.14"
    assert score(tmp_path, "Sở A,4.6,57.125,60000") == 2


def test_a_name_that_a_spreadsheet_would_run_is_written_as_text(tmp_path: Path) -> None:
    assert score(tmp_path, "=cmd|x,2.1,1,2") == 0
    assert next(iter(points(tmp_path / "out.csv")))[0].startswith("'=")

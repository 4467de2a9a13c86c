"""The command line: checks, conversion, scoring and ranking without Django."""

import csv
import os
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
import xlsxwriter

from openpar.backoffice.commandline import main
from openpar.parindex.criteria.official_writing import write_official_table
from openpar.parindex.criteria.yaml_files import read_criteria_set, read_mapping

ROOT = Path(__file__).parents[2]
SO = ROOT / "data" / "criteria" / "SYNTHETIC_so_2026.yaml"
HEADING = "unit,block,code,answer,numerator,denominator,points,applicable"

SMALL = """
set: bộ nhỏ
title: Bộ nhỏ
level: department
year: 2026
total: 20
fields:
- code: '1'
  title: Chỉ đạo
  max: 10
  criteria:
  - {code: '1.1', title: báo cáo, max: 2, by: self+appraisal, rule: {type: boolean, 'yes': 2}}
  - code: '1.2'
    title: kế hoạch
    max: 2
    by: self+appraisal
    rule: {type: choice, options: {'sớm, đủ': 2, chậm: 0.5}}
  - code: '1.3'
    title: nội dung
    max: 1
    by: self+appraisal
    rule: {type: checklist, items: {'rõ việc, rõ người': 0.5, rõ thời gian: 0.5}}
  - code: '1.4'
    title: nhiệm vụ
    max: 3
    by: self+appraisal
    na: có thể không phát sinh
    rule: {type: ratio}
  - {code: '1.5', title: vi phạm, max: 2, by: self+appraisal, rule: {type: deduct, per_violation: 1}}
- code: '2'
  title: Tác động
  max: 10
  criteria:
  - {code: '2.1', title: hài lòng, max: 6, by: survey, rule: {type: external_pct}}
  - code: '2.2'
    title: điều tra
    max: 4
    by: survey
    rule: {type: survey, weights: {A: 1, B: 0.6, C: 0.2, D: 0}}
bonus_penalty: {bonus_max: 3, penalty_max: 5, total_cap: 20}
"""

COMPLETE = """
Sở A,sở,1.1,yes,,,,
Sở A,sở,1.2,"sớm, đủ",,,,
Sở A,sở,1.3,"rõ việc, rõ người|rõ thời gian",,,,yes
Sở A,sở,1.4,,1,3,,
Sở A,sở,1.5,,1,,,
Sở A,sở,2.1,,"57,52",100,,
Sở A,sở,2.2,A=10|B=6|C=3|D=1,,,,
Sở A,sở,bonus,,,,0.5,
Phường B,xã,1.1,no,,,,
Phường B,xã,1.2,chậm,,,,
Phường B,xã,1.3,rõ thời gian,,,,
Phường B,xã,1.4,,0,0,,
Phường B,xã,1.5,,0,,,
Phường B,xã,2.1,,80,,,
Phường B,xã,2.2,D=4,,,,
Phường B,xã,penalty,,,,1,
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the small set."""
    (tmp_path / "set.yaml").write_text(SMALL, "utf-8")
    return tmp_path


def score(folder: Path, rows: str, *more: str, heading: str = HEADING, encoding: str = "utf-8") -> int:
    """Scores the rows with the small set."""
    (folder / "answers.csv").write_bytes(f"{heading}\n{rows.strip()}\n".encode(encoding))
    return main(
        [
            *("score", "--criteria", f"{folder}/set.yaml", "--answers", f"{folder}/answers.csv"),
            *("--out", f"{folder}/results.csv", "--explain", f"{folder}/lines.csv", *more),
        ]
    )


def table(path: Path) -> list[dict[str, str]]:
    """The rows of a written file."""
    return list(csv.DictReader(path.read_text("utf-8").splitlines()))


def test_answers_become_results_and_lines(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert score(folder, COMPLETE) == 0
    assert (folder / "results.csv").read_text("utf-8") == (
        "unit,block,total,index,rank,class,provisional,1,2\n"
        # 2 + 2 + 1 + 1 + 1, 3.4512 + 2.84, bonus 0.5
        "Sở A,sở,13.79,68.96,1,Trung bình,no,7.00,6.29\n"
        # (0.5 + 0.5 + 2)/7 × 10 + 4.8 − 1
        "Phường B,xã,8.09,40.43,1,Yếu,no,3.00,4.80\n"
    )
    lines = table(folder / "lines.csv")
    assert len(lines) == 14
    assert lines[3] == {
        "unit": "Sở A",
        "code": "1.4",
        "points": "1",
        "reason": "1/3 ≈ 33,33 %, nhân điểm tối đa 3: 1 điểm.",
    }
    assert [line["points"] for line in lines if line["code"] == "1.4"] == ["1", ""]
    assert "dùng mức mặc định" in capsys.readouterr().err


def test_the_same_file_gives_the_same_bytes(folder: Path) -> None:
    score(folder, COMPLETE)
    first = (folder / "results.csv").read_bytes(), (folder / "lines.csv").read_bytes()
    score(folder, COMPLETE)
    assert ((folder / "results.csv").read_bytes(), (folder / "lines.csv").read_bytes()) == first


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_spelling_and_byte_order_mark_do_not_matter(
    folder: Path, form: "unicodedata._NormalizationForm", encoding: str
) -> None:
    assert score(folder, unicodedata.normalize(form, COMPLETE), encoding=encoding) == 0
    assert table(folder / "results.csv")[0]["total"] == "13.79"


def test_an_excel_file_gives_the_same_results(folder: Path) -> None:
    score(folder, COMPLETE)
    expected = (folder / "results.csv").read_bytes()
    book = xlsxwriter.Workbook(folder / "answers.xlsx")
    sheet = book.add_worksheet()
    for at, row in enumerate(csv.reader([HEADING, *COMPLETE.strip().splitlines()])):
        for column, cell in enumerate(row):
            is_number = at and column > 3 and cell.replace(",", "").isdigit()
            sheet.write(at, column, float(cell.replace(",", ".")) if is_number else cell)
    book.close()
    status = main(
        [
            *("score", "--criteria", f"{folder}/set.yaml", "--answers", f"{folder}/answers.xlsx"),
            *("--out", f"{folder}/again.csv"),
        ]
    )
    assert status == 0
    assert (folder / "again.csv").read_bytes() == expected


def test_what_is_missing_is_provisional_and_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert score(folder, "Sở A,sở,1.1,yes,,,,\nSở A,sở,1.4,,5,,,") == 0
    assert table(folder / "results.csv")[0]["provisional"] == "yes"
    said = capsys.readouterr().err
    assert "chưa có câu trả lời cho 1.2, 1.3, 1.4, 1.5" in said
    assert "chờ số liệu từ bên ngoài cho 2.1, 2.2" in said


def test_a_leaf_taken_out_against_the_set_is_warned_of(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert score(folder, "Sở A,sở,1.1,,,,,no\nSở A,sở,1.4,,0,0,,") == 0
    said = capsys.readouterr().err
    assert "Sở A, 1.1: " in said
    assert "Sở A, 1.4: " not in said


def test_bonus_beyond_its_maximum_is_warned_of(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert score(folder, "Sở A,sở,1.1,yes,,,,\nSở A,sở,bonus,,,,3.5,") == 0
    assert table(folder / "results.csv")[0]["total"] == "5.00"
    assert "điểm thưởng 3,5 chỉ được tính đến mức tối đa 3" in capsys.readouterr().err


def test_a_unit_without_index_has_neither_rank_nor_class(folder: Path) -> None:
    rows = "\n".join(f"Sở A,sở,1.{at},,,,,no" for at in range(1, 6))
    assert score(folder, rows) == 0
    row = table(folder / "results.csv")[0]
    assert [row[name] for name in ("total", "index", "rank", "class", "1")] == [""] * 5


BAD = [
    ("Sở A,sở,1.9,yes,,,,", "dòng 2, cột code"),
    ("Sở A,sở,1.1,maybe,,,,", "dòng 2, cột answer"),
    ("Sở A,sở,1.2,muộn,,,,", "dòng 2, cột answer"),
    ("Sở A,sở,1.3,rõ hết,,,,", "dòng 2, cột answer"),
    ("Sở A,sở,1.4,,5,4,,", "dòng 2, cột numerator/denominator"),
    ("Sở A,sở,1.4,,5,0,,", "dòng 2, cột numerator/denominator"),
    ("Sở A,sở,1.5,,-1,,,", "dòng 2, cột numerator"),
    ("Sở A,sở,1.5,,1.5,,,", "dòng 2, cột numerator"),
    ('Sở A,sở,1.4,,"1.500,5",4,,', "dòng 2, cột numerator"),
    ("Sở A,sở,1.4,,1e3,4,,", "dòng 2, cột numerator"),
    ("Sở A,sở,1.4,,x,4,,", "dòng 2, cột numerator"),
    (f"Sở A,sở,1.4,,{'1' * 41},4,,", "dòng 2, cột numerator"),
    ("Sở A,sở,2.1,,101,100,,", "dòng 2, cột numerator/denominator"),
    ("Sở A,sở,2.2,A:4,,,,", "dòng 2, cột answer"),
    ("Sở A,sở,2.2,E=4,,,,", "dòng 2, cột answer"),
    ("Sở A,sở,2.2,A=1|A=2,,,,", "dòng 2, cột answer"),
    ("Sở A,sở,1.1,yes,,,,maybe", "dòng 2, cột applicable"),
    ("Sở A,sở,bonus,,,,,", "dòng 2, cột points"),
    ("Sở A,sở,penalty,,,,-1,", "dòng 2, cột points"),
    (",sở,1.1,yes,,,,", "dòng 2, cột unit"),
    ("Sở A,sở,,yes,,,,", "dòng 2, cột code"),
    ("Sở A,sở,1.1,yes,,,,\nSở A,sở,1.1,yes,,,,", "dòng 3, cột code"),
    ("Sở A,sở,1.1,yes,,,,\nSở A,xã,1.2,chậm,,,,", "dòng 3, cột block"),
    ("Sở A,sở,1.1,yes,,,,,thừa", "dòng 2, cột (không tên)"),
]


@pytest.mark.parametrize(("rows", "place"), BAD, ids=[place + " " + rows[:24] for rows, place in BAD])
def test_a_fault_is_placed_and_nothing_is_written(
    folder: Path, rows: str, place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "results.csv").write_text("cũ", "utf-8")
    assert score(folder, rows) == 1
    assert place in capsys.readouterr().err
    assert (folder / "results.csv").read_text("utf-8") == "cũ"
    assert not (folder / "lines.csv").exists()


def test_all_faults_are_told_at_once_in_the_order_of_the_file(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = "Sở A,sở,1.5,,-1,,,\nSở A,sở,1.9,yes,,,,\nSở A,sở,1.4,,5,4,,\nSở A,sở,1.1,maybe,,,,"
    assert score(folder, rows) == 1
    said = capsys.readouterr().err
    assert "4 lỗi" in said
    assert [said.index(f"dòng {row}") for row in (2, 3, 4, 5)] == sorted(
        said.index(f"dòng {row}") for row in (2, 3, 4, 5)
    )


@pytest.mark.parametrize(
    ("heading", "encoding"),
    [
        ("unit,block,code,answer,numerator,denominator,points", "utf-8"),
        (HEADING + ",extra", "utf-8"),
        (HEADING + ",unit", "utf-8"),
        (HEADING + ",đơn vị", "utf-16"),
    ],
)
def test_a_file_of_another_kind_is_unreadable(folder: Path, heading: str, encoding: str) -> None:
    assert score(folder, "Sở A,sở,1.1,yes,,,,", heading=heading, encoding=encoding) == 1
    assert not (folder / "results.csv").exists()


def test_figures_in_columns_that_the_rule_does_not_use_are_warned_of(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert score(folder, "Sở A,sở,1.1,yes,,,2,") == 0
    assert "dòng 2: cột points" in capsys.readouterr().err


def test_a_set_with_broken_rules_scores_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "set.yaml").write_text(SMALL.replace("'yes': 2", "'yes': 3"), "utf-8")
    assert score(folder, COMPLETE) == 1
    assert "1.1" in capsys.readouterr().err
    assert not (folder / "results.csv").exists()


def test_a_printed_sum_that_differs_is_only_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "set.yaml").write_text(SMALL.replace("total: 20", "total: 21", 1), "utf-8")
    assert score(folder, COMPLETE) == 0
    assert "khai 21" in capsys.readouterr().err


def test_an_input_is_never_written_over(folder: Path) -> None:
    assert score(folder, COMPLETE, "--out", f"{folder}/answers.csv") == 1
    assert (folder / "answers.csv").read_text("utf-8").startswith(HEADING)


def test_a_folder_that_is_not_there_leaves_nothing_behind(folder: Path) -> None:
    assert score(folder, COMPLETE, "--out", f"{folder}/none/results.csv") == 1
    assert not (folder / "lines.csv").exists()
    assert {path.name for path in folder.iterdir()} == {"set.yaml", "answers.csv"}


def test_names_that_look_like_formulas_are_made_harmless(folder: Path) -> None:
    assert score(folder, "=1+1,sở,1.1,yes,,,,") == 0
    assert table(folder / "results.csv")[0]["unit"] == "'=1+1"


def test_a_sound_set_passes_the_check(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["criteria", "check", str(SO)]) == 0
    said = capsys.readouterr().out
    assert "8. Tác động của CCHC: khai 25, cộng 25, 2 tiêu chí thành phần" in said
    assert "Không thấy sai sót." in said


def test_every_defect_of_a_set_is_listed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spoilt = (
        SMALL.replace("total: 20", "total: 21", 1).replace("'yes': 2", "'yes': 3").replace("'1.3'", "'1.2'")
    )
    (folder / "set.yaml").write_text(spoilt, "utf-8")
    assert main(["criteria", "check", f"{folder}/set.yaml"]) == 1
    said = capsys.readouterr().out
    assert "3 sai sót" in said
    assert "Mã được dùng 2 lần." in said


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (b"\xff\xfe", 1),
        (b"a: [", 1),
        (b"- 1", 1),
        (b"a: &x 1\nb: *x", 1),
        (b"a: 1\na: 2", 1),
        (b"set: x", 1),
    ],
)
def test_whatever_is_wrong_ends_with_status_one(folder: Path, text: bytes, status: int) -> None:
    (folder / "bad.yaml").write_bytes(text)
    assert main(["criteria", "check", f"{folder}/bad.yaml"]) == status


def test_a_file_that_is_not_there_is_unreadable(folder: Path) -> None:
    assert main(["criteria", "check", f"{folder}/none.yaml"]) == 1


def test_a_converted_set_scores_the_same(folder: Path) -> None:
    score(folder, COMPLETE)
    expected = (folder / "results.csv").read_bytes()
    assert main(["criteria", "convert", f"{folder}/set.yaml", f"{folder}/new.yaml"]) == 0
    assert score(folder, COMPLETE, "--criteria", f"{folder}/new.yaml") == 0
    assert (folder / "results.csv").read_bytes() == expected


@pytest.mark.parametrize("ending", [".xlsx", ".docx"])
def test_an_official_table_is_checked_and_converted(folder: Path, ending: str) -> None:
    official = folder / f"table{ending}"
    write_official_table(read_mapping(SO), official)
    assert main(["criteria", "check", str(official)]) == 0
    assert main(["criteria", "convert", str(official), f"{folder}/new.yaml"]) == 0
    assert [leaf.rule for leaf in read_criteria_set(folder / "new.yaml").leaves()] == [
        leaf.rule for leaf in read_criteria_set(SO).leaves()
    ]


def test_a_file_that_only_claims_to_be_a_table_is_unreadable(folder: Path) -> None:
    (folder / "table.xlsx").write_text("không phải bảng", "utf-8")
    assert main(["criteria", "check", f"{folder}/table.xlsx"]) == 1


RESULTS = """unit,block,total,index
d,sở,,88.118
a,sở,,91.50
b,sở,,91.5
c,sở,,88.124
e,sở,,
f,xã,,10
"""


@pytest.mark.parametrize(
    ("options", "ranks"),
    [
        ([], "1a 1b 3c 4d e"),
        (["--ties", "dense"], "1a 1b 2c 3d e"),
        (["--on", "displayed"], "1a 1b 3c 3d e"),
    ],
)
def test_ranks_are_printed_in_order(
    folder: Path, options: list[str], ranks: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "results.csv").write_text(RESULTS, "utf-8")
    assert main(["rank", f"{folder}/results.csv", "--block", "sở", *options]) == 0
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert " ".join(row["rank"] + row["unit"] for row in rows) == ranks
    assert rows[-1] == {"rank": "", "unit": "e", "block": "sở", "index": "", "class": ""}


@pytest.mark.parametrize(
    "bands",
    [
        "Xuất sắc>=90,Tốt>=80,Khá<80",
        "Khá<80;Tốt>=80,0;Xuất sắc>=90",
        "Khá<80|Tốt:80|Xuất sắc=90",
        "Xuất sắc ≥ 90, Tốt ≥ 80, Khá < 80",
    ],
)
def test_bands_may_be_written_in_several_ways(
    folder: Path, bands: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "results.csv").write_text(RESULTS, "utf-8")
    assert main(["rank", f"{folder}/results.csv", "--by", "index", "--digits", "1", "--bands", bands]) == 0
    captured = capsys.readouterr()
    assert captured.out.splitlines() == [
        "rank,unit,block,index,class",
        "1,a,sở,91.5,Xuất sắc",
        "1,b,sở,91.5,Xuất sắc",
        "3,c,sở,88.1,Tốt",
        "4,d,sở,88.1,Tốt",
        ",e,sở,,",
        "1,f,xã,10.0,Khá",
    ]
    assert captured.err == ""


def test_bands_may_stand_in_a_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "results.csv").write_text(RESULTS, "utf-8")
    (folder / "bands.yaml").write_text(
        "bands: [{name: Đạt, gt: 88.12}, {name: Chưa đạt, le: 88.12}]", "utf-8"
    )
    main(["rank", f"{folder}/results.csv", "--block", "sở", "--bands", f"{folder}/bands.yaml"])
    assert [line.split(",")[-1] for line in capsys.readouterr().out.splitlines()[1:]] == [
        *("Đạt", "Đạt", "Đạt", "Chưa đạt", "")
    ]


def test_bands_with_a_gap_are_warned_of(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "results.csv").write_text(RESULTS, "utf-8")
    assert main(["rank", f"{folder}/results.csv", "--bands", "Tốt>=80"]) == 0
    assert "Không bước nào áp dụng cho giá trị 0." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "status"),
    [
        (["--bands", "Tốt"], 1),
        (["--bands", "Tốt>=79,5,Khá<79,5"], 1),
        (["--bands", " "], 1),
        (["--by", "none"], 1),
        (["--block", "huyện"], 1),
    ],
)
def test_wrong_questions_about_ranks_are_refused(folder: Path, options: list[str], status: int) -> None:
    (folder / "results.csv").write_text(RESULTS, "utf-8")
    assert main(["rank", f"{folder}/results.csv", *options]) == status


def test_faults_of_a_result_file_are_listed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "results.csv").write_text("unit,index\na,x\na,1\n,5\n", "utf-8")
    assert main(["rank", f"{folder}/results.csv"]) == 1
    said = capsys.readouterr().err
    assert [place in said for place in ("dòng 2, cột index", "dòng 3, cột unit", "dòng 4, cột unit")] == [
        True
    ] * 3


def test_django_is_not_needed(folder: Path) -> None:
    """Run as people run it, where importing Django fails."""
    (folder / "django.py").write_text("raise ImportError('no Django here')", "utf-8")
    score(folder, COMPLETE)
    expected = (folder / "results.csv").read_bytes()
    run = subprocess.run(
        [
            *(sys.executable, "-m", "openpar.backoffice.commandline", "score", "--criteria", "set.yaml"),
            *("--answers", "answers.csv", "--out", "alone.csv"),
        ],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": f"{folder}:{ROOT / 'src'}", "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr.decode()
    assert (folder / "alone.csv").read_bytes() == expected

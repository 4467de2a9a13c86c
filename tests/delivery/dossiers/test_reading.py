"""Reading looks at a sample first; what the sample lacks is read all the same."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest

from openpar.common.errors import FileRefused
from openpar.delivery.dossiers.mappings import suggested
from openpar.delivery.dossiers.reading import rows, samples
from openpar.delivery.dossiers.reading.rows import ReadRows, people_of, read_rows
from openpar.delivery.dossiers.reading.tables import DossierFile, table_of
from openpar.delivery.dossiers.reading.workbooks import as_csv

HEAD = "Mã hồ sơ,Đơn vị,Trạng thái,Ngày nhận"
COUNT = 2_000


def read(lines: list[str]) -> ReadRows:
    table = table_of(DossierFile("ds.csv", "\n".join([HEAD, *lines]).encode()))
    return read_rows(table, suggested(table.headers))


@pytest.fixture
def _small_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples, "_PIECES", 2)
    monkeypatch.setattr(samples, "_PIECE", 200)


@pytest.mark.usefixtures("_small_sample")
def test_words_and_ways_of_writing_that_the_sample_lacks_are_read_with_the_others() -> None:
    lines = [f"h36-260105-{row:04},Xã Số 1,4,05/01/2026 07:03:00" for row in range(COUNT)]
    lines[COUNT // 2] = '" h36-260105-1000 "," Xã ""Lạ"" ", 9 ,2026-01-05'
    found = read(lines)
    agency, status = found.words["agency"], found.words["status"]
    assert [agency.words[place] for place in agency.places[999:1002]] == ["Xã Số 1", 'Xã "Lạ"', "Xã Số 1"]
    assert [status.words[place] for place in status.places[999:1002]] == ["4", "9", "4"]
    assert found.codes[1000] == "H36-260105-1000"
    assert str(found.moments["received_at"][1000]) == "2026-01-05T00:00:00.000000"
    assert not found.faults


@pytest.mark.usefixtures("_small_sample")
def test_words_that_no_row_has_are_not_told_and_empty_cells_have_none() -> None:
    found = read([f"A{row},{'Xã Số 1' if row % 2 else '  '},4,05/01/2026" for row in range(COUNT)])
    assert found.words["agency"].words == ("Xã Số 1",)
    assert found.words["agency"].places[:4].tolist() == [-1, 0, -1, 0]


def test_a_column_of_texts_taken_for_words_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "_MOST_WORDS", 50)
    with pytest.raises(FileRefused) as refused:
        read([f"A{row},Xã Số {row},4,05/01/2026" for row in range(60)])
    assert [gap.code for gap in refused.value.gaps] == ["column-unfit"]


@pytest.mark.usefixtures("_small_sample")
def test_moments_written_in_several_ways_are_read_and_what_is_none_is_told_by_its_cell() -> None:
    ways = ["05/01/2026 07:03:00", "2026-01-05 07:03:00", "2026-01-05T00:03:00Z", "  ", "", "01/01/0001"]
    lines = [f"H36-260105-{row:04},Xã Số 1,4,05/01/2026 07:03:00" for row in range(COUNT)]
    for row, told in enumerate([*ways, "hôm qua"], start=COUNT // 2):
        lines[row] = f"H36-260105-{row:04},Xã Số 1,4,{told}"
    found = read(lines)
    received = found.moments["received_at"][COUNT // 2 :][: len(ways) + 1].astype(str).tolist()
    assert received == ["2026-01-05T07:03:00.000000"] * 3 + ["NaT"] * 4
    assert [(fault.row, fault.gap.where, fault.gap.what) for fault in found.faults] == [
        (COUNT // 2 + 7, f"dòng {COUNT // 2 + 7}, cột “Ngày nhận”", "“01/01/0001” không phải ngày, giờ"),
        (COUNT // 2 + 8, f"dòng {COUNT // 2 + 8}, cột “Ngày nhận”", "“hôm qua” không phải ngày, giờ"),
    ]


@pytest.mark.parametrize("strange", ["a\tb", 'Xã "Lạ"', "hai\ndòng", "hai\r\ndòng", ";,|", " ", ""])
def test_cells_of_a_workbook_come_back_as_they_were(strange: str) -> None:
    rows = [HEAD.split(","), ["A1", strange, "4", "05/01/2026"], ["A2", "", "", strange]]
    table = table_of(DossierFile("ds.csv", as_csv(rows)))
    text = io.StringIO(bytes(table.body).decode(), newline="")
    assert [list(table.headers), *csv.reader(text, delimiter=table.delimiter)] == rows


def test_rows_of_one_empty_cell_stay_rows() -> None:
    table = table_of(DossierFile("ds.csv", as_csv([["Mã hồ sơ"], ["A1"], [""], ["A2"]])))
    assert bytes(table.body).count(b"\n") == 3
    assert b'""' in bytes(table.body)


def test_the_header_is_the_row_with_the_most_known_headers_below_titles_of_many_cells() -> None:
    titles = "DANH SÁCH,HỒ SƠ,CỦA,TỈNH,NĂM\n,,,,\n"
    table = table_of(DossierFile("ds.csv", f"{titles}{HEAD}\nA1,Xã Số 1,4,05/01/2026\n".encode()))
    assert (table.headers, table.delimiter, table.rows_before) == (tuple(HEAD.split(",")), ",", 3)
    assert bytes(table.body).decode() == "A1,Xã Số 1,4,05/01/2026\n"


def test_of_people_a_cell_without_anything_says_nothing() -> None:
    lines = [f"{HEAD},Chủ hồ sơ,Số điện thoại", "A1,X,4,05/01/2026,Trần Thị Mẫu,", "A2,X,4,05/01/2026, ,09"]
    table = table_of(DossierFile("ds.csv", "\n".join(lines).encode()))
    told = people_of(table, suggested(table.headers), np.array([0, 1]))
    assert told == {"applicant": ["Trần Thị Mẫu", None], "phone": [None, "09"]}

"""Reading looks at a sample first; what the sample lacks is read all the same."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import numpy as np
import pytest

from openpar.common.errors import FileRefused
from openpar.delivery.dossiers.mappings import suggested
from openpar.delivery.dossiers.reading import rows, samples, tables
from openpar.delivery.dossiers.reading.rows import ReadRows, people_of, read_rows
from openpar.delivery.dossiers.reading.tables import DossierFile, table_of
from openpar.delivery.dossiers.reading.workbooks import as_csv
from openpar.delivery.dossiers.resolving import Register
from openpar.delivery.dossiers.understanding import Years, understand

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


@pytest.mark.usefixtures("_small_sample")
def test_where_one_cell_is_written_otherwise_every_row_is_read_again_and_every_fault_told_once() -> None:
    lines = [f"A{row},Xã Số 1,4,05/01/2026 07:03:00" for row in range(COUNT)]
    lines[900] = "A900,Xã Số 1,4,05/01/2026"
    lines[1000] = "A1000,Xã Số 1,4,thừa,05/01/2026"
    lines[1100] = "A1100,Xã Số 1,4,hôm qua"
    found = read(lines)
    moments = found.moments["received_at"]
    assert [str(moments[place]) for place in (899, 900)] == [
        "2026-01-05T07:03:00.000000",
        "2026-01-05T00:00:00.000000",
    ]
    assert (len(found), found.unread, int(np.isnat(moments).sum())) == (COUNT - 1, 1, 1)
    assert [(fault.row, fault.gap.code) for fault in found.faults] == [
        (1002, "row-unfit"),
        (1102, "cell-unfit"),
    ]


@pytest.mark.parametrize(
    ("received", "due", "expected"),
    [
        ("20260105070300", "20260109", "2026-01-05T07:03:00.000000"),
        ("05/01/2026 07:03:00 PM", "09/01/2026", "2026-01-05T19:03:00.000000"),
        ("2026-01-05 07:03", "2026-01-09 17:00", "2026-01-05T07:03:00.000000"),
    ],
)
def test_columns_of_moments_and_of_days_keep_what_they_say(received: str, due: str, expected: str) -> None:
    lines = [HEAD + ",Ngày hẹn trả", *(f"A{row},Xã Số 1,4,{received},{due}" for row in range(3))]
    table = table_of(DossierFile("ds.csv", "\n".join(lines).encode()))
    found = read_rows(table, suggested(table.headers))
    assert {str(moment) for moment in found.moments["received_at"]} == {expected}
    assert {str(day)[:10] for day in found.moments["due_on"]} == {"2026-01-09"}
    assert not found.faults


@pytest.mark.usefixtures("_small_sample")
def test_a_blank_cell_where_the_sample_has_none_is_no_word() -> None:
    lines = [f"A{row},Xã Số 1,4,05/01/2026" for row in range(COUNT)]
    lines[1000] = "A1000,   ,4,05/01/2026"
    agency = read(lines).words["agency"]
    assert (agency.words, agency.places[999:1002].tolist()) == (("Xã Số 1",), [0, -1, 0])


def test_codes_are_told_in_capitals_without_spaces_around_and_not_much_longer_than_they_may_be() -> None:
    said = ["H36-1", "h36-2", " H36-3 ", "\u00a0H36-4\u00a0", "đ36", "H 36", "A" * 100, "A" * 105]
    found = read([f"{code},Xã Số 1,4,05/01/2026" for code in said])
    assert found.codes.tolist() == [
        *("H36-1", "H36-2", "H36-3", "H36-4", "Đ36", "H 36"),
        *("A" * 100, "A" * 101),
    ]
    assert found.lengths.tolist() == [5, 5, 5, 5, 3, 4, 100, 101]
    assert len(set(found.hashes.tolist())) == len(said)


def test_codes_are_doubled_when_they_are_the_same_and_not_when_only_their_hashes_are() -> None:
    found = read([f"{code},Xã Số 1,4,05/01/2026" for code in ("A1", "A2", "A1", "A3", "A2")])
    years = Years(np.datetime64("2026-01-01"), np.datetime64("2026-12-31"))
    mapping = suggested(HEAD.split(","))
    for each in (found, replace(found, hashes=np.zeros_like(found.hashes))):
        understood = understand(each, mapping, Register({}, {}), years)
        told = [gap.where for gap in understood.refusals if gap.code == "code-doubled"]
        assert told == ["dòng 4, cột “Mã hồ sơ”", "dòng 6, cột “Mã hồ sơ”"]
        assert understood.doubled == {"A1", "A2"}


@pytest.mark.parametrize("piece", range(4, 10))
@pytest.mark.parametrize("wrong", [b"\xe1\xba", b"\xff", b"\xed\xa0\x80", b"\xc0\x80"])
def test_another_encoding_is_told_by_its_line_wherever_the_pieces_are_cut(
    monkeypatch: pytest.MonkeyPatch, piece: int, wrong: bytes
) -> None:
    monkeypatch.setattr(tables, "_CHUNK", piece)
    content = f"{HEAD}\nA1,Xã Số 𝒳 ẵ,4,05/01/2026\n".encode()
    assert table_of(DossierFile("ds.csv", content)).headers == tuple(HEAD.split(","))
    for after in (b"", b"1\n"):
        with pytest.raises(FileRefused) as refused:
            table_of(DossierFile("ds.csv", content + wrong + after))
        assert [(gap.where, gap.code) for gap in refused.value.gaps] == [("ds.csv, dòng 3", "csv-encoding")]

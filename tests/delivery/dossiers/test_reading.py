"""Reading looks at a sample first; what the sample lacks is read all the same."""

from __future__ import annotations

import pytest

from openpar.common.errors import FileRefused
from openpar.delivery.dossiers.mappings import suggested
from openpar.delivery.dossiers.reading import rows, samples
from openpar.delivery.dossiers.reading.rows import ReadRows, read_rows
from openpar.delivery.dossiers.reading.tables import DossierFile, table_of

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

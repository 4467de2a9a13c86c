from __future__ import annotations

import io
import unicodedata

import pytest

from openpar.common.csv_files import read_csv, write_csv
from openpar.common.errors import FileRefused
from openpar.common.sheets import SheetCaps


@pytest.mark.parametrize(
    "content",
    [
        "Đơn vị,Điểm\nSở Y tế,57.52\n",
        "Đơn vị;Điểm\r\nSở Y tế;57.52\r\n",
        "Đơn vị\tĐiểm\nSở Y tế\t57.52",
        "sep=;\nĐơn vị;Điểm\nSở Y tế;57.52\n\n\n",
        '"Đơn vị","Điểm"\n"Sở Y tế"," 57.52 "\n',
        "\ufeffĐơn vị,Điểm\nSở Y tế,57.52\n",
        unicodedata.normalize("NFD", "Đơn vị,Điểm\nSở Y tế,57.52\n"),
    ],
)
def test_csv_with_any_usual_separator_and_mark(content: str) -> None:
    assert read_csv(content.encode()).rows == [["Đơn vị", "Điểm"], ["Sở Y tế", "57.52"]]


def test_decimal_commas_do_not_separate_columns() -> None:
    content = "Đơn vị;Tự chấm;Thẩm định\nSở A;77,2;57,52\nSở B;80,5;79,25\n"
    assert read_csv(content.encode()).rows[1] == ["Sở A", "77,2", "57,52"]


def test_one_column_needs_no_separator() -> None:
    assert read_csv("Mã\n1.10\n".encode()).rows == [["Mã"], ["1.10"]]


def test_line_breaks_inside_quotes_stay() -> None:
    assert read_csv('a,b\n"dòng 1\ndòng 2",x\n'.encode()).rows[1] == ["dòng 1\ndòng 2", "x"]


def test_another_encoding_is_refused_with_its_line() -> None:
    content = b"Ten,Diem\nSo A,1\n" + "S\u01a1\u0309 N\u00f4\u0323i vu\u0323,2\n".encode("cp1258")
    with pytest.raises(FileRefused, match="CSV UTF-8") as refused:
        read_csv(content)
    assert refused.value.gaps[0].where == "dòng 3"


def test_utf_16_is_refused_and_not_read_as_noise() -> None:
    with pytest.raises(FileRefused, match="UTF-8"):
        read_csv("Đơn vị,Điểm\n".encode("utf-16"))
    with pytest.raises(FileRefused, match="UTF-8"):
        read_csv("a,b\n".encode("utf-16-le"))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file-kind"),
        (b" \n", "file-kind"),
        (b'a,b\n"open,1\n', "csv-quotes"),
        (b"," * 500, "sheet-too-big"),
        (b"a\n" * 30_000, "sheet-too-big"),
        (b"x" * 40_000, "sheet-too-big"),
        (b"," * 10_000_000, "sheet-too-big"),
    ],
)
def test_what_cannot_be_read_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(FileRefused) as refused:
        read_csv(content)
    assert refused.value.gaps[0].code == code
    assert refused.value.gaps[0].remedy


def test_caps_count_cells() -> None:
    with pytest.raises(FileRefused, match="3 ô"):
        read_csv(b"a,b\nc,d\n", caps=SheetCaps(cells=3))


def test_cells_that_a_spreadsheet_would_compute_are_named() -> None:
    assert read_csv(b"a,b\n1,=A1+1\n").formula_cells == ["B2"]


def test_what_is_written_is_harmless_and_reads_back() -> None:
    rows: list[list[str | None]] = [
        ["=1+1", "-2,5"],
        ["@SUM(A1)", None],
        ["+84 912", "dòng 1\ndòng 2"],
        ["-cmd", "a,b"],
    ]
    buffer = io.StringIO(newline="")
    write_csv(buffer, ["Đơn vị", "=Điểm"], rows)
    written = buffer.getvalue()
    assert "\r\n=" not in written
    assert ",=" not in written
    sheet = read_csv(written.encode("utf-8-sig"))
    assert sheet.rows == [["Đơn vị", "=Điểm"], *rows]
    assert sheet.formula_cells == []

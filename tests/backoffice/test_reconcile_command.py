"""`openpar reconcile`: which identities hold, the gap and its reading; nothing guessed, bad cells told."""

import csv
import io
from pathlib import Path

import pytest

from openpar.backoffice.commandline import main

SON_LA = """unit,received,resolved,early,on_time,late,returned,in_process
VP UBND tỉnh Sơn La,675,635,567,68,0,18,18
"""
Table = dict[tuple[str, str], dict[str, str]]


def reconcile(folder: Path, text: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, Table, str]:
    """Status, printed findings, and what was told beside them."""
    path = folder / "counts.csv"
    path.write_text(text, "utf-8")
    status = main(["reconcile", str(path)])
    said = capsys.readouterr()
    rows = csv.DictReader(io.StringIO(said.out))
    return status, {(row["unit"], row["identity"]): row for row in rows}, said.err


def test_the_figures_of_son_la_are_refused_with_four_dossiers_unexplained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, found, told = reconcile(tmp_path, SON_LA, capsys)
    assert status == 1
    unit = "VP UBND tỉnh Sơn La"
    assert found[unit, "E2"]["holds"] == "yes"
    assert found[unit, "E4"] == {
        "unit": unit,
        "identity": "E4",
        "holds": "no",
        "gap": "4",
        "equation": "675 tiếp nhận ≠ 635 đã giải quyết + 18 đang giải quyết + 18 trả lại = 671",
        "reading": "4 hồ sơ chưa rõ: có thể đang chờ bổ sung, chưa có cột riêng",
    }
    assert "lệch 4. 4 hồ sơ chưa rõ" in told
    assert "2 đẳng thức: 1 khớp, 1 lệch" in told


def test_figures_that_agree_exit_with_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (
        "received,carried_over,received_new,resolved,early,on_time,late,returned,withdrawn,in_process,overdue\n"
        "100,10,90,80,60,15,5,3,2,15,1\n"
    )
    status, found, _ = reconcile(tmp_path, text, capsys)
    assert status == 0
    assert list(found) == [("dòng 2", name) for name in ("E1", "E2", "E3", "E4", "CARRY")]
    assert {row["holds"] for row in found.values()} == {"yes"}


def test_only_identities_whose_columns_are_there_are_looked_at(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, found, told = reconcile(tmp_path, "unit,received,early,on_time\nA,675,567,9999\n", capsys)
    assert (status, found) == (0, {})
    assert "Không có đẳng thức nào" in told


def test_a_blank_cell_is_not_zero(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "unit,received,resolved,in_process,returned\nA,100,80,20,\nB,100,80,20,0\n"
    status, found, _ = reconcile(tmp_path, text, capsys)
    assert status == 0
    assert found["A", "E4"]["holds"] == found["A", "E4"]["gap"] == ""
    assert found["A", "E4"]["reading"] == "Không kiểm tra được: để trống trả lại"
    assert found["B", "E4"]["holds"] == "yes"


@pytest.mark.parametrize("name", ["Tổng", "TỔNG CỘNG", "Tổng số:", "total"])
def test_the_total_row_is_compared_with_the_rows(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = f"unit,received,resolved,in_process\nA,10,6,4\nB,20,15,5\n{name},10,6,4\n"
    status, found, _ = reconcile(tmp_path, text, capsys)
    assert status == 1
    assert found[name, "E4"]["holds"] == "yes"
    assert found[name, "E6 received"]["gap"] == "-20"
    assert found[name, "E6 received"]["reading"] == "Dòng tổng bỏ sót “B”"
    right = text.replace(f"{name},10,6,4", f"{name},30,21,9")
    assert reconcile(tmp_path, right, capsys)[0] == 0


def test_the_same_table_gives_the_same_bytes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "counts.csv"
    seen = set()
    for text in (
        SON_LA,
        "\ufeff" + SON_LA,
        SON_LA.replace(",", ";"),
        SON_LA.replace("\n", "\r\n") + "\r\n\r\n",
    ):
        path.write_text(text, "utf-8", newline="")
        main(["reconcile", str(path)])
        seen.add(capsys.readouterr().out)
    assert len(seen) == 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("unit,recieved\nA,1\n", "dòng 1: cột lạ: recieved"),
        ("unit,received\nA,-1\n", "dòng 2, cột received: -1 là số âm"),
        ("unit,received\nA,một\n", "dòng 2, cột received: “một” không phải là số"),
        ("unit,received\nA,1.5\n", "dòng 2, cột received: 1,5 không phải số nguyên"),
        ("unit,received\nA,1.500\n", "dòng 2, cột received: “1.500” có thể là 1500 hoặc 1,5"),
        ("unit,received\nA,1\nA,2\n", "dòng 3, cột unit: “A” ghi hai lần"),
        ("unit,received\nTổng,1\nTotal,2\n", "dòng 3, cột unit: “Total”: đã có dòng tổng “Tổng”"),
        ("unit,received\n,1\n", "dòng 2, cột unit: thiếu tên đơn vị"),
        ("unit,received\n", "không có dòng số liệu"),
    ],
)
def test_a_bad_table_has_a_status_of_its_own(
    text: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, found, said = reconcile(tmp_path, text, capsys)
    assert (status, found) == (2, {})
    assert told in said
    assert main(["reconcile", str(tmp_path / "gone.csv")]) == 2


def test_every_bad_cell_is_told_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, _, said = reconcile(tmp_path, "unit,received,resolved\nA,-1,x\nA,1.5,2\n", capsys)
    assert [line.partition(":")[0] for line in said.splitlines()[1:]] == [
        "- dòng 2, cột received",
        "- dòng 2, cột resolved",
        "- dòng 3, cột received",
        "- dòng 3, cột unit",
    ]


BY_UNIT = (
    "STT,Đơn vị,Tiếp nhận,,,,,Đã xử lý,,,,,Đang xử lý,,\n"
    ",,tổng,kỳ trước,trong kỳ,qua mạng,qua BCCI,tổng,trước hạn,đúng hạn,quá hạn,tỷ lệ trước+đúng hạn,"
    "tổng,trong hạn,quá hạn\n"
)


def test_the_statistics_by_unit_are_read_with_their_heading_of_two_lines_below_a_title(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (
        "TỔNG HỢP THEO ĐƠN VỊ\nTừ 01/06/2026 đến 30/06/2026\n"
        f"{BY_UNIT}(1),(2),(3),(4),(5),(6),(7),(8),(9),(10),(11),(12),(13),(14),(15)\n"
        '1,Xã Một,100,10,90,50,5,80,60,15,5,"93,75 %",20,19,1\n'
        '2,Xã Hai,50,5,44,20,1,40,30,5,5,"87,5 %",10,10,0\n'
        ',Tổng cộng,150,15,134,70,6,120,90,20,10,"91,67 %",30,29,1\n'
    )
    status, found, told = reconcile(tmp_path, text, capsys)
    assert status == 1
    assert {key for key, row in found.items() if row["holds"] == "no"} == {
        ("Xã Hai", "E1"),
        ("Xã Hai", "CARRY"),
        ("Tổng cộng", "E1"),
        ("Tổng cộng", "CARRY"),
    }
    assert found["Xã Một", "E3"]["holds"] == "yes"
    assert "Xã Hai, E1: lệch 1" in told


@pytest.mark.parametrize(
    ("heading", "row", "identities"),
    [
        (
            "STT,Lĩnh vực,Tiếp nhận: tổng,Tiếp nhận: kỳ trước,Tiếp nhận: trong kỳ,Đã xử lý: tổng,"
            "Đã xử lý: trước hạn,Đã xử lý: đúng hạn,Đã xử lý: quá hạn,Đang xử lý: tổng,Đang xử lý: trong hạn,"
            "Đang xử lý: quá hạn,Bổ sung,Trả lại/Rút HS",
            "1,Hộ tịch,100,10,90,80,60,15,5,15,14,1,2,3",
            {"E1", "E2", "E3", "E4", "CARRY"},
        ),
        (
            'STT,Đơn vị,Tiếp nhận: tổng,Tiếp nhận: kỳ trước,"Tiếp nhận: trong kỳ, trực tuyến",'
            '"Tiếp nhận: trong kỳ, trực tiếp",Đã xử lý: tổng,Đã xử lý: trước hạn,Đã xử lý: trong hạn,'
            "Đã xử lý: quá hạn,Đang xử lý: tổng,Đang xử lý: trong hạn,Đang xử lý: quá hạn,Tạm dừng xử lý",
            "1,Xã Một,100,10,50,40,80,60,15,5,18,17,1,2",
            {"E2", "E3", "E4"},
        ),
        (
            "STT,Đơn vị,Tiếp nhận,Chưa số hóa TPHS,Có số hóa TPHS,Có tái sử dụng thành phần,"
            "Có tái sử dụng từ cổng DVCQG,Tỷ lệ số hóa TPHS,Đã giải quyết,Chưa số hóa,Đã số hóa,"
            "Tỷ lệ số hóa kết quả,Đánh giá đạt/không đạt",
            "1,Xã Một,100,10,90,5,5,90 %,80,8,72,90 %,đạt",
            set(),
        ),
        (
            "STT,Đơn vị,Số TTHC có phí,Số TTHC có phí phát sinh hồ sơ,Số TTHC phát sinh thanh toán,"
            "Số TTHC phát sinh TTTT,Hồ sơ thuộc TTHC có phí,Hồ sơ đã TTTT",
            "1,Xã Một,10,9,8,7,100,60",
            set(),
        ),
        (
            "STT,Mã thủ tục,Tên thủ tục,Số lượng đồng bộ lên cổng DVCQG",
            "1,1.001193,Đăng ký khai sinh,100",
            set(),
        ),
    ],
    ids=["by field", "progress of 766", "digitisation", "payment", "synchronised"],
)
def test_the_headings_of_the_other_statistics_are_known(
    heading: str, row: str, identities: set[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, found, told = reconcile(tmp_path, f"{heading}\n{row}\n", capsys)
    assert (status, {identity for _unit, identity in found}) == (0, identities), told


def test_a_heading_that_is_nearly_one_of_them_is_refused_by_the_column(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _found, told = reconcile(tmp_path, BY_UNIT.replace("kỳ trước", "tháng trước"), capsys)
    assert status == 2
    assert "cột lạ" in told

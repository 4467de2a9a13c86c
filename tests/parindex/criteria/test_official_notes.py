"""The cell “Ghi chú”: not-applicable cases and remarks in one text, read back as two."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import docx
import pytest

from openpar.parindex.criteria.official_notes import read_note, write_note
from openpar.parindex.criteria.official_table import (
    read_official_lines,
    read_official_table,
)
from openpar.parindex.criteria.official_writing import write_official_table
from tests.parindex.criteria.tables import HEADER, save_docx, save_xlsx

# What a file says (na, note), and the cell that is written for it.
TABLE = [
    ("", "", ""),
    ("yes", "", "Có thể không áp dụng"),
    ("True", "Theo quý", "Có thể không áp dụng\nTheo quý"),
    ("mẫu số = 0", "", "Không áp dụng khi: mẫu số = 0"),
    ("Không áp dụng với xã", "", "Không áp dụng với xã"),
    ("Không áp dụng khi: mẫu số = 0", "", "Không áp dụng khi: Không áp dụng khi: mẫu số = 0"),
    ("", "Không áp dụng văn bản cũ", "Ghi chú: Không áp dụng văn bản cũ"),
    ("", "Ghi chú: của Sở", "Ghi chú: Ghi chú: của Sở"),
    (
        "mẫu số = 0\nchưa thí điểm",
        "a\n\nb",
        "Không áp dụng khi: mẫu số = 0\nKhông áp dụng khi: chưa thí điểm\na\n\nb",
    ),
]


@pytest.mark.parametrize(("not_applicable", "note", "cell"), TABLE)
def test_both_texts_share_a_cell_and_come_apart_again(not_applicable: str, note: str, cell: str) -> None:
    assert write_note(not_applicable, note) == cell
    assert read_note(cell) == ("yes" if not_applicable == "True" else not_applicable, note)


@pytest.mark.parametrize("ending", [".xlsx", ".docx"])
@pytest.mark.parametrize(("not_applicable", "note", "_cell"), TABLE)
def test_what_stands_beside_a_rule_is_the_same_after_writing_and_reading(
    tmp_path: Path, ending: str, not_applicable: str, note: str, _cell: str
) -> None:
    leaf = {"code": "1.1", "title": "Có kế hoạch", "max": "1", "rule": {"type": "boolean", "yes": "1"}}
    beside = {"owner": "Sở Nội vụ\nVăn phòng", "article": "Điều 7", "na": not_applicable, "note": note}
    fields = [{"code": "1", "title": "Lĩnh vực", "max": "1", "criteria": [{**leaf, **beside}]}]
    path = tmp_path / f"bang{ending}"
    write_official_table({"set": "x", "year": "2026", "total": "1", "fields": fields}, path)
    found: Any = read_official_table(path)
    [read] = found["fields"][0]["criteria"]
    expected = {**beside, "na": "yes" if not_applicable == "True" else not_applicable}
    assert {key: read.get(key) or "" for key in beside} == expected


HEADINGS = ["Căn cứ", "Căn cứ pháp lý", "Căn cứ, điều khoản", "Cơ sở pháp lý", "Điều, khoản"]


@pytest.mark.parametrize("heading", HEADINGS)
@pytest.mark.parametrize("save", [save_xlsx, save_docx])
def test_a_column_of_legal_grounds_is_known_by_its_words(tmp_path: Path, heading: str, save: object) -> None:
    assert callable(save)
    ending = "xlsx" if save is save_xlsx else "docx"
    path = save(
        tmp_path / f"bang.{ending}",
        (*HEADER, "Cơ quan theo dõi", heading),
        ("1", "Lĩnh vực", "1", None, None, None, None, None),
        ("1.1", "Có kế hoạch", "1", "Có: 1; không: 0", "Kế hoạch", "Tính cả năm", "Sở Nội vụ", "Điều 7"),
        (None, "Có ban hành", None, None, None, "Trừ quý I", "Văn phòng", "Điều 8"),
    )
    leaf = next(each for each in read_official_lines(path) if each.code == "1.1")
    assert (leaf.owner, leaf.article) == ("Sở Nội vụ\nVăn phòng", "Điều 7\nĐiều 8")
    assert leaf.note == "Tính cả năm\nTrừ quý I"


@pytest.mark.parametrize("ending", [".xlsx", ".docx"])
def test_the_indicator_of_a_criterion_is_the_same_after_writing_and_reading(
    tmp_path: Path, ending: str
) -> None:
    leaf = {"code": "1.1", "title": "Đúng hạn", "max": "1", "rule": {"type": "ratio"}}
    other = {"code": "1.2", "title": "Có kế hoạch", "max": "1", "rule": {"type": "boolean", "yes": "1"}}
    criteria = [{**leaf, "indicator": "dossier.on_time_ratio"}, other]
    fields = [{"code": "1", "title": "Lĩnh vực", "max": "2", "criteria": criteria}]
    path = tmp_path / f"bang{ending}"
    write_official_table({"set": "x", "year": "2026", "total": "2", "fields": fields}, path)
    found: Any = read_official_table(path)
    read = found["fields"][0]["criteria"]
    assert [each.get("indicator") for each in read] == ["dossier.on_time_ratio", None]


def test_a_table_without_indicators_keeps_the_columns_of_a_decision(tmp_path: Path) -> None:
    leaf = {"code": "1.1", "title": "Có kế hoạch", "max": "1", "rule": {"type": "boolean", "yes": "1"}}
    fields = [{"code": "1", "title": "Lĩnh vực", "max": "1", "criteria": [leaf]}]
    path = tmp_path / "bang.docx"
    write_official_table({"set": "x", "year": "2026", "total": "1", "fields": fields}, path)
    assert len(docx.Document(str(path)).tables[0].columns) == 9

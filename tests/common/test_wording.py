"""Sentences of the readers in the language of who reads them, and in Vietnamese where nobody says."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.utils import translation

from openpar.common.errors import Refused
from openpar.common.formats import days_left_words, format_deadline, format_moment, parse_date, parse_decimal
from openpar.common.limited import run_limited
from openpar.common.spreadsheets import read_csv, read_sheet
from openpar.common.wording import ngettext, pgettext
from openpar.engine.rules import rule_from_mapping
from openpar.parindex.assessments.answer_texts import AnswerCells, answer_from_cells
from openpar.parindex.criteria.files import read_criteria_file
from openpar.parindex.criteria.yaml_files import mapping_of
from scripts.messages import english, gathered
from tests.parindex.criteria.tables import save_xlsx

ROOT = Path(__file__).resolve().parents[2]
VIETNAMESE = re.compile("[À-ỹ]")
TODAY = date(2026, 11, 21)

REFUSED: list[tuple[Callable[[], object], str, str]] = [
    (lambda: parse_decimal("x"), "“x” không phải là số", "is not a number"),
    (lambda: parse_decimal("1.500"), "1500 hoặc 1,5", "1500 or 1,5"),
    (lambda: parse_date("31/02/2026"), "không có ngày 31/02/2026", "31/02/2026"),
    (lambda: read_csv(b"\xff\xfe\x00"), "dòng 1: bảng mã", "line 1: "),
    (lambda: read_sheet(b"\x89PNG\r\n\x1a\n"), "ảnh PNG", "PNG image"),
    (
        lambda: answer_from_cells(rule_from_mapping({"type": "boolean", "yes": "1"}), AnswerCells("có thể")),
        "không phải Có hay Không",
        "neither",
    ),
]


def refusal(call: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refused:
        call()
    return str(refused.value)


@pytest.mark.parametrize(("call", "vietnamese", "in_english"), REFUSED)
def test_a_refusal_speaks_the_language_of_its_reader(
    call: Callable[[], object], vietnamese: str, in_english: str
) -> None:
    assert vietnamese in refusal(call)
    with translation.override("en"):
        said = refusal(call)
    assert in_english in said
    # Words of an answer that are typed in Vietnamese stay as they are typed.
    assert not VIETNAMESE.search(re.sub("“[^”]*”|Có|Không", "", said))


def test_a_file_read_in_another_process_is_refused_in_the_language_of_its_reader() -> None:
    def read() -> object:
        return run_limited(read_sheet, b"\x89PNG\r\n\x1a\n")

    assert "ảnh PNG" in refusal(read)
    with translation.override("en"):
        assert "PNG image" in refusal(read)


def test_what_was_understood_of_a_file_is_told_in_the_language_of_its_reader(tmp_path: Path) -> None:
    header = ("STT", "Tiêu chí", "Điểm tối đa", "Cách tính")
    path = save_xlsx(
        tmp_path / "bang.xlsx",
        header,
        ("1", "Lĩnh vực", "1", None),
        ("1.2", "Kế hoạch", "1", "Có: 1; không: 0"),
    )
    in_vietnamese = read_criteria_file(path, "bang.xlsx").lines[1]
    with translation.override("en"):
        in_english = read_criteria_file(path, "bang.xlsx").lines[1]
    assert in_vietnamese.warnings == ("Mã 1.2 không nối tiếp mã 1.",)
    assert in_english.warnings == ("Code 1.2 does not follow code 1.",)
    assert (in_vietnamese.where, in_english.where) == ("dòng 3", "line 3")
    # What the decision says is the record, in whatever language it is read.
    assert in_english.rule == in_vietnamese.rule
    assert in_english.title == "Kế hoạch"


TIMES: list[tuple[Callable[[], str], str, str]] = [
    (lambda: days_left_words(date(2026, 11, 22), TODAY), "còn 1 ngày", "1 day left"),
    (lambda: days_left_words(date(2026, 11, 24), TODAY), "còn 3 ngày", "3 days left"),
    (lambda: days_left_words(TODAY, TODAY), "hạn hôm nay", "due today"),
    (lambda: days_left_words(date(2026, 11, 20), TODAY), "quá hạn 1 ngày", "1 day overdue"),
    (lambda: days_left_words(date(2026, 11, 19), TODAY), "quá hạn 2 ngày", "2 days overdue"),
    (
        lambda: format_moment(datetime(2026, 11, 21, 10, 30, tzinfo=UTC)),
        "17:30 ngày 21/11/2026",
        "17:30 on 21/11/2026",
    ),
    (
        lambda: format_deadline(datetime(2026, 11, 30, 17, tzinfo=UTC)),
        "hết ngày 30/11/2026",
        "the end of 30/11/2026",
    ),
]


@pytest.mark.parametrize(("call", "vietnamese", "in_english"), TIMES)
def test_times_are_told_in_the_language_of_their_reader(
    call: Callable[[], str], vietnamese: str, in_english: str
) -> None:
    assert call() == vietnamese
    with translation.override("en"):
        assert call() == in_english


def test_without_django_every_sentence_is_vietnamese(tmp_path: Path) -> None:
    """As the command line runs, whatever the language of the machine."""
    (tmp_path / "django.py").write_text("raise ImportError('no Django here')", "utf-8")
    code = (
        "from openpar.common.formats import days_left_words, parse_decimal\n"
        "from openpar.common.wording import ngettext, pgettext\n"
        "from datetime import date\n"
        "try:\n    parse_decimal('x')\nexcept Exception as refused:\n    print(refused)\n"
        "print(days_left_words(date(2026, 11, 22), date(2026, 11, 21)))\n"
        "print(pgettext('time', 'Sau'), ngettext('%(n)s tệp', '%(n)s tệp', 2, n=2))\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={
            **os.environ,
            "PYTHONPATH": f"{tmp_path}:{ROOT / 'src'}",
            "LANG": "en_US",
            "PYTHONUTF8": "1",
        },
        capture_output=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr.decode()
    assert run.stdout.decode().splitlines() == [
        "“x” không phải là số. Viết số như 57,52 hoặc 1.234,5.",
        "còn 1 ngày",
        "Sau 2 tệp",
    ]


def test_a_word_without_translation_stays_as_it_is() -> None:
    with translation.override("en"):
        assert pgettext("no such context", "Sau") == "Sau"
        assert ngettext("%(n)s thứ lạ", "%(n)s thứ lạ", 2, n=2) == "2 thứ lạ"


def test_the_yaml_reader_tells_where_and_what_in_english_too() -> None:
    with translation.override("en"), pytest.raises(Exception, match="line 1") as refused:
        mapping_of(b"a: &b c")
    assert not VIETNAMESE.search(str(refused.value))


READERS = (
    *(
        f"common/{name}.py"
        for name in ("archives", "csv_files", "formats", "limited", "sheets", "xlsx_reader")
    ),
    *(f"parindex/criteria/official_{name}.py" for name in ("codes", "columns", "grid")),
    "parindex/criteria/yaml_files.py",
)
_SAYS = {"_", "gettext_noop", "ngettext", "pgettext"}


def unsaid(source: str) -> list[str]:
    """Vietnamese texts in a module that no translator ever sees; what documents the code aside."""
    tree = ast.parse(source)
    said = {
        id(part)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in _SAYS
        for part in ast.walk(call)
    }
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and len(node.value) > 1
        and VIETNAMESE.search(node.value)
        and id(node) not in said | told
    ]


@pytest.mark.parametrize("reader", READERS)
def test_no_sentence_of_a_reader_goes_past_the_translators(reader: str) -> None:
    assert unsaid((ROOT / "src" / "openpar" / reader).read_text(encoding="utf-8")) == []


def test_a_sentence_that_goes_past_the_translators_is_noticed() -> None:
    assert unsaid('"""Tài liệu."""\nwhat = f"tệp rỗng {x}" + _("tệp")') == ["tệp rỗng "]


def test_every_sentence_of_the_readers_is_gathered_and_has_its_english() -> None:
    known = english()
    wanted = [
        message
        for message in gathered()
        if message.id and any(name.startswith(READERS) for name, _line in message.locations)
    ]
    assert len(wanted) > 90
    # Words of a table, which only a marked constant names.
    assert {"ảnh PNG", "“STT” hoặc “Mã số”"} <= {message.id for message in wanted}
    missing = [
        message.id
        for message in wanted
        if (found := known.get(message.id, message.context)) is None or not found.string
    ]
    assert missing == []

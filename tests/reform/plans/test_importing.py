"""The task table of a plan is read from Word and Excel, whole or not at all, and written to be read again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from io import BytesIO
from pathlib import Path

import docx
import openpyxl
import pytest

from openpar.common.errors import FileRefused
from openpar.engine.periods import PeriodKind
from openpar.reform.plans.actions.importing import bring_in_tasks
from openpar.reform.plans.deadlines import deadline_from_words
from openpar.reform.plans.errors import PlanFileRefused, PlansRefused
from openpar.reform.plans.export import plan_table
from openpar.reform.plans.lines import Agencies
from openpar.reform.plans.models import DeadlineKind, LineAgency, TaskLine
from openpar.reform.plans.table_understanding import UnderstoodTasks, read_tasks
from openpar.reform.plans.words import AgencyNames, agencies_from_words, read_agencies
from tests import factories
from tests.reform.plans.year import AT, ISSUED, YEAR, Province, draft, in_force, province

pytestmark = pytest.mark.django_db
HEAD = ("STT", "Nội dung nhiệm vụ", "Sản phẩm", "Cơ quan chủ trì", "Cơ quan phối hợp", "Thời gian hoàn thành")
CHAPTER = ("I", "Công tác chỉ đạo, điều hành", "", "", "", "")
ROWS = (
    ("1", "Ban hành kế hoạch kiểm tra", "Kế hoạch", "Sở Nội vụ", "Sở Tài chính", "Quý I"),
    ("2", "Tự đánh giá, chấm điểm", "Phiếu", "Các sở, ban, ngành; UBND cấp xã", "", "31/03/2026"),
    ("II", "Cải cách thủ tục hành chính", "", "", "", ""),
    ("3", "Niêm yết công khai thủ tục", "", "UBND các xã, phường", "Sở Nội vụ", "Thường xuyên"),
    ("4", "Rà soát, đơn giản hóa", "Quyết định", "Sở Y tế, Sở Tài chính", "", "trước 15/9"),
)
KINDS = [DeadlineKind.QUARTER, DeadlineKind.DATE, DeadlineKind.CONTINUOUS, DeadlineKind.DATE]


def workbook(tmp_path: Path, rows: Sequence[Sequence[object]]) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    path = tmp_path / "phu-luc.xlsx"
    book.save(path)
    return path


def word(tmp_path: Path, rows: Sequence[Sequence[str]]) -> Path:
    text = docx.Document()
    text.add_paragraph("PHỤ LỤC NHIỆM VỤ CẢI CÁCH HÀNH CHÍNH NĂM 2026")
    table = text.add_table(rows=0, cols=len(rows[0]))
    for row in rows:
        for cell, value in zip(table.add_row().cells, row, strict=True):
            cell.text = value
    path = tmp_path / "phu-luc.docx"
    text.save(str(path))
    return path


def understood(who: Province, path: Path) -> UnderstoodTasks:
    return read_tasks(path, path.name, version=draft(who), on=ISSUED)


@pytest.mark.parametrize("write", [workbook, word], ids=["xlsx", "docx"])
def test_a_table_of_word_or_excel_becomes_lines_of_the_draft(tmp_path: Path, write: object) -> None:
    who = province()
    path = write(tmp_path, [HEAD, ("(1)", "(2)", "(3)", "(4)", "(5)", "(6)"), CHAPTER, *ROWS])  # type: ignore[operator]  # one of two writers
    version = draft(who)
    found = read_tasks(path, path.name, version=version, on=ISSUED)
    assert [words for _where, words in found.headings] == [
        "I Công tác chỉ đạo, điều hành",
        "II Cải cách thủ tục hành chính",
    ]
    count = bring_in_tasks(
        by=who.manager,
        at=AT,
        version_id=version.pk,
        expected_version=1,
        understood=found,
        file_name=path.name,
        sha256="0" * 64,
    )
    lines = list(TaskLine.objects.order_by("position"))
    assert count == 4
    assert [row.field for row in lines] == ["F0", "F0", "F2", "F2"]
    assert [row.deadline_kind for row in lines] == KINDS
    assert [row.due_on for row in lines] == [date(2026, 3, 31), date(2026, 3, 31), None, date(2026, 9, 15)]
    leads = LineAgency.objects.filter(line=lines[1], part=LineAgency.Part.LEAD)
    assert set(leads.values_list("agency_class", flat=True)) == {"communes", "departments"}
    assert LineAgency.objects.filter(line=lines[3], organisation__isnull=False).count() == 2


def test_every_row_that_cannot_be_taken_in_is_named_at_once(tmp_path: Path) -> None:
    who = province()
    rows = (
        HEAD,
        CHAPTER,
        ("1", "Việc một", "", "Sở Không Có", "", "Quý V"),
        ("2", "Việc hai (mật)", "", "Sở Y tế", "", "Quý II"),
        ("3", "", "", "Sở Y tế", "", "Quý II"),
        ("4", "Việc bốn", "", "", "", "Quý II"),
        ("5", "Việc năm", "", "Sở Y tế", "", "Quý II"),
    )
    with pytest.raises(PlanFileRefused) as refused:
        understood(who, workbook(tmp_path, rows))
    told = [(gap.where, gap.code) for gap in refused.value.gaps]
    assert told == [
        ("dòng 3", "no-agency"),
        ("dòng 3", "deadline-unread"),
        ("dòng 4", "secret"),
        ("dòng 5", "text-missing"),
        ("dòng 6", "no-lead"),
    ]
    assert not TaskLine.objects.exists()


def test_a_row_before_any_chapter_needs_a_field(tmp_path: Path) -> None:
    who = province()
    with pytest.raises(PlanFileRefused) as refused:
        understood(who, workbook(tmp_path, (HEAD, ROWS[0])))
    assert factories.codes_of(refused.value) == ["no-field"]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ((("Tên", "Tuổi"), ("An", "30")), "table-columns"),
        ((HEAD, CHAPTER), "empty"),
    ],
)
def test_a_file_without_a_table_of_tasks_is_refused(
    tmp_path: Path, rows: Sequence[Sequence[str]], code: str
) -> None:
    who = province()
    with pytest.raises(FileRefused) as refused:
        understood(who, workbook(tmp_path, rows))
    assert factories.codes_of(refused.value) == [code]


def test_a_file_of_another_kind_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "phu-luc.pdf"
    path.write_bytes(b"%PDF-1.7")
    with pytest.raises(FileRefused) as refused:
        understood(province(), path)
    assert factories.codes_of(refused.value) == ["file-kind"]


def test_what_is_written_can_be_read_in_again(reform_year: Province, tmp_path: Path) -> None:
    who = reform_year
    path = tmp_path / "ke-hoach.xlsx"
    path.write_bytes(plan_table(in_force(who.issued()), ISSUED))
    again = draft(who, year=YEAR + 1)
    found = read_tasks(path, path.name, version=again, on=ISSUED)
    rows = {row.number: row for row in in_force(who.issued()).lines.all()}
    assert len(found.lines) == len(rows)
    for one in found.lines:
        row = rows[one.line.number]
        assert (one.line.text, one.line.field, one.line.deadline.kind) == (
            row.text,
            row.field,
            row.deadline_kind,
        )
        leads = row.agencies.filter(part=LineAgency.Part.LEAD)
        assert list(one.line.leads) == [Agencies(each.organisation_id, each.agency_class) for each in leads]


@pytest.mark.parametrize(
    ("words", "kind", "on", "each"),
    [
        ("trước 31/12/2026", DeadlineKind.DATE, date(2026, 12, 31), None),
        ("2026-05-01", DeadlineKind.DATE, date(2026, 5, 1), None),
        ("trước 15/9", DeadlineKind.DATE, date(2026, 9, 15), None),
        ("Tháng 6/2026", DeadlineKind.DATE, date(2026, 6, 30), None),
        ("Tháng 02", DeadlineKind.DATE, date(2026, 2, 28), None),
        ("Quý II-III", DeadlineKind.QUARTER, None, None),
        ("Quý 4", DeadlineKind.QUARTER, None, None),
        ("Hàng tháng", DeadlineKind.RECURRING, None, PeriodKind.MONTH),
        ("hằng quý", DeadlineKind.RECURRING, None, PeriodKind.QUARTER),
        ("Cả năm", DeadlineKind.RECURRING, None, PeriodKind.YEAR),
        ("Thường xuyên", DeadlineKind.CONTINUOUS, None, PeriodKind.QUARTER),
        ("Sau khi có hướng dẫn của Bộ Nội vụ", DeadlineKind.AFTER_EVENT, None, None),
        ("theo tiến độ", DeadlineKind.AFTER_EVENT, None, None),
    ],
)
def test_the_words_of_plans_tell_their_deadlines(
    words: str, kind: DeadlineKind, on: date | None, each: PeriodKind | None
) -> None:
    found = deadline_from_words(words, YEAR)
    assert found is not None
    assert (found.kind, found.on, found.each) == (kind, on, each)
    if kind == DeadlineKind.QUARTER:
        assert found.quarter == {"Quý II-III": 3, "Quý 4": 4}[words]


def test_days_after_an_event_are_read() -> None:
    found = deadline_from_words("Trong 15 ngày sau khi có văn bản", YEAR)
    assert found is not None
    assert found.days_after == 15


@pytest.mark.parametrize("words", ["", "Quý VI", "31/02/2026", "tháng 13", "sớm"])
def test_words_that_tell_no_deadline_are_not_guessed(words: str) -> None:
    assert deadline_from_words(words, YEAR) is None


def test_names_with_commas_are_names(reform_year: Province) -> None:
    where = factories.organisation("Sở Văn hóa, Thể thao và Du lịch")
    names = AgencyNames.on(ISSUED)
    found, unknown = read_agencies("Sở Văn hóa, Thể thao và Du lịch, Sở Y tế; Sở Lạ", names)
    assert found == (Agencies(where.pk), Agencies(reform_year.health.pk))
    assert unknown == ("Sở Lạ",)
    with pytest.raises(PlansRefused) as refused:
        agencies_from_words("Sở Lạ; Sở Quen", ISSUED)
    assert factories.codes_of(refused.value) == ["no-agency", "no-agency"]


def test_a_hostile_workbook_is_refused_by_the_limited_reader(tmp_path: Path) -> None:
    path = tmp_path / "phu-luc.xlsx"
    path.write_bytes(BytesIO(b"PK\x03\x04 not an archive").getvalue())
    with pytest.raises(FileRefused):
        understood(province(), path)

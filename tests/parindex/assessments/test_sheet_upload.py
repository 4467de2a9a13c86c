"""A sheet in Excel and back: what was not touched stays, what cannot be read is refused by its cell."""

from __future__ import annotations

import unicodedata
import zipfile
from collections.abc import Mapping
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
import yaml
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl.worksheet.worksheet import Worksheet
from pytest_django.fixtures import Settings

from openpar.base.accounts.models import Role
from openpar.base.audit.models import Entry as Trace
from openpar.base.intake.models import Batch
from openpar.common.errors import FileRefused
from openpar.engine import rules
from openpar.engine.answers import Answer
from openpar.engine.rules import rule_from_mapping
from openpar.parindex.assessments.actions.scores import Entry
from openpar.parindex.assessments.actions.self_scoring import assign_leaves, save_self_score
from openpar.parindex.assessments.actions.sheet_upload import SheetRefused, save_sheet
from openpar.parindex.assessments.answer_texts import (
    AnswerCells,
    AnswerNotUnderstood,
    answer_from_cells,
    cells_of_answer,
)
from openpar.parindex.assessments.errors import NotAllowed, NotNow
from openpar.parindex.assessments.models import Assessment, Score
from openpar.parindex.assessments.sheet_files import (
    SheetChanges,
    changes_of,
    read_sheet_file,
    sheet_head,
    stored_scores,
    write_sheet,
)
from openpar.parindex.assessments.sheet_layout import SHEET_NAME
from tests import factories
from tests.parindex import rounds
from tests.parindex.rounds import DURING_SELF, SELF_CLOSES, SmallRound

pytestmark = pytest.mark.django_db

# Where the leaves of the small set stand: heading lines 1 and 1.1 come first.
ROW = {"1.1.1": 8, "1.1.2": 9, "2.1.1": 12, "2.1.2": 13, "2.2.1": 15}


@pytest.fixture
def small(opened: SmallRound) -> SmallRound:
    return opened


def sheet(small: SmallRound) -> Assessment:
    return Assessment.objects.select_related("round_block__round", "round_block__criteria_set", "unit").get(
        pk=small.sheet().pk
    )


def downloaded(small: SmallRound) -> bytes:
    head, criteria = sheet_head(sheet(small))
    target = BytesIO()
    write_sheet(target, head, criteria, stored_scores(head.assessment_id, criteria))
    return target.getvalue()


def filled(content: bytes, cells: Mapping[str, object]) -> bytes:
    """The workbook with some cells changed, as a person saves it in an office program."""
    book = openpyxl.load_workbook(BytesIO(content))
    page = book[SHEET_NAME]
    for address, value in cells.items():
        page[address].value = value
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def page_of(content: bytes) -> Worksheet:
    page = openpyxl.load_workbook(BytesIO(content))[SHEET_NAME]
    assert isinstance(page, Worksheet)
    return page


def changes(small: SmallRound, content: bytes, tmp_path: Path) -> SheetChanges:
    path = tmp_path / "phieu.xlsx"
    path.write_bytes(content)
    assessment = sheet(small)
    head, criteria = sheet_head(assessment)
    rows = read_sheet_file(path, head, criteria)
    return changes_of(rows, criteria, stored_scores(assessment.pk, criteria))


def save(small: SmallRound, found: SheetChanges) -> tuple[str, ...]:
    return save_sheet(
        assessment_id=small.sheet().pk,
        entries={change.leaf.code: (change.row.entry, change.row.version) for change in found.fresh},
        by=small.focal,
        at=DURING_SELF,
        file_name="phieu.xlsx",
        sha256="0" * 64,
    )


ANSWERED = {
    f"F{ROW['1.1.1']}": "Có",
    f"G{ROW['1.1.2']}": 40,
    f"H{ROW['1.1.2']}": 50,
    f"K{ROW['1.1.2']}": "Theo báo cáo năm",
    f"I{ROW['2.1.1']}": "Không phát sinh hồ sơ",
    f"G{ROW['2.1.2']}": 1,
}


def test_what_was_typed_in_excel_becomes_scores(small: SmallRound, tmp_path: Path) -> None:
    found = changes(small, filled(downloaded(small), ANSWERED), tmp_path)
    assert save(small, found) == ("1.1.1", "1.1.2", "2.1.1", "2.1.2")
    points = {score.criterion.code: score.points for score in Score.objects.select_related("criterion")}
    assert points == {
        "1.1.1": Decimal(1),
        "1.1.2": Decimal("2.4"),
        "2.1.1": None,
        "2.1.2": Decimal("0.5"),
    }
    assert Score.objects.get(criterion__code="2.1.1").answer["reason"] == "Không phát sinh hồ sơ"
    assert small.sheet().self_count == 4
    assert Trace.objects.filter(verb="score.self_saved").count() == 4
    assert Batch.objects.get(kind="sheet").accepted_rows == 4


def test_an_untouched_sheet_and_a_replayed_one_change_nothing(small: SmallRound, tmp_path: Path) -> None:
    content = filled(downloaded(small), ANSWERED)
    save(small, changes(small, content, tmp_path))
    traces = Trace.objects.filter(verb="score.self_saved").count()
    again = changes(small, content, tmp_path)
    assert again.is_nothing
    assert again.unchanged == 4
    assert changes(small, downloaded(small), tmp_path).is_nothing
    assert save(small, again) == ()
    assert Trace.objects.filter(verb="score.self_saved").count() == traces


def test_a_row_nobody_touched_keeps_what_was_saved_in_between(small: SmallRound, tmp_path: Path) -> None:
    content = filled(downloaded(small), {f"F{ROW['1.1.1']}": "Có"})
    _save_in_the_system(small, "1.1.2", rounds.ratio(30, 50))
    found = changes(small, content, tmp_path)
    assert [change.leaf.code for change in found.fresh] == ["1.1.1"]
    assert not found.stale


def test_a_leaf_changed_on_both_sides_is_shown_with_both_values_and_not_overwritten(
    small: SmallRound, tmp_path: Path
) -> None:
    content = filled(downloaded(small), ANSWERED)
    _save_in_the_system(small, "1.1.2", rounds.ratio(30, 50))
    found = changes(small, content, tmp_path)
    [conflict] = found.stale
    assert conflict.leaf.code == "1.1.2"
    assert (conflict.stored.entry.answer.numerator, conflict.row.entry.answer.numerator) == (
        Decimal(30),
        Decimal(40),
    )
    entries = {"1.1.2": (conflict.row.entry, conflict.row.version), "1.1.1": (Entry(Answer(choice="yes")), 0)}
    with pytest.raises(SheetRefused) as refused:
        save_sheet(assessment_id=small.sheet().pk, entries=entries, by=small.focal, at=DURING_SELF)
    assert factories.codes_of(refused.value) == ["stale"]
    assert list(Score.objects.values_list("criterion__code", flat=True)) == ["1.1.2"]


def test_all_refusals_come_together_and_nothing_is_half_saved(small: SmallRound) -> None:
    entries = {
        "1.1.1": (Entry(Answer(choice="yes")), 0),
        "1.1.2": (Entry(rounds.ratio(60, 50)), 0),
        "2.1.1": (Entry(rounds.ratio(1, 2), given_points=Decimal(5)), 0),
        "2.2.1": (Entry(rounds.ratio(90, 100)), 0),
        "9.9.9": (Entry(Answer(choice="yes")), 0),
    }
    with pytest.raises(SheetRefused) as refused:
        save_sheet(assessment_id=small.sheet().pk, entries=entries, by=small.focal, at=DURING_SELF)
    assert [gap.where for gap in refused.value.gaps] == ["1.1.2", "2.1.1", "2.2.1", "9.9.9"]
    assert not Score.objects.exists()


def test_others_and_a_closed_window_are_refused_once(small: SmallRound) -> None:
    entries = {code: (Entry(answer), 0) for code, answer in rounds.FULL_ANSWERS.items()}
    for by, at, refusal in (
        (small.appraiser, DURING_SELF, NotAllowed),
        (small.focal, SELF_CLOSES, NotNow),
    ):
        with pytest.raises(refusal) as refused:
            save_sheet(assessment_id=small.sheet().pk, entries=entries, by=by, at=at)
        assert len(refused.value.gaps) == 1
    assert not Score.objects.exists()


def test_a_division_officer_saves_only_what_was_handed_over(small: SmallRound) -> None:
    officer = factories.actor_as(Role.DIVISION_OFFICER, small.health, "Trần Thị Phòng")
    assign_leaves(
        assessment_id=small.sheet().pk,
        codes=["1.1.1"],
        officer_id=officer.id,
        by=small.focal,
        at=DURING_SELF,
    )
    mine = {"1.1.1": (Entry(Answer(choice="yes")), 0)}
    others = {"1.1.2": (Entry(rounds.ratio(40, 50)), 0)}
    with pytest.raises(SheetRefused) as refused:
        save_sheet(assessment_id=small.sheet().pk, entries={**mine, **others}, by=officer, at=DURING_SELF)
    assert factories.codes_of(refused.value) == ["not_assigned"]
    assert save_sheet(assessment_id=small.sheet().pk, entries=mine, by=officer, at=DURING_SELF) == ("1.1.1",)


def _save_in_the_system(small: SmallRound, code: str, answer: Answer) -> None:
    save_self_score(
        assessment_id=small.sheet().pk,
        code=code,
        entry=Entry(answer),
        expected_version=0,
        by=small.head,
        at=DURING_SELF,
    )


BAD_CELLS = [
    ({"F8": "Có lẽ"}, ["ô F8"]),
    ({"G9": "bốn mươi", "H9": 50}, ["ô G9"]),
    ({"G9": 40}, ["ô H9"]),
    ({"G9": "1.500", "H9": "2.000"}, ["ô G9", "ô H9"]),
    ({"G9": "=20+20", "H9": 50}, ["ô G9"]),
    ({"G9": 60, "H9": 50}, ["ô F9 (1.1.2)"]),
    ({"F8": "Có", "I8": "Không phát sinh"}, ["ô I8"]),
    ({"J8": "nhiều"}, ["ô J8"]),
    ({"F8": "Có", "J8": "0,5"}, ["ô F8 (1.1.1)"]),
    ({"G8": 3}, ["ô G8"]),
    ({"G15": 90}, ["ô G15"]),
    ({"A9": "1.1.9"}, ["ô A9"]),
    ({"A9": "1.1.1"}, ["ô A9"]),
    ({"M9": "x"}, ["ô M9"]),
    ({"F5": "Trả lời"}, ["ô F5"]),
    ({"A4": "gì đó"}, ["ô A4"]),
    ({"F8": "Có lẽ", "G12": "x", "H12": 5}, ["ô F8", "ô G12"]),
    ({"N8": "xem thêm"}, ["ô N8"]),
    ({"P5": "Cột thêm", "Q40": 3}, ["ô P5", "ô Q40"]),
    ({"B40": "Người lập phiếu"}, ["ô B40"]),
    ({"F40": "Có", "B41": "Thủ trưởng"}, ["ô B41", "ô A40"]),
]


@pytest.mark.parametrize(("cells", "places"), BAD_CELLS)
def test_what_cannot_be_read_is_refused_by_its_cell_and_all_at_once(
    small: SmallRound, tmp_path: Path, cells: Mapping[str, object], places: list[str]
) -> None:
    with pytest.raises(FileRefused) as refused:
        changes(small, filled(downloaded(small), cells), tmp_path)
    assert [gap.where for gap in refused.value.gaps] == places


def test_merged_answer_cells_are_refused(small: SmallRound, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(BytesIO(downloaded(small)))
    book[SHEET_NAME].merge_cells("G9:G12")
    with pytest.raises(FileRefused) as refused:
        changes(small, saved(book), tmp_path)
    assert ("ô G9:G12", "sheet-merged") in [(gap.where, gap.code) for gap in refused.value.gaps]


def test_a_moved_column_and_the_sheet_of_another_unit_are_refused(small: SmallRound, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(BytesIO(downloaded(small)))
    book[SHEET_NAME].delete_cols(5)
    with pytest.raises(FileRefused) as refused:
        changes(small, saved(book), tmp_path)
    assert {gap.code for gap in refused.value.gaps} == {"sheet-header"}
    other = Assessment.objects.select_related("round_block__round", "round_block__criteria_set", "unit").get(
        organisation=small.justice
    )
    head, criteria = sheet_head(other)
    target = BytesIO()
    write_sheet(target, head, criteria, {})
    with pytest.raises(FileRefused) as refused:
        changes(small, target.getvalue(), tmp_path)
    assert factories.codes_of(refused.value) == ["sheet-other"]


def _bomb(content: bytes) -> bytes:
    target = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as source, zipfile.ZipFile(target, "w") as bomb:
        for member in source.infolist():
            bomb.writestr(member, source.read(member))
        bomb.writestr("xl/more.xml", b"0" * 200_000_000, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def _million_columns(content: bytes) -> bytes:
    target = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as source, zipfile.ZipFile(target, "w") as changed:
        for member in source.infolist():
            data = source.read(member)
            if member.filename == "xl/worksheets/sheet1.xml":
                data = data.replace(
                    b"</sheetData>", b'<row r="999999"><c r="XFD999999"><v>1</v></c></row></sheetData>'
                )
            changed.writestr(member, data, zipfile.ZIP_DEFLATED)
    return target.getvalue()


@pytest.mark.parametrize(
    "spoil",
    [_bomb, _million_columns, lambda content: content[:2000], lambda content: "1.1.1;Có".encode("utf-16")],
    ids=["bomb", "million-columns", "cut-off", "another-kind"],
)
def test_hostile_and_damaged_files_are_refused(small: SmallRound, tmp_path: Path, spoil: object) -> None:
    assert callable(spoil)
    with pytest.raises(FileRefused):
        changes(small, spoil(downloaded(small)), tmp_path)


def test_only_the_cells_that_a_rule_reads_are_open(small: SmallRound) -> None:
    page = page_of(downloaded(small))
    open_cells = {
        cell.coordinate
        for row in page.iter_rows(min_row=6, max_row=16)
        for cell in row
        if not cell.protection.locked
    }
    assert {"F8", "G9", "H9", "G12", "H12", "I8", "J8", "K8"} <= open_cells
    assert not {"A8", "C8", "G8", "F9", "F15", "G15", "K15", "F6", "M8"} & open_cells
    assert page.protection.sheet
    assert page.column_dimensions["M"].hidden
    [choice] = [rule for rule in page.data_validations.dataValidation if "F8" in str(rule.sqref)]
    assert choice.formula1 == '"Có,Không"'


def test_equal_content_gives_equal_bytes(small: SmallRound) -> None:
    assert downloaded(small) == downloaded(small)


def test_decomposed_letters_and_dots_are_understood(small: SmallRound, tmp_path: Path) -> None:
    cells = {
        f"F{ROW['1.1.1']}": unicodedata.normalize("NFD", "Có"),
        f"G{ROW['1.1.2']}": "40.5",
        f"H{ROW['1.1.2']}": "50,0",
        f"K{ROW['1.1.2']}": unicodedata.normalize("NFD", "Số liệu của Huế"),
    }
    found = changes(small, filled(downloaded(small), cells), tmp_path)
    entries = {change.leaf.code: change.row.entry for change in found.fresh}
    assert entries["1.1.1"].answer.choice == "yes"
    assert entries["1.1.2"].answer.numerator == Decimal("40.5")
    assert entries["1.1.2"].note == "Số liệu của Huế"


LAST_OF_JANUARY = [{"until": "1", "points": "1"}, {"points": "0"}]
DEADLINE = {"type": "deadline", "year": "2026", "options": LAST_OF_JANUARY}
ITEMS = {"type": "checklist", "items": {"a": "0.5", "b": "0.5"}}
GRADES = {"type": "quality_grade", "grades": {"tốt": "100", "đạt": "50"}}
RULES = [
    ({"type": "boolean", "yes": "1"}, Answer(choice="yes")),
    ({"type": "boolean", "yes": "1"}, Answer(choice="no")),
    ({"type": "choice", "options": {"kịp": "1", "chậm, nhưng có": "0.5"}}, Answer(choice="chậm, nhưng có")),
    (ITEMS, Answer(items=("a", "b"))),
    (ITEMS, Answer(items=())),
    ({"type": "count", "per": "1", "cap": "2"}, Answer(numerator=Decimal(3))),
    (
        {"type": "ratio", "excused": "loại"},
        Answer(numerator=Decimal(3), denominator=Decimal(9), excused=Decimal("1.125")),
    ),
    (
        {"type": "formula", "variables": [{"name": "p"}, {"name": "q"}], "branches": [{"points": "p / q"}]},
        Answer(variables={"p": Decimal("0.125"), "q": Decimal(2)}),
    ),
    (DEADLINE, Answer(moment=DURING_SELF.date(), signed=False)),
    (DEADLINE, Answer(choice="no")),
    (
        {"type": "deduct", "per_violation": {"nhẹ": "0.5", "nặng": "1"}},
        Answer(counts={"nhẹ": Decimal(2), "nặng": Decimal(0)}),
    ),
    (
        {**GRADES, "minor_violation": "10", "deduct_of": "earned"},
        Answer(choice="đạt", numerator=Decimal(1)),
    ),
    ({"type": "cohort"}, Answer(numerator=Decimal("1234.567"))),
]


@pytest.mark.parametrize(("mapping", "answer"), RULES)
def test_an_answer_written_as_cells_is_read_back_the_same(
    mapping: Mapping[str, object], answer: Answer
) -> None:
    rule = rule_from_mapping(mapping)
    assert answer_from_cells(rule, cells_of_answer(rule, answer)) == answer


def test_every_rule_type_has_a_reader() -> None:
    for kind in (*rules.RULE_TYPES, rules.Unstated):
        assert kind in answer_from_cells.__globals__["_READERS"]


def test_a_label_is_known_wherever_its_tone_stands() -> None:
    rule = rule_from_mapping({"type": "choice", "options": {"đã số hóa": "1", "chưa": "0"}})
    assert answer_from_cells(rule, AnswerCells(answer="Đã số hoá")).choice == "đã số hóa"


def test_items_may_be_given_by_their_places_and_unused_cells_are_refused() -> None:
    rule = rule_from_mapping({"type": "checklist", "items": {"đủ": "1", "rõ": "1", "kịp": "1"}})
    assert answer_from_cells(rule, AnswerCells(answer="1|3")).items == ("đủ", "kịp")
    with pytest.raises(AnswerNotUnderstood) as refused:
        answer_from_cells(rule, AnswerCells(answer="1", numerator="2"))
    assert [gap.where for gap in refused.value.gaps] == ["numerator"]


def test_a_sheet_of_the_size_of_a_real_set_is_saved_with_few_queries(settings: Settings) -> None:
    path = settings.OPENPAR_DATA_DIR / "criteria" / "SYNTHETIC_so_2026.yaml"
    small = rounds.opened_round(yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader))
    head, criteria = sheet_head(sheet(small))
    entries = {leaf.code: (Entry(_any_answer(leaf.engine.rule)), 0) for leaf in criteria.self_leaves}
    with CaptureQueriesContext(connection) as queries:
        saved_codes = save_sheet(
            assessment_id=head.assessment_id, entries=entries, by=small.focal, at=DURING_SELF
        )
    assert len(saved_codes) == len(criteria.self_leaves) > 30
    # Of a leaf its score and its entry in the log; nothing is asked anew for each.
    assert len(queries) <= 10 + 2 * len(saved_codes)


def _any_answer(rule: rules.Rule) -> Answer:
    if isinstance(rule, rules.Choice):
        return Answer(choice=rule.options[0][0])
    if isinstance(rule, rules.Boolean):
        return Answer(choice="yes")
    if isinstance(rule, rules.AdditiveChecklist):
        return Answer(items=tuple(label for label, _worth in rule.items))
    if isinstance(rule, rules.StepOnRatio | rules.RatioTimesMax | rules.RatioWithZeroFloor):
        return rounds.ratio(45, 50)
    return Answer(numerator=Decimal(1))

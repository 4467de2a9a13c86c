"""An answer as the cells of a table, and back: the one place that knows how people write answers.

Used by the sheet of an agency in Excel and by answer files. What is read back from what was written is the
same answer, in any office program and with a decimal comma or point.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from openpar.common.errors import Gap, Refused
from openpar.common.formats import (
    Ambiguity,
    DateNotUnderstood,
    NumberNotUnderstood,
    format_date,
    parse_date,
)
from openpar.common.sheets import StoredNumber
from openpar.common.spreadsheets import cell_decimal
from openpar.common.text import nfc, one_spelling
from openpar.common.wording import gettext as _
from openpar.engine import rules
from openpar.engine.answers import Answer
from openpar.engine.numbers import plain
from openpar.engine.rules.lists import NOT_APPLICABLE_CHOICE

YES, NO, NOT_APPLICABLE = "Có", "Không", "Không áp dụng"
NOTHING_TICKED = "Không đạt mục nào"
UNSIGNED_MARK = "không ký số"
_YES_WORDS = frozenset({"yes", "có", "co", "x", "đạt", "true"})
_NO_WORDS = frozenset({"no", "không", "khong", "không đạt", "false"})
_NOT_APPLICABLE_WORDS = frozenset({"na", "n/a", "không áp dụng", NOT_APPLICABLE_CHOICE})
_NOTHING_WORDS = frozenset({"none", "0", "không", NOTHING_TICKED.lower()})
_UNSIGNED_WORDS = frozenset({"unsigned", UNSIGNED_MARK})
_EXCUSED_NAMES = frozenset({"excused", "loại trừ"})


class AnswerNotUnderstood(Refused):
    """Cells that do not say an answer; each gap's `where` is the name of a field of `AnswerCells`."""


@dataclass(frozen=True)
class AnswerCells:
    """The cells of one leaf, as text (numbers stored as numbers are StoredNumber); None: empty."""

    answer: str | None = None
    numerator: str | None = None
    denominator: str | None = None
    points: str | None = None

    @property
    def is_blank(self) -> bool:
        return not any((self.answer, self.numerator, self.denominator, self.points))


def answer_from_cells(rule: rules.Rule, cells: AnswerCells, *, ambiguous: Ambiguity = "refuse") -> Answer:
    """The answer that the cells say for a leaf with this rule; blank cells are a blank answer.

    `ambiguous` says what 1.500 means where the file states its notation. Whether the answer fits the rule
    (an unknown option, a numerator above its denominator) is for the rule to judge. Raises
    AnswerNotUnderstood with every cell that cannot be read or that the rule does not use.
    """
    reader = _Reader(cells, ambiguous)
    answer = _READERS[type(rule)](reader, rule)
    for name in ("answer", "numerator", "denominator", "points"):
        if getattr(cells, name) and name not in reader.asked:
            reader.fault(name, _("tiêu chí này không dùng ô này"), _("Để trống."), code="unused")
    if reader.gaps:
        raise AnswerNotUnderstood(reader.gaps)
    return answer


def cells_of_answer(rule: rules.Rule, answer: Answer) -> AnswerCells:
    """The cells from which `answer_from_cells` reads this answer again; "not applicable" stands elsewhere."""
    if not answer.applicable:
        return AnswerCells()
    text = _WRITERS.get(type(rule), _no_text)(rule, answer)
    return AnswerCells(
        answer=text or None,
        numerator=_number_cell(answer.numerator),
        denominator=_number_cell(answer.denominator),
        points=_number_cell(answer.points),
    )


def columns_used(rule: rules.Rule) -> frozenset[str]:
    """Which of the cells a rule reads: the others stay locked in a sheet."""
    reader = _Reader(AnswerCells())
    _READERS[type(rule)](reader, rule)
    return frozenset(reader.asked)


class _Reader:
    """The cells of one leaf with what is wrong in them; remembers which were asked for."""

    def __init__(self, cells: AnswerCells, ambiguous: Ambiguity = "refuse") -> None:
        self.cells = cells
        self.ambiguous = ambiguous
        self.gaps: list[Gap] = []
        self.asked: set[str] = set()

    def fault(self, column: str, what: str, remedy: str = "", *, code: str = "not_understood") -> None:
        self.gaps.append(Gap(column, what, remedy, code=code))

    def text(self, column: str = "answer") -> str | None:
        self.asked.add(column)
        found: str | None = getattr(self.cells, column)
        if isinstance(found, StoredNumber):
            return found
        return nfc(found).strip() or None if found else None

    def number(self, column: str) -> Decimal | None:
        found = self.text(column)
        return None if found is None else self.decimal(column, found)

    def decimal(self, column: str, text: str) -> Decimal | None:
        try:
            return cell_decimal(text, ambiguous=self.ambiguous)
        except NumberNotUnderstood as error:
            self.gaps += [Gap(column, gap.what, gap.remedy, code=gap.code) for gap in error.gaps]
            return None

    def table(self, column: str = "answer") -> dict[str, Decimal] | None:
        """Figures by name, “A=4|B=3”; None if the cell is empty. A name without figure was not answered."""
        found = self.text(column)
        if found is None:
            return None
        table: dict[str, Decimal] = {}
        for piece in re.split(r"[|\n]", found):
            name, sign, figure = (part.strip() for part in piece.rpartition("="))
            if not piece.strip() or (sign and name and not figure):
                continue
            if not sign or not name:
                self.fault(
                    column,
                    _("“%(text)s” không có dạng tên = số", text=piece.strip()[:60]),
                    _("Ghi như A=4|B=3."),
                )
            elif name in table:
                self.fault(column, _("“%(name)s” ghi hai lần", name=name))
            elif (value := self.decimal(column, figure)) is not None:
                table[name] = value
        return table or None


def _yes_or_no(reader: _Reader, rule: rules.Rule) -> Answer:
    found = reader.text()
    word = (found or "").lower()
    if found is None:
        return Answer()
    if word in _YES_WORDS or word in _NO_WORDS:
        return Answer(choice="yes" if word in _YES_WORDS else "no")
    if word in _NOT_APPLICABLE_WORDS:
        return Answer(choice=NOT_APPLICABLE_CHOICE)
    reader.fault("answer", _("“%(text)s” không phải Có hay Không", text=found[:60]), _("Chọn Có hoặc Không."))
    return Answer()


def _labelled(text: str, labels: tuple[str, ...]) -> str:
    """The label a text stands for: itself, the same whatever its capitals and the places of its tones, or its
    place in the list.
    """
    if text in labels:
        return text
    alike = [label for label in labels if one_spelling(label).lower() == one_spelling(text).lower()]
    if len(alike) == 1:
        return alike[0]
    if text.isdecimal() and len(text) < 4 and 1 <= int(text) <= len(labels):
        return labels[int(text) - 1]
    return text


def _choice(reader: _Reader, rule: rules.Rule) -> Answer:
    found = reader.text()
    if found is None:
        return Answer()
    return Answer(choice=_labelled(found, labels_of(rule)))


def _checklist(reader: _Reader, rule: rules.Rule) -> Answer:
    found = reader.text()
    if found is None:
        return Answer()
    labels = labels_of(rule)
    if found.lower() in _NOTHING_WORDS and found not in labels:
        return Answer(items=())
    pieces = [piece.strip() for piece in re.split(r"[|\n]", found) if piece.strip()]
    return Answer(items=tuple(_labelled(piece, labels) for piece in pieces))


def _ratio(reader: _Reader, rule: rules.Rule) -> Answer:
    top, bottom = reader.number("numerator"), reader.number("denominator")
    excused = None
    if isinstance(rule, _RATIO_RULES) and rule.figures.excused_label:
        for name, value in (reader.table() or {}).items():
            if name.lower() in _EXCUSED_NAMES or name == rule.figures.excused_label:
                excused = value
            else:
                reader.fault(
                    "answer", _("“%(name)s” không phải số được loại trừ", name=name), _("Ghi như loại trừ=2.")
                )
    return Answer(numerator=top, denominator=bottom, excused=excused)


def _count(reader: _Reader, rule: rules.Rule) -> Answer:
    return Answer(numerator=reader.number("numerator"))


def _deadline(reader: _Reader, rule: rules.Rule) -> Answer:
    found = reader.text()
    if found is None:
        return Answer()
    if found.lower() in _NO_WORDS:
        return Answer(choice="no")
    day, _sign, mark = (part.strip() for part in found.partition("|"))
    if not mark:
        for word in _UNSIGNED_WORDS:
            if day.lower().endswith(word):
                day, mark = day[: -len(word)].strip(" ,;"), word
    if mark and mark.lower() not in _UNSIGNED_WORDS:
        reader.fault(
            "answer",
            _("“%(text)s” không hiểu", text=mark[:40]),
            _("Sau ngày chỉ ghi |%(mark)s.", mark=UNSIGNED_MARK),
        )
    try:
        return Answer(moment=parse_date(day.partition("T")[0]), signed=not mark)
    except DateNotUnderstood as error:
        remedy = _(
            "Ghi ngày như 31/01/2026, thêm |%(mark)s nếu không ký số; không có văn bản: Không.",
            mark=UNSIGNED_MARK,
        )
        for gap in error.gaps:
            reader.fault("answer", gap.what, remedy)
        return Answer()


def _violations(reader: _Reader, rule: rules.Rule) -> Answer:
    if isinstance(rule, rules.DeductPerViolation) and len(rule.kinds) > 1:
        return Answer(counts=reader.table())
    return Answer(numerator=reader.number("numerator"), counts=reader.table())


def _grade(reader: _Reader, rule: rules.Rule) -> Answer:
    choice = _choice(reader, rule).choice
    minor = None
    if isinstance(rule, rules.QualityGradePercent) and rule.minor_violation:
        minor = reader.number("numerator")
    return Answer(choice=choice, numerator=minor)


def _formula(reader: _Reader, rule: rules.Rule) -> Answer:
    return Answer(variables=reader.table())


def _counts(reader: _Reader, rule: rules.Rule) -> Answer:
    return Answer(counts=reader.table())


def _external(reader: _Reader, rule: rules.Rule) -> Answer:
    found = reader.text()
    choice = "no" if found is not None and found.lower() in _NO_WORDS else None
    if found is not None and choice is None:
        reader.fault(
            "answer",
            _("“%(text)s” không hiểu", text=found[:40]),
            _("Ghi chỉ số ở ô tử số; không khảo sát: Không."),
        )
    return Answer(
        choice=choice, numerator=reader.number("numerator"), denominator=reader.number("denominator")
    )


def _leadership(reader: _Reader, rule: rules.Rule) -> Answer:
    return Answer(points=reader.number("points"), variables=reader.table())


def _nothing(reader: _Reader, rule: rules.Rule) -> Answer:
    return Answer()


_RATIO_RULES = (rules.StepOnRatio, rules.RatioTimesMax, rules.RatioWithZeroFloor)
_READERS: dict[type[rules.Rule], Callable[[_Reader, rules.Rule], Answer]] = {
    rules.Boolean: _yes_or_no,
    rules.Choice: _choice,
    rules.AdditiveChecklist: _checklist,
    rules.CountTimesPointsCapped: _count,
    rules.StepOnRatio: _ratio,
    rules.StepOnCount: _count,
    rules.RatioTimesMax: _ratio,
    rules.RatioWithZeroFloor: _ratio,
    rules.FormulaWithConditions: _formula,
    rules.Deadline: _deadline,
    rules.DeductPerViolation: _violations,
    rules.QualityGradePercent: _grade,
    rules.SurveyWeightedAnswers: _counts,
    rules.ExternalIndex: _external,
    rules.LeadershipScore: _leadership,
    rules.CohortNormalised: _count,
    rules.BonusCapped: _counts,
    rules.PenaltyCapped: _counts,
    rules.AlwaysNotApplicable: _nothing,
    rules.Unstated: _nothing,
}


def labels_of(rule: rules.Rule) -> tuple[str, ...]:
    """The options, items or grades of a rule that has such a list; () for others."""
    if isinstance(rule, rules.Choice):
        return tuple(label for label, _worth in rule.options)
    if isinstance(rule, rules.AdditiveChecklist):
        return tuple(label for label, _worth in rule.items)
    if isinstance(rule, rules.QualityGradePercent):
        return tuple(label for label, _worth in rule.grades)
    return ()


def _number_cell(value: Decimal | None) -> StoredNumber | None:
    return None if value is None else StoredNumber(plain(value))


def _written(value: Decimal) -> str:
    """A number inside a text, so that it can be read in one way only: 1,125 would be questioned."""
    text = plain(value).replace(".", ",")
    return f"{text}0" if len(text.partition(",")[2]) == 3 else text


def _no_text(rule: rules.Rule, answer: Answer) -> str:
    return ""


def _write_choice(rule: rules.Rule, answer: Answer) -> str:
    return answer.choice or ""


def _write_yes_or_no(rule: rules.Rule, answer: Answer) -> str:
    return {"yes": YES, "no": NO, NOT_APPLICABLE_CHOICE: NOT_APPLICABLE}.get(answer.choice or "", "")


def _write_checklist(rule: rules.Rule, answer: Answer) -> str:
    if answer.items is None:
        return ""
    return "|".join(answer.items) or NOTHING_TICKED


def _write_excused(rule: rules.Rule, answer: Answer) -> str:
    return "" if answer.excused is None else f"loại trừ={_written(answer.excused)}"


def _write_deadline(rule: rules.Rule, answer: Answer) -> str:
    if answer.choice == "no":
        return NO
    if answer.moment is None:
        return ""
    mark = "" if answer.signed else f"|{UNSIGNED_MARK}"
    return f"{format_date(answer.moment)}{mark}"


def _write_counts(rule: rules.Rule, answer: Answer) -> str:
    return "|".join(f"{name}={_written(value)}" for name, value in (answer.counts or {}).items())


def _write_variables(rule: rules.Rule, answer: Answer) -> str:
    return "|".join(f"{name}={_written(value)}" for name, value in (answer.variables or {}).items())


_WRITERS: dict[type[rules.Rule], Callable[[rules.Rule, Answer], str]] = {
    rules.Boolean: _write_yes_or_no,
    rules.Choice: _write_choice,
    rules.AdditiveChecklist: _write_checklist,
    rules.StepOnRatio: _write_excused,
    rules.RatioTimesMax: _write_excused,
    rules.RatioWithZeroFloor: _write_excused,
    rules.FormulaWithConditions: _write_variables,
    rules.Deadline: _write_deadline,
    rules.DeductPerViolation: _write_counts,
    rules.QualityGradePercent: _write_choice,
    rules.SurveyWeightedAnswers: _write_counts,
    rules.ExternalIndex: lambda rule, answer: NO if answer.choice == "no" else "",
    rules.LeadershipScore: _write_variables,
    rules.BonusCapped: _write_counts,
    rules.PenaltyCapped: _write_counts,
}

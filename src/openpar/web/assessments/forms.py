"""From what a person typed for one leaf to the engine's answer, and back; one function per rule type.

Every fault is noted at its field, all at once. Values travel as texts (`Texts`), so that a refused form is
drawn again exactly as it was typed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from openpar.common.errors import Gap, Refused
from openpar.common.formats import format_date
from openpar.engine.answers import Answer
from openpar.engine.numbers import plain
from openpar.engine.rules import (
    AdditiveChecklist,
    Boolean,
    Choice,
    CohortNormalised,
    CountTimesPointsCapped,
    Deadline,
    DeductPerViolation,
    FormulaWithConditions,
    QualityGradePercent,
    RatioTimesMax,
    RatioWithZeroFloor,
    Rule,
    StepOnCount,
    StepOnRatio,
)
from openpar.engine.rules.lists import NOT_APPLICABLE_CHOICE, position_of
from openpar.parindex.assessments.actions.scores import Entry
from openpar.parindex.criteria.queries import LoadedLeaf
from openpar.web.assessments.questions import Figure, questions_of
from openpar.web.components.given import Given, Texts


class FormRefused(Refused):
    """What was typed cannot be read; `errors` says what is wrong at which field."""

    def __init__(self, code: str, errors: Mapping[str, str], labels: Mapping[str, str]) -> None:
        self.errors = errors
        super().__init__(
            Gap(
                labels.get(name, code), f"{text[:1].lower()}{text[1:]}", link=f"#id_{name}", code="unreadable"
            )
            for name, text in errors.items()
        )


def read_entry(leaf: LoadedLeaf, texts: Texts) -> Entry:
    """What was typed for a leaf. Raises FormRefused with every faulty field."""
    given = Given(texts)
    answer = read_answer(leaf, given)
    note = given.text("note")
    points = given.number("given_points")
    if points is not None and not 0 <= points <= leaf.maximum:
        given.errors["given_points"] = _("Điểm phải từ 0 đến %s.") % _typed(leaf.maximum)
    if points is not None and not note:
        given.errors["note"] = _("Nêu lý do cho điểm khác với điểm tính theo số liệu.")
    if given.errors:
        raise FormRefused(leaf.code, given.errors, labels_of(leaf))
    return Entry(answer, note=note, given_points=points)


def read_answer(leaf: LoadedLeaf, given: Given) -> Answer:
    """The engine's answer; faults are noted in `given`. Taken out means: nothing else counts."""
    if given.is_ticked("not_applicable"):
        if not leaf.may_be_not_applicable:
            given.errors["not_applicable"] = _("Bộ tiêu chí không cho phép không áp dụng tiêu chí này.")
        reason = given.text("reason")
        if not reason:
            given.errors["reason"] = _("Nêu lý do không áp dụng.")
        return Answer(applicable=False, reason=reason)
    read = _READ.get(type(leaf.engine.rule))
    return Answer() if read is None else read(leaf.engine.rule, given)


def labels_of(leaf: LoadedLeaf) -> dict[str, str]:
    """The name of every field of the form, as the person reads it."""
    asked = questions_of(leaf.engine.rule, leaf.maximum)
    figures: tuple[Figure, ...] = asked.figures
    return {
        **{figure.name: figure.label for figure in figures},
        "choice": asked.legend,
        "item": asked.legend,
        "none_confirmed": asked.legend,
        "moment": _("Ngày của văn bản"),
        "signed": _("Chữ ký số"),
        "not_applicable": _("Không áp dụng"),
        "reason": _("Lý do không áp dụng"),
        "given_points": _("Điểm đơn vị cho"),
        "note": _("Giải trình của đơn vị"),
    }


# ---- reading, one function per rule type ------------------------------------------------------------


def _read_boolean(rule: Boolean, given: Given) -> Answer:
    chosen = given.text("choice")
    return Answer(choice=chosen if chosen in ("yes", "no") else None)


def _read_choice(rule: Choice, given: Given) -> Answer:
    return Answer(choice=_label_at(rule.options, given.text("choice")))


def _read_checklist(rule: AdditiveChecklist, given: Given) -> Answer:
    """Nothing ticked is an answer only when it is confirmed: () and None are not the same."""
    items = tuple(
        label for place, (label, _worth) in enumerate(rule.items) if str(place) in given.all("item")
    )
    confirmed = given.is_ticked("none_confirmed")
    if items and confirmed:
        given.errors["none_confirmed"] = _("Đã đánh dấu mục đạt được thì bỏ dấu ở “không đạt mục nào”.")
    return Answer(items=items if items or confirmed else None)


def _read_number(rule: CountTimesPointsCapped | StepOnCount | CohortNormalised, given: Given) -> Answer:
    return Answer(numerator=given.number("numerator"))


def _read_ratio(rule: StepOnRatio | RatioTimesMax | RatioWithZeroFloor, given: Given) -> Answer:
    return Answer(
        numerator=given.number("numerator"),
        denominator=given.number("denominator"),
        excused=given.number("excused") if rule.figures.excused_label else None,
    )


def _read_formula(rule: FormulaWithConditions, given: Given) -> Answer:
    values = {
        variable.name: value
        for place, variable in enumerate(rule.variables)
        if (value := given.number(f"variable_{place}")) is not None
    }
    return Answer(variables=values or None)


def _read_deadline(rule: Deadline, given: Given) -> Answer:
    if given.is_ticked("no_document"):
        if given.text("moment"):
            given.errors["moment"] = _("Đã chọn “không có văn bản” thì để trống ngày.")
        return Answer(choice="no")
    signed = {"yes": True, "no": False}.get(given.text("signed"))
    return Answer(moment=given.day("moment"), signed=signed if rule.counts == "signed_at" else None)


def _read_deduct(rule: DeductPerViolation, given: Given) -> Answer:
    """All kinds or none: a blank beside a number would be taken for "no violation"."""
    counts = {}
    for place, (kind, _worth) in enumerate(rule.kinds):
        value = given.number(f"count_{place}")
        if value is not None:
            counts[kind] = value
    if counts:
        for place in range(len(rule.kinds)):
            name = f"count_{place}"
            if not given.text(name):
                given.errors[name] = _("Chưa nhập; không có vi phạm loại này thì ghi 0.")
    return Answer(counts=counts or None)


def _read_quality_grade(rule: QualityGradePercent, given: Given) -> Answer:
    return Answer(
        choice=_label_at(rule.grades, given.text("choice")),
        numerator=given.number("numerator") if rule.minor_violation else None,
    )


def _label_at(pairs: tuple[tuple[str, Decimal], ...], place: str) -> str | None:
    return next((label for at, (label, _worth) in enumerate(pairs) if str(at) == place), None)


_READ: dict[type[Rule], Callable[[Any, Given], Answer]] = {
    Boolean: _read_boolean,
    Choice: _read_choice,
    AdditiveChecklist: _read_checklist,
    CountTimesPointsCapped: _read_number,
    StepOnCount: _read_number,
    CohortNormalised: _read_number,
    StepOnRatio: _read_ratio,
    RatioTimesMax: _read_ratio,
    RatioWithZeroFloor: _read_ratio,
    FormulaWithConditions: _read_formula,
    Deadline: _read_deadline,
    DeductPerViolation: _read_deduct,
    QualityGradePercent: _read_quality_grade,
}


# ---- and back -------------------------------------------------------------------------------------


def texts_of(
    leaf: LoadedLeaf, answer: Answer, *, note: str = "", given_points: Decimal | None = None
) -> dict[str, list[str]]:
    """The form that `read_entry` would read as this."""
    rule = leaf.engine.rule
    texts: dict[str, list[str]] = {"note": [note]}
    if given_points is not None:
        texts["given_points"] = [_typed(given_points)]
    if not answer.applicable or answer.choice == NOT_APPLICABLE_CHOICE:
        return {**texts, "not_applicable": ["1"], "reason": [answer.reason]}
    for name in ("numerator", "denominator", "excused"):
        value = getattr(answer, name)
        if value is not None:
            texts[name] = [_typed(value)]
    if answer.moment is not None:
        texts["moment"] = [format_date(answer.moment)]
    if answer.signed is not None:
        texts["signed"] = ["yes" if answer.signed else "no"]
    return {**texts, **_listed(rule, answer)}


def _listed(rule: Rule, answer: Answer) -> dict[str, list[str]]:
    """Options, ticks and tables, which the form sends by their place in the rule."""
    if isinstance(rule, Boolean):
        return {"choice": [answer.choice or ""]}
    if isinstance(rule, Choice | QualityGradePercent):
        pairs = rule.options if isinstance(rule, Choice) else rule.grades
        place = position_of(answer.choice, pairs)
        return {} if place is None else {"choice": [str(place)]}
    if isinstance(rule, Deadline):
        return {"no_document": ["1"]} if answer.choice == "no" else {}
    if isinstance(rule, AdditiveChecklist) and answer.items is not None:
        ticked = [str(at) for at, (label, _worth) in enumerate(rule.items) if label in answer.items]
        return {"item": ticked} if ticked else {"none_confirmed": ["1"]}
    if isinstance(rule, FormulaWithConditions) and answer.variables:
        return {
            f"variable_{at}": [_typed(answer.variables[variable.name])]
            for at, variable in enumerate(rule.variables)
            if variable.name in answer.variables
        }
    if isinstance(rule, DeductPerViolation):
        counts = dict(answer.counts or {})
        if answer.numerator is not None and len(rule.kinds) == 1:
            counts.setdefault(rule.kinds[0][0], answer.numerator)
        return {
            f"count_{at}": [_typed(counts[kind])]
            for at, (kind, _worth) in enumerate(rule.kinds)
            if kind in counts
        }
    return {}


def _typed(value: Decimal) -> str:
    """A number as the form understands it again: no groups, and never exactly three decimals."""
    text = plain(value).replace(".", ",")
    whole, _comma, decimals = text.partition(",")
    return f"{whole},{decimals}0" if len(decimals) == 3 else text

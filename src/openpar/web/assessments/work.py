"""One leaf as it is worked on: its rule, its form, what the appraiser said, its documents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from openpar.base.accounts.queries import Actor
from openpar.base.documents.models import Document
from openpar.base.documents.queries import latest_checks
from openpar.common.errors import Gap
from openpar.common.formats import format_date
from openpar.engine.answers import Answer
from openpar.engine.outcomes import Earned, Outcome
from openpar.engine.wording import rounded
from openpar.parindex.assessments.cohort import awaited
from openpar.parindex.assessments.models import Layer, RoundStage, Score
from openpar.parindex.assessments.permissions import (
    may_coordinate_for_unit,
    may_score_for_unit,
    works_for_unit,
)
from openpar.parindex.assessments.queries.sheets import LeafLine, SheetView, evidence_count, evidence_of
from openpar.parindex.assessments.rules import why_not_self_scoring
from openpar.parindex.assessments.sheets import Sheet
from openpar.parindex.criteria.models import CriteriaSet
from openpar.parindex.criteria.queries import LoadedLeaf
from openpar.web.assessments.facts import Version, version_of
from openpar.web.assessments.forms import read_answer, texts_of
from openpar.web.assessments.measured import measured_figure
from openpar.web.assessments.questions import Questions, questions_of
from openpar.web.assessments.trees import is_explaining, neighbours, state_of
from openpar.web.components.documents import size_words
from openpar.web.components.given import Given, Texts
from openpar.web.components.signatures import ShownCheck, shown_check
from openpar.web.indicators.of_leaves import ShownLeafFigure


@dataclass(frozen=True)
class Reckoning:
    """What the figures give by the rule: points, or the sentence that says why there are none yet."""

    state: str
    computed: Decimal | None
    given: Decimal | None
    sentence: str
    rows: tuple[tuple[str, str, bool], ...]

    @property
    def points(self) -> Decimal | None:
        return self.computed if self.given is None else self.given


@dataclass(frozen=True)
class LeafForm:
    """The form of one leaf, for the self-score or for the explanation."""

    action: str
    preview: str
    layer: str
    version: int
    questions: Questions
    texts: Texts
    errors: Mapping[str, str]
    reckoning: Reckoning
    may_be_not_applicable: bool
    not_applicable_note: str
    maximum: Decimal

    def value(self, name: str) -> str:
        """The text of a field as it was typed or stored."""
        values = self.texts.get(name) or ("",)
        return values[-1]

    def is_chosen(self, name: str, value: str) -> bool:
        return value in (self.texts.get(name) or ())


@dataclass(frozen=True)
class EvidenceRow:
    """A document bound to a leaf, as the list shows it."""

    document: Document
    pointer: str
    size: str
    content: ShownCheck | None
    # The page of the measured figure that the document stands for.
    figure_link: str


@dataclass(frozen=True)
class Work:
    """Everything that the right side of the sheet shows of one leaf."""

    line: LeafLine
    over: str
    state: str
    word: str
    basis: str
    is_sample: bool
    form: LeafForm | None
    why_not: Gap | None
    # What the points wait for, when the figures of one unit do not give them.
    awaited: str
    reckoning: Reckoning
    versions: Mapping[str, Version]
    evidence: tuple[EvidenceRow, ...]
    evidence_layer: str
    may_bind: bool
    explained_evidence: tuple[EvidenceRow, ...]
    # What was measured, for a leaf that names an indicator.
    figure: ShownLeafFigure | None
    before: str
    after: str

    @property
    def leaf(self) -> LoadedLeaf:
        return self.line.leaf


def reckon(leaf: LoadedLeaf, answer: Answer, given: Decimal | None = None) -> Reckoning:
    """The rule applied to an answer, with its scale and the row reached."""
    outcome = leaf.evaluate(answer)
    return reckoning_of(leaf, answer, outcome, given)


def reckoning_of(leaf: LoadedLeaf, answer: Answer, outcome: Outcome, given: Decimal | None) -> Reckoning:
    rule = leaf.engine.rule
    at = rule.reached(answer) if answer.applicable else None
    rows = tuple(
        (
            row.label[:1].upper() + row.label[1:],
            "" if row.points is None else rounded(row.points, 4),
            place == at,
        )
        for place, row in enumerate(rule.describe(leaf.maximum))
    )
    computed = outcome.points if isinstance(outcome, Earned) else None
    return Reckoning(outcome.state, computed, None if given == computed else given, outcome.sentence, rows)


def reckon_typed(leaf: LoadedLeaf, texts: Texts) -> Reckoning:
    """The same for what is being typed: what cannot be read counts as not entered."""
    given = Given(texts)
    answer = read_answer(leaf, given)
    return reckon(leaf, answer, given.number("given_points"))


def work_on(
    view: SheetView,
    code: str,
    who: Actor,
    at: datetime,
    *,
    base: str,
    texts: Texts | None = None,
    errors: Mapping[str, str] | None = None,
) -> Work:
    """The leaf `code` for the person who asks; `texts` and `errors` when a form was refused."""
    line = view.lines[code]
    explaining = is_explaining(view) and line.may_be_explained
    layer = Layer.EXPLAINED if explaining and view.sheet.round.stage == RoundStage.EXPLANATION else Layer.SELF
    why_not = why_not_now(view.sheet, line, who, at, layer)
    form = None
    if why_not is None and works_for_unit(who, view.assessment):
        form = form_for(line, layer, base=base, texts=texts, errors=errors or {})
    state, word = state_of(line, explaining=is_explaining(view))
    own = line.own
    answer = Answer() if own is None else Answer.from_json(own.answer)
    before, after = neighbours(view, code, _codes_of(view, who, layer))
    return Work(
        line=line,
        over=trail_of(view, line.leaf),
        state=state,
        word=word,
        basis=basis_of(view.assessment.round_block.criteria_set, line.leaf.code),
        is_sample=view.criteria.is_sample,
        form=form,
        why_not=why_not if works_for_unit(who, view.assessment) else None,
        awaited=awaited(line.leaf, view.sheet.round.stage),
        reckoning=form.reckoning if form else reckon(line.leaf, answer, own.given_points if own else None),
        versions={layer: version_of(line.leaf, score) for layer, score in line.scores.items()},
        evidence=_evidence_rows(line.own),
        evidence_layer=layer,
        may_bind=form is not None,
        explained_evidence=_evidence_rows(line.scores.get(Layer.EXPLAINED)),
        figure=measured_figure(view.sheet, line.leaf, own, at),
        before=before,
        after=after,
    )


def _evidence_rows(score: Score | None) -> tuple[EvidenceRow, ...]:
    if not evidence_count(score):
        return ()
    uses = evidence_of(score)
    checks = latest_checks(use.document for use in uses)
    return tuple(
        EvidenceRow(
            use.document,
            use.pointer,
            size_words(use.document),
            shown_check(checks.get(use.document.pk)),
            f"/indicators/values/{use.figure_id}/" if use.figure_id else "",
        )
        for use in uses
    )


def _codes_of(view: SheetView, who: Actor, layer: str) -> frozenset[str]:
    """The leaves to go on to: those to be explained, or handed to the reader; empty means all."""
    if layer == Layer.EXPLAINED:
        return frozenset(line.leaf.code for line in view.to_explain)
    if may_coordinate_for_unit(who, view.assessment):
        return frozenset()
    return frozenset(code for code, line in view.lines.items() if line.officer_id == who.id)


def form_for(
    line: LeafLine,
    layer: str,
    *,
    base: str,
    texts: Texts | None = None,
    errors: Mapping[str, str] | None = None,
) -> LeafForm:
    """The form with what is stored or was typed. An explanation begins as a copy of the own score."""
    leaf = line.leaf
    stored = line.scores.get(layer)
    shown = stored
    if layer == Layer.EXPLAINED and (stored is None or not stored.note):
        shown = line.own
    if texts is None:
        texts = _stored_texts(leaf, shown, with_note=shown is stored)
    return make_form(
        leaf, layer, base=base, version=stored.version if stored else 0, texts=texts, errors=errors
    )


def make_form(
    leaf: LoadedLeaf,
    layer: str,
    *,
    base: str,
    version: int,
    texts: Texts,
    errors: Mapping[str, str] | None = None,
) -> LeafForm:
    """A form with these texts in it."""
    address = f"{base}{leaf.code}/"
    return LeafForm(
        action=f"{address}explanation/" if layer == Layer.EXPLAINED else address,
        preview=f"{address}preview/",
        layer=layer,
        version=version,
        questions=questions_of(leaf.engine.rule, leaf.maximum),
        texts=texts,
        errors=errors or {},
        reckoning=reckon_typed(leaf, texts),
        may_be_not_applicable=leaf.may_be_not_applicable,
        not_applicable_note=leaf.not_applicable_note,
        maximum=leaf.maximum,
    )


def _stored_texts(leaf: LoadedLeaf, score: Score | None, *, with_note: bool) -> Texts:
    if score is None:
        return {}
    note = score.note if with_note else ""
    return texts_of(leaf, Answer.from_json(score.answer), note=note, given_points=score.given_points)


def why_not_now(sheet: Sheet, line: LeafLine, who: Actor, at: datetime, layer: str) -> Gap | None:
    """Why this person cannot fill in this leaf now: the questions that the actions ask, in their order."""
    if layer == Layer.EXPLAINED:
        if not may_coordinate_for_unit(who, sheet.assessment):
            return Gap("", _("Chỉ cán bộ đầu mối hoặc thủ trưởng giải trình."), code="not_focal")
        return sheet.window.why_closed(RoundStage.EXPLANATION, at)
    if not line.leaf.is_self_scored:
        return Gap("", _("Đơn vị không cần tự đánh giá."), code="not_self_scored")
    if not may_score_for_unit(who, sheet.assessment, leaf_officer_id=line.officer_id):
        return Gap(
            "",
            _("Bạn không được giao chấm tiêu chí này."),
            _("Cán bộ đầu mối của đơn vị phân công tiêu chí cho từng người."),
            code="not_assigned",
        )
    return why_not_self_scoring(sheet.window, sheet.assessment.state, at, reopened_until=sheet.reopened_until)


def trail_of(view: SheetView, leaf: LoadedLeaf) -> str:
    """The names above a leaf: “3. Cải cách thủ tục hành chính › 3.3 Kết quả giải quyết”."""
    titles = view.criteria.titles
    above = [f"{leaf.field_code}. {titles[leaf.field_code]}"]
    if leaf.parent_code and leaf.parent_code != leaf.field_code:
        above.append(f"{leaf.parent_code} {titles[leaf.parent_code]}")
    return " › ".join(above)


def basis_of(criteria_set: CriteriaSet, code: str) -> str:
    """Where the criterion stands: “Bộ tiêu chí …, QĐ 01/QĐ-UBND ngày 01/10/2026, mục 1.1.1”."""
    parts = [criteria_set.title]
    if criteria_set.number:
        signed = criteria_set.signed_on
        parts.append(
            _("%(number)s ngày %(day)s") % {"number": criteria_set.number, "day": format_date(signed)}
            if signed
            else criteria_set.number
        )
    if criteria_set.issuer:
        parts.append(criteria_set.issuer)
    parts.append(_("mục %s") % code)
    return ", ".join(parts)

"""An answer as people read it: what was asked beside what was entered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from openpar.engine.answers import Answer
from openpar.parindex.assessments.actions.scores import Entry
from openpar.parindex.assessments.models import Score
from openpar.parindex.criteria.queries import LoadedLeaf
from openpar.web.assessments.forms import texts_of
from openpar.web.assessments.questions import questions_of

Facts = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Version:
    """One side of a leaf: what was entered, what it gives, who said so and when."""

    facts: Facts
    points: Decimal | None
    computed: Decimal | None
    sentence: str
    note: str
    by: str = ""
    at: datetime | None = None

    @property
    def is_overridden(self) -> bool:
        """Were other points given than the figures bring?"""
        return self.points is not None and self.points != self.computed


def facts_of(leaf: LoadedLeaf, answer: Answer) -> Facts:
    """Question and answer, in the order of the form; nothing for what was not entered."""
    texts = texts_of(leaf, answer)
    if "not_applicable" in texts:
        return ((_("Không áp dụng"), texts["reason"][0]),)
    asked = questions_of(leaf.engine.rule, leaf.maximum)
    facts: list[tuple[str, str]] = []
    chosen = texts.get("choice", [""])[0]
    facts += [(asked.legend, option.label) for option in asked.options if option.value == chosen]
    facts += [(asked.legend, option.label) for option in asked.ticks if option.value in texts.get("item", ())]
    if "none_confirmed" in texts:
        facts.append((asked.legend, _("không đạt mục nào")))
    facts += [
        (figure.label, " ".join(filter(None, (texts[figure.name][0], figure.unit))))
        for figure in asked.figures
        if figure.name in texts
    ]
    if "no_document" in texts:
        facts.append((asked.legend, _("không có văn bản")))
    if "moment" in texts:
        facts.append((_("Ngày của văn bản"), texts["moment"][0]))
    if "signed" in texts:
        facts.append((_("Chữ ký số"), _("có") if texts["signed"][0] == "yes" else _("không")))
    return tuple(facts)


def version_of(leaf: LoadedLeaf, score: Score) -> Version:
    """A stored score; its `entered_by` must be loaded."""
    return Version(
        facts=facts_of(leaf, Answer.from_json(score.answer)),
        points=score.points,
        computed=score.computed_points,
        sentence=score.sentence,
        note=score.note,
        by=score.entered_by.full_name,
        at=score.entered_at,
    )


def typed_version(leaf: LoadedLeaf, entry: Entry) -> Version:
    """What somebody typed and has not saved."""
    outcome = leaf.evaluate(entry.answer)
    computed = getattr(outcome, "points", None)
    return Version(
        facts=facts_of(leaf, entry.answer),
        points=computed if entry.given_points is None else entry.given_points,
        computed=computed,
        sentence=outcome.sentence,
        note=entry.note,
    )

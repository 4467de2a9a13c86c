"""What the registers say, from the quality system to dialogue: lines of the appendix, and sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from openpar.common.formats import format_decimal
from openpar.engine.report_lines import Value, percent
from openpar.reform.monitors.queries.figures import MonitorFigure, monitor_figures
from openpar.reports.periodic.told import Computed, Sentence, Subject

# Lines of one number: the part, or the whole, of a figure.
_NUMERATOR_OF = {
    "2.1": "legal.issued",
    "2.2.2": "legal.checked",
    "5.2": "recruitment.filled",
    "5.4": "discipline.punished",
}
_DENOMINATOR_OF = {"2.2.1": "legal.checked", "2.3.1": "legal.reviewed"}
# Part over whole; and lines that name the whole first (to be handled / handled; planned / trained).
_RATIO_OF = {
    "5.1": "jobs.staffed",
    "7.3": "documents.exchanged",
    "7.4": "documents.signed",
    "7.5": "documents.files_online",
    "7.6": "documents.reports",
}
_WHOLE_FIRST = {"2.2.3": "legal.handled", "5.5": "training.trained"}
# The parts of two figures: reviewed and handled after it; announced and maintained.
_TWO_PARTS = {
    "2.3.2": ("legal.reviewed", "legal.review_handled"),
    "7.7": ("iso.announced", "iso.maintained"),
}
# Codes that ask whether there was any at all: 1 or 0.
_WHETHER_ANY = {"1.5": "dialogue.held"}
_TOPICS = {
    "dissemination": "monitors_F0",
    "dialogue": "monitors_F0",
    "legal": "monitors_F1",
    "jobs": "monitors_F3",
    "training": "monitors_F4",
    "discipline": "monitors_F4",
    "documents": "monitors_F6",
}


def values(subject: Subject) -> Mapping[str, Computed]:
    """The lines that registers feed; one that nobody filled in stays unknown."""
    if subject.is_province:
        return {}
    figures = _figures(subject)
    found: dict[str, Computed] = {}
    for line, code in _NUMERATOR_OF.items():
        _put(found, line, figures[code], Value(_decimal(figures[code].numerator)))
    for line, code in _DENOMINATOR_OF.items():
        _put(found, line, figures[code], Value(_decimal(figures[code].denominator)))
    for line, code in _RATIO_OF.items():
        one = figures[code]
        _put(found, line, one, Value(_decimal(one.numerator), _decimal(one.denominator)))
    for line, code in _WHOLE_FIRST.items():
        one = figures[code]
        _put(found, line, one, Value(_decimal(one.denominator), _decimal(one.numerator)))
    for line, codes in _TWO_PARTS.items():
        first, second = (figures[code] for code in codes)
        _put(found, line, first, Value(_decimal(first.numerator), _decimal(second.numerator)))
    for line, code in _WHETHER_ANY.items():
        one = figures[code]
        _put(found, line, one, Value(None if one.numerator is None else Decimal(one.numerator > 0)))
    return found


def sentences(subject: Subject) -> Mapping[str, Sequence[Sentence]]:
    """Each figure with its numerator and denominator."""
    if subject.is_province:
        return {}
    found: dict[str, list[Sentence]] = {}
    for code, one in _figures(subject).items():
        topic = _TOPICS.get(code.partition(".")[0])
        rate = percent(Value(_decimal(one.numerator), _decimal(one.denominator)))
        if topic and rate is not None:
            said = f"{one.title}: {one.numerator}/{one.denominator} ({format_decimal(rate, trim=True)} %)."
            found.setdefault(topic, []).append(Sentence(said, _link(one)))
    return found


def _figures(subject: Subject) -> dict[str, MonitorFigure]:
    return {one.code: one for one in monitor_figures(subject.organisation_id, subject.period)}


def _put(found: dict[str, Computed], line: str, one: MonitorFigure, value: Value) -> None:
    if not value.is_blank:
        words = _("sổ theo dõi: %s") % one.title
        if one.outside:
            words += _("; %d mật để ngoài mẫu số") % one.outside
        found[line] = Computed(value, words, _link(one))


def _link(one: MonitorFigure) -> str:
    return one.behind[0][0] if len(one.behind) == 1 else "/monitors/"


def _decimal(value: int | None) -> Decimal | None:
    return None if value is None else Decimal(value)

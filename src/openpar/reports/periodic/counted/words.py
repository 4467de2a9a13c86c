"""Sentences in one tone: short, with how many more there are."""

from __future__ import annotations

from django.utils.translation import gettext as _

from openpar.reports.periodic.told import Sentence

_LONGEST = 220


def shortened(text: str) -> str:
    """One line without a full stop at its end, cut at a word where it is long."""
    line = " ".join(text.split()).rstrip(".;")
    if len(line) <= _LONGEST:
        return line
    return line[:_LONGEST].rsplit(" ", 1)[0] + "…"


def listed(more: int, what: str, link: str) -> list[Sentence]:
    """“và 4 nhiệm vụ khác”; nothing when all were told."""
    if more <= 0:
        return []
    return [Sentence(_("Và %(n)d %(what)s khác.") % {"n": more, "what": what}, link)]


def joined(*parts: tuple[str, int]) -> str:
    """The parts that are not 0."""
    return "; ".join(text for text, number in parts if number)

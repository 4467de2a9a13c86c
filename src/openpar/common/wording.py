"""Sentences of the lower floors in the language of whoever reads them.

Files are also read where there is no Django: on the command line and in the processes that only read. There
the sentences stay as they are written here, in Vietnamese. The words are chosen at once, never later: what is
told of a file crosses from one process to another as text.
"""

from __future__ import annotations

import sys
from typing import Any


def gettext(message: str, /, **values: object) -> str:
    """The sentence in the active language; `values` fill its %(name)s."""
    translation = _translation()
    said = translation.gettext(message) if translation else message
    return said % values if values else str(said)


def pgettext(context: str, message: str, /, **values: object) -> str:
    """As `gettext`, for a word that means something else elsewhere: `context` says what it means here."""
    translation = _translation()
    said = translation.pgettext(context, message) if translation else message
    return said % values if values else str(said)


def ngettext(one: str, many: str, count: int, /, **values: object) -> str:
    """As `gettext`, in the form that belongs to `count`; Vietnamese has one form only."""
    translation = _translation()
    said = translation.ngettext(one, many, count) if translation else many
    return said % values if values else str(said)


def gettext_noop(message: str) -> str:
    """Marks a word of a table for translation; `gettext` says it when it is told."""
    return message


def _translation() -> Any:
    """Django's translations where Django is at work; None where nobody has set it up."""
    conf = sys.modules.get("django.conf")
    if conf is None or not conf.settings.configured:
        return None
    from django.utils import translation

    return translation

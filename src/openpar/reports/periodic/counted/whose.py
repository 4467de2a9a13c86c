"""Whose work a report tells of: the organisation's, and that of those whose it carries on."""

from __future__ import annotations

from openpar.reform.heirs import forerunners_on
from openpar.reports.periodic.told import Subject


def acting(subject: Subject) -> frozenset[int]:
    """The organisation, and those that had ended by the last day and whose main heir it is."""
    own = subject.organisation_id
    before = forerunners_on([own], subject.until_on).get(own, ())
    return frozenset({own, *(one.organisation_id for one in before)})

"""The text of a report: a first draft from what is recorded, then people write; nothing is lost unasked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.common.text import nfc
from openpar.reports.periodic.actions.shared import grown, refuse_if, stale, take_draft, trace
from openpar.reports.periodic.calendar import Section, report_calendar
from openpar.reports.periodic.models import LONGEST_TEXT, ReportRevision, ReportSection
from openpar.reports.periodic.queries.loading import asked_of, subject_of
from openpar.reports.periodic.sources import Told, told_sentences


def save_section(
    *, by: Actor, at: datetime, revision_id: int, key: str, expected_version: int, text: str
) -> ReportSection:
    """What somebody wrote in a part of the text. Raises ReportRefused, StaleReport."""
    with write_transaction():
        revision = take_draft(revision_id, by)
        section = _section(revision, key)
        if section.version != expected_version:
            raise stale()
        words = nfc(text).replace("\r\n", "\n").strip()
        if len(words) > LONGEST_TEXT:
            what = _("dài %d ký tự") % len(words)
            refuse_if([Gap(key, what, _("Rút còn không quá %d") % LONGEST_TEXT, code="too-long")])
        if words == section.text:
            return section
        before = section.text
        section.text, section.by_id, section.at = words, by.id, at
        section.version += 1
        section.save(update_fields=["text", "by", "at", "version"])
        grown(revision)
        trace(
            revision.report,
            "report.text_saved",
            by=by,
            at=at,
            before={"section": key, "text": before},
            after={"section": key, "text": words},
        )
        return section


def redraft_section(
    *, by: Actor, at: datetime, revision_id: int, key: str, expected_version: int, overwrite: bool = False
) -> ReportSection:
    """A new first draft of a part from what is recorded now. What somebody wrote stays, the new draft beside
    it, unless `overwrite` says to put it in its place. Raises ReportRefused, StaleReport.
    """
    with write_transaction():
        revision = take_draft(revision_id, by)
        section = _section(revision, key)
        if section.version != expected_version:
            raise stale()
        told = told_sentences(subject_of(revision, at))
        before = section.text
        _draft(section, _outline(revision, key), told, at)
        if overwrite or not section.is_written:
            section.text, section.by_id, section.at = section.draft_text, None, at
        section.version += 1
        section.save()
        grown(revision)
        after = {"section": key, "text": section.text, "drafted": section.draft_text}
        trace(revision.report, "report.text_drafted", by=by, at=at, before={"text": before}, after=after)
        return section


def begin_sections(revision: ReportRevision, at: datetime) -> None:
    """Every part of the outline with its first draft; within the transaction of an action."""
    told = told_sentences(subject_of(revision, at))
    rows = []
    for outline in outline_of(revision):
        section = ReportSection(revision=revision, key=outline.id)
        _draft(section, outline, told, at)
        section.text, section.at = section.draft_text, at
        rows.append(section)
    ReportSection.objects.bulk_create(rows)


def outline_of(revision: ReportRevision) -> Sequence[Section]:
    """The parts of the text of this kind of report."""
    return report_calendar().sections(asked_of(revision.report).report.outline)


def _outline(revision: ReportRevision, key: str) -> Section:
    return next(one for one in outline_of(revision) if one.id == key)


def _section(revision: ReportRevision, key: str) -> ReportSection:
    found = ReportSection.objects.select_for_update().filter(revision=revision, key=key).first()
    if found is None:
        refuse_if([Gap(key[:20], _("báo cáo không có phần này"), code="no-section")])
    assert found is not None
    return found


def _draft(section: ReportSection, outline: Section, told: Told, at: datetime) -> None:
    sentences = [one for topic in outline.topics for one in told.get(topic, ())]
    section.draft_text = "\n".join(f"- {source.text}" for _name, source in sentences)
    section.draft_sources = [
        {"text": sentence.text, "link": sentence.link, "source": name} for name, sentence in sentences
    ]
    section.drafted_at = at

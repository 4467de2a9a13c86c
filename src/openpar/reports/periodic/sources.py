"""The sources of reports, in the order in which they are asked: of two that know a line, the first counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext, gettext_noop

from openpar.common.errors import Gap
from openpar.reports.periodic.counted import (
    documents,
    dossiers,
    findings,
    initiatives,
    inspections,
    monitors,
    plans,
    procedures,
    rollup,
)
from openpar.reports.periodic.told import Computed, Sentence, Source, Subject

SOURCES: tuple[Source, ...] = (
    Source("plans", gettext_noop("Kế hoạch, nhiệm vụ"), values=plans.values, sentences=plans.sentences),
    Source(
        "inspections",
        gettext_noop("Kiểm tra"),
        values=inspections.values,
        sentences=inspections.sentences,
    ),
    Source(
        "findings", gettext_noop("Tồn tại, hạn chế"), values=findings.values, sentences=findings.sentences
    ),
    Source(
        "initiatives",
        gettext_noop("Mô hình, sáng kiến"),
        sentences=initiatives.sentences,
        gaps=initiatives.gaps,
    ),
    # Before the catalogue: what the province tells of new procedures is what its agencies reported.
    Source("rollup", gettext_noop("Tổng hợp báo cáo của các đơn vị"), values=rollup.values),
    Source(
        "procedures",
        gettext_noop("Danh mục thủ tục"),
        values=procedures.values,
        sentences=procedures.sentences,
    ),
    Source("dossiers", gettext_noop("Kho hồ sơ"), values=dossiers.values, sentences=dossiers.sentences),
    Source("documents", gettext_noop("Kho tài liệu"), sentences=documents.sentences),
    Source("monitors", gettext_noop("Sổ theo dõi"), values=monitors.values, sentences=monitors.sentences),
)
# Sentences by topic, each with the name of its source.
Told = Mapping[str, Sequence[tuple[str, Sentence]]]


def computed_values(subject: Subject) -> dict[str, tuple[str, Computed]]:
    """What sources compute, by line, each with the name of its source."""
    found: dict[str, tuple[str, Computed]] = {}
    for source in SOURCES:
        if source.values is not None:
            for line, computed in source.values(subject).items():
                found.setdefault(line, (source.name, computed))
    return found


def told_sentences(subject: Subject) -> Told:
    """What sources tell, by topic, in their order."""
    found: dict[str, list[tuple[str, Sentence]]] = {}
    for source in SOURCES:
        if source.sentences is not None:
            for topic, sentences in source.sentences(subject).items():
                found.setdefault(topic, []).extend((source.name, sentence) for sentence in sentences)
    return found


def gaps_of_sources(subject: Subject) -> list[Gap]:
    """What sources find missing in a report."""
    return [gap for source in SOURCES if source.gaps is not None for gap in source.gaps(subject)]


def source_labels() -> dict[str, str]:
    """What sources are called."""
    return {source.name: gettext(source.label) for source in SOURCES}

"""The mapping for a list: that saved for its source, else that of its layout, else what the headers say."""

from __future__ import annotations

from collections.abc import Sequence

from openpar.delivery.dossiers.mappings import ColumnMapping, from_mapping, preset, recognised, suggested
from openpar.delivery.dossiers.models import SavedMapping


def saved_mapping(source: str) -> ColumnMapping | None:
    """The mapping kept for a source."""
    found = SavedMapping.objects.filter(source=" ".join(source.split())).first()
    return from_mapping(found.mapping) if found else None


def kept_versions() -> dict[str, int]:
    """The version of what is kept of every source; one query."""
    return dict(SavedMapping.objects.values_list("source", "version"))


def mapping_like(example: str) -> ColumnMapping | None:
    """That of another source (`saved:ID`) or of a shipped layout (`layout:CODE`); None for any other."""
    kind, _colon, name = example.partition(":")
    if kind == "layout":
        return preset(name)
    if kind != "saved" or not name.isdecimal():
        return None
    found = SavedMapping.objects.filter(pk=int(name)).first()
    return from_mapping(found.mapping) if found else None


def mapping_for(source: str, headers: Sequence[str]) -> ColumnMapping:
    """What to begin with; columns that the saved mapping does not know are taken by their headers."""
    by_headers = suggested(headers)
    layout = recognised(headers)
    usual = (preset(layout.code) if layout else None) or by_headers
    saved = saved_mapping(source)
    return usual if saved is None else _together(saved, usual, headers)


def mapping_as(example: ColumnMapping, headers: Sequence[str]) -> ColumnMapping:
    """These columns read like the example; what it does not know is taken by the headers."""
    return _together(example, suggested(headers), headers)


def _together(saved: ColumnMapping, usual: ColumnMapping, headers: Sequence[str]) -> ColumnMapping:
    fields = set(saved.columns.values())
    more = {header: to for header, to in usual.columns.items() if to not in fields}
    known = {header: to for header in headers if (to := saved.field_of(header)) is not None}
    more = {header: to for header, to in more.items() if header not in known}
    return ColumnMapping({**known, **more}, saved.words, saved.agency)

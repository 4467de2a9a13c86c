"""The short way to write entries about one kind of thing: only what the entry is about is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from openpar.base.audit.actions import Acting, record

Thing = TypeVar("Thing")
Thing_contra = TypeVar("Thing_contra", contravariant=True)


@dataclass(frozen=True)
class Subject:
    """What an entry is about: the `object` itself, how people know it, and in whose story it stands (in its
    own unless `about` names another).
    """

    object: str
    label: str
    about: str = ""


class Trace(Protocol[Thing_contra]):
    """Writes one entry about a thing; raises what `record` raises."""

    def __call__(
        self,
        of: Thing_contra,
        verb: str,
        /,
        *,
        by: Acting,
        at: datetime,
        before: Mapping[str, object] | None = None,
        after: Mapping[str, object] | None = None,
        reason: str = "",
    ) -> None: ...


def traced(describe: Callable[[Thing], Subject]) -> Trace[Thing]:
    """Makes of a function that describes a thing the one that writes entries about it."""

    def trace(
        of: Thing,
        verb: str,
        /,
        *,
        by: Acting,
        at: datetime,
        before: Mapping[str, object] | None = None,
        after: Mapping[str, object] | None = None,
        reason: str = "",
    ) -> None:
        subject = describe(of)
        record(
            by=by,
            at=at,
            verb=verb,
            object=subject.object,
            about=subject.about or subject.object,
            label=subject.label,
            before=before,
            after=after,
            reason=reason,
        )

    return trace

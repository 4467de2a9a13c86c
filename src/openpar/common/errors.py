"""What every refusal of the program carries: where, what, and what would be right; all gaps at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Gap:
    """One thing that is missing or wrong, in the language of the person who reads it.

    `where` names the place in the reader's own terms ("1.1.3", "dòng 12", "ô C7"); `what` says what is
    wrong there; `remedy` what would be right. `code` is a stable word for tests and programs, `link` a
    page where it can be put right.
    """

    where: str
    what: str
    remedy: str = ""
    code: str = ""
    link: str = ""

    def __str__(self) -> str:
        said = f"{self.where}: {self.what}" if self.where else self.what
        if not self.remedy:
            return said
        return f"{said.rstrip('.')}. {self.remedy}"


class Refused(Exception):
    """The program will not do what it was asked, and says everything that stands in the way.

    Takes one gap or several; `gaps` holds them in the order in which they were found. Actions define
    their own subclass beside them. Survives pickling, so that a child process can refuse too.
    """

    gaps: tuple[Gap, ...]

    def __init__(self, gaps: Gap | Iterable[Gap]) -> None:
        self.gaps = (gaps,) if isinstance(gaps, Gap) else tuple(gaps)
        super().__init__(self.gaps)

    @classmethod
    def because(cls, where: str, what: str, remedy: str = "", *, code: str = "", link: str = "") -> Self:
        """The short way to refuse for one reason."""
        return cls(Gap(where, what, remedy, code, link))

    @classmethod
    def if_any(cls, gaps: Iterable[Gap]) -> None:
        """Refuses for everything that was found; nothing found, nothing happens."""
        found = tuple(gaps)
        if found:
            raise cls(found)

    def __str__(self) -> str:
        return "\n".join(str(gap) for gap in self.gaps)


class FileRefused(Refused):
    """A file cannot be taken in: damaged, hostile, of another kind, or not laid out as expected."""

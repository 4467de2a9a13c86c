"""An entry of a register (sổ theo dõi): made, corrected by a next revision, taken out, made again."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from openpar.reform.monitors.actions.entering import save_entry, withdraw_entry
from openpar.reform.monitors.models import LegalReview
from openpar.reform.monitors.queries.boards import Asked, board
from openpar.reform.monitors.registers import REGISTERS
from trust.lives.place import Person, Place
from trust.lives.walking import NOTHING, Life, often

_KEY = "legal_documents"
# None: not known.
Figures = tuple[int | None, int | None, int | None]


@dataclass(frozen=True)
class Revision:
    """What was said: of so many to be checked so many checked, of these so many unlawful; the document."""

    figures: Figures
    paper: str
    is_withdrawn: bool = False


@dataclass
class Entries:
    """What Sở Y tế said of one quarter, the newest last."""

    revisions: list[Revision] = field(default_factory=list)

    @property
    def state(self) -> str:
        if not self.revisions:
            return NOTHING
        return "WITHDRAWN" if self.revisions[-1].is_withdrawn else "ENTERED"

    def save(self, who: Person, said: Revision, seen: int) -> bool:
        """By the agency, over what it saw last, parts within their whole, proved from its own store."""
        due, checked, unlawful = said.figures
        fits = not _is_above(checked, due) and not _is_above(unlawful, checked)
        is_proved = said.paper in ("", who.agency)
        return who.works_in("health") and fits and is_proved and seen == len(self.revisions)

    def withdraw(self, who: Person, reason: str, seen: int) -> bool:
        is_there = self.state == "ENTERED" and seen == len(self.revisions)
        return who.works_in("health") and reason.strip() != "" and is_there


def _is_above(part: int | None, whole: int | None) -> bool:
    return part is not None and whole is not None and part > whole


class RegisterLife(Life):
    name = "register"
    moves = often(save=5, withdraw=2, sleep=1)
    steps = frozenset({(NOTHING, "ENTERED"), ("ENTERED", "WITHDRAWN"), ("WITHDRAWN", "ENTERED")})

    def __init__(self, place: Place, random: Random, crowd: tuple[str, ...] = ()) -> None:
        super().__init__(place, random, crowd)
        self.quarters = {1: Entries(), 2: Entries()}

    def states(self) -> dict[object, str]:
        return {number: of_it.state for number, of_it in reversed(self.quarters.items())}

    def save(self) -> None:
        who, by = self.someone(lambda one: one.works_in("health"))
        number, of_it = self._one()
        if of_it.revisions and self.random.random() < 0.2:
            said = Revision(of_it.revisions[-1].figures, of_it.revisions[-1].paper)
        else:
            paper = self.random.choice(("", who.agency, who.agency, "justice"))
            said = Revision((self._figure(), self._figure(), self._figure()), paper)
        seen = self._seen(of_it)
        due, checked, unlawful = said.figures
        values = {
            "year": 2026,
            "quarter": number,
            "to_check": due,
            "checked": checked,
            "unlawful": unlawful,
            "document": self.place.documents.get((said.paper, False)),
        }
        is_new = of_it.state == "WITHDRAWN" or said not in of_it.revisions[-1:]
        if self.tried(
            who,
            of_it.save(who, said, seen),
            lambda: save_entry(
                register=_KEY,
                organisation_id=self.place.id_of("health"),
                values=values,
                expected_revision=seen,
                by=by,
                at=self.at,
            ),
            traced=is_new,
        ):
            of_it.revisions += [said] if is_new else []

    def withdraw(self) -> None:
        """By any of its revisions: the newest is what is taken out."""
        number, of_it = self._one()
        ids = list(LegalReview.objects.filter(quarter=number).order_by("id").values_list("pk", flat=True))
        if not ids:
            return
        who, by = self.someone(lambda one: one.works_in("health"))
        pk, reason, seen = self.random.choice(ids), self.words(), self._seen(of_it)
        if self.tried(
            who,
            of_it.withdraw(who, reason, seen),
            lambda: withdraw_entry(
                register=_KEY, entry_id=pk, expected_revision=seen, reason=reason, by=by, at=self.at
            ),
        ):
            last = of_it.revisions[-1]
            of_it.revisions.append(Revision(last.figures, last.paper, is_withdrawn=True))

    def differences(self) -> str:
        papers = {self.place.documents[agency, False]: agency for agency in ("health", "justice", "home")}
        for number, of_it in self.quarters.items():
            rows = LegalReview.objects.filter(quarter=number).order_by("revision")
            there = [
                Revision((row.to_check, row.checked, row.unlawful), papers.get(row.document_id or 0, ""))
                for row in rows
            ]
            meant = [Revision(one.figures, one.paper) for one in of_it.revisions]
            marks = [(row.is_current, row.is_withdrawn) for row in rows]
            newest = len(meant) - 1
            wanted = [(place == newest, one.is_withdrawn) for place, one in enumerate(of_it.revisions)]
            if (there, marks) != (meant, wanted):
                return f"quarter {number} is {there} {marks}, not {meant} {wanted}"
        return self._shown()

    def _shown(self) -> str:
        """What the board tells of a quarter: the newest that was not withdrawn, or nothing."""
        number, of_it = self._one()
        asked = Asked(self.today, 2026, number)
        lines = board(REGISTERS[_KEY], asked, only=[self.place.id_of("health")])
        shown = [line.entry.revision for line in lines if line.entry is not None]
        meant = [len(of_it.revisions)] if of_it.state == "ENTERED" else []
        return "" if shown == meant else f"the board shows revisions {shown} of quarter {number}, not {meant}"

    def _one(self) -> tuple[int, Entries]:
        number = self.random.choice((1, 1, 2))
        return number, self.quarters[number]

    def _figure(self) -> int | None:
        return self.random.choice((None, 1, 2, 3, 4))

    def _seen(self, of_it: Entries) -> int:
        return len(of_it.revisions) - (not self.fits())

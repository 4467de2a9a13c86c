"""A criteria set (bộ tiêu chí): drafted, issued by a decision, taken back, put in use by a round, retired."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from random import Random

from openpar.common.db import write_transaction
from openpar.parindex.criteria.actions import (
    Issuing,
    Line,
    add_criterion,
    bring_in,
    issue_set,
    put_in_use,
    remove_criterion,
    retire_set,
    take_back,
)
from openpar.parindex.criteria.models import CriteriaSet, Criterion
from openpar.parindex.criteria.stages import MAY_FOLLOW
from tests.parindex.rounds import SMALL_SET
from trust.lives.place import PAPERS_ON, Person, Place
from trust.lives.walking import NOTHING, Life, often, steps_of

# A line of one point more than the sums of the set declare.
_MORE = Line("1.9", "Việc khác", Decimal(1), {"type": "boolean", "yes": "1", "no": "0"})


@dataclass
class Table:
    """The set of the model; `is_longer`: the line that its sums do not know stands in it."""

    stage: str = NOTHING
    number: str = ""
    is_longer: bool = False

    def is_made_by(self, who: Person) -> bool:
        return who.office == "manager"

    def is_open_to(self, who: Person, *, is_stale: bool) -> bool:
        return self.is_made_by(who) and self.stage == "DRAFT" and not is_stale

    def issue(self, who: Person, number: str, accepted: str) -> bool:
        """By a decision; sums that differ are accepted with a reason only."""
        is_sound = not self.is_longer or accepted.strip() != ""
        return self.is_open_to(who, is_stale=False) and number.strip() != "" and is_sound

    def end(self, who: Person, stage: str, reason: str) -> bool:
        """Back to a draft before a round has opened with it, or out of force afterwards."""
        return self.is_made_by(who) and self.stage == stage and reason.strip() != ""


class CriteriaSetLife(Life):
    name = "criteria set"
    moves = often(bring=0, add=3, remove=3, issue=4, take_back=2, use=2, retire=1, sleep=1)
    steps = steps_of(MAY_FOLLOW)

    def __init__(self, place: Place, random: Random, crowd: tuple[str, ...] = ()) -> None:
        super().__init__(place, random, crowd)
        self.table, self.pk = Table(), 0

    def states(self) -> dict[object, str]:
        return {"set": self.table.stage}

    def bring(self) -> None:
        who, by = self.someone(self.table.is_made_by)
        if self.tried(
            who,
            self.table.is_made_by(who),
            lambda: bring_in(mapping=SMALL_SET, title="Bộ tiêu chí", is_sample=True, by=by, at=self.at),
        ):
            self.pk, self.table.stage = CriteriaSet.objects.get().pk, "DRAFT"

    def add(self) -> None:
        who, by = self.someone(self.table.is_made_by)
        is_stale = not self.fits()
        parent = Criterion.objects.get(set=self.pk, code="1")
        seen = self._seen(is_stale)
        if self.tried(
            who,
            self.table.is_open_to(who, is_stale=is_stale) and not self.table.is_longer,
            lambda: add_criterion(**seen, parent_id=parent.pk, line=_MORE, by=by, at=self.at),
        ):
            self.table.is_longer = True

    def remove(self) -> None:
        row = Criterion.objects.filter(set=self.pk, code=_MORE.code).first()
        if row is None:
            return
        who, by = self.someone(self.table.is_made_by)
        is_stale = not self.fits()
        seen, pk = self._seen(is_stale), row.pk
        if self.tried(
            who,
            self.table.is_open_to(who, is_stale=is_stale),
            lambda: remove_criterion(**seen, criterion_id=pk, by=by, at=self.at),
        ):
            self.table.is_longer = False

    def issue(self) -> None:
        who, by = self.someone(self.table.is_made_by)
        number, accepted = self.words(), self.random.choice(("", "", "In như vậy"))
        issuing = Issuing(number, PAPERS_ON, "UBND tỉnh")
        if self.tried(
            who,
            self.table.issue(who, number, accepted),
            lambda: issue_set(
                set_id=self.pk, issuing=issuing, accepted_differences=accepted, by=by, at=self.at
            ),
        ):
            self.table.stage, self.table.number = "ISSUED", number

    def take_back(self) -> None:
        who, by = self.someone(self.table.is_made_by)
        reason = self.words()
        if self.tried(
            who,
            self.table.end(who, "ISSUED", reason),
            lambda: take_back(set_id=self.pk, reason=reason, by=by, at=self.at),
        ):
            self.table.stage = "DRAFT"

    def use(self) -> None:
        """A round opens with it: once, and again and again while it is in use."""
        who, by = self.place.people[0]
        is_first = self.table.stage == "ISSUED"
        with write_transaction():
            found = CriteriaSet.objects.select_for_update().get(pk=self.pk)
            if self.tried(
                who,
                self.table.stage in ("ISSUED", "IN_USE"),
                lambda: put_in_use(found, by=by, at=self.at),
                traced=is_first,
            ):
                self.table.stage = "IN_USE"

    def retire(self) -> None:
        who, by = self.someone(self.table.is_made_by)
        reason = self.words()
        if self.tried(
            who,
            self.table.end(who, "IN_USE", reason),
            lambda: retire_set(set_id=self.pk, reason=reason, by=by, at=self.at),
        ):
            self.table.stage = "RETIRED"

    def differences(self) -> str:
        if not self.pk:
            return ""
        row = CriteriaSet.objects.get(pk=self.pk)
        is_longer = Criterion.objects.filter(set=row, code=_MORE.code).exists()
        there = (row.stage, row.number, is_longer)
        meant = (self.table.stage, self.table.number.strip(), self.table.is_longer)
        return "" if there == meant else f"the set is {there}, not {meant}"

    def _seen(self, is_stale: bool) -> dict[str, int]:
        version = CriteriaSet.objects.values_list("version", flat=True).get(pk=self.pk)
        return {"set_id": self.pk, "expected_version": version - is_stale}

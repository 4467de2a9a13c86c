"""A model or initiative (mô hình, sáng kiến): proposed, recognised, run, taken over by others, stopped."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from random import Random

from openpar.engine.periods import PeriodKind
from openpar.reform.initiatives.actions.evaluating import Evaluated, evaluate
from openpar.reform.initiatives.actions.measuring import Measured, NewMeasure, add_measure, measure
from openpar.reform.initiatives.actions.moving import Recognised, recognise, start, stop
from openpar.reform.initiatives.actions.proposing import Proposal, change, propose
from openpar.reform.initiatives.actions.spreading import TakenOver, award, enter_contest, replicate
from openpar.reform.initiatives.duty import PeriodKey
from openpar.reform.initiatives.models import (
    ContestEntry,
    Evaluation,
    Initiative,
    Kind,
    Level,
    Measure,
    Measurement,
)
from openpar.reform.initiatives.queries.evaluating import lacking_evaluation
from openpar.reform.initiatives.queries.visibility import visible_initiatives
from openpar.reform.initiatives.stages import INITIATIVE
from trust.lives.ideas import UNTIL, Idea
from trust.lives.place import PAPERS_ON, Person, Place
from trust.lives.walking import Life, often, steps_of

_HALF = PeriodKey(PeriodKind.HALF, 2026)


class InitiativeLife(Life):
    name = "initiative"
    moves = often(
        propose=0,
        change=2,
        recognise=5,
        start=4,
        stop=2,
        replicate=4,
        evaluate=3,
        compare=2,
        count=2,
        contest=4,
        prize=4,
        sleep=2,
    )
    steps = steps_of(INITIATIVE)

    def __init__(self, place: Place, random: Random, crowd: tuple[str, ...] = ()) -> None:
        super().__init__(place, random, crowd)
        self.idea, self.pk = Idea(random.choice(("MODEL", "INITIATIVE"))), 0
        self.measures = list[int]()
        self.entries = list[int]()

    def states(self) -> dict[object, str]:
        return {"initiative": self.idea.state}

    def propose(self) -> None:
        who, by = self.someone(self.idea.is_of)
        title = self.words()
        if self.tried(
            who,
            self.idea.is_of(who) and title.strip() != "",
            lambda: propose(
                organisation_id=self.place.id_of("health"),
                proposal=_proposal(self.idea.kind, title),
                by=by,
                at=self.at,
            ),
        ):
            self.pk = Initiative.objects.latest("id").pk
            self.idea.state, self.idea.proposed_by, self.idea.title = "PROPOSED", who.name, title

    def change(self) -> None:
        who, by = self.someone(self.idea.is_of)
        kind = self.idea.kind if self.fits() else self.random.choice(("MODEL", "INITIATIVE"))
        title, is_stale = self.words(), not self.fits()
        if self.tried(
            who,
            self.idea.change(who, kind, title, is_stale=is_stale),
            lambda: change(
                initiative_id=self.pk,
                proposal=_proposal(kind, title),
                expected_version=self._version(is_stale),
                by=by,
                at=self.at,
            ),
            traced=title != self.idea.title,
        ):
            self.idea.title = title

    def recognise(self) -> None:
        level = self.random.choice(("BASE", "BASE", "PROVINCE", "NATIONAL"))
        is_base = level == "BASE"
        who, by = self.someone(lambda one: one.heads("health") if is_base else one.office == "manager")
        on, owner = self._day(), self._owner(who)
        decided = Recognised(Level(level), "Hội đồng", on, self._document(owner))
        if self.tried(
            who,
            self.idea.recognise(who, level, on, owner, self.today),
            lambda: recognise(initiative_id=self.pk, decided=decided, by=by, at=self.at),
        ):
            self.idea.levels.append(level)
            self.idea.recognised_on = on if is_base else self.idea.recognised_on
            if self.idea.state == "PROPOSED":
                self.idea.state = "RECOGNISED"

    def start(self) -> None:
        who, by = self.someone(self.idea.is_of)
        on, owner, is_stale = self._day(), self._owner(who), not self.fits()
        if self.tried(
            who,
            self.idea.start(who, on, owner, self.today, is_stale=is_stale),
            lambda: start(
                initiative_id=self.pk,
                started_on=on,
                document_id=self._document(owner),
                expected_version=self._version(is_stale),
                by=by,
                at=self.at,
            ),
        ):
            self.idea.state, self.idea.started_on = "RUNNING", on

    def stop(self) -> None:
        who, by = self.someone(self.idea.is_of)
        on, reason, is_stale = self._day(), self.words(), not self.fits()
        if self.tried(
            who,
            self.idea.stop(who, on, reason, self.today, is_stale=is_stale),
            lambda: stop(
                initiative_id=self.pk,
                stopped_on=on,
                reason=reason,
                expected_version=self._version(is_stale),
                by=by,
                at=self.at,
            ),
        ):
            self.idea.state, self.idea.stopped_on = "STOPPED", on

    def replicate(self) -> None:
        who, by = self.someone(lambda one: self.idea.is_of(one) or one.office == "manager")
        agency, on, owner = (
            self.random.choice(("home", "justice", "health", "")),
            self._day(),
            self._owner(who),
        )
        organisation = self.place.id_of(agency) if agency else None
        taken = TakenOver(organisation, on, self._document(owner))
        if self.tried(
            who,
            self.idea.replicate(who, agency, on, owner, self.today),
            lambda: replicate(initiative_id=self.pk, taken=taken, by=by, at=self.at),
        ):
            self.idea.state = "REPLICATED"
            self.idea.taken_by.append(agency)

    def evaluate(self) -> None:
        who, by = self.someone(self.idea.is_of)
        text, newest = self.words(), len(self.idea.evaluations)
        if newest and self.random.random() < 0.2:
            text = self.idea.evaluations[-1]
        seen = newest - (self.random.random() < 0.2)
        said = Evaluated(self.pk, Evaluation.Verdict.EFFECTIVE, Evaluation.Advice.CONTINUE, text, seen)
        is_new = text not in self.idea.evaluations[-1:]
        if self.tried(
            who,
            self.idea.evaluate(who, text, seen),
            lambda: evaluate(asked=_HALF, said=[said], by=by, at=self.at),
            traced=is_new,
        ):
            self.idea.evaluations += [text] if is_new else []

    def compare(self) -> None:
        """Something to be measured before and after."""
        who, by = self.someone(self.idea.is_of)
        name = f"Chỉ số {len(self.measures)}" if self.fits() else "Chỉ số 0"
        is_new = name != "Chỉ số 0" or not self.measures
        new = NewMeasure(name, "phút", Measure.Better.LOWER)
        if self.tried(
            who,
            self.idea.is_of(who) and self.idea.state != "STOPPED" and is_new,
            lambda: add_measure(initiative_id=self.pk, measure=new, by=by, at=self.at),
        ):
            self.measures.append(Measure.objects.latest("id").pk)

    def count(self) -> None:
        """A figure, with the document that shows it; also after the end."""
        if not self.measures:
            return
        who, by = self.someone(self.idea.is_of)
        on, owner = self._day(), self._owner(who)
        figure = Measured(Measurement.Side.AFTER, on, Decimal(3), None, self._document(owner))
        if self.tried(
            who,
            self.idea.is_of(who) and on is not None and on <= self.today and owner == who.agency,
            lambda: measure(measure_id=self.measures[0], measured=figure, by=by, at=self.at),
        ):
            self.idea.figures += 1

    def contest(self) -> None:
        who, by = self.someone(self.idea.is_of)
        on, name = self.day(self.today, PAPERS_ON), f"Hội thi {len(self.entries)}"
        if self.tried(
            who,
            self.idea.contest(who, on, self.today),
            lambda: enter_contest(initiative_id=self.pk, contest=name, entered_on=on, by=by, at=self.at),
        ):
            self.entries.append(ContestEntry.objects.latest("id").pk)
            self.idea.contests.append(None)

    def prize(self) -> None:
        """What the jury gave, once; also after the end."""
        if not self.entries:
            return
        who, by = self.someone(self.idea.is_of)
        number, owner = self.random.randrange(len(self.entries)), self._owner(who)
        version = ContestEntry.objects.values_list("version", flat=True).get(pk=self.entries[number])
        if self.tried(
            who,
            self.idea.is_of(who) and self.idea.contests[number] is None and owner == who.agency,
            lambda: award(
                entry_id=self.entries[number],
                expected_version=version,
                points=None,
                award="Giải Nhất",
                decision_id=self._document(owner),
                by=by,
                at=self.at,
            ),
        ):
            self.idea.contests[number] = "Giải Nhất"

    def differences(self) -> str:
        if not self.pk:
            return ""
        row, idea = Initiative.objects.get(pk=self.pk), self.idea
        names = {agency.pk: name for name, agency in self.place.agencies.items()}
        there = (
            *(row.state, row.name, row.started_on, row.stopped_on),
            list(row.recognitions.order_by("id").values_list("level", flat=True)),
            [names[one.organisation_id] for one in row.replications.order_by("id")],
            list(row.evaluations.order_by("revision").values_list("text", flat=True)),
            *(Measurement.objects.count(), [one.award or None for one in row.contests.order_by("id")]),
        )
        meant = (
            *(idea.state, idea.title, idea.started_on, idea.stopped_on, idea.levels, idea.taken_by),
            *(idea.evaluations, idea.figures, idea.contests),
        )
        if there != meant:
            return f"the initiative is {there}, not {meant}"
        is_owed = idea.kind == "MODEL" and idea.ran() and not idea.evaluations
        if is_owed != (row in lacking_evaluation(_HALF)):
            return "its evaluation is owed" if is_owed else "an evaluation is asked for that is not owed"
        who, by = self.random.choice(self.place.people)
        is_seen = visible_initiatives(by).filter(pk=self.pk).exists()
        return "" if is_seen == (who.oversees or idea.is_of(who)) else f"{who.name} sees it wrongly"

    def _version(self, is_stale: bool) -> int:
        return Initiative.objects.values_list("version", flat=True).get(pk=self.pk) - is_stale

    def _day(self) -> date | None:
        """A day that was, more often than not; often the one it began on."""
        around = self.idea.started_on or PAPERS_ON
        return self.day(self.today, around, UNTIL) if self.random.random() < 0.95 else None

    def _owner(self, who: Person) -> str:
        """In whose store the document lies; "" for none at all."""
        return who.agency if self.fits() else self.random.choice(("", "justice", "home"))

    def _document(self, owner: str) -> int | None:
        return self.place.documents.get((owner, False))


def _proposal(kind: str, title: str) -> Proposal:
    return Proposal(Kind(kind), title, Level.BASE, "F2", "Giải quyết ngay trong ngày.")

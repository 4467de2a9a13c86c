"""An inspection plan (kế hoạch kiểm tra): drawn up, issued; units come in by choice and by a draw."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from random import Random

from openpar.engine.picking import commitment
from openpar.reform.inspections.actions.campaigns import (
    CampaignDraft,
    change_campaign,
    drop_unit,
    issue_campaign,
    open_campaign,
    plan_units,
)
from openpar.reform.inspections.actions.draws import commit_draw, draw_units
from openpar.reform.inspections.models import Campaign, CampaignUnit, Draw, Scope
from openpar.reform.inspections.stages import CAMPAIGN
from trust.lives.place import Person, Place
from trust.lives.walking import NOTHING, Life, often, steps_of

_COVERS = (date(2025, 1, 1), date(2026, 6, 30))
_SEED = "xổ số kiến thiết ngày 12/04/2026"
# Whom each plan may name: its own agency inspects others, an agency what lies right below it.
_WITHIN = {"home": ("health", "justice"), "health": ("division",)}
_ANYBODY = ("health", "justice", "division", "home", "committee")


@dataclass
class Lot:
    """A draw of the model: its list, how many, the day of the commitment, and what came of it."""

    units: tuple[str, ...]
    count: int
    on: date
    picked: tuple[str, ...] = ()


@dataclass
class Plan:
    """The plan of the model: of Sở Nội vụ for the province, or of Sở Y tế for its own divisions."""

    agency: str
    state: str = NOTHING
    title: str = ""
    # Unit, mode and topic, in the order in which they came in.
    units: list[tuple[str, str, str]] = field(default_factory=list)
    lots: list[Lot] = field(default_factory=list)

    def is_drawn_up_by(self, who: Person) -> bool:
        return who.office == "manager" if self.agency == "home" else who.works_in("health")

    def is_issued_by(self, who: Person) -> bool:
        return who.office == "manager" if self.agency == "home" else who.heads("health")

    def is_open_to(self, who: Person) -> bool:
        return self.is_drawn_up_by(who) and self.state == "DRAFT"

    def knows(self, units: tuple[str, ...]) -> bool:
        return set(units) <= set(_WITHIN[self.agency])

    def add(self, who: Person, units: tuple[str, ...], mode: str, topic: str) -> bool:
        is_sound = units != () and self.knows(units) and (mode != "THEMATIC" or topic != "")
        return self.is_open_to(who) and is_sound

    def was_drawn(self, unit: tuple[str, str, str]) -> bool:
        picked = {one for lot in self.lots for one in lot.picked}
        return unit[1:] == ("UNANNOUNCED", "") and unit[0] in picked

    def issue(self, who: Person, owner: str, *, is_complete: bool) -> bool:
        """By a document of the agency with number and day, or of a store of the person."""
        is_proved = is_complete and owner == self.agency
        return (
            self.is_issued_by(who) and self.state == "DRAFT" and bool(self.units or self.lots) and is_proved
        )

    def commit(self, who: Person, units: tuple[str, ...], count: int) -> bool:
        return self.is_drawn_up_by(who) and 1 <= count <= len(units) and self.knows(units)

    def draw(self, who: Person, lot: Lot, seed: str, today: date) -> bool:
        """Once, with the seed that was committed to, on a later day."""
        return self.is_drawn_up_by(who) and lot.picked == () and seed == _SEED and today > lot.on


class InspectionPlanLife(Life):
    name = "inspection plan"
    moves = often(open=0, change=2, add=4, drop=3, issue=1, commit=2, draw=3, sleep=2)
    steps = steps_of(CAMPAIGN)

    def __init__(self, place: Place, random: Random, crowd: tuple[str, ...] = ()) -> None:
        super().__init__(place, random, crowd)
        self.plan, self.pk, self.lots = Plan(random.choice(("home", "home", "health"))), 0, list[int]()

    def states(self) -> dict[object, str]:
        return {"plan": self.plan.state}

    def open(self) -> None:
        who, by = self.someone(self.plan.is_drawn_up_by)
        draft, is_sound = self._draft()
        if self.tried(
            who,
            self.plan.is_drawn_up_by(who) and is_sound,
            lambda: open_campaign(
                by=by,
                at=self.at,
                organisation_id=self.place.id_of(self.plan.agency),
                scope=Scope.PROVINCE if self.plan.agency == "home" else Scope.OWN,
                year=2026,
                draft=draft,
            ),
        ):
            self.pk = Campaign.objects.latest("id").pk
            self.plan.state, self.plan.title = "DRAFT", draft.title

    def change(self) -> None:
        who, by = self.someone(self.plan.is_drawn_up_by)
        (draft, is_sound), is_stale = self._draft(), not self.fits()
        if self.tried(
            who,
            self.plan.is_open_to(who) and is_sound and not is_stale,
            lambda: change_campaign(
                by=by,
                at=self.at,
                campaign_id=self.pk,
                expected_version=Campaign.objects.values_list("version", flat=True).get() - is_stale,
                draft=draft,
            ),
        ):
            self.plan.title = draft.title

    def add(self) -> None:
        who, by = self.someone(self.plan.is_drawn_up_by)
        units = self._some()
        mode = self.random.choice(("ON_SITE", "UNANNOUNCED", "THEMATIC"))
        topic = "Một cửa" if mode == "THEMATIC" and self.fits() else ""
        new = [(one, mode, topic) for one in units if (one, mode, topic) not in self.plan.units]
        if self.tried(
            who,
            self.plan.add(who, units, mode, topic),
            lambda: plan_units(
                by=by,
                at=self.at,
                campaign_id=self.pk,
                organisation_ids=self._ids(units),
                mode=mode,
                topic=topic,
            ),
            traced=new != [],
        ):
            self.plan.units += new

    def drop(self) -> None:
        if not self.plan.units:
            return
        who, by = self.someone(self.plan.is_drawn_up_by)
        unit = self.random.choice(self.plan.units)
        row = CampaignUnit.objects.get(organisation=self.place.agencies[unit[0]], mode=unit[1], topic=unit[2])
        if self.tried(
            who,
            self.plan.is_open_to(who) and not self.plan.was_drawn(unit),
            lambda: drop_unit(by=by, at=self.at, planned_id=row.pk),
        ):
            self.plan.units.remove(unit)

    def issue(self) -> None:
        who, by = self.someone(self.plan.is_issued_by)
        owner = self.plan.agency if self.fits() else "justice"
        is_complete = self.fits()
        if self.tried(
            who,
            self.plan.issue(who, owner, is_complete=is_complete),
            lambda: issue_campaign(
                by=by,
                at=self.at,
                campaign_id=self.pk,
                document_id=self.place.documents[owner, is_complete],
            ),
        ):
            self.plan.state = "ISSUED"

    def commit(self) -> None:
        """The list, the number and the digest of the seed are published."""
        who, by = self.someone(self.plan.is_drawn_up_by)
        units, count = self._some(), self.random.randrange(1, 3)
        if self.tried(
            who,
            self.plan.commit(who, units, count),
            lambda: commit_draw(
                by=by,
                at=self.at,
                campaign_id=self.pk,
                organisation_ids=self._ids(units),
                count=count,
                seed_digest=commitment(_SEED),
            ),
        ):
            self.plan.lots.append(Lot(units, count, self.today))
            self.lots.append(Draw.objects.latest("id").pk)

    def draw(self) -> None:
        if not self.lots:
            return
        who, by = self.someone(self.plan.is_drawn_up_by)
        number = self.random.randrange(len(self.lots))
        lot, seed = self.plan.lots[number], _SEED if self.fits() else "xổ số kiến thiết ngày khác"
        if not self.tried(
            who,
            self.plan.draw(who, lot, seed, self.today),
            lambda: draw_units(by=by, at=self.at, draw_id=self.lots[number], seed=seed),
        ):
            return
        keys = {agency.key: name for name, agency in self.place.agencies.items()}
        lot.picked = tuple(keys[one] for one in Draw.objects.get(pk=self.lots[number]).picked)
        if len(set(lot.picked)) != lot.count or not set(lot.picked) <= set(lot.units):
            self.wrong = f"of {lot.units} {lot.picked} were drawn"
        drawn = ((one, "UNANNOUNCED", "") for one in lot.picked)
        self.plan.units += [one for one in drawn if one not in self.plan.units]

    def differences(self) -> str:
        if not self.pk:
            return ""
        row, names = Campaign.objects.get(), {agency.pk: name for name, agency in self.place.agencies.items()}
        units = sorted((names[one.organisation_id], one.mode, one.topic) for one in row.units.all())
        there = (row.state, row.title, units, [one.count for one in row.draws.order_by("id")])
        meant = (
            *(self.plan.state, self.plan.title, sorted(self.plan.units)),
            [lot.count for lot in self.plan.lots],
        )
        return "" if there == meant else f"the plan is {there}, not {meant}"

    def _draft(self) -> tuple[CampaignDraft, bool]:
        title, days = self.words(), _COVERS if self.fits() else _COVERS[::-1]
        return CampaignDraft(title, *days), title.strip() != "" and days == _COVERS

    def _some(self) -> tuple[str, ...]:
        known = _WITHIN[self.plan.agency] if self.fits() else _ANYBODY
        return tuple(self.random.sample(known, self.random.randrange(len(known) + 1)))

    def _ids(self, units: tuple[str, ...]) -> list[int]:
        return [self.place.id_of(one) for one in units]

"""Reported figures of an agency (bản số liệu báo cáo): drawn up, signed, returned, replaced by the next."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from random import Random

from openpar.delivery.figures.actions.filling import save_figures
from openpar.delivery.figures.actions.opening import PeriodAsked, change_head, discard_draft, open_sheet
from openpar.delivery.figures.actions.signing import explain_gaps, return_figures, revise_figures, sign_off
from openpar.delivery.figures.models import FigureRevision, FigureSheet
from openpar.delivery.figures.permissions import may_see_figures
from openpar.delivery.figures.queries.sheets import sheet_view
from openpar.delivery.figures.rows import Line
from openpar.delivery.figures.stages import REVISION
from openpar.engine.periods import Calendar, PeriodKind
from tests.delivery.figures.sheets import II_06A, line
from trust.lives.place import Person, Place
from trust.lives.walking import NOTHING, Life, often, steps_of

# The second quarter of the reform year 2026.
_FROM, _UNTIL = date(2026, 3, 15), date(2026, 6, 14)
_ASKED = PeriodAsked(Calendar.REFORM, PeriodKind.QUARTER, 2026, 2)
# Online received of a row that adds up, and of one that does not.
_SOUND, _OFF = (60, 61), 99


@dataclass
class Revision:
    """One revision of the model: what was received online (None: nothing yet), until when it was counted."""

    number: int
    state: str = "DRAFT"
    online: int | None = None
    until: date = _UNTIL
    is_explained: bool = False
    reason: str = ""


@dataclass
class Sheet:
    """The sheet of Sở Y tế for one period; was anything ever typed into it?"""

    revisions: list[Revision] = field(default_factory=list)
    is_touched: bool = False

    @property
    def draft(self) -> Revision | None:
        return next((one for one in self.revisions if one.state == "DRAFT"), None)

    @property
    def signed(self) -> Revision | None:
        return next((one for one in self.revisions if one.state == "SIGNED"), None)

    def is_entered_by(self, who: Person) -> bool:
        return who.works_in("health")

    def is_seen_by(self, who: Person) -> bool:
        return who.oversees or who.office == "controller" or self.is_entered_by(who)

    def is_open_to(self, who: Person, *, is_stale: bool) -> bool:
        return self.is_entered_by(who) and self.draft is not None and not is_stale

    def explain(self, who: Person, words: str, *, is_stale: bool) -> bool:
        is_off = self.draft is not None and self.draft.online == _OFF
        return self.is_open_to(who, is_stale=is_stale) and is_off and words.strip() != ""

    def sign(self, who: Person, today: date, *, is_stale: bool) -> bool:
        """By the head, over figures that add up or are explained, once they can be known."""
        draft = self.draft
        if draft is None or not who.heads("health") or is_stale or draft.online is None:
            return False
        return today >= draft.until and (draft.online != _OFF or draft.is_explained)

    def follow_signed(self) -> None:
        draft = self.draft
        for one in self.revisions:
            one.state = "REPLACED" if one.state == "SIGNED" else one.state
        assert draft is not None
        draft.state = "SIGNED"

    def give_back(self, who: Person, one: Revision, reason: str) -> bool:
        return who.office in ("controller", "manager") and one.state == "SIGNED" and reason.strip() != ""

    def revise(self, who: Person, reason: str) -> bool:
        is_alone = self.signed is not None and self.draft is None
        return self.is_entered_by(who) and is_alone and reason.strip() != ""

    def go_on(self, after: Revision, reason: str) -> None:
        """The next draft says what the one before said."""
        if self.draft is None:
            self.revisions.append(
                Revision(
                    after.number + 1, "DRAFT", after.online, after.until, after.is_explained, reason.strip()
                )
            )

    def discard(self, who: Person, *, is_stale: bool) -> bool:
        """Beside what is in force, or a first one that nothing came into."""
        is_empty = len(self.revisions) == 1 and not self.is_touched
        return self.is_open_to(who, is_stale=is_stale) and (self.signed is not None or is_empty)


class FigureLife(Life):
    name = "figures"
    moves = often(open=3, save=4, explain=3, cut_off=3, sign=5, give_back=2, revise=2, discard=2, sleep=3)
    # A draft may be dropped.
    steps = steps_of(REVISION) | {("DRAFT", NOTHING)}

    def __init__(self, place: Place, random: Random, crowd: tuple[str, ...] = ()) -> None:
        super().__init__(place, random, crowd)
        self.sheet, self.pk = Sheet(), 0

    def states(self) -> dict[object, str]:
        return {one.number: one.state for one in self.sheet.revisions}

    def open(self) -> None:
        """One sheet a period; one that is there is given back as it is."""
        who, by = self.someone(self.sheet.is_entered_by)
        is_new = self.pk == 0
        if self.tried(
            who,
            self.sheet.is_entered_by(who),
            lambda: open_sheet(
                by=by,
                at=self.at,
                organisation_id=self.place.id_of("health"),
                form_code=II_06A,
                asked=_ASKED,
                placement="inside",
            ),
            traced=is_new,
        ):
            self.pk = FigureSheet.objects.get().pk
            self.sheet = Sheet([Revision(1)]) if is_new else self.sheet

    def save(self) -> None:
        who, by = self.someone(self.sheet.is_entered_by)
        online, is_stale = self.random.choice((*_SOUND, _OFF)), not self.fits()
        seen, draft = self._seen(is_stale), self.sheet.draft
        if (
            self.tried(
                who,
                self.sheet.is_open_to(who, is_stale=is_stale),
                lambda: save_figures(by=by, at=self.at, **seen, lines=[_line(online)]),
                traced=draft is not None and draft.online != online,
            )
            and draft
        ):
            draft.online, self.sheet.is_touched = online, True

    def explain(self) -> None:
        """Every place at which the draft does not add up, at once."""
        who, by = self.someone(self.sheet.is_entered_by)
        words, is_stale = self.words(), not self.fits()
        seen, view = self._seen(is_stale), sheet_view(self.pk, self.sheet.revisions[-1].number)
        places = [each.found.id for each in view.judged] if view else []
        if (
            self.tried(
                who,
                self.sheet.explain(who, words, is_stale=is_stale),
                lambda: explain_gaps(by=by, at=self.at, **seen, places=places, text=words),
            )
            and self.sheet.draft
        ):
            self.sheet.draft.is_explained = True

    def cut_off(self) -> None:
        """Until which day it was counted; a day of the period."""
        who, by = self.someone(self.sheet.is_entered_by)
        until, is_stale = self.day(self.today, _FROM, _UNTIL), not self.fits()
        seen, draft = self._seen(is_stale), self.sheet.draft
        if (
            self.tried(
                who,
                self.sheet.is_open_to(who, is_stale=is_stale) and _FROM <= until <= _UNTIL,
                lambda: change_head(by=by, at=self.at, **seen, placement="inside", until_on=until),
                traced=draft is not None and draft.until != until,
            )
            and draft
        ):
            draft.until = until

    def sign(self) -> None:
        who, by = self.someone(lambda one: one.heads("health"))
        is_stale = not self.fits()
        seen = self._seen(is_stale)
        if self.tried(
            who,
            self.sheet.sign(who, self.today, is_stale=is_stale),
            lambda: sign_off(by=by, at=self.at, **seen),
        ):
            self.sheet.follow_signed()

    def give_back(self) -> None:
        """Who controls procedures returns what is in force; the agency goes on."""
        who, by = self.someone(lambda one: one.office in ("controller", "manager"))
        one, reason = self.sheet.signed or self.random.choice(self.sheet.revisions), self.words()
        row = FigureRevision.objects.get(number=one.number)
        if self.tried(
            who,
            self.sheet.give_back(who, one, reason),
            lambda: return_figures(by=by, at=self.at, revision_id=row.pk, reason=reason),
        ):
            one.state = "RETURNED"
            self.sheet.go_on(one, reason)

    def revise(self) -> None:
        who, by = self.someone(self.sheet.is_entered_by)
        signed, reason = self.sheet.signed, self.words()
        if (
            self.tried(
                who,
                self.sheet.revise(who, reason),
                lambda: revise_figures(by=by, at=self.at, sheet_id=self.pk, reason=reason),
            )
            and signed
        ):
            self.sheet.go_on(signed, reason)

    def discard(self) -> None:
        who, by = self.someone(self.sheet.is_entered_by)
        is_stale = not self.fits()
        seen = self._seen(is_stale)
        if self.tried(
            who,
            self.sheet.discard(who, is_stale=is_stale),
            lambda: discard_draft(by=by, at=self.at, **seen),
        ):
            self.sheet.revisions.pop()
            self.pk = self.pk if self.sheet.revisions else 0

    def differences(self) -> str:
        there = [
            (row.number, row.state, _online(row), row.until_on, row.reason)
            for row in FigureRevision.objects.order_by("number")
        ]
        meant = [(one.number, one.state, one.online, one.until, one.reason) for one in self.sheet.revisions]
        if there != meant:
            return f"the revisions are {there}, not {meant}"
        who, by = self.random.choice(self.place.people)
        is_seen = may_see_figures(by, self.place.id_of("health"))
        return "" if is_seen == self.sheet.is_seen_by(who) else f"{who.name} sees the figures wrongly"

    def _seen(self, is_stale: bool) -> dict[str, int]:
        """The newest revision, as somebody saw it now or before."""
        row = FigureRevision.objects.get(number=self.sheet.revisions[-1].number)
        return {"revision_id": row.pk, "expected_version": row.version - is_stale}


def _line(online: int) -> Line:
    """A row that adds up with the first of the sound numbers; the second moves what is in process with it."""
    if online == _OFF:
        sound = line(online=_SOUND[0])
        return Line(sound.block, sound.label, {**sound.counts, "online": online})
    return line(online=online, in_time=18 + online - _SOUND[0])


def _online(row: FigureRevision) -> int | None:
    first = row.lines.first()
    return first.counts.get("online") if first else None

"""What the addresses of initiatives and registers name, made for one agency by the actions people use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from openpar.base.accounts.models import Role
from openpar.base.documents.actions import add_document
from openpar.base.organisations.models import Organisation
from openpar.reform.initiatives.actions.measuring import NewMeasure, add_measure
from openpar.reform.initiatives.actions.moving import Recognised, recognise, start
from openpar.reform.initiatives.actions.proposing import propose
from openpar.reform.initiatives.actions.spreading import enter_contest
from openpar.reform.initiatives.models import Initiative, Kind, Level, Measure
from openpar.reform.monitors.actions.entering import save_entry
from tests import factories
from tests.reform.initiatives.stories import AT, proposal

# Addresses that are about something nobody has recognised yet.
OF_PROPOSED = ("initiative-recognise", "initiative-start")


@dataclass(frozen=True)
class RegisterThings:
    """A running model with a measure and a contest, a proposed one, and a training plan, of one agency."""

    running: int
    proposed: int
    measure: int
    contest: int
    entry: int
    document: int

    def named(self, address: str) -> Mapping[str, object]:
        """The things by the names that the address gives them."""
        if address.startswith("initiative"):
            chosen = self.proposed if address in OF_PROPOSED else self.running
            return {"initiative_id": chosen, "measure_id": self.measure, "entry_id": self.contest}
        if address.startswith("monitor"):
            return {"register": "training", "entry_id": self.entry}
        return {}

    def sent(self, agency: int) -> dict[str, dict[str, object]]:
        """What the forms are sent, complete enough to change something for who may."""
        document: dict[str, object] = {"document": str(self.document)}
        words = {"kind": "MODEL", "name": "Tên", "level": "BASE", "field": "F2", "content": "Làm thử"}
        evaluated = {"verdict": "EFFECTIVE", "advice": "CONTINUE", "text": "Tốt", "seen": "0"}
        asked: dict[str, object] = {"kind": "QUARTER", "year": "2026", "number": "1"}
        return {
            "initiative-new": {**words, "organisation": str(agency)},
            "initiative-edit": {**words, "version": "5"},
            "initiative-evaluations": {
                **asked,
                **{f"m{self.running}-{name}": value for name, value in evaluated.items()},
            },
            "initiative-evaluations-find": asked,
            "initiative-targets": {
                **document,
                "organisation": str(agency),
                "year": "2026",
                "planned": "2",
                "seen": "0",
            },
            "initiative-targets-find": {"year": "2026"},
            "initiative-recognise": {
                **document,
                "level": "BASE",
                "council": "Hội đồng",
                "recognised_on": "02/03/2026",
            },
            "initiative-start": {**document, "started_on": "02/03/2026", "version": "1"},
            "initiative-stop": {"stopped_on": "01/06/2026", "reason": "Hết thí điểm", "version": "5"},
            "initiative-measure": {"name": "Lượt đi lại", "unit": "lượt", "better": "LOWER"},
            "initiative-figure": {
                **document,
                "side": "BEFORE",
                "measured_on": "02/03/2026",
                "numerator": "12",
            },
            "initiative-contest": {"contest": "Hội thi khác", "entered_on": "02/06/2026"},
            "initiative-award": {"points": "83", "version": "1"},
            "monitor-new": {"year": "2025", "leaders_planned": "5"},
            "monitor-entry": {"leaders_planned": "5", "seen": "1"},
            "monitor-withdraw": {"reason": "Nhầm", "seen": "1"},
        }


def register_things(agency: Organisation, *, at: datetime = AT) -> RegisterThings:
    """All of it, by people of the agency who are asked about nothing."""
    officer = factories.actor_as(Role.FOCAL_OFFICER, agency, "Người nhập sổ")
    head = factories.actor_as(Role.AGENCY_HEAD, agency, "Người công nhận")
    document = add_document(by=officer, at=at, owner_id=agency.pk, title="Quyết định", number="9/QĐ").pk

    def proposed(name: str) -> Initiative:
        return propose(organisation_id=agency.pk, proposal=proposal(name, Kind.MODEL), by=officer, at=at)

    running = proposed(f"Mô hình {agency.key}")
    decided = Recognised(Level.BASE, "Hội đồng", date(2026, 1, 5), document)
    recognise(initiative_id=running.pk, decided=decided, by=head, at=at)
    start(
        initiative_id=running.pk,
        started_on=date(2026, 1, 12),
        document_id=None,
        expected_version=2,
        by=officer,
        at=at,
    )
    what = NewMeasure("Thời gian chờ", "phút", Measure.Better.LOWER)
    measure = add_measure(initiative_id=running.pk, measure=what, by=officer, at=at)
    contest = enter_contest(
        initiative_id=running.pk, contest="Hội thi", entered_on=date(2026, 2, 2), by=officer, at=at
    )
    entry = save_entry(
        register="training",
        organisation_id=agency.pk,
        values={"year": 2026, "leaders_planned": 10, "leaders_trained": 4},
        expected_revision=0,
        by=officer,
        at=at,
    )
    return RegisterThings(
        running=running.pk,
        proposed=proposed(f"Đề xuất {agency.key}").pk,
        measure=measure.pk,
        contest=contest.pk,
        entry=entry.pk,
        document=document,
    )

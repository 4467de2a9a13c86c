"""What people edit of findings and of the conferences after a publication (edited.py)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from trust.edited import Added, Family, Once, Page, Part, number_of


def finding_family() -> Family:
    from tests.reform.findings import found

    place = found.province()
    conference = _conference(place)
    return Family(
        (_remedy(place), _criterion(place)),
        (_orders(place, conference), _shortcomings(place, conference)),
        (_held(place),),
    )


def _remedy(place: Any) -> Part:
    from openpar.reform.findings.actions.remedying import plan_remedy
    from openpar.reform.findings.errors import StaleFinding
    from openpar.reform.findings.models import Finding
    from tests.reform.findings import found

    finding = found.opened(place).pk

    def save(version: int, number: int, words: str) -> object:
        plan = replace(found.REMEDY, remedy=f"{number} {words}")
        return plan_remedy(
            finding_id=finding, plan=plan, expected_version=version, by=place.focal, at=found.PLANNED
        )

    def read() -> tuple[int, int]:
        version, remedy = Finding.objects.values_list("version", "remedy").get(pk=finding)
        return version, number_of(remedy or "0")

    return Part(
        "the plan of a remedy",
        read,
        save,
        StaleFinding,
        (
            "openpar.reform.findings.actions.shared:take_finding",
            "expected_version is not None and finding.version != expected_version",
        ),
        page=Page(
            f"/findings/{finding}/plan/",
            place.focal,
            found.PLANNED,
            lambda version, number, words: {
                "version": str(version),
                "remedy": f"{number} {words}",
                "cause": "SUBJECTIVE",
            },
        ),
    )


def _criterion(place: Any) -> Part:
    """The criterion that a finding costs points at, among those of the year."""
    from openpar.reform.findings.actions.adding import classify_finding
    from openpar.reform.findings.errors import StaleFinding
    from openpar.reform.findings.models import Finding
    from tests.reform.findings import found

    finding = found.opened(place, leaf=None, text="Chậm công khai thủ tục").pk

    def save(version: int, number: int, words: str) -> object:
        leaf = replace(found.LEAF, text=f"{number} {words}")
        return classify_finding(
            finding_id=finding,
            code="",
            leaf=leaf,
            expected_version=version,
            by=place.manager,
            at=found.PLANNED,
        )

    def read() -> tuple[int, int]:
        version, text = Finding.objects.values_list("version", "leaf_text").get(pk=finding)
        return version, number_of(text or "0")

    where = "openpar.reform.findings.actions.shared:take_finding"
    guard = "expected_version is not None and finding.version != expected_version"
    return Part("the criterion of a finding", read, save, StaleFinding, (where, guard))


def _owed(place: Any, number: int) -> int:
    """A conference that Sở Y tế owes after one more publication."""
    from openpar.reform.findings.actions.conferences import OwedConference, PublishedRound, owe_conferences
    from openpar.reform.findings.models import Conference

    published = PublishedRound(number, "Chỉ số CCHC năm 2025", 2025, date(2026, 3, 1), place.home_affairs.pk)
    unit = place.health.versions.get()
    owe_conferences(round=published, owed=[OwedConference(place.health.pk, unit.pk)])
    return Conference.objects.get(organisation=place.health, round_id=number).pk


def _hold(place: Any, conference: int, minutes: int, words: str) -> object:
    from openpar.reform.findings.actions.conferences import Held, hold_conference

    held = Held(date(2026, 3, 20), "Lãnh đạo, các phòng", words, minutes)
    return hold_conference(
        conference_id=conference, held=held, expected_version=1, by=place.focal, at=_afterwards()
    )


def _held(place: Any) -> Once:
    from openpar.reform.findings.models import Conference
    from tests.reform.findings import found

    minutes = found.proof(place)
    rounds = iter(range(1000, 10_000))

    def fresh() -> tuple[Any, Any]:
        conference = _owed(place, next(rounds))

        def do(words: str) -> object:
            return _hold(place, conference, minutes, words)

        def kept() -> str:
            return Conference.objects.get(pk=conference).conclusions

        return do, kept

    actions = "openpar.reform.findings.actions.conferences"
    return Once(
        "the minutes and conclusions of a conference",
        fresh,
        (
            (f"{actions}:_take", "expected_version is not None and conference.version != expected_version"),
            (f"{actions}:_holding_gaps", "conference.held_on is not None"),
        ),
    )


def _conference(place: Any) -> int:
    """One that was held."""
    from tests.reform.findings import found

    conference = _owed(place, 31)
    _hold(place, conference, found.proof(place), "Giữ nhóm khá")
    return conference


def _orders(place: Any, conference: int) -> Added:
    from openpar.reform.findings.actions.conferences import add_order
    from openpar.reform.findings.models import ConferenceOrder

    def add(words: str) -> object:
        return add_order(
            conference_id=conference,
            field="F0",
            text=words,
            deadline=date(2026, 9, 30),
            by=place.focal,
            at=_afterwards(),
        )

    rows = ConferenceOrder.objects.filter(conference=conference)
    return Added("orders of a conference", add, lambda: list(rows.values_list("text", flat=True)))


def _shortcomings(place: Any, conference: int) -> Added:
    from openpar.reform.findings.actions.conferences import name_shortcoming
    from openpar.reform.findings.models import Finding, FoundBy

    def add(words: str) -> object:
        return name_shortcoming(
            conference_id=conference, field="F0", text=words, by=place.focal, at=_afterwards()
        )

    rows = Finding.objects.filter(found_by=FoundBy.CONFERENCE, source_id=conference)
    return Added(
        "shortcomings that a conference names", add, lambda: list(rows.values_list("text", flat=True))
    )


def _afterwards() -> datetime:
    from openpar.common.formats import VIETNAM

    return datetime(2026, 4, 20, 8, 0, tzinfo=VIETNAM)

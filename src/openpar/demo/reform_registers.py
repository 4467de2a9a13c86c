"""The registers of a few agencies in the running reform year: what stands, and quarter by quarter.

All figures are invented. One agency still sends half of its signed documents on paper as well, one has left a
post vacant, one has not answered every opinion, one has not audited its quality system for more than a year:
what the boards are there to show.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from openpar.demo.calendar import moment
from openpar.demo.offices import Office, document
from openpar.engine.periods import Calendar, Period, PeriodKind, period
from openpar.reform.monitors.actions.entering import save_entry
from openpar.reform.monitors.models import (
    JobPositionScheme,
    LeadershipPosts,
    QualitySystem,
    RecruitmentPlan,
)

# The quarter is told when it is over, before its report is due.
_TELLING = timedelta(days=3)
_MONTH = timedelta(days=30)
# Which of the agencies, in their order, is the one that the boards show for something; who says nothing of
# a quarter before it is over.
_ON_PAPER, _VACANT, _UNANSWERED, _UNCHECKED, _SILENT = 2, 3, 1, 0, 3

# Adds a document of the agency; its id.
_Paper = Callable[[str, str, date], int]


@dataclass(frozen=True)
class _Said:
    register: str
    values: Mapping[str, Any]


def registers(offices: list[Office], year: int, *, begun: date, until: date) -> None:
    """Everything that these agencies have entered from the day `begun` to the day `until`."""
    for place, one in enumerate(offices):
        for said in _standing(one, place, year, begun):
            _save(one, said, begun + timedelta(days=20))
        for quarter in _quarters(year, until):
            told_on = quarter.until_on + _TELLING
            for said in _of_quarter(place, quarter):
                if told_on <= until:
                    _save(one, said, told_on)
                elif place != _SILENT and said.register != "legal_documents":
                    _save(one, _so_far(said), until)


def _save(one: Office, said: _Said, on: date) -> None:
    save_entry(
        register=said.register,
        organisation_id=one.id,
        values=said.values,
        expected_revision=0,
        by=one.officer,
        at=moment(on),
    )


def _quarters(year: int, until: date) -> Iterator[Period]:
    """The quarters of the reform year that have come to their second month by that day."""
    for number in range(1, 5):
        quarter = period(Calendar.REFORM, PeriodKind.QUARTER, year, number)
        if quarter.from_on + _MONTH <= until:
            yield quarter


def _so_far(said: _Said) -> _Said:
    """The same when half of it has happened; what is planned stays."""
    kept = ("year", "quarter", "planned", "checks_planned")
    return _Said(
        said.register,
        {
            name: value // 2 if isinstance(value, int) and name not in kept else value
            for name, value in said.values.items()
        },
    )


def _standing(one: Office, place: int, year: int, begun: date) -> Iterator[_Said]:
    """What holds until it is changed, and the plans of the year."""

    def paper(number: str, title: str, on: date) -> int:
        return document(one.officer, one.id, number, title, on)

    yield _quality_system(paper, place, begun)
    yield _job_positions(paper, place, begun)
    yield _leadership_posts(place, begun)
    issued = begun + timedelta(days=15)
    yield _training(paper, place, year, issued)
    yield _recruitment(paper, place, year, issued)


def _quality_system(paper: _Paper, place: int, begun: date) -> _Said:
    announced = begun - timedelta(days=240 - 10 * place)
    checked = begun + timedelta(days=-60 if place == _UNCHECKED else 5)
    reviewed = checked + timedelta(days=7)
    return _Said(
        "quality_system",
        {
            "standard": QualitySystem.Standard.CURRENT,
            "scope": "Giải quyết thủ tục hành chính thuộc thẩm quyền",
            "committee": "Ban chỉ đạo ISO của cơ quan",
            "first_announced_on": announced - timedelta(days=3 * 365),
            "announced_on": announced,
            "announcement": paper(f"{31 + place}/QĐ", "Công bố hệ thống quản lý chất lượng", announced),
            "internal_audit_on": checked,
            "internal_audit": paper(f"{12 + place}/BC", "Đánh giá nội bộ ISO 9001", checked),
            "management_review_on": reviewed,
            "management_review": paper(f"{13 + place}/BB", "Xem xét của lãnh đạo", reviewed),
        },
    )


def _job_positions(paper: _Paper, place: int, begun: date) -> _Said:
    approved = begun - timedelta(days=400)
    submitted = approved - timedelta(days=50)
    return _Said(
        "job_positions",
        {
            "unit_kind": JobPositionScheme.UnitKind.AGENCY,
            "submitted_on": submitted,
            "submission": paper(f"{80 + place}/TTr", "Đề án vị trí việc làm", submitted),
            "approved_on": approved,
            "approval": paper(f"{400 + place}/QĐ-UBND", "Phê duyệt Đề án vị trí việc làm", approved),
            "staffed_on": approved + timedelta(days=90),
        },
    )


def _leadership_posts(place: int, begun: date) -> _Said:
    is_vacant = place == _VACANT
    return _Said(
        "leadership_posts",
        {
            "post_kind": LeadershipPosts.PostKind.DIVISION,
            "counted_on": begun + timedelta(days=20),
            "authorised": 14 + place,
            "filled": 14 + place - (2 if is_vacant else 0),
            "deputies": 9 + place,
            "deputies_cap": 10 + place,
            "vacant_since": begun - timedelta(days=150) if is_vacant else None,
        },
    )


def _training(paper: _Paper, place: int, year: int, issued: date) -> _Said:
    return _Said(
        "training",
        {
            "year": year,
            "issued_on": issued,
            "plan": paper(f"{20 + place}/KH", f"Đào tạo, bồi dưỡng năm {year}", issued),
            "leaders_planned": 6 + place,
            "leaders_trained": 4 + place,
            "civil_servants_planned": 40 + 3 * place,
            "civil_servants_trained": 31 + 3 * place,
        },
    )


def _recruitment(paper: _Paper, place: int, year: int, issued: date) -> _Said:
    return _Said(
        "recruitment",
        {
            "year": year,
            "staff_group": RecruitmentPlan.StaffGroup.CIVIL_SERVANTS,
            "vacancies": 3 + place,
            "issued_on": issued,
            "plan": paper(f"{21 + place}/KH", f"Tuyển dụng công chức năm {year}", issued),
            "planned": 3 + place,
            "by_examination": 2,
            "by_reception": 1,
        },
    )


def _of_quarter(place: int, quarter: Period) -> Iterator[_Said]:
    """What was counted in a quarter; a little more with every quarter and agency."""
    step = quarter.number + place
    opinions = 20 + 4 * step
    counted = {
        "electronic_documents": _electronic_documents(place, step),
        "legal_documents": _legal_documents(step),
        "discipline": {"checks_planned": 1, "checks": 1, "checks_unannounced": step % 2}
        | {"cases": 1, "cases_handled": 1, "punished": 0},
        "dissemination": {"planned": 6, "carried_out": 5 + quarter.number % 2, "articles": 12 + step}
        | {"bulletins": 2, "conferences": 1, "others": 0},
        "dialogue": {"planned": 1, "held": 1, "concluded": 1, "opinions": opinions}
        | {"answered": opinions - (3 if place == _UNANSWERED else 0)},
    }
    for register, figures in counted.items():
        yield _Said(register, {"year": quarter.year, "quarter": quarter.number, **figures})


def _electronic_documents(place: int, step: int) -> Mapping[str, object]:
    outgoing, secret = 420 + 35 * step, 4 + place
    signed = outgoing - secret - 3 * place
    return {
        "system": "Hệ thống quản lý văn bản của tỉnh",
        "outgoing": outgoing,
        "outgoing_secret": secret,
        "outgoing_signed": signed,
        "outgoing_on_paper": signed * 3 // 5 if place == _ON_PAPER else 5 + step,
        "files": 300 + 20 * step,
        "files_secret": 2,
        "files_online": 280 + 19 * step,
        "exchanged": 900 + 60 * step,
        "exchanged_secret": 6,
        "exchanged_electronic": 880 + 59 * step,
        "reports": 24,
        "reports_secret": 0,
        "reports_in_system": 21 + place,
    }


def _legal_documents(step: int) -> Mapping[str, object]:
    return {
        "issued": step % 3,
        "superior_due": 5 + step,
        "superior_in_time": 5 + step,
        "to_check": 8 + step,
        "checked": 8 + step,
        "unlawful": 1,
        "handled": 1,
        "to_review": 10 + step,
        "reviewed": 10 + step,
        "kept": 6 + step,
        "expired": 2,
        "replaced": 1,
        "recommended": 1,
        "review_basis": "Sắp xếp đơn vị hành chính",
    }

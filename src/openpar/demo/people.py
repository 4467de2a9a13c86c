"""The people of the demo province: invented names, one-click accounts for each role."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from random import Random

from openpar.base.accounts.actions import create_user, give_role
from openpar.base.accounts.models import Role
from openpar.base.accounts.queries import Actor
from openpar.base.organisations.models import Organisation, OrganisationVersion
from openpar.base.organisations.roles import operator

_FAMILIES = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ")
_MIDDLES = ("Thị", "Văn", "Minh", "Thanh", "Ngọc", "Hữu", "Đức", "Kim", "Quang", "Thu", "Xuân", "Anh")
_GIVENS = ("An", "Bình", "Châu", "Dũng", "Đạt", "Hà", "Hòa", "Lan", "Linh", "Nam", "Phúc", "Sơn", "Yến", "Ân")

SINCE = date(2021, 1, 1)
MERGED = date(2025, 3, 1)


@dataclass(frozen=True)
class OneClick:
    """An account of the log-in page; roles as (role, organisation key, from, until)."""

    username: str
    full_name: str
    position: str
    held: tuple[tuple[Role, str, date, date | None], ...]


def _since_merger(role: Role, before: str, after: str) -> tuple[tuple[Role, str, date, date | None], ...]:
    return (role, before, SINCE, MERGED), (role, after, MERGED, None)


def _always(role: Role, key: str) -> tuple[tuple[Role, str, date, date | None], ...]:
    return ((role, key, SINCE, None),)


HOME_AFFAIRS_BEFORE, HOME_AFFAIRS = "68-so-noi-vu", "68-so-noi-vu-2025"
COMMITTEE, INSPECTORATE, OFFICE = "68-ubnd-tinh", "68-thanh-tra-tinh", "68-van-phong-ubnd"
HEALTH, JUSTICE = "68-so-y-te", "68-so-tu-phap"

ONE_CLICK = (
    OneClick(
        "demo.quan-ly",
        "Trần Thị Minh Hạnh",
        "Phó Giám đốc Sở Nội vụ",
        _since_merger(Role.ROUND_MANAGER, HOME_AFFAIRS_BEFORE, HOME_AFFAIRS),
    ),
    OneClick(
        "demo.dau-moi", "Nguyễn Thị Hòa", "Chuyên viên Văn phòng Sở", _always(Role.FOCAL_OFFICER, HEALTH)
    ),
    OneClick(
        "demo.chuyen-vien",
        "Lê Quang Đạt",
        "Chuyên viên phòng Nghiệp vụ",
        _always(Role.DIVISION_OFFICER, HEALTH),
    ),
    OneClick("demo.thu-truong", "Bùi Thanh Sơn", "Giám đốc Sở Y tế", _always(Role.AGENCY_HEAD, HEALTH)),
    OneClick(
        "demo.tham-dinh",
        "Phạm Văn Tú",
        "Chuyên viên phòng Cải cách hành chính",
        _since_merger(Role.APPRAISER, HOME_AFFAIRS_BEFORE, HOME_AFFAIRS),
    ),
    OneClick(
        "demo.tham-dinh-ngoai",
        "Đặng Ngọc Lan",
        "Thành viên Hội đồng thẩm định, Sở Tư pháp",
        _always(Role.APPRAISER, JUSTICE),
    ),
    OneClick(
        "demo.tham-dinh-van-phong",
        "Võ Minh Khánh",
        "Thành viên Hội đồng thẩm định, Văn phòng UBND tỉnh",
        _always(Role.APPRAISER, OFFICE),
    ),
    OneClick(
        "demo.chu-tich-hoi-dong",
        "Hồ Đức Vinh",
        "Chủ tịch Hội đồng thẩm định",
        _always(Role.COUNCIL_CHAIR, COMMITTEE),
    ),
    OneClick(
        "demo.kiem-soat",
        "Đinh Thị Mai",
        "Trưởng phòng Kiểm soát TTHC, Văn phòng UBND tỉnh",
        _always(Role.PROCEDURE_CONTROLLER, OFFICE),
    ),
    OneClick("demo.lanh-dao", "Huỳnh Thu Phương", "Phó Chủ tịch UBND tỉnh", _always(Role.LEADER, COMMITTEE)),
    OneClick("demo.giam-sat", "Ngô Kim Oanh", "Thanh tra viên", _always(Role.AUDITOR, INSPECTORATE)),
    OneClick("demo.quan-tri", "Vũ Hữu Long", "Quản trị hệ thống", _always(Role.ADMINISTRATOR, COMMITTEE)),
)


class People:
    """Makes people and remembers them by organisation and role."""

    def __init__(self, at: datetime, random: Random) -> None:
        self._at = at
        self._random = random
        self._by = operator("openpar")
        self._ids = dict(Organisation.objects.values_list("key", "pk"))
        self._made: dict[tuple[Role, int], Actor] = {}
        self._names: dict[str, Actor] = {}

    def organisation(self, key: str) -> int:
        return self._ids[key]

    def one_click(self) -> None:
        """The accounts of the log-in page."""
        for person in ONE_CLICK:
            user = create_user(
                by=self._by,
                at=self._at,
                username=person.username,
                full_name=person.full_name,
                position=person.position,
            )
            held = set()
            for role, key, since, until in person.held:
                give_role(
                    by=self._by,
                    at=self._at,
                    user_id=user.pk,
                    role=role,
                    organisation_id=self._ids[key],
                    held_from=since,
                    held_until=until,
                )
                held.add((role, self._ids[key]))
            actor = Actor(id=user.pk, full_name=user.full_name, held=frozenset(held))
            self._names[person.username] = actor
            for pair in held:
                self._made.setdefault(pair, actor)

    def named(self, username: str) -> Actor:
        return self._names[username]

    def of_unit(self, unit: OrganisationVersion, role: Role) -> Actor:
        """Who holds a role in a unit; made at the first question."""
        pair = (role, unit.organisation_id)
        if pair not in self._made:
            self._made[pair] = self._make(unit, role)
        return self._made[pair]

    def _make(self, unit: OrganisationVersion, role: Role) -> Actor:
        name = " ".join(self._random.choice(part) for part in (_FAMILIES, _MIDDLES, _GIVENS))
        user = create_user(
            by=self._by,
            at=self._at,
            username=f"{unit.organisation_id}.{role.lower().replace('_', '-')}",
            full_name=name,
            position=str(role.label),
        )
        give_role(
            by=self._by,
            at=self._at,
            user_id=user.pk,
            role=role,
            organisation_id=unit.organisation_id,
            held_from=unit.valid_from,
            held_until=unit.valid_until,
        )
        return Actor(id=user.pk, full_name=name, held=frozenset({(role, unit.organisation_id)}))

"""What the addresses of the pages of dossiers name, of one agency, brought in by the actions people use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from openpar.base.calendars.queries import CalendarMissing, work_calendar
from openpar.base.organisations.models import Organisation
from openpar.base.organisations.roles import Actor
from openpar.delivery.dossiers.actions.importing import import_dossiers
from openpar.delivery.dossiers.actions.mappings import save_mapping
from openpar.delivery.dossiers.mappings import suggested
from openpar.delivery.dossiers.reading.tables import DossierFile, table_of
from openpar.delivery.dossiers.waiting import keep_list
from tests.delivery.procedures.catalogue import AT, calendar

HEADER = "Đơn vị,Mã hồ sơ,Mã thủ tục,Trạng thái,Ngày nhận,Ngày hẹn trả,Ngày kết thúc xử lý,Chủ hồ sơ"


@dataclass(frozen=True)
class DossierThings:
    """A late dossier of an agency, the list it came in, a list of somebody that waits for its columns, and a
    mapping that is kept.
    """

    code: str
    batch: int
    waiting: str
    mapping: int

    def named(self, address: str) -> Mapping[str, object]:
        """The things by the names that the address gives them."""
        rule = "Q10" if address == "dossiers-quality-rule" else ""
        own = {"work": "overdue", "rule": rule, "batch_id": self.batch, "mapping_id": self.mapping}
        if address == "dossier":
            own["code"] = self.code
        if address == "dossiers-import-waiting":
            own["token"] = self.waiting
        return own


def dossier_things(
    by: Actor, agency: Organisation, *, at: datetime = AT, code: str = "H01.1"
) -> DossierThings:
    """All of it; `by` may bring dossiers in for everybody."""
    try:
        work_calendar()
    except CalendarMissing:
        calendar()
    name = agency.key

    def day(days: int) -> str:
        return f"{at - timedelta(days=days):%d/%m/%Y}"

    def number(place: int) -> str:
        return f"{code}-{at - timedelta(days=30):%y%m%d}-000{place}"

    rows = [
        f"{name},{number(1)},1.001193,Đã xử lý xong,{day(30)},{day(24)},{day(10)},Nguyễn Mẫu An",
        f"{name},{number(2)},1.001193,Đã xử lý xong,{day(30)},{day(20)},{day(24)},Trần Mẫu Bình",
        f"{name},{number(3)},1.001193,Đang xử lý,{day(30)},{day(9)},,Lê Mẫu Chi",
    ]
    file = DossierFile(f"danh-sach-{code}.csv", "\n".join([HEADER, *rows]).encode())
    mapping = suggested(table_of(file).headers)
    as_of = at - timedelta(hours=1)
    done = import_dossiers(by=by, at=at, file=file, source=f"igate {code}", mapping=mapping, as_of=as_of)
    kept = keep_list(
        user_id=by.person_id,
        name=file.name,
        source="igate",
        as_of=as_of.astimezone(UTC),
        content=file.content,
        at=at,
    )
    saved = save_mapping(by=by, at=at, source=f"igate {code}", mapping=mapping)
    return DossierThings(number(1), done.batch_id, kept.token, saved.pk)

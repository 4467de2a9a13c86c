"""A small catalogue for the tests, made by the same actions that people use."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.conf import settings

from openpar.base.accounts.models import Role
from openpar.base.accounts.queries import Actor
from openpar.base.calendars.actions import load_calendar
from openpar.base.calendars.files import shipped_calendar
from openpar.base.organisations.models import Kind, Organisation
from openpar.common.formats import VIETNAM
from openpar.delivery.procedures.actions.decisions import DecisionHead, prepare_decision
from openpar.delivery.procedures.actions.importing import Loaded, bring_in_procedures
from openpar.delivery.procedures.actions.issuing import issue_decision
from openpar.delivery.procedures.actions.lines import NewLine, add_line
from openpar.delivery.procedures.actions.provisions import (
    Offer,
    last_facts,
    last_provision,
    set_provision,
)
from openpar.delivery.procedures.actions.shared import mark_of
from openpar.delivery.procedures.actions.versions import Register, version_row, write_versions
from openpar.delivery.procedures.contents import Agency, Contents, Limit, Paper, Term
from openpar.delivery.procedures.files import ProcedureFile
from openpar.delivery.procedures.models import Procedure, ProcedureVersion, Provision, PublishingDecision
from openpar.delivery.procedures.words import (
    AgencyKind,
    Channel,
    FeeKind,
    Level,
    LimitUnit,
    LineChange,
    OnlineLevel,
    Tier,
)
from tests import factories

# A Monday in a year whose calendar is known.
AT = datetime(2026, 7, 6, 9, 0, tzinfo=VIETNAM)
TODAY = AT.date()
BIRTH = "1.001193"
MARRIAGE = "1.000894"


def office() -> Organisation:
    """The office that controls procedures; always the same."""
    found = Organisation.objects.filter(key="van-phong-ubnd").first()
    return found or factories.organisation("Văn phòng UBND tỉnh", key="van-phong-ubnd")


def calendar() -> None:
    """The shipped calendar in force: duties can be counted."""
    load_calendar(
        file=shipped_calendar(settings.OPENPAR_DATA_DIR), by=factories.registrar(), at=factories.MOMENT
    )


def controller() -> Actor:
    return factories.actor_as(Role.PROCEDURE_CONTROLLER, office())


def communes(count: int = 2) -> list[Organisation]:
    return [factories.organisation(f"Xã Số {number + 1}", kind=Kind.COMMUNE) for number in range(count)]


def working_days(count: int) -> Limit:
    return Limit(count, LimitUnit.WORKING_DAY)


SAME_DAY = Limit(None, LimitUnit.SAME_DAY)


def contents(name: str = "Đăng ký khai sinh", **others: Any) -> Contents:
    """Whole contents of a procedure of communes: nothing mandatory is missing."""
    given: dict[str, Any] = {
        "sector": "Hộ tịch",
        "levels": (Level.COMMUNE,),
        "agencies": (Agency(AgencyKind.COMMUNE),),
        "steps": "Nộp hồ sơ; nhận kết quả.",
        "manner": "Trực tiếp hoặc trực tuyến.",
        "sets": 1,
        "applicants": "Cá nhân",
        "for_citizens": True,
        "terms": (Term(limit=working_days(3), fee_kind=FeeKind.FREE),),
        "papers": (Paper("Tờ khai", originals=1),),
        **others,
    }
    return Contents(name=name, **given)


def head(number: str = "1/QĐ-UBND", **others: Any) -> DecisionHead:
    given: dict[str, Any] = {
        "signed_on": date(2026, 6, 1),
        "issuer": "UBND tỉnh",
        "tier": Tier.PROVINCE,
        "effective_on": date(2026, 7, 1),
        **others,
    }
    return DecisionHead(number=number, **given)


def decision(
    *lines: NewLine, by: Actor | None = None, at: datetime = AT, **others: Any
) -> PublishingDecision:
    """An issued decision with these lines."""
    who = by or controller()
    made = prepare_decision(by=who, at=at, head=head(**others))
    for line in lines:
        add_line(by=who, at=at, decision_id=made.pk, line=line)
    return issue_decision(by=who, at=at, decision_id=made.pk, expected_version=1)


def new(code: str = BIRTH, what: Contents | None = None) -> NewLine:
    return NewLine(code, LineChange.NEW, what or contents())


def procedure(code: str = BIRTH, what: Contents | None = None, **others: Any) -> Procedure:
    """A procedure that a decision of its own brought."""
    number = others.pop("number", f"{code}/QĐ-UBND")
    decision(new(code, what), number=number, **others)
    return Procedure.objects.get(code=code)


def from_file(code: str, what: Contents, *, since: date) -> Procedure:
    """A procedure as a file brings it: parts may be missing, which no decision here lets through."""
    found = Procedure.objects.create(code=code)
    register = Register.load(one.key for one in what.agencies)
    version = version_row(found, what, register=register, valid_from=since, valid_until=None, decision=None)
    write_versions([(version, what)], register)
    return found


def offer(
    procedure: Procedure,
    level: OnlineLevel = OnlineLevel.FULL,
    *,
    on: date = date(2026, 7, 1),
    organisation: Organisation | None = None,
    **others: Any,
) -> Provision:
    where = organisation.pk if organisation else None
    return set_provision(
        by=controller(),
        at=AT,
        procedure_id=procedure.pk,
        organisation_id=where,
        on=on,
        offer=Offer(level, **others),
        seen=mark_of(last_facts(last_provision(procedure, where))),
    )


def as_csv(rows: Sequence[Mapping[str, object]]) -> bytes:
    """Rows as a CSV file headed by the keys of all of them."""
    keys = list(dict.fromkeys(key for row in rows for key in row))
    output = io.StringIO()
    writer = csv.DictWriter(output, keys, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return output.getvalue().encode()


def row(code: str = BIRTH, valid_from: str = "2025-07-01", **others: Any) -> dict[str, object]:
    """One row of the table of procedures."""
    return {
        "code": code,
        "valid_from": valid_from,
        "name": "Đăng ký khai sinh",
        "sector": "Hộ tịch",
        "levels": "xã",
        "agencies": "UBND cấp xã",
        **others,
    }


def bring_in(*rows: Mapping[str, object], by: Actor | None = None, **tables: Any) -> Loaded:
    """The rows as a CSV file of procedures, and other tables by their word."""
    files = [ProcedureFile("thu-tuc.csv", as_csv(rows))] if rows else []
    files += [ProcedureFile(f"{word}.csv", as_csv(of_one), word) for word, of_one in tables.items()]
    return bring_in_procedures(by=by or controller(), at=AT, files=files)


def versions(code: str = BIRTH) -> list[tuple[date, date | None]]:
    """The ranges of the versions of a procedure."""
    found = ProcedureVersion.objects.filter(procedure__code=code).order_by("valid_from")
    return list(found.values_list("valid_from", "valid_until"))


ONLINE = Channel.ONLINE

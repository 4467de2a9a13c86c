"""How procedures stand on a day: the sets that are counted are those that rules and counts know."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from openpar.delivery.procedures.contents import Contents, Term
from openpar.delivery.procedures.models import Procedure, ProcedureVersion
from openpar.delivery.procedures.queries.counting import counts_of
from openpar.delivery.procedures.queries.listing import Asked, versions_asked
from openpar.delivery.procedures.queries.loading import contents_of, with_parts
from openpar.delivery.procedures.queries.standing import contents_on, standing_of
from openpar.delivery.procedures.rules import missing_parts
from openpar.delivery.procedures.words import FeeKind, OnlineLevel
from tests.delivery.procedures.catalogue import (
    TODAY,
    communes,
    contents,
    from_file,
    offer,
    procedure,
    working_days,
)

pytestmark = pytest.mark.django_db
SINCE = date(2026, 7, 1)
# One without each part that may be missing, several without one of two, and one that is whole.
LACKING: tuple[Contents, ...] = (
    contents("Đủ"),
    contents("Không trình tự", steps=""),
    contents("Không cách thức", manner=""),
    contents("Không giấy tờ", papers=()),
    contents("Không số bộ", sets=None),
    contents("Không thời hạn", terms=()),
    contents("Một kênh không thời hạn", terms=(Term(limit=working_days(3)), Term(case="Khó"))),
    contents("Không đối tượng", applicants="", for_citizens=False),
    contents("Đối tượng chỉ đánh dấu", applicants=""),
    contents("Không cơ quan", agencies=()),
    contents("Chưa nhập gì", steps="", manner="", papers=(), sets=None),
)


def catalogue() -> list[Procedure]:
    return [from_file(f"1.{number:06}", what, since=SINCE) for number, what in enumerate(LACKING, 1)]


def test_complete_in_sql_is_complete_by_the_rule_of_the_decree() -> None:
    catalogue()
    versions = with_parts(ProcedureVersion.objects.as_of(TODAY))
    wanted = {one.procedure.code for one in versions if not missing_parts(contents_of(one))}
    found = contents_on(TODAY)
    codes = dict(Procedure.objects.values_list("pk", "code"))
    assert {codes[one] for one in found.complete} == wanted == {"1.000001", "1.000009"}
    assert {codes[one] for one in found.blank} == {"1.000011"}
    assert contents_on(date(2026, 6, 30)).complete == frozenset()


def test_every_set_has_the_number_that_the_counts_have() -> None:
    here, there = communes(2)
    listed = catalogue()
    paid = replace(contents("Có phí"), terms=(Term(limit=working_days(1), fee_kind=FeeKind.FIXED, fee=8000),))
    with_fee, unpaid = (procedure(code, paid) for code in ("2.000001", "2.000002"))
    offer(with_fee, OnlineLevel.FULL, pays_online=True)
    offer(unpaid, OnlineLevel.PARTIAL, partial_reason="Xem bản chính", reason_published="Cổng")
    offer(listed[0], OnlineLevel.INFORMATION)
    offer(listed[0], OnlineLevel.FULL, organisation=here)
    for agency in (here, there):
        standing = standing_of(agency.pk, TODAY)
        versions = versions_asked(Asked(TODAY, organisation_id=agency.pk)).order_by()
        counts = counts_of(dict(versions.values_list("pk", "procedure_id")), TODAY, organisation_id=agency.pk)
        assert len(standing.handled) == counts.total == 12
        assert len(standing.online) == counts.full + counts.partial
        assert len(standing.handled - standing.stated) == counts.unknown == 9
        assert (len(standing.with_fee), len(standing.payable)) == (counts.with_fee, counts.paid_online)
        assert standing.payable == {with_fee.pk}
        assert standing.online - {with_fee.pk, unpaid.pk} == ({listed[0].pk} if agency == here else set())


def test_it_costs_as_many_queries_for_few_as_for_many() -> None:
    (here,) = communes(1)

    def cost() -> int:
        with CaptureQueriesContext(connection) as found:
            standing_of(here.pk, TODAY)
            contents_on(TODAY)
        return len(found)

    procedure("2.000001")
    few = cost()
    catalogue()
    assert cost() == few <= 6

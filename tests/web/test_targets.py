"""The page of a target: agencies record what they reached, with evidence; mistakes are corrected openly."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from openpar.base.organisations.roles import Actor
from openpar.reform.plans.classes import bound_by
from openpar.reform.plans.models import Target, TargetReading
from tests.reform.plans.test_readings import target_of
from tests.reform.plans.year import Province, moment, province
from tests.web.reading import browser_of
from tests.worlds import world

pytestmark = pytest.mark.django_db


@world
def target_people() -> Province:
    return province()


@pytest.fixture
def who(target_people: Province) -> Province:
    return target_people


@pytest.fixture(autouse=True)
def _july() -> Iterator[None]:
    with time_machine.travel(moment(date(2026, 7, 12)), tick=True):
        yield


def text_of(person: Actor, address: str) -> str:
    answer = browser_of(person).get(address)
    assert answer.status_code == 200, answer.status_code
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def address_of(row: Target) -> str:
    return f"/plans/{row.version.plan_id}/targets/{row.pk}/"


def posted(person: Actor, row: Target, **given: object) -> int:
    return browser_of(person).post(f"{address_of(row)}read/", _texts(given)).status_code


def _texts(given: Mapping[str, object]) -> dict[str, object]:
    return {"as_of_on": "30/06/2026", **given}


def test_an_agency_records_its_value_with_evidence_and_everybody_sees_who_and_when(who: Province) -> None:
    row = target_of(who, agency_class="departments")
    address = address_of(row)
    assert (
        f'href="{address}"'
        in browser_of(who.health.officer).get(f"/plans/{row.version.plan_id}/?view=targets").content.decode()
    )
    page = browser_of(who.health.officer).get(address).content.decode()
    assert f'name="organisation" value="{who.health.pk}"' in page
    status = posted(
        who.health.officer,
        row,
        organisation=who.health.pk,
        numerator="97",
        denominator="200",
        title="Báo cáo thanh toán",
        number="15/BC-SYT",
        issued_on="01/07/2026",
        upload=SimpleUploadedFile("bao-cao.pdf", b"%PDF-1.7\nreport", "application/pdf"),
        note="Theo số liệu kho bạc",
    )
    assert status == 302
    reading = TargetReading.objects.get()
    assert (reading.value, reading.organisation_id) == (Decimal("48.5"), who.health.pk)
    for reader in (who.finance.officer, who.manager):
        said = text_of(reader, address)
        assert "48,5 %" in said
        assert "97/200" in said
        assert "Đầu mối Sở Y tế" in said
        assert "Theo số liệu kho bạc" in said
    file = f"{address}documents/{reading.pk}/"
    for reader, status in ((who.health.officer, 200), (who.leader, 200), (who.finance.officer, 404)):
        answer = browser_of(reader).get(file)
        assert answer.status_code == status
        # Read to its end: only then is the file closed.
        assert answer.getvalue()


def test_of_a_class_the_page_says_who_reaches_the_target_and_sums_their_parts(who: Province) -> None:
    row = target_of(who, agency_class="departments")
    bound = len(bound_by(row, row.version.plan, date(2026, 7, 12)))
    board = f"/plans/{row.version.plan_id}/?view=targets"
    assert f"chưa có số liệu 0/{bound} đơn vị đã ghi" in text_of(who.manager, board)
    posted(who.health.officer, row, organisation=who.health.pk, numerator="90", denominator="100")
    assert f"đơn vị đã ghi đều đạt 1/{bound} đơn vị đã ghi" in text_of(who.manager, board)
    posted(who.finance.officer, row, organisation=who.finance.pk, numerator="2", denominator="10")
    said = text_of(who.manager, board)
    assert f"1 đơn vị chưa đạt 2/{bound} đơn vị đã ghi" in said
    assert "83,64 % 92/110" in said
    assert "83,64 % (92/110)" in text_of(who.manager, address_of(row))
    # A value of the whole speaks for itself.
    posted(who.manager, row, organisation="", value="54")
    assert f"còn thiếu 1 % 2/{bound} đơn vị đã ghi" in text_of(who.manager, board)


def test_when_every_agency_of_the_class_reaches_it_the_target_is_reached(who: Province) -> None:
    row = target_of(who, agency_class="communes")
    for commune in who.communes:
        posted(commune.officer, row, organisation=commune.pk, value="60")
    said = text_of(who.manager, f"/plans/{row.version.plan_id}/?view=targets")
    assert "đều đạt 2/2 đơn vị đã ghi" in said
    assert "đơn vị đã ghi đều đạt" not in said


def test_a_mistake_is_corrected_on_the_page_and_stays_readable(who: Province) -> None:
    row = target_of(who, organisation_id=who.health.pk)
    assert posted(who.health.officer, row, organisation=who.health.pk, value="90") == 302
    wrong = TargetReading.objects.get()
    again = {"organisation": who.health.pk, "value": "50", "replaces": wrong.pk}
    refused = browser_of(who.health.officer).post(f"{address_of(row)}read/", _texts(again))
    assert refused.status_code == 422
    page = refused.content.decode()
    assert "Ghi vì sao sửa" in page
    # What was typed is still there.
    assert f'id="id_value-{wrong.pk}" name="value" value="50"' in page
    assert posted(who.health.officer, row, **again, note="Gõ nhầm") == 302
    said = text_of(who.health.officer, address_of(row))
    assert "sửa cho: 90 %, 30/06/2026" in said
    assert "Gõ nhầm" in said
    assert "còn thiếu 5 %" in said
    assert posted(who.health.officer, row, **again, note="Lần nữa") == 422


def test_who_is_not_bound_records_nothing(who: Province) -> None:
    row = target_of(who, organisation_id=who.health.pk)
    page = browser_of(who.finance.officer).get(address_of(row)).content.decode()
    assert "read/" not in page
    for stranger in (who.finance.officer, who.auditor):
        assert posted(stranger, row, organisation=who.health.pk, value="60") == 404
        assert posted(stranger, row, value="60") == 404
    # Sở Nội vụ may record for the agency, and for nobody else.
    assert posted(who.manager, row, organisation=who.health.pk, value="60") == 302
    assert posted(who.manager, row, organisation=who.finance.pk, value="60") == 422


def test_what_is_missing_is_said_and_kept(who: Province) -> None:
    row = target_of(who, organisation_id=who.health.pk)
    browser = browser_of(who.health.officer)
    address = f"{address_of(row)}read/"
    for given, said in (
        ({"value": "nhiều"}, "nhiều"),
        ({"value": ""}, "chưa có kết quả"),
        ({"value": "60", "as_of_on": ""}, "chưa ghi ngày"),
        ({"value": "60", "as_of_on": "01/12/2026"}, "chưa đến ngày"),
    ):
        answer = browser.post(address, _texts({"organisation": who.health.pk, "note": "Số quý II", **given}))
        assert answer.status_code == 422
        page = answer.content.decode()
        assert said in page
        assert "Số quý II</textarea>" in page
    assert browser.get(f"/plans/{row.version.plan_id}/targets/{row.pk + 99}/").status_code == 404

"""Beside the boards of dossiers too every number leads to its list: faults of the data, sums of the past."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import numpy as np
import pytest
import time_machine
from django.test import Client

from openpar.base.accounts.models import Role
from openpar.base.notifications.models import Message
from openpar.base.organisations.models import Organisation, OrganisationVersion
from openpar.delivery.dossiers.models import QualityHit
from openpar.demo.dossiers_made import FULL, as_csv, as_rows
from tests import factories
from tests.delivery.dossiers import lists
from tests.delivery.dossiers.test_importing import written
from tests.web.conftest import LogIn
from tests.web.reading import text_of, visible
from tests.web.test_dossiers import CONTROLLER, JUNE, QUARTER, a_year_of_lists, links_of, total_on

__all__ = ["a_year_of_lists"]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _july() -> Iterator[None]:
    with time_machine.travel(lists.AT, tick=True):
        yield


def hits_on(html: str) -> int:
    """How many faults the list says it has."""
    found = re.search(r"(\d+) lỗi", visible(html))
    assert found is not None
    return int(found[1])


def test_what_is_wrong_with_the_data_of_an_agency_leads_to_the_list_of_exactly_that(
    a_year_of_lists: list[str], logged_in: LogIn
) -> None:
    browser = logged_in(CONTROLLER)
    above = Organisation.objects.get(versions__name="Xã Số 2")
    OrganisationVersion.objects.filter(name="Xã Số 1").update(parent=above)
    own = text_of(browser, f"/dossiers/agencies/?{QUARTER}")
    with_those_below = text_of(browser, f"/dossiers/agencies/?{QUARTER}&below=1")
    totals = text_of(browser, "/dossiers/quality/")
    counts = []
    for html in (own, with_those_below, totals):
        found = links_of(html, "/dossiers/quality/all/")
        assert len(found) >= 3
        for link, count in found:
            assert hits_on(text_of(browser, link)) == int(count), link
        counts.append(sum(int(count) for _link, count in found))
    assert counts[0] == counts[2] == QualityHit.objects.count()
    assert counts[1] > counts[0]
    for link, count in links_of(totals, "/dossiers/quality/Q"):
        assert total_on(text_of(browser, link)) == int(count), link


def test_who_answers_for_the_dossiers_hears_once_a_list_of_finish_dates_that_were_rewritten(
    a_year_of_lists: list[str],
) -> None:
    one = Organisation.objects.get(versions__name="Xã Số 1")
    other = Organisation.objects.get(versions__name="Xã Số 2")
    house = factories.organisation("Văn phòng UBND tỉnh", assessed=False)
    people = {
        "controller": factories.person_as(CONTROLLER, house),
        "manager": factories.person_as(Role.ROUND_MANAGER, house),
        "head": factories.person_as(Role.AGENCY_HEAD, one),
        "officer": factories.person_as(Role.FOCAL_OFFICER, one),
        "elsewhere": factories.person_as(Role.AGENCY_HEAD, other),
    }
    made = lists.year(300, seed=3)
    ended = (made.left_as == 0) & (made.finished < np.datetime64(JUNE))
    rewritten = np.concatenate([np.flatnonzero(ended & (made.agency == place))[:4] for place in (0, 2)])
    made.finished[rewritten] -= np.timedelta64(1, "D")
    again = as_csv(made.taken(rewritten), lists.moment(JUNE) + timedelta(days=1), FULL)
    for name in ("lai.csv", "lai.csv"):
        lists.brought(again, lists.moment(JUNE) + timedelta(days=1), name=name)
    told = {
        name: list(Message.objects.filter(recipient=person).values_list("text", "link"))
        for name, person in people.items()
    }
    assert [len(messages) for messages in told.values()] == [1, 1, 1, 0, 0]
    for name, count in (("controller", 8), ("manager", 8), ("head", 4)):
        ((text, link),) = told[name]
        assert text == f"{count} hồ sơ đổi ngày trả kết quả sau khi đã kết thúc."
        browser = Client()
        browser.force_login(people[name])
        assert total_on(text_of(browser, link)) == count


def test_dossiers_of_procedures_that_the_catalogue_does_not_know_have_their_list(
    a_year_of_lists: list[str], logged_in: LogIn
) -> None:
    made = lists.year(30, seed=5)
    place = FULL.index("Mã thủ tục"), FULL.index("Mã hồ sơ"), FULL.index("Tên thủ tục hành chính")
    rows = as_rows(made, lists.moment(JUNE), FULL)
    for row in rows[1:]:
        row[place[0]], row[place[1]], row[place[2]] = "", f"{row[place[1]]}99", "Việc khác"
    lists.brought(written(rows), lists.moment(JUNE), name="khac.csv")
    browser = logged_in(CONTROLLER)
    html = text_of(browser, f"/dossiers/procedures/?by=procedure&{QUARTER}")
    found = [one for one in links_of(html, "/dossiers/list/") if "procedure=-" in one[0]]
    assert found
    for link, count in found:
        assert total_on(text_of(browser, link)) == int(count), link


def test_a_list_of_a_past_period_has_those_who_stood_below_then(
    a_year_of_lists: list[str], logged_in: LogIn
) -> None:
    above, left = (Organisation.objects.get(versions__name=name) for name in ("Xã Số 2", "Xã Số 1"))
    version = OrganisationVersion.objects.get(organisation=left)
    version.pk, version.valid_from = None, lists.AT.date().replace(day=2)
    OrganisationVersion.objects.filter(organisation=left).update(parent=above, valid_until=version.valid_from)
    version.save(force_insert=True)
    browser = logged_in(CONTROLLER)
    html = text_of(browser, f"/dossiers/agencies/?{QUARTER}&below=1")
    found = [one for one in links_of(html, "/dossiers/list/") if f"agency={above.pk}&" in one[0]]
    assert found
    for link, count in found:
        assert total_on(text_of(browser, link)) == int(count), link

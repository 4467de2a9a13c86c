"""Every paper that a page of the demo offers can be had, with the numbers that the demo recorded."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client

from openpar.demo.people import HEALTH
from openpar.demo.rounds import Places
from openpar.parindex.assessments.models import Assessment, Round
from openpar.reform.inspections.models import Inspection
from tests.web.reading import browser_of, text_of

pytestmark = pytest.mark.django_db


def offered(browser: Client, address: str) -> set[str]:
    """The links of a page to files for the word processor and for printing."""
    links = re.findall(r'href="([^"]*)"', text_of(browser, address))
    return {unescape(link) for link in links if re.search(r"[./](docx|pdf)/?$", link)}


def had(browser: Client, address: str) -> set[str]:
    """All of them fetched: each is a file of its kind, and not a page that refuses it."""
    links = offered(browser, address)
    for link in links:
        answer = browser.get(link)
        assert answer.status_code == 200, (link, answer.content.decode()[:3000])
        begins = b"%PDF" if "pdf" in link else b"PK"
        assert b"".join(answer).startswith(begins), link
    return links


def test_the_papers_of_the_inspection_are_had(running_demo: Places) -> None:
    manager = browser_of(running_demo.manager)
    case = Inspection.objects.get()
    found = had(manager, f"/inspections/{case.pk}/")
    # The announcement, the conclusion and four minutes, each to edit and to print.
    assert len(found) == 2 * (2 + case.units.count())


def test_the_papers_of_the_published_round_are_had(running_demo: Places) -> None:
    manager = browser_of(running_demo.manager)
    published = Round.objects.earliest("year")
    assert len(had(manager, f"/results/{published.pk}/")) == 2
    of_health = Assessment.objects.get(round_block__round=published, organisation__key=HEALTH)
    of_unit = had(manager, f"/results/{published.pk}/{of_health.pk}/")
    # The notice of the result, and the agency's report on itself.
    assert len(of_unit) == 4

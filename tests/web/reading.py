"""A browser of somebody, and what a page says."""

from __future__ import annotations

import re

from django.test import Client

from openpar.base.accounts.models import User
from openpar.base.organisations.roles import Actor


def browser_of(person: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=person.person_id))
    return client


def text_of(browser: Client, address: str, status: int = 200) -> str:
    answer = browser.get(address)
    assert answer.status_code == status, (answer.status_code, address)
    return answer.content.decode()


def visible(html: str) -> str:
    """The words of a page, without its marks."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())

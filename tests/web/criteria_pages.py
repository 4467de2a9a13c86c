"""What the tests of criteria pages share: browsers, readable answers, single lines."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client

from openpar.base.accounts.models import User
from openpar.base.accounts.queries import Actor
from openpar.parindex.criteria.models import CriteriaSet, Criterion


def browser(who: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=who.person_id))
    return client


def text_of(answer: Any) -> str:
    """What an answer of the test client says, without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def line(criteria_set: CriteriaSet, code: str) -> Criterion:
    return Criterion.objects.get(set=criteria_set, code=code)

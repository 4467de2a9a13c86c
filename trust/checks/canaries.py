"""Personal data stays where it belongs: marked people, looked for in everything that strangers may read.

So do drafts: what one agency writes in the reform year (trust/draft_canaries.py) reaches no page, file or
message of somebody whom it does not concern.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from unittest import mock

from trust.check import SQLITE, Check, Found, Scale

_FIELDS = ("username", "full_name", "email", "position", "note", "document")
# What a person may be asked for at the door, and what follows.
_ERRORS = ("/khong-co/", "/assessments/999999/", "/people/999999/", "/results/999999/", "/documents/999999/")


@dataclass(frozen=True)
class Marked:
    """One text that stands in one personal field only."""

    token: str
    field: str


def run(scale: Scale) -> Found:
    from django.conf import settings
    from django.test.utils import setup_test_environment

    setup_test_environment()
    settings.ALLOWED_HOSTS = ["testserver"]
    marks, small = _plant(scale.of(1000, short=80), scale)
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    logging.getLogger().addHandler(handler)
    logging.getLogger().setLevel(logging.INFO)
    texts = dict(_read_by_strangers())
    texts.update(_for_publication(small))
    _refused_log_ins(marks, scale.of(20, short=3))
    texts["the log of the program"] = written.getvalue()
    violations = tuple(found_in(texts, marks))
    drafts = _drafts(scale)
    return Found(
        figures={"marked fields": len(marks), "texts searched": len(texts), **drafts.figures},
        violations=(*violations, *drafts.violations),
        planted={**_planted(marks), **drafts.planted},
    )


def _drafts(scale: Scale) -> Found:
    """Other agencies, roles and strangers ask for everything that Sở Y tế has in the reform year."""
    from openpar.common.db import taken_back
    from trust import draft_canaries as drafts
    from trust.planting import words_changed

    place, at = drafts.built(), drafts.asked_at()
    asked = list(drafts.addresses(place, only_of_the_year=scale.short))
    defects = list(drafts.DEFECTS.items())
    readers = list(place.readers)
    if scale.short:
        chance = scale.random("drafts")
        defects, readers = chance.sample(defects, 1), chance.sample(readers, 1)
    with taken_back(), words_changed("told everywhere", *drafts.TOLD_EVERYWHERE):
        drafts.messages_sent(place)
        planted = {"a message to the role in every agency": bool(drafts.told_to(place))}
    drafts.messages_sent(place)
    violations = drafts.told_to(place)
    texts = 0
    for reader in readers:
        read, found = drafts.leaks(place, reader, asked, at)
        texts, violations = texts + read, violations + found
    of_the_year = list(drafts.addresses(place, only_of_the_year=True))
    for name, (who, *words) in defects:
        reader = next(one for one in place.readers if one.name == who)
        with words_changed(name, *words):
            planted[name] = bool(drafts.leaks(place, reader, of_the_year, at)[1])
    return Found(
        {"marked drafts": len(place.marks), "readers": len(readers), "their texts": texts},
        tuple(violations),
        planted,
    )


def found_in(texts: Mapping[str, str], marks: Iterable[Marked]) -> Iterator[str]:
    """Every mark in every text."""
    every = tuple(marks)
    for place, text in texts.items():
        if "DAUVET" in text.upper():
            low = text.lower()
            yield from (f"{mark.field} {mark.token} in {place}" for mark in every if mark.token in low)


def _token(scale: Scale, field: str, number: int) -> str:
    chance = scale.random("token", field, number)
    return f"dauvet{field.replace('_', '')}{chance.randrange(10**12):012d}"


def _plant(count: int, scale: Scale) -> tuple[tuple[Marked, ...], Any]:
    """People with a marked text in every field, in a published round, with marked notes and documents."""
    from openpar.base.accounts.actions import create_user
    from openpar.base.accounts.models import Role
    from openpar.base.documents.actions import add_document
    from tests import factories
    from tests.parindex import rounds

    small = rounds.published_round()
    marks: list[Marked] = []
    people = -(-count // len(_FIELDS))
    for number in range(people):
        text = {field: _token(scale, field, number) for field in _FIELDS}
        marks += [Marked(token, field) for field, token in text.items()]
        user = create_user(
            by=factories.registrar(),
            at=factories.MOMENT,
            username=text["username"],
            full_name=text["full_name"],
            email=f"{text['email']}@example.vn",
            position=text["position"],
            password=None,
        )
        unit = (small.health, small.justice, small.home_affairs)[number % 3]
        factories.give(user, Role.FOCAL_OFFICER, unit)
        add_document(
            by=factories.actor(user),
            at=rounds.DECISION,
            owner_id=unit.pk,
            title=text["document"],
            number=text["note"],
        )
    return tuple(marks), small


def _addresses() -> Iterator[str]:
    """Every address that needs no thing, or a small number for one."""
    from django.urls import NoReverseMatch, reverse

    from trust.access import walked_urls

    values = {
        "code": "1.1.2",
        "block": "so",
        "kind": "xlsx",
        "change": "rename",
        "token": "x",
        "place": "0/000",
    }
    for name, (_, arguments) in sorted(walked_urls().items()):
        try:
            yield reverse(name, kwargs={each: values.get(each, 1) for each in arguments})
        except NoReverseMatch:
            continue
    yield from _ERRORS


def _read_by_strangers() -> Iterator[tuple[str, str]]:
    """What somebody reads who has not logged in, and somebody who has no role at all."""
    from django.test import Client

    from tests import factories

    nobody = Client(raise_request_exception=False)
    nobody.force_login(factories.person("Không vai trò"))
    for who, client in (("anonymous", Client(raise_request_exception=False)), ("nobody", nobody)):
        for address in _addresses():
            if who == "nobody" and address.startswith(("/account/", "/logout", "/password")):
                continue
            answer = client.get(address)
            yield f"{address} for {who} ({answer.status_code})", _text(answer)


def _text(answer: Any) -> str:
    from trust.asking import body_of

    return f"{body_of(answer).decode('utf-8', 'replace')} {dict(answer.headers)}"


def _for_publication(small: Any) -> Iterator[tuple[str, str]]:
    """The files of a published round that leave the house, unpacked."""
    import zipfile

    from django.test import Client
    from django.urls import reverse

    from openpar.base.accounts.models import Role
    from tests import factories
    from trust.asking import body_of

    reader = Client()
    reader.force_login(factories.person_as(Role.LEADER, small.home_affairs, "Người đọc"))
    _show_second_factor(reader)
    for name in ("round-matrix", "round-decision", "round-bundle"):
        answer = reader.get(reverse(name, args=[small.round.pk]))
        body = body_of(answer)
        if not body.startswith(b"PK"):
            raise RuntimeError(f"{name} gave no file: {answer.status_code}")
        with zipfile.ZipFile(io.BytesIO(body)) as file:
            for part in file.namelist():
                yield f"{name}: {part}", file.read(part).decode("utf-8", "replace")


def _show_second_factor(client: Any) -> None:
    from openpar.web.account.stamps import SECOND_FACTOR, Passed

    session = client.session
    session[SECOND_FACTOR] = Passed.SHOWN
    session.save()


def _refused_log_ins(marks: Iterable[Marked], most: int) -> None:
    """Wrong passwords and a failure, all of which are logged somewhere."""
    from django.test import Client

    client = Client(raise_request_exception=False)
    names = [mark.token for mark in marks if mark.field == "username"][:most]
    for name in names:
        client.post("/login/", {"username": name, "password": "sai-mat-khau-hoan-toan"})
    with mock.patch("openpar.web.home.views.render", side_effect=RuntimeError("planted failure")):
        from openpar.base.accounts.models import User

        client.force_login(User.objects.get(username=names[0]))
        client.get("/")


def _planted(marks: tuple[Marked, ...]) -> dict[str, bool]:
    """A page that shows people to everybody, and a log that names them."""
    from django.http import HttpRequest, HttpResponse
    from django.test import Client

    from openpar.base.accounts.models import User

    def talkative(_request: HttpRequest) -> HttpResponse:
        return HttpResponse(" ".join(User.objects.values_list("email", flat=True)))

    with mock.patch("django.urls.resolvers.URLPattern.resolve", _resolving_to(talkative)):
        shown = _text(Client().get("/seals/"))
    written = io.StringIO()
    logger = logging.getLogger("planted")
    logger.addHandler(logging.StreamHandler(written))
    logger.warning("somebody called %s came", next(mark.token for mark in marks if mark.field == "full_name"))
    return {
        "a page that shows people": any(found_in({"/seals/": shown}, marks)),
        "a log that names people": any(found_in({"log": written.getvalue()}, marks)),
        "a clean text is clean": not any(found_in({"clean": "không có gì"}, marks)),
    }


def _resolving_to(view: Any) -> Any:
    from django.urls.resolvers import URLPattern

    real = URLPattern.resolve

    def resolve(self: Any, path: str) -> Any:
        found = real(self, path)
        if found:
            found.func = view
        return found

    return resolve


CHECK = Check(
    "canaries",
    "personal data in no public page, log or file for publication; drafts of one agency with nobody else",
    run,
    (SQLITE,),
)

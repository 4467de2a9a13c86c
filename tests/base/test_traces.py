"""The trace, the messages and the batches: what is written beside a change, and how it reads."""

from __future__ import annotations

import pytest

from openpar.base.audit.actions import NotInTransaction, record
from openpar.base.audit.queries import history_about, history_of
from openpar.base.intake.actions import keep_batch
from openpar.base.intake.models import Batch
from openpar.base.intake.queries import accepted_before, batches, refusals_of
from openpar.base.notifications.actions import mark_all_read, tell
from openpar.base.notifications.queries import messages_of, unread_count
from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from tests import factories
from tests.factories import MOMENT

SOMEBODY = Actor(id=7, full_name="Nguyễn Văn An", held=frozenset())
GAPS = [
    Gap("dòng 3", "thiếu điểm", "Ghi điểm hoặc để trống cả dòng", code="missing"),
    Gap("dòng 9, cột D", "không phải số"),
]


@pytest.mark.django_db(transaction=True)
def test_a_trace_outside_a_transaction_is_refused() -> None:
    with pytest.raises(NotInTransaction):
        record(by=SOMEBODY, at=MOMENT, verb="say", object="score:1", label="1.1")
    with write_transaction():
        record(by=SOMEBODY, at=MOMENT, verb="say", object="score:1", label="1.1")
    assert len(history_of("score:1")) == 1


@pytest.mark.django_db
def test_the_story_shows_only_what_changed_oldest_first() -> None:
    for verb, before, after in (
        ("enter", None, {"points": "1", "note": None}),
        ("change", {"points": "1", "note": None}, {"points": "0", "note": None}),
        ("remove", {"points": "0", "note": "x"}, None),
    ):
        record(
            by=SOMEBODY,
            at=MOMENT,
            verb=verb,
            object="score:1",
            about="assessment:3",
            label="1.1",
            before=before,
            after=after,
        )
    record(by=SOMEBODY, at=MOMENT, verb="enter", object="score:2", about="assessment:3", label="1.2")
    told = history_of("score:1")
    assert [[(line.key, line.before, line.after) for line in entry.differences] for entry in told] == [
        [("note", None, None), ("points", None, "1")],
        [("points", "1", "0")],
        [("note", "x", None), ("points", "0", None)],
    ]
    assert [entry.object for entry in history_about("assessment:3")] == ["score:1"] * 3 + ["score:2"]
    assert history_of("score:10") == ()


@pytest.mark.django_db
def test_people_are_told_once_and_their_unread_messages_counted() -> None:
    an, binh = factories.person("Nguyễn An"), factories.person("Trần Bình")
    tell(recipients=[an.pk, binh.pk, an.pk], text="Đã mở kỳ", at=MOMENT)
    tell(recipients=[an.pk], text="Sắp hết hạn", link="/ky/1", at=MOMENT)
    assert [message.text for message in messages_of(an.pk)] == ["Sắp hết hạn", "Đã mở kỳ"]
    assert (unread_count(an.pk), unread_count(binh.pk)) == (2, 1)
    mark_all_read(user_id=an.pk, at=MOMENT)
    assert (unread_count(an.pk), unread_count(binh.pk)) == (0, 1)


def keep(actor: Actor, sha256: str, gaps: list[Gap], about: str = "round:1") -> Batch:
    return keep_batch(
        by=actor,
        at=MOMENT,
        kind="scores",
        file_name="diem.xlsx",
        sha256=sha256,
        accepted_rows=5,
        refusals=gaps,
        about=about,
    )


@pytest.mark.django_db
def test_a_refused_file_is_kept_with_every_refusal_and_no_row() -> None:
    person = factories.person()
    batch = Batch.objects.get(pk=keep(factories.actor(person), "a" * 64, GAPS).pk)
    assert (batch.outcome, batch.accepted_rows, batch.brought_by) == (Batch.Outcome.REFUSED, 0, person)
    assert refusals_of(batch) == tuple(GAPS)
    assert [entry.verb for entry in history_of(f"batch:{batch.pk}")] == ["refuse_file"]


@pytest.mark.django_db
def test_an_accepted_file_is_known_again_for_the_same_purpose_only() -> None:
    actor = factories.actor(factories.person())
    keep(actor, "a" * 64, GAPS)
    assert accepted_before(kind="scores", sha256="a" * 64, about="round:1") is None
    batch = keep(actor, "a" * 64, [])
    assert (batch.outcome, batch.accepted_rows) == (Batch.Outcome.ACCEPTED, 5)
    assert accepted_before(kind="scores", sha256="a" * 64, about="round:1") == batch
    assert accepted_before(kind="scores", sha256="a" * 64, about="round:2") is None
    assert accepted_before(kind="scores", sha256="b" * 64, about="round:1") is None
    assert [found.outcome for found in batches(kind="scores", about="round:1")] == ["ACCEPTED", "REFUSED"]


@pytest.mark.django_db(transaction=True)
def test_a_refusal_stays_when_the_transaction_of_the_import_is_gone() -> None:
    registrar = factories.registrar()

    def import_file() -> None:
        with write_transaction():
            tell(recipients=[factories.person().pk], text="Đã nhận", at=MOMENT)
            raise ValueError("row 3")

    with pytest.raises(ValueError, match="row 3"):
        import_file()
    keep(registrar, "a" * 64, GAPS)
    assert [batch.outcome for batch in batches()] == ["REFUSED"]
    assert batches().get().brought_by is None

"""The daily message: every agency keeps a checkpoint, nobody gets the same one twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core import mail
from pytest_django.fixtures import Settings

from openpar.base.accounts.models import Role, User
from openpar.base.audit.models import Checkpoint
from openpar.base.audit.sealing import seal
from openpar.base.notifications.actions import tell
from openpar.base.notifications.checkpoints import tell_checkpoint
from openpar.base.notifications.models import Message
from openpar.base.notifications.queries import latest_messages_of, unread_count
from tests import factories
from tests.factories import MOMENT

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _keys_of_this_test(settings: Settings, tmp_path: Path) -> None:
    settings.OPENPAR_KEYS_DIR = tmp_path / "keys"


def test_heads_and_focal_officers_keep_the_newest_checkpoint_once() -> None:
    unit = factories.organisation("Sở Y tế")
    head = factories.person_as(Role.AGENCY_HEAD, unit, "Lê Thị Hương")
    factories.person_as(Role.APPRAISER, unit, "Phạm Văn Tú")
    assert tell_checkpoint(at=MOMENT) == 0
    seal(at=MOMENT)
    assert tell_checkpoint(at=MOMENT) == 1
    message = Message.objects.get()
    assert message.recipient_id == head.pk
    newest = Checkpoint.objects.latest("size")
    assert message.text == (
        f"Mốc niêm phong nhật ký ngày 05/01/2026: {newest.size} dòng, mã đối chiếu {newest.root[:8]}…"
        " Bấm để lưu tệp làm bằng chứng."
    )
    assert tell_checkpoint(at=MOMENT + timedelta(hours=1)) == 0
    factories.organisation("Sở Tư pháp")
    seal(at=MOMENT + timedelta(days=1))
    assert tell_checkpoint(at=MOMENT + timedelta(days=1)) == 1


def told_on(day: int) -> datetime:
    """Something happens, is sealed, and the checkpoint of the day is told."""
    at = MOMENT + timedelta(days=day)
    factories.organisation(f"Sở thứ {day}")
    seal(at=at)
    tell_checkpoint(at=at)
    return at


def test_the_bell_counts_one_checkpoint_however_many_days_nobody_looks() -> None:
    head = factories.person_as(Role.AGENCY_HEAD, factories.organisation("Sở Y tế"), "Lê Thị Hương")
    tell(recipients=[head.pk], text="Kỳ đã mở", link="/rounds/1/", at=MOMENT)
    first, second, third = (told_on(day) for day in range(3))
    told = Message.objects.filter(link__startswith="/seals/").order_by("id")
    assert [(message.sent_at, message.read_at) for message in told] == [
        (first, second),
        (second, third),
        (third, None),
    ]
    assert unread_count(head.pk) == 2
    # The first page has room for six: yesterday's checkpoints take none of it.
    assert [message.link for message in latest_messages_of(head.pk)] == [told[2].link, "/rounds/1/"]


def test_only_who_gets_a_new_checkpoint_has_the_old_one_marked() -> None:
    """Somebody who is no keeper any more keeps the last message as it was."""
    unit = factories.organisation("Sở Y tế")
    former = factories.person_as(
        Role.AGENCY_HEAD, unit, "Lê Thị Hương", held_until=MOMENT.date() + timedelta(days=1)
    )
    told_on(0)
    factories.person_as(Role.AGENCY_HEAD, unit, "Bùi Thanh Sơn")
    told_on(1)
    assert unread_count(former.pk) == 1


def test_where_mail_is_set_up_the_signed_note_is_mailed(settings: Settings) -> None:
    head = factories.person_as(Role.AGENCY_HEAD, factories.organisation("Sở Y tế"), "Lê Thị Hương")
    User.objects.filter(pk=head.pk).update(email="huong@example.gov.vn")
    seal(at=MOMENT)
    settings.EMAIL_HOST = "mail.example.gov.vn"
    tell_checkpoint(at=MOMENT)
    assert [(sent.to, sent.body) for sent in mail.outbox] == [
        (["huong@example.gov.vn"], Checkpoint.objects.get().note)
    ]

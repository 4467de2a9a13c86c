"""The daily message: every agency keeps a checkpoint, nobody gets the same one twice."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.core import mail
from pytest_django.fixtures import Settings

from openpar.base.accounts.models import Role, User
from openpar.base.audit.models import Checkpoint
from openpar.base.audit.sealing import seal
from openpar.base.notifications.checkpoints import tell_checkpoint
from openpar.base.notifications.models import Message
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
    assert Checkpoint.objects.latest("size").root in message.text
    assert tell_checkpoint(at=MOMENT + timedelta(hours=1)) == 0
    factories.organisation("Sở Tư pháp")
    seal(at=MOMENT + timedelta(days=1))
    assert tell_checkpoint(at=MOMENT + timedelta(days=1)) == 1


def test_where_mail_is_set_up_the_signed_note_is_mailed(settings: Settings) -> None:
    head = factories.person_as(Role.AGENCY_HEAD, factories.organisation("Sở Y tế"), "Lê Thị Hương")
    User.objects.filter(pk=head.pk).update(email="huong@example.gov.vn")
    seal(at=MOMENT)
    settings.EMAIL_HOST = "mail.example.gov.vn"
    tell_checkpoint(at=MOMENT)
    assert [(sent.to, sent.body) for sent in mail.outbox] == [
        (["huong@example.gov.vn"], Checkpoint.objects.get().note)
    ]

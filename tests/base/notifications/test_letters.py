"""What leaves by mail: at once, in the letter of the day, or not at all, as the person chose."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.core.mail import EmailMessage
from pytest_django.fixtures import Settings

from openpar.base.accounts.models import Role, User
from openpar.base.audit.models import Entry
from openpar.base.notifications.actions import mark_all_read, tell
from openpar.base.notifications.actions.channels import choose_channels
from openpar.base.notifications.actions.letters import make_digests
from openpar.base.notifications.errors import NotificationRefused
from openpar.base.notifications.mail import send_due_mail
from openpar.base.notifications.models import Channel, Digest, Message, Pace, Topic
from openpar.base.notifications.queries import paces_of
from openpar.common.formats import VIETNAM
from tests import factories
from tests.factories import codes_of
from tests.worlds import world

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 12, 1, 7, 45, tzinfo=VIETNAM)
NIGHT = MORNING - timedelta(hours=9)


@world
def mailed_person() -> User:
    hoa = factories.person_as(Role.FOCAL_OFFICER, factories.organisation("Sở Y tế"), "Nguyễn Thị Hòa")
    hoa.email = "hoa@example.vn"
    hoa.save()
    return hoa


@pytest.fixture(autouse=True)
def _mail_is_set_up(settings: Settings) -> None:
    settings.EMAIL_HOST = "mail.example.vn"
    settings.ALLOWED_HOSTS = ["par.example.vn"]


def told(person: User, text: str = "Phiếu được trả lại", at: datetime = NIGHT, **more: object) -> None:
    tell(recipients=[person.pk], text=text, link="/assessments/7/", at=at, **more)  # type: ignore[arg-type]  # by name


def chosen(person: User, mail: Pace) -> None:
    choose_channels(by=factories.actor(person), at=NIGHT, user_id=person.pk, paces={Channel.MAIL: mail})


def test_everything_new_leaves_in_one_letter_a_day(
    mailed_person: User, mailoutbox: list[EmailMessage], settings: Settings
) -> None:
    settings.OPENPAR_SITE = "https://par.example.vn/"
    told(mailed_person, "Phiếu được trả lại")
    told(mailed_person, "Còn 7 ngày", topic=Topic.REMINDER)
    assert send_due_mail() == 0
    assert make_digests(at=MORNING) == 1
    assert send_due_mail() == 1
    (letter,) = mailoutbox
    assert letter.subject == "2 thông báo mới, ngày 01/12/2026"
    assert letter.to == ["hoa@example.vn"]
    # What is due comes first.
    assert letter.body.index("Còn 7 ngày") < letter.body.index("Phiếu được trả lại")
    assert "https://par.example.vn/assessments/7/" in letter.body
    # Nothing twice, whatever runs again.
    assert (make_digests(at=MORNING), send_due_mail()) == (0, 0)


def test_what_comes_after_the_letter_waits_for_tomorrow(mailed_person: User) -> None:
    told(mailed_person)
    make_digests(at=MORNING)
    told(mailed_person, "Mới", at=MORNING)
    assert make_digests(at=MORNING + timedelta(hours=1)) == 0
    assert make_digests(at=MORNING + timedelta(days=1)) == 1
    assert [digest.messages.count() for digest in Digest.objects.order_by("day")] == [1, 1]


def test_what_was_read_meanwhile_needs_no_letter(mailed_person: User) -> None:
    told(mailed_person)
    mark_all_read(user_id=mailed_person.pk, at=NIGHT)
    assert make_digests(at=MORNING) == 0
    assert not Message.objects.filter(is_digest_due=True).exists()


def test_nothing_waits_for_somebody_without_an_address(mailed_person: User) -> None:
    mailed_person.email = ""
    mailed_person.save()
    told(mailed_person)
    assert make_digests(at=MORNING) == 0
    assert not Message.objects.filter(is_digest_due=True).exists()


def test_without_a_mail_server_nothing_waits(mailed_person: User, settings: Settings) -> None:
    settings.EMAIL_HOST = ""
    chosen(mailed_person, Pace.AT_ONCE)
    told(mailed_person)
    told(mailed_person, "Đổi mật khẩu", by_mail=True)
    assert not Message.objects.filter(is_digest_due=True).exists()
    assert not Message.objects.filter(is_mail_due=True).exists()


@pytest.mark.parametrize(
    ("pace", "by_mail", "at_once", "in_digest"),
    [
        (Pace.AT_ONCE, False, True, False),
        (Pace.DIGEST, False, False, True),
        (Pace.NEVER, False, False, False),
        # About the way in: nobody can switch it off, nobody has to wait for it.
        (Pace.NEVER, True, True, False),
        (Pace.DIGEST, True, True, False),
    ],
)
def test_a_message_leaves_as_the_person_chose_but_for_the_way_in(
    mailed_person: User, pace: Pace, by_mail: bool, at_once: bool, in_digest: bool
) -> None:
    if pace is not Pace.DIGEST:
        chosen(mailed_person, pace)
    told(mailed_person, by_mail=by_mail)
    message = Message.objects.get()
    assert (message.is_mail_due, message.is_digest_due) == (at_once, in_digest)


def test_a_letter_about_the_way_in_has_no_link(
    mailed_person: User, mailoutbox: list[EmailMessage], settings: Settings
) -> None:
    settings.OPENPAR_SITE = "https://par.example.vn"
    told(mailed_person, "Mật khẩu đã đổi", by_mail=True)
    send_due_mail()
    assert mailoutbox[0].body == "Mật khẩu đã đổi"


def test_a_letter_that_goes_out_twice_has_the_same_number(
    mailed_person: User, mailoutbox: list[EmailMessage], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server has taken it, and we fell before we could note so."""
    told(mailed_person)
    make_digests(at=MORNING)

    def falls(**_what: object) -> None:
        raise OSError("killed")

    with monkeypatch.context() as fallen:
        fallen.setattr("openpar.base.notifications.mail.mark_digest_mailed", falls)
        with pytest.raises(OSError, match="killed"):
            send_due_mail()
    send_due_mail()
    first, second = (letter.message()["Message-ID"] for letter in mailoutbox)
    assert first == second
    assert first.endswith("@par.example.vn>")


def test_choosing_is_traced_and_ends_what_waited(mailed_person: User) -> None:
    told(mailed_person)
    chosen(mailed_person, Pace.NEVER)
    assert paces_of(mailed_person.pk)[Channel.MAIL] is Pace.NEVER
    assert make_digests(at=MORNING) == 0
    entry = Entry.objects.get(verb="channels.chosen")
    assert (entry.before, entry.after) == ({"pace_mail": "DIGEST"}, {"pace_mail": "NEVER"})
    chosen(mailed_person, Pace.NEVER)
    assert Entry.objects.filter(verb="channels.chosen").count() == 1


def test_nobody_chooses_for_somebody_else_and_gateways_gather_nothing(mailed_person: User) -> None:
    other = factories.person("Người khác")
    with pytest.raises(NotificationRefused) as refusal:
        choose_channels(
            by=factories.actor(other),
            at=NIGHT,
            user_id=mailed_person.pk,
            paces={Channel.MAIL: Pace.NEVER},
        )
    assert codes_of(refusal.value) == ["not-allowed"]
    with pytest.raises(NotificationRefused):
        choose_channels(
            by=factories.actor(mailed_person),
            at=NIGHT,
            user_id=mailed_person.pk,
            paces={Channel.GATEWAY: Pace.DIGEST},
        )

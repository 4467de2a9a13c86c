"""Gateways for messages: who makes one, what is sent and signed, where nothing is sent, and trying again."""

from __future__ import annotations

import hashlib
import hmac
import http.server
import json
import socket
import ssl
import threading
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from pytest_django.fixtures import Settings

from openpar.base.accounts.models import Role, User
from openpar.base.audit.models import Entry
from openpar.base.notifications.actions import tell
from openpar.base.notifications.actions.channels import choose_channels
from openpar.base.notifications.actions.gateways import end_gateway, make_gateway, try_gateway
from openpar.base.notifications.errors import NotificationRefused
from openpar.base.notifications.models import Channel, Delivery, Gateway, Pace, Topic
from openpar.base.notifications.rules import settings_in_force
from openpar.base.notifications.sending import deliver_due
from openpar.base.notifications.webhooks import Envelope, NoGateway, ask_gateway, gaps_of_address
from openpar.base.organisations.roles import Actor
from openpar.common.formats import VIETNAM
from tests import factories
from tests.factories import codes_of
from tests.worlds import world

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 12, 1, 7, 0, tzinfo=VIETNAM)
ADDRESS = "https://sms.example.vn/gui?kenh=zalo"
EMPTY = Envelope({}, b"{}")


@dataclass
class Office:
    """A gateway with its secret, who keeps it, and somebody who gets messages."""

    gateway: Gateway
    secret: str
    administrator: User
    hoa: User


@dataclass
class Service:
    """What a gateway got; it takes nothing while it is away."""

    is_away: bool = False
    got: list[Envelope] = field(default_factory=list)

    def __call__(self, address: str, envelope: Envelope) -> str:
        assert address == ADDRESS
        if self.is_away:
            raise NoGateway("503 Service Unavailable")
        self.got.append(envelope)
        return "202 Accepted"


@world
def gateway_office() -> Office:
    agency = factories.organisation("Sở Y tế")
    administrator = factories.person_as(Role.ADMINISTRATOR, agency, "Quản trị")
    gateway, secret = make_gateway(
        by=factories.actor(administrator),
        at=NOW,
        name=" Cổng  SMS ",
        address=ADDRESS,
        reference=Gateway.Reference.USERNAME,
    )
    hoa = factories.person_as(Role.FOCAL_OFFICER, agency, "Nguyễn Thị Hòa")
    return Office(gateway, secret, administrator, hoa)


def remind(office: Office, text: str = "Còn 7 ngày", at: datetime = NOW) -> None:
    tell(recipients=[office.hoa.pk], text=text, link="/tasks/1/", at=at, topic=Topic.REMINDER)


def deliver(service: Service, at: datetime = NOW) -> int:
    return deliver_due(by=Actor(None, "Hệ thống", frozenset()), at=at, ask=service)


def test_a_reminder_is_signed_in_the_standard_form(gateway_office: Office, settings: Settings) -> None:
    settings.OPENPAR_SITE = "https://par.example.vn"
    remind(gateway_office)
    service = Service()
    assert deliver(service) == 1
    (sent,) = service.got
    signed = f"{sent.headers['webhook-id']}.{sent.headers['webhook-timestamp']}.".encode() + sent.body
    key = b64decode(gateway_office.secret.removeprefix("whsec_"))
    expected = b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert sent.headers["webhook-signature"] == f"v1,{expected}"
    assert sent.headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    assert json.loads(sent.body) == {
        "type": "notification.reminder",
        "timestamp": NOW.astimezone(UTC).isoformat(),
        "data": {
            "person": gateway_office.hoa.username,
            "text": "Còn 7 ngày",
            "link": "https://par.example.vn/tasks/1/",
        },
    }
    assert len(key) == 32
    assert deliver(service) == 0


def test_the_secret_is_shown_once_and_sealed(gateway_office: Office) -> None:
    kept = Gateway.objects.get()
    assert (kept.name, kept.reference) == ("Cổng SMS", "USERNAME")
    assert gateway_office.secret not in kept.secret
    assert gateway_office.secret not in json.dumps(list(Entry.objects.values_list("after", flat=True)))


def test_only_reminders_go_to_a_gateway_and_only_to_who_wants_them(gateway_office: Office) -> None:
    tell(recipients=[gateway_office.hoa.pk], text="Phiếu được trả lại", at=NOW)
    tell(recipients=[gateway_office.hoa.pk], text="Mật khẩu đã đổi", at=NOW, by_mail=True)
    assert not Delivery.objects.exists()
    choose_channels(
        by=factories.actor(gateway_office.hoa),
        at=NOW,
        user_id=gateway_office.hoa.pk,
        paces={Channel.GATEWAY: Pace.NEVER},
    )
    remind(gateway_office)
    assert not Delivery.objects.exists()


def test_a_failure_is_tried_again_later_with_the_same_number_then_given_up(gateway_office: Office) -> None:
    remind(gateway_office)
    service, at, moments = Service(is_away=True), NOW, []
    for _try in range(20):
        due = Delivery.objects.get().due_at
        if due is None:
            break
        at = due
        moments.append(at - NOW)
        assert deliver(service, at - timedelta(seconds=1)) == 0
        deliver(service, at)
    retries = settings_in_force().retries
    assert moments == [sum(retries[:tried], timedelta()) for tried in range(len(retries) + 1)]
    delivery = Delivery.objects.get()
    assert (delivery.tries, delivery.given_up_at, delivery.answer) == (
        len(retries) + 1,
        at,
        "503 Service Unavailable",
    )
    assert Entry.objects.get(verb="gateway.given_up").after["tries"] == len(retries) + 1


def test_a_message_that_arrives_twice_has_the_same_number(
    gateway_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    remind(gateway_office)
    service = Service()

    def falls(**_what: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as fallen:
        fallen.setattr("openpar.base.notifications.sending.note_taken", falls)
        with pytest.raises(RuntimeError, match="killed"):
            deliver(service)
    deliver(service, NOW + timedelta(minutes=1))
    first, second = (envelope.headers["webhook-id"] for envelope in service.got)
    assert first == second


def test_a_gateway_that_is_away_keeps_no_other_waiting(gateway_office: Office) -> None:
    for number in range(6):
        remind(gateway_office, f"Việc {number}")
    service = Service(is_away=True)
    deliver(service)
    assert Delivery.objects.filter(tries=1).count() == 3
    assert Delivery.objects.filter(tries=0).count() == 3


def test_trying_out_sends_a_message_to_oneself(gateway_office: Office) -> None:
    by = factories.actor(gateway_office.administrator)
    try_gateway(by=by, at=NOW, gateway_id=gateway_office.gateway.pk)
    service = Service()
    assert deliver(service) == 1
    said = json.loads(service.got[0].body)
    assert (said["type"], said["data"]["person"]) == (
        "notification.test",
        gateway_office.administrator.username,
    )


def test_an_ended_gateway_gets_nothing_more(gateway_office: Office) -> None:
    remind(gateway_office)
    by = factories.actor(gateway_office.administrator)
    end_gateway(by=by, at=NOW, gateway_id=gateway_office.gateway.pk, reason="Hết hợp đồng")
    remind(gateway_office)
    service = Service()
    assert deliver(service) == 0
    assert [delivery.given_up_at for delivery in Delivery.objects.all()] == [NOW]
    with pytest.raises(NotificationRefused) as refusal:
        end_gateway(by=by, at=NOW, gateway_id=gateway_office.gateway.pk, reason=" ")
    assert codes_of(refusal.value) == ["reason", "ended"]
    with pytest.raises(NotificationRefused):
        try_gateway(by=by, at=NOW, gateway_id=gateway_office.gateway.pk)


def test_only_an_administrator_makes_gateways_and_hears_everything_that_is_wrong(
    gateway_office: Office,
) -> None:
    def refused(by: User, name: str, address: str) -> list[str]:
        with pytest.raises(NotificationRefused) as refusal:
            make_gateway(
                by=factories.actor(by),
                at=NOW,
                name=name,
                address=address,
                reference=Gateway.Reference.ACCOUNT,
            )
        return codes_of(refusal.value)

    assert refused(gateway_office.hoa, "Cổng", "https://x.vn/") == ["not-allowed"]
    assert refused(gateway_office.administrator, "", "http://a:b@10.0.0.1/") == [
        "name",
        "not-https",
        "address-parts",
        "inside",
    ]
    assert refused(gateway_office.administrator, "Cổng", ADDRESS) == ["address-twice"]


@pytest.mark.parametrize(
    "address",
    [
        "https://10.1.2.3/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::ffff:10.0.0.1]/",
        "https://192.168.1.1:8443/gui",
        "https://0.0.0.0/",
        "https://224.0.0.1/",
        "https://[64:ff9b::a00:1]/",
        "https://[2002:a00:1::]/",
        "http://example.vn/",
        "ftp://example.vn/",
        "https://user@example.vn/",
        "https://example.vn/#x",
        "https:///gui",
        "https://example.vn:99999/",
        "https://exa mple.vn/",
        "gui",
        "",
    ],
)
def test_addresses_inside_and_unclear_ones_are_refused(address: str) -> None:
    assert gaps_of_address(address)
    with pytest.raises(NoGateway):
        ask_gateway(address, EMPTY)


def _resolving(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[tuple[str, int]]:
    """The name leads to these addresses; returns where a line was opened to."""
    opened: list[tuple[str, int]] = []

    def found(_host: str, port: int, **_how: object) -> list[tuple[object, ...]]:
        return [(0, 0, 0, "", (address, port)) for address in addresses]

    def open_line(place: tuple[str, int], **_how: object) -> socket.socket:
        opened.append(place)
        raise ConnectionRefusedError("closed")

    monkeypatch.setattr(socket, "getaddrinfo", found)
    monkeypatch.setattr(socket, "create_connection", open_line)
    return opened


def test_a_name_that_leads_inside_is_never_spoken_to(monkeypatch: pytest.MonkeyPatch) -> None:
    opened = _resolving(monkeypatch, "93.184.216.34", "10.0.0.7")
    with pytest.raises(NoGateway, match=r"sms\.example\.vn"):
        ask_gateway(ADDRESS, EMPTY)
    assert opened == []


def test_the_line_goes_to_the_address_that_was_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that changes its mind between the look and the line leads nowhere else."""
    opened = _resolving(monkeypatch, "93.184.216.34")
    with pytest.raises(NoGateway, match="closed"):
        ask_gateway("https://sms.example.vn:8443/gui", EMPTY)
    assert opened == [("93.184.216.34", 8443)]


def test_an_allowed_host_of_the_own_network_is_spoken_to(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.OPENPAR_GATEWAY_HOSTS = ["sms.example.vn"]
    opened = _resolving(monkeypatch, "10.0.0.7")
    with pytest.raises(NoGateway, match="closed"):
        ask_gateway(ADDRESS, EMPTY)
    assert opened == [("10.0.0.7", 443)]


@pytest.fixture
def listening(tmp_path: Path, settings: Settings) -> Iterator[tuple[str, ssl.SSLContext, list[bytes]]]:
    """A gateway on this machine that takes what comes, and sends away what asks for /away."""
    settings.OPENPAR_GATEWAY_HOSTS = ["localhost"]
    certificate = certificate_of_localhost(tmp_path)
    got: list[bytes] = []

    class Taking(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(307 if self.path == "/away" else 200)
            self.send_header("Location", "https://10.0.0.1/")
            self.end_headers()

        def log_message(self, *_words: object) -> None:
            """Nothing is said."""

    server = http.server.HTTPServer(("127.0.0.1", 0), Taking)
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(certificate)
    server.socket = own.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"https://localhost:{server.server_port}", ssl.create_default_context(cafile=certificate), got
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_message_arrives_by_tls_and_is_sent_nowhere_else(
    listening: tuple[str, ssl.SSLContext, list[bytes]],
) -> None:
    address, trusting, got = listening
    assert ask_gateway(f"{address}/gui", EMPTY, trusting=trusting) == "200 OK"
    with pytest.raises(NoGateway, match="307"):
        ask_gateway(f"{address}/away", EMPTY, trusting=trusting)
    # A certificate that this machine does not believe.
    with pytest.raises(NoGateway, match="CERTIFICATE_VERIFY_FAILED"):
        ask_gateway(f"{address}/gui", EMPTY)
    assert got == [b"{}", b"{}"]


def certificate_of_localhost(folder: Path) -> Path:
    """A certificate for “localhost” signed by itself, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    since = datetime(2020, 1, 1, tzinfo=UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(since + timedelta(days=36500))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "gateway.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + built.public_bytes(Encoding.PEM))
    return path

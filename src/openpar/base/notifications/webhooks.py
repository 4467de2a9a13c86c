"""Speaking to a gateway: what is sent, how it is signed (Standard Webhooks), and to whom we speak at all.

An address that somebody typed must not make the server speak to machines of its own network. Hence: https
only, no redirects, and of a name's addresses only public ones, unless the installation allows the host
(OPENPAR_GATEWAY_HOSTS); the connection goes to the very address that was looked at.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import ipaddress
import secrets
import socket
import ssl
from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from openpar.base.notifications.rules import settings_in_force
from openpar.common.errors import Gap, Refused

_MARK = "whsec_"
_SECRET_BYTES = 32
_MOST_READ = 2048
_HTTPS = 443
_UNICAST = ipaddress.ip_network("2000::/3")
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class NoGateway(Exception):
    """The gateway did not take the message; the text says why, in words for an administrator."""


@dataclass(frozen=True)
class Envelope:
    """A signed message: the body byte by byte as it was signed."""

    headers: dict[str, str]
    body: bytes


def new_secret() -> str:
    """256 random bits, written as the standard writes them."""
    return _MARK + b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def sealed_envelope(*, webhook_id: str, body: bytes, secret: str, at: datetime) -> Envelope:
    """`body` with the three headers of Standard Webhooks 1.0: HMAC-SHA-256 over id, seconds and body."""
    seconds = str(int(at.timestamp()))
    key = b64decode(secret.removeprefix(_MARK))
    signed = b".".join((webhook_id.encode(), seconds.encode(), body))
    mark = b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    headers = {
        "Content-Type": "application/json",
        "webhook-id": webhook_id,
        "webhook-timestamp": seconds,
        "webhook-signature": f"v1,{mark}",
    }
    return Envelope(headers, body)


def gaps_of_address(address: str) -> list[Gap]:
    """Everything that speaks against an address, without asking the network."""
    where = _("Địa chỉ")
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return [
            Gap(where, _("không đọc được"), _("Ghi đủ, ví dụ https://sms.example.vn/gui"), code="address")
        ]
    gaps = []
    if parts.scheme != "https" or not parts.hostname:
        remedy = _("Ghi đủ, bắt đầu bằng https://")
        gaps.append(Gap(where, _("không phải địa chỉ https"), remedy, code="not-https"))
    if parts.username or parts.password or parts.fragment or not address.isascii() or " " in address:
        what = _("có tên đăng nhập, dấu # hoặc ký tự lạ")
        gaps.append(Gap(where, what, _("Chỉ ghi địa chỉ nhận tin"), code="address-parts"))
    literal = _literal(parts.hostname or "")
    if port == 0 or (literal and not _is_public(literal) and not _is_allowed(parts)):
        gaps.append(_gap_inside(where))
    return gaps


def ask_gateway(address: str, envelope: Envelope, *, trusting: ssl.SSLContext | None = None) -> str:
    """Sends it once; what the gateway answered when it took it (2xx). Raises NoGateway otherwise.

    trusting: which certificates are believed, those of the machine when none is given.
    """
    gaps = gaps_of_address(address)
    if gaps:
        raise NoGateway(str(Refused(gaps)))
    parts = urlsplit(address)
    seconds = settings_in_force().gateway_seconds
    try:
        line = _Pinned(parts, trusting or ssl.create_default_context(), seconds)
        try:
            path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
            line.request("POST", path, envelope.body, envelope.headers)
            answer = line.getresponse()
            answer.read(_MOST_READ)
        finally:
            line.close()
    except (OSError, http.client.HTTPException) as failure:
        raise NoGateway(f"{type(failure).__name__}: {failure}"[:180]) from failure
    said = f"{answer.status} {answer.reason}"[:180]
    if not 200 <= answer.status < 300:
        raise NoGateway(said)
    return said


class _Pinned(http.client.HTTPSConnection):
    """A line to the address that was looked at; the certificate is still asked for the name."""

    def __init__(self, parts: SplitResult, trusting: ssl.SSLContext, seconds: int) -> None:
        self._parts, self._trusting = parts, trusting
        super().__init__(str(parts.hostname), parts.port or _HTTPS, timeout=seconds, context=trusting)

    def connect(self) -> None:
        line = socket.create_connection((_address_of(self._parts), self.port), timeout=self.timeout)
        self.sock = self._trusting.wrap_socket(line, server_hostname=self.host)


def _address_of(parts: SplitResult) -> str:
    """One address of the host, when every one of them may be spoken to."""
    found = socket.getaddrinfo(parts.hostname, parts.port or _HTTPS, type=socket.SOCK_STREAM)
    addresses = [str(place[0]) for _family, _type, _proto, _name, place in found]
    if not _is_allowed(parts):
        known = [ipaddress.ip_address(one.partition("%")[0]) for one in addresses]
        if not all(map(_is_public, known)):
            raise NoGateway(str(_gap_inside(str(parts.hostname))))
    return addresses[0]


def _is_allowed(parts: SplitResult) -> bool:
    return parts.hostname in settings.OPENPAR_GATEWAY_HOSTS


def _is_public(address: _Address) -> bool:
    """Of the open network, and no IPv6 address that stands for one of IPv4: that one may be inside."""
    if not address.is_global or address.is_multicast:
        return False
    if isinstance(address, ipaddress.IPv4Address):
        return True
    return address in _UNICAST and address.sixtofour is None and address.teredo is None


def _literal(host: str) -> _Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _gap_inside(where: str) -> Gap:
    remedy = _("Người cài đặt cho phép máy này trong OPENPAR_GATEWAY_HOSTS")
    return Gap(where, _("thuộc mạng nội bộ"), remedy, code="inside")

"""Which passwords are refused, and that nothing else is."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from pytest_django.fixtures import Settings

from openpar.base.accounts.models import User

PERSON = User(username="nguyen.hoa", full_name="Nguyễn Thị Hòa", email="hoa@example.gov.vn")


def codes(password: str) -> set[str]:
    try:
        validate_password(password, PERSON)
    except ValidationError as error:
        return {str(one.code) for one in error.error_list}
    return set()


@pytest.mark.parametrize(
    "password",
    [
        "Admin@123456",
        "Matkhau@2026",
        "mật khẩu 2026",
        "P@ssw0rd2026",
        "LamDong@2026!",
        "2026sonoivu!!",
        "quantrilamdong1",
        "OpenPAR-2026",
        "Password12345678901",
        "123456789012",
        "987654321098",
        "abcdefghijkl",
        "qwertyuiopas",
        "aaaaaaaaaaaa",
        "abc123abc123",
        "iloveyou1234",
    ],
)
def test_what_is_guessed_first_is_refused(password: str) -> None:
    assert "password-easily-guessed" in codes(password)


@pytest.mark.parametrize(
    "password",
    [
        "con mèo nhà tôi thích cá",
        "bluesky after the rain",
        "839201745563",
        "hai mươi ba cây cau",
        "𝒯ôi ☕ lúc 6 giờ sáng",
        "k7#" * 3 + "Zq!v0p",
        "đường về nhà " * 5,
        "w" + "é" * 3 + "9" * 60 + "!kq",
    ],
)
def test_any_characters_will_do_and_no_kind_is_asked_for(password: str) -> None:
    assert codes(password) == set()


def test_a_thousand_characters_are_taken_as_they_are() -> None:
    user = User(username="x")
    password = " Ấm á " * 160
    user.set_password(password)
    assert user.check_password(password)
    assert not user.check_password(password[:-1])
    assert not user.check_password(password.lower())
    assert not user.check_password(password.strip())


def test_ones_own_name_is_no_password() -> None:
    assert "password_too_similar" in codes("Nguyễn Thị Hòa")
    assert "password_too_similar" in codes("nguyen.hoa2026")


@pytest.fixture
def stolen(tmp_path: Path, settings: Settings) -> list[str]:
    """A list as it is handed out: in order, with a count behind each."""
    words = [f"câu dài đã lộ số {number} ở nơi khác" for number in range(500)]
    path = tmp_path / "stolen.txt"
    digests = sorted(hashlib.sha1(word.encode()).hexdigest().upper() for word in words)
    path.write_text(
        "".join(f"{digest}:{place}\r\n" for place, digest in enumerate(digests)), encoding="ascii"
    )
    settings.OPENPAR_BREACHED_PASSWORDS = str(path)
    return words


def test_every_stolen_password_is_found_wherever_it_stands(stolen: list[str]) -> None:
    assert [word for word in stolen if codes(word) != {"password-breached"}] == []
    others = [f"câu dài chưa lộ số {number} ở đâu cả" for number in range(500)]
    assert [word for word in others if codes(word)] == []


def test_a_list_that_is_named_and_not_there_is_no_silent_pass(settings: Settings, tmp_path: Path) -> None:
    settings.OPENPAR_BREACHED_PASSWORDS = str(tmp_path / "none.txt")
    with pytest.raises(FileNotFoundError):
        codes("con mèo nhà tôi thích cá")


def test_passwords_are_kept_by_argon2id_as_costly_as_it_is_advised(passwords_as_shipped: None) -> None:
    user = User(username="x")
    user.set_password("con mèo nhà tôi thích cá")
    kind, variant, _version, cost, _salt_and_hash = user.password.split("$", 4)
    given = dict(part.split("=") for part in cost.split(","))
    assert (kind, variant) == ("argon2", "argon2id")
    assert int(given["m"]) >= 19 * 1024
    assert int(given["t"]) >= 2

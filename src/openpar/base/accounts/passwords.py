"""Which passwords are not taken: those guessed first. No rule asks for capitals, figures or signs."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from openpar.common.text import fold

# So many letters and figures around a common word are tried along with it: “Admin@123456”, “2026lamdong!!”.
_TRIED_AROUND = 8
_SHORTEST_WORD = 4
_LOOKS_LIKE = str.maketrans("@4310$5!7", "aaeiossit")
_RUNS = (
    "01234567890123456789",
    "98765432109876543210",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
)


class NotEasilyGuessed:
    """Refuses one common word, or a word of the house, with a few characters around it; runs and repetitions.

    The words of the house (the agency, the product, roles, provinces) stand in data/password_words.txt.
    """

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ValidationError."""
        plain = fold(password).replace(" ", "")
        if _is_repetition(plain) or _is_run(plain) or _is_word_with_little_around(plain):
            raise ValidationError(
                _("Mật khẩu dễ đoán: một từ quen thuộc thêm vài ký tự, hoặc dãy lặp lại. Hãy dùng một câu."),
                code="password-easily-guessed",
            )

    def get_help_text(self) -> str:
        return _("Không dùng một từ quen thuộc thêm vài ký tự, tên cơ quan, tên địa phương.")


class NotBreached:
    """Refuses what stands in a list of passwords that were stolen elsewhere, where the installation has one.

    The list (OPENPAR_BREACHED_PASSWORDS) has a SHA-1 in hexadecimal at the beginning of each line, in order,
    as such lists are handed out; nothing is asked over the network.
    """

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ValidationError; OSError when the list named in the settings cannot be read."""
        if not settings.OPENPAR_BREACHED_PASSWORDS:
            return
        digest = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()
        if _stands_in(Path(settings.OPENPAR_BREACHED_PASSWORDS), digest.encode("ascii")):
            raise ValidationError(
                _("Mật khẩu này đã bị lộ ở nơi khác. Hãy chọn mật khẩu chưa dùng ở đâu."),
                code="password-breached",
            )

    def get_help_text(self) -> str:
        return _("Không dùng mật khẩu đã bị lộ ở nơi khác.")


def _is_repetition(plain: str) -> bool:
    """A piece of up to six characters, again and again."""
    return re.fullmatch(r"(.{1,6}?)\1+.{0,2}", plain) is not None


def _is_run(plain: str) -> bool:
    """Neighbours on the keyboard, in the alphabet or among the figures, from end to end."""
    return any(plain in run for run in _RUNS)


def _is_word_with_little_around(plain: str) -> bool:
    """One familiar word, or words of the house in a row, with few or predictable characters around."""
    ends_off = re.sub(r"^[^a-z]+|[^a-z]+$", "", plain)
    for core in (re.sub(r"[^a-z]", "", plain), re.sub(r"[^a-z]", "", ends_off.translate(_LOOKS_LIKE))):
        rest = re.sub(r"[a-z]", "", plain)
        is_little = len(plain) - len(core) <= _TRIED_AROUND or _is_run(rest) or _is_repetition(rest)
        if core and is_little and _is_familiar(core):
            return True
    return False


def _is_familiar(core: str) -> bool:
    if core in _common_words():
        return True
    for word in _words_of_the_house():
        core = core.replace(word, "")
    return not core or core in _common_words()


@lru_cache(maxsize=1)
def _common_words() -> frozenset[str]:
    return frozenset(word for word in CommonPasswordValidator().passwords if len(word) >= _SHORTEST_WORD)


@lru_cache(maxsize=1)
def _words_of_the_house() -> tuple[str, ...]:
    """Folded and without blanks, the longest first."""
    path = Path(settings.OPENPAR_DATA_DIR) / "password_words.txt"
    lines = (line.partition("#")[0] for line in path.read_text(encoding="utf-8").splitlines())
    words = {fold(line).replace(" ", "") for line in lines}
    return tuple(sorted((word for word in words if len(word) >= 3), key=lambda word: (-len(word), word)))


def _stands_in(path: Path, digest: bytes) -> bool:
    """Halves the file until the line is found; a list of a billion lines takes some forty looks."""
    with path.open("rb") as file:
        low, high = 0, path.stat().st_size
        while low < high:
            middle = (low + high) // 2
            file.seek(middle)
            if middle:
                file.readline()
            line = file.readline()
            found = line[: len(digest)].upper()
            if found == digest:
                return True
            if line and found < digest:
                low = file.tell()
            else:
                high = middle
        file.seek(low)
        return file.readline()[: len(digest)].upper() == digest

"""Words by which a task is known to be secret (data/plans/table.yaml): nothing secret comes into the program,
whether it stands in a file or is typed.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from openpar.common.errors import Gap
from openpar.common.text import fold, nfc
from openpar.common.yaml_files import data_of


def secret_word_in(*texts: str) -> str:
    """The first such word in these texts; empty where there is none.

    Capitals and invisible signs are passed over, and marks where none are written: “do mat” is told, while
    “do mất điện” and “tiến độ mặt bằng” say something else.
    """
    words = _words(Path(settings.OPENPAR_DATA_DIR) / "plans" / "table.yaml")
    spelled = [_bare(text).split() for text in texts]
    return next((word for word in words if any(_stands_in(word, tokens) for tokens in spelled)), "")


def _stands_in(word: str, tokens: list[str]) -> bool:
    length = len(word.split())
    for start in range(len(tokens) - length + 1):
        said = " ".join(tokens[start : start + length])
        folded = fold(said)
        if word in said or (said == folded and fold(word) in folded):
            return True
    return False


def _bare(text: str) -> str:
    """Lower case in one spelling, without signs that nobody sees."""
    return "".join(char for char in nfc(text).lower() if unicodedata.category(char) != "Cf")


def secret_gap(where: str, word: str = "") -> Gap:
    """What is said of a secret task; `word`: by what it was known."""
    what = _("nhiệm vụ mật không đưa vào hệ thống")
    if word:
        what = _("có “%s”: nhiệm vụ mật không đưa vào hệ thống") % word
    remedy = _("Bỏ nhiệm vụ này, chỉ ghi số lượng nhiệm vụ mật của kế hoạch")
    return Gap(where, what, remedy, code="secret")


@lru_cache(maxsize=4)
def _words(path: Path) -> tuple[str, ...]:
    return tuple(nfc(word).lower() for word in data_of(path)["secret"])

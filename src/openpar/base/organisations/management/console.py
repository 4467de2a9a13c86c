"""What both loading commands share: who sits at the console, and how an outcome reads there."""

from __future__ import annotations

import getpass

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from openpar.base.organisations.imports import Loaded
from openpar.base.organisations.roles import Actor, operator
from openpar.common.errors import Refused


def console_actor() -> Actor:
    return operator(getpass.getuser())


def outcome(loaded: Loaded) -> str:
    return _("Thêm %(added)s, sửa %(changed)s, giữ nguyên %(unchanged)s dòng.") % {
        "added": loaded.added,
        "changed": loaded.changed,
        "unchanged": loaded.unchanged,
    }


def refusal(error: Refused) -> CommandError:
    head = _("Không nạp dòng nào; %s chỗ cần sửa:") % len(error.gaps)
    return CommandError("\n".join([head, *(f"  {gap}" for gap in error.gaps)]))

"""For the commands that need settings and a database: scoring files, ranking and reckoning need neither."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable

Command = Callable[[argparse.Namespace], int]


def set_up() -> None:
    """Reads the settings of this installation. Whatever asks models is imported after it."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openpar.config.settings")
    django.setup()


def with_django(command: Command) -> Command:
    """The command, run after the settings were read."""

    def run(options: argparse.Namespace) -> int:
        set_up()
        return command(options)

    return run

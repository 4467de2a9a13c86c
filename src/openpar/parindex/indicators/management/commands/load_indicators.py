"""Loads a file of definitions of indicators; running it again changes nothing."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.organisations.management.console import console_actor, refusal
from openpar.common.errors import Refused
from openpar.parindex.indicators.actions.definitions import load_definitions
from openpar.parindex.indicators.files import read_definitions


class Command(BaseCommand):
    help = "Load definitions of indicators (docs/data/indicators.md); whole or not at all, repeatable."

    def add_arguments(self, parser: ArgumentParser) -> None:
        shipped = settings.OPENPAR_DATA_DIR / "indicators" / "definitions.yaml"
        parser.add_argument("file", type=Path, nargs="?", default=shipped, help="the shipped one if left out")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            file = read_definitions(options["file"])
            loaded = load_definitions(file=file, by=console_actor(), at=timezone.now())
        except Refused as error:
            raise refusal(error) from error
        self.stdout.write(
            _("Thêm %(added)s, kết thúc %(ended)s, giữ nguyên %(unchanged)s phiên bản chỉ tiêu.")
            % {"added": loaded.added, "ended": loaded.ended, "unchanged": loaded.unchanged}
        )

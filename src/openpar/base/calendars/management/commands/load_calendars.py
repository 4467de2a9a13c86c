"""Loads a calendar file as the national calendar; running it again changes nothing."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.calendars.actions import load_calendar
from openpar.base.calendars.files import read_calendar
from openpar.base.organisations.management.console import console_actor, refusal
from openpar.common.errors import Refused


class Command(BaseCommand):
    help = "Load a working calendar (docs/data/calendars.md); whole or not at all, repeatable without harm."

    def add_arguments(self, parser: ArgumentParser) -> None:
        shipped = settings.OPENPAR_DATA_DIR / "vn_holidays.yaml"
        parser.add_argument("file", type=Path, nargs="?", default=shipped, help="the shipped one if left out")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            loaded = load_calendar(file=read_calendar(options["file"]), by=console_actor(), at=timezone.now())
        except Refused as error:
            raise refusal(error) from error
        self.stdout.write(
            _("Thêm %(added)s, thay %(changed)s, giữ nguyên %(unchanged)s mục của lịch làm việc.")
            % {"added": loaded.added, "changed": loaded.changed, "unchanged": loaded.unchanged}
        )
        if loaded.kept:
            years = ", ".join(str(year) for year in loaded.kept)
            self.stdout.write(_("Không thay năm đã có quyết định trong chương trình: %s.") % years)

"""Once a day: administrators are reminded of requests about personal data that fall due."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.organisations.management.console import console_actor
from openpar.base.privacy.actions import remind_of_data_requests


class Command(BaseCommand):
    help = "Remind administrators of requests about personal data that are due tomorrow, today or late."

    def handle(self, *args: Any, **options: Any) -> None:
        found = remind_of_data_requests(by=console_actor(), at=timezone.now())
        self.stdout.write(_("Đã nhắc %s yêu cầu.") % found)

"""The first person of an installation: an administrator, with a password typed at the console."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.accounts.actions import create_user, give_role
from openpar.base.accounts.models import Role
from openpar.base.organisations.management.console import console_actor, refusal
from openpar.base.organisations.models import Organisation
from openpar.common.db import write_transaction
from openpar.common.errors import Refused

# For an installation by a script; otherwise the password is typed.
VARIABLE = "OPENPAR_ADMINISTRATOR_PASSWORD"


class Command(BaseCommand):
    help = (
        "Create a person with the role of administrator in an organisation. The password is asked for, or "
        f"taken from the environment variable {VARIABLE}."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("full_name")
        parser.add_argument(
            "--organisation", required=True, help="key of the organisation, as 68-so-noi-vu-2025"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        organisation = Organisation.objects.filter(key=options["organisation"]).first()
        if organisation is None:
            raise CommandError(
                _("Không có đơn vị với khóa “%s”; nạp danh mục đơn vị trước (load_organisations)")
                % options["organisation"]
            )
        password = os.environ.get(VARIABLE) or getpass(_("Mật khẩu: "))
        by, at = console_actor(), timezone.now()
        try:
            with write_transaction():
                user = create_user(
                    by=by,
                    at=at,
                    username=options["username"],
                    full_name=options["full_name"],
                    password=password,
                )
                give_role(
                    by=by,
                    at=at,
                    user_id=user.pk,
                    role=Role.ADMINISTRATOR,
                    organisation_id=organisation.pk,
                    held_from=timezone.localdate(at),
                )
        except Refused as error:
            raise refusal(error) from error
        self.stdout.write(_("Đã tạo quản trị hệ thống “%s”.") % user.username)

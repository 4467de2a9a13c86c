"""Loads the communes of one province from the national list; running it again changes nothing."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from openpar.base.organisations.imports import COMMUNE_CODES_BASIS, load_communes
from openpar.base.organisations.management.console import console_actor, outcome, refusal
from openpar.common.errors import Refused


class Command(BaseCommand):
    help = "Load one province's communes, wards and special zones (docs/data/organisations.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--province", required=True, help="code of the province, as 68")
        parser.add_argument("--parent", default="", help="key of the organisation they stand under")
        parser.add_argument("--legal-basis", default=COMMUNE_CODES_BASIS)

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        try:
            loaded = load_communes(
                by=console_actor(),
                at=timezone.now(),
                communes=file.read_bytes(),
                province=options["province"],
                parent=options["parent"],
                legal_basis=options["legal_basis"],
                file_name=file.name,
            )
        except Refused as error:
            raise refusal(error) from error
        self.stdout.write(outcome(loaded))

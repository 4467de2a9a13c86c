"""Loads organisations from files; running it again changes nothing."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from openpar.base.organisations.imports import load_organisations
from openpar.base.organisations.management.console import console_actor, outcome, refusal
from openpar.common.errors import Refused


class Command(BaseCommand):
    help = "Load organisations (docs/data/organisations.md); whole or not at all, repeatable without harm."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--successions", type=Path, help="what became of which organisation")
        parser.add_argument("--blocks", type=Path, help="blocks (khối) that the organisations refer to")

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        successions: Path | None = options["successions"]
        blocks: Path | None = options["blocks"]
        try:
            loaded = load_organisations(
                by=console_actor(),
                at=timezone.now(),
                organisations=file.read_bytes(),
                successions=successions.read_bytes() if successions else None,
                blocks=blocks.read_bytes() if blocks else None,
                file_name=file.name,
            )
        except Refused as error:
            raise refusal(error) from error
        self.stdout.write(outcome(loaded))

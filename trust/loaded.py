"""What the checks load, loaded once: every check is a fork of the process that has it (trust/runner.py).

Nothing here opens a database. A fork takes on its own environment first: `take_on`.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Mapping

import django

from tests.compiled_pages import keep_compiled

django.setup()
keep_compiled()
# What takes long to load and asks for no settings; pages and actions are loaded by the check that needs them.
for _name in ("docx", "hypothesis", "jinja2", "openpyxl", "time_machine", "xlsxwriter", "django.test"):
    importlib.import_module(_name)


def take_on(environment: Mapping[str, str]) -> None:
    """From now on this process is one that was started with this environment."""
    from asgiref.local import Local
    from django.conf import Settings, settings
    from django.db import connections

    os.environ.clear()
    os.environ.update(environment)
    name = os.environ["DJANGO_SETTINGS_MODULE"]
    importlib.reload(importlib.import_module(name))
    settings._wrapped = Settings(name)
    # As they were before anybody asked for them.
    vars(connections).pop("settings", None)
    vars(connections).update(_settings=None, _connections=Local(connections.thread_critical))

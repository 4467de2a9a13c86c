"""What is said to Django of this package, the last of all that it loads."""

from __future__ import annotations

import gc
from types import ModuleType

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """While models are loaded nothing is given up; looking for it takes a sixth of the start. What is loaded
    then stays as long as the process, and is not looked through again.
    """

    name = "openpar.config"
    label = "config"

    def __init__(self, app_name: str, app_module: ModuleType | None) -> None:
        super().__init__(app_name, app_module)
        gc.disable()

    def ready(self) -> None:
        gc.freeze()
        gc.enable()

"""The verifier as a module, for tests that call its functions."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

PATH = Path(__file__).parents[2] / "verify" / "openpar_verify.py"


def load() -> ModuleType:
    """verify/openpar_verify.py, which is a script and in no package."""
    if "openpar_verify" in sys.modules:
        return sys.modules["openpar_verify"]
    spec = importlib.util.spec_from_file_location("openpar_verify", PATH)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["openpar_verify"] = module
    spec.loader.exec_module(module)
    return module

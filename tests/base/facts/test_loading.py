"""What loading the modules of the facts costs a process."""

from __future__ import annotations

import os
import subprocess
import sys

_SAID = "import django; django.setup(); import numpy, os; print(len(os.listdir('/proc/self/task')))"


def test_numpy_starts_no_threads_for_the_matrices_that_nobody_multiplies() -> None:
    # As a process begins: this one has loaded the facts and says it to its children.
    begun = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    said = subprocess.run(
        [sys.executable, "-c", _SAID], env=begun, capture_output=True, text=True, check=True
    )
    assert said.stdout.split() == ["1"]

"""What the tests of reports begin with."""

from __future__ import annotations

from tests.reports.periodic import made
from tests.reports.periodic.made import Province
from tests.worlds import world


@world
def reporting() -> Province:
    return made.province()

"""What `openpar doctor` looks at in working calendars: is the year decided, and late in it the next one?"""

from __future__ import annotations

from collections.abc import Iterator

from django.db import DatabaseError
from django.utils import timezone

from openpar.backoffice.findings import Finding, Mark, check
from openpar.base.calendars.queries import undecided_years
from openpar.base.calendars.rules import years_to_have
from openpar.common.durability import UnsoundDatabase
from openpar.common.upgrades import pending_migrations


@check
def working_calendars() -> Iterator[Finding]:
    """Due dates are counted with them; those of the last weeks of a year already with the next one's."""
    day, subject = timezone.localdate(), "lịch làm việc năm"
    try:
        undecided = {} if pending_migrations() else {each.year: each for each in undecided_years(day)}
    except (UnsoundDatabase, DatabaseError):
        return
    remedy = "Soạn ở trang Lịch làm việc và cho hiệu lực theo quyết định."
    for year in years_to_have(day):
        if year not in undecided:
            yield Finding(Mark.OK, f"{subject} {year}", "có hiệu lực")
        elif undecided[year].is_estimate:
            yield Finding(Mark.WARNING, f"{subject} {year}", "mới là dự kiến, chưa có quyết định", remedy)
        else:
            yield Finding(Mark.WARNING, f"{subject} {year}", "chưa có lịch nào có hiệu lực", remedy)

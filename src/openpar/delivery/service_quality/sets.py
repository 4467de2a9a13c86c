"""The versions of the set of indicators (data/indicators/qd766_*.yaml), by date; read once.

The days of the versions follow one another: none is without a set between the first and the last, none has
two. A period is judged by the version of its last day, whenever it is judged.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from openpar.common.errors import Gap
from openpar.common.formats import format_date
from openpar.common.yaml_files import texts_of
from openpar.delivery.service_quality.errors import InputsRefused
from openpar.engine.qd766 import IndicatorSet, in_force, indicator_set_from_mapping


def all_sets() -> tuple[IndicatorSet, ...]:
    """Every version, oldest first. Raises InvalidSet for a file, InputsRefused for days without a version or
    with two.
    """
    return _sets(Path(settings.OPENPAR_DATA_DIR) / "indicators")


def set_of(period_until: date) -> IndicatorSet | None:
    """The version for a period that ends on a day; None before the first and after the last."""
    return in_force(all_sets(), period_until)


def needed_set(period_until: date) -> IndicatorSet:
    """The same. Raises InputsRefused where there is none."""
    found = set_of(period_until)
    if found is None:
        what = _("chưa có bộ chỉ số cho kỳ kết thúc ngày %s") % format_date(period_until)
        raise InputsRefused(Gap(_("Bộ chỉ số"), what, _("Chọn kỳ khác"), code="no-set"))
    return found


def order_gaps(sets: Sequence[IndicatorSet]) -> list[Gap]:
    """Where the days of the versions, oldest first, leave a hole or overlap, and versions named twice."""
    gaps = []
    for earlier, later in pairwise(sets):
        where = f"{earlier.version} → {later.version}"
        if earlier.version == later.version:
            gaps.append(Gap(where, _("hai bộ cùng số phiên bản"), code="version-twice"))
        if earlier.valid_until is None or earlier.valid_until > later.valid_from:
            what = _("trùng thời gian từ %s") % format_date(later.valid_from)
            remedy = _("Kết thúc bộ trước vào ngày bộ sau có hiệu lực")
            gaps.append(Gap(where, what, remedy, code="sets-overlap"))
        elif earlier.valid_until < later.valid_from:
            texts = {"first": format_date(earlier.valid_until), "last": format_date(later.valid_from)}
            what = _("từ %(first)s đến trước %(last)s không có bộ nào") % texts
            gaps.append(Gap(where, what, _("Nối liền thời gian hiệu lực"), code="sets-apart"))
    return gaps


@lru_cache(maxsize=4)
def _sets(folder: Path) -> tuple[IndicatorSet, ...]:
    read = [indicator_set_from_mapping(texts_of(path)) for path in sorted(folder.glob("qd766_*.yaml"))]
    found = sorted(read, key=lambda one: one.valid_from)
    if gaps := order_gaps(found):
        raise InputsRefused(gaps)
    return tuple(found)

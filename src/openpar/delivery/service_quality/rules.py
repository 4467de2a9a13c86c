"""What keeps figures from being taken in, asked of plain values; everything at once."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from openpar.common.errors import Gap
from openpar.delivery.service_quality.models import LONGEST_REMARK, Saying
from openpar.delivery.service_quality.rows import Given
from openpar.engine.numbers import MOST_DIGITS
from openpar.engine.qd766 import Indicator, IndicatorSet, contradiction


def indicator_of(indicators: IndicatorSet, name: str) -> Indicator | None:
    """The indicator with an id."""
    return next((one for one in indicators.indicators() if one.id == name), None)


def figures_gaps(indicators: IndicatorSet, entries: Iterable[tuple[str, Given]]) -> list[Gap]:
    """Ids that the set does not have, figures that cannot both be right."""
    gaps = []
    for name, said in entries:
        known = indicator_of(indicators, name)
        if known is None:
            what = _("bộ chỉ số %s không có chỉ số này") % indicators.version
            gaps.append(Gap(name, what, code="indicator-unknown"))
            continue
        gaps += pair_gaps(known, said, where=name)
    return gaps


def pair_gaps(indicator: Indicator, said: Given, *, where: str) -> list[Gap]:
    """Why two figures of one indicator cannot be taken in."""
    if said.saying is not Saying.FIGURES:
        return []
    if any(each is not None and len(each.as_tuple().digits) > MOST_DIGITS for each in said.pair):
        return [Gap(where, _("số quá dài"), _("Kiểm tra lại số"), code="figure-long")]
    fault = contradiction(indicator, *said.pair)
    if fault:
        return [Gap(where, fault, _("Kiểm tra lại tử số và mẫu số"), code="contradiction")]
    return []


def remark_gaps(remark: str) -> list[Gap]:
    if len(remark) > LONGEST_REMARK:
        what = _("dài %d ký tự") % len(remark)
        return [Gap(_("Ghi chú"), what, _("Rút còn không quá %d") % LONGEST_REMARK, code="remark-long")]
    return []

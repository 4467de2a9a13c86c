"""What the actions on indicators begin with: the right, the indicator, the version of a period."""

from __future__ import annotations

from django.utils.translation import gettext as _

from openpar.base.organisations.roles import Actor
from openpar.common.errors import Gap
from openpar.common.formats import format_date
from openpar.engine.periods import BadPeriod, Period
from openpar.parindex.indicators.definitions import Definition
from openpar.parindex.indicators.errors import IndicatorRefused
from openpar.parindex.indicators.models import Indicator, IndicatorVersion
from openpar.parindex.indicators.queries import version_in


def refuse_unless(may: bool, by: Actor, remedy: str) -> None:
    """Nobody does here what is not theirs. Raises IndicatorRefused."""
    if not may:
        what = _("%s không có quyền làm việc này với chỉ tiêu") % by.full_name
        raise IndicatorRefused.because("", what, remedy, code="not-allowed")


def take_indicator(code: str) -> Indicator:
    """The indicator, locked until the transaction ends. Raises IndicatorRefused."""
    found = Indicator.objects.select_for_update().filter(code=code).first()
    if found is None:
        raise IndicatorRefused(unknown_gap(code))
    return found


def unknown_gap(code: str, where: str = "") -> Gap:
    """There is no such indicator."""
    what = _("không có chỉ tiêu “%s”") % code
    return Gap(where or code, what, _("Xem danh mục chỉ tiêu"), code="unknown-indicator")


def version_for(
    indicator: Indicator, year: int, number: int, *, where: str = ""
) -> tuple[IndicatorVersion, Definition, Period]:
    """The version by which a period is measured: the one valid on its last day. Raises IndicatorRefused."""
    try:
        found = version_in(indicator.versions.all(), indicator.code, year, number)
    except BadPeriod as fault:
        raise IndicatorRefused.because(where or indicator.code, str(fault), code="bad-period") from None
    if found is not None:
        return found
    what = _("không có phiên bản nào có hiệu lực trong kỳ %(number)s năm %(year)s") % {
        "number": number,
        "year": year,
    }
    raise IndicatorRefused.because(
        where or indicator.code, what, _("Kiểm tra năm, hoặc ban hành phiên bản"), code="not-valid-then"
    )


def about(indicator: Indicator) -> str:
    """The story that entries of the trace belong to."""
    return f"indicator:{indicator.pk}"


def told_of_definition(definition: Definition) -> dict[str, object]:
    """A definition as the trace tells it."""
    told: dict[str, object] = {
        name: getattr(definition, name)
        for name in (
            *("name", "numerator_label", "denominator_label", "inclusion", "legal_source"),
            *("cut_off_month", "dataset", "basis", "certainty"),
        )
    }
    return told | {
        "calendar": definition.calendar.value,
        "period_kind": definition.period_kind.value,
        "measured_unit": definition.unit,
        "numerator_counts": list(definition.numerator),
        "denominator_counts": list(definition.denominator),
        "valid_from": definition.valid_from.isoformat(),
        "valid_until": None if definition.valid_until is None else definition.valid_until.isoformat(),
    }


def label_of(definition: Definition, number: int) -> str:
    """How the trace names a version."""
    return _("%(code)s, phiên bản %(number)s từ %(day)s") % {
        "code": definition.code,
        "number": number,
        "day": format_date(definition.valid_from),
    }

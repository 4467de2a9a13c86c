"""Figures as one criteria set prints them, and its arithmetic in words: under every result, on every page."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from openpar.common.formats import MINUS, format_decimal, format_maximum
from openpar.engine.criteria import NaPolicy, NaScope, RankOn, Settings, Ties
from openpar.engine.numbers import round_for_show

NOTHING = "—"


@dataclass(frozen=True)
class Printed:
    """Rounds as the set says: `digits` decimals, in the mode of its settings."""

    digits: int
    mode: str

    @classmethod
    def of(cls, settings: Settings) -> Printed:
        return cls(settings.digits, settings.rounding_mode)

    def rounded(self, value: Decimal | None) -> Decimal | None:
        """The number as printed, still a number; None stays None."""
        return None if value is None else round_for_show(value, self.digits, self.mode)

    def text(self, value: Decimal | None) -> str:
        """“57,52”; no figure is a dash, never a zero."""
        return NOTHING if value is None else format_decimal(round_for_show(value, self.digits, self.mode))

    def signed(self, value: Decimal | None) -> str:
        """A difference with its sign: “−19,68”, “+1,20”, “0,00”. Computed before, rounded here."""
        if value is None:
            return NOTHING
        shown = round_for_show(abs(value), self.digits, self.mode)
        sign = "" if not shown else MINUS if value < 0 else "+"
        return sign + format_decimal(shown)


def maximum_text(value: Decimal) -> str:
    """Maximum points, without zeros at the end: 0,5; 10; 20,5."""
    return format_maximum(value)


def settings_lines(settings: Settings, block_code: str, *, is_sample: bool) -> tuple[tuple[str, str], ...]:
    """What a reader must know to recompute the result: (heading, sentence)."""
    lines = [
        (_("Làm tròn"), _rounding(settings)),
        (_("Bằng điểm"), _ties(settings)),
        (_("Xếp hạng theo"), _ranked_on(settings)),
        (_("Tiêu chí không áp dụng"), _removed(settings)),
        (_("Xếp loại"), bands_text(settings, block_code)),
    ]
    if settings.bonus_max or settings.penalty_max:
        caps = _("Thưởng không quá %(bonus)s điểm, trừ không quá %(penalty)s điểm") % {
            "bonus": format_maximum(settings.bonus_max),
            "penalty": format_maximum(settings.penalty_max),
        }
        if settings.total_cap is not None:
            caps += _(", tổng không quá %s điểm") % format_maximum(settings.total_cap)
        lines.append((_("Thưởng, trừ"), caps + "."))
    if is_sample:
        lines.append(
            (_("Bộ tiêu chí"), _("Bộ tiêu chí mẫu do chương trình đặt ra để dùng thử, không phải văn bản."))
        )
    return tuple(lines)


def _rounding(settings: Settings) -> str:
    modes = {"HALF_UP": _("làm tròn nửa lên"), "DOWN": _("bỏ phần lẻ")}
    return _(
        "Hiển thị %(digits)d chữ số thập phân, %(mode)s; tính trên số chính xác, chỉ làm tròn khi hiển thị."
    ) % {"digits": settings.digits, "mode": modes.get(settings.rounding_mode.upper(), settings.rounding_mode)}


def _ties(settings: Settings) -> str:
    if settings.ties is Ties.COMPETITION:
        return _("Cùng hạng, hạng kế tiếp bỏ trống (1, 1, 3).")
    if settings.ties is Ties.DENSE:
        return _("Cùng hạng, hạng kế tiếp liền nhau (1, 1, 2).")
    breakers = ", ".join(settings.tie_breakers)
    return _("Xét tiếp lần lượt: %s.") % breakers if breakers else _("Cùng hạng.")


def _ranked_on(settings: Settings) -> str:
    if settings.rank_on is RankOn.DISPLAYED:
        return _("Chỉ số đã làm tròn như hiển thị.")
    return _("Chỉ số chính xác, chưa làm tròn.")


def _removed(settings: Settings) -> str:
    if settings.na_policy is NaPolicy.FULL_MARKS:
        return _("Được tính đủ điểm.")
    if settings.na_policy is NaPolicy.SHRINK_DENOMINATOR:
        return _("Trừ khỏi điểm tối đa.")
    if settings.na_scope is NaScope.FIELD:
        return _("Quy đổi điểm còn lại về điểm tối đa, theo từng lĩnh vực.")
    return _("Quy đổi điểm còn lại về điểm tối đa của phần thẩm định.")


def bands_text(settings: Settings, block_code: str) -> str:
    """The classes with their bounds: “Xuất sắc: từ 90 trở lên; Tốt: từ 80; …”."""
    bands = settings.bands_for(block_code)
    if not bands:
        return _("Bộ tiêu chí không quy định xếp loại.")
    return "; ".join(f"{band.name}: {band.interval.words()}" for band in bands) + "."

"""Settings and levels of a criteria set in words, as pages and documents print them."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from openpar.common.formats import format_maximum
from openpar.engine.criteria import NaPolicy, NaScope, RankOn, Settings, Ties
from openpar.engine.numbers import ROUNDING_MODES

LEVELS = (
    ("department", gettext_lazy("Sở, ban, ngành")),
    ("commune", gettext_lazy("Xã, phường, đặc khu")),
    ("district", gettext_lazy("Huyện, thị xã, thành phố (trước 01/7/2025)")),
    ("province", gettext_lazy("Tỉnh, thành phố")),
    ("ministry", gettext_lazy("Bộ, cơ quan ngang bộ")),
)
NA_POLICIES = (
    (NaPolicy.RESCALE_APPRAISAL.value, gettext_lazy("Quy phần thẩm định còn lại về đủ điểm của phần đó")),
    (NaPolicy.SHRINK_DENOMINATOR.value, gettext_lazy("Bớt điểm tối đa của tiêu chí khỏi mẫu số")),
    (NaPolicy.FULL_MARKS.value, gettext_lazy("Cho đủ điểm tối đa của tiêu chí")),
)
NA_SCOPES = (
    (NaScope.WHOLE.value, gettext_lazy("trên toàn phần thẩm định")),
    (NaScope.FIELD.value, gettext_lazy("trong từng lĩnh vực")),
)
TIES = (
    (Ties.COMPETITION.value, gettext_lazy("Cùng hạng, bỏ hạng kế tiếp (1, 1, 3)")),
    (Ties.DENSE.value, gettext_lazy("Cùng hạng, không bỏ hạng (1, 1, 2)")),
    (Ties.ORDINAL.value, gettext_lazy("Phân hạng bằng tiêu chí phụ (1, 2, 3)")),
)
RANK_ON = (
    (RankOn.EXACT.value, gettext_lazy("theo chỉ số chính xác, chưa làm tròn")),
    (RankOn.DISPLAYED.value, gettext_lazy("theo chỉ số đã làm tròn như hiển thị")),
)
_ROUNDING_WORDS = {
    "HALF_UP": gettext_lazy("từ 5 trở lên làm tròn lên"),
    "HALF_EVEN": gettext_lazy("đúng 5 thì về số chẵn"),
    "HALF_DOWN": gettext_lazy("đúng 5 thì làm tròn xuống"),
    "DOWN": gettext_lazy("bỏ phần thừa"),
    "UP": gettext_lazy("luôn làm tròn ra xa 0"),
    "FLOOR": gettext_lazy("luôn làm tròn xuống"),
    "CEILING": gettext_lazy("luôn làm tròn lên"),
    "05UP": gettext_lazy("ra xa 0 nếu chữ số cuối là 0 hoặc 5"),
}
ROUNDING = tuple((mode.lower(), _ROUNDING_WORDS.get(mode, mode)) for mode in ROUNDING_MODES)
_PARTS = {"appraised": gettext_lazy("phần thẩm định"), "outside": gettext_lazy("phần từ bên ngoài")}


def level_words(level: str) -> str:
    """The level of agencies in words; a level of one's own stays as it is written."""
    return str(dict(LEVELS).get(level, level))


def settings_in_words(settings: Settings) -> tuple[tuple[str, str], ...]:
    """Label and sentence of each setting, bands aside."""
    policy = str(dict(NA_POLICIES)[settings.na_policy.value])
    if settings.na_policy is NaPolicy.RESCALE_APPRAISAL:
        policy = f"{policy}, {dict(NA_SCOPES)[settings.na_scope.value]}"
    ties = str(dict(TIES)[settings.ties.value])
    if settings.tie_breakers:
        named = ", ".join(str(_PARTS.get(code, code)) for code in settings.tie_breakers)
        ties = _("%(ties)s, lần lượt: %(named)s") % {"ties": ties, "named": named}
    rounding = dict(ROUNDING).get(settings.rounding_mode.lower(), settings.rounding_mode)
    cap = _("không có trần")
    if settings.total_cap is not None:
        cap = _("tổng không quá %s") % format_maximum(settings.total_cap)
    extra = _("thưởng tối đa %(bonus)s, phạt tối đa %(penalty)s; %(cap)s") % {
        "bonus": format_maximum(settings.bonus_max),
        "penalty": format_maximum(settings.penalty_max),
        "cap": cap,
    }
    return (
        (_("Tiêu chí không áp dụng"), policy),
        (
            _("Làm tròn khi hiển thị"),
            _("%(digits)d chữ số thập phân, %(how)s") % {"digits": settings.digits, "how": rounding},
        ),
        (_("Bằng điểm"), ties),
        (_("Căn cứ xếp hạng"), str(dict(RANK_ON)[settings.rank_on.value])),
        (_("Điểm thưởng, điểm phạt"), extra),
    )


def bands_in_words(settings: Settings) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Per block code ("" for all other blocks) the classes with their bounds on the index, in words."""
    groups = (("", settings.bands), *settings.bands_by_block)
    return tuple(
        (block, tuple((band.name, band.interval.words()) for band in bands))
        for block, bands in groups
        if bands
    )

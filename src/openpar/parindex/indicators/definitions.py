"""What an indicator is, as the legal text says it: plain data, and what is wrong with it. Needs no Django."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from openpar.common.errors import Gap
from openpar.common.formats import format_date
from openpar.common.wording import gettext as _
from openpar.common.wording import gettext_noop
from openpar.engine.periods import Calendar, Period, PeriodKind, months_of, period, year_to_date

CERTAINTIES = ("V", "S", "R")
_WORD = re.compile(r"[a-z0-9_]+", re.ASCII)
LONGEST_CODE = 60
_MOST_TEXT = {"name": 300, "unit": 60, "numerator_label": 200, "denominator_label": 200, "legal_source": 500}
_LABELS = {
    "name": gettext_noop("tên"),
    "unit": gettext_noop("đơn vị tính"),
    "numerator_label": gettext_noop("tử số là gì"),
    "denominator_label": gettext_noop("mẫu số là gì"),
    "inclusion": gettext_noop("cách tính vào"),
    "legal_source": gettext_noop("căn cứ"),
}


@dataclass(frozen=True)
class Definition:
    """One version of the definition of an indicator, valid during [valid_from, valid_until).

    Counted from facts, `numerator` and `denominator` are the names of counts of `dataset` that are added up,
    over the months of the period in the `basis` that says by which month; without a dataset values are
    reported or imported. `cut_off_month`: a year is counted to the end of this month of its calendar.
    `certainty`: V verified, S seen, R inferred.
    """

    code: str
    name: str
    unit: str
    numerator_label: str
    denominator_label: str
    inclusion: str
    legal_source: str
    valid_from: date
    valid_until: date | None = None
    calendar: Calendar = Calendar.REFORM
    period_kind: PeriodKind = PeriodKind.YEAR
    cut_off_month: int | None = None
    dataset: str = ""
    basis: str = ""
    numerator: tuple[str, ...] = ()
    denominator: tuple[str, ...] = ()
    certainty: str = "R"

    @property
    def is_counted(self) -> bool:
        """Are its values computed from facts?"""
        return bool(self.dataset)

    @property
    def counts(self) -> tuple[str, ...]:
        """The counts that it needs, each once."""
        return tuple(dict.fromkeys((*self.numerator, *self.denominator)))

    def period(self, year: int, number: int = 1) -> Period:
        """The period with this number, cut off where the definition says. Raises BadPeriod."""
        if self.cut_off_month is not None:
            return year_to_date(self.calendar, year, self.cut_off_month)
        return period(self.calendar, self.period_kind, year, number)

    def has_same_content(self, other: Definition) -> bool:
        """Do both say the same, whatever their ends?"""
        return _content(self) == _content(other)


def months_in(during: Period) -> tuple[tuple[int, int], tuple[int, int]]:
    """The first and the last month of a period as (year, month) of its own calendar, both included."""
    months = months_of(during)
    return (months[0].year, months[0].number), (months[-1].year, months[-1].number)


def _content(one: Definition) -> tuple[object, ...]:
    found = dict(vars(one))
    del found["valid_until"]
    return tuple(found.items())


def is_code(text: str) -> bool:
    """Words of small letters, digits and underscores, with dots between them, the first begun by a letter."""
    words = text.split(".")
    return len(text) <= LONGEST_CODE and text[:1].isalpha() and all(map(_WORD.fullmatch, words))


def gaps_of_definition(one: Definition, where: str = "") -> Iterator[Gap]:
    """Everything that is missing or contradicts itself."""
    where = where or one.code
    if not is_code(one.code):
        what = _("“%(code)s” không phải là mã chỉ tiêu", code=one.code[:LONGEST_CODE])
        yield Gap(where, what, _("Viết như dossier.on_time_ratio: chữ thường, số, dấu chấm"), code="bad-code")
    for name, label in _LABELS.items():
        text = getattr(one, name).strip()
        if not text:
            what = _("chưa nêu %(label)s", label=_(label))
            yield Gap(where, what, _("Ghi theo văn bản quy định chỉ tiêu"), code=f"no-{name}")
        elif len(text) > _MOST_TEXT.get(name, 4000):
            what = _("%(label)s dài quá %(most)s ký tự", label=_(label), most=_MOST_TEXT.get(name, 4000))
            yield Gap(where, what, _("Rút gọn"), code="too-long")
    if one.valid_until is not None and one.valid_until <= one.valid_from:
        what = _("ngày hết hiệu lực không sau ngày bắt đầu hiệu lực")
        yield Gap(where, what, _("Sửa một trong hai ngày"), code="ends-before")
    if one.certainty not in CERTAINTIES:
        what = _("không hiểu độ chắc chắn “%(text)s”", text=one.certainty)
        yield Gap(where, what, ", ".join(CERTAINTIES), code="certainty")
    if one.cut_off_month is not None:
        yield from _gaps_of_cut_off(one, where)
    yield from _gaps_of_counts(one, where)


def _gaps_of_cut_off(one: Definition, where: str) -> Iterator[Gap]:
    if one.period_kind is not PeriodKind.YEAR:
        what = _("chỉ kỳ năm mới chốt sớm ở cuối một tháng")
        yield Gap(where, what, _("Bỏ mốc chốt, hoặc đổi kỳ thành năm"), code="cut-off")
    elif not 1 <= (one.cut_off_month or 0) <= 12:
        what = _("tháng chốt số liệu phải từ 1 đến 12")
        yield Gap(where, what, _("Ghi số tháng, hoặc bỏ trống: tính cả kỳ"), code="cut-off")


def _gaps_of_counts(one: Definition, where: str) -> Iterator[Gap]:
    if not one.dataset:
        if one.basis or one.numerator or one.denominator:
            what = _("nêu số đếm mà không nêu tập dữ liệu")
            yield Gap(where, what, _("Ghi tập dữ liệu, hoặc bỏ các số đếm"), code="no-dataset")
        return
    for given, what in (
        (one.basis, _("chưa nêu tính theo tháng nào (tiếp nhận, đến hạn, kết thúc)")),
        (one.numerator, _("chưa nêu số đếm của tử số")),
        (one.denominator, _("chưa nêu số đếm của mẫu số")),
    ):
        if not given:
            yield Gap(where, what, _("Ghi tên như trong khai báo của tập dữ liệu"), code="no-counts")
    for names in (one.numerator, one.denominator):
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            what = _("số đếm %(names)s cộng hai lần", names=", ".join(twice))
            yield Gap(where, what, _("Mỗi số đếm ghi một lần"), code="twice")


def gaps_of_chain(versions: Sequence[Definition]) -> Iterator[Gap]:
    """Where the versions of one indicator, in the order of their beginnings, leave days out or share days."""
    for earlier, later in pairwise(versions):
        if earlier.valid_until == later.valid_from:
            continue
        ends = None if earlier.valid_until is None else format_date(earlier.valid_until)
        if earlier.valid_until is not None and earlier.valid_until < later.valid_from:
            what = _(
                "không có phiên bản nào từ %(ends)s đến trước %(begins)s",
                ends=ends,
                begins=format_date(later.valid_from),
            )
            code = "gap-in-time"
        else:
            what = _("hai phiên bản cùng có hiệu lực từ %(begins)s", begins=format_date(later.valid_from))
            code = "overlap-in-time"
        yield Gap(
            later.code, what, _("Phiên bản sau bắt đầu đúng ngày phiên bản trước hết hiệu lực"), code=code
        )

"""What is wrong with what is said of a subject, all of it at once. Looks at values, asks no database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from openpar.common.errors import Gap
from openpar.common.formats import format_date, format_decimal
from openpar.reform.monitors.registers import Register
from openpar.reform.monitors.rules.counted import broken_identities

MOST = 10_000_000
_YEARS = range(2011, 2101)
# Days that may lie ahead.
_PLANNED_DAYS = frozenset({"due_on"})
# What happened before what.
_IN_ORDER = (
    ("first_announced_on", "announced_on"),
    ("submitted_on", "approved_on"),
    ("approved_on", "staffed_on"),
)
# A day that only its document proves.
_PROVED_BY = (
    ("announced_on", "announcement"),
    ("internal_audit_on", "internal_audit"),
    ("management_review_on", "management_review"),
    ("submitted_on", "submission"),
    ("approved_on", "approval"),
    ("issued_on", "plan"),
)


def value_gaps(register: Register, said: Mapping[str, Any], today: date) -> list[Gap]:
    """Every gap of an entry: missing, too long, out of bounds, in the wrong order, unproved, impossible."""
    gaps = [gap for name in register.fields for gap in _gaps_of(register, name, said[name], today)]
    gaps += _order_gaps(register, said)
    gaps += [
        Gap(register.label(proof), _("chưa có văn bản của ngày này"), _("Chọn văn bản"), code="no-document")
        for day, proof in _PROVED_BY
        if said.get(day) is not None and proof in said and said[proof] is None
    ]
    gaps += _subject_gaps(register, said)
    return gaps + _identity_gaps(register, said, today)


def _gaps_of(register: Register, name: str, value: object, today: date) -> list[Gap]:
    where, field = register.label(name), register.model._meta.get_field(name)
    if value in (None, ""):
        if name in register.is_needed:
            return [Gap(where, _("để trống"), _("Ghi nội dung"), code="missing")]
        return []
    if isinstance(field, models.DateField):
        return _day_gaps(where, name, value, today)
    if isinstance(field, models.ForeignKey):
        return []
    # A column that is kept as text, but is no text to whoever reads it, is a figure (ExactDecimalField).
    if isinstance(field, models.CharField | models.TextField):
        longest = field.max_length or 4000
        if len(str(value)) > longest:
            return [Gap(where, _("dài quá %d ký tự") % longest, _("Rút ngắn"), code="too-long")]
        if field.choices and value not in dict(field.choices):
            return [Gap(where, _("không có trong danh sách"), _("Chọn trong danh sách"), code="no-choice")]
        return []
    return _figure_gaps(where, name, value)


def _day_gaps(where: str, name: str, value: object, today: date) -> list[Gap]:
    if not isinstance(value, date):
        return [Gap(where, _("không phải ngày"), code="no-day")]
    if name not in _PLANNED_DAYS and value > today:
        what = _("%s là ngày chưa đến") % format_date(value)
        return [Gap(where, what, _("Ghi ngày đã diễn ra"), code="day-in-future")]
    return []


def _figure_gaps(where: str, name: str, value: object) -> list[Gap]:
    if not isinstance(value, int | Decimal) or isinstance(value, bool):
        return [Gap(where, _("không phải số"), code="no-figure")]
    if name == "year" and value not in _YEARS:
        return [Gap(where, _("không có năm %s") % value, code="no-year")]
    if name == "quarter" and value not in range(1, 5):
        return [Gap(where, _("quý từ 1 đến 4"), code="no-quarter")]
    if not 0 <= value <= MOST:
        return [Gap(where, _("phải từ 0 đến %s") % format_decimal(MOST), code="out-of-bounds")]
    return []


def _order_gaps(register: Register, said: Mapping[str, Any]) -> list[Gap]:
    gaps = []
    for first, then in _IN_ORDER:
        earlier, later = said.get(first), said.get(then)
        if not isinstance(earlier, date) or not isinstance(later, date) or earlier <= later:
            continue
        what = _("trước ngày “%(first)s” %(day)s") % {
            "first": register.label(first),
            "day": format_date(earlier),
        }
        gaps.append(Gap(register.label(then), what, _("Xem lại hai ngày"), code="days-in-order"))
    return gaps


def _subject_gaps(register: Register, said: Mapping[str, Any]) -> list[Gap]:
    """A service unit has a name, the agency itself has none."""
    if "unit_kind" not in said:
        return []
    where, name = register.label("unit_name"), said["unit_name"]
    if said["unit_kind"] == "SERVICE_UNIT" and not name:
        return [Gap(where, _("để trống"), _("Ghi tên đơn vị sự nghiệp"), code="missing")]
    if said["unit_kind"] == "AGENCY" and name:
        return [Gap(where, _("chỉ ghi cho đơn vị sự nghiệp"), _("Bỏ trống"), code="name-of-agency")]
    return []


def _identity_gaps(register: Register, said: Mapping[str, Any], today: date) -> list[Gap]:
    counts = {name: value for name, value in said.items() if value is None or isinstance(value, int)}
    gaps = []
    for one in broken_identities(counts, register.law(today)):
        below = register.label(one.below)
        if one.less:
            below = _("%(whole)s trừ %(less)s") % {"whole": below, "less": register.label(one.less).lower()}
        left = (counts[one.below] or 0) - (counts.get(one.less) or 0 if one.less else 0)
        what = _("%(above)s lớn hơn “%(label)s” (%(below)s)") % {
            "above": format_decimal(counts[one.above] or 0),
            "label": below,
            "below": format_decimal(left),
        }
        gaps.append(Gap(register.label(one.above), what, _("Xem lại hai số"), code="above-whole"))
    return gaps

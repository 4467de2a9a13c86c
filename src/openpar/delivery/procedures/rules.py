"""Pure questions about contents, decisions and offers: gaps, deadlines, is it late. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from django.utils.translation import gettext as _

from openpar.common.errors import Gap
from openpar.common.formats import format_date
from openpar.delivery.procedures.contents import Contents, Limit, twice
from openpar.delivery.procedures.duties import PUBLISH, PUBLISH_FAST, UPLOAD, DutyRule, duty_rule
from openpar.delivery.procedures.levels import district_until, online_levels_on, partial_needs_reason_from
from openpar.delivery.procedures.words import (
    MANDATORY,
    FeeKind,
    Level,
    LimitUnit,
    OnlineLevel,
    Part,
    Tier,
)
from openpar.engine import workdays

LONGEST_NAME = 500


class Workdays(Protocol):
    """A dated calendar that knows the working days of its years; IndexError for a day it does not know."""

    def is_working(self, day: date, /) -> bool: ...


def engine_limit(limit: Limit) -> workdays.Limit:
    """A time limit as the engine counts due dates with it; within the day is one of its unit."""
    return workdays.Limit(1 if limit.count is None else limit.count, workdays.Unit[limit.unit.name])


# The parts of a procedure


def missing_parts(contents: Contents) -> tuple[Part, ...]:
    """NĐ 63/2010 Art. 8: which of the seven parts every procedure must have are not stated.

    A time limit is missing as soon as one channel or case has none.
    """
    is_there = {
        Part.NAME: bool(contents.name),
        Part.STEPS: bool(contents.steps),
        Part.MANNER: bool(contents.manner),
        Part.PAPERS: bool(contents.papers) and contents.sets is not None,
        Part.LIMIT: bool(contents.terms) and all(term.limit is not None for term in contents.terms),
        Part.APPLICANTS: bool(contents.applicants) or contents.for_citizens or contents.for_businesses,
        Part.AGENCY: bool(contents.agencies),
    }
    return tuple(part for part in MANDATORY if not is_there[part])


def conditional_parts(contents: Contents) -> tuple[Part, ...]:
    """Which of the four parts that only some procedures have (NĐ 63/2010 Art. 8.3) are stated."""
    is_there = {
        Part.FORMS: bool(contents.forms),
        Part.RESULT: bool(contents.result),
        Part.CONDITIONS: bool(contents.conditions),
        Part.FEE: contents.has_fee is not None,
    }
    return tuple(part for part, there in is_there.items() if there)


def contents_gaps(contents: Contents, *, valid_from: date, where: str) -> list[Gap]:
    """What keeps contents out of the catalogue; a part not stated yet is no reason (`missing_parts`)."""
    gaps = [*_head_gaps(contents, valid_from, where)]
    doubled = twice([(term.channel, term.case) for term in contents.terms])
    for channel, case in doubled:
        named = " · ".join(str(word) for word in (channel.label if channel else "", case) if word)
        what = _("thời hạn ghi hai lần: %s") % (named or _("mọi kênh, mọi trường hợp"))
        gaps.append(Gap(where, what, _("Mỗi kênh và trường hợp ghi một lần"), code="term-twice"))
    for term in contents.terms:
        gaps += _limit_gaps(term.limit, where)
        if (term.fee is not None and term.fee > 0) != (term.fee_kind is FeeKind.FIXED):
            remedy = _("Mức cố định thì có số tiền, không thu hoặc theo quy định riêng thì không")
            gaps.append(Gap(where, _("loại phí và số tiền không khớp"), remedy, code="fee-unfit"))
    for body in contents.bodies:
        gaps += _limit_gaps(body.limit, where)
    if contents.bodies and sum(body.is_lead for body in contents.bodies) != 1:
        what = _("thủ tục liên thông cần đúng một cơ quan đầu mối")
        gaps.append(Gap(where, what, _("Đánh dấu một cơ quan là đầu mối"), code="one-lead"))
    return gaps


def _head_gaps(contents: Contents, valid_from: date, where: str) -> Iterator[Gap]:
    if not contents.name:
        yield Gap(where, _("chưa có tên thủ tục"), _("Ghi tên như quyết định công bố"), code="name-missing")
    elif len(contents.name) > LONGEST_NAME:
        remedy = _("Rút còn không quá %d ký tự") % LONGEST_NAME
        yield Gap(where, _("tên thủ tục quá dài"), remedy, code="name-long")
    if not contents.sector:
        yield Gap(where, _("chưa có lĩnh vực"), _("Ghi lĩnh vực, ví dụ Hộ tịch"), code="sector-missing")
    if not contents.levels:
        remedy = _("Chọn cấp tỉnh, cấp xã hoặc cả hai")
        yield Gap(where, _("chưa có cấp thực hiện"), remedy, code="level-missing")
    if Level.DISTRICT in contents.levels and valid_from >= district_until():
        what = _("cấp huyện không còn từ ngày %s") % format_date(district_until())
        yield Gap(where, what, _("Chọn cấp tỉnh hoặc cấp xã"), code="district-ended")


def _limit_gaps(limit: Limit | None, where: str) -> Iterator[Gap]:
    if limit is None:
        return
    is_same_day = limit.unit is LimitUnit.SAME_DAY
    if is_same_day != (limit.count is None) or (limit.count is not None and limit.count < 1):
        remedy = _("Ghi số và đơn vị, ví dụ 5 ngày làm việc; trong ngày thì không ghi số")
        yield Gap(where, _("thời hạn không rõ"), remedy, code="limit-unfit")


# Versions of one procedure


@dataclass(frozen=True)
class Span:
    """[valid_from, valid_until) of one version."""

    valid_from: date
    valid_until: date | None
    where: str = ""

    def meets(self, other: Span) -> bool:
        return (self.valid_until is None or other.valid_from < self.valid_until) and (
            other.valid_until is None or self.valid_from < other.valid_until
        )


def span_gaps(spans: list[Span]) -> list[Gap]:
    """Versions that end before they begin or hold at the same time."""
    gaps = []
    ordered = sorted(spans, key=lambda span: span.valid_from)
    for span in ordered:
        if span.valid_until is not None and span.valid_until <= span.valid_from:
            remedy = _("Ngày hết hiệu lực phải sau ngày bắt đầu hiệu lực")
            gaps.append(Gap(span.where, _("hết hiệu lực trước khi bắt đầu"), remedy, code="ends-early"))
    for at, span in enumerate(ordered[1:], start=1):
        if any(span.meets(earlier) for earlier in ordered[:at]):
            what = _("phiên bản từ ngày %s trùng thời gian với phiên bản khác") % format_date(span.valid_from)
            remedy = _("Mỗi ngày một thủ tục chỉ có một phiên bản")
            gaps.append(Gap(span.where, what, remedy, code="versions-overlap"))
    return gaps


# Publishing


def working_days_before(day: date, count: int, calendar: Workdays) -> date:
    """The last day that leaves `count` working days before `day`: 01/07/2026 and 5 give 24/06/2026."""
    found = day
    for _counted in range(count):
        found -= timedelta(days=1)
        while not calendar.is_working(found):
            found -= timedelta(days=1)
    return found


def last_day_within(limit: Limit, after: date, calendar: Workdays) -> date:
    """The last day of a period after a day that itself does not count (Civil Code 2015 Art. 147.2); a period
    of calendar days that ends on a day off ends on the next working day (Art. 148.5).
    """
    count = limit.count or 0
    found = after
    if limit.unit is LimitUnit.WORKING_DAY:
        for _counted in range(count):
            found += timedelta(days=1)
            while not calendar.is_working(found):
                found += timedelta(days=1)
        return found
    found = after + timedelta(days=count)
    while not calendar.is_working(found):
        found += timedelta(days=1)
    return found


@dataclass(frozen=True)
class Duty:
    """Something due on a day, and when it was done; `rule` tells how far the day can be relied upon."""

    due_on: date
    done_on: date | None
    rule: DutyRule

    def is_late(self, today: date) -> bool:
        """Done after the due day, or not done and the due day is over."""
        return (self.done_on or today) > self.due_on

    def days_late(self, today: date) -> int:
        """Calendar days past the due day, until done or until today; 0 when in time."""
        return max(((self.done_on or today) - self.due_on).days, 0)


@dataclass(frozen=True)
class Published:
    """What the duties of a publishing decision are counted from."""

    tier: Tier
    signed_on: date
    effective_on: date
    bases_effective_on: date | None
    is_fast_track: bool
    basis_signed_on: date | None
    uploaded_on: date | None


def publish_duty(decision: Published, calendar: Workdays) -> Duty | None:
    """NĐ 63/2010 Art. 15: signed so many working days before the newest law behind it takes effect; by
    shortened order so many days after that law was signed.

    None when no rule is known for the day, or the law behind a shortened order has no date.
    """
    if decision.is_fast_track:
        rule = duty_rule(PUBLISH_FAST, day=decision.signed_on, tier=decision.tier)
        if rule is None or decision.basis_signed_on is None:
            return None
        return Duty(last_day_within(rule.limit, decision.basis_signed_on, calendar), decision.signed_on, rule)
    rule = duty_rule(PUBLISH, day=decision.signed_on, tier=decision.tier)
    if rule is None or rule.limit.count is None:
        return None
    takes_effect = decision.bases_effective_on or decision.effective_on
    return Duty(working_days_before(takes_effect, rule.limit.count, calendar), decision.signed_on, rule)


def upload_duty(decision: Published, calendar: Workdays) -> Duty | None:
    """NĐ 63/2010 Art. 24: uploaded to the national database within so many working days after signing."""
    rule = duty_rule(UPLOAD, day=decision.signed_on, tier=decision.tier, is_fast_track=decision.is_fast_track)
    if rule is None:
        return None
    return Duty(last_day_within(rule.limit, decision.signed_on, calendar), decision.uploaded_on, rule)


# Online levels


def needs_reason(level: OnlineLevel | str, day: date) -> bool:
    """NĐ 224/2026: from 01/07/2026 a procedure offered only partly online needs a published reason."""
    return level == OnlineLevel.PARTIAL and day >= partial_needs_reason_from()


def online_level_gaps(level: OnlineLevel, *, on: date, reason: str, reason_published: str) -> list[Gap]:
    """What keeps an online level from being stated from `on`."""
    where = _("Mức độ trực tuyến")
    gaps = []
    allowed = online_levels_on(on)
    if level not in allowed:
        what = _("“%(level)s” không dùng vào ngày %(day)s") % {"level": level.label, "day": format_date(on)}
        remedy = _("Chọn một trong: %s") % ", ".join(str(one.label) for one in allowed)
        gaps.append(Gap(where, what, remedy, code="level-not-of-the-day"))
    if needs_reason(level, on) and not (reason.strip() and reason_published.strip()):
        what = _("một phần từ ngày %s phải có lý do được công bố") % format_date(partial_needs_reason_from())
        remedy = _("Ghi lý do và nơi công bố lý do")
        gaps.append(Gap(where, what, remedy, code="reason-missing"))
    return gaps

"""The quality system ISO 9001 (QĐ 19/2014/QĐ-TTg)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from openpar.common.formats import format_date
from openpar.common.wording import gettext as _
from openpar.reform.monitors.law import Law
from openpar.reform.monitors.rules.base import Alarm, Standing, alarm, has_come, months_after

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Changed:
    """A change of the organisation: which kind (as the register of them calls it), when, in words."""

    kind: str
    on: date
    words: str


@dataclass(frozen=True)
class QualityFacts:
    """What is known of the system."""

    standard: str
    first_announced_on: date | None
    announced_on: date | None
    internal_audit_on: date | None
    management_review_on: date | None
    scope_changed_on: date | None


def quality_standing(facts: QualityFacts, changes: Sequence[Changed], on: date, law: Law) -> Standing:
    """Not announced; else outdated, to be announced anew, not maintained; else announced.

    Art. 4.3: when the scope changes the system is announced anew. No internal audit or no management review
    within the months of the law is: not maintained.
    """
    announced_on = facts.announced_on
    if announced_on is None or announced_on > on:
        text = _("Chưa công bố hệ thống quản lý chất lượng.")
        return Standing("NOT_BUILT", _("Chưa xây dựng"), "bad", (alarm(law, "not_announced", text),))
    outdated = _outdated(facts, on, law)
    reannounce = _reannounce(facts, announced_on, changes, on, law)
    kept_up = _not_maintained(facts, announced_on, on, law)
    alarms = (*outdated, *reannounce, *kept_up)
    if outdated:
        return Standing("OUTDATED", _("Chưa chuyển phiên bản"), "bad", alarms)
    if reannounce:
        return Standing("MUST_REANNOUNCE", _("Phải công bố lại"), "bad", alarms)
    if kept_up:
        return Standing("NOT_MAINTAINED", _("Không duy trì, cải tiến"), "bad", alarms)
    if has_come(facts.first_announced_on, on) and facts.first_announced_on != announced_on:
        return Standing("REANNOUNCED", _("Công bố lại"), "done")
    return Standing("ANNOUNCED", _("Đã công bố"), "done")


def _outdated(facts: QualityFacts, on: date, law: Law) -> tuple[Alarm, ...]:
    since = law.outdated.get(facts.standard)
    if since is None or since > on:
        return ()
    text = _(
        "Tiêu chuẩn %(standard)s đã được thay từ ngày %(day)s.",
        standard=facts.standard,
        day=format_date(since),
    )
    return (alarm(law, "outdated", text, since),)


def _reannounce(
    facts: QualityFacts, announced_on: date, changes: Sequence[Changed], on: date, law: Law
) -> tuple[Alarm, ...]:
    """The first change since the announcement is what it waits for."""
    found = [
        (one.on, one.words)
        for one in changes
        if one.kind in law.reannounced_after and announced_on < one.on <= on
    ]
    changed_on = facts.scope_changed_on
    if changed_on is not None and announced_on < changed_on <= on:
        found.append((changed_on, _("phạm vi áp dụng thay đổi")))
    if not found:
        return ()
    since, words = min(found)
    text = _(
        "Chưa công bố lại sau ngày %(day)s: %(change)s.", day=format_date(since), change=words.rstrip(".")
    )
    return (alarm(law, "reannounce", text, since),)


def _not_maintained(facts: QualityFacts, announced_on: date, on: date, law: Law) -> tuple[Alarm, ...]:
    months = law.maintained_within_months
    acts = (
        (facts.internal_audit_on, _("đánh giá nội bộ")),
        (facts.management_review_on, _("xem xét của lãnh đạo")),
    )
    alarms = []
    for done_on, what in acts:
        # What was done before the announcement was done for another system.
        counted_from = max(announced_on, done_on) if has_come(done_on, on) and done_on else announced_on
        lapsed_on = months_after(counted_from, months) + _ONE_DAY
        if lapsed_on <= on:
            text = _(
                "Quá %(months)s tháng chưa có %(what)s (gần nhất: %(last)s).",
                months=months,
                what=what,
                last=format_date(done_on) if done_on else _("chưa lần nào"),
            )
            alarms.append(alarm(law, "not_maintained", text, lapsed_on))
    return tuple(alarms)

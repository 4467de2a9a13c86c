"""Job positions and posts of leaders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from openpar.common.wording import gettext as _
from openpar.reform.monitors.law import Law
from openpar.reform.monitors.rules.base import Standing, alarm, has_come, notice


@dataclass(frozen=True)
class SchemeFacts:
    """When a scheme of job positions was submitted, approved and carried out."""

    unit: str
    submitted_on: date | None
    approved_on: date | None
    staffed_on: date | None


def scheme_standing(facts: SchemeFacts, on: date, law: Law) -> Standing:
    """None → submitted → approved → staffed, by what had happened on the day; the aim is 100 % staffed."""
    if has_come(facts.staffed_on, on):
        return Standing("STAFFED", _("Đã bố trí đúng vị trí việc làm"), "done")
    if has_come(facts.approved_on, on):
        text = _("%(unit)s: đề án đã phê duyệt, chưa bố trí đúng vị trí việc làm.", unit=facts.unit)
        return Standing(
            "APPROVED",
            _("Đã phê duyệt"),
            "active",
            (notice(law, "not_staffed", text, facts.approved_on),),
        )
    if has_come(facts.submitted_on, on):
        return Standing("SUBMITTED", _("Đã trình thẩm định"), "waiting")
    text = _("%(unit)s: chưa xây dựng đề án vị trí việc làm.", unit=facts.unit)
    return Standing("NONE", _("Chưa xây dựng"), "bad", (alarm(law, "none", text),))


@dataclass(frozen=True)
class PostFacts:
    """Posts of leaders, counted on a day; a figure of None is not known."""

    kind: str
    counted_on: date
    authorised: int | None
    filled: int | None
    deputies: int | None
    deputies_cap: int | None
    vacant_since: date | None


def posts_standing(facts: PostFacts, law: Law) -> Standing:
    """Unfilled posts, more leaders than posts, and more deputies than the cap allows."""
    if facts.authorised is None or facts.filled is None:
        return Standing("UNKNOWN", _("Chưa đủ số liệu"), "empty")
    alarms = []
    vacant = facts.authorised - facts.filled
    if vacant > 0:
        text = _("%(kind)s: chưa kiện toàn %(n)s chức danh.", kind=facts.kind, n=vacant)
        alarms.append(alarm(law, "vacant", text, facts.vacant_since))
    if vacant < 0:
        text = _(
            "%(kind)s: bổ nhiệm %(filled)s, được giao %(authorised)s.",
            kind=facts.kind,
            filled=facts.filled,
            authorised=facts.authorised,
        )
        alarms.append(alarm(law, "above_authorised", text, facts.counted_on))
    deputies, cap = facts.deputies, facts.deputies_cap
    if deputies is not None and cap is not None and deputies > cap:
        text = _("%(kind)s: %(n)s cấp phó, tối đa %(cap)s.", kind=facts.kind, n=deputies, cap=cap)
        alarms.append(alarm(law, "above_cap", text, facts.counted_on))
    if vacant > 0:
        return Standing("VACANT", _("Còn khuyết"), "warning", tuple(alarms))
    if alarms:
        return Standing("ABOVE", _("Vượt quy định"), "bad", tuple(alarms))
    return Standing("FILLED", _("Đủ"), "done")

"""Figures of a quarter: their identities and what is left undone when it is over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from openpar.common.formats import format_decimal
from openpar.common.wording import gettext as _
from openpar.engine.numbers import HUNDRED, multiply
from openpar.engine.rates import round_half_up
from openpar.reform.monitors.law import Identity, Law
from openpar.reform.monitors.rules.base import Alarm, Counts, Standing, alarm, notice


def broken_identities(counts: Counts, law: Law) -> tuple[Identity, ...]:
    """Those that do not hold; one with an unknown figure is not asked."""
    return tuple(one for one in law.at_most if _is_broken(one, counts))


def _is_broken(one: Identity, counts: Counts) -> bool:
    above, below = counts.get(one.above), counts.get(one.below)
    less = counts.get(one.less) if one.less else 0
    if above is None or below is None:
        return False
    # Secret ones that nobody counted: no more can be said than that the part fits into the whole.
    return above > below - (less or 0)


def _sums(counts: Counts, labels: Mapping[str, str], law: Law) -> list[Alarm]:
    """Parts that do not add up to their whole: shown with both figures, never swallowed."""
    alarms = []
    for one in law.sums:
        parts, whole = [counts.get(name) for name in one.parts], counts.get(one.whole)
        known = [part for part in parts if part is not None]
        if whole is None or len(known) < len(parts) or sum(known) == whole:
            continue
        text = _(
            "%(whole)s %(n)s, các phần cộng lại %(sum)s (lệch %(gap)s).",
            whole=labels.get(one.whole, one.whole),
            n=format_decimal(whole),
            sum=format_decimal(sum(known)),
            gap=format_decimal(abs(sum(known) - whole)),
        )
        alarms.append(alarm(law, "sums", text))
    return alarms


@dataclass(frozen=True)
class Owed:
    """All of the column `of` is to be in the column `done`; `words` of what is left, `code` of the lapse."""

    code: str
    done: str
    of: str
    words: str


def quarter_standing(
    counts: Counts, labels: Mapping[str, str], owed: Sequence[Owed], until_on: date, on: date, law: Law
) -> Standing:
    """Everything that is owed in the quarter is done once it is over."""
    alarms = _sums(counts, labels, law)
    if on > until_on:
        for one in owed:
            alarms += _left(counts.get(one.done), counts.get(one.of), one.words, one.code, until_on, law)
    if not any(value is not None for value in counts.values()):
        return Standing("UNKNOWN", _("Chưa đủ số liệu"), "empty")
    if on <= until_on:
        return Standing("OPEN", _("Trong kỳ"), "active", tuple(alarms))
    if alarms:
        return Standing("UNFINISHED", _("Còn việc chưa xong"), "warning", tuple(alarms))
    return Standing("FINISHED", _("Hoàn thành"), "done")


def legal_standing(counts: Counts, labels: Mapping[str, str], until_on: date, on: date, law: Law) -> Standing:
    """100 % carried out in time and 100 % of what is unlawful handled, once the quarter is over."""
    owed = (
        Owed("in_time", "superior_in_time", "superior_due", _("văn bản cấp trên chưa kịp thời triển khai")),
        Owed("check", "checked", "to_check", _("văn bản phải kiểm tra chưa kiểm tra")),
        Owed("unlawful", "handled", "unlawful", _("văn bản trái pháp luật, mâu thuẫn chưa xử lý")),
        Owed("review", "reviewed", "to_review", _("văn bản phải rà soát chưa rà soát")),
    )
    return quarter_standing(counts, labels, owed, until_on, on, law)


def discipline_standing(
    counts: Counts, labels: Mapping[str, str], until_on: date, on: date, law: Law
) -> Standing:
    """All checks of the plan made, all cases handled, once the quarter is over."""
    owed = (
        Owed("checks", "checks", "checks_planned", _("cuộc kiểm tra công vụ theo kế hoạch chưa làm")),
        Owed("cases", "cases_handled", "cases", _("trường hợp vi phạm kỷ luật, kỷ cương chưa xử lý")),
    )
    return quarter_standing(counts, labels, owed, until_on, on, law)


def dissemination_standing(
    counts: Counts, labels: Mapping[str, str], until_on: date, on: date, law: Law
) -> Standing:
    """Everything of the plan done, once the quarter is over."""
    owed = (Owed("planned", "carried_out", "planned", _("hoạt động tuyên truyền theo kế hoạch chưa làm")),)
    return quarter_standing(counts, labels, owed, until_on, on, law)


def dialogue_standing(
    counts: Counts, labels: Mapping[str, str], until_on: date, on: date, law: Law
) -> Standing:
    """Held as planned, each with minutes or conclusions, every opinion answered, once the quarter is over."""
    owed = (
        Owed("held", "held", "planned", _("cuộc đối thoại phải tổ chức chưa tổ chức")),
        Owed("concluded", "concluded", "held", _("cuộc đối thoại chưa có biên bản, kết luận")),
        Owed("answered", "answered", "opinions", _("ý kiến, kiến nghị đối thoại chưa trả lời")),
    )
    return quarter_standing(counts, labels, owed, until_on, on, law)


def _left(
    done: int | None, of: int | None, words: str, code: str, since: date, law: Law
) -> tuple[Alarm, ...]:
    if done is None or of is None or done >= of:
        return ()
    left, total = format_decimal(of - done), format_decimal(of)
    text = _("%(left)s/%(total)s %(words)s.", left=left, total=total, words=words)
    return (alarm(law, code, text, since),)


def documents_standing(
    counts: Counts, labels: Mapping[str, str], until_on: date, on: date, law: Law
) -> Standing:
    """All that is not secret is signed; paper sent in parallel is shown, and from a share on a finding."""
    signed, outgoing, on_paper = (
        counts.get(name) for name in ("outgoing_signed", "outgoing", "outgoing_on_paper")
    )
    alarms = [*_sums(counts, labels, law), *_parallel(on_paper, signed, until_on, law)]
    if outgoing is None or signed is None:
        return Standing("UNKNOWN", _("Chưa đủ số liệu"), "empty", tuple(alarms))
    left = outgoing - (counts.get("outgoing_secret") or 0) - signed
    if left > 0 and on > until_on:
        text = _("%(n)s văn bản đi không mật chưa ký số.", n=format_decimal(left))
        alarms.append(notice(law, "signed", text, until_on))
    if on <= until_on:
        return Standing("OPEN", _("Trong kỳ"), "active", tuple(alarms))
    if on_paper:
        return Standing("PARALLEL", _("Còn song song bản giấy"), "warning", tuple(alarms))
    if alarms:
        return Standing("PARTLY", _("Chưa ký số đủ"), "warning", tuple(alarms))
    return Standing("WHOLE", _("Ký số toàn bộ"), "done")


def _parallel(on_paper: int | None, signed: int | None, since: date, law: Law) -> tuple[Alarm, ...]:
    if not on_paper or not signed:
        return ()
    share = round_half_up(multiply(Decimal(on_paper), HUNDRED), Decimal(signed), 1)
    text = _(
        "%(n)s/%(of)s văn bản ký số (%(share)s %%) vẫn gửi song song bản giấy.",
        n=format_decimal(on_paper),
        of=format_decimal(signed),
        share=format_decimal(share, trim=True),
    )
    if share >= law.parallel_from_percent:
        return (alarm(law, "parallel", text, since),)
    return (notice(law, "parallel", text, since),)

"""What must hold in the register of organisations on every day, asked of plain values.

Everything here looks at the register as it would be after a change and says what would be wrong, all at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from django.utils.translation import gettext as _

from openpar.common.errors import Gap


@dataclass(frozen=True)
class Span:
    """One version as the rules see it, during [valid_from, valid_until); the end None means still valid."""

    organisation: str
    name: str
    code: str
    parent: str
    valid_from: date
    valid_until: date | None
    # Where a person would look for it: a row of a file, or the name.
    where: str = ""

    def is_valid_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_until is None or day < self.valid_until)

    def meets(self, other: Span) -> bool:
        """Some day belongs to both."""
        return (self.valid_until is None or other.valid_from < self.valid_until) and (
            other.valid_until is None or self.valid_from < other.valid_until
        )


@dataclass(frozen=True)
class Link:
    """One succession as the rules see it; the successor is empty for a dissolution."""

    predecessor: str
    successor: str
    change: str
    on: date
    where: str = ""


_Register = Mapping[str, Sequence[Span]]


def show(day: date | None) -> str:
    """A day as officials write it: dd/mm/yyyy; an open end as the words for "nay" (today)."""
    return _("nay") if day is None else f"{day:%d/%m/%Y}"


def by_organisation(spans: Iterable[Span]) -> dict[str, list[Span]]:
    """The spans of each organisation in the order of their beginnings."""
    found: defaultdict[str, list[Span]] = defaultdict(list)
    for span in sorted(spans, key=lambda span: span.valid_from):
        found[span.organisation].append(span)
    return dict(found)


def register_gaps(spans: Sequence[Span]) -> list[Gap]:
    """Everything wrong with a register: dates out of order, overlaps, codes held twice, parents absent or in
    a ring.
    """
    disordered = [
        span for span in spans if span.valid_until is not None and span.valid_until <= span.valid_from
    ]
    gaps = [_ends_before_it_begins(span) for span in disordered]
    sound = [span for span in spans if span not in disordered]
    register = by_organisation(sound)
    gaps += _overlaps(register)
    gaps += _codes_held_twice(sound)
    gaps += _absent_parents(sound, register)
    gaps += _rings(sound, register)
    return gaps


def _during(span: Span) -> str:
    return f"{span.name} ({show(span.valid_from)} – {show(span.valid_until)})"


def _ends_before_it_begins(span: Span) -> Gap:
    return Gap(
        span.where or span.name,
        _("ngày hết hiệu lực không sau ngày bắt đầu: %s") % _during(span),
        _("Ngày hết hiệu lực phải sau ngày bắt đầu hiệu lực"),
        code="ends-before-it-begins",
    )


def _overlaps(register: _Register) -> list[Gap]:
    return [
        Gap(
            second.where or second.name,
            _("%(second)s trùng thời gian với %(first)s")
            % {"second": _during(second), "first": _during(first)},
            _("Mỗi ngày một đơn vị chỉ có một phiên bản: kết thúc phiên bản trước khi phiên bản sau bắt đầu"),
            code="versions-overlap",
        )
        for spans in register.values()
        for first, second in combinations(spans, 2)
        if first.meets(second)
    ]


def _codes_held_twice(spans: Iterable[Span]) -> list[Gap]:
    holders: defaultdict[str, list[Span]] = defaultdict(list)
    for span in sorted(spans, key=lambda span: span.valid_from):
        if span.code:
            holders[span.code].append(span)
    return [
        Gap(
            second.where or second.name,
            _("mã “%(code)s” của %(second)s đang là mã của %(first)s")
            % {"code": code, "second": _during(second), "first": _during(first)},
            _("Mã chỉ dùng lại được từ ngày đơn vị trước thôi dùng"),
            code="code-held-twice",
        )
        for code, held in holders.items()
        for first, second in combinations(held, 2)
        if first.organisation != second.organisation and first.meets(second)
    ]


def _is_covered(span: Span, parents: Sequence[Span]) -> bool:
    """The parent exists on every day of `span`."""
    reached = span.valid_from
    for parent in parents:
        if parent.is_valid_on(reached):
            if parent.valid_until is None:
                return True
            reached = parent.valid_until
    return span.valid_until is not None and reached >= span.valid_until


def _absent_parents(spans: Iterable[Span], register: _Register) -> list[Gap]:
    return [
        Gap(
            span.where or span.name,
            _("%(span)s trực thuộc “%(parent)s”, đơn vị không tồn tại suốt thời gian đó")
            % {"span": _during(span), "parent": _last_name(span.parent, register)},
            _("Chuyển sang đơn vị cấp trên khác, hoặc kết thúc không muộn hơn đơn vị cấp trên"),
            code="parent-absent",
        )
        for span in spans
        if span.parent and not _is_covered(span, register.get(span.parent, ()))
    ]


def _rings(spans: Iterable[Span], register: _Register) -> list[Gap]:
    return [
        Gap(
            span.where or span.name,
            _("%s lại trực thuộc chính mình") % _during(span),
            _("Chọn đơn vị cấp trên không trực thuộc đơn vị này"),
            code="parent-ring",
        )
        for span in spans
        if _is_in_a_ring(span, register)
    ]


def _is_in_a_ring(span: Span, register: _Register) -> bool:
    """A ring exists on some day exactly when it exists on the first day of one of its versions."""
    seen: set[str] = set()
    above = span.parent
    while above and above not in seen:
        seen.add(above)
        above = next((up.parent for up in register.get(above, ()) if up.is_valid_on(span.valid_from)), "")
    return span.organisation in seen


def _last_name(key: str, register: _Register) -> str:
    spans = register.get(key, ())
    return spans[-1].name if spans else key


def succession_gaps(links: Iterable[Link], spans: Sequence[Span]) -> list[Gap]:
    """A predecessor existed the day before, a successor exists on the day, and the two are not the same."""
    register = by_organisation(spans)
    return [gap for link in links for gap in _link_gaps(link, register)]


def _link_gaps(link: Link, register: _Register) -> list[Gap]:
    gaps = []
    if link.predecessor == link.successor:
        gaps.append(
            Gap(
                link.where,
                _("“%s” không thể kế thừa chính mình") % link.predecessor,
                _("Đổi tên, đổi loại hình là một phiên bản mới của cùng đơn vị"),
                code="succeeds-itself",
            )
        )
    if not any(_existed_before(span, link.on) for span in register.get(link.predecessor, ())):
        gaps.append(
            Gap(
                link.where,
                _("“%(name)s” không tồn tại ngay trước ngày %(on)s")
                % {"name": _last_name(link.predecessor, register), "on": show(link.on)},
                _("Đơn vị tiền thân phải còn hoạt động đến ngày thay đổi"),
                code="predecessor-absent",
            )
        )
    if link.successor and not any(span.is_valid_on(link.on) for span in register.get(link.successor, ())):
        gaps.append(
            Gap(
                link.where,
                _("“%(name)s” không tồn tại vào ngày %(on)s")
                % {"name": _last_name(link.successor, register), "on": show(link.on)},
                _("Đơn vị kế thừa phải có hiệu lực vào ngày thay đổi"),
                code="successor-absent",
            )
        )
    return gaps


def _existed_before(span: Span, day: date) -> bool:
    return span.valid_from < day and (span.valid_until is None or day <= span.valid_until)

"""Questions about loaded objects: what the phase, the hour and the state allow, and what is missing.

They change nothing and look nothing up; None means "nothing stands in the way".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.common.errors import Gap
from openpar.common.formats import format_deadline
from openpar.engine.answers import Answer
from openpar.parindex.assessments.models import Layer, RoundStage, Score, SheetState


@dataclass(frozen=True)
class Window:
    """The running phase of a round with its dates; None where the round gave none."""

    stage: RoundStage
    opens_at: datetime | None
    closes_at: datetime | None

    def why_closed(self, wanted: RoundStage, at: datetime) -> Gap | None:
        """Why nothing of phase `wanted` is accepted at moment `at`: [opens_at, closes_at)."""
        if self.stage != wanted:
            return Gap(
                "",
                _("Kỳ đánh giá đang ở giai đoạn “%(now)s”, không phải “%(wanted)s”.")
                % {"now": RoundStage(self.stage).label, "wanted": wanted.label},
                code="other_stage",
            )
        if self.opens_at is not None and at < self.opens_at:
            return Gap("", _("Giai đoạn mở lúc %s.") % moment_words(self.opens_at), code="not_open_yet")
        if self.closes_at is not None and at >= self.closes_at:
            return Gap(
                "",
                _("Đã hết hạn lúc %s.") % moment_words(self.closes_at),
                _("Đề nghị Sở Nội vụ gia hạn hoặc mở lại bằng văn bản nêu lý do."),
                code="deadline_passed",
            )
        return None


def moment_words(at: datetime) -> str:
    """A moment as people of the legal day read it; seconds only where there are any."""
    local = timezone.localtime(at)
    return f"{local:%H:%M:%S %d/%m/%Y}" if local.second else f"{local:%H:%M %d/%m/%Y}"


def deadline_words(closes_at: datetime) -> str:
    """A closing moment as people read it: what closes at midnight is open until the end of the day before."""
    local = timezone.localtime(closes_at)
    if (local.hour, local.minute, local.second) == (0, 0, 0):
        return format_deadline(closes_at)
    return moment_words(closes_at)


def why_not_self_scoring(
    window: Window, state: str, at: datetime, *, reopened_until: datetime | None
) -> Gap | None:
    """Self-scores are taken in an unlocked sheet while the phase is open, or while a reopening lasts."""
    if reopened_until is not None and at < reopened_until:
        closed = None
    else:
        closed = window.why_closed(RoundStage.SELF_SCORING, at)
    if state == SheetState.LOCKED:
        return Gap(
            "",
            _("Phiếu đã chốt, không nhận thay đổi."),
            _("Muốn sửa phải đề nghị mở lại, nêu lý do."),
            code="locked",
        )
    if closed is None and state == SheetState.AWAITING_HEAD:
        return Gap(
            "",
            _("Phiếu đang chờ thủ trưởng duyệt."),
            _("Thủ trưởng trả lại phiếu thì mới sửa được."),
            code="awaiting_head",
        )
    return closed


def why_not_alone(first_id: int | None, second_id: int) -> Gap | None:
    """Whoever did the first step of two does not do the second: handing in and locking, and so on.

    Decision 0011; the database holds the same for all of them.
    """
    if first_id != second_id:
        return None
    return Gap(
        "",
        _("bạn đã làm bước trước; bước này cần người thứ hai."),
        _("Nhờ một người khác có thẩm quyền thực hiện."),
        code="same_person",
    )


def why_not_assigned(stage: str) -> Gap | None:
    """Who was to score and to appraise what is part of a published result, and stays."""
    if stage != RoundStage.PUBLISHED:
        return None
    return Gap("", _("Kỳ đã công bố, phân công không đổi được."), code="published")


def why_not_correctable(stage: str, *, is_outside: bool, is_silent: bool) -> Gap | None:
    """Appraised points are corrected between the end of the appraisals and publication."""
    if stage != RoundStage.DECISION:
        what = _("Chỉ đính chính khi đã thẩm định xong và chưa công bố.")
        return Gap("", what, code="other_stage")
    if is_outside:
        return Gap(
            "",
            _("Tiêu chí này lấy kết quả từ bên ngoài."),
            _("Quản lý kỳ nhập lại giá trị ở trang Kết quả bên ngoài."),
            code="outside",
        )
    if is_silent:
        # Counted 0 in every field, whatever one leaf says.
        return Gap("", _("Đơn vị chưa chấm điểm, không có điểm để đính chính."), code="silent")
    return None


def differs(first: Decimal | None, second: Decimal | None) -> bool:
    """Do two sides give different points? Not entered differs from 0."""
    return (first is None) != (second is None) or (first is not None and first != second)


@dataclass(frozen=True)
class LeafEntry:
    """What the gap check needs of one leaf of a sheet."""

    code: str
    answer: Answer | None
    outcome: str
    note: str
    evidence_count: int
    evidence_wanted: str
    may_be_not_applicable: bool
    sentence: str = ""


def gaps_of_leaf(entry: LeafEntry) -> Iterable[Gap]:
    """Everything that keeps one leaf from being handed in (parindex.md 5.2; guidance 384/BNV-CCHC)."""
    if entry.outcome in {"", "MISSING"}:
        if entry.evidence_count == 0 and not entry.note:
            what = _("chưa chấm, chưa có tài liệu kiểm chứng và chưa có giải trình.")
        else:
            what = _("chưa chấm.")
        yield Gap(entry.code, what, code="blank")
        return
    if entry.outcome == "INVALID":
        yield Gap(entry.code, entry.sentence, code="invalid")
        return
    if entry.outcome == "NOT_APPLICABLE":
        reason = entry.answer.reason if entry.answer is not None else ""
        if not reason and not entry.note and not (entry.answer is not None and entry.answer.applicable):
            yield Gap(entry.code, _("đề nghị không áp dụng nhưng chưa nêu lý do."), code="no_reason")
        elif not entry.may_be_not_applicable and not reason and not entry.note:
            yield Gap(
                entry.code,
                _("bộ tiêu chí không cho phép không áp dụng tiêu chí này: %s") % entry.sentence,
                _("Giải trình, để người thẩm định quyết định."),
                code="not_applicable_unforeseen",
            )
        return
    if entry.evidence_wanted and entry.evidence_count == 0 and not entry.note:
        yield Gap(
            entry.code,
            _("chưa có tài liệu kiểm chứng và chưa có giải trình."),
            _("Gắn tài liệu, hoặc giải trình cách tính điểm."),
            code="no_evidence",
        )


def gaps_before_submission(entries: Iterable[LeafEntry]) -> tuple[Gap, ...]:
    """All gaps of a sheet at once, in the order of the table."""
    return tuple(gap for entry in entries for gap in gaps_of_leaf(entry))


# Whose points of a leaf count in the end, first come first served; outside leaves have one layer only.
DECIDING = (Layer.CORRECTED, Layer.REAPPRAISED, Layer.APPRAISED)


def decided_layer(layers: Collection[str]) -> Layer | None:
    """Whose points count in the end: a correction, else the second appraisal, else the first
    (parindex.md 5.1; decision 0011).
    """
    return next((layer for layer in DECIDING if layer in layers), None)


def needs_reason(self_points: Decimal | None, appraised_points: Decimal | None, note: str) -> bool:
    """An appraiser who gives other points than the unit says why."""
    return not note.strip() and differs(self_points, appraised_points)


def missing_outside(points_by_code: Mapping[str, Decimal | None], codes: Iterable[str]) -> tuple[str, ...]:
    """The outside leaves of a sheet that have no value yet."""
    return tuple(code for code in codes if code not in points_by_code)


def may_be_explained(scores: Mapping[str, Score]) -> bool:
    """A leaf is open to explanation when it was flagged, or when the appraiser gave other points."""
    appraised = scores.get(Layer.APPRAISED)
    if appraised is None:
        return False
    own = scores.get(Layer.SELF)
    return appraised.explanation_wanted or (own is not None and own.points != appraised.points)

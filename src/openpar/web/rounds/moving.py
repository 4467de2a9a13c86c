"""What moving a round on does, said before it is done: no step leads back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from openpar.parindex.assessments.calendar import Shift
from openpar.parindex.assessments.models import RoundStage
from openpar.parindex.assessments.queries.control import NextStep
from openpar.parindex.assessments.rules import deadline_words, moment_words


def consequences(step: NextStep, at: datetime, *, unlocked: int) -> tuple[str, ...]:
    """Sentences: what is locked, which dates change, who is told, and what cannot be undone.

    `unlocked` sheets would be locked as they stand.
    """
    if step.stage == RoundStage.SELF_SCORING:
        return tuple(_of_opening(step, at))
    return tuple(_of_moving(step, at, unlocked))


def _of_opening(step: NextStep, at: datetime) -> Iterator[str]:
    yield _("Khối, bộ tiêu chí và danh sách đơn vị cố định từ lúc này; các đơn vị nhận thông báo.")
    if step.dates is not None and at < step.dates.opens_at:
        yield _("Các đơn vị bắt đầu chấm lúc %s, theo lịch.") % moment_words(step.dates.opens_at)
    yield _("Không quay lại bước chuẩn bị được.")


def _of_moving(step: NextStep, at: datetime, unlocked: int) -> Iterator[str]:
    if unlocked:
        yield _("%d phiếu chưa chốt tự chốt như hiện có.") % unlocked
    for shift in step.shifts:
        yield _of_dates(shift, step.stage)
    if step.dates is not None and step.dates.closes_at <= at:
        yield _("Hạn của giai đoạn “%(stage)s” đã qua lúc %(moment)s: đổi lịch thì mới nhập tiếp được.") % {
            "stage": step.stage.label,
            "moment": moment_words(step.dates.closes_at),
        }
    if step.stage == RoundStage.EXPLANATION:
        yield _("Các đơn vị thấy điểm thẩm định của mình.")
    yield _("Các đơn vị nhận thông báo; không quay lại giai đoạn trước được.")


def _of_dates(shift: Shift, to: RoundStage) -> str:
    before, after = shift.before, shift.after
    if after is None:
        return _("Bỏ qua giai đoạn “%s”: giai đoạn này ra khỏi lịch của kỳ.") % shift.stage.label
    if shift.stage == to:
        return _("Giai đoạn “%(stage)s” mở ngay thay vì %(moment)s; hạn vẫn là %(closes)s.") % {
            "stage": shift.stage.label,
            "moment": moment_words(before.opens_at),
            "closes": deadline_words(after.closes_at),
        }
    return _("Giai đoạn “%(stage)s” kết thúc ngay thay vì %(moment)s.") % {
        "stage": shift.stage.label,
        "moment": deadline_words(before.closes_at),
    }

"""Words and pills of the pages of dossiers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from openpar.delivery.dossiers import law
from openpar.delivery.dossiers.figure_columns import FLOWS
from openpar.delivery.dossiers.quality import Rule
from openpar.delivery.dossiers.queries.live import Work
from openpar.delivery.dossiers.words import CHANNELS
from openpar.engine.rates import Rate
from openpar.engine.verdicts import EventKind, Verdict

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

VERDICTS: Mapping[Verdict, tuple[str, StrPromise]] = {
    Verdict.EARLY: ("done", _("trước hạn")),
    Verdict.ON_TIME: ("done", _("đúng hạn")),
    Verdict.LATE: ("bad", _("trễ hạn")),
    Verdict.OPEN_IN_TIME: ("active", _("trong hạn")),
    Verdict.OPEN_OVERDUE: ("bad", _("quá hạn")),
    Verdict.UNTIMED: ("warning", _("không có hạn trả")),
    Verdict.SUPPLEMENT: ("waiting", _("chờ bổ sung")),
    Verdict.PAUSED: ("waiting", _("tạm dừng")),
    Verdict.WITHDRAWN: ("ended", _("rút hồ sơ")),
    Verdict.RETURNED: ("ended", _("trả lại")),
    Verdict.STOPPED: ("ended", _("dừng giải quyết")),
    Verdict.REFUSED: ("ended", _("từ chối tiếp nhận")),
    Verdict.NOT_RECEIVED: ("empty", _("chưa tiếp nhận")),
}
INDEX: tuple[tuple[str, StrPromise], ...] = (
    ("empty", _("không tính")),
    ("done", _("đúng hạn")),
    ("bad", _("trễ hạn")),
)
WORKS: Mapping[Work, tuple[StrPromise, StrPromise]] = {
    Work.DUE_TODAY: (_("Đến hạn hôm nay"), _("phải xong trong ngày")),
    Work.DUE_TOMORROW: (_("Đến hạn ngày làm việc tới"), _("tính cả ngày nghỉ ở giữa")),
    Work.AT_RISK: (_("Sắp đến hạn"), _("trong hai ngày làm việc tới, kể cả hôm nay")),
    Work.OVERDUE: (_("Đang quá hạn"), _("chưa xong, không chờ bổ sung hay tạm dừng")),
    Work.LAST_DAY_TO_APOLOGISE: (_("Hôm nay là ngày cuối để xin lỗi"), _("nếu không kịp xong đúng hạn")),
    Work.LATE_WITHOUT_APOLOGY: (
        _("Quá hạn, chưa xin lỗi đúng lúc"),
        _("phải xin lỗi trước ngày hẹn trả"),
    ),
}
EVENTS: Mapping[EventKind, StrPromise] = {
    EventKind.REGISTERED: _("Đăng ký"),
    EventKind.RECEIVED: _("Tiếp nhận"),
    EventKind.REFUSED: _("Từ chối tiếp nhận"),
    EventKind.PROCESSING: _("Xử lý"),
    EventKind.SUPPLEMENT_ASKED: _("Yêu cầu bổ sung"),
    EventKind.SUPPLEMENT_ANSWERED: _("Bổ sung xong"),
    EventKind.PAYMENT_ASKED: _("Yêu cầu nộp nghĩa vụ tài chính"),
    EventKind.PAID: _("Đã nộp nghĩa vụ tài chính"),
    EventKind.PAUSED: _("Tạm dừng"),
    EventKind.RESUMED: _("Tiếp tục xử lý"),
    EventKind.EXTENDED: _("Xin lỗi, hẹn lại"),
    EventKind.WITHDRAWN: _("Rút hồ sơ"),
    EventKind.RETURNED: _("Trả lại hồ sơ"),
    EventKind.STOPPED: _("Dừng giải quyết"),
    EventKind.DONE: _("Xử lý xong"),
    EventKind.RESULT_RETURNED: _("Trả kết quả"),
}
MOMENTS: Mapping[str, StrPromise] = {
    "submitted_at": _("Nộp hồ sơ"),
    "received_at": _("Tiếp nhận"),
    "supplement_asked_at": _("Yêu cầu bổ sung"),
    "supplement_answered_at": _("Bổ sung xong"),
    "payment_asked_at": _("Yêu cầu nộp nghĩa vụ tài chính"),
    "paid_at": _("Đã nộp nghĩa vụ tài chính"),
    "paused_at": _("Tạm dừng"),
    "resumed_at": _("Tiếp tục xử lý"),
    "extended_at": _("Xin lỗi, hẹn lại"),
    "refused_at": _("Từ chối, trả lại hoặc dừng"),
    "finished_at": _("Xử lý xong"),
    "handed_over_at": _("Trả kết quả"),
}
COLUMNS: Mapping[str, StrPromise] = {
    "due_on": _("Ngày hẹn trả"),
    "finished_at": _("Ngày kết thúc xử lý"),
    "supplement_asked_at": _("Yêu cầu bổ sung"),
    "supplement_answered_at": _("Bổ sung xong"),
    "extended_at": _("Xin lỗi, hẹn lại"),
    "new_due_on": _("Ngày hẹn trả mới"),
    "apology_number": _("Số văn bản xin lỗi"),
}
# What each rule means for the figures, and what to do about it.
RULES: Mapping[Rule, StrPromise] = {
    Rule.Q1: _("Không có ngày tiếp nhận thì không tính được hạn. Tạm lấy ngày nộp hoặc ngày trong mã hồ sơ."),
    Rule.Q2: _("Hồ sơ đã xong mà thiếu ngày kết thúc: tạm tính theo ngày trả kết quả, nếu có."),
    Rule.Q3: _("Ngày ở tương lai so với lúc lập danh sách: chưa được tính cho đến ngày đó."),
    Rule.Q4: _("Kết thúc trước khi tiếp nhận: một trong hai ngày ghi sai."),
    Rule.Q5: _(
        "Tính tạm theo thời hạn của thủ tục; không rõ thời hạn thì đếm riêng, không tính là đúng hạn."
    ),
    Rule.Q6: _("Thủ tục chỉ cung cấp thông tin thì không nộp trực tuyến được: sai kênh hoặc sai danh mục."),
    Rule.Q7: _("Vẫn tính theo hạn đầu tiên; hạn mới phải có yêu cầu bổ sung hoặc xin lỗi, hẹn lại."),
    Rule.Q8: _(
        "Ngày kết thúc khác lần báo trước, hồ sơ đã xong nay lại chưa xong, "
        "hoặc cứu một hồ sơ đã báo quá hạn. Không tự mất."
    ),
    Rule.Q9: _("Chỉ được yêu cầu bổ sung một lần, hẹn lại một lần."),
    Rule.Q10: _("Quá hạn mà không có văn bản xin lỗi, hẹn lại chậm nhất một ngày làm việc trước hạn."),
    Rule.Q11: _("Mã có hai dòng, hoặc ngày trong mã khác ngày tiếp nhận."),
    Rule.Q12: _("Trạng thái đã gửi Cổng Dịch vụ công quốc gia khác trạng thái trong hệ thống."),
}


# Of the counts of forms II.06a and 06 those that no measure of the boards is.
_COUNTS: Mapping[str, StrPromise] = {
    "in_person": _("Tiếp nhận trực tiếp, qua bưu chính"),
    "in_process": _("Đang giải quyết ngày cuối kỳ"),
    "in_time": _("Đang giải quyết ngày cuối kỳ, trong hạn"),
    "overdue": _("Đang giải quyết ngày cuối kỳ, quá hạn"),
    "supplement": _("Chờ bổ sung ngày cuối kỳ"),
    "paused": _("Tạm dừng ngày cuối kỳ"),
}


def count_word(name: str) -> str:
    """A count of forms II.06a and 06 (`figure_columns.COUNTS`) in words."""
    if name in _COUNTS:
        return str(_COUNTS[name])
    return "; ".join(str(measure.label) for measure in FLOWS[name])


def channel_word(number: int) -> str:
    """A channel of the national exchange in words."""
    channel = CHANNELS.get(number)
    return "" if channel is None else str(channel.label)


def channel_choices() -> list[tuple[int, str]]:
    return [(number, str(channel.label)) for number, channel in CHANNELS.items()]


def status_word(code: int) -> str:
    """The name of a national status."""
    try:
        return law.statuses().status(code).name
    except KeyError:
        return str(code)


def denominators() -> tuple[str, str, str]:
    """Above the three ratios: what each is counted of."""
    return str(_("trên đã giải quyết")), str(_("trên đến hạn")), str(_("trên tiếp nhận (QĐ 766)"))


def fraction(rate: Rate) -> str:
    """What the ratio is made of."""
    return f"{rate.numerator}/{rate.denominator}" if rate.is_known else ""

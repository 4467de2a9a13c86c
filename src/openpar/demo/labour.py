"""The case everybody remembers: a department of labour gives itself 77,2 and is recognised 57,52, 18th of 19.

Only the two totals, the rank and some of the failings are reported (Báo Phú Yên 19/05/2023); the figures
below are invented so that they add up to them, line by line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from openpar.engine.answers import Answer

KEY = "68-so-lao-dong-thuong-binh-xa-hoi"
SELF_TOTAL = Decimal("77.2")
RECOGNISED_TOTAL = Decimal("57.52")
RANK, RANK_OF = 18, 19
# Dossiers resolved in time, and resolved, of the year: the one-stop of the demo tells as many (3.2.1).
ON_TIME = 3939, 4040


def _ratio(numerator: int, denominator: int) -> Answer:
    return Answer(numerator=Decimal(numerator), denominator=Decimal(denominator))


def _count(number: int) -> Answer:
    return Answer(numerator=Decimal(number))


_YES, _NO = Answer(choice="yes"), Answer(choice="no")

SELF: Mapping[str, Answer] = {
    "1.1.1": Answer(choice="trong tháng 1"),
    "1.1.2": Answer(items=("đủ lĩnh vực", "rõ sản phẩm, thời hạn", "rõ đơn vị chịu trách nhiệm")),
    "1.1.3": _ratio(46, 50),
    "1.2.1": _YES,
    "1.2.2": _YES,
    "1.3.1": _ratio(4, 5),
    "1.3.2": _ratio(8, 10),
    "1.4.1": _YES,
    "1.4.2": _count(8),
    "1.5.1": Answer(choice="cấp sở công nhận"),
    "1.6.1": _ratio(45, 50),
    "2.1.1": _ratio(9, 10),
    "2.2.1": _YES,
    "2.2.2": _ratio(8, 10),
    "2.3.1": _YES,
    "3.1.1": _ratio(4, 5),
    "3.1.2": _ratio(95, 100),
    "3.2.1": _ratio(*ON_TIME),
    "3.2.2": _ratio(101, 101),
    "3.3.1": _ratio(18, 20),
    "3.4.1": _ratio(600, 1000),
    "3.4.2": _ratio(650, 1000),
    "3.4.3": _ratio(85, 100),
    "3.4.4": _ratio(70, 100),
    "4.1.1": _YES,
    "4.1.2": _YES,
    "4.2.1": _ratio(9, 10),
    "5.1.1": _YES,
    "5.2.1": _count(0),
    "5.3.1": _ratio(8, 10),
    "5.4.1": _YES,
    "6.1.1": _ratio(90, 100),
    "6.1.2": _YES,
    "6.2.1": _ratio(4, 5),
    "6.3.1": _ratio(5, 5),
    "7.1.1": _ratio(95, 100),
    "7.1.2": _ratio(60, 100),
    "7.2.1": Answer(choice="công bố nhưng thiếu duy trì"),
    "7.3.1": _NO,
    "7.3.2": _ratio(60, 100),
    "7.4.1": _ratio(71, 200),
}

# Where the appraiser finds something else, and why.
APPRAISED: Mapping[str, tuple[Answer, str]] = {
    "1.1.3": (_ratio(30, 50), "Chỉ 30/50 nhiệm vụ có sản phẩm hoàn thành; 16 nhiệm vụ mới triển khai."),
    "1.2.1": (_NO, "Báo cáo quý III gửi chậm so với thời hạn quy định."),
    "1.3.1": (_ratio(0, 5), "Không kiểm tra CCHC đơn vị trực thuộc nào trong năm."),
    "1.3.2": (_ratio(4, 10), "Chỉ 4/10 hạn chế sau kiểm tra có tài liệu chứng minh đã khắc phục."),
    "1.4.1": (_NO, "Không tổ chức hội nghị quán triệt, rút kinh nghiệm sau công bố Chỉ số."),
    "1.6.1": (_ratio(41, 50), "Hệ thống theo dõi nhiệm vụ ghi nhận 41/50 nhiệm vụ đúng hạn."),
    "2.2.2": (_ratio(0, 10), "Chưa xử lý vấn đề phát hiện qua rà soát."),
    "3.1.1": (_ratio(2, 5), "Hai thủ tục có quyết định phê duyệt phương án đơn giản hóa."),
    "3.1.2": (_ratio(85, 100), "Đối chiếu cơ sở dữ liệu quốc gia: 85/100 thủ tục công khai đúng."),
    "3.2.1": (_ratio(3600, 4040), "Đã loại hồ sơ gia hạn không có lý do: 3.600/4.040 đúng hạn."),
    "3.2.2": (_ratio(0, 101), "101 hồ sơ trễ hạn không có văn bản xin lỗi được phát hành."),
    "3.3.1": (_ratio(10, 20), "10/20 phản ánh, kiến nghị xử lý đúng hạn."),
    "3.4.2": (_ratio(500, 1000), "Tỷ lệ thanh toán trực tuyến theo hệ thống là 50 %."),
    "3.4.3": (_ratio(60, 100), "Số hóa kết quả đạt 60 % theo hệ thống."),
    "3.4.4": (_ratio(45, 100), "45/100 hồ sơ có sử dụng lại dữ liệu."),
    "4.2.1": (_ratio(5, 10), "5/10 kiến nghị sau kiểm tra phân cấp được xử lý."),
    "5.2.1": (_count(1), "Một công chức bị kỷ luật khiển trách trong năm."),
    "5.3.1": (_ratio(6, 10), "Kế hoạch đào tạo thực hiện 6/10 lớp."),
    "5.4.1": (_NO, "Chưa có tài liệu đánh giá, xếp loại công chức."),
    "6.1.1": (_ratio(80, 100), "Kho bạc xác nhận giải ngân 80 %."),
    "6.2.1": (_ratio(3, 5), "3/5 đơn vị sự nghiệp có quyết định giao tự chủ."),
    "7.1.2": (_ratio(40, 100), "40 % hồ sơ công việc xử lý trên môi trường mạng."),
    "7.2.1": (Answer(choice="không"), "Chưa cập nhật, duy trì hệ thống quản lý chất lượng."),
    "7.3.2": (_ratio(40, 100), "40/100 máy tính cài phần mềm tập trung."),
    "7.4.1": (_ratio(49, 200), "49/200 lượt chuyên mục cập nhật đúng hạn."),
}


def reasons() -> Mapping[str, str]:
    """What the appraiser says, leaf by leaf."""
    return {code: why for code, (_answer, why) in APPRAISED.items()}


@dataclass(frozen=True)
class Explained:
    """An explanation and the answer to it; `accepted` gives the unit's own figures back."""

    text: str
    reply: str
    accepted: bool


EXPLAINED: Mapping[str, Explained] = {
    "3.1.2": Explained(
        "Mười thủ tục đã công khai nhưng hệ thống đồng bộ chậm; gửi kèm ảnh chụp ngày công khai.",
        "Chấp nhận: ngày công khai trong tài liệu bổ sung đúng quy định.",
        accepted=True,
    ),
    "5.4.1": Explained(
        "Bổ sung thông báo kết quả đánh giá, xếp loại công chức năm.",
        "Chấp nhận tài liệu bổ sung.",
        accepted=True,
    ),
    "3.2.1": Explained(
        "339 hồ sơ gia hạn do chờ xác minh của địa phương, đề nghị tính đúng hạn.",
        "Giữ nguyên: không có văn bản gia hạn gửi người dân trước ngày hẹn trả.",
        accepted=False,
    ),
    "1.1.3": Explained(
        "16 nhiệm vụ đang triển khai, dự kiến hoàn thành trong quý I năm sau.",
        "Giữ nguyên: đã triển khai không phải là hoàn thành.",
        accepted=False,
    ),
}

OUTSIDE: Mapping[str, Answer] = {
    "2.4.1": Answer(counts={"A": Decimal(20), "B": Decimal(12), "C": Decimal(6), "D": Decimal(2)}),
    "4.3.1": Answer(counts={"A": Decimal(18), "B": Decimal(14), "C": Decimal(6), "D": Decimal(2)}),
    "5.5.1": Answer(counts={"A": Decimal(16), "B": Decimal(16), "C": Decimal(6), "D": Decimal(2)}),
    "8.1.1": _ratio(74, 100),
    "8.2.1": Answer(counts={"A": Decimal(10), "B": Decimal(20), "C": Decimal(8), "D": Decimal(2)}),
}

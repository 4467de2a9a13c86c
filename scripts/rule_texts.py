"""What the pages of docs/rules say around their tables; read by officials, hence Vietnamese."""

from __future__ import annotations

from typing import NamedTuple

INDEX = """# Cách tính điểm

Mỗi trang giải thích một nhóm quy tắc bằng ví dụ. Mọi con số và câu giải thích dưới đây do chính chương
trình tính ra từ các bảng ví dụ dùng để kiểm thử; bảng và chương trình khác nhau một chỗ là không thể phát
hành.

Chung cho mọi quy tắc:

- **Năm kết quả khác nhau.** *Được điểm* (có thể là 0), *không áp dụng* (tiêu chí được loại cho đơn vị),
  *chờ* (số liệu từ bên ngoài chưa có), *không hợp lệ* (số liệu tự mâu thuẫn), *chưa chấm* (chưa nhập gì).
  Chưa chấm không phải là 0 và cũng không phải là “không”.
- **0/0 là không phát sinh**, tức không áp dụng; không phải 0 điểm, không phải điểm tối đa. Mẫu số 0 mà tử
  số lớn hơn 0 là không hợp lệ.
- **So với mức thì không chia, không làm tròn.** Tỷ lệ in ra là 90,00 % vẫn có thể chưa quá 90 %.
- **“Trên 90 %” không gồm 90 %; “từ 90 % trở lên” gồm 90 %.** “Đến dưới 90 %” không gồm 90 %.
- **Không làm tròn khi tính**, chỉ làm tròn khi in; dấu ≈ cho biết số đã làm tròn.
"""
DOSSIERS = """## Số liệu hồ sơ

Không phải điểm của bộ tiêu chí, nhưng cũng do chương trình tính từ các bảng ví dụ:"""


class Kind(NamedTuple):
    """One rule type on a page: its table of worked examples, its name, and what it does."""

    table: str
    title: str
    text: str


class Family(NamedTuple):
    """One page: a few kinds, or worked tables of totals, or both."""

    file: str
    title: str
    text: str
    kinds: tuple[Kind, ...]


FAMILIES = (
    Family(
        "lua-chon.md",
        "Chọn câu trả lời",
        "Người chấm chọn trong những phương án mà quyết định ban hành bộ tiêu chí đã ghi.",
        (
            Kind(
                "01_boolean",
                "Có hoặc Không",
                "“Không áp dụng” chỉ chọn được khi bộ tiêu chí cho phép ở tiêu chí đó.",
            ),
            Kind(
                "02_choice",
                "Chọn một phương án",
                "Các phương án loại trừ nhau; phương án tốt nhất bằng điểm tối đa.",
            ),
            Kind(
                "03_additive_checklist",
                "Cộng các mục đạt được",
                "Điểm là tổng điểm các mục được đánh dấu. Không mục nào đạt cũng là câu "
                "trả lời, nhưng phải xác nhận.",
            ),
            Kind(
                "12_quality_grade_percent",
                "Theo mức xếp loại chất lượng",
                "Mỗi mức được một phần trăm của điểm tối đa; vi phạm nhẹ bị trừ theo "
                "phần trăm của điểm đạt được "
                "hoặc của điểm tối đa, tùy bộ tiêu chí, không xuống dưới 0.",
            ),
        ),
    ),
    Family(
        "dem-so-luong.md",
        "Đếm số lượng",
        "Người chấm nhập một số nguyên, mỗi đơn vị đếm có tài liệu kiểm chứng.",
        (
            Kind(
                "04_count_times_points_capped",
                "Mỗi lần được một số điểm, có mức tối đa",
                "Số lượng nhân điểm mỗi lần, không quá mức tối đa.",
            ),
            Kind(
                "06_step_on_count",
                "Bậc theo số lượng",
                "Bước đầu tiên mà số lượng rơi vào sẽ tính. “Bằng 4” và “từ 4 trở lên” "
                "khác nhau khi đếm được 5.",
            ),
            Kind(
                "11_deduct_per_violation",
                "Trừ điểm theo vi phạm",
                "Bắt đầu từ điểm tối đa, trừ theo số vi phạm, không xuống dưới mức thấp nhất.",
            ),
        ),
    ),
    Family(
        "ty-le.md",
        "Tỷ lệ",
        "Người chấm nhập tử số và mẫu số; tỷ lệ do hệ thống tính và luôn giữ cả hai số.",
        (
            Kind(
                "05_step_on_ratio",
                "Bậc theo tỷ lệ",
                "Bước đầu tiên mà tỷ lệ rơi vào sẽ tính; các bước phủ kín từ 0 đến 100 "
                "%, không hở, không chồng.",
            ),
            Kind(
                "07_ratio_times_max",
                "Tỷ lệ nhân điểm tối đa",
                "Nếu bộ tiêu chí cho phép, số được loại trừ vì lý do khách quan được rút khỏi mẫu số.",
            ),
            Kind(
                "08_ratio_with_zero_floor",
                "Tỷ lệ nhân điểm tối đa, dưới mức sàn được 0",
                "Chính mức sàn vẫn được điểm, trừ khi bộ tiêu chí ghi phải trên mức sàn.",
            ),
        ),
    ),
    Family(
        "cong-thuc.md",
        "Công thức có điều kiện",
        "Người chấm nhập giá trị của từng biến. Điều kiện đầu tiên thỏa mãn chọn công "
        "thức. Đơn vị và người thẩm định "
        "giữ số liệu riêng của mình.",
        (
            Kind(
                "09_formula_with_variables_and_conditions",
                "Công thức theo biến",
                "Chia cho 0 là không áp dụng nếu nhánh công thức ghi như vậy, ngoài ra là không hợp lệ.",
            ),
        ),
    ),
    Family(
        "thoi-han.md",
        "Thời hạn",
        "Ngày tính theo giờ Việt Nam, hết ngày cuối cùng vẫn còn hạn. Ngày tải tệp lên "
        "không bao giờ được tính.",
        (
            Kind(
                "10_deadline",
                "Điểm theo ngày ban hành",
                "Ngày được tính là thời điểm ký số. Văn bản không ký số chỉ được tính "
                "theo ngày văn bản khi bộ tiêu chí "
                "chấp nhận.",
            ),
        ),
    ),
    Family(
        "tu-ben-ngoai.md",
        "Số liệu từ bên ngoài",
        "Đơn vị không tự chấm những tiêu chí này. Chưa có kết quả là *chờ*, không phải "
        "0; tổng điểm khi đó là tạm tính.",
        (
            Kind(
                "13_survey_weighted_answers",
                "Điều tra xã hội học",
                "Tổng trọng số × số phiếu, chia cho số phiếu, nhân điểm tối đa. Nhiều "
                "nhóm người trả lời được gộp theo "
                "cách bộ tiêu chí ghi.",
            ),
            Kind(
                "14_external_index",
                "Chỉ số do nơi khác công bố",
                "Phần trăm được công bố nhân điểm tối đa, ví dụ chỉ số hài lòng.",
            ),
            Kind(
                "15_leadership_score",
                "Điểm lãnh đạo đánh giá",
                "Điểm của Chủ tịch và các Phó Chủ tịch được gộp theo cách bộ tiêu chí ghi.",
            ),
        ),
    ),
    Family(
        "so-voi-khoi.md",
        "So với đơn vị tốt nhất trong khối",
        "Giá trị của đơn vị chia cho giá trị tốt nhất của khối, nhân điểm tối đa. Sửa "
        "một giá trị là điểm của cả khối có "
        "thể đổi, cho đến khi có quyết định công nhận.",
        (
            Kind(
                "16_cohort_normalised",
                "So với đơn vị tốt nhất",
                "Cao hơn là tốt hơn, hoặc thấp hơn là tốt hơn.",
            ),
        ),
    ),
    Family(
        "khong-ap-dung.md",
        "Không áp dụng",
        "Khi một tiêu chí được loại cho một đơn vị, điểm tối đa của nó phải đi đâu đó. "
        "Có ba cách, cho ba kết quả khác "
        "nhau; bộ tiêu chí chọn một và kết quả ghi rõ cách đã chọn.",
        (
            Kind(
                "19_not_applicable",
                "Loại cho cả khối",
                "Tiêu chí đặc thù không đánh giá, đã ghi ngay trong bộ tiêu chí.",
            ),
        ),
    ),
    Family(
        "thuong-tru.md",
        "Điểm thưởng, điểm trừ",
        "Đứng ngoài bảng điểm, có mức tối đa trong năm và tài liệu riêng; không làm đổi "
        "chỉ số của từng lĩnh vực. "
        "Tổng điểm = điểm đạt được + điểm thưởng − điểm trừ, không quá giới hạn (nếu bộ "
        "tiêu chí có), không dưới 0.",
        (
            Kind(
                "17_bonus_capped",
                "Cộng các khoản thưởng được chấp nhận",
                "Người thẩm định chấp nhận từng khoản.",
            ),
            Kind("18_penalty_capped", "Cộng các khoản trừ", "Người thẩm định ghi, đơn vị được giải trình."),
        ),
    ),
    Family(
        "lam-tron-xep-hang-xep-loai.md",
        "Làm tròn, xếp hạng, xếp loại",
        "Điểm được giữ chính xác. Làm tròn chỉ để in; xếp hạng và xếp loại dùng số chính "
        "xác, trừ khi bộ tiêu chí ghi "
        "xếp hạng theo số đã làm tròn.",
        (),
    ),
)
STATES = {
    "NOT_APPLICABLE": "không áp dụng",
    "PENDING": "chờ",
    "INVALID": "không hợp lệ",
    "MISSING": "chưa chấm",
    "BAD_NUMBER": "không đọc được số",
}
POLICIES = {
    "rescale_appraisal": "quy đổi phần còn lại về đủ điểm",
    "shrink_denominator": "rút khỏi điểm tối đa",
    "full_marks": "tính đủ điểm",
}
SCOPES = {"whole": ", cả phần", "field": ", từng lĩnh vực"}
TIES = {
    "competition": "bằng điểm thì cùng hạng, hạng sau bỏ số",
    "dense": "bằng điểm thì cùng hạng, hạng sau không bỏ số",
    "ordinal": "bằng điểm thì xét tiếp các tiêu chí phụ",
}
RANK_ON = {"exact": "theo số chính xác", "displayed": "theo số đã làm tròn"}
MODES = {"HALF_UP": "nửa thì lên", "HALF_EVEN": "nửa thì về số chẵn", "DOWN": "bỏ phần lẻ"}

"""Which parameters each rule type asks for, in the words of officials: one form per rule type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

    Text = str | StrPromise

Kind = Literal["number", "percent", "text", "flag", "choice", "day"]


@dataclass(frozen=True)
class Field:
    """One parameter. A `percent` is typed as 90 and stored as 0.9; a `day` is a last day of a deadline."""

    name: str
    label: Text
    kind: Kind = "text"
    options: tuple[tuple[str, Text], ...] = ()
    hint: Text = ""
    is_required: bool = True
    default: str = ""


@dataclass(frozen=True)
class Rows:
    """A list of parameters: options, items, steps… `steps` marks a list with bounds; `limit` is the kind
    of the numbers in its bounds.
    """

    name: str
    label: Text
    columns: tuple[Field, ...]
    has_bounds: bool = False
    limit: Kind = "number"
    is_required: bool = True


@dataclass(frozen=True)
class RuleForm:
    """A rule type with its name in Vietnamese and its parameters."""

    type: str
    label: Text
    parts: tuple[Field | Rows, ...]
    is_outside: bool = False


def _labelled(name: str, label: Text, figure: Field) -> Rows:
    return Rows(name, label, (Field("label", _("Nội dung")), figure))


_POINTS = Field("points", _("Điểm"), "number")
_RATIO = (
    Field("num", _("Tử số là")),
    Field("den", _("Mẫu số là")),
    Field("excused", _("Số được loại trừ khỏi mẫu số"), hint=_("Để trống nếu không có."), is_required=False),
    Field("cap_ratio", _("Cho phép tử số lớn hơn mẫu số, khi đó tính là 100 %"), "flag"),
)
_COUNT = Field("count", _("Đếm cái gì"), hint=_("Ví dụ: sáng kiến, cuộc kiểm tra"))

RULE_FORMS: tuple[RuleForm, ...] = (
    RuleForm(
        "boolean",
        _("Có / Không"),
        (
            Field("yes", _("Điểm khi Có"), "number"),
            Field("no", _("Điểm khi Không"), "number", is_required=False, default="0"),
        ),
    ),
    RuleForm("choice", _("Chọn một phương án"), (_labelled("options", _("Các phương án"), _POINTS),)),
    RuleForm(
        "additive_checklist",
        _("Cộng điểm các yêu cầu đạt được"),
        (_labelled("items", _("Các yêu cầu"), _POINTS),),
    ),
    RuleForm(
        "count_times_points_capped",
        _("Số lượng × điểm, có mức tối đa"),
        (_COUNT, Field("per", _("Mỗi cái được"), "number"), Field("cap", _("Tối đa"), "number")),
    ),
    RuleForm(
        "step_on_ratio",
        _("Bậc thang theo tỷ lệ"),
        (*_RATIO, Rows("steps", _("Các bậc (tỷ lệ %)"), (_POINTS,), has_bounds=True, limit="percent")),
    ),
    RuleForm(
        "step_on_count",
        _("Bậc thang theo số lượng"),
        (_COUNT, Rows("steps", _("Các bậc (số lượng)"), (_POINTS,), has_bounds=True)),
    ),
    RuleForm("ratio_times_max", _("Tỷ lệ × điểm tối đa"), _RATIO),
    RuleForm(
        "ratio_with_zero_floor",
        _("Tỷ lệ × điểm tối đa, dưới mức sàn thì 0"),
        (
            *_RATIO,
            Field("zero_below", _("Mức sàn (%)"), "percent"),
            Field("open_floor", _("Đúng bằng mức sàn cũng được 0 điểm"), "flag"),
        ),
    ),
    RuleForm(
        "formula_with_variables_and_conditions",
        _("Công thức có điều kiện"),
        (
            Rows(
                "variables",
                _("Các biến"),
                (
                    Field("name", _("Tên biến")),
                    Field("question", _("Câu hỏi cho đơn vị"), is_required=False),
                    Field("unit", _("Đơn vị tính"), is_required=False),
                    Field("whole", _("Số nguyên"), "flag"),
                    Field("may_be_negative", _("Có thể âm"), "flag"),
                ),
            ),
            Rows(
                "branches",
                _("Các nhánh, nhánh đầu tiên đúng được dùng"),
                (
                    Field("if", _("Nếu"), hint=_("Để trống ở nhánh cuối"), is_required=False),
                    Field("points", _("Điểm bằng"), hint=_("not_applicable: không áp dụng")),
                    Field(
                        "zero_division",
                        _("Chia cho 0 thì"),
                        "choice",
                        (("invalid", _("số liệu sai")), ("not_applicable", _("không áp dụng"))),
                        default="invalid",
                    ),
                ),
            ),
            Field("cap", _("Kết quả ngoài khoảng 0 – tối đa thì lấy giới hạn"), "flag"),
        ),
    ),
    RuleForm(
        "deadline",
        _("Theo ngày văn bản"),
        (
            Rows(
                "options",
                _("Các thời hạn, từ sớm đến muộn; dòng cuối để trống ngày"),
                (
                    Field(
                        "until", _("Đến hết ngày"), "day", hint=_("31/01 hoặc 31/01/2026"), is_required=False
                    ),
                    _POINTS,
                    Field("label", _("Ghi là"), is_required=False),
                ),
            ),
            Field(
                "counts",
                _("Tính theo"),
                "choice",
                (("signed_at", _("ngày ký số")), ("document_date", _("ngày ghi trên văn bản"))),
                default="signed_at",
            ),
            Field(
                "accept_document_date", _("Văn bản không ký số thì tính theo ngày ghi trên văn bản"), "flag"
            ),
        ),
    ),
    RuleForm(
        "deduct_per_violation",
        _("Trừ điểm theo vi phạm"),
        (
            Rows(
                "per_violation",
                _("Các loại vi phạm"),
                (Field("label", _("Loại vi phạm")), Field("points", _("Trừ mỗi vi phạm"), "number")),
            ),
            Field("floor", _("Thấp nhất còn"), "number", is_required=False, default="0"),
        ),
    ),
    RuleForm(
        "quality_grade_percent",
        _("Theo mức xếp loại"),
        (
            Rows(
                "grades",
                _("Các mức"),
                (Field("label", _("Mức")), Field("percent", _("% điểm tối đa"), "number")),
            ),
            Field("minor_violation", _("Mỗi vi phạm nhẹ trừ (%)"), "number", is_required=False),
            Field(
                "deduct_of",
                _("Trừ phần trăm của"),
                "choice",
                (("", _("không trừ")), ("earned", _("điểm đạt được")), ("maximum", _("điểm tối đa"))),
                is_required=False,
            ),
        ),
    ),
    RuleForm(
        "cohort_normalised",
        _("So với giá trị tốt nhất trong khối"),
        (
            Field("value", _("Giá trị là")),
            Field(
                "direction",
                _("Tốt hơn là"),
                "choice",
                (("higher_is_better", _("cao hơn")), ("lower_is_better", _("thấp hơn"))),
                default="higher_is_better",
            ),
        ),
    ),
    RuleForm(
        "survey_weighted_answers",
        _("Điều tra xã hội học"),
        (
            Field("group", _("Nhóm được hỏi"), is_required=False),
            Rows(
                "weights",
                _("Các phương án trả lời"),
                (Field("label", _("Phương án")), Field("weight", _("Trọng số (%)"), "percent")),
            ),
            Rows(
                "groups",
                _("Các nhóm người trả lời (nếu tính riêng từng nhóm)"),
                (Field("label", _("Nhóm")), Field("weight", _("Trọng số"), "number")),
                is_required=False,
            ),
            Field(
                "combine",
                _("Gộp các nhóm"),
                "choice",
                (
                    ("pooled", _("gộp chung mọi phiếu")),
                    ("mean_of_groups", _("bình quân các nhóm")),
                    ("weighted", _("bình quân có trọng số")),
                ),
                default="pooled",
            ),
            Field(
                "blank",
                _("Phiếu không trả lời"),
                "choice",
                (("left_out", _("không tính")), ("zero", _("tính 0"))),
                default="left_out",
            ),
            Field("minimum_forms", _("Số phiếu tối thiểu"), "number", is_required=False),
        ),
        is_outside=True,
    ),
    RuleForm(
        "external_index",
        _("Chỉ số công bố ở nơi khác"),
        (
            Field(
                "not_surveyed",
                _("Đơn vị không được khảo sát thì"),
                "choice",
                (("pending", _("chờ kết quả")), ("not_applicable", _("không áp dụng"))),
                default="pending",
            ),
        ),
        is_outside=True,
    ),
    RuleForm(
        "leadership_score",
        _("Lãnh đạo UBND cho điểm"),
        (
            Field(
                "combine",
                _("Gộp điểm"),
                "choice",
                (
                    ("mean", _("bình quân")),
                    ("sum", _("cộng lại")),
                    ("chair_weight", _("Chủ tịch có trọng số riêng")),
                ),
                default="mean",
            ),
            Field("chair_weight", _("Trọng số của Chủ tịch (%)"), "percent", is_required=False),
        ),
        is_outside=True,
    ),
    RuleForm("not_applicable", _("Không đánh giá"), (Field("reason", _("Lý do"), is_required=False),)),
    RuleForm(
        "unstated", _("Chưa chọn quy tắc"), (Field("text", _("Lời trong quyết định"), is_required=False),)
    ),
)
BY_TYPE = {form.type: form for form in RULE_FORMS}
HEADING = "heading"

LOWER = (("", "—"), ("gt", _("trên")), ("ge", _("từ")), ("eq", _("đúng bằng")))
UPPER = (("", "—"), ("lt", _("dưới")), ("le", _("đến")))

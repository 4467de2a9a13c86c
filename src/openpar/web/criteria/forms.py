"""Forms of criteria sets: head, issuing, reasons, copying, one line."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from openpar.parindex.criteria.actions import SetHead
from openpar.parindex.criteria.actions.copying import YEARS
from openpar.parindex.criteria.models import ScoredBy
from openpar.parindex.criteria.words import LEVELS
from openpar.web.components.fields import DayField, LineField, PointsField, TextField
from openpar.web.criteria.rule_forms import HEADING, RULE_FORMS


def _two_lines() -> forms.Textarea:
    return forms.Textarea(attrs={"rows": 2})


class HeadForm(forms.Form):
    """What stands above the table."""

    title = LineField(label=_("Tên bộ tiêu chí"), max_length=300)
    year = forms.IntegerField(label=_("Năm áp dụng"), min_value=YEARS.start, max_value=YEARS.stop - 1)
    level = forms.ChoiceField(label=_("Cấp áp dụng"), required=False)
    total = PointsField(label=_("Tổng điểm"))
    survey = PointsField(label=_("Trong đó điều tra, bên ngoài"), required=False)
    appraisal = PointsField(label=_("Trong đó tự đánh giá, thẩm định"), required=False)
    is_sample = forms.BooleanField(
        label=_("Bộ tiêu chí mẫu (không phải văn bản của cơ quan)"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        level = self.fields["level"]
        assert isinstance(level, forms.ChoiceField)
        stated = str(self.initial.get("level") or "")
        known = dict(LEVELS)
        own = [(stated, stated)] if stated and stated not in known else []
        level.choices = [("", _("Không nêu")), *LEVELS, *own]

    def head(self) -> SetHead:
        """What was stated, after `is_valid`."""
        stated = self.cleaned_data
        return SetHead(
            title=stated["title"],
            level=stated["level"],
            year=stated["year"],
            is_sample=stated["is_sample"],
            declared_total=stated["total"],
            declared_survey=stated["survey"],
            declared_appraisal=stated["appraisal"],
        )


class IssueForm(forms.Form):
    """The decision that issues a set."""

    number = LineField(label=_("Số quyết định"), max_length=80, help_text=_("Ví dụ: 2712/QĐ-UBND"))
    signed_on = DayField(label=_("Ngày ký"))
    issuer = LineField(label=_("Cơ quan ban hành"), max_length=250)
    accepted_differences = TextField(
        label=_("Lý do chấp nhận chênh lệch số điểm"),
        required=False,
        help_text=_("Chỉ cần khi tổng các dòng khác số in trong quyết định; tên bạn được ghi cùng lý do."),
    )


class ReasonForm(forms.Form):
    """Why."""

    reason = TextField(label=_("Lý do"))


class CopyForm(forms.Form):
    """A copy for another year, or an amendment of this one."""

    title = LineField(label=_("Tên bộ tiêu chí mới"), max_length=300)
    year = forms.IntegerField(label=_("Năm áp dụng"), min_value=YEARS.start, max_value=YEARS.stop - 1)
    replaces = forms.BooleanField(label=_("Điều chỉnh, thay thế bộ tiêu chí này"), required=False)


class LineForm(forms.Form):
    """The words and the maximum of one line; the parameters of its rule stand beside it (rule_values)."""

    code = LineField(label=_("Mã"), max_length=20)
    title = LineField(label=_("Tên"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    most_points = PointsField(label=_("Điểm tối đa"), required=False)
    rule_type = forms.ChoiceField(label=_("Cách tính điểm"))
    scored_by = forms.ChoiceField(
        label=_("Người chấm"), choices=ScoredBy.choices, initial=ScoredBy.SELF, required=False
    )
    evidence_wanted = TextField(label=_("Tài liệu kiểm chứng"), required=False, widget=_two_lines())
    scale_text = TextField(
        label=_("Lời trong quyết định"),
        required=False,
        widget=_two_lines(),
        help_text=_("Thang điểm đúng như in trong quyết định, hiện cạnh quy tắc."),
    )
    may_be_not_applicable = forms.BooleanField(label=_("Có thể không áp dụng"), required=False)
    not_applicable_note = LineField(label=_("Không áp dụng khi nào"), max_length=300, required=False)
    owner = TextField(label=_("Đơn vị chủ trì theo dõi"), required=False, widget=_two_lines())
    article = TextField(
        label=_("Căn cứ, điều khoản"),
        required=False,
        widget=_two_lines(),
        help_text=_("Ví dụ: khoản 2 Điều 7 Nghị quyết 76/NQ-CP"),
    )
    note = TextField(label=_("Ghi chú"), required=False, widget=_two_lines())
    indicator = LineField(label=_("Chỉ tiêu số liệu tự động"), max_length=60, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = self.fields["rule_type"]
        assert isinstance(kind, forms.ChoiceField)
        kind.choices = [
            (HEADING, _("Mục có dòng con, không chấm trực tiếp")),
            *((form.type, form.label) for form in RULE_FORMS),
        ]

    def clean_scored_by(self) -> ScoredBy:
        return ScoredBy(self.cleaned_data["scored_by"] or ScoredBy.SELF)

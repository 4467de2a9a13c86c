"""Forms of models and initiatives. Whether they make sense, the actions say."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from openpar.reform.initiatives.actions.evaluating import Evaluated
from openpar.reform.initiatives.actions.measuring import Measured, NewMeasure
from openpar.reform.initiatives.actions.moving import Recognised
from openpar.reform.initiatives.actions.proposing import Proposal
from openpar.reform.initiatives.actions.spreading import TakenOver
from openpar.reform.initiatives.models import Evaluation, Initiative, Kind, Level, Measure, Measurement
from openpar.web.components.fields import DayField, LineField, PointsField, TextField

Choices = list[tuple[int, str]]


def _document(label: Any, *, required: bool = True) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=label, coerce=int, empty_value=None, required=required)


class _WithDocuments(forms.Form):
    """A form that names documents of the stores of whoever fills it in."""

    documents_in: tuple[str, ...] = ("document",)

    def __init__(self, *args: Any, documents: Choices, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in self.documents_in:
            field = self.fields[name]
            assert isinstance(field, forms.TypedChoiceField)
            field.choices = [("", _("Chọn văn bản")), *documents]


class ProposalForm(forms.Form):
    """What is said of a model or initiative."""

    kind = forms.TypedChoiceField(label=_("Loại"), choices=Kind.choices, coerce=Kind)
    name = LineField(label=_("Tên"), max_length=300)
    level = forms.TypedChoiceField(label=_("Cấp áp dụng"), choices=Level.choices, coerce=Level)
    field = forms.ChoiceField(label=_("Lĩnh vực"))
    content = TextField(label=_("Nội dung"), max_length=4000)
    scope = TextField(label=_("Phạm vi áp dụng"), max_length=4000, required=False)
    source = LineField(
        label=_("Nguồn"),
        max_length=300,
        required=False,
        help_text=_("Chỉ ghi khi biết qua báo chí, danh sách của nơi khác."),
    )

    def __init__(self, *args: Any, fields: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        chosen = self.fields["field"]
        assert isinstance(chosen, forms.ChoiceField)
        chosen.choices = fields

    def proposal(self) -> Proposal:
        """What a valid form says."""
        return Proposal(**self.cleaned_data)


def initial_of(initiative: Initiative) -> dict[str, object]:
    """The form of what is there."""
    names = ("kind", "name", "level", "field", "content", "scope", "source")
    return {name: getattr(initiative, name) for name in names}


class RecogniseForm(_WithDocuments):
    level = forms.TypedChoiceField(label=_("Cấp công nhận"), coerce=Level)
    council = LineField(label=_("Hội đồng"), max_length=250)
    recognised_on = DayField(label=_("Ngày công nhận"))
    document = _document(_("Quyết định công nhận"))

    def __init__(self, *args: Any, levels: list[Level], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["level"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [(one.value, one.label) for one in levels]

    def decided(self) -> Recognised:
        given = self.cleaned_data
        return Recognised(given["level"], given["council"], given["recognised_on"], given["document"])


class StartForm(_WithDocuments):
    started_on = DayField(label=_("Bắt đầu"))
    document = _document(_("Văn bản triển khai"), required=False)


class StopForm(forms.Form):
    stopped_on = DayField(label=_("Ngày cuối cùng còn áp dụng"))
    reason = TextField(label=_("Lý do dừng"), max_length=4000)


class MeasureForm(forms.Form):
    name = LineField(label=_("Chỉ số"), max_length=200, help_text=_("Ví dụ: thời gian chờ trung bình"))
    unit = LineField(label=_("Đơn vị tính"), max_length=60)
    is_ratio = forms.BooleanField(label=_("Là tỷ lệ (tử số, mẫu số)"), required=False)
    better = forms.TypedChoiceField(
        label=_("Chiều tốt"), choices=Measure.Better.choices, coerce=Measure.Better
    )

    def measure(self) -> NewMeasure:
        given = self.cleaned_data
        return NewMeasure(given["name"], given["unit"], given["better"], given["is_ratio"])


class FigureForm(_WithDocuments):
    side = forms.TypedChoiceField(
        label=_("Trước hay sau"), choices=Measurement.Side.choices, coerce=Measurement.Side
    )
    measured_on = DayField(label=_("Số liệu đến ngày"))
    numerator = PointsField(label=_("Giá trị, tử số"))
    denominator = PointsField(label=_("Mẫu số"), required=False)
    document = _document(_("Văn bản nguồn"))

    def measured(self) -> Measured:
        given = self.cleaned_data
        return Measured(
            given["side"],
            given["measured_on"],
            given["numerator"],
            given["denominator"],
            given["document"],
        )


class ReplicateForm(_WithDocuments):
    organisation = forms.TypedChoiceField(label=_("Đơn vị nhân rộng"), coerce=int, empty_value=None)
    replicated_on = DayField(label=_("Áp dụng từ ngày"))
    document = _document(_("Văn bản nhân rộng"))
    note = LineField(label=_("Ghi chú"), max_length=500, required=False)

    def __init__(self, *args: Any, agencies: Choices, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["organisation"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [("", _("Chọn đơn vị")), *agencies]

    def taken(self) -> TakenOver:
        given = self.cleaned_data
        return TakenOver(given["organisation"], given["replicated_on"], given["document"], given["note"])


class ContestForm(forms.Form):
    contest = LineField(label=_("Hội thi"), max_length=250)
    entered_on = DayField(label=_("Ngày dự thi"))


class AwardForm(_WithDocuments):
    points = PointsField(label=_("Điểm"), required=False)
    award = LineField(label=_("Giải thưởng"), max_length=250, required=False)
    document = _document(_("Quyết định"), required=False)


class EvaluationForm(_WithDocuments):
    """What is said of one model in a period; a form of which nothing was filled in says nothing."""

    verdict = forms.ChoiceField(
        label=_("Kết quả"), choices=[("", _("Chưa đánh giá")), *Evaluation.Verdict.choices], required=False
    )
    advice = forms.ChoiceField(
        label=_("Đề nghị"), choices=Evaluation.Advice.choices, initial="CONTINUE", required=False
    )
    text = TextField(label=_("Đánh giá"), max_length=4000, required=False)
    document = _document(_("Văn bản"), required=False)
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, required=False)

    @property
    def is_empty(self) -> bool:
        """Nothing was said: no verdict, no words."""
        given = self.cleaned_data
        return not given.get("verdict") and not given.get("text")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("text") and not given.get("verdict"):
            self.add_error("verdict", _("Chọn kết quả."))
        return given

    def evaluated(self, initiative_id: int) -> Evaluated:
        given = self.cleaned_data
        return Evaluated(
            initiative_id,
            Evaluation.Verdict(given["verdict"]),
            Evaluation.Advice(given["advice"] or Evaluation.Advice.CONTINUE),
            given["text"],
            expected_revision=given["seen"] or 0,
            document_id=given["document"],
        )


class TargetForm(_WithDocuments):
    """The target of one agency for a year."""

    organisation = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    planned = forms.IntegerField(label=_("Chỉ tiêu"), min_value=0, max_value=999)
    document = _document(_("Văn bản giao chỉ tiêu"))
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

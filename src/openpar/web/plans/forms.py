"""The forms of drafts: a task as one line of the document, a target, the head of a plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from openpar.common.errors import Gap, Refused
from openpar.reform.fields import field_name, reform_fields
from openpar.reform.plans.actions.targets import NewTarget, target_gaps
from openpar.reform.plans.classes import agency_classes
from openpar.reform.plans.lines import Agencies, Deadline, NewLine, Source
from openpar.reform.plans.models import DeadlineKind, Operator, Plan, PlanLevel, Target
from openpar.reform.plans.queries.pages_plans import ShownLine
from openpar.reform.plans.rules import line_gaps
from openpar.reform.plans.words import MILLION, agencies_from_words, deadline_words, required_deadline
from openpar.web.components.fields import LineField, PointsField, TextField

_NO_SOURCE = Source()


def said_at_field(refused: Refused) -> ValidationError:
    """The gaps without their place: the label of the field stands above."""
    return ValidationError(
        [f"{gap.what[:1].upper()}{gap.what[1:]}. {gap.remedy}".rstrip(". ") + "." for gap in refused.gaps]
    )


def field_choices(on: date) -> list[tuple[str, str]]:
    """The chapters of a plan by code."""
    codes = [field.code for field in reform_fields(only_in_plan=True)]
    return [(code, f"{code}. {field_name(code, on)}") for code in codes]


class LineForm(forms.Form):
    """A task in the words of the document; `to_line` is what the actions take."""

    field = forms.ChoiceField(label=gettext_lazy("Lĩnh vực"))
    number = LineField(label=gettext_lazy("STT"), max_length=20, required=False)
    text = TextField(label=gettext_lazy("Nhiệm vụ"), max_length=2000)
    product = LineField(label=gettext_lazy("Sản phẩm"), max_length=2000, required=False)
    leads = LineField(label=gettext_lazy("Chủ trì"), max_length=4000)
    cooperating = LineField(label=gettext_lazy("Phối hợp"), max_length=4000, required=False)
    deadline = LineField(label=gettext_lazy("Thời hạn"), max_length=200)
    budget = PointsField(label=gettext_lazy("Kinh phí (triệu đồng)"), required=False)
    budget_source = LineField(label=gettext_lazy("Nguồn kinh phí"), max_length=200, required=False)
    parent_task = forms.ChoiceField(label=gettext_lazy("Phục vụ nhiệm vụ cấp trên"), required=False)
    note = LineField(label=gettext_lazy("Ghi chú"), max_length=2000, required=False)

    def __init__(
        self, *args: Any, on: date, year: int, parents: Sequence[tuple[int, str]] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._on, self._year = on, year
        self._choose("field", field_choices(on))
        if parents:
            self._choose("parent_task", [("", "—"), *((str(task), text[:90]) for task, text in parents)])
        else:
            del self.fields["parent_task"]
        self.fields["text"].widget.attrs["rows"] = 3
        self.fields["leads"].help_text = _(
            "Tên cơ quan ngăn cách bằng dấu chấm phẩy, hoặc nhóm: %s."
        ) % "; ".join(each.name for each in agency_classes())
        self.fields["deadline"].help_text = _(
            "Ngày, “Quý II”, “hằng quý”, “thường xuyên” hoặc “sau khi có …”."
        )

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean_leads(self) -> tuple[Agencies, ...]:
        return self._agencies("leads")

    def clean_cooperating(self) -> tuple[Agencies, ...]:
        return self._agencies("cooperating")

    def clean_deadline(self) -> Deadline:
        try:
            return required_deadline(self.cleaned_data["deadline"], self._year)
        except Refused as refused:
            raise said_at_field(refused) from refused

    def _agencies(self, name: str) -> tuple[Agencies, ...]:
        try:
            return agencies_from_words(self.cleaned_data[name], self._on)
        except Refused as refused:
            raise said_at_field(refused) from refused

    def to_line(self) -> NewLine:
        """Of a valid form."""
        return _line_of(self.cleaned_data)

    def gaps_of_the_rest(self, plan: Plan, source: Source = _NO_SOURCE) -> list[Gap]:
        """What the action would refuse of the fields that could be read, also when others could not."""
        if not self.is_bound:
            return []
        self.is_valid()
        line = replace(_line_of({**_STAND_IN_LINE, **self.cleaned_data}), source=source)
        return [gap for gap in line_gaps(line, plan) if gap.code != "no-lead"]


# Of which nothing is wrong but that nobody leads it: stands for what could not be read.
_STAND_IN_LINE: Mapping[str, Any] = {
    **dict.fromkeys(("number", "product", "budget_source", "note"), ""),
    "field": "F0",
    "text": "…",
    "leads": (),
    "cooperating": (),
    "deadline": Deadline(DeadlineKind.CONTINUOUS),
    "budget": None,
}


def _line_of(given: Mapping[str, Any]) -> NewLine:
    budget, parent = given["budget"], given.get("parent_task", "")
    return NewLine(
        field=given["field"],
        number=given["number"],
        text=given["text"],
        product=given["product"],
        leads=given["leads"],
        cooperating=given["cooperating"],
        deadline=given["deadline"],
        budget=None if budget is None else budget * MILLION,
        budget_source=given["budget_source"],
        parent_task_id=int(parent) if parent else None,
        note=given["note"],
    )


def initial_of(shown: ShownLine) -> dict[str, object]:
    """A line that is there already, in words that the form reads back."""
    line = shown.line
    return {
        "field": line.field,
        "number": line.number,
        "text": line.text,
        "product": line.product,
        "leads": "; ".join(shown.leads),
        "cooperating": "; ".join(shown.cooperating),
        "deadline": deadline_words(line),
        "budget": None if line.budget is None else line.budget / MILLION,
        "budget_source": line.budget_source,
        "parent_task": line.parent_task_id or "",
        "note": line.note,
    }


class HeadForm(forms.Form):
    """The title, the plan of the upper level, and how many secret lines stay outside."""

    title = LineField(label=gettext_lazy("Tên kế hoạch"), max_length=300)
    parent = forms.ChoiceField(label=gettext_lazy("Kế hoạch cấp trên"), required=False)
    secret_lines = forms.IntegerField(
        label=gettext_lazy("Số nhiệm vụ mật"),
        min_value=0,
        max_value=10_000,
        help_text=gettext_lazy("Chỉ ghi số lượng; nội dung nhiệm vụ mật không đưa vào hệ thống."),
    )

    def __init__(self, *args: Any, parents: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["parent"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "—"), *parents]


class TargetForm(forms.Form):
    """A target: what, whom it binds, how much."""

    field = forms.ChoiceField(label=gettext_lazy("Lĩnh vực"))
    text = LineField(label=gettext_lazy("Chỉ tiêu"), max_length=2000)
    operator = forms.ChoiceField(label=gettext_lazy("So sánh"), choices=Operator.choices)
    value = PointsField(label=gettext_lazy("Giá trị"))
    unit = LineField(label=gettext_lazy("Đơn vị tính"), max_length=40, initial="%")
    binds = LineField(
        label=gettext_lazy("Áp dụng cho"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Một cơ quan hoặc một nhóm; để trống: toàn bộ."),
    )
    indicator = forms.ChoiceField(
        label=gettext_lazy("Chỉ tiêu tính điểm"),
        required=False,
        help_text=gettext_lazy("Chỉ tiêu có định nghĩa mà số liệu cho biết kết quả, nếu có."),
    )
    legal_basis = LineField(label=gettext_lazy("Căn cứ"), max_length=300, required=False)

    def __init__(
        self, *args: Any, on: date, indicators: Sequence[tuple[str, str]] = (), **kwargs: Any
    ) -> None:
        kwargs.setdefault("auto_id", "id_target_%s")
        super().__init__(*args, **kwargs)
        self._on = on
        for name, choices in (("field", field_choices(on)), ("indicator", [("", "—"), *indicators])):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices

    def clean_binds(self) -> Agencies | None:
        text = self.cleaned_data["binds"]
        if not text:
            return None
        try:
            found = agencies_from_words(text, self._on)
        except Refused as refused:
            raise said_at_field(refused) from refused
        if len(found) != 1:
            raise ValidationError(_("Ghi một cơ quan hoặc một nhóm cơ quan."))
        return found[0]

    def to_target(self, year: int, level: str) -> NewTarget:
        """Of a valid form."""
        return _target_of(self.cleaned_data, year, level)

    def gaps_of_the_rest(self, year: int, level: str, at: datetime) -> list[Gap]:
        """What the action would refuse of the fields that could be read, also when others could not."""
        if not self.is_bound:
            return []
        self.is_valid()
        return target_gaps(_target_of({**_STAND_IN_TARGET, **self.cleaned_data}, year, level), at)


# Of which nothing is wrong: stands for what could not be read.
_STAND_IN_TARGET: Mapping[str, Any] = {
    **dict.fromkeys(("unit", "indicator", "legal_basis"), ""),
    "field": "F0",
    "text": "…",
    "operator": Operator.values[0],
    "value": Decimal(0),
    "binds": None,
}


def _target_of(given: Mapping[str, Any], year: int, level: str) -> NewTarget:
    binds = given["binds"]
    return NewTarget(
        field=given["field"],
        text=given["text"],
        level=PlanLevel(level),
        year=year,
        operator=Operator(given["operator"]),
        value=given["value"],
        unit=given["unit"],
        organisation_id=binds.organisation_id if binds else None,
        agency_class=binds.agency_class if binds else "",
        indicator=given["indicator"],
        legal_basis=given["legal_basis"],
    )


def initial_of_target(target: Target, binds: str) -> dict[str, object]:
    """A target that is there already, in words that the form reads back; `binds`: whom, in words."""
    return {
        "field": target.field,
        "text": target.text,
        "operator": target.operator,
        "value": target.value,
        "unit": target.unit,
        "binds": binds,
        "indicator": target.indicator,
        "legal_basis": target.legal_basis,
    }

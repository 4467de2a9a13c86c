"""Forms of the round manager."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EMPTY_VALUES
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from openpar.common.errors import Gap, Refused
from openpar.common.formats import VIETNAM, format_date, parse_date
from openpar.parindex.assessments.calendar import PhaseDates
from openpar.parindex.assessments.models import Phase, RoundStage
from openpar.web.components.fields import DayField, LineField, PointsField, TextField

# The phases that have dates; preparation has none, publication happens by decision.
DATED = (
    RoundStage.SELF_SCORING,
    RoundStage.APPRAISAL,
    RoundStage.EXPLANATION,
    RoundStage.REAPPRAISAL,
    RoundStage.DECISION,
)
_DAY = timedelta(days=1)


def parse_moment(text: str, *, ends: bool = False) -> datetime:
    """“30/11/2026 17:00” in Việt Nam. An hour left out: the day begins, or with `ends` is over.

    Raises Refused.
    """
    day_text, _space, hour_text = text.strip().partition(" ")
    day = parse_date(day_text)
    hour_text = hour_text.strip()
    if not hour_text:
        start = datetime.combine(day, time(), tzinfo=VIETNAM)
        return start + _DAY if ends else start
    try:
        hour, minute = (int(part) for part in hour_text.replace("h", ":").split(":"))
        return datetime.combine(day, time(hour, minute), tzinfo=VIETNAM)
    except ValueError:
        what = gettext("giờ “%s” không hiểu được.") % hour_text
        gap = Gap("", what, gettext("Viết giờ như 17:00."), code="hour")
        raise Refused(gap) from None


def moment_text(moment: datetime, *, ends: bool = False) -> str:
    """What `parse_moment` reads as this moment; midnight is left out, and with `ends` named by its day."""
    local = moment.astimezone(VIETNAM)
    if (local.hour, local.minute) == (0, 0):
        return format_date((local - _DAY if ends else local).date())
    return f"{format_date(local)} {local:%H:%M}"


class MomentField(forms.Field):
    """A moment as dd/mm/yyyy HH:MM; the hour may be left out."""

    widget = forms.TextInput

    def __init__(self, *, ends: bool = False, **options: Any) -> None:
        self.ends = ends
        super().__init__(**options)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"autocomplete": "off", "placeholder": gettext("dd/mm/yyyy hh:mm"), "class": "form-control"}

    def prepare_value(self, value: Any) -> Any:
        return moment_text(value, ends=self.ends) if isinstance(value, datetime) else value

    def to_python(self, value: Any) -> datetime | None:
        if value in EMPTY_VALUES or not str(value).strip():
            return None
        try:
            return parse_moment(str(value), ends=self.ends)
        except Refused as error:
            raise ValidationError(
                [f"{text[:1].upper()}{text[1:]}" for text in map(str, error.gaps)]
            ) from None


class RoundForm(forms.Form):
    title = LineField(label=_("Tên kỳ đánh giá"), max_length=250)
    year = forms.IntegerField(label=_("Năm đánh giá"), min_value=2000, max_value=2100)
    assessed_from = DayField(label=_("Số liệu từ ngày"))
    assessed_until = DayField(
        label=_("đến hết ngày"),
        help_text=_("Thời kỳ đánh giá không nhất thiết là năm dương lịch, thường từ 15/12 đến 14/12."),
    )
    manager = forms.TypedChoiceField(label=_("Cơ quan quản lý kỳ"), coerce=int)
    guide = TextField(label=_("Hướng dẫn cho các đơn vị"), required=False)

    def __init__(self, *args: Any, managers: Sequence[tuple[int, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["manager"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = list(managers)


class RoundChangeForm(forms.Form):
    """What the manager corrects; once the round has opened the period is fixed and a reason is asked for."""

    title = LineField(label=_("Tên kỳ đánh giá"), max_length=250)
    assessed_from = DayField(label=_("Số liệu từ ngày"))
    assessed_until = DayField(label=_("đến hết ngày"))
    guide = TextField(label=_("Hướng dẫn cho các đơn vị"), required=False)
    reason = TextField(label=_("Lý do sửa"))

    def __init__(self, *args: Any, preparing: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("reason",) if preparing else ("assessed_from", "assessed_until"):
            del self.fields[name]


class PhasesForm(forms.Form):
    """The calendar: two moments a phase; a phase without both is left out of the round."""

    reason = TextField(label=_("Lý do đổi lịch"))

    def __init__(self, *args: Any, phases: Iterable[Phase] = (), asks_reason: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        dates: Mapping[str, Phase] = {phase.stage: phase for phase in phases}
        for stage in DATED:
            phase = dates.get(stage)
            self.fields[f"{stage}_opens"] = MomentField(
                label=f"{stage.label}: " + str(_("từ")), required=False, initial=phase and phase.opens_at
            )
            self.fields[f"{stage}_closes"] = MomentField(
                label=f"{stage.label}: " + str(_("đến hết")),
                required=False,
                ends=True,
                initial=phase and phase.closes_at,
            )
        self.asks_reason = asks_reason
        if not asks_reason:
            del self.fields["reason"]

    def rows(self) -> list[tuple[str, forms.BoundField, forms.BoundField]]:
        """Per phase: its name and both fields, for the page."""
        return [(str(stage.label), self[f"{stage}_opens"], self[f"{stage}_closes"]) for stage in DATED]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        for stage in DATED:
            ends = (found.get(f"{stage}_opens"), found.get(f"{stage}_closes"))
            if (ends[0] is None) != (ends[1] is None):
                missing = "opens" if ends[0] is None else "closes"
                if f"{stage}_{missing}" not in self.errors:
                    self.add_error(f"{stage}_{missing}", _("Giai đoạn cần cả ngày bắt đầu và ngày kết thúc."))
        return found

    def phases(self) -> list[PhaseDates]:
        """What was typed, once the form is valid."""
        found = []
        for stage in DATED:
            opens, closes = self.cleaned_data[f"{stage}_opens"], self.cleaned_data[f"{stage}_closes"]
            if opens is not None:
                found.append(PhaseDates(stage, opens, closes))
        return found


class ReopeningForm(forms.Form):
    open_until = MomentField(label=_("Mở đến"), ends=True)


class PenaltyForm(forms.Form):
    """Without `units` the page says which unit it is, and the form does not ask."""

    unit = forms.TypedChoiceField(label=_("Đơn vị"), coerce=int, empty_value=None)
    ground = LineField(
        label=_("Căn cứ"), max_length=500, help_text=_("Ví dụ: Kết luận thanh tra số 12/KL-TTr, mục 3.")
    )
    points = PointsField(label=_("Số điểm trừ"))
    document = forms.TypedChoiceField(
        label=_("Tài liệu trong kho"), coerce=int, empty_value=None, required=False
    )

    def __init__(
        self,
        *args: Any,
        units: Sequence[tuple[int, str]] | None = None,
        documents: Sequence[tuple[int, str]],
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self._offer("document", [("", _("Không chọn")), *documents])
        if units is None:
            del self.fields["unit"]
        else:
            self._offer("unit", [("", _("Chọn đơn vị")), *units])

    def _offer(self, name: str, choices: Sequence[tuple[Any, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = list(choices)


class CouncilForm(forms.Form):
    met_on = DayField(label=_("Ngày Hội đồng họp"))
    conclusion = TextField(label=_("Kết luận"))


class DecisionForm(forms.Form):
    number = LineField(label=_("Số quyết định"), max_length=80)
    signed_on = DayField(label=_("Ngày ký"))
    signer = LineField(label=_("Người ký"), max_length=200)
    signer_position = LineField(label=_("Chức vụ người ký"), max_length=200)

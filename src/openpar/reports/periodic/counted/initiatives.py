"""What models and initiatives say: what came of each; and the report that lacks an evaluation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from openpar.base.organisations.queries import names_on
from openpar.common.errors import Gap
from openpar.reform.initiatives.duty import PeriodKey, duty_on
from openpar.reform.initiatives.queries.evaluating import Owed, owed_in
from openpar.reports.periodic.counted.words import shortened
from openpar.reports.periodic.told import Sentence, Subject


def sentences(subject: Subject) -> Mapping[str, Sequence[Sentence]]:
    """Every model that ran, with what came of it, or that nobody has evaluated it."""
    owed = _owed(subject)
    if not owed:
        return {}
    return {
        "initiatives": tuple(_sentence(one) for one in owed),
        "models": tuple(
            Sentence(_("Mô hình “%s”.") % one.initiative.name, f"/initiatives/{one.initiative.pk}/")
            for one in owed
        ),
    }


def gaps(subject: Subject) -> Sequence[Gap]:
    """A running model without an evaluation for the period makes the report incomplete."""
    lacking = [one.initiative for one in _owed(subject) if one.is_lacking]
    names = names_on({one.organisation_id for one in lacking}, subject.until_on)
    what = _("mô hình đang triển khai chưa có đánh giá kết quả cho kỳ này")
    remedy = _("Đánh giá mô hình ở trang của mô hình; báo cáo phải nêu kết quả từng mô hình")
    return [
        Gap(
            f"{one.name} ({names.get(one.organisation_id, '')})",
            what,
            remedy,
            code="not-evaluated",
            link=f"/initiatives/{one.pk}/",
        )
        for one in lacking
    ]


def _owed(subject: Subject) -> tuple[Owed, ...]:
    """Of the organisation, or of everybody for the province; none in a period without the duty."""
    key = PeriodKey(subject.period.kind, subject.asked.year, subject.period.number)
    try:
        duty = duty_on(subject.until_on)
    except LookupError:
        return ()
    if key not in duty.periods_of(subject.asked.year):
        return ()
    return owed_in(key, None if subject.is_province else [subject.organisation_id])


def _sentence(one: Owed) -> Sentence:
    name, evaluation = one.initiative.name, one.evaluation
    link = f"/initiatives/{one.initiative.pk}/"
    if evaluation is None:
        return Sentence(_("Mô hình “%s”: chưa đánh giá kết quả.") % name, link)
    said = _("Mô hình “%(name)s”: %(verdict)s, đề nghị %(advice)s. %(text)s.") % {
        "name": name,
        "verdict": evaluation.get_verdict_display().lower(),
        "advice": evaluation.get_advice_display().lower(),
        "text": shortened(evaluation.text),
    }
    return Sentence(said, link)

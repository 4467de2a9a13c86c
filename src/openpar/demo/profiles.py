"""How an invented agency answers: what is so, what it claims, what the appraiser says of the difference."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from random import Random

from openpar.engine.answers import Answer
from openpar.engine.rules import (
    AdditiveChecklist,
    Boolean,
    Choice,
    CountTimesPointsCapped,
    DeductPerViolation,
    ExternalIndex,
    RatioTimesMax,
    RatioWithZeroFloor,
    StepOnRatio,
    SurveyWeightedAnswers,
)
from openpar.parindex.criteria.queries import LoadedLeaf

# A share of leaves with a denominator of zero, where the set foresees it: nothing arose in the year.
_NOTHING_AROSE = 0.03
_DENOMINATORS = (20, 25, 40, 50, 80, 120, 250, 400)


@dataclass
class Profile:
    """One invented agency. `quality` is how good it is, `candour` how often it claims no more than is so."""

    quality: float
    candour: float
    random: Random

    def reality(self, leaf: LoadedLeaf) -> Answer:
        """What an appraiser would find."""
        rule = leaf.engine.rule
        if isinstance(rule, Boolean):
            return Answer(choice="yes" if self._succeeds() else "no")
        if isinstance(rule, Choice):
            return Answer(choice=self._option([label for label, _points in rule.options]))
        if isinstance(rule, AdditiveChecklist):
            met = tuple(label for label, _points in rule.items if self._succeeds())
            return Answer(items=met)
        if isinstance(rule, StepOnRatio | RatioTimesMax | RatioWithZeroFloor):
            return self._ratio(leaf)
        if isinstance(rule, CountTimesPointsCapped):
            enough = int(rule.cap / rule.per)
            return Answer(numerator=Decimal(max(0, round(enough * self._share()))))
        if isinstance(rule, DeductPerViolation):
            return Answer(numerator=Decimal(0 if self._succeeds() else self.random.choice((1, 1, 2))))
        if isinstance(rule, SurveyWeightedAnswers):
            return self._survey([label for label, _weight in rule.weights])
        if isinstance(rule, ExternalIndex):
            percent = Decimal(round(60 + 38 * self._share(), 2)).quantize(Decimal("0.01"))
            return Answer(numerator=percent, denominator=Decimal(100))
        raise TypeError(f"{leaf.code}: the demo does not know how to answer {type(rule).__name__}")

    def claim(self, leaf: LoadedLeaf, real: Answer) -> Answer:
        """What the agency says of itself: the truth, or something better."""
        if self.random.random() < self.candour or not real.applicable:
            return real
        rule = leaf.engine.rule
        if isinstance(rule, Boolean):
            return Answer(choice="yes")
        if isinstance(rule, Choice):
            return Answer(choice=rule.options[0][0])
        if isinstance(rule, AdditiveChecklist):
            return Answer(items=tuple(label for label, _points in rule.items))
        if isinstance(rule, DeductPerViolation):
            return Answer(numerator=Decimal(0))
        if real.denominator:
            assert real.numerator is not None
            better = real.numerator + (real.denominator - real.numerator) / 2
            return Answer(numerator=Decimal(round(better)), denominator=real.denominator)
        return real

    def _succeeds(self) -> bool:
        return self.random.random() < self.quality + 0.08

    def _share(self) -> float:
        return min(1.0, max(0.0, self.random.gauss(self.quality + 0.04, 0.07)))

    def _option(self, labels: list[str]) -> str:
        """The first option is the best; worse agencies slip down the list."""
        place = 0
        while place < len(labels) - 1 and not self._succeeds():
            place += 1
        return labels[place]

    def _ratio(self, leaf: LoadedLeaf) -> Answer:
        if leaf.may_be_not_applicable and self.random.random() < _NOTHING_AROSE:
            return Answer(numerator=Decimal(0), denominator=Decimal(0))
        denominator = self.random.choice(_DENOMINATORS)
        # Most ratios of a working agency are high; the floor of a rule is missed now and then.
        share = min(1.0, 0.55 + 0.45 * self._share() + self.random.uniform(-0.05, 0.08))
        return Answer(numerator=Decimal(round(denominator * share)), denominator=Decimal(denominator))

    def _survey(self, labels: list[str]) -> Answer:
        """Forty to a hundred and twenty forms, better agencies with more of the first options."""
        forms = self.random.randint(40, 120)
        counts: dict[str, Decimal] = {}
        left = forms
        for label in labels[:-1]:
            taken = min(left, round(left * min(0.95, self.quality * self.random.uniform(0.75, 1.05))))
            counts[label] = Decimal(taken)
            left -= taken
        counts[labels[-1]] = Decimal(left)
        return Answer(counts=counts)


# Why an appraiser gives other points; said of made-up figures.
REASONS = (
    "Tài liệu kiểm chứng chỉ chứng minh được một phần số liệu kê khai.",
    "Đối chiếu hệ thống thông tin, số liệu thấp hơn số đơn vị tự kê khai.",
    "Văn bản ban hành sau thời hạn quy định.",
    "Chưa có tài liệu kiểm chứng cho nội dung này.",
    "Kết quả chưa được cấp có thẩm quyền công nhận.",
)
EXPLANATIONS = (
    "Đơn vị bổ sung danh mục sản phẩm và văn bản kèm theo.",
    "Một số nhiệm vụ được gia hạn theo văn bản của UBND tỉnh, đề nghị tính đúng hạn.",
    "Số liệu trên hệ thống được cập nhật chậm, đơn vị gửi kèm bản trích xuất mới.",
)
ANSWERS = {
    True: "Chấp nhận giải trình, tài liệu bổ sung phù hợp.",
    False: "Giữ nguyên điểm thẩm định, tài liệu bổ sung không làm thay đổi kết quả.",
}
NOTES = (
    "Theo báo cáo năm và tài liệu kèm theo.",
    "Số liệu trích xuất từ hệ thống, cập nhật đến hết kỳ đánh giá.",
    "Tổng hợp từ các phòng, đơn vị trực thuộc.",
)

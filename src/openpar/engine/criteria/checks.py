"""What must be right before a set may be issued (parindex.md 2.3), all of it at once."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from openpar.engine.criteria.tree import CriteriaSet, Leaf, Node
from openpar.engine.errors import SetProblem
from openpar.engine.grading import band_problems
from openpar.engine.numbers import ZERO, add, subtract, total_of
from openpar.engine.ties import Ties
from openpar.engine.wording import number

PARTS = ("appraised", "outside")
_MOST_DIGITS_SHOWN = 12


def check(criteria_set: CriteriaSet) -> tuple[SetProblem, ...]:
    """Every defect of the set, in the order of the table; empty if it may be issued."""
    return (
        *_code_problems(criteria_set),
        *_sum_problems(criteria_set),
        *_part_problems(criteria_set),
        *_count_problems(criteria_set),
        *_leaf_problems(criteria_set),
        *_setting_problems(criteria_set),
    )


def warnings(criteria_set: CriteriaSet) -> tuple[SetProblem, ...]:
    """What is allowed but seldom meant; a set with warnings may be issued."""
    return tuple(
        SetProblem(leaf.code, warning, "", "NOTE")
        for leaf in criteria_set.leaves()
        for warning in leaf.rule.warnings()
    )


def _code_problems(criteria_set: CriteriaSet) -> Iterator[SetProblem]:
    used = Counter(node.code for node in criteria_set.nodes())
    for code, times in used.items():
        if times > 1:
            yield SetProblem(code, f"Mã được dùng {times} lần.", "Mỗi tiêu chí phải có mã riêng.", "CODE")
    for node in criteria_set.nodes():
        if isinstance(node, Node):
            for child in node.children:
                if "." in child.code and child.code.rpartition(".")[0] != node.code:
                    yield SetProblem(
                        child.code,
                        f"Mã không thuộc tiêu chí cha “{node.code}”.",
                        f"Sửa mã, hoặc đặt tiêu chí dưới “{child.code.rpartition('.')[0]}”.",
                        "CODE",
                    )


def _sum_problems(criteria_set: CriteriaSet) -> Iterator[SetProblem]:
    total = _children_sum(criteria_set.fields)
    if criteria_set.declared_total is not None and criteria_set.declared_total != total:
        yield _difference("", "Tổng điểm", criteria_set.declared_total, total)
    for node in criteria_set.nodes():
        if isinstance(node, Node):
            below = _children_sum(node.children)
            if not node.children:
                yield SetProblem(
                    node.code,
                    "Không có tiêu chí thành phần nào.",
                    "Thêm tiêu chí thành phần, hoặc bỏ.",
                    "FORMAT",
                )
            elif node.declared_maximum is not None and node.declared_maximum != below:
                yield _difference(node.code, "Điểm tối đa", node.declared_maximum, below)


def _part_problems(criteria_set: CriteriaSet) -> Iterator[SetProblem]:
    survey, appraisal = criteria_set.declared_survey, criteria_set.declared_appraisal
    leaves = criteria_set.leaves()
    outside = total_of(leaf.maximum for leaf in leaves if leaf.scored_by.is_outside)
    appraised = total_of(leaf.maximum for leaf in leaves if not leaf.scored_by.is_outside)
    if survey is not None and survey != outside:
        yield _difference("", "Phần điều tra, đánh giá từ bên ngoài", survey, outside)
    if appraisal is not None and appraisal != appraised:
        yield _difference("", "Phần tự đánh giá và thẩm định", appraisal, appraised)
    total = criteria_set.declared_total
    if survey is not None and appraisal is not None and total is not None and add(survey, appraisal) != total:
        yield SetProblem(
            "",
            f"Hai phần khai {number(survey)} và {number(appraisal)}, "
            f"cộng lại {number(add(survey, appraisal))}, khác tổng điểm {number(total)}.",
            "Sửa số khai, hoặc giải thích chênh lệch.",
            "SUM",
        )


def _count_problems(criteria_set: CriteriaSet) -> Iterator[SetProblem]:
    second = [child for top in criteria_set.fields if isinstance(top, Node) for child in top.children]
    third = [child for node in second if isinstance(node, Node) for child in node.children]
    declared = criteria_set.declared_counts
    for name, stated, found in (
        ("lĩnh vực", declared.fields, len(criteria_set.fields)),
        ("tiêu chí", declared.criteria, len(second)),
        ("tiêu chí thành phần", declared.sub_criteria, len(third)),
    ):
        if stated is not None and stated != found:
            yield SetProblem(
                "", f"Khai {stated} {name}, trong bảng có {found}.", "Sửa số khai, hoặc giải thích.", "COUNT"
            )


def _leaf_problems(criteria_set: CriteriaSet) -> Iterator[SetProblem]:
    for leaf in criteria_set.leaves():
        if leaf.maximum < ZERO:
            yield SetProblem(
                leaf.code, f"Điểm tối đa âm: {number(leaf.maximum)}.", "Ghi số không âm.", "RULE"
            )
        for problem in leaf.rule.problems(leaf.maximum):
            yield SetProblem(leaf.code, problem, "Sửa quy tắc hoặc điểm tối đa.", "RULE")
        yield from _scorer_problems(leaf)


def _scorer_problems(leaf: Leaf) -> Iterator[SetProblem]:
    if leaf.scored_by.is_outside and leaf.rule.is_entered_by_unit:
        yield SetProblem(
            leaf.code,
            f"Do bên ngoài chấm ({leaf.scored_by.value}) nhưng quy tắc “{leaf.rule.type}” là để tự chấm.",
            "Sửa người chấm hoặc quy tắc.",
            "RULE",
        )
    if not leaf.scored_by.is_outside and not leaf.rule.is_entered_by_unit:
        yield SetProblem(
            leaf.code,
            f"Quy tắc “{leaf.rule.type}” lấy số liệu từ bên ngoài nhưng ghi đơn vị tự chấm.",
            "Sửa người chấm hoặc quy tắc.",
            "RULE",
        )


def _setting_problems(criteria_set: CriteriaSet) -> Iterator[SetProblem]:
    settings = criteria_set.settings
    for block, bands in (("", settings.bands), *settings.bands_by_block):
        if bands:
            for problem in band_problems(bands):
                yield _setting(f"bands {block}".strip(), problem, "Sửa các mức xếp loại để phủ kín 0–100.")
    known = {node.code for node in criteria_set.nodes()} | set(PARTS)
    for code in settings.tie_breakers:
        if code not in known:
            yield _setting(
                "tie_breakers", f"Không có “{code}” để phân hạng.", "Ghi mã tiêu chí, appraised hoặc outside."
            )
    if settings.ties is Ties.ORDINAL and not settings.tie_breakers:
        yield _setting("ties", "Xếp hạng 1, 2, 3 mà không nêu tiêu chí phụ.", "Khai tie_breakers.")
    if settings.digits > _MOST_DIGITS_SHOWN:
        yield _setting("rounding", f"Hiển thị {settings.digits} chữ số thập phân.", "Ghi từ 0 đến 12.")
    limits = (("bonus_max", settings.bonus_max), ("penalty_max", settings.penalty_max))
    for name, limit in (*limits, ("total_cap", settings.total_cap)):
        if limit is not None and limit < ZERO:
            yield _setting(name, f"{name} là số âm {number(limit)}.", "Ghi số không âm.")


def _setting(where: str, what: str, remedy: str) -> SetProblem:
    return SetProblem(where, what, remedy, "SETTING")


def _difference(code: str, what: str, declared: Decimal, found: Decimal) -> SetProblem:
    gap = subtract(found, declared)
    return SetProblem(
        code,
        f"{what} khai {number(declared)}, các mục con cộng lại {number(found)}, "
        f"chênh lệch {'+' if gap > ZERO else '−'}{number(gap.copy_abs())}.",
        "Sửa bảng, hoặc một người có tên giải thích và chấp nhận chênh lệch.",
        "SUM",
    )


def _children_sum(children: tuple[Node | Leaf, ...]) -> Decimal:
    return total_of(child.stated_maximum for child in children)

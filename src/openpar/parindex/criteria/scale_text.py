"""The words of a decision for a scale ("Trên 90%: 2; 70-90%: 1; dưới 70%: 0") → a rule that can be computed.

A guess, never more: it comes with a confidence and a note, and a person confirms every line of an
imported table. The rule types and their parameters are those of data/criteria/rule_types.yaml
(parindex.md, 6); `scale_wording` goes the other way. Numbers are decimals from text.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Literal, NamedTuple

from openpar.common.formats import format_maximum
from openpar.common.text import fold, nfc
from openpar.common.wording import gettext as _
from openpar.parindex.criteria.scale_bounds import Bounds, is_rest, read_bounds, read_last_day
from openpar.parindex.criteria.scale_wording import ADD_UP, CHOOSE_ONE, EXCUSED, GENERIC_COUNT, describe_rule

__all__ = ["Confidence", "Guess", "describe_rule", "guess_rule", "is_scale_line"]

Confidence = Literal["sure", "likely", "none"]
Rule = dict[str, object]

_N = r"\d+(?:[.,]\d+)?"
_BULLET = re.compile(r"^\s*(?:[-–—+•*·]\s*|[a-zđ]\)\s*|\(?[1-9]\)\s*)")
_ITEM = re.compile(
    rf"^(?P<label>.+?)(?:\s*[:=→]\s*|\s+[-–]\s+|,?\s+(?:thì\s+)?(?:được|đạt|tính)\s+|\s+)"
    rf"(?P<points>{_N})\s*(?:điểm|đ)?\s*(?:\([^()]*\))?\s*\.?$",
    re.IGNORECASE,
)
_POINTS_FIRST = re.compile(
    rf"^(?P<points>{_N})\s*điểm\s*(?:[:–-]|nếu|khi)\s*(?P<label>.+?)\s*\.?$", re.IGNORECASE
)
_TIMES = r"(?:\s*\*\s*|\s+x\s+|(?<=\))\s*x\s*|\s+nhân\b)"
_TIMES_MAXIMUM = re.compile(r"(?:\*|\bx|\bnhan(?: voi)?)\s*(?:(?:so )?diem (?:toi da|chuan)|max\b)")
# "a/b x 2,5" and "(tỷ lệ % hoàn thành x 2,5)/100", where 2,5 is the maximum.
_TIMES_NUMBER = re.compile(rf"(?:/|ty le).*(?:\*|\bx)\s*({_N})(?: diem)?\)?\s*(?:/\s*100\s*%?)?\.?$")
_FRACTION = re.compile(
    rf"^(?:[^/]*?[=:]\s*)?(?P<num>[^/=:]+?)\s*/\s*(?P<den>.+?){_TIMES}",
    re.IGNORECASE,
)
_DEFINITION = re.compile(r"\b([a-z])\s+là\s+([^;\n.]+)", re.IGNORECASE)
_COUNT = re.compile(
    rf"\b(?:cứ\s+)?mỗi\s+(?P<what>[^\d\n]+?)[\s:,]+(?:được\s+|cộng\s+|tính\s+|đạt\s+)?(?P<per>{_N})\s*(?:điểm)?"
    rf"(?:.*?tối đa\D{{0,20}}(?P<cap>{_N}))?",
    re.IGNORECASE | re.DOTALL,
)
_DEDUCT = re.compile(
    rf"\b(?:cứ\s+)?(?:mỗi|có|01|1|một)\s+(?P<kind>[^\d\n]+?)\s*[:,]?\s*(?:thì\s+)?(?:bị\s+)?trừ\s+(?P<per>{_N})",
    re.IGNORECASE,
)
_DEDUCT_FIRST = re.compile(
    rf"\btrừ\s+(?P<per>{_N})\s*(?:điểm)?\s*(?:cho|với|đối với|/)?\s*(?:mỗi|một|01)?\s*(?P<kind>[^\d\n;,.]*)",
    re.IGNORECASE,
)
_SAME_ITEMS = re.compile(
    r"(?P<count>\d{1,2})\s+(?P<what>yêu cầu|nội dung|tiêu chí|mục|nhiệm vụ|tiêu chuẩn|điều kiện)"
    rf"[^\d\n]*?[x×*]\s*(?P<per>{_N})",
    re.IGNORECASE,
)
_WEIGHT = re.compile(rf"^(?P<label>[^:]+?)\s*:?\s*(?P<percent>{_N})\s*%$")


class Guess(NamedTuple):
    """A rule as a mapping, how firmly the words support it, and what a person should look at (Vietnamese).

    "sure": the words say exactly this; "likely": read by habit, or something does not fit; "none": the
    words do not tell, the rule is "unstated" (a set with it cannot be issued) and a person must set it.
    """

    rule: Rule
    confidence: Confidence
    note: str = ""


class _Part(NamedTuple):
    """One line of a scale: its label, and its points if it states any."""

    label: str
    points: Decimal | None


def is_scale_line(line: str) -> bool:
    """Does a line inside a title cell belong to the scale rather than to the title?"""
    said = fold(line)
    if _BULLET.match(line) and not line.lstrip().startswith("*"):
        return True
    starts = (
        "cach tinh",
        "tinh diem",
        "thang diem",
        "cong thuc",
        "neu ",
        "theo ket qua",
        "chon mot",
        "cong diem",
    )
    return bool(re.search(r"\d", said)) or said.startswith(starts)


def guess_rule(text: str, maximum: Decimal | None) -> Guess:
    """The rule that a scale seems to mean, for a leaf with this maximum (None: unknown, no check against it).

    Never fails: what cannot be read gives confidence "none".
    """
    text = nfc(text).replace("×", "x").strip()
    most = maximum if maximum is not None else _highest(_parts(text))
    if text:
        for read in _READERS:
            guess = read(text, most)
            if guess:
                return guess
    note = (
        _("Chưa nhận ra cách tính điểm: cần người chọn quy tắc.")
        if text
        else _("Không có cách tính điểm trong bảng.")
    )
    return Guess({"type": "unstated", "text": text}, "none", note)


def _parts(text: str, *, semicolons: bool = True) -> list[_Part]:
    pieces = re.split(r"[\n;]" if semicolons else r"\n", text)
    return [_part(_BULLET.sub("", piece).strip()) for piece in pieces if piece.strip()]


def _part(line: str) -> _Part:
    found = _POINTS_FIRST.match(line) or _ITEM.match(line)
    if found is None:
        return _Part(line.rstrip("."), None)
    return _Part(found["label"].strip(" :-–,"), _number(found["points"]))


def _number(digits: str) -> Decimal:
    return Decimal(digits.replace(",", "."))


def _highest(parts: list[_Part]) -> Decimal:
    return max((part.points for part in parts if part.points is not None), default=Decimal(0))


def _told_choice(text: str, maximum: Decimal) -> Guess | None:
    """Lists under a heading that says whether to choose one or to add up; labels may then hold anything."""
    heading, _, rest = text.partition("\n")
    for start, kind, key in ((CHOOSE_ONE, "choice", "options"), (ADD_UP, "checklist", "items")):
        if fold(heading).startswith(fold(start).rstrip(":")):
            pairs = {
                part.label: part.points for part in _parts(rest, semicolons=False) if part.points is not None
            }
            if pairs:
                return Guess({"type": kind, key: pairs}, "sure")
    return None


def _outside(text: str, maximum: Decimal) -> Guess | None:
    """Surveys and indices published elsewhere."""
    said = fold(text)
    is_survey = re.search(
        r"dieu tra xa hoi hoc|dtxhh|phieu (dieu tra|khao sat)|ket qua (dieu tra|khao sat)", said
    )
    weights = {
        found["label"].strip(): _number(found["percent"]) / 100
        for found in map(_WEIGHT.match, re.split(r"[\n;]", text))
        if found
    }
    if is_survey and weights:
        rule: Rule = {"type": "survey", "weights": weights}
        if group := re.search(r"nhóm[:\s]+([^\n;]+)", text, re.IGNORECASE):
            rule["group"] = group[1].strip()
        return Guess(rule, "sure")
    if re.search(r"sipas|chi so hai long|chi so cong bo|muc do hai long.*%", said):
        return Guess({"type": "external_pct"}, "sure")
    if is_survey:
        note = _("Lấy tỷ lệ % của kết quả điều tra; nếu chấm theo phiếu và trọng số thì đổi quy tắc.")
        return Guess({"type": "external_pct"}, "likely", note)
    if re.search(r"(chu tich|lanh dao).*(cham|cho|danh gia).*diem|diem (do|cua) (chu tich|lanh dao)", said):
        return Guess({"type": "leadership_score"}, "likely")
    return None


def _deduct(text: str, maximum: Decimal) -> Guess | None:
    kinds: dict[str, Decimal] = {}
    for piece in re.split(r"[\n;]", text):
        found = _DEDUCT.search(piece) or _DEDUCT_FIRST.search(piece)
        if found:
            kinds[found["kind"].strip(" .,:") or "vi phạm"] = _number(found["per"])
    if not kinds:
        return None
    floor = re.search(rf"(?:thấp nhất|không thấp hơn|tối thiểu)\D{{0,12}}({_N})", text, re.IGNORECASE)
    [(kind, per)] = list(kinds.items())[:1]
    simple = len(kinds) == 1 and fold(kind) in {"vi pham", "truong hop vi pham", "truong hop", "loi"}
    rule: Rule = {
        "type": "deduct",
        "per_violation": per if simple else kinds,
        "floor": _number(floor[1]) if floor else Decimal(0),
    }
    return Guess(rule, "sure" if simple or len(kinds) > 1 else "likely")


def _ratio(text: str, maximum: Decimal) -> Guess | None:
    """Numerator / denominator × maximum, perhaps with a floor under which nothing is earned."""
    lines = [_BULLET.sub("", piece).strip() for piece in re.split(r"[\n;]", text) if piece.strip()]
    formula = next((line for line in lines if _is_times_maximum(line, maximum)), "")
    if not formula:
        return None
    rule: Rule = {"type": "ratio"}
    fraction = _FRACTION.match(formula)
    names = {letter.lower(): name.strip() for letter, name in _DEFINITION.findall(text)}
    if fraction:
        figures = _figure_name(fraction["num"]), _figure_name(fraction["den"])
        rule["num"], rule["den"] = (names.get(figure.lower(), figure) for figure in figures)
    notes = [] if fraction else [_("Chưa rõ tử số và mẫu số: cần ghi tên hai số liệu.")]
    for line in lines:
        if line.startswith(EXCUSED):
            rule["excused"] = line.removeprefix(EXCUSED).strip()
        elif line is formula or _DEFINITION.search(line) or _is_full_marks(_part(line), maximum):
            continue
        elif not _add_floor(rule, _part(line)):
            notes.append(_("Chưa dùng đến dòng “%(line)s”.", line=line))
    return Guess(rule, "likely" if notes else "sure", " ".join(notes))


def _is_times_maximum(line: str, maximum: Decimal) -> bool:
    said = fold(line)
    number = _TIMES_NUMBER.search(said)
    return bool(_TIMES_MAXIMUM.search(said)) or (number is not None and _number(number[1]) == maximum)


def _is_full_marks(part: _Part, maximum: Decimal) -> bool:
    """A line "100%: 3" beside the formula says what the formula gives anyway."""
    bounds = read_bounds(part.label)
    return part.points == maximum and bounds is not None and bounds.is_percent and 1 in bounds.limits.values()


def _add_floor(rule: Rule, part: _Part) -> bool:
    """Take a line "dưới 80%: 0" into a ratio rule; False if it is something else."""
    bounds = read_bounds(part.label) if part.points == 0 else None
    if bounds is None or not bounds.is_percent:
        return False
    if "lt" in bounds.limits:
        rule["zero_below"] = bounds.limits["lt"]
    elif "le" in bounds.limits:
        rule |= {"zero_below": bounds.limits["le"], "open_floor": True}
    return "zero_below" in rule


def _figure_name(text: str) -> str:
    text = text.strip(" .:,")
    if text.count("(") < text.count(")"):
        text = text.rstrip(")").rstrip()
    return text.lstrip("(").lstrip() if text.count("(") > text.count(")") else text


def _count(text: str, maximum: Decimal) -> Guess | None:
    found = _COUNT.search(text)
    if not found or "trừ" in text:
        return None
    per = _number(found["per"])
    rule: Rule = {"type": "count", "per": per, "cap": _number(found["cap"]) if found["cap"] else maximum}
    what = found["what"].strip(" :,")
    if fold(what) not in {fold(GENERIC_COUNT), "noi dung", "truong hop"}:
        rule["count"] = what
    if found["cap"] is None:
        return Guess(rule, "likely", _("Không ghi mức tối đa: lấy điểm tối đa của tiêu chí."))
    return (
        Guess(rule, "sure")
        if rule["cap"] == maximum
        else Guess(rule, "likely", _not_the_maximum(rule["cap"], maximum))
    )


def _same_items(text: str, maximum: Decimal) -> Guess | None:
    """ "3 yêu cầu x 0,1": items that the table does not name."""
    found = _SAME_ITEMS.search(text)
    if not found:
        return None
    count, per = int(found["count"]), _number(found["per"])
    items = {f"{found['what'].lower()} {number}": per for number in range(1, count + 1)}
    note = _("Bảng không nêu tên từng mục: cần ghi tên.")
    if count * per != maximum:
        note = f"{note} {_not_the_maximum(count * per, maximum)}"
    return Guess({"type": "checklist", "items": items}, "likely", note)


def _steps(text: str, maximum: Decimal) -> Guess | None:
    parts = [part for part in _parts(text) if part.points is not None]
    others = [part.label for part in _parts(text) if part.points is None]
    if any(read_bounds(label.partition(":")[0]) or "cong thuc" in fold(label) for label in others):
        return None  # a level whose points are computed: no list of steps says that
    bounds = [read_bounds(part.label) or _rest_bounds(part.label) for part in parts]
    known = [bound for bound in bounds if bound is not None and bound.limits]
    if len(parts) < 2 or len(known) < len(parts) - 1 or None in bounds or not known:
        return None
    is_percent = known[0].is_percent
    if any(bound.is_percent != is_percent for bound in known):
        return None
    limits = [dict(bound.limits) for bound in bounds if bound is not None]
    note = _open_shared_ends(limits)
    steps = [{**limit, "points": part.points} for limit, part in zip(limits, parts, strict=True)]
    rule: Rule = {"type": "step"} if is_percent else {"type": "step_on_count"}
    rule |= _figure_names(text, known, is_percent=is_percent)
    rule["steps"] = steps
    if _highest(parts) != maximum:
        return Guess(rule, "likely", f"{note} {_not_the_maximum(_highest(parts), maximum)}".strip())
    return Guess(rule, "likely" if note else "sure", note)


def _rest_bounds(label: str) -> Bounds | None:
    return Bounds({}, is_percent=False) if is_rest(label) or fold(label) in {"khong", "khong co"} else None


def _open_shared_ends(limits: list[dict[str, Decimal]]) -> str:
    """ "từ 90% trở lên" before "70-90%": 90 % belongs to the first, so the second ends below it."""
    note = ""
    for before, after in itertools.pairwise(limits):
        if "ge" in before and after.get("le") == before["ge"]:
            after["lt"] = after.pop("le")
            note = _("Hai mức cùng ghi một cận: cận chung tính cho mức cao hơn.")
    return note


def _figure_names(text: str, known: list[Bounds], *, is_percent: bool) -> Rule:
    if not is_percent:
        unit = next((bound.unit for bound in known if bound.unit), "")
        named = re.match(r"Số lượng:\s*([^\n;]+)", text)
        return (
            {"count": named[1].strip()}
            if named
            else ({"count": f"số {unit}"} if unit and unit != "lan" else {})
        )
    found = re.match(r"(?:[^/\n;]*?[=:]\s*)?(?P<num>[^/\n;=:]+?)\s*/\s*(?P<den>[^\n;]+)", text)
    if not found or _ITEM.match(found[0]):
        return {}
    return {"num": _figure_name(found["num"]), "den": _figure_name(found["den"])}


def _deadline(text: str, maximum: Decimal) -> Guess | None:
    """Last days with points; exactly one other line, for everything later or never."""
    parts = [part for part in _parts(text) if part.points is not None]
    dated = [(day, part) for part in parts if (day := read_last_day(part.label))]
    others = [part for part in parts if not read_last_day(part.label)]
    if not dated or len(others) > 1 or len(parts) < 2 or _highest(parts) != maximum:
        return None
    later = others[0].points if others else Decimal(0)
    rule: Rule = {
        "type": "deadline",
        "options": [*({"until": day, "points": part.points} for day, part in dated), {"points": later}],
        "counts": "signed_at",
    }
    return Guess(rule, "likely", _("Thời điểm tính: chữ ký số. Kiểm tra lại ngày cuối của từng mức."))


def _lists(text: str, maximum: Decimal) -> Guess | None:
    """Labels with points and nothing else: yes or no, one of several, or several that add up."""
    parts = _parts(text)
    points = [part.points for part in parts if part.points is not None]
    if len(points) < 2 or len(points) < len(parts):
        return None
    pairs = {part.label: part.points for part in parts}
    earning = [value for value in points if value]
    if len(pairs) < len(parts):
        return None
    if len(parts) == 2 and points[1] == 0 and points[0] == maximum:
        return Guess({"type": "boolean", "yes": points[0], "no": Decimal(0)}, "sure")
    if len(earning) > 1 and sum(earning) == maximum:
        items = {label: value for label, value in pairs.items() if value}
        return Guess(
            {"type": "checklist", "items": items},
            "likely",
            _("Các mục cộng lại bằng điểm tối đa: cộng từng mục."),
        )
    if max(points) == maximum:
        return Guess({"type": "choice", "options": pairs}, "sure")
    return Guess({"type": "choice", "options": pairs}, "likely", _not_the_maximum(max(points), maximum))


def _grades(text: str, maximum: Decimal) -> Guess | None:
    """Grades worth a percentage of the maximum: "xuất sắc 100%; tốt 75%"."""
    found = [
        _WEIGHT.match(_BULLET.sub("", piece).strip()) for piece in re.split(r"[\n;]", text) if piece.strip()
    ]
    grades = {
        each["label"].strip(): _number(each["percent"])
        for each in found
        if each and not read_last_day(each[0])
    }
    if len(grades) < 2 or len(grades) < len(found) or max(grades.values()) != 100:
        return None
    return Guess({"type": "quality_grade_percent", "grades": grades}, "likely")


def _not_the_maximum(found: object, maximum: Decimal) -> str:
    shown = format_maximum(found) if isinstance(found, Decimal | int) else str(found)
    return _(
        "Cách tính cho nhiều nhất %(most)s điểm, khác điểm tối đa %(maximum)s.",
        most=shown,
        maximum=format_maximum(maximum),
    )


# Tried in this order; the first that understands the words wins.
_READERS: tuple[Callable[[str, Decimal], Guess | None], ...] = (
    _told_choice,
    _outside,
    _deduct,
    _ratio,
    _count,
    _same_items,
    _steps,
    _deadline,
    _lists,
    _grades,
)

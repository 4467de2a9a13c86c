"""Who scores a leaf, in the words of official tables."""

from __future__ import annotations

from collections.abc import Mapping

from openpar.common.text import fold

SELF_AND_APPRAISAL = "self+appraisal"

# The word stored → the words printed. The order matters for reading: the first that fits wins.
SCORER_WORDS = {
    "survey": "Điều tra xã hội học",
    "external": "Kết quả bên ngoài",
    "leadership": "Lãnh đạo đánh giá",
    SELF_AND_APPRAISAL: "Tự đánh giá, thẩm định",
    "appraiser": "Chỉ thẩm định",
}
_SIGNS = (
    ("survey", ("dieu tra", "khao sat", "xhh")),
    ("external", ("ben ngoai",)),
    ("leadership", ("lanh dao", "chu tich")),
    (SELF_AND_APPRAISAL, ("tu danh gia", "tu cham")),
    ("appraiser", ("tham dinh",)),
)
_OUTSIDE_RULES = {"survey": "survey", "external_pct": "survey", "leadership_score": "leadership"}


def scored_by_words(text: str) -> str:
    """Who scores, from a cell such as "Điều tra xã hội học"; "" if the cell does not say."""
    said = fold(text)
    return next((who for who, signs in _SIGNS if any(sign in said for sign in signs)), "")


def scored_by_rule(rule: Mapping[str, object], title: str) -> str:
    """Who scores when no column says so: rules that read outside figures belong to the survey or to the
    leaders.
    """
    outside = _OUTSIDE_RULES.get(str(rule.get("type")), "")
    if not outside and rule.get("type") == "unstated" and "dieu tra" in fold(title):
        return "survey"
    return outside or SELF_AND_APPRAISAL

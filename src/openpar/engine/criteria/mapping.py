"""A criteria set from and to plain mappings: the layout of the sample sets, to stay readable for ever.

A set with wrong sums, duplicate codes or a rule that misses its maximum is read all the same, so that `check`
can list everything; only what has no meaning at all is refused, with every problem at once.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from openpar.engine.criteria.tree import (
    CriteriaSet,
    DeclaredCounts,
    Leaf,
    NaPolicy,
    NaScope,
    Node,
    ScoredBy,
    Settings,
)
from openpar.engine.errors import InvalidSet, SetProblem
from openpar.engine.grading import Band
from openpar.engine.numbers import ROUNDING_MODES, ZERO, is_whole, plain
from openpar.engine.parameters import Parameters
from openpar.engine.rules import Deadline, Unstated, read_rule
from openpar.engine.ties import RankOn, Ties

_MOST_LEVELS = 12
_CHILDREN = ("criteria", "sub")
_SELF_NAMES = {"self": ScoredBy.SELF, "appraisal": ScoredBy.APPRAISER, "": ScoredBy.SELF}
_NO = ("", "no", "false", "none", "null")
_YES = ("yes", "true")
_LEAF_TEXTS = ("scale_text", "owner", "article", "note")

Word = TypeVar("Word", bound=StrEnum)


def set_from_mapping(mapping: Mapping[str, object]) -> CriteriaSet:
    """The criteria set that a mapping describes; numbers are texts, whole numbers or decimals, never floats.

    Raises InvalidSet with every problem of structure.
    """
    problems: list[SetProblem] = []
    given = Parameters(mapping, "", problems, "FORMAT")
    year = _whole(given, "year", 0)
    status = given.text("status")
    found = CriteriaSet(
        name=given.text("set", None),
        title=given.text("title") or given.text("set"),
        level=given.text("level"),
        year=year,
        is_sample="SYNTHETIC" in status.upper(),
        declared_total=given.optional_number("total"),
        declared_survey=given.optional_number("survey_points"),
        declared_appraisal=given.optional_number("appraisal_points"),
        settings=_read_settings(given),
        fields=tuple(_read_node(row, year, 1) for row in given.rows("fields")),
        status=status,
        declared_counts=DeclaredCounts(
            _optional_whole(given, "n_fields"),
            _optional_whole(given, "n_criteria"),
            _optional_whole(given, "n_sub"),
        ),
    )
    given.finish()
    if problems:
        raise InvalidSet(tuple(problems))
    return found


def _read_settings(given: Parameters) -> Settings:
    rounding = _part(given, "rounding")
    extra = _part(given, "bonus_penalty")
    rounding.has("store")
    settings = Settings(
        na_policy=_word(given, "na_policy", NaPolicy.RESCALE_APPRAISAL),
        na_scope=_word(given, "na_scope", NaScope.WHOLE),
        digits=_whole(rounding, "display", 2),
        rounding_mode=_rounding_mode(rounding),
        ties=_word(given, "ties", Ties.COMPETITION),
        tie_breakers=_texts(given, "tie_breakers"),
        rank_on=_word(given, "rank_on", RankOn.EXACT),
        bands=_read_bands(given, "bands"),
        bands_by_block=_read_bands_by_block(given),
        bonus_max=extra.number("bonus_max", ZERO),
        penalty_max=extra.number("penalty_max", ZERO),
        total_cap=extra.optional_number("total_cap"),
    )
    rounding.finish()
    extra.finish()
    return settings


def _read_node(given: Parameters, year: int, level: int) -> Node | Leaf:
    code = given.text("code", None)
    given.where = code
    title = given.text("title")
    stated = [key for key in _CHILDREN if given.has(key)]
    if given.has("rule") or not stated:
        if stated:
            given.fault("Vừa có quy tắc vừa có tiêu chí con.", "Chỉ giữ một: quy tắc, hoặc tiêu chí con.")
        return _read_leaf(given, code, title, year)
    if len(stated) > 1:
        given.fault("Vừa có “criteria” vừa có “sub”.", "Chỉ giữ một danh sách tiêu chí con.")
    if level >= _MOST_LEVELS:
        given.fault("Cây tiêu chí quá nhiều cấp.", f"Nhiều nhất {_MOST_LEVELS} cấp.")
        rows: tuple[Parameters, ...] = ()
    elif given.found[stated[0]] == []:
        # An empty parent is a defect that `check` reports together with the others.
        rows = ()
    else:
        rows = given.rows(stated[0])
    maximum = given.optional_number("max")
    for key in _LEAF_TEXTS:
        given.has(key)
    given.finish()
    return Node(code, title, maximum, tuple(_read_node(row, year, level + 1) for row in rows))


def _read_leaf(given: Parameters, code: str, title: str, year: int) -> Leaf:
    stated = given.found.get("rule")
    given.has("rule")
    if stated is None:
        stated = {"type": Unstated.type}
    if not isinstance(stated, Mapping):
        given.fault("Quy tắc (rule) phải là một bảng tham số.", "Ghi type và các tham số của loại quy tắc.")
        stated = {"type": Unstated.type}
    if stated.get("type") == Deadline.type and stated.get("year") is None:
        stated = {**stated, "year": year}
    by = given.text("by")
    scored_by = _SELF_NAMES.get(by) or next((who for who in ScoredBy if who.value == by), None)
    if scored_by is None:
        given.fault(
            f"Không rõ ai chấm: “{by}”.", f"Chọn một trong: {', '.join(who.value for who in ScoredBy)}."
        )
    not_applicable = given.text("na")
    allowed = not_applicable.lower() not in _NO
    leaf = Leaf(
        code=code,
        title=title,
        maximum=given.number("max"),
        rule=read_rule(stated, code, given.problems),
        scored_by=scored_by or ScoredBy.SELF,
        evidence_wanted=given.text("evidence"),
        indicator=_indicator(given),
        may_be_not_applicable=allowed,
        not_applicable_note="" if not allowed or not_applicable.lower() in _YES else not_applicable,
        **{key: given.text(key) for key in _LEAF_TEXTS},
    )
    given.finish()
    return leaf


def _indicator(given: Parameters) -> str:
    """The measured figure that a leaf names: `indicator`, in older files `auto`."""
    named, older = given.text("indicator"), given.text("auto")
    if named and older and named != older:
        given.fault(
            f"Ghi hai chỉ tiêu số liệu: “{named}” (indicator) và “{older}” (auto).", "Giữ một mục indicator."
        )
    return named or older


def _read_bands(given: Parameters, key: str) -> tuple[Band, ...]:
    if not given.has(key):
        return ()
    found = []
    for row in given.rows(key):
        found.append(Band(row.text("name", None), row.interval()))
        row.finish()
    return tuple(found)


def _read_bands_by_block(given: Parameters) -> tuple[tuple[str, tuple[Band, ...]], ...]:
    blocks = _part(given, "bands_by_block")
    return tuple((str(block), _read_bands(blocks, block)) for block in blocks.found)


def _part(given: Parameters, key: str) -> Parameters:
    """A nested mapping; none stated reads as an empty one."""
    value = given.found[key] if given.has(key) else {}
    if not isinstance(value, Mapping):
        given.fault(f"“{key}” phải là một bảng.", "Ghi dạng tên: giá trị.")
        value = {}
    return Parameters(value, key, given.problems, "SETTING")


def _texts(given: Parameters, key: str) -> tuple[str, ...]:
    value = given.found[key] if given.has(key) else ()
    if (
        isinstance(value, Sequence)
        and not isinstance(value, str)
        and all(isinstance(text, str) for text in value)
    ):
        return tuple(str(text).strip() for text in value)
    given.fault(f"“{key}” phải là danh sách văn bản.", "Ghi một danh sách, ví dụ [appraised, '3'].")
    return ()


def _word(given: Parameters, key: str, default: Word) -> Word:
    kind = type(default)
    return kind(given.one_of(key, [word.value for word in kind], default.value))


def _rounding_mode(rounding: Parameters) -> str:
    mode = rounding.text("mode", "half_up").upper()
    if mode not in ROUNDING_MODES:
        rounding.fault(f"Không có cách làm tròn “{mode}”.", f"Chọn một trong: {', '.join(ROUNDING_MODES)}.")
    return mode


def _whole(given: Parameters, key: str, default: int) -> int:
    value = _optional_whole(given, key)
    return default if value is None else value


def _optional_whole(given: Parameters, key: str) -> int | None:
    value = given.optional_number(key)
    if value is None:
        return None
    if not is_whole(value) or not 0 <= value <= 9999:
        given.fault(f"“{key}” là {plain(value)}.", "Ghi một số nguyên không âm.")
        return None
    return int(value)


def set_to_mapping(criteria_set: CriteriaSet) -> dict[str, object]:
    """The mapping that reads back as the same set; numbers are `Figure` texts."""
    counts = criteria_set.declared_counts
    found: dict[str, object] = {
        "set": criteria_set.name,
        "title": criteria_set.title,
        "status": criteria_set.status,
        "level": criteria_set.level,
        "year": _figure(criteria_set.year),
        "total": _figure(criteria_set.declared_total),
        "survey_points": _figure(criteria_set.declared_survey),
        "appraisal_points": _figure(criteria_set.declared_appraisal),
        "n_fields": _figure(counts.fields),
        "n_criteria": _figure(counts.criteria),
        "n_sub": _figure(counts.sub_criteria),
        **_settings_to_mapping(criteria_set.settings),
        "fields": [_node_to_mapping(top, "criteria") for top in criteria_set.fields],
    }
    return {key: value for key, value in found.items() if value not in (None, "")}


def _settings_to_mapping(settings: Settings) -> dict[str, object]:
    extra = {
        "bonus_max": plain(settings.bonus_max),
        "penalty_max": plain(settings.penalty_max),
        "total_cap": _figure(settings.total_cap),
    }
    found: dict[str, object] = {
        "na_policy": settings.na_policy.value,
        "na_scope": settings.na_scope.value,
        "rounding": {"display": _figure(settings.digits), "mode": settings.rounding_mode.lower()},
        "bonus_penalty": {key: value for key, value in extra.items() if value is not None},
        "ties": settings.ties.value,
        "rank_on": settings.rank_on.value,
    }
    if settings.tie_breakers:
        found["tie_breakers"] = list(settings.tie_breakers)
    if settings.bands:
        found["bands"] = _bands_to_rows(settings.bands)
    if settings.bands_by_block:
        found["bands_by_block"] = {block: _bands_to_rows(bands) for block, bands in settings.bands_by_block}
    return found


def _bands_to_rows(bands: tuple[Band, ...]) -> list[dict[str, object]]:
    return [{"name": band.name, **band.interval.as_mapping()} for band in bands]


def _node_to_mapping(node: Node | Leaf, children: str) -> dict[str, object]:
    if isinstance(node, Leaf):
        return _leaf_to_mapping(node)
    found: dict[str, object] = {"code": node.code, "title": node.title}
    found[children] = [_node_to_mapping(child, "sub") for child in node.children]
    return found if node.declared_maximum is None else {**found, "max": plain(node.declared_maximum)}


def _leaf_to_mapping(leaf: Leaf) -> dict[str, object]:
    not_applicable = (leaf.not_applicable_note or "yes") if leaf.may_be_not_applicable else None
    found: dict[str, object] = {
        "code": leaf.code,
        "title": leaf.title,
        "max": plain(leaf.maximum),
        "rule": leaf.rule.as_mapping(),
        "evidence": leaf.evidence_wanted,
        "by": leaf.scored_by.value,
        "indicator": leaf.indicator or None,
        "na": not_applicable,
    }
    return found | {key: getattr(leaf, key) for key in _LEAF_TEXTS if getattr(leaf, key)}


def _figure(value: Decimal | int | None) -> str | None:
    return None if value is None else plain(Decimal(value))

"""The scheme of evaluation as it stands in data/evaluation_*.yaml: read with every problem at once."""

from collections.abc import Mapping
from decimal import Decimal

from openpar.engine.errors import InvalidSet, SetProblem
from openpar.engine.evaluation import Per, Scheme, SchemeIndicator, SchemeScore, Shares
from openpar.engine.grading import Band, band_problems
from openpar.engine.numbers import ONE, ZERO, is_whole
from openpar.engine.parameters import Parameters

LEVELS = ("ministry", "province", "district", "commune")
RULES = (
    "order",
    "worst_order",
    "count",
    "organisation",
    "publicity",
    "attitude",
    "feedback",
    "online",
)
_MOST_DIGITS = 6


def scheme_from_mapping(mapping: Mapping[str, object]) -> Scheme:
    """The scheme that a mapping describes. Raises InvalidSet with every problem."""
    problems: list[SetProblem] = []
    given = Parameters(mapping, "", problems, "FORMAT")
    given.has("set")
    points = _part(given, "points")
    scheme = Scheme(
        version=given.text("version", None),
        title=given.text("title", None),
        document=given.text("document", None),
        valid_from=given.day("valid_from"),
        valid_until=given.optional_day("valid_until"),
        digits=_whole(given, "digits", _MOST_DIGITS),
        most=_whole(points, "most", _MOST_DIGITS),
        indicators=tuple(_indicator(row) for row in given.rows("indicators")),
        shares=_shares(given),
        scores=tuple(_score(row) for row in given.rows("scores")),
    )
    points.finish()
    given.finish()
    problems += _contradictions(scheme)
    if problems:
        raise InvalidSet(tuple(problems))
    return scheme


def _indicator(given: Parameters) -> SchemeIndicator:
    given.where = given.text("id", None)
    given.one_of("certainty", ("V", "S", "R"), None)
    indicator = SchemeIndicator(
        id=given.where,
        name=given.text("name", None),
        per=Per(given.one_of("per", [each.value for each in Per], None) or Per.DOSSIER),
        rule=given.one_of("rule", RULES, None),
    )
    given.finish()
    return indicator


def _shares(given: Parameters) -> Shares:
    at_one_stop, feedback, online = (_part(given, key) for key in ("organisation", "feedback", "online"))
    shares = Shares(
        handled_by_level={level: _share(at_one_stop, level) for level in LEVELS},
        received=_share(at_one_stop, "received"),
        feedback_full=_share(feedback, "full"),
        feedback_part=_share(feedback, "part"),
        online_procedures=_share(online, "procedures"),
        online_dossiers_full=_share(online, "dossiers_full"),
        online_dossiers_part=_share(online, "dossiers_part"),
    )
    for part in (at_one_stop, feedback, online):
        part.finish()
    return shares


def _score(given: Parameters) -> SchemeScore:
    given.where = given.text("id", None)
    bands = []
    for row in given.rows("bands"):
        bands.append(Band(row.text("name", None), row.interval()))
        row.finish()
    score = SchemeScore(
        id=given.where,
        name=given.text("name", None),
        indicators=given.names("indicators"),
        maximum=given.number("max"),
        bands=tuple(bands),
    )
    given.finish()
    return score


def _contradictions(scheme: Scheme) -> list[SetProblem]:
    known = {each.id for each in scheme.indicators}
    problems = []
    for score in scheme.scores:
        unknown = [name for name in score.indicators if name not in known]
        if unknown:
            what = f"Không có chỉ số {', '.join(unknown)}."
            problems.append(SetProblem(score.id, what, "Sửa danh sách chỉ số.", "CODE"))
        if score.maximum != scheme.most * len(score.indicators):
            what = f"Khai {score.maximum} điểm, khác {len(score.indicators)} chỉ số × {scheme.most} điểm."
            problems.append(SetProblem(score.id, what, "Sửa điểm tối đa.", "SUM"))
        problems += [SetProblem(score.id, what, "", "SETTING") for what in band_problems(score.bands)]
    return problems


def _part(given: Parameters, key: str) -> Parameters:
    value = given.found.get(key)
    if not given.has(key) or not isinstance(value, Mapping):
        given.fault(f"Tham số “{key}” thiếu hoặc không phải là một bảng.", "Ghi dạng tên: giá trị.")
        value = {}
    return Parameters(value, key, given.problems)


def _share(given: Parameters, key: str) -> Decimal:
    value = given.number(key)
    if not ZERO < value <= ONE:
        given.fault(f"“{key}” ngoài khoảng (0, 1].", "Ghi một tỷ lệ như 0.20.")
    return value


def _whole(given: Parameters, key: str, most: int) -> int:
    value = given.number(key)
    if is_whole(value) and ZERO <= value <= most:
        return int(value)
    given.fault(f"“{key}” không phải số nguyên từ 0 đến {most}.", "Ghi một số nguyên.")
    return 1

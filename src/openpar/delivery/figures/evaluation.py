"""The nine indicators of TT 01/2018 from what an agency enters: ballots by points, figures of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from openpar.base.organisations.models import Kind
from openpar.common.errors import Gap
from openpar.engine.evaluation import (
    BadPoints,
    Evaluation,
    Scheme,
    SchemeIndicator,
    evaluate,
    points_of_feedback,
    points_of_online,
    points_of_organisation,
)

MOST_BALLOTS = 999_999
MOST = 999_999_999
_COMMUNES = (Kind.COMMUNE, Kind.WARD, Kind.TOWNSHIP, Kind.SPECIAL_ZONE)
# What an agency enters for the indicators that are scored once a period, by the rule of the indicator.
FIGURES_OF_RULE: Mapping[str, tuple[str, ...]] = {
    "organisation": ("procedures", "handled_there", "to_receive", "received_there"),
    "feedback": ("feedback_received", "feedback_on_time"),
    "online": ("procedures", "online_procedures", "dossiers", "online_dossiers", "late_dossiers"),
}
# Which figure is a part of which: never more than it.
_PARTS = (
    ("handled_there", "procedures"),
    ("received_there", "to_receive"),
    ("to_receive", "procedures"),
    ("online_procedures", "procedures"),
    ("online_dossiers", "dossiers"),
    ("late_dossiers", "dossiers"),
    ("feedback_on_time", "feedback_received"),
)


@dataclass(frozen=True)
class Entered:
    """What was entered. `tallies` by indicator: how many ballots have each number of points, fewest first;
    `figures` by name. What is not known is not there.
    """

    tallies: Mapping[str, tuple[int, ...]]
    figures: Mapping[str, int]


def figure_labels() -> dict[str, str]:
    """What the figures are called."""
    return {
        "procedures": _("Thủ tục thuộc thẩm quyền"),
        "handled_there": _("Thủ tục giải quyết hẳn tại Bộ phận Một cửa"),
        "to_receive": _("Thủ tục phải tiếp nhận tại Bộ phận Một cửa"),
        "received_there": _("Thủ tục đang tiếp nhận tại Bộ phận Một cửa"),
        "feedback_received": _("Phản ánh, kiến nghị đã nhận"),
        "feedback_on_time": _("Phản ánh, kiến nghị trả lời đúng hạn"),
        "online_procedures": _("Thủ tục cung cấp trực tuyến"),
        "dossiers": _("Hồ sơ tiếp nhận"),
        "online_dossiers": _("Hồ sơ nộp trực tuyến"),
        "late_dossiers": _("Hồ sơ quá hạn"),
    }


def level_of(kind: str) -> str:
    """The level of the scheme that an organisation of a kind belongs to."""
    if kind in _COMMUNES:
        return "commune"
    return "district" if kind == Kind.DISTRICT else "province"


def takes_ballots(indicator: SchemeIndicator) -> bool:
    """Is it scored by ballots, rather than from figures of the agency?"""
    return indicator.rule not in FIGURES_OF_RULE


def entry_gaps(scheme: Scheme, entered: Entered) -> list[Gap]:
    """What cannot be so: numbers out of range, parts greater than their whole."""
    labels = figure_labels()
    gaps = []
    by_ballots = {each.id for each in scheme.indicators if takes_ballots(each)}
    for name, tally in entered.tallies.items():
        is_fit = name in by_ballots and len(tally) == scheme.most + 1
        if not is_fit or any(not 0 <= count <= MOST_BALLOTS for count in tally):
            gaps.append(Gap(_("Chỉ số %s") % name, _("số phiếu không hợp lệ"), code="tally-unfit"))
    for name, value in entered.figures.items():
        if name not in labels or not 0 <= value <= MOST:
            gaps.append(Gap(labels.get(name, name), _("số không hợp lệ"), code="figure-unfit"))
    for part, whole in _PARTS:
        figures = entered.figures
        if part in figures and whole in figures and figures[part] > figures[whole]:
            what = _("%(part)d lớn hơn %(whole)d của “%(name)s”")
            told = {"part": figures[part], "whole": figures[whole], "name": labels[whole]}
            gaps.append(Gap(labels[part], what % told, _("Kiểm tra lại hai số"), code="part-above-whole"))
    return gaps


def evaluated(scheme: Scheme, entered: Entered, level: str) -> Evaluation:
    """Values and scores. An indicator without all its figures is missing: it leaves points and maximum."""
    ballots: dict[str, Sequence[int]] = {}
    for indicator in scheme.indicators:
        if takes_ballots(indicator):
            tally = entered.tallies.get(indicator.id, ())
            ballots[indicator.id] = [point for point, count in enumerate(tally) for _one in range(count)]
        else:
            points = _points_of_agency(scheme, indicator, entered.figures, level)
            ballots[indicator.id] = () if points is None else (points,)
    return evaluate(scheme, ballots)


def _points_of_agency(
    scheme: Scheme, indicator: SchemeIndicator, figures: Mapping[str, int], level: str
) -> int | None:
    names = FIGURES_OF_RULE[indicator.rule]
    if any(name not in figures for name in names):
        return None
    given = [figures[name] for name in names]
    try:
        if indicator.rule == "organisation":
            return points_of_organisation(
                scheme.shares,
                level,
                procedures=given[0],
                handled_there=given[1],
                to_receive=given[2],
                received_there=given[3],
            )
        if indicator.rule == "feedback":
            return points_of_feedback(scheme.shares, received=given[0], answered_on_time=given[1])
        return points_of_online(
            scheme.shares,
            procedures=given[0],
            online=given[1],
            dossiers=given[2],
            online_dossiers=given[3],
            late=given[4],
        )
    except BadPoints:
        # Refused when it was entered; stored under another rule it is as good as missing.
        return None

"""The worked examples of the nine indicators, read from text."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpar.engine import evaluation
from openpar.engine.evaluation import Order, Scheme
from openpar.engine.evaluation_data import scheme_from_mapping
from openpar.parindex.criteria.yaml_files import read_mapping

FACTS = Path(__file__).parent / "facts"
FILE = Path(__file__).parents[2] / "data" / "evaluation_tt01_2018.yaml"


def scheme() -> Scheme:
    """The shipped scheme."""
    return scheme_from_mapping(read_mapping(FILE))


def points_of(found: Scheme, rule: str, given: Mapping[str, Any]) -> int | None:
    """The points of one worked row."""
    counts = {name: int(text) for name, text in given.items() if str(text).isdigit()}
    flags = {name: text == "yes" for name, text in given.items() if text in ("yes", "no")}
    if rule == "order":
        return evaluation.points_of_time(Order(given["order"]))
    if rule == "worst_order":
        return evaluation.points_of_bodies(Order(each) for each in given["orders"])
    if rule == "count":
        return evaluation.points_of_contacts(counts["times"])
    if rule == "publicity":
        return evaluation.points_of_publicity(**flags)
    if rule == "attitude":
        return evaluation.points_of_attitude(Order(given["order"]), **flags)
    if rule == "organisation":
        return evaluation.points_of_organisation(found.shares, given["level"], **counts)
    if rule == "feedback":
        return evaluation.points_of_feedback(found.shares, **counts)
    return evaluation.points_of_online(found.shares, **counts)


def ballots_of(row: Mapping[str, list[str]]) -> dict[str, list[int]]:
    """The points given, by indicator."""
    return {name: [int(each) for each in points] for name, points in row.items()}


def decimal_of(text: str | None) -> Decimal | None:
    """A cell of a table."""
    return None if text is None else Decimal(text)

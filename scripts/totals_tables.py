"""The worked tables of tests/house/tables as parts of pages: totals, rounding, places, classes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpar.common.formats import format_decimal
from openpar.engine.answers import Answer
from openpar.engine.criteria import CriteriaSet, set_from_mapping
from openpar.engine.grading import grade
from openpar.engine.numbers import round_for_show
from openpar.engine.ranking import rank
from openpar.engine.scoring import UnitScore, score_unit
from openpar.engine.wording import number
from openpar.parindex.criteria.yaml_files import read_bands, read_mapping
from scripts.rule_texts import MODES, POLICIES, RANK_ON, SCOPES, TIES
from scripts.written_pages import ROOT, table
from tests.engine.tables import answer_of

BANDS = ROOT / "data" / "grading_default.yaml"


class Disagreement(Exception):
    """A worked table says something else than the engine."""


def agree(where: str, what: str, expected: object, found: object) -> None:
    """Raises Disagreement unless the table and the engine say the same."""
    if expected != found:
        raise Disagreement(f"{where}, “{what}”: the table says {expected}, the engine {found}")


def not_applicable(folder: Path) -> list[str]:
    """The three policies, each on the same sheet."""
    lines: list[str] = []
    for worked in read_mapping(folder / "not_applicable.yaml")["tables"]:
        rows = []
        answers = {code: answer_of(answer) for code, answer in worked["answers"].items()}
        for row in worked["rows"]:
            score = score_unit(_set_of(worked["fields"], row["settings"]), answers)
            index = None if score.index is None else _shown(score.index)
            agree("not_applicable", row["why"], row["index"], index)
            agree("not_applicable", row["why"], Decimal(row["maximum"]), score.maximum)
            rows.append(
                (
                    POLICIES[row["settings"]["na_policy"]]
                    + SCOPES.get(row["settings"].get("na_scope", ""), ""),
                    "không có chỉ số" if index is None else f"{index.replace('.', ',')} %",
                    " ".join(score.explanation),
                    row["why"],
                )
            )
        lines += [f"## {worked['title']}", ""]
        lines += [*table(("cách xử lý", "chỉ số", "câu giải thích của hệ thống", "vì sao"), rows), ""]
    return lines


def adjustments(folder: Path) -> list[str]:
    """Bonus, penalty and the cap of the total."""
    lines: list[str] = []
    for worked in read_mapping(folder / "adjustments.yaml")["tables"]:
        rows = []
        for row in worked["rows"]:
            extra = {"bonus_max": "3", "penalty_max": "5", "total_cap": None, **row["settings"]}
            score = _adjusted(_set_of(worked["fields"], {"bonus_penalty": extra}), row)
            agree("adjustments", row["why"], Decimal(row["total"]), score.total)
            cap = extra["total_cap"]
            rows.append(
                (
                    number(Decimal(row["achieved"])),
                    _listed(row["bonus"]),
                    _listed(row["penalty"]),
                    "không giới hạn" if cap is None else number(Decimal(cap)),
                    number(score.total or Decimal(0)),
                    row["why"],
                )
            )
        heading = ("điểm đạt được", "thưởng", "trừ", "giới hạn tổng điểm", "tổng điểm", "vì sao")
        lines += [f"## {worked['title']}", "", *table(heading, rows), ""]
    return lines


def _adjusted(criteria_set: CriteriaSet, row: Mapping[str, Any]) -> UnitScore:
    answers = {"1.1": Answer(numerator=Decimal(row["achieved"]), denominator=Decimal(100))}
    return score_unit(
        criteria_set,
        answers,
        bonus=[Decimal(claim) for claim in row["bonus"]],
        penalty=[Decimal(claim) for claim in row["penalty"]],
    )


def rounding(folder: Path) -> list[str]:
    """What is printed of an exact number."""
    rows = []
    for row in read_mapping(folder / "rounding.yaml")["rows"]:
        shown = str(round_for_show(Decimal(row["value"]), int(row["digits"]), row["mode"]))
        agree("rounding", row["why"], row["shown"], shown)
        value = row["value"].replace(".", ",")
        rows.append((value, row["digits"], MODES[row["mode"]], shown.replace(".", ","), row["why"]))
    heading = ("số chính xác", "chữ số thập phân", "cách làm tròn", "in ra", "vì sao")
    return ["## Làm tròn khi in", "", *table(heading, rows), ""]


def ranking(folder: Path) -> list[str]:
    """Places under every method for ties."""
    lines = ["## Xếp hạng trong khối", ""]
    for worked in read_mapping(folder / "ranking.yaml")["tables"]:
        values = _values(worked["values"])
        breakers = [_values(values_of) for values_of in worked.get("tie_breakers", ())]
        rows = []
        for row in worked["rows"]:
            places = rank(values, ties=row["ties"], rank_on=row["rank_on"], tie_breakers=breakers)
            found = [str(places[unit].rank) if unit in places else None for unit in values]
            agree("ranking", row["why"], row["ranks"], found)
            told = (f"{unit} {place or 'không xếp hạng'}" for unit, place in zip(values, found, strict=True))
            rows.append((TIES[row["ties"]], RANK_ON[row["rank_on"]], ", ".join(told), row["why"]))
        listed = ", ".join(f"{unit} {_or_dash(value)}" for unit, value in values.items())
        lines += [f"{worked['title']}: {listed}.", ""]
        lines += [*table(("cách xếp", "so sánh", "hạng", "vì sao"), rows), ""]
    return lines


def grading(folder: Path) -> list[str]:
    """Classes by the bands that count when a criteria set names none."""
    bands = read_bands(BANDS)
    rows = []
    for row in read_mapping(folder / "grading.yaml")["rows"]:
        index = Decimal(row["index"])
        agree("grading", row["why"], row["grade"], grade(index, bands))
        rows.append((number(index), format_decimal(index, 2), row["grade"], row["why"]))
    lines = [
        "## Xếp loại",
        "",
        "Mức xếp loại do quyết định của từng tỉnh quy định. Bảng dưới đây là mức mặc "
        "định, chỉ dùng khi bộ tiêu chí "
        "không ghi mức nào, và hệ thống nói rõ điều đó.",
        "",
        *table(("mức", "chỉ số (%)"), [(band.name, band.interval.words()) for band in bands]),
        "",
    ]
    return [*lines, *table(("chỉ số chính xác", "in ra", "xếp loại", "vì sao"), rows), ""]


def _set_of(fields: list[dict[str, Any]], settings: Mapping[str, Any]) -> CriteriaSet:
    return set_from_mapping({"set": "ví dụ", "level": "", "year": "2026", "fields": fields, **settings})


def _values(given: Mapping[str, str | None]) -> dict[str, Decimal | None]:
    return {unit: None if text is None else Decimal(text) for unit, text in given.items()}


def _listed(claims: list[str]) -> str:
    return " + ".join(number(Decimal(claim)) for claim in claims) or "—"


def _or_dash(value: Decimal | None) -> str:
    return "—" if value is None else number(value)


def _shown(value: Decimal) -> str:
    return str(round_for_show(value, 2))


PARTS: dict[str, tuple[Callable[[Path], list[str]], ...]] = {
    "khong-ap-dung.md": (not_applicable,),
    "thuong-tru.md": (adjustments,),
    "lam-tron-xep-hang-xep-loai.md": (rounding, ranking, grading),
}

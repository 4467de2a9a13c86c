"""Nobody sees or does what is not theirs: address × method × person × whose things, by the matrix."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from typing import Any
from unittest import mock

from trust.access import (
    RELATIONS,
    Answer,
    Cell,
    Matrix,
    cells,
    misfit,
    read_matrix,
    walked_urls,
)
from trust.check import SQLITE, Check, Found, Scale

_SHORT = 80
Ask = Callable[[Cell], Answer]


def run(scale: Scale) -> Found:
    import logging

    from trust.asking import Asker
    from trust.worlds import build

    # Thousands of refusals on purpose; an error still comes through.
    logging.disable(logging.WARNING)

    matrix, urls = read_matrix(), walked_urls()
    relations = RELATIONS[:2] if scale.short else RELATIONS
    states = ("running", "published") if scale.short else ("running", "appraisal", "deciding", "published")
    asker = Asker(build(states, relations), urls)
    every = cells(urls, matrix, relations, {name: bool(args) for name, (_, args) in urls.items()})
    everything = [cell for cell in every if cell.on in states]
    asked = everything
    if scale.short:
        chance = scale.random("cells")
        asked = chance.sample([cell for cell in everything if cell.method in ("GET", "POST")], _SHORT)
        asked += chance.sample(everything, _SHORT // 5)
    violations = [f"no row for the address {name}" for name in without_row(urls, matrix)]
    violations += [f"a row for {name}, which is no address" for name in sorted(named(matrix) - urls.keys())]
    answers: dict[str, int] = {}
    for cell in asked:
        answer = asker.ask(cell)
        answers[answer.kind] = answers.get(answer.kind, 0) + 1
        wrong = misfit(cell, matrix.answer(cell), answer)
        if wrong:
            violations.append(wrong)
        violations += [f"{cell}: shows {mark}" for mark in asker.leaks(cell, answer)]
    return Found(
        figures={"addresses": len(urls), "cells": len(everything), "asked": len(asked), **answers},
        violations=tuple(violations),
        planted=_planted(matrix, urls, asker),
    )


def without_row(urls: Iterable[str], matrix: Matrix) -> list[str]:
    """The addresses that the matrix does not know."""
    return sorted(name for name in urls if not matrix.states_of(name))


def named(matrix: Matrix) -> set[str]:
    return set().union(*(row.urls for row in matrix.rows)) - {"*"}


def _planted(matrix: Matrix, urls: Mapping[str, Any], asker: Any) -> dict[str, bool]:
    """Permission checks patched away one by one, and an address that nobody thought of."""

    def caught(cell: Cell, *patches: tuple[str, Any]) -> bool:
        before = misfit(cell, matrix.answer(cell), asker.ask(cell)) is None
        with ExitStack() as stack:
            for place, value in patches:
                stack.enter_context(mock.patch(place, value))
            answer = asker.ask(cell)
        wrong = misfit(cell, matrix.answer(cell), answer) or asker.leaks(cell, answer)
        return before and bool(wrong)

    def yes(*_: Any, **__: Any) -> bool:
        return True

    def all_sheets(*_: Any, **__: Any) -> Any:
        from openpar.parindex.assessments.models import Assessment

        return Assessment.objects.all()

    stranger, officer = "nobody", "FOCAL_OFFICER"
    return {
        "an address without a row": "planted" in without_row([*urls, "planted"], matrix),
        "a sheet shown to whoever asks": caught(
            Cell("sheet-download", "GET", "running", officer, "other"),
            ("openpar.web.sheet_files.views.visible_assessments", all_sheets),
        ),
        "people shown to whoever asks": caught(
            Cell("people", "GET", "running", officer, "own"), ("openpar.web.people.views.may_see_people", yes)
        ),
        "people made by whoever asks": caught(
            Cell("new-person", "GET", "running", officer, "own"),
            ("openpar.web.people.views.may_manage_people", yes),
        ),
        "a foreign round moved on": caught(
            Cell("round-change", "GET", "running", "ROUND_MANAGER", "other"),
            ("openpar.web.rounds.frame.may_manage", yes),
        ),
        "the documents of others": caught(
            Cell("document", "GET", "running", officer, "other"),
            ("openpar.web.documents.views.owners_seen_by", lambda *_: None),
        ),
        "criteria changed by whoever asks": caught(
            Cell("criteria-copy", "GET", "running", officer, "own"),
            ("openpar.web.criteria.common.may_edit_criteria", yes),
        ),
        "scores of another agency saved": caught(
            Cell("assessment-leaf", "POST", "running", "LEADER", "other"),
            ("openpar.parindex.assessments.actions.self_scoring.may_score_for_unit", yes),
        ),
        "the trace read by whoever asks": caught(
            Cell("audit", "GET", "running", stranger, "own"), ("openpar.web.audit.views.may_read_trace", yes)
        ),
    }


CHECK = Check("authorisation", "nobody sees or does what is not theirs", run, (SQLITE,))

"""Small criteria sets and answers for tests, in the layout of the files."""

from decimal import Decimal
from typing import Any

from openpar.engine.answers import Answer
from openpar.engine.criteria import CriteriaSet, set_from_mapping

YES, NO, OUT = Answer(choice="yes"), Answer(choice="no"), Answer(applicable=False, reason="không phát sinh")
MAY_BE_OUT = "mẫu số = 0 -> không áp dụng"


def leaf(code: str, most: str, kind: str = "ratio", **more: Any) -> dict[str, Any]:
    """A leaf; `kind` is ratio, boolean, survey or external_pct."""
    rules = {
        "ratio": {"type": "ratio"},
        "boolean": {"type": "boolean", "yes": most, "no": "0"},
        "survey": {"type": "survey", "weights": {"A": "1", "D": "0"}},
        "external_pct": {"type": "external_pct"},
    }
    by = "survey" if kind in ("survey", "external_pct") else "self+appraisal"
    return {"code": code, "title": code, "max": most, "rule": rules[kind], "by": by, "na": MAY_BE_OUT, **more}


def field(code: str, *children: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A field with criteria or leaves."""
    return {"code": code, "title": code, "criteria": list(children), **more}


def mapping(*fields: dict[str, Any], **settings: Any) -> dict[str, Any]:
    """A set."""
    return {"set": "thử", "level": "department", "year": "2026", "fields": list(fields), **settings}


def made(*fields: dict[str, Any], **settings: Any) -> CriteriaSet:
    """The same, read."""
    return set_from_mapping(mapping(*fields, **settings))


def ratio(numerator: int | str, denominator: int | str) -> Answer:
    """A numerator and a denominator."""
    return Answer(numerator=Decimal(numerator), denominator=Decimal(denominator))

"""What the database refuses here: an issued set keeps its content; only a draft is changed (stages.py)."""

# ruff: noqa: S608  # nothing in the SQL of a guard comes from outside this file

from __future__ import annotations

from openpar.common.triggers import Guard, changed, not_emptied, not_overwritten

_SET, _LINE = "criteria_criteriaset", "criteria_criterion"


def _is_issued(row: str) -> str:
    return (
        f"EXISTS (SELECT 1 FROM criteria_criteriaset AS s WHERE s.id = {row}.set_id AND s.stage <> 'DRAFT')"
    )


# A draft that another set says to continue may go: only the trace of it is taken away, nothing else.
_ONLY_LOSES_A_DRAFT = (
    "(NEW.same_as_id IS NULL AND OLD.same_as_id IS NOT NULL "
    f"AND NOT {changed('set_id', 'code', 'title', 'most_points', 'rule', 'is_leaf', 'scored_by')} "
    "AND EXISTS (SELECT 1 FROM criteria_criterion AS c JOIN criteria_criteriaset AS d ON d.id = c.set_id "
    "WHERE c.id = OLD.same_as_id AND d.stage = 'DRAFT'))"
)

GUARDS = (
    Guard(
        "set_content",
        _SET,
        "UPDATE",
        "OLD.stage <> 'DRAFT' AND "
        + changed(
            *("id", "title", "level", "year", "number", "signed_on", "issuer", "is_sample", "replaces_id"),
            *(
                "copied_from_id",
                "declared_total",
                "declared_survey",
                "declared_appraisal",
                "settings",
                "version",
            ),
        ),
    ),
    Guard(
        "set_stage",
        _SET,
        "UPDATE",
        "NEW.stage <> OLD.stage AND (OLD.stage, NEW.stage) NOT IN "
        "(VALUES ('DRAFT', 'ISSUED'), ('ISSUED', 'IN_USE'), ('ISSUED', 'DRAFT'), ('IN_USE', 'RETIRED'))",
    ),
    Guard("set_delete", _SET, "DELETE", "OLD.stage <> 'DRAFT'"),
    not_overwritten(_SET),
    not_emptied(_SET),
    Guard("criterion_insert", _LINE, "INSERT", _is_issued("NEW")),
    Guard(
        "criterion_update",
        _LINE,
        "UPDATE",
        f"({_is_issued('OLD')} OR {_is_issued('NEW')}) AND NOT {_ONLY_LOSES_A_DRAFT}",
    ),
    Guard("criterion_delete", _LINE, "DELETE", _is_issued("OLD")),
    not_overwritten(_LINE, ("set_id", "code")),
    not_emptied(_LINE),
)

"""The identities as they stand in data/dossier_identities.yaml: read with every problem at once."""

from collections.abc import Mapping

from openpar.engine.balance import ColumnKind, CountColumn, GapReading, Identities, Identity
from openpar.engine.errors import InvalidSet, SetProblem
from openpar.engine.parameters import Parameters

_SIGNS = {"1": 1, "-1": -1}
_HEAD = ("set", "certainty", "valid_from", "valid_until")


def identities_from_mapping(mapping: Mapping[str, object]) -> Identities:
    """The identities that a mapping describes. Raises InvalidSet with every problem."""
    problems: list[SetProblem] = []
    given = Parameters(mapping, "", problems, "FORMAT")
    for key in _HEAD:
        given.has(key)
    found = Identities(
        version=given.text("version", None),
        source=given.text("source", None),
        columns=tuple(_column(row) for row in given.rows("columns")),
        identities=tuple(_identity(row) for row in given.rows("identities")),
    )
    given.finish()
    problems += _unknown_names(found)
    if problems:
        raise InvalidSet(tuple(problems))
    return found


def _column(given: Parameters) -> CountColumn:
    column = CountColumn(
        name=given.text("name", None),
        label=given.text("label", None),
        kind=ColumnKind(given.one_of("kind", [kind.value for kind in ColumnKind], None) or ColumnKind.FLOW),
    )
    given.finish()
    return column


def _identity(given: Parameters) -> Identity:
    given.where = given.text("id", None)
    hint = given.found.get("hint") if given.has("hint") else None
    hinted = Parameters(hint if isinstance(hint, Mapping) else {}, given.where, given.problems)
    identity = Identity(
        id=given.where,
        title=given.text("title", None),
        whole=given.names("whole"),
        parts=given.names("parts"),
        if_there=given.optional_names("if_there"),
        remainder=given.text("remainder"),
        readings=tuple(_reading(row) for row in given.rows("readings")) if given.has("readings") else (),
        hint=hinted.text("text"),
        hint_unless=hinted.text("unless"),
    )
    hinted.finish()
    given.finish()
    return identity


def _reading(given: Parameters) -> GapReading:
    text = given.text("text", None)
    stated = given.found.get("gap_is") if given.has("gap_is") else None
    pairs = {str(name): str(sign) for name, sign in stated.items()} if isinstance(stated, Mapping) else {}
    if not pairs or any(sign not in _SIGNS for sign in pairs.values()):
        given.fault("“gap_is” không phải bảng tên: 1 hoặc -1.", "Ghi như {returned: -1}.")
        pairs = {}
    given.finish()
    return GapReading(tuple((name, _SIGNS[sign]) for name, sign in pairs.items()), text)


def _unknown_names(found: Identities) -> list[SetProblem]:
    known = [column.name for column in found.columns]
    problems = [
        SetProblem(name, "Cột ghi hai lần.", "Mỗi cột một lần.", "CODE")
        for name in dict.fromkeys(known)
        if known.count(name) > 1
    ]
    for identity in found.identities:
        used = [*identity.whole, *identity.parts, *identity.if_there]
        used += [name for reading in identity.readings for name, _sign in reading.gap_is]
        used += [name for name in (identity.remainder, identity.hint_unless) if name]
        problems += [
            SetProblem(identity.id, f"Không có cột “{name}”.", "Khai cột, hoặc sửa tên.", "CODE")
            for name in dict.fromkeys(used)
            if name not in known
        ]
    return problems

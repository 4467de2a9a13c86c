"""Forms as they stand in data/forms: read with every problem at once."""

from collections.abc import Mapping

from openpar.engine.errors import InvalidSet, SetProblem
from openpar.engine.forms import ColumnKind, Equation, Form, FormColumn, Placement
from openpar.engine.numbers import is_whole
from openpar.engine.parameters import Parameters

_CERTAINTIES = ("V", "S", "R")


def form_from_mapping(mapping: Mapping[str, object]) -> Form:
    """The form that a mapping describes. Raises InvalidSet with every problem."""
    problems: list[SetProblem] = []
    given = Parameters(mapping, "", problems, "FORMAT")
    form = Form(
        code=given.text("form", None),
        version=given.text("version", None),
        title=given.text("title", None),
        document=given.text("document", None),
        certainty=given.one_of("certainty", _CERTAINTIES, None),
        rows=given.text("rows", None),
        valid_from=given.day("valid_from"),
        valid_until=given.optional_day("valid_until"),
        columns=tuple(_column(row) for row in given.rows("columns")),
        equations=tuple(_equation(row) for row in given.rows("equations")),
        across=given.optional_names("across"),
        blocks=given.optional_names("blocks"),
        placements=tuple(_placement(row) for row in given.rows("placements"))
        if given.has("placements")
        else (),
    )
    given.finish()
    problems += _contradictions(form)
    if problems:
        raise InvalidSet(tuple(problems))
    return form


def _column(given: Parameters) -> FormColumn:
    number = given.number("number")
    if not is_whole(number):
        given.fault("“number” không phải số nguyên.", "Ghi số thứ tự của cột.")
    kind = given.one_of("kind", [each.value for each in ColumnKind], None)
    column = FormColumn(
        int(number), given.text("key", None), ColumnKind(kind or ColumnKind.TEXT), given.names("path")
    )
    given.finish()
    return column


def _equation(given: Parameters) -> Equation:
    equation = Equation(
        id=given.text("id", None),
        left=given.names("left"),
        right=given.names("right"),
        at_most=given.one_of("sign", ("equal", "at_most"), "equal") == "at_most",
        is_target=given.flag("is_target", default=False),
    )
    given.finish()
    return equation


def _placement(given: Parameters) -> Placement:
    given.where = given.text("id", None)
    given.one_of("certainty", _CERTAINTIES, None)
    into = given.found.get("into") if given.has("into") else {}
    if not isinstance(into, Mapping):
        given.fault("“into” không phải là một bảng.", "Ghi như {returned: [on_time, resolved]}.")
        into = {}
    moves = Parameters(into, given.where, given.problems)
    placement = Placement(
        id=given.where,
        name=given.text("name", None),
        into={str(name): moves.names(str(name)) for name in into},
        columns=tuple(_column(row) for row in given.rows("columns")) if given.has("columns") else (),
        equation=given.text("equation"),
    )
    given.finish()
    return placement


def _contradictions(form: Form) -> list[SetProblem]:
    numbers = [column.number for column in form.columns]
    counts = {column.key for column in form.columns if column.kind is ColumnKind.COUNT}
    problems = []
    if numbers != list(range(1, len(numbers) + 1)):
        problems.append(SetProblem(form.code, "Số cột không liên tục.", "Đánh số từ 1, theo thứ tự.", "CODE"))
    named = [(each.id, name) for each in form.equations for name in (*each.left, *each.right)]
    named += [(each.id, name) for each in form.placements for into in each.into.values() for name in into]
    for where, name in dict.fromkeys(named):
        if name not in counts:
            problems.append(SetProblem(where, f"Không có cột số đếm “{name}”.", "Sửa tên cột.", "CODE"))
    for placement in form.placements:
        if placement.columns and placement.equation not in {each.id for each in form.equations}:
            what = f"Không có đẳng thức “{placement.equation}”."
            problems.append(SetProblem(placement.id, what, "Ghi mã đẳng thức mà các cột thêm vào.", "CODE"))
    return problems

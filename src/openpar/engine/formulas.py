"""The one expression language: exact decimals, named variables, no Python.

Expressions know + − × / (also typed - * ÷), min, max, comparisons, and / or / not, parentheses, numbers with
a decimal point, the declared variables, and `maximum` (also plain `max`): the most points of the leaf. A text
is read once, its names, types and size are checked, and only then can it be evaluated. Nothing is executed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import LarkError, UnexpectedInput

from openpar.engine.errors import BadNumber, EngineError
from openpar.engine.numbers import LEAF_PLACES, ONE, ZERO, add, decimal_of, divide, multiply, settle, subtract

MOST_CHARACTERS = 2000
MOST_DEPTH = 100
MOST_NODES = 400
MAXIMUM = "maximum"
RESERVED = frozenset(("and", "or", "not", "min", "max", MAXIMUM))

Values = Mapping[str, Decimal]

_GRAMMAR = r"""
?start: either
?either: both | either "or" both -> either
?both: negated | both "and" negated -> both
?negated: compared | "not" negated -> negation
?compared: sum | sum COMPARISON sum -> comparison
?sum: product | sum (PLUS | MINUS) product -> operation
?product: signed | product (TIMES | OVER) signed -> operation
?signed: atom | MINUS signed -> opposite
?atom: NUMBER -> number
     | NAME -> variable
     | "max" -> most
     | "min" "(" either ("," either)+ ")" -> least_of
     | "max" "(" either ("," either)+ ")" -> most_of
     | "(" either ")"
COMPARISON: ">=" | "<=" | "!=" | "==" | "<>" | "=" | ">" | "<" | "≥" | "≤" | "≠"
PLUS: "+"
MINUS: "-" | "−"
TIMES: "*" | "×" | "·"
OVER: "/" | "÷"
NAME: /[^\W\d]\w*/
NUMBER: /[0-9]+(\.[0-9]+)?/
%ignore /[ \t\r\n]+/
"""


class BadFormula(EngineError):
    """A text that is no expression of this language, or too large a one."""


class DividedByZero(EngineError):
    """Raised while evaluating; the rule decides what it means."""


@dataclass(frozen=True, slots=True, eq=False)
class Formula:
    """An expression that was read and checked. Two formulas are equal if their texts are.

    A condition computes to 1 (true) or 0 (false).
    """

    text: str
    names: frozenset[str]
    compute: Callable[[Values], Decimal]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Formula) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def number(self, values: Values, maximum: Decimal) -> Decimal:
        """The value of the expression. Raises DividedByZero."""
        return self.compute({**values, MAXIMUM: maximum})

    def holds(self, values: Values, maximum: Decimal) -> bool:
        """Whether the condition is true. Raises DividedByZero."""
        return self.number(values, maximum) != ZERO


def read_formula(text: str, names: frozenset[str], *, condition: bool = False) -> Formula:
    """The expression that the text means: a number, or a condition if one is asked for.

    Raises BadFormula: an undeclared name, a wrong type, a size beyond the limits, a typing error.
    """
    if len(text) > MOST_CHARACTERS:
        raise BadFormula(f"Công thức dài {len(text)} ký tự; nhiều nhất {MOST_CHARACTERS}.")
    try:
        part = _parser().parse(text)
    except UnexpectedInput as fault:
        place = f"ở ký tự thứ {fault.column}" if fault.column > 0 else "ở cuối"
        raise BadFormula(f"Không đọc được công thức “{text[:80]}” {place}.") from None
    except LarkError as fault:
        raise BadFormula(f"Không đọc được công thức “{text[:80]}”: {fault}") from None
    # The parser builds parts by the callbacks below; its own type only knows trees.
    if not isinstance(part, _Part):
        raise BadFormula(f"Không đọc được công thức “{text[:80]}”.")
    unknown = sorted(part.names - names - {MAXIMUM})
    if unknown:
        raise BadFormula(f"Công thức “{text[:80]}” dùng biến chưa khai báo: {', '.join(unknown)}.")
    if part.is_condition != condition:
        wanted = "một điều kiện đúng/sai" if condition else "một số"
        raise BadFormula(f"“{text[:80]}” phải cho ra {wanted}.")
    return Formula(text, part.names - {MAXIMUM}, part.compute)


class _Part(NamedTuple):
    """A piece already read: how to compute it, whether it is a condition, its names and its size."""

    compute: Callable[[Values], Decimal]
    is_condition: bool
    names: frozenset[str] = frozenset()
    depth: int = 1
    nodes: int = 1


def _joined(compute: Callable[[Values], Decimal], is_condition: bool, *parts: _Part) -> _Part:
    """A part made of others, refused when it grows beyond the limits."""
    depth = 1 + max(part.depth for part in parts)
    nodes = 1 + sum(part.nodes for part in parts)
    if depth > MOST_DEPTH or nodes > MOST_NODES:
        raise BadFormula(
            f"Công thức quá lớn: nhiều nhất {MOST_NODES} phép tính, lồng nhau {MOST_DEPTH} tầng."
        )
    return _Part(compute, is_condition, frozenset().union(*(part.names for part in parts)), depth, nodes)


def _of(kind: bool, *parts: _Part) -> None:
    """Refuses a number where a condition belongs, and the reverse."""
    if any(part.is_condition != kind for part in parts):
        wanted = "điều kiện" if kind else "số"
        raise BadFormula(f"Công thức dùng lẫn số và điều kiện: chỗ cần {wanted} lại không phải {wanted}.")


def _over(value: Decimal, by: Decimal) -> Decimal:
    if by == ZERO:
        raise DividedByZero("Phép chia cho 0.")
    return divide(value, by)


_OPERATIONS: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": add,
    "-": subtract,
    "−": subtract,
    "*": multiply,
    "×": multiply,
    "·": multiply,
    "/": _over,
    "÷": _over,
}

_COMPARISONS: dict[str, Callable[[Decimal, Decimal], bool]] = {
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
    "≥": lambda left, right: left >= right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    "≤": lambda left, right: left <= right,
    "=": lambda left, right: left == right,
    "==": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<>": lambda left, right: left != right,
    "≠": lambda left, right: left != right,
}


@v_args(inline=True)
class _Builder(Transformer[Token, _Part]):
    """Turns each reduction of the parser into a part; called while parsing, so nothing recurses."""

    def number(self, token: Token) -> _Part:
        try:
            value = decimal_of(str(token))
        except BadNumber as fault:
            raise BadFormula(str(fault)) from None
        return _Part(lambda values: value, is_condition=False)

    def variable(self, token: Token) -> _Part:
        name = str(token)
        return _Part(lambda values: values[name], is_condition=False, names=frozenset({name}))

    def most(self) -> _Part:
        return _Part(lambda values: values[MAXIMUM], is_condition=False)

    def operation(self, left: _Part, sign: Token, right: _Part) -> _Part:
        _of(False, left, right)
        operate, a, b = _OPERATIONS[str(sign)], left.compute, right.compute
        return _joined(lambda values: operate(a(values), b(values)), False, left, right)

    def opposite(self, _sign: Token, part: _Part) -> _Part:
        _of(False, part)
        compute = part.compute
        return _joined(lambda values: subtract(ZERO, compute(values)), False, part)

    def comparison(self, left: _Part, sign: Token, right: _Part) -> _Part:
        _of(False, left, right)
        compare, a, b = _COMPARISONS[str(sign)], left.compute, right.compute

        # Settled first: 2/3 × 3 must be found equal to 2.
        def compute(values: Values) -> Decimal:
            holds = compare(settle(a(values), LEAF_PLACES), settle(b(values), LEAF_PLACES))
            return ONE if holds else ZERO

        return _joined(compute, True, left, right)

    def negation(self, part: _Part) -> _Part:
        _of(True, part)
        compute = part.compute
        return _joined(lambda values: ONE if compute(values) == ZERO else ZERO, True, part)

    def both(self, left: _Part, right: _Part) -> _Part:
        _of(True, left, right)
        a, b = left.compute, right.compute
        return _joined(lambda values: b(values) if a(values) != ZERO else ZERO, True, left, right)

    def either(self, left: _Part, right: _Part) -> _Part:
        _of(True, left, right)
        a, b = left.compute, right.compute
        return _joined(lambda values: ONE if a(values) != ZERO else b(values), True, left, right)

    def least_of(self, *parts: _Part) -> _Part:
        return self._chosen(min, parts)

    def most_of(self, *parts: _Part) -> _Part:
        return self._chosen(max, parts)

    def _chosen(self, choose: Callable[[list[Decimal]], Decimal], parts: tuple[_Part, ...]) -> _Part:
        _of(False, *parts)
        computes = [part.compute for part in parts]
        return _joined(lambda values: choose([compute(values) for compute in computes]), False, *parts)


@cache
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", transformer=_Builder())

"""The statuses and the rules of the verdicts as they stand in data/: read with every problem at once."""

from collections.abc import Mapping, Sequence

from openpar.engine.errors import InvalidSet, SetProblem
from openpar.engine.numbers import ZERO, is_whole
from openpar.engine.parameters import Parameters
from openpar.engine.verdicts.events import EventKind, Status, Statuses
from openpar.engine.verdicts.rules import VerdictRules, WaitKind
from openpar.engine.workdays import PauseKind

_CLOCKS = ("not_started", "running", "stopped", "ended", "none")
_LEADING_BACK = {EventKind.SUPPLEMENT_ANSWERED, EventKind.PAUSED, EventKind.RESUMED, EventKind.EXTENDED}


def statuses_from_mapping(mapping: Mapping[str, object]) -> Statuses:
    """The statuses and what may follow what. Raises InvalidSet with every problem."""
    problems: list[SetProblem] = []
    given = Parameters(mapping, "", problems, "FORMAT")
    for key in ("set", "version", "certainty"):
        given.has(key)
    statuses = tuple(_status(row) for row in given.rows("statuses"))
    transitions = {
        _whole(given, "transitions", name): tuple(
            _whole(given, "transitions", each) for each in _list(following)
        )
        for name, following in _table(given, "transitions").items()
    }
    of_event = {
        EventKind(name): _whole(given, "events", code)
        for name, code in _table(given, "events").items()
        if _is_event(given, name)
    }
    given.finish()
    codes = {each.code for each in statuses}
    named = {*codes, *transitions, *of_event.values()}
    named.update(code for following in transitions.values() for code in following)
    for code in sorted(code for code in named if code not in codes or code not in transitions):
        given.fault(f"Trạng thái {code} chưa khai đủ.", "Khai tên, và trạng thái nào theo sau.")
    missing = set(EventKind) - set(of_event) - _LEADING_BACK
    if missing:
        given.fault(f"Thiếu sự kiện {', '.join(sorted(missing))}.", "Ghi trạng thái sau sự kiện.")
    if problems:
        raise InvalidSet(tuple(problems))
    return Statuses(statuses, transitions, of_event)


def verdict_rules_from_mapping(mapping: Mapping[str, object]) -> tuple[VerdictRules, ...]:
    """Every version of the rules. Raises InvalidSet with every problem."""
    problems: list[SetProblem] = []
    given = Parameters(mapping, "", problems, "FORMAT")
    given.has("set")
    rules = tuple(_rules(row) for row in given.rows("settings"))
    given.finish()
    if problems:
        raise InvalidSet(tuple(problems))
    return rules


def _status(given: Parameters) -> Status:
    status = Status(
        code=_whole(given, "code", given.text("code", None)),
        name=given.text("name", None),
        group=given.text("group", None),
        clock=given.one_of("clock", _CLOCKS, None),
    )
    given.finish()
    return status


def _rules(given: Parameters) -> VerdictRules:
    given.where = given.text("from", None)
    given.has("source")
    rules = VerdictRules(
        valid_from=given.day("from"),
        valid_until=given.optional_day("until"),
        supplement=PauseKind(given.one_of("supplement", ("starts_anew", "stops"), None).upper()),
        stops=frozenset(_waits(given, "stops")),
        supplements_allowed=_number(given, "supplements_allowed"),
        extensions_allowed=_number(given, "extensions_allowed"),
        apology_working_days_before=_number(given, "apology_working_days_before"),
        subtracts_working_days=given.one_of("subtract", ("working", "calendar"), None) == "working",
        subtracted=frozenset(_waits(given, "subtracted")),
        more_supplements_are_late=given.flag("more_supplements_are_late", default=True),
        no_due_date_is_on_time=given.one_of("no_due_date", ("on_time", "not_counted"), None) == "on_time",
    )
    given.finish()
    return rules


def _waits(given: Parameters, key: str) -> list[WaitKind]:
    given.has(key)
    found = []
    for name in _list(given.found.get(key)):
        if name in {kind.value for kind in WaitKind}:
            found.append(WaitKind(name))
        else:
            kinds = ", ".join(kind.value for kind in WaitKind)
            given.fault(f"“{key}” có “{name}”.", f"Chỉ ghi: {kinds}.")
    return found


def _number(given: Parameters, key: str) -> int:
    value = given.number(key)
    if not is_whole(value) or value < ZERO:
        given.fault(f"“{key}” không phải số nguyên không âm.", "Ghi một số như 1.")
        return 1
    return int(value)


def _whole(given: Parameters, key: str, found: object) -> int:
    text = str(found)
    if text.isascii() and text.isdigit():
        return int(text)
    given.fault(f"“{key}” có “{text}”.", "Ghi mã trạng thái là số nguyên.")
    return 0


def _is_event(given: Parameters, name: str) -> bool:
    if name in set(EventKind):
        return True
    given.fault(f"Không có sự kiện “{name}”.", f"Ghi một trong: {', '.join(EventKind)}.")
    return False


def _table(given: Parameters, key: str) -> dict[str, object]:
    value = given.found.get(key)
    given.has(key)
    if isinstance(value, Mapping):
        return {str(name): found for name, found in value.items()}
    given.fault(f"“{key}” không phải là một bảng.", "Ghi dạng tên: giá trị.")
    return {}


def _list(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, Sequence) and not isinstance(value, str) else []
